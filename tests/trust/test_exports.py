"""Lists of named people leave only as asked for, written down and stamped; and nobody looks at everybody."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import budget, consultations, jobs
from cases.models import (
    Allocation,
    Case,
    Consultation,
    Export,
    Gender,
    Job,
    Opening,
    Person,
    Role,
    Stop,
    Team,
    User,
)
from justice.web import taking
from justice.web.listing import Listing, follow
from tests.builders import TAKING, a_caseworker, a_manager, a_team, staff, take_away
from tests.figures import Figure, at_night
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.django_db

# Files of counts: nobody is in them. Whatever else is a file of a list names people, and asks first.
COUNTS = {"workload", "data_gaps", "outcomes_report", "year_table"}
# What information governance and managers take of the log is logged as its own question: test_trail_governance.py.
OF_THE_LOG = {
    "record_looks",
    "record_changes",
    "staff_looks",
    "incident_report",
    "data_inventory",
    "unusual_looking",
}
DAY = date(2025, 6, 2)
_numbers = count(1)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def is_file(answer: Any) -> bool:
    return "attachment" in answer.headers.get("Content-Disposition", "")


def crowd(number: int, team: Team, worker: User | None = None, *, held: bool = True) -> list[Case]:
    """So many people, each with a case, held by the team (and the worker) or by nobody; made in one go."""
    people = Person.objects.bulk_create(
        [
            Person(
                council=team.council, reference=f"CROWD-{next(_numbers)}", given_name="Sample",
                family_name=f"Crowd{index}", date_of_birth=date(1980, 1, 1), gender=Gender.choices[0][0],
            )
            for index in range(number)
        ]
    )  # fmt: skip
    cases = Case.objects.bulk_create(
        [Case(council=team.council, person=person, opened_on=DAY) for person in people]
    )
    if held:
        Allocation.objects.bulk_create(
            [Allocation(case=case, team=team, worker=worker, from_on=DAY) for case in cases]
        )
    return cases


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@contextmanager
def numbers(**changed: int) -> Iterator[None]:
    """The budget with other numbers: what it does is the same, and a test is shorter."""
    edition = replace(budget.editions()[-1], **changed)
    with patch("cases.budget.editions", return_value=(edition,)):
        yield


# ---------------------------------------------------------------- every list


def named_files(world: World) -> Iterator[tuple[str, str]]:
    for name, address in addresses(world):
        stem = name.removesuffix("_csv").removesuffix("_xlsx")
        if (stem != name and stem not in COUNTS | OF_THE_LOG) or name == "performance_cases_file":
            yield name, address


@contextmanager
def rows_read() -> Iterator[set[int]]:
    """The cases of the rows that the file is made of, seen at their source."""
    seen: set[int] = set()
    every = Listing.every_row

    def watched(self: Listing, *args: Any) -> Iterator[Any]:
        for row in every(self, *args):
            seen.add(follow(row, self.case_of))
            yield row

    with patch.object(Listing, "every_row", watched):
        yield seen


def ways_out(world: World, name: str, address: str) -> list[str]:
    """What is wrong with how one list leaves, tried as the first role that it opens for."""
    for role in (Role.FIRST_LINE_MANAGER, Role.CASEWORKER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER):
        client = world.client(role)
        asked = client.get(address)
        if asked.status_code == 200:
            break
    else:
        return [f"{name} opens for nobody"]
    wrong = []
    if is_file(asked) or b"Take this list away" not in asked.content:
        wrong.append(f"{name}: a file without being asked why")
    if client.get(asked.context["back"]).status_code != 200:
        wrong.append(f"{name}: no way back")
    before = Consultation.objects.filter(kind=Consultation.Kind.EXPORT).count()
    for missing in ({"reason": ""}, {"given_to": ""}, {"given_to": "outside"}, {"reason": "other"}):
        answer = client.post(address, {**TAKING, **missing})
        if answer.status_code != 422:
            wrong.append(f"{name}: {answer.status_code} where {missing} is missing")
    if Consultation.objects.filter(kind=Consultation.Kind.EXPORT).count() != before:
        wrong.append(f"{name}: logged what nobody took")
    agreed_by = (
        world.users[Role.FIRST_LINE_MANAGER]
        if role in (Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER)
        else None
    )
    with rows_read() as seen:
        answer = take_away(
            client, address, agreed_by, given_to="outside", recipient="Clerk, Perth Sheriff Court"
        )
        if not is_file(answer):
            return [*wrong, f"{name}: no file, {answer.status_code}"]
        content = body(answer)
    if role.value in answer["Content-Disposition"] or "Sample" in answer["Content-Disposition"]:
        wrong.append(f"{name}: a name in the file's name")
    export = Export.objects.exclude(taken_at=None).latest("taken_at")
    look = export.consultation
    if seen != set(look.cases if look else ()):
        wrong.append(f"{name}: the log has {look and look.cases}, the file {sorted(seen)}")
    if look and (look.recipient, look.kind) != ("Clerk, Perth Sheriff Court", Consultation.Kind.EXPORT):
        wrong.append(f"{name}: the log does not say who receives it")
    if content[:2] == b"PK":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        said = " ".join(str(row[0].value) for row in sheets[-1].iter_rows())
    else:
        said = " ".join(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[-1])
    for word in ("OFFICIAL-SENSITIVE", world.users[role].name, "Clerk, Perth Sheriff Court", "Supervision"):
        if word not in said:
            wrong.append(f"{name}: the file does not say {word}")
    return wrong


@pytest.mark.figure("files of lists of named people: asked why, logged with exactly their rows, stamped")
def test_every_list_of_named_people_leaves_as_it_should(world: World, figure: Figure):
    every = list(named_files(world))
    assert len(every) > 30
    # At a change each list once, and one of them as a workbook too.
    found = [one for one in every if at_night() or one[0] == "overdue_xlsx" or not one[0].endswith("_xlsx")]
    for name, address in found:
        wrong = ways_out(world, name, address)
        figure.add(not wrong, "; ".join(wrong))
    name, address = next(one for one in found if one[0] == "overdue_csv")
    looked = consultations.looked_through
    with patch(
        "cases.operations.exports.looked_through", lambda cases, **more: looked(cases=list(cases)[1:], **more)
    ):
        figure.planted("a case left out of the log", ways_out(world, name, address))
    with patch("justice.web.exports.stamp_of", lambda export: ["OFFICIAL-SENSITIVE"]):
        figure.planted("a file without a stamp", ways_out(world, name, address))
    with (
        patch.object(taking.TakeForm, "is_valid", lambda self: True),
        patch("cases.operations.exports._stated", lambda *said: []),
        patch.object(taking.TakeForm, "values", lambda self: {**TAKING, **self.data.dict()}),
    ):
        figure.planted("a list taken away without a reason", _quietly(world, name, address))


def _quietly(world: World, name: str, address: str) -> list[str]:
    try:
        return ways_out(world, name, address)
    except Exception as error:  # a fault that stops the whole way is noticed as well
        return [str(error)]


def test_files_of_counts_are_given_at_once(world: World):
    for name, address in addresses(world):
        if name.removesuffix("_csv") in COUNTS and name.endswith("_csv"):
            answers = [
                world.client(role).get(address) for role in (Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER)
            ]
            assert any(is_file(answer) for answer in answers), name
    assert not Consultation.objects.filter(kind=Consultation.Kind.EXPORT).exists()


# ---------------------------------------------------------------- agreement


@pytest.mark.figure("lists of more than 500 people, or adding up to it: none without somebody's agreement")
def test_a_long_list_waits_for_somebody_elses_agreement(figure: Figure):
    worker = a_caseworker()
    team, most = worker.team, budget.editions()[-1].named_without_agreement
    crowd(most, team, worker)
    manager, colleague = a_manager(team=team), a_caseworker(team=team)
    client, address = signed_in(worker), reverse("my_caseload_csv")
    figure.add(is_file(take_away(client, address)), f"{most} people alone")
    figure.add(is_file(take_away(client, address)), "the same people again")
    Allocation.objects.create(case=one_more(team), team=team, worker=worker, from_on=DAY)
    for query in ("", "?sort=reference"):
        figure.add(not is_file(client.post(f"{address}{query}", TAKING)), f"{most + 1} people {query}")
    export = Export.objects.filter(address=address, taken_at=None).get()
    figure.add(
        signed_in(colleague).get(reverse("agree_export", args=[export.pk])).status_code == 403, "colleague"
    )
    assert b"Answer" in signed_in(manager).get(reverse("exports")).content
    page = signed_in(manager).get(reverse("agree_export", args=[export.pk]))
    version = page.context["form"].initial.get("version") or export.version
    answer = signed_in(manager).post(reverse("agree_export", args=[export.pk]), {"version": version})
    figure.add(answer.status_code == 302, "the manager agrees")
    export.refresh_from_db()
    figure.add(export.agreed and export.decided_by == manager, "it says who agreed")
    figure.add(
        not is_file(signed_in(colleague).post(address, {})), "a colleague takes what was agreed for another"
    )
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        late = signed_in(worker)
        figure.add(not is_file(late.post(address, {})), "a day later")
    figure.add(is_file(client.post(address, {})), "who asked, in time")
    figure.add(not is_file(client.post(address, {})), "a second time")
    looks = Consultation.objects.filter(kind=Consultation.Kind.EXPORT)
    figure.add(len(looks.latest("pk").cases) == most + 1, "everybody in it is logged")


def one_more(team: Team) -> Case:
    person = Person.objects.create(
        council=team.council, reference="ONE-MORE", given_name="Sample", family_name="More",
        date_of_birth=date(1980, 1, 1), gender=Gender.choices[0][0],
    )  # fmt: skip
    return Case.objects.create(council=team.council, person=person, opened_on=DAY)


def test_nobody_agrees_to_their_own_and_a_declined_list_stays(world: World):
    manager, senior = world.users[Role.FIRST_LINE_MANAGER], world.users[Role.SENIOR_MANAGER]
    address = reverse("overdue_csv")
    asking, answering = world.client(Role.SENIOR_MANAGER), world.client(Role.FIRST_LINE_MANAGER)
    asking.post(address, TAKING)
    export = Export.objects.get(recorded_by=world.users[Role.SENIOR_MANAGER])
    own = asking.post(reverse("agree_export", args=[export.pk]), {"version": export.version})
    assert own.status_code == 422
    assert b"somebody else has to answer" in own.content
    answering.post(reverse("decline_export", args=[export.pk]), {"version": export.version})
    export.refresh_from_db()
    assert (export.agreed, export.decided_by) == (False, manager)
    assert not is_file(asking.post(address, {}))
    assert export.recorded_by == senior
    assert b"Declined" in asking.get(reverse("exports")).content


def test_an_agreed_list_that_has_grown_is_asked_for_again(world: World):
    client, manager = world.client(Role.SENIOR_MANAGER), world.users[Role.FIRST_LINE_MANAGER]
    address = reverse("overdue_csv")
    client.post(address, TAKING)
    export = Export.objects.get(recorded_by=world.users[Role.SENIOR_MANAGER])
    Export.objects.filter(pk=export.pk).update(
        rows=export.rows - 1, agreed=True, decided_by=manager, decided_at=timezone.now()
    )
    answer = client.post(address, {})
    assert answer.status_code == 422
    assert b"more rows than" in answer.content


# ---------------------------------------------------------------- the proof


def test_the_password_is_asked_for_again_after_a_quarter_of_an_hour(world: World):
    worker = world.users[Role.CASEWORKER]
    worker.set_password("a long enough password")
    worker.save()
    client, address = world.client(Role.CASEWORKER), reverse("overdue_csv")
    assert client.get(address).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        for answer in (client.get(address), client.post(address, TAKING)):
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("confirm_it_is_you"))
        assert not Export.objects.filter(recorded_by=worker).exists()
        wrong = client.post(answer["Location"], {"password": "something else"})
        assert wrong.status_code == 422
        assert client.get(address).status_code == 302
        right = client.post(answer["Location"], {"password": "a long enough password"})
        assert right["Location"] == address
        assert is_file(client.post(address, TAKING))
        elsewhere = f"{reverse('confirm_it_is_you')}?next=https://elsewhere.invalid/"
        assert client.post(elsewhere, {"password": "a long enough password"})["Location"] == reverse("home")


# ---------------------------------------------------------------- the budget


def by_page(client: Client, cases: list[Case]) -> Iterator[tuple[set[int], int]]:
    for case in cases:
        yield {case.pk}, client.get(reverse("case", args=[case.pk])).status_code


def by_api(client: Client, cases: list[Case]) -> Iterator[tuple[set[int], int]]:
    for number in range(1, len(cases) // 5 + 1):
        answer = client.get("/api/v1/cases/", {"page_size": 5, "page": number})
        rows = answer.json().get("results", ()) if answer.status_code == 200 else ()
        yield {row["id"] for row in rows}, answer.status_code


def by_record(client: Client, cases: list[Case]) -> Iterator[tuple[set[int], int]]:
    for case in cases:
        yield {case.pk}, client.get(f"/api/v1/cases/{case.pk}/").status_code


def by_search(client: Client, cases: list[Case]) -> Iterator[tuple[set[int], int]]:
    for case in cases:
        answer = client.post(reverse("people"), {"text": case.person.reference})
        found = {hit.case.pk for hit in answer.context["rows"]} if answer.status_code == 200 else set()
        yield found, answer.status_code


def by_file(client: Client, cases: list[Case]) -> Iterator[tuple[set[int], int]]:
    answer = client.post(reverse("unallocated_csv"), TAKING)
    taken = {case.pk for case in cases} if is_file(answer) else set()
    yield taken, answer.status_code if not is_file(answer) else 200
    yield set(), 429  # there is no more to take


ROUTES = (by_page, by_api, by_record, by_search, by_file)
ROBOTS = (Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT, Role.FIRST_LINE_MANAGER,
          Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER)  # fmt: skip


def outsiders(role: str, number: int) -> tuple[User, list[Case]]:
    """A member of staff, and people outside their work whom they can reach all the same."""
    user = staff(role, team=a_team(f"Robots {role}"))
    cases = crowd(number, user.team, held=False)
    if role in (Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT):
        now = timezone.now()
        Opening.objects.bulk_create(
            [
                Opening(
                    person=case.person, user=user, team=user.team, reason="Asked to",
                    opened_at=now - timedelta(minutes=1), until=now + timedelta(hours=1),
                )
                for case in cases
            ]
        )  # fmt: skip
    return user, cases


def seen_by_robot(user: User, cases: list[Case], route: Any) -> tuple[set[int], bool]:
    """Whom it was shown, and whether it was stopped."""
    shown: set[int] = set()
    for found, status in route(signed_in(user), cases):
        if status == 429:
            return shown, True
        if status == 200:
            shown |= found
    return shown, False


@pytest.mark.figure("robots of six roles on five routes: each stopped in its hour, and in its day")
def test_a_robot_is_stopped(figure: Figure):
    hour, day = (100, 300) if at_night() else (10, 30)
    for within, edition in (
        ("hour", {"an_hour": hour, "a_day": day}),
        ("day", {"an_hour": 9999, "a_day": day}),
    ):
        most = hour if within == "hour" else day
        for role in ROBOTS:
            with numbers(**edition):
                user, cases = outsiders(role, most + 10)
                for route in ROUTES if within == "hour" or at_night() else (by_record,):
                    Stop.objects.all().delete()
                    shown, stopped = seen_by_robot(user, cases, route)
                    what = (
                        f"{role} {route.__name__}: {len(shown)} of {most} in a {within}, stopped: {stopped}"
                    )
                    figure.add(len(shown) <= most, what)
                total = {case for look in budget._looks(user) for case in look.cases}
                figure.add(len(total) <= most, f"{role} on all routes together: {len(total)}")
                figure.add(stopped or len(shown) < most, f"{role} was never stopped")
    with numbers(an_hour=5, a_day=5):
        user, cases = outsiders(Role.SENIOR_MANAGER, 8)
        with patch("cases.budget.over", return_value=None):
            figure.planted("a budget that is never over", len(seen_by_robot(user, cases, by_record)[0]) > 5)
        other, cases = outsiders(Role.FIRST_LINE_MANAGER, 8)
        with patch("cases.budget.COUNTED", ()), patch("cases.consultations.budget.COUNTED", ()):
            figure.planted("looks that do not count", len(seen_by_robot(other, cases, by_record)[0]) > 5)


def test_a_stop_says_so_tells_the_manager_once_and_leaves_own_work_open(settings: Any):
    settings.JOB_BELL = "tests.caseload.test_import_page.nobody"
    with numbers(an_hour=2, a_day=5):
        user, cases = outsiders(Role.CASEWORKER, 4)
        manager = a_manager(team=user.team)
        own = crowd(1, a_team("Own", user.council), user)[0]
        client = signed_in(user)
        for case in cases[:2]:
            assert client.get(reverse("case", args=[case.pk])).status_code == 200
        for _ in range(3):
            answer = client.get(reverse("case", args=[cases[2].pk]))
            assert answer.status_code == 429
            assert "Content-Security-Policy" in answer.headers
        assert b"2 people outside your own caseload and team in any hour" in answer.content
        assert client.get(f"/api/v1/cases/{cases[2].pk}/").status_code == 429
        assert client.get(reverse("case", args=[cases[0].pk])).status_code == 200  # one already seen
        assert client.get(reverse("case", args=[own.pk])).status_code == 200
        assert not Consultation.objects.filter(case=cases[2]).exists()
        assert Stop.objects.get().people == 3
        jobs.work(timezone.now)
        told = {address for message in mail.outbox for address in message.to}
        governance = User.objects.filter(role=Role.INFORMATION_GOVERNANCE, council=user.council)
        assert told == {manager.email, *governance.values_list("email", flat=True)}
        assert len(mail.outbox) == len(told)
        Job.objects.filter(kind="tell_of_stop").update(
            state=Job.State.WAITING
        )  # as if it had died at the end
        jobs.work(timezone.now)
        assert len(mail.outbox) == len(told), "told twice of one stop"
        assert user.name not in mail.outbox[0].body
        assert user.name in signed_in(manager).get(reverse("exports")).content.decode()


def test_ones_own_work_costs_no_question_of_the_budget():
    worker = a_caseworker()
    case = crowd(1, worker.team, worker)[0]
    with CaptureQueriesContext(connection) as asked:
        consultations.looked_at(user=worker, case=case, page="case")
        consultations.looked_through(user=worker, cases=[case.pk], page="my caseload")
    assert len(asked) == 3  # on what ground, and the two rows
    senior = staff(Role.SENIOR_MANAGER, team=worker.team)
    with CaptureQueriesContext(connection) as asked:
        consultations.looked_through(user=senior, cases=[case.pk], page="overdue")
    assert len(asked) == 1


@pytest.mark.night
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.figure("a robot with eight connections at once: never more than the day's budget")
def test_eight_connections_are_one_robot(figure: Figure):
    with numbers(an_hour=9999, a_day=300):
        user, cases = outsiders(Role.SENIOR_MANAGER, 400)
        shown: list[int] = []

        def run(part: list[Case]) -> None:
            try:
                for found, status in by_record(signed_in(user), part):
                    if status == 200:
                        shown.extend(found)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=(cases[index::8],)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        figure.many(len(cases), [str(len(shown))] if len(set(shown)) > 300 else [])
