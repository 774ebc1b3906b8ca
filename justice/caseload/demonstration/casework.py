"""What happened inside the invented orders: answers of assessments, goals of plans, reviews planned and what they said.

A bundle holds the days that figures count. This adds what people did on them, the same every time for the same day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from assessments.domain import contact, lscmi, needs, outcomes
from assessments.models import (
    Assessment,
    ContactStage,
    Goal,
    GoalProgress,
    Intervention,
    MappaAction,
    MappaEntry,
    MappaLevel,
    MappaMeeting,
    OutcomeReading,
    Plan,
    Review,
    ReviewDecision,
    ReviewMeeting,
    Step,
    Task,
)
from cases.calendars import calendar_of
from cases.models import Alert, Allocation, Council, ReviewSlots, Role, Team, Timescale, User
from cases.operation import operation
from justice.caseload.bulk import insert
from justice.domain.calendar import Calendar
from orders.domain.cpo import RequirementKind
from orders.models import Order, Requirement

SEED = 20261127
AHEAD = timedelta(weeks=6)  # how far ahead reviews are planned
LATELY = timedelta(
    days=200
)  # reviews held since then have their words, orders ended since then their last readings

# For each need: the goal in the person's words, how it is measured, a step of theirs and one of the worker's.
GOALS = {
    "education_employment": (
        "I want a job I can keep",
        "Ten weeks in work or on a course",
        "Go to the job club",
        "Refer to employability",
    ),
    "family_marital": (
        "I want to see my children every week",
        "Weekly contact for three months",
        "Ring before each visit",
        "Meet the family worker",
    ),
    "leisure_recreation": (
        "I want something to do that is not the pub",
        "Two evenings a week filled",
        "Try the gym on Tuesdays",
        "Find three groups nearby",
    ),
    "companions": (
        "I want friends who are not in trouble",
        "Name two people to ring",
        "Say no on Fridays",
        "Talk through who helps and who does not",
    ),
    "alcohol_drug": (
        "I want to wake up without a drink",
        "Four dry days a week by the diary",
        "Keep a drink diary",
        "Refer to the recovery service",
    ),
    "procriminal_attitude": (
        "I want to stop blaming everybody else",
        "Both programme modules done",
        "Do the exercises each week",
        "Go through the offence together",
    ),
    "antisocial_pattern": (
        "I want to count to ten first",
        "No incident for three months",
        "Leave the room when it starts",
        "Practise it in supervision",
    ),
    needs.OTHER: (
        "I want my own front door",
        "A tenancy in my name",
        "Bring the letters",
        "Write to the housing office",
    ),
}
PARTNERS = {
    "education_employment": ("employability", "Employability course", "Strathcairn Works"),
    "alcohol_drug": ("substance", "Recovery programme", "Strathcairn Recovery"),
    "family_marital": ("family", "Parenting group", "Families First Strathcairn"),
    "procriminal_attitude": ("programme", "Offending behaviour programme", ""),
}
STRENGTHS = (
    "Keeps appointments. A steady home",
    "Close to a sister who calls every week",
    "Has worked before and wants to again",
    "Says clearly what makes things worse",
)
VIEWS = (
    "Says the first weeks were the hardest and that it is easier now",
    "Would like later appointments because of work",
    "Thinks the course helped more than expected",
    "Is worried about housing, and asked for help with it",
    "Feels listened to; does not like the bus journey",
)
DISCUSSIONS = (
    "Attendance has improved since the warning. The diary was gone through week by week",
    "Two goals have moved. The third waits for a place on the course",
    "Contact with the family is settled. Money is the worry now",
)
DECISIONS = (
    ("Contact goes on as it is", ReviewDecision.Becomes.NOTHING),
    ("Ring the course about the next start", ReviewDecision.Becomes.TASK),
    ("Ask for the letter from the surgery", ReviewDecision.Becomes.TASK),
    ("Add work on companions to the plan", ReviewDecision.Becomes.PLAN_CHANGE),
)


@dataclass
class _Making:
    """What every row of this module is made with, and the rows so far by their table."""

    council: Council
    today: date
    calendar: Calendar
    chance: Random
    told: dict[str, Any]
    holders: Mapping[str, User]
    managers: Mapping[int, User]
    rows: dict[type[Any], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: Any) -> Any:
        self.rows[type(row)].append(row)
        return row

    def holder(self, order: Order) -> User | None:
        return self.holders.get(order.subject)

    def manager(self, order: Order) -> User | None:
        holder = self.holder(order)
        return self.managers.get(holder.team_id) if holder and holder.team_id else None


def add_casework(council: Council, actor: User, today: date, moment: datetime) -> None:
    """Answers, goals, stages, progress, referrals, planned reviews, readings and the MAPPA register."""
    making = _Making(
        council,
        today,
        calendar_of(council),
        Random(SEED),  # noqa: S311  (invented records, the same every time)
        {"recorded_by": actor, "recorded_at": moment},
        {
            row.subject: row.worker
            for row in Allocation.objects.filter(
                case__council=council, subject__startswith="order:", to_on=None, worker__isnull=False
            ).select_related("worker")
            if row.worker is not None
        },
        {
            user.team_id: user
            for user in User.objects.filter(council=council, role=Role.FIRST_LINE_MANAGER).order_by("-pk")
            if user.team_id
        },
    )
    reason = "Bundle of the demonstration: what happened inside the orders"
    with operation("import_caseload", actor=actor, council=council, reason=reason):
        supervised = Requirement.objects.filter(kind=RequirementKind.SUPERVISION, removed_on=None)
        last_days = dict(supervised.filter(order__council=council).values_list("order", "last_day"))
        orders = list(
            Order.objects.filter(council=council, ended_on=None, pk__in=list(last_days)).order_by("pk")
        )
        latest = _assessed(making, orders)
        _plan(making, orders, latest, last_days)
        _review(making, orders)
        _measure(making, orders, latest)
        _protect(making)
        for kept in (
            Goal, Step, ContactStage, GoalProgress, Intervention, Review, ReviewMeeting, ReviewDecision, Task,
            OutcomeReading, MappaEntry, MappaLevel, MappaMeeting, MappaAction, ReviewSlots,
        ):  # fmt: skip
            insert(_keyed(making.rows[kept]))


def _keyed(rows: Sequence[Any]) -> Sequence[Any]:
    """Rows made before those they belong to had keys, with the keys."""
    for row in rows:
        for name, other in list(row._state.fields_cache.items()):
            if other is not None:
                setattr(row, f"{name}_id", other.pk)
    return rows


# --- Assessments ------------------------------------------------------------------------------------------------


def answers_of(
    sub_scores: Mapping[str, int], before: Mapping[str, int | None], chance: Random
) -> dict[str, int | None]:
    """Answers that give these sub-scores, as near to those of the time before as can be."""
    found: dict[str, int | None] = {}
    for name, items in lscmi.ITEMS.items():
        section = {item: before.get(str(item), 2 if item in lscmi.RATED else 0) for item in items}
        order = chance.sample(list(items), len(items))
        while (short := sub_scores[name] - sum(lscmi.point(*pair) for pair in section.items())) != 0:
            item = next(one for one in order if lscmi.point(one, section[one]) == (short < 0))
            counts = short > 0
            section[item] = int(not counts) * 2 + chance.randint(0, 1) if item in lscmi.RATED else int(counts)
        found |= {str(item): answer for item, answer in section.items()}
    return found


def _assessed(making: _Making, orders: Sequence[Order]) -> dict[int, Assessment]:
    """The latest LS/CMI of each order; most come with their answers."""
    rows = Assessment.objects.filter(order__in=[order.pk for order in orders], tool=Assessment.Tool.LS_CMI)
    changed, latest = [], {}
    for row in rows.order_by("completed_on", "pk"):
        before = latest.get(row.order_id)
        latest[row.order_id] = row
        if len(row.sub_scores) == len(lscmi.MAXIMA) and (row.order_id % 5 or before is not None):
            row.answers = answers_of(row.sub_scores, before.answers if before else {}, making.chance)
            if making.chance.random() < 0.4:
                row.strengths = sorted(making.chance.sample(list(lscmi.MAXIMA)[1:], 1))
            changed.append(row)
        if row.override_level:
            row.override_kind = Assessment.Override.CLIENT_BASED
            changed += [] if changed and changed[-1] is row else [row]
    Assessment.objects.bulk_update(changed, ("answers", "strengths", "override_kind"), batch_size=500)
    return latest


# --- Plans ------------------------------------------------------------------------------------------------------


def _plan(
    making: _Making,
    orders: Sequence[Order],
    latest: Mapping[int, Assessment],
    last_days: Mapping[int, date | None],
) -> None:
    approved: dict[int, Plan] = {}
    for plan in Plan.objects.filter(order__in=[order.pk for order in orders]).order_by("approved_on", "pk"):
        approved[plan.order_id] = plan
    plans = []
    for order in orders:
        author, manager = making.holder(order), making.manager(order)
        if author is None or manager is None or making.chance.random() < 0.3:
            continue
        plan = Plan(order=order, **{**making.told, "recorded_by": author})
        before = approved.get(order.pk)
        recently = making.calendar.before(making.today, making.chance.randint(1, 60))
        if before is not None and before.approved_on and before.approved_on < recently:
            # What was brought in stays as it was approved; this is the version after it, in no figure.
            plan.approved_on, plan.approved_by = recently, manager
        elif before is not None:
            continue
        elif making.chance.random() < 0.7:
            plan.submitted_on = max(
                making.calendar.before(making.today, making.chance.choice((1, 1, 2, 4))), order.imposed_on
            )
        if plan.approved_on or plan.submitted_on:
            plan.submitted_on = plan.submitted_on or plan.approved_on
            plan.submitted_by = author
        day = plan.approved_on or plan.submitted_on or making.today
        assessment = latest.get(order.pk)
        plan.based_on = assessment if assessment and assessment.completed_on <= day else None
        plan.strengths = making.chance.choice(STRENGTHS)
        plan.contingency = "Meet within two working days, and tell the manager"
        plan.discussed_on = max(order.imposed_on, day - timedelta(days=making.chance.randint(0, 4)))
        plan.agreement = Plan.Agreement.YES
        if making.chance.random() < 0.06:
            plan.agreement, plan.agreement_reason = Plan.Agreement.NO, "Says it did not happen as it was told"
        plans.append(plan)
    insert(plans)
    for plan in plans:
        _goals(making, plan, last_days.get(plan.order_id))


def _goals(making: _Making, plan: Plan, last_day: date | None) -> None:
    chance, today = making.chance, making.today
    began = plan.approved_on or today
    scores = plan.based_on.sub_scores if plan.based_on else {}
    high = [name for name in needs.levels(scores, needs.edition_on(began)) if name in GOALS] if scores else []
    chosen = high[: chance.choice((1, 2, 2, 3))] or [needs.OTHER]
    by = min(filter(None, (last_day, began + timedelta(days=chance.choice((90, 120, 180))))))
    for need in chosen:
        words, measure, theirs, ours = GOALS[need]
        goal = making.add(Goal(plan=plan, need=need, words=words, measure=measure, by=by, **making.told))
        for action, who in ((theirs, Step.Who.PERSON), (ours, Step.Who.WORKER)):
            making.add(
                Step(goal=goal, action=action, who=who, by=min(by, began + timedelta(days=28)), **making.told)
            )
        if plan.approved_on and chance.random() < 0.7:
            _progress(making, goal, began)
        if plan.approved_on and need in PARTNERS and chance.random() < 0.5:
            _refer(making, goal, began)
    level = (plan.based_on.override_level or plan.based_on.level_code) if plan.based_on else ""
    edition = contact.edition_on(plan.order.imposed_on)
    for stage in contact.contact_schedule(level, plan.order.imposed_on, last_day, edition):
        making.add(
            ContactStage(
                plan=plan,
                from_on=stage.from_on,
                every_weeks=stage.every_weeks,
                means=stage.means,
                **making.told,
            )
        )


def _progress(making: _Making, goal: Goal, began: date) -> None:
    chance, status = making.chance, GoalProgress.Status
    on = began + timedelta(days=chance.randint(14, 60))
    for stage in (status.UNDER_WAY, chance.choice((status.ACHIEVED, status.UNDER_WAY, status.SET_BACK))):
        if on > making.today:
            return
        making.add(GoalProgress(goal=goal, on=on, status=stage, **making.told))
        on += timedelta(days=chance.randint(40, 120))


def _refer(making: _Making, goal: Goal, began: date) -> None:
    kind, name, organisation = PARTNERS[goal.need]
    chance = making.chance
    referred = began + timedelta(days=chance.randint(1, 14))
    started = referred + timedelta(days=chance.randint(7, 30))
    ended = started + timedelta(days=chance.randint(60, 150))
    if referred > making.today:
        return
    over = ended <= making.today
    making.add(
        Intervention(
            order=goal.plan.order, goal=goal, kind=kind, name=name, organisation=organisation, referred_on=referred,
            started_on=started if started <= making.today else None, ended_on=ended if over else None,
            outcome=chance.choice(("completed", "completed", "partly", "left")) if over else "", **making.told,
        )
    )  # fmt: skip


# --- Reviews ----------------------------------------------------------------------------------------------------


def _review(making: _Making, orders: Sequence[Order]) -> None:
    """Reviews of the next weeks are planned, most of them; each manager can chair five a week."""
    for team in Team.objects.filter(council=making.council).order_by("pk"):
        making.add(ReviewSlots(team=team, from_on=making.today, slots_per_week=5, **making.told))
    by_subject = {order.subject: order for order in orders}
    chance = making.chance
    due = Timescale.objects.filter(
        council=making.council, clause="cpo.review", met_on=None, ended_on=None,
        due_on__range=(making.today - timedelta(days=21), making.today + AHEAD),
    )  # fmt: skip
    for subject, due_on in due.order_by("pk").values_list("subject", "due_on"):
        order = by_subject.get(subject)
        manager = making.manager(order) if order else None
        if order is None or manager is None or chance.random() < 0.4:
            continue
        planned = making.calendar.before(due_on + timedelta(days=1), chance.choice((1, 1, 2, 3, 5)))
        if planned < making.today:
            planned = making.calendar.add(making.today, chance.choice((1, 2, 3)))
        making.add(
            ReviewMeeting(
                order=order, for_due_on=due_on, planned_on=planned, at=time(chance.choice((10, 11, 14, 15))),
                chaired_by=manager, place="Office", **making.told,
            )
        )  # fmt: skip
    for order in chance.sample(list(orders), len(orders) // 8):
        _besides(making, order)


def _besides(making: _Making, order: Order) -> None:
    """A review besides those that are due, which is in no figure: with what was said and decided."""
    chance = making.chance
    held_on = making.calendar.before(making.today, chance.randint(2, 90))
    due = Timescale.objects.filter(subject=order.subject, clause="cpo.review", due_on=held_on)
    if held_on <= order.imposed_on or due.exists():
        return
    owner = making.holder(order)
    text, becomes = chance.choice(DECISIONS)
    review = making.add(
        Review(
            order=order, held_on=held_on, for_due_on=held_on, chaired_by=making.manager(order),
            attendance=chance.choice((Review.Attendance.IN_PERSON, Review.Attendance.REMOTE)),
            discussion=chance.choice(DISCUSSIONS), persons_views=chance.choice(VIEWS),
            outcome=Review.Outcome.AS_IT_IS, risk_changed=False, decisions=text, **making.told,
        )
    )  # fmt: skip
    if becomes == ReviewDecision.Becomes.TASK and owner is None:
        becomes = ReviewDecision.Becomes.NOTHING
    making.add(ReviewDecision(review=review, text=text, becomes=becomes, **making.told))
    if becomes == ReviewDecision.Becomes.TASK:
        by = held_on + timedelta(days=chance.choice((14, 21, 60)))
        done = by - timedelta(days=2)
        over = done <= making.today and chance.random() < 0.8
        making.add(
            Task(
                case_id=order.case_id, order=order, review=review, text=text, owner=owner, by=by,
                done_on=done if over else None, **making.told,
            )
        )  # fmt: skip


# --- Outcomes ---------------------------------------------------------------------------------------------------


def _measure(making: _Making, orders: Sequence[Order], latest: Mapping[int, Assessment]) -> None:
    """Readings at the start of most orders, and at the end of those that ended lately."""
    edition = outcomes.edition_on(making.today)
    ended = Order.objects.filter(
        council=making.council, ended_on__range=(making.today - LATELY, making.today),
        requirements__kind=RequirementKind.SUPERVISION,
    )  # fmt: skip
    for order in (*orders, *ended.order_by("pk").distinct()):
        if making.chance.random() < 0.25:
            continue
        assessment = latest.get(order.pk)
        start = {
            key: measure.lowest + making.chance.randint(0, (measure.highest - measure.lowest) // 2)
            for key, measure in edition.measures.items()
        }
        if assessment and assessment.total is not None and "lscmi_total" in start:
            start["lscmi_total"] = assessment.total
        on = min(making.today, order.imposed_on + timedelta(days=making.chance.randint(5, 35)))
        _read(making, order, outcomes.START, on, edition, start)
        if order.ended_on and making.chance.random() < 0.7:
            end = {
                key: _later(start[key], measure, making.chance) for key, measure in edition.measures.items()
            }
            _read(making, order, outcomes.END, order.ended_on, edition, end)


def _later(value: int, measure: outcomes.Measure, chance: Random) -> int:
    """More often better than worse."""
    towards = 1 if measure.better == "higher" else -1
    moved = value + towards * chance.choice((-1, 0, 1, 1, 2))
    return min(max(moved, measure.lowest), measure.highest)


def _read(
    making: _Making, order: Order, point: str, on: date, edition: outcomes.Edition, values: Mapping[str, int]
) -> None:
    for key, value in values.items():
        answer = (
            OutcomeReading.Answer.GIVEN if making.chance.random() < 0.93 else OutcomeReading.Answer.DECLINED
        )
        making.add(
            OutcomeReading(
                order=order, point=point, on=on, measure=key, edition=edition.key, answer=answer,
                value=value if answer == OutcomeReading.Answer.GIVEN else None, by=OutcomeReading.By.PERSON,
                **making.told,
            )
        )  # fmt: skip


# --- MAPPA ------------------------------------------------------------------------------------------------------


def _protect(making: _Making) -> None:
    """An entry of the register for each open case with the alert, one in six at level 2."""
    alerts = Alert.objects.filter(
        kind=Alert.Kind.MAPPA, to_on=None, person__council=making.council, person__cases__closed_on=None
    )
    for case, from_on in alerts.order_by("person__cases").values_list("person__cases", "from_on").distinct():
        level = 2 if making.chance.random() < 1 / 6 else 1
        entry = making.add(
            MappaEntry(
                case_id=case, category=3, subject_to_notification="no", registered_on=from_on, referred_on=from_on,
                decision="accepted", lead_agency="justice_social_work", **making.told,
            )
        )  # fmt: skip
        making.add(
            MappaLevel(
                entry=entry, level=level, from_on=from_on, reason="At the first meeting", **making.told
            )
        )
        meeting = making.add(
            MappaMeeting(
                entry=entry, held_on=from_on, level=level, kind="initial",
                agencies=["justice_social_work", "police", "housing"], decisions="Shared plan agreed",
                next_on=making.today + timedelta(days=making.chance.randint(7, 80)), **making.told,
            )
        )  # fmt: skip
        making.add(
            MappaAction(
                meeting=meeting,
                text="Check the address",
                agency="police",
                by=from_on + timedelta(days=14),
                **making.told,
            )
        )
