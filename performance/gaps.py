"""What is missing in the records, declared: what it is, why it matters, which rows lack it, and how it is closed.

A gap is a row here and nothing else. `rows` is the list that opens behind its count, and `counts` counts those very
rows, all gaps in one query. What only belongs to a year that has been reported is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Subquery, Value

from assessments.models import ReportRequest
from cases.models import COUNCIL_ROLES, COUNTED, Address, Allocation, Case, Role, Timescale, User
from cases.models.cases import CaseQuerySet
from orders.models import Order, Release
from performance.domain.period import Quarter

# Who keeps the records whole: their team's, or the whole council's.
READERS: frozenset[str] = frozenset(
    {Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER, Role.BUSINESS_SUPPORT}
)
# How long what should follow at once may be missing before it is a gap: ours, no standard says it.
GRACE = timedelta(days=7)


def counted_from(on: date) -> date:
    """The first day of the year whose figures are still being made: that of the last quarter that is complete."""
    return Quarter.of(on).previous.year.first


@dataclass(frozen=True)
class Gap:
    """One thing that may be missing.

    `why` says what it makes unreliable, `measures` the codes of the figures among that. `case` is the path from a row
    to its case, `reference` to what people call it, `since` the day it dates from, with its words. `fix` is the page
    that closes it, `keys` its arguments as paths from the row; `operation` what one must be allowed to do there.
    """

    key: str
    label: str
    why: str
    rows: Callable[[Cases, date], QuerySet]
    case: str
    reference: str
    since: str
    since_words: str
    fix: str
    keys: tuple[tuple[str, str], ...]
    fix_words: str
    operation: str = ""
    measures: tuple[str, ...] = ()
    clause: str = ""  # the column that names the standard, where a row is a timescale
    of_a_year: bool = False  # only what belongs to the year still being counted

    def path(self, column: str) -> str:
        """A column of the case, from the row."""
        return f"{self.case}__{column}" if self.case else column

    def listed(self, user: User, on: date) -> QuerySet:
        """The rows with what a list of them shows: the person, and who holds the case."""
        held = Allocation.objects.filter(case=OuterRef(self.path("pk")), subject="", to_on=None)
        rows = self.rows(cases_of(user), on).annotate(
            held_by=Subquery(held.values("worker__name")[:1]), held_in=Subquery(held.values("team__name")[:1])
        )
        return rows.select_related(self.path("person"))


# ---------------------------------------------------------------- the rows

Cases = CaseQuerySet | list[int]  # the cases themselves, or their keys


def cases_of(user: User) -> CaseQuerySet:
    """Whose records the reader keeps whole. Closed cases are held by nobody: they are the whole council's."""
    seen = Case.objects.visible_to(user)
    return seen if user.role in COUNCIL_ROLES else seen.open()


def _open(cases: Cases) -> CaseQuerySet:
    return (Case.objects.filter(pk__in=cases) if isinstance(cases, list) else cases).open()


def _not_known(column: str) -> Callable[[Cases, date], QuerySet]:
    def rows(cases: Cases, on: date) -> QuerySet:
        return _open(cases).filter(**{f"person__{column}": "not_known"})

    return rows


def _no_address(cases: Cases, on: date) -> QuerySet:
    present = Address.objects.filter(person=OuterRef("person"), to_on=None).exclude(postcode="")
    return _open(cases).filter(~Exists(present))


def _copy_not_received(cases: Cases, on: date) -> QuerySet:
    return Order.objects.filter(case__in=cases).active(on).filter(received_on=None)


def _no_officer(cases: Cases, on: date) -> QuerySet:
    return Order.objects.filter(case__in=cases).active(on).without_officer()


def _unexplained(cases: Cases, on: date) -> QuerySet:
    rows = Timescale.objects.filter(case__in=cases).unexplained(on).filter(COUNTED, starts_on__lte=on)
    return rows.filter(due_on__gte=counted_from(on))


def _reports(cases: Cases, on: date) -> QuerySet:
    rows = ReportRequest.objects.filter(case__in=cases, submitted_on=None, withdrawn_on=None)
    return rows.filter(hearing_on__lt=on, hearing_on__gte=counted_from(on))


def _releases(cases: Cases, on: date) -> QuerySet:
    rows = Release.objects.filter(case__in=cases, interviewed_on=None)
    return rows.filter(released_on__lt=on - GRACE, released_on__gte=counted_from(on))


def _past_last_day(cases: Cases, on: date) -> QuerySet:
    # The last day is the court's own where it varied it, so what was extended is not here.
    return Timescale.objects.filter(case__in=cases, clause="cpo.unpaid_work").overdue(on)


def _empty(cases: Cases, on: date) -> QuerySet:
    rows = _open(cases).filter(opened_on__lt=on - GRACE)
    return rows.filter(
        *(~Exists(model.objects.filter(case=OuterRef("pk"))) for model in (Order, ReportRequest, Release))
    )


# ---------------------------------------------------------------- the gaps

_RETURN = "The national return of Community Payback Orders asks for it with each order"
_OF_CASE: dict[str, Any] = {
    "case": "",
    "reference": "person.reference",
    "since": "opened_on",
    "since_words": "Case opened",
    "keys": (("case", "pk"),),
}
_OF_ORDER: dict[str, Any] = {
    "case": "case",
    "reference": "reference",
    "since": "imposed_on",
    "since_words": "Imposed",
    "keys": (("order", "pk"),),
}
_OF_TIMESCALE: dict[str, Any] = {
    "case": "case",
    "reference": "reference",
    "since": "due_on",
    "since_words": "Due",
    "clause": "clause",
}

GAPS: tuple[Gap, ...] = (
    Gap(
        "ethnicity",
        "Ethnicity not known",
        f"{_RETURN}, and its percentages leave out everybody of whom it is not known.",
        _not_known("ethnicity"),
        fix="amend_person",
        fix_words="Record ethnicity",
        operation="amend_person",
        **_OF_CASE,
    ),
    Gap(
        "gender",
        "Gender not known",
        f"{_RETURN}, and its percentages leave out everybody of whom it is not known.",
        _not_known("gender"),
        fix="amend_person",
        fix_words="Record gender",
        operation="amend_person",
        **_OF_CASE,
    ),
    Gap(
        "employment",
        "Employment not known",
        f"{_RETURN}, as it was when the order was imposed; its percentages leave out who is not known.",
        _not_known("employment"),
        fix="amend_person",
        fix_words="Record employment",
        operation="amend_person",
        **_OF_CASE,
    ),
    Gap(
        "address",
        "No present address with a postcode",
        "No figure rests on it. Letters, home visits and reports on an address do.",
        _no_address,
        fix="change_address",
        fix_words="Record the address",
        operation="change_address",
        **_OF_CASE,
    ),
    Gap(
        "received",
        "Order without the day its copy was received",
        "The two working days for naming a responsible officer run from it (1995 Act, s.227C): without it nobody can "
        "say whether they were kept.",
        _copy_not_received,
        fix="correct_order",
        fix_words="Record the day",
        operation="correct_order",
        **_OF_ORDER,
    ),
    Gap(
        "officer",
        "Active order without a responsible officer",
        "An order must have one (1995 Act, s.227C). In figures by worker and team it counts with whoever holds the "
        "case, or with nobody.",
        _no_officer,
        fix="assign_order",
        fix_words="Name the officer",
        operation="assign_case",
        **_OF_ORDER,
    ),
    Gap(
        "reason",
        "Late without a reason",
        "The national return asks why first contact, induction, the start and the completion of unpaid work were "
        "late, and some reasons leave a case out of a figure.",
        _unexplained,
        fix="explain_lateness",
        fix_words="Say why",
        keys=(("timescale", "pk"),),
        operation="explain_lateness",
        of_a_year=True,
        measures=("K1", "K4", "first_contact", "induction"),
        **_OF_TIMESCALE,
    ),
    Gap(
        "report",
        "Report past its hearing, neither submitted nor withdrawn",
        "It counts as not submitted until somebody records what became of it.",
        _reports,
        case="case",
        reference="reference",
        since="hearing_on",
        since_words="Hearing",
        fix="submit_report",
        fix_words="Record what became of it",
        keys=(("report", "pk"),),
        operation="submit_report",
        of_a_year=True,
        measures=("K5", "report_on_time"),
    ),
    Gap(
        "interview",
        f"Released more than {GRACE.days} days ago, no interview recorded",
        "It counts as not held within a day; an interview that was held is not in the figure until it is recorded.",
        _releases,
        case="case",
        reference="reference",
        since="released_on",
        since_words="Released",
        fix="record_release_interview",
        fix_words="Record the interview",
        keys=(("release", "pk"),),
        operation="record_release_interview",
        of_a_year=True,
        measures=("K6",),
    ),
    Gap(
        "unpaid-work",
        "Unpaid work past its last day, neither completed nor varied",
        "It is in no figure until it is completed, and then it counts as late. If the court gave more time, the "
        "variation is missing.",
        _past_last_day,
        fix="case",
        fix_words="Open the case",
        keys=(("case", "case_id"),),
        measures=("K4",),
        **_OF_TIMESCALE,
    ),
    Gap(
        "empty",
        "Open case with no order, report or release",
        "Nothing of it is in any figure: what the court ordered was not recorded, or the case should be closed.",
        _empty,
        fix="case",
        fix_words="Open the case",
        measures=("new_orders",),
        **_OF_CASE,
    ),
)
GAP_OF = {gap.key: gap for gap in GAPS}


def counts(user: User, on: date, gaps: Iterable[Gap] = GAPS) -> dict[str, int]:
    """How many rows each gap has: one query, and for a team one for its cases before it."""
    cases: Cases = cases_of(user)
    if user.role not in COUNCIL_ROLES:
        # A few hundred keys, asked for once: who may see what is the dear part of each of these counts.
        cases = list(cases_of(user).values_list("pk", flat=True))
    first, *others = (
        gap.rows(cases, on)
        .order_by()
        .annotate(gap=Value(gap.key, output_field=CharField()))
        .values("gap")
        .annotate(number=Count("pk"))
        .values_list("gap", "number")
        for gap in gaps
    )
    found: dict[str, int] = dict(first.union(*others, all=True))
    return {gap.key: found.get(gap.key, 0) for gap in gaps}
