"""Canaries in every field of records that must not be met, and one sweep over every way out."""

from __future__ import annotations

import copy
import io
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import jobs
from cases import operations as case_operations
from cases.models import Case, Job, Limit, Notice, Person, Role
from cases.models.cases import CaseQuerySet
from tests.builders import a_team, staff
from tests.figures import at_night
from tests.trust.canaries import (
    OF_CASES,
    Canaries,
    Ears,
    Output,
    Sweep,
    api_lists,
    changeable,
    everything,
    keys_now,
    of_a_record,
    words_of,
)
from tests.web.conftest import World, a_world, grow
from tests.web.test_pages import addresses
from tests.web.walk import PASSING, ROLES

TEAM = (Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT)
NO_CASES = (Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)


@dataclass
class Marked:
    """A world in which one case is restricted, one is closed to everybody who asks, and all are marked."""

    world: World
    hidden: World  # who holds those two
    canaries: Canaries
    restricted: dict[str, Any]  # keys of the restricted case's rows
    excluded: dict[str, Any]
    sweep: Sweep
    ears: Ears
    before: dict[tuple[str, str], str] = field(default_factory=dict)  # lists as they were without the excluded
    seen_by_holder: list[Output] = field(default_factory=list)
    planted: int = 0


def without_passing(text: str) -> str:
    return re.sub(r"\d+ (second|minute)s? ago", "", PASSING.sub("", text))


def lists_of(world: World, client: Client) -> Iterator[tuple[str, str]]:
    """Pages that are about no one record, and so count and list many."""
    for name, address in addresses(world):
        numbered = re.search(r"/\d+/|/[0-9a-f-]{36}/|\.(csv|xlsx|pdf)", address)
        if not numbered and not re.search(r"_(csv|xlsx|file|print|pdf|calendar)$|^help|quality|whats", name):
            yield name, address


# Whoever sees most, whoever the restriction is for, and the two that see no case; at night everybody.
ASKING = (
    ROLES
    if at_night()
    else (Role.FIRST_LINE_MANAGER, Role.CASEWORKER, Role.BUSINESS_SUPPORT, *NO_CASES)
)
COUNTED = (Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER)


def mark() -> Marked:
    world = a_world()
    team = a_team()
    hidden = World()
    for role in (Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER):
        hidden.users[role] = staff(role, team=team)
    canaries, ears, sweep = Canaries(), Ears(), Sweep(world)
    start = keys_now()
    grow(hidden, 1)
    restricted, middle = dict(hidden.keys), keys_now()
    limit(hidden, restricted, restricted=True)
    before = {
        (role, name): without_passing(words_of(client.get(address)))
        for role in COUNTED
        for client in [world.client(role)]
        for name, address in lists_of(world, client)
    }
    grow(hidden, 1)
    excluded, end = dict(hidden.keys), keys_now()
    limit(hidden, excluded, excluded=list(world.users.values()))
    with changeable():
        planted = canaries.plant("restricted", difference(middle, start), OF_CASES)
        planted += canaries.plant("excluded", difference(end, middle), OF_CASES)
        planted += canaries.plant("victim", start, ("victims",))
    call_command("rebuild_search", stdout=io.StringIO())
    made = Marked(world, hidden, canaries, restricted, excluded, sweep, ears, before, planted=planted)
    return made


def difference(
    later: dict[type[models.Model], set[Any]], earlier: dict[type[models.Model], set[Any]]
) -> dict[type[models.Model], set[Any]]:
    return {model: keys - earlier[model] for model, keys in later.items()}


def limit(
    hidden: World, keys: dict[str, Any], *, restricted: bool = False, excluded: list[Any] | None = None
) -> None:
    case = Case.objects.select_related("person").get(pk=keys["case"])
    case_operations.limit_record(
        actor=hidden.users[Role.FIRST_LINE_MANAGER], case=case, restricted=restricted, permitted=[],
        excluded=excluded or [], reason="A colleague's cousin", expected_version=case.person.version,
    )  # fmt: skip


def sweep_all(marked: Marked) -> None:
    """Every address for every role; the two records by their own addresses; searches; and what goes wrong."""
    world, sweep = marked.world, marked.sweep
    for role in ASKING:
        client = world.client(role)
        sweep.everything(role, client, [*addresses(world), *api_lists(), ("home", "/"), ("none", "/nowhere/")])
        if role not in NO_CASES:
            for keys in (marked.restricted, marked.excluded):
                search(marked, role, client, keys)
    for role, keys in ((Role.CASEWORKER, marked.restricted), (Role.FIRST_LINE_MANAGER, marked.excluded)):
        sweep.everything(role, world.client(role), of_a_record(world, keys))
    holder = marked.hidden.client(Role.CASEWORKER)
    seen = World(marked.hidden.users, {**world.keys, **marked.restricted})
    own = Sweep(seen)
    marked.seen_by_holder = own.everything("holder", holder, [*addresses(seen), *api_lists(), *api_rows_of(marked)])
    with patch("justice.web.views.looked_at", side_effect=RuntimeError("planted")):
        marked.seen_by_holder += own.everything(
            "holder", holder, [("went wrong", reverse("case", args=[marked.restricted["case"]]))]
        )


def search(marked: Marked, role: str, client: Client, keys: dict[str, Any]) -> None:
    """By every name and reference of the person, and by one letter wrong: what one types comes back, and no more."""
    person, people = Case.objects.get(pk=keys["case"]).person, reverse("people")
    asked = (person.given_name, person.family_name, f"{person.family_name[:-1]}k", person.reference)
    for text in asked:
        made = marked.sweep.ask(role, client, f"search for {text}", people, text=text)
    for name in ("search", "reference"):
        marked.sweep.ask(role, client, f"api {name}", f"{reverse('api-cases-list')}?{name}={text}")


def api_rows_of(marked: Marked) -> list[tuple[str, str]]:
    from tests.trust.canaries import api_rows

    return list(api_rows(marked.restricted))


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    """Made and swept once: it takes most of a minute."""
    with django_db_blocker.unblock(), transaction.atomic():
        marked = mark()
        with marked.ears.listening():
            sweep_all(marked)
        yield marked
        transaction.set_rollback(True)


@pytest.fixture
def marked(kept: Marked, db: None) -> Marked:
    return kept


@pytest.mark.figure("outputs searched for restricted and excluded records")
def test_no_output_holds_a_word_of_a_record_that_may_not_be_known_of(marked: Marked, figure):
    for one in marked.sweep.outputs:
        met = met_by(marked, one)
        figure.add(not met, f"{one}: {marked.canaries.named(met)}")


def met_by(marked: Marked, one: Output) -> set[str]:
    """The words of records that this member of staff may not know of, in what they were given."""
    kinds = ["excluded", *(["restricted"] if one.who in (*TEAM, *NO_CASES) else [])]
    met = marked.canaries.found_in(f"{one.text}\n{one.head}", *kinds)
    return met - marked.canaries.found_in(one.name)  # what was typed comes back in its box


@pytest.mark.figure("words planted that their holder meets")
def test_the_holder_meets_them(marked: Marked, figure):
    met = set[str]()
    for one in marked.seen_by_holder:
        met |= marked.canaries.found_in(one.text)
    print("MET", len(met), marked.planted, len(marked.canaries.of), marked.canaries.refused[:10])
    import collections
    took = collections.Counter()
    for one in [*marked.sweep.outputs, *marked.seen_by_holder]:
        took[one.who, one.name]+=one.took
    print("TOOK", sum(took.values()), took.most_common(25))
    who = collections.Counter()
    for one in [*marked.sweep.outputs, *marked.seen_by_holder]:
        who[one.who]+=one.took
    print("WHO", who)
    print("STATUS5", [str(o) for o in [*marked.sweep.outputs, *marked.seen_by_holder] if o.status>=500])
    figure.add(len(met) > 100)


@pytest.mark.figure("lines of the log searched for every word")
def test_no_line_of_the_log_holds_a_word(marked: Marked, figure):
    for line in marked.ears.lines:
        met = marked.canaries.found_in(line)
        figure.add(not met, f"{line[:80]}: {marked.canaries.named(met)}")


@pytest.mark.figure("lists and counts that are the same with and without an excluded record")
def test_no_count_tells_of_a_record_that_may_not_be_known_of(marked: Marked, figure):
    after = {(one.who, one.name): one.text for one in marked.sweep.outputs}
    import difflib
    for key, text in marked.before.items():
        if key not in after: continue
        same = without_passing(after[key]) == text
        if not same: print("DIFF", key, [l for l in difflib.unified_diff(text.splitlines(), without_passing(after[key]).splitlines(), lineterm="", n=0)][:12])
        figure.add(same, f"{key[1]} as {key[0]}")
