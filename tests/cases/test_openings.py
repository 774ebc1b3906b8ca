"""Records opened with a reason, from beginning to review; and one case shown to one colleague until a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import jobs, operations
from cases.consultations import basis_of
from cases.models import Case, Consultation, Entry, Limit, Notice, Opening, Permission, Role, User
from justice.domain.errors import Refused
from justice.domain.looking import Ground
from tests.builders import a_case, a_caseworker, a_manager, a_team, staff

pytestmark = pytest.mark.django_db

HOUR = timedelta(minutes=60)


def a_restricted_case() -> tuple[Case, User]:
    """Held in North team, whose manager is given with it."""
    manager, case = a_manager(), a_case()
    operations.limit_record(
        actor=manager, case=case, restricted=True, permitted=[], excluded=[], reason="A colleague's cousin",
        expected_version=case.person.version,
    )  # fmt: skip
    case.refresh_from_db()
    return case, manager


def opened(case: Case, user: User, *, ago: timedelta = timedelta(0)) -> Opening:
    return operations.open_restricted_record(
        actor=user, reference=case.person.reference, reason="On duty tonight", at=timezone.now() - ago
    )


def sees(user: User, case: Case) -> bool:
    return Case.objects.visible_to(user).filter(pk=case.pk).exists()


# ------------------------------------------------------------------ openings


def test_the_managers_of_the_record_are_told_at_once_and_nobody_else():
    case, manager = a_restricted_case()
    excluded, gone = a_manager(), a_manager(is_active=False)
    Limit.objects.create(person=case.person, user=excluded, kind=Limit.Kind.EXCLUDED, reason="Sister")
    elsewhere = a_manager(team=a_team("South"))
    opening = opened(case, a_caseworker(team=a_team("South")))
    told = Notice.objects.filter(kind="opened")
    assert [one.recipient for one in told] == [manager]
    assert not told.filter(recipient__in=(excluded, gone, elsewhere)).exists()
    assert told.get().subject == f"opening:{opening.pk}"
    jobs.work(timezone.now)
    jobs.work(timezone.now)
    assert [message.to for message in mail.outbox] == [[manager.email]]
    said = mail.outbox[0].body + mail.outbox[0].subject
    assert case.person.family_name not in said
    assert case.person.reference not in said


def test_where_no_manager_of_a_team_can_be_told_the_senior_managers_are():
    case, manager = a_restricted_case()
    senior = staff(Role.SENIOR_MANAGER)
    manager.is_active = False
    manager.save()
    opened(case, a_caseworker(team=a_team("South")))
    assert Notice.objects.get(kind="opened").recipient == senior


@pytest.mark.parametrize(
    ("minutes", "seen"), [(0, True), (59, True), (60, False), (90, False)], ids=lambda value: str(value)
)
def test_an_opening_lasts_an_hour(minutes: int, seen: bool):
    case, _ = a_restricted_case()
    user = a_caseworker(team=a_team("South"))
    opened(case, user, ago=timedelta(minutes=minutes))
    assert sees(user, case) == seen
    assert (basis_of(user, case) == Ground.OPENED) == seen


def test_who_opened_a_record_closes_it_and_the_stop_is_on_record():
    case, _ = a_restricted_case()
    user = a_caseworker(team=a_team("South"))
    client = Client()
    client.force_login(user)
    opening = opened(case, user)
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    close = reverse("close_opening", args=[opening.pk])
    assert close in page
    form = client.get(close).content.decode()
    key = form.split('name="key" value="')[1].split('"')[0]
    assert client.post(close, {"key": key}).status_code == 302
    opening.refresh_from_db()
    assert opening.closed_at is not None
    assert not sees(user, case)
    assert client.get(reverse("case", args=[case.pk])).status_code == 404
    entries = Entry.objects.filter(subject=f"opening:{opening.pk}")
    assert {one.operation for one in entries} == {"open_restricted_record", "close_opening"}
    with pytest.raises(Refused):
        operations.close_opening(actor=user, opening=opening, at=timezone.now())


def test_nobody_closes_what_another_opened():
    case, manager = a_restricted_case()
    opening = opened(case, a_caseworker(team=a_team("South")))
    with pytest.raises(PermissionDenied):
        operations.close_opening(actor=a_caseworker(), opening=opening, at=timezone.now())
    client = Client()
    client.force_login(manager)
    assert client.get(reverse("close_opening", args=[opening.pk])).status_code == 404


@pytest.mark.parametrize("change", ["left", "moved to another team", "lost the team"])
def test_an_opening_ends_with_its_makers_place(change: str):
    case, _ = a_restricted_case()
    user = a_caseworker(team=a_team("South"))
    opened(case, user)
    assert sees(user, case)
    if change == "left":
        user.is_active = False
    else:
        user.team = a_team("West") if change == "moved to another team" else None
    user.save()
    assert not sees(User.objects.get(pk=user.pk), case)


def test_the_manager_reviews_an_opening_from_a_list_with_what_was_looked_at():
    case, manager = a_restricted_case()
    user = a_caseworker(team=a_team("South"))
    reader, client = Client(), Client()
    reader.force_login(user)
    client.force_login(manager)
    opening = opened(case, user)
    for name in ("case", "chronology", "case_record"):
        assert reader.get(reverse(name, args=[case.pk])).status_code == 200
    home = client.get("/").content.decode()
    assert reverse("review_opening", args=[opening.pk]) in home
    page = client.get(reverse("openings"), {"review": "waiting"}).content.decode()
    assert user.name in page
    assert "On duty tonight" in page
    form = client.get(reverse("review_opening", args=[opening.pk])).content.decode()
    assert "looked at 3 pages" in form
    [look] = Consultation.objects.filter(user=manager, page="review_opening")  # it names the person
    assert look.cases == [case.pk]
    operations.review_opening(
        actor=manager, opening=opening, judgement="follow_up", comment="Speak with them", at=timezone.now(),
        expected_version=opening.version,
    )  # fmt: skip
    assert reverse("review_opening", args=[opening.pk]) not in client.get("/").content.decode()
    page = client.get(reverse("openings")).content.decode()
    assert "Speak with them" in page
    assert "To be followed up" in page


@pytest.mark.parametrize(
    ("judgement", "comment", "field"),
    [("", "", "judgement"), ("fine", "", "judgement"), ("follow_up", "", "comment")],
)
def test_a_review_says_what_is_missing(judgement: str, comment: str, field: str):
    case, manager = a_restricted_case()
    opening = opened(case, a_caseworker(team=a_team("South")))
    with pytest.raises(Refused) as refused:
        operations.review_opening(
            actor=manager, opening=opening, judgement=judgement, comment=comment, at=timezone.now(),
            expected_version=None,
        )  # fmt: skip
    assert [problem.field for problem in refused.value.problems] == [field]
    opening.refresh_from_db()
    assert opening.reviewed_at is None


def test_an_opening_is_reviewed_once_by_who_answers_for_the_record_and_not_by_its_maker():
    case, manager = a_restricted_case()
    maker = a_manager(team=a_team("South"))
    opening = opened(case, maker)
    for actor in (maker, a_manager(team=a_team("West"))):
        with pytest.raises(PermissionDenied):
            review(actor, opening)
    review(manager, opening)
    with pytest.raises(Refused):
        review(staff(Role.SENIOR_MANAGER), opening)
    assert Opening.objects.get().reviewed_by == manager


def review(actor: User, opening: Opening) -> Opening:
    return operations.review_opening(
        actor=actor, opening=opening, judgement="in_order", at=timezone.now(), expected_version=None
    )


def test_who_was_let_in_by_an_opening_decides_nothing_about_who_sees_the_record():
    case, _ = a_restricted_case()
    maker = a_manager(team=a_team("South"))
    opened(case, maker)
    with pytest.raises(PermissionDenied):
        permit(maker, case, a_caseworker(team=a_team("West")))
    with pytest.raises(PermissionDenied):
        operations.limit_record(
            actor=maker, case=case, restricted=False, permitted=[], excluded=[], reason="No reason",
            expected_version=case.person.version,
        )  # fmt: skip
    case.person.refresh_from_db()
    assert case.person.restricted


# ------------------------------------------------------------------ permissions


def permit(actor: User, case: Case, user: User, to_on: date | None = None) -> Permission:
    today = timezone.localdate()
    return operations.permit_access(
        actor=actor, case=case, user=user, to_on=to_on or today, reason="Writes the report", today=today
    )


@pytest.mark.parametrize("restricted", [False, True], ids=["ordinary", "restricted"])
def test_one_colleague_sees_one_case_and_no_other(restricted: bool):
    case, manager = a_restricted_case() if restricted else (a_case(), a_manager())
    other = a_case()
    user = a_caseworker(team=a_team("South"))
    assert not sees(user, case)
    row = permit(manager, case, user)
    assert sees(user, case)
    assert not sees(user, other)
    assert basis_of(user, case) == Ground.PERMITTED
    operations.end_permission(
        actor=manager, permission=row, today=timezone.localdate(), expected_version=row.version
    )
    assert not sees(user, case)


def test_a_permission_is_over_by_itself():
    case, user = a_case(), a_caseworker(team=a_team("South"))
    row = permit(a_manager(), case, user)
    yesterday = timezone.localdate() - timedelta(days=1)
    Permission.objects.filter(pk=row.pk).update(from_on=yesterday, to_on=yesterday)
    assert not sees(user, case)
    with pytest.raises(Refused):
        operations.end_permission(
            actor=a_manager(),
            permission=row.__class__.objects.get(),
            today=timezone.localdate(),
            expected_version=None,
        )


def test_whoever_is_excluded_sees_nothing_whatever_they_were_permitted():
    case, user = a_case(), a_caseworker(team=a_team("South"))
    permit(a_manager(), case, user)
    Limit.objects.create(person=case.person, user=user, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    assert not sees(user, case)


@pytest.mark.parametrize(
    "why", ["excluded", "sees it already", "no casework", "left", "other council", "a day gone by"]
)
def test_a_permission_is_refused(why: str):
    case, manager, to_on = a_case(), a_manager(), timezone.localdate()
    user = a_caseworker(team=a_team("South"))
    if why == "excluded":
        Limit.objects.create(person=case.person, user=user, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    elif why == "sees it already":
        user = a_caseworker()
    elif why == "no casework":
        user = staff(Role.ADMINISTRATOR)
    elif why == "left":
        user = a_caseworker(team=a_team("South"), is_active=False)
    elif why == "other council":
        from tests.builders import a_council

        user = a_caseworker(team=a_team("Far", a_council("Elsewhere")))
    else:
        to_on -= timedelta(days=1)
    with pytest.raises(Refused):
        permit(manager, case, user, to_on)
    assert not Permission.objects.exists()


def test_only_who_answers_for_the_case_lets_others_in():
    case, user = a_case(), a_caseworker(team=a_team("South"))
    let_in = a_manager(team=a_team("West"))
    permit(a_manager(), case, let_in)
    with pytest.raises(PermissionDenied):
        permit(let_in, case, user)
    client = Client()
    client.force_login(let_in)
    assert client.get(reverse("permit_access", args=[case.pk])).status_code == 404
    with pytest.raises(Case.DoesNotExist):
        permit(a_manager(team=a_team("South")), case, user)
    permit(staff(Role.SENIOR_MANAGER), case, user)


def test_the_record_says_who_was_let_in_until_when_and_why():
    case, manager = a_case(), a_manager()
    user = a_caseworker(team=a_team("South"))
    row = permit(manager, case, user)
    client = Client()
    client.force_login(manager)
    page = client.get(reverse("case_record", args=[case.pk])).content.decode()
    assert f"permitted by {manager.name} until" in page
    assert reverse("end_permission", args=[case.pk, row.pk]) in page
    client.force_login(user)
    assert client.get(reverse("case", args=[case.pk])).status_code == 200
    assert Consultation.objects.latest("at").basis == Ground.PERMITTED
