"""How often somebody under supervision is to be in contact, stage by stage: what is proposed, and what is looser.

The first four weeks follow the practice guidance; what comes after is a default that each council sets for itself. Both
are dated data with their source and how sure it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from assessments.domain.lscmi import LEVELS
from justice.domain.errors import Problem
from orders.domain.dates import words

DATA = Path(__file__).parent / "data" / "contact"
NOT_ASSESSED = "not_assessed"
MOST_WEEKS = 26


class Means(StrEnum):
    """By what means, as the practice guidance lists them (ch. 7)."""

    OFFICE = "office"
    HOME_VISIT = "home_visit"
    PARTNER = "partner"
    TELEPHONE = "telephone"
    LETTER = "letter"
    TEXT = "text"


# The means by which the responsible officer sees the person.
SEEN = frozenset({Means.OFFICE, Means.HOME_VISIT})


@dataclass(frozen=True)
class Edition:
    """Frequencies from a day on: the first weeks, then by level."""

    key: str
    in_force_from: date
    first_weeks: int
    first_every_weeks: int
    first_source: str
    first_confidence: str
    later_every_weeks: Mapping[str, int]
    later_source: str
    later_confidence: str


def load_editions(folder: Path = DATA) -> tuple[Edition, ...]:
    """Every edition, earliest first. ValueError names the file that cannot be used."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        parts = {
            f"{part}_{name}": value
            for part in ("first", "later")
            for name, value in content.pop(part).items()
        }
        edition = Edition(**content, **parts)
        every = edition.later_every_weeks
        if set(every) != {*LEVELS, NOT_ASSESSED}:
            raise ValueError(f"{path.name}: give each level, and not_assessed, a number of weeks")
        numbers = (edition.first_weeks, edition.first_every_weeks, *every.values())
        if min(numbers) < 1 or max(numbers) > MOST_WEEKS:
            raise ValueError(f"{path.name}: give numbers of weeks from 1 to {MOST_WEEKS}")
        if not (edition.first_source and edition.later_source):
            raise ValueError(f"{path.name}: give the first weeks and the later ones a source each")
        editions.append(edition)
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Edition, ...]:
    return load_editions()


def edition_on(day: date) -> Edition:
    """The frequencies in force on a day; the earliest serve any day before them."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


@dataclass(frozen=True)
class Stage:
    """From a day on, contact at least every so many weeks, by some means; why, where it is looser than proposed."""

    from_on: date
    every_weeks: int
    means: str
    looser_because: str = ""


def often(every_weeks: int) -> str:
    """How often, in words."""
    return {1: "Every week", 2: "Every fortnight"}.get(every_weeks, f"Every {every_weeks} weeks")


def contact_schedule(
    level: str, starts_on: date, ends_on: date | None, edition: Edition
) -> tuple[Stage, ...]:
    """The stages proposed for an order: seen in the first weeks, then as often as the level asks.

    `level` is a name of assessments.domain.lscmi, or blank where nothing is assessed; `ends_on` is the last day of
    supervision, where it is known.
    """
    later_on = starts_on + timedelta(weeks=edition.first_weeks)
    every = edition.later_every_weeks.get(level, edition.later_every_weeks[NOT_ASSESSED])
    first = Stage(starts_on, edition.first_every_weeks, Means.OFFICE)
    if ends_on is not None and later_on > ends_on:
        return (first,)
    return first, Stage(later_on, every, Means.OFFICE)


def looser(
    stages: Sequence[Stage], proposed: Sequence[Stage], edition: Edition, starts_on: date
) -> tuple[int, ...]:
    """Which of the stages agreed, by place, ask for less than what is proposed for any of their days."""
    first_until = starts_on + timedelta(weeks=edition.first_weeks)
    found = []
    for place, stage in enumerate(stages):
        until = stages[place + 1].from_on if place + 1 < len(stages) else None
        meanwhile = [
            one
            for number, one in enumerate(proposed)
            if (until is None or one.from_on < until)
            and (number + 1 == len(proposed) or proposed[number + 1].from_on > stage.from_on)
        ]
        rarer = any(stage.every_weeks > one.every_weeks for one in meanwhile)
        unseen = stage.from_on < first_until and stage.means not in SEEN
        if rarer or unseen:
            found.append(place)
    return tuple(found)


def stage_problems(
    stages: Sequence[Stage], proposed: Sequence[Stage], edition: Edition, starts_on: date
) -> list[Problem]:
    """Why the stages agreed cannot stand: out of order, not a number of weeks, or looser without a reason."""
    found = []
    for number, (stage, after) in enumerate(zip(stages, stages[1:], strict=False), start=2):
        if after.from_on <= stage.from_on:
            before = f"{words(stage.from_on)}, when the one before begins"
            text = f"Enter a first day for contact stage {number} after {before}"
            found.append(Problem(text, f"stage_{number}_from_on", "stages_out_of_order"))
    for number, stage in enumerate(stages, start=1):
        if not 1 <= stage.every_weeks <= MOST_WEEKS:
            text = f"Enter for contact stage {number} a number of weeks from 1 to {MOST_WEEKS}"
            found.append(Problem(text, f"stage_{number}_every_weeks", "stage_weeks_out_of_range"))
        if stage.from_on < starts_on:
            imposed = f"{words(starts_on)}, when the order was imposed"
            text = f"Enter a first day for contact stage {number} on or after {imposed}"
            found.append(Problem(text, f"stage_{number}_from_on", "stage_before_the_order"))
    for place in looser(stages, proposed, edition, starts_on):
        if not stages[place].looser_because.strip():
            text = f"Enter why contact stage {place + 1} asks for less contact than is proposed"
            found.append(Problem(text, f"stage_{place + 1}_looser_because", "looser_without_reason"))
    return found
