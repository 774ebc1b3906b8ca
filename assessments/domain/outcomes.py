"""Whether an order made a difference: what is measured at its start, at reviews and at its end, and what changed.

What is measured is dated data with its source. "Declined" and "not asked" are answers; where nothing is recorded at
all, the reading is missing. The two are never mixed up in a figure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from justice.domain.errors import Problem

DATA = Path(__file__).parent / "data" / "outcomes"
GIVEN, DECLINED, NOT_ASKED = "given", "declined", "not_asked"
START, REVIEW, END = "start", "review", "end"
LONGEST_COMMENT = 5000


class Change(StrEnum):
    """How a measure at the end stands to the start."""

    IMPROVED = "improved"
    SAME = "same"
    WORSE = "worse"

    @property
    def label(self) -> str:
        return {"improved": "Better", "same": "The same", "worse": "Worse"}[self.value]


@dataclass(frozen=True)
class Measure:
    """One thing measured: steps in words from worst to best, counted from 1, or a score between two numbers."""

    key: str
    theme: str
    label: str
    source: str
    steps: tuple[str, ...] = ()
    lowest: int = 1
    highest: int = 0
    better: str = "higher"
    mean: bool = False
    suggested_by: str = ""  # the assessment tool whose total is this measure

    @property
    def is_score(self) -> bool:
        return not self.steps

    def holds(self, value: int) -> bool:
        return self.lowest <= value <= self.highest

    def words(self, value: int) -> str:
        """The value as people read it; one that an older edition had is shown as its number."""
        return str(value) if self.is_score or not self.holds(value) else self.steps[value - 1]

    def change(self, first: int, last: int) -> Change:
        """What became of it from one reading to another."""
        if first == last:
            return Change.SAME
        return Change.IMPROVED if (last > first) == (self.better == "higher") else Change.WORSE


@dataclass(frozen=True)
class Question:
    """One question of the questionnaire, answered by the number of an answer from 1."""

    key: str
    label: str
    answers: tuple[str, ...]

    def words(self, answer: int) -> str:
        return self.answers[answer - 1] if 1 <= answer <= len(self.answers) else str(answer)


@dataclass(frozen=True)
class Edition:
    """What is measured and asked from a day on, and the periods that go with it."""

    key: str
    in_force_from: date
    source: str
    start_within_weeks: int
    end_within_weeks: int
    link_days: int
    themes: Mapping[str, str]
    measures: Mapping[str, Measure]
    questions: Mapping[str, Question]

    def start_due(self, imposed_on: date) -> date:
        return imposed_on + timedelta(weeks=self.start_within_weeks)

    def end_due(self, ended_on: date) -> date:
        return ended_on + timedelta(weeks=self.end_within_weeks)

    def link_until(self, sent_on: date) -> date:
        """The last day on which a link works."""
        return sent_on + timedelta(days=self.link_days)


def _measure(row: dict[str, object], themes: Mapping[str, str], where: str) -> Measure:
    steps = tuple(row.pop("steps", ()))  # type: ignore[arg-type]
    bounds = {"lowest": 1, "highest": len(steps)} if steps else {}
    made = Measure(**{**row, **bounds, "steps": steps})  # type: ignore[arg-type]
    if made.theme not in themes or made.better not in ("higher", "lower") or not made.source:
        raise ValueError(f"{where}: give {made.key} a theme, a source, and the way that is better")
    if made.lowest >= made.highest or (steps and (made.mean or made.better == "lower")):
        raise ValueError(f"{where}: give {made.key} two steps or more from worst to best, or a range")
    return made


def load_editions(folder: Path = DATA) -> tuple[Edition, ...]:
    """Every edition, earliest first. ValueError names the file that cannot be used."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        themes = {row["key"]: row["label"] for row in content.pop("theme")}
        measures = [_measure(row, themes, path.name) for row in content.pop("measure")]
        questions = [
            Question(row["key"], row["label"], tuple(row["answers"])) for row in content.pop("question")
        ]
        edition = Edition(
            **content,
            themes=themes,
            measures={one.key: one for one in measures},
            questions={one.key: one for one in questions},
        )
        periods = (edition.start_within_weeks, edition.end_within_weeks, edition.link_days)
        if not edition.source or min(periods) < 1:
            raise ValueError(f"{path.name}: give a source, and periods of 1 or more")
        editions.append(edition)
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Edition, ...]:
    return load_editions()


def edition_on(day: date) -> Edition:
    """What is measured on a day; the earliest edition serves any day before it."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


@dataclass(frozen=True)
class Answer:
    """What was learned of one measure: a value, or that it was declined or not asked."""

    answer: str
    value: int | None = None


def reading_problems(edition: Edition, given: Mapping[str, Answer], known: frozenset[str]) -> list[Problem]:
    """What keeps these answers from being recorded. `known`: measures that stand already, which may be left out."""
    found = []
    for key in given.keys() - edition.measures.keys():
        found.append(Problem("Choose from the measures listed", key, "measure_unknown"))
    for measure in edition.measures.values():
        answer = given.get(measure.key)
        if answer is None:
            if measure.key not in known:
                text = f"Select an answer for “{measure.label}”, or that it was declined or not asked"
                found.append(Problem(text, measure.key, "answer_missing"))
            continue
        if answer.answer not in (GIVEN, DECLINED, NOT_ASKED) or (answer.answer != GIVEN and answer.value):
            text = f"Select one of the answers listed for “{measure.label}”"
            found.append(Problem(text, measure.key, "answer_unknown"))
        elif answer.answer == GIVEN and (answer.value is None or not measure.holds(answer.value)):
            text = f"Enter a number from {measure.lowest} to {measure.highest} for “{measure.label}”"
            field = f"{measure.key}_score" if measure.is_score else measure.key
            found.append(Problem(text, field, "value_out_of_range"))
    return found


def feedback_problems(edition: Edition, answers: Mapping[str, int], comment: str) -> list[Problem]:
    """What keeps a questionnaire from being kept."""
    found = []
    if not answers and not comment.strip():
        first = next(iter(edition.questions), "")
        text = "Answer at least one question, or write something in the last box"
        found.append(Problem(text, first, "nothing_answered"))
    for key, answer in answers.items():
        question = edition.questions.get(key)
        if question is None or not 1 <= answer <= len(question.answers):
            found.append(Problem("Choose one of the answers listed", key, "answer_unknown"))
    if len(comment) > LONGEST_COMMENT:
        text = f"Use {LONGEST_COMMENT:,} characters or fewer"
        found.append(Problem(text, "comment", "comment_too_long"))
    return found


class Stand(StrEnum):
    """Whether the readings of a point are there."""

    RECORDED = "recorded"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_YET = "not_yet"


def stand(recorded: bool, due_on: date | None, on: date) -> Stand:
    """`due_on` is None while nothing is asked for yet: the order has not ended."""
    if recorded:
        return Stand.RECORDED
    if due_on is None:
        return Stand.NOT_YET
    return Stand.OVERDUE if on > due_on else Stand.DUE
