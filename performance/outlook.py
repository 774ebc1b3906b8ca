"""How the six stand for somebody who answers for the whole service: last quarter, what moved, where, and what is ahead.

Everything here comes out of one count by locality, and a second as of the end of last month: the council's numbers
are the localities' added up, and equal the dashboard's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from performance.domain import rag as rating
from performance.domain.period import Quarter
from performance.figures import (
    MEASURE_OF,
    Figure,
    Group,
    Judgement,
    Key,
    Scope,
    Tallied,
    count,
    figure_of,
    named_groups,
    of_all_groups,
)
from performance.kpis import Kpi

SIX = tuple(
    measure for code in ("K1", "K2", "K3", "K4", "K5", "K6") if isinstance(measure := MEASURE_OF[code], Kpi)
)
# Below so many, one case moves a share by more than any change worth telling.
FEWEST = 5


@dataclass(frozen=True)
class Move:
    """A figure, and what it was before."""

    now: Figure
    was: Figure

    @property
    def points(self) -> Fraction:
        """By how many percentage points it moved."""
        return ((self.now.share or Fraction(0)) - (self.was.share or Fraction(0))) * 100

    @property
    def better(self) -> bool:
        return bool(rating.improving(self.now.share, self.was.share, self.now.measure.polarity))


@dataclass(frozen=True)
class Ends:
    """Of one figure, the locality that stands lowest and the one that stands highest; the same where there is one."""

    figure: Figure
    lowest: Figure | None
    highest: Figure | None


@dataclass(frozen=True)
class Outlook:
    """`last`: the six of the last complete quarter. `now`: of the quarter that runs."""

    last: tuple[Figure, ...]
    now: tuple[Figure, ...]
    moved: tuple[Move, ...]
    since: date
    moved_since: tuple[Move, ...]
    ends: tuple[Ends, ...]


def outlook(scope: Scope, on: date) -> Outlook:
    """The six as known on a day."""
    running = Quarter.of(on)
    last = running.previous
    quarters = (last.year_before, running.year_before, last.previous, last, running)
    counted = count(scope, tuple(one.key for one in quarters), on, "locality", SIX)
    since = on.replace(day=1) - timedelta(days=1)
    then = Quarter.of(since)
    counted_then = count(scope, (then.key,), since, "locality", SIX)

    judged = Judgement(scope.council)
    localities = named_groups("locality", {key for _, key, _ in (*counted, *counted_then)})
    whole, whole_then = of_all_groups(counted), of_all_groups(counted_then)

    def six(numbers: Mapping[Key, Tallied], quarter: Quarter, as_of: date) -> tuple[Figure, ...]:
        return tuple(figure_of(numbers, kpi, quarter, as_of, judged) for kpi in SIX)

    def parts(numbers: Mapping[Key, Tallied], quarter: Quarter, as_of: date) -> tuple[Figure, ...]:
        return tuple(
            figure_of(numbers, kpi, quarter, as_of, judged, group) for kpi in SIX for group in localities
        )

    last_six, last_parts = six(whole, last, on), parts(counted, last, on)
    return Outlook(
        last=last_six,
        now=six(whole, running, on),
        moved=moves(
            (*last_six, *last_parts), (*six(whole, last.previous, on), *parts(counted, last.previous, on))
        ),
        since=since,
        moved_since=moves(
            (*six(whole, then, on), *parts(counted, then, on)),
            (*six(whole_then, then, since), *parts(counted_then, then, since)),
        ),
        ends=tuple(_ends(figure, last_parts) for figure in last_six),
    )


def moves(now: Iterable[Figure], was: Iterable[Figure]) -> tuple[Move, ...]:
    """Every figure that moved, the largest change first; those of a handful of cases are left out."""
    pairs = (Move(one, other) for one, other in zip(now, was, strict=True))
    moved = [
        pair
        for pair in pairs
        if pair.points and min(pair.now.tallied.below, pair.was.tallied.below) >= FEWEST
    ]
    return tuple(sorted(moved, key=lambda pair: -abs(pair.points)))


def _ends(figure: Figure, parts: Sequence[Figure]) -> Ends:
    """Lowest and highest by their exact shares, by name where they are equal."""
    rated = [
        part
        for part in parts
        if part.code == figure.code and part.share is not None and _is_place(part.group)
    ]
    by_share = sorted(rated, key=lambda part: part.share or Fraction(0))
    return Ends(figure, by_share[0] if by_share else None, by_share[-1] if by_share else None)


def _is_place(group: Group | None) -> bool:
    return group is not None and group.key is not None
