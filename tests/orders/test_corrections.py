"""What was recorded wrongly is put right: orders as the court really made them, sessions that there never were."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from assessments import operations as assessing
from cases import timescales
from cases.models import Entry, Role, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from orders import ledger, operations, proposals
from orders.domain.cpo import Basis, CourtType, ProposedRequirement, RequirementKind
from orders.models import Attendance, Order
from performance.tallies import ATTENDANCE_RATE
from tests.builders import (
    a_case,
    a_caseworker,
    a_manager,
    an_order,
    day,
    proposed,
    staff,
    supervision,
    the_unpaid_work,
    unpaid_work,
    work,
    worker_of,
)
from tests.orders.test_operations import codes, correct, credited, everything, vary

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")
PROGRAMME = ProposedRequirement(RequirementKind.PROGRAMME, days=10, place="Centre")


def put_right(order, *requirements, actor=None, **more):
    """The order corrected to 120 hours and 18 months imposed on 2 June 2025, but for what is said."""
    order.refresh_from_db()
    court = {name: more.pop(name) for name in ("imposed", "basis", "court_type") if name in more}
    facts = {name: more.pop(name) for name in ("offence_on", "fine_pounds", "transferred_in") if name in more}
    given = {"reason": "Read wrongly", "today": TODAY, "expected_version": order.version, **more}
    return operations.correct_order(
        actor=actor or a_manager(),
        order=order,
        proposed=proposed(*requirements, **court, **facts),
        **given,
    )


# --- Orders -------------------------------------------------------------------------------------------------


def test_an_order_becomes_what_the_court_really_made():
    order = an_order(unpaid_work(100), supervision(12), court_type=CourtType.JP)
    movement = ProposedRequirement(
        RequirementKind.RESTRICTED_MOVEMENT, months=3, hours_per_day=10, place="Home"
    )
    put_right(
        order,
        unpaid_work(210, last_day=day("1 March 2026"), details="Evenings"),
        supervision(18),
        movement,
        imposed="30 May 2025",
        court_type=CourtType.SHERIFF_SOLEMN,
        court="Riverside",
        received_on=day("2 June 2025"),
        offence_on=day("1 March 2025"),
        transferred_in=True,
        reference="NL-1042",
    )
    order = Order.objects.get()
    assert (order.court_type, order.court, order.reference) == ("sheriff_solemn", "Riverside", "NL-1042")
    assert (order.imposed_on, order.received_on) == (day("30 May 2025"), day("2 June 2025"))
    assert (order.offence_on, order.transferred_in) == (day("1 March 2025"), True)
    assert [(one.kind, one.hours, one.months, one.hours_per_day) for one in order.requirements.all()] == [
        ("unpaid_work", 210, None, None),
        ("supervision", None, 18, None),
        ("restricted_movement", None, 3, 10),
    ]
    assert (the_unpaid_work(order).last_day, the_unpaid_work(order).details) == (
        day("1 March 2026"),
        "Evenings",
    )
    assert not order.variations.exists()


def test_a_correction_is_in_the_trail_with_its_reason_and_a_copy_of_each_row():
    order = an_order()
    put_right(order, unpaid_work(200), supervision(18), reason="The copy says 200")
    entry = Entry.objects.get(operation="correct_order")
    assert (entry.subject, entry.why) == (order.subject, "The copy says 200")
    assert order.history.filter(entry=entry.id).count() == 1
    assert [one.hours for one in the_unpaid_work(order).history.order_by("history_id")] == [120, 200]
    assert order.requirements.get(kind="supervision").history.count() == 1


def test_timescales_follow_the_corrected_order():
    order = an_order()
    put_right(order, unpaid_work(90), supervision(6), imposed="30 May 2025")
    due = {row.clause: row.due_on for row in Timescale.objects.order_by("-due_on")}
    assert due["cpo.first_contact"] == day("2 June 2025")
    assert due["cpo.unpaid_work"] == day("29 August 2025")
    assert Timescale.objects.filter(clause="cpo.review").count() == 1
    moved = {row["clause"] for row in Entry.objects.get(operation="correct_order").changes}
    assert {"cpo.first_contact", "cpo.unpaid_work", "cpo.review"} <= moved
    assert timescales.check([order.case_id]) == []


def test_a_requirement_left_out_is_added_as_imposed_and_one_never_imposed_goes():
    order = an_order(supervision(12), PROGRAMME)
    put_right(order, supervision(12), unpaid_work(60))
    assert [one.kind for one in order.requirements.all()] == ["supervision", "unpaid_work"]
    assert the_unpaid_work(order).added_on is None
    placement = Timescale.objects.get(clause="cpo.placement")
    assert (placement.starts_on, placement.left_out) == (day("2 June 2025"), "")


def test_what_was_done_under_a_requirement_is_not_corrected_away():
    order = an_order()
    work(order, "10 June 2025", 8)
    before = everything()
    with pytest.raises(Refused) as refused:
        put_right(order, supervision(18))
    assert codes(refused) == {"requirement_in_use"}
    assert everything() == before


def test_of_two_of_a_kind_the_one_that_is_not_named_stays():
    order = an_order(unpaid_work(100), unpaid_work(50), supervision(12))
    put_right(order, unpaid_work(120), supervision(12))
    assert [one.hours for one in order.requirements.unpaid_work()] == [120, 50]


def test_what_the_court_varied_is_another_variation():
    order = an_order()
    vary(order, "hours", requirement=the_unpaid_work(order), hours=100)
    with pytest.raises(Refused) as refused:
        put_right(order, unpaid_work(140), supervision(12))
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("unpaid_work.hours", "varied_by_the_court")
    ]
    put_right(order, unpaid_work(100), supervision(12))
    assert order.requirements.get(kind="supervision").months == 12


def test_an_unlawful_correction_is_refused_and_changes_nothing():
    order = an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        put_right(order, unpaid_work(400), supervision(18))
    assert codes(refused) == {"unpaid_work_hours_too_many"}
    assert everything() == before
    assert (Order.objects.get().version, the_unpaid_work(order).hours) == (1, 120)


def test_an_unlawful_correction_is_saved_as_queried_and_the_next_settles_it():
    order = an_order()
    put_right(order, unpaid_work(400), supervision(18), queried_because="Is 400 right?")
    order.refresh_from_db()
    assert (order.queried_because, [one["code"] for one in order.queried_rules]) == (
        "Is 400 right?",
        ["unpaid_work_hours_too_many"],
    )
    put_right(order, unpaid_work(300), supervision(18), reason="The clerk says 300")
    order.refresh_from_db()
    assert (order.queried, order.queried_rules) == (False, [])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(
            lambda order, by: operations.record_contact(
                order=order, kind="telephone", attended=True, **by, on=day("9 June 2025")
            ),
            "on or before 9 June 2025: a contact is",
            id="a contact",
        ),
        pytest.param(
            lambda order, by: work(order, "10 June 2025", 8),
            "on or before 10 June 2025: a session of unpaid work is",
            id="a session",
        ),
        pytest.param(
            lambda order, by: assessing.approve_plan(
                order=order, approved_on=day("11 June 2025"), **by | {"actor": a_manager()}
            ),
            "on or before 11 June 2025: an approved plan is",
            id="a plan",
        ),
    ],
)
def test_imposition_moves_past_nothing_that_was_done(make, said):
    order = an_order()
    by = {"actor": worker_of(order.case), "today": TODAY}
    operations.record_contact(order=order, kind="other", attended=True, on=day("20 June 2025"), **by)
    make(order, by)
    before = everything()
    with pytest.raises(Refused) as refused:
        put_right(order, imposed="30 June 2025")
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("imposed_on", "imposed_after_record")
    ]
    assert said in refused.value.problems[0].message
    assert everything() == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"reason": " "}, "reason_missing", id="no reason"),
        pytest.param({"imposed": "2 August 2025"}, "in_the_future", id="imposed tomorrow"),
        pytest.param(
            {"received_on": day("1 June 2025")}, "before_imposition", id="received before it was made"
        ),
        pytest.param({"reference": "NL-1"}, "taken", id="a reference that is taken"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(more, code):
    order = an_order()
    an_order(reference="NL-1")
    before = everything()
    with pytest.raises(Refused) as refused:
        put_right(order, **more)
    assert codes(refused) == {code}
    assert everything() == before


def test_more_hours_take_what_was_worked_in_excess_and_fewer_may_be_done():
    order = an_order(unpaid_work(20))
    work(order, "10 June 2025", 16)
    work(order, "11 June 2025", 12)
    assert the_unpaid_work(order).completed_on == day("11 June 2025")
    put_right(order, unpaid_work(60))
    assert (credited(order), the_unpaid_work(order).completed_on) == (28 * 60, None)
    put_right(order, unpaid_work(20))
    assert the_unpaid_work(order).completed_on == day("11 June 2025")


def test_whether_hours_run_together_is_corrected_before_they_are_credited():
    case = a_case()
    first = an_order(unpaid_work(100), case=case)
    second = an_order(unpaid_work(60), case=case, imposed="1 July 2025")
    session = work(first, "2 July 2025", 8)
    together = unpaid_work(60, court_directs_concurrent=True)
    with pytest.raises(Refused) as refused:
        put_right(second, together, imposed="1 July 2025")
    assert codes(refused) == {"credited_otherwise"}
    wrong = correct(session, outcome="recorded_in_error", minutes=0)
    put_right(second, together, imposed="1 July 2025")
    correct(wrong, minutes=480)
    assert (credited(first), credited(second)) == (480, 480)


def test_an_ended_order_can_still_be_corrected():
    order = an_order()
    operations.end_order(
        actor=worker_of(order.case),
        order=order,
        on=day("1 July 2025"),
        reason="completed",
        today=TODAY,
        expected_version=None,
    )
    put_right(order, basis=Basis.INSTEAD_OF_PRISON, court="Riverside")
    assert Order.objects.get().court == "Riverside"
    with pytest.raises(Refused):
        put_right(order, imposed="2 July 2025")


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SENIOR_MANAGER, Role.BUSINESS_SUPPORT])
def test_only_a_first_line_manager_corrects_an_order(role):
    order = an_order()
    before = everything()
    with pytest.raises(PermissionDenied):
        put_right(order, unpaid_work(60), actor=staff(role))
    assert everything() == before


def test_a_correction_made_on_an_older_version_is_not_saved():
    order = an_order()
    vary(order, "length", requirement=order.requirements.get(kind="supervision"), months=12)
    with pytest.raises(Stale):
        put_right(order, unpaid_work(60), supervision(12), expected_version=1)
    assert the_unpaid_work(order).hours == 120


def test_the_same_correction_sent_twice_is_made_once():
    order, key, manager = an_order(), uuid.uuid4(), a_manager()
    put_right(order, unpaid_work(60), supervision(12), key=key, actor=manager)
    with pytest.raises(Repeated) as repeated:
        put_right(order, unpaid_work(60), supervision(12), key=key, actor=manager)
    assert repeated.value.result == order.subject
    assert Entry.objects.filter(operation="correct_order").count() == 1


# --- Movement -----------------------------------------------------------------------------------------------


def test_hours_in_a_place_are_not_counted_of_who_must_stay_away_from_one():
    case = a_case()
    movement = ProposedRequirement(
        RequirementKind.RESTRICTED_MOVEMENT, months=6, hours_per_day=10, place="Harbour", stay_away=True
    )
    order = an_order(supervision(12), movement, case=case)
    row = order.requirements.get(kind="restricted_movement")
    assert proposals.requirement_of(row).stay_away is True
    home = replace(movement, stay_away=False, place="Home")
    an_order(supervision(12), home, case=case, imposed="1 July 2025")


# --- Sessions -----------------------------------------------------------------------------------------------


def test_a_session_of_another_person_is_recorded_in_error_and_counts_nowhere():
    order = an_order(unpaid_work(20))
    wrong = work(order, "10 June 2025", 20)
    right = correct(wrong, outcome="recorded_in_error", minutes=0, reason="It was somebody else's")
    assert credited(order) == 0
    assert the_unpaid_work(order).completed_on is None
    assert Timescale.objects.get(clause="cpo.placement").met_on is None
    assert list(Attendance.objects.standing()) == [right]
    assert not Attendance.objects.standing().filter(ATTENDANCE_RATE.below).exists()
    assert Entry.objects.get(operation="correct_attendance").why == "It was somebody else's"


def test_what_was_recorded_in_error_after_all_was_right():
    order = an_order()
    wrong = correct(work(order, "10 June 2025", 8), outcome="recorded_in_error", minutes=0)
    correct(wrong, minutes=480)
    assert credited(order) == 480
    assert ledger.accounts(order.requirements.select_related("order"))[the_unpaid_work(order).pk].minutes_left


def test_only_a_correction_says_that_a_session_was_recorded_in_error():
    order = an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        operations.record_attendance(
            actor=a_caseworker(),
            order=order,
            on=day("10 June 2025"),
            outcome="recorded_in_error",
            today=TODAY,
        )
    assert codes(refused) == {"outcome_missing"}
    assert everything() == before
    session = work(order, "10 June 2025", 8)
    with pytest.raises(Refused) as refused:
        correct(session, outcome="recorded_in_error", minutes=60)
    assert codes(refused) == {"minutes_of_an_absence"}
