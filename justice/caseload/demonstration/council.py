"""Strathcairn, a council that does not exist: its localities, teams, staff, courts and the days it closes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

import holidays

from justice.caseload.demonstration import names
from justice.domain.calendar import Calendar

COUNCIL = "Strathcairn"
LOCALITIES = ("Harrowmuir", "Carsehaven", "Invertarn")
# Share of the caseload in each locality.
WEIGHTS = (40, 35, 25)
FIRST_YEAR, LAST_YEAR = 2018, 2042

SUPERVISION, UNPAID_WORK, COURT, THROUGHCARE, MANAGEMENT = (
    "supervision",
    "unpaid work",
    "court",
    "throughcare",
    "",
)

COURTS = {
    "high": "High Court of Justiciary at Strathcairn",
    "sheriff_solemn": "Strathcairn Sheriff Court",
    "sheriff_summary": "Strathcairn Sheriff Court",
    "stipendiary": "Strathcairn Stipendiary Magistrates' Court",
    "jp": "Strathcairn Justice of the Peace Court",
    "outwith_scotland": "Fellmouth Crown Court",
    "not_known": "",
}
PLACEMENTS = (
    "grounds squad",
    "painting squad",
    "canal path squad",
    "recycling workshop",
    "joinery workshop",
    "food bank, personal placement",
    "charity shop, personal placement",
)


@dataclass(frozen=True)
class Team:
    name: str
    locality: str
    kind: str


TEAMS = (
    Team("Harrowmuir North", "Harrowmuir", SUPERVISION),
    Team("Harrowmuir South", "Harrowmuir", SUPERVISION),
    Team("Harrowmuir Women and Young People", "Harrowmuir", SUPERVISION),
    Team("Carsehaven East", "Carsehaven", SUPERVISION),
    Team("Carsehaven West", "Carsehaven", SUPERVISION),
    Team("Carsehaven Harbour", "Carsehaven", SUPERVISION),
    Team("Invertarn Town", "Invertarn", SUPERVISION),
    Team("Invertarn Villages", "Invertarn", SUPERVISION),
    Team("Harrowmuir Unpaid Work", "Harrowmuir", UNPAID_WORK),
    Team("Carsehaven Unpaid Work", "Carsehaven", UNPAID_WORK),
    Team("Invertarn Unpaid Work", "Invertarn", UNPAID_WORK),
    Team("Sheriff Court", "Harrowmuir", COURT),
    Team("Carsehaven Court", "Carsehaven", COURT),
    Team("Throughcare", "Harrowmuir", THROUGHCARE),
    Team("Carsehaven Throughcare", "Carsehaven", THROUGHCARE),
    Team("Justice Service Management", "Harrowmuir", MANAGEMENT),
)
# Caseworkers and unpaid work supervisors of a team of each kind; every team but the last has one first line manager.
SIZES = {SUPERVISION: (10, 0), UNPAID_WORK: (8, 4), COURT: (6, 0), THROUGHCARE: (6, 0), MANAGEMENT: (0, 0)}
MANAGERS = (
    "senior_manager",
    "senior_manager",
    "senior_manager",
    "senior_manager",
    "performance_officer",
    "performance_officer",
)


@dataclass(frozen=True)
class Member:
    """A member of staff, as staff.csv has them."""

    ref: str
    name: str
    email: str
    role: str
    team: Team


@lru_cache(maxsize=1)
def staff() -> tuple[Member, ...]:
    """Everybody, the same in every bundle whatever its day, seed and scale: their log-ins are written down."""
    given = names.people(Random("Strathcairn staff"))  # noqa: S311  (invented people, not secrets)
    found: list[Member] = []
    for role, team in _posts():
        man, woman, family = next(given)
        first = man if len(found) % 2 else woman
        address = f"{first}.{family}@strathcairn.example".lower()
        found.append(Member(f"DEMO-S{len(found) + 1:03}", f"{first} {family}", address, role, team))
    return tuple(found)


def _posts() -> Iterator[tuple[str, Team]]:
    for team in TEAMS:
        caseworkers, supervisors = SIZES[team.kind]
        if team.kind == MANAGEMENT:
            yield from ((role, team) for role in MANAGERS)
            continue
        yield "first_line_manager", team
        yield from (("caseworker", team) for _ in range(caseworkers))
        yield from (("unpaid_work_supervisor", team) for _ in range(supervisors))


def _monday(year: int, month: int, nth: int) -> date:
    """The nth Monday of a month; -1 is the last."""
    if nth < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        return _monday(following.year, following.month, 1) - timedelta(days=7)
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (nth - 1))


@lru_cache(maxsize=1)
def national_days() -> dict[date, str]:
    """Scotland's bank holidays, substitute days included."""
    return dict(holidays.country_holidays("GB", subdiv="SCT", years=range(FIRST_YEAR, LAST_YEAR + 1)).items())


def _local_days() -> Iterator[tuple[date, str, bool]]:
    good_fridays = {day.year: day for day, name in national_days().items() if name == "Good Friday"}
    for year in range(2019, LAST_YEAR):
        yield good_fridays[year] + timedelta(days=3), "Easter Monday", True
        yield _monday(year, 7, 3), "Strathcairn Fair", True
        yield _monday(year, 8, 1), "Summer Bank Holiday", False
        weekend = _monday(year, 9, -1)
        yield weekend - timedelta(days=3), "September weekend", True
        yield weekend, "September weekend", True
        saint_andrew = date(year, 11, 30)
        if saint_andrew.weekday() > 4:
            saint_andrew += timedelta(days=7 - saint_andrew.weekday())
        yield saint_andrew, "St Andrew's Day", False


# The council's own days: closed where the nation works (True), and worked where the nation is closed (False).
LOCAL_DAYS: list[tuple[date, str, bool]] = list(_local_days())


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """The working days of Strathcairn."""
    closed = {day: name for day, name in national_days().items() if day.weekday() < 5}
    for day, name, shut in LOCAL_DAYS:
        if shut:
            closed[day] = name
        else:
            closed.pop(day, None)
    return Calendar(COUNCIL, closed, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
