"""What may not be seen answers as what is not there: in words, status, headers and the number of queries."""

from __future__ import annotations

import random
import re
import uuid
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from cases.models import Case, Person, Role, User
from tests.figures import Figure, size
from tests.trust.matrix import Asked, Policy, Stage, addresses, body
from tests.web.conftest import World
from tests.web.walk import PASSING, nothing_kept

pytestmark = pytest.mark.django_db

NOBODY = 999_999_999  # a key that no row has
ABOUT_A_PERSON = {"case", "victims", "answered"}
# What says nothing of the record: the number of the request, and what each answer draws by lot.
BY_LOT = re.compile(r"'nonce-[^']*'|nonce=\"[^\"]*\"")
TOKENS = {"X-Request-ID", "Set-Cookie"}


@dataclass(frozen=True)
class Told:
    """All that an answer tells: what it says, its headers, and what it cost."""

    status: int
    words: str
    headers: tuple[tuple[str, str], ...]
    queries: int


def told(
    client: Client, path: str, key: str, *, post: bool = False, given: dict[str, str] | None = None
) -> Told:
    with nothing_kept(), CaptureQueriesContext(connection) as queries:
        if post:
            answer = client.post(path, "{}", content_type="application/json")
        elif given is not None:
            answer = client.post(path, given)
        else:
            answer = client.get(path)
        text = body(answer).decode("utf-8", "replace")
    return Told(
        answer.status_code,
        BY_LOT.sub("", PASSING.sub("", text)).replace(key, "KEY"),
        tuple(sorted((name, BY_LOT.sub("", value)) for name, value in headers(answer))),
        len(queries),
    )


def headers(answer: HttpResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.items() if name not in TOKENS]


def keyed(world: World, policy: Policy) -> list[tuple[Asked, str]]:
    """Every address about one person with the record's own keys, and the same with keys that no row has."""
    found = []
    for one in addresses(world):
        page = policy.name_of(one.name)
        if page not in policy.classes or policy.classes[page][1] not in ABOUT_A_PERSON:
            continue
        keys = resolve(one.path).kwargs
        whole = [name for name in keys if name == "pk" or name in NUMBERS]
        if whole:
            elsewhere = {**keys, **dict.fromkeys(whole, NOBODY)}
            found.append((one, reverse(one.name, kwargs=elsewhere)))
    return found


NUMBERS = (
    "case", "order", "report", "timescale", "point", "associate", "victim", "alert", "note", "requirement",
    "attendance", "breach", "appointment", "absence", "warning", "release", "assessment", "plan", "goal",
    "intervention", "review", "meeting", "task", "mappa_meeting", "mappa_action", "permission", "opening", "sampled",
)  # fmt: skip


def compare(client: Client, one: Asked, elsewhere: str) -> tuple[Told, Told]:
    """What the record's address tells, and what the same address with nobody's keys tells."""
    for path in (one.path, elsewhere):  # the first look fills what a process keeps
        with nothing_kept():
            client.get(path)
    return (
        told(client, one.path, one.path, post=one.operation),
        told(client, elsewhere, elsewhere, post=one.operation),
    )


KEPT_OUT = (
    ("exclusion list", Role.CASEWORKER),
    ("exclusion list", Role.FIRST_LINE_MANAGER),
    ("exclusion list", Role.SENIOR_MANAGER),
    ("other team", Role.CASEWORKER),
    ("other team", Role.BUSINESS_SUPPORT),
    ("restricted", Role.CASEWORKER),
    ("restricted", Role.UNPAID_WORK_SUPERVISOR),
    ("other council", Role.SENIOR_MANAGER),
)


@pytest.mark.figure(
    "addresses of a record that may not be seen and of none at all: the same answer, at the same cost"
)
def test_what_may_not_be_seen_answers_as_what_is_not_there(world: World, figure: Figure):
    policy = Policy.kept()
    pairs = keyed(world, policy)
    every = [(stage, pair) for stage in KEPT_OUT for pair in pairs]
    chosen = random.Random("sameness").sample(every, min(len(every), size(change=70, night=len(every))))
    for relation, role in KEPT_OUT:
        with nothing_kept():
            client = Stage(world, relation).actor(role)
            client.raise_request_exception = False
            for one, elsewhere in (pair for stage, pair in chosen if stage == (relation, role)):
                kept, nothing = compare(client, one, elsewhere)
                figure.add(kept == nothing, f"{one.name} as {role}, {relation}: {apart(kept, nothing)}")


def apart(one: Told, other: Told) -> str:
    if one.status != other.status:
        return f"{one.status} and {other.status}"
    if one.queries != other.queries:
        return f"{one.queries} and {other.queries} queries"
    return "other words" if one.words != other.words else "other headers"


@pytest.mark.figure("searches for a person who may not be seen and for nobody: the same answer")
def test_no_search_and_no_form_tells_of_them(world: World, figure: Figure):
    for relation, role in KEPT_OUT:
        with nothing_kept():
            stage = Stage(world, relation)
            client = stage.actor(role)
            person = Person.objects.get(pk=stage.case.person_id)
            Person.objects.filter(pk=person.pk).update(restricted=True)
            asked = [("people", "text", person.reference, "P-999999")]
            if relation == "exclusion list" and role in (Role.CASEWORKER, Role.FIRST_LINE_MANAGER):
                asked.append(("open_restricted_record", "reference", person.reference, "P-999999"))
            for name, field, real, other in asked:
                both = []
                for reference in (real, other):
                    given = {field: reference, "reason": "On duty", "key": str(uuid.uuid4())}
                    both.append(told(client, reverse(name), reference, given=given))
                if role == Role.SENIOR_MANAGER and relation == "restricted":
                    continue
                same = (both[0].status, both[0].words) == (both[1].status, both[1].words)
                figure.add(same, f"{name} as {role}, {relation}")


@pytest.mark.figure("differences planted between what is hidden and what is not there, each noticed")
def test_a_difference_is_noticed(world: World, figure: Figure):
    pairs = {one.name: (one, elsewhere) for one, elsewhere in keyed(world, Policy.kept())}

    def refused(rows: object, *args: object, **keys: object) -> object:
        """As a page would that says no instead of not there."""
        from django.core.exceptions import PermissionDenied

        if Case.objects.filter(pk=keys.get("pk", 0)).exists():
            try:
                return get_object_or_404(rows, *args, **keys)  # type: ignore[call-overload]
            except Http404:
                raise PermissionDenied from None
        return get_object_or_404(rows, *args, **keys)  # type: ignore[call-overload]

    def slower(rows: object, *args: object, **keys: object) -> object:
        """As a page would that asks once more where there is something."""
        if Case.objects.filter(pk=keys.get("pk", 0)).exists():
            User.objects.filter(pk=1).exists()
        return get_object_or_404(rows, *args, **keys)  # type: ignore[call-overload]

    with nothing_kept():
        client = Stage(world, "exclusion list").actor(Role.CASEWORKER)
        for fault, planted in (("a refusal", refused), ("one more query", slower)):
            with patch("justice.web.views.get_object_or_404", planted):
                kept, nothing = compare(client, *pairs["case"])
            figure.planted(fault, kept != nothing)
        kept, nothing = compare(client, *pairs["case"])
        figure.add(kept == nothing, "the page itself differs")
