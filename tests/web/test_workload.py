"""Pages of workload, of what waits, of cover and of handing over: who they open for, what they offer and say."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Allocation, Case, Consultation, Cover, Handover, Limit, Person, Role, Timescale, User
from justice.domain.looking import Ground
from orders.models import Order
from tests.builders import a_case, a_caseworker, a_team, an_order, staff, supervision
from tests.web.conftest import World

pytestmark = pytest.mark.django_db
MANAGERS = {Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER}


def page(world: World, role: str, name: str, *arguments: object, **query: object) -> str:
    answer = world.client(role).get(reverse(name, args=arguments), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def send(world: World, role: str, page_name: str, /, *arguments: object, **fields: object):
    data = {"key": str(uuid.uuid4()), **fields}
    return world.client(role).post(reverse(page_name, args=arguments), data, follow=True)


def typed(day: date) -> str:
    return f"{day.day} {day.month} {day.year}"


# ---------------------------------------------------------------- who


@pytest.mark.parametrize("name", ["workload", "hand_over"])
@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_managers_open_them_and_nobody_else_does(world: World, role, name):
    status = world.client(role).get(reverse(name)).status_code
    assert status == (200 if role in MANAGERS else 403)


def test_a_manager_of_another_team_arranges_nothing_for_this_one(world: World):
    manager, worker = world.users[Role.FIRST_LINE_MANAGER], world.users[Role.CASEWORKER]
    manager.team = a_team("South")
    manager.save()
    client = world.client(Role.FIRST_LINE_MANAGER)
    for name in ("set_availability", "arrange_cover", "workload_of", "hand_over_caseload"):
        assert client.get(reverse(name, args=[worker.pk])).status_code == 404, name
    for name in ("end_availability", "end_cover"):
        key = world.keys["availability" if name == "end_availability" else "cover"]
        assert client.get(reverse(name, args=[key])).status_code == 404, name


# ---------------------------------------------------------------- workload


def test_each_worker_has_a_line_with_the_share_in_words_and_the_sums_are_explained(world: World):
    worker = world.users[Role.CASEWORKER]
    shown = page(world, Role.FIRST_LINE_MANAGER, "workload")
    assert worker.name in shown
    assert "of capacity" in shown
    assert "Part time: 21 hours a week" in shown
    assert "How the points are counted" in shown
    assert "Setting the Bar" in shown
    own = page(world, Role.FIRST_LINE_MANAGER, "workload_of", worker.pk)
    assert "Supervised order, no LS/CMI level yet" in own


def test_the_list_is_taken_away_as_a_file_and_names_nobody_under_supervision(world: World):
    answer = world.client(Role.SENIOR_MANAGER).get(reverse("workload_csv"))
    text = b"".join(answer.streaming_content).decode()
    assert world.users[Role.CASEWORKER].name in text
    for person in Person.objects.all():
        assert person.family_name not in text
    assert not Consultation.objects.filter(kind="export").exists()


def test_a_senior_manager_narrows_it_to_a_team(world: World):
    other = a_caseworker(team=a_team("South"), name="Ailsa Example")
    whole = page(world, Role.SENIOR_MANAGER, "workload")
    south = page(world, Role.SENIOR_MANAGER, "workload", team=other.team_id)
    name = world.users[Role.CASEWORKER].name
    assert (name in whole, name in south, other.name in south) == (True, False, True)


def test_a_leaver_who_still_holds_cases_is_named_with_the_way_to_hand_over(world: World):
    worker = world.users[Role.CASEWORKER]
    fields = {"name": worker.name, "team": worker.team_id, "version": worker.version}
    told = send(world, Role.ADMINISTRATOR, "amend_member_of_staff", worker.pk, **fields).content.decode()
    assert f"{worker.name} has left; still holds 2 cases, for a manager to hand over" in told
    listed = page(world, Role.ADMINISTRATOR, "settings_section", "staff")
    assert "Cannot sign in; still holds 2 cases, for a manager to hand over" in listed
    shown = page(world, Role.FIRST_LINE_MANAGER, "workload")
    assert f"{worker.name} has left and still holds 2 cases." in shown
    assert reverse("hand_over_caseload", args=[worker.pk]) in shown


def test_hours_are_changed_and_ended(world: World):
    worker, today = world.users[Role.CASEWORKER], timezone.localdate()
    fields = {"reduction_percent": "20", "reason": "newly_qualified", "from_on": typed(today)}
    saved = send(world, Role.FIRST_LINE_MANAGER, "set_availability", worker.pk, **fields).content.decode()
    assert "Newly qualified: 20% less" in saved
    row = worker.availability.get(reason="newly_qualified")
    ended = send(
        world,
        Role.FIRST_LINE_MANAGER,
        "end_availability",
        row.pk,
        to_on=typed(today),
        version=row.version,
    )
    assert ended.status_code == 200
    row.refresh_from_db()
    assert row.to_on == today
    empty = send(
        world, Role.FIRST_LINE_MANAGER, "set_availability", worker.pk, reason="leave", from_on=typed(today)
    )
    assert empty.status_code == 422
    assert "Enter the hours of the week, a reduction, or both" in empty.content.decode()


# ---------------------------------------------------------------- what waits


def waiting_case(**more):
    case = a_case(**more)
    case.allocations.update(worker=None)
    return case


def test_what_waits_is_listed_with_its_age_its_points_and_the_way_to_allocate(world: World):
    today = timezone.localdate()
    case = waiting_case(opened=today - timedelta(days=14), family_name="Waits")
    worker = world.users[Role.CASEWORKER]
    order = an_order(
        supervision(12), imposed=today - timedelta(days=3), received=today - timedelta(days=2),
        case=a_case(worker=worker), today=today, reference="CPO-LONE",
    )  # fmt: skip
    shown = page(world, Role.FIRST_LINE_MANAGER, "unallocated")
    assert reverse("assign_case", args=[case.pk]) in shown
    assert reverse("assign_order", args=[order.pk]) in shown
    assert "CPO-LONE" in shown
    assert "Responsible officer named" in shown
    assert shown.index("Waits, ") < shown.index("CPO-LONE")
    due = Timescale.objects.get(subject=order.subject, clause="cpo.responsible_officer")
    assert due.due_on
    team = page(world, Role.FIRST_LINE_MANAGER, "team")
    listed = world.client(Role.FIRST_LINE_MANAGER).get(reverse("unallocated")).context["listing"].total
    assert listed == Order.objects.active(today).without_officer().count() + 1
    assert f'{listed}<span class="govuk-visually-hidden"> Unallocated</span>' in team


def test_an_order_with_an_officer_does_not_wait(world: World):
    today, officer = timezone.localdate(), world.users[Role.CASEWORKER]
    an_order(
        supervision(12), imposed=today, received=today, case=a_case(worker=officer, opened=today),
        officer=officer, reference="CPO-HELD",
    )  # fmt: skip
    assert "CPO-HELD" not in page(world, Role.FIRST_LINE_MANAGER, "unallocated")


# ---------------------------------------------------------------- before and after


@pytest.mark.parametrize("name", ["assign_case", "assign_order"])
def test_giving_a_case_shows_each_worker_before_and_after_and_offers_nobody_excluded(world: World, name):
    team = world.users[Role.FIRST_LINE_MANAGER].team
    free, barred = a_caseworker(team=team, name="Ann Free"), a_caseworker(team=team, name="Ben Barred")
    case = Case.objects.get(pk=world.keys["case"])
    Limit.objects.create(person=case.person, user=barred, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    shown = page(
        world, Role.FIRST_LINE_MANAGER, name, world.keys["order" if name == "assign_order" else "case"]
    )
    assert free.name in shown
    assert barred.name not in shown
    assert "0% of capacity" in shown
    assert "Holds it now" in shown
    assert "Taken in the last 7 days" in shown


# ---------------------------------------------------------------- handing over


def choices(world: World, taker: object) -> dict[str, object]:
    worker = world.users[Role.CASEWORKER]
    held = Allocation.objects.filter(worker=worker, to_on=None).values_list("case", flat=True)
    return {f"receiver_{case}": taker for case in held}


def test_a_caseload_is_proposed_checked_handed_over_and_given_back(world: World):
    worker, manager = world.users[Role.CASEWORKER], Role.FIRST_LINE_MANAGER
    taker = a_caseworker(team=worker.team, name="Ann Taker")
    before = list(Allocation.objects.order_by("pk").values())
    first = page(world, manager, "hand_over_caseload", worker.pk)
    assert "Takes " in first
    fields = {"reason": "Leaves on Friday", **choices(world, taker.pk)}
    check = send(world, manager, "hand_over_caseload", worker.pk, **fields).content.decode()
    assert "Check the handover" in check
    assert "Ann Taker" in check
    assert list(Allocation.objects.order_by("pk").values()) == before
    done = send(world, manager, "hand_over_caseload", worker.pk, confirmed="yes", **fields)
    assert "2 cases handed over. Nothing is left behind" in done.content.decode()
    assert not Allocation.objects.filter(worker=worker, to_on=None).exists()
    made = Handover.objects.filter(undone_on=None).get()
    undone = send(world, manager, "undo_handover", made.pk, version=made.version)
    assert "The handover was undone" in undone.content.decode()
    assert list(Allocation.objects.order_by("pk").values()) == before


def test_going_back_from_the_check_keeps_what_was_chosen_and_written(world: World):
    worker, manager = world.users[Role.CASEWORKER], Role.FIRST_LINE_MANAGER
    fields = {"reason": "Leaves on Friday", **choices(world, "queue")}
    case = next(iter(fields.keys() - {"reason"})).removeprefix("receiver_")
    fields[f"note_{case}"] = "Rings before visits"
    back = send(world, manager, "hand_over_caseload", worker.pk, changed="yes", **fields).content.decode()
    assert "Rings before visits" in back
    assert '<option value="queue" selected' in back


def test_the_check_says_who_would_be_over_who_waits_and_what_stays(world: World):
    worker, manager = world.users[Role.CASEWORKER], Role.FIRST_LINE_MANAGER
    taker = a_caseworker(team=worker.team, name="Ann Taker")
    taker.availability.create(reduction_percent=99, reason="leave", from_on=timezone.localdate())
    first, second = choices(world, "")
    fields = {"reason": "Leaves", first: taker.pk, second: "queue"}
    check = send(world, manager, "hand_over_caseload", worker.pk, **fields).content.decode()
    assert "Over capacity afterwards: Ann Taker" in check
    # The apostrophe is escaped in the page.
    assert "1 case will wait in the team&#x27;s queue" in check
    stays = send(world, manager, "hand_over_caseload", worker.pk, reason="Leaves", **{first: taker.pk})
    assert f"1 case will stay with {worker.name}" in stays.content.decode()


def test_a_form_without_a_reason_or_a_choice_says_so(world: World):
    worker, manager = world.users[Role.CASEWORKER], Role.FIRST_LINE_MANAGER
    answer = send(world, manager, "hand_over_caseload", worker.pk, **choices(world, "queue"))
    assert answer.status_code == 422
    assert "Enter why the caseload is handed over" in answer.content.decode()
    nothing = send(world, manager, "hand_over_caseload", worker.pk, reason="Leaves", confirmed="yes")
    assert nothing.status_code == 422
    assert "Choose who takes at least one case" in nothing.content.decode()


def test_excluded_staff_are_offered_no_case_of_that_person_by_page_or_program(world: World):
    worker, manager = world.users[Role.CASEWORKER], Role.FIRST_LINE_MANAGER
    taker = a_caseworker(team=worker.team, name="Ann Taker")
    case = Case.objects.get(pk=world.keys["case"])
    Limit.objects.create(person=case.person, user=taker, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    form = world.client(manager).get(reverse("hand_over_caseload", args=[worker.pk])).context["form"]
    offered = {value for value, _ in form.fields[f"receiver_{case.pk}"].choices}
    assert str(taker.pk) not in offered
    assert form[f"receiver_{case.pk}"].value() != taker.pk
    wrong = send(
        world, manager, "hand_over_caseload", worker.pk, reason="Leaves", confirmed="yes",
        **{f"receiver_{case.pk}": taker.pk},
    )  # fmt: skip
    assert wrong.status_code == 422
    assert not Handover.objects.filter(undone_on=None).exists()


def test_a_record_the_manager_may_not_see_is_not_on_the_page(world: World):
    worker, manager = world.users[Role.CASEWORKER], world.users[Role.FIRST_LINE_MANAGER]
    case = Case.objects.get(pk=world.keys["case"])
    Limit.objects.create(person=case.person, user=manager, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    shown = page(world, Role.FIRST_LINE_MANAGER, "hand_over_caseload", worker.pk)
    assert case.person.reference not in shown
    assert f"receiver_{case.pk}" not in shown


def test_who_looked_through_the_caseload_is_logged(world: World):
    worker = world.users[Role.CASEWORKER]
    page(world, Role.FIRST_LINE_MANAGER, "hand_over_caseload", worker.pk)
    look = Consultation.objects.filter(page="hand over a caseload").latest("pk")
    assert set(look.cases) == set(
        Allocation.objects.filter(worker=worker, to_on=None).values_list("case", flat=True)
    )


def test_a_handover_note_stands_on_the_case(world: World):
    assert "Rings before visits" in page(world, Role.CASEWORKER, "case_record", world.keys["case"])


def test_a_program_hands_over_by_the_same_form(world: World):
    worker = world.users[Role.CASEWORKER]
    taker = a_caseworker(team=worker.team)
    answer = world.client(Role.FIRST_LINE_MANAGER).post(
        f"/api/v1/handover/{worker.pk}/",
        {"reason": "Leaves", **choices(world, str(taker.pk))},
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["made"].startswith("handover:")
    assert not Allocation.objects.filter(worker=worker, to_on=None).exists()


# ---------------------------------------------------------------- cover


@pytest.fixture
def covering(world: World) -> User:
    """The colleague whom the world has cover for the caseworker, moved to a team that sees none of it otherwise."""
    colleague = Cover.objects.get(pk=world.keys["cover"]).by
    colleague.team = a_team("South")
    colleague.save()
    world.users["covering"] = colleague
    return colleague


@pytest.mark.parametrize("name", ["my_caseload", "my_week", "overdue", "due_soon"])
def test_who_covers_may_show_the_work_covered_for_and_is_told_until_when(world: World, covering, name):
    worker, until = world.users[Role.CASEWORKER], timezone.localdate()
    own = world.client("covering").get(reverse(name))
    assert f"You cover for {worker.name} until {until:%-d %B %Y}" in own.content.decode()
    assert own.context["listing"].total == 0
    theirs = world.client("covering").get(reverse(name), {"cover": "also"})
    assert theirs.context["listing"].total > 0 or name == "my_week"
    assert worker.name in theirs.content.decode()
    mine = world.client(Role.CASEWORKER).get(reverse(name))
    assert theirs.context["listing"].total == mine.context["listing"].total
    assert "You cover for" not in mine.content.decode()


def test_a_tile_counts_what_its_list_shows_in_cover_too(world: World, covering):
    client = world.client("covering")
    shown = client.get(reverse("my_caseload"), {"cover": "also"})
    for tile in shown.context["tiles"]:
        assert client.get(tile.href).context["listing"].total == tile.count, tile.label


def test_who_covers_opens_the_case_and_works_on_it_and_the_log_says_why(world: World, covering):
    case = world.keys["case"]
    assert world.client("covering").get(reverse("case", args=[case])).status_code == 200
    look = Consultation.objects.filter(user=covering, case=case).latest("pk")
    assert look.basis == Ground.COVER
    today = timezone.localdate()
    fields = {"kind": "telephone", "on": typed(today), "attended": "yes"}
    assert send(world, "covering", "record_contact", world.keys["order"], **fields).status_code == 200
    assert Order.objects.get(pk=world.keys["order"]).contacts.filter(recorded_by=covering).exists()


def test_cover_is_arranged_and_ended_from_the_workload_page(world: World):
    worker, today = world.users[Role.CASEWORKER], timezone.localdate()
    by = staff(Role.CASEWORKER, team=a_team("West"))
    shown = page(world, Role.FIRST_LINE_MANAGER, "workload_of", worker.pk)
    assert reverse("arrange_cover", args=[worker.pk]) in shown
    fields = {"by": by.pk, "from_on": typed(today), "to_on": typed(today + timedelta(days=5))}
    saved = send(world, Role.FIRST_LINE_MANAGER, "arrange_cover", worker.pk, **fields).content.decode()
    assert "Cover is arranged. It ends by itself after its last day" in saved
    made = Cover.objects.get(by=by)
    ended = send(world, Role.FIRST_LINE_MANAGER, "end_cover", made.pk, version=made.version)
    assert "The cover is over" in ended.content.decode()
    made.refresh_from_db()
    assert made.ended_on == today
