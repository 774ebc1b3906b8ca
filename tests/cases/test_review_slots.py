"""How many reviews a team can chair in a week: set by its manager, from a day on."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cases.models import Entry, ReviewSlots, Role
from cases.operations import set_review_slots
from justice.domain.errors import Refused
from tests.builders import a_caseworker, a_council, a_manager, a_team, staff

pytestmark = pytest.mark.django_db
FROM = date(2026, 12, 7)


def test_the_manager_says_it_and_the_entry_says_so():
    manager = a_manager()
    row = set_review_slots(actor=manager, slots_per_week=5, from_on=FROM)
    assert (row.team, row.slots_per_week, row.from_on, row.recorded_by) == (manager.team, 5, FROM, manager)
    entry = Entry.objects.get()
    assert (entry.operation, entry.subject, entry.actor) == (
        "set_review_slots",
        f"review_slots:{row.pk}",
        manager,
    )


def test_another_number_from_the_same_day_takes_its_place_and_the_first_stays_in_the_history():
    manager = a_manager()
    first = set_review_slots(actor=manager, slots_per_week=5, from_on=FROM)
    second = set_review_slots(actor=manager, slots_per_week=3, from_on=FROM)
    assert (second.pk, second.version) == (first.pk, 2)
    assert list(second.history.values_list("slots_per_week", flat=True)) == [3, 5]


def test_what_held_before_stays_beside_it():
    manager = a_manager()
    set_review_slots(actor=manager, slots_per_week=5, from_on=date(2026, 1, 1))
    set_review_slots(actor=manager, slots_per_week=3, from_on=FROM)
    assert list(ReviewSlots.objects.values_list("slots_per_week", flat=True)) == [5, 3]


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.FIRST_LINE_MANAGER, Role.SYSTEM)]
)
def test_nobody_else_may(role: str):
    with pytest.raises(PermissionDenied):
        set_review_slots(actor=staff(role), slots_per_week=5, from_on=FROM)
    assert not ReviewSlots.objects.exists()


@pytest.mark.parametrize("number", [-1, 101])
def test_more_than_a_week_holds_is_refused_and_nothing_is_changed(number: int):
    with pytest.raises(Refused, match="between 0 and 100"):
        set_review_slots(actor=a_manager(), slots_per_week=number, from_on=FROM)
    assert not ReviewSlots.objects.exists()
    assert not Entry.objects.exists()


def test_a_manager_without_a_team_is_told_what_to_do():
    manager = a_manager()
    manager.team = None
    manager.save()
    with pytest.raises(Refused, match="Ask an administrator to put you in a team"):
        set_review_slots(actor=manager, slots_per_week=5, from_on=FROM)


def test_the_database_keeps_one_number_per_team_and_day():
    team = a_team()
    ReviewSlots.objects.create(team=team, from_on=FROM, slots_per_week=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewSlots.objects.create(team=team, from_on=FROM, slots_per_week=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewSlots.objects.create(team=team, from_on=date(2027, 1, 1), slots_per_week=101)


def test_they_are_the_councils_own_to_see():
    row = set_review_slots(actor=a_manager(), slots_per_week=5, from_on=FROM)
    stranger = a_caseworker(team=a_team("Far", a_council("Elsewhere")))
    assert list(ReviewSlots.objects.visible_to(a_caseworker())) == [row]
    assert not ReviewSlots.objects.visible_to(stranger).exists()
