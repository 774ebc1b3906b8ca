"""A session of unpaid work as it is recorded: which requirement it is for, what may be said of it, what it credits.

Recording a session, correcting one and recording the outcome of an appointment all go through here.
"""

from __future__ import annotations

from datetime import date

from cases import permissions
from cases.models import User
from justice.domain.errors import Problem, Refused
from orders import ledger, recording
from orders.checks import happened, in_force, not_before, refuse
from orders.models import Attendance, Order, Requirement

LONGEST_SESSION_MINUTES = 24 * 60


def add_session(
    *,
    order: Order,
    on: date,
    outcome: str,
    minutes: int,
    other_activity: bool,
    placement: str,
    note: str,
    actor: User,
    today: date,
) -> Attendance:
    """What happened at one session, with the minutes it credits; refused where it could not have been so."""
    requirement = worked_for(order, on)
    problems = session_problems(order, requirement, on, outcome, minutes, today)
    refuse(problems + decision_problems(actor, outcome))
    before = accounts_before(requirement, on)
    attendance = recording.add_attendance(
        order=order,
        on=on,
        outcome=outcome,
        minutes=minutes,
        other_activity=other_activity,
        placement=placement,
        note=note,
        learned_on=today,
        actor=actor,
    )
    ledger.credit(attendance, requirement, minutes)
    list(ledger.settle(before))
    return attendance


def worked_for(order: Order, on: date) -> Requirement:
    """The order's unpaid work requirement that a session of that day is for: the first not done by then."""
    rows = list(order.requirements.unpaid_work().filter(removed_on=None).select_related("order__case"))
    if not rows:
        raise Refused(Problem("This order has no unpaid work requirement", code="no_unpaid_work"))
    rows.sort(key=lambda row: (row.added_on or order.imposed_on, row.pk))
    begun = [row for row in rows if (row.added_on or order.imposed_on) <= on] or rows
    to_do = (row for row in begun if row.completed_on is None or row.completed_on >= on)
    return next(to_do, begun[-1])


def accounts_before(requirement: Requirement, on: date) -> dict[int, ledger.Account]:
    """How the requirements that a session may credit stand before it is recorded."""
    return ledger.accounts([requirement]) | ledger.of_person(requirement.order.case.person_id, on)


def session_problems(
    order: Order,
    requirement: Requirement,
    on: date,
    outcome: str,
    minutes: int,
    today: date,
    *,
    correcting: bool = False,
) -> list[Problem]:
    """Why a session cannot have been as it is said to have been; none means that it can."""
    what, outcomes = "the session", Attendance.Outcome
    problems = happened(on, "on", what, order, today) + in_force(order, on, "on", what)
    problems += not_before(on, "on", what, requirement.added_on, "when the requirement was added")
    if outcome not in outcomes.values or (outcome == outcomes.RECORDED_IN_ERROR and not correcting):
        problems.append(Problem("Select what happened at the session", "outcome", "outcome_missing"))
    absent = outcome in (*recording.ABSENCES, outcomes.RECORDED_IN_ERROR)
    if minutes < 0 or minutes > LONGEST_SESSION_MINUTES:
        problems.append(Problem("Enter between 0 and 24 hours worked", "minutes", "minutes_out_of_range"))
    elif absent and minutes:
        problems.append(
            Problem("Leave the time empty: nothing was worked", "minutes", "minutes_of_an_absence")
        )
    elif outcome == outcomes.ATTENDED and not minutes:
        problems.append(Problem("Enter how long the person worked", "minutes", "minutes_missing"))
    return problems


def decision_problems(actor: User, outcome: str) -> list[Problem]:
    """Whether an absence was acceptable is said by somebody who may decide it; others say that there was one."""
    if not recording.ABSENCES.get(outcome) or permissions.allows(actor, "decide_absence"):
        return []
    text = "Select “Did not attend”. The caseworker decides whether it was acceptable"
    return [Problem(text, "outcome", "outcome_decides")]
