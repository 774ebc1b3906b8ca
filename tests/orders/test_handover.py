"""A whole caseload changes hands: all of it or nothing, never to who may not see it, and back again within a day."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases import operations as case_operations
from cases.models import Allocation, Case, Entry, Handover, HandoverLine, Limit, Person, Role, Timescale
from cases.operation import Repeated
from justice.domain.errors import Refused
from orders import operations
from orders.operations import Given
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, staff

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 27)  # a Friday
TUESDAY, WEDNESDAY = date(2026, 12, 1), date(2026, 12, 2)


@pytest.fixture
def manager():
    return a_manager()


@pytest.fixture
def leaver():
    """Somebody with three cases, the responsible officer of one order of their own and of one in another's case."""
    worker = a_caseworker()
    for _ in range(2):
        a_case(worker=worker)
    an_order(case=a_case(worker=worker), officer=worker, received="2 June 2025")
    an_order(case=a_case(worker=a_caseworker()), officer=worker, received="2 June 2025")
    return worker


def cases_of(worker):
    held = Allocation.objects.filter(worker=worker, to_on=None).values("case")
    return list(Case.objects.filter(pk__in=held).order_by("pk"))


def hand_over(manager, leaver, *takers, **more):
    given = [
        Given(case, takers[number % len(takers)], f"Note {number}")
        for number, case in enumerate(cases_of(leaver) if takers else [])
    ]
    arguments = {"given": given, "reason": "Leaves on 27 November", "today": TODAY, **more}
    return operations.hand_over_caseload(actor=manager, leaver=leaver, **arguments)


def ownership():
    """Every column of every row that says who holds what."""
    return list(Allocation.objects.order_by("pk").values())


def derived():
    """Every timescale, without its key."""
    rows = Timescale.objects.order_by("subject", "clause", "occurrence").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


# ---------------------------------------------------------------- handing over


def test_nothing_open_stays_with_the_leaver(manager, leaver):
    ann, ben = a_caseworker(), a_caseworker()
    assert Timescale.objects.filter(worker=leaver, met_on=None, ended_on=None).exists()
    made = hand_over(manager, leaver, ann, ben)
    assert not Allocation.objects.filter(worker=leaver, to_on=None).exists()
    assert not Timescale.objects.filter(worker=leaver, met_on=None, ended_on=None).exists()
    assert made.lines.count() == 5  # four cases, one of which is held as an order too
    assert {row.worker for row in Allocation.objects.filter(from_on=TODAY)} == {ann, ben}


def test_what_is_held_of_one_case_goes_to_one_worker(manager, leaver):
    made = hand_over(manager, leaver, a_caseworker(), a_caseworker(), a_caseworker())
    takers = {}
    for line in made.lines.select_related("to_allocation"):
        takers.setdefault(line.case_id, set()).add(line.to_allocation.worker_id)
    assert all(len(workers) == 1 for workers in takers.values())


def test_an_order_in_somebody_elses_case_moves_and_the_case_stays(manager, leaver):
    (theirs,) = [case for case in cases_of(leaver) if case.allocations.get(subject="").worker != leaver]
    holder = theirs.allocations.get(subject="").worker
    hand_over(manager, leaver, a_caseworker())
    assert theirs.allocations.get(subject="", to_on=None).worker == holder


def test_there_is_an_entry_for_each_case_and_one_for_the_whole(manager, leaver):
    made = hand_over(manager, leaver, a_caseworker())
    entries = Entry.objects.filter(operation="hand_over_caseload")
    assert {entry.case_id for entry in entries} == {None, *(line.case_id for line in made.lines.all())}
    assert {entry.subject for entry in entries} == {f"handover:{made.pk}"}
    assert {entry.why for entry in entries} == {"Leaves on 27 November"}
    assert set(made.lines.values_list("note", flat=True)) == {"Note 0", "Note 1", "Note 2", "Note 3"}


def test_a_case_may_go_to_the_queue_of_its_team(manager, leaver):
    case = cases_of(leaver)[0]
    hand_over(manager, leaver, a_caseworker(), given=[Given(case, None)])
    waiting = case.allocations.get(to_on=None)
    assert (waiting.worker, waiting.team) == (None, leaver.team)
    assert len(cases_of(leaver)) == 3


def test_a_form_that_was_open_meanwhile_is_stale(manager, leaver):
    case = cases_of(leaver)[0]
    before = case.version
    hand_over(manager, leaver, a_caseworker())
    case.refresh_from_db()
    assert case.version == before + 1


def test_sent_twice_it_is_done_once(manager, leaver):
    taker, key, cases = a_caseworker(), uuid.uuid4(), cases_of(leaver)
    given = [Given(case, taker) for case in cases]
    hand_over(manager, leaver, taker, given=given, key=key)
    with pytest.raises(Repeated) as repeated:
        hand_over(manager, leaver, taker, given=given, key=key)
    assert repeated.value.result == f"handover:{Handover.objects.get().pk}"
    with pytest.raises(Refused):
        hand_over(manager, leaver, taker, given=given[:1], key=key)


# ---------------------------------------------------------------- all or nothing


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.BUSINESS_SUPPORT, Role.ADMINISTRATOR])
def test_who_is_no_manager_hands_nothing_over(role, leaver):
    before = ownership()
    with pytest.raises(PermissionDenied):
        hand_over(staff(role), leaver, a_caseworker())
    with pytest.raises(PermissionDenied):
        hand_over(staff(role), leaver, a_caseworker(), given=[])
    assert ownership() == before


def test_a_manager_of_another_team_hands_nothing_over(leaver):
    before = ownership()
    with pytest.raises(Case.DoesNotExist):
        hand_over(a_manager(team=a_team("South")), leaver, a_caseworker())
    assert ownership() == before


def refusals(manager, leaver, *takers, **more):
    before = ownership(), Handover.objects.count(), Entry.objects.count()
    with pytest.raises(Refused) as refused:
        hand_over(manager, leaver, *takers, **more)
    assert (ownership(), Handover.objects.count(), Entry.objects.count()) == before
    return refused.value.problems


def test_nobody_is_given_the_case_of_somebody_they_may_not_see_and_nothing_else_moves(manager, leaver):
    taker, case = a_caseworker(), cases_of(leaver)[1]
    Limit.objects.create(person=case.person, user=taker, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    (problem,) = refusals(manager, leaver, taker)
    assert problem.field == f"receiver_{case.pk}"
    assert problem.message == f"{case.person.reference} cannot be given to them. Choose somebody else"


def test_a_restricted_case_goes_to_who_may_see_it(manager, leaver):
    taker, case = a_caseworker(), cases_of(leaver)[0]
    Person.objects.filter(pk=case.person_id).update(restricted=True)
    hand_over(manager, leaver, taker)
    assert Case.objects.visible_to(taker).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(leaver).filter(pk=case.pk).exists()


def test_every_problem_is_said_at_once(manager, leaver):
    cases = cases_of(leaver)
    gone = a_caseworker(is_active=False)
    strange = a_case(worker=a_caseworker())
    given = [Given(cases[0], gone), Given(cases[1], leaver), Given(strange, a_caseworker())]
    problems = refusals(manager, leaver, given=given, reason=" ")
    assert [problem.code for problem in problems] == ["", "not_able", "not_able", "not_held"]
    assert problems[0].message == "Enter why the caseload is handed over"


def test_nothing_chosen_is_refused(manager, leaver):
    assert refusals(manager, leaver, given=[])[0].message == "Choose who takes at least one case"


def test_a_failure_half_way_leaves_everything_as_it_was(manager, leaver, monkeypatch):
    before, calls = ownership(), []

    def stumble(case, **rest):
        calls.append(case)
        if len(calls) == 3:
            raise RuntimeError("the third case")

    monkeypatch.setattr("orders.operations.handover.move_appointments", stumble)
    with pytest.raises(RuntimeError):
        hand_over(manager, leaver, a_caseworker())
    assert ownership() == before
    assert not Handover.objects.exists()


# ---------------------------------------------------------------- undoing


def undo(actor, handover, today=TODAY, version=None):
    handover.refresh_from_db()
    return operations.undo_handover(actor=actor, handover=handover, today=today, expected_version=version)


@pytest.mark.parametrize("today", [TODAY, TUESDAY], ids=["the same day", "the next working day"])
def test_undoing_gives_back_exactly_what_there_was(manager, leaver, today):
    before, rows = ownership(), derived()
    made = hand_over(manager, leaver, a_caseworker(), None)
    assert ownership() != before
    undo(manager, made, today)
    assert ownership() == before
    assert derived() == rows
    assert (made.undone_on, made.undone_by) == (today, manager)


def test_what_was_undone_stays_known(manager, leaver):
    taker = a_caseworker()
    made = hand_over(manager, leaver, taker)
    undo(manager, made)
    copies = Allocation.history.filter(worker=taker)
    assert {copy.history_type for copy in copies} == {"+", "-"}
    assert made.lines.count() == 5
    assert Entry.objects.filter(operation="undo_handover", case__isnull=False).count() == 4


def test_what_changed_hands_since_keeps_the_whole_as_it_is_and_is_named(manager, leaver):
    taker = a_caseworker()
    cases = cases_of(leaver)
    made = hand_over(manager, leaver, taker)
    other = a_caseworker()
    case_operations.assign_case(
        actor=manager, case=cases[0], team=other.team, worker=other, on=TODAY, expected_version=None
    )
    before = ownership()
    with pytest.raises(Refused) as refused:
        undo(manager, made)
    (problem,) = refused.value.problems
    assert problem.message == (
        f"{cases[0].person.reference} has changed hands or ended since, so nothing was undone"
    )
    assert ownership() == before
    made.refresh_from_db()
    assert made.undone_on is None


def test_after_the_next_working_day_it_stands(manager, leaver):
    """Monday 30 November is St Andrew's Day: the next working day is Tuesday."""
    made = hand_over(manager, leaver, a_caseworker())
    with pytest.raises(Refused) as refused:
        undo(manager, made, WEDNESDAY)
    said = "A handover can be undone until 1 December 2026. Hand the cases over again"
    assert refused.value.problems[0].message == said


def test_it_is_undone_once(manager, leaver):
    made = hand_over(manager, leaver, a_caseworker())
    undo(manager, made)
    with pytest.raises(Refused, match="undone already"):
        undo(manager, made)


def test_cases_that_are_with_another_team_now_are_given_back_by_a_senior_manager(manager, leaver):
    before = ownership()
    made = hand_over(manager, leaver, a_caseworker(team=a_team("South")))
    with pytest.raises(Refused, match="Ask a senior manager"):
        undo(manager, made)
    undo(staff(Role.SENIOR_MANAGER), made)
    assert ownership() == before


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PERFORMANCE_OFFICER])
def test_who_is_no_manager_undoes_nothing(role, manager, leaver):
    made = hand_over(manager, leaver, a_caseworker())
    with pytest.raises(PermissionDenied):
        undo(staff(role), made)


def test_a_handover_is_seen_by_who_made_it_and_by_senior_managers(manager, leaver):
    made = hand_over(manager, leaver, a_caseworker())
    for user, sees in ((manager, True), (staff(Role.SENIOR_MANAGER), True), (a_manager(), False)):
        assert Handover.objects.visible_to(user).filter(pk=made.pk).exists() == sees
    assert HandoverLine.objects.visible_to(a_caseworker(team=a_team("West"))).count() == 0
