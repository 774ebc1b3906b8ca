"""What a caller of the API may set: what the operation's form asks for, and no other column of any table."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from cases.models import Role
from cases.permissions import ALLOWED
from justice.web import api_operations
from tests.figures import Figure, size
from tests.trust.matrix import Asked, addresses, written
from tests.web.conftest import World
from tests.web.walk import nothing_kept

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]

APPS = ("cases", "orders", "assessments", "performance")


def columns() -> set[str]:
    """Every column and relation of every table, as a caller might name it."""
    return {
        name
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        for name in (field.name, getattr(field, "attname", field.name))
    }


def writable(world: World) -> list[tuple[Asked, Any]]:
    """Each operation of the API with the page whose form it takes."""
    found = []
    for one in addresses(world):
        endpoint = getattr(resolve(one.path).func, "cls", None)
        page = getattr(endpoint, "view_class", None)
        if one.api and page is not None:
            found.append((one, page))
    return found


def somebody(world: World, operation: str) -> list[Client]:
    """Whose role carries it out, the manager first."""
    roles = (
        Role.FIRST_LINE_MANAGER,
        Role.CASEWORKER,
        Role.SENIOR_MANAGER,
        Role.PERFORMANCE_OFFICER,
        Role.ADMINISTRATOR,
    )
    return [world.client(role) for role in roles if role in ALLOWED[operation]]


def sent(world: World, one: Asked, page: Any, given: dict[str, Any]) -> tuple[int, Any, set[str]]:
    """What the first of those who may carry it out, and who know of the record, is told; and what was written."""
    status, told, wrote = 404, None, set[str]()
    for client in somebody(world, page.operation):
        client.raise_request_exception = False
        with nothing_kept(), CaptureQueriesContext(connection) as queries:
            answer = client.post(
                one.path,
                given,
                content_type="application/json",
                headers={"If-Match": "1", "Idempotency-Key": str(uuid.uuid4())},
            )
        status, wrote = answer.status_code, written(queries.captured_queries)
        told = answer.json() if answer.headers.get("Content-Type") == "application/json" else None
        if status not in (403, 404):
            break
    return status, told, wrote


@pytest.mark.figure(
    "columns sent to operations of the API that do not ask for them: all refused by name, none written"
)
def test_no_column_is_set_that_the_operation_does_not_ask_for(world: World, figure: Figure):
    every = sorted(columns())
    for number, (one, page) in enumerate(writable(world)):
        if number % size(change=4, night=1):
            continue
        # The form of a tool has the tool's own scales besides.
        asked_for = {
            *page.form_class.base_fields,
            *(("level",) if page.operation == "complete_assessment" else ()),
        }
        foreign = [name for name in every if name not in asked_for]
        status, told, wrote = sent(world, one, page, dict.fromkeys(foreign, "1"))
        if status in (403, 404):
            continue  # nobody of the world stands so that they could carry it out
        figure.add(not wrote, f"{one.name} wrote to {wrote}")
        for name in foreign:
            figure.add(status == 400 and name in told, f"{one.name} with {name}: {status}")


@pytest.mark.figure("an endpoint that lets unknown keys through, noticed")
def test_a_key_let_through_is_noticed(world: World, figure: Figure, monkeypatch: pytest.MonkeyPatch):
    (one, page) = next(row for row in writable(world) if row[0].name == "api-raise_alert")
    given = {"kind": "health", "from_on": "2026-01-01", "text": "x", "recorded_by": "1"}
    status, told, _ = sent(world, one, page, given)
    figure.add((status, list(told)) == (400, ["recorded_by"]), f"{status} {told}")
    monkeypatch.setattr(api_operations, "set", lambda *_: frozenset(), raising=False)
    status, told, _ = sent(world, one, page, given)
    figure.planted("unknown keys are let go", status != 400 or "recorded_by" not in (told or ()))


def test_the_columns_are_those_of_the_tables():
    assert {"recorded_by", "recorded_by_id", "version", "restricted", "closed_on"} <= columns()
