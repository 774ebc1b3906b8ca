"""How an order's plan stands: which is in force, where its goals have got to, and what the assessment asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from assessments.domain import contact, needs
from assessments.domain.contact import Stage
from assessments.models import Assessment, Goal, GoalProgress, Plan, Step
from assessments.models.plans import PlanQuerySet
from cases.models.timescales import TimescaleQuerySet
from orders.domain.cpo import RequirementKind
from orders.models import Order

NOTHING_SAID = "not_started"


@dataclass(frozen=True)
class GoalNow:
    """A goal of the plan in force, and the latest that was said of it in this version of the plan or one before."""

    goal: Goal
    status: str
    status_on: date | None
    note: str
    steps: tuple[Step, ...]

    @property
    def status_label(self) -> str:
        return str(GoalProgress.Status(self.status).label)


def in_force(order: Order, on: date) -> Plan | None:
    """The plan approved last, as things stood on a day; None before the first was approved."""
    return Plan.objects.approved().filter(order=order, approved_on__lte=on).first()


def goals_now(order: Order, on: date) -> list[GoalNow]:
    """The goals of the plan in force on a day, in the plan's order. Five queries, one where there is no plan."""
    plan = in_force(order, on)
    return goals_of(plan, on) if plan else []


def goals_of(plan: Plan, on: date) -> list[GoalNow]:
    """The goals of one version of a plan, as they stood on a day. Four queries."""
    before = dict(Goal.objects.filter(plan__order=plan.order_id).values_list("pk", "continues_id"))
    said: dict[int, GoalProgress] = {}
    for one in GoalProgress.objects.filter(goal__plan__order=plan.order_id, on__lte=on).order_by("on", "pk"):
        said[one.goal_id] = one
    goals = Goal.objects.filter(plan=plan).prefetch_related("steps")
    return [_now(goal, (said[pk] for pk in _line(goal.pk, before) if pk in said)) for goal in goals]


def goals_of_all_versions(order: Order) -> Iterable[tuple[int, int, int | None, str, str, str, date | None]]:
    """Plan, goal, the goal it continues, need, words, measure and date of each goal of an order. One query."""
    rows = Goal.objects.filter(plan__order=order).order_by("pk")
    return rows.values_list("plan_id", "pk", "continues_id", "need", "words", "measure", "by")


def _line(goal: int | None, before: Mapping[int, int | None]) -> Iterable[int]:
    """A goal, and the same goal in each version before."""
    while goal is not None:
        yield goal
        goal = before[goal]


def _now(goal: Goal, said: Iterable[GoalProgress]) -> GoalNow:
    latest = max(said, key=lambda one: (one.on, one.pk), default=None)
    steps = tuple(goal.steps.all())
    if latest is None:
        return GoalNow(goal, NOTHING_SAID, None, "", steps)
    return GoalNow(goal, latest.status, latest.on, latest.note, steps)


# --- What the assessment asks of it ---------------------------------------------------------------------------


def basis_of(order: Order) -> Assessment | None:
    """The order's latest LS/CMI that no later record corrects: what a plan is based on. One query."""
    rows = Assessment.objects.standing().filter(order=order, tool=Assessment.Tool.LS_CMI)
    return rows.order_by("-completed_on", "-pk").first()


def needs_of(assessment: Assessment | None) -> dict[str, str]:
    """The level of each need that the assessment found, the highest first. No query."""
    if assessment is None:
        return {}
    return needs.levels(assessment.sub_scores, needs.edition_on(assessment.completed_on))


def proposed_contact(order: Order, assessment: Assessment | None) -> tuple[Stage, ...]:
    """How often contact is proposed for the order, by the level of the assessment, an override before the score's."""
    level = (assessment.override_level or assessment.level_code) if assessment else ""
    ends = [row.last_day for row in order.requirements.all() if row.kind == RequirementKind.SUPERVISION]
    edition = contact.edition_on(order.imposed_on)
    return contact.contact_schedule(level, order.imposed_on, next(iter(ends), None), edition)


# --- What waits for a manager ---------------------------------------------------------------------------------


def _submitted() -> PlanQuerySet:
    """The plans that wait for approval, each with the subject of its order's timescales."""
    return Plan.objects.awaiting_approval().annotate(
        about=Concat(Value("order:"), Cast("order_id", CharField()))
    )


def has_submitted() -> Q:
    """Rows about orders of which a plan waits: asked once and found by their subject, not row by row."""
    return Q(subject__in=_submitted().order_by().values("about"))


def with_submitted(rows: TimescaleQuerySet) -> TimescaleQuerySet:
    """Timescales of orders, each with the plan of its order that waits for approval: key, day, and who sent it."""
    waiting = _submitted().filter(about=OuterRef("subject"))
    return rows.annotate(
        plan_key=Subquery(waiting.values("pk")[:1]),
        submitted_on=Subquery(waiting.values("submitted_on")[:1]),
        submitted_by_name=Subquery(waiting.values("submitted_by__name")[:1]),
    )


# --- The person's own copy ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CopiedGoal:
    """A goal as the person reads it: who does what by when."""

    words: str
    measure: str
    by: date | None
    status: str
    steps: tuple[tuple[str, str, date | None], ...]


@dataclass(frozen=True)
class PersonsCopy:
    """All that the person's own copy of a plan may say, as values: nothing else of the record is within its reach.

    Nothing about victims, about anybody else, about the safety of staff, and no manager's comments.
    """

    approved_on: date | None
    approved_by: str
    strengths: str
    persons_views: str
    summary: str
    contingency: str
    agreement: str
    goals: tuple[CopiedGoal, ...]
    contact: tuple[tuple[date, str, str], ...]
    support: tuple[tuple[str, str], ...]


def persons_copy(plan: Plan, on: date) -> PersonsCopy:
    """What the person is given of a plan, as it stands on a day."""
    said = {"person": "You", "worker": "Your caseworker", "manager": "The manager"}
    return PersonsCopy(
        approved_on=plan.approved_on,
        approved_by=plan.approved_by.name if plan.approved_by else "",
        strengths=plan.strengths,
        persons_views=plan.persons_views,
        summary=plan.summary,
        contingency=plan.contingency,
        agreement={"yes": "You agree with this plan", "no": "You do not agree with this plan"}.get(
            plan.agreement, ""
        ),
        goals=tuple(
            CopiedGoal(
                one.goal.words,
                one.goal.measure,
                one.goal.by,
                one.status_label,
                tuple(
                    (step.action, said.get(step.who, str(step.get_who_display())), step.by)
                    for step in one.steps
                ),
            )
            for one in goals_of(plan, on)
        ),
        contact=tuple(
            (stage.from_on, contact.often(stage.every_weeks), str(stage.get_means_display()))
            for stage in plan.stages.all()
        ),
        support=tuple(
            (one.name, one.organisation) for one in plan.order.interventions.all() if one.ended_on is None
        ),
    )
