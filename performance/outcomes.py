"""Did orders make a difference: of those that ended in a period, what was measured at both ends and what changed.

Every figure here is a count of rows that `members` gives, so the list behind it is the figure. The numbers are cut for
publication before anybody sees them (performance.domain.publish), whoever looks: the report is made to leave the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from assessments.domain import outcomes as rules
from assessments.domain.outcomes import DECLINED, END, GIVEN, NOT_ASKED, START, Change, Edition, Measure
from assessments.models import FeedbackRequest, OutcomeReading
from orders.domain.cpo import EndReason
from performance.domain import publish
from performance.figures import Scope
from performance.tallies import SUCCESSFUL_COMPLETION

ENDED = "ended"
# How far an order was measured: the parts of those that ended.
BOTH, NO_START, NO_END, NEITHER = "both", "no_start", "no_end", "neither"
MEASURED = (BOTH, NO_START, NO_END, NEITHER)
# What became of one measure: the parts of those measured at both ends, and of those that can be compared.
COMPARED = "compared"
WITHOUT_A_VALUE = (COMPARED, DECLINED, NOT_ASKED)
CHANGES = tuple(one.value for one in Change)
# Feedback: whether anybody was asked, and of those asked whether they answered.
ASKED, NOT_INVITED, ANSWERED, UNANSWERED = "asked", "not_invited", "answered", "unanswered"
FEEDBACK = (ASKED, NOT_INVITED, ANSWERED, UNANSWERED)

WORDS = {
    ENDED: "Orders ended",
    BOTH: "Measured at the start and at the end",
    NO_START: "Nothing measured at the start",
    NO_END: "Nothing measured at the end",
    NEITHER: "Nothing measured at all",
    COMPARED: "Can be compared",
    DECLINED: "Declined to answer",
    NOT_ASKED: "Not asked",
    ASKED: "Asked for their views",
    NOT_INVITED: "Not asked for their views",
    ANSWERED: "Gave their views",
    UNANSWERED: "Asked, and no answer",
    **{one.value: one.label for one in Change},
}


def ended(scope: Scope, first: date, last: date) -> QuerySet:
    """The orders that the report is about, each with how far it was measured and whether its person was asked.

    Transferred out, the order goes on elsewhere; where the person died, nothing can be measured.
    """
    rows = scope.tallied(SUCCESSFUL_COMPLETION, first, last, held=True)
    rows = rows.exclude(end_reason__in=(EndReason.TRANSFERRED_OUT.value, EndReason.DIED.value))
    readings = OutcomeReading.objects.filter(order=OuterRef("pk"))
    requests = FeedbackRequest.objects.filter(order=OuterRef("pk"))
    rows = rows.annotate(
        has_start=Exists(readings.filter(point=START)),
        has_end=Exists(readings.filter(point=END)),
        was_asked=Exists(requests),
        has_answered=Exists(requests.filter(answered=True)),
    )
    return rows.annotate(
        measured=_case(
            (Q(has_start=True, has_end=True), BOTH), (Q(has_end=True), NO_START), (Q(has_start=True), NO_END),
            default=NEITHER,
        ),
        views=_case((Q(has_answered=True), ANSWERED), (Q(was_asked=True), UNANSWERED), default=NOT_INVITED),
    )  # fmt: skip


def _case(*when: tuple[Q, str], default: str) -> Case:
    steps = [When(condition, then=Value(then)) for condition, then in when]
    return Case(*steps, default=Value(default), output_field=CharField())


def compared(rows: QuerySet, measure: Measure) -> QuerySet:
    """Those of `ended` that were measured at both ends, with what one measure was, is, and became.

    A measure that the edition of a point did not have was not asked.
    """
    readings = OutcomeReading.objects.filter(order=OuterRef("pk"), measure=measure.key).order_by("-pk")
    rows = rows.filter(measured=BOTH).annotate(
        **{
            f"{name}_{column}": Subquery(readings.filter(point=point).values(column)[:1])
            for name, point in (("first", START), ("last", END))
            for column in ("answer", "value")
        }
    )
    better, worse = ("gt", "lt") if measure.better == "higher" else ("lt", "gt")
    known = Q(first_answer=GIVEN, last_answer=GIVEN)
    return rows.annotate(
        moved=F("last_value") - F("first_value"),
        became=_case(
            (known & Q(**{f"last_value__{better}": F("first_value")}), Change.IMPROVED.value),
            (known & Q(**{f"last_value__{worse}": F("first_value")}), Change.WORSE.value),
            (known, Change.SAME.value),
            (Q(first_answer=DECLINED) | Q(last_answer=DECLINED), DECLINED),
            default=NOT_ASKED,
        ),
    )


def members(scope: Scope, first: date, last: date, cell: str, measure: Measure | None = None) -> QuerySet:
    """The orders behind one number of the report. ValueError for a number that it does not have."""
    rows = ended(scope, first, last)
    if measure is not None:
        rows = compared(rows, measure)
        if cell == COMPARED:
            return rows.filter(became__in=CHANGES)
        if cell in (DECLINED, NOT_ASKED, *CHANGES):
            return rows.filter(became=cell)
        raise ValueError(cell)
    if cell == ENDED:
        return rows
    if cell in MEASURED:
        return rows.filter(measured=cell)
    if cell == ASKED:
        return rows.filter(was_asked=True)
    if cell in FEEDBACK:
        return rows.filter(views=cell)
    raise ValueError(cell)


Cells = dict[str, int | None]


@dataclass(frozen=True)
class Line:
    """One measure of the report, as it may be published; None is hidden. `mean` only where the scale has one."""

    measure: Measure
    theme: str
    cells: Cells
    mean: float | None


@dataclass(frozen=True)
class Report:
    """The numbers as they may be published, beside the orders that ended."""

    edition: Edition
    ended: int | None
    measured: Cells
    views: Cells
    lines: tuple[Line, ...]

    def cell(self, cell: str, measure: Measure | None = None) -> int | None:
        """One number, None where it is hidden. KeyError for one that the report does not have."""
        if measure is not None:
            return next(line for line in self.lines if line.measure.key == measure.key).cells[cell]
        return self.ended if cell == ENDED else {**self.measured, **self.views}[cell]


def report(scope: Scope, first: date, last: date) -> Report:
    """The whole report: one query, and one for each measure of the edition in force on the last day."""
    edition = rules.edition_on(last)
    rows = ended(scope, first, last)
    found = rows.aggregate(
        total=Count("pk"),
        **{name: Count("pk", filter=Q(measured=name)) for name in MEASURED},
        **{name: Count("pk", filter=Q(views=name)) for name in (ANSWERED, UNANSWERED, NOT_INVITED)},
    )
    whole = publish.total(found["total"])
    measured = publish.parts(whole, {name: found[name] for name in MEASURED})
    asked = publish.parts(
        whole, {ASKED: found[ANSWERED] + found[UNANSWERED], NOT_INVITED: found[NOT_INVITED]}
    )
    views = {**asked, **publish.parts(asked[ASKED], {name: found[name] for name in (ANSWERED, UNANSWERED)})}
    lines = tuple(
        _line(compared(rows, measure), measure, edition, measured[BOTH])
        for measure in edition.measures.values()
    )
    return Report(edition, whole, measured, views, lines)


def _line(rows: QuerySet, measure: Measure, edition: Edition, both: int | None) -> Line:
    found = rows.aggregate(
        **{name: Count("pk", filter=Q(became=name)) for name in (*CHANGES, DECLINED, NOT_ASKED)},
        mean=Avg("moved", filter=Q(became__in=CHANGES)),
    )
    counts = {COMPARED: sum(found[name] for name in CHANGES), **{n: found[n] for n in WITHOUT_A_VALUE[1:]}}
    cells = publish.parts(both, counts)
    cells |= publish.parts(cells[COMPARED], {name: found[name] for name in CHANGES})
    # A mean beside hidden counts would help to find them.
    open_ = measure.mean and all(cells[name] is not None for name in (COMPARED, *CHANGES))
    mean = float(found["mean"]) if open_ and found["mean"] is not None else None
    return Line(measure, edition.themes[measure.theme], cells, mean)
