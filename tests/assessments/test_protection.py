"""The MAPPA register: what may be entered, who sees it, and that minutes stand nowhere else."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from assessments import operations
from assessments.models import MappaAction, MappaEntry, MappaLevel, MappaMeeting
from cases import chronology
from cases.models import Entry, Role
from justice.domain.errors import Refused
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("27 November 2026")
CANARY = "Zilverquist"


def an_entry(case=None, actor=None, **more):
    case = case or a_case()
    given = {
        "category": 3, "level": 2, "subject_to_notification": "no", "registered_on": day("2 November 2026"),
        "referred_on": day("20 October 2026"), "decision": "accepted", "lead_agency": "justice_social_work",
        "today": TODAY, **more,
    }  # fmt: skip
    return operations.register_mappa(actor=actor or worker_of(case), case=case, **given)


def a_meeting(entry, actor=None, **more):
    given = {
        "held_on": day("3 November 2026"), "level": 2, "kind": "initial", "agencies": ["police", "housing"],
        "decisions": "Move away from the school", "today": TODAY, **more,
    }  # fmt: skip
    return operations.record_mappa_meeting(actor=actor or worker_of(entry.case), mappa_entry=entry, **given)


def an_action(meeting, actor=None, **more):
    given = {"text": "Check the address", "agency": "police", **more}
    return operations.add_mappa_action(actor=actor or worker_of(meeting.entry.case), meeting=meeting, **given)


def level_to(entry, level, on="20 November 2026", actor=None, **more):
    given = {"reason": "Two breaches of conditions", "today": TODAY, "expected_version": None, **more}
    return operations.change_mappa_level(
        actor=actor or worker_of(entry.case), mappa_entry=entry, level=level, from_on=day(on), **given
    )


def test_an_entry_begins_with_its_level():
    entry = an_entry()
    assert [(row.level, row.from_on) for row in entry.levels.all()] == [(2, day("2 November 2026"))]
    written = Entry.objects.get(operation="register_mappa")
    assert (written.case, written.subject, written.reason) == (entry.case, f"mappa:{entry.pk}", "")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"level": 1}, "Select level 2 or 3", id="other risk at level 1"),
        pytest.param(
            {"subject_to_notification": "yes"}, "Select category 1", id="notification is category 1"
        ),
        pytest.param({"category": 1}, "Select another category", id="category 1 without notification"),
        pytest.param(
            {"referred_on": None}, "Enter the date of the referral", id="other risk without a referral"
        ),
        pytest.param({"category": 9}, "Select the category", id="no such category"),
        pytest.param({"lead_agency": "housing"}, "Select the lead agency", id="an agency that leads nothing"),
        pytest.param({"registered_on": day("28 November 2026")}, "not in the future", id="in the future"),
    ],
)
def test_an_entry_that_cannot_be_says_what_to_do(changed, message):
    with pytest.raises(Refused, match=message):
        an_entry(**changed)
    assert not MappaEntry.objects.exists()
    assert not MappaLevel.objects.exists()


def test_a_person_is_registered_once_at_a_time():
    entry = an_entry()
    with pytest.raises(Refused, match="This person is in the register"):
        an_entry(entry.case)
    operations.end_mappa(
        actor=worker_of(entry.case), mappa_entry=entry, ended_on=TODAY, end_reason="risk_reduced", today=TODAY,
        expected_version=1,
    )  # fmt: skip
    with pytest.raises(Refused, match="This entry has ended"):
        a_meeting(entry)
    again = an_entry(entry.case, registered_on=TODAY)
    assert MappaEntry.objects.current().get() == again


def test_a_level_changes_from_a_day_with_a_reason_and_the_one_before_stays():
    entry = an_entry()
    for changed, message in (
        ({"level": 2}, "Select another level: this is the present one"),
        ({"level": 1}, "Select level 2 or 3"),
        ({"level": 3, "reason": " "}, "Enter why the level changes"),
        ({"level": 3, "on": "2 November 2026"}, "after 2 November 2026, when the present level began"),
    ):
        with pytest.raises(Refused, match=message):
            level_to(entry, **changed)
    level_to(entry, 3)
    assert [row.level for row in entry.levels.all()] == [3, 2]
    row = MappaEntry.objects.with_level().get()
    assert (row.level, row.level_from) == (3, day("20 November 2026"))
    assert Entry.objects.get(operation="change_mappa_level").reason == ""


def test_a_meeting_names_agencies_and_gives_them_something_to_do():
    entry = an_entry()
    with pytest.raises(Refused, match="Select agencies from those listed"):
        a_meeting(entry, agencies=["Sgt Whinmuir"])
    with pytest.raises(Refused, match="Enter what was decided"):
        a_meeting(entry, decisions=" ")
    meeting = a_meeting(entry)
    worker = worker_of(entry.case)
    with pytest.raises(Refused, match="Leave the member of staff empty"):
        an_action(meeting, owner=worker)
    with pytest.raises(Refused, match="on or after 3 November 2026"):
        an_action(meeting, by=day("2 November 2026"))
    action = an_action(meeting, agency="justice_social_work", owner=worker, by=TODAY)
    done = {"actor": worker, "action": action, "outcome": "Visited", "today": TODAY, "expected_version": 1}
    with pytest.raises(Refused, match="on or after 3 November 2026"):
        operations.complete_mappa_action(done_on=day("2 November 2026"), **done)
    operations.complete_mappa_action(done_on=TODAY, **{**done, "expected_version": None})
    assert not MappaAction.objects.left().exists()


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.SYSTEM, Role.CASEWORKER, Role.FIRST_LINE_MANAGER)]
)
def test_other_roles_change_nothing_in_the_register(role):
    case = a_case()
    with pytest.raises(PermissionDenied):
        an_entry(case, staff(role))
    entry = an_entry(case)
    meeting = a_meeting(entry)
    for act in (
        lambda user: level_to(entry, 3, actor=user),
        lambda user: a_meeting(entry, user),
        lambda user: an_action(meeting, user),
    ):
        with pytest.raises(PermissionDenied):
            act(staff(role))
    assert (MappaLevel.objects.count(), MappaMeeting.objects.count(), MappaAction.objects.count()) == (
        1,
        1,
        0,
    )


@pytest.mark.parametrize(
    ("role", "team", "status"),
    [
        pytest.param(Role.CASEWORKER, "North", 200, id="a colleague of the team"),
        pytest.param(Role.FIRST_LINE_MANAGER, "North", 200, id="the team's manager"),
        pytest.param(Role.SENIOR_MANAGER, "South", 200, id="who answers for the service"),
        pytest.param(Role.CASEWORKER, "South", 404, id="a worker of another team"),
        pytest.param(Role.FIRST_LINE_MANAGER, "South", 404, id="the manager of another team"),
        pytest.param(Role.BUSINESS_SUPPORT, "North", 403, id="business support"),
        pytest.param(Role.UNPAID_WORK_SUPERVISOR, "North", 403, id="an unpaid work supervisor"),
        pytest.param(Role.PERFORMANCE_OFFICER, "North", 403, id="a performance officer"),
    ],
)
def test_who_opens_the_page_of_a_case(client, role, team, status):
    entry = an_entry()
    a_meeting(entry)
    user = staff(role, team=a_team(team))
    client.force_login(user)
    answer = client.get(reverse("mappa", args=[entry.case_id]))
    assert answer.status_code == status
    assert ("Move away from the school" in answer.content.decode()) == (status == 200)
    assert MappaEntry.objects.visible_to(user).exists() == (status == 200)
    assert MappaMeeting.objects.visible_to(user).exists() == (status == 200)


def test_a_case_outside_the_register_asks_and_does_not_guess(client):
    case = a_case()
    client.force_login(worker_of(case))
    page = client.get(reverse("mappa", args=[case.pk])).content.decode()
    assert "Is this person subject to notification requirements?" in page
    assert reverse("register_mappa", args=[case.pk]) in page


def test_the_register_counts_what_it_lists(client):
    worker = a_caseworker()
    an_entry(a_case(worker=worker))
    level_to(an_entry(a_case(worker=worker)), 3)
    an_entry(a_case(worker=worker), category=1, level=1, subject_to_notification="yes")
    an_entry(a_case())  # a colleague's
    an_entry(a_case(team=a_team("South")))
    for user, entries in ((worker, 3), (a_manager(), 4), (staff(Role.SENIOR_MANAGER), 5)):
        client.force_login(user)
        answer = client.get(reverse("mappa_register"))
        assert answer.context["listing"].total == entries, user.role
        for figure in answer.context["figures"]:
            shown = client.get(reverse("mappa_register") + figure["href"].split("/")[-1])
            assert shown.context["listing"].total == figure["value"], figure
        assert sum(one["value"] for one in answer.context["figures"] if "evel" in one["label"]) == entries
    client.force_login(staff(Role.BUSINESS_SUPPORT))
    assert client.get(reverse("mappa_register")).status_code == 403


# --- The canary -----------------------------------------------------------------------------------------------


def test_the_chronology_tells_the_level_and_no_more():
    entry = an_entry(an_order(months=12, imposed="2 June 2026").case)
    a_meeting(entry, decisions=CANARY)
    level_to(entry, 3, reason=CANARY)
    told = chronology.events(entry.case, worker_of(entry.case))
    titles = [event.title for event in told if event.subject == f"mappa:{entry.pk}"]
    assert titles == ["MAPPA began at level 2", "MAPPA level changed to 3"]
    assert CANARY not in repr(told)
    others = chronology.events(entry.case, staff(Role.BUSINESS_SUPPORT))
    assert not [event for event in others if "MAPPA" in event.title]
