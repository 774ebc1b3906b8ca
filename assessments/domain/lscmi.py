"""Whether an LS/CMI score adds up, and the level that follows from it.

The level is worked out, never stored: in January 2022 the national system was found to show levels that no
longer followed from the scores. An override stands beside the level, never over it. Only numbers are kept;
the wording of the instrument is licensed and stays out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from justice.domain.errors import Problem

DATA = Path(__file__).parent / "data" / "lscmi"

# The eight subcomponents of section 1 and the number of items in each.
MAXIMA = {
    "criminal_history": 8,
    "education_employment": 9,
    "family_marital": 4,
    "leisure_recreation": 2,
    "companions": 4,
    "alcohol_drug": 8,
    "procriminal_attitude": 4,
    "antisocial_pattern": 4,
}
LABELS = {
    "criminal_history": "Criminal history",
    "education_employment": "Education and employment",
    "family_marital": "Family and marital",
    "leisure_recreation": "Leisure and recreation",
    "companions": "Companions",
    "alcohol_drug": "Alcohol and drugs",
    "procriminal_attitude": "Procriminal attitude",
    "antisocial_pattern": "Antisocial pattern",
}
HIGHEST = sum(MAXIMA.values())

# The items by number, subcomponent after subcomponent, and those that are rated 0 to 3 and not answered yes or no.
ITEMS: dict[str, range] = {}
for _name, _count in MAXIMA.items():
    _first = 1 + sum(len(one) for one in ITEMS.values())
    ITEMS[_name] = range(_first, _first + _count)
RATED = frozenset({15, 16, 17, 18, 19, 20, 23, 30, 31, 36, 37})
HIGHEST_RATING = 3
HIGH = frozenset({"high", "very_high"})  # the levels that ask for more: of the whole, and of a section
LEVELS = {"very_low": "Very low", "low": "Low", "medium": "Medium", "high": "High", "very_high": "Very high"}


@dataclass(frozen=True)
class Bands:
    """Cut-offs from a day on: `highest` maps each level, lowest first, to its highest score."""

    key: str
    in_force_from: date
    highest: Mapping[str, int]
    source: str


def load_bands(folder: Path = DATA) -> tuple[Bands, ...]:
    """Every edition, earliest first. ValueError names the file whose bands do not cover 0 to 43 once each, in order."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        expected = 0
        highest = {}
        for band in content["band"]:
            if band["lowest"] != expected or band["highest"] < band["lowest"]:
                raise ValueError(f"{path.name}: {band['level']} must begin at {expected}")
            highest[band["level"]] = band["highest"]
            expected = band["highest"] + 1
        if list(highest) != list(LEVELS) or expected != HIGHEST + 1 or not content["source"]:
            raise ValueError(
                f"{path.name}: bands must name every level once, reach {HIGHEST} and have a source"
            )
        editions.append(Bands(content["key"], content["in_force_from"], highest, content["source"]))
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def shipped_bands() -> tuple[Bands, ...]:
    """The editions that come with the program, earliest first."""
    return load_bands()


def bands_on(day: date) -> Bands:
    """The cut-offs in force on the day an assessment was completed; the earliest serve any day before them."""
    editions = shipped_bands()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


def level_of(total: int, bands: Bands) -> str:
    """The level that a total score gives. ValueError for a total that no LS/CMI can have."""
    if not 0 <= total <= HIGHEST:
        raise ValueError(f"An LS/CMI total is 0 to {HIGHEST}, not {total}")
    return next(level for level, highest in bands.highest.items() if total <= highest)


def point(item: int, answer: int | None) -> int:
    """What an answer adds to the score: a yes is one point; a rating of 0 or 1 is one point, of 2 or 3 none.

    Left out is None and adds nothing. ValueError for an item or an answer that no LS/CMI has.
    """
    if not 1 <= item <= HIGHEST:
        raise ValueError(f"An LS/CMI has the items 1 to {HIGHEST}, not {item}")
    if answer is None:
        return 0
    if item in RATED:
        if not 0 <= answer <= HIGHEST_RATING:
            raise ValueError(f"Item {item} is rated 0 to {HIGHEST_RATING}, not {answer}")
        return int(answer <= 1)
    if answer not in (0, 1):
        raise ValueError(f"Item {item} is answered 1 for yes or 0 for no, not {answer}")
    return answer


def sub_scores_of(answers: Mapping[int, int | None]) -> dict[str, int]:
    """The eight sub-scores that these answers give; an item without an answer adds nothing."""
    return {name: sum(point(item, answers.get(item)) for item in items) for name, items in ITEMS.items()}


def omitted(answers: Mapping[int, int | None]) -> tuple[int, ...]:
    """The items without an answer."""
    return tuple(item for items in ITEMS.values() for item in items if answers.get(item) is None)


def mismatches(
    answers: Mapping[int, int | None], sub_scores: Mapping[str, int], total: int | None
) -> tuple[str, ...]:
    """What of a stored LS/CMI does not follow from the rest of it: codes, none where all agrees.

    "answers_impossible", "sub_scores_impossible", "sub_scores_disagree_with_answers", "total_impossible",
    "total_missing", "total_disagrees_with_sub_scores".
    """
    found = []
    expected = None
    if answers:
        try:
            expected = sub_scores_of(answers)
        except (ValueError, TypeError):
            found.append("answers_impossible")
        if any(item not in range(1, HIGHEST + 1) for item in answers) and not found:
            found.append("answers_impossible")
    possible = all(
        name in MAXIMA and type(score) is int and 0 <= score <= MAXIMA[name]
        for name, score in sub_scores.items()
    )
    if not possible:
        found.append("sub_scores_impossible")
    elif expected is not None and dict(sub_scores) != expected:
        found.append("sub_scores_disagree_with_answers")
    if total is None:
        found.append("total_missing")
    elif not 0 <= total <= HIGHEST:
        found.append("total_impossible")
    elif possible and _sum(total, sub_scores):
        found.append("total_disagrees_with_sub_scores")
    return tuple(found)


def problems(
    total: int | None,
    sub_scores: Mapping[str, int],
    bands: Bands,
    *,
    level: str = "",
    override_level: str = "",
    override_reason: str = "",
) -> list[Problem]:
    """Why a record of an LS/CMI cannot be kept. `level` is what somebody else says it is, where they say so.

    A total alone will do, and so will some of the sub-scores; what is given must agree.
    """
    found = []
    for name, score in sub_scores.items():
        if name not in MAXIMA:
            found.append(
                Problem("Give sub-scores of the eight LS/CMI subcomponents only", name, "sub_score_unknown")
            )
        elif not 0 <= score <= MAXIMA[name]:
            text = f"Enter a score of 0 to {MAXIMA[name]} for {LABELS[name].lower()}"
            found.append(Problem(text, name, "sub_score_out_of_range"))
    if total is None:
        if len(sub_scores) == len(MAXIMA) and not found:
            text = f"Enter the total score: the sub-scores add up to {sum(sub_scores.values())}"
            found.append(Problem(text, "total", "total_missing"))
    elif not 0 <= total <= HIGHEST:
        found.append(Problem(f"Enter a total score of 0 to {HIGHEST}", "total", "total_out_of_range"))
    else:
        found += _sum(total, sub_scores) if not found else []
        derived = level_of(total, bands)
        if level and level != derived:
            text = f"Enter the level {LEVELS[derived].lower()}, which follows from a score of {total}, or correct it"
            found.append(Problem(text, "level", "level_disagrees_with_score"))
    for name, value in (("level", level), ("override_level", override_level)):
        if value and value not in LEVELS:
            text = f"Choose a level: {', '.join(label.lower() for label in LEVELS.values())}"
            found.append(Problem(text, name, "level_unknown"))
    if override_level and not override_reason.strip():
        found.append(
            Problem("Enter the reason for the override", "override_reason", "override_reason_missing")
        )
    if override_reason.strip() and not override_level:
        text = "Choose the level you override to, or leave the reason blank"
        found.append(Problem(text, "override_level", "override_level_missing"))
    return found


def _sum(total: int, sub_scores: Mapping[str, int]) -> list[Problem]:
    """A total that the sub-scores given, whatever those not given may be, cannot make."""
    least = sum(sub_scores.values())
    most = least + sum(highest for name, highest in MAXIMA.items() if name not in sub_scores)
    if least <= total <= most:
        return []
    if least == most:
        text = f"Enter a total score of {least}, the sum of the sub-scores, or correct them"
    else:
        text = f"Enter a total score of {least} to {most}, which the sub-scores allow, or correct them"
    return [Problem(text, "total", "total_disagrees_with_sub_scores")]
