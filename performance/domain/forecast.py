"""What an open quarter still needs to end green or amber, and how much falls due week by week."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from performance.domain import rag
from performance.domain.rag import AMBER, GREEN, GREY, LOWER, RED, Rule

_BETTER = {GREEN: 0, AMBER: 1, RED: 2}


@dataclass(frozen=True)
class Forecast:
    """A figure so far, and what can still become of it.

    `needed`: how many of the pending must still be counted above for green; `needed_amber`: for amber or better.
    Where lower is better, they are how many may be at most. None: no target, or out of reach.
    """

    above: int
    below: int
    pending: int
    needed: int | None
    needed_amber: int | None
    now: str
    best: str
    worst: str
    lower: bool = False

    @property
    def in_reach(self) -> bool:
        return self.needed is not None

    @property
    def best_above(self) -> int:
        """How many are above the line if everything still to come goes well."""
        return self.above if self.lower else self.above + self.pending

    @property
    def words(self) -> str:
        """What is needed, in a sentence without a full stop."""
        if self.best == GREY:
            return "No target: nothing is needed"
        if self.needed is not None:
            green = self._say("Green", self.needed)
            if self.needed == (self.pending if self.lower else 0):
                return green
            return f"{green}{self._amber}"
        total = self.below + self.pending
        bound, share = ("at least" if self.lower else "at most"), rag.percent(self.best_above, total)
        reach = (
            f"{bound} {self.best_above:,} of {total:,}, which is {share.normalize():f}%"
            if share is not None
            else bound
        )
        if self.needed_amber is None:
            return f"Neither green nor amber can be reached any longer: {reach}"
        return f"Green can no longer be reached: {reach}. {self._say('Amber', self.needed_amber)}"

    @property
    def _amber(self) -> str:
        """Amber said behind green, where it asks for something else."""
        if self.needed_amber in (None, self.needed):
            return ""
        if self.needed_amber == (self.pending if self.lower else 0):
            return "; amber is certain"
        return f"; amber {'allows' if self.lower else 'needs'} {self.needed_amber:,}"

    def _say(self, colour: str, number: int) -> str:
        rest = "the one still to come" if self.pending == 1 else f"the {self.pending:,} still to come"
        if number == (self.pending if self.lower else 0):
            return (
                f"{colour} whatever becomes of {rest}"
                if self.pending
                else f"{colour}, and nothing is still to come"
            )
        if self.lower:
            return f"{colour} allows {number:,} of {rest}"
        if number == self.pending:
            return f"{colour} needs {rest if number == 1 else f'all {number:,} still to come'}"
        return f"{colour} needs {number:,} of {rest}"


def forecast(above: int, below: int, pending: int, target: Decimal | None, rule: Rule) -> Forecast:
    """From the numbers above and below the line and the number pending: each of these will be below, some above.

    ValueError for numbers that no count gives.
    """
    if not 0 <= above <= below or pending < 0:
        raise ValueError(f"{above} of {below} and {pending} pending cannot have been counted")
    lower = rule.polarity == LOWER

    def ending(well: int) -> str:
        """The rating at the end if so many of the pending go well."""
        more = pending - well if lower else well
        return rag.rate(rag.share(above + more, below + pending), target, rule)

    def least(rating: str) -> int | None:
        """How many of the pending must go well for this rating or a better one: the more, the better it is."""
        if ending(pending) == GREY:
            return None
        found = bisect_left(range(pending + 1), -_BETTER[rating], key=lambda well: -_BETTER[ending(well)])
        if found > pending:
            return None
        return pending - found if lower else found

    return Forecast(
        above,
        below,
        pending,
        needed=least(GREEN),
        needed_amber=least(AMBER),
        now=rag.rate(rag.share(above, below), target, rule),
        best=ending(pending),
        worst=ending(0),
        lower=lower,
    )


def due_by_week(due: Iterable[date]) -> dict[date, int]:
    """How many fall due in each week, by its Monday, in order; weeks between with none are there with nought."""
    weeks = Counter(day - timedelta(days=day.weekday()) for day in due)
    if not weeks:
        return {}
    first, last = min(weeks), max(weeks)
    number = (last - first).days // 7 + 1
    return {monday: weeks[monday] for monday in (first + timedelta(weeks=week) for week in range(number))}
