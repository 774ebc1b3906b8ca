"""Every page: who it opens for, that a stranger is sent to sign in, and how many queries it makes whatever there is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.models import LevelBands
from cases.models import CalendarDay, Locality, LocalStandard, Role, RoleChange
from justice.web.help import TOPICS
from orders.models import LocalStep
from performance.domain.period import Quarter
from performance.figures import MEASURE_OF
from tests.web.conftest import World, grow

pytestmark = pytest.mark.at_a_change("postgresql")

BASELINE = Path(__file__).with_name("queries.json")
# Addresses that answer only to POST, or whose answer is another page's test.
ELSEWHERE = {
    "sign_out", "mark_notices_read", "live", "ready", "home", "performance", "sign_in", "save_draft", "discard_draft",
    "account_login", "account_logout", "mfa_index", "mfa_list_webauthn", "end_sign_in", "end_other_sign_ins",
}  # fmt: skip
# Asked for only in the course of signing in, or after the password again: tests/trust/test_signing_in.py opens them.
ELSEWHERE |= {
    "mfa_authenticate", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_add_webauthn", "mfa_remove_webauthn", "account_change_password",
}  # fmt: skip
# Open to everybody; the questionnaire and what follows it to whoever has a link, who has no account.
OPEN = {"accessibility", "feedback", "feedback_thanks"}
# The first of these that a page opens for is the one it is measured as.
ROLES = (
    Role.FIRST_LINE_MANAGER,
    Role.CASEWORKER,
    Role.SENIOR_MANAGER,
    Role.PERFORMANCE_OFFICER,
    Role.ADMINISTRATOR,
    Role.INFORMATION_GOVERNANCE,
)


def pages() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and arguments of every page of our own; the API has its own tests."""

    def walk(patterns: list[URLPattern | URLResolver], api: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, api or str(pattern.pattern).startswith("api/"))
            elif not api and pattern.name and pattern.name not in ELSEWHERE:
                yield pattern.name, tuple(pattern.pattern.converters)

    yield from walk(get_resolver().url_patterns, False)


def arguments(world: World, name: str, wanted: tuple[str, ...]) -> list[dict[str, object]]:
    """The arguments of an address; several, where it stands for several pages."""
    if name == "settings_section":
        from cases.views.settings import SECTIONS

        return [{"section": section.key} for section in SECTIONS]
    if name == "help_page":
        return [{"page": topic.slug} for topic in TOPICS]
    quarter = Quarter.of(timezone.localdate())
    own = {
        "amend_locality": Locality.objects.first,
        "remove_calendar_day": CalendarDay.objects.first,
        "remove_local_standard": LocalStandard.objects.first,
        "remove_compliance_step": LocalStep.objects.first,
        "remove_level_bands": LevelBands.objects.first,
    }
    values: dict[str, object] = {
        **world.keys,
        "quarter": quarter,
        "measure": MEASURE_OF["K2"],
        "by": "team",
        "ending": "csv",
        "file": "csv",
        "pk": own[name]().pk if name in own else world.keys["team"],
    }
    if name in ("agree_role_change", "decline_role_change"):
        values["pk"] = RoleChange.objects.get().pk
    if name in ("amend_member_of_staff", "ask_role_change", "reset_second_step", "give_new_password"):
        values["pk"] = world.users[Role.CASEWORKER].pk
    return [{key: values[key] for key in wanted}]


def addresses(world: World) -> Iterator[tuple[str, str]]:
    for name, wanted in pages():
        for kwargs in arguments(world, name, wanted):
            section = "".join(f" {kwargs[key]}" for key in ("section", "page") if key in kwargs)
            try:
                yield f"{name}{section}", reverse(name, kwargs=kwargs)
            except NoReverseMatch as error:
                pytest.fail(f"{name}: {error}")


def measured(world: World, opens_for: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Each page with the role it opened for and the queries it made; where that role is known, asked as that alone."""
    clients = {role: world.client(role) for role in ROLES}
    found = {}
    for name, address in addresses(world):
        known = opens_for.get(name, ("", 0))[0]
        for role, client in clients.items() if not known else [(known, clients[known])]:
            if not known:
                client.get(address)  # the first look fills what a process keeps: calendar and standards
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = client.get(address)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if answer.status_code in (200, 302) and answer.status_code != 403:
                assert answer.status_code != 302, f"{name} sends {role} to {answer['Location']}"
                assert body, name
                found[name] = (role, len(queries))
                break
            assert answer.status_code in (403, 404), f"{name} as {role}: {answer.status_code}"
        else:
            pytest.fail(f"{name} ({address}) opens for nobody")
    return found


def test_every_page_opens_for_somebody_with_a_fixed_number_of_queries(world: World):
    """The counts stand in queries.json; WRITE_QUERY_COUNTS=1 writes them afresh, for a change that means to."""
    small = measured(world, {})
    grow(world, 5)
    large = measured(world, small)
    changed = {name: (small[name], large[name]) for name in small if small[name] != large[name]}
    assert not changed, f"queries grow with the caseload: {changed}"
    counts = {name: queries for name, (_, queries) in sorted(large.items())}
    if os.environ.get("WRITE_QUERY_COUNTS") == "1":
        BASELINE.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    assert counts == json.loads(BASELINE.read_text(encoding="utf-8"))


def test_a_stranger_is_sent_to_sign_in(world: World):
    for name, address in addresses(world):
        answer = Client().get(address)
        if name in OPEN:
            assert answer.status_code == 200, name
            continue
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/sign-in/"), name


def test_what_may_not_be_seen_answers_as_what_is_not_there(world: World):
    stranger = world.users[Role.CASEWORKER]
    from tests.builders import a_team

    stranger.team = a_team("South")
    stranger.save()
    for allocation in stranger.allocations.all():
        allocation.worker = None
        allocation.save()
    client = world.client(Role.CASEWORKER)
    for name in ("case", "order", "amend_person", "record_contact"):
        key = "case" if name in ("case", "amend_person") else "order"
        seen = client.get(reverse(name, args=[world.keys[key]]))
        missing = client.get(reverse(name, args=[999_999_999]))
        assert (seen.status_code, missing.status_code) == (404, 404), name


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE])
def test_who_runs_the_system_sees_no_case(world: World, role: str):
    client = world.client(role)
    for name in ("case", "amend_person"):
        assert client.get(reverse(name, args=[world.keys["case"]])).status_code in (403, 404)
