"""Changes to interventions: programmes and the help of other organisations, from the referral to what came of it."""

from __future__ import annotations

import uuid
from datetime import date

from assessments.models import Goal, Intervention
from cases.models import User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import happened, not_before, refuse
from orders.models import Order


def add_intervention(
    *,
    actor: User,
    order: Order,
    kind: str,
    name: str,
    referred_on: date,
    today: date,
    organisation: str = "",
    goal: Goal | None = None,
    started_on: date | None = None,
    note: str = "",
    key: uuid.UUID | None = None,
) -> Intervention:
    """The person was referred to a programme or to another organisation."""
    body = {
        "kind": kind,
        "name": name,
        "organisation": organisation,
        "referred_on": referred_on,
        "started_on": started_on,
        "note": note,
    }
    sent = {**body, "order": order.pk, "goal": goal and goal.pk}
    with operation("add_intervention", actor=actor, case=order.case, key=key, body=sent) as entry:
        problems = happened(referred_on, "referred_on", "the referral", order, today)
        problems += _begun(started_on, referred_on, today)
        if kind not in Intervention.Kind.values:
            problems.append(Problem("Select the kind of intervention", "kind", "kind_missing"))
        if not name.strip():
            problems.append(Problem("Enter the name of the programme or service", "name", "name_missing"))
        problems += _goal_problems(goal, order)
        refuse(problems)
        added = Intervention.objects.create(order=order, goal=goal, recorded_by=actor, **body)
        entry.subject = f"intervention:{added.pk}"
    return added


def amend_intervention(
    *,
    actor: User,
    intervention: Intervention,
    name: str,
    today: date,
    organisation: str = "",
    goal: Goal | None = None,
    started_on: date | None = None,
    ended_on: date | None = None,
    outcome: str = "",
    note: str = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Intervention:
    """What is now known of it: that it began, that it ended, and what came of it."""
    body = {
        "name": name,
        "organisation": organisation,
        "started_on": started_on,
        "ended_on": ended_on,
        "outcome": outcome,
        "note": note,
    }
    order = intervention.order
    with operation(
        "amend_intervention",
        actor=actor,
        case=order.case,
        root=intervention,
        expected_version=expected_version,
        key=key,
        body={**body, "goal": goal and goal.pk},
    ) as entry:
        first = intervention.referred_on
        problems = _begun(started_on, first, today)
        if not name.strip():
            problems.append(Problem("Enter the name of the programme or service", "name", "name_missing"))
        problems += _ended(started_on, ended_on, outcome, first, today)
        problems += _goal_problems(goal, order)
        refuse(problems)
        for column, value in body.items():
            setattr(intervention, column, value)
        intervention.goal = goal
        intervention.save()
        entry.subject = f"intervention:{intervention.pk}"
    return intervention


def _begun(started_on: date | None, referred_on: date, today: date) -> list[Problem]:
    if started_on is None:
        return []
    if started_on > today:
        return [
            Problem("Enter a date it began that is not in the future", "started_on", "begun_in_the_future")
        ]
    return not_before(started_on, "started_on", "the beginning", referred_on, "when the referral was made")


def _ended(
    started_on: date | None, ended_on: date | None, outcome: str, referred_on: date, today: date
) -> list[Problem]:
    if (ended_on is None) != (not outcome):
        text = "Enter the date it ended and what came of it, or neither"
        return [Problem(text, "outcome" if ended_on else "ended_on", "end_without_outcome")]
    if ended_on is None:
        return []
    if ended_on > today:
        return [Problem("Enter a date it ended that is not in the future", "ended_on", "ended_in_the_future")]
    first, because = (
        (started_on, "when it began") if started_on else (referred_on, "when the referral was made")
    )
    found = not_before(ended_on, "ended_on", "the end", first, because)
    if started_on is None and outcome not in Intervention.NEVER_BEGAN:
        text = "Enter the date it began, or an outcome of what never began"
        found.append(Problem(text, "started_on", "ended_without_beginning"))
    return found


def _goal_problems(goal: Goal | None, order: Order) -> list[Problem]:
    if goal is not None and (goal.plan.order_id != order.pk or goal.plan.approved_on is None):
        return [Problem("Select a goal of an approved plan of this order", "goal", "goal_elsewhere")]
    return []
