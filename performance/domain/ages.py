"""Which age band somebody is in on a day, by the sets of bands that tables are printed in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from justice.domain.calendar import years_before

DATA = Path(__file__).parent / "data" / "age-bands.toml"


@dataclass(frozen=True)
class Band:
    """Ages in years from `youngest` to `oldest`, both included; None where there is no end."""

    youngest: int
    oldest: int | None

    @property
    def key(self) -> str:
        return f"{self.youngest}-{self.oldest if self.oldest is not None else 'on'}"

    @property
    def label(self) -> str:
        if self.oldest is None:
            return f"Over {self.youngest - 1}"
        return f"Under {self.oldest + 1}" if self.youngest == 0 else f"{self.youngest} to {self.oldest}"

    def born(self, on: date) -> tuple[date | None, date]:
        """Who is in the band on a day: born after the first of these days, where there is one, to the second."""
        last = years_before(on, self.youngest)
        return (None if self.oldest is None else years_before(on, self.oldest + 1)), last


@dataclass(frozen=True)
class Bands:
    """One set of age bands, with where it is printed."""

    key: str
    label: str
    bands: tuple[Band, ...]
    source: str


def load(path: Path = DATA) -> Mapping[str, Bands]:
    """Every set by its key. ValueError names the set whose ages do not rise or that has no source."""
    found = {}
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["set"]:
        ages = row["youngest"]
        if not row["source"] or not ages or any(low >= high for low, high in pairwise(ages)):
            raise ValueError(f"{path.name}: {row['key']} needs ages that rise, and a source")
        bands = [Band(low, high - 1) for low, high in pairwise(ages)]
        found[row["key"]] = Bands(row["key"], row["label"], (*bands, Band(ages[-1], None)), row["source"])
    return found


@cache
def shipped() -> Mapping[str, Bands]:
    return load()
