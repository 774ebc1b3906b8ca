"""For how long nothing may be recorded of a supervised person before somebody is asked to look."""

from __future__ import annotations

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "activity"


@dataclass(frozen=True)
class Edition:
    """The number of months, from a day on, with where it is from."""

    key: str
    in_force_from: date
    months: int
    counting: str
    source: str
    confidence: str

    def since(self, on: date) -> date:
        """The first day whose records count as activity: that many months before, or the last day of that month."""
        place = on.year * 12 + on.month - 1 - self.months
        year, month = divmod(place, 12)
        return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def load_editions(folder: Path = DATA) -> tuple[Edition, ...]:
    """Every edition, earliest first. ValueError names the file that cannot be used."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        edition = Edition(**tomllib.loads(path.read_text(encoding="utf-8")))
        if edition.months < 1 or not edition.source or not edition.counting:
            raise ValueError(
                f"{path.name}: give a number of months of 1 or more, how it is counted and a source"
            )
        editions.append(edition)
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Edition, ...]:
    return load_editions()


def edition_on(day: date) -> Edition:
    """The edition in force on a day; the earliest serves any day before it."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])
