"""Who has looked at this record; what one account saw and took away; and looks that a manager is to ask about."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import governance, jobs, operations
from cases.models import Case, Consultation, Entry, Job, RefusedLook, Role, UnusualLooking, User
from justice.domain import looking
from justice.domain.errors import Refused
from justice.domain.looking import Day, Finding, Ground, Look, Member, Subject, usual_of
from tests.builders import a_case, a_manager, a_team, staff
from tests.figures import size
from tests.trust.looks import CANARY, asked, body_of, canary, place_canaries
from tests.web.conftest import World

pytestmark = pytest.mark.django_db

# ---------------------------------------------------------------- who has looked


def as_governance() -> tuple[Client, User]:
    officer = staff(Role.INFORMATION_GOVERNANCE)
    client = Client()
    client.force_login(officer)
    return client, officer


def a_look(user: User, **more: Any) -> Consultation:
    given = {"kind": "view", "page": "CasePage", "at": timezone.now(), "council_id": user.council_id, **more}
    return Consultation.objects.create(user=user, **given)


def test_governance_finds_a_person_and_reads_who_looked_and_how_and_nothing_of_the_record(world: World):
    place_canaries()
    client, case = world.client(Role.INFORMATION_GOVERNANCE), Case.objects.get(pk=world.keys["case"])
    found = asked(client, "", "post", reverse("who_looked"), {"text": canary(case.pk)})
    assert found.shown == found.logged == {case.pk}
    world.client(Role.CASEWORKER).get(reverse("case", args=[case.pk]))
    world.client(Role.SENIOR_MANAGER).get(reverse("overdue"))
    address = reverse("record_looks", args=[case.pk])
    page = client.get(address)
    words = body_of(page)
    assert world.users[Role.CASEWORKER].name in words
    assert world.users[Role.SENIOR_MANAGER].name in words
    assert "Allocated" in words
    assert "Rang about the bus" not in words
    own = Consultation.objects.filter(user=world.users[Role.INFORMATION_GOVERNANCE]).latest("pk")
    assert (own.case_id, own.basis, own.page) == (case.pk, Ground.GOVERNANCE, "who looked")
    for kind in ("csv", "xlsx"):
        assert world.users[Role.CASEWORKER].name in body_of(client.get(f"{address}{kind}/"))
        assert Consultation.objects.latest("pk").kind == "export"
    changes = body_of(client.get(reverse("record_changes", args=[case.pk])))
    assert "Record note" in changes
    assert "Collection" in changes
    assert "ictim" not in changes


def test_only_governance_is_shown_who_looked_and_only_of_its_own_council(world: World):
    today = timezone.localdate().isoformat()
    keys = [world.keys["worker"], today, today]
    addresses = [
        reverse("who_looked"), reverse("ask_staff_looks"), reverse("record_looks", args=[world.keys["case"]]),
        reverse("record_changes", args=[world.keys["case"]]), reverse("staff_looks", args=keys),
        reverse("incident_report", args=keys),
    ]  # fmt: skip
    for role in set(world.users) - {Role.INFORMATION_GOVERNANCE}:
        assert {world.client(role).get(address).status_code for address in addresses} == {403}, role
    from tests.builders import a_council

    elsewhere = staff(Role.INFORMATION_GOVERNANCE, team=a_team("Far", a_council("Elsewhere")))
    client = Client()
    client.force_login(elsewhere)
    assert {client.get(address).status_code for address in addresses[2:]} == {404}


def test_nothing_is_shown_without_a_person_or_a_member_of_staff_and_days(world: World):
    client = world.client(Role.INFORMATION_GOVERNANCE)
    address = reverse("ask_staff_looks")
    assert client.post(address, {}).status_code == 422
    given = {"worker": world.keys["worker"], "ask": "incident_report"}
    days = {
        "since_day": 1,
        "since_month": 1,
        "since_year": 2024,
        "until_day": 1,
        "until_month": 6,
        "until_year": 2026,
    }
    assert "a year or less" in body_of(client.post(address, {**given, **days}))
    days |= {"since_year": 2026}
    sent = client.post(address, {**given, **days})
    assert sent["Location"] == reverse("incident_report", args=[given["worker"], "2026-01-01", "2026-06-01"])
    for since, until in (("2026-06-01", "2026-01-01"), ("2020-01-01", "2026-01-01"), ("x", "2026-01-01")):
        assert client.get(reverse("staff_looks", args=[given["worker"], since, until])).status_code == 404


@pytest.mark.figure("an account misused: the people it saw and the files it took away, each and no other")
def test_an_incident_report_lists_exactly_who_was_seen_and_what_was_taken(figure):
    client, officer = as_governance()
    thief, other = staff(), staff()
    cases = [a_case(worker=thief).pk for _ in range(41)]
    today = timezone.localdate()
    noon = datetime.combine(today, time(12), timezone.get_default_timezone())
    for case in cases[:20]:
        a_look(thief, case_id=case, at=noon)
    a_look(thief, kind="list", page="overdue", cases=cases[15:30], at=noon)
    a_look(thief, kind="search", page="people", cases=cases[30:33], at=noon)
    a_look(thief, kind="export", page="overdue", cases=cases[28:37], at=noon)
    a_look(thief, case_id=cases[37], at=noon - timedelta(days=1))  # the day before
    a_look(other, case_id=cases[38], at=noon)  # somebody else
    days = [thief.pk, today.isoformat(), today.isoformat()]
    rows = body_of(client.get(reverse("incident_report_csv", args=days))).strip().splitlines()[1:]
    references = dict(Case.objects.filter(pk__in=cases).values_list("pk", "person__reference"))
    listed = {reference for reference in references.values() if any(f'"{reference}"' in row for row in rows)}
    expected = {references[case] for case in cases[:37]}
    figure.add(len(rows) == 37, f"{len(rows)} lines")
    for reference in expected | listed:
        figure.add(reference in expected and reference in listed, reference)
    taken = governance.taken_by(officer, thief, today, today)
    figure.add([row.kind for row in taken] == ["export"], str(taken))
    logged = Consultation.objects.latest("pk")
    figure.add(set(logged.cases) == set(cases[:37]), "the question itself is logged")


def test_a_record_is_found_in_lists_too_and_by_the_index_on_postgresql():
    user = staff()
    case = a_case(worker=user).pk
    for shown in ([case], [case * 10, case * 100 + 1], [case + 1, case]):
        a_look(user, kind="list", cases=shown)
    assert Consultation.objects.of_case(case).filter(kind="list").count() == 2


# ---------------------------------------------------------------- looks that were refused


def test_a_refused_look_is_written_down_alike_whether_or_not_there_is_a_record(world: World):
    stranger = staff(team=a_team("South"))
    client = Client()
    client.force_login(stranger)
    counts = []
    client.get(reverse("case", args=[999_999_998]))
    for key in (world.keys["case"], 999_999_999):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("case", args=[key])).status_code == 404
        counts.append([query["sql"].split()[0] for query in queries])
        row = RefusedLook.objects.latest("pk")
        assert (row.user_id, row.page, row.asked) == (stranger.pk, "case", str(key))
    assert counts[0] == counts[1]
    client.get("/nowhere/")
    assert RefusedLook.objects.count() == 3


# ---------------------------------------------------------------- unusual looking, by rule

NORTH, SOUTH = 1, 2
MONDAY = date(2026, 3, 2)


def at(hour: int, minute: int = 0, on: date = MONDAY) -> datetime:
    return datetime.combine(on, time(hour, minute))


def a_day(**more: Any) -> Day:
    """Some people and three staff, of two teams."""
    staff_ = {1: Member("Kinloch", NORTH), 2: Member("Ardbeg", NORTH), 3: Member("Sula", SOUTH)}
    people = {key: Subject(f"Person{key}") for key in range(1, 200)}
    people |= {10: Subject("Kinloch"), 11: Subject("Ardbeg"), 12: Subject("Common", watched=True)}
    return Day(on=MONDAY, staff=staff_, **{"people": people, **more})


def looks_of(*cases: int, hour: int = 10, ground: str = Ground.TEAM, user: int = 1) -> list[Look]:
    return [Look(user, at(hour, minute), case, ground) for minute, case in enumerate(cases)]


HABIT = {1: usual_of({MONDAY - timedelta(days=n): looks_of(*range(50, 60)) for n in range(1, 15)})}
CASES: list[tuple[str, list[Look], dict[str, Any]]] = [
    ("own_surname", looks_of(10), {}),
    ("colleagues_surname", looks_of(11), {}),
    (
        "no_link",
        looks_of(20),
        {"before": {(1, 20): frozenset({MONDAY - timedelta(days=n) for n in (3, 7, 9)})}},
    ),
    ("in_sequence", looks_of(30, 31, 32, 33, 34), {}),
    ("out_of_hours", looks_of(40, 60, 70, hour=23), {}),
    ("watched", looks_of(12, ground=Ground.OPENED), {}),
    ("volume", looks_of(*range(100, 140, 1), ground=Ground.ALLOCATED), {"usual": HABIT}),
    ("refused", [], {"refused": {1: 9}}),
]
NOT: list[tuple[str, list[Look], dict[str, Any]]] = [
    ("own surname in own work", looks_of(10, ground=Ground.ALLOCATED), {}),
    ("own surname where one has recorded", looks_of(10), {"linked": frozenset({(1, 10)})}),
    ("a few strangers", looks_of(20, 25, 41), {}),
    ("late, as usual", looks_of(40, 60, 70, hour=21), {"usual": {1: looking.Usual((5,) * 9, 4)}}),
    ("four in a row", looks_of(30, 31, 32, 33), {}),
    ("a common name, once", looks_of(21), {"people": {n: Subject("Kinloch") for n in range(1, 60)}}),
    ("seen once before", looks_of(20), {"before": {(1, 20): frozenset({MONDAY - timedelta(days=3)})}}),
    ("a mistyped address", [], {"refused": {1: 2}}),
]


def test_each_rule_finds_what_it_is_for_and_leaves_the_rest():
    for name, looks, more in CASES:
        assert [one.found for one in looking.findings(looks, a_day(**more))] == [name]
    for name, looks, more in NOT:
        assert looking.findings(looks, a_day(**more)) == [], name
    assert {name for name, _, _ in CASES} == set(looking.WORDS)


@pytest.mark.figure("rules of unusual looking that are dead: each is noticed")
def test_a_dead_rule_is_noticed(figure):
    for name, looks, more in CASES:
        dead = (
            {**looking.RULES, name: lambda user, looks, day: []} if name in looking.RULES else looking.RULES
        )
        with (
            patch.object(looking, "RULES", dead),
            patch.object(looking, "volume", (lambda *_: []) if name == "volume" else looking.volume),
            patch.object(looking, "REFUSED", 99 if name == "refused" else looking.REFUSED),
        ):
            found = [one.found for one in looking.findings(looks, a_day(**more))]
        figure.planted(f"{name} is dead", found != [name])


# ---------------------------------------------------------------- thirty days of a council


SNOOPS = ("own_surname", "colleagues_surname", "no_link", "in_sequence", "out_of_hours", "watched", "volume")
# The parts of invented family names: some are borne by many, most by few.
FIRST = (
    "Ac",
    "Bal",
    "Cor",
    "Dun",
    "Elg",
    "Fin",
    "Gar",
    "Had",
    "Inv",
    "Kil",
    "Loch",
    "Mon",
    "Nair",
    "Ork",
    "Pit",
    "Roth",
)
LAST = (
    "bain",
    "cairn",
    "dow",
    "erton",
    "ford",
    "gask",
    "holm",
    "irk",
    "lay",
    "mure",
    "noch",
    "ock",
    "rie",
    "side",
)
MIDDLE = ("", "a", "in", "o", "er", "al", "ing", "en")
SURNAMES = [first + middle + last for middle in MIDDLE for first in FIRST for last in LAST]


class Council:
    """Invented staff and people, and what an honest day's looking is among them."""

    def __init__(self, staff_count: int, chance: random.Random) -> None:
        self.chance, teams = chance, max(1, staff_count // 10)
        weights = [1 / (rank + 4) for rank in range(len(SURNAMES))]  # few names are borne by many

        def surname() -> str:
            return chance.choices(SURNAMES, weights)[0]

        self.staff = {key: Member(surname(), key % teams) for key in range(1, staff_count + 1)}
        self.people = {key: Subject(surname(), chance.random() < 0.004) for key in range(1, staff_count * 40)}
        self.holder = {key: chance.randrange(1, staff_count + 1) for key in self.people}
        self.own: dict[int, list[int]] = {key: [] for key in self.staff}
        self.team: dict[int, list[int]] = {}
        for case, user in self.holder.items():
            self.own[user].append(case)
            self.team.setdefault(self.staff[user].team or 0, []).append(case)
        self.late = {key for key in self.staff if chance.random() < 0.08}  # who works in the evening

    def honest(self, on: date, looks: int) -> Iterator[Look]:
        """Mostly one's own cases; some of the team's, on duty; a few again the next day."""
        for user in self.staff:
            count = max(1, round(self.chance.gauss(looks, looks / 4)))
            open_today = self.chance.sample(self.own[user], min(len(self.own[user]), 12)) or [1]
            for number in range(count):
                hour = self.chance.randrange(8, 18)
                if user in self.late and number % 9 == 0:
                    hour = 20
                if self.chance.random() < 0.04:
                    case = self.chance.choice(self.team[self.staff[user].team or 0])
                else:
                    case = self.chance.choice(open_today)
                ground = Ground.ALLOCATED if self.holder[case] == user else Ground.TEAM
                if self.people[case].watched and ground != Ground.ALLOCATED:
                    continue
                yield Look(user, at(hour, self.chance.randrange(60), on), case, ground)

    def snoop(self, kind: str, user: int, on: date) -> list[Look]:
        """One day of somebody who looks where they should not."""
        member, strangers = self.staff[user], [key for key in self.people if self.holder[key] != user]
        names = {looking.same(one.surname) for key, one in self.staff.items()
                 if one.team == member.team and key != user and one.surname != member.surname}  # fmt: skip
        borne: dict[str, list[int]] = {}
        for key in strangers:
            borne.setdefault(looking.same(self.people[key].surname), []).append(key)
        if kind == "own_surname":
            return [
                Look(user, at(11, 5, on), case, Ground.TEAM)
                for case in borne.get(looking.same(member.surname), [])[:1]
            ]
        if kind == "colleagues_surname":
            return [
                Look(user, at(14, 1, on), cases[0], Ground.TEAM)
                for name, cases in borne.items() if name in names and len(cases) < looking.UNCOMMON
            ][:1]  # fmt: skip
        if kind == "watched":
            return [
                Look(user, at(9, 9, on), key, Ground.OPENED) for key in strangers if self.people[key].watched
            ][:1]
        if kind == "in_sequence":
            first = self.chance.randrange(1, len(self.people) - 10)
            return [
                Look(user, at(13, n, on), first + n, Ground.TEAM)
                for n in range(8)
                if first + n in set(strangers)
            ]
        if kind == "out_of_hours":
            return [
                Look(user, at(23, n, on), key, Ground.TEAM)
                for n, key in enumerate(self.chance.sample(strangers, 4))
            ]
        if kind == "volume":
            seen = self.chance.sample(strangers, 70)
            return [Look(user, at(9 + n // 10, n % 60, on), key, Ground.TEAM) for n, key in enumerate(seen)]
        return [Look(user, at(12, 0, on), strangers[user % len(strangers)], Ground.TEAM)]


@pytest.mark.figure(
    "thirty days of a council: people who look where they should not are found, others left in peace"
)
def test_who_looks_where_they_should_not_is_found_and_others_are_left_in_peace(figure):
    chance = random.Random(9)  # noqa: S311
    staff_count, snoops, a_day_each = (
        size(change=30, night=150),
        size(change=7, night=20),
        size(change=20, night=111),
    )
    council = Council(staff_count, chance)
    days = [MONDAY + timedelta(days=n) for n in range(44) if (MONDAY + timedelta(days=n)).weekday() < 5][:30]
    planted: dict[int, str] = {}
    for user in chance.sample(sorted(council.staff), staff_count):
        kind = SNOOPS[len(planted) % len(SNOOPS)]
        if len(planted) < snoops and council.snoop(
            kind, user, days[0]
        ):  # there is somebody for them to look at
            planted[user] = kind
    assert len(planted) == snoops
    history: dict[int, dict[date, list[Look]]] = {user: {} for user in council.staff}
    before: dict[tuple[int, int], set[date]] = {}
    found: set[Finding] = set()
    total = 0
    for number, on in enumerate(days):
        looks = list(council.honest(on, a_day_each))
        for user, kind in planted.items():
            if number >= 20 if kind != "no_link" else number in (20, 22, 25, 27):
                looks += council.snoop(kind, user, on)
        total += len(looks)
        usual = {user: usual_of(dict(list(own.items())[-20:])) for user, own in history.items()}
        earlier = {key: frozenset(on_days) for key, on_days in before.items()}
        if number >= 10:  # the first weeks are what is usual
            found |= set(
                looking.findings(looks, Day(on, council.staff, council.people, usual, before=earlier))
            )
        for look in looks:
            history[look.user].setdefault(on, []).append(look)
            before.setdefault((look.user, look.case), set()).add(on)
    caught = {one.user for one in found if one.user in planted}
    missed = [f"{kind} of {user}" for user, kind in planted.items() if user not in caught]
    figure.many(len(planted), missed if len(missed) > 1 else [])
    weekly: dict[tuple[int | None, int], int] = {}
    for one in found:
        if one.user not in planted:
            key = council.staff[one.user].team, one.on.isocalendar().week
            weekly[key] = weekly.get(key, 0) + 1
    teams = len({member.team for member in council.staff.values()})
    weeks = len({on.isocalendar().week for on in days[10:]})
    figure.many(teams * weeks, [f"{count} for team {key}" for key, count in weekly.items() if count > 5])
    rules = Counter(one.found for one in found if one.user not in planted)
    print(
        f"{total:,} looks, missed {missed}, most in a week {max(weekly.values(), default=0)}: {dict(rules)}"
    )


# ---------------------------------------------------------------- the night, and the manager


def test_the_night_asks_a_manager_and_the_manager_answers(world: World):
    north = a_team("North")
    manager, snoop = a_manager(team=north), staff(team=north, name="Morag Uncommonly")
    other = staff(team=north)
    case = a_case(worker=other, family_name="Uncommonly")
    yesterday = timezone.localdate() - timedelta(days=1)
    noon = datetime.combine(yesterday, time(12), timezone.get_default_timezone())
    a_look(snoop, case=case, at=noon, basis=Ground.TEAM)
    a_look(other, case=case, at=noon, basis=Ground.ALLOCATED)
    for number in range(9):
        RefusedLook.objects.create(
            user=other, council_id=other.council_id, page="case", asked=str(number), at=noon
        )
    for key in ("once", "twice"):
        jobs.ask(
            "find_unusual_looking",
            key,
            arguments={"on": timezone.localdate().isoformat()},
            council=north.council,
        )
    jobs.work(timezone.now)
    assert Job.objects.get(run_key="once").result == {"found": 2}
    assert Job.objects.get(run_key="twice").result == {"found": 0}
    row = UnusualLooking.objects.get(user=snoop)
    assert (row.found, row.cases, row.on) == ("own_surname", [case.pk], yesterday)

    client = Client()
    client.force_login(manager)
    assert "Morag Uncommonly" in body_of(client.get(reverse("unusual_looking")))
    page = client.get(reverse("answer_unusual_looking", args=[row.pk]))
    assert case.person.reference in body_of(page)
    assert Consultation.objects.latest("pk").cases == [case.pk]
    operations.answer_unusual_looking(actor=manager, looking=row, answer="explained", note="Rang on duty")
    row.refresh_from_db()
    assert (row.answer, row.answered_by_id) == ("explained", manager.pk)
    assert Entry.objects.filter(operation="answer_unusual_looking").count() == 1
    for wrong in (snoop, staff(Role.FIRST_LINE_MANAGER, team=a_team("South"))):
        assert not UnusualLooking.objects.visible_to(wrong).exists()
    with pytest.raises(Refused):
        operations.answer_unusual_looking(actor=manager, looking=row, answer="explained", note=" ")
    own = UnusualLooking.objects.create(
        council=north.council, user=manager, on=yesterday, found="volume", count=1, found_at=timezone.now()
    )
    with pytest.raises(UnusualLooking.DoesNotExist):
        operations.answer_unusual_looking(actor=manager, looking=own, answer="explained", note="Me")
    assert (
        UnusualLooking.objects.visible_to(staff(Role.SENIOR_MANAGER, team=north)).filter(pk=own.pk).exists()
    )
    assert not CANARY.search(body_of(client.get(reverse("unusual_looking_csv"))))
