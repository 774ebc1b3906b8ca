"""What must be done and within what time: clauses in dated editions, read from text and refused when bad.

A clause says which fact starts it, which fact meets it and how long there is. An edition is the clauses in
force from a day. What governs a matter is the edition in force on the day it started, for as long as it
lasts: new guidance never moves the due dates of old orders. A council may lay its own periods over a clause
from a day on.

The first edition also governs what started before its own day: such orders were made, are still worked, and
have to be due by some rule; the oldest that is known is the nearest.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from justice.domain.calendar import Calendar, months_after, months_beginning_with

DATA = Path(__file__).parent / "data" / "standards"

AS_ORDERED = "as ordered"
AFTER = "after"
BEGINNING_WITH = "beginning with"
WORKING_DAYS, DAYS, WEEKS, MONTHS = "working days", "days", "weeks", "months"

# Every kind of fact a clause may name. A slip of the pen in a clause would otherwise start nothing, silently.
FACT_KINDS: Mapping[str, str] = {
    "order_imposed": "the order was imposed",
    "order_received": "the authority received its copy of the order",
    "order_ended": "the order ended",
    "requirement_ended": "the requirement ended before its order did",
    "supervision_imposed": "supervision was imposed",
    "unpaid_work_imposed": "unpaid work was imposed",
    "responsible_officer_named": "a responsible officer was named",
    "first_contact": "the person was first seen or spoken to",
    "induction_held": "the induction or first case management meeting was held",
    "placement_started": "unpaid work was first attended",
    "unpaid_work_completed": "the last of the hours ordered was worked",
    "lscmi_completed": "the LS/CMI assessment was completed",
    "plan_approved": "the case management plan was approved",
    "review_held": "a departmental review was held",
    "report_requested": "the court asked for a report",
    "report_request_due": "the court asked for a report",
    "report_submitted": "the report was submitted",
    "report_withdrawn": "the court withdrew its request for a report",
    "released": "the person was released",
    "post_release_interview_held": "the interview after release was held",
    "breach_decided": "it was decided to apply for breach",
    "breach_lodged": "the breach application was lodged",
    "absence_notified": "the absence was recorded",
    "absence_decided": "it was decided whether the absence was acceptable",
}
# Why a matter is left out of the national percentages from its start (national statistics, notes to the
# tables).
MARKS: Mapping[str, str] = {
    "transferred_in": "transferred in from another area",
    "added_after_imposition": "added after the order was imposed",
}

_PERIOD = re.compile(r"([1-9][0-9]{0,2}) (working day|day|week|month)s? (after|beginning with)")
_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_REQUIRED = ("key", "label", "starts_on", "met_by", "within", "source", "satisfied_by")
_OPTIONAL = ("then_every", "earlier_counts", "leaves_out")


class BadStandard(ValueError):  # noqa: N818  (it is the standard that is bad, not the program)
    """A standard that cannot be read or makes no sense; the message names where, and what is accepted."""


@dataclass(frozen=True)
class Period:
    """How long, in what unit, counted how. `as ordered` is the day the court gave and has no length."""

    count: int
    unit: str
    counting: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "7 working days after", "3 months after", "6 months beginning with" or "as ordered"."""
        if text == AS_ORDERED:
            return cls(0, "", AS_ORDERED)
        found = _PERIOD.fullmatch(text)
        if found is None:
            raise BadStandard(
                f'"{text}" is not a period: write a number from 1 to 999, then "working days", "days", '
                f'"weeks" or "months", then "after" or "beginning with"; or write "as ordered"'
            )
        return cls(int(found[1]), f"{found[2]}s", found[3])

    def __str__(self) -> str:
        if self.counting == AS_ORDERED:
            return AS_ORDERED
        return f"{self.count} {self.unit if self.count > 1 else self.unit[:-1]} {self.counting}"

    def due(self, start: date, until: date | None, calendar: Calendar) -> date:
        """The last day of the period that starts on `start`; `until` is the day the court gave, if it gave
        one."""
        if self.counting == AS_ORDERED:
            if until is None:
                raise ValueError("What is due as ordered needs the day the court gave")
            return until
        if self.unit == WORKING_DAYS:
            # Beginning with: the first day counts when it is worked, so counting starts from the day before.
            from_day = start if self.counting == AFTER else start - timedelta(days=1)
            return calendar.add(from_day, self.count)
        if self.unit == MONTHS:
            count = months_after if self.counting == AFTER else months_beginning_with
            return count(start, self.count)
        days = self.count * 7 if self.unit == WEEKS else self.count
        return start + timedelta(days=days if self.counting == AFTER else days - 1)


@dataclass(frozen=True)
class Clause:
    """One thing a standard requires: started by a fact, met by a fact, within a period."""

    key: str
    label: str
    starts_on: str
    met_by: str
    within: tuple[Period, ...]
    then_every: Period | None
    leaves_out: tuple[str, ...]
    earlier_counts: bool
    source: str
    satisfied_by: str

    @property
    def recurs(self) -> bool:
        """Whether it falls due more than once, so that each doing must be paired with its own due date."""
        return self.then_every is not None or len(self.within) > 1

    def period(self, occurrence: int) -> Period:
        """The period from the starting fact to the nth due date, as one period where it can be said as one.

        Repeats are counted from the start and not from the due date before: three and then every six months
        from 31 August fall on 30 November, 28 February, 31 August, and do not slide to the 28th for good.
        """
        if occurrence <= len(self.within):
            return self.within[occurrence - 1]
        last, every = self.within[-1], self.then_every
        if every is None:
            raise ValueError(f"{self.key} falls due {len(self.within)} times, and not {occurrence}")
        return Period(last.count + every.count * (occurrence - len(self.within)), last.unit, last.counting)


@dataclass(frozen=True)
class Edition:
    """The clauses in force from a day."""

    key: str
    in_force_from: date
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class LocalClause:
    """A council's own period for one national clause, from a day on; what is left empty stays national.

    `within` and `then_every` may be given as text, as the settings keep them.
    """

    clause_key: str
    in_force_from: date
    within: tuple[Period, ...]
    then_every: Period | None
    source: str

    def __init__(
        self,
        clause_key: str,
        in_force_from: date,
        within: Sequence[Period | str] = (),
        then_every: Period | str | None = None,
        source: str = "",
    ) -> None:
        where = f"local standard for {clause_key}"
        if not source.strip():
            raise BadStandard(f"{where}: say where it comes from (source)")
        put = object.__setattr__
        put(self, "clause_key", clause_key)
        put(self, "in_force_from", in_force_from)
        put(self, "within", tuple(_period(text, where, "within") for text in within))
        put(self, "then_every", _period(then_every, where, "then_every") if then_every else None)
        put(self, "source", source)
        if not self.within and self.then_every is None:
            raise BadStandard(f"{where}: give a period (within, then_every or both)")


class Standards:
    """Every edition, with one council's own periods laid over them: which clauses govern what starts on a
    day."""

    def __init__(self, editions: Iterable[Edition], overlays: Iterable[LocalClause] = ()) -> None:
        self.editions = tuple(sorted(editions, key=lambda edition: edition.in_force_from))
        self.overlays = tuple(sorted(overlays, key=lambda local: local.in_force_from))
        if not self.editions:
            raise BadStandard("There is no edition of the standards")
        _refuse_twins("edition", [edition.key for edition in self.editions])
        _refuse_twins("edition in force from", [str(edition.in_force_from) for edition in self.editions])
        known = {clause.key for edition in self.editions for clause in edition.clauses}
        for local in self.overlays:
            if local.clause_key not in known:
                raise BadStandard(f"local standard for {local.clause_key}: there is no such national clause")
        _refuse_twins(
            "local standard", [f"{local.clause_key} from {local.in_force_from}" for local in self.overlays]
        )
        # One entry for each stretch of days between changes. The first one reaches back for ever.
        self._from = sorted(
            {edition.in_force_from for edition in self.editions}
            | {local.in_force_from for local in self.overlays}
        )
        self._stretches = [self._on(day) for day in (date.min, *self._from)]
        self.starting_kinds = frozenset(clause.starts_on for _, row in self._stretches for clause in row)
        self._started = [
            {
                kind: tuple((edition.key, clause) for clause in clauses if clause.starts_on == kind)
                for kind in {clause.starts_on for clause in clauses}
            }
            for edition, clauses in self._stretches
        ]

    def _on(self, day: date) -> tuple[Edition, tuple[Clause, ...]]:
        governing = [edition for edition in self.editions if edition.in_force_from <= day]
        edition = governing[-1] if governing else self.editions[0]
        local = {row.clause_key: row for row in self.overlays if row.in_force_from <= day}
        return edition, tuple(
            _laid_over(clause, local[clause.key]) if clause.key in local else clause
            for clause in edition.clauses
        )

    def edition_on(self, day: date) -> Edition:
        """The edition that governs what starts on this day; the first one also what started before it."""
        return self._stretches[bisect_right(self._from, day)][0]

    def clauses_on(self, day: date) -> tuple[Clause, ...]:
        """The clauses that govern what starts on this day, the council's own periods in them."""
        return self._stretches[bisect_right(self._from, day)][1]

    def clause_for(self, key: str, on: date) -> Clause:
        """The clause of this key that governs what starts on this day; KeyError where there is none."""
        for clause in self.clauses_on(on):
            if clause.key == key:
                return clause
        raise KeyError(f"No clause {key} is in force on {on}")

    def started_by(self, kind: str, on: date) -> tuple[tuple[str, Clause], ...]:
        """The clauses that a fact of this kind on this day starts, each with the key of its edition."""
        return self._started[bisect_right(self._from, on)].get(kind, ())


def _laid_over(clause: Clause, local: LocalClause) -> Clause:
    """The clause with the council's periods in place of the national ones. What the court orders is not
    theirs."""
    laid = replace(
        clause,
        within=local.within or clause.within,
        then_every=local.then_every or clause.then_every,
        source=local.source,
    )
    where = f"local standard for {clause.key} from {local.in_force_from}"
    if any(period.counting == AS_ORDERED for period in (*clause.within, *laid.within)):
        raise BadStandard(
            f"{where}: a day that the court orders cannot be replaced, nor ordered by a council"
        )
    if laid.then_every and not clause.then_every:
        raise BadStandard(
            f"{where}: the national clause falls due once, so it cannot be repeated (then_every)"
        )
    _refuse_odd_periods(laid, where)
    return laid


def load_standards(folder: Path = DATA, overlays: Iterable[LocalClause] = ()) -> Standards:
    """Read every edition in a folder. Anything unclear is refused, with the file and the clause named."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise BadStandard(
            f"{folder.name}: there is no edition (a file such as 2011-02-01.toml) in this folder"
        )
    return Standards([_edition(file) for file in files], overlays)


def _edition(file: Path) -> Edition:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadStandard(f"{file.name}: cannot be read as TOML text: {error}") from error
    _refuse_unknown(table, ("key", "in_force_from", "clause"), file.name)
    key = _text(table, "key", file.name)
    day = table.get("in_force_from")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise BadStandard(f"{file.name}: in_force_from must be a day, such as 2011-02-01")
    if file.name != f"{day.isoformat()}.toml":
        raise BadStandard(f"{file.name}: is in force from {day}, so its name must be {day}.toml")
    rows = table.get("clause")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise BadStandard(f"{file.name}: has no [[clause]]")
    clauses = tuple(_clause(row, number, file.name) for number, row in enumerate(rows, start=1))
    _refuse_twins(f"{file.name}: clause", [clause.key for clause in clauses])
    return Edition(key, day, clauses)


def _clause(row: Mapping[str, object], number: int, file: str) -> Clause:
    named = row.get("key")
    where = f"{file}, clause {named if isinstance(named, str) and named else f'number {number}'}"
    _refuse_unknown(row, _REQUIRED + _OPTIONAL, where)
    for name in _REQUIRED:
        if name not in row:
            raise BadStandard(f"{where}: {name} is missing")
    within = row["within"]
    texts = within if isinstance(within, list) else [within]
    earlier = row.get("earlier_counts", False)
    if not isinstance(earlier, bool):
        raise BadStandard(f"{where}: earlier_counts must be true or false")
    leaves_out = row.get("leaves_out", [])
    if not isinstance(leaves_out, list) or not all(isinstance(mark, str) for mark in leaves_out):
        raise BadStandard(f"{where}: leaves_out must be a list of marks")
    for mark in leaves_out:
        if mark not in MARKS:
            raise BadStandard(f'{where}: leaves_out names "{mark}"; the marks are {", ".join(MARKS)}')
    clause = Clause(
        key=_text(row, "key", where),
        label=_text(row, "label", where),
        starts_on=_kind(row, "starts_on", where),
        met_by=_kind(row, "met_by", where),
        within=tuple(_period(text, where, "within") for text in texts),
        then_every=_period(row["then_every"], where, "then_every") if "then_every" in row else None,
        leaves_out=tuple(leaves_out),
        earlier_counts=earlier,
        source=_text(row, "source", where),
        satisfied_by=_text(row, "satisfied_by", where),
    )
    if not _KEY.fullmatch(clause.key):
        raise BadStandard(f'{where}: write the key as two words of small letters with a dot, "cpo.plan"')
    if clause.starts_on == clause.met_by:
        raise BadStandard(f"{where}: would be met by the very fact that starts it")
    _refuse_odd_periods(clause, where)
    return clause


def _refuse_odd_periods(clause: Clause, where: str) -> None:
    if not clause.within:
        raise BadStandard(f"{where}: within has no period")
    if len(clause.within) > 1 and any(period.counting == AS_ORDERED for period in clause.within):
        raise BadStandard(f'{where}: "as ordered" is one day, and stands alone')
    for earlier, later in zip(clause.within, clause.within[1:], strict=False):
        if (later.unit, later.counting) != (earlier.unit, earlier.counting) or later.count <= earlier.count:
            raise BadStandard(f'{where}: "{later}" must be longer than "{earlier}", and counted alike')
    every, last = clause.then_every, clause.within[-1]
    if every and (every.unit, every.counting) != (last.unit, last.counting):
        raise BadStandard(f'{where}: then_every "{every}" must be counted as "{last}" is')


def _period(value: object, where: str, name: str) -> Period:
    if isinstance(value, Period):
        return value
    if not isinstance(value, str):
        raise BadStandard(f"{where}: {name} must be text such as 7 working days after")
    try:
        period = Period.parse(value)
    except BadStandard as error:
        raise BadStandard(f"{where}: {name}: {error}") from None
    if name == "then_every" and period.counting == AS_ORDERED:
        raise BadStandard(f'{where}: then_every cannot be "as ordered": a day cannot recur')
    return period


def _kind(row: Mapping[str, object], name: str, where: str) -> str:
    kind = _text(row, name, where)
    if kind not in FACT_KINDS:
        raise BadStandard(f'{where}: {name} is "{kind}", which is no kind of fact that is recorded')
    return kind


def _text(row: Mapping[str, object], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadStandard(f"{where}: {name} must be text, and not empty")
    return value


def _refuse_unknown(row: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for name in row:
        if name not in known:
            raise BadStandard(f'{where}: "{name}" is not known here; write one of {", ".join(known)}')


def _refuse_twins(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadStandard(f"{what} {name} is given twice")
