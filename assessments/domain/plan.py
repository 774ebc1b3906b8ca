"""What a case management plan needs before it is approved.

Source: National Outcomes and Standards 2010 and the Community Payback Order practice guidance, ch. 10: a plan
within twenty working days, with goals somebody owns. What a plan should have, and need not have, is a
warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from assessments.domain.lscmi import LABELS, LEVELS
from justice.domain.errors import Problem


@dataclass(frozen=True)
class Goal:
    """One thing the plan sets out to change; blank and None where the plan does not say."""

    aim: str
    measure: str = ""
    owner: str = ""
    by: date | None = None
    need: str = ""


def problems(
    *, approved_on: date | None, imposed_on: date, today: date, approver_may_approve: bool
) -> list[Problem]:
    """Why a plan cannot be recorded as approved. `approver_may_approve`: a first line manager or above approved it."""
    found = []
    if approved_on is None:
        found.append(Problem("Enter the date the plan was approved", "approved_on", "approved_on_missing"))
    elif approved_on < imposed_on:
        text = "Enter a date of approval on or after the day the order was imposed"
        found.append(Problem(text, "approved_on", "approved_before_imposition"))
    elif approved_on > today:
        text = "Enter a date of approval that is not in the future"
        found.append(Problem(text, "approved_on", "approved_in_the_future"))
    if not approver_may_approve:
        text = "Ask a first line manager to approve the plan"
        found.append(Problem(text, "approved_by", "approved_by_nobody_entitled"))
    return found


def warnings(goals: Iterable[Goal], needs: Mapping[str, str]) -> list[Problem]:
    """Goals without a measure, an owner or a date, and needs assessed as high that no goal answers.

    `needs` maps each need's name to its level, as `assessments.domain.lscmi` names levels.
    """
    goals = tuple(goals)
    found = []
    for number, goal in enumerate(goals, start=1):
        lacking = [
            words
            for words, given in (("a measure", goal.measure), ("an owner", goal.owner), ("a date", goal.by))
            if not given
        ]
        if lacking:
            text = f"Give goal {number} {' and '.join(lacking)}"
            found.append(Problem(text, f"goals.{number}", "goal_incomplete"))
    answered = {goal.need for goal in goals}
    for need, level in needs.items():
        if level in ("high", "very_high") and need not in answered:
            text = f"Add a goal for {LABELS.get(need, need).lower()}, which was assessed as {LEVELS[level].lower()}"
            found.append(Problem(text, "goals", "high_need_without_goal"))
    return found
