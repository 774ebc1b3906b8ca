"""One order from its first assessment to a changed plan: every due date and every figure worked out by hand.

Imposed on Monday 2 June 2025 with 18 months' supervision. Twenty working days after is Monday 30 June: no holiday lies
between. Reviews are due on 2 September, 2 December and 2 June. April to June is the first quarter of 2025-26, July to
September the second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from assessments import operations, plans, reviews
from assessments.domain import lscmi
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import Plan, Task
from assessments.operations import Decided, GoalSaid
from cases.models import Timescale, User
from justice.domain.errors import Refused
from orders.models import Order
from performance.domain.period import Quarter
from performance.figures import MEASURE_OF, Scope, figures
from tests.builders import a_case, a_caseworker, a_manager, an_order, day

pytestmark = pytest.mark.django_db

PLAN_DUE, FIRST_REVIEW = day("30 June 2025"), day("2 September 2025")
SPRING, SUMMER = Quarter.parse("2025-26-Q1"), Quarter.parse("2025-26-Q2")

# What is answered with a yes, and each rating; every other item is a no.
YES = {1, 2, 3, 4, 5, 6, 10, 11, 22, 24, 25, 28, 29, 32, 33, 40, 42}
RATINGS = {15: 0, 16: 1, 17: 3, 18: 1, 19: 3, 20: 2, 23: 0, 30: 0, 31: 1, 36: 1, 37: 3}


def answers(yes: set[int], ratings: dict[int, int]) -> dict[int, int | None]:
    return {item: ratings[item] if item in lscmi.RATED else int(item in yes) for item in range(1, 44)}


@pytest.fixture
def worker(db: None) -> User:
    return a_caseworker()


@pytest.fixture
def manager(worker: User) -> User:
    return a_manager(team=worker.team)


@pytest.fixture
def order(worker: User) -> Order:
    return an_order(months=18, imposed="2 June 2025", case=a_case(worker=worker))


def timescale(order: Order, clause: str, occurrence: int = 1) -> tuple[date, date | None, bool | None]:
    """When it is due, when it was met, and whether in time."""
    row = Timescale.objects.get(subject=order.subject, clause=clause, occurrence=occurrence)
    return row.due_on, row.met_on, row.on_time


def figure(order: Order, code: str, quarter: Quarter, as_of: str) -> tuple[int, int, int]:
    """Above the line, below it, and pending."""
    (found,) = figures(Scope(order.council), quarter, day(as_of), measures=(MEASURE_OF[code],))
    return found.tallied.above, found.tallied.below, found.tallied.pending


def assess(
    order: Order, worker: User, on: str, yes: set[int], ratings: dict[int, int], **more: object
) -> object:
    doubts = [rule.key for rule in _doubts(answers(yes, ratings), day(on))]
    return operations.complete_assessment(
        actor=worker, order=order, tool="ls_cmi", completed_on=day(on), today=day(on),
        answers=answers(yes, ratings), acknowledged=doubts, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _doubts(given: dict[int, int | None], on: date) -> list:
    from assessments.domain import lscmi_answers

    return lscmi_answers.doubts(given, lscmi_answers.rules_on(on))


def written(words: str, by: str, **more: object) -> ProposedPlan:
    goal = ProposedGoal(
        "alcohol_drug",
        words,
        "Twelve weeks of diary",
        day(by),
        (ProposedStep("Keep a diary", "person", day(by)),),
    )
    return ProposedPlan(
        strengths="Sees her sister every week",
        agreement="yes",
        discussed_on=day("9 June 2025"),
        goals=(goal,),
        **more,
    )  # type: ignore[arg-type]


def approved(order: Order, worker: User, manager: User) -> Plan:
    """Drafted on 9 June, submitted on 10 June, returned, submitted again on 12 June, approved on 16 June."""
    plan = operations.draft_plan(actor=worker, order=order, today=day("9 June 2025"))
    stages = operations.proposed_of(plan).stages

    def again(words: str, on: str) -> None:
        nonlocal plan
        plan = operations.amend_plan(
            actor=worker, plan=plan, proposed=written(words, "1 December 2025", stages=stages), today=day(on),
            expected_version=plan.version,
        )  # fmt: skip
        plan = operations.submit_plan(
            actor=worker, plan=plan, today=day(on), unmet_because="Worked on through the goal there is",
            expected_version=plan.version,
        )  # fmt: skip

    again("Drink less", "10 June 2025")
    operations.return_plan(
        actor=manager,
        plan=plan,
        comments="Say it in her words",
        today=day("11 June 2025"),
        expected_version=plan.version,
    )
    plan.refresh_from_db()
    again("I want to wake up without a drink", "12 June 2025")
    return operations.approve_plan(
        actor=manager, order=order, plan=plan, approved_on=day("16 June 2025"), today=day("16 June 2025"),
        expected_version=plan.version,
    )  # fmt: skip


def test_from_assessment_to_a_changed_plan(order: Order, worker: User, manager: User):
    # Nothing is done yet: each is due by hand, and no figure counts it before its day
    assert timescale(order, "cpo.lscmi") == (PLAN_DUE, None, None)
    assert timescale(order, "cpo.plan") == (PLAN_DUE, None, None)
    assert timescale(order, "cpo.review") == (FIRST_REVIEW, None, None)
    assert figure(order, "K2", SPRING, "8 June 2025") == (0, 0, 1)

    # The assessment: 6 + 4 + 1 + 2 + 2 + 6 + 1 + 2 by hand, which is high
    first = assess(order, worker, "5 June 2025", YES, RATINGS, reason="initial")
    assert list(first.sub_scores.values()) == [6, 4, 1, 2, 2, 6, 1, 2]
    assert (first.total, first.level) == (24, "High")
    assert timescale(order, "cpo.lscmi") == (PLAN_DUE, day("5 June 2025"), True)

    # The plan: drafts, submissions and returns move nothing; the approval does
    operations_before = timescale(order, "cpo.plan")
    plan = approved(order, worker, manager)
    assert operations_before == (PLAN_DUE, None, None)
    assert timescale(order, "cpo.plan") == (PLAN_DUE, day("16 June 2025"), True)
    assert figure(order, "K2", SPRING, "15 June 2025") == (0, 0, 1)
    assert figure(order, "K2", SPRING, "16 June 2025") == (1, 1, 0)
    assert plan.based_on == first
    assert [row.comments for row in plan.returns.all()] == ["Say it in her words"]

    # What happens between: progress, and a second assessment by which she is at medium (24 - 3 - 1 - 1)
    goal = plan.goals.get()
    operations.record_goal_progress(
        actor=worker, goal=goal, status="under_way", on=day("1 July 2025"), today=day("1 July 2025")
    )
    better = assess(
        order, worker, "20 August 2025", YES - {32, 33, 25}, {**RATINGS, 30: 2, 36: 2}, reason="review"
    )
    assert list(better.sub_scores.values()) == [6, 4, 1, 2, 1, 3, 0, 2]
    assert (better.total, better.level) == (19, "Medium")
    assert first.level == "High"

    # The review: planned, held the day before it is due, and K3 counts it in the quarter of its due date
    assert figure(order, "K3", SUMMER, "31 August 2025") == (0, 0, 1)
    meeting = operations.plan_review(
        actor=worker, order=order, planned_on=day("1 September 2025"), for_due_on=FIRST_REVIEW, chaired_by=manager,
        today=day("18 August 2025"),
    )  # fmt: skip
    since = reviews.since_last(order, day("1 September 2025"))
    assert (since.assessed_now.total, since.assessed_now.level) == (19, "Medium")
    (moved,) = since.goals
    assert moved.now.status == "under_way"
    held = operations.hold_review(
        actor=manager, order=order, meeting=meeting, held_on=day("1 September 2025"), chaired_by=manager,
        today=day("1 September 2025"), attendance="in_person", persons_views="I sleep now", outcome="plan_changes",
        risk_changed=True, risk_change="Drinks on one day in the week",
        goals=[GoalSaid(goal, "achieved")],
        decided=[
            Decided("Ring the clinic", "task", worker, day("8 September 2025")),
            Decided("Take up work on companions", "plan_change"),
        ],
    )  # fmt: skip
    assert timescale(order, "cpo.review") == (FIRST_REVIEW, day("1 September 2025"), True)
    assert timescale(order, "cpo.review", 2) == (day("2 December 2025"), None, None)
    assert figure(order, "K3", SUMMER, "31 August 2025") == (0, 0, 1)
    assert figure(order, "K3", SUMMER, "1 September 2025") == (1, 1, 0)
    meeting.refresh_from_db()
    assert meeting.review == held
    assert Task.objects.get().owner == worker
    assert plans.goals_now(order, day("1 September 2025"))[0].status == "achieved"

    # The changed plan: the next version, in force from its approval; the first stays as it was approved
    draft = operations.draft_plan(actor=worker, order=order, today=day("3 September 2025"))
    assert draft.based_on == better
    kept = operations.proposed_of(draft)
    goals = (
        *kept.goals,
        ProposedGoal("companions", "See more of my sister", "Twice a week", day("1 March 2026")),
    )
    draft = operations.amend_plan(
        actor=worker, plan=draft, today=day("3 September 2025"), expected_version=draft.version,
        proposed=ProposedPlan(
            strengths=kept.strengths, agreement="yes", discussed_on=day("3 September 2025"), goals=goals,
            stages=kept.stages,
        ),
    )  # fmt: skip
    draft = operations.submit_plan(
        actor=worker,
        plan=draft,
        today=day("4 September 2025"),
        unmet_because="Static",
        expected_version=draft.version,
    )
    second = operations.approve_plan(
        actor=manager, order=order, plan=draft, approved_on=day("10 September 2025"), today=day("10 September 2025"),
        expected_version=draft.version,
    )  # fmt: skip
    assert plans.in_force(order, day("9 September 2025")) == plan
    assert plans.in_force(order, day("10 September 2025")) == second
    assert [one.words for one in plan.goals.all()] == ["I want to wake up without a drink"]
    # The standard was met by the first approval, and stays so
    assert timescale(order, "cpo.plan") == (PLAN_DUE, day("16 June 2025"), True)
    assert figure(order, "K2", SPRING, "30 September 2025") == (1, 1, 0)
    # What was said of a goal goes with it into the next version
    by_words = {one.goal.words: one.status for one in plans.goals_now(order, day("10 September 2025"))}
    assert by_words == {
        "I want to wake up without a drink": "achieved",
        "See more of my sister": "not_started",
    }


@pytest.mark.parametrize(
    ("approved_on", "met"),
    [
        pytest.param("30 June 2025", (1, 1, 0), id="on the twentieth working day"),
        pytest.param("1 July 2025", (0, 1, 0), id="the day after"),
    ],
)
def test_the_day_of_approval_decides(
    order: Order, worker: User, manager: User, approved_on: str, met: tuple[int, int, int]
):
    plan = operations.draft_plan(actor=worker, order=order, today=day("9 June 2025"))
    plan = operations.amend_plan(
        actor=worker, plan=plan, today=day("9 June 2025"), expected_version=plan.version,
        proposed=written("Drink less", "1 December 2025", stages=operations.proposed_of(plan).stages),
    )  # fmt: skip
    plan = operations.submit_plan(
        actor=worker, plan=plan, today=day("10 June 2025"), expected_version=plan.version
    )
    operations.approve_plan(
        actor=manager, order=order, plan=plan, approved_on=day(approved_on), today=day(approved_on),
        expected_version=plan.version,
    )  # fmt: skip
    assert figure(order, "K2", SPRING, "2 July 2025") == met


@pytest.mark.parametrize(
    ("held_on", "met"),
    [
        pytest.param("2 September 2025", (1, 1, 0), id="on the day it was due"),
        pytest.param("3 September 2025", (0, 1, 0), id="the day after"),
    ],
)
def test_the_day_of_the_review_decides(order: Order, manager: User, held_on: str, met: tuple[int, int, int]):
    operations.hold_review(
        actor=manager,
        order=order,
        held_on=day(held_on),
        for_due_on=FIRST_REVIEW,
        chaired_by=manager,
        today=day(held_on),
    )
    assert figure(order, "K3", SUMMER, "4 September 2025") == met


@pytest.mark.parametrize(
    "sign_off",
    [
        pytest.param(
            lambda order, manager: operations.approve_plan(
                actor=manager, order=order, approved_on=day("20 June 2025"), today=day("20 June 2025")
            ),
            id="a plan",
        ),
        pytest.param(
            lambda order, manager: operations.hold_review(
                actor=manager, order=order, held_on=day("20 June 2025"), extra=True, chaired_by=manager,
                today=day("20 June 2025"),
            ),
            id="a review",
        ),
    ],
)  # fmt: skip
def test_nothing_is_signed_off_on_scores_that_do_not_add_up(
    order: Order, worker: User, manager: User, sign_off: Callable[[Order, User], object]
):
    from django.db import connection

    made = assess(order, worker, "5 June 2025", YES, RATINGS)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_assessment SET total = 25 WHERE id = %s", [made.pk])
    with pytest.raises(Refused, match="Correct the LS/CMI assessment completed on 5 June 2025 first"):
        sign_off(order, manager)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_assessment SET total = 24 WHERE id = %s", [made.pk])
    sign_off(order, manager)
