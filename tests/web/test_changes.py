"""Forms sent from the pages of people and settings: saved and told, refused beside the field, never half."""

from __future__ import annotations

import uuid

import pytest
from django.forms import BooleanField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Alert,
    Allocation,
    CalendarDay,
    Entry,
    Locality,
    LocalStandard,
    Permission,
    RefusedLook,
    Role,
    Team,
    Timescale,
    User,
)
from justice.web.drafts import PAGE, SAVED_BEFORE
from performance.models import RatingRule, Target
from tests.web.conftest import World

pytestmark = pytest.mark.django_db


def send(
    world: World, role: str, name: str, arguments: list[object], /, follow: bool = False, **fields: object
):
    return world.client(role).post(
        reverse(name, args=arguments), {"key": str(uuid.uuid4()), **fields}, follow=follow
    )


SETTINGS = [
    ("add_locality", Role.ADMINISTRATOR, {"name": "Harbour"}, Locality),
    ("add_team", Role.PERFORMANCE_OFFICER, {"name": "East", "locality": "locality"}, Team),
    (
        "add_member_of_staff",
        Role.ADMINISTRATOR,
        {
            "name": "Ann",
            "email": "ann@council.invalid",
            "role": "caseworker",
            "team": "team",
            "password": "a long password",
        },
        User,
    ),
    ("set_calendar_day", Role.PERFORMANCE_OFFICER, {"day": "6 5 2030", "name": "Fair", "kind": "closed"}, CalendarDay),
    (
        "set_local_standard",
        Role.PERFORMANCE_OFFICER,
        {"clause": "cpo.lscmi", "in_force_from": "1 4 2031", "within": "15 working days after", "source": "Paper"},
        LocalStandard,
    ),
    ("set_target", Role.ADMINISTRATOR, {"kpi": "K1", "from_on": "1 4 2030", "percent": "82.5"}, Target),
    (
        "set_rating_rule",
        Role.PERFORMANCE_OFFICER,
        {"kpi": "", "from_on": "1 4 2030", "basis": "points", "green_tolerance": "2", "amber_tolerance": "4"},
        RatingRule,
    ),
]  # fmt: skip


def filled(fields: dict[str, str]) -> dict[str, object]:
    keys = {"locality": Locality.objects.first().pk, "team": Team.objects.first().pk}
    return {name: keys.get(value, value) if name in keys else value for name, value in fields.items()}


@pytest.mark.parametrize(("name", "role", "fields", "model"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_a_setting_is_saved_shown_and_written_in_the_trail(world: World, name, role, fields, model):
    before = model.objects.count()
    answer = send(world, role, name, [], follow=True, **filled(fields))
    assert answer.status_code == 200, answer.context["form"].errors if answer.context else answer
    assert model.objects.count() == before + 1
    assert Entry.objects.filter(operation=name, actor=world.users[role]).count() >= 1
    assert "notification-banner" in answer.content.decode()


@pytest.mark.parametrize(("name", "role", "fields", "model"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_an_empty_form_says_what_is_missing_and_saves_nothing(world: World, name, role, fields, model):
    before = model.objects.count()
    answer = send(world, role, name, [])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert "<title>Error:" in page
    assert model.objects.count() == before


@pytest.mark.parametrize(("name", "role", "fields", "model"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_a_caseworker_changes_no_setting(world: World, name, role, fields, model):
    assert send(world, Role.CASEWORKER, name, [], **filled(fields)).status_code == 403


def test_a_period_that_cannot_be_read_is_refused_beside_its_field(world: World):
    fields = {"clause": "cpo.lscmi", "in_force_from": "1 4 2031", "within": "soon", "source": "Paper"}
    answer = send(world, Role.PERFORMANCE_OFFICER, "set_local_standard", [], **fields)
    assert answer.status_code == 422
    assert "Enter a period such as 15 working days after" in answer.content.decode()


def test_a_leaver_cannot_sign_in_at_the_next_request(world: World):
    worker = world.users[Role.CASEWORKER]
    client = world.client(Role.CASEWORKER)
    assert client.get(reverse("my_caseload")).status_code == 200
    fields = {"name": worker.name, "team": worker.team_id, "version": worker.version}
    assert send(world, Role.ADMINISTRATOR, "amend_member_of_staff", [worker.pk], **fields).status_code == 302
    assert client.get(reverse("my_caseload")).status_code == 302


def test_an_alert_is_raised_shown_and_ended(world: World):
    case, today = world.keys["case"], timezone.localdate()
    said = f"{today.day} {today.month} {today.year}"
    fields = {"kind": "risk_to_staff", "text": "Visit in pairs", "from_on": said}
    page = send(world, Role.CASEWORKER, "raise_alert", [case], follow=True, **fields).content.decode()
    assert "Visit in pairs" in page
    alert = Alert.objects.get(text="Visit in pairs")
    ended = {"to_on": said, "reason": "No longer so", "version": alert.version}
    assert send(world, Role.CASEWORKER, "end_alert", [case, alert.pk], **ended).status_code == 302
    alert.refresh_from_db()
    assert alert.to_on == today


def test_a_manager_reassigns_a_case_and_a_stale_form_is_told(world: World):
    from cases.models import Case
    from tests.builders import a_caseworker

    case, other, today = Case.objects.get(pk=world.keys["case"]), a_caseworker(), timezone.localdate()
    fields = {
        "team": other.team_id,
        "worker": other.pk,
        "on": f"{today.day} {today.month} {today.year}",
        "version": case.version,
    }
    assert send(world, Role.FIRST_LINE_MANAGER, "assign_case", [case.pk], **fields).status_code == 302
    assert Allocation.objects.get(case=case, subject="", to_on=None).worker == other
    stale = send(world, Role.FIRST_LINE_MANAGER, "assign_case", [case.pk], **fields)
    assert stale.status_code == 409


def test_a_late_timescale_is_explained_with_a_national_code(world: World):
    row = Timescale.objects.get(clause="cpo.first_contact", subject=f"order:{world.keys['order']}")
    answer = send(
        world,
        Role.CASEWORKER,
        "explain_lateness",
        [row.pk],
        follow=True,
        code="did_not_turn_up",
        note="Rang twice",
    )
    row.refresh_from_db()
    assert answer.status_code == 200
    assert row.late_reason == "did_not_turn_up"
    wrong = send(world, Role.CASEWORKER, "explain_lateness", [row.pk], code="the_dog_ate_it")
    assert wrong.status_code == 422


def test_a_manager_leaves_one_out_of_the_figures_and_a_caseworker_may_not(world: World):
    row = Timescale.objects.get(clause="cpo.first_contact", subject=f"order:{world.keys['order']}")
    fields = {"code": "could_not_comply", "note": "In hospital"}
    assert send(world, Role.CASEWORKER, "excuse_timescale", [row.pk], **fields).status_code == 403
    assert send(world, Role.FIRST_LINE_MANAGER, "excuse_timescale", [row.pk], **fields).status_code == 302
    row.refresh_from_db()
    assert row.excused == "could_not_comply"


def test_a_person_is_found_by_name_reference_and_birth_and_the_search_is_logged(world: World):
    from cases.models import Case, Consultation

    case = Case.objects.select_related("person").get(pk=world.keys["case"])
    client = world.client(Role.CASEWORKER)
    for fields in (
        {"text": case.person.family_name},
        {"text": case.person.reference},
        {"text": f"{case.person.family_name} {case.person.given_name}"},
    ):
        page = client.post(reverse("people"), fields).content.decode()
        assert reverse("case", args=[case.pk]) in page
    assert Consultation.objects.filter(kind="search").count() == 3
    nobody = client.post(reverse("people"), {"text": "Zzyzx"}).content.decode()
    assert "Nobody you may see" in nobody


def test_a_restricted_record_opens_for_an_hour_with_a_reason(world: World):
    from cases.models import Case, Person
    from tests.builders import a_team

    case = Case.objects.select_related("person").get(pk=world.keys["case"])
    Person.objects.filter(pk=case.person_id).update(restricted=True)
    worker = world.users[Role.BUSINESS_SUPPORT]
    worker.role, worker.team = Role.CASEWORKER, a_team("South")
    worker.save()
    client = world.client(Role.BUSINESS_SUPPORT)
    assert client.get(reverse("case", args=[case.pk])).status_code == 404
    fields = {
        "reference": case.person.reference,
        "reason": "Duty officer: a call from the person",
        "key": str(uuid.uuid4()),
    }
    assert client.post(reverse("open_restricted_record"), fields).status_code == 302
    assert client.get(reverse("case", args=[case.pk])).status_code == 200
    again = client.post(reverse("open_restricted_record"), fields, follow=True)
    assert SAVED_BEFORE in again.content.decode()
    assert Entry.objects.filter(operation="open_restricted_record").count() == 1
    unknown = client.post(
        reverse("open_restricted_record"), {**fields, "reference": "P-999999", "key": str(uuid.uuid4())}
    )
    assert "No restricted record has this reference" in unknown.content.decode()


def opened(client: Client, address: str) -> dict[str, object]:
    """What the form of this page would send as it stands."""
    context = client.get(address).context
    form = context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return {**sent, **({PAGE: context["draft"].page} if "draft" in context else {})}


def test_a_form_that_was_carried_out_says_so_when_it_is_sent_again(world: World):
    client, address = world.client(Role.CASEWORKER), reverse("raise_alert", args=[world.keys["case"]])
    fields = {"kind": "health", "text": "Uses a hearing aid", "from_on": f"{timezone.localdate():%d %m %Y}"}
    sent, before = {**opened(client, address), **fields}, Alert.objects.count()
    client.post(address, sent)
    assert SAVED_BEFORE in client.post(address, sent, follow=True).content.decode()
    assert Alert.objects.count() == before + 1


def test_a_look_at_one_case_is_granted_once_however_often_it_is_sent(world: World):
    from tests.builders import a_team, staff

    colleague = staff(Role.CASEWORKER, team=a_team("South"))
    client, address = (
        world.client(Role.FIRST_LINE_MANAGER),
        reverse("permit_access", args=[world.keys["case"]]),
    )
    fields = {"user": colleague.pk, "to_on": f"{timezone.localdate():%d %m %Y}", "reason": "Covers a visit"}
    sent, before = {**opened(client, address), **fields}, Permission.objects.count()
    assert client.post(address, sent).status_code == 302
    assert SAVED_BEFORE in client.post(address, sent, follow=True).content.decode()
    assert Permission.objects.count() == before + 1


def test_what_there_is_to_choose_is_gone_since_because_the_form_was_carried_out(world: World):
    address = reverse("approve_disposal")
    client = next(
        one
        for one in map(world.client, Role.values[:-1])
        if (page := one.get(address)).status_code == 200 and page.context["form"].fields["disposals"].choices
    )
    form = client.get(address).context["form"]
    sent = {**opened(client, address), "disposals": [form.fields["disposals"].choices[0][0]]}
    sent |= {name: "on" for name, field in form.fields.items() if isinstance(field, BooleanField)}
    assert client.post(address, sent).status_code == 302
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert [str(one) for one in answer.context["form"].non_field_errors()] == [
        "You sent this form before, and it was saved then. Look at what is there now"
    ]
    assert answer.context["form"]["key"].value() != str(sent["key"])


def test_what_was_typed_about_what_is_no_longer_there_is_shown_back_to_who_had_opened_it(world: World):
    case, alert = world.keys["case"], Alert.objects.get(pk=world.keys["alert"])
    worker, manager = world.client(Role.CASEWORKER), world.client(Role.FIRST_LINE_MANAGER)
    address = reverse("end_alert", args=[case, alert.pk])
    typed = {"to_on": f"{timezone.localdate():%d %m %Y}", "reason": "It was a <mistake>"}
    first, second = ({**opened(worker, address), **typed} for _ in range(2))
    assert worker.post(address, first).status_code == 302
    answer = worker.post(address, second)
    assert answer.status_code == 410
    # It was not there for them, and that is written down as for any number.
    assert RefusedLook.objects.filter(user=world.users[Role.CASEWORKER], page="end_alert").count() == 1
    assert "It was a &lt;mistake&gt;" in answer.content.decode()
    # Whoever had not opened it is told as much as of any number: the page is not there.
    bare = {name: value for name, value in second.items() if name != PAGE}
    for client, sent in ((worker, bare), (manager, second)):
        answer = client.post(address, {**sent, "key": str(uuid.uuid4())})
        assert (answer.status_code, b"mistake" in answer.content) in ((404, False), (403, False))
        assert answer.status_code == 403 or b"nothing was saved now" in answer.content
