"""Shorter weeks, reductions and cover: who may arrange them, what they let people see, and when they are over."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cases import notices, operations
from cases.consultations import basis_of
from cases.models import Availability, Case, Cover, Entry, Limit, Notice, Person, Role
from justice.domain.errors import Refused
from justice.domain.looking import Ground
from tests.builders import a_case, a_caseworker, a_council, a_manager, a_team, an_order, staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def in_days(days: int) -> date:
    return timezone.localdate() + days * DAY


@pytest.fixture
def away():
    """Somebody of North, with a case."""
    return a_caseworker()


@pytest.fixture
def colleague():
    """Somebody of another team, who sees nothing of North's."""
    return a_caseworker(team=a_team("South"))


def cover(worker, by, first=0, last=0, **more):
    return Cover.objects.create(worker=worker, by=by, from_on=in_days(first), to_on=in_days(last), **more)


# ---------------------------------------------------------------- arranging


def arrange(actor, worker, by, **more):
    given = {"from_on": in_days(0), "to_on": in_days(10), "today": in_days(0), "reason": "Leave", **more}
    return operations.arrange_cover(actor=actor, worker=worker, by=by, **given)


def test_a_manager_arranges_cover_and_the_trail_says_so_without_the_reason(away, colleague):
    manager = a_manager()
    made = arrange(manager, away, colleague)
    entry = Entry.objects.get(operation="arrange_cover")
    assert (entry.actor, entry.subject, entry.reason) == (manager, f"cover:{made.pk}", "")
    assert Case.objects.visible_to(colleague).count() == 0
    case = a_case(worker=away)
    assert list(Case.objects.visible_to(colleague)) == [case]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.BUSINESS_SUPPORT, Role.ADMINISTRATOR])
def test_who_manages_nobody_arranges_nothing(role, away, colleague):
    with pytest.raises(PermissionDenied):
        arrange(staff(role), away, colleague)
    with pytest.raises(PermissionDenied):
        operations.set_availability(
            actor=staff(role), user=away, reason="leave", reduction_percent=50, from_on=in_days(0), to_on=None
        )
    assert not Cover.objects.exists()
    assert not Availability.objects.exists()


def test_a_first_line_manager_arranges_for_their_own_team_and_a_senior_manager_for_all(away, colleague):
    with pytest.raises(PermissionDenied):
        arrange(a_manager(team=a_team("South")), away, colleague)
    senior = staff(Role.SENIOR_MANAGER)
    senior.team = None
    senior.save()
    assert arrange(senior, away, colleague).pk


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"by": "themselves"}, "Choose somebody else to cover for them", id="themselves"),
        pytest.param({"by": "supervisor"}, "Choose somebody who may hold cases", id="who holds no cases"),
        pytest.param({"by": "elsewhere"}, "Choose somebody who may hold cases", id="of another council"),
        pytest.param({"by": "left"}, "Choose somebody who may hold cases", id="who has left"),
        pytest.param(
            {"to_on": in_days(-1)}, "The last day must be on or after the first", id="ends before it begins"
        ),
        pytest.param(
            {"from_on": in_days(-9), "to_on": in_days(-1)}, "The last day must be today or later", id="over"
        ),
    ],
)
def test_cover_that_cannot_be_is_refused(change, said, away, colleague):
    others = {
        "themselves": away,
        "supervisor": staff(Role.UNPAID_WORK_SUPERVISOR),
        "elsewhere": a_caseworker(team=a_team("Far", a_council("Elsewhere"))),
        "left": a_caseworker(is_active=False),
    }
    by = others.get(change.pop("by", ""), colleague) if "by" in change else colleague
    with pytest.raises(Refused) as refused:
        arrange(a_manager(), away, by, **change)
    assert said in [problem.message for problem in refused.value.problems]
    assert not Cover.objects.exists()


def test_cover_twice_on_one_day_by_the_same_person_is_refused(away, colleague):
    arrange(a_manager(), away, colleague)
    with pytest.raises(Refused):
        arrange(a_manager(), away, colleague, from_on=in_days(10), to_on=in_days(20))
    assert arrange(a_manager(), away, colleague, from_on=in_days(11), to_on=in_days(20))
    assert arrange(a_manager(), away, a_caseworker())


# ---------------------------------------------------------------- sight


@pytest.mark.parametrize(
    ("first", "last", "ended", "seen"),
    [
        pytest.param(0, 0, None, True, id="today only"),
        pytest.param(-5, 0, None, True, id="its last day"),
        pytest.param(-5, -1, None, False, id="the day after its last"),
        pytest.param(0, 5, None, True, id="its first day"),
        pytest.param(1, 5, None, False, id="the day before its first"),
        pytest.param(-5, 5, 0, False, id="ended today"),
        pytest.param(-5, 5, 1, True, id="ended tomorrow"),
    ],
)
def test_cover_holds_from_its_first_day_to_its_last(first, last, ended, seen, away, colleague):
    case = a_case(worker=away)
    made = cover(away, colleague, first, last, ended_on=None if ended is None else in_days(ended))
    assert Case.objects.visible_to(colleague).filter(pk=case.pk).exists() == seen
    assert Cover.objects.on(in_days(0)).filter(pk=made.pk).exists() == seen
    assert basis_of(colleague, case) == (Ground.COVER if seen else Ground.COUNCIL)


def test_cover_gives_what_the_colleague_holds_and_not_what_their_team_holds(away, colleague):
    mine, teams = a_case(worker=away), a_case(worker=a_caseworker())
    cover(away, colleague)
    assert list(Case.objects.visible_to(colleague)) == [mine]
    assert not Case.objects.visible_to(colleague).filter(pk=teams.pk).exists()


def test_cover_is_not_handed_on(away, colleague):
    third = a_caseworker(team=a_team("East"))
    case = a_case(worker=away)
    cover(away, colleague)
    cover(colleague, third)
    assert Case.objects.visible_to(colleague).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(third).filter(pk=case.pk).exists()


def test_who_is_excluded_sees_nothing_by_cover(away, colleague):
    case = a_case(worker=away)
    cover(away, colleague)
    Limit.objects.create(person=case.person, user=colleague, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    assert not Case.objects.visible_to(colleague).exists()


@pytest.mark.parametrize("named", [False, True])
def test_a_restricted_record_is_seen_in_cover_only_by_who_is_named(named, away, colleague):
    case = a_case(worker=away)
    Person.objects.filter(pk=case.person_id).update(restricted=True)
    cover(away, colleague)
    if named:
        Limit.objects.create(person=case.person, user=colleague, kind=Limit.Kind.PERMITTED, reason="Cover")
    assert Case.objects.visible_to(colleague).exists() == named


# ---------------------------------------------------------------- notices


def told(user):
    return set(Notice.objects.filter(recipient=user, kind="overdue").values_list("case", flat=True))


def test_who_covers_is_told_of_what_becomes_overdue_while_it_lasts(away, colleague):
    on = in_days(0)
    plain, restricted, barred = (a_case(worker=away) for _ in range(3))
    for case in (plain, restricted, barred):
        an_order(hours=100, imposed=on - 5 * DAY, case=case, today=on)
    Person.objects.filter(pk=restricted.person_id).update(restricted=True)
    Limit.objects.create(person=barred.person, user=colleague, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    over = a_caseworker()
    cover(away, colleague)
    cover(away, over, -5, -1)
    notices.claim_notices(away.council_id, on)
    assert told(away) == {plain.pk, restricted.pk, barred.pk}
    assert told(colleague) == {plain.pk}
    assert told(over) == set()


# ---------------------------------------------------------------- ending


def test_cover_ended_early_is_over_at_once_and_only_once(away, colleague):
    manager, case = a_manager(), a_case(worker=away)
    made = cover(away, colleague, -3, 5)
    operations.end_cover(actor=manager, cover=made, today=in_days(0), expected_version=made.version)
    assert made.ended_on == in_days(0)
    assert not Case.objects.visible_to(colleague).filter(pk=case.pk).exists()
    with pytest.raises(Refused):
        operations.end_cover(actor=manager, cover=made, today=in_days(0), expected_version=None)


# ---------------------------------------------------------------- hours


def test_a_shorter_week_is_set_and_ended_and_stays_on_the_record(away):
    manager = a_manager()
    row = operations.set_availability(
        actor=manager, user=away, reason="part_time", weekly_hours=Decimal(21), from_on=in_days(0), to_on=None
    )
    operations.end_availability(
        actor=manager, availability=row, to_on=in_days(3), expected_version=row.version
    )
    row.refresh_from_db()
    assert (row.weekly_hours, row.to_on) == (Decimal(21), in_days(3))
    assert Availability.objects.on(in_days(3)).exists()
    assert not Availability.objects.on(in_days(4)).exists()
    assert {entry.operation for entry in Entry.objects.filter(subject=f"availability:{row.pk}")} == {
        "set_availability",
        "end_availability",
    }


def test_every_reason_for_refusing_hours_is_said_at_once(away):
    with pytest.raises(Refused) as refused:
        operations.set_availability(
            actor=a_manager(), user=away, reason="bored", from_on=in_days(0), to_on=in_days(-1)
        )
    assert [problem.field for problem in refused.value.problems] == ["weekly_hours", "reason", "to_on"]
    assert not Availability.objects.exists()


def test_hours_are_seen_by_the_person_and_their_managers_only(away):
    row = Availability.objects.create(
        user=away, reduction_percent=50, reason="phased_return", from_on=in_days(0)
    )
    senior = staff(Role.SENIOR_MANAGER)
    for user, sees in (
        (away, True),
        (a_manager(), True),
        (senior, True),
        (a_caseworker(), False),
        (a_manager(team=a_team("South")), False),
        (staff(Role.ADMINISTRATOR), False),
    ):
        assert Availability.objects.visible_to(user).filter(pk=row.pk).exists() == sees, user.role
