"""The pages about scores: the queue of those that do not add up, bands and what they move, tools, quiet orders."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import operations
from assessments.domain import tools
from assessments.models import Assessment, LevelBands, ScoreMismatch
from cases import operations as case_operations
from cases.models import Consultation, Role
from orders import operations as order_operations
from tests.builders import (
    a_case,
    a_caseworker,
    a_council,
    a_manager,
    a_team,
    an_order,
    staff,
    supervision,
    unpaid_work,
    worker_of,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LONG_AGO = TODAY - timedelta(days=400)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def an_old_order(*requirements, worker=None, imposed=LONG_AGO):
    case = a_case(worker=worker, opened=imposed)
    return an_order(*requirements, case=case, imposed=imposed, today=imposed)


def assess(order, total, on=None, **more):
    return operations.complete_assessment(
        actor=worker_of(order.case), order=order, tool="ls_cmi", completed_on=on or TODAY, total=total, today=TODAY,
        **more,
    )  # fmt: skip


def a_date(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


# --- Scores that do not add up ----------------------------------------------------------------------------------


def test_a_manager_sees_what_disagrees_both_numbers_and_where_to_correct_it():
    order = an_old_order()
    made = assess(order, 12, sub_scores={"companions": 4})
    Assessment._base_manager.filter(pk=made.pk).update(total=2)
    ScoreMismatch.objects.create(
        assessment=made, codes=["total_disagrees_with_sub_scores"], found_at=timezone.now()
    )
    answer = signed_in(a_manager()).get(reverse("unsound_scores"))
    text = text_of(answer)
    assert "1 record" in text
    assert "Its total is not the sum of its sub-scores" in text
    assert "Total 2, very low" in text
    assert reverse("correct_assessment", args=[made.pk]) in answer.content.decode()
    assert Consultation.objects.get(page="scores that do not add up").cases == [order.case_id]


def test_the_queue_shows_only_what_may_be_seen_and_what_stands():
    made = assess(an_old_order(), 12)
    row = ScoreMismatch.objects.create(assessment=made, codes=["total_impossible"], found_at=timezone.now())
    other = a_team("East", council=a_council("Eastmark"))
    for manager in (a_manager(team=other), a_manager()):
        shown = "1 record" in text_of(signed_in(manager).get(reverse("unsound_scores")))
        assert shown == (manager.council_id == row.assessment.order.council_id)
    row.settled_at = timezone.now()
    row.save()
    assert "Every score adds up" in text_of(signed_in(a_manager()).get(reverse("unsound_scores")))


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        pytest.param("unsound_scores", Role.CASEWORKER, 403, id="a caseworker has no queue"),
        pytest.param("unsound_scores", Role.SENIOR_MANAGER, 200, id="a senior manager has"),
        pytest.param("without_activity", Role.CASEWORKER, 200, id="a caseworker sees quiet orders"),
        pytest.param("without_activity", Role.BUSINESS_SUPPORT, 403, id="business support does not"),
        pytest.param("set_level_bands", Role.FIRST_LINE_MANAGER, 403, id="a manager sets no bands"),
        pytest.param("set_level_bands", Role.PERFORMANCE_OFFICER, 200, id="the performance officer does"),
    ],
)
def test_the_pages_open_for_whom_they_are_for(name, role, status):
    assert signed_in(staff(role)).get(reverse(name)).status_code == status


@pytest.mark.parametrize(
    ("role", "led"),
    [(Role.FIRST_LINE_MANAGER, True), (Role.SENIOR_MANAGER, True), (Role.BUSINESS_SUPPORT, False)],
)
def test_the_team_page_leads_there_whom_it_concerns(role, led):
    html = signed_in(staff(role)).get(reverse("team")).content.decode()
    for name in ("unsound_scores", "without_activity"):
        assert (reverse(name) in html) is led


# --- Bands ------------------------------------------------------------------------------------------------------

GIVEN = {
    **a_date("in_force_from", date(2025, 1, 1)),
    "very_low_to": "3",
    "low_to": "9",
    "medium_to": "19",
    "high_to": "29",
    "source": "Committee paper",
}


def test_bands_are_shown_with_what_they_would_move_and_saved_only_after():
    order, officer = an_old_order(), staff(Role.PERFORMANCE_OFFICER)
    assess(order, 4)
    assess(order, 12)
    client, address = signed_in(officer), reverse("set_level_bands")
    first = client.post(address, GIVEN)
    text = text_of(first)
    assert first.status_code == 200
    assert "1 record would change its level" in text
    assert f"{order.reference}" in text
    assert "Very low Low" in text
    assert not LevelBands.objects.exists()
    assert Consultation.objects.get(page="levels that would change").cases == [order.case_id]
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', first.content.decode()))
    assert {name: carried[name] for name in GIVEN} == {name: str(value) for name, value in GIVEN.items()}
    assert carried["moving"] == "1"
    saved = client.post(address, {**carried, "confirmed": "yes"}, follow=True)
    assert "The bands were saved" in text_of(saved)
    assert LevelBands.objects.get().source == "Committee paper"
    assert "Local 0 to 3 4 to 9 10 to 19 20 to 29 30 to 43 Committee paper" in text_of(saved)


def test_a_record_that_came_meanwhile_is_shown_before_the_bands_are_saved():
    order, client = an_old_order(), signed_in(staff(Role.PERFORMANCE_OFFICER))
    assess(order, 4)
    assess(order, 4)
    answer = client.post(reverse("set_level_bands"), {**GIVEN, "moving": "1", "confirmed": "yes"})
    text = text_of(answer)
    assert "Records were added since you looked" in text
    assert "2 records would change their level" in text
    assert not LevelBands.objects.exists()


def test_who_sees_no_case_is_told_the_number_and_shown_none():
    order = an_old_order()
    assess(order, 4)
    text = text_of(signed_in(staff(Role.ADMINISTRATOR)).post(reverse("set_level_bands"), GIVEN))
    assert "1 record would change its level" in text
    assert "You may see 0 of them" in text
    assert order.reference not in text


def test_bands_that_do_not_ascend_are_refused_at_the_field():
    client = signed_in(staff(Role.PERFORMANCE_OFFICER))
    answer = client.post(reverse("set_level_bands"), {**GIVEN, "low_to": "2"})
    assert answer.status_code == 422
    assert "Enter the highest score of low, between 4 and 40" in text_of(answer)


def test_from_the_check_one_may_go_back_and_change_something():
    client = signed_in(staff(Role.PERFORMANCE_OFFICER))
    answer = client.post(reverse("set_level_bands"), {**GIVEN, "moving": "0", "changed": "yes"})
    html = answer.content.decode()
    assert 'value="Committee paper"' in html
    assert "Show what would change" in html
    again = client.post(reverse("set_level_bands"), {**GIVEN, "moving": "0"})
    assert "Check which levels would change" in text_of(again)  # and not saved by the number carried
    assert not LevelBands.objects.exists()


def test_bands_are_removed_the_same_way():
    order, officer = an_old_order(), staff(Role.PERFORMANCE_OFFICER)
    assess(order, 4)
    limits = {name: int(GIVEN[name]) for name in ("very_low_to", "low_to", "medium_to", "high_to")}
    row = operations.set_level_bands(
        actor=officer, in_force_from=LONG_AGO, source="Paper", moving=1, **limits
    )
    client, address = signed_in(officer), reverse("remove_level_bands", args=[row.pk])
    assert "the bands that held before will hold again" in text_of(client.get(address))
    answer = client.post(address, {"version": row.version})
    assert "1 record would change its level" in text_of(answer)
    client.post(address, {"version": row.version, "moving": "1", "confirmed": "yes"})
    assert not LevelBands.objects.exists()


def test_a_call_without_the_number_is_told_it():
    assess(an_old_order(), 4)
    client = signed_in(staff(Role.PERFORMANCE_OFFICER))
    body = {name: value for name, value in GIVEN.items() if not name.startswith("in_force")}
    answer = client.post(
        "/api/v1/settings/bands/", {**body, "in_force_from": "2025-01-01"}, content_type="application/json"
    )
    assert answer.status_code == 400, answer.content
    assert answer.json() == {
        "moving": ["The level of 1 record would change. Look at them, then confirm that number"]
    }


# --- Other tools ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", tools.codes())
def test_the_form_of_each_tool_asks_its_own_scales(code):
    order = an_old_order()
    html = (
        signed_in(worker_of(order.case)).get(reverse("record_tool", args=[order.pk, code])).content.decode()
    )
    tool = tools.tool_on(code, TODAY)
    asked = set(re.findall(r'name="((?:scale_\w+)|total|level|override_level)"', html))
    expected = {f"scale_{scale.code}" for scale in tool.sub_scales}
    expected |= {"total"} if tool.total else set()
    expected |= {"override_level"} if tool.highest else {"level"} if tool.levels else set()
    assert asked == expected


def test_a_tool_is_recorded_with_its_level_worked_out():
    order = an_old_order()
    answer = signed_in(worker_of(order.case)).post(
        reverse("record_tool", args=[order.pk, "lsi_r_sv"]),
        {**a_date("completed_on", TODAY), "total": "6", "reason": "review"},
        follow=True,
    )
    assert "The LSI-R:SV was recorded: maximum" in text_of(answer)
    made = Assessment.objects.get()
    assert (made.tool, made.total, made.reason, made.level) == ("lsi_r_sv", 6, "review", "Maximum")


def test_ratings_are_kept_by_their_place_and_stated_levels_by_their_code():
    order = an_old_order()
    signed_in(worker_of(order.case)).post(
        reverse("record_tool", args=[order.pk, "sara"]),
        {**a_date("completed_on", TODAY), "scale_severity": "3", "level": "moderate"},
    )
    made = Assessment.objects.get()
    assert (made.sub_scores, made.stated_level) == ({"severity": 3}, "moderate")


def test_what_a_tool_does_not_allow_is_refused_at_the_field():
    order = an_old_order()
    client = signed_in(worker_of(order.case))
    address = reverse("record_tool", args=[order.pk, "outcome_star"])
    given = a_date("completed_on", TODAY)
    assert "Area 3 must be between 1 and 10" in text_of(client.post(address, {**given, "scale_area_3": "11"}))
    empty = client.post(address, given)
    assert empty.status_code == 422
    assert "Enter the score or the level that the assessment gave" in text_of(empty)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("tool", "status"),
    [
        pytest.param("tarot", 404, id="no such tool"),
        pytest.param("ls_cmi", 404, id="the LS/CMI has its own page"),
    ],
)
def test_a_tool_that_is_none_of_these_has_no_form(tool, status):
    order = an_old_order()
    client = signed_in(worker_of(order.case))
    assert client.get(reverse("record_tool", args=[order.pk, tool])).status_code == status


def test_another_team_finds_no_form():
    order = an_old_order()
    stranger = a_caseworker(team=a_team("East", council=a_council("Eastmark")))
    for name, more in (("record_tool", ["rosh"]), ("choose_tool", [])):
        assert signed_in(stranger).get(reverse(name, args=[order.pk, *more])).status_code == 404


def test_every_tool_can_be_chosen():
    order = an_old_order()
    html = signed_in(worker_of(order.case)).get(reverse("choose_tool", args=[order.pk])).content.decode()
    assert reverse("complete_assessment", args=[order.pk]) in html
    assert all(reverse("record_tool", args=[order.pk, code]) in html for code in tools.codes())


# --- Orders without activity ------------------------------------------------------------------------------------


def listed(user):
    answer = signed_in(user).get(reverse("without_activity"))
    return set(re.findall(r"CPO-\d{4}-\d{4}", text_of(answer)))


def contact(order, on):
    order_operations.record_contact(
        actor=worker_of(order.case), order=order, kind="supervision", on=on, attended=True, today=TODAY
    )


def attend(order, on):
    order_operations.record_attendance(
        actor=worker_of(order.case), order=order, on=on, outcome="attended", minutes=60, today=TODAY
    )


def note(order, on):
    case_operations.record_note(
        actor=worker_of(order.case), case=order.case, kind="telephone_call", on=on, text="Rang", today=TODAY
    )


def review(order, on):
    operations.hold_review(actor=worker_of(order.case), order=order, held_on=on, extra=True, today=TODAY)


@pytest.mark.parametrize(
    "what",
    [contact, attend, note, review, lambda order, on: assess(order, 12, on)],
    ids=["contact", "session", "note", "review", "assessment"],
)
def test_anything_recorded_within_the_months_takes_an_order_off_the_list(what):
    worker = a_caseworker()
    since = date(TODAY.year, TODAY.month, 1) - timedelta(days=200)
    order = an_old_order(unpaid_work(), supervision(36), worker=worker)
    assert listed(worker) == {order.reference}
    what(order, since)  # longer ago than the months
    assert listed(worker) == {order.reference}
    what(order, TODAY)
    assert listed(worker) == set()


def test_only_open_supervised_orders_of_some_age_are_listed_and_only_to_whom_may_see_them():
    worker = a_caseworker()
    quiet = an_old_order(unpaid_work(), supervision(36), worker=worker)
    an_old_order(unpaid_work(), worker=worker)
    an_old_order(unpaid_work(), supervision(36), worker=worker, imposed=TODAY - timedelta(days=30))
    elsewhere = a_manager(team=a_team("East", council=a_council("Eastmark")))
    assert listed(worker) == listed(a_manager()) == {quiet.reference}
    assert listed(elsewhere) == set()
