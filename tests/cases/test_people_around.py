"""How a person is reached and who stands around them: what is saved, what is refused, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from cases import alerts, operations
from cases.contact_points import reachable
from cases.models import Alert, Associate, ContactPoint, Entry, Role
from cases.operation import Stale
from justice.domain.errors import Refused
from tests.builders import a_case, a_caseworker, a_manager, a_team, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("3 August 2026")


@pytest.fixture
def case():
    return a_case()


def a_point(case, kind="mobile", value="07700 900 123", **more):
    given = {"from_on": day("1 June 2026"), "today": TODAY, **more}
    return operations.add_contact_point(
        actor=given.pop("actor", worker_of(case)), case=case, kind=kind, value=value, **given
    )


def agreed(**more):
    return {"reminders": True, "agreed_on": day("1 June 2026"), **more}


def test_contact_details_are_added_with_their_day_and_an_entry(case):
    point = a_point(case, note="Do not leave messages", preferred=True, **agreed())
    stored = ContactPoint.objects.get()
    assert (stored.value, stored.note, stored.preferred) == ("07700 900 123", "Do not leave messages", True)
    assert (stored.agreed_on, stored.to_on, stored.recorded_by) == (day("1 June 2026"), None, worker_of(case))
    entry = Entry.objects.get(operation="add_contact_point")
    assert (entry.case, entry.subject) == (case, f"contact_point:{point.pk}")


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        pytest.param(
            {"from_on": TODAY + timedelta(days=1)},
            "from_on",
            "The date they gave it must be today or in the past",
            id="given tomorrow",
        ),
        pytest.param(
            {"kind": "landline", **agreed()},
            "reminders",
            "Reminders go by text or email. Choose no, or record a mobile or an email",
            id="a reminder to a landline",
        ),
        pytest.param(
            {"reminders": True},
            "agreed_on",
            "Enter the date they agreed to reminders",
            id="agreed on no day",
        ),
        pytest.param(
            agreed(agreed_on=TODAY + timedelta(days=1)),
            "agreed_on",
            "The date they agreed must be today or in the past",
            id="agreed tomorrow",
        ),
    ],
)
def test_contact_details_are_refused_with_what_to_do(case, given, field, says):
    with pytest.raises(Refused) as refused:
        a_point(case, **given)
    assert [(one.field, one.message) for one in refused.value.problems] == [(field, says)]
    assert not ContactPoint.objects.exists()


@pytest.mark.parametrize("same", ["07700 900 123", "07700900123", "+44 7700 900123"])
def test_one_number_is_not_recorded_twice_however_it_is_written(case, same):
    a_point(case)
    with pytest.raises(Refused, match="recorded already"):
        a_point(case, value=same)


def test_only_one_way_of_reaching_them_is_preferred(case):
    first, second = a_point(case, preferred=True), a_point(case, value="07700 900 124", preferred=True)
    first.refresh_from_db()
    assert (first.preferred, first.version, second.preferred) == (False, 2, True)


def test_a_change_of_mind_about_reminders_keeps_how_it_stood(case):
    point = a_point(case, **agreed())
    operations.amend_contact_point(
        actor=worker_of(case), case=case, point=point, value=point.value, note="", preferred=False,
        reminders=False, agreed_on=None, today=TODAY, expected_version=1,
    )  # fmt: skip
    assert not ContactPoint.objects.get().reminders
    assert [row.reminders for row in point.history.order_by("history_id")] == [True, False]


def test_who_opened_the_form_earlier_overwrites_nobody(case):
    point = a_point(case)
    with pytest.raises(Stale):
        operations.end_contact_point(
            actor=worker_of(case), case=case, point=point, to_on=TODAY, today=TODAY, expected_version=7
        )


def test_reminders_go_only_where_the_person_agreed_and_is_still_reached(case):
    other = a_case()
    a_point(case, value="07700 900 001", **agreed(from_on=day("1 May 2026")))
    a_point(case, value="07700 900 002", **agreed(from_on=day("1 July 2026")))
    a_point(case, value="07700 900 003")
    a_point(case, kind="email", value="a@example.invalid", **agreed())
    gone = a_point(other, **agreed())
    operations.end_contact_point(
        actor=worker_of(other), case=other, point=gone, to_on=TODAY, today=TODAY, expected_version=1
    )
    assert reachable([case.person_id, other.person_id]) == {
        case.person_id: {"text": "07700 900 002", "email": "a@example.invalid"}
    }


def test_the_preferred_number_is_reminded_though_another_is_newer(case):
    a_point(case, value="07700 900 001", preferred=True, **agreed(from_on=day("1 May 2026")))
    a_point(case, value="07700 900 002", **agreed(from_on=day("1 July 2026")))
    assert reachable([case.person_id])[case.person_id]["text"] == "07700 900 001"


@pytest.mark.parametrize(
    ("relation", "professional"),
    [(relation, relation in Associate.PROFESSIONALS) for relation in Associate.Relation],
)
def test_who_works_with_the_person_stands_among_the_professionals(client, case, relation, professional):
    operations.add_associate(
        actor=worker_of(case), case=case, name="Ansel Whinmuir", relation=relation, today=TODAY
    )
    client.force_login(worker_of(case))
    body = client.get(reverse("people_around", args=[case.pk])).content.decode()
    families, professionals = body.split('id="professionals"')
    assert ("Ansel Whinmuir" in professionals) == professional
    assert ("Ansel Whinmuir" in families) != professional


def test_a_professional_does_not_live_with_the_person(case):
    with pytest.raises(Refused, match="does not live with them"):
        operations.add_associate(
            actor=worker_of(case), case=case, name="A", relation="gp", lives_with=True, today=TODAY
        )


def test_somebody_who_left_stays_on_the_record_with_both_days(client, case):
    by = {"actor": worker_of(case), "case": case, "today": TODAY}
    associate = operations.add_associate(name="Ansel", relation="partner", from_on=day("1 May 2026"), **by)
    with pytest.raises(Refused, match="1 May 2026 or later"):
        operations.end_associate(associate=associate, to_on=day("30 April 2026"), expected_version=1, **by)
    associate.refresh_from_db()
    operations.end_associate(
        associate=associate, to_on=day("1 August 2026"), expected_version=associate.version, **by
    )
    client.force_login(worker_of(case))
    body = client.get(reverse("people_around", args=[case.pk])).content.decode()
    assert "No longer around them (1)" in body
    assert "1 Aug 2026" in body


@pytest.mark.parametrize("role", [Role.UNPAID_WORK_SUPERVISOR, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER])
def test_a_role_that_may_not_change_them_is_refused_and_changes_nothing(case, role):
    with pytest.raises(PermissionDenied):
        a_point(case, actor=staff(role))
    assert not ContactPoint.objects.exists()


FORM = {"kind": "mobile", "value": "07700 900 123", "reminders": "no", "from_on": "2026-06-01"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"value": "ring me"}, "Enter a telephone number, like 07700 900 123 or +44 7700 900 123"),
        ({"value": "123"}, "Enter a telephone number, like 07700 900 123 or +44 7700 900 123"),
        (
            {"kind": "email", "value": "name.example.com"},
            "Enter an email address in the correct format, like name@example.com",
        ),
        ({"reminders": "yes"}, "Enter the date they agreed to reminders"),
        ({"reminders": ""}, "Select yes if they agreed to reminders here"),
        ({"kind": ""}, "Select what it is"),
        ({"value": ""}, "Enter the number or email address"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_the_form_says_what_to_do(client, case, given, says):
    client.force_login(worker_of(case))
    answer = client.post(reverse("add_contact_point", args=[case.pk]), FORM | given)
    assert answer.status_code == 422
    assert answer.content.decode().count(says) == 2  # in the summary and at the field
    assert not ContactPoint.objects.exists()


@pytest.mark.parametrize(
    "value", ["07700 900 123", "(0141) 496 0123 ext 7", "+44 7700.900.123", "0141-496-0123"]
)
def test_a_number_is_kept_as_it_was_said(client, case, value):
    client.force_login(worker_of(case))
    answer = client.post(reverse("add_contact_point", args=[case.pk]), FORM | {"value": value})
    assert answer.status_code == 302
    assert ContactPoint.objects.get().value == value


def test_a_day_of_agreement_typed_before_no_was_chosen_is_not_kept(client, case):
    client.force_login(worker_of(case))
    client.post(reverse("add_contact_point", args=[case.pk]), FORM | {"agreed_on": "2026-06-01"})
    assert ContactPoint.objects.get().agreed_on is None


def test_another_team_finds_no_such_pages(client, case):
    point = a_point(case)
    client.force_login(a_manager(team=a_team("South")))
    for name, keys in (("people_around", []), ("case_record", []), ("amend_contact_point", [point.pk])):
        assert client.get(reverse(name, args=[case.pk, *keys])).status_code == 404, name


def test_what_belongs_to_another_person_is_not_changed_through_this_case(client, case):
    foreign = a_point(a_case(worker=worker_of(case)))
    client.force_login(worker_of(case))
    assert client.get(reverse("amend_contact_point", args=[case.pk, foreign.pk])).status_code == 404


def test_the_api_reads_them_for_who_sees_the_case_and_logs_the_look(client, case):
    a_point(case)
    operations.add_associate(actor=worker_of(case), case=case, name="Ansel", relation="gp", today=TODAY)
    client.force_login(worker_of(case))
    for name in ("contact-points", "associates"):
        found = client.get(f"/api/v1/{name}/", {"case": case.pk, "present": "true"}).json()["results"]
        assert [row["case"] for row in found] == [case.pk], name
    client.force_login(a_caseworker(team=a_team("South")))
    for name in ("contact-points", "associates"):
        assert client.get(f"/api/v1/{name}/").json()["count"] == 0, name


# --- The identity bar -------------------------------------------------------------------------------------------


def test_risk_to_staff_comes_before_every_other_alert_and_needs_stand_apart():
    rows = [Alert(kind=kind) for kind in reversed(Alert.Kind.values)]
    first, needs = alerts.sorted_out(rows)
    assert first[0].kind == Alert.Kind.RISK_TO_STAFF
    assert {row.kind for row in needs} == {Alert.Kind.HEALTH, Alert.Kind.ADJUSTMENT}
    assert len(first) + len(needs) == len(rows)


def test_every_screen_that_leads_to_contact_shows_alerts_adjustments_and_who_holds_the_case(client, case):
    worker = worker_of(case)
    on = timezone.localdate()
    for kind, text in (("adjustment", "Interpreter needed"), ("risk_to_staff", "Two workers")):
        operations.raise_alert(actor=worker, case=case, kind=kind, text=text, from_on=on)
    client.force_login(worker)
    for name in ("case", "chronology", "people_around", "case_record", "impose_order", "change_address"):
        body = client.get(reverse(name, args=[case.pk])).content.decode()
        bar = body[body.index('class="app-identity"') : body.index("</section>")]
        assert bar.index("Risk to staff") < bar.index("Adjustments") < bar.index("Interpreter needed"), name
        assert "app-alert--staff" in bar, name
        assert f"{worker.name}, {worker.team.name}" in bar, name
