"""What every change to an order asks first: could it have been on that day, and if it is late, why?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases import timescales
from cases.calendars import standards_of
from cases.models import Case, Entry, Explanation, Timescale, User
from justice.domain.errors import Problem, Refused
from orders.domain import compliance, dates, reasons
from orders.domain.compliance import Standing, Step
from orders.domain.dates import words
from orders.models import Order


def happened(on: date | None, field: str, what: str, order: Order, today: date) -> list[Problem]:
    """A day in the life of an order: not before it was imposed, not in the future."""
    return dates.problems(on, field=field, what=what, today=today, imposed_on=order.imposed_on)


def since_birth(on: date | None, field: str, what: str, case: Case, today: date) -> list[Problem]:
    """A day of something that needs no order: not before the person was born, not in the future."""
    found = dates.problems(on, field=field, what=what, today=today)
    if on is not None and on < case.person.date_of_birth:
        found.append(Problem(f"Enter a date for {what} after the person was born", field, "before_birth"))
    return found


def not_before(on: date | None, field: str, what: str, first: date | None, because: str) -> list[Problem]:
    """`because` says what happened on the first possible day: "when the breach was decided"."""
    if on is None or first is None or on >= first:
        return []
    return [Problem(f"Enter a date for {what} on or after {words(first)}, {because}", field, "too_early")]


def in_force(order: Order, on: date | None, field: str, what: str) -> list[Problem]:
    """The order had not ended by the day."""
    if order.ended_on is None or on is None or on <= order.ended_on:
        return []
    ended = words(order.ended_on)
    return [
        Problem(f"Enter a date for {what} on or before {ended}, when the order ended", field, "order_ended")
    ]


def left_out(step: str, standing: Standing, steps: Sequence[Step], because: str) -> list[Problem]:
    """A step may be left out for seriousness, risk or circumstances; then the record says why."""
    missing = compliance.skipped(step, standing, steps)
    if not missing or because.strip():
        return []
    names = compliance.listed([one.label.lower() for one in missing], "or")
    text = f"No {names} is recorded. Enter why it is left out"
    return [Problem(text, "skipped_because", "step_left_out")]


def refuse(problems: list[Problem]) -> None:
    """Say every problem at once; none, and the change goes on."""
    if problems:
        raise Refused(*problems)


def ask_why_late(entry: Entry, actor: User, case: Case, reason: str | None, note: str = "") -> None:
    """Redo the timescales, and keep the national reason code where this change met one late.

    `reason` None asks: a change that meets a timescale late is refused until a code is chosen. Blank leaves it
    to be explained later, because a late reason is recorded and never stops the work (law, section 10).
    """
    moved = timescales.refresh([case.pk])
    entry.changes += moved
    late = [row for row in _met_late(case, moved) if reasons.LATE_BY_CLAUSE.get(row.clause)]
    if not late or reason == "":
        return
    standards = standards_of(case.council)
    problems = []
    for row in late:
        label = standards.clause_for(row.clause, row.starts_on).label
        codes = reasons.late_reasons(row.clause)
        if reason is None:
            text = f"{label} was due by {words(row.due_on)}. Select why it was late"
            problems.append(Problem(text, "late_reason", "late_reason_missing"))
        elif reason not in codes:
            offered = ", ".join(one.label.lower() for one in codes)
            text = f"Select one of the reasons for {label.lower()}: {offered}"
            problems.append(Problem(text, "late_reason", "late_reason_not_for_clause"))
    refuse(problems)
    for row in late:
        Explanation.objects.create(
            case=case,
            subject=row.subject,
            clause=row.clause,
            occurrence=row.occurrence,
            kind=Explanation.Kind.LATE,
            code=str(reason),
            note=note,
            recorded_by=actor,
        )


def _met_late(case: Case, moved: list[dict[str, object]]) -> list[Timescale]:
    """Of the rows that moved, those now met after their day, counted, and not explained."""
    keys = {(row["subject"], row["clause"], row["occurrence"]) for row in moved if row["now"]}
    rows = Timescale.objects.filter(case=case, on_time=False, left_out="", excused="", late_reason="")
    return [row for row in rows.order_by("due_on", "pk") if timescales.identity(row) in keys]
