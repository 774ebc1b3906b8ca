"""Facts in, timescales out: what must be done about what, by when, and when it was.

`derive` is the only place in the program where a due date is made. It is a function of what was recorded, the
standards and the council's calendar, and of nothing else: the order of the facts does not matter, deriving
twice gives the same, and no clock is asked. What a timescale is on a day (overdue, missed …) is asked of
`state`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from justice.domain.calendar import MONTHS, ONE_DAY, Calendar, in_words, months_beginning_with
from justice.domain.standards import AS_ORDERED, FACT_KINDS, WORKING_DAYS, Clause, Standards
from justice.domain.standards import MONTHS as IN_MONTHS

# These end their subject and everything below it; these make it as if it had never been asked for.
ENDS = frozenset({"order_ended", "requirement_ended"})
VOIDS = frozenset({"report_withdrawn"})
# The longest supervision a court can impose (1995 Act, s.227G(3)), in months: where a recurring clause stops
# when nobody has said when its order does. Without it, it would never stop.
LONGEST = 36
# How near a due date must be to be shown as due soon.
SOON_WORKING_DAYS = 3

State = Literal["met", "met_late", "pending", "overdue", "missed", "lapsed"]
Urgency = Literal["overdue", "soon", "later", ""]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened on a day, about a subject: an order was imposed, a review was held.

    `subject` is text such as "order:12", "order:12/requirement:5", "report:7"; what stands before a slash is
    above what stands after it. `kind` is one of standards.FACT_KINDS, or one that no clause names and that is
    passed over.
    """

    subject: str
    kind: str
    on: date
    until: date | None = None  # the last day of what began, or the day the court gave
    until_by: time | None = None  # the hour by which, on that day
    at: time | None = None  # the hour at which it was done, where known
    for_due_on: date | None = None  # of a review: the due date it was held for
    marks: frozenset[str] = frozenset()  # standards.MARKS
    reference: str = ""  # what people call the subject; copied to what this fact starts


@dataclass(frozen=True, slots=True)
class Timescale:
    """One obligation: what is due about a subject, the nth time, by when, and when it was done."""

    subject: str
    clause: str
    occurrence: int
    reference: str
    edition: str
    starts_on: date
    due_on: date
    due_by: time | None
    met_on: date | None
    on_time: bool | None  # None while it is not done
    ended_on: date | None  # the day the subject ended, or its request was withdrawn, with this not yet done
    lapsed: bool  # the end came before the due date, or undid the request: in no list and no figure
    left_out: str  # the mark that leaves it out of the national percentages, or ""
    days_taken: int | None  # calendar days from the start; 0 when it was done before the start


class Obligation(Protocol):
    """What `state`, `urgency` and `why` read: a Timescale as derived, or the row it is stored in."""

    @property
    def occurrence(self) -> int: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def due_on(self) -> date: ...
    @property
    def due_by(self) -> time | None: ...
    @property
    def met_on(self) -> date | None: ...
    @property
    def on_time(self) -> bool | None: ...
    @property
    def ended_on(self) -> date | None: ...
    @property
    def lapsed(self) -> bool: ...
    @property
    def left_out(self) -> str: ...


def derive(facts: Iterable[Fact], standards: Standards, calendar: Calendar) -> list[Timescale]:
    """Every timescale that these facts give, sorted by due date, subject, clause and occurrence.

    Governed: by the edition in force on the day of the starting fact, the council's own periods in it. Of
    several facts of one starting kind about one subject, the earliest starts the clause.

    Met: by the first meeting fact on or after the start, or on any day where earlier work counts. Where a
    clause falls due again and again, a fact that names the due date it was held for is paired with that one
    (the earliest, if several name it; one that names no due date is an extra and meets nothing), and the
    others are paired in order with the due dates that nobody named.

    Ended: a recurring clause stops at the last day of what started it, or when its subject ends if that is
    earlier. What was due by the end and not done by then is missed; what would have been due later lapses,
    unless it had been done already. The due date never moves: the day the court gave stays the day the court
    gave. Doing it after the end can still meet, late, what was due by the end, and nothing that was due
    later. A withdrawn request lapses whatever had become of it.

    Raises UnknownDay for a day outside the calendar, and ValueError for a starting fact that must bring the
    day the court gave and does not.
    """
    found: dict[tuple[str, str], list[Fact]] = {}
    ends: dict[str, date] = {}
    voids: dict[str, date] = {}
    for fact in facts:
        if fact.kind in ENDS:
            ends[fact.subject] = min(fact.on, ends.get(fact.subject, fact.on))
        elif fact.kind in VOIDS:
            voids[fact.subject] = min(fact.on, voids.get(fact.subject, fact.on))
        found.setdefault((fact.subject, fact.kind), []).append(fact)
    rows: list[Timescale] = []
    for (subject, kind), same in found.items():
        if kind not in standards.starting_kinds:
            continue
        start = same[0] if len(same) == 1 else min(same, key=_earliest_start)
        end, void = _first(ends, subject), _first(voids, subject)
        for edition, clause in standards.started_by(kind, start.on):
            done = found.get((subject, clause.met_by), ())
            for occurrence, due_on, met in _pairs(clause, start, done, calendar):
                row = _timescale(start, edition, clause, occurrence, due_on, met, end, void)
                if row is not None:
                    rows.append(row)
    rows.sort(key=_in_order)
    return rows


def _in_order(row: Timescale) -> tuple[date, str, str, int]:
    return row.due_on, row.subject, row.clause, row.occurrence


def _earliest_start(fact: Fact) -> tuple[date, date, time, list[str], str]:
    """Which of several starting facts governs: the earliest, and on one day always the same one."""
    until, by = fact.until or date.max, fact.until_by or time.max
    return fact.on, until, by, sorted(fact.marks), fact.reference


def _earliest_done(fact: Fact) -> tuple[date, time]:
    return fact.on, fact.at or time.max


def _first(days: Mapping[str, date], subject: str) -> date | None:
    """The earliest of the days given for a subject and for everything above it."""
    if not days:
        return None
    earliest = days.get(subject)
    while "/" in subject:
        subject = subject.rpartition("/")[0]
        above = days.get(subject)
        if above is not None and (earliest is None or above < earliest):
            earliest = above
    return earliest


def _pairs(
    clause: Clause, start: Fact, done: Sequence[Fact], calendar: Calendar
) -> Iterator[tuple[int, date, Fact | None]]:
    """Each time the clause falls due, with the day and with the fact that was held for it."""
    if not clause.earlier_counts:
        done = [fact for fact in done if fact.on >= start.on]
    if not clause.recurs:
        period = clause.within[0]
        if period.counting == AS_ORDERED and start.until is None:
            raise ValueError(
                f"{clause.key} of {start.subject} is due as ordered, and its {start.kind} gives no last day"
            )
        due_on = period.due(start.on, start.until, calendar)
        yield 1, due_on, min(done, key=_earliest_done) if done else None
        return
    named: dict[date, Fact] = {}
    unnamed = []
    for fact in sorted(set(done), key=_earliest_done):
        if fact.for_due_on is None:
            unnamed.append(fact)
        else:
            named.setdefault(fact.for_due_on, fact)
    spare = iter(unnamed)
    for occurrence, due_on in enumerate(_due_dates(clause, start, calendar), start=1):
        yield occurrence, due_on, named.get(due_on) or next(spare, None)


def _due_dates(clause: Clause, start: Fact, calendar: Calendar) -> Iterator[date]:
    """The due dates of a recurring clause, up to the last day of what started it."""
    last = start.until or months_beginning_with(start.on, LONGEST)
    occurrence = 1
    while occurrence <= len(clause.within) or clause.then_every is not None:
        due_on = clause.period(occurrence).due(start.on, None, calendar)
        if due_on > last:
            return
        yield due_on
        occurrence += 1


def _timescale(
    start: Fact,
    edition: str,
    clause: Clause,
    occurrence: int,
    due_on: date,
    met: Fact | None,
    end: date | None,
    void: date | None,
) -> Timescale | None:
    """The timescale as the end leaves it; None for a recurrence that the end came before."""
    lapsed = False
    if end is not None and due_on > end and (met is None or met.on > end):
        if clause.recurs:
            return None
        met, lapsed = None, True
    due_by = start.until_by if clause.within[0].counting == AS_ORDERED else None
    on_time = days_taken = None
    ended_on = end
    if met is not None:
        on_time = met.on < due_on or (
            met.on == due_on and (due_by is None or met.at is None or met.at <= due_by)
        )
        # Earlier work was there when the clock started: it took no days.
        days_taken = max((met.on - start.on).days, 0)
        if end is not None and met.on <= end:
            ended_on = None
    left_out = next((mark for mark in clause.leaves_out if mark in start.marks), "") if start.marks else ""
    return Timescale(
        start.subject,
        clause.key,
        occurrence,
        start.reference,
        edition,
        start.on,
        due_on,
        due_by,
        met.on if met else None,
        on_time,
        void or ended_on,
        lapsed or void is not None,
        left_out,
        days_taken,
    )


def state(timescale: Obligation, on: date) -> State:
    """What a timescale is at the end of a day: nothing dated later than that day is known yet.

    "missed" is what was not done by the time its subject ended: it leaves the lists of work and stays in the
    figures. What is due on the day itself is pending, not overdue. Being left out of the figures is no state: the
    review of an order transferred in has still to be held.
    """
    ended = timescale.ended_on is not None and timescale.ended_on <= on
    if timescale.lapsed and ended:
        return "lapsed"
    if timescale.met_on is not None and timescale.met_on <= on:
        return "met" if timescale.on_time else "met_late"
    if ended:
        return "missed"
    return "overdue" if timescale.due_on < on else "pending"


def urgency(timescale: Obligation, on: date, calendar: Calendar) -> Urgency:
    """How pressing a timescale is on a day: overdue, soon (within 3 working days), later, or not at all
    ("")."""
    standing = state(timescale, on)
    if standing == "overdue":
        return "overdue"
    if standing != "pending":
        return ""
    return "soon" if timescale.due_on <= calendar.add(on, SOON_WORKING_DAYS) else "later"


def why(timescale: Obligation, clause: Clause, calendar: Calendar) -> str:
    """One sentence without a full stop: why it is due on that day, with the closed days that were passed
    over.

    `clause` is the one that governs it: standards.clause_for(timescale.clause, timescale.starts_on).
    """
    due_on, start = timescale.due_on, timescale.starts_on
    due = f"Due {in_words(due_on)}"
    if timescale.due_by is not None:
        due += f" by {_hour(timescale.due_by)}"
    period = clause.period(timescale.occurrence)
    if period.counting == AS_ORDERED:
        return f"{due}: as ordered; {FACT_KINDS[clause.starts_on]} on {in_words(start)}"
    sentence = f"{due}: {period} {in_words(start)}"
    if period.unit == IN_MONTHS and start.day > due_on.day and (due_on + ONE_DAY).day == 1:
        return f"{sentence}; {MONTHS[due_on.month - 1]} {due_on.year} has no {start.day}{_ending(start.day)}"
    if period.unit == WORKING_DAYS:
        return sentence + _not_counted(calendar.closed_between(start, due_on))
    return sentence


def _not_counted(closed: Sequence[tuple[date, str]]) -> str:
    if not closed:
        return ""
    if len(closed) == 1:
        day, name = closed[0]
        return f"; {in_words(day)}, {name}, is not counted"
    *others, last = (f"{in_words(day)} ({name})" for day, name in closed)
    return f"; {', '.join(others)} and {last} are not counted"


def _ending(number: int) -> str:
    return "st" if number == 31 else "th"


def _hour(at: time) -> str:
    """An hour as the service writes it: 4pm, 9:30am, midday."""
    if (at.hour, at.minute) == (12, 0):
        return "midday"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"
