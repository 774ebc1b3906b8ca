"""Whatever a program sends to the API, as any role: an answer, and never a fault of the server's."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from cases.models import Role
from tests.figures import Figure, at_night, size
from tests.trust.test_faults import undone
from tests.web.conftest import World
from tests.web.walk import ROLES

pytestmark = pytest.mark.django_db


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The API as it describes itself; its paths begin at the root."""
    schema: dict[str, Any] = json.loads(
        json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str)
    )
    return schema


def operations() -> list[Any]:
    """Each call that the API knows, ready to make cases of it."""
    schema = schemathesis.openapi.from_dict(described())
    return [found.ok() for found in schema.get_all_operations()]


def answered(client: Client, case: Any) -> int:
    """Send one made-up call; the status of its answer."""
    given = case.as_transport_kwargs(base_url="http://testserver")
    body = (
        json.dumps(given["json"], default=str) if given.get("json") is not None else given.get("data") or b""
    )
    headers = {name: str(value) for name, value in dict(given.get("headers") or {}).items()}
    kind = headers.pop("Content-Type", "application/json")
    address = given["url"].removeprefix("http://testserver")
    with undone():
        answer = client.generic(
            given["method"],
            address,
            body,
            content_type=kind,
            headers=headers,
            query_params=given.get("params"),
        )
    return answer.status_code


def tried(client: Client, operation: Any, examples: int, figure: Figure, who: str) -> None:
    """So many calls of one operation, each of which the schema allows or just does not."""

    @settings(
        max_examples=examples, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        status = answered(client, case)
        figure.add(
            status < 500, f"{who}: {operation.method} {operation.path} answers {status}: {case.body!r}"[:300]
        )

    call()


@pytest.mark.figure("made-up calls of the API, as the schema allows them: no fault of the server's")
def test_no_call_of_the_api_makes_the_server_fail(world: World, figure: Figure):
    every = operations()
    assert len(every) > 100
    for role in ROLES if at_night() else [Role.CASEWORKER]:
        client = world.client(role)
        client.raise_request_exception = False
        for operation in every if at_night() else every[::25]:
            with suppress(Unsatisfiable):  # a path or header of which the schema allows hardly anything
                tried(client, operation, size(change=1, night=20), figure, role)
