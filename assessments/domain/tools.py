"""What each tool other than the LS/CMI gives: its scales, its total, its levels and whom it is for, as declared data.

Results only: the wording of an instrument is licensed and stays out. A file is one version of one tool; the earliest
file of a tool also serves the days before it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from justice.domain.errors import Problem

DATA = Path(__file__).parent / "data" / "tools"
LEVELS = {
    "minimum": "Minimum",
    "very_low": "Very low",
    "low": "Low",
    "medium": "Medium",
    "moderate": "Moderate",
    "high": "High",
    "very_high": "Very high",
    "maximum": "Maximum",
}
# A scale whose highest score our sources do not say is kept within this, so that a slip of the keyboard is noticed.
MOST = 99


@dataclass(frozen=True)
class SubScale:
    """One scale of a tool: a number from `lowest` to `highest`, or one of `ratings`, stored by its place from 1."""

    code: str
    label: str
    lowest: int = 0
    highest: int | None = None
    ratings: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        if self.ratings:
            return len(self.ratings)
        return MOST if self.highest is None else self.highest

    @property
    def least(self) -> int:
        return 1 if self.ratings else self.lowest

    def problem(self, score: object) -> Problem | None:
        """Why this is no score of the scale."""
        if type(score) is int and self.least <= score <= self.most:
            return None
        if self.ratings:
            text = f"Select {_listed(self.ratings, 'or')} for {_inside(self.label)}"
        else:
            text = f"Enter a score of {self.least} to {self.most} for {_inside(self.label)}"
        return Problem(text, self.code, "sub_score_out_of_range")

    def words(self, score: int) -> str:
        """A score as people read it."""
        known = self.ratings and 1 <= score <= len(self.ratings)
        return LEVELS[self.ratings[score - 1]] if known else str(score)


@dataclass(frozen=True)
class Tool:
    """One version of one tool. `highest` maps each level of a tool with bands, lowest first, to its highest total.

    Where there are bands the level follows from the total; else it is stated, one of `levels`; without either the
    tool gives no level.
    """

    code: str
    name: str
    version: str
    in_force_from: date
    source: str
    confidence: str
    total: tuple[int, int] | None = None
    levels: tuple[str, ...] = ()
    highest: Mapping[str, int] = field(default_factory=dict)
    sub_scales: tuple[SubScale, ...] = ()
    level_label: str = "Level"
    lowest_age: int | None = None
    highest_age: int | None = None

    def level_of(self, total: int | None) -> str:
        """The level that follows from a total; nothing where the tool has no bands or the total is none of its own."""
        if total is None or self.total is None or not self.total[0] <= total <= self.total[1]:
            return ""
        return next((level for level, highest in self.highest.items() if total <= highest), "")


def load_tools(folder: Path = DATA) -> dict[str, tuple[Tool, ...]]:
    """Every tool by its code, its versions earliest first. ValueError names the file that cannot be used, and why."""
    found: dict[str, list[Tool]] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            tool = _tool(tomllib.loads(path.read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        if any(one.in_force_from == tool.in_force_from for one in found.get(tool.code, [])):
            raise ValueError(f"{path.name}: another file of {tool.code} begins on the same day")
        found.setdefault(tool.code, []).append(tool)
    return {
        code: tuple(sorted(versions, key=lambda one: one.in_force_from)) for code, versions in found.items()
    }


def _tool(content: dict[str, Any]) -> Tool:
    bands = content.pop("band", [])
    scales = [
        SubScale(**{**row, "ratings": tuple(row.get("ratings", ()))}) for row in content.pop("sub_scale", [])
    ]
    if "total" in content:
        low, high = content["total"]
        content["total"] = (int(low), int(high))
        if not 0 <= low < high:
            raise ValueError("give the lowest and the highest total, in that order")
    if bands:
        content["levels"] = [band["level"] for band in bands]
    levels = tuple(content.pop("levels", ()))
    tool = Tool(
        **content,
        levels=levels,
        highest={band["level"]: band["highest"] for band in bands},
        sub_scales=tuple(scales),
    )
    if not tool.source.strip() or not tool.confidence.strip():
        raise ValueError("give the source and how sure it is")
    if not tool.code or not tool.name:
        raise ValueError("give the code and the name")
    for level in (*levels, *(rating for scale in scales for rating in scale.ratings)):
        if level not in LEVELS:
            raise ValueError(f"{level} is not one of the levels {', '.join(LEVELS)}")
    if len(set(levels)) != len(levels):
        raise ValueError("give each level once")
    if len({scale.code for scale in scales}) != len(scales):
        raise ValueError("give each scale a code of its own")
    if any(scale.most < scale.least for scale in scales):
        raise ValueError("the highest score of a scale is below its lowest")
    if bands:
        if tool.total is None:
            raise ValueError("bands need a total")
        expected = tool.total[0]
        for band in bands:
            if band["lowest"] != expected or band["highest"] < band["lowest"]:
                raise ValueError(f"{band['level']} must begin at {expected}")
            expected = band["highest"] + 1
        if expected != tool.total[1] + 1:
            raise ValueError(f"the bands must reach {tool.total[1]}")
    if not (levels or scales or tool.total):
        raise ValueError("give a total, a scale or the levels")
    if tool.lowest_age and tool.highest_age and tool.highest_age < tool.lowest_age:
        raise ValueError("the highest age is below the lowest")
    return tool


@cache
def _shipped() -> dict[str, tuple[Tool, ...]]:
    return load_tools()


def codes() -> tuple[str, ...]:
    """The tools that are declared."""
    return tuple(_shipped())


def tool_on(code: str, day: date) -> Tool:
    """The version of a tool in force on a day; the earliest serves any day before it. KeyError for no such tool."""
    versions = _shipped()[code]
    return next((one for one in reversed(versions) if one.in_force_from <= day), versions[0])


def code_of(level: str) -> str:
    """A level as it may have been typed, as its code: "Very high" is very_high."""
    return "_".join(level.lower().split())


def problems(
    tool: Tool,
    total: int | None,
    sub_scores: Mapping[str, object],
    level: str,
    age: int | None,
    *,
    override_level: str = "",
) -> list[Problem]:
    """Why a record of this tool cannot be kept. Levels by their codes; `age` on the day, where it is known."""
    found = []
    if total is None and not sub_scores and not level:
        text = "Enter the score or the level that the assessment gave"
        found.append(Problem(text, "total" if tool.total else "level", "result_missing"))
    found += _total(tool, total)
    scales = {scale.code: scale for scale in tool.sub_scales}
    for name, score in sub_scores.items():
        if name not in scales:
            text = f"Leave the sub-scores blank: the {tool.name} has none"
            if scales:
                own = _listed([scale.label for scale in tool.sub_scales], "and")
                text = f"Give scores of the {tool.name}'s own scales only: {own}"
            found.append(Problem(text, "sub_scores", "sub_score_unknown"))
            break
        problem = scales[name].problem(score)
        found += [problem] if problem else []
    for name, value in (("level", level), ("override_level", override_level)):
        if value and value not in tool.levels:
            if tool.levels:
                text = f"Choose a level of the {tool.name}: {_listed(tool.levels, 'or')}"
            else:
                text = f"Leave the level blank: the {tool.name} gives none"
            found.append(Problem(text, name, "level_unknown"))
    derived = tool.level_of(total)
    if level in tool.levels and derived and level != derived:
        text = (
            f"Enter the level {LEVELS[derived].lower()}, which follows from a score of {total}, or correct it"
        )
        found.append(Problem(text, "level", "level_disagrees_with_score"))
    return found + _age(tool, age)


def _total(tool: Tool, total: int | None) -> list[Problem]:
    if total is None:
        return []
    if tool.total is None:
        text = f"Leave the total score blank: the {tool.name} has none"
        return [Problem(text, "total", "total_of_a_tool_without")]
    low, high = tool.total
    if low <= total <= high:
        return []
    return [Problem(f"Enter a total score of {low} to {high}", "total", "total_out_of_range")]


def _age(tool: Tool, age: int | None) -> list[Problem]:
    low, high = tool.lowest_age, tool.highest_age
    if age is None or (low is None or age >= low) and (high is None or age <= high):
        return []
    if high is None:
        whom = f"people of {low} or over"
    elif low is None:
        whom = f"people of {high} or under"
    else:
        whom = f"people of {low} to {high}"
    text = f"Choose another tool or correct the date: the {tool.name} is for {whom}, and the person was {age}"
    return [Problem(text, "completed_on", "age")]


def _inside(label: str) -> str:
    """A label within a sentence."""
    return label[0].lower() + label[1:]


def _listed(words: Any, last: str) -> str:
    """ "low, moderate or high"."""
    shown = [LEVELS[word].lower() if word in LEVELS else word for word in words]
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
