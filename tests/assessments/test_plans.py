"""The case management plan from its first draft to the next version, and what comes of its goals."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from assessments import operations
from assessments.domain.contact import Stage
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import (
    Assessment,
    ContactStage,
    Goal,
    GoalProgress,
    Intervention,
    Plan,
    PlanReturn,
    Step,
    VictimSafety,
)  # fmt: skip
from assessments.plans import goals_now, in_force, needs_of
from cases.models import Entry, EntryReason, Role, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from tests.builders import a_caseworker, a_manager, an_order, day, staff, supervision, unpaid_work, worker_of

pytestmark = pytest.mark.django_db

# 2 June 2025 is a Monday; the plan is due twenty working days later, on Monday 30 June.
BEGUN, DISCUSSED, SUBMITTED = day("9 June 2025"), day("16 June 2025"), day("23 June 2025")
DUE = day("30 June 2025")
DRINK = ProposedGoal(
    "alcohol_drug",
    "I want to stop drinking on weekdays",
    "Four weeks of diary",
    day("1 September 2025"),
    (
        ProposedStep("Keep a diary", "person", day("1 July 2025")),
        ProposedStep("Refer to the service", "worker"),
    ),
)
WORK = ProposedGoal("education_employment", "I want a job", "A contract", day("1 December 2025"))
WHOLE = ProposedPlan(
    strengths="A steady home",
    persons_views="It is fair",
    contingency="Ring the duty worker",
    agreement="yes",
    discussed_on=DISCUSSED,
    goals=(DRINK, WORK),
    stages=(Stage(day("2 June 2025"), 1, "office"), Stage(day("30 June 2025"), 2, "office")),
)


@pytest.fixture
def order():
    made = an_order()
    worker = worker_of(made.case)
    operations.complete_assessment(
        actor=worker, order=made, tool="ls_cmi", completed_on=BEGUN, today=BEGUN,
        sub_scores={
            "criminal_history": 3, "education_employment": 4, "family_marital": 0, "leisure_recreation": 1,
            "companions": 1, "alcohol_drug": 6, "procriminal_attitude": 0, "antisocial_pattern": 0,
        },
    )  # fmt: skip
    return made


def version_of(plan):
    return Plan.objects.values_list("version", flat=True).get(pk=plan.pk)


def draft(order, on=BEGUN, **more):
    return operations.draft_plan(actor=worker_of(order.case), order=order, today=on, **more)


def amend(plan, proposed=WHOLE, on=DISCUSSED, **more):
    given = {"actor": worker_of(plan.order.case), "expected_version": version_of(plan), **more}
    return operations.amend_plan(plan=plan, proposed=proposed, today=on, **given)


def submit(plan, on=SUBMITTED, **more):
    given = {"actor": worker_of(plan.order.case), "expected_version": version_of(plan), **more}
    return operations.submit_plan(plan=plan, today=on, **given)


def approve(plan, on=DUE, **more):
    given = {"actor": a_manager(), "expected_version": version_of(plan), "today": on, **more}
    return operations.approve_plan(
        order=plan.order, plan=plan, approved_on=given.pop("approved_on", on), **given
    )


def send_back(plan, comments="Say who refers", on=SUBMITTED, **more):
    given = {"actor": a_manager(), "expected_version": version_of(plan), **more}
    return operations.return_plan(plan=plan, comments=comments, today=on, **given)


def approved(order):
    return approve(submit(amend(draft(order))))


def messages(refused):
    return [one.message for one in refused.value.problems]


def everything():
    tables = (Plan, PlanReturn, Goal, Step, GoalProgress, ContactStage, Intervention, VictimSafety, Entry)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def due():
    return Timescale.objects.get(clause="cpo.plan")


# --- Writing it -----------------------------------------------------------------------------------------------


def test_a_draft_from_nothing_proposes_contact_by_the_assessment(order):
    plan = draft(order)
    assert plan.based_on == Assessment.objects.get()
    # A total of 15 is medium: seen weekly for four weeks, then every fortnight.
    assert list(plan.stages.values_list("from_on", "every_weeks", "means")) == [
        (day("2 June 2025"), 1, "office"),
        (day("30 June 2025"), 2, "office"),
    ]
    assert needs_of(plan.based_on)["alcohol_drug"] == "high"
    assert list(Plan.objects.unfinished()) == [plan]
    assert due().met_on is None


def test_one_plan_of_an_order_is_written_at_a_time(order):
    draft(order)
    with pytest.raises(Refused) as refused:
        draft(order)
    assert messages(refused) == [
        "A plan of this order is being written already. Go on with it, or discard it first"
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(order=order)


def test_the_whole_draft_is_kept_and_what_is_left_out_is_dropped(order):
    plan = amend(draft(order))
    drink, work = plan.goals.all()
    assert operations.proposed_of(plan) == replace(
        WHOLE, goals=(replace(DRINK, key=drink.pk), replace(WORK, key=work.pk))
    )
    later = replace(
        WHOLE, goals=(replace(WORK, key=work.pk, measure="A start date"),), stages=WHOLE.stages[:1]
    )
    amend(plan, later)
    assert list(plan.goals.values_list("pk", "measure")) == [(work.pk, "A start date")]
    assert not Step.objects.exists()
    assert plan.stages.count() == 1
    assert [row.history_type for row in Goal.history.filter(id=drink.pk)] == ["-", "+"]


def test_a_goal_of_another_plan_is_never_taken_over(order):
    other = amend(draft(an_order()))
    plan = amend(draft(order), replace(WHOLE, goals=(replace(WORK, key=other.goals.first().pk),)))
    assert other.goals.count() == 2
    assert plan.goals.get().pk not in set(other.goals.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"stages": (Stage(day("2 June 2025"), 2, "office"),)},
            "Enter why contact stage 1 asks for less contact than is proposed",
            id="looser contact without a reason",
        ),
        pytest.param(
            {"discussed_on": day("17 June 2025")},
            "Enter a date the plan was discussed that is not in the future",
            id="discussed tomorrow",
        ),
        pytest.param(
            {"goals": (replace(WORK, need="money"),)}, "Select what goal 1 is about", id="no such need"
        ),
    ],
)
def test_what_cannot_be_is_not_kept_even_in_a_draft(order, change, said):
    plan = draft(order)
    before = everything()
    with pytest.raises(Refused) as refused:
        amend(plan, replace(WHOLE, **change))
    assert messages(refused) == [said]
    assert everything() == before


def test_two_people_do_not_overwrite_each_other(order):
    plan = draft(order)
    amend(plan)
    with pytest.raises(Stale):
        amend(plan, actor=a_caseworker(), expected_version=1)


def test_a_draft_sent_again_with_its_key_is_kept_once(order):
    key = uuid.uuid4()
    draft(order, key=key)
    with pytest.raises(Repeated):
        draft(order, key=key)
    assert Plan.objects.count() == 1


def test_a_discarded_draft_stays_and_another_may_be_begun(order):
    plan = amend(draft(order))
    operations.discard_plan(
        actor=worker_of(order.case), plan=plan, reason="Begun twice", today=DISCUSSED,
        expected_version=plan.version,
    )  # fmt: skip
    assert (plan.discarded_on, plan.goals.count()) == (DISCUSSED, 2)
    assert Entry.objects.get(operation="discard_plan").why == "Begun twice"
    for change in (amend, submit, approve, send_back):
        with pytest.raises(Refused) as refused:
            change(plan)
        assert messages(refused) == ["This draft was discarded. Draft a new plan"]
    assert list(Plan.objects.unfinished()) == []
    draft(order)


def test_a_draft_is_not_discarded_without_a_reason(order):
    plan = draft(order)
    with pytest.raises(Refused) as refused:
        operations.discard_plan(
            actor=worker_of(order.case), plan=plan, reason=" ", today=BEGUN, expected_version=plan.version
        )
    assert messages(refused) == ["Enter why the draft is discarded"]


def test_no_plan_is_begun_after_the_order_ended(order):
    from orders.operations import end_order

    end_order(
        actor=worker_of(order.case),
        order=order,
        on=BEGUN,
        reason="early_discharge",
        today=BEGUN,
        expected_version=None,
    )
    with pytest.raises(Refused, match="when the order ended"):
        draft(order, DISCUSSED)


def test_an_order_without_supervision_needs_no_plan():
    with pytest.raises(Refused) as refused:
        draft(an_order(unpaid_work(60)))
    assert messages(refused) == [
        "This order has no supervision requirement, so it needs no case management plan"
    ]


# --- Submitting, returning, approving -------------------------------------------------------------------------


def test_a_plan_goes_to_a_manager_and_is_not_changed_there(order):
    plan = submit(amend(draft(order)))
    assert (plan.submitted_on, plan.submitted_by) == (SUBMITTED, worker_of(order.case))
    assert list(Plan.objects.awaiting_approval()) == [plan]
    assert due().met_on is None
    for change in (amend, submit):
        with pytest.raises(Refused) as refused:
            change(plan)
        assert messages(refused) == [
            "This plan is with a manager. Ask for it to be returned before you change it"
        ]


def test_a_draft_that_is_not_ready_stays_with_its_author(order):
    plan = draft(order)
    before = everything()
    with pytest.raises(Refused) as refused:
        submit(plan)
    assert messages(refused) == [
        "Add a goal: a plan without one changes nothing",
        "Enter the date the plan was discussed with the person",
        "Say whether the person agrees with the plan",
        "Add a goal for alcohol and drugs, or enter why the plan has none",
    ]
    assert everything() == before


def test_a_high_need_without_a_goal_is_submitted_with_its_reason(order):
    plan = amend(draft(order), replace(WHOLE, goals=(WORK,)))
    with pytest.raises(Refused):
        submit(plan)
    plan.refresh_from_db()
    submit(plan, unmet_because="The service holds that work")
    assert Plan.objects.get().unmet_because == "The service holds that work"


def test_the_database_keeps_no_submitted_plan_without_the_persons_word(order):
    plan = draft(order)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_plan SET submitted_on = %s WHERE id = %s", [SUBMITTED, plan.pk])


def test_a_returned_plan_is_a_draft_again_with_the_comments(order):
    plan = submit(amend(draft(order)))
    send_back(plan)
    plan.refresh_from_db()
    assert (plan.submitted_on, plan.submitted_by) == (None, None)
    assert [(one.comments, one.returned_on) for one in plan.returns.all()] == [("Say who refers", SUBMITTED)]
    assert approve(submit(amend(plan))).approved_on == DUE


@pytest.mark.parametrize(
    ("ready", "comments", "said"),
    [
        pytest.param(True, " ", "Enter what is to be changed", id="without comments"),
        pytest.param(
            False,
            "More",
            "This plan is not submitted. Its author has it already",
            id="a draft that is not submitted",
        ),
    ],
)
def test_what_cannot_be_returned(order, ready, comments, said):
    plan = amend(draft(order))
    plan = submit(plan) if ready else plan
    with pytest.raises(Refused) as refused:
        send_back(plan, comments)
    assert messages(refused) == [said]


def test_the_timescale_is_met_on_the_day_of_approval_and_not_before(order):
    plan = submit(amend(draft(order)))
    assert (due().due_on, due().met_on) == (DUE, None)
    approve(plan, day("1 July 2025"), approved_on=DUE)
    assert (due().met_on, due().on_time) == (DUE, True)
    assert Plan.objects.approved().get().approved_by.role == Role.FIRST_LINE_MANAGER


def test_a_plan_approved_a_day_late_asks_why(order):
    plan = submit(amend(draft(order)))
    late = day("1 July 2025")
    with pytest.raises(Refused) as refused:
        approve(plan, late, late_reason=None)
    assert [one.code for one in refused.value.problems] == ["late_reason_missing"]
    plan.refresh_from_db()
    approve(plan, late, late_reason="staff_not_available")
    assert (due().met_on, due().on_time, due().late_reason) == (late, False, "staff_not_available")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        pytest.param(
            "22 June 2025",
            "Enter a date of approval on or after 23 June 2025, when the plan was submitted",
            id="before it was submitted",
        ),
        pytest.param("1 July 2025", "Enter a date of approval that is not in the future", id="tomorrow"),
    ],
)
def test_a_plan_is_approved_between_its_submission_and_today(order, on, said):
    plan = submit(amend(draft(order)))
    before = everything()
    with pytest.raises(Refused) as refused:
        approve(plan, DUE, approved_on=day(on))
    assert messages(refused) == [said]
    assert everything() == before


def test_nobody_approves_their_own_plan(order):
    manager = a_manager()
    plan = amend(operations.draft_plan(actor=manager, order=order, today=BEGUN))
    plan = submit(plan)
    with pytest.raises(Refused) as refused:
        approve(plan, actor=manager)
    assert messages(refused) == [
        "Ask another first line manager: nobody approves a plan they wrote or submitted"
    ]
    plan.refresh_from_db()
    assert approve(plan).approved_on == DUE


def test_a_draft_that_was_not_submitted_is_not_approved(order):
    plan = amend(draft(order))
    with pytest.raises(Refused) as refused:
        approve(plan)
    assert messages(refused) == ["This plan is not submitted. Its author submits it first"]


def test_a_plan_approved_on_paper_is_recorded_as_before(order):
    draft(order)
    paper = operations.approve_plan(
        actor=a_manager(), order=order, approved_on=DUE, today=DUE, summary="Find work"
    )
    assert (paper.summary, due().met_on) == ("Find work", DUE)


def test_an_approved_plan_is_never_edited(order):
    plan = approved(order)
    before = everything()
    for change in (amend, submit, approve, send_back):
        with pytest.raises(Refused) as refused:
            change(plan)
        assert messages(refused) == [
            "This plan is approved, and an approved plan is not changed. Draft its next version"
        ]
        plan.refresh_from_db()
    assert everything() == before


@pytest.mark.parametrize(
    "column", ["summary", "strengths", "persons_views", "contingency", "agreement_reason", "unmet_because"]
)
def test_the_database_refuses_to_change_an_approved_plan(order, column):
    plan, other = approved(order), draft(an_order())
    write = f"UPDATE assessments_plan SET {column} = 'x' WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(write, [other.pk])
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute(write, [plan.pk])
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute("UPDATE assessments_plan SET approved_on = NULL WHERE id = %s", [plan.pk])


@pytest.mark.parametrize("table", ["assessments_planreturn", "assessments_goalprogress"])
@pytest.mark.parametrize("change", ["UPDATE {} SET recorded_at = recorded_at", "DELETE FROM {}"])
def test_the_database_refuses_to_change_returns_and_progress(order, table, change):
    plan = submit(amend(draft(order)))
    send_back(plan)
    plan.refresh_from_db()
    plan = approve(submit(plan))
    progress(plan.goals.first(), "under_way", "1 July 2025")
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
    ):
        cursor.execute(change.format(table))


# --- The next version, and progress ---------------------------------------------------------------------------


def progress(goal, status, on, note="", **more):
    given = {"actor": worker_of(goal.plan.order.case), "today": day(on), **more}
    return operations.record_goal_progress(goal=goal, status=status, on=day(on), note=note, **given)


def test_the_next_version_begins_with_all_that_stands_and_nothing_that_must_be_asked_again(order):
    first = approved(order)
    second = draft(order, day("1 July 2025"))
    assert (second.strengths, second.contingency) == (WHOLE.strengths, WHOLE.contingency)
    assert (second.persons_views, second.agreement, second.discussed_on) == ("", "", None)
    assert [(one.continues, one.words) for one in second.goals.all()] == [
        (one, one.words) for one in first.goals.all()
    ]
    assert Step.objects.filter(goal__plan=second).count() == 2
    assert list(second.stages.values_list("from_on", "every_weeks")) == list(
        first.stages.values_list("from_on", "every_weeks")
    )


def test_goals_stand_where_the_latest_version_or_one_before_left_them(order):
    first = approved(order)
    drink, work = first.goals.all()
    progress(drink, "under_way", "5 July 2025", "Two weeks of diary")
    progress(work, "not_started", "5 July 2025")
    progress(work, "achieved", "10 July 2025", "Contract signed")
    second = approve(submit(amend_again(order), day("21 July 2025")), day("21 July 2025"))
    now = goals_now(order, day("21 July 2025"))
    assert [(one.goal.plan, one.status, one.status_on, one.note, len(one.steps)) for one in now] == [
        (second, "under_way", day("5 July 2025"), "Two weeks of diary", 2),
        (second, "achieved", day("10 July 2025"), "Contract signed", 0),
    ]
    # As things stood on an earlier day, when the first version was in force.
    then = goals_now(order, day("6 July 2025"))
    assert [(one.goal, one.status) for one in then] == [(drink, "under_way"), (work, "not_started")]
    progress(second.goals.first(), "set_back", "22 July 2025")
    assert goals_now(order, day("22 July 2025"))[0].status == "set_back"
    assert in_force(order, day("29 June 2025")) is None
    assert goals_now(order, day("29 June 2025")) == []


def amend_again(order):
    plan = draft(order, day("20 July 2025"))
    goals = operations.proposed_of(plan).goals
    return amend(plan, replace(WHOLE, goals=goals), day("20 July 2025"))


def test_goals_are_read_with_the_same_number_of_queries_however_many_versions(
    order, django_assert_num_queries
):
    approved(order)
    with django_assert_num_queries(5):
        goals_now(order, DUE)
    approve(submit(amend_again(order), day("21 July 2025")), day("21 July 2025"))
    with django_assert_num_queries(5):
        goals_now(order, day("21 July 2025"))


@pytest.mark.parametrize(
    ("on", "status", "said"),
    [
        pytest.param(
            "2 July 2025",
            "under_way",
            "Enter a date of the progress that is not in the future",
            id="tomorrow",
        ),
        pytest.param(
            "1 June 2025",
            "under_way",
            "Enter a date of the progress on or after the day the order was imposed",
            id="before the order",
        ),
        pytest.param("1 July 2025", "splendid", "Select how the goal stands", id="no such state"),
    ],
)
def test_progress_that_cannot_be_is_refused(order, on, status, said):
    goal = approved(order).goals.first()
    with pytest.raises(Refused) as refused:
        progress(goal, status, on, today=day("1 July 2025"))
    assert messages(refused) == [said]
    assert not GoalProgress.objects.exists()


def test_progress_is_recorded_on_the_plan_in_force_alone(order):
    plan = amend(draft(order))
    said = ["Record progress on a goal of the plan in force: this one belongs to another version"]
    with pytest.raises(Refused) as refused:
        progress(plan.goals.first(), "under_way", "20 June 2025")
    assert messages(refused) == said
    plan.refresh_from_db()
    first = approve(submit(plan))
    approve(submit(amend_again(order), day("21 July 2025")), day("21 July 2025"))
    with pytest.raises(Refused) as refused:
        progress(first.goals.first(), "under_way", "22 July 2025")
    assert messages(refused) == said


# --- Interventions --------------------------------------------------------------------------------------------


def refer(order, **more):
    given = {
        "kind": "substance", "name": "Recovery group", "organisation": "The Burn Centre", "referred_on": BEGUN,
        "today": SUBMITTED, **more,
    }  # fmt: skip
    return operations.add_intervention(actor=worker_of(order.case), order=order, **given)


def go_on(row, **more):
    given = {"name": row.name, "today": DUE, "expected_version": row.version, **more}
    return operations.amend_intervention(actor=worker_of(row.order.case), intervention=row, **given)


def test_an_intervention_begins_and_ends_with_what_came_of_it(order):
    row = refer(order, goal=approved(order).goals.first())
    go_on(row, started_on=DISCUSSED, goal=row.goal)
    go_on(row, started_on=DISCUSSED, ended_on=DUE, outcome="completed", goal=row.goal)
    stored = Intervention.objects.get()
    assert (stored.started_on, stored.ended_on, stored.outcome, stored.version) == (
        DISCUSSED,
        DUE,
        "completed",
        3,
    )
    assert stored.history.count() == 3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(
            {"referred_on": day("1 June 2025")},
            "Enter a date for the referral on or after 2 June 2025, when the order was imposed",
            id="before the order",
        ),
        pytest.param(
            {"started_on": day("8 June 2025")},
            "Enter a date for the beginning on or after 9 June 2025, when the referral was made",
            id="begun before the referral",
        ),
        pytest.param(
            {"started_on": day("24 June 2025")},
            "Enter a date it began that is not in the future",
            id="begins tomorrow",
        ),
        pytest.param({"kind": "yoga"}, "Select the kind of intervention", id="no such kind"),
        pytest.param({"name": " "}, "Enter the name of the programme or service", id="no name"),
    ],
)
def test_a_referral_that_cannot_be_is_refused(order, more, said):
    with pytest.raises(Refused) as refused:
        refer(order, **more)
    assert messages(refused) == [said]
    assert not Intervention.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(
            {"ended_on": DUE}, "Enter the date it ended and what came of it, or neither", id="no outcome"
        ),
        pytest.param(
            {"outcome": "completed"}, "Enter the date it ended and what came of it, or neither", id="no date"
        ),
        pytest.param(
            {"ended_on": DUE, "outcome": "completed"},
            "Enter the date it began, or an outcome of what never began",
            id="completed and never begun",
        ),
        pytest.param(
            {"started_on": DUE, "ended_on": SUBMITTED, "outcome": "left"},
            "Enter a date for the end on or after 30 June 2025, when it began",
            id="ended before it began",
        ),
        pytest.param(
            {"ended_on": day("8 June 2025"), "outcome": "not_accepted"},
            "Enter a date for the end on or after 9 June 2025, when the referral was made",
            id="ended before the referral",
        ),
        pytest.param(
            {"ended_on": day("1 July 2025"), "outcome": "not_accepted"},
            "Enter a date it ended that is not in the future",
            id="ends tomorrow",
        ),
        pytest.param({"name": ""}, "Enter the name of the programme or service", id="no name"),
    ],
)
def test_what_cannot_have_come_of_an_intervention(order, more, said):
    row = refer(order)
    with pytest.raises(Refused) as refused:
        go_on(row, **more)
    assert messages(refused) == [said]


def test_an_intervention_serves_a_goal_of_an_approved_plan_of_its_own_order(order):
    said = ["Select a goal of an approved plan of this order"]
    for goal in (approved(an_order()).goals.first(), amend(draft(order)).goals.first()):
        with pytest.raises(Refused) as refused:
            refer(order, goal=goal)
        assert messages(refused) == said


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"ended_on": DUE}, id="an end without an outcome"),
        pytest.param({"started_on": date(2025, 6, 1)}, id="begun before the referral"),
    ],
)
def test_the_database_keeps_no_impossible_intervention(order, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.create(order=order, kind="other", name="x", referred_on=BEGUN, **columns)


# --- Victims --------------------------------------------------------------------------------------------------


def keep_safe(plan, actor, text="Moves the shift", **more):
    return operations.set_victim_safety(actor=actor, plan=plan, text=text, **more)


def test_victim_safety_is_written_by_who_may_know_of_victims_and_copied_by_anybody(order):
    plan, worker, colleague = amend(draft(order)), worker_of(order.case), a_caseworker()
    with pytest.raises(PermissionDenied):
        keep_safe(plan, colleague)
    safety = keep_safe(plan, worker)
    with pytest.raises(Stale):  # somebody else who saw that nothing was written
        keep_safe(plan, worker, "Goes by train")
    keep_safe(plan, worker, "Changes the bus", expected_version=safety.version)
    with pytest.raises(Stale):
        keep_safe(plan, worker, "Late", expected_version=1)
    assert list(VictimSafety.objects.visible_to(colleague)) == []
    assert VictimSafety.objects.visible_to(worker).get().text == "Changes the bus"
    plan.refresh_from_db()
    approve(submit(plan))
    second = operations.draft_plan(actor=colleague, order=order, today=DUE)
    assert VictimSafety.objects.get(plan=second).text == "Changes the bus"
    plan.refresh_from_db()
    with pytest.raises(Refused, match="approved plan is not changed"):
        keep_safe(plan, worker, "x", expected_version=VictimSafety.objects.get(plan=plan).version)
    assert not EntryReason.objects.filter(text__contains="bus").exists()


# --- By whom --------------------------------------------------------------------------------------------------

MAY_NOT = {
    "draft_plan": Role.BUSINESS_SUPPORT,
    "amend_plan": Role.BUSINESS_SUPPORT,
    "submit_plan": Role.UNPAID_WORK_SUPERVISOR,
    "discard_plan": Role.SENIOR_MANAGER,
    "return_plan": Role.CASEWORKER,
    "approve_plan": Role.CASEWORKER,
    "set_victim_safety": Role.SENIOR_MANAGER,
    "record_goal_progress": Role.BUSINESS_SUPPORT,
    "add_intervention": Role.UNPAID_WORK_SUPERVISOR,
    "amend_intervention": Role.PERFORMANCE_OFFICER,
}


@pytest.mark.parametrize("name", MAY_NOT)
def test_a_role_that_may_not_changes_nothing(order, name):
    row = refer(order)
    plan = submit(amend(draft(order)))
    by = {"today": DUE, "expected_version": plan.version}
    given = {
        "draft_plan": {"order": order, "today": DUE},
        "amend_plan": {"plan": plan, "proposed": WHOLE, **by},
        "submit_plan": {"plan": plan, **by},
        "discard_plan": {"plan": plan, "reason": "x", **by},
        "return_plan": {"plan": plan, "comments": "x", **by},
        "approve_plan": {"plan": plan, "order": order, "approved_on": DUE, **by},
        "set_victim_safety": {"plan": plan, "text": "x"},
        "record_goal_progress": {"goal": plan.goals.first(), "status": "achieved", "on": DUE, "today": DUE},
        "add_intervention": {"order": order, "kind": "other", "name": "x", "referred_on": DUE, "today": DUE},
        "amend_intervention": {"intervention": row, "name": "x", "today": DUE, "expected_version": 1},
    }[name]
    before = everything()
    with pytest.raises(PermissionDenied):
        getattr(operations, name)(actor=staff(MAY_NOT[name]), **given)
    assert everything() == before


def test_each_entry_says_what_was_done_to_which_plan(order):
    plan = approved(order)
    progress(plan.goals.first(), "under_way", "1 July 2025")
    said = (
        Entry.objects.filter(operation__contains="plan")
        .order_by("at", "pk")
        .values_list("operation", "subject")
    )
    assert set(said) == {
        (name, f"plan:{plan.pk}") for name in ("draft_plan", "amend_plan", "submit_plan", "approve_plan")
    }
    assert Entry.objects.get(operation="record_goal_progress").subject == f"goal:{plan.goals.first().pk}"


def test_an_order_without_an_assessment_gets_a_plan_all_the_same():
    order = an_order(supervision(6))
    plan = submit(amend(draft(order)))
    assert plan.based_on is None
    assert approve(plan).approved_on == DUE
