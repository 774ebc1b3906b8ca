"""The measures that count something other than timescales: new orders, attendance, how orders ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from cases.models import Allocation, Council, Team, User
from orders.domain.cpo import EndReason
from orders.models import Attendance, Order
from performance.kpis import Measure

SUCCESSFUL = (EndReason.COMPLETED.value, EndReason.EARLY_DISCHARGE.value)


@dataclass(frozen=True)
class Tally(Measure):
    """Things counted by the quarter of one of their days, with the order they belong to.

    `below` are those under the line; `above` those of them above it, or None where there is only a count.
    """

    model: type[Order] | type[Attendance]
    day: str  # the column that dates it
    order: str  # the path to its order: "" where it is the order
    below: Q
    above: Q | None
    outcome: str  # the column that says what happened, "" where it only happened
    happened: Callable[[str], str]  # that column in words
    leaves_out: str  # why those not below the line are left out, in words

    def path(self, column: str) -> str:
        """A column of the order, from here."""
        return f"{self.order}__{column}" if self.order else column

    def rows(self, user: User | None, council: Council, first: date, last: date) -> QuerySet:
        """Those of the council, as this user may see it, that happened from one day to another.

        An attendance that was corrected is not one: the row that replaced it is, unless it says that the session was
        recorded in error.
        """
        rows: QuerySet[Any] = (
            self.model.objects.all() if user is None else self.model.objects.visible_to(user)
        )
        if self.model is Attendance:
            rows = rows.filter(corrected_by=None).exclude(outcome=Attendance.Outcome.RECORDED_IN_ERROR)
        return rows.filter(**{self.path("council"): council, f"{self.day}__range": (first, last)})


def with_holder(tally: Tally, rows: QuerySet) -> QuerySet:
    """Each with the team and worker who held its order, else its case, on its day: as timescales have them."""
    subject = Concat(Value("order:"), Cast(OuterRef(tally.path("pk")), CharField()), output_field=CharField())
    of_case = Allocation.objects.filter(case=OuterRef(tally.path("case")))
    candidates = []
    for held in (of_case.filter(subject=subject), of_case.filter(subject="")):
        on_the_day = held.filter(from_on__lte=OuterRef(tally.day)).order_by("-from_on", "-pk")
        candidates += [
            Subquery(on_the_day.values("pk")[:1]),
            Subquery(held.order_by("from_on", "pk").values("pk")[:1]),
        ]
    holder = Allocation.objects.filter(pk=OuterRef("holder"))
    rows = rows.annotate(holder=Coalesce(*candidates))
    rows = rows.annotate(
        team_id=Subquery(holder.values("team")[:1]), worker_id=Subquery(holder.values("worker")[:1])
    )
    locality = Team.objects.filter(pk=OuterRef("team_id")).values("locality")[:1]
    return rows.annotate(locality_id=Subquery(locality))


NEW_ORDERS = Tally(
    code="new_orders",
    label="Number of new Community Payback Orders",
    short="New orders",
    model=Order,
    day="imposed_on",
    order="",
    below=Q(transferred_in=False),
    above=None,
    outcome="",
    happened=lambda _: "Imposed",
    leaves_out="transferred in from another area",
    polarity="none",
    of="orders imposed in the quarter",
    done="",
    definition="Orders imposed in the quarter, by the day of sentence. A count, not a rate.",
    denominator="None: this is a count.",
    exclusions="Orders transferred in from another area, which were new there.",
    source="Glasgow KPI set",
    version="1",
)

ATTENDANCE_RATE = Tally(
    code="attendance_rate",
    label="Attendance rate at unpaid work",
    short="Attendance at unpaid work",
    model=Attendance,
    day="on",
    order="order",
    below=Q(
        outcome__in=(
            Attendance.Outcome.ATTENDED,
            Attendance.Outcome.ABSENT,
            Attendance.Outcome.ACCEPTABLE_ABSENCE,
            Attendance.Outcome.UNACCEPTABLE_ABSENCE,
        )
    ),
    above=Q(outcome=Attendance.Outcome.ATTENDED),
    outcome="outcome",
    happened=lambda code: Attendance.Outcome(code).label,
    leaves_out="sent home by the service",
    polarity="higher",
    of="attendances expected in the quarter",
    done="attended",
    definition="Sessions of unpaid work attended, of those at which the person was expected.",
    denominator="Each attendance expected: attended or absent, whatever was decided of the absence, by the day of the "
    "session, as last corrected.",
    exclusions="Sessions from which the service sent the person home.",
    source="Glasgow KPI set",
    version="1",
)

SUCCESSFUL_COMPLETION = Tally(
    code="successful_completion",
    label="Community Payback Orders successfully completed",
    short="Orders successfully completed",
    model=Order,
    day="ended_on",
    order="",
    below=~Q(end_reason=EndReason.TRANSFERRED_OUT.value),
    above=Q(end_reason__in=SUCCESSFUL),
    outcome="end_reason",
    happened={one.value: one.label for one in EndReason}.__getitem__,
    leaves_out="transferred out to another area",
    polarity="higher",
    of="orders ended in the quarter",
    done="were completed or discharged early",
    definition="Orders that ended as successfully completed or by early discharge, of all that ended.",
    denominator="Each order that ended, in the quarter of the day it ended.",
    exclusions="Orders transferred out to another area.",
    source="National statistics, table on how orders ended",
    version="1",
)

TALLIES: tuple[Tally, ...] = (SUCCESSFUL_COMPLETION, NEW_ORDERS, ATTENDANCE_RATE)
