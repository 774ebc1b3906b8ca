"""A timescale as people read it: what it is, how it stands today, and why it is due on its day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from cases.calendars import calendar_of, standards_of
from cases.models import Council, Timescale
from justice.domain import timescales as domain
from justice.domain.standards import Clause

# The date columns and identity of a stored row are those of the derived one, so the domain's words serve both.
SOON_WORKING_DAYS = 3


@dataclass(frozen=True)
class Line:
    """One timescale with its words, for a list or a timeline."""

    timescale: Timescale
    label: str
    state: str
    days: int
    soon: bool
    why: str
    satisfied_by: str

    @property
    def status(self) -> str:
        """"Overdue 3 days", "Due in 2 days", "Met": words that need no colour."""
        return status_words(self.state, self.days)


def status_words(state: str, days: int) -> str:
    """How a timescale stands, in words; `days` are calendar days past the due date, or before it when negative."""
    if state == "overdue":
        return f"Overdue {_days(days)}"
    if state == "pending":
        return "Due today" if days == 0 else f"Due in {_days(-days)}"
    return {
        "met": "Met",
        "met_late": f"Met {_days(days)} late" if days > 0 else "Met late",
        "missed": "Missed",
        "lapsed": "No longer due",
        "left_out": "Not counted",
    }[state]


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def labels_of(council: Council, on: date) -> dict[str, str]:
    """Each clause of the standards with its words."""
    return {clause.key: clause.label for clause in standards_of(council).clauses_on(on)}


def lines(timescales: Iterable[Timescale], council: Council, on: date) -> Iterator[Line]:
    """The rows with their words as they stand on a day; no query but the rows' own."""
    calendar, standards = calendar_of(council), standards_of(council)
    for row in timescales:
        clause: Clause = standards.clause_for(row.clause, row.starts_on)
        state = domain.state(row, on)
        yield Line(
            timescale=row,
            label=clause.label,
            state=state,
            days=((row.met_on if state == "met_late" and row.met_on else on) - row.due_on).days,
            soon=state == "pending" and calendar.count(on, row.due_on) <= SOON_WORKING_DAYS,
            why=domain.why(row, clause, calendar),
            satisfied_by=clause.satisfied_by,
        )
