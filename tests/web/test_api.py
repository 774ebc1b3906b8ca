"""The API: what is read is what may be seen, a change is one POST, and it speaks as the forms do."""

from __future__ import annotations

import uuid

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Consultation, Role
from cases.permissions import ALLOWED
from orders.models import Contact
from tests.builders import a_team, take_away
from tests.web.conftest import World

pytestmark = pytest.mark.django_db


def post(client: Client, address: str, body: dict, **headers: str):
    return client.post(
        address,
        body,
        content_type="application/json",
        headers={name.replace("_", "-"): v for name, v in headers.items()},
    )


def contacts_of(world: World) -> str:
    return f"/api/v1/orders/{world.keys['order']}/contacts/"


def a_contact(**more) -> dict:
    return {"kind": "telephone", "on": timezone.localdate().isoformat(), "attended": True} | more


def test_the_schema_validates(tmp_path):
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    text = file.read_text(encoding="utf-8")
    assert "openapi: 3.1" in text
    missing = {name for name in ALLOWED if f"operationId: {name}\n" not in text}
    # A bundle is a file: it comes by the page and by the command. A list of people is taken away by its page. An
    # account that nobody uses is closed by the night.
    assert missing <= {"import_caseload", "request_export", "take_export", "suspend_unused_account"}


def test_a_stranger_reads_nothing():
    assert Client().get("/api/v1/cases/").status_code in (401, 403)


def test_a_caseworker_reads_their_cases_a_page_at_a_time_and_the_look_is_logged(world: World):
    client = world.client(Role.CASEWORKER)
    answer = client.get("/api/v1/cases/", {"page_size": 1}).json()
    assert answer["count"] == 2
    assert len(answer["results"]) == 1
    assert Consultation.objects.filter(kind="api").latest("at").cases == [answer["results"][0]["id"]]


def test_another_team_reads_none_of_it(world: World):
    user = world.users[Role.CASEWORKER]
    user.team = a_team("South")
    user.save()
    for allocation in user.allocations.all():
        allocation.worker = None
        allocation.save()
    client = world.client(Role.CASEWORKER)
    for name in (
        "cases",
        "timescales",
        "orders",
        "contacts",
        "attendances",
        "reports",
        "releases",
        "breaches",
        "absences",
        "warnings",
    ):
        assert client.get(f"/api/v1/{name}/").json()["count"] == 0, name
    assert client.get(f"/api/v1/orders/{world.keys['order']}/").status_code == 404
    assert post(client, contacts_of(world), a_contact()).status_code == 404


def test_overdue_timescales_are_those_of_the_page(world: World):
    client = world.client(Role.CASEWORKER)
    rows = client.get("/api/v1/timescales/", {"overdue": "true"}).json()
    assert rows["count"] > 0
    page = take_away(client, reverse("overdue_csv"))
    lines = b"".join(page.streaming_content).decode().strip().splitlines()
    assert len(lines) - 3 == rows["count"]  # the head; an empty line and who took it away


def test_a_contact_is_recorded_once_however_often_it_is_sent(world: World):
    client, key = world.client(Role.CASEWORKER), str(uuid.uuid4())
    first = post(client, contacts_of(world), a_contact(), Idempotency_Key=key)
    again = post(client, contacts_of(world), a_contact(), Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {"made": first.json()["made"], "repeated": True}
    assert Contact.objects.filter(order=world.keys["order"], kind="telephone").count() == 1
    other = post(client, contacts_of(world), a_contact(note="Other words"), Idempotency_Key=key)
    assert other.status_code == 422


def test_a_refusal_has_the_sentences_of_the_form(world: World):
    client = world.client(Role.CASEWORKER)
    wrong = a_contact(on="2031-01-01")
    answer = post(client, contacts_of(world), wrong)
    assert answer.status_code == 400
    page = client.post(
        reverse("record_contact", args=[world.keys["order"]]),
        {"kind": "telephone", "on": "1 1 2031", "attended": "yes", "key": str(uuid.uuid4())},
    )
    assert answer.json()["on"][0] in page.content.decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "kind", id="nothing given"),
        pytest.param(a_contact(on="2025-02-30"), "on", id="no such day"),
        pytest.param(a_contact(kind="pigeon"), "kind", id="no such kind"),
        pytest.param(
            a_contact(recorded_by=1), "recorded_by", id="a field of the table that is not of the operation"
        ),
        pytest.param(a_contact(kind={"a": 1}), "kind", id="nested"),
    ],
)
def test_bad_input_is_named_by_field_and_nothing_is_saved(world: World, body: dict, field: str):
    before = Contact.objects.count()
    answer = post(world.client(Role.CASEWORKER), contacts_of(world), body)
    assert answer.status_code == 400
    assert field in answer.json()
    assert Contact.objects.count() == before


def test_what_people_edit_needs_the_version_that_was_read(world: World):
    client = world.client(Role.FIRST_LINE_MANAGER)
    order = client.get(f"/api/v1/orders/{world.keys['order']}/").json()
    address = f"/api/v1/orders/{order['id']}/end/"
    body = {"on": timezone.localdate().isoformat(), "reason": "completed"}
    end = {"on": body["on"], "end_reason": "completed", "reason": "completed", "ended_on": body["on"]}
    fields = {name: value for name, value in end.items() if name in end_fields()}
    assert post(client, address, fields).status_code == 428
    assert post(client, address, fields, If_Match=str(order["version"] + 5)).status_code == 412
    assert post(client, address, fields, If_Match=str(order["version"])).status_code == 201


def end_fields() -> set[str]:
    from orders.views.changes import EndOrder

    return set(EndOrder.form_class.base_fields)


def test_a_role_that_may_not_is_refused(world: World):
    client = world.client(Role.SENIOR_MANAGER)
    assert post(client, contacts_of(world), a_contact()).status_code == 403


def test_no_field_is_patched_and_no_row_deleted(world: World):
    client = world.client(Role.CASEWORKER)
    address = f"/api/v1/orders/{world.keys['order']}/"
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(address, "{}", content_type="application/json").status_code == 405


def test_figures_and_the_cases_behind_them(world: World):
    client = world.client(Role.SENIOR_MANAGER)
    quarter = "2026-27/q3"
    figures = {row["kpi"]: row for row in client.get(f"/api/v1/performance/{quarter}/").json()}
    assert {"K1", "K6", "new_orders", "attendance_rate"} <= set(figures)
    for code in ("k1", "k2", "k5"):
        rows = client.get(f"/api/v1/performance/{quarter}/measures/{code}/cases/").json()
        assert len(rows) == figures[code.upper()]["denominator"]
        assert sum(row["counted"] for row in rows) == figures[code.upper()]["numerator"]


def test_the_page_to_try_it_opens(world: World):
    assert world.client(Role.CASEWORKER).get("/api/v1/").status_code == 200
