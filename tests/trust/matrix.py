"""The engine of the access matrix: every address, as every actor, in every relation to the case, by every method.

What is right stands in policy.toml, kept by hand. Here are the actors, the relations, and what an answer means.
"""

from __future__ import annotations

import copy
import re
import tomllib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.models import Assessment, Plan
from cases.models import (
    Allocation,
    Case,
    Limit,
    Locality,
    Opening,
    Permission,
    Person,
    Role,
    Team,
    User,
)
from orders.models import Contact
from tests.builders import a_council, a_team, staff
from tests.web.conftest import World
from tests.web.test_pages import arguments
from tests.web.walk import nothing_kept

ACTORS = (
    "anonymous",
    "deactivated",
    "no_team",
    *(role.value for role in Role if role != Role.SYSTEM),
)
WHOLE_COUNCIL = (
    Role.SENIOR_MANAGER,
    Role.PERFORMANCE_OFFICER,
    Role.INFORMATION_GOVERNANCE,
    Role.ADMINISTRATOR,
)
SIGN_IN, OPEN, REFUSED, ABSENT, KEPT_OUT = "sign in", "open", "refused", "not there", "refused or not there"


class Policy:
    """policy.toml, read."""

    def __init__(self, text: str) -> None:
        self.file = tomllib.loads(text)
        self.open_to_all = frozenset(self.file["open_to_all"]["names"])
        self.relations: Mapping[str, Mapping[str, list[str]]] = self.file["relation"]
        self.by_post = frozenset(
            name for row in self.file["class"].values() if row["about"] == "post" for name in row["names"]
        )
        self.classes: dict[str, tuple[frozenset[str], str]] = {}
        for row in self.file["class"].values():
            who = row["who"] if isinstance(row["who"], list) else self.file["groups"][row["who"]]
            for name in row["names"]:
                if name in self.classes:
                    raise ValueError(f"{name} stands in two classes")
                self.classes[name] = (frozenset(who), row["about"])

    @classmethod
    def kept(cls) -> Policy:
        return cls(Path(__file__).with_name("policy.toml").read_text(encoding="utf-8"))

    def name_of(self, name: str) -> str:
        """The page under which an address stands: a list's for its files, a page's for its operation in the API."""
        if name in self.classes or name in self.open_to_all:
            return name
        page = name.removesuffix("_csv").removesuffix("_xlsx")
        return page if page in self.classes else name.removeprefix("api-")

    def covers(self, name: str) -> bool:
        return name in self.open_to_all or self.name_of(name) in self.classes

    def expected(self, name: str, actor: str, relation: str) -> str:
        """What the actor gets of the address in this relation."""
        if name in self.open_to_all:
            return OPEN
        if actor in ("anonymous", "deactivated"):
            return SIGN_IN
        who, about = self.classes[self.name_of(name)]
        table = self.relations[relation]
        kept = {
            "case": "sees",
            "victims": "sees_victims",
            "answered": "answers",
            "staff": "manages",
        }.get(about)
        there = about != "own" and (kept is None or actor in table[kept])
        if about == "council":
            there = relation != "other council"
        elif about == "reading":
            there = actor in table["manages"] and actor in table["sees"]
        if actor in who:
            return OPEN if there else ABSENT
        return KEPT_OUT


# ------------------------------------------------------------------ addresses


@dataclass(frozen=True)
class Asked:
    """One address of the site, with the keys of the world in it."""

    name: str
    path: str
    api: bool
    operation: bool


def patterns() -> Iterator[tuple[str, str, URLPattern]]:
    def walk(found: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str, URLPattern]]:
        for pattern in found:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield pattern.name or route, route, pattern

    yield from walk(get_resolver().url_patterns, "")


def addresses(world: World) -> list[Asked]:
    """Every address that the resolver knows, pages and API, under its name."""
    rows = rows_of_the_api(world)
    found = []
    for name, route, pattern in patterns():
        api = route.startswith("api/")
        if api and name.endswith("-detail"):
            path = reverse(name, kwargs={"pk": rows[name]()})
        elif name == "api-return":
            path = reverse(name, kwargs={"pk": world.keys["key"]})
        elif name == "discard_draft":
            path = reverse(name, kwargs={"draft": 1})
        elif name == "end_sign_in":
            path = reverse(name, kwargs={"sign_in": 1})
        else:
            page = name.removeprefix("api-") if api else name
            page = "record_tool" if page == "choose_tool" and "tool" in pattern.pattern.converters else page
            kwargs = arguments(world, page, tuple(pattern.pattern.converters))[0]
            path = reverse(name, kwargs=kwargs)
        operation = api and getattr(pattern.callback, "cls", None) is not None and name not in READS
        found.append(Asked(name, path, api, operation and not name.endswith(("-list", "-detail"))))
    return found


READS = (
    "api-returns",
    "api-return",
    "api-figures",
    "api-commentary",
    "api-figure-rows",
    "api-schema",
    "api-try",
)


def rows_of_the_api(world: World) -> dict[str, Callable[[], Any]]:
    """A row of the world's case for each kind that the API reads by its key."""
    keys, case = world.keys, world.keys["case"]
    order = keys["order"]
    found: dict[str, Callable[[], Any]] = {
        f"api-{plural}-detail": (lambda key=key: keys[key])
        for plural, key in {
            "cases": "case", "timescales": "timescale", "notes": "note", "contact-points": "point",
            "associates": "associate", "orders": "order", "appointments": "appointment", "attendances": "attendance",
            "absences": "absence", "warnings": "warning", "breaches": "breach", "releases": "release",
            "reports": "report", "reviews": "review",
        }.items()
    }  # fmt: skip
    return found | {
        "api-allocations-detail": lambda: Allocation.objects.filter(case=case).latest("pk").pk,
        "api-contacts-detail": lambda: Contact.objects.filter(order=order).latest("pk").pk,
        "api-assessments-detail": lambda: Assessment.objects.filter(order=order).latest("pk").pk,
        "api-plans-detail": lambda: Plan.objects.filter(order=order).latest("pk").pk,
        "api-notices-detail": lambda: 999_999_999,
    }


# ------------------------------------------------------------------ actors and relations


@dataclass
class Stage:
    """The world with the actors in one relation to its case. What a stage changes is rolled back by who uses it."""

    world: World
    relation: str

    @cached_property
    def case(self) -> Case:
        return Case.objects.select_related("person").get(pk=self.world.keys["case"])

    def actor(self, name: str) -> Client:
        """Somebody signed in (or not), standing in the relation."""
        client = Client()
        if name == "anonymous":
            return client
        role = Role.CASEWORKER if name in ("no_team", "deactivated") else Role(name)
        user = self.stand(role, whole=name == "no_team" or role in WHOLE_COUNCIL)
        client.force_login(user)
        if name == "deactivated":
            User.objects.filter(pk=user.pk).update(is_active=False)
        return client

    def stand(self, role: str, *, whole: bool) -> User:
        case, relation, today = self.case, self.relation, timezone.localdate()
        team = Team.objects.get(pk=self.world.keys["team"])
        if relation in ("other team", "opening open", "opening over", "permitted", "permission over"):
            team = Team.objects.get_or_create(
                council=team.council, name="South", defaults={"locality": team.locality}
            )[0]
        elif relation == "other locality":
            west, _ = Locality.objects.get_or_create(council=team.council, name="West")
            team = Team.objects.get_or_create(council=team.council, name="West", defaults={"locality": west})[
                0
            ]
        elif relation == "other council":
            team = a_team("Far", a_council("Elsewhere"))
        user = staff(role, team=team)
        if whole:
            user.team = None
            user.save()
        restricted = relation in ("restricted", "restriction list", "opening open", "opening over")
        Person.objects.filter(pk=case.person_id).update(restricted=restricted)
        if relation == "allocated":
            Allocation.objects.filter(case=case, to_on=None).update(worker=user)
        elif relation == "closed case":
            Case.objects.filter(pk=case.pk).update(closed_on=today)
            Allocation.objects.filter(case=case, to_on=None).update(to_on=today)
        elif relation in ("restriction list", "exclusion list"):
            kind = Limit.Kind.PERMITTED if relation == "restriction list" else Limit.Kind.EXCLUDED
            Limit.objects.create(person=case.person, user=user, kind=kind, reason="Named")
        elif relation in ("opening open", "opening over"):
            at = timezone.now() - timedelta(minutes=5 if relation == "opening open" else 90)
            Opening.objects.create(
                person=case.person, user=user, team=user.team, reason="Duty", opened_at=at,
                until=at + timedelta(minutes=60),
            )  # fmt: skip
        elif relation in ("permitted", "permission over"):
            last = today if relation == "permitted" else today - timedelta(days=1)
            Permission.objects.create(
                case=case,
                user=user,
                from_on=today - timedelta(days=3),
                to_on=last,
                reason="Writes the report",
            )
        return user


# ------------------------------------------------------------------ what an answer means


def said(answer: HttpResponse, asked: Asked) -> str:
    """The answer in the words of the policy."""
    code = answer.status_code
    if code == 302 and answer["Location"].partition("?")[0] == "/sign-in/":
        return SIGN_IN
    if code == 401 or (asked.api and code == 403 and b"credentials" in answer.content):
        return SIGN_IN
    if code == 403:
        return REFUSED
    if code == 404:
        return ABSENT
    return OPEN if code < 500 else f"broken {code}"


def agrees(got: str, wanted: str) -> bool:
    return got == wanted or (wanted == KEPT_OUT and got in (REFUSED, ABSENT))


def body(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]


WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) "?(\w+)', re.IGNORECASE)
# What looking writes: the log of who looked and of who looked in vain, and the session's own row.
LOOKING = {"cases_consultation", "cases_refusedlook", "django_session"}


def written(queries: list[dict[str, str]]) -> set[str]:
    """The tables that a request wrote to, the log of who looked and the session apart."""
    found = (WRITES.match(query["sql"]) for query in queries)
    return {match.group(1) for match in found if match} - LOOKING


def ask(client: Client, one: Asked, method: str) -> tuple[HttpResponse, set[str]]:
    """The answer to one request, whole, and the tables it wrote to; nothing of it is kept, signing out included."""
    cookies = copy.deepcopy(client.cookies)
    with nothing_kept(), CaptureQueriesContext(connection) as queries:
        if method == "post" and not one.api:
            answer = client.post(one.path, {"key": str(uuid.uuid4())})
        elif method == "get":
            answer = client.get(one.path)
        else:
            answer = (
                getattr(client, method)(one.path, "{}", content_type="application/json")
                if method in ("post", "put", "patch", "delete")
                else getattr(client, method)(one.path)
            )
        body(answer)
    client.cookies = cookies
    return answer, written(queries.captured_queries)


def differences(
    policy: Policy, stage: Stage, actor: str, asked: Iterable[Asked], method: str = "get"
) -> Iterator[str]:
    """What of these addresses answers otherwise than the policy says. Operations of the API are asked by POST.

    Asked by any other method than its own, an address may refuse it (405); it never changes anything.
    """
    client = stage.actor(actor)
    client.raise_request_exception = False
    for one in asked:
        if method == "post" and one.name in ("sign_out", "account_logout"):
            continue  # does what it says, for whoever sends it: test_signing_in.py
        how = "post" if one.operation and method == "get" else method
        answer, wrote = ask(client, one, how)
        got, wanted = said(answer, one), policy.expected(one.name, actor, stage.relation)
        where = f"{how} {one.name} as {actor}, {stage.relation}"
        if how in ("put", "patch", "delete"):  # nothing here is ever asked so
            wanted, got = "not allowed", "not allowed" if answer.status_code == 405 else got
        elif one.api and wanted == SIGN_IN and answer.status_code == 403:
            got = SIGN_IN
        elif one.api and how == "options":
            got = (
                wanted if got == OPEN and wanted != SIGN_IN else got
            )  # describes the call, whoever may make it
        elif answer.status_code == 405 and (how == "post" or one.name in policy.by_post or one.operation):
            got = wanted
        elif one.name in policy.by_post:
            got = wanted if got in (OPEN, ABSENT) or wanted == SIGN_IN else got
        if not agrees(got, wanted):
            yield f"{where}: {got} ({answer.status_code}), the policy says {wanted}"
        if wrote and (how != "post" or wanted != OPEN):
            yield f"{where}: wrote to {sorted(wrote)}"
