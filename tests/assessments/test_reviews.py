"""Reviews from planned to held: each change does it; refused, changes nothing; and the due date of K3 is met."""

from __future__ import annotations

import uuid
from datetime import date, time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assessments import operations
from assessments.models import (
    Goal,
    GoalProgress,
    Plan,
    Review,
    ReviewDecision,
    ReviewMeeting,
    Task,
)
from assessments.operations import Decided, GoalSaid
from cases.models import Case, Entry, Role, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from tests.builders import (
    a_caseworker,
    a_council,
    a_manager,
    a_team,
    an_order,
    day,
    staff,
    supervision,
    unpaid_work,
    worker_of,
)

pytestmark = pytest.mark.django_db

TODAY = day("25 August 2025")
FIRST, SECOND = day("2 September 2025"), day("2 December 2025")


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.problems}


def everything() -> dict[str, int]:
    tables = (Review, ReviewMeeting, ReviewDecision, Task, GoalProgress, Timescale, Entry)
    return {table.__name__: table.objects.count() for table in tables}


@pytest.fixture
def order():
    return an_order(supervision(9))


def plan(order, on="1 September 2025", **more):
    given = {"planned_on": day(on), "for_due_on": FIRST, "today": TODAY, **more}
    return operations.plan_review(actor=more.pop("actor", worker_of(order.case)), order=order, **{
        name: value for name, value in given.items() if name != "actor"
    })  # fmt: skip


def hold(order, on="1 September 2025", **more):
    given = {"held_on": day(on), "for_due_on": FIRST, "today": day("1 April 2026"), **more}
    return operations.hold_review(actor=worker_of(order.case), order=order, **given)


def a_goal(order, approved="20 June 2025") -> Goal:
    made = Plan.objects.create(order=order, approved_on=day(approved))
    return Goal.objects.create(plan=made, need="alcohol_drug", words="I want to stop drinking on week nights")


# --- Planned ----------------------------------------------------------------------------------------------------


def test_a_review_is_planned_for_a_due_date_with_its_hour_chair_and_place(order):
    chair = a_manager()
    meeting = plan(order, at=time(10), chaired_by=chair, place="Room 2")
    assert (meeting.planned_on, meeting.for_due_on, meeting.at) == (day("1 September 2025"), FIRST, time(10))
    assert (meeting.chaired_by, meeting.place, meeting.state) == (chair, "Room 2", "planned")
    entry = Entry.objects.get(operation="plan_review")
    assert entry.subject == f"review_meeting:{meeting.pk}"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"on": "24 August 2025"}, "planned_in_the_past", id="yesterday"),
        pytest.param({"for_due_on": date(2025, 9, 3)}, "not_a_due_date", id="no such due date"),
    ],
)
def test_a_review_that_cannot_be_planned_is_refused_and_changes_nothing(order, more, code):
    before = everything()
    with pytest.raises(Refused) as refused:
        plan(order, **more)
    assert codes(refused) == {code}
    assert everything() == before


def test_one_due_date_has_one_planned_review(order):
    plan(order)
    with pytest.raises(Refused) as refused:
        plan(order, on="2 September 2025")
    assert codes(refused) == {"already_planned"}


def test_a_review_that_was_held_is_not_planned_again(order):
    hold(order, "25 August 2025")
    with pytest.raises(Refused) as refused:
        plan(order)
    assert codes(refused) == {"already_planned"}


def test_an_extra_review_is_planned_for_no_due_date(order):
    assert plan(order, for_due_on=None).for_due_on is None


@pytest.mark.parametrize(
    ("requirement", "code"), [pytest.param(unpaid_work(60), "no_supervision", id="unpaid work alone")]
)
def test_no_review_is_planned_where_none_is_due(requirement, code):
    with pytest.raises(Refused) as refused:
        plan(an_order(requirement), for_due_on=None)
    assert codes(refused) == {code}


# --- Who chairs -------------------------------------------------------------------------------------------------


def test_a_first_review_is_planned_with_a_first_line_manager(order):
    with pytest.raises(Refused) as refused:
        plan(order, chaired_by=a_caseworker(), chair_reason="The manager is away")
    assert [str(one) for one in refused.value.problems] == [
        "Name a first line manager: one chairs the first review of an order"
    ]


def test_a_later_review_may_be_chaired_by_somebody_else_with_a_reason(order):
    hold(order, "25 August 2025")
    chair = a_caseworker()
    with pytest.raises(Refused) as refused:
        plan(order, for_due_on=SECOND, chaired_by=chair)
    assert codes(refused) == {"chair_reason_missing"}
    assert (
        plan(order, for_due_on=SECOND, chaired_by=chair, chair_reason="Both managers are ill").chaired_by
        == chair
    )


def test_a_later_review_of_somebody_at_high_risk_is_planned_with_a_first_line_manager(order):
    hold(order, "25 August 2025")
    operations.complete_assessment(
        actor=worker_of(order.case),
        order=order,
        tool="ls_cmi",
        completed_on=day("1 July 2025"),
        total=25,
        today=TODAY,
    )
    with pytest.raises(Refused) as refused:
        plan(order, for_due_on=SECOND, chaired_by=a_caseworker(), chair_reason="Ill")
    assert codes(refused) == {"chair_not_first_line_manager"}


def test_a_review_that_took_place_is_recorded_whoever_chaired_it_with_the_reason(order):
    chair = a_caseworker()
    with pytest.raises(Refused) as refused:
        hold(order, chaired_by=chair)
    assert codes(refused) == {"chair_reason_missing"}
    held = hold(order, chaired_by=chair, chair_reason="The manager was called away")
    assert (held.chaired_by, held.chair_reason) == (chair, "The manager was called away")


def test_nobody_of_another_council_chairs(order):
    other = a_manager(team=a_team("East", a_council("Elsewhere")))
    with pytest.raises(Refused) as refused:
        plan(order, chaired_by=other)
    assert codes(refused) == {"chair_elsewhere"}


# --- Rearranged, missed, cancelled --------------------------------------------------------------------------------


def rearrange(meeting, on="2 September 2025", **more):
    given = {"reason": "person_could_not", "today": TODAY, "expected_version": meeting.version, **more}
    return operations.rearrange_review(
        actor=worker_of(meeting.order.case), meeting=meeting, planned_on=day(on), **given
    )


def miss(meeting, today="1 September 2025", **more):
    given = {"reason": "person_did_not_come", "who_did_not_come": "person", **more}
    return operations.record_missed_review(
        actor=worker_of(meeting.order.case),
        meeting=meeting,
        today=day(today),
        expected_version=meeting.version,
        **given,
    )


def test_a_rearranged_review_stays_on_the_record_and_the_new_one_follows_it(order):
    meeting = plan(order)
    new = rearrange(meeting, note="Works on Mondays")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason, meeting.note) == (
        "rearranged",
        "person_could_not",
        "Works on Mondays",
    )
    assert (new.state, new.follows, new.for_due_on, new.planned_on) == ("planned", meeting, FIRST, FIRST)


def test_a_missed_review_says_who_did_not_come_and_gets_a_new_day(order):
    meeting = miss(plan(order))
    assert (meeting.state, meeting.who_did_not_come) == ("missed", "person")
    new = rearrange(meeting)
    meeting.refresh_from_db()
    assert (meeting.state, new.follows) == ("missed", meeting)
    with pytest.raises(Refused) as refused:
        rearrange(meeting)
    assert codes(refused) == {"not_planned"}


def test_a_missed_review_is_not_rearranged_beside_another_for_the_same_due_date(order):
    meeting = miss(plan(order))
    plan(order, on="2 September 2025")
    with pytest.raises(Refused) as refused:
        rearrange(meeting)
    assert codes(refused) == {"already_planned"}


def test_a_review_still_to_come_was_not_missed(order):
    meeting = plan(order)
    before = everything()
    with pytest.raises(Refused) as refused:
        miss(meeting, today="31 August 2025")
    assert codes(refused) == {"still_to_come"}
    assert everything() == before


def test_a_cancelled_review_leaves_what_is_due_due(order):
    meeting = plan(order)
    operations.cancel_review(
        actor=worker_of(order.case), meeting=meeting, reason="no_longer_needed", expected_version=1
    )
    assert meeting.state == "cancelled"
    assert Timescale.objects.get(clause="cpo.review", due_on=FIRST).met_on is None


def test_a_reason_is_one_of_the_list(order):
    with pytest.raises(Refused) as refused:
        rearrange(plan(order), reason="because")
    assert codes(refused) == {"reason_missing"}


def test_who_changes_a_review_that_somebody_changed_meanwhile_is_told(order):
    meeting = plan(order)
    rearrange(meeting)
    meeting.refresh_from_db()
    with pytest.raises(Stale):
        operations.cancel_review(
            actor=worker_of(order.case), meeting=meeting, reason="other", expected_version=1
        )


# --- Held -------------------------------------------------------------------------------------------------------


def test_the_planned_review_of_the_due_date_is_the_one_that_was_held(order):
    meeting = plan(order)
    held = hold(order)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.review, meeting.version) == ("held", held, 2)


def test_an_extra_review_holds_the_planned_extra_one_and_no_other(order):
    due, extra = plan(order), plan(order, on="29 August 2025", for_due_on=None)
    held = hold(order, "29 August 2025", for_due_on=None, extra=True)
    due.refresh_from_db()
    extra.refresh_from_db()
    assert (due.state, extra.state, extra.review) == ("planned", "held", held)


def test_a_review_named_by_its_meeting_is_for_that_due_date(order):
    held = hold(order, for_due_on=None, meeting=plan(order))
    assert held.for_due_on == FIRST


def test_everything_that_was_said_is_kept(order):
    goal, owner = a_goal(order), a_caseworker()
    held = hold(
        order,
        chaired_by=a_manager(),
        attendance="in_person",
        discussion="How the summer went",
        persons_views="It helps",
        partner_input="The clinic sees progress",
        risk_changed=True,
        risk_change="Moved in with a brother",
        outcome="plan_changes",
        goals=[GoalSaid(goal, "under_way", "Three dry weeks")],
        decided=[
            Decided("Ask the clinic for a report", "task", owner, day("15 September 2025")),
            Decided("Add a goal about housing", "plan_change"),
            Decided("Keep fortnightly contact"),
        ],
    )
    assert held.decisions.splitlines() == [
        "Ask the clinic for a report", "Add a goal about housing", "Keep fortnightly contact"
    ]  # fmt: skip
    said = GoalProgress.objects.get()
    assert (said.goal, said.on, said.status, said.note) == (
        goal,
        held.held_on,
        "under_way",
        "Three dry weeks",
    )
    task = Task.objects.get()
    assert (task.owner, task.by, task.text, task.case) == (
        owner, day("15 September 2025"), "Ask the clinic for a report", order.case
    )  # fmt: skip
    assert [row.becomes for row in held.decisions_made.all()] == ["task", "plan_change", "nothing"]
    assert Entry.objects.get(operation="hold_review").subject == f"review:{held.pk}"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        pytest.param(
            {"decided": [Decided("Ring", "task")]}, {"task_without_owner", "task_without_day"}, id="bare task"
        ),
        pytest.param({"decided": [Decided(" ", "plan_change")]}, {"decision_without_words"}, id="no words"),
        pytest.param({"risk_changed": True}, {"risk_change_missing"}, id="risk changed, not how"),
    ],
)  # fmt: skip
def test_a_review_that_says_half_is_refused_and_changes_nothing(order, more, wanted):
    before = everything()
    with pytest.raises(Refused) as refused:
        hold(order, **more)
    assert codes(refused) == wanted
    assert everything() == before


def test_a_task_is_not_due_before_its_review(order):
    with pytest.raises(Refused) as refused:
        hold(order, decided=[Decided("Ring", "task", a_caseworker(), day("31 August 2025"))])
    assert codes(refused) == {"task_before_review"}


def test_progress_is_of_a_goal_of_this_order(order):
    goal = a_goal(an_order(supervision(9)))
    with pytest.raises(Refused) as refused:
        hold(order, goals=[GoalSaid(goal, "achieved")])
    assert codes(refused) == {"goal_unknown"}


def test_the_same_review_with_other_decisions_never_passes_for_a_repeat(order):
    key = uuid.uuid4()
    hold(order, key=key, decided=[Decided("Ring")])
    with pytest.raises(Repeated):
        hold(order, key=key, decided=[Decided("Ring")])
    with pytest.raises(Refused) as refused:
        hold(order, key=key, decided=[Decided("Write")])
    assert codes(refused) == {"key-reused"}


@pytest.mark.parametrize(
    ("imposed", "due", "held", "on_time"),
    [
        # Counted by hand on a calendar: three months after, the last day of a shorter month where there is none.
        pytest.param("2 June 2025", "2 September 2025", "2 September 2025", True, id="on the day"),
        pytest.param("2 June 2025", "2 September 2025", "3 September 2025", False, id="a day late"),
        pytest.param("30 November 2024", "28 February 2025", "28 February 2025", True, id="end of February"),
        pytest.param("31 May 2025", "31 August 2025", "29 August 2025", True, id="before a Sunday"),
    ],
)
def test_the_review_held_meets_the_three_month_timescale(imposed, due, held, on_time):
    order = an_order(supervision(12), imposed=imposed)
    row = operations.reviews_of(order).first()
    assert row.due_on == day(due)
    hold(order, held, for_due_on=day(due))
    row.refresh_from_db()
    assert (row.met_on, row.on_time) == (day(held), on_time)


# --- What came of it ----------------------------------------------------------------------------------------------


def a_task(order) -> Task:
    hold(order, decided=[Decided("Ring the clinic", "task", a_caseworker(), day("15 September 2025"))])
    return Task.objects.get()


def finish(task, on="10 September 2025", **more):
    given = {"today": day("1 October 2025"), "expected_version": task.version, **more}
    return operations.complete_task(actor=worker_of(task.case), task=task, done_on=day(on), **given)


def test_a_task_is_done_on_a_day_with_a_note(order):
    task = finish(a_task(order), done_note="They will write")
    assert (task.done_on, task.done_note, task.version) == (day("10 September 2025"), "They will write", 2)
    assert not Task.objects.open().exists()


@pytest.mark.parametrize(
    ("on", "code"),
    [
        pytest.param("31 August 2025", "done_before_review", id="before the review"),
        pytest.param("2 October 2025", "in_the_future", id="tomorrow"),
    ],
)
def test_a_task_is_not_done_on_a_day_that_cannot_be(order, on, code):
    task = a_task(order)
    with pytest.raises(Refused) as refused:
        finish(task, on)
    assert codes(refused) == {code}


def test_a_task_is_overdue_the_day_after_its_day(order):
    task = a_task(order)
    assert list(Task.objects.overdue(day("16 September 2025"))) == [task]
    assert not Task.objects.overdue(day("15 September 2025")).exists()
    finish(task)
    assert not Task.objects.overdue(day("16 September 2025")).exists()


@pytest.mark.parametrize(
    ("approved", "undone"),
    [
        pytest.param("31 August 2025", True, id="a plan of the day before does not hold it"),
        pytest.param("1 September 2025", False, id="a plan of that day does"),
    ],
)
def test_a_change_to_the_plan_is_undone_until_a_plan_is_approved_on_the_day_or_after(order, approved, undone):
    hold(order, decided=[Decided("Add a goal about housing", "plan_change")])
    Plan.objects.create(order=order, approved_on=day(approved))
    assert ReviewDecision.objects.undone_plan_changes().exists() is undone


# --- By whom, and what the database keeps ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("plan_review", Role.UNPAID_WORK_SUPERVISOR),
        ("rearrange_review", Role.PERFORMANCE_OFFICER),
        ("record_missed_review", Role.UNPAID_WORK_SUPERVISOR),
        ("cancel_review", Role.SENIOR_MANAGER),
        ("complete_task", Role.PERFORMANCE_OFFICER),
    ],
)
def test_a_role_that_may_not_is_refused_and_changes_nothing(order, name, role):
    task = a_task(order)
    meeting = plan(order, for_due_on=SECOND)
    on = day("1 October 2025")
    calls = {
        "plan_review": {"order": order, "planned_on": on, "today": TODAY},
        "rearrange_review": {
            "meeting": meeting, "planned_on": on, "reason": "other", "today": TODAY, "expected_version": 1
        },
        "record_missed_review": {
            "meeting": meeting, "reason": "other", "who_did_not_come": "chair", "today": TODAY, "expected_version": 1
        },
        "cancel_review": {"meeting": meeting, "reason": "other", "expected_version": 1},
        "complete_task": {"task": task, "done_on": on, "today": on, "expected_version": 1},
    }  # fmt: skip
    before = everything()
    with pytest.raises(PermissionDenied):
        getattr(operations, name)(actor=staff(role), **calls[name])
    assert everything() == before


def test_who_may_not_see_the_case_plans_nothing(order):
    stranger = a_caseworker(team=a_team("South"))
    with pytest.raises(Case.DoesNotExist):
        plan(order, actor=stranger)


def test_rows_are_seen_with_their_case(order):
    meeting, stranger = plan(order, on="25 August 2025"), a_caseworker(team=a_team("South"))
    hold(
        order, "25 August 2025",
        decided=[Decided("Ring", "task", worker_of(order.case), day("1 October 2025"))],
    )  # fmt: skip
    for model, row in (
        (ReviewMeeting, meeting),
        (Task, Task.objects.get()),
        (ReviewDecision, ReviewDecision.objects.get()),
    ):
        assert list(model.objects.visible_to(worker_of(order.case))) == [row]
        assert not model.objects.visible_to(stranger).exists()


def test_the_database_keeps_what_a_meeting_is(order):
    meeting = plan(order)
    wrong = [
        {"state": "held"},
        {"state": "missed", "reason": ""},
        {"state": "planned", "reason": "other"},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewMeeting.objects.filter(pk=meeting.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewMeeting.objects.create(order=order, for_due_on=FIRST, planned_on=FIRST)
