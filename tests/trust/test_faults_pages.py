"""Whatever nobody caught, in a page, a form or a call: plain words and a number, no detail, nothing half-saved."""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases import permissions
from cases.models import Consultation, Entry, Role
from justice.web import errors
from tests.figures import Figure, at_night
from tests.trust.faults import ASIDE, differ, failing, state
from tests.trust.forms import forms
from tests.trust.test_faults import undone
from tests.web.conftest import World
from tests.web.test_pages import addresses
from tests.web.walk import fields

pytestmark = pytest.mark.django_db

# What an answer may not say: where it failed, what was asked, and what stands in the records.
DETAIL = re.compile(
    r"Traceback|planted|OperationalError|RuntimeError|SELECT |INSERT |\.py\b|cases_|Sample, ", re.I
)
OPEN = Role.FIRST_LINE_MANAGER


def client_of(world: World, role: str) -> Client:
    client = world.client(role)
    client.raise_request_exception = False
    return client


def faults_of(answer: HttpResponse, status: int) -> list[str]:
    """What is wrong with an answer that says that something is wrong."""
    text, number = answer.content.decode(), answer.headers.get("X-Request-ID", "")
    wrong = [] if answer.status_code == status else [f"answers {answer.status_code} and not {status}"]
    if not number or number not in text:
        wrong.append("no number")
    if found := DETAIL.search(text):
        wrong.append(f"says {found[0]!r}")
    if status == 503 and not answer.headers.get("Retry-After"):
        wrong.append("does not say when to come back")
    return wrong


# ---------------------------------------------------------------- the database is away


@pytest.mark.figure("pages of which a question to the database failed: 503 in plain words, with a number")
def test_a_page_whose_question_fails_says_so_in_plain_words(world: World, figure: Figure):
    client, chance = client_of(world, OPEN), random.Random(1)
    places = [(name, address) for name, address in addresses(world) if not name.startswith("live")]
    for name, address in places if at_night() else chance.sample(places, 15):
        with undone(), failing(writes=False) as count:
            client.get(address)
        for at in (
            {1, chance.randint(1, count.seen), count.seen} if at_night() else {chance.randint(1, count.seen)}
        ):
            with undone(), failing(at, writes=False) as struck:
                answer = client.get(address)
                transaction.set_rollback(False)
            if name == "ready":
                figure.add(answer.status_code == 503, f"{name}: {answer.status_code}")
            else:
                wrong = faults_of(answer, 503)
                figure.add(not wrong, f"{name}, question {at} ({struck.struck}): {', '.join(wrong)}")


@pytest.mark.figure("forms of which a write failed: 503 with what was typed, and nothing of the change")
def test_a_form_whose_write_fails_keeps_what_was_typed_and_nothing_else(world: World, figure: Figure):
    for name, (role, address, sent) in forms(world).items():
        client, sent = client_of(world, role), {**sent, "key": str(uuid.uuid4())}
        if "password" in sent:
            continue  # is not kept anywhere
        with undone(), failing(but=ASIDE) as count:
            assert client.post(address, sent).status_code == 302, name
        numbers = range(1, count.seen + 1) if at_night() else sorted({1, count.seen})
        for at in numbers:
            with undone():
                before = state(ASIDE)
                with failing(at, but=ASIDE) as struck:
                    answer = client.post(address, sent)
                transaction.set_rollback(False)
                wrong = faults_of(answer, 503) + [f"left {one}" for one in differ(before, state(ASIDE))]
                # The page itself holds what was typed: sent again from there, it is carried out.
                again = {key: unescape(value) for key, value in resent(answer).items()}
                wrong += [] if again == {k: str(v) for k, v in sent.items()} else [f"keeps {again}"]
                entries = Entry.objects.count()
                if client.post(address, again).status_code != 302 or Entry.objects.count() != entries + 1:
                    wrong.append("sent again it was not carried out")
            figure.add(not wrong, f"{name}, write {at} ({struck.struck}): {', '.join(wrong)}")


def resent(answer: HttpResponse) -> dict[str, str]:
    import tinyhtml5

    form = tinyhtml5.parse(answer.content.decode(), namespace_html_elements=False).find(".//form")
    return {} if form is None else fields(form)


def test_no_password_stands_in_the_page_that_asks_to_send_it_again(world: World):
    sent = {"login": "ann@council.invalid", "password": "correct-horse-battery"}
    client = client_of(world, OPEN)
    client.logout()
    with failing(1, writes=False) as struck:
        answer = client.post(reverse("sign_in"), sent)
    assert struck.struck
    assert answer.status_code == 503
    assert "correct-horse-battery" not in answer.content.decode()


def test_a_connection_that_breaks_in_the_middle_is_a_database_that_is_away():
    broken, deleted = (
        DatabaseError("server closed the connection unexpectedly"),
        DatabaseError("Forced update"),
    )
    broken.__cause__ = RuntimeError("the driver's own")
    assert errors._is_away(broken)
    assert not errors._is_away(deleted), "a session that was ended in another window is no fault"


def test_the_site_answers_again_when_the_database_does(world: World):
    client, address = client_of(world, OPEN), reverse("overdue")
    with failing(1, writes=False):
        assert client.get(address).status_code == 503
    assert client.get(address).status_code == 200


# ---------------------------------------------------------------- anything else that nobody caught

CALLS = (
    ("raise_alert", "case", {"kind": "health", "text": "Hearing aid", "from_on": "2026-01-05"}),
    ("record_note", "case", {"kind": "telephone_call", "on": "2026-01-05", "text": "Rang"}),
)


def raised(*_: object, **__: object) -> Any:
    raise RuntimeError("planted, and Sample, Cal is named")


@pytest.mark.figure(
    "exceptions nobody caught, in a page, a form or a call: a number, no detail, nothing saved"
)
def test_an_exception_nobody_caught_becomes_an_answer_with_a_number(world: World, figure: Figure):
    manager, worker = client_of(world, OPEN), client_of(world, Role.CASEWORKER)
    for name, address in addresses(world):
        if name in ("live", "ready", "sign_in", "sign_out"):
            continue
        if not at_night() and hash_of(name) % 6:
            continue
        with (
            undone(),
            patch("django.template.base.Template.render", raised),
            patch("rest_framework.views.APIView.initial", raised),
            patch("justice.web.errors.render_to_string", errors.render_to_string),
        ):
            answer = manager.get(address)
            if answer.status_code < 500:
                continue  # a file, or what this role may not open
            # The page of the fault is a template as well: so this is also what is left when that fails.
            wrong = faults_of(answer, 500)
        figure.add(not wrong, f"{name}: {', '.join(wrong)}")
    for name, (role, address, sent) in forms(world).items():
        client = client_of(world, role)
        with undone(), patch("cases.models.Entry.save", raised):
            before = state(ASIDE)
            answer = client.post(address, {**sent, "key": str(uuid.uuid4())})
            wrong = faults_of(answer, 500) + [f"left {one}" for one in differ(before, state(ASIDE))]
        figure.add(not wrong, f"{name}: {', '.join(wrong)}")
    for name, address in (
        ("cases", "/api/v1/cases/"),
        ("orders", "/api/v1/orders/"),
        ("plans", "/api/v1/plans/"),
    ):
        with undone(), patch("cases.models.Consultation.save", raised):
            answer = worker.get(address)
            wrong = faults_of(answer, 500)
            said = json.loads(answer.content)
            wrong += [] if said["number"] == answer.headers["X-Request-ID"] else ["another number"]
        figure.add(not wrong, f"api {name}: {', '.join(wrong)}")


def hash_of(name: str) -> int:
    return sum(map(ord, name))


@pytest.mark.figure("looks that could not be written down: the page or answer is not given")
def test_what_cannot_be_written_down_is_not_shown(world: World, figure: Figure):
    client = client_of(world, Role.CASEWORKER)
    for name, address in addresses(world):
        if not at_night() and hash_of(name) % 11:
            continue
        with undone():
            before = Consultation.objects.count()
            answer = client.get(address)
            if answer.status_code != 200 or Consultation.objects.count() == before:
                continue
        with undone(), patch.object(Consultation, "save", raised):
            answer = client.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            figure.add(
                answer.status_code == 500 and b"Sample" not in content, f"{name}: {answer.status_code}"
            )


@pytest.mark.figure("forms sent while the rule about roles raised: none is carried out")
def test_a_rule_that_fails_lets_nobody_through(world: World, figure: Figure):
    for name, (role, address, sent) in forms(world).items():
        client = client_of(world, role)
        with undone():
            before = state(ASIDE)
            with patch.object(permissions, "allows", raised):
                answer = client.post(address, {**sent, "key": str(uuid.uuid4())})
            wrong = faults_of(answer, 500) + [f"left {one}" for one in differ(before, state(ASIDE))]
        figure.add(not wrong, f"{name}: {', '.join(wrong)}")
    with patch("cases.models.cases.CaseQuerySet.visible_to", raised):
        for name, address in addresses(world):
            if name in ("case", "order", "my_caseload", "overdue", "people", "diary"):
                answer = client_of(world, Role.CASEWORKER).get(address)
                shown = "Sample" in answer.content.decode() and answer.status_code == 200
                figure.add(not shown, f"{name} was shown")


# ---------------------------------------------------------------- would it notice?


@contextmanager
def talkative() -> Iterator[None]:
    """An error page that says what was wrong."""
    real = errors.server_error

    def tells(request: Any) -> HttpResponse:
        import traceback

        answer = real(request)
        answer.content += traceback.format_exc().encode()
        return answer

    with patch("justice.web.errors.server_error", tells):
        yield


@pytest.mark.figure("faults planted in the last resort: noticed")
def test_the_engine_notices_a_last_resort_that_tells(world: World, figure: Figure):
    from django.urls import clear_url_caches

    client = client_of(world, OPEN)
    for fault in (talkative,):
        with fault():
            clear_url_caches()
            with failing(1, writes=False):
                answer = client.get(reverse("overdue"))
        figure.planted(fault.__name__, faults_of(answer, 503))
        clear_url_caches()
    answer = HttpResponse("Something went wrong", status=503)
    figure.planted("an answer without a number", faults_of(answer, 503))
    name, (role, address, sent) = next(iter(forms(world).items()))
    with undone():
        before = state(ASIDE)
        client_of(world, role).post(address, {**sent, "key": str(uuid.uuid4())})
        figure.planted("a form that is saved although it failed", differ(before, state(ASIDE)))
