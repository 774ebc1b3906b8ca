"""The pages of compliance: what they show, who opens them, what they say, and the letter that goes out."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import operations as case_operations
from cases.models import Consultation, Role
from orders import operations
from orders.models import Absence, Breach, FormalWarning, LocalStep, SetAside
from tests.builders import a_manager, a_team, an_order, staff, worker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def order(today):
    return an_order(imposed=today - timedelta(days=40))


@pytest.fixture
def caseworker(client, order):
    user = worker_of(order.case)
    client.force_login(user)
    return user


@pytest.fixture
def absence(order, today):
    return an_absence(order, today - timedelta(days=20))


def an_absence(order, on) -> Absence:
    contact = operations.record_contact(
        actor=worker_of(order.case), order=order, kind="supervision", on=on, attended=False, today=on
    )
    return contact.absence


def decided(absence: Absence, decision: str = "unacceptable") -> Absence:
    return operations.decide_absence(
        actor=worker_of(absence.order.case),
        absence=absence,
        decision=decision,
        evidence="medical_note",
        reason="No answer to the letter",
        decided_on=absence.on,
        today=timezone.localdate(),
        expected_version=None,
    )


def warned(order, on, **more) -> FormalWarning:
    given = {"step": "first_warning", "letter": "You did not attend.\n\nPlease call us.", **more}
    return operations.issue_warning(
        actor=worker_of(order.case), order=order, issued_on=on, today=timezone.localdate(), **given
    )


def text_of(response) -> str:
    body = response.content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[body.index("<main") :]))
    return text.replace("&#x27;", "'").replace(" .", ".")


def form_of(client, address: str) -> dict[str, str]:
    """What the page's form carries and has filled in."""
    body = client.get(address).content.decode()
    fields = dict(re.findall(r'name="(version|key|step)" value="([^"]*)"', body))
    fields |= dict(re.findall(r'name="((?:decided|issued)_on_\w+)"[^>]*value="([^"]*)"', body))
    return fields


def of_order(name: str, order, *keys) -> str:
    return reverse(name, args=[order.pk, *keys])


# --- Deciding ---------------------------------------------------------------------------------------------------


def test_an_absence_waits_on_the_list_and_on_the_order_and_is_decided_from_there(
    client, caseworker, absence, order
):
    page = text_of(client.get(reverse("absences")))
    assert "1 absence" in page
    assert "Supervision appointment" in page
    assert "late" in page
    assert "To decide" in text_of(client.get(of_order("order", order)))
    address = of_order("decide_absence", order, absence.pk)
    assert address in client.get(reverse("absences")).content.decode()
    sent = {**form_of(client, address), "decision": "acceptable", "evidence": "medical_note", "reason": "Ill"}

    late = client.post(address, sent)
    assert late.status_code == 422
    assert "Absence decided was due by" in text_of(late)
    said = text_of(client.post(address, {**sent, "late_reason": "other_client"}, follow=True))
    assert "The decision was saved" in said
    assert "Medical note or certificate" in said
    assert "No absence waits for a decision" in text_of(client.get(reverse("absences")))


def test_what_is_missing_of_a_decision_is_said_at_its_field(client, caseworker, absence, order):
    address = of_order("decide_absence", order, absence.pk)
    sent = {**form_of(client, address), "decision": "acceptable", "reason": "Ill", "late_reason": "later"}
    response = client.post(address, sent)
    assert response.status_code == 422
    assert (
        '<a href="#id_evidence">Select what evidence was seen, or “None seen”</a>'
        in response.content.decode()
    )


def test_a_decision_can_be_changed_and_the_page_says_what_it_was(client, caseworker, absence, order):
    decided(absence)
    address = of_order("decide_absence", order, absence.pk)
    assert "Decided already: not acceptable" in text_of(client.get(address))
    sent = {
        **form_of(client, address),
        "decision": "acceptable",
        "evidence": "employer",
        "reason": "A rota came",
    }
    said = text_of(client.post(address, sent, follow=True))
    assert "changed" in said
    assert "Letter or rota from an employer" in said


def test_an_acceptable_absence_without_evidence_is_marked(client, caseworker, order, today):
    operations.record_attendance(
        actor=caseworker, order=order, on=today, outcome="acceptable_absence", note="Rang in", today=today
    )
    assert "No evidence" in text_of(client.get(of_order("order", order)))


def test_a_supervisor_is_asked_only_whether_the_person_came(client, order):
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR))
    body = client.get(of_order("record_attendance", order)).content.decode()
    assert 'value="absent"' in body
    assert "acceptable_absence" not in body


# --- Prompted, and done by a person -----------------------------------------------------------------------------


def test_a_prompt_says_why_and_by_what_rule_and_offers_both_answers(client, caseworker, absence, order):
    decided(absence)
    said = text_of(client.get(of_order("order", order)))
    assert "First formal warning is the next step" in said
    on = absence.on
    assert (
        f"Why: 1 absence, of {on:%-d %B %Y}, was decided not acceptable since the order was imposed. "
        f"Prompted since {on:%-d %B %Y}"
    ) in said
    assert "Rule: First formal warning: after 1 absence decided not acceptable" in said
    assert "the number of absences is this program's default" in said
    assert "In force from 1 February 2011" in said
    body = client.get(of_order("order", order)).content.decode()
    assert f"{of_order('issue_warning', order)}?step=first_warning" in body
    assert f"{of_order('set_aside_step', order)}?step=first_warning" in body


def test_who_may_not_take_the_step_reads_who_does(client, absence, order):
    decided(absence)
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR))
    said = text_of(client.get(of_order("order", order)))
    assert "A caseworker or a first line manager decides whether to take it" in said
    assert "Write the warning" not in said


def test_the_letter_is_set_out_from_the_record_and_kept_as_it_was_sent(client, caseworker, absence, order):
    decided(absence)
    address = f"{of_order('issue_warning', order)}?step=first_warning"
    page = client.get(address)
    assert "Write the first formal warning" in text_of(page)
    assert f"{absence.on:%-d %B %Y}: supervision appointment" in page.content.decode()
    assert "Why a step is left out" not in page.content.decode()
    sent = {**form_of(client, address), "letter": "Dear you\n\nCome.", "next_appointment": "Monday at 2pm"}
    said = text_of(client.post(address, sent, follow=True))
    assert "The warning was recorded" in said
    assert "First formal warning is the next step" not in said
    warning = FormalWarning.objects.get()
    assert (warning.step, warning.letter, warning.failures) == (
        "first_warning",
        "Dear you\n\nCome.",
        [absence.key],
    )


def test_a_step_left_out_is_asked_for_at_once_and_refused_without_a_reason(
    client, caseworker, absence, order
):
    decided(absence)
    address = f"{of_order('issue_warning', order)}?step=final_warning"
    assert "Why a step is left out" in client.get(address).content.decode()
    sent = {**form_of(client, address), "letter": "Come."}
    response = client.post(address, sent)
    assert response.status_code == 422
    assert "No first formal warning is recorded. Enter why it is left out" in text_of(response)
    assert client.post(address, {**sent, "skipped_because": "Threats"}).status_code == 302
    assert "Threats" in text_of(client.get(of_order("order", order)))


def test_a_breach_without_warnings_is_asked_why_and_then_recorded(client, caseworker, absence, order, today):
    decided(absence)
    address = of_order("decide_breach", order)
    assert "Why a step is left out" not in client.get(address).content.decode()
    sent = {"on": today.isoformat(), "reason": "Missed"}
    response = client.post(address, sent)
    assert response.status_code == 422
    assert "Why a step is left out" in text_of(response)
    client.post(address, {**sent, "skipped_because": "Left the area"})
    assert Breach.objects.get().skipped_because == "Left the area"


def test_two_absences_on_the_breach_is_prompted_with_its_own_button(client, caseworker, order, today):
    for days, step in ((30, "first_warning"), (20, "final_warning"), (10, "")):
        on = today - timedelta(days=days)
        decided(an_absence(order, on))
        if step:
            warned(order, on, step=step)
    said = text_of(client.get(of_order("order", order)))
    assert "Breach is the next step" in said
    assert "Record a decision to breach" in said
    client.post(of_order("decide_breach", order), {"on": today.isoformat(), "reason": "Three absences"})
    assert Breach.objects.get().skipped_because == ""
    assert "Breach is the next step" not in text_of(client.get(of_order("order", order)))


def test_a_step_is_set_aside_with_a_reason_that_managers_see_counted(client, caseworker, absence, order):
    decided(absence)
    address = f"{of_order('set_aside_step', order)}?step=first_warning"
    assert "First formal warning: 1 absence, of" in text_of(client.get(address))
    sent = {**form_of(client, address), "code": "circumstances", "note": "Newly homeless"}
    said = text_of(client.post(address, sent, follow=True))
    assert "The step is set aside" in said
    assert "is the next step" not in said
    assert "Write a warning" in said  # the person may still do it
    assert SetAside.objects.get().note == "Newly homeless"

    client.force_login(a_manager())
    said = text_of(client.get(reverse("steps_set_aside")))
    assert "The person's circumstances 1" in said
    assert "Newly homeless" in said


def test_steps_set_aside_are_a_managers_page(client, caseworker):
    assert client.get(reverse("steps_set_aside")).status_code == 403


# --- The letter -------------------------------------------------------------------------------------------------


def test_the_letter_holds_the_persons_address_and_nothing_else_of_the_record(
    client, caseworker, order, absence
):
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("weasyprint", exc_type=OSError)
    decided(absence)
    case_operations.change_address(
        actor=caseworker, case=order.case, lines="14 Harbour Lane\nStonehaven", postcode="AB39 2ZZ",
        from_on=absence.on, on=absence.on,
    )  # fmt: skip
    case_operations.raise_alert(
        actor=caseworker, case=order.case, kind="domestic_abuse", text="Canary", from_on=absence.on
    )
    warning = warned(order, absence.on, next_appointment="Monday 4 May, 2pm, Harbour Road office")
    case_operations.change_address(  # a copy is the letter that was sent
        actor=caseworker, case=order.case, lines="9 Moved Street", postcode="", from_on=timezone.localdate(),
        on=timezone.localdate(),
    )  # fmt: skip
    response = client.get(of_order("warning_letter", order, warning.pk))
    assert response["Content-Type"] == "application/pdf"
    assert order.reference not in response["Content-Disposition"]
    document = pypdf.PdfReader(io.BytesIO(response.content))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in document.pages))
    for words in (
        "Strathmore",
        "14 Harbour Lane",
        "AB39 2ZZ",
        "First formal warning",
        f"Dear {order.case.person.name}",
        "Please call us.",
        "Monday 4 May, 2pm, Harbour Road office",
        caseworker.name,
        order.reference,
        f"{absence.on:%-d %B %Y}",
    ):
        assert words in text, words
    for words in ("Canary", "abuse", "Official-Sensitive", "Rule", "Made for", "Moved"):
        assert words not in text, words
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    look = Consultation.objects.get(kind="document")
    assert (look.case, look.recipient) == (order.case, "The person")


def test_another_teams_pages_do_not_exist(client, order, absence):
    decided(absence)
    warning = warned(order, absence.on)
    client.force_login(a_manager(team=a_team("South")))
    for name, keys in (
        ("decide_absence", (absence.pk,)),
        ("issue_warning", ()),
        ("set_aside_step", ()),
        ("warning_letter", (warning.pk,)),
    ):
        assert client.get(of_order(name, order, *keys)).status_code == 404, name
    assert "No absence waits" in text_of(client.get(reverse("absences")))


def test_a_role_that_may_not_change_is_told_so(client, order, absence):
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR))
    for name, keys in (("decide_absence", (absence.pk,)), ("issue_warning", ()), ("set_aside_step", ())):
        assert client.get(of_order(name, order, *keys)).status_code == 403, name


# --- The list ---------------------------------------------------------------------------------------------------


def test_the_longest_known_is_first_and_a_caseworker_sees_their_own(client, caseworker, order, today):
    an_absence(order, today - timedelta(days=3))
    an_absence(order, today - timedelta(days=9))
    another = an_order(imposed=today - timedelta(days=40))
    an_absence(another, today - timedelta(days=5))
    said = text_of(client.get(reverse("absences")))
    assert "2 absences" in said
    assert another.reference not in said
    days = [f"{today - timedelta(days=number):%-d %b %Y}" for number in (9, 3)]
    assert said.index(days[0]) < said.index(days[1])

    client.force_login(a_manager())
    assert "3 absences" in text_of(client.get(reverse("absences")))
    narrowed = client.get(reverse("absences"), {"worker": caseworker.pk, "what": "contact"})
    assert "2 absences" in text_of(narrowed)
    assert "0 absences" in text_of(client.get(reverse("absences"), {"what": "session"}))


# --- Settings ---------------------------------------------------------------------------------------------------


def test_a_council_sets_its_own_number_and_takes_it_back(client, order, absence):
    decided(absence)
    officer = staff(Role.PERFORMANCE_OFFICER)
    client.force_login(officer)
    section = reverse("settings_section", args=["compliance"])
    assert "this program's default" in text_of(client.get(section))
    sent = {
        "step": "first_warning",
        "failures": "2",
        "counted_since": "order",
        "in_force_from": "2025-01-01",
        "source": "Committee paper",
    }
    said = text_of(client.post(reverse("set_compliance_step"), sent, follow=True))
    assert "2 absences" in said
    assert "Committee paper. Set by the council" in said

    client.force_login(worker_of(order.case))
    assert "is the next step" not in text_of(client.get(of_order("order", order)))
    client.force_login(officer)
    remove = reverse("remove_compliance_step", args=[LocalStep.objects.get().pk])
    carried = dict(re.findall(r'name="(version|key)" value="([^"]+)"', client.get(remove).content.decode()))
    client.post(remove, carried)
    assert not LocalStep.objects.exists()


def test_a_number_that_prompts_nothing_is_refused(client):
    client.force_login(staff(Role.PERFORMANCE_OFFICER))
    response = client.post(reverse("set_compliance_step"), {"step": "first_warning", "failures": "0"})
    assert response.status_code == 422
    assert "between 1 and 10" in text_of(response)
