"""Each change to an order: does it; is refused to a wrong role; refused, changes nothing; is done once."""

from __future__ import annotations

import uuid
from datetime import date, time

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Allocation, Case, Entry, Role, Submission, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from orders import ledger, operations
from orders.domain.cpo import Basis, CourtType, ProposedRequirement, RequirementKind
from orders.models import Attendance, Breach, Contact, HoursLine, Order, Release, Requirement, Variation
from tests.builders import (
    a_case,
    a_caseworker,
    a_manager,
    a_team,
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

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.problems}


def everything() -> dict[str, int]:
    """How many rows there are of each kind: a refusal must leave these as they were."""
    tables = (
        Order, Requirement, Variation, Contact, Attendance, HoursLine, Breach, Release, Timescale, Entry,
        Allocation, Submission,
    )  # fmt: skip
    return {table.__name__: table.objects.count() for table in tables}


# --- Impose -------------------------------------------------------------------------------------------------


def test_imposing_keeps_the_order_as_the_court_made_it():
    case = a_case()
    order = operations.impose_order(
        actor=worker_of(case),
        case=case,
        proposed=proposed(
            unpaid_work(90, last_day=day("30 November 2025")),
            supervision(12),
            ProposedRequirement(RequirementKind.CONDUCT, months=6, details="Stay out of the harbour"),
            offence_on=day("1 March 2025"),
        ),
        today=day("2 June 2025"),
        court="Riverside",
        received_on=day("2 June 2025"),
    )
    order.refresh_from_db()
    assert (order.basis, order.court_type, order.court) == (
        "instead_of_prison",
        "sheriff_summary",
        "Riverside",
    )
    assert (order.offence_on, order.received_on) == (day("1 March 2025"), day("2 June 2025"))
    assert [(one.kind, one.hours, one.months) for one in order.requirements.all()] == [
        ("unpaid_work", 90, None),
        ("supervision", None, 12),
        ("conduct", None, 6),
    ]
    assert order.recorded_by == worker_of(case)
    assert order.queried is False


def test_references_are_made_in_order_of_the_year():
    case = a_case()
    first = an_order(case=case, imposed="2 June 2025")
    second = an_order(supervision(12), case=case, imposed="3 June 2025")
    assert (first.reference, second.reference) == ("CPO-2025-0001", "CPO-2025-0002")


def test_a_reference_that_is_taken_is_refused():
    case = a_case()
    an_order(case=case, reference="NL-1042")
    before = everything()
    with pytest.raises(Refused) as refused:
        an_order(supervision(12), case=case, reference="NL-1042")
    assert [(one.field, one.code) for one in refused.value.problems] == [("reference", "taken")]
    assert everything() == before


def test_an_unlawful_order_is_refused_with_every_reason_and_nothing_is_saved():
    case = a_case(born="1 May 2010")
    before = everything()
    with pytest.raises(Refused) as refused:
        an_order(unpaid_work(400), case=case)
    assert codes(refused) >= {
        "unpaid_work_hours_too_many",
        "unpaid_work_under_16",
        "supervision_missing_under_18",
    }
    assert everything() == before


def test_a_manager_saves_an_unlawful_order_as_queried_with_the_rules_it_breaks():
    case = a_case()
    manager = a_manager()
    order = an_order(unpaid_work(400), case=case, actor=manager, queried_because="Is 400 hours right?")
    assert order.queried_because == "Is 400 hours right?"
    assert [rule["code"] for rule in order.queried_rules] == ["unpaid_work_hours_too_many"]
    assert Entry.objects.get(operation="impose_order").why == "Is 400 hours right?"


def test_a_caseworker_may_not_save_an_order_as_queried():
    with pytest.raises(PermissionDenied):
        an_order(unpaid_work(400), queried_because="Is 400 hours right?")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("imposed", "code"),
    [
        pytest.param("2 August 2025", "in_the_future", id="tomorrow"),
        pytest.param("30 April 1990", "before_birth", id="before the person was born"),
    ],
)
def test_not_even_a_manager_records_an_order_on_a_day_that_cannot_be(imposed, code):
    case = a_case(born="1 May 1990")
    with pytest.raises(Refused) as refused:
        an_order(case=case, actor=a_manager(), imposed=imposed, today=TODAY, queried_because="Odd")
    assert code in codes(refused)


def test_hours_still_to_do_under_another_order_lower_what_a_new_one_may_ask():
    case = a_case()
    first = an_order(unpaid_work(200), case=case, imposed="2 June 2025")
    work(first, "4 June 2025", 8)
    with pytest.raises(Refused) as refused:
        an_order(unpaid_work(120), case=case, imposed="1 July 2025")
    assert refused.value.problems[0].field == "unpaid_work.hours"
    an_order(unpaid_work(108), case=case, imposed="1 July 2025")


def test_hours_that_the_court_lets_run_together_are_not_limited_by_the_others():
    case = a_case()
    an_order(unpaid_work(200), case=case, imposed="2 June 2025")
    an_order(unpaid_work(200, court_directs_concurrent=True), case=case, imposed="1 July 2025")


def test_hours_in_a_place_are_added_up_over_all_orders_that_restrict_movement():
    case = a_case()
    movement = ProposedRequirement(RequirementKind.RESTRICTED_MOVEMENT, months=6, hours_per_day=8)
    an_order(supervision(12), movement, case=case, imposed="2 June 2025")
    with pytest.raises(Refused) as refused:
        an_order(supervision(12), movement, case=case, imposed="1 July 2025")
    assert codes(refused) == {"restricted_movement_hours_a_day"}
    an_order(supervision(12), movement, case=case, imposed="2 December 2025")


def test_the_responsible_officer_named_with_the_order_holds_it():
    officer = a_caseworker()
    order = an_order(officer=officer, received="2 June 2025", today="3 June 2025")
    held = Allocation.objects.get(subject=order.subject)
    assert (held.worker, held.team, held.from_on) == (officer, officer.team, day("3 June 2025"))
    named = Timescale.objects.get(clause="cpo.responsible_officer")
    assert (named.due_on, named.met_on) == (day("4 June 2025"), day("3 June 2025"))


def test_somebody_of_another_council_cannot_be_the_responsible_officer():
    from tests.builders import a_council

    stranger = a_caseworker(team=a_team("South", a_council("Elsewhere")))
    with pytest.raises(Refused) as refused:
        an_order(officer=stranger)
    assert codes(refused) == {"officer"}


def test_an_order_transferred_in_is_left_out_of_the_first_standards():
    an_order(transferred_in=True)
    left_out = Timescale.objects.filter(clause="cpo.first_contact").get()
    assert left_out.left_out == "transferred_in"


def test_a_closed_case_takes_no_order():
    case = a_case()
    worker = worker_of(case)
    Case.objects.filter(pk=case.pk).update(closed_on=day("1 June 2025"))
    case.refresh_from_db()
    with pytest.raises(Refused):
        an_order(case=case, actor=worker)


def test_the_same_form_sent_twice_makes_one_order():
    case, key = a_case(), uuid.uuid4()
    send = {
        "actor": worker_of(case),
        "case": case,
        "proposed": proposed(),
        "today": day("2 June 2025"),
        "key": key,
    }
    order = operations.impose_order(**send)
    with pytest.raises(Repeated) as repeated:
        operations.impose_order(**send)
    assert repeated.value.result == order.subject
    assert Order.objects.count() == 1
    with pytest.raises(Refused) as refused:
        operations.impose_order(**{**send, "proposed": proposed(unpaid_work(60))})
    assert codes(refused) == {"key-reused"}


def test_a_case_out_of_sight_takes_no_order():
    outsider = a_caseworker(team=a_team("South"))
    case = a_case()
    with pytest.raises(Case.DoesNotExist):
        an_order(case=case, actor=outsider)


# --- Query --------------------------------------------------------------------------------------------------


def test_an_order_is_queried_and_the_answer_makes_it_active():
    order, manager = an_order(), a_manager()
    operations.query_order(
        actor=manager, order=order, reason="Is it 120?", today=TODAY, expected_version=order.version
    )
    order.refresh_from_db()
    assert order.queried
    operations.resolve_query(
        actor=manager, order=order, answer="Yes, 120", today=TODAY, expected_version=order.version
    )
    order.refresh_from_db()
    assert not order.queried
    assert [one.why for one in Entry.objects.filter(operation="resolve_query")] == ["Yes, 120"]


def test_only_a_queried_order_has_an_answer():
    order = an_order()
    with pytest.raises(Refused) as refused:
        operations.resolve_query(
            actor=a_manager(), order=order, answer="Yes", today=TODAY, expected_version=order.version
        )
    assert codes(refused) == {"not_queried"}


# --- Vary ---------------------------------------------------------------------------------------------------


def vary(order, kind, **more):
    order.refresh_from_db()
    given = {"decided_on": day("1 July 2025"), "today": TODAY, "expected_version": order.version, **more}
    return operations.vary_order(actor=worker_of(order.case), order=order, kind=kind, **given)


def test_an_extension_moves_the_last_day_of_unpaid_work():
    order = an_order()
    varied = vary(
        order,
        "extended",
        requirement=the_unpaid_work(order),
        last_day=day("1 March 2026"),
        reason="Work was lacking",
    )
    assert Timescale.objects.get(clause="cpo.unpaid_work").due_on == day("1 March 2026")
    assert varied.changes == {"last_day": [None, "2026-03-01"]}
    assert Entry.objects.get(operation="vary_order").why == "Work was lacking"


def test_more_hours_than_300_are_refused():
    order = an_order()
    before = everything()
    with pytest.raises(Refused):
        vary(order, "hours", requirement=the_unpaid_work(order), hours=301)
    assert everything() == before
    assert the_unpaid_work(order).hours == 120


def test_fewer_hours_may_turn_out_to_be_done():
    order = an_order(unpaid_work(60))
    work(order, "10 June 2025", 12)
    work(order, "11 June 2025", 12)
    vary(order, "hours", requirement=the_unpaid_work(order), hours=24)
    assert the_unpaid_work(order).completed_on == day("1 July 2025")


def test_a_longer_supervision_brings_further_reviews():
    order = an_order(supervision(6))
    row = order.requirements.get()
    reviews = Timescale.objects.filter(clause="cpo.review")
    assert reviews.count() == 1
    vary(order, "length", requirement=row, months=12)
    assert [one.due_on for one in reviews] == [day("2 September 2025"), day("2 December 2025")]


def test_a_requirement_is_added_and_its_work_counts_from_then():
    order = an_order(supervision(12))
    vary(order, "added", added=unpaid_work(60))
    row = the_unpaid_work(order)
    assert row.added_on == day("1 July 2025")
    assert Timescale.objects.get(clause="cpo.unpaid_work").due_on == day("30 September 2025")
    assert Timescale.objects.get(clause="cpo.placement").left_out == "added_after_imposition"


def test_a_requirement_is_removed_and_its_work_is_no_longer_due():
    order = an_order()
    vary(order, "removed", requirement=the_unpaid_work(order))
    assert the_unpaid_work(order).removed_on == day("1 July 2025")
    assert Timescale.objects.get(clause="cpo.unpaid_work").lapsed


def test_supervision_cannot_be_removed_from_what_needs_it():
    conduct = ProposedRequirement(RequirementKind.CONDUCT, months=6)
    order = an_order(supervision(12), conduct)
    with pytest.raises(Refused) as refused:
        vary(order, "removed", requirement=order.requirements.get(kind="supervision"))
    assert "supervision_missing" in codes(refused)


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        pytest.param("extended", {}, "last_day", id="an extension without a day"),
        pytest.param("hours", {}, "hours", id="hours without a number"),
        pytest.param("added", {}, "added_kind", id="nothing added"),
        pytest.param("overturned", {}, "kind", id="no such variation"),
        pytest.param(
            "extended",
            {"decided_on": date(2025, 5, 30), "last_day": date(2026, 1, 1)},
            "decided_on",
            id="before imposition",
        ),
    ],
)
def test_a_variation_says_what_it_lacks(kind, more, field):
    order = an_order()
    with pytest.raises(Refused) as refused:
        vary(order, kind, requirement=the_unpaid_work(order), **more)
    assert field in {one.field for one in refused.value.problems}


def test_a_variation_made_on_an_older_version_is_not_saved():
    order = an_order()
    vary(order, "hours", requirement=the_unpaid_work(order), hours=100)
    with pytest.raises(Stale):
        vary(order, "hours", requirement=the_unpaid_work(order), hours=80, expected_version=1)
    assert the_unpaid_work(order).hours == 100


# --- End ----------------------------------------------------------------------------------------------------


def test_an_order_ends_with_its_reason_its_day_and_its_officer():
    order = an_order(officer=a_caseworker())
    ended = operations.end_order(
        actor=worker_of(order.case),
        order=order,
        on=day("1 July 2025"),
        reason="revoked_review",
        today=TODAY,
        expected_version=order.version,
    )
    assert (ended.ended_on, ended.end_reason) == (day("1 July 2025"), "revoked_review")
    assert Allocation.objects.get(subject=order.subject).to_on == day("1 July 2025")
    assert Allocation.objects.filter(case=order.case, subject="", to_on=None).exists()
    # what was due and undone is missed; what was due later lapses
    assert Timescale.objects.get(clause="cpo.first_contact").lapsed is False
    assert Timescale.objects.get(clause="cpo.unpaid_work").lapsed is True


def test_nothing_ends_an_order_because_its_time_has_passed():
    order = an_order(imposed="3 June 2019")
    order.refresh_from_db()
    assert order.ended_on is None
    assert order in Order.objects.active(TODAY)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"reason": "transferred_out"}, "end_by_transfer", id="a transfer"),
        pytest.param({"reason": "lapsed"}, "end_reason_missing", id="no such reason"),
        pytest.param({"on": date(2025, 6, 1)}, "before_imposition", id="before imposition"),
        pytest.param({"on": date(2025, 8, 2)}, "in_the_future", id="tomorrow"),
    ],
)
def test_an_end_that_cannot_be_is_refused(more, code):
    order = an_order()
    given = {"on": day("1 July 2025"), "reason": "completed", **more}
    with pytest.raises(Refused) as refused:
        operations.end_order(
            actor=worker_of(order.case), order=order, today=TODAY, expected_version=order.version, **given
        )
    assert code in codes(refused)
    order.refresh_from_db()
    assert order.ended_on is None


def test_an_order_ends_once():
    order = an_order()
    given = {"actor": worker_of(order.case), "order": order, "reason": "completed", "today": TODAY}
    operations.end_order(on=day("1 July 2025"), expected_version=order.version, **given)
    with pytest.raises(Refused) as refused:
        operations.end_order(on=day("2 July 2025"), expected_version=order.version, **given)
    assert codes(refused) == {"order_ended"}


def test_a_transfer_out_ends_the_order_and_says_where_it_went():
    order = an_order()
    operations.transfer_order_out(
        actor=worker_of(order.case),
        order=order,
        authority="Elsewhere Council",
        replied_on=day("20 June 2025"),
        applied_on=day("24 June 2025"),
        on=day("8 July 2025"),
        today=TODAY,
        expected_version=order.version,
    )
    order.refresh_from_db()
    assert (order.ended_on, order.end_reason) == (day("8 July 2025"), "transferred_out")
    assert Entry.objects.get(operation="transfer_order_out").why == (
        "Transferred to Elsewhere Council; reply 20 June 2025; application to the court 24 June 2025"
    )


def test_a_transfer_cannot_precede_what_leads_to_it():
    order = an_order()
    with pytest.raises(Refused) as refused:
        operations.transfer_order_out(
            actor=worker_of(order.case),
            order=order,
            authority="Elsewhere Council",
            replied_on=day("20 June 2025"),
            applied_on=day("19 June 2025"),
            on=day("18 June 2025"),
            today=TODAY,
            expected_version=order.version,
        )
    assert {one.field for one in refused.value.problems} == {"applied_on", "on"}


# --- Contacts -----------------------------------------------------------------------------------------------


def test_a_contact_that_nobody_attended_is_kept_and_meets_nothing():
    order = an_order()
    operations.record_contact(
        actor=worker_of(order.case),
        order=order,
        kind="first_contact",
        on=day("3 June 2025"),
        at=time(9, 30),
        attended=False,
        today=TODAY,
    )
    assert order.contacts.get().at == time(9, 30)
    assert Timescale.objects.get(clause="cpo.first_contact").met_on is None


@pytest.mark.parametrize(
    ("on", "code"),
    [
        pytest.param("1 June 2025", "before_imposition", id="before imposition"),
        pytest.param("2 August 2025", "in_the_future", id="tomorrow"),
    ],
)
def test_a_contact_on_a_day_that_cannot_be_is_refused(on, code):
    order = an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        operations.record_contact(
            actor=worker_of(order.case),
            order=order,
            kind="supervision",
            on=day(on),
            attended=True,
            today=TODAY,
        )
    assert codes(refused) == {code}
    assert everything() == before


def test_the_same_contact_sent_twice_is_recorded_once():
    order, key = an_order(), uuid.uuid4()
    send = {
        "actor": worker_of(order.case),
        "order": order,
        "kind": "first_contact",
        "on": day("3 June 2025"),
        "attended": True,
        "today": TODAY,
        "key": key,
    }
    operations.record_contact(**send)
    with pytest.raises(Repeated):
        operations.record_contact(**send)
    assert order.contacts.count() == 1


def test_a_late_contact_may_be_explained_later():
    order = an_order()
    operations.record_contact(
        actor=worker_of(order.case),
        order=order,
        kind="first_contact",
        on=day("9 June 2025"),
        attended=True,
        today=TODAY,
        late_reason="",
    )
    assert Timescale.objects.unexplained(TODAY).filter(clause="cpo.first_contact").exists()


def test_a_reason_must_be_one_that_the_standard_takes():
    order = an_order()
    with pytest.raises(Refused) as refused:
        operations.record_contact(
            actor=worker_of(order.case),
            order=order,
            kind="first_contact",
            on=day("9 June 2025"),
            attended=True,
            today=TODAY,
            late_reason="no_suitable_work",
        )
    assert codes(refused) == {"late_reason_not_for_clause"}


# --- Unpaid work --------------------------------------------------------------------------------------------


def credited(order):
    return ledger.accounts(order.requirements.select_related("order"))[
        the_unpaid_work(order).pk
    ].minutes_credited


def test_a_session_credits_what_was_worked_and_meets_the_start():
    order = an_order()
    attendance = work(order, "10 June 2025", 7.5, placement="Harbour squad")
    assert credited(order) == 450
    assert attendance.placement == "Harbour squad"
    assert Timescale.objects.get(clause="cpo.placement").met_on == day("10 June 2025")


def test_what_is_worked_beyond_the_hours_is_kept_and_not_credited():
    order = an_order(unpaid_work(20))
    work(order, "10 June 2025", 12)
    last = work(order, "11 June 2025", 12)
    assert credited(order) == 20 * 60
    assert last.minutes_worked == 12 * 60
    assert the_unpaid_work(order).completed_on == day("11 June 2025")
    after = work(order, "12 June 2025", 3)
    assert after.lines.count() == 0
    assert the_unpaid_work(order).completed_on == day("11 June 2025")


def test_other_activity_counts_up_to_its_cap_and_starts_no_placement():
    order = an_order(unpaid_work(60))
    work(order, "10 June 2025", 12, other_activity=True)
    work(order, "11 June 2025", 12, other_activity=True)
    assert credited(order) == 18 * 60
    assert Timescale.objects.get(clause="cpo.placement").met_on is None


def test_hours_that_run_together_count_for_both_orders():
    case = a_case()
    first = an_order(unpaid_work(100), case=case, imposed="2 June 2025")
    work(first, "10 June 2025", 8)
    second = an_order(unpaid_work(60, court_directs_concurrent=True), case=case, imposed="1 July 2025")
    work(first, "2 July 2025", 8)
    assert (credited(first), credited(second)) == (16 * 60, 8 * 60)


def test_hours_that_do_not_run_together_count_for_one_order():
    case = a_case()
    first = an_order(unpaid_work(100), case=case, imposed="2 June 2025")
    second = an_order(unpaid_work(60), case=case, imposed="1 July 2025")
    work(first, "2 July 2025", 8)
    assert (credited(first), credited(second)) == (8 * 60, 0)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        pytest.param({"outcome": "attended"}, "minutes", id="attended for no time"),
        pytest.param({"outcome": "unacceptable_absence", "minutes": 60}, "minutes", id="absent and worked"),
        pytest.param({"outcome": "attended", "minutes": 1500}, "minutes", id="more than a day"),
        pytest.param({"outcome": "slept", "minutes": 60}, "outcome", id="no such outcome"),
        pytest.param(
            {"outcome": "attended", "minutes": 60, "on": date(2025, 6, 1)}, "on", id="before imposition"
        ),
        pytest.param({"outcome": "attended", "minutes": 60, "on": date(2025, 8, 2)}, "on", id="tomorrow"),
    ],
)
def test_a_session_that_cannot_be_is_refused(more, field):
    order = an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        operations.record_attendance(
            **{
                "actor": worker_of(order.case),
                "order": order,
                "on": day("10 June 2025"),
                "today": TODAY,
                **more,
            }
        )
    assert {one.field for one in refused.value.problems} == {field}
    assert everything() == before


def test_an_order_without_unpaid_work_has_no_sessions():
    order = an_order(supervision(12))
    with pytest.raises(Refused) as refused:
        work(order, "10 June 2025", 7)
    assert codes(refused) == {"no_unpaid_work"}


def test_somebody_sent_home_may_be_allowed_the_time():
    order = an_order()
    operations.record_attendance(
        actor=worker_of(order.case),
        order=order,
        on=day("10 June 2025"),
        outcome="sent_home_by_service",
        minutes=120,
        today=TODAY,
    )
    assert credited(order) == 120
    assert Timescale.objects.get(clause="cpo.placement").met_on is None


def correct(attendance, **more):
    given = {
        "on": attendance.on,
        "outcome": "attended",
        "minutes": attendance.minutes_worked,
        "reason": "Read wrongly",
        "today": TODAY,
        **more,
    }
    return operations.correct_attendance(
        actor=worker_of(attendance.order.case), attendance=attendance, **given
    )


def test_a_correction_takes_back_what_was_credited_and_keeps_both_rows():
    order = an_order()
    wrong = work(order, "10 June 2025", 8)
    right = correct(wrong, minutes=240)
    assert credited(order) == 240
    assert (right.corrects, right.correction_reason) == (wrong, "Read wrongly")
    assert [line.minutes for line in wrong.lines.all()] == [480, -480]
    assert list(Attendance.objects.standing()) == [right]
    assert Entry.objects.get(operation="correct_attendance").why == "Read wrongly"


def test_a_correction_reopens_work_that_was_not_done_after_all():
    order = an_order(unpaid_work(20))
    wrong = work(order, "10 June 2025", 20)
    assert the_unpaid_work(order).completed_on == day("10 June 2025")
    correct(wrong, minutes=600)
    assert the_unpaid_work(order).completed_on is None
    assert Timescale.objects.get(clause="cpo.unpaid_work").met_on is None


def test_a_correction_leaves_room_for_time_worked_in_excess():
    order = an_order(unpaid_work(20))
    wrong = work(order, "10 June 2025", 16)
    work(order, "11 June 2025", 12)
    correct(wrong, minutes=8 * 60)
    assert credited(order) == 20 * 60
    assert the_unpaid_work(order).completed_on == day("11 June 2025")


def test_a_correction_that_makes_the_start_an_absence_unmeets_it():
    order = an_order()
    wrong = work(order, "10 June 2025", 8)
    correct(wrong, outcome="unacceptable_absence", minutes=0)
    assert Timescale.objects.get(clause="cpo.placement").met_on is None


def test_a_session_is_corrected_once_and_with_a_reason():
    order = an_order()
    wrong = work(order, "10 June 2025", 8)
    with pytest.raises(Refused) as refused:
        correct(wrong, reason=" ")
    assert codes(refused) == {"reason_missing"}
    correct(wrong, minutes=240)
    with pytest.raises(Refused) as refused:
        correct(wrong, minutes=120)
    assert codes(refused) == {"corrected"}
    assert credited(order) == 240


# --- Requirements -------------------------------------------------------------------------------------------


def complete(row, **more):
    given = {"on": day("1 July 2025"), "today": TODAY, "expected_version": row.version, **more}
    return operations.complete_requirement(actor=worker_of(row.order.case), requirement=row, **given)


def test_a_requirement_is_completed_by_hand():
    order = an_order(supervision(12), ProposedRequirement(RequirementKind.PROGRAMME, days=10))
    row = order.requirements.get(kind="programme")
    assert complete(row).completed_on == day("1 July 2025")
    with pytest.raises(Refused) as refused:
        complete(row)
    assert codes(refused) == {"completed"}


def test_unpaid_work_is_not_completed_while_hours_are_left():
    order = an_order()
    work(order, "10 June 2025", 8)
    with pytest.raises(Refused) as refused:
        complete(the_unpaid_work(order))
    assert codes(refused) == {"hours_left"}
    assert "112 hours are still to do" in refused.value.problems[0].message


def test_unpaid_work_done_in_another_area_is_completed_by_hand():
    order = an_order(transferred_in=True)
    assert complete(the_unpaid_work(order)).completed_on == day("1 July 2025")


# --- Breach -------------------------------------------------------------------------------------------------


def a_breach(order, on="10 July 2025"):
    return operations.decide_breach(
        actor=worker_of(order.case),
        order=order,
        on=day(on),
        reason="Two absences",
        skipped_because="Warned on paper",
        today=TODAY,
    )


def test_a_breach_is_lodged_within_five_working_days_of_the_decision():
    order = an_order()
    breach = a_breach(order)
    lodged = Timescale.objects.get(clause="breach.lodged")
    assert lodged.due_on == day("17 July 2025")
    operations.lodge_breach(
        actor=worker_of(order.case),
        breach=breach,
        on=day("17 July 2025"),
        today=TODAY,
        expected_version=breach.version,
    )
    lodged.refresh_from_db()
    assert lodged.on_time is True


def test_a_breach_cannot_be_lodged_before_it_was_decided():
    order = an_order()
    breach = a_breach(order)
    with pytest.raises(Refused) as refused:
        operations.lodge_breach(
            actor=worker_of(order.case),
            breach=breach,
            on=day("9 July 2025"),
            today=TODAY,
            expected_version=breach.version,
        )
    assert codes(refused) == {"too_early"}


def test_one_breach_at_a_time():
    order = an_order()
    a_breach(order)
    with pytest.raises(Refused) as refused:
        a_breach(order, "11 July 2025")
    assert codes(refused) == {"breach_open"}


def outcome(breach, said, **more):
    breach.refresh_from_db()
    given = {
        "outcome_on": day("30 July 2025"),
        "today": TODAY,
        "expected_version": breach.version,
        **more,
    }
    return operations.record_breach_outcome(
        actor=worker_of(breach.order.case), breach=breach, outcome=said, **given
    )


def test_the_outcomes_are_those_of_the_legal_basis():
    order = an_order(
        unpaid_work(40), basis=Basis.FINE_DEFAULT, court_type=CourtType.SHERIFF_SUMMARY, fine_pounds=300
    )
    breach = a_breach(order)
    with pytest.raises(Refused) as refused:
        outcome(breach, "fined")
    assert codes(refused) == {"outcome_not_allowed_for_basis"}
    assert outcome(breach, "revoked_imprisoned").outcome == "revoked_imprisoned"
    order.refresh_from_db()
    assert order.ended_on is None


def test_a_warrant_is_not_the_last_word():
    breach = a_breach(an_order())
    outcome(breach, "warrant", outcome_on=day("20 July 2025"))
    assert outcome(breach, "fined").outcome == "fined"
    with pytest.raises(Refused) as refused:
        outcome(breach, "varied")
    assert codes(refused) == {"outcome_recorded"}


# --- Release ------------------------------------------------------------------------------------------------


def test_a_release_is_followed_by_an_interview_on_the_next_working_day():
    case = a_case()
    release = operations.record_release(
        actor=worker_of(case), case=case, licence="parole", released_on=day("6 June 2025"), today=TODAY
    )
    assert release.reference == "REL-2025-0001"
    due = Timescale.objects.get(clause="release.interview")
    assert due.due_on == day("9 June 2025")
    operations.record_release_interview(
        actor=worker_of(case),
        release=release,
        on=day("10 June 2025"),
        today=TODAY,
        late_reason="in_custody",
        expected_version=release.version,
    )
    due.refresh_from_db()
    assert (due.on_time, due.late_reason) == (False, "in_custody")


def test_an_interview_before_the_release_is_refused():
    case = a_case()
    release = operations.record_release(
        actor=worker_of(case), case=case, licence="parole", released_on=day("6 June 2025"), today=TODAY
    )
    with pytest.raises(Refused) as refused:
        operations.record_release_interview(
            actor=worker_of(case),
            release=release,
            on=day("5 June 2025"),
            today=TODAY,
            expected_version=release.version,
        )
    assert codes(refused) == {"too_early"}


# --- Roles --------------------------------------------------------------------------------------------------

WRONG_ROLE = {
    "impose_order": Role.UNPAID_WORK_SUPERVISOR,
    "query_order": Role.CASEWORKER,
    "resolve_query": Role.CASEWORKER,
    "correct_order": Role.CASEWORKER,
    "vary_order": Role.BUSINESS_SUPPORT,
    "end_order": Role.BUSINESS_SUPPORT,
    "transfer_order_out": Role.SENIOR_MANAGER,
    "complete_requirement": Role.BUSINESS_SUPPORT,
    "record_contact": Role.BUSINESS_SUPPORT,
    "record_attendance": Role.BUSINESS_SUPPORT,
    "correct_attendance": Role.SENIOR_MANAGER,
    "decide_breach": Role.UNPAID_WORK_SUPERVISOR,
    "lodge_breach": Role.UNPAID_WORK_SUPERVISOR,
    "record_breach_outcome": Role.BUSINESS_SUPPORT,
    "record_release": Role.UNPAID_WORK_SUPERVISOR,
    "record_release_interview": Role.BUSINESS_SUPPORT,
}


@pytest.mark.parametrize("name", WRONG_ROLE)
def test_a_role_that_may_not_is_refused_and_changes_nothing(name):
    order = an_order()
    session = work(order, "10 June 2025", 8)
    breach = a_breach(order)
    release = operations.record_release(
        actor=worker_of(order.case),
        case=order.case,
        licence="parole",
        released_on=day("6 June 2025"),
        today=TODAY,
    )
    on = day("1 July 2025")
    versions = {"expected_version": None, "today": TODAY}
    calls = {
        "impose_order": {"case": order.case, "proposed": proposed(), "today": TODAY},
        "query_order": {"order": order, "reason": "?", **versions},
        "resolve_query": {"order": order, "answer": "!", **versions},
        "correct_order": {"order": order, "proposed": proposed(), "reason": "Wrong", **versions},
        "vary_order": {"order": order, "kind": "hours", "hours": 100, "decided_on": on, **versions},
        "end_order": {"order": order, "on": on, "reason": "completed", **versions},
        "transfer_order_out": {"order": order, "on": on, "authority": "Elsewhere", **versions},
        "complete_requirement": {"requirement": the_unpaid_work(order), "on": on, **versions},
        "record_contact": {
            "order": order,
            "kind": "telephone",
            "on": on,
            "attended": True,
            "today": TODAY,
        },
        "record_attendance": {
            "order": order,
            "on": on,
            "outcome": "attended",
            "minutes": 60,
            "today": TODAY,
        },
        "correct_attendance": {
            "attendance": session,
            "on": on,
            "outcome": "attended",
            "minutes": 60,
            "reason": "Wrong",
            "today": TODAY,
        },
        "decide_breach": {"order": order, "on": on, "reason": "Absent", "today": TODAY},
        "lodge_breach": {"breach": breach, "on": day("11 July 2025"), **versions},
        "record_breach_outcome": {"breach": breach, "outcome": "fined", "outcome_on": on, **versions},
        "record_release": {"case": order.case, "licence": "life", "released_on": on, "today": TODAY},
        "record_release_interview": {"release": release, "on": on, **versions},
    }
    before = everything()
    with pytest.raises(PermissionDenied):
        getattr(operations, name)(actor=staff(WRONG_ROLE[name]), **calls[name])
    assert everything() == before


def test_stored_timescales_equal_derived_ones_after_all_of_it():
    from cases import timescales

    order = an_order()
    work(order, "10 June 2025", 8)
    a_breach(order)
    vary(order, "extended", requirement=the_unpaid_work(order), last_day=day("1 March 2026"))
    assert timescales.check([order.case_id]) == []
