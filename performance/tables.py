"""The tables of a service's year: open cases by age and sex, reports by court, assessments by level.

A cell of a table and the list it opens are one query: the rows of the table, each with the line and the column it
stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When

from assessments import bands
from assessments.domain import lscmi
from assessments.models import Assessment, ReportRequest
from cases.models import Case, Council, User
from cases.models.people import Gender
from orders.domain.cpo import CourtType
from performance.domain import ages
from performance.domain.period import FinancialYear

Codes = Mapping[str, str]  # a code and what it says
ALL = ""  # the code of a total: every line, or every column


@dataclass(frozen=True)
class Asked:
    """What the tables are asked for: the day of the caseload, the year of the work, and which age bands."""

    on: date
    year: FinancialYear
    bands: ages.Bands


@dataclass(frozen=True)
class Crosstab:
    """One table. `rows` yields what is counted, annotated with `line` and `column`; `groups` are lines in sum."""

    key: str
    title: str
    lines: Callable[[Asked], Codes]
    columns: Codes
    rows: Callable[[QuerySet, Asked, Council], QuerySet]
    model: type[Case] | type[ReportRequest] | type[Assessment]
    council: str  # the path to the council
    case: str  # the path to the case, "" where it is the case
    counted: str  # what one of them is
    day: str  # the column that dates one
    dated: str  # what that day is
    definition: str
    heads: str  # what the lines are
    groups: Mapping[str, tuple[str, frozenset[str]]]
    with_total: bool  # whether a column of all columns makes sense
    with_share: bool  # whether a line is printed as a share of its column

    def members(self, user: User, council: Council, asked: Asked) -> QuerySet:
        """All that the table counts and this user may see, each with its line and column."""
        rows = self.model.objects.visible_to(user).filter(**{self.council: council})
        return self.rows(rows, asked, council)

    def cell(self, rows: QuerySet, line: str, column: str) -> QuerySet:
        """Those of one cell, of a line or column in sum, or of the whole."""
        if line in self.groups:
            rows = rows.filter(line__in=self.groups[line][1])
        elif line != ALL:
            rows = rows.filter(line=line)
        return rows.filter(column=column) if column != ALL else rows

    def printed(self, user: User, council: Council, asked: Asked) -> Printed:
        """The table as it is printed: one query."""
        found = self.members(user, council, asked).order_by().values("line", "column")
        counts = {(row["line"], row["column"]): row["count"] for row in found.annotate(count=Count("pk"))}
        return Printed(self, counts, self.lines(asked))


@dataclass(frozen=True)
class Printed:
    """The counts of one table, by line and column."""

    table: Crosstab
    counts: Mapping[tuple[str, str], int]
    lines: Codes

    def count(self, line: str, column: str) -> int:
        """Of a cell, or of a line or column in sum."""
        wanted = self.table.groups[line][1] if line in self.table.groups else {line}
        return sum(
            count
            for (one, other), count in self.counts.items()
            if (line == ALL or one in wanted) and (column == ALL or other == column)
        )

    def share(self, line: str, column: str) -> Decimal | None:
        """A cell in per cent of its column, one decimal, rounded half up; None where the column is empty."""
        return percent(self.count(line, column), self.count(ALL, column))

    @cached_property
    def shown_lines(self) -> list[tuple[str, str]]:
        """Every line with its words, those in sum after the single ones."""
        return [*self.lines.items(), *((key, words) for key, (words, _) in self.table.groups.items())]

    @cached_property
    def shown_columns(self) -> list[tuple[str, str]]:
        return [*self.table.columns.items(), *([(ALL, "Total")] if self.table.with_total else [])]


def percent(part: int, whole: int, places: str = "0.1") -> Decimal | None:
    """Rounded half up; None where there is nothing to be a part of."""
    if not whole:
        return None
    return (Decimal(100 * part) / Decimal(whole)).quantize(Decimal(places), ROUND_HALF_UP)


def _sorted_into(conditions: Sequence[tuple[str, Q]]) -> models.Case:
    return models.Case(
        *(When(condition, then=Value(code)) for code, condition in conditions),
        default=Value("other"),
        output_field=CharField(),
    )


# --- Open cases by age and sex ----------------------------------------------------------------------------------


def _age_lines(asked: Asked) -> Codes:
    return {band.key: band.label for band in asked.bands.bands} | (
        {"other": f"Under {asked.bands.bands[0].youngest}"} if asked.bands.bands[0].youngest else {}
    )


def _open_cases(rows: QuerySet, asked: Asked, council: Council) -> QuerySet:
    conditions = []
    for band in asked.bands.bands:
        after, last = band.born(asked.on)
        condition = Q(person__date_of_birth__lte=last)
        if after is not None:
            condition &= Q(person__date_of_birth__gt=after)
        conditions.append((band.key, condition))
    open_then = Q(closed_on=None) | Q(closed_on__gt=asked.on)
    rows = rows.filter(open_then, opened_on__lte=asked.on)
    return rows.annotate(line=_sorted_into(conditions), column=F("person__gender"))


OPEN_CASES = Crosstab(
    key="open-cases",
    title="Open cases by age and sex",
    lines=_age_lines,
    columns=dict(Gender.choices),
    rows=_open_cases,
    model=Case,
    council="council",
    case="",
    counted="open case",
    day="opened_on",
    dated="Opened",
    definition="Cases that were open at the end of the day, by the person's age in years on that day.",
    heads="Age",
    groups={},
    with_total=True,
    with_share=False,
)

# --- Reports by court --------------------------------------------------------------------------------------------


def _reports(rows: QuerySet, asked: Asked, council: Council) -> QuerySet:
    rows = rows.filter(submitted_on__range=(asked.year.first, asked.year.last))
    return rows.annotate(line=F("court_type"), column=Value("reports", output_field=CharField()))


REPORTS = Crosstab(
    key="reports",
    title="Reports to court by kind of court",
    lines=lambda asked: {court.value: court.label for court in CourtType},
    columns={"reports": "Reports"},
    rows=_reports,
    model=ReportRequest,
    council="council",
    case="case",
    counted="report",
    day="submitted_on",
    dated="Submitted",
    definition="Reports submitted in the year, of every kind, by the kind of court that asked for them.",
    heads="Court",
    groups={},
    with_total=False,
    with_share=True,
)

# --- Assessments by level ----------------------------------------------------------------------------------------


def _assessments(rows: QuerySet, asked: Asked, council: Council) -> QuerySet:
    first, last = asked.year.first, asked.year.last
    rows = rows.standing().filter(  # type: ignore[attr-defined]
        tool=Assessment.Tool.LS_CMI, total__isnull=False, completed_on__range=(first, last)
    )
    before = Q(completed_on__lt=F("order__imposed_on"))
    return rows.annotate(
        line=_sorted_into(bands.levels_between(council, first, last)),
        column=_sorted_into([("pre", before), ("post", ~before)]),
    )


ASSESSMENTS = Crosstab(
    key="assessments",
    title="LS/CMI assessments by level",
    lines=lambda asked: dict(reversed(lscmi.LEVELS.items())),
    columns={"pre": "Before sentence", "post": "After sentence"},
    rows=_assessments,
    model=Assessment,
    council="order__council",
    case="order.case",
    counted="assessment",
    day="completed_on",
    dated="Completed",
    definition="LS/CMI assessments completed in the year, by the level that follows from the score: before the day of "
    "sentence, or on that day or after. Overrides are not in this table.",
    heads="Level",
    groups={"high-or-very-high": ("High or very high", lscmi.HIGH)},
    with_total=True,
    with_share=True,
)

TABLES: Mapping[str, Crosstab] = {table.key: table for table in (OPEN_CASES, REPORTS, ASSESSMENTS)}


def path_of(table: Crosstab, column: str) -> str:
    """A column of the case, from what the table counts, for a query."""
    return f"{table.case.replace('.', '__')}__{column}" if table.case else column


def case_of(table: Crosstab, row: Any) -> Case:
    found = row
    for step in table.case.split(".") if table.case else ():
        found = getattr(found, step)
    return found
