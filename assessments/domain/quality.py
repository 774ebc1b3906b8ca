"""What a file is read for, how it is scored, and how far two readers agree."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from justice.domain.errors import Problem

DATA = Path(__file__).parent / "data" / "quality"
LOWEST, HIGHEST = 1, 6
Pair = tuple[int, int]


@dataclass(frozen=True)
class Point:
    """One point of the six-point scale."""

    score: int
    label: str
    meaning: str


@dataclass(frozen=True)
class Indicator:
    """One thing a file is scored on; `number` is the inspectorate's, where there is one."""

    code: str
    label: str
    number: str
    about: str

    @property
    def title(self) -> str:
        return f"{self.label} ({self.number})" if self.number else self.label


@dataclass(frozen=True)
class Theme:
    """Something found in one file that may be found in others: what is strong, or what to improve."""

    code: str
    label: str
    strength: bool = False


@dataclass(frozen=True)
class Edition:
    """What files are read for from a day on."""

    key: str
    in_force_from: date
    source: str
    second_reader_percent: int
    fewest_workers: int
    scale: Mapping[int, Point]
    indicators: Mapping[str, Indicator]
    themes: Mapping[str, Theme]


def load_editions(folder: Path = DATA) -> tuple[Edition, ...]:
    """Every edition, earliest first. ValueError names the file that cannot be used."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        scale = [Point(**row) for row in content.pop("scale")]
        indicators = [Indicator(**row) for row in content.pop("indicator")]
        themes = [Theme(**row) for row in content.pop("theme")]
        if sorted(one.score for one in scale) != list(range(LOWEST, HIGHEST + 1)):
            raise ValueError(f"{path.name}: name each score from {LOWEST} to {HIGHEST} once")
        if not indicators or any(
            len({one.code for one in rows}) != len(rows) for rows in (indicators, themes)
        ):
            raise ValueError(f"{path.name}: give indicators, and each code once")
        edition = Edition(
            **content,
            scale={one.score: one for one in scale},
            indicators={one.code: one for one in indicators},
            themes={one.code: one for one in themes},
        )
        if not edition.source or not 0 <= edition.second_reader_percent <= 100 or edition.fewest_workers < 1:
            raise ValueError(f"{path.name}: give a source, a share of 0 to 100 and a least number of workers")
        editions.append(edition)
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Edition, ...]:
    return load_editions()


def edition_on(day: date) -> Edition:
    """What files are read for on a day; the earliest edition serves any day before it."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


def reading_problems(
    scores: Mapping[str, int], notes: Mapping[str, str], themes: Sequence[str], edition: Edition
) -> list[Problem]:
    """Why a reading cannot be kept: every indicator is scored on the scale, and nothing else is."""
    found = []
    for code, indicator in edition.indicators.items():
        if code not in scores:
            text = f"Select a score for “{indicator.label}”"
            found.append(Problem(text, f"score_{code}", "score_missing"))
        elif scores[code] not in edition.scale:
            text = f"For “{indicator.label}”, choose a score from {LOWEST} to {HIGHEST}"
            found.append(Problem(text, f"score_{code}", "score_off_the_scale"))
    unknown = (set(scores) | set(notes)) - set(edition.indicators)
    if unknown:
        found.append(
            Problem(f"Take out what is no indicator: {', '.join(sorted(unknown))}", "", "not_an_indicator")
        )
    if set(themes) - set(edition.themes):
        found.append(Problem("Select themes from those listed", "themes", "not_a_theme"))
    return found


# --- Agreement ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """How far two readers agree over the scores that both gave."""

    pairs: int
    exact: int
    within_one: int
    kappa: Fraction | None

    @property
    def exact_share(self) -> Fraction | None:
        return Fraction(self.exact, self.pairs) if self.pairs else None

    @property
    def within_one_share(self) -> Fraction | None:
        return Fraction(self.within_one, self.pairs) if self.pairs else None


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Exact, within one point, and weighted kappa, of the first and second score of each."""
    return Agreement(
        pairs=len(pairs),
        exact=sum(first == second for first, second in pairs),
        within_one=sum(abs(first - second) <= 1 for first, second in pairs),
        kappa=weighted_kappa(pairs),
    )


def weighted_kappa(pairs: Sequence[Pair]) -> Fraction | None:
    """Cohen's kappa with linear weights: 1 is full agreement, 0 what chance alone would give, below 0 less than that.

    A difference counts by its points. None where chance alone would give full agreement (every score the same) or
    there is nothing to compare: then there is nothing that kappa could measure.
    """
    for score in (one for pair in pairs for one in pair):
        if not LOWEST <= score <= HIGHEST:
            raise ValueError(f"{score} is not on the scale")
    observed = sum(abs(first - second) for first, second in pairs) * len(pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(
        abs(first - second) * many * others
        for first, many in firsts.items()
        for second, others in seconds.items()
    )
    return 1 - Fraction(observed, by_chance) if by_chance else None


# --- Themes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ThemeCount:
    """How often one theme was found in one team; `files` is None where it would be about too few people."""

    team: str
    theme: str
    files: int | None


def theme_counts(found: Sequence[tuple[str, str, int, int | None]], fewest_workers: int) -> list[ThemeCount]:
    """Of (team, theme, file, worker): the files with each theme by team, the most frequent first, small ones hidden.

    A theme that concerns fewer than `fewest_workers` members of staff says something about somebody: its number is
    not given. A file that nobody held is about nobody, and hides nothing by itself.
    """
    files: dict[tuple[str, str], set[int]] = {}
    workers: dict[tuple[str, str], set[int]] = {}
    for team, theme, file, worker in found:
        files.setdefault((team, theme), set()).add(file)
        held_by = workers.setdefault((team, theme), set())
        if worker is not None:
            held_by.add(worker)
    counts = [
        ThemeCount(
            team, theme, None if 0 < len(workers[team, theme]) < fewest_workers else len(files[team, theme])
        )
        for team, theme in files
    ]
    return sorted(counts, key=lambda one: (one.team, -(one.files or 0), one.theme))
