"""Victim information: seen by who may, and found by nobody else, on no page, in no search, file, document or API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Plan, VictimSafety
from cases import chronology, operations, permissions
from cases.models import (
    Allocation,
    Consultation,
    EntryReason,
    Limit,
    Opening,
    Person,
    Role,
    VictimInformation,
)
from cases.models.cases import Case
from justice.domain.errors import Refused
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, day, staff, worker_of
from tests.web.conftest import World, a_world

pytestmark = pytest.mark.django_db

TODAY = day("3 August 2026")
CANARY = "Zilverquist"
WORDS = {
    "name": f"{CANARY}name",
    "relationship": f"{CANARY}relation",
    "wishes": f"{CANARY}wishes",
    "safety": f"{CANARY}safety",
}


def a_victim(case, actor=None, **more):
    given = {**WORDS, "from_on": day("1 June 2026"), "today": TODAY, **more}
    return operations.add_victim_information(actor=actor or worker_of(case), case=case, **given)


# --- Who may ------------------------------------------------------------------------------------------------------

# Those who may see cases at all.
CASEWORK = (
    "caseworker", "unpaid_work_supervisor", "business_support", "first_line_manager", "senior_manager",
    "performance_officer",
)  # fmt: skip
# relation -> the roles that may know what victims said
SEEN = {
    "own team": ("first_line_manager",),
    "other team": (),
    "held by nobody": (),
    "holds the case": CASEWORK,
    "holds an order": CASEWORK,
    "named": CASEWORK,
    "opened a restricted record": ("first_line_manager",),
    "holds the case, excluded": (),
    "closed, held by own team to the end": ("first_line_manager",),
}


@pytest.mark.parametrize("relation", SEEN)
@pytest.mark.parametrize("role", [role.value for role in Role if role != Role.SYSTEM])
def test_who_may_know_what_victims_said(role, relation):
    user = staff(role)
    case = a_case(worker=a_caseworker(team=a_team("South") if relation == "other team" else user.team))
    held = case.allocations.get()
    a_victim(case)
    match relation:
        case "holds the case" | "holds the case, excluded":
            held.worker = user
        case "holds an order":
            Allocation.objects.create(
                case=case, subject="order:1", worker=user, team=user.team, from_on=held.from_on
            )
        case "held by nobody":
            held.to_on = held.from_on
        case "named":
            case.victim_readers.create(user=user, reason="Covers the court")
        case "opened a restricted record":
            at = timezone.now() - timedelta(minutes=5)
            Person.objects.filter(pk=case.person_id).update(restricted=True)
            Opening.objects.create(
                person=case.person,
                user=user,
                team=user.team,
                reason="Duty",
                opened_at=at,
                until=at + timedelta(hours=1),
            )
        case "closed, held by own team to the end":
            held.to_on = case.closed_on = TODAY
            case.save()
    if "excluded" in relation:
        Limit.objects.create(person=case.person, user=user, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    held.save()
    may = role in SEEN[relation]
    assert permissions.may_see_victims(user, case) == may
    assert VictimInformation.objects.visible_to(user).exists() == may
    client = Client()
    client.force_login(user)
    page = client.get(reverse("victims", args=[case.pk]))
    assert page.status_code == (200 if may else 404)
    assert (CANARY in page.content.decode()) == may


def test_nobody_may_write_what_they_may_not_read():
    case = a_case()
    colleague = a_caseworker()
    victim = a_victim(case)
    by = {"actor": colleague, "case": case}
    kept = dict.fromkeys(WORDS, "x")
    with pytest.raises(PermissionDenied):
        a_victim(case, actor=colleague)
    with pytest.raises(PermissionDenied):
        operations.amend_victim_information(victim=victim, expected_version=1, **kept, **by)
    with pytest.raises(PermissionDenied):
        operations.end_victim_information(victim=victim, to_on=TODAY, today=TODAY, expected_version=1, **by)
    stored = VictimInformation.objects.get()
    assert (stored.name, stored.to_on, stored.version) == (WORDS["name"], None, 1)


def test_the_manager_names_who_else_may_see_it_and_takes_it_back():
    case, manager, named = a_case(), a_manager(), staff(Role.SENIOR_MANAGER)
    a_victim(case)
    for people, may in (([named], True), ([], False)):
        case.refresh_from_db()
        operations.name_victim_readers(
            actor=manager,
            case=case,
            named=people,
            reason="Writes to the victim",
            expected_version=case.version,
        )
        assert permissions.may_see_victims(named, case) == may
    with pytest.raises(PermissionDenied):
        operations.name_victim_readers(
            actor=worker_of(case), case=case, named=[named], reason="x", expected_version=case.version
        )


def test_nobody_is_named_who_may_not_see_the_case():
    case, manager = a_case(), a_manager()
    far = a_caseworker(team=a_team("South"))
    with pytest.raises(Refused, match="may see this case"):
        operations.name_victim_readers(
            actor=manager, case=case, named=[far], reason="x", expected_version=case.version
        )


def test_a_change_keeps_how_it_stood_and_an_end_keeps_the_row(client):
    case = a_case()
    victim = a_victim(case)
    client.force_login(worker_of(case))
    form = {"name": "A B", "relationship": "", "wishes": "", "safety": "", "version": "1"}
    answer = client.post(reverse("amend_victim_information", args=[case.pk, victim.pk]), form)
    assert answer.status_code == 302
    assert [row.name for row in victim.history.order_by("history_id")] == [WORDS["name"], "A B"]
    answer = client.post(
        reverse("end_victim_information", args=[case.pk, victim.pk]), {"to_on": "2026-08-03", "version": "2"}
    )
    assert answer.status_code == 302
    assert "What no longer holds (1)" in client.get(reverse("victims", args=[case.pk])).content.decode()


def test_each_look_is_logged_under_a_page_name_of_its_own(client):
    case = a_case()
    client.force_login(worker_of(case))
    client.get(reverse("victims", args=[case.pk]))
    assert Consultation.objects.latest("pk").page == "victims"


def test_the_api_of_the_operation_asks_the_same_question(client):
    case = a_case()
    victim = a_victim(case)
    address = f"/api/v1/cases/{case.pk}/victims/"
    body = {"name": "X", "from_on": "2026-06-01"}
    for user, status in ((a_caseworker(), 404), (staff(Role.SENIOR_MANAGER), 403), (worker_of(case), 201)):
        client.force_login(user)
        answer = client.post(address, body, content_type="application/json")
        assert answer.status_code == status, user.role
        assert CANARY not in answer.content.decode()
    client.force_login(a_caseworker())
    answer = client.post(
        f"{address}{victim.pk}/", body, content_type="application/json", headers={"If-Match": "1"}
    )
    assert answer.status_code == 404


def test_others_are_not_told_that_there_is_a_victim_at_all(client):
    case = a_case()
    a_victim(case)
    assert not EntryReason.objects.filter(text__contains=CANARY).exists()
    for user, told in ((worker_of(case), True), (a_caseworker(), False), (staff(Role.SENIOR_MANAGER), False)):
        client.force_login(user)
        body = client.get(reverse("case_record", args=[case.pk])).content.decode().lower()
        assert ("victim" in body) == told, user.role


# --- The canary (on pages, in files and in the API: tests/trust/test_canaries.py) --------------------------------


@pytest.fixture
def full_world() -> World:
    """A world whose every case has victim information with a word that stands nowhere else."""
    world = a_world()
    worker = world.users[Role.CASEWORKER]
    for case in Case.objects.visible_to(worker):
        a_victim(case, actor=worker)
    world.keys["victim"] = VictimInformation.objects.latest("pk").pk
    for plan in Plan.objects.all():
        VictimSafety.objects.create(plan=plan, text=f"{CANARY}plan", recorded_by=worker)
    return world


MAY = {Role.CASEWORKER, Role.FIRST_LINE_MANAGER}  # the world's: who holds its cases, and their manager


@pytest.mark.parametrize("role", sorted(MAY))
def test_no_search_finds_a_victim(full_world, role):
    client = full_world.client(role)
    found = client.post(reverse("people"), {"text": WORDS["name"]})
    assert "Nobody you may see" in found.content.decode()
    found = client.post(reverse("chronology", args=[full_world.keys["case"]]), {"words": WORDS["wishes"]})
    assert "Nothing in the record is like this" in found.content.decode()
    api = client.get("/api/v1/cases/", {"search": CANARY, "reference": CANARY})
    assert api.json()["count"] == 0


def test_no_event_of_the_chronology_is_about_a_victim():
    case = an_order().case
    a_victim(case)
    assert CANARY not in repr(chronology.events(case, worker_of(case)))
