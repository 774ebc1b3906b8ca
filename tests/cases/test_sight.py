"""Who may see which case: every role against every relation, by a table kept by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Limit, Locality, Opening, Person, Role, Team
from tests.builders import a_case, a_caseworker, a_council, a_team, staff

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]

TEAM = ("caseworker", "unpaid_work_supervisor", "business_support", "first_line_manager")
# relation -> the roles that see the case then
SEEN = {
    "own team": (*TEAM, "senior_manager", "performance_officer"),
    "other team": ("senior_manager", "performance_officer"),
    "held by nobody": ("first_line_manager", "senior_manager", "performance_officer"),
    "allocated to them": (*TEAM, "senior_manager", "performance_officer"),
    "restricted, own team": ("first_line_manager", "senior_manager", "performance_officer"),
    "restricted, allocated to them": (*TEAM, "senior_manager", "performance_officer"),
    "restricted, named": (*TEAM, "senior_manager", "performance_officer"),
    "restricted, opened": (*TEAM, "senior_manager", "performance_officer"),
    "restricted, opening over": ("first_line_manager", "senior_manager", "performance_officer"),
    "excluded": (),
    "excluded, allocated to them": (),
    "other council": (),
    "left": (),
}
ROLES = [role.value for role in Role if role != Role.SYSTEM]


def world(role: str, relation: str):
    user = staff(role)
    other_team = Team.objects.create(council=a_council(), locality=Locality.objects.first(), name="Elsewhere")
    worker = a_caseworker(team=other_team if relation == "other team" else user.team)
    case = a_case(worker=worker)
    allocation = case.allocations.get()
    if "allocated to them" in relation:
        allocation.worker = user
        allocation.save()
    if relation == "held by nobody":
        allocation.to_on = allocation.from_on
        allocation.save()
    if "restricted" in relation:
        Person.objects.filter(pk=case.person_id).update(restricted=True)
    if relation == "restricted, named":
        Limit.objects.create(person=case.person, user=user, kind=Limit.Kind.PERMITTED, reason="Named")
    if "opening" in relation or "opened" in relation:
        at = timezone.now() - (timedelta(hours=2) if "over" in relation else timedelta(minutes=5))
        Opening.objects.create(
            person=case.person,
            user=user,
            team=user.team,
            reason="Duty",
            opened_at=at,
            until=at + timedelta(hours=1),
        )
    if "excluded" in relation:
        Limit.objects.create(person=case.person, user=user, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    if relation == "other council":
        user.council, user.team = a_council("Elsewhere"), a_team("Far", a_council("Elsewhere"))
        user.save()
    if relation == "left":
        user.is_active = False
        user.save()
    return user, case


@pytest.mark.parametrize("relation", SEEN)
@pytest.mark.parametrize("role", ROLES)
def test_who_sees_the_case(role, relation):
    user, case = world(role, relation)
    seen = Case.objects.visible_to(user).filter(pk=case.pk).exists()
    assert seen == (role in SEEN[relation])


def test_a_move_to_another_team_counts_at_once():
    worker = a_caseworker()
    case = a_case(worker=a_caseworker(team=worker.team))
    assert Case.objects.visible_to(worker).filter(pk=case.pk).exists()
    worker.team = a_team("South")
    assert not Case.objects.visible_to(worker).filter(pk=case.pk).exists()
