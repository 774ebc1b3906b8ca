"""What a departmental review needs before it is recorded as held.

Source: Community Payback Order practice guidance, ch. 15: at three months, six months, then every six months,
chaired by a first line manager. A review is held for one due date; one held besides is kept and meets none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from assessments.domain.lscmi import HIGH
from justice.domain.errors import Problem
from orders.domain.codes import Code

CHAIRS = Path(__file__).parent / "data" / "review-chairs"
TASK = "task"  # what a decision becomes


class NotHeld(Code):
    """Why a planned review did not take place on its day, or will not."""

    PERSON_DID_NOT_COME = "person_did_not_come", "The person did not come"
    PERSON_COULD_NOT = "person_could_not", "The person could not come"
    CHAIR_AWAY = "chair_away", "Whoever chairs was not available"
    WORKER_AWAY = "worker_away", "The caseworker was not available"
    PARTNER_AWAY = "partner_away", "A partner organisation was not available"
    NO_LONGER_NEEDED = "no_longer_needed", "It is no longer needed"
    OTHER = "other", "Another reason"


class Absent(Code):
    """Who did not come to a review that was planned."""

    PERSON = "person", "The person"
    CHAIR = "chair", "Whoever chairs"
    WORKER = "worker", "The caseworker"
    PARTNER = "partner", "A partner organisation"


@dataclass(frozen=True)
class ChairRule:
    """Which reviews a first line manager chairs, and how firmly that is asked."""

    which: str
    label: str
    force: str
    source: str
    confidence: str

    def concerns(self, *, first: bool, level: str) -> bool:
        return (
            self.which == "every"
            or (self.which == "first" and first)
            or (self.which == "high_risk" and level in HIGH)
        )


@dataclass(frozen=True)
class DecisionMade:
    """One decision as a form gives it; `row` is where it stands there."""

    text: str
    becomes: str
    has_owner: bool = False
    by: date | None = None
    row: int = 0


@cache
def _editions() -> tuple[tuple[date, tuple[ChairRule, ...]], ...]:
    found = []
    for path in sorted(CHAIRS.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = tuple(ChairRule(**row) for row in content["rule"])
        for rule in rules:
            if rule.which not in ("first", "high_risk", "every") or rule.force not in ("refuse", "reason"):
                raise ValueError(f"{path.name}: {rule.which} and {rule.force} are not both known")
        found.append((content["in_force_from"], rules))
    return tuple(sorted(found, key=lambda edition: edition[0]))


def chair_rule(*, first: bool, level: str, on: date) -> ChairRule | None:
    """The firmest rule about who chairs a review on a day; None before there was any."""
    rules = next((rules for from_on, rules in reversed(_editions()) if from_on <= on), ())
    return next((rule for rule in rules if rule.concerns(first=first, level=level)), None)


def chair_problems(
    rule: ChairRule | None, *, chair_named: bool, first_line_manager: bool, reason: str, held: bool
) -> list[Problem]:
    """Why somebody may not be put down as chair.

    A review that took place is a fact: whoever chaired it is recorded, with the reason. One that is planned can still
    be given to a first line manager where the rule is firm.
    """
    if rule is None or not chair_named or first_line_manager:
        return []
    if rule.force == "refuse" and not held:
        text = f"Name a first line manager: one chairs {rule.label}"
        return [Problem(text, "chaired_by", "chair_not_first_line_manager")]
    if reason.strip():
        return []
    text = f"Enter why no first line manager chairs: one is expected to chair {rule.label}"
    return [Problem(text, "chair_reason", "chair_reason_missing")]


def plan_problems(
    *,
    planned_on: date | None,
    for_due_on: date | None,
    imposed_on: date,
    today: date,
    due_dates: Collection[date],
    already: Collection[date] = (),
) -> list[Problem]:
    """Why a review cannot be planned. `already`: due dates for which one is planned or was held."""
    found = []
    if planned_on is None:
        found.append(Problem("Enter the date of the review", "planned_on", "planned_on_missing"))
    elif planned_on < max(today, imposed_on):
        found.append(
            Problem("Enter a date of review that is not in the past", "planned_on", "planned_in_the_past")
        )
    if for_due_on is not None:
        if for_due_on not in due_dates:
            text = "Choose a date on which a review of this order is due"
            found.append(Problem(text, "for_due_on", "not_a_due_date"))
        elif for_due_on in already:
            text = (
                "Choose another due date: a review for this one is planned or was held. Rearrange it instead"
            )
            found.append(Problem(text, "for_due_on", "already_planned"))
    return found


def decision_problems(decisions: Collection[DecisionMade], *, held_on: date | None) -> list[Problem]:
    """What a decision lacks: a task wants somebody to do it and a day, and words come before what becomes of them."""
    found = []
    for place, one in enumerate(decisions, start=1):
        number = one.row or place
        field = f"decision_{number}"
        if not one.text.strip():
            found.append(
                Problem(f"Enter what decision {number} was", f"{field}_text", "decision_without_words")
            )
        if one.becomes != TASK:
            continue
        if not one.has_owner:
            text = f"Select who does the task of decision {number}"
            found.append(Problem(text, f"{field}_owner", "task_without_owner"))
        if one.by is None:
            found.append(
                Problem(f"Enter by when decision {number} is to be done", f"{field}_by", "task_without_day")
            )
        elif held_on is not None and one.by < held_on:
            text = f"Enter a day for decision {number} on or after the day of the review"
            found.append(Problem(text, f"{field}_by", "task_before_review"))
    return found


def problems(
    *,
    held_on: date | None,
    for_due_on: date | None,
    imposed_on: date,
    today: date,
    due_dates: Collection[date],
    already_held_for: Collection[date] = (),
) -> list[Problem]:
    """Why a review cannot be recorded. `due_dates` are those of the order; `for_due_on` None is an extra review."""
    found = []
    if held_on is None:
        found.append(Problem("Enter the date the review was held", "held_on", "held_on_missing"))
    elif held_on < imposed_on:
        text = "Enter a date of review on or after the day the order was imposed"
        found.append(Problem(text, "held_on", "held_before_imposition"))
    elif held_on > today:
        text = "Enter a date of review that is not in the future"
        found.append(Problem(text, "held_on", "held_in_the_future"))
    if for_due_on is not None:
        if for_due_on not in due_dates:
            text = "Choose a date on which a review of this order is due"
            found.append(Problem(text, "for_due_on", "not_a_due_date"))
        elif for_due_on in already_held_for:
            text = "Choose another due date, or none: a review was already held for this one"
            found.append(Problem(text, "for_due_on", "already_held"))
    return found
