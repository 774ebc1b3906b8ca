"""Changes to case management plans: drafted, submitted, returned or approved, then kept; and progress on their goals.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.core.exceptions import PermissionDenied

from assessments.domain import contact
from assessments.domain import plan as rules
from assessments.domain.contact import Stage
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import ContactStage, Goal, GoalProgress, Plan, PlanReturn, Step, VictimSafety
from assessments.plans import basis_of, in_force, needs_of, proposed_contact
from assessments.scores import unsound
from cases import permissions
from cases.models import Role, User
from cases.operation import advance, operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, refuse
from orders.checks import in_force as order_in_force
from orders.domain.cpo import RequirementKind
from orders.models import Order

# --- Writing it -----------------------------------------------------------------------------------------------


def draft_plan(*, actor: User, order: Order, today: date, key: uuid.UUID | None = None) -> Plan:
    """A plan is begun: from nothing, or as the next version of the one in force, with all that stands in it."""
    body = {"order": order.pk}
    with operation("draft_plan", actor=actor, case=order.case, key=key, body=body) as entry:
        problems = order_in_force(order, today, "", "a plan")
        if not order.requirements.filter(kind=RequirementKind.SUPERVISION, removed_on=None).exists():
            text = "This order has no supervision requirement, so it needs no case management plan"
            problems.append(Problem(text, code="no_supervision"))
        if Plan.objects.unfinished().filter(order=order).exists():
            text = "A plan of this order is being written already. Go on with it, or discard it first"
            problems.append(Problem(text, code="being_written"))
        refuse(problems)
        before = in_force(order, today)
        assessment = basis_of(order)
        told = {"recorded_by": actor}
        drafted = Plan.objects.create(
            order=order,
            based_on=assessment,
            summary=before.summary if before else "",
            strengths=before.strengths if before else "",
            contingency=before.contingency if before else "",
            **told,
        )
        if before is not None:
            _copy(before, drafted, actor)
        if not drafted.stages.exists():
            for stage in proposed_contact(order, assessment):
                ContactStage.objects.create(plan=drafted, **asdict(stage), **told)
        entry.subject = _subject(drafted)
    return drafted


def _copy(before: Plan, drafted: Plan, actor: User) -> None:
    """Goals with their steps, contact, and what is kept apart about victims, whether or not the drafter may see it."""
    told = {"recorded_by": actor}
    for old in before.goals.prefetch_related("steps"):
        goal = Goal.objects.create(
            plan=drafted,
            continues=old,
            need=old.need,
            words=old.words,
            measure=old.measure,
            by=old.by,
            **told,
        )
        for step in old.steps.all():
            Step.objects.create(goal=goal, action=step.action, who=step.who, by=step.by, **told)
    for stage in before.stages.all():
        ContactStage.objects.create(
            plan=drafted,
            from_on=stage.from_on,
            every_weeks=stage.every_weeks,
            means=stage.means,
            looser_because=stage.looser_because,
            **told,
        )
    for safety in VictimSafety.objects.filter(plan=before):
        VictimSafety.objects.create(plan=drafted, text=safety.text, recorded_by=safety.recorded_by)


def amend_plan(
    *,
    actor: User,
    plan: Plan,
    proposed: ProposedPlan,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Plan:
    """The whole draft as it now stands: what is left out of it is dropped."""
    with operation(
        "amend_plan",
        actor=actor,
        case=plan.order.case,
        root=plan,
        expected_version=expected_version,
        key=key,
        body=asdict(proposed),
    ) as entry:
        _still_a_draft(plan)
        order, edition = plan.order, contact.edition_on(plan.order.imposed_on)
        refuse(
            rules.draft_problems(proposed, today)
            + contact.stage_problems(
                proposed.stages, proposed_contact(order, plan.based_on), edition, order.imposed_on
            )
        )
        for name in ("summary", "strengths", "persons_views", "contingency", "agreement", "agreement_reason"):
            setattr(plan, name, getattr(proposed, name))
        plan.discussed_on = proposed.discussed_on
        plan.save()
        _write_goals(plan, proposed.goals, actor)
        _write_stages(plan, proposed.stages, actor)
        entry.subject = _subject(plan)
    return plan


def _write_goals(plan: Plan, goals: Sequence[ProposedGoal], actor: User) -> None:
    stored = {goal.pk: goal for goal in plan.goals.prefetch_related("steps")}
    for proposed in goals:
        goal = stored.pop(proposed.key, None) if proposed.key else None
        told = {
            "need": proposed.need,
            "words": proposed.words,
            "measure": proposed.measure,
            "by": proposed.by,
        }
        if goal is None:
            goal = Goal.objects.create(plan=plan, recorded_by=actor, **told)
        elif told != {name: getattr(goal, name) for name in told}:
            for name, value in told.items():
                setattr(goal, name, value)
            goal.save()
        _write_steps(goal, proposed.steps, actor)
    for dropped in stored.values():
        _write_steps(dropped, (), actor)
        dropped.delete()


def _write_steps(goal: Goal, steps: Sequence[ProposedStep], actor: User) -> None:
    stored = list(goal.steps.all())
    if [ProposedStep(one.action, one.who, one.by) for one in stored] == list(steps):
        return
    for one in stored:
        one.delete()
    for step in steps:
        Step.objects.create(goal=goal, recorded_by=actor, **asdict(step))


def _write_stages(plan: Plan, stages: Sequence[Stage], actor: User) -> None:
    stored = list(plan.stages.all())
    if [stage_of(one) for one in stored] == list(stages):
        return
    for one in stored:
        one.delete()
    for stage in stages:
        ContactStage.objects.create(plan=plan, recorded_by=actor, **asdict(stage))


def stage_of(row: ContactStage) -> Stage:
    return Stage(row.from_on, row.every_weeks, row.means, row.looser_because)


def proposed_of(plan: Plan) -> ProposedPlan:
    """A stored plan as its form and its rules know it."""
    return ProposedPlan(
        summary=plan.summary,
        strengths=plan.strengths,
        persons_views=plan.persons_views,
        contingency=plan.contingency,
        agreement=plan.agreement,
        agreement_reason=plan.agreement_reason,
        discussed_on=plan.discussed_on,
        goals=tuple(
            ProposedGoal(
                goal.need,
                goal.words,
                goal.measure,
                goal.by,
                tuple(ProposedStep(one.action, one.who, one.by) for one in goal.steps.all()),
                goal.pk,
            )
            for goal in plan.goals.prefetch_related("steps")
        ),
        stages=tuple(stage_of(one) for one in plan.stages.all()),
    )


def discard_plan(
    *,
    actor: User,
    plan: Plan,
    reason: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Plan:
    """A draft is let go: it stays on the record, counts for nothing, and another may be begun."""
    with operation(
        "discard_plan",
        actor=actor,
        case=plan.order.case,
        root=plan,
        expected_version=expected_version,
        key=key,
        reason=reason,
    ) as entry:
        _still_a_draft(plan)
        if not reason.strip():
            refuse([Problem("Enter why the draft is discarded", "reason", "reason_missing")])
        plan.discarded_on = today
        plan.save()
        entry.subject = _subject(plan)
    return plan


# --- Submitting, returning, approving -------------------------------------------------------------------------


def submit_plan(
    *,
    actor: User,
    plan: Plan,
    today: date,
    unmet_because: str = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Plan:
    """The draft goes to a first line manager, whole: with goals that can be measured, and what the person says of it.

    `unmet_because` says why needs that the assessment found high have no goal.
    """
    with operation(
        "submit_plan",
        actor=actor,
        case=plan.order.case,
        root=plan,
        expected_version=expected_version,
        key=key,
        body={"unmet_because": unmet_because},
    ) as entry:
        _still_a_draft(plan)
        refuse(
            rules.submission_problems(
                proposed_of(plan),
                imposed_on=plan.order.imposed_on,
                needs=needs_of(plan.based_on),
                unmet_because=unmet_because,
                today=today,
            )
        )
        plan.unmet_because = unmet_because
        plan.submitted_on, plan.submitted_by = today, actor
        plan.save()
        entry.subject = _subject(plan)
    return plan


def return_plan(
    *,
    actor: User,
    plan: Plan,
    comments: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> PlanReturn:
    """A first line manager gives the plan back, and says what to change: it is a draft again."""
    with operation(
        "return_plan",
        actor=actor,
        case=plan.order.case,
        root=plan,
        expected_version=expected_version,
        key=key,
        body={"comments": comments},
    ) as entry:
        problems = _settled_problems(plan)
        if not problems and plan.submitted_on is None:
            text = "This plan is not submitted. Its author has it already"
            problems.append(Problem(text, code="not_submitted"))
        if not comments.strip():
            problems.append(Problem("Enter what is to be changed", "comments", "comments_missing"))
        refuse(problems)
        plan.submitted_on = plan.submitted_by = None
        plan.save()
        returned = PlanReturn.objects.create(
            plan=plan, returned_on=today, comments=comments, recorded_by=actor
        )
        entry.subject = _subject(plan)
    return returned


def approve_plan(
    *,
    actor: User,
    order: Order,
    approved_on: date,
    today: date,
    summary: str = "",
    late_reason: str | None = "",
    plan: Plan | None = None,
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
) -> Plan:
    """A first line manager approved the case management plan: it is never changed, a later one takes its place.

    `plan` is the draft that was submitted. Without one, what was approved on paper is recorded, with its `summary`.
    """
    if plan is not None and plan.order_id != order.pk:
        raise ValueError("the draft is another order's")
    body = {"order": order.pk, "approved_on": approved_on, "summary": summary, "late_reason": late_reason}
    with operation(
        "approve_plan",
        actor=actor,
        case=order.case,
        root=plan,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        approver = None if actor.role == Role.SYSTEM else actor
        problems = _settled_problems(plan) if plan else []
        if not problems:
            problems = unsound(order) + rules.problems(
                approved_on=approved_on,
                imposed_on=order.imposed_on,
                today=today,
                approver_may_approve=actor.role in (Role.FIRST_LINE_MANAGER, Role.SYSTEM),
            )
            if plan is not None:
                problems += rules.approval_problems(
                    approved_on=approved_on,
                    submitted_on=plan.submitted_on,
                    own=actor.pk in (plan.recorded_by_id, plan.submitted_by_id),
                )
        refuse(problems)
        if plan is None:
            plan = Plan(order=order, summary=summary, recorded_by=actor)
        plan.approved_on, plan.approved_by = approved_on, approver
        plan.save()
        entry.subject = _subject(plan)
        ask_why_late(entry, actor, order.case, late_reason)
    return plan


def _subject(plan: Plan) -> str:
    return f"plan:{plan.pk}"


def _settled_problems(plan: Plan) -> list[Problem]:
    """An approved plan is never edited; nor is one that was let go."""
    if plan.approved_on is not None:
        text = "This plan is approved, and an approved plan is not changed. Draft its next version"
        return [Problem(text, code="approved")]
    if plan.discarded_on is not None:
        return [Problem("This draft was discarded. Draft a new plan", code="discarded")]
    return []


def _still_a_draft(plan: Plan) -> None:
    problems = _settled_problems(plan)
    if not problems and plan.submitted_on is not None:
        text = "This plan is with a manager. Ask for it to be returned before you change it"
        problems.append(Problem(text, code="submitted"))
    refuse(problems)


# --- Victims: the rule of who may is cases.permissions.cases_whose_victims_are_seen_by --------------------------
# Nothing of it goes into an entry: entries are read by more people than may know of it.


def set_victim_safety(
    *,
    actor: User,
    plan: Plan,
    text: str,
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
) -> VictimSafety:
    """What the plan does to keep victims safe, kept apart from it; an approved plan keeps what it was approved with.

    `expected_version` 0 or None: nothing was written yet.
    """
    case, body = plan.order.case, {"plan": plan.pk, "text": text}
    with operation("set_victim_safety", actor=actor, case=case, key=key, body=body) as entry:
        if not permissions.may_see_victims(actor, case):
            raise PermissionDenied("victim safety")
        _still_a_draft(plan)
        safety = VictimSafety.objects.filter(plan=plan).first()
        if safety is None:
            safety = VictimSafety(plan=plan, recorded_by=actor)
        else:
            advance(safety, expected_version or 0)
        safety.text = text
        safety.save()
        entry.subject = f"victim_safety:{safety.pk}"
    return safety


# --- What comes of it -----------------------------------------------------------------------------------------


def record_goal_progress(
    *,
    actor: User,
    goal: Goal,
    status: str,
    on: date,
    today: date,
    note: str = "",
    key: uuid.UUID | None = None,
) -> GoalProgress:
    """Where a goal of the plan in force has got to."""
    plan = goal.plan
    body = {"goal": goal.pk, "status": status, "on": on, "note": note}
    with operation("record_goal_progress", actor=actor, case=plan.order.case, key=key, body=body) as entry:
        current = in_force(plan.order, today)
        problems = rules.progress_problems(
            on, today=today, approved_on=plan.approved_on, in_force=current == plan
        )
        if status not in GoalProgress.Status.values:
            problems.append(Problem("Select how the goal stands", "status", "status_missing"))
        if on < plan.order.imposed_on:
            text = "Enter a date of the progress on or after the day the order was imposed"
            problems.append(Problem(text, "on", "before_imposition"))
        refuse(problems)
        progress = GoalProgress.objects.create(goal=goal, on=on, status=status, note=note, recorded_by=actor)
        entry.subject = f"goal:{goal.pk}"
    return progress
