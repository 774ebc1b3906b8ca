"""What a MAPPA meeting decided stands on the pages of the register, and on no other page, list, file or API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from assessments import operations
from assessments.models import MappaEntry
from assessments.models.protection import SEE_MAPPA
from cases.models import TEAM_ROLES, Role
from tests.figures import size
from tests.trust.canaries import api_lists
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.django_db
CANARY = "Zilverquist"
READERS = sorted(TEAM_ROLES | {Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER})


@pytest.mark.parametrize("role", READERS)
def test_no_word_of_a_meeting_stands_anywhere_else(world: World, role: str):
    today = timezone.localdate()
    by = {"actor": world.users[Role.CASEWORKER], "today": today}
    for entry in MappaEntry.objects.all():
        operations.change_mappa_level(
            mappa_entry=entry, level=3, from_on=today, reason=f"{CANARY} why", expected_version=None, **by
        )
        meeting = operations.record_mappa_meeting(
            mappa_entry=entry, held_on=today, level=3, kind="review", agencies=["police"],
            decisions=f"{CANARY} decided", **by,
        )  # fmt: skip
        action = operations.add_mappa_action(
            actor=by["actor"], meeting=meeting, text=f"{CANARY} to act", agency="police"
        )
        operations.complete_mappa_action(
            action=action, done_on=today, outcome=f"{CANARY} done", expected_version=None, **by
        )
    client = world.client(role)
    told, leaks = set(), []
    places = [*addresses(world), *api_lists()]
    share = size(
        change=len(READERS), night=1
    )  # at every change each page is read by one of them, the register by all
    for number, (name, address) in enumerate(places):
        if "mappa" not in name and (number + READERS.index(role)) % share:
            continue
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if CANARY.encode() in body:
            (told.add if "mappa" in name else leaks.append)(name)
    assert not leaks
    # The register is no more than a list; the page of the case has the words, for who may open it.
    assert told == ({"mappa"} if role in SEE_MAPPA else set())
