"""What the answers to the items of an LS/CMI are held to, and how they moved since the assessment before.

Answers that seldom stand together are asked about and never refused: the assessor knows the exceptions. The rules are
dated data, by item number; the wording of the instrument is licensed and stays out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from assessments.domain import lscmi
from justice.domain.errors import Problem

DATA = Path(__file__).parent / "data" / "lscmi_answers"

Answers = Mapping[int, int | None]


@dataclass(frozen=True)
class Condition:
    """Items that have one of these answers: any one of them, or all."""

    items: tuple[int, ...]
    answers: tuple[int, ...]
    one_is_enough: bool = False

    def holds(self, given: Answers) -> bool:
        """Whether it is so, of what was answered."""
        found = [given.get(item) in self.answers for item in self.items]
        return any(found) if self.one_is_enough else all(found)

    def contradicted(self, given: Answers) -> bool:
        """Whether the answers say otherwise; an item left out contradicts nothing."""
        against = [
            answer is not None and answer not in self.answers
            for answer in (given.get(item) for item in self.items)
        ]
        return all(against) if self.one_is_enough else any(against)

    @property
    def words(self) -> str:
        """ "items 15, 16 and 17 are 0"; "item 30 or item 31 is 0 or 1"."""
        rated = any(item in lscmi.RATED for item in self.items)
        answers = " or ".join(
            str(answer) if rated else ("yes" if answer else "no") for answer in self.answers
        )
        if len(self.items) == 1:
            return f"item {self.items[0]} is {answers}"
        if self.one_is_enough:
            return f"{' or '.join(f'item {item}' for item in self.items)} is {answers}"
        named = f"{', '.join(map(str, self.items[:-1]))} and {self.items[-1]}"
        return f"items {named} are {answers}"


@dataclass(frozen=True)
class Consistency:
    """One pair of conditions that usually stand together."""

    key: str
    when: Condition
    expect: Condition
    source: str
    confidence: str

    def doubted(self, given: Answers) -> bool:
        return self.when.holds(given) and self.expect.contradicted(given)

    def words(self, given: Answers) -> str:
        """What stands against what: "Item 3 is yes, and then item 2 is usually yes"."""
        here = Condition(
            tuple(item for item in self.when.items if given.get(item) in self.when.answers), self.when.answers
        )
        said = (here if here.items else self.when).words
        expected = self.expect.words
        for verb in (" is ", " are "):
            expected = expected.replace(verb, f"{verb}usually ", 1)
        return f"{said[:1].upper()}{said[1:]}, and then {expected}"


@dataclass(frozen=True)
class Rules:
    """What answers are held to from a day on."""

    key: str
    in_force_from: date
    most_omitted: int
    omissions_source: str
    consistency: tuple[Consistency, ...]


def _condition(content: Mapping[str, Any], one_is_enough: bool) -> Condition:
    """ValueError for an item that no LS/CMI has, or an answer that it cannot have."""
    items, answers = tuple(content["items"]), tuple(content["answers"])
    for item in items:
        for answer in answers:
            lscmi.point(item, answer)
    if not items or not answers:
        raise ValueError("name at least one item and one answer")
    return Condition(items, answers, bool(content.get("any", one_is_enough)))


def load_rules(folder: Path = DATA) -> tuple[Rules, ...]:
    """Every edition, earliest first. ValueError names the file that cannot be used, and the rule in it."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        omissions = content["omissions"]
        found = []
        for row in content["consistency"]:
            try:
                when, expect = _condition(row["when"], True), _condition(row["expect"], False)
            except ValueError as wrong:
                raise ValueError(f"{path.name}, {row['key']}: {wrong}") from wrong
            if not row["source"]:
                raise ValueError(f"{path.name}, {row['key']}: give its source")
            found.append(Consistency(row["key"], when, expect, row["source"], row["confidence"]))
        if not omissions["source"] or not 0 <= omissions["highest"] <= lscmi.HIGHEST:
            raise ValueError(f"{path.name}: the number of items left out needs a source, and is 0 to 43")
        editions.append(
            Rules(
                content["key"],
                content["in_force_from"],
                omissions["highest"],
                omissions["source"],
                tuple(found),
            )
        )
    return tuple(sorted(editions, key=lambda one: one.in_force_from))


@cache
def _shipped() -> tuple[Rules, ...]:
    return load_rules()


def rules_on(day: date) -> Rules:
    """What is in force on the day an assessment was completed; the earliest serve any day before them."""
    editions = _shipped()
    return next((one for one in reversed(editions) if one.in_force_from <= day), editions[0])


@cache
def every_key() -> tuple[str, ...]:
    """The keys of all rules of all editions, each once."""
    return tuple(dict.fromkeys(rule.key for rules in _shipped() for rule in rules.consistency))


def doubts(given: Answers, rules: Rules) -> list[Consistency]:
    """Answers that do not usually stand together."""
    return [rule for rule in rules.consistency if rule.doubted(given)]


def problems(
    given: Answers,
    rules: Rules,
    *,
    sub_scores: Mapping[str, int],
    total: int | None,
    acknowledged: Collection[str],
) -> list[Problem]:
    """Why answers cannot be kept beside what else was typed. `acknowledged`: the doubts said to be right."""
    found = []
    for item, answer in given.items():
        try:
            lscmi.point(item, answer)
        except (ValueError, TypeError):
            if item not in range(1, lscmi.HIGHEST + 1):
                text = f"Give answers to the items 1 to {lscmi.HIGHEST} only"
                found.append(Problem(text, "answers", "item_unknown"))
                continue
            text = (
                f"Rate item {item} 0, 1, 2 or 3" if item in lscmi.RATED else f"Answer item {item} yes or no"
            )
            found.append(Problem(text, f"item_{item}", "answer_impossible"))
    if found:
        return found
    left_out = lscmi.omitted(given)
    if len(left_out) > rules.most_omitted:
        text = (
            f"Answer at least {lscmi.HIGHEST - rules.most_omitted} of the {lscmi.HIGHEST} items: "
            f"{len(left_out)} have no answer"
        )
        found.append(Problem(text, f"item_{left_out[0]}", "too_many_omitted"))
    computed = lscmi.sub_scores_of(given)
    for name, score in sub_scores.items():
        if name in computed and score != computed[name]:
            text = (
                f"{lscmi.LABELS[name]} was entered as {score}, and the answers make {computed[name]}: "
                "correct one of them, or leave the section score empty"
            )
            found.append(Problem(text, name, "sub_score_disagrees_with_answers"))
    made = sum(computed.values())
    if total is not None and total != made:
        text = (
            f"The total was entered as {total}, and the answers make {made}: "
            "correct one of them, or leave the total empty"
        )
        found.append(Problem(text, "total", "total_disagrees_with_answers"))
    for rule in doubts(given, rules):
        if rule.key not in acknowledged:
            text = f"{rule.words(given)}: correct the answers, or tick that they are right"
            found.append(Problem(text, "acknowledged", "not_acknowledged"))
    return found


class Movement(StrEnum):
    """How one item moved between two assessments."""

    WORSE = "worse"  # a risk point more
    BETTER = "better"  # a risk point less
    HIDDEN_WORSE = "hidden_worse"  # the rating fell, and the score does not show it
    HIDDEN_BETTER = "hidden_better"  # the rating rose, and the score does not show it
    ANSWERED = "answered"  # left out before
    LEFT_OUT = "left_out"  # answered before


@dataclass(frozen=True)
class Change:
    """One item whose answer is another than before."""

    item: int
    before: int | None
    after: int | None
    movement: Movement


def _movement(item: int, before: int | None, after: int | None) -> Movement:
    if before is None:
        return Movement.ANSWERED
    if after is None:
        return Movement.LEFT_OUT
    points = lscmi.point(item, after) - lscmi.point(item, before)
    if points:
        return Movement.WORSE if points > 0 else Movement.BETTER
    return Movement.HIDDEN_BETTER if after > before else Movement.HIDDEN_WORSE


def changes(before: Answers, after: Answers) -> list[Change]:
    """The items whose answers differ, in the order of the instrument."""
    return [
        Change(item, before.get(item), after.get(item), _movement(item, before.get(item), after.get(item)))
        for items in lscmi.ITEMS.values()
        for item in items
        if before.get(item) != after.get(item)
    ]
