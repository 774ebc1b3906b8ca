"""Looks at records that somebody should ask about: each rule a plain function of one person's looks of one day.

A finding is a question, never an answer: most unusual looking has a good reason, which the manager hears. Looks at what
one holds, covers or has work in are no finding at all, whoever it is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import fmean, pstdev
from typing import Final


class Ground(StrEnum):
    """On what ground somebody saw a record, as the log of looks says it: worked out, never typed."""

    ALLOCATED = "allocated"
    COVER = "cover"
    TEAM = "team"
    PERMITTED = "permitted"
    OPENED = "opened with a reason"
    UNALLOCATED = "unallocated"
    COUNCIL = "council"
    GOVERNANCE = "information governance"
    OUTSIDE = "outside"  # of a list: somebody on it stood outside one's own work


OWN_WORK: Final = frozenset({Ground.ALLOCATED, Ground.COVER})
UNCOMMON: Final = 5  # a family name that more people bear says nothing of kinship
RUN: Final = 5  # keys one after another
RUN_WITHIN: Final = timedelta(minutes=30)
MANY: Final = 25  # people in a day, at the least, to be many
DEVIATIONS: Final = 4
DAYS_BACK: Final = 28
COMMON: Final = 0.005  # of all people: a name that says little by itself
RETURNS: Final = 4  # days of looking at the same stranger, within RETURNS_WITHIN
RETURNS_WITHIN: Final = timedelta(days=14)
LATE: Final = 3  # strangers outside working hours
FROM_HOUR: Final = 7
TO_HOUR: Final = 20
ACCUSTOMED: Final = 3  # days outside working hours, of the last, that make them usual
REFUSED: Final = 8  # different addresses that were not there for them


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one record, at the time it was in Scotland, on the ground that was logged."""

    user: int
    at: datetime
    case: int
    ground: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who looks."""

    surname: str
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody who is looked at."""

    surname: str
    watched: bool = False


@dataclass(frozen=True)
class Usual:
    """What one person's last weeks were like."""

    people_a_day: tuple[int, ...] = ()
    days_out_of_hours: int = 0


@dataclass
class Day:
    """What the rules know of a day beside the looks themselves."""

    on: date
    staff: Mapping[int, Member]
    people: Mapping[int, Subject]
    usual: Mapping[int, Usual] = field(default_factory=dict)
    # Who has work in which case: holds it or held it lately, or recorded something in it.
    linked: frozenset[tuple[int, int]] = frozenset()
    # On which earlier days somebody looked at a case.
    before: Mapping[tuple[int, int], frozenset[date]] = field(default_factory=dict)
    refused: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bearers: dict[str, int] = defaultdict(int)
        for subject in self.people.values():
            self.bearers[same(subject.surname)] += 1
        self.of_team: dict[int | None, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for key, member in self.staff.items():
            self.of_team[member.team][same(member.surname)].add(key)


@dataclass(frozen=True)
class Finding:
    user: int
    on: date
    found: str
    cases: tuple[int, ...]
    count: int


def same(surname: str) -> str:
    return surname.strip().casefold().replace("mac", "mc", 1) if surname else ""


# ---------------------------------------------------------------- the rules: looks without own work in, cases out


def own_surname(user: int, looks: Sequence[Look], day: Day) -> list[int]:
    """Somebody of one's own family name; where many bear it, somebody one looked at more than once."""
    own = same(day.staff[user].surname)
    found = [look.case for look in looks if own and same(day.people[look.case].surname) == own]
    if day.bearers[own] > max(UNCOMMON, COMMON * len(day.people)):
        return [case for case in found if found.count(case) > 1]
    return found


def colleagues_surname(user: int, looks: Sequence[Look], day: Day) -> list[int]:
    """Somebody of a colleague's family name, where few people bear it."""
    member = day.staff[user]
    names = day.of_team[member.team] if member.team is not None else {}
    found = []
    for look in looks:
        name = same(day.people[look.case].surname)
        if name != same(member.surname) and names.get(name) and day.bearers[name] <= UNCOMMON:
            found.append(look.case)
    return found


def no_link(user: int, looks: Sequence[Look], day: Day) -> list[int]:
    """The same person again and again, with no work in their case."""
    since = day.on - RETURNS_WITHIN
    return [
        look.case
        for look in looks
        if sum(on > since for on in day.before.get((user, look.case), ())) + 1 >= RETURNS
    ]


def in_sequence(user: int, looks: Sequence[Look], day: Day) -> list[int]:
    """One record after another, by their numbers."""
    run: list[Look] = []
    for look in looks:
        if run and look.case == run[-1].case:
            continue
        if run and look.case - run[-1].case == 1 and look.at - run[0].at <= RUN_WITHIN:
            run.append(look)
        else:
            run = [look]
        if len(run) >= RUN:
            return [one.case for one in run]
    return []


def out_of_hours(user: int, looks: Sequence[Look], day: Day) -> list[int]:
    """Strangers, at night or at a weekend, by somebody who is not used to work then."""
    if day.usual.get(user, Usual()).days_out_of_hours >= ACCUSTOMED:
        return []
    found = [look.case for look in looks if outside_hours(look.at)]
    return found if len(set(found)) >= LATE else []


def watched(user: int, looks: Sequence[Look], day: Day) -> list[int]:
    """A restricted record, by somebody to whom it does not fall."""
    return [look.case for look in looks if day.people[look.case].watched and look.ground != Ground.TEAM]


def outside_hours(at: datetime) -> bool:
    return at.weekday() >= 5 or not FROM_HOUR <= at.hour < TO_HOUR


Rule = Callable[[int, Sequence[Look], Day], list[int]]
RULES: Final[dict[str, Rule]] = {
    "own_surname": own_surname,
    "colleagues_surname": colleagues_surname,
    "no_link": no_link,
    "in_sequence": in_sequence,
    "out_of_hours": out_of_hours,
    "watched": watched,
}
WORDS: Final = {
    "own_surname": "People with their own family name",
    "colleagues_surname": "People with the uncommon family name of a colleague",
    "no_link": "The same person on several days, without work in the case",
    "in_sequence": "Records one after another by their numbers",
    "out_of_hours": "Records outside working hours, without work in the cases",
    "watched": "A restricted record, without work in the case",
    "volume": "Many more people than they usually look at",
    "refused": "Many pages that were not there for them",
}


def volume(user: int, looks: Iterable[Look], day: Day) -> list[int]:
    """Many more people in a day than is usual for this person, own work included."""
    people = list(dict.fromkeys(look.case for look in looks))
    usual = day.usual.get(user, Usual()).people_a_day
    limit = max(MANY, fmean(usual) + DEVIATIONS * pstdev(usual)) if usual else 2 * MANY
    return people if len(people) > limit else []


def findings(looks: Iterable[Look], day: Day) -> list[Finding]:
    """Everything of a day to ask about: one finding for each person and rule."""
    by_user: dict[int, list[Look]] = defaultdict(list)
    for look in looks:
        if look.user in day.staff and look.case in day.people:
            by_user[look.user].append(look)
    found = []
    for user, own in sorted(by_user.items()):
        own.sort(key=lambda look: look.at)
        strange = [
            look for look in own if look.ground not in OWN_WORK and (user, look.case) not in day.linked
        ]
        named = {name: rule(user, strange, day) for name, rule in RULES.items()} if strange else {}
        named["volume"] = volume(user, own, day)
        for name, cases in named.items():
            if cases:
                found.append(Finding(user, day.on, name, tuple(dict.fromkeys(cases)), len(set(cases))))
    for user, count in sorted(day.refused.items()):
        if user in day.staff and count >= REFUSED:
            found.append(Finding(user, day.on, "refused", (), count))
    return found


def usual_of(days: Mapping[date, Iterable[Look]]) -> Usual:
    """What one person's earlier days were like."""
    people, late = [], 0
    for looks in days.values():
        seen = list(looks)
        people.append(len({look.case for look in seen}))
        late += any(outside_hours(look.at) for look in seen)
    return Usual(tuple(people), late)
