"""Every look is logged with its ground before the page is sent, or the page is not sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases import consultations, permissions
from cases import operations as case_operations
from cases.models import Allocation, Case, Consultation, Opening, Role, User
from justice.domain import trail
from justice.domain.looking import Ground
from justice.web import views
from tests.builders import TAKING, a_case, a_manager, a_team, staff
from tests.figures import size
from tests.trust.looks import CANARY, Answer, asked, body_of, canary, place_canaries, questions
from tests.web.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]


def answers(world: World, part: int) -> Iterator[Answer]:
    """One in so many of the questions, so that each run asks of every kind of page."""
    for number, (role, client, method, address, data) in enumerate(questions(world)):
        if number % part == 0:
            yield asked(client, role, method, address, data)


@pytest.mark.figure("answers with somebody's record in them: each is logged with exactly the cases it shows")
def test_every_look_is_logged(world: World, figure):
    place_canaries()
    for answer in answers(world, size(change=23, night=1)):
        assert answer.status < 500, answer.what
        if answer.shown or answer.logged:
            figure.add(not answer.missing, f"missing: {answer}")
            figure.add(not answer.extra, f"extra: {answer}")


# ---------------------------------------------------------------- no log, no page


@contextmanager
def no_log() -> Iterator[None]:
    """As if the right to add to the log of looks were taken away: the database refuses every new row."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE TRIGGER no_log BEFORE INSERT ON cases_consultation EXECUTE FUNCTION add_only()"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER no_log BEFORE INSERT ON cases_consultation BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        yield
        on = " ON cases_consultation" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER no_log{on}")


@pytest.mark.figure("answers while the log of looks cannot be written: none shows anybody")
def test_without_a_log_nothing_is_shown(world: World, figure):
    place_canaries()
    refused = 0
    with no_log():
        for number, (role, client, method, address, data) in enumerate(questions(world)):
            if number % size(change=23, night=1):
                continue
            with transaction.atomic():  # a test is one transaction, which a refused row would end
                answer = getattr(client, method)(address, data)
                transaction.set_rollback(True)
            refused += answer.status_code == 503
            words = body_of(answer)
            figure.add(not CANARY.search(words), f"{address} as {role}: {answer.status_code}")
            if answer.status_code >= 500:
                figure.add(answer.status_code == 503, f"{address} as {role}: {answer.status_code}")
    assert refused > 10, refused


def test_the_page_without_a_log_says_what_to_do_and_gives_a_number(world: World):
    client = world.client(Role.CASEWORKER)
    client.raise_request_exception = False
    with no_log(), transaction.atomic():
        page = client.get(
            reverse("case", args=[world.keys["case"]]), headers={"X-Request-ID": "planted-number"}
        )
        transaction.set_rollback(True)
    with no_log(), transaction.atomic():
        read = client.get("/api/v1/cases/")
        transaction.set_rollback(True)

    assert page.status_code == 503
    assert "Try again in a few minutes" in page.content.decode()
    assert "planted-number" in page.content.decode()
    assert read.status_code == 503
    assert "nothing is shown" in read.json()["detail"]


# ---------------------------------------------------------------- the ground of a look


def grounds() -> Iterator[tuple[Ground, User, Case]]:
    """Somebody who sees a case on each ground there is, and the word for it."""
    today = timezone.localdate()
    north, south = a_team("North"), a_team("South")
    worker, manager = staff(team=north), a_manager(team=north)
    case = a_case(worker=worker)
    yield Ground.ALLOCATED, worker, case
    colleague = staff(team=south)
    case_operations.arrange_cover(
        actor=manager, worker=worker, by=colleague, from_on=today, to_on=today, today=today
    )
    yield Ground.COVER, colleague, case
    yield Ground.TEAM, staff(team=north), case
    yield Ground.TEAM, manager, case
    yield Ground.COUNCIL, staff(Role.SENIOR_MANAGER, team=south), case
    yield Ground.COUNCIL, staff(Role.PERFORMANCE_OFFICER, team=south), case
    limited = a_case(worker=worker)
    case_operations.limit_record(
        actor=manager, case=limited, restricted=True, permitted=[], excluded=[], reason="A colleague's cousin",
        expected_version=limited.person.version,
    )  # fmt: skip
    limited.refresh_from_db()
    limited.person.refresh_from_db()
    yield Ground.ALLOCATED, worker, limited
    yield Ground.TEAM, manager, limited
    yield Ground.COUNCIL, staff(Role.SENIOR_MANAGER, team=south), limited
    now = timezone.now()
    for opener in (staff(team=north), staff(team=south)):
        Opening.objects.create(
            person=limited.person, user=opener, team=opener.team, reason="Duty", opened_at=now - timedelta(minutes=1),
            until=now + timedelta(minutes=59),
        )  # fmt: skip
        yield Ground.OPENED, opener, limited
    waiting = a_case(worker=worker)
    Allocation.objects.filter(case=waiting).update(to_on=today)
    yield Ground.UNALLOCATED, a_manager(team=south), waiting


@pytest.mark.figure("looks whose ground is known: each is logged with that ground")
def test_the_ground_of_a_look_is_the_one_it_was_seen_on(figure):
    for ground, user, case in grounds():
        seen = Case.objects.visible_to(user).filter(pk=case.pk).exists()
        figure.add(seen, f"{user.role} does not see what is {ground}")
        said = consultations.basis_of(user, case)
        figure.add(said == ground, f"{user.role}: {said}, not {ground}")


# ---------------------------------------------------------------- what the law asks to be logged


def test_every_change_and_every_look_is_one_of_the_six():
    placed = {name: trail.of_change(name) for name in permissions.ALLOWED}
    assert set(placed.values()) <= set(trail.Lawful)
    assert set(trail.LOOKS) == set(Consultation.Kind.values)
    verbs = [verb for kind in trail.VERBS.values() for verb in kind]
    assert len(verbs) == len(set(verbs))
    with pytest.raises(KeyError):
        trail.of_change("frobnicate_case")
    assert trail.of_look("view", "The Crown Office") == trail.Lawful.DISCLOSURE


# ---------------------------------------------------------------- is a fault noticed?


def wrong(answer: Answer) -> bool:
    return answer.missing or answer.extra


@pytest.mark.figure("faults planted in the logging of looks: each is noticed")
def test_faults_in_the_logging_are_noticed(world: World, figure):
    place_canaries()
    client, key = world.client(Role.CASEWORKER), world.keys["case"]
    page, overdue = reverse("case", args=[key]), reverse("overdue")
    assert not wrong(asked(client, "", "get", page, {}))
    with patch.object(views, "looked_at"):
        figure.planted("a page of a case is not logged", wrong(asked(client, "", "get", page, {})))
    with patch("cases.views.lists.looked_through"):
        figure.planted("a list is not logged", wrong(asked(client, "", "get", overdue, {})))
    with patch("cases.operations.exports.looked_through", return_value=None):
        found = asked(client, "", "post", f"{overdue}csv/", TAKING)
        figure.planted("a file is not logged", wrong(found))
    with patch("justice.web.listing.Listing.case_keys", [key]):
        figure.planted("a list logs one row of many", wrong(asked(client, "", "get", overdue, {})))
    with patch("justice.web.api.looked_through"):
        figure.planted(
            "a read by program is not logged", wrong(asked(client, "", "get", "/api/v1/cases/", {}))
        )
    with patch("cases.views.people.looked_through"):
        found = asked(client, "", "post", reverse("people"), {"text": canary(key)})
        figure.planted("a search is not logged", wrong(found))
    with patch.object(consultations, "TEAM_ROLES", frozenset()), transaction.atomic():
        other = [ground for ground, user, case in grounds() if consultations.basis_of(user, case) != ground]
        transaction.set_rollback(True)
    figure.planted("the ground is worked out wrongly", other)
    with no_log(), patch("cases.consultations._write", lambda row, outside: None):
        figure.planted("a page is sent without a log", CANARY.search(body_of(client.get(page))))
