"""Which bands of the LS/CMI total hold for a council on a day, and which records a change of them would move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet

from assessments.domain import lscmi
from assessments.domain.lscmi import Bands
from assessments.models import Assessment, LevelBands
from assessments.models.scores import read_bands
from cases.models import Council
from justice.domain.errors import Problem

LIMITS = ("very_low_to", "low_to", "medium_to", "high_to")


def own_bands(council: Council | int | None) -> list[Bands]:
    """The council's own bands, earliest first: one query."""
    return [row.bands for row in LevelBands.objects.filter(council=council).order_by("in_force_from")]


def in_force(own: Sequence[Bands], on: date) -> Bands:
    """The bands of a day: the council's own, else those that the program ships with. `own` earliest first."""
    return next((one for one in reversed(own) if one.in_force_from <= on), lscmi.bands_on(on))


def bands_for(council: Council | int | None, on: date) -> Bands:
    """The bands in force in a council for an assessment completed on a day: one query."""
    row = LevelBands.objects.filter(council=council).in_force(on).first()
    return row.bands if row else lscmi.bands_on(on)


def level_of(total: int | None, own: Mapping[str, Any] | None, on: date) -> str:
    """The level of a total by the bands that a query brought along; nothing for a total that no LS/CMI can have."""
    if total is None or not 0 <= total <= lscmi.HIGHEST:
        return ""
    return lscmi.level_of(total, read_bands(own) if own else lscmi.bands_on(on))


def with_row(own: Iterable[Bands], new: Bands) -> list[Bands]:
    """The council's bands as they would be with this row, which takes the place of one of the same day."""
    kept = [one for one in own if one.in_force_from != new.in_force_from]
    return sorted([*kept, new], key=lambda one: one.in_force_from)


def without_row(own: Iterable[Bands], day: date) -> list[Bands]:
    """The council's bands as they would be without the row of a day."""
    return [one for one in own if one.in_force_from != day]


def moving(council: Council, before: Sequence[Bands], after: Sequence[Bands]) -> QuerySet[Assessment]:
    """The records whose level is another by `after` than by `before`, corrected ones among them.

    Between two days on which some bands begin, which totals change their level is the same for every record.
    """
    days = sorted({one.in_force_from for one in (*before, *after, *lscmi.shipped_bands())})
    found = Q(pk__in=())
    for first, last in pairwise((None, *days, None)):
        day = first or days[0] - timedelta(days=1)
        was, now = in_force(before, day), in_force(after, day)
        totals = [
            total
            for total in range(lscmi.HIGHEST + 1)
            if lscmi.level_of(total, was) != lscmi.level_of(total, now)
        ]
        if totals:
            here = Q(total__in=totals)
            here &= Q(completed_on__gte=first) if first else Q()
            here &= Q(completed_on__lt=last) if last else Q()
            found |= here
    rows = Assessment.objects.filter(found, tool=Assessment.Tool.LS_CMI, order__council=council)
    return rows.order_by("-completed_on", "-pk")


def levels_between(council: Council, first: date, last: date) -> list[tuple[str, Q]]:
    """For each level, the condition of having it, for LS/CMI records completed from one day to another: one query."""
    own = own_bands(council)
    days = sorted({one.in_force_from for one in (*own, *lscmi.shipped_bands())} | {first})
    found = []
    for start, end in pairwise((*(day for day in days if first <= day <= last), None)):
        assert start is not None  # noqa: S101  (for the type checker)
        here = Q(completed_on__gte=start)
        here &= Q(completed_on__lt=end) if end else Q()
        lowest = 0
        for level, highest in in_force(own, start).highest.items():
            found.append((level, here & Q(total__range=(lowest, highest))))
            lowest = highest + 1
    return found


def problems(limits: Mapping[str, int | None], source: str) -> list[Problem]:
    """Why these are no bands: each level must reach further than the one below it and leave one above."""
    found = []
    lowest = 0
    labels = [lscmi.LEVELS[level].lower() for level in lscmi.LEVELS]
    for place, name in enumerate(LIMITS):
        value = limits[name]
        highest = lscmi.HIGHEST - len(LIMITS) + place
        if value is None or not lowest <= value <= highest:
            text = f"Enter the highest score of {labels[place]}, between {lowest} and {highest}"
            found.append(Problem(text, name, "bands_do_not_ascend"))
        else:
            lowest = value + 1
    if not source.strip():
        found.append(Problem("Enter the paper that decided it", "source", "source_missing"))
    return found
