"""How much work somebody holds, in weighted points, and how much the hours they have allow.

Points are a manager's aid to sharing work out fairly, not a measure of anybody. What each kind of work weighs is dated
data with its source, and the page that shows the points shows the weights.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from assessments.domain import lscmi
from justice.domain.calendar import months_after

DATA = Path(__file__).parent / "data" / "workload"
NOT_ASSESSED, WITHOUT_SUPERVISION = "order.not_assessed", "order.without_supervision"
FURTHER, EARLY, BREACH, REPORT, RELEASE = "order.further", "order.early", "breach", "report", "release"
OTHER = "case"
KINDS = (
    *(f"order.{level}" for level in lscmi.LEVELS),
    NOT_ASSESSED,
    WITHOUT_SUPERVISION,
    FURTHER,
    EARLY,
    BREACH,
    REPORT,
    RELEASE,
    OTHER,
)


@dataclass(frozen=True)
class Weight:
    """What one piece of work of a kind counts for, in points."""

    kind: str
    label: str
    points: int


@dataclass(frozen=True)
class Edition:
    """The weights from a day on, and what a point and a full-time week are."""

    key: str
    in_force_from: date
    source: str
    minutes_per_point: int
    weekly_hours: int
    early_months: int
    licence_months: int
    weights: Mapping[str, Weight]

    def points(self, kind: str) -> int:
        return self.weights[kind].points


def load_editions(folder: Path = DATA) -> tuple[Edition, ...]:
    """Every edition, earliest first. ValueError names the file that cannot be used."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        weights = [Weight(**row) for row in content.pop("weight")]
        if sorted(one.kind for one in weights) != sorted(KINDS):
            raise ValueError(f"{path.name}: give each of these kinds of work one weight: {', '.join(KINDS)}")
        edition = Edition(**content, weights={one.kind: one for one in weights})
        counts = (edition.minutes_per_point, edition.weekly_hours, *(one.points for one in weights))
        if not edition.source or min(counts) < 1:
            raise ValueError(f"{path.name}: give a source, and numbers of 1 or more")
        editions.append(edition)
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Edition, ...]:
    return load_editions()


def edition_on(day: date) -> Edition:
    """The weights in force on a day; the earliest serve any day before them."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


@dataclass(frozen=True)
class HeldOrder:
    """An active order as far as its weight goes. `level`: the person's latest LS/CMI level, an override before it."""

    key: int
    imposed_on: date
    supervised: bool
    level: str = ""


def order_kinds(orders: Iterable[HeldOrder], on: date, edition: Edition) -> dict[int, tuple[str, ...]]:
    """The kinds of work in each of one person's active orders.

    People are supervised once, whatever the number of their orders: the newest supervised order, else the newest,
    carries the weight, and each other one counts as a further order. So what an order weighs does not depend on who
    holds it, and points can be added up and moved.
    """
    newest_first = sorted(orders, key=lambda one: (one.supervised, one.imposed_on, one.key), reverse=True)
    kinds: dict[int, tuple[str, ...]] = {one.key: (FURTHER,) for one in newest_first}
    for main in newest_first[:1]:
        if not main.supervised:
            kinds[main.key] = (WITHOUT_SUPERVISION,)
            continue
        early = (EARLY,) if on < months_after(main.imposed_on, edition.early_months) else ()
        kinds[main.key] = (f"order.{main.level}" if main.level else NOT_ASSESSED, *early)
    return kinds


def counts_as_licence(released_on: date, on: date, edition: Edition) -> bool:
    """Whether a release still weighs: the record holds no end of a licence, so its first months count."""
    return released_on <= on < months_after(released_on, edition.licence_months)


@dataclass(frozen=True)
class Hours:
    """One dated row about somebody's hours: a shorter week, a share of the week taken up otherwise, or both."""

    weekly_hours: Decimal | None = None
    reduction_percent: int = 0


def capacity(rows: Sequence[Hours], edition: Edition) -> Fraction:
    """The points that fill somebody's week: the shortest week recorded, less all reductions together."""
    hours = min(
        (Fraction(row.weekly_hours) for row in rows if row.weekly_hours is not None),
        default=Fraction(edition.weekly_hours),
    )
    taken = min(sum(row.reduction_percent for row in rows), 100)
    return hours * 60 / edition.minutes_per_point * (100 - taken) / 100


def share(points: int, capacity: Fraction) -> Fraction | None:
    """Points as a part of capacity; None where there is no capacity at all, whatever the points."""
    return points / capacity if capacity else None


def percent(part: Fraction | None) -> int | None:
    """To the nearest whole number, but nothing over the limit is shown as 100 and nothing below it either."""
    if part is None:
        return None
    shown = round(part * 100)
    if shown == 100 and part != 1:
        return 101 if part > 1 else 99
    return shown
