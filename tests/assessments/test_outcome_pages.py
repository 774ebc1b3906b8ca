"""The pages of outcomes and feedback: who opens them, what they say, and the one that is open to whoever has a link."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import operations
from assessments.domain.outcomes import Answer, edition_on
from assessments.models import Feedback, FeedbackRequest, OutcomeReading
from assessments.views.outcome_forms import FeedbackForm, OutcomesForm
from cases import chronology
from cases.models import Consultation, Role
from orders import operations as order_operations
from performance.domain.period import Quarter
from tests.builders import a_case, a_manager, a_team, an_order, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
IMPOSED = TODAY - timedelta(days=60)
MEASURES = edition_on(TODAY).measures


@pytest.fixture(autouse=True)
def nobody_asked_before():
    cache.clear()


@pytest.fixture
def order():
    return an_order(case=a_case(opened=IMPOSED), imposed=IMPOSED)


@pytest.fixture
def worker(client, order):
    user = worker_of(order.case)
    client.force_login(user)
    return user


def page(name, order, *more):
    return reverse(name, args=[order.pk, *more])


def filled(on=TODAY, **changed):
    """The form with every measure answered."""
    answers = {key: "given" if one.is_score else "2" for key, one in MEASURES.items()}
    return {
        "on_day": on.day, "on_month": on.month, "on_year": on.year, "by": "person", "lscmi_total_score": "20",
        **answers, **changed,
    }  # fmt: skip


def read(order, point, on, value, score):
    operations.record_outcomes(
        actor=worker_of(order.case), order=order, point=point, on=on, by="person", today=TODAY,
        readings={
            key: Answer("given", score if one.is_score else min(value, one.highest)) for key, one in MEASURES.items()
        },
    )  # fmt: skip


def text_of(answer) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# --- Readings -------------------------------------------------------------------------------------------------


def test_the_readings_stand_side_by_side_with_what_became_of_each_in_words(client, worker, order):
    read(order, "start", IMPOSED, 2, 24)
    read(order, "review", IMPOSED + timedelta(days=30), 3, 24)
    read(order, "end", TODAY, 4, 18)
    answer = client.get(page("order_outcomes", order))
    said = text_of(answer)
    assert said.count("Better") == len(MEASURES) - 1  # a GP had been found before the review: all of 2 steps
    assert "Registered with a GP Yes Yes Yes The same" in said
    assert "LS/CMI total score 24 24 18 Better" in said
    assert answer.content.decode().count('id="course-') == 2 * len(MEASURES)  # a title and a description
    assert "Fell from 24 in" in said
    assert Consultation.objects.filter(case=order.case, page="outcomes").exists()


def test_nothing_measured_says_what_to_do_and_by_when(client, worker, order):
    said = text_of(client.get(page("order_outcomes", order)))
    assert "Nothing is measured yet. Record the outcomes at the start" in said
    assert f"Was due by {(IMPOSED + timedelta(weeks=6)):%-d %B %Y}" in said
    assert "When the order ends" in said


def test_the_order_leads_to_its_outcomes(client, worker, order):
    assert page("order_outcomes", order) in client.get(page("order", order)).content.decode()


def test_one_form_records_every_measure_of_a_point(client, worker, order):
    answer = client.post(
        page("record_outcomes", order, "start"), filled(gp="declined", wellbeing="not_asked")
    )
    assert answer["Location"] == page("order_outcomes", order)
    rows = {row.measure: row for row in OutcomeReading.objects.all()}
    assert {rows[key].answer for key in ("gp", "wellbeing")} == {"declined", "not_asked"}
    assert (rows["lscmi_total"].value, rows["alcohol_drugs"].value) == (20, 2)


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"gp": ""}, "gp", "Select an answer for “Registered with a GP”, or that it was declined or not asked"),
        ({"lscmi_total_score": "44"}, "lscmi_total_score", "Enter a number from 0 to 43 for “LS/CMI total score”"),
        ({"lscmi_total_score": ""}, "lscmi_total_score", "Enter a number from 0 to 43 for “LS/CMI total score”"),
        ({"by": ""}, "by", "Select whose answers these are"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(client, worker, order, changed, field, message):
    answer = client.post(page("record_outcomes", order, "start"), filled(**changed))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]
    assert not OutcomeReading.objects.exists()


def test_a_score_is_suggested_from_the_assessment_and_not_filled_in(client, worker, order):
    operations.complete_assessment(
        actor=worker, order=order, tool="ls_cmi", completed_on=IMPOSED, today=TODAY, total=23
    )
    answer = client.get(page("record_outcomes", order, "start"))
    assert f"The LS/CMI completed on {IMPOSED:%-d %B %Y} gave 23." in text_of(answer)
    assert 'value="23"' not in answer.content.decode()


def test_what_stands_is_shown_and_may_be_left(client, worker, order):
    read(order, "start", IMPOSED, 2, 24)
    address = page("record_outcomes", order, "start")
    assert f"Recorded on {IMPOSED:%-d %B %Y}: Bad. Leave empty to keep it." in text_of(client.get(address))
    only = dict.fromkeys(MEASURES, "") | {"wellbeing": "4"}
    assert client.post(address, filled(IMPOSED, **only)).status_code == 302
    assert OutcomeReading.objects.standing().get(measure="wellbeing").value == 4


def test_a_form_asks_what_its_edition_has_and_nothing_that_came_later():
    edition = edition_on(TODAY)
    older = replace(
        edition,
        measures={"gp": edition.measures["gp"]},
        questions={"respect": edition.questions["respect"]},
    )
    assert set(OutcomesForm(edition=older).fields) == {"version", "key", "on", "by", "gp"}
    assert list(FeedbackForm(edition=older).fields) == ["version", "key", "respect", "comment", "named"]


def test_there_is_no_other_point_of_an_order(client, worker, order):
    assert client.get(page("record_outcomes", order, "middle")).status_code == 404


@pytest.mark.parametrize(
    ("role", "team", "status"),
    [
        (Role.CASEWORKER, "North", 200),
        (Role.CASEWORKER, "South", 404),
        (Role.BUSINESS_SUPPORT, "North", 403),
        (Role.PERFORMANCE_OFFICER, "North", 403),
        (Role.ADMINISTRATOR, "North", 404),
    ],
)
def test_who_may_open_the_form(client, order, role, team, status):
    client.force_login(staff(role, team=a_team(team)))
    assert client.get(page("record_outcomes", order, "start")).status_code == status


def test_a_program_records_them_by_the_same_form(client, worker, order):
    given = {
        "on": TODAY.isoformat(), "by": "worker", "lscmi_total_score": 20,
        **{key: "given" if one.is_score else "not_asked" for key, one in MEASURES.items()},
    }  # fmt: skip
    answer = client.post(f"/api/v1/orders/{order.pk}/outcomes/start/", given, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert OutcomeReading.objects.count() == len(MEASURES)


def test_the_chronology_tells_of_readings_and_of_the_link_and_not_of_what_was_said(worker, order):
    read(order, "start", IMPOSED, 2, 24)
    _, token = operations.send_feedback_link(actor=worker, order=order, channel="paper", today=TODAY)
    operations.give_feedback(token=token, named=True, answers={"respect": 3}, comment="Too slow", today=TODAY)
    told = {event.title: event for event in chronology.events(order.case, worker)}
    assert "LS/CMI total score: 24" in told["Outcomes recorded at the start"].text
    assert told["Asked for their views: address handed over on paper"].by == worker.name
    assert "Too slow" not in str(told)


# --- The link -------------------------------------------------------------------------------------------------


def link(order) -> str:
    _, token = operations.send_feedback_link(
        actor=worker_of(order.case), order=order, channel="paper", today=TODAY
    )
    return reverse("feedback", args=[token])


def test_the_address_is_shown_once_to_who_made_it(client, worker, order):
    answer = client.post(page("send_feedback_link", order), {"channel": "paper"})
    assert answer.status_code == 200
    address = re.search(r"http://testserver(/feedback/[^/]+/)", answer.content.decode())
    assert address is not None
    assert Client().get(address[1]).status_code == 200
    assert address[1] not in client.get(page("order_outcomes", order)).content.decode()


def test_the_questionnaire_opens_for_whoever_has_the_link_and_names_nobody(order):
    answer = Client().get(link(order))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, private"
    assert "script-src" in answer["Content-Security-Policy"]
    for hidden in (order.case.person.family_name, order.case.person.given_name, order.reference):
        assert hidden not in html
    assert "csrfmiddlewaretoken" in html


def test_it_is_answered_once_and_then_closed(order):
    address, stranger = link(order), Client()
    answer = stranger.post(address, {"named": "no", "respect": "1", "comment": "Thank you"}, follow=True)
    assert "Your answers were sent" in text_of(answer)
    row = Feedback.objects.get()
    assert (row.order, row.answers, row.comment) == (None, {"respect": 1}, "Thank you")
    again = stranger.post(address, {"named": "no", "respect": "2"})
    assert again.status_code == 404
    assert Feedback.objects.count() == 1


def test_used_expired_and_wrong_links_are_answered_alike(order):
    """Byte for byte, but for the numbers that every answer carries."""
    used, stranger = link(order), Client()
    stranger.post(used, {"named": "yes", "respect": "1"})
    other = an_order(case=a_case(opened=IMPOSED), imposed=IMPOSED)
    expired = link(other)
    FeedbackRequest.objects.filter(order=other).update(
        asked_on=TODAY - timedelta(days=40), expires_on=TODAY - timedelta(days=1)
    )
    wrong = reverse("feedback", args=["x" * 32])
    answers = [
        (method(address).status_code, re.sub(r'nonce="[^"]+"', "", method(address).content.decode()))
        for address in (used, expired, wrong)
        for method in (stranger.get, lambda address: stranger.post(address, {"named": "no", "respect": "1"}))
    ]
    assert {status for status, _ in answers} == {404}
    assert len({html for _, html in answers}) == 1
    assert Feedback.objects.count() == 1


def test_a_forged_form_is_refused(order):
    answer = Client(enforce_csrf_checks=True).post(link(order), {"named": "no", "respect": "1"})
    assert answer.status_code == 403
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"respect": "1"}, "named", "Select whether we may keep your answers with your order"),
        ({"named": "no"}, "respect", "Answer at least one question, or write something in the last box"),
        ({"named": "no", "respect": "9"}, "respect", "Choose this from those listed"),
    ],
)
def test_what_is_wrong_with_the_questionnaire_is_said_and_the_link_stays_good(order, sent, field, message):
    address = link(order)
    answer = Client().post(address, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]
    assert Client().get(address).status_code == 200


def test_one_address_may_not_ask_too_often(order, settings):
    settings.FEEDBACK_TRIES_A_MINUTE = 3
    wrong, stranger = reverse("feedback", args=["x" * 32]), Client()
    assert [stranger.get(wrong).status_code for _ in range(5)] == [404, 404, 404, 429, 429]
    assert Client(REMOTE_ADDR="10.0.0.9").get(wrong).status_code == 404


def test_a_paper_questionnaire_is_entered_by_a_colleague(client, order):
    client.force_login(staff(Role.BUSINESS_SUPPORT))
    answer = client.post(page("record_feedback", order), {"named": "yes", "respect": "1"})
    assert answer["Location"] == page("order_outcomes", order)
    assert Feedback.objects.get().order == order


def test_the_worker_is_told_to_ask_a_colleague(client, worker, order):
    answer = client.post(page("record_feedback", order), {"named": "yes", "respect": "1"})
    assert "Ask a colleague who did not work with this person to enter it: you did" in text_of(answer)


# --- What people said -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.FIRST_LINE_MANAGER, 200),
        (Role.PERFORMANCE_OFFICER, 200),
        (Role.CASEWORKER, 403),
        (Role.SENIOR_MANAGER, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_who_reads_what_people_said(client, role, status):
    client.force_login(staff(role))
    assert client.get(reverse("feedback_answers")).status_code == status


def quarter_of_today() -> str:
    return str(Quarter.of(TODAY))


def test_what_people_said_is_counted_and_listed_and_who_looked_is_logged(client, order):
    Client().post(link(order), {"named": "yes", "respect": "1", "comment": "Thank you"})
    manager = a_manager()
    client.force_login(manager)
    said = text_of(client.get(reverse("feedback_answers"), {"period": quarter_of_today()}))
    assert "Were you treated with respect? Yes: 1, Partly: 0, No: 0" in said
    assert f"{order.reference} By a link Were you treated with respect? Yes Thank you" in said
    assert Consultation.objects.filter(user=manager, page="feedback").get().cases == [order.case_id]
    assert "Thank you" in text_of(client.get(page("order_outcomes", order)))


def test_the_worker_does_not_find_it_on_the_page_of_the_order(client, worker, order):
    Client().post(link(order), {"named": "yes", "respect": "1", "comment": "Too slow"})
    said = text_of(client.get(page("order_outcomes", order)))
    assert "Too slow" not in said
    assert "Given" in said


# --- The report -----------------------------------------------------------------------------------------------


def ended(order, first, last):
    read(order, "start", IMPOSED, 2, first)
    read(order, "end", TODAY, 2, last)
    order_operations.end_order(
        actor=worker_of(order.case), order=order, on=TODAY, reason="completed", today=TODAY, expected_version=None
    )  # fmt: skip


def several(number):
    worker = staff(Role.CASEWORKER)
    for _ in range(number):
        ended(an_order(case=a_case(worker=worker, opened=IMPOSED), imposed=IMPOSED), 24, 20)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CASEWORKER, 200),
        (Role.FIRST_LINE_MANAGER, 200),
        (Role.SENIOR_MANAGER, 200),
        (Role.PERFORMANCE_OFFICER, 200),
        (Role.ADMINISTRATOR, 403),
        (Role.INFORMATION_GOVERNANCE, 403),
    ],
)
def test_who_sees_cases_sees_the_report(client, role, status):
    client.force_login(staff(role))
    for name in ("outcomes_report", "outcomes_report_csv", "outcome_orders"):
        assert client.get(reverse(name)).status_code == status, name


def test_each_number_opens_the_list_it_counts_and_a_hidden_one_opens_none(client):
    several(6)
    client.force_login(staff(Role.PERFORMANCE_OFFICER))
    chosen = {"period": quarter_of_today()}
    said = text_of(client.get(reverse("outcomes_report"), chosen))
    assert (
        "LS/CMI total score 6 Can be compared, LS/CMI total score 6 Better, LS/CMI total score 0 0 0 0 4.0 lower"
        in said
    )
    improved = {**chosen, "list": "improved", "measure": "lscmi_total"}
    answer = client.get(reverse("outcome_orders"), improved)
    assert answer.context["listing"].total == 6
    ended(an_order(case=a_case(opened=IMPOSED), imposed=IMPOSED), 20, 24)
    said = text_of(client.get(reverse("outcomes_report"), chosen))
    assert (
        "LS/CMI total score 7 Can be compared, LS/CMI total score Hidden Hidden Hidden 0 0 Not shown" in said
    )
    assert client.get(reverse("outcome_orders"), improved).status_code == 404
    assert client.get(reverse("outcome_orders_csv"), improved).status_code == 404


def test_the_file_says_what_the_page_says(client):
    several(5)
    client.force_login(staff(Role.PERFORMANCE_OFFICER))
    answer = client.get(reverse("outcomes_report_csv"), {"period": quarter_of_today()})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    head = lines[0].replace('"', "").split(",")
    row = next(line for line in lines if "LS/CMI" in line).replace('"', "").split(",")
    found = dict(zip(head, row, strict=True))
    assert (found["Orders ended"], found["Nothing measured at all"], found["Better"]) == ("5", "0", "5")
    assert found["Mean change"] == "4.0 lower"


@pytest.mark.parametrize(
    "query",
    [
        {"list": "weather"},
        {"list": "improved"},
        {"list": "ended", "measure": "weather"},
        {"period": "last"},
        {"period": "Q"},
        {"team": "999999"},
    ],
)
def test_what_is_not_there_is_not_found(client, query):
    client.force_login(staff(Role.PERFORMANCE_OFFICER))
    assert client.get(reverse("outcome_orders"), query).status_code == 404
