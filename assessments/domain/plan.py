"""What a case management plan needs before it is approved.

Source: National Outcomes and Standards 2010 and the Community Payback Order practice guidance, ch. 10: a plan
within twenty working days, with goals somebody owns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assessments.domain.contact import Stage
from assessments.domain.lscmi import LABELS
from assessments.domain.needs import NEEDS, without_a_goal
from justice.domain.errors import Problem
from orders.domain.dates import words

NOT_AGREED = frozenset({"no", "could_not"})


@dataclass(frozen=True)
class ProposedStep:
    """One thing somebody is to do towards a goal."""

    action: str
    who: str = ""
    by: date | None = None


@dataclass(frozen=True)
class ProposedGoal:
    """A goal as it is being written; `key` is its row's, None for a new one."""

    need: str
    words: str = ""
    measure: str = ""
    by: date | None = None
    steps: tuple[ProposedStep, ...] = ()
    key: int | None = None


@dataclass(frozen=True)
class ProposedPlan:
    """A whole plan as it is being written: everything but what is kept apart about victims."""

    summary: str = ""
    strengths: str = ""
    persons_views: str = ""
    contingency: str = ""
    agreement: str = ""
    agreement_reason: str = ""
    discussed_on: date | None = None
    goals: tuple[ProposedGoal, ...] = ()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class VersionGoal:
    """A goal in one version of a plan; `continues` is the key of the same goal one version before."""

    key: int
    continues: int | None
    need: str
    words: str
    measure: str
    by: date | None


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


def draft_problems(plan: ProposedPlan, today: date) -> list[Problem]:
    """What cannot be kept even in a draft: what was not discussed yet, and a goal about no need."""
    found = []
    if plan.discussed_on is not None and plan.discussed_on > today:
        text = "Enter a date the plan was discussed that is not in the future"
        found.append(Problem(text, "discussed_on", "discussed_in_the_future"))
    for number, goal in enumerate(plan.goals, start=1):
        if goal.need not in NEEDS:
            text = f"Select what goal {number} is about"
            found.append(Problem(text, f"goal_{number}_need", "need_missing"))
        for place, step in enumerate(goal.steps, start=1):
            lacking = [
                name
                for name, given in (("what is done", step.action.strip()), ("who does it", step.who))
                if not given
            ]
            if lacking:
                text = f"Enter {' and '.join(lacking)} in step {place} of goal {number}"
                field = f"goal_{number}_step_{place}_{'who' if step.action.strip() else 'action'}"
                found.append(Problem(text, field, "step_incomplete"))
    return found


def submission_problems(
    plan: ProposedPlan,
    *,
    imposed_on: date,
    needs: Mapping[str, str],
    unmet_because: str,
    today: date,
) -> list[Problem]:
    """Why a draft is not ready for a manager. `needs`: the level of each need of the assessment it is based on."""
    found = []
    if not plan.goals:
        found.append(Problem("Add a goal: a plan without one changes nothing", "goals", "no_goal"))
    for number, goal in enumerate(plan.goals, start=1):
        lacking = [
            name
            for name, given in (
                ("the person's words", goal.words.strip()),
                ("a measure", goal.measure.strip()),
                ("a date", goal.by),
            )
            if not given
        ]
        if lacking:
            listed = " and ".join(filter(None, (", ".join(lacking[:-1]), lacking[-1])))
            found.append(Problem(f"Give goal {number} {listed}", f"goals.{number}", "goal_incomplete"))
    if plan.discussed_on is None:
        text = "Enter the date the plan was discussed with the person"
        found.append(Problem(text, "discussed_on", "not_discussed"))
    elif not imposed_on <= plan.discussed_on <= today:
        text = f"Enter a date the plan was discussed between {words(imposed_on)} and {words(today)}"
        found.append(Problem(text, "discussed_on", "discussed_on_impossible"))
    if not plan.agreement:
        found.append(Problem("Say whether the person agrees with the plan", "agreement", "agreement_missing"))
    elif plan.agreement in NOT_AGREED and not plan.agreement_reason.strip():
        text = "Enter why the person does not agree, or could not be asked"
        found.append(Problem(text, "agreement_reason", "agreement_reason_missing"))
    unmet = without_a_goal(needs, (goal.need for goal in plan.goals))
    if unmet and not unmet_because.strip():
        listed = " and ".join(LABELS[name].lower() for name in unmet)
        text = f"Add a goal for {listed}, or enter why the plan has none"
        found.append(Problem(text, "unmet_because", "high_need_without_goal"))
    return found


def approval_problems(*, approved_on: date | None, submitted_on: date | None, own: bool) -> list[Problem]:
    """Why a draft cannot be approved. `own`: the approver wrote or submitted it."""
    if submitted_on is None:
        return [Problem("This plan is not submitted. Its author submits it first", code="not_submitted")]
    found = []
    if own:
        text = "Ask another first line manager: nobody approves a plan they wrote or submitted"
        found.append(Problem(text, code="approver_wrote_it"))
    if approved_on is not None and approved_on < submitted_on:
        text = f"Enter a date of approval on or after {words(submitted_on)}, when the plan was submitted"
        found.append(Problem(text, "approved_on", "approved_before_submission"))
    return found


def progress_problems(on: date, *, today: date, approved_on: date | None, in_force: bool) -> list[Problem]:
    """Why progress cannot be recorded for a goal."""
    if approved_on is None or not in_force:
        text = "Record progress on a goal of the plan in force: this one belongs to another version"
        return [Problem(text, code="plan_not_in_force")]
    if on > today:
        return [Problem("Enter a date of the progress that is not in the future", "on", "in_the_future")]
    return []


def differences(before: Sequence[VersionGoal], after: Sequence[VersionGoal]) -> list[str]:
    """What one version changed of the goals of the one before: added, dropped, changed, in words."""
    earlier = {goal.key: goal for goal in before}
    kept = {goal.continues for goal in after}
    found = [f"Goal added: {goal.words}" for goal in after if goal.continues not in earlier]
    found += [f"Goal dropped: {goal.words}" for goal in before if goal.key not in kept]
    for goal in after:
        old = earlier.get(goal.continues) if goal.continues else None
        if old is None:
            continue
        changes = [
            f"{label} from “{was}” to “{now}”"
            for label, was, now in (
                ("the words", old.words, goal.words),
                ("the need", NEEDS.get(old.need, old.need), NEEDS.get(goal.need, goal.need)),
                ("the measure", old.measure, goal.measure),
                ("the date", words(old.by) if old.by else "none", words(goal.by) if goal.by else "none"),
            )
            if was != now
        ]
        if changes:
            found.append(f"Goal changed: {goal.words}: {'; '.join(changes)}")
    return found
