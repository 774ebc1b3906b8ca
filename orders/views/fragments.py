"""Parts of pages about orders: how one stands in a word, and the orders of a case as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from cases.models import Case
from justice.web.status import Status
from orders import ledger
from orders.domain import cpo
from orders.domain.cpo import EndReason
from orders.models import Order, Requirement
from orders.proposals import requirement_of


@dataclass(frozen=True)
class RequirementRow:
    """One requirement as a page shows it; minutes only of unpaid work."""

    requirement: Requirement
    label: str
    length: str
    last_day: date | None
    status: Status | None
    progress: str = ""
    minutes_done: int | None = None
    minutes_ordered: int | None = None
    # Unpaid work is completed by its hours, unless they may have been worked in another area.
    by_hand: bool = False


@dataclass(frozen=True)
class OrderRow:
    """One order of a case as a page shows it."""

    order: Order
    href: str
    status: Status
    requirements: tuple[RequirementRow, ...]


def status_of(order: Order) -> Status:
    """How an order stands. A time limit that has passed ends nothing."""
    if order.ended_on:
        return Status(f"Ended: {EndReason.of(order.end_reason).label.lower()}", "grey")
    if order.queried:
        return Status("Queried with the clerk of court", "amber")
    return Status("Active", "green")


def _done(row: Requirement, account: ledger.Account) -> int:
    """Minutes for the progress bar: what is completed is whole, wherever it was worked."""
    return account.minutes_ordered if row.completed_on else account.minutes_credited


def requirement_row(row: Requirement, order: Order, accounts: dict[int, ledger.Account]) -> RequirementRow:
    status = None
    if row.removed_on:
        status = Status(f"Removed {row.removed_on:%-d %b %Y}", "grey")
    elif row.completed_on:
        status = Status(f"Completed {row.completed_on:%-d %b %Y}", "green")
    account = accounts.get(row.pk)
    progress = ""
    if account and account.minutes_ordered:
        done, left = ledger.hours(account.minutes_credited), ledger.hours(account.minutes_left)
        # Completed elsewhere, or in a system whose sessions were not all brought over: the rest is not left to do.
        elsewhere = row.completed_on and account.minutes_left
        progress = f"{done} recorded here" if elsewhere else f"{done} done, {left} left"
    return RequirementRow(
        requirement=row,
        label=row.get_kind_display(),
        length=row.length,
        last_day=cpo.last_day(requirement_of(row), order.imposed_on),
        status=status,
        progress=progress,
        minutes_done=_done(row, account) if account else None,
        minutes_ordered=account.minutes_ordered if account else None,
        by_hand=status is None and (account is None or order.transferred_in or account.minutes_left == 0),
    )


def orders_of(case: Case) -> tuple[OrderRow, ...]:
    """The orders of a case that the user was found to see, latest first: three queries whatever their number."""
    orders = list(case.orders.prefetch_related("requirements"))
    rows = {order.pk: list(order.requirements.all()) for order in orders}
    for order in orders:
        for row in rows[order.pk]:
            row.order = order
    accounts = ledger.accounts(row for found in rows.values() for row in found)
    return tuple(
        OrderRow(
            order=order,
            href=reverse("order", args=[order.pk]),
            status=status_of(order),
            requirements=tuple(requirement_row(row, order, accounts) for row in rows[order.pk]),
        )
        for order in orders
    )
