"""Restricted records opened with a reason: each has a beginning, an end, a notice, and no minute more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import operations
from cases.models import Case, Entry, Notice, Opening, Role
from cases.operations.people import OPENING_LASTS
from tests.builders import a_case, a_manager, a_team, staff
from tests.figures import Figure, size

pytestmark = pytest.mark.django_db

OPENERS = (Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.FIRST_LINE_MANAGER)
SECOND = timedelta(seconds=1)


@pytest.mark.figure(
    "records opened with a reason: begun, told of, over in time and on record, each of the four"
)
def test_every_opening_begins_is_told_of_and_is_over(figure: Figure):
    manager, case = a_manager(), a_case()
    operations.limit_record(
        actor=manager, case=case, restricted=True, permitted=[], excluded=[], reason="A colleague's cousin",
        expected_version=case.person.version,
    )  # fmt: skip
    visible = Case.objects.filter(pk=case.pk)
    for number in range(size(change=9, night=100)):
        user = staff(OPENERS[number % len(OPENERS)], team=a_team("South"))
        closes, now = number % 2 == 0, timezone.now()
        # Closed at once by its maker, or begun an hour ago to the second, give or take one.
        ago = timedelta(0) if closes else OPENING_LASTS + (SECOND if number % 4 == 1 else -60 * SECOND)
        opening = operations.open_restricted_record(
            actor=user, reference=case.person.reference, reason="On duty", at=now - ago
        )
        about = Entry.objects.filter(subject=f"opening:{opening.pk}", case=case)
        figure.add(
            about.filter(operation="open_restricted_record", said__text="On duty").count() == 1, "no start"
        )
        told = Notice.objects.filter(kind="opened", subject=f"opening:{opening.pk}")
        figure.add([one.recipient_id for one in told] == [manager.pk], "nobody was told, or too many")
        seen = visible.visible_to(user).exists()
        figure.add(seen == (ago < OPENING_LASTS), f"opened {ago} ago: {'seen' if seen else 'not seen'}")
        if closes:
            operations.close_opening(actor=user, opening=opening, at=timezone.now())
            figure.add(not visible.visible_to(user).exists(), "seen after it was closed")
        row = Opening.objects.get(pk=opening.pk)
        figure.add(row.over_at - row.opened_at <= OPENING_LASTS, "longer than an hour")
        figure.add(about.filter(operation="close_opening").exists() == closes, "no stop")
