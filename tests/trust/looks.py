"""Every page and every read by program as every role, with a word of each case to know it by: who was shown, and what
the log of looks says of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from pypdf import PdfReader

from cases import search
from cases.models import Alert, Associate, Case, Consultation, ContactPoint, Note, Person, VictimInformation
from justice.web.context import FIND_PEOPLE
from orders.models import Order
from tests.web.conftest import World
from tests.web.test_pages import addresses
from tests.web.walk import ROLES, also

CANARY = re.compile(r"zqcanary(\d+)x", re.IGNORECASE)


def canary(case: int) -> str:
    """A word that stands in the records of one case and nowhere else."""
    return f"Zqcanary{case}x"


def place_canaries() -> None:
    """Each case's own word as its person's name and in what is written about it."""
    for case in Case.objects.select_related("person"):
        word, person = canary(case.pk), case.person
        Person.objects.filter(pk=person.pk).update(family_name=word, reference=word)
        for model, column in ((Alert, "text"), (Associate, "name"), (ContactPoint, "note")):
            model.objects.filter(person=person).update(**{column: word})
        for model, column in ((Note, "text"), (VictimInformation, "name"), (Order, "reference")):
            model.objects.filter(case=case).update(**{column: word})
    search.refresh(list(Person.objects.values_list("pk", flat=True)))


@dataclass(frozen=True)
class Answer:
    """One answer: the cases it shows, those the log names, and how."""

    what: str
    status: int
    shown: frozenset[int]
    logged: frozenset[int]
    single: frozenset[int]  # logged as looks at one record

    @property
    def missing(self) -> bool:
        return bool(self.shown - self.logged)

    @property
    def extra(self) -> bool:
        """Named in the log and not shown. A page about one case is a look at it, where it shows only a form too."""
        return bool(self.logged - self.shown - self.single)


def body_of(answer: HttpResponse) -> str:
    """What somebody reads of an answer, whatever kind it is."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if "pdf" in kind:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return content.decode(errors="replace")


def keys_of(answer: HttpResponse) -> set[int]:
    """The cases that an answer to a program names by their keys, or by those of their orders."""
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return set()
    found: set[int] = set()
    orders: set[int] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("case"), int):
                found.add(value["case"])
            elif isinstance(value.get("order"), int):
                orders.add(value["order"])
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(answer.json())
    return found | set(Order.objects.filter(pk__in=orders).values_list("case", flat=True))


def asked(client: Client, what: str, method: str, address: str, data: dict[str, Any]) -> Answer:
    last = Consultation.objects.aggregate(last=Max("pk"))["last"] or 0
    answer = getattr(client, method)(address, data)
    shown = {int(key) for key in CANARY.findall(body_of(answer))} | keys_of(answer)
    rows = Consultation.objects.filter(pk__gt=last)
    single = {row.case_id for row in rows if row.case_id}
    listed = {key for row in rows for key in row.cases}
    return Answer(
        f"{method} {address} as {what}", answer.status_code, frozenset(shown), frozenset(single | listed),
        frozenset(single),
    )  # fmt: skip


def reads(world: World) -> Iterator[tuple[str, str]]:
    """Every list that programs read, and its first row where there is one."""
    for name, patterns in get_resolver().reverse_dict.lists():
        del patterns
        if isinstance(name, str) and name.startswith("api-") and name.endswith("-list"):
            yield name, reverse(name)
    for name in ("cases", "orders", "notes", "timescales"):
        key = world.keys[
            {"cases": "case", "orders": "order", "notes": "note", "timescales": "timescale"}[name]
        ]
        yield f"one of {name}", f"/api/v1/{name}/{key}/"


def questions(world: World, roles: tuple[str, ...] = ROLES) -> Iterator[tuple[str, Client, str, str, dict]]:
    """Each address for each role, and what is asked by POST."""
    everywhere = [*also(), *addresses(world), *reads(world)]
    for role in roles:
        client = world.client(role)
        client.raise_request_exception = False
        for _, address in everywhere:
            yield role, client, "get", address, {}
        if role in FIND_PEOPLE:  # others find nobody, and are shown their own words again
            yield role, client, "post", reverse("people"), {"text": canary(world.keys["case"])}


def crawl(world: World, roles: tuple[str, ...] = ROLES) -> Iterator[Answer]:
    """Each answer with what it shows and what was logged of it."""
    for role, client, method, address, data in questions(world, roles):
        yield asked(client, role, method, address, data)
