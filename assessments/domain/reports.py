"""When a court report is due, and what it needs before it may be submitted.

Sources: justice social work reports and court-based services practice guidance, ch. 2 (accountability); the
hour at which a court wants its reports is that court's own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path

from justice.domain.calendar import Calendar
from justice.domain.errors import Problem

DATA = Path(__file__).parent / "data" / "court-times.toml"


@dataclass(frozen=True)
class DueRule:
    """So many working days before the hearing, by an hour; no working days means the day of the hearing itself."""

    working_days_before: int
    by: time


@dataclass(frozen=True)
class Rules:
    """The rules of councils' courts, each from a day on; where there is none, the shipped rule holds."""

    rows: Mapping[tuple[int, str], tuple[tuple[date, DueRule], ...]]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, date, int, time]]) -> Rules:
        """From rows of council, kind of court, first day, working days before and hour."""
        found: dict[tuple[int, str], list[tuple[date, DueRule]]] = {}
        for council, court_type, in_force_from, working_days_before, by in rows:
            found.setdefault((council, court_type), []).append(
                (in_force_from, DueRule(working_days_before, by))
            )
        return cls({key: tuple(sorted(rules, key=lambda row: row[0])) for key, rules in found.items()})

    def on(self, council: int, court_type: str, day: date) -> DueRule:
        """The rule of a council's court for a report asked for on a day."""
        own = self.rows.get((council, court_type), ())
        return next((rule for first, rule in reversed(own) if first <= day), shipped_rule(day))


@cache
def _shipped() -> tuple[tuple[date, DueRule], ...]:
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["rule"]
    return tuple(
        sorted(
            ((row["in_force_from"], DueRule(row["working_days_before"], row["by"])) for row in rows),
            key=_first,
        )
    )


def _first(row: tuple[date, DueRule]) -> date:
    return row[0]


def shipped_rule(day: date) -> DueRule:
    """The rule for courts about which a council has said nothing; the earliest serves any day before it."""
    rows = _shipped()
    return next((rule for first, rule in reversed(rows) if first <= day), rows[0][1])


def due(hearing_on: date, rule: DueRule, calendar: Calendar) -> tuple[date, time]:
    """The day and the hour by which the court wants the report. UnknownDay outside the calendar's span."""
    if rule.working_days_before == 0:
        return hearing_on, rule.by
    return calendar.before(hearing_on, rule.working_days_before), rule.by


def request_problems(*, requested_on: date | None, hearing_on: date | None, today: date) -> list[Problem]:
    """Why a request for a report cannot be recorded."""
    found = []
    if requested_on is None:
        found.append(
            Problem("Enter the date the court asked for the report", "requested_on", "requested_on_missing")
        )
    elif requested_on > today:
        text = "Enter a date of request that is not in the future"
        found.append(Problem(text, "requested_on", "requested_in_the_future"))
    if hearing_on is None:
        found.append(Problem("Enter the date of the hearing", "hearing_on", "hearing_on_missing"))
    elif requested_on is not None and hearing_on < requested_on:
        text = "Enter a date of hearing on or after the day the report was asked for"
        found.append(Problem(text, "hearing_on", "hearing_before_request"))
    return found


def submission_problems(
    *,
    requested_on: date,
    submitted_on: date | None,
    today: date,
    accountable: str,
    registered: bool,
    withdrawn_on: date | None = None,
) -> list[Problem]:
    """Why a report cannot be marked as submitted.

    A registered social worker must be named as accountable for every report that could affect liberty:
    `accountable` is who, `registered` whether they are said to be registered.
    """
    found = []
    if withdrawn_on is not None:
        found.append(
            Problem("Leave the report as it is: the court withdrew its request", "", "report_withdrawn")
        )
    if submitted_on is None:
        found.append(
            Problem("Enter the date the report was submitted", "submitted_on", "submitted_on_missing")
        )
    elif submitted_on > today:
        text = "Enter a date of submission that is not in the future"
        found.append(Problem(text, "submitted_on", "submitted_in_the_future"))
    elif submitted_on < requested_on:
        text = "Enter a date of submission on or after the day the report was asked for"
        found.append(Problem(text, "submitted_on", "submitted_before_request"))
    if not accountable:
        text = "Name the registered social worker accountable for the report"
        found.append(Problem(text, "accountable", "accountable_missing"))
    elif not registered:
        text = (
            f"Name somebody else as accountable, or confirm that {accountable} is a registered social worker"
        )
        found.append(Problem(text, "accountable", "accountable_not_registered"))
    return found
