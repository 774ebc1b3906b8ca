"""A council's working days: the national holidays, less the days it works, plus the days it closes."""

from __future__ import annotations

import uuid
from datetime import date
from functools import lru_cache

import holidays

from cases.models import CalendarDay, Council, LocalStandard
from justice.domain.calendar import Calendar
from justice.domain.standards import LocalClause, Standards, load_standards

FIRST_YEAR, LAST_YEAR = 1990, 2060


@lru_cache(maxsize=1)
def national_days() -> dict[date, str]:
    """Scotland's bank holidays with their names, substitute days included."""
    days = holidays.country_holidays("GB", subdiv="SCT", years=range(FIRST_YEAR, LAST_YEAR + 1))
    return {day: name for day, name in days.items() if day.weekday() < 5}


def calendar_of(council: Council) -> Calendar:
    """The council's calendar as it stands; a change gives the council a new stamp, and so a new calendar."""
    return _calendar(council.pk, council.calendar_stamp, council.name)


@lru_cache(maxsize=64)
def _calendar(council: int, stamp: uuid.UUID, name: str) -> Calendar:
    closed = dict(national_days())
    for row in CalendarDay.objects.filter(council=council):
        if row.closed and row.day.weekday() < 5:
            closed[row.day] = row.name
        else:
            closed.pop(row.day, None)
    return Calendar(name, closed, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


def standards_of(council: Council) -> Standards:
    """The national standards with the council's own laid over them."""
    return _standards(council.pk, council.standards_stamp)


@lru_cache(maxsize=64)
def _standards(council: int, stamp: uuid.UUID) -> Standards:
    rows = LocalStandard.objects.filter(council=council)
    return load_standards(
        overlays=tuple(
            LocalClause(row.clause, row.in_force_from, tuple(row.within), row.then_every or None, row.source)
            for row in rows
        )
    )
