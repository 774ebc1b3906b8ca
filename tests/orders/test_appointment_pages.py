"""The pages of appointments: who may open them, what they save and say, and the file for a calendar."""

import re
import uuid
from datetime import time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import operations as case_operations
from cases.models import CalendarDay, Consultation, Role
from orders import operations
from orders.models import Appointment, Attendance, Contact
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("4 June 2025")


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel("2025-06-04T09:00:00+01:00"):
        yield


@pytest.fixture
def order():
    return an_order()


@pytest.fixture
def worker(client, order):
    user = worker_of(order.case)
    client.force_login(user)
    return user


def booked(order, **more):
    case = more.pop("case", None) or order.case
    given = {
        "kind": "supervision", "on": TODAY, "at": time(10), "minutes": 60, "worker": worker_of(case), "today": TODAY,
        "order": order, "all_the_same": True,
    }  # fmt: skip
    return operations.book_appointment(actor=worker_of(case), case=case, **{**given, **more})


def text_of(answer) -> str:
    body = answer.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[body.index("<main") :]))


def send(client, name, key, /, query="", **fields):
    return client.post(
        f"{reverse(name, args=[key])}{query}", {"key": str(uuid.uuid4()), **fields}, follow=True
    )


def form_for(order, worker, /, **more):
    given = {
        "kind": "supervision", "order": str(order.pk), "on": "11/6/25", "at": "1430", "minutes": "45",
        "place": "Mill Lane", "worker": worker.pk, "every_weeks": "", "times": "", "reminder": "none", "note": "",
    }  # fmt: skip
    return {**given, **more}


# --- Booking --------------------------------------------------------------------------------------------------


def test_the_form_suggests_the_only_order_and_who_holds_the_case_and_no_kind(client, order, worker):
    form = client.get(reverse("book_appointment", args=[order.case_id])).context["form"]
    assert form["order"].value() == str(order.pk)
    assert form["worker"].value() == worker.pk
    assert form["kind"].value() is None
    assert form["on"].value() is None
    assert form["at"].value() is None


def test_of_several_orders_none_is_chosen_but_the_one_asked_for(client, order, worker):
    other = an_order(case=order.case, imposed="3 June 2025")
    page = reverse("book_appointment", args=[order.case_id])
    assert client.get(page).context["form"]["order"].value() is None
    assert client.get(page, {"order": other.pk}).context["form"]["order"].value() == str(other.pk)
    assert client.get(page, {"order": an_order().pk}).context["form"]["order"].value() is None


def test_somebody_without_an_order_is_offered_only_what_needs_none(client):
    case = a_case()
    client.force_login(worker_of(case))
    form = client.get(reverse("book_appointment", args=[case.pk])).context["form"]
    assert [value for value, _ in form.fields["kind"].choices] == ["home_visit", "telephone", "other"]
    assert "order" not in form.fields


def test_only_kinds_that_the_orders_require_are_offered(client):
    order = an_order(hours=100)
    client.force_login(worker_of(order.case))
    form = client.get(reverse("book_appointment", args=[order.case_id])).context["form"]
    assert "unpaid_work" in dict(form.fields["kind"].choices)
    assert "review" not in dict(form.fields["kind"].choices)


def test_an_appointment_is_booked_with_everything_typed_as_people_type(client, order, worker):
    answer = send(client, "book_appointment", order.case_id, **form_for(order, worker, reminder="text"))
    row = Appointment.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("appointment", args=[row.pk])
    assert (row.on, row.at, row.minutes, row.order) == (day("11 June 2025"), time(14, 30), 45, order)
    said = text_of(answer)
    assert "The appointment is booked" in said
    assert "you have an appointment on Wednesday 11 June at 2:30pm at Mill Lane" in said
    assert "It will not be sent unless the person asks for reminders by text message" in said


def test_the_days_left_out_of_a_series_are_told(client, order, worker):
    CalendarDay.objects.create(council=order.council, day=day("18 June 2025"), name="Fair", closed=True)
    order.council.calendar_stamp = uuid.uuid4()
    order.council.save()
    sent = form_for(order, worker, every_weeks="1", times="4")
    said = text_of(send(client, "book_appointment", order.case_id, **sent))
    assert "3 appointments are booked, to Wednesday 2 July" in said
    assert "Left out, because the council is closed: Wednesday 18 June (Fair)" in said
    assert "The others of the series" in said


def test_what_is_unusual_shows_a_box_to_tick_and_not_before(client, order, worker):
    page = reverse("book_appointment", args=[order.case_id])
    assert "Book it all the same" not in client.get(page).content.decode()
    answer = send(client, "book_appointment", order.case_id, **form_for(order, worker, on="7 6 2025"))
    assert answer.status_code == 422
    assert "The council is closed on Saturday 7 June (Saturday)" in text_of(answer)
    assert "Book it all the same" in answer.content.decode()
    again = form_for(order, worker, on="7 6 2025", all_the_same="on")
    assert send(client, "book_appointment", order.case_id, **again).status_code == 200
    assert Appointment.objects.get().on == day("7 June 2025")


@pytest.mark.parametrize(
    ("more", "field", "message"),
    [
        ({"at": "2"}, "at", "Time must say morning or afternoon: enter 2am or 2pm"),
        ({"on": "3 6 2025"}, "on", "Choose today or a later day"),
        ({"order": "none"}, "order", "Select the order that this appointment is for"),
        ({"kind": ""}, "kind", "Select the kind of appointment"),
        ({"every_weeks": "1"}, "times", "Enter how many appointments in all, between 2 and 26"),
        ({"times": "4"}, "every_weeks", "Select how often it is repeated"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, order, worker, more, field, message):
    answer = send(client, "book_appointment", order.case_id, **form_for(order, worker, **more))
    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert not Appointment.objects.exists()


def test_alerts_stand_over_the_form(client, order, worker):
    case_operations.raise_alert(
        actor=worker, case=order.case, kind="risk_to_staff", text="Two to visit", from_on=TODAY
    )
    assert "Two to visit" in client.get(reverse("book_appointment", args=[order.case_id])).content.decode()


# --- Changes to one ---------------------------------------------------------------------------------------------


def test_an_appointment_is_rescheduled_from_its_form(client, order, worker):
    row = booked(order)
    form = client.get(reverse("reschedule_appointment", args=[row.pk])).context["form"]
    assert (form["on"].value(), form["at"].value(), form["worker"].value()) == (TODAY, "10:00", worker.pk)
    sent = {
        "on": "5 6 25",
        "at": "half past 9",
        "minutes": "60",
        "place": "",
        "worker": worker.pk,
        "version": row.version,
    }
    answer = send(client, "reschedule_appointment", row.pk, asked_by="person", reason="At work", **sent)
    new = Appointment.objects.get(outcome="")
    assert answer.redirect_chain[-1][0] == reverse("appointment", args=[new.pk])
    assert (new.on, new.at) == (day("5 June 2025"), time(9, 30))
    old = text_of(client.get(reverse("appointment", args=[row.pk])))
    assert "Rescheduled by the person" in old
    assert "At work" in old


def test_a_series_is_cancelled_from_one_on_when_the_box_is_ticked(client, order, worker):
    booked(order, every_weeks=1, times=3)
    row = Appointment.objects.order_by("on")[0]
    assert (
        "Cancel the 2 after it in the series too"
        in client.get(reverse("cancel_appointment", args=[row.pk])).content.decode()
    )
    send(
        client,
        "cancel_appointment",
        row.pk,
        cancelled_by="service",
        reason="Moved",
        later="on",
        version=row.version,
    )
    assert not Appointment.objects.filter(outcome="").exists()


def test_a_single_appointment_is_not_asked_about_its_series(client, order, worker):
    assert (
        "later"
        not in client.get(reverse("cancel_appointment", args=[booked(order).pk])).context["form"].fields
    )


def test_an_outcome_is_recorded_and_goes_back_to_the_list_it_came_from(client, order, worker):
    row = booked(order)
    answer = send(
        client, "record_outcome", row.pk, "?from=diary", outcome="attended", note="", version=row.version
    )
    assert answer.redirect_chain[-1][0] == reverse("diary")
    assert Contact.objects.get().attended is True


def test_nowhere_else_is_gone_back_to_than_to_a_list_of_ours(client, order, worker):
    row = booked(order)
    sent = {"outcome": "attended", "note": "", "version": row.version}
    answer = send(client, "record_outcome", row.pk, "?from=https://elsewhere.invalid/", **sent)
    assert answer.redirect_chain[-1][0] == reverse("case", args=[order.case_id])


def test_after_a_review_that_was_kept_comes_the_form_of_the_review(client, order, worker):
    row = booked(order, kind="review")
    answer = send(client, "record_outcome", row.pk, outcome="attended", note="", version=row.version)
    assert answer.redirect_chain[-1][0] == reverse("hold_review", args=[order.pk])
    assert "The outcome was recorded" in text_of(answer)


def test_the_outcome_of_unpaid_work_asks_for_hours_and_fills_in_none(client, order, worker):
    row = booked(order, kind="unpaid_work", place="Garden")
    form = client.get(reverse("record_outcome", args=[row.pk])).context["form"]
    assert (form["hours"].value(), form["minutes"].value(), form["outcome"].value()) == (None, None, None)
    assert form["placement"].value() == "Garden"
    sent = {
        "outcome": "attended",
        "hours": "6",
        "minutes": "30",
        "placement": "Garden",
        "version": row.version,
    }
    send(client, "record_outcome", row.pk, **sent)
    assert Attendance.objects.get().minutes_worked == 390


def test_a_supervision_appointment_asks_for_no_hours(client, order, worker):
    form = client.get(reverse("record_outcome", args=[booked(order).pk])).context["form"]
    assert set(form.fields) == {"version", "key", "outcome", "late_reason", "note"}
    assert dict(form.fields["outcome"].choices) == {
        "attended": "Attended",
        "did_not_attend": "Did not attend",
    }


def test_headings_that_nobody_wrote_under_are_not_kept(client, order, worker):
    row = booked(order, kind="home_visit")
    begun = client.get(reverse("record_outcome", args=[row.pk])).context["form"]["note"].value()
    assert begun.startswith("Who was there")
    send(client, "record_outcome", row.pk, outcome="did_not_attend", note=begun, version=row.version)
    assert Contact.objects.get().note == ""


def test_a_home_visit_is_a_contact_of_its_kind(client, order, worker):
    page = client.get(reverse("record_home_visit", args=[order.pk])).context["form"]
    assert "kind" not in page.fields
    assert "The home and who lives there" in page["note"].value()
    sent = {"on": "4 6 2025", "at": "11am", "attended": "yes", "note": page["note"].value() + "\nWe talked"}
    answer = send(client, "record_home_visit", order.pk, **sent)
    assert answer.redirect_chain[-1][0] == reverse("order", args=[order.pk])
    contact = Contact.objects.get()
    assert (contact.kind, contact.at, contact.attended) == ("home_visit", time(11), True)
    assert contact.note.endswith("We talked")


# --- Who may ----------------------------------------------------------------------------------------------------

PAGES = (
    "appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "record_outcome",
    "appointment_calendar",
)


def test_what_another_team_holds_does_not_exist(client, order):
    row = booked(order)
    client.force_login(a_manager(team=a_team("South")))
    for name in PAGES:
        assert client.get(reverse(name, args=[row.pk])).status_code == 404, name
    assert client.get(reverse("book_appointment", args=[order.case_id])).status_code == 404
    assert client.get("/api/v1/appointments/").json()["count"] == 0


def test_each_look_is_logged_and_a_file_as_taken_away(client, order, worker):
    row = booked(order)
    for name in PAGES:
        before = Consultation.objects.filter(user=worker, case=order.case).count()
        assert client.get(reverse(name, args=[row.pk])).status_code == 200, name
        assert Consultation.objects.filter(user=worker, case=order.case).count() == before + 1, name
    assert Consultation.objects.filter(page="appointment_calendar", kind="export").count() == 1


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.UNPAID_WORK_SUPERVISOR, ("record_outcome",), ("reschedule_appointment", "cancel_appointment")),
        (Role.BUSINESS_SUPPORT, ("reschedule_appointment", "cancel_appointment"), ("record_outcome",)),
        (Role.SENIOR_MANAGER, (), ("reschedule_appointment", "cancel_appointment", "record_outcome")),
    ],
)
def test_a_role_sees_what_it_may_do_and_is_refused_the_rest(client, order, role, may, may_not):
    row = booked(order)
    client.force_login(staff(role))
    page = client.get(reverse("appointment", args=[row.pk])).content.decode()
    for name in may:
        assert client.get(reverse(name, args=[row.pk])).status_code == 200, name
        assert reverse(name, args=[row.pk]) in page, name
    for name in may_not:
        assert client.get(reverse(name, args=[row.pk])).status_code == 403, name
        assert reverse(name, args=[row.pk]) not in page, name


def test_the_order_and_the_case_show_the_appointment_with_its_links(client, order, worker):
    row = booked(order)
    for page in (reverse("order", args=[order.pk]), reverse("case", args=[order.case_id])):
        body = client.get(page).content.decode()
        for name in PAGES:
            assert reverse(name, args=[row.pk]) in body, name
        assert reverse("book_appointment", args=[order.case_id]) in body


# --- The file for a calendar --------------------------------------------------------------------------------------


def test_the_file_holds_the_instant_a_reference_and_a_kind_and_nothing_of_the_person(client, order, worker):
    row = booked(order, kind="home_visit", place="12 Harbour Street", note="Beware of the dog")
    answer = client.get(reverse("appointment_calendar", args=[row.pk]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    assert "DTSTART:20250604T090000Z" in text  # ten o'clock in summer
    assert f"SUMMARY:Appointment {order.case.person.reference}: Home visit" in text
    for private in (
        order.case.person.family_name,
        order.case.person.given_name,
        "Harbour",
        "dog",
        "LOCATION",
    ):
        assert private not in text


def test_the_file_of_a_series_holds_what_is_still_to_be_kept(client, order, worker):
    row = booked(order, every_weeks=1, times=3)
    last = Appointment.objects.order_by("on").last()
    operations.cancel_appointment(
        actor=worker, appointment=last, cancelled_by="person", reason="Ill", today=TODAY
    )
    page = reverse("appointment_calendar", args=[row.pk])
    assert client.get(page).content.decode().count("BEGIN:VEVENT") == 1
    assert client.get(page, {"series": 1}).content.decode().count("BEGIN:VEVENT") == 2
    cancelled = client.get(reverse("appointment_calendar", args=[last.pk])).content.decode()
    assert "STATUS:CANCELLED" in cancelled
    assert "SEQUENCE:1" in cancelled


# --- Lists --------------------------------------------------------------------------------------------------------


def waiting(order, days, **more):
    on = TODAY - timedelta(days=days)
    return booked(order, on=on, today=on, **more)


def test_a_caseworker_records_their_own_outcomes_the_oldest_first(client, worker):
    old = an_order(case=a_case(worker=worker, family_name="Elder"), imposed="2 May 2025")
    new = an_order(case=a_case(worker=worker, family_name="Newer"), imposed="2 May 2025")
    theirs = an_order(case=a_case(family_name="Another"), imposed="2 May 2025")
    waiting(new, 1)
    waiting(old, 9)
    waiting(theirs, 3)
    said = text_of(client.get(reverse("outcomes")))
    assert said.index("Elder") < said.index("Newer")
    assert "Another" not in said
    client.force_login(a_manager())
    assert "Another" in text_of(client.get(reverse("outcomes")))
    narrowed = text_of(client.get(reverse("outcomes"), {"worker": worker.pk}))
    assert "Another" not in narrowed.split("Apply filters")[1]
    assert client.get(reverse("outcomes_csv")).status_code == 200


def test_the_diary_shows_two_weeks_with_what_must_be_known_beside_each(client, order, worker):
    case = order.case
    booked(order)
    booked(order, on=day("18 June 2025"), kind="telephone")
    booked(order, on=day("19 June 2025"), kind="home_visit")
    for kind, text in (
        ("risk_to_staff", "Two to visit"),
        ("adjustment", "Large print"),
        ("health", "Asthma"),
    ):
        case_operations.raise_alert(actor=worker, case=case, kind=kind, text=text, from_on=TODAY)
    said = text_of(client.get(reverse("diary")))
    assert "Today, Wednesday 4 June 2025" in said
    assert "Wednesday 18 June 2025" in said
    assert "19 June" not in said
    assert said.count("Two to visit") == said.count("Large print") == 2
    assert "Asthma" not in said
    looked = Consultation.objects.filter(user=worker, page="diary").latest("at")
    assert looked.cases == [case.pk]


def test_the_diary_makes_as_many_queries_for_ten_as_for_one(client, order, worker):
    booked(order)
    client.get(reverse("diary"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("diary"))
    for number in range(9):
        other = an_order(case=a_case(worker=worker))
        booked(other, at=time(11), kind="telephone", on=TODAY + timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("diary"))
    assert len(few) == len(many)


def test_nothing_booked_says_where_to_book(client, worker):
    assert "Book one on the person's page" in text_of(client.get(reverse("diary")))


def test_a_supervisor_sees_whose_attendance_is_to_be_recorded_today(client, order):
    here = booked(order, kind="unpaid_work", place="Garden")
    other = an_order(case=a_case(family_name="Done"))
    done = booked(other, kind="unpaid_work", place="Garden")
    supervisor = staff(Role.UNPAID_WORK_SUPERVISOR)
    operations.record_outcome(actor=supervisor, appointment=done, outcome="attended", minutes=60, today=TODAY)
    client.force_login(supervisor)
    answer = client.get(reverse("unpaid_work_today"))
    said = text_of(answer)
    assert "2 expected, 1 to record" in said
    assert "10am, Garden" in said
    assert "Done" in said
    assert "Attended" in said
    body = answer.content.decode()
    assert f"{reverse('record_outcome', args=[here.pk])}?from=today" in body
    assert reverse("record_outcome", args=[done.pk]) not in body


def test_somebody_who_came_without_a_booking_is_found_and_recorded(client, order):
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR))
    page = reverse("unpaid_work_today")
    assert client.post(page, {"text": ""}).context["form"].errors
    answer = client.post(page, {"text": order.case.person.family_name})
    address = f"{reverse('record_attendance', args=[order.pk])}?from=today"
    assert address in answer.content.decode()
    assert "Nobody your team holds" in text_of(client.post(page, {"text": "Nobody"}))
    sent = {"on": "4 6 2025", "outcome": "attended", "hours": "5", "key": str(uuid.uuid4())}
    assert client.post(address, sent)["Location"] == page
    assert Attendance.objects.get().minutes_worked == 300
    assert order.case.person.family_name not in page


@pytest.mark.parametrize("role", [Role.BUSINESS_SUPPORT, Role.SENIOR_MANAGER, Role.ADMINISTRATOR])
def test_who_keeps_no_register_has_no_page_of_today(client, order, role):
    client.force_login(staff(role))
    assert client.get(reverse("unpaid_work_today")).status_code == 403


def test_today_holds_only_what_the_team_may_see(client, order):
    booked(order, kind="unpaid_work")
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR, team=a_team("South")))
    assert "0 expected" in text_of(client.get(reverse("unpaid_work_today")))


# --- By program ---------------------------------------------------------------------------------------------------


def test_a_program_books_and_records(client, order, worker):
    body = {
        "kind": "supervision", "order": order.pk, "on": "2025-06-04", "at": "14:30", "minutes": 30, "worker": worker.pk,
    }  # fmt: skip
    address = f"/api/v1/cases/{order.case_id}/appointments/"
    made = client.post(address, body, content_type="application/json")
    assert made.status_code == 201, made.content
    row = Appointment.objects.get()
    assert made.json() == {"made": f"appointment:{row.pk}", "version": 1}
    read = client.get(f"/api/v1/appointments/{row.pk}/").json()
    assert (read["at"], read["order"], read["outcome"]) == ("14:30:00", order.pk, "")
    done = client.post(
        f"/api/v1/appointments/{row.pk}/outcome/",
        {"outcome": "attended"},
        content_type="application/json",
        headers={"if-match": "1"},
    )
    assert done.status_code == 201, done.content
    assert Contact.objects.get().order == order
    refused = client.post(
        f"/api/v1/appointments/{row.pk}/outcome/", {"outcome": "attended", "hours": 3},
        content_type="application/json", headers={"if-match": "2"},
    )  # fmt: skip
    assert refused.json() == {"hours": ["This is not a field of this operation"]}


def test_a_caseworker_of_the_team_may_be_named(client, order, worker):
    other = a_caseworker()
    send(client, "book_appointment", order.case_id, **form_for(order, other))
    assert Appointment.objects.get().worker == other
