"""Appointments: booked, moved, cancelled, and an outcome that becomes a contact or a session, once."""

import uuid
from datetime import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cases import operations as case_operations
from cases.models import CalendarDay, Entry, Limit, Role, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from orders import ledger, operations
from orders.domain.calendar_file import instant
from orders.models import Appointment, Attendance, Contact
from tests.builders import (
    a_case,
    a_caseworker,
    a_manager,
    a_team,
    an_order,
    day,
    staff,
    supervision,
    the_unpaid_work,
    unpaid_work,
    worker_of,
)

pytestmark = pytest.mark.django_db

TODAY = day("4 June 2025")  # a Wednesday
NEXT = day("11 June 2025")


@pytest.fixture
def order():
    return an_order()


def book(order, /, *, case=None, actor=None, **more):
    case = case or order.case
    given = {
        "kind": "supervision", "on": NEXT, "at": time(10), "minutes": 60, "worker": worker_of(case), "today": TODAY,
        "order": order,
    }  # fmt: skip
    return operations.book_appointment(actor=actor or worker_of(case), case=case, **{**given, **more})


def outcome(row, said="attended", **more):
    given = {"actor": worker_of(row.case), "appointment": row, "outcome": said, "today": row.on}
    return operations.record_outcome(**{**given, **more})


def messages(refused) -> list[str]:
    return [one.message for one in refused.value.problems]


def codes(refused) -> set[str]:
    return {one.code for one in refused.value.problems}


# --- Booking --------------------------------------------------------------------------------------------------


def test_an_appointment_is_booked_and_the_entry_names_it(order):
    row = book(order, place="Mill Lane", reminder="text")
    assert (row.kind, row.on, row.at, row.worker, row.outcome) == (
        "supervision",
        NEXT,
        time(10),
        worker_of(order.case),
        "",
    )
    assert Entry.objects.get(operation="book_appointment").subject == f"appointment:{row.pk}"
    assert row.series is None
    assert row.history.count() == 1


def test_a_series_leaves_out_what_the_calendar_closes(order):
    CalendarDay.objects.create(council=order.council, day=day("18 June 2025"), name="Fair", closed=True)
    council = order.council
    council.calendar_stamp = "00000000-0000-0000-0000-000000000001"
    council.save()
    order.case.council = council
    first = book(order, every_weeks=1, times=4)
    rows = Appointment.objects.order_by("on")
    assert [row.on.isoformat() for row in rows] == ["2025-06-11", "2025-06-25", "2025-07-02"]
    assert {row.series for row in rows} == {first.series}
    assert first.series is not None


def test_a_series_keeps_its_hour_when_the_clocks_change():
    order = an_order(imposed="2 March 2026")
    book(order, on=day("23 March 2026"), at=time(14), every_weeks=1, times=3, today=day("3 March 2026"))
    found = [instant(row.on, row.at).isoformat() for row in Appointment.objects.order_by("on")]
    # Winter time on the 23rd; from the 30th on, the same hour of the clock is an hour earlier in UTC.
    assert found == ["2026-03-23T14:00:00+00:00", "2026-03-30T13:00:00+00:00", "2026-04-06T13:00:00+00:00"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"on": day("3 June 2025")}, "in_the_past", id="yesterday"),
        pytest.param({"on": day("4 June 2052")}, "too_far_ahead", id="a year mistyped"),
        pytest.param({"on": day("4 June 2075")}, "too_far_ahead", id="beyond the calendar"),
        pytest.param({"minutes": 0}, "minutes_out_of_range", id="no time at all"),
        pytest.param({"minutes": 721}, "minutes_out_of_range", id="more than a day's work"),
        pytest.param({"kind": "gossip"}, "kind_missing", id="no such kind"),
        pytest.param({"order": None}, "order_missing", id="supervision under no order"),
        pytest.param({"every_weeks": 3, "times": 2}, "every_missing", id="every three weeks"),
        pytest.param({"every_weeks": 1, "times": 27}, "times_out_of_range", id="more than 26"),
        pytest.param({"every_weeks": 1, "times": 1}, "times_out_of_range", id="repeated once"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(order, more, code):
    with pytest.raises(Refused) as refused:
        book(order, **more)
    assert codes(refused) == {code}
    assert not Appointment.objects.exists()
    assert not Entry.objects.filter(operation="book_appointment").exists()


def test_today_may_be_booked_and_needs_no_order_for_a_visit(order):
    assert book(None, case=order.case, kind="home_visit", on=TODAY).order is None


def test_an_order_of_somebody_else_is_refused(order):
    other = an_order()
    with pytest.raises(Refused) as refused:
        book(other, case=order.case)
    assert codes(refused) == {"order_of_another"}


def test_an_order_that_ended_or_a_case_that_closed_has_no_more_appointments(order):
    operations.end_order(
        actor=worker_of(order.case),
        order=order,
        on=TODAY,
        reason="early_discharge",
        today=TODAY,
        expected_version=None,
    )
    with pytest.raises(Refused) as refused:
        book(order)
    assert messages(refused) == ["This order ended on 4 June 2025. Select another order"]


@pytest.mark.parametrize(
    ("requirement", "kind", "message"),
    [
        (supervision(), "unpaid_work", "This order has no unpaid work to do. Choose another kind"),
        (unpaid_work(), "review", "This order has no supervision to review. Choose another kind"),
    ],
)
def test_a_kind_that_the_order_does_not_require_is_refused(requirement, kind, message):
    with pytest.raises(Refused) as refused:
        book(an_order(requirement), kind=kind)
    assert messages(refused) == [message]


def test_nobody_is_in_two_places_at_once(order):
    book(order)
    with pytest.raises(Refused) as refused:
        book(order, kind="telephone", at=time(10, 30), worker=a_caseworker())
    assert messages(refused) == [
        "The person has another appointment on Wednesday 11 June at 10am, for 60 minutes. Choose another time"
    ]
    assert book(order, at=time(11))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            case=order.case,
            order=order,
            kind="other",
            on=NEXT,
            at=time(11),
            minutes=5,
            worker=worker_of(order.case),
        )


def test_a_cancelled_appointment_leaves_its_time_free(order):
    row = book(order)
    operations.cancel_appointment(
        actor=worker_of(order.case), appointment=row, cancelled_by="person", reason="Ill", today=TODAY
    )
    assert book(order)


def test_a_worker_twice_booked_is_a_warning_that_a_tick_passes(order):
    worker = worker_of(order.case)
    book(order)
    other = an_order(case=a_case(worker=worker))
    with pytest.raises(Refused) as refused:
        book(other, worker=worker)
    assert messages(refused) == [
        f"{worker.name} meets somebody else on Wednesday 11 June at 10am. "
        "Change it, or tick to book it all the same"
    ]
    assert {one.field for one in refused.value.problems} == {"all_the_same"}
    assert book(other, worker=worker, all_the_same=True)


def test_a_supervisor_of_unpaid_work_meets_many_at_once(order):
    worker = worker_of(order.case)
    book(order, kind="unpaid_work")
    assert book(an_order(case=a_case(worker=worker)), kind="unpaid_work", worker=worker)


@pytest.mark.parametrize(
    ("kind", "on", "warned"),
    [
        pytest.param("supervision", "7 June 2025", "Saturday", id="an office on a Saturday"),
        pytest.param("unpaid_work", "7 June 2025", "", id="unpaid work on a Saturday"),
        pytest.param("unpaid_work", "4 August 2025", "Summer Bank Holiday", id="unpaid work on a holiday"),
    ],
)
def test_a_day_on_which_the_council_is_closed_is_asked_about(order, kind, on, warned):
    if not warned:
        assert book(order, kind=kind, on=day(on))
        return
    with pytest.raises(Refused) as refused:
        book(order, kind=kind, on=day(on))
    assert codes(refused) == {"unusual"}
    assert "The council is closed" in messages(refused)[0]
    assert warned in messages(refused)[0]
    assert book(order, kind=kind, on=day(on), all_the_same=True)


def test_after_supervision_ends_is_asked_about():
    order = an_order(months=6)
    with pytest.raises(Refused, match="Supervision under this order ends on 1 December 2025"):
        book(order, on=day("2 December 2025"))
    assert book(order, on=day("28 November 2025"))


def test_who_may_not_see_the_record_meets_nobody_on_it(order):
    stranger = a_caseworker(team=a_team("South"))
    with pytest.raises(Refused) as refused:
        book(order, worker=stranger)
    assert codes(refused) == {"worker_may_not_see"}
    excluded = a_caseworker()
    Limit.objects.create(
        person=order.case.person, user=excluded, kind=Limit.Kind.EXCLUDED, reason="Neighbour"
    )
    with pytest.raises(Refused) as refused:
        book(order, worker=excluded)
    assert codes(refused) == {"worker_may_not_see"}


@pytest.mark.parametrize("role", [Role.UNPAID_WORK_SUPERVISOR, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER])
def test_only_the_office_books_moves_and_cancels(order, role):
    row, actor = book(order), staff(role)
    with pytest.raises(PermissionDenied):
        book(order, actor=actor, at=time(15))
    with pytest.raises(PermissionDenied):
        operations.cancel_appointment(
            actor=actor, appointment=row, cancelled_by="service", reason="x", today=TODAY
        )
    with pytest.raises(PermissionDenied):
        operations.reschedule_appointment(
            actor=actor, appointment=row, on=NEXT, at=time(15), minutes=60, place="", worker=row.worker,
            asked_by="service", reason="x", today=TODAY,
        )  # fmt: skip


def test_business_support_books(order):
    assert book(order, actor=staff(Role.BUSINESS_SUPPORT))


# --- Moving and cancelling --------------------------------------------------------------------------------------


def move(row, **more):
    given = {
        "actor": worker_of(row.case), "appointment": row, "on": row.on, "at": row.at, "minutes": row.minutes,
        "place": row.place, "worker": row.worker, "asked_by": "person", "reason": "At work", "today": TODAY,
    }  # fmt: skip
    return operations.reschedule_appointment(**{**given, **more})


def test_what_moves_is_a_new_appointment_and_the_old_says_why(order):
    row = book(order, note="Bring the letter", reminder="email")
    new = move(row, on=day("12 June 2025"))
    row.refresh_from_db()
    assert (row.outcome, row.moved_to, row.outcome_note, row.outcome_on) == (
        "rescheduled_by_person", new, "At work", TODAY,
    )  # fmt: skip
    assert (new.on, new.note, new.reminder, new.outcome) == (
        day("12 June 2025"),
        "Bring the letter",
        "email",
        "",
    )
    assert Entry.objects.get(operation="reschedule_appointment").why == "At work"
    assert not Contact.objects.exists()


def test_the_same_hour_with_somebody_else_is_a_move_too(order):
    row = book(order)
    assert move(row, worker=a_manager(), asked_by="service").worker != row.worker


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "same"),
        ({"on": day("12 June 2025"), "asked_by": ""}, "by_missing"),
        ({"on": day("12 June 2025"), "reason": " "}, "reason_missing"),
        ({"on": day("2 June 2025")}, "in_the_past"),
    ],
)
def test_a_move_that_says_too_little_is_refused(order, more, code):
    row = book(order)
    with pytest.raises(Refused) as refused:
        move(row, **more)
    assert code in codes(refused)
    row.refresh_from_db()
    assert (row.outcome, row.version) == ("", 1)


def test_what_has_an_outcome_is_neither_moved_cancelled_nor_recorded_again(order):
    row = outcome(book(order, on=TODAY))
    for again in (
        lambda: move(row, on=NEXT),
        lambda: outcome(row),
        lambda: operations.cancel_appointment(
            actor=worker_of(order.case), appointment=row, cancelled_by="person", reason="x", today=TODAY
        ),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert codes(refused) == {"has_outcome"}
    assert Contact.objects.count() == 1


def test_this_and_the_later_ones_of_a_series_are_cancelled_and_no_earlier_one(order):
    book(order, every_weeks=2, times=4)
    rows = list(Appointment.objects.order_by("on"))
    operations.cancel_appointment(
        actor=worker_of(order.case), appointment=rows[1], cancelled_by="service", reason="Office moves",
        today=TODAY, later=True,
    )  # fmt: skip
    assert [row.outcome for row in Appointment.objects.order_by("on")] == ["", *["cancelled_by_service"] * 3]
    assert {row.version for row in Appointment.objects.exclude(outcome="")} == {2}


def test_one_of_a_series_is_cancelled_alone(order):
    book(order, every_weeks=2, times=3)
    row = Appointment.objects.order_by("on").first()
    operations.cancel_appointment(
        actor=worker_of(order.case), appointment=row, cancelled_by="person", reason="Ill", today=TODAY
    )
    assert Appointment.objects.filter(outcome="").count() == 2


def test_a_change_made_meanwhile_is_noticed(order):
    row = book(order)
    with pytest.raises(Stale):
        outcome(row, today=NEXT, expected_version=row.version + 1)


# --- Outcomes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["first_contact", "induction", "supervision", "home_visit", "telephone", "other"]
)
@pytest.mark.parametrize(("said", "attended"), [("attended", True), ("did_not_attend", False)])
def test_an_outcome_becomes_a_contact_of_its_kind_day_and_time(order, kind, said, attended):
    row = outcome(book(order, kind=kind, on=TODAY), said, note="Spoke of work", late_reason="")
    contact = Contact.objects.get()
    assert row.contact == contact
    assert (contact.order, contact.kind, contact.on, contact.at) == (order, kind, TODAY, time(10))
    assert (contact.attended, contact.note, contact.recorded_by) == (
        attended,
        "Spoke of work",
        worker_of(order.case),
    )
    assert (row.outcome, row.outcome_note) == (said, "")


def test_a_first_contact_kept_meets_its_timescale(order):
    outcome(book(order, kind="first_contact", on=day("3 June 2025"), today=day("2 June 2025")))
    met = Timescale.objects.get(clause="cpo.first_contact")
    assert met.met_on == day("3 June 2025")


def test_an_induction_kept_late_asks_why_and_the_code_goes_to_the_figures(order):
    row = book(order, kind="induction", on=NEXT)
    with pytest.raises(Refused) as refused:
        outcome(row, late_reason=None)
    assert codes(refused) == {"late_reason_missing"}
    assert not Contact.objects.exists()
    outcome(row, late_reason="ill")
    assert Timescale.objects.get(clause="cpo.induction").late_reason == "ill"


def test_an_outcome_is_not_recorded_before_the_day(order):
    with pytest.raises(Refused) as refused:
        outcome(book(order), today=TODAY)
    assert messages(refused) == [
        "This appointment is on 11 June 2025. Record its outcome on that day or later"
    ]


def test_an_outcome_that_is_none_is_refused(order):
    with pytest.raises(Refused) as refused:
        outcome(book(order, on=TODAY), "cancelled_by_person")
    assert messages(refused) == ["Select whether the person attended"]


def test_without_an_order_the_appointment_itself_says_what_happened(order):
    row = outcome(book(None, case=order.case, kind="other", on=TODAY), note="Report interview held")
    assert (row.contact, row.outcome, row.outcome_note) == (None, "attended", "Report interview held")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("said", "minutes", "came"),
    [
        ("attended", 390, "attended"),
        ("sent_home_by_service", 60, "attended"),
        ("acceptable_absence", 0, "did_not_attend"),
        ("unacceptable_absence", 0, "did_not_attend"),
    ],
)
def test_the_outcome_of_unpaid_work_is_a_session_and_credits_its_minutes(order, said, minutes, came):
    row = outcome(book(order, kind="unpaid_work", on=TODAY), said, minutes=minutes, placement="Garden")
    session = Attendance.objects.get()
    assert (row.attendance, row.contact, row.outcome) == (session, None, came)
    assert (session.on, session.outcome, session.minutes_worked, session.placement) == (
        TODAY,
        said,
        minutes,
        "Garden",
    )
    account = ledger.accounts([the_unpaid_work(order)])[the_unpaid_work(order).pk]
    assert account.minutes_credited == minutes


def test_a_supervisor_says_that_somebody_did_not_come_and_one_absence_waits_for_a_decision(order):
    supervisor = staff(Role.UNPAID_WORK_SUPERVISOR)
    row = outcome(book(order, kind="unpaid_work", on=TODAY), "absent", actor=supervisor)
    assert row.outcome == "did_not_attend"
    assert [absence.attendance for absence in order.absences.all()] == [row.attendance]


def test_a_contact_that_was_missed_leaves_one_absence(order):
    row = outcome(book(order, on=TODAY), "did_not_attend")
    assert [absence.contact for absence in order.absences.all()] == [row.contact]


@pytest.mark.parametrize(
    ("said", "minutes", "code"),
    [
        ("attended", 0, "minutes_missing"),
        ("unacceptable_absence", 60, "minutes_of_an_absence"),
        ("recorded_in_error", 0, "outcome_missing"),
        ("did_not_attend", 0, "outcome_missing"),
    ],
)
def test_a_session_that_could_not_have_been_so_is_refused_as_the_register_refuses_it(
    order, said, minutes, code
):
    row = book(order, kind="unpaid_work", on=TODAY)
    with pytest.raises(Refused) as refused:
        outcome(row, said, minutes=minutes)
    assert code in codes(refused)
    row.refresh_from_db()
    assert (row.outcome, Attendance.objects.count()) == ("", 0)


def test_of_a_review_the_appointment_says_only_that_the_person_came(order):
    row = outcome(book(order, kind="review", on=TODAY))
    assert (row.outcome, row.contact, row.attendance) == ("attended", None, None)
    assert not Contact.objects.exists()
    assert not order.reviews.exists()


def test_an_outcome_sent_twice_is_recorded_once(order):
    row, key = book(order, on=TODAY), uuid.uuid4()
    version = row.version
    outcome(row, key=key, expected_version=version)
    with pytest.raises(Repeated):
        outcome(row, key=key, expected_version=version)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("role", [Role.BUSINESS_SUPPORT, Role.SENIOR_MANAGER])
def test_who_does_not_keep_the_register_records_no_outcome(order, role):
    row = book(order, on=TODAY)
    with pytest.raises(PermissionDenied):
        outcome(row, actor=staff(role))


# --- What is asked of them --------------------------------------------------------------------------------------


def test_what_waits_for_an_outcome_is_up_to_the_day_and_not_what_fell_away(order):
    worker = worker_of(order.case)
    before = book(order, on=TODAY)
    on_the_day = book(order, on=day("6 June 2025"))
    book(order, on=day("9 June 2025"))
    gone = book(order, on=TODAY, at=time(15))
    operations.cancel_appointment(
        actor=worker, appointment=gone, cancelled_by="person", reason="Ill", today=TODAY
    )
    rows = Appointment.objects.visible_to(worker)
    assert set(rows.waiting_for_outcome(day("6 June 2025"))) == {before, on_the_day}
    assert set(rows.waiting_for_outcome(day("5 June 2025"))) == {before}
    assert set(rows.upcoming(day("6 June 2025"))) == {
        on_the_day,
        Appointment.objects.get(on=day("9 June 2025")),
    }
    assert set(rows.on(TODAY).of_worker(worker)) == {before, gone}


def test_what_was_booked_after_the_end_of_the_order_waits_for_nothing(order):
    book(order, every_weeks=1, times=3)
    operations.end_order(
        actor=worker_of(order.case),
        order=order,
        on=NEXT,
        reason="early_discharge",
        today=NEXT,
        expected_version=None,
    )
    rows = Appointment.objects.all()
    assert [row.on for row in rows.standing()] == [NEXT]
    assert [row.on for row in rows.waiting_for_outcome(day("1 July 2025"))] == [NEXT]


def test_another_team_sees_no_appointment(order):
    row = book(order)
    assert not Appointment.objects.visible_to(a_manager(team=a_team("South"))).exists()
    assert row in Appointment.objects.visible_to(a_caseworker())


def broken(**more):
    order = an_order()
    given = {
        "case": order.case, "order": order, "kind": "supervision", "on": NEXT, "at": time(10), "minutes": 60,
        "worker": worker_of(order.case),
    }  # fmt: skip
    return {**given, **more}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"order": None}, id="supervision without an order"),
        pytest.param({"minutes": 0}, id="that does not last"),
        pytest.param({"outcome": "attended"}, id="an outcome nobody recorded"),
        pytest.param({"outcome_on": NEXT}, id="a day of no outcome"),
    ],
)
def test_the_database_keeps_what_it_can(more):
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(**broken(**more))


def test_the_database_keeps_a_contact_to_an_outcome(order):
    contact = operations.record_contact(
        actor=worker_of(order.case), order=order, kind="other", on=TODAY, attended=True, today=TODAY
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(**broken(contact=contact))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            **broken(
                contact=contact,
                kind="review",
                outcome="attended",
                outcome_on=NEXT,
                outcome_by=worker_of(order.case),
            )
        )


def test_nothing_is_booked_on_a_case_that_is_closed():
    case, manager = a_case(), a_manager()
    case_operations.close_case(
        actor=manager, case=case, on=TODAY, reason="Done", expected_version=case.version
    )
    case.refresh_from_db()
    with pytest.raises(Refused) as refused:
        operations.book_appointment(
            actor=manager,
            case=case,
            kind="other",
            on=NEXT,
            at=time(10),
            minutes=30,
            worker=manager,
            today=TODAY,
        )
    assert "case_closed" in codes(refused)
