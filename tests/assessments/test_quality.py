"""Samples, readings and supervision points: who may, what is refused, and that the second reader is blind."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from assessments import operations
from assessments.domain import quality
from assessments.models import FileReading, Sample, SampledFile, SettledScore, SupervisionPoint
from assessments.samples import CRITERIA, frame_of, is_as_drawn
from cases import operations as case_operations
from cases.models import Case, Entry, Limit, Person, Role
from justice.domain.errors import Refused
from orders import operations as order_operations
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("27 November 2026")
EDITION = quality.edition_on(TODAY)
FOURS = dict.fromkeys(EDITION.indicators, 4)


def a_sample(actor=None, **more):
    given = {"name": "Autumn", "kind": "random", "seed": "autumn", "size": 5, "today": TODAY, **more}
    return operations.draw_sample(actor=actor or staff(Role.PERFORMANCE_OFFICER), **given)


def a_reading(file, actor=None, **more):
    given = {"read_on": TODAY, "scores": FOURS, "today": TODAY, **more}
    return operations.record_file_reading(actor=actor or staff(Role.SENIOR_MANAGER), file=file, **given)


def read_twice():
    """A file of one's own team that two readers read, and they."""
    case = a_case()
    file = a_sample(size=1).files.get()
    assert (file.case, file.read_twice) == (case, True)
    return file, staff(Role.SENIOR_MANAGER), staff(Role.PERFORMANCE_OFFICER)


# --- Drawing --------------------------------------------------------------------------------------------------


def test_a_sample_is_kept_with_all_that_draws_it_again():
    worker = a_caseworker()
    cases = {a_case(worker=worker).pk for _ in range(12)}
    sample = a_sample()
    assert (sample.frame_size, sample.frame, sample.asked_for) == (12, {"": sorted(cases)}, 5)
    files = list(sample.files.all())
    assert [file.position for file in files] == [1, 2, 3, 4, 5]
    assert {(file.worker, file.team) for file in files} == {(worker, worker.team)}
    assert sum(file.read_twice for file in files) == 1
    a_case(worker=worker)  # whatever happens later, it is the same sample
    assert is_as_drawn(sample)
    again = a_sample(name="Again")
    assert len({file.case_id for file in again.files.all()} - {file.case_id for file in files}) <= 1
    assert Entry.objects.get(operation="draw_sample", subject=f"sample:{sample.pk}").case is None


def test_a_sample_that_was_tampered_with_is_found_out():
    for _ in range(3):
        a_case()
    sample = a_sample(size=2)
    other = Case.objects.exclude(pk__in=sample.files.values("case")).get()
    SampledFile.objects.filter(pk=sample.files.first().pk).update(case=other)
    assert not is_as_drawn(sample)


def test_a_first_line_manager_draws_from_their_own_team():
    a_case(team=a_team("South"))
    own = a_case()
    sample = a_sample(a_manager())
    assert sample.team.name == "North"
    assert [file.case for file in sample.files.all()] == [own]
    with pytest.raises(PermissionDenied):
        a_sample(a_manager(), name="Theirs", team=a_team("South"))


def test_each_team_has_its_share_of_a_stratified_sample():
    north, south = a_caseworker(), a_caseworker(team=a_team("South"))
    for worker, many in ((north, 6), (south, 2)):
        for _ in range(many):
            a_case(worker=worker)
    sample = a_sample(size=4, stratified=True)
    assert sorted(file.team.name for file in sample.files.all()) == ["North", "North", "North", "South"]
    assert is_as_drawn(sample)


@pytest.mark.parametrize(
    ("restricted", "role", "drawn"),
    [
        pytest.param("restricted", Role.PERFORMANCE_OFFICER, 1, id="who answers for the service draws them"),
        pytest.param("restricted", Role.FIRST_LINE_MANAGER, 1, id="and the manager of the team that holds it"),
        pytest.param("excluded", Role.PERFORMANCE_OFFICER, 0, id="who is excluded from a record does not"),
    ],
)  # fmt: skip
def test_a_record_that_may_not_be_seen_is_in_no_frame(restricted, role, drawn):
    case, actor = a_case(), staff(role)
    Person.objects.filter(pk=case.person_id).update(restricted=True)
    if restricted == "excluded":
        Limit.objects.create(person=case.person, user=actor, kind="excluded", reason="Cousin")
    assert frame_of(actor, TODAY, None, ()).count() == drawn


REFUSALS = [
    ({"seed": " "}, "Enter a seed: any word or number will do"),
    ({"size": 0}, "Enter a number of files from 1 to 500"),
    ({"kind": "targeted"}, "Select what the files are to have in common"),
    ({"criteria": ["women"]}, "Select a targeted sample, or take the criteria away"),
    ({"kind": "targeted", "criteria": ["tall"]}, "Select criteria from those listed"),
    ({"name": ""}, "Enter a name for the sample"),
    ({"name": "Spring"}, "Enter another name: a sample is called that already"),
    (
        {"kind": "targeted", "criteria": ["in_mappa"]},
        "Choose other criteria: no open file that you may see meets these",
    ),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=[message for _, message in REFUSALS])
def test_what_cannot_be_drawn_says_what_to_do(changed, message):
    a_case()
    a_sample(name="Spring")
    with pytest.raises(Refused) as refused:
        a_sample(**changed)
    assert [one.message for one in refused.value.problems] == [message]
    assert Sample.objects.count() == 1


def test_each_criterion_finds_the_files_it_names():
    plain = a_case(born="1 May 1990")
    Person.objects.filter(pk=plain.person_id).update(gender="male")
    young = a_case(born="28 November 2004")  # 21 until tomorrow
    a_case(born="27 November 2004")  # 22 today
    Person.objects.exclude(pk=plain.person_id).update(gender="male")
    woman = a_case()
    high = an_order(months=12, imposed="2 June 2026", today=TODAY)
    by = {"order": high, "today": TODAY, "late_reason": ""}
    operations.complete_assessment(
        actor=worker_of(high.case), tool="ls_cmi", completed_on=TODAY, total=25, override_level="very_high",
        override_kind="client_based",
        override_reason="Pattern", **by,
    )  # fmt: skip
    order_operations.decide_breach(
        actor=worker_of(high.case),
        order=high,
        on=TODAY,
        reason="Did not attend",
        skipped_because="Serious",
        today=TODAY,
    )
    case_operations.raise_alert(
        actor=worker_of(plain), case=plain, kind="domestic_abuse", text="", from_on=TODAY
    )
    Person.objects.filter(pk=high.case.person_id).update(gender="male")
    register(plain)
    actor = staff(Role.SENIOR_MANAGER)
    found = {code: set(frame_of(actor, TODAY, None, [code])) for code in CRITERIA}
    assert found == {
        "high_level": {high.case},
        "overridden": {high.case},
        "review_overdue": {high.case},
        "in_breach": {high.case},
        "women": {woman},
        "young": {young},
        "domestic_abuse": {plain},
        "in_mappa": {plain},
    }
    assert set(frame_of(actor, TODAY, None, ["women", "young"])) == set()


def register(case):
    return operations.register_mappa(
        actor=worker_of(case), case=case, category=1, level=1, subject_to_notification="yes", registered_on=TODAY,
        decision="accepted", lead_agency="police", today=TODAY,
    )  # fmt: skip


# --- Reading --------------------------------------------------------------------------------------------------


def test_a_reading_is_kept_as_it_was_written():
    file = read_twice()[0]
    reader = staff(Role.SENIOR_MANAGER)
    reading = a_reading(
        file, reader, notes={"planning": " Clear ", "recording": ""}, themes=["review_gap", "plan_gap"]
    )
    assert (reading.place, reading.edition, reading.notes) == ("first", "default-2026", {"planning": "Clear"})
    assert reading.themes == ["plan_gap", "review_gap"]
    assert Entry.objects.get(operation="record_file_reading").case == file.case


def test_nobody_reads_their_own_case():
    case = a_case()
    file = a_sample().files.get()
    with pytest.raises(Refused) as refused:
        a_reading(file, worker_of(case))
    assert (
        refused.value.problems[0].message
        == "Ask a colleague to read this file: you hold the case, or held it"
    )
    held = case.allocations.get()
    before, held.worker = held.worker, a_caseworker()
    held.save()
    case.allocations.create(
        worker=before, team=before.team, from_on=held.from_on, to_on=held.from_on, subject="order:1"
    )
    with pytest.raises(Refused, match="or held it"):
        a_reading(file, before)
    assert not FileReading.objects.exists()


def test_a_file_is_read_by_as_many_as_it_was_drawn_for():
    file, first, second = read_twice()
    assert a_reading(file, first).place == "first"
    with pytest.raises(Refused, match="You have read this file already"):
        a_reading(file, first)
    assert a_reading(file, second).place == "second"
    with pytest.raises(Refused, match="This file has been read. Choose another"):
        a_reading(file, staff(Role.SENIOR_MANAGER))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"scores": {**FOURS, "planning": 0}}, "choose a score from 1 to 6", id="off the scale"),
        pytest.param({"scores": {}}, "Select a score for “Recording”", id="no score"),
        pytest.param(
            {"read_on": day("26 November 2026")}, "on or after 27 November 2026", id="before it was drawn"
        ),
        pytest.param({"read_on": day("28 November 2026")}, "not in the future", id="in the future"),
        pytest.param({"themes": ["weather"]}, "Select themes from those listed", id="no theme"),
    ],
)
def test_a_reading_that_cannot_be_kept_says_what_to_do(changed, message):
    file = read_twice()[0]
    with pytest.raises(Refused, match=message):
        a_reading(file, **changed)
    assert not FileReading.objects.exists()


@pytest.mark.parametrize(
    "role",
    [Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE],
)
def test_other_roles_draw_nothing_and_read_nothing(role):
    file = read_twice()[0]
    user = staff(role)
    for act in (lambda: a_sample(user), lambda: a_reading(file, user)):
        with pytest.raises(PermissionDenied):
            act()
    assert not Sample.objects.visible_to(user).exists()
    assert not SampledFile.objects.visible_to(user).exists()


def test_the_first_reading_is_hidden_until_the_second_is_given():
    file, first, second = read_twice()
    reading = a_reading(file, first)
    worker, manager = file.worker, a_manager()
    everybody = (second, worker, manager)
    assert list(FileReading.objects.visible_to(first)) == [reading]
    for user in everybody:
        assert not FileReading.objects.visible_to(user).exists(), user.role
    a_reading(file, second)
    for user in (first, *everybody):
        assert FileReading.objects.visible_to(user).count() == 2, user.role


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        pytest.param("the worker", True, id="the worker it is about"),
        pytest.param("a colleague", False, id="a colleague of the team"),
        pytest.param("their manager", True, id="who manages them"),
        pytest.param("another manager", False, id="the manager of another team"),
        pytest.param("a senior manager", True, id="who answers for the service"),
        pytest.param("a performance officer", True, id="who reads across"),
    ],
)
def test_who_sees_what_was_found_in_a_workers_file(who, sees):
    file = read_twice()[0]
    a_reading(file)
    a_reading(file)
    user = {
        "the worker": lambda: file.worker,
        "a colleague": a_caseworker,
        "their manager": a_manager,
        "another manager": lambda: a_manager(team=a_team("South")),
        "a senior manager": lambda: staff(Role.SENIOR_MANAGER),
        "a performance officer": lambda: staff(Role.PERFORMANCE_OFFICER),
    }[who]()
    assert FileReading.objects.visible_to(user).exists() == sees


# --- Settling -------------------------------------------------------------------------------------------------


def settle(file, **more):
    given = {
        "indicator": "planning", "score": 3, "reason": "Goals, but no review", "settled_on": TODAY, "today": TODAY,
        "actor": staff(Role.SENIOR_MANAGER), **more,
    }  # fmt: skip
    return operations.settle_reading(file=file, **given)


def test_a_difference_is_settled_once_with_a_score_and_a_reason():
    file, first, second = read_twice()
    a_reading(file, first)
    with pytest.raises(Refused, match="Wait for the second reading"):
        settle(file)
    a_reading(file, second, scores={**FOURS, "planning": 2})
    with pytest.raises(Refused, match="Select an indicator on which the readers differ"):
        settle(file, indicator="recording")
    with pytest.raises(Refused, match="Enter why this score was agreed"):
        settle(file, reason=" ")
    with pytest.raises(PermissionDenied):
        settle(file, actor=a_caseworker())
    assert not SettledScore.objects.exists()
    settled = settle(file)
    assert (settled.score, settled.reason) == (3, "Goals, but no review")
    assert Entry.objects.get(operation="settle_reading").reason == ""
    assert SettledScore.objects.visible_to(first).get() == settled
    with pytest.raises(Refused, match="settled already"):
        settle(file)


# --- Supervision ----------------------------------------------------------------------------------------------


def raise_point(reading, actor, **more):
    given = {"text": "Write goals with the person", "agreed_on": TODAY, "today": TODAY, **more}
    return operations.raise_supervision_point(actor=actor, reading=reading, **given)


def test_a_point_is_between_the_worker_and_who_manages_them():
    file = read_twice()[0]
    reading = a_reading(file)
    manager = a_manager()
    point = raise_point(reading, manager)
    assert point.worker == file.worker
    sees = {
        "worker": (file.worker, True),
        "manager": (manager, True),
        "senior manager": (staff(Role.SENIOR_MANAGER), True),
        "colleague": (a_caseworker(), False),
        "other manager": (a_manager(team=a_team("South")), False),
        "performance officer": (staff(Role.PERFORMANCE_OFFICER), False),
    }
    for name, (user, may) in sees.items():
        assert SupervisionPoint.objects.visible_to(user).exists() == may, name
    entry = Entry.objects.get(operation="raise_supervision_point")
    assert (entry.case, entry.reason) == (None, "")


def test_only_who_manages_the_worker_raises_and_closes_a_point():
    reading = a_reading(read_twice()[0])
    for other in (a_caseworker(), staff(Role.PERFORMANCE_OFFICER), a_manager(team=a_team("South"))):
        with pytest.raises(PermissionDenied):
            raise_point(reading, other)
    with pytest.raises(Refused, match="Enter what was agreed"):
        raise_point(reading, a_manager(), text=" ")
    point = raise_point(reading, a_manager())
    done = {
        "point": point,
        "done_on": TODAY,
        "outcome": "Goals rewritten",
        "today": TODAY,
        "expected_version": 1,
    }
    with pytest.raises(PermissionDenied):
        operations.close_supervision_point(actor=a_manager(team=a_team("South")), **done)
    operations.close_supervision_point(actor=a_manager(), **done)
    assert not SupervisionPoint.objects.open().exists()
    with pytest.raises(Refused, match="done already"):
        operations.close_supervision_point(actor=a_manager(), **{**done, "expected_version": 2})


def test_nobody_supervises_themselves():
    manager = a_manager()
    a_case(worker=manager)
    reading = a_reading(a_sample().files.get())
    with pytest.raises(PermissionDenied):
        raise_point(reading, manager)
    assert raise_point(reading, staff(Role.SENIOR_MANAGER)).worker == manager


def test_a_file_that_nobody_held_gives_no_point():
    case = a_case()
    held = case.allocations.get()
    held.worker = None
    held.save()
    reading = a_reading(a_sample().files.get())
    with pytest.raises(Refused, match="Nobody held this file"):
        raise_point(reading, a_manager())
