"""What an open quarter still needs to end green, and how much falls due week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from performance.domain import rag
from performance.domain.rag import GREEN, LOWER, Rule


@dataclass(frozen=True)
class Forecast:
    """A figure so far, and what can still become of it. `needed`: how many of the pending must still be counted above.

    Where lower is better, `needed` is how many may be at most. None: no target, or green is out of reach.
    """

    above: int
    below: int
    pending: int
    needed: int | None
    now: str
    best: str
    worst: str

    @property
    def in_reach(self) -> bool:
        return self.needed is not None


def forecast(above: int, below: int, pending: int, target: Decimal | None, rule: Rule) -> Forecast:
    """From the numbers above and below the line and the number pending: each of these will be below, some above.

    ValueError for numbers that no count gives.
    """
    if not 0 <= above <= below or pending < 0:
        raise ValueError(f"{above} of {below} and {pending} pending cannot have been counted")
    ratings = [
        rag.rate(rag.share(above + more, below + pending), target, rule) for more in range(pending + 1)
    ]
    green = [more for more, rating in enumerate(ratings) if rating == GREEN]
    lower = rule.polarity == LOWER
    needed = (max(green) if lower else min(green)) if green else None
    best, worst = (ratings[0], ratings[-1]) if lower else (ratings[-1], ratings[0])
    now = rag.rate(rag.share(above, below), target, rule)
    return Forecast(above, below, pending, needed, now, best, worst)


def due_by_week(due: Iterable[date]) -> dict[date, int]:
    """How many fall due in each week, by its Monday, in order; weeks between with none are there with nought."""
    weeks = Counter(day - timedelta(days=day.weekday()) for day in due)
    if not weeks:
        return {}
    first, last = min(weeks), max(weeks)
    number = (last - first).days // 7 + 1
    return {monday: weeks[monday] for monday in (first + timedelta(weeks=week) for week in range(number))}
