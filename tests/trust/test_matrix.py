"""The access matrix: every address, as every actor, in every relation, against the policy a person keeps.

At every change a sample that changes with nothing but its own seed; the whole of it at night.
"""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone

from cases.models import Role
from performance.domain.period import Quarter
from performance.models import Commentary
from tests.figures import Figure, size
from tests.trust.matrix import ACTORS, Asked, Policy, Stage, addresses, agrees, ask, differences, said
from tests.web.conftest import World
from tests.web.walk import nothing_kept

pytestmark = pytest.mark.django_db

SHARES = 5  # of the relations: each may be tried by another process
METHODS = ("head", "options", "post", "put", "patch", "delete")


@pytest.fixture
def policy() -> Policy:
    return Policy.kept()


@pytest.fixture
def asked(world: World) -> list[Asked]:
    Commentary.objects.create(
        council=world.users[Role.SENIOR_MANAGER].council,
        period=str(Quarter.of(timezone.localdate())),
        achievements="More was done in time",
    )
    return addresses(world)


def drawn(every: list[Any], wanted: int, seed: str) -> list[Any]:
    """So many of them, the same ones each time."""
    return every if wanted >= len(every) else random.Random(seed).sample(every, wanted)


def compare(world: World, policy: Policy, chosen: list[tuple[Asked, str, str, str]], figure: Figure) -> None:
    """Ask for each of (address, actor, relation, method): those of one actor in one relation on one stage."""
    groups: dict[tuple[str, str, str], list[Asked]] = defaultdict(list)
    for one, actor, relation, method in chosen:
        groups[relation, actor, method].append(one)
    for (relation, actor, method), several in groups.items():
        with nothing_kept():
            figure.many(
                len(several), list(differences(policy, Stage(world, relation), actor, several, method))
            )


def test_every_address_stands_in_the_policy_and_every_name_there_is_an_address(
    policy: Policy, asked: list[Asked]
):
    names = {one.name for one in asked}
    assert not [name for name in names if not policy.covers(name)]
    stand = set(policy.classes) | policy.open_to_all
    assert not stand - names


@pytest.mark.figure(
    "addresses asked for by GET, and operations of the API by POST, in which code and policy agree"
)
@pytest.mark.parametrize("share", range(SHARES))
def test_each_actor_gets_what_the_policy_says(
    world: World, policy: Policy, asked: list[Asked], figure: Figure, share: int
):
    relations = list(policy.relations)[share::SHARES]
    every = [(*row, "get") for row in product(asked, ACTORS, relations)]
    compare(world, policy, drawn(every, size(change=350 // SHARES, night=len(every)), f"get {share}"), figure)


@pytest.mark.figure(
    "addresses asked for by other methods: none allowed more, nothing written by any but POST"
)
def test_no_method_opens_or_changes_more(world: World, policy: Policy, asked: list[Asked], figure: Figure):
    every = list(product(asked, ACTORS, ("own team", "other team", "exclusion list", "closed case"), METHODS))
    compare(world, policy, drawn(every, size(change=150, night=8_000), "methods"), figure)


# ------------------------------------------------------------------ would it be noticed?

# The rows that an address is found through: without their rule, who is of another team gets them.
FOUND_THROUGH = {
    "cases.Case": "case",
    "cases.Timescale": "api-timescales-detail",
    "cases.Note": "api-notes-detail",
    "orders.Order": "order",
    "orders.Appointment": "appointment",
    "orders.Release": "record_release_interview",
    "assessments.ReportRequest": "submit_report",
    "assessments.Assessment": "assessment",
    "assessments.Plan": "plan",
    "assessments.Review": "review",
    "cases.Allocation": "api-allocations-detail",
    "cases.Associate": "api-associates-detail",
    "cases.ContactPoint": "api-contact-points-detail",
    "orders.Contact": "api-contacts-detail",
    "orders.Attendance": "api-attendances-detail",
    "orders.Absence": "api-absences-detail",
    "orders.Breach": "api-breaches-detail",
    "orders.FormalWarning": "api-warnings-detail",
}


@pytest.mark.figure("rules of sight left out one by one, each noticed by the matrix")
def test_a_rule_left_out_is_noticed(world: World, policy: Policy, asked: list[Asked], figure: Figure):
    named = {one.name: one for one in asked}

    def anybody(rows: models.QuerySet, user: Any, **how: Any) -> models.QuerySet:
        return rows.all()

    for label, name in FOUND_THROUGH.items():
        rows = type(apps.get_model(label).objects.all())
        with nothing_kept(), patch.object(rows, "visible_to", anybody):
            found = list(differences(policy, Stage(world, "other team"), "caseworker", [named[name]]))
        figure.planted(f"{label} without its rule", found)


@pytest.mark.figure("roles let in where the policy keeps them out, each noticed by the matrix")
def test_a_role_let_in_is_noticed(world: World, policy: Policy, asked: list[Asked], figure: Figure):
    named = {one.name: one for one in asked}
    with patch("cases.permissions.allows", return_value=True):
        for name, actor in (
            ("close_case", "caseworker"),
            ("settings", "caseworker"),
            ("openings", "performance_officer"),
            ("assign_case", "business_support"),
            ("api-end_order", "business_support"),
            ("add_member_of_staff", "performance_officer"),
            ("workload", "caseworker"),
        ):
            with nothing_kept():
                found = list(differences(policy, Stage(world, "allocated"), actor, [named[name]]))
            figure.planted(f"{name} for {actor}", found)


# ------------------------------------------------------------------ from elsewhere


@pytest.mark.figure("unsafe requests without a token or from another site: none accepted")
def test_no_form_is_accepted_from_elsewhere(world: World, asked: list[Asked], figure: Figure):
    """As the manager and the administrator, who may do most. What carries no token, or another site's Origin, stops."""
    for role in (Role.FIRST_LINE_MANAGER, Role.ADMINISTRATOR)[: size(change=1, night=2)]:
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.users[role])
        client.get("/people/")
        token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
        figure.add(token, "no token is given")
        for one in drawn(asked, size(change=120, night=len(asked)), role):
            kind = {"content_type": "application/json"} if one.api else {}
            given = "{}" if one.api else {}
            with nothing_kept():
                bare = client.post(one.path, given, **kind)
                foreign = client.post(
                    one.path,
                    given,
                    headers={"X-CSRFToken": token, "Origin": "https://elsewhere.invalid"},
                    **kind,
                )
            for answer, how in ((bare, "without a token"), (foreign, "from another site")):
                figure.add(answer.status_code in (403, 405), f"{one.name} {how}: {answer.status_code}")


def test_the_engine_notices_an_answer_that_is_not_the_one_wanted(world: World, asked: list[Asked]):
    named = {one.name: one for one in asked}
    stranger, _ = ask(Client(), named["case"], "get")
    assert said(stranger, named["case"]) == "sign in"
    assert not agrees("open", "refused or not there")
    _, wrote = ask(world.client(Role.CASEWORKER), named["mark_notices_read"], "get")
    assert not wrote
