"""What nobody answers for yet: cases that no worker holds, and active orders without a responsible officer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from assessments.workload import pieces
from cases import permissions
from cases.calendars import calendar_of
from cases.models import Allocation, Case, Timescale, User
from cases.views.board import labels_of
from cases.views.lists import TEAM_LISTS, show
from justice.web.listing import Column, Listing
from justice.web.status import Status, due
from justice.web.views import today
from orders.models import Order

OFFICER = "cpo.responsible_officer"


@dataclass(frozen=True)
class Waiting:
    """One case or order that waits to be given to somebody."""

    case: Case
    order: Order | None
    came_in: date
    working_days: int
    points: int
    next_due: Status
    next_what: str

    @property
    def name(self) -> str:
        return f"{self.case.person.family_name}, {self.case.person.given_name}"

    @property
    def reference(self) -> str:
        return self.order.reference if self.order else self.case.person.reference

    @property
    def what(self) -> str:
        return "Order without a responsible officer" if self.order else "Case that nobody holds"

    @property
    def href(self) -> str:
        return (
            reverse("assign_order", args=[self.order.pk])
            if self.order
            else reverse("assign_case", args=[self.case.pk])
        )


def waiting(user: User, on: date) -> list[Waiting]:
    """Everything that waits and that the user may see: a fixed number of queries."""
    calendar, labels = calendar_of(user.council), labels_of(user.council, on)
    cases = Case.objects.visible_to(user).unallocated()
    queued = dict(
        Allocation.objects.filter(case__in=cases, subject="").current().values_list("case", "from_on")
    )
    ordered: dict[int, date] = {}
    for order in Order.objects.visible_to(user).active(on).filter(case__in=cases):
        ordered[order.case_id] = min(_came_in(order), ordered.get(order.case_id, date.max))
    orders = list(Order.objects.visible_to(user).active(on).without_officer().select_related("case__person"))
    points: dict[tuple[int, str], int] = defaultdict(int)
    touched = Case.objects.visible_to(user).filter(pk__in=[order.case_id for order in orders])
    for piece in pieces(cases | touched, on):
        points[piece.case, piece.subject] += piece.points
        if piece.worker is None and piece.subject:
            points[piece.case, ""] += piece.points
    rows: Iterable[Timescale] = Timescale.objects.visible_to(user).filter(
        clause=OFFICER, subject__in=[order.subject for order in orders]
    )
    named_by = {row.subject: row.due_on for row in rows}
    found = []
    for case in cases.with_urgency(on).select_related("person"):
        # A case opened years ago may have waited only since its present order came, or since it went to the queue.
        since = (queued.get(case.pk), ordered.get(case.pk))
        came_in = max([case.opened_on, *(day for day in since if day)])
        found.append(
            Waiting(
                case,
                None,
                came_in,
                calendar.count(came_in, on),
                points[case.pk, ""],
                due(case.next_due_on, on) if case.next_due_on else Status("Nothing due"),
                labels.get(case.next_clause, ""),
            )
        )
    for order in orders:
        came_in = _came_in(order)
        by = named_by.get(order.subject)
        found.append(
            Waiting(
                order.case,
                order,
                came_in,
                calendar.count(came_in, on),
                points[order.case_id, order.subject],
                due(by, on) if by else Status("No copy received yet"),
                labels.get(OFFICER, ""),
            )
        )
    return sorted(found, key=lambda one: (one.came_in, one.name, one.reference))


def _came_in(order: Order) -> date:
    return order.received_on or order.imposed_on


def unallocated(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What waits to be given to somebody, the oldest first."""
    if request.user.role not in TEAM_LISTS:
        raise PermissionDenied
    may = permissions.allows(request.user, "assign_case")
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                order_by=("name",),
                href=lambda one: reverse("case", args=[one.case.pk]),
                context=lambda one: f"{one.what}, {one.reference}",
                heads=True,
            ),
            Column("reference", "Reference", order_by=("reference",)),
            Column("what", "What waits", order_by=("what",)),
            Column("came_in", "Came in", kind="date", order_by=("came_in",)),
            Column("working_days", "Working days waiting", kind="number", order_by=("working_days",)),
            Column("points", "Points it adds", kind="number", order_by=("points",)),
            Column("next_due", "Next due", kind="status"),
            Column("next_what", "What is due"),
            Column(
                "assign",
                "Allocate",
                lambda one: ("Name an officer" if one.order else "Allocate") if may else "",
                href=lambda one: one.href if may else "",
                context=lambda one: one.reference,
                in_files=False,
                hidden_label=True,
            ),
        ),
        waiting(request.user, today()),
        request,
        default_order="came_in",
        caption="Unallocated",
        counts=("case or order", "cases and orders"),
        case_of="case.pk",
        empty="Every open case has somebody who holds it. Every order has a responsible officer.",
    )
    return show(request, listing, "cases/list.html", "unallocated cases and orders", file)
