"""What of a stored assessment does not follow from itself: one number changed is noticed, whichever it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.domain import lscmi, soundness
from assessments.domain.soundness import Stored

ON = date(2025, 6, 2)
BANDS = lscmi.bands_on(ON)
ITEMS = [item for items in lscmi.ITEMS.values() for item in items]
ANSWERS = st.fixed_dictionaries(
    {item: st.none() | st.integers(0, lscmi.HIGHEST_RATING if item in lscmi.RATED else 1) for item in ITEMS}
)


def record(answers=None, **more):
    answers = {15: 1, 1: 1} if answers is None else answers
    scores = lscmi.sub_scores_of(answers)
    found = Stored(
        1, "ls_cmi", ON, {str(i): a for i, a in answers.items()}, scores, sum(scores.values()), "", "", "", None
    )  # fmt: skip
    return replace(found, **more)


def found(stored):
    return soundness.faults(stored, BANDS)


@given(ANSWERS)
def test_what_follows_from_any_answers_is_sound(answers):
    stored = record(answers)
    assert found(stored) == ()
    assert soundness.worked_out(stored, BANDS).total == stored.total


@given(ANSWERS, st.integers(0, 60))
def test_another_total_is_always_noticed(answers, total):
    stored = record(answers)
    assert (found(replace(stored, total=total)) == ()) == (total == stored.total)


@given(ANSWERS, st.sampled_from(list(lscmi.MAXIMA)), st.integers(0, 9))
def test_another_sub_score_is_always_noticed(answers, name, score):
    stored = record(answers)
    changed = replace(stored, sub_scores={**stored.sub_scores, name: score})
    assert (found(changed) == ()) == (score == stored.sub_scores[name])


@given(ANSWERS, st.sampled_from(ITEMS), st.none() | st.integers(-1, 4))
def test_another_answer_is_noticed_wherever_it_would_change_a_score(answers, item, answer):
    stored = record(answers)
    changed = replace(stored, answers={**stored.answers, str(item): answer})
    try:
        same = lscmi.point(item, answer) == lscmi.point(item, answers[item])
    except ValueError:
        same = False
    assert (found(changed) == ()) == same


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        pytest.param({"answers": {}, "sub_scores": {}, "total": None}, (), id="brought in with nothing"),
        pytest.param({"answers": {}, "sub_scores": {"companions": 2}, "total": None}, (), id="with a part"),
        pytest.param({"total": None}, ("total_missing",), id="a total lost"),
        pytest.param(
            {"answers": {"1": True}},
            ("answers_impossible",),
            id="not a number",
        ),
        pytest.param({"stated_level": "Very low"}, (), id="a stated level that follows, in words"),
        pytest.param({"stated_level": "high"}, ("level_disagrees_with_score",), id="one that does not"),
        pytest.param({"override_level": "high"}, (), id="an override without a kind, as imports have them"),
        pytest.param({"override_level": "High"}, (), id="an override in words"),
        pytest.param({"countersigned": 5, "override_level": "high"}, (), id="countersigned override"),
        pytest.param({"countersigned": 5}, ("countersigned_without_override",), id="countersigned nothing"),
    ],
)
def test_what_disagrees_is_named(more, codes):
    assert found(record(**more)) == codes


def test_every_code_has_its_words():
    assert all(words[0].islower() and not words.endswith(".") for words in soundness.WORDS.values())


def test_worked_out_again_the_lowest_numbers_decide():
    stored = record({1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, total=30)
    assert soundness.worked_out(stored, BANDS) == soundness.Reckoned(5, "low")
    assert soundness.worked_out(replace(stored, answers={}), BANDS).total == 5
    assert soundness.worked_out(replace(stored, answers=[1]), BANDS) == soundness.Reckoned(None, "")
    some = replace(stored, answers={}, sub_scores={"companions": 4}, total=2)
    assert soundness.worked_out(some, BANDS) == soundness.Reckoned(None, "")
    assert soundness.worked_out(replace(some, total=4), BANDS) == soundness.Reckoned(4, "very_low")
