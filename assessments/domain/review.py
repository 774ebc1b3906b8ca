"""What a departmental review needs before it is recorded as held.

Source: Community Payback Order practice guidance, ch. 15: at three months, six months, then every six months,
chaired by a first line manager. A review is held for one due date; one held besides is kept and meets none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from justice.domain.errors import Problem


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


def warnings(*, chaired_by_first_line_manager: bool, persons_views: str, plan_updated: bool) -> list[Problem]:
    """What the guidance asks of a review that this one lacks."""
    found = []
    if not chaired_by_first_line_manager:
        text = "Name the first line manager who chaired the review"
        found.append(Problem(text, "chaired_by", "chair_not_first_line_manager"))
    if not persons_views.strip():
        found.append(
            Problem("Enter what the person said about the order", "persons_views", "persons_views_missing")
        )
    if not plan_updated:
        found.append(Problem("Update the plan with what the review decided", "decisions", "plan_not_updated"))
    return found
