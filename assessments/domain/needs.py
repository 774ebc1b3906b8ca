"""Which needs an LS/CMI found, and how high each is.

The level of a section is worked out from its sub-score by cut-offs that are dated data, as the level of the whole is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from assessments.domain.lscmi import HIGH, LABELS, LEVELS, MAXIMA

DATA = Path(__file__).parent / "data" / "needs"
OTHER = "other"
# What a goal of a plan may be about.
NEEDS = {**LABELS, OTHER: "Something else"}
# What has happened cannot be changed: it is shown with its level, and no goal is asked for.
PAST = frozenset({"criminal_history"})
_HIGHEST_FIRST = tuple(reversed(LEVELS))


@dataclass(frozen=True)
class Edition:
    """Cut-offs from a day on: for each section its levels, lowest first, and the highest sub-score of each."""

    key: str
    in_force_from: date
    source: str
    confidence: str
    highest: Mapping[str, Mapping[str, int]]


def load_editions(folder: Path = DATA) -> tuple[Edition, ...]:
    """Every edition, earliest first. ValueError names the file whose levels do not reach each section's maximum."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        edition = Edition(**tomllib.loads(path.read_text(encoding="utf-8")))
        if set(edition.highest) != set(MAXIMA) or not edition.source:
            raise ValueError(f"{path.name}: give a source, and levels for each section of the instrument")
        for name, levels in edition.highest.items():
            scores, order = list(levels.values()), [level for level in LEVELS if level in levels]
            if list(levels) != order or scores != sorted(set(scores)) or scores[-1] != MAXIMA[name]:
                raise ValueError(f"{path.name}: the levels of {name} must rise to {MAXIMA[name]}")
        editions.append(edition)
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Edition, ...]:
    return load_editions()


def edition_on(day: date) -> Edition:
    """The cut-offs in force on a day; the earliest serve any day before them."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


def levels(sub_scores: Mapping[str, int], edition: Edition) -> dict[str, str]:
    """The level of each section that has a sub-score, the highest first; a score that cannot be has none."""
    found = {}
    for name, highest in edition.highest.items():
        score = sub_scores.get(name)
        if type(score) is int and 0 <= score <= MAXIMA[name]:
            found[name] = next(level for level, most in highest.items() if score <= most)
    return dict(sorted(found.items(), key=lambda one: _HIGHEST_FIRST.index(one[1])))


def without_a_goal(levels: Mapping[str, str], answered: Iterable[str]) -> tuple[str, ...]:
    """The needs found high or very high that no goal is about, the highest first."""
    with_goal = {*answered, *PAST}
    return tuple(name for name, level in levels.items() if level in HIGH and name not in with_goal)
