"""An LS/CMI on record: its scores follow from its answers, a correction decides anew, an override is countersigned.

The tests named after acceptance tests are those that the fault of the national system in 2022 left behind.
"""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import operations
from assessments.domain import lscmi
from assessments.domain.lscmi_answers import every_key
from assessments.models import Assessment, Countersignature
from assessments.workload import levels
from cases.models import Case, Entry, Role, Timescale
from cases.operation import Repeated
from justice.domain.errors import Refused
from orders import operations as order_operations
from tests.builders import a_caseworker, a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")
# Nothing answered yes and every rating at its best: a total of 0, and nothing that does not stand together.
BEST = {item: 3 if item in lscmi.RATED else 0 for item in range(1, lscmi.HIGHEST + 1)}
OVERRIDE = {
    "override_level": "high",
    "override_kind": "client_based",
    "override_reason": "Recent threats",
}


@pytest.fixture
def order():
    return an_order()


def assess(order, **more):
    given_ = {
        "actor": worker_of(order.case),
        "tool": "ls_cmi",
        "completed_on": day("20 June 2025"),
        "today": TODAY,
        **more,
    }
    return operations.complete_assessment(order=order, **given_)


def correct(assessment, **more):
    given_ = {"correction_reason": "Item 40 was misread", "answers": BEST, **more}
    return assess(assessment.order, corrects=assessment, **given_)


def countersign(assessment, actor=None, **more):
    given_ = {"actor": actor or a_manager(), "today": TODAY, **more}
    return operations.countersign_override(assessment=assessment, **given_)


def to_countersign(manager):
    return Assessment.objects.visible_to(manager).to_countersign_by(manager)


def refusals(act, *args, **more) -> dict[str, str]:
    """The codes and sentences of what is refused; and that nothing was changed."""
    before = (Assessment.objects.count(), Countersignature.objects.count(), Entry.objects.count())
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    assert (Assessment.objects.count(), Countersignature.objects.count(), Entry.objects.count()) == before
    return {one.code: one.message for one in refused.value.problems}


# --- Answers ------------------------------------------------------------------------------------------------


def test_the_scores_follow_from_the_answers_and_the_ratings_are_kept():
    made = assess(an_order(), answers=BEST | {1: 1, 15: 1, 16: 0, 40: None}, strengths=["companions"])
    assert (made.total, made.level) == (3, "Very low")
    assert made.sub_scores == dict.fromkeys(lscmi.MAXIMA, 0) | {
        "criminal_history": 1,
        "education_employment": 2,
    }
    made.refresh_from_db()
    assert made.answered == BEST | {1: 1, 15: 1, 16: 0, 40: None}
    assert lscmi.omitted(made.answered) == (40,)
    assert made.strengths == ["companions"]
    assert Entry.objects.get(operation="complete_assessment").subject == f"assessment:{made.pk}"


def test_answers_that_are_not_given_are_left_out():
    made = assess(an_order(), answers={item: BEST[item] for item in range(1, 41)})
    assert len(made.answers) == 43
    assert lscmi.omitted(made.answered) == (41, 42, 43)


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        pytest.param(
            {"answers": BEST, "total": 3},
            "total_disagrees_with_answers",
            "The total was entered as 3, and the answers make 0: correct one of them, or leave the total empty",
            id="another total",
        ),
        pytest.param(
            {"answers": BEST, "level": "high"},
            "level_disagrees_with_score",
            "Enter the level very low, which follows from a score of 0, or correct it",
            id="another level",
        ),
        pytest.param(
            {"answers": BEST, "sub_scores": {"companions": 1}},
            "sub_score_disagrees_with_answers",
            "Companions was entered as 1, and the answers make 0: "
            "correct one of them, or leave the section score empty",
            id="another section score",
        ),
        pytest.param(
            {"answers": {item: BEST[item] for item in range(1, 39)}},
            "too_many_omitted",
            "Answer at least 39 of the 43 items: 5 have no answer",
            id="five left out",
        ),
        pytest.param(
            {"answers": BEST | {18: 7}}, "answer_impossible", "Rate item 18 0, 1, 2 or 3", id="a rating of 7"
        ),
        pytest.param(
            {"answers": BEST | {25: 1}},
            "not_acknowledged",
            "Item 25 is yes, and then item 24 is usually yes: correct the answers, or tick that they are right",
            id="not usual",
        ),
        pytest.param(
            {"tool": "sara", "level": "High", "answers": BEST},
            "answers_of_another_tool",
            "Answer the items of an LS/CMI only",
            id="another tool",
        ),
        pytest.param(
            {"total": 3, "strengths": ["finance"]},
            "strength_unknown",
            "Select strengths among the eight sections of an LS/CMI only",
            id="no such strength",
        ),
        pytest.param(
            {"total": 3, "reason": "whim"},
            "reason_unknown",
            "Select why the assessment was made",
            id="no such reason",
        ),
        pytest.param(
            {"total": 3, **OVERRIDE, "override_kind": ""},
            "override_kind_missing",
            "Select what kind of override it is",
            id="no kind of override",
        ),
        pytest.param(
            {"total": 3, "override_kind": "client_based"},
            "override_kind_alone",
            "Choose the level you override to, or leave the kind of override empty",
            id="a kind and no override",
        ),
        pytest.param(
            {"total": 3, "correction_reason": "Wrong"},
            "nothing_corrected",
            "Leave the reason for a correction empty: nothing is corrected",
            id="a reason and nothing corrected",
        ),
        pytest.param(
            {},
            "total_missing",
            "Answer the items, or enter all eight section scores or the total score",
            id="no result",
        ),
    ],
)  # fmt: skip
def test_a_record_that_contradicts_itself_is_refused_with_the_numbers(more, code, words):
    order = an_order()
    assert refusals(assess, order, **more) == {code: words}


def test_answers_that_do_not_usually_stand_together_are_kept_once_they_are_said_to_be_right():
    made = assess(an_order(), answers=BEST | {25: 1}, acknowledged=["items_25_24", "items_3_2"])
    assert made.acknowledged == ["items_25_24"]  # only what there was to say


def test_the_rules_of_the_day_it_was_completed_on_are_asked_of_answers():
    made = assess(an_order(), answers=BEST | {1: None, 2: None, 3: None, 4: None})
    assert made.total == 0


# --- The acceptance tests of the defect ---------------------------------------------------------------------


def points(total):
    """Answers that make this total and leave no doubt: the first items of a list in which all stand together."""
    order = [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        13,
        12,
        10,
        11,
        14,
        15,
        16,
        17,
        9,
        *range(18, 24),
        24,
        25,
        27,
        26,
        28,
        29,
        30,
        31,
    ]
    order += [*range(32, 44)]
    answers = dict(BEST)
    for item in order[:total]:
        answers[item] = 0 if item in lscmi.RATED else 1
    return answers


@pytest.mark.parametrize("total", [0, 4, 5, 10, 11, 19, 20, 29, 30, 43])
def test_acceptance_a_the_level_is_the_band_of_the_score_after_every_edit(total):
    first = assess(an_order(), answers=points(17))
    made = correct(first, answers=points(total))
    made.refresh_from_db()
    assert made.total == total
    assert made.level == lscmi.LEVELS[lscmi.level_of(total, lscmi.bands_on(made.completed_on))]
    assert (first.level, first.total) == ("Medium", 17)
    assert levels(Case.objects.all(), TODAY) == {
        made.order.case_id: lscmi.level_of(total, lscmi.bands_on(made.completed_on))
    }


def test_acceptance_b_an_override_stands_beside_the_level_and_never_over_it():
    made = assess(an_order(), answers=points(12), **OVERRIDE)
    countersign(made)
    made.refresh_from_db()
    assert (made.total, made.level, made.override_level) == (12, "Medium", "high")


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        pytest.param({}, "override_not_decided", "Answer “Does the override still stand?”", id="dropped unsaid"),
        pytest.param(
            OVERRIDE, "override_not_decided", "Answer “Does the override still stand?”", id="carried unsaid"
        ),
        pytest.param(
            {"override_stands": True},
            "override_level_missing",
            "Choose the level of the override that still stands",
            id="stands, and not given",
        ),
        pytest.param(
            {"override_stands": False, **OVERRIDE},
            "override_dropped_and_given",
            "Leave the override empty, or answer that it still stands",
            id="does not stand, and given",
        ),
    ],
)  # fmt: skip
def test_acceptance_c_a_correction_decides_about_the_override_again(more, code, words):
    first = assess(an_order(), answers=points(12), **OVERRIDE)
    assert refusals(correct, first, answers=points(13), **more) == {code: words}


def test_acceptance_c_an_override_that_still_stands_waits_for_its_manager_again():
    first = assess(an_order(), answers=points(12), **OVERRIDE)
    countersign(first)
    again = correct(first, answers=points(13), override_stands=True, **OVERRIDE)
    assert (again.override_level, hasattr(again, "countersignature")) == ("high", False)
    assert list(to_countersign(a_manager())) == [again]
    dropped = correct(again, answers=points(13), override_stands=False)
    assert dropped.override_level == ""
    assert not to_countersign(a_manager()).exists()


def test_acceptance_d_a_row_that_no_longer_agrees_is_found():
    made = assess(an_order(), answers=points(12))
    assert made.mismatches == ()
    made.total = 13
    assert made.mismatches == ("total_disagrees_with_sub_scores",)
    made.sub_scores["companions"] = 1
    assert "sub_scores_disagree_with_answers" in made.mismatches


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.fixed_dictionaries(
        {item: st.integers(0, 3 if item in lscmi.RATED else 1) for item in range(1, lscmi.HIGHEST + 1)}
    ),
    left_out=st.sets(st.integers(1, lscmi.HIGHEST), max_size=4),
)
def test_acceptance_d_no_row_that_the_operation_keeps_has_a_mismatch(order, answers, left_out):
    with transaction.atomic():
        made = assess(order, answers=answers | dict.fromkeys(left_out), acknowledged=every_key())
        made.refresh_from_db()
        assert made.mismatches == ()
        assert made.level
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("more", "alcohol_drug"),
    [
        pytest.param({28: 1, 30: 1}, 2, id="alcohol alone"),
        pytest.param({29: 1, 31: 1}, 2, id="drugs alone"),
        pytest.param({28: 1, 29: 1, 30: 0, 31: 1}, 4, id="both"),
        pytest.param({28: 1, 29: 1, 30: 2, 31: 3}, 2, id="both in the past"),
    ],
)
def test_acceptance_e_alcohol_and_drug_items_feed_the_score_independently(more, alcohol_drug):
    made = assess(an_order(), answers=BEST | more)
    assert (made.sub_scores["alcohol_drug"], made.total) == (alcohol_drug, alcohol_drug)


def test_acceptance_g_each_reassessment_is_a_new_record():
    order = an_order()
    first = assess(order, answers=points(12))
    second = assess(order, answers=points(20), completed_on=day("20 July 2025"), reason="review")
    first.refresh_from_db()
    assert (first.total, first.answered) == (12, points(12))
    assert second.pk != first.pk
    assert first.history.count() == second.history.count() == 1


# --- Corrections --------------------------------------------------------------------------------------------


def test_a_correction_stands_beside_the_record_it_corrects_and_says_why():
    first = assess(an_order(), answers=points(12))
    made = correct(first, answers=points(13))
    assert (made.corrects, made.correction_reason) == (first, "Item 40 was misread")
    assert list(Assessment.objects.standing()) == [made]
    assert Entry.objects.get(subject=f"assessment:{made.pk}").why == "Item 40 was misread"


def test_the_day_of_the_correction_takes_the_place_of_the_day_that_was_wrong():
    first = assess(an_order(), answers=points(12))
    assert Timescale.objects.get(clause="cpo.lscmi").met_on == day("20 June 2025")
    correct(first, completed_on=day("25 June 2025"))
    assert Timescale.objects.get(clause="cpo.lscmi").met_on == day("25 June 2025")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"correction_reason": " "}, "correction_reason_missing", id="no reason"),
        pytest.param({"tool": "rosh", "answers": {}, "level": "High"}, "of_another_tool", id="another tool"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(more, code):
    first = assess(an_order(), answers=points(12))
    assert code in refusals(correct, first, **more)


def test_only_the_latest_of_a_chain_is_corrected_and_only_once():
    first = assess(an_order(), answers=points(12))
    second = correct(first)
    assert refusals(correct, first) == {
        "corrected_already": "This record was corrected already: correct the record that took its place"
    }
    assert correct(second).corrects == second
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(
            order=first.order, tool="ls_cmi", completed_on=TODAY, corrects=first, correction_reason="Again"
        )


def test_an_assessment_is_not_corrected_from_another_order():
    first = assess(an_order(), answers=points(12))
    assert set(refusals(assess, an_order(), total=3, corrects=first, correction_reason="Wrong")) == {
        "of_another_order"
    }


def test_the_database_wants_a_reason_with_a_correction_and_none_without():
    first = assess(an_order(), total=12)
    for more in ({"corrects": first}, {"correction_reason": "Wrong"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.create(order=first.order, tool="ls_cmi", completed_on=TODAY, **more)


def test_the_same_correction_sent_twice_is_kept_once():
    first, key = assess(an_order(), answers=points(12)), uuid.uuid4()
    actor = worker_of(first.order.case)
    correct(first, key=key, actor=actor)
    with pytest.raises(Repeated):
        correct(first, key=key, actor=actor)
    assert Assessment.objects.count() == 2


# --- Countersigning -----------------------------------------------------------------------------------------


def test_a_manager_countersigns_an_override_that_somebody_else_recorded():
    made, manager = assess(an_order(), total=12, **OVERRIDE), a_manager()
    assert list(to_countersign(manager)) == [made]
    signed = countersign(made, manager, comment="Discussed")
    assert (signed.assessment, signed.signed_on, signed.recorded_by, signed.comment) == (
        made,
        TODAY,
        manager,
        "Discussed",
    )
    assert Entry.objects.get(operation="countersign_override").subject == f"assessment:{made.pk}"
    assert not to_countersign(manager).exists()


def test_nobody_countersigns_their_own_override():
    manager = a_manager()
    made = assess(an_order(), total=12, actor=manager, **OVERRIDE)
    assert refusals(countersign, made, manager) == {
        "own_override": "Ask another first line manager to countersign: you recorded this assessment"
    }
    assert not to_countersign(manager).exists()
    assert to_countersign(a_manager()).get() == made


def test_there_must_be_an_override():
    made = assess(an_order(), total=12)
    assert refusals(countersign, made) == {"no_override": "There is no override to countersign"}


def test_an_override_is_countersigned_once():
    made = assess(an_order(), total=12, **OVERRIDE)
    countersign(made)
    assert refusals(countersign, made) == {"countersigned": "This override is countersigned already"}


def test_the_override_of_a_corrected_record_is_not_countersigned():
    made = assess(an_order(), total=12, **OVERRIDE)
    correct(made, override_stands=True, **OVERRIDE)
    assert set(refusals(countersign, made)) == {"corrected"}


def test_a_record_that_contradicts_itself_is_not_countersigned():
    made = assess(an_order(), answers=points(12), **OVERRIDE)
    made.total = 30  # as a fault in another program would leave it
    made.save()
    assert refusals(countersign, made) == {
        "scores_disagree": (
            "The scores of this record are missing or do not agree. Have it corrected before you countersign"
        )
    }


def test_countersigning_is_for_first_line_managers_who_may_see_the_case():
    made = assess(an_order(), total=12, **OVERRIDE)
    for role in set(Role) - {Role.FIRST_LINE_MANAGER, Role.SYSTEM}:
        with pytest.raises(PermissionDenied):
            countersign(made, staff(role))
    with pytest.raises(Case.DoesNotExist):
        countersign(made, a_manager(team=a_team("South")))
    assert not Countersignature.objects.exists()


def test_the_list_to_countersign_is_of_live_orders_that_the_manager_sees():
    order = an_order()
    assess(order, total=12, **OVERRIDE)
    assess(order, tool="sara", level="Low", **OVERRIDE)
    assess(order, total=12)
    assert to_countersign(a_manager()).count() == 2
    assert to_countersign(a_manager(team=a_team("South"))).count() == 0
    order_operations.end_order(
        actor=worker_of(order.case), order=order, on=TODAY, reason="completed", today=TODAY,
        expected_version=order.version,
    )  # fmt: skip
    assert to_countersign(a_manager()).count() == 0


def test_another_caseworkers_sight_is_not_widened():
    made = assess(an_order(), total=12)
    assert Assessment.objects.visible_to(a_caseworker(team=a_team("South"))).count() == 0
    assert Assessment.objects.visible_to(worker_of(made.order.case)).count() == 1
