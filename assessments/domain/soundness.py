"""Whether a stored assessment still follows from itself: worked out again from the answers up, never believed.

In 2022 the national system showed levels that did not follow from its own scores, in 1,317 records. Nothing here
mends a record: one of its numbers is wrong, and only the assessor knows which.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from assessments.domain import lscmi, tools
from assessments.domain.lscmi import Bands
from assessments.domain.tools import Tool

LS_CMI = "ls_cmi"
OVERRIDE_KINDS = frozenset({"client_based", "administrative"})

# What is found, in the words of a list and of a refusal: "its total is not the sum of its sub-scores".
WORDS = {
    "tool_unknown": "its tool is none that is known here",
    "answers_impossible": "an answer is one that the tool does not have",
    "sub_scores_impossible": "a sub-score is one that the tool does not have",
    "sub_scores_disagree_with_answers": "its sub-scores do not follow from its answers",
    "total_impossible": "its total is one that the tool does not have",
    "total_missing": "its total is missing, though the scores below it are there",
    "total_disagrees_with_sub_scores": "its total is not the sum of its sub-scores",
    "level_unknown": "its level is one that the tool does not have",
    "level_disagrees_with_score": "its level does not follow from its total",
    "override_kind_unknown": "the kind of its override is none that is known here",
    "override_level_unknown": "it is overridden to a level that the tool does not have",
    "override_level_missing": "it has a kind of override and no level it is overridden to",
    "countersigned_without_override": "it is countersigned, and has no override",
}


@dataclass(frozen=True)
class Stored:
    """What a row holds, as it was found there: nothing about it is taken for granted."""

    key: int
    tool: str
    completed_on: date
    answers: Any
    sub_scores: Any
    total: int | None
    stated_level: str
    override_kind: str
    override_level: str
    countersigned: object

    @property
    def given(self) -> dict[int, Any]:
        """The answers by item number. ValueError where they are no such thing."""
        if not isinstance(self.answers, dict):
            raise ValueError("answers are by item")  # noqa: TRY004  (of what is stored, not of an argument)
        found = {int(item): answer for item, answer in self.answers.items()}
        if any(answer is not None and type(answer) is not int for answer in found.values()):
            raise ValueError("an answer is a whole number or left out")
        return found


@dataclass(frozen=True)
class Reckoned:
    """The numbers of a record: as they are stored, or as they come out when they are worked out again."""

    total: int | None
    level: str


def faults(stored: Stored, bands: Bands) -> tuple[str, ...]:
    """The codes of what disagrees in a record, none where all follows; `bands` are those in force on its day."""
    if stored.tool == LS_CMI:
        found = [*_scores(stored), *_level(stored, bands)]
        return (*found, *_override(stored, lscmi.LEVELS))
    try:
        tool = tools.tool_on(stored.tool, stored.completed_on)
    except KeyError:
        return ("tool_unknown",)
    return (*_of_tool(stored, tool), *_override(stored, tool.levels))


def worked_out(stored: Stored, bands: Bands) -> Reckoned:
    """Total and level as they follow from the lowest numbers that the record holds and that can be read."""
    if stored.tool != LS_CMI:
        try:
            tool = tools.tool_on(stored.tool, stored.completed_on)
        except KeyError:
            return Reckoned(None, "")
        return Reckoned(stored.total, tool.level_of(stored.total))
    total = stored.total
    try:
        if stored.answers:
            total = sum(lscmi.sub_scores_of(stored.given).values())
        elif set(stored.sub_scores) == set(lscmi.MAXIMA):
            total = sum(stored.sub_scores.values())
        elif lscmi.mismatches(
            {}, stored.sub_scores, total
        ):  # some sub-scores only, which the total does not allow
            total = None
    except (TypeError, ValueError, AttributeError):
        return Reckoned(None, "")
    if total is None or not 0 <= total <= lscmi.HIGHEST:
        return Reckoned(total, "")
    return Reckoned(total, lscmi.level_of(total, bands))


def _scores(stored: Stored) -> list[str]:
    """What of answers, sub-scores and total does not follow from the rest."""
    found: list[str] = []
    try:
        answers = stored.given
    except (TypeError, ValueError):
        found, answers = ["answers_impossible"], {}
    scores = stored.sub_scores
    if not isinstance(scores, dict):
        return [*found, "sub_scores_impossible"]
    found += lscmi.mismatches(answers, scores, stored.total)
    if "total_missing" in found and not answers and len(scores) < len(lscmi.MAXIMA):
        # Brought in without a score: nothing stands there that a total could disagree with.
        found.remove("total_missing")
    return found


def _level(stored: Stored, bands: Bands) -> list[str]:
    """A level that some other system gave beside the score."""
    if not stored.stated_level:
        return []
    level = tools.code_of(stored.stated_level)
    if level not in lscmi.LEVELS:
        return ["level_unknown"]
    known = stored.total is not None and 0 <= stored.total <= lscmi.HIGHEST
    if known and level != lscmi.level_of(stored.total or 0, bands):
        return ["level_disagrees_with_score"]
    return []


def _of_tool(stored: Stored, tool: Tool) -> list[str]:
    found = []
    scores = stored.sub_scores
    scales = {scale.code: scale for scale in tool.sub_scales}
    if not isinstance(scores, dict) or any(
        name not in scales or scales[name].problem(score) for name, score in scores.items()
    ):
        found.append("sub_scores_impossible")
    if stored.total is not None and (
        tool.total is None or not tool.total[0] <= stored.total <= tool.total[1]
    ):
        found.append("total_impossible")
    level, derived = tools.code_of(stored.stated_level), tool.level_of(stored.total)
    if level and level not in tool.levels:
        found.append("level_unknown")
    elif level and derived and level != derived:
        found.append("level_disagrees_with_score")
    return found


def _override(stored: Stored, levels: Collection[str]) -> list[str]:
    found = []
    if stored.override_kind and stored.override_kind not in OVERRIDE_KINDS:
        found.append("override_kind_unknown")
    if stored.override_level and tools.code_of(stored.override_level) not in levels:
        found.append("override_level_unknown")
    if stored.override_kind and not stored.override_level:
        found.append("override_level_missing")
    if stored.countersigned and not stored.override_level:
        found.append("countersigned_without_override")
    return found
