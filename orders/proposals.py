"""A stored order as the law's rules read it, so that a variation is measured as the first sentence was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from orders import ledger
from orders.domain import cpo
from orders.domain.cpo import Basis, CourtType, ProposedOrder, ProposedRequirement, RequirementKind
from orders.models import Order, Requirement


def requirement_of(row: Requirement) -> ProposedRequirement:
    return ProposedRequirement(
        kind=RequirementKind.of(row.kind),
        hours=row.hours,
        months=row.months,
        days=row.days,
        last_day=row.last_day,
        added_on=row.added_on,
        place=row.place,
        details=row.details,
        hours_per_day=row.hours_per_day,
        stay_away=row.stay_away,
        court_directs_concurrent=row.court_directs_concurrent,
    )


def order_of(order: Order, *, on: date) -> ProposedOrder:
    """What the order requires on a day beside the person's other orders, without what the court removed."""
    rows = order.requirements.filter(removed_on=None).order_by("pk")
    return completed(alone(order, rows), order.case.person_id, on=on, besides=order.pk)


def alone(order: Order, rows: Iterable[Requirement]) -> ProposedOrder:
    """The order with these of its requirements, as if the person had no other."""
    return ProposedOrder(
        basis=Basis.of(order.basis),
        court_type=CourtType.of(order.court_type),
        imposed_on=order.imposed_on,
        date_of_birth=order.case.person.date_of_birth,
        requirements=tuple(requirement_of(row) for row in rows),
        offence_on=order.offence_on,
        fine_pounds=order.fine_pounds,
        transferred_in=order.transferred_in,
    )


def first_of_each_kind(order: Order) -> dict[str, Requirement]:
    """The requirement of each kind that stands in the order: the first, where the court made several."""
    rows = order.requirements.filter(removed_on=None).order_by("-pk")
    return {row.kind: row for row in rows}


def completed(proposed: ProposedOrder, person: int, *, on: date, besides: int | None = None) -> ProposedOrder:
    """With what the person's other orders ask on that day: hours still to do, hours a day in a place."""
    movement = Requirement.objects.filter(
        order__case__person=person,
        kind=RequirementKind.RESTRICTED_MOVEMENT,
        hours_per_day__isnull=False,
        stay_away=False,
        removed_on=None,
        completed_on=None,
        order__imposed_on__lte=on,
        order__ended_on=None,
    ).exclude(order=besides)
    elsewhere = sum(row.hours_per_day or 0 for row in movement.select_related("order") if _runs(row, on))
    return replace(
        proposed,
        outstanding_minutes_elsewhere=ledger.outstanding_minutes(person, on, besides=besides),
        other_curfew_hours_per_day=proposed.other_curfew_hours_per_day + elsewhere,
    )


def _runs(row: Requirement, on: date) -> bool:
    last = cpo.last_day(requirement_of(row), row.order.imposed_on)
    return last is None or last >= on
