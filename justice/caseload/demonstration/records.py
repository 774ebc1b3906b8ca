"""What the demonstration's history is made of: people, orders, reports, releases, before they are written as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from justice.caseload.demonstration.council import Member
from justice.domain.calendar import months_beginning_with, years_before

LEVEL_1 = 100  # hours (1995 Act s.227I)
# Emergency law gave orders imposed between these days a further twelve months for unpaid work.
EMERGENCY = date(2020, 4, 7), date(2022, 9, 30)


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with an order, a report or a release; age, sex and name are settled last, to fit the caseload."""

    locality: str
    orders: list[Order] = field(default_factory=list)
    # The last day on which the person can have been born: old enough for what the courts did.
    born_by: date = date.max
    died_on: date | None = None
    ref: str = ""
    gender: str = ""
    born: date = date.min

    def at_least(self, years: int, on: date) -> None:
        self.born_by = min(self.born_by, years_before(on, years))


NOBODY = Person("")  # until somebody is found


@dataclass(slots=True, eq=False)
class Order:
    """An order with all its future in it: what lies after the day of the bundle is left out when it is written."""

    imposed: date
    court_type: str
    basis: str
    transferred_in: bool
    hours: int = 0
    months: int = 0  # of supervision
    others: list[tuple[str, int]] = field(default_factory=list)  # other requirements with their months
    work_added: date | None = None
    supervision_added: date | None = None
    person: Person = NOBODY
    caseworker: Member | None = None
    # When the hours will be done at this person's pace, and whether the order lasts so long.
    finish: date | None = None
    completed: date | None = None
    # The court's own last day for the hours, where it gave one.
    limit: date | None = None
    end: date = date.max
    end_reason: str = ""
    started: date | None = None
    planned: date | None = None
    reviews: list[tuple[date, date | None]] = field(default_factory=list)  # held on, for due on
    ref: str = ""

    @property
    def work_began(self) -> date:
        return self.work_added or self.imposed

    @property
    def supervised_from(self) -> date:
        return self.supervision_added or self.imposed

    @property
    def statutory(self) -> date:
        """Last day of the three or six months for the hours (1995 Act s.227L)."""
        return months_beginning_with(self.work_began, 3 if self.hours <= LEVEL_1 else 6)

    @property
    def supervised_until(self) -> date:
        return months_beginning_with(self.supervised_from, self.months)

    def needs_an_adult(self) -> bool:
        """Whether the order would be unlawful for somebody under 18 (1995 Act s.227G)."""
        if not self.months or self.supervision_added:
            return True
        level_1_only = 0 < self.hours <= LEVEL_1 and not self.others
        long_restriction = any(kind == "restricted_movement" and months > 3 for kind, months in self.others)
        return level_1_only or long_restriction or self.basis == "fine_default"


@dataclass(slots=True, eq=False)
class Report:
    requested: date
    hearing: date
    court_type: str
    order: Order | None = None  # the order the court made at that hearing
    person: Person = NOBODY
    submitted: date | None = None
    withdrawn: date | None = None
    ref: str = ""

    def awaited(self, today: date) -> bool:
        """Whether the hearing is still to come, and the court has not withdrawn its request."""
        return self.hearing >= today and not (self.withdrawn and self.withdrawn <= today)


@dataclass(slots=True, eq=False)
class Release:
    released: date
    licence: str
    interviewed: date | None = None
    person: Person = NOBODY
    ref: str = ""


@dataclass(slots=True)
class History:
    """Everything that happened, and is to happen, in the council."""

    orders: list[Order]
    reports: list[Report]
    releases: list[Release]
    exclusions: list[tuple[Order | Report | Release, str, str]]
    people: list[Person]
    holders: dict[int, Member]  # of people without an order, by id(person)
