"""Changes to departmental reviews: planned, rearranged, missed, held, and the tasks that came of them.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db.models import QuerySet

from assessments.domain import review
from assessments.domain.review import Absent, DecisionMade, NotHeld
from assessments.models import Goal, GoalProgress, Review, ReviewDecision, ReviewMeeting, Task
from assessments.scores import unsound
from assessments.workload import levels
from cases.models import Case, Role, Timescale, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, happened, refuse
from orders.domain.cpo import RequirementKind
from orders.models import Order

REVIEW = "cpo.review"
State = ReviewMeeting.State


@dataclass(frozen=True)
class GoalSaid:
    """Where one goal of the plan has got to, as the review found it."""

    goal: Goal
    status: str
    note: str = ""


@dataclass(frozen=True)
class Decided:
    """One decision of a review; a task has an owner and a day. `row` is where it stands in the form."""

    text: str
    becomes: str = ReviewDecision.Becomes.NOTHING
    owner: User | None = None
    by: date | None = None
    row: int = 0


def plan_review(
    *,
    actor: User,
    order: Order,
    planned_on: date,
    today: date,
    for_due_on: date | None = None,
    at: time | None = None,
    chaired_by: User | None = None,
    chair_reason: str = "",
    place: str = "",
    key: uuid.UUID | None = None,
) -> ReviewMeeting:
    """A review is arranged for a day: for the due date named or, without one, besides those that are due."""
    body = {
        "order": order.pk,
        "planned_on": planned_on,
        "for_due_on": for_due_on,
        "at": at,
        "chaired_by": chaired_by and chaired_by.pk,
        "chair_reason": chair_reason,
        "place": place,
    }
    with operation("plan_review", actor=actor, case=order.case, key=key, body=body) as entry:
        already = {
            *order.review_meetings.planned().exclude(for_due_on=None).values_list("for_due_on", flat=True),
            *reviews_of(order).exclude(met_on=None).values_list("due_on", flat=True),
        }
        problems = review.plan_problems(
            planned_on=planned_on,
            for_due_on=for_due_on,
            imposed_on=order.imposed_on,
            today=today,
            due_dates=set(reviews_of(order).values_list("due_on", flat=True)),
            already=already,
        )
        problems += _supervised(order)
        problems += _live(order)
        problems += chair_problems(
            order, chaired_by, chair_reason, for_due_on=for_due_on, on=planned_on, held=False
        )
        refuse(problems)
        meeting = ReviewMeeting.objects.create(
            order=order,
            planned_on=planned_on,
            for_due_on=for_due_on,
            at=at,
            chaired_by=chaired_by,
            chair_reason=chair_reason,
            place=place,
            recorded_by=actor,
        )
        entry.subject = meeting.subject
    return meeting


def rearrange_review(
    *,
    actor: User,
    meeting: ReviewMeeting,
    planned_on: date,
    reason: str,
    today: date,
    expected_version: int | None,
    at: time | None = None,
    chaired_by: User | None = None,
    chair_reason: str = "",
    place: str = "",
    note: str = "",
    key: uuid.UUID | None = None,
) -> ReviewMeeting:
    """A planned review is moved to another day, or one that was missed gets a new one. Both stay on the record."""
    order = meeting.order
    body = {
        "planned_on": planned_on,
        "because": reason,
        "at": at,
        "chaired_by": chaired_by and chaired_by.pk,
        "chair_reason": chair_reason,
        "place": place,
        "note": note,
    }
    with operation(
        "rearrange_review",
        actor=actor,
        case=order.case,
        root=meeting,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        problems = review.plan_problems(
            planned_on=planned_on, for_due_on=None, imposed_on=order.imposed_on, today=today, due_dates=()
        )
        problems += _known_reason(reason)
        problems += _live(order)
        others = order.review_meetings.planned().exclude(pk=meeting.pk)
        if meeting.state not in (State.PLANNED, State.MISSED) or hasattr(meeting, "followed_by"):
            problems.append(
                Problem("Leave this review as it is: it is no longer planned", code="not_planned")
            )
        elif meeting.for_due_on and others.filter(for_due_on=meeting.for_due_on).exists():
            text = "Rearrange the other review instead: one is planned for this due date"
            problems.append(Problem(text, code="already_planned"))
        problems += chair_problems(
            order, chaired_by, chair_reason, for_due_on=meeting.for_due_on, on=planned_on, held=False
        )
        refuse(problems)
        if meeting.state == State.PLANNED:
            meeting.state, meeting.reason, meeting.note = State.REARRANGED, reason, note
            meeting.save()
        new = ReviewMeeting.objects.create(
            order=order,
            for_due_on=meeting.for_due_on,
            planned_on=planned_on,
            at=at,
            chaired_by=chaired_by,
            chair_reason=chair_reason,
            place=place,
            follows=meeting,
            recorded_by=actor,
        )
        entry.subject = new.subject
    return new


def record_missed_review(
    *,
    actor: User,
    meeting: ReviewMeeting,
    reason: str,
    who_did_not_come: str,
    today: date,
    expected_version: int | None,
    note: str = "",
    key: uuid.UUID | None = None,
) -> ReviewMeeting:
    """A planned review did not take place on its day, because somebody did not come."""
    body = {"because": reason, "who_did_not_come": who_did_not_come, "note": note}
    with operation(
        "record_missed_review",
        actor=actor,
        case=meeting.order.case,
        root=meeting,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        problems = [*_known_reason(reason), *_still_planned(meeting)]
        if who_did_not_come not in set(Absent):
            problems.append(Problem("Select who did not come", "who_did_not_come", "absent_missing"))
        if meeting.planned_on > today:
            text = "Rearrange or cancel the review instead: its day is still to come"
            problems.append(Problem(text, code="still_to_come"))
        refuse(problems)
        meeting.state, meeting.reason, meeting.note = State.MISSED, reason, note
        meeting.who_did_not_come = who_did_not_come
        meeting.save()
        entry.subject = meeting.subject
    return meeting


def cancel_review(
    *,
    actor: User,
    meeting: ReviewMeeting,
    reason: str,
    expected_version: int | None,
    note: str = "",
    key: uuid.UUID | None = None,
) -> ReviewMeeting:
    """A planned review will not take place, and no other day is named. What is due stays due."""
    with operation(
        "cancel_review",
        actor=actor,
        case=meeting.order.case,
        root=meeting,
        expected_version=expected_version,
        key=key,
        body={"because": reason, "note": note},
    ) as entry:
        refuse([*_known_reason(reason), *_still_planned(meeting)])
        meeting.state, meeting.reason, meeting.note = State.CANCELLED, reason, note
        meeting.save()
        entry.subject = meeting.subject
    return meeting


def hold_review(
    *,
    actor: User,
    order: Order,
    held_on: date,
    today: date,
    for_due_on: date | None = None,
    extra: bool = False,
    chaired_by: User | None = None,
    chair_reason: str = "",
    attendance: str = "",
    discussion: str = "",
    persons_views: str = "",
    partner_input: str = "",
    risk_changed: bool | None = None,
    risk_change: str = "",
    outcome: str = "",
    decisions: str = "",
    goals: Sequence[GoalSaid] = (),
    decided: Sequence[Decided] = (),
    meeting: ReviewMeeting | None = None,
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Review:
    """A departmental review was held, for the due date named or, with `extra`, besides those that are due.

    Neither named nor extra, it is the next that was due. The meeting named, else the one planned for that due date,
    is then held. `goals` become progress of the plan; of `decided`, a task comes to its owner.
    """
    if meeting is not None and not extra:
        for_due_on, extra = meeting.for_due_on, meeting.for_due_on is None
    body = {
        "order": order.pk,
        "held_on": held_on,
        "for_due_on": for_due_on,
        "extra": extra,
        "chaired_by": chaired_by and chaired_by.pk,
        "chair_reason": chair_reason,
        "attendance": attendance,
        "discussion": discussion,
        "persons_views": persons_views,
        "partner_input": partner_input,
        "risk_changed": risk_changed,
        "risk_change": risk_change,
        "outcome": outcome,
        "decisions": decisions,
        "goals": [(one.goal.pk, one.status, one.note) for one in goals],
        "decided": [(one.text, one.becomes, one.owner and one.owner.pk, one.by) for one in decided],
        "meeting": meeting and meeting.pk,
        "late_reason": late_reason,
    }
    with operation("hold_review", actor=actor, case=order.case, key=key, body=body) as entry:
        due = set(reviews_of(order).values_list("due_on", flat=True))
        problems = review.problems(
            held_on=held_on,
            for_due_on=None if extra else for_due_on,
            imposed_on=order.imposed_on,
            today=today,
            due_dates=due,
            already_held_for={held.for_due_on for held in order.reviews.all() if held.for_due_on},
        )
        problems += unsound(order)
        problems += _supervised(order)
        if extra and held_on in due:
            text = "Select the due date: a review is due on that very day"
            problems.append(Problem(text, "for_due_on", "extra_on_a_due_date"))
        problems += chair_problems(
            order, chaired_by, chair_reason, for_due_on=for_due_on, on=held_on, held=True
        )
        if attendance and attendance not in Review.Attendance.values:
            text = "Select whether the person took part"
            problems.append(Problem(text, "attendance", "attendance_unknown"))
        if outcome and outcome not in Review.Outcome.values:
            problems.append(Problem("Select what came of the review", "outcome", "outcome_unknown"))
        if risk_changed and not risk_change.strip():
            problems.append(Problem("Enter what changed in the risk", "risk_change", "risk_change_missing"))
        made = [
            DecisionMade(one.text, one.becomes, one.owner is not None, one.by, one.row) for one in decided
        ]
        problems += review.decision_problems(made, held_on=held_on)
        problems += _goals_of(order, goals, held_on)
        if any(one.owner and one.owner.council_id != order.council_id for one in decided):
            problems.append(Problem("Select somebody of this council", "owner", "owner_elsewhere"))
        if meeting is None:
            meeting = _planned_for(order, for_due_on, extra)
        elif meeting.order_id != order.pk or meeting.state != State.PLANNED:
            problems.append(
                Problem("Choose a review of this order that is planned", "meeting", "not_planned")
            )
        refuse(problems)
        held = Review.objects.create(
            order=order,
            held_on=held_on,
            # A review held for its own day, on which none is due, is an extra one and meets nothing.
            for_due_on=held_on if extra else for_due_on,
            chaired_by=chaired_by,
            chair_reason=chair_reason,
            attendance=attendance,
            discussion=discussion,
            persons_views=persons_views,
            partner_input=partner_input,
            risk_changed=risk_changed,
            risk_change=risk_change if risk_changed else "",
            outcome=outcome,
            decisions=decisions or "\n".join(one.text for one in decided),
            recorded_by=actor,
        )
        for said in goals:
            GoalProgress.objects.create(
                goal=said.goal, on=held_on, status=said.status, note=said.note, recorded_by=actor
            )
        for one in decided:
            ReviewDecision.objects.create(review=held, text=one.text, becomes=one.becomes, recorded_by=actor)
            if one.becomes == ReviewDecision.Becomes.TASK and one.owner and one.by:
                Task.objects.create(
                    case=order.case,
                    order=order,
                    review=held,
                    text=one.text,
                    owner=one.owner,
                    by=one.by,
                    recorded_by=actor,
                )
        if meeting is not None:
            meeting.state, meeting.review = State.HELD, held
            meeting.version += 1
            meeting.save()
        entry.subject = f"review:{held.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return held


def complete_task(
    *,
    actor: User,
    task: Task,
    done_on: date,
    today: date,
    expected_version: int | None,
    done_note: str = "",
    key: uuid.UUID | None = None,
) -> Task:
    """A task that a review gave somebody is done."""
    with operation(
        "complete_task",
        actor=actor,
        case=task.case,
        root=task,
        expected_version=expected_version,
        key=key,
        body={"done_on": done_on, "done_note": done_note},
    ) as entry:
        problems = happened(done_on, "done_on", "the task", task.order, today)
        if done_on is not None and done_on < task.review.held_on:
            text = "Enter a day on or after the day of the review"
            problems.append(Problem(text, "done_on", "done_before_review"))
        if task.done_on is not None:
            problems.append(Problem("Leave the task as it is: it is done already", code="already_done"))
        refuse(problems)
        task.done_on, task.done_note = done_on, done_note
        task.save()
        entry.subject = task.subject
    return task


def reviews_of(order: Order) -> QuerySet[Timescale]:
    """The reviews that are due of an order, earliest first."""
    rows = Timescale.objects.filter(case=order.case_id, subject=order.subject, clause=REVIEW)
    return rows.order_by("due_on")


# --- What several of them ask -----------------------------------------------------------------------------------


def chair_problems(
    order: Order, chair: User | None, reason: str, *, for_due_on: date | None, on: date, held: bool
) -> list[Problem]:
    """Whether somebody may chair a review of the order on a day."""
    if chair is not None and chair.council_id != order.council_id:
        return [Problem("Select somebody of this council", "chaired_by", "chair_elsewhere")]
    if on is None:
        return []
    first = reviews_of(order).values_list("due_on", flat=True).first()
    rule = review.chair_rule(
        first=first is not None and (for_due_on == first or not order.reviews.exists()),
        level=levels(Case.objects.filter(pk=order.case_id), on).get(order.case_id, ""),
        on=on,
    )
    return review.chair_problems(
        rule,
        chair_named=chair is not None,
        first_line_manager=chair is not None and chair.role == Role.FIRST_LINE_MANAGER,
        reason=reason,
        held=held,
    )


def _supervised(order: Order) -> list[Problem]:
    if order.requirements.filter(kind=RequirementKind.SUPERVISION).exists():
        return []
    text = "This order has no supervision requirement, so no departmental review is due"
    return [Problem(text, code="no_supervision")]


def _live(order: Order) -> list[Problem]:
    return [Problem("Leave it unplanned: the order has ended", code="order_ended")] if order.ended_on else []


def _known_reason(reason: str) -> list[Problem]:
    return [] if reason in set(NotHeld) else [Problem("Select the reason", "reason", "reason_missing")]


def _still_planned(meeting: ReviewMeeting) -> list[Problem]:
    if meeting.state == State.PLANNED:
        return []
    return [Problem("Leave this review as it is: it is no longer planned", code="not_planned")]


def _planned_for(order: Order, for_due_on: date | None, extra: bool) -> ReviewMeeting | None:
    """The meeting that a review just held was planned as: for its due date, or as an extra one."""
    rows = order.review_meetings.planned()
    if for_due_on is None and not extra:
        return None
    return rows.filter(for_due_on=None if extra else for_due_on).first()


def _goals_of(order: Order, goals: Sequence[GoalSaid], held_on: date) -> list[Problem]:
    """Goals are of this order's plans, approved by the day, and stand somewhere that is known."""
    known = (
        set(
            Goal.objects.filter(plan__order=order, plan__approved_on__lte=held_on).values_list(
                "pk", flat=True
            )
        )
        if goals and held_on
        else set()
    )
    return [
        Problem("Select how the goal stands", f"goal_{one.goal.pk}_status", "goal_unknown")
        for one in goals
        if one.goal.pk not in known or one.status not in GoalProgress.Status.values
    ]
