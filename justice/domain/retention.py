"""How long a person's record is kept: rules by the kind of work, read from text, and the first day it may be destroyed.

A record is everything that was done with one person. Each kind of work in it has its own rule; the one that keeps
longest decides. A kind without a rule that the council has confirmed keeps the record for good: what is destroyed too
late can still be destroyed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data" / "retention"

# The kinds of work that a record may hold.
UNPAID_WORK, ORDER, REPORT, LICENCE, MAPPA, OTHER = (
    "unpaid_work", "order", "report", "licence", "mappa", "other",
)  # fmt: skip
WORK: Final[Mapping[str, str]] = {
    UNPAID_WORK: "Community Payback Orders of unpaid work alone",
    ORDER: "Other Community Payback Orders",
    REPORT: "Court reports",
    LICENCE: "Release on licence",
    MAPPA: "MAPPA",
    OTHER: "Other work",
}
# What a period is counted from.
CASE_CLOSED, LAST_ORDER_ENDED, BORN = "case_closed", "last_order_ended", "born"
TRIGGERS: Final[Mapping[str, str]] = {
    CASE_CLOSED: "the last case was closed",
    LAST_ORDER_ENDED: "the last order ended",
    BORN: "the person was born",
}
LONGEST: Final = 150  # years


@dataclass(frozen=True)
class Rule:
    """How long one kind of work keeps a record. No `years`: until the council sets some.

    `from_year_end`: counted from the end of the calendar year of the trigger. Only what is `confirmed` by the council
    destroys anything; what the program ships with is a start.
    """

    work: str
    trigger: str
    years: int | None
    from_year_end: bool
    source: str
    in_force_from: date
    confidence: str = ""
    confirmed: bool = False

    def __post_init__(self) -> None:
        if self.work not in WORK or self.trigger not in TRIGGERS:
            raise ValueError(f"{self.work}, {self.trigger}: not a kind of work and what it is counted from")
        if self.years is not None and not 1 <= self.years <= LONGEST:
            raise ValueError(f"{self.work}: a period is of 1 to {LONGEST} years")
        if not self.source.strip():
            raise ValueError(f"{self.work}: a period says where it comes from")

    @property
    def period(self) -> str:
        """In words: "5 years after the end of the year in which the last order ended"."""
        if self.years is None:
            return "Until the council sets a period"
        years = f"{self.years} year{'' if self.years == 1 else 's'}"
        year = "the end of the year in which " if self.from_year_end else ""
        return f"{years} after {year}{TRIGGERS[self.trigger]}"


@dataclass(frozen=True)
class Life:
    """What is known of one record: nothing in it but days, kinds of work and whether somebody holds it."""

    born: date
    closed_on: date | None  # of the last case; None while any is open
    order_ended_on: date | None = None  # of the last order that ended
    work: frozenset[str] = frozenset({OTHER})
    unfinished: bool = False  # an order, report or MAPPA entry that has not ended, whatever its case says
    held: bool = False


@dataclass(frozen=True)
class Due:
    """The first day on which a record may be destroyed, and the rule that says so."""

    on: date
    rule: Rule


def load_rules(folder: Path = DATA) -> tuple[Rule, ...]:
    """What the program ships with, one file for each day from which it holds. ValueError for what cannot be read."""
    rules: list[Rule] = []
    for file in sorted(folder.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        start = table["in_force_from"]
        if isinstance(start, datetime) or not isinstance(start, date):
            raise ValueError(f"{file.name}: in_force_from is a day")  # noqa: TRY004  (of what a file says, not of a call)
        rules += [
            Rule(
                row["work"], row["trigger"], row.get("years"), row.get("from_year_end", False), row["source"], start,
                row.get("confidence", ""),
            )
            for row in table["rule"]
        ]  # fmt: skip
    return tuple(rules)


def in_force(rules: Iterable[Rule], on: date) -> dict[str, Rule]:
    """The rule of each kind of work on a day: the latest by then, a confirmed one before a shipped."""
    found: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda one: (one.confirmed, one.in_force_from)):
        if rule.in_force_from <= on:
            found[rule.work] = rule
    return found


def first_day(life: Life, rule: Rule) -> date | None:
    """The first day after one rule's period; None where it has none, or what it counts from has not happened."""
    begins = {
        CASE_CLOSED: life.closed_on,
        LAST_ORDER_ENDED: life.order_ended_on or life.closed_on,
        BORN: life.born,
    }[rule.trigger]
    if begins is None or rule.years is None:
        return None
    if rule.from_year_end:
        return date(begins.year + rule.years + 1, 1, 1)
    try:
        return begins.replace(year=begins.year + rule.years) + timedelta(days=1)
    except (
        ValueError
    ):  # 29 February: the year is whole at the end of the 28th; one day later destroys nothing early
        return date(begins.year + rule.years, 3, 2)


def disposal_of(life: Life, rules: Iterable[Rule], on: date) -> Due | None:
    """When a record may be destroyed under the rules of a day, whether or not it is held; None: not for now.

    Every kind of work in it must have a confirmed period, every case must be closed and nothing unfinished.
    """
    if life.closed_on is None or life.unfinished or not life.work:
        return None
    ruled = in_force(rules, on)
    found: list[Due] = []
    for work in sorted(life.work):
        rule = ruled.get(work)
        day = first_day(life, rule) if rule is not None and rule.confirmed else None
        if rule is None or day is None:
            return None
        found.append(Due(max(day, life.closed_on + timedelta(days=1)), rule))
    return max(found, key=lambda one: one.on)


def due_for_disposal(life: Life, rules: Iterable[Rule], on: date) -> Due | None:
    """What may be destroyed on this day: past its period, and held by nobody."""
    due = disposal_of(life, rules, on)
    return due if due is not None and due.on <= on and not life.held else None
