"""The list behind a figure: each case in it, on which side of the line it stands, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from cases.calendars import calendar_of, standards_of
from cases.models import Council, Timescale
from justice.domain.standards import WORKING_DAYS
from orders.domain.reasons import Exclusion, Late
from performance.kpis import Kpi
from performance.tallies import Tally


class Standing(StrEnum):
    """Where a row stands: in both numbers, in the denominator only, in neither yet, in neither for good."""

    ABOVE = "above"
    BELOW = "below"
    PENDING = "pending"
    LEFT_OUT = "left_out"

    @property
    def label(self) -> str:
        return {
            "above": "Counted as done",
            "below": "Counted as not done",
            "pending": "Pending",
            "left_out": "Left out",
        }[self.value]


@dataclass(frozen=True)
class Row:
    """One line of the list behind a figure. `done_on` is blank where the day is later than the as-of day."""

    kpi: str
    case: int
    team: int | None
    worker: int | None
    subject: str
    occurrence: int
    reference: str
    due_on: date | None
    done_on: date | None
    standing: Standing
    reason: str

    @property
    def identity(self) -> tuple[str, int]:
        """What makes two lines of one measure the same line."""
        return self.subject, self.occurrence

    @property
    def counted(self) -> bool:
        """Above the line as well as below it."""
        return self.standing == Standing.ABOVE


def in_words(day: date) -> str:
    return f"{day:%-d %B %Y}"


def plural(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _label(codes: type[Late] | type[Exclusion], code: str) -> str:
    """The words of a national code; a code of an older list is shown as it was recorded."""
    known = {one.value: one.label for one in codes}
    words = known.get(code, code.replace("_", " "))
    return words[:1].lower() + words[1:]


class Reasons:
    """Says why a timescale stands where it does, in working days where the standard counts them."""

    def __init__(self, council: Council, as_of: date) -> None:
        self.as_of = as_of
        self._calendar = calendar_of(council)
        self._standards = standards_of(council)

    def of(self, row: Timescale, standing: Standing) -> str:
        if standing == Standing.LEFT_OUT:
            return self._left_out(row)
        if standing == Standing.PENDING:
            return f"Not done yet: due on {in_words(row.due_on)}"
        if row.met_on is not None and row.met_on <= self.as_of:
            return self._met(row, row.met_on)
        if row.ended_on is not None and row.ended_on <= self.as_of:
            return f"Not done when the order ended on {in_words(row.ended_on)}{self._why(row)}"
        late = self._apart(row, row.due_on, self.as_of)
        return f"Not done by {in_words(self.as_of)}, {late} after it was due{self._why(row)}"

    def _met(self, row: Timescale, met_on: date) -> str:
        if not row.on_time:
            if met_on <= row.due_on:
                return f"Done on {in_words(met_on)}, after the hour it was due{self._why(row)}"
            late = self._apart(row, row.due_on, met_on)
            return f"Late by {late}, done on {in_words(met_on)}{self._why(row)}"
        if met_on == row.due_on:
            return f"Met on {in_words(met_on)}, the day it was due"
        return f"Met on {in_words(met_on)}, {self._apart(row, met_on, row.due_on)} before it was due"

    def _left_out(self, row: Timescale) -> str:
        if code := row.excused or row.left_out:
            return f"Left out: {_label(Exclusion, code)}"
        ended_on = in_words(row.ended_on) if row.ended_on else ""
        if row.subject.startswith("report:"):
            return f"Left out: the request was withdrawn on {ended_on}"
        return f"Left out: the order ended on {ended_on}, before this was due"

    def _apart(self, row: Timescale, first: date, last: date) -> str:
        if self._standards.clause_for(row.clause, row.starts_on).period(row.occurrence).unit == WORKING_DAYS:
            days = self._calendar.count(first, last)
            if days:  # a weekend alone holds no working day: then say the days
                return plural(days, "working day")
        return plural((last - first).days, "day")

    def _why(self, row: Timescale) -> str:
        return f": {_label(Late, row.late_reason)}" if row.late_reason else ""


class Lines:
    """Makes the lines of one measure's list from the rows that `figures.members` gives, each with its `standing`."""

    def __init__(self, measure: Kpi | Tally, council: Council, as_of: date) -> None:
        self._measure = measure
        self._as_of = as_of
        self._reasons = Reasons(council, as_of)

    def of(self, one: Any) -> Row:
        """The line of one timescale, order or attendance."""
        if isinstance(self._measure, Tally):
            return self._tallied(self._measure, one)
        standing = Standing(one.standing)
        return Row(
            kpi=self._measure.code,
            case=one.case_id,
            team=one.team_id,
            worker=one.worker_id,
            subject=one.subject,
            occurrence=one.occurrence,
            reference=one.reference,
            due_on=one.due_on,
            done_on=one.met_on if one.met_on and one.met_on <= self._as_of else None,
            standing=standing,
            reason=self._reasons.of(one, standing),
        )

    def _tallied(self, tally: Tally, one: Any) -> Row:
        standing = Standing(one.standing)
        words = f"{tally.happened(one.happened)} on {in_words(one.day)}"
        if standing == Standing.LEFT_OUT:
            words = f"Left out: {tally.leaves_out}, {in_words(one.day)}"
        return Row(
            kpi=tally.code,
            case=one.case_key,
            team=one.team_id,
            worker=one.worker_id,
            subject=f"order:{one.order_key}" + (f"/attendance:{one.pk}" if tally.order else ""),
            occurrence=1,
            reference=one.order_reference,
            due_on=None,
            done_on=one.day,
            standing=standing,
            reason=words,
        )
