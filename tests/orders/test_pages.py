"""The pages about orders, reports, plans and reviews: who may open them, what they save, and what they say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import operations as assessing
from cases.models import Consultation, Role, Timescale
from orders import operations
from orders.domain.cpo import ProposedRequirement, RequirementKind
from orders.models import Order
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
    work,
    worker_of,
)

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")
OF_ORDER = (
    "query_order",
    "correct_order",
    "assign_order",
    "vary_order",
    "end_order",
    "transfer_order_out",
    "record_contact",
    "record_attendance",
    "decide_breach",
    "complete_assessment",
    "approve_plan",
    "hold_review",
)
OF_CASE = ("impose_order", "request_report", "record_release")


@pytest.fixture
def order():
    return an_order()


@pytest.fixture
def manager(client, order):
    user = a_manager()
    client.force_login(user)
    return user


def addresses(order):
    """Every page that changes something about an order or its case, with what it needs to exist."""
    actor = worker_of(order.case)
    session = work(order, "12 June 2025", 7)
    breach = operations.decide_breach(
        actor=actor,
        order=order,
        on=day("10 July 2025"),
        reason="Absent",
        skipped_because="Warned on paper",
        today=TODAY,
    )
    release = operations.record_release(
        actor=actor, case=order.case, licence="parole", released_on=day("6 June 2025"), today=TODAY
    )
    report = assessing.request_report(
        actor=actor,
        case=order.case,
        court_type="high",
        requested_on=day("2 June 2025"),
        hearing_on=day("30 June 2025"),
        today=TODAY,
    )
    supervised = order.requirements.get(kind="supervision")
    return {
        "order": reverse("order", args=[order.pk]),
        **{name: reverse(name, args=[order.pk]) for name in OF_ORDER},
        **{name: reverse(name, args=[order.case_id]) for name in OF_CASE},
        "resolve_query": reverse("resolve_query", args=[order.pk]),
        "complete_requirement": reverse("complete_requirement", args=[order.pk, supervised.pk]),
        "correct_attendance": reverse("correct_attendance", args=[order.pk, session.pk]),
        "lodge_breach": reverse("lodge_breach", args=[order.pk, breach.pk]),
        "record_breach_outcome": reverse("record_breach_outcome", args=[order.pk, breach.pk]),
        "record_release_interview": reverse("record_release_interview", args=[release.pk]),
        "submit_report": reverse("submit_report", args=[report.pk]),
        "withdraw_report": reverse("withdraw_report", args=[report.pk]),
    }


def text_of(response) -> str:
    body = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[body.index("<main") :]))


def test_a_first_line_manager_opens_every_page_and_each_look_is_logged(client, order, manager):
    for name, address in addresses(order).items():
        before = Consultation.objects.filter(user=manager, case=order.case).count()
        response = client.get(address)
        assert response.status_code == 200, name
        assert order.case.person.name in response.content.decode(), name
        assert Consultation.objects.filter(user=manager, case=order.case).count() == before + 1, name


def test_what_another_team_holds_does_not_exist(client, order):
    found = addresses(order)
    client.force_login(a_manager(team=a_team("South")))
    for name, address in found.items():
        assert client.get(address).status_code == 404, name


def test_a_role_that_may_not_change_is_told_so(client, order):
    found = addresses(order)
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR))
    allowed = {"order", "record_contact", "record_attendance", "correct_attendance"}
    for name, address in found.items():
        assert client.get(address).status_code == (200 if name in allowed else 403), name


def test_nobody_gets_in_without_signing_in(client, order):
    for name, address in addresses(order).items():
        assert client.get(address).status_code == 302, name


IMPOSED = {
    "basis": "instead_of_prison",
    "court_type": "sheriff_summary",
    "imposed_on": "2025-06-02",
    "requirements": ["unpaid_work", "supervision"],
    "unpaid_work_hours": "120",
    "supervision_months": "18",
}


def test_a_caseworker_records_an_order_and_sees_its_timescales(client):
    case = a_case()
    client.force_login(worker_of(case))
    response = client.post(reverse("impose_order", args=[case.pk]), IMPOSED, follow=True)
    order = Order.objects.get()
    assert response.redirect_chain == [(reverse("order", args=[order.pk]), 302)]
    said = text_of(response)
    assert "The order was recorded and its timescales worked out" in said
    for word in ("120 hours, level 2", "18 months", "1 Dec 2025", "1 Dec 2026", "2 Sep 2025", "11 Jun 2025"):
        assert word in said, word


def test_what_is_not_ticked_is_not_recorded(client):
    case = a_case()
    client.force_login(worker_of(case))
    sent = {**IMPOSED, "requirements": ["supervision"]}
    client.post(reverse("impose_order", args=[case.pk]), sent)
    assert [one.kind for one in Order.objects.get().requirements.all()] == ["supervision"]


def test_every_problem_stands_at_its_field_and_nothing_is_saved(client):
    case = a_case()
    client.force_login(worker_of(case))
    sent = {**IMPOSED, "unpaid_work_hours": "400", "supervision_months": "40"}
    response = client.post(reverse("impose_order", args=[case.pk]), sent)
    assert response.status_code == 422
    body = response.content.decode()
    assert '<a href="#id_unpaid_work_hours">Enter 300 hours of unpaid work or fewer</a>' in body
    assert '<a href="#id_supervision_months">Enter 36 months of supervision or fewer</a>' in body
    assert 'value="400"' in body
    assert "Save as queried with the clerk of court" not in body
    assert not Order.objects.exists()


def test_a_manager_is_offered_to_save_it_as_queried(client):
    case = a_case()
    client.force_login(a_manager())
    address = reverse("impose_order", args=[case.pk])
    assert "Save as queried" not in client.get(address).content.decode()
    lacking = {**IMPOSED, "basis": ""}
    assert "Save as queried" not in client.post(address, lacking).content.decode()
    sent = {**IMPOSED, "unpaid_work_hours": "400"}
    assert "Save as queried with the clerk of court" in client.post(address, sent).content.decode()

    response = client.post(address, {**sent, "query": "yes"})
    assert "Enter what you are asking the clerk of court" in response.content.decode()
    client.post(address, {**sent, "query": "yes", "queried_because": "Is 400 right?"})
    order = Order.objects.get()
    assert order.queried_because == "Is 400 right?"
    said = text_of(client.get(reverse("order", args=[order.pk])))
    assert "Queried with the clerk of court" in said
    assert "Enter 300 hours of unpaid work or fewer" in said
    assert "Record the clerk's answer" in said.replace("&#x27;", "'")


def test_the_same_form_sent_twice_records_one_order(client):
    case = a_case()
    client.force_login(worker_of(case))
    address = reverse("impose_order", args=[case.pk])
    key = re.search(r'name="key" value="([^"]+)"', client.get(address).content.decode())[1]
    for _ in range(2):
        assert client.post(address, {**IMPOSED, "key": key}).status_code == 302
    assert Order.objects.count() == 1


def test_a_late_contact_is_asked_why(client, order, manager):
    address = reverse("record_contact", args=[order.pk])
    sent = {"kind": "first_contact", "on": "5 June 2025", "attended": "yes"}
    assert "Why it was late" not in client.get(address).content.decode()
    response = client.post(address, sent)
    assert response.status_code == 422
    assert "was due by 3 June 2025. Select why it was late" in text_of(response)
    assert "Did not turn up" in text_of(response)

    response = client.post(address, {**sent, "late_reason": "did_not_turn_up"}, follow=True)
    assert "The contact was recorded" in text_of(response)
    assert Timescale.objects.get(clause="cpo.first_contact").late_reason == "did_not_turn_up"


def test_a_late_contact_may_be_explained_later(client, order, manager):
    sent = {"kind": "first_contact", "on": "5 June 2025", "attended": "yes", "late_reason": "later"}
    assert client.post(reverse("record_contact", args=[order.pk]), sent).status_code == 302
    assert Timescale.objects.get(clause="cpo.first_contact").late_reason == ""


def test_a_session_shows_in_the_ledger_with_the_balance(client, order, manager):
    address = reverse("record_attendance", args=[order.pk])
    for on in ("2025-06-10", "2025-06-11"):
        sent = {"on": on, "outcome": "attended", "hours": "7", "minutes": "30"}
        assert client.post(address, sent).status_code == 302
    said = text_of(client.get(reverse("order", args=[order.pk])))
    assert "15 hours done, 105 hours left" in said
    assert "7:30 7:30 7:30" in said
    assert "7:30 7:30 15:00" in said


def test_a_correction_keeps_both_rows_in_sight(client, order, manager):
    session = work(order, "10 June 2025", 7)
    address = reverse("correct_attendance", args=[order.pk, session.pk])
    assert 'value="7"' in client.get(address).content.decode()
    sent = {
        "on": "2025-06-10",
        "outcome": "attended",
        "hours": "6",
        "minutes": "0",
        "reason": "Left early",
    }
    said = text_of(client.post(address, sent, follow=True))
    assert "Corrected" in said
    assert "6 hours done, 114 hours left" in said


def test_an_order_changed_meanwhile_shows_so_and_can_be_sent_again(client, order, manager):
    address = reverse("end_order", args=[order.pk])
    opened = client.get(address).content.decode()
    carried = dict(re.findall(r'name="(version|key)" value="([^"]+)"', opened))
    operations.query_order(
        actor=manager, order=order, reason="Is it right?", today=TODAY, expected_version=None
    )
    sent = {**carried, "on": "2025-07-01", "reason": "completed"}
    response = client.post(address, sent)
    assert response.status_code == 409
    assert "Somebody changed this record while you had it open" in text_of(response)
    assert Order.objects.get().ended_on is None

    renewed = dict(re.findall(r'name="(version|key)" value="([^"]+)"', response.content.decode()))
    assert client.post(address, {**sent, **renewed}).status_code == 302
    assert Order.objects.get().ended_on == date(2025, 7, 1)


def carried_by(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(version|key)" value="([^"]+)"', page))


def test_the_form_to_correct_an_order_begins_with_what_is_stored(client, manager):
    movement = ProposedRequirement(
        RequirementKind.RESTRICTED_MOVEMENT, months=3, place="Harbour", stay_away=True
    )
    order = an_order(unpaid_work(90), supervision(12), movement, reference="NL-1042")
    assert "3 months, away from the place" in text_of(client.get(reverse("order", args=[order.pk])))
    response = client.get(reverse("correct_order", args=[order.pk]))
    assert "record a variation instead" in text_of(response)
    form = response.context["form"]
    stored = {name: form[name].value() for name in form.fields}
    assert (
        stored
        | {
            "reference": "NL-1042",
            "imposed_on": day("2 June 2025"),
            "requirements": ["unpaid_work", "supervision", "restricted_movement"],
            "unpaid_work_hours": 90,
            "supervision_months": 12,
            "restricted_movement_stay_away": True,
        }
        == stored
    )
    assert "officer" not in stored
    assert "Save as queried" not in response.content.decode()


CORRECTED = {**IMPOSED, "reference": "NL-1042", "unpaid_work_hours": "210", "reason": "The copy says 210"}


def test_an_order_is_corrected_from_its_form(client, order, manager):
    address = reverse("correct_order", args=[order.pk])
    assert address in client.get(reverse("order", args=[order.pk])).content.decode()
    carried = carried_by(client.get(address).content.decode())
    said = text_of(client.post(address, {**CORRECTED, **carried}, follow=True))
    assert "The order was corrected and its timescales worked out again" in said
    assert "210 hours, level 2" in said
    assert "The court has varied nothing." in said
    assert client.post(address, {**CORRECTED, **carried}).status_code == 302
    assert Order.objects.get().version == 2


def test_an_unlawful_correction_may_be_saved_as_queried_and_the_query_ends_with_the_tick(
    client, order, manager
):
    address = reverse("correct_order", args=[order.pk])
    wrong = {**CORRECTED, "unpaid_work_hours": "400", "version": "1"}
    response = client.post(address, wrong)
    assert response.status_code == 422
    assert '<a href="#id_unpaid_work_hours">Enter 300 hours' in response.content.decode()
    assert "Save as queried with the clerk of court" in response.content.decode()
    client.post(address, {**wrong, "query": "yes", "queried_because": "Is 400 right?"})
    assert Order.objects.get().queried_because == "Is 400 right?"
    assert "Is 400 right?" in client.get(address).content.decode()
    client.post(address, {**CORRECTED, "version": "2"})
    assert Order.objects.get().queried is False


def test_what_the_form_does_not_ask_stays_as_it_is_stored(client, order, manager):
    row = order.requirements.get(kind="supervision")
    row.months, row.last_day = None, day("1 December 2026")
    row.save()
    address = reverse("correct_order", args=[order.pk])
    client.post(address, {**CORRECTED, "supervision_months": "", "version": "1"})
    row.refresh_from_db()
    assert (row.months, row.last_day) == (None, day("1 December 2026"))
    client.post(address, {**CORRECTED, "supervision_months": "12", "version": "2"})
    row.refresh_from_db()
    assert (row.months, row.last_day) == (12, None)


def test_a_correction_shows_what_was_stored_meanwhile(client, order, manager):
    address = reverse("correct_order", args=[order.pk])
    carried = carried_by(client.get(address).content.decode())
    operations.vary_order(
        actor=manager,
        order=order,
        kind="hours",
        requirement=the_unpaid_work(order),
        hours=100,
        decided_on=day("1 July 2025"),
        today=TODAY,
        expected_version=None,
    )
    response = client.post(address, {**CORRECTED, **carried})
    assert response.status_code == 409
    said = text_of(response)
    assert "Hours of unpaid work 100 210" in said
    assert "Requirements Unpaid work or other activity, Offender supervision" in said


def test_an_ended_order_can_be_corrected(client, order, manager):
    operations.end_order(
        actor=manager,
        order=order,
        on=day("1 July 2025"),
        reason="completed",
        today=TODAY,
        expected_version=None,
    )
    said = text_of(client.get(reverse("order", args=[order.pk])))
    assert "Correct the order" in said
    assert "Record a variation" not in said


def test_the_responsible_officer_is_named_from_the_page_of_the_order(client, order, manager):
    first, second = a_caseworker(), a_caseworker()
    address = reverse("assign_order", args=[order.pk])
    assert address in client.get(reverse("order", args=[order.pk])).content.decode()
    for officer, on in ((first, "2025-06-03"), (second, "2025-07-01")):
        carried = carried_by(client.get(address).content.decode())
        sent = {**carried, "worker": str(officer.pk), "on": on}
        said = text_of(client.post(address, sent, follow=True))
        assert "The responsible officer was named" in said
        assert client.post(address, sent).status_code == 302
    assert f"{first.name}, from 3 June 2025 to 1 July 2025; {second.name}, from 1 July 2025" in said
    held = order.case.allocations.filter(subject=order.subject)
    assert [(one.worker, one.team, one.to_on) for one in held] == [
        (first, first.team, day("1 July 2025")),
        (second, second.team, None),
    ]
    assert worker_of(order.case) not in (first, second)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"on": "2025-06-01"}, "on or after 2 June 2025", id="before imposition"),
        pytest.param({"on": "2099-06-01"}, "not in the future", id="in the future"),
        pytest.param({"worker": ""}, "Select the responsible officer", id="nobody"),
        pytest.param({"version": ""}, "This form is not complete", id="no version"),
    ],
)
def test_an_officer_that_cannot_be_is_refused_in_words(client, order, manager, more, said):
    address = reverse("assign_order", args=[order.pk])
    carried = carried_by(client.get(address).content.decode())
    sent = {**carried, "worker": str(a_caseworker().pk), "on": "2025-06-03", **more}
    response = client.post(address, sent)
    assert response.status_code == 422
    assert said in text_of(response)
    assert not order.case.allocations.filter(subject=order.subject).exists()


def test_an_officer_named_on_an_older_version_is_not_saved(client, order, manager):
    address = reverse("assign_order", args=[order.pk])
    sent = {"worker": str(a_caseworker().pk), "on": "2025-06-03", "version": "7"}
    assert client.post(address, sent).status_code == 409
    assert not order.case.allocations.filter(subject=order.subject).exists()


def test_only_who_may_reassign_is_shown_the_way_to_name_another_officer(client, order):
    client.force_login(worker_of(order.case))
    assert (
        reverse("assign_order", args=[order.pk])
        not in client.get(reverse("order", args=[order.pk])).content.decode()
    )
    assert client.get(reverse("assign_order", args=[order.pk])).status_code == 403


def test_a_session_is_recorded_in_error_by_a_correction_only(client, order, manager):
    assert "Recorded in error" not in text_of(client.get(reverse("record_attendance", args=[order.pk])))
    session = work(order, "10 June 2025", 7)
    address = reverse("correct_attendance", args=[order.pk, session.pk])
    assert "Recorded in error" in text_of(client.get(address))
    sent = {"on": "2025-06-10", "outcome": "recorded_in_error", "reason": "Another person's"}
    said = text_of(client.post(address, sent, follow=True))
    assert "Recorded in error" in said
    assert "0 hours done, 120 hours left" in said


def test_a_variation_is_recorded_from_its_form(client, order, manager):
    address = reverse("vary_order", args=[order.pk])
    carried = dict(re.findall(r'name="(version|key)" value="([^"]+)"', client.get(address).content.decode()))
    sent = {
        **carried,
        "decided_on": "2025-07-01",
        "kind": "extended",
        "requirement": str(the_unpaid_work(order).pk),
        "new_last_day": "2026-03-01",
        "on_breach": "no",
    }
    said = text_of(client.post(address, sent, follow=True))
    assert "The variation was recorded" in said
    assert "last day 1 March 2026" in said


def test_a_variation_that_lacks_its_number_says_so_at_the_field(client, order, manager):
    sent = {
        "version": "1",
        "decided_on": "2025-07-01",
        "kind": "hours",
        "requirement": str(the_unpaid_work(order).pk),
        "on_breach": "no",
    }
    response = client.post(reverse("vary_order", args=[order.pk]), sent)
    assert '<a href="#id_new_hours">Enter the new number of hours</a>' in response.content.decode()
    response = client.post(reverse("vary_order", args=[order.pk]), {**sent, "new_hours": "301"})
    assert '<a href="#id_new_hours">Enter 300 hours of unpaid work or fewer</a>' in response.content.decode()


def test_a_requirement_is_added_from_the_form(client, manager):
    order = an_order(supervision(12))
    sent = {
        "version": "1",
        "decided_on": "2025-07-01",
        "kind": "added",
        "added_kind": "unpaid_work",
        "unpaid_work_hours": "60",
        "on_breach": "no",
    }
    assert client.post(reverse("vary_order", args=[order.pk]), sent).status_code == 302
    assert the_unpaid_work(order).hours == 60


def test_a_review_is_held_for_the_due_date_chosen(client, order, manager):
    address = reverse("hold_review", args=[order.pk])
    assert "The review due on 2 September 2025" in text_of(client.get(address))
    sent = {
        "held_on": "2025-09-01",
        "for_due_on": "2025-09-02",
        "chaired_by": str(manager.pk),
        "attendance": "in_person",
        "persons_views": "It helps",
        "outcome": "as_it_is",
    }
    said = text_of(client.post(address, sent, follow=True))
    assert "The review was recorded" in said
    assert Timescale.objects.get(clause="cpo.review", occurrence=1).met_on == date(2025, 9, 1)
    assert "The review due on 2 September 2025" not in text_of(client.get(address))


def test_an_assessment_shows_the_level_that_follows_from_its_score(client, order, manager):
    sent = {"tool": "ls_cmi", "completed_on": "2025-06-20", "total": "19", "level": "High"}
    response = client.post(reverse("complete_assessment", args=[order.pk]), sent)
    assert "Enter the level medium, which follows from a score of 19" in text_of(response)
    said = text_of(
        client.post(reverse("complete_assessment", args=[order.pk]), {**sent, "level": ""}, follow=True)
    )
    assert "LS/CMI 19 Medium" in said


def test_a_report_is_asked_for_and_submitted(client, order, manager):
    sent = {
        "kind": "full",
        "court_type": "high",
        "requested_on": "2025-06-02",
        "hearing_on": "2025-06-30",
    }
    response = client.post(reverse("request_report", args=[order.case_id]), sent)
    assert response.url == reverse("case", args=[order.case_id])
    report = order.case.report_requests.get()
    worker = a_caseworker(registered_social_worker=True)
    sent = {
        "version": "1",
        "submitted_on": "2025-06-27",
        "submitted_at": "11:30",
        "accountable": str(worker.pk),
    }
    assert client.post(reverse("submit_report", args=[report.pk]), sent).status_code == 302
    assert Timescale.objects.get(clause="report.on_time").on_time is True


def test_a_form_without_its_version_is_not_taken(client, order, manager):
    response = client.post(reverse("end_order", args=[order.pk]), {"on": "2025-07-01", "reason": "completed"})
    assert "This form is not complete. Open it again" in text_of(response)


def test_what_the_guidance_advises_against_is_shown_and_stops_nothing(client, manager):
    residence = ProposedRequirement(RequirementKind.RESIDENCE, months=6)
    order = an_order(supervision(12), residence)
    said = text_of(client.get(reverse("order", args=[order.pk])))
    assert "To check Enter the place that the residence requirement names" in said


def test_an_ended_order_offers_no_actions(client, order, manager):
    operations.end_order(
        actor=manager,
        order=order,
        on=day("1 July 2025"),
        reason="completed",
        today=TODAY,
        expected_version=None,
    )
    said = text_of(client.get(reverse("order", args=[order.pk])))
    assert "Ended: successfully completed" in said
    assert "Record a contact" not in said


def queries(client, address) -> int:
    client.get(address)  # the calendar and the standards are read once per process
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_order_page_asks_the_same_number_of_questions_however_long_the_order_ran(client, manager):
    short, long = an_order(unpaid_work(100), supervision(18)), an_order(unpaid_work(100), supervision(18))
    for order, times in ((short, 1), (long, 5)):
        actor = worker_of(order.case)
        for number in range(times):
            on = day(f"{10 + number} June 2025")
            session = work(order, on, 4)
            operations.record_contact(
                actor=actor, order=order, kind="supervision", on=on, attended=True, today=on
            )
            assessing.complete_assessment(
                actor=actor, order=order, tool="ls_cmi", completed_on=on, total=9, today=on
            )
            assessing.approve_plan(actor=manager, order=order, approved_on=on, today=on)
            assessing.hold_review(
                actor=actor, order=order, held_on=on, extra=True, chaired_by=manager, today=on
            )
            operations.correct_attendance(
                actor=actor,
                attendance=session,
                on=on,
                outcome="attended",
                minutes=180,
                reason="Wrong",
                today=on,
            )
    counts = {queries(client, reverse("order", args=[order.pk])) for order in (short, long)}
    assert len(counts) == 1
    assert counts.pop() <= 30
