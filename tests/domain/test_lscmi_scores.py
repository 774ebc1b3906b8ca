"""The score of an LS/CMI over everything that can be answered: properties, against an oracle of its own."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessments.domain import lscmi, lscmi_answers
from assessments.domain.lscmi_answers import Movement

patient = settings(deadline=None)  # a busy machine is no fault of the rule
DAY = date(2025, 6, 2)
BANDS = lscmi.bands_on(DAY)
RULES = lscmi_answers.rules_on(DAY)
NONE_LEFT_OUT = {item: 3 if item in lscmi.RATED else 0 for item in range(1, 44)}  # no risk anywhere

# The oracle: written out, and not asked of the code under test.
SECTIONS = {
    "criminal_history": (1, 8),
    "education_employment": (9, 17),
    "family_marital": (18, 21),
    "leisure_recreation": (22, 23),
    "companions": (24, 27),
    "alcohol_drug": (28, 35),
    "procriminal_attitude": (36, 39),
    "antisocial_pattern": (40, 43),
}
RATED = (15, 16, 17, 18, 19, 20, 23, 30, 31, 36, 37)
LEVELS = ["very_low"] * 5 + ["low"] * 6 + ["medium"] * 9 + ["high"] * 10 + ["very_high"] * 14


def answer_of(item):
    return st.none() | st.integers(0, 3 if item in RATED else 1)


any_answers = st.fixed_dictionaries({item: answer_of(item) for item in range(1, 44)})


def oracle(answers):
    points = {}
    for item, answer in answers.items():
        risk = answer in (0, 1) if item in RATED else answer == 1
        points[item] = 1 if risk else 0
    return {
        name: sum(points.get(item, 0) for item in range(first, last + 1))
        for name, (first, last) in SECTIONS.items()
    }


def section_of(item):
    return next(name for name, (first, last) in SECTIONS.items() if first <= item <= last)


@patient
@given(any_answers)
def test_any_answers_give_the_sub_scores_the_total_and_the_level(answers):
    scores = lscmi.sub_scores_of(answers)
    assert scores == oracle(answers)
    total = sum(scores.values())
    assert 0 <= total <= 43
    assert lscmi.level_of(total, BANDS) == LEVELS[total]
    assert all(scores[name] <= last - first + 1 for name, (first, last) in SECTIONS.items())
    assert lscmi.mismatches(answers, scores, total) == ()


@pytest.mark.parametrize("total", range(44))
def test_every_total_has_the_level_of_its_band(total):
    assert lscmi.level_of(total, BANDS) == LEVELS[total]
    highest = list(BANDS.highest.values())
    assert sum(total <= last for last in highest) == 5 - list(BANDS.highest).index(LEVELS[total])


@patient
@given(any_answers, st.data())
def test_one_item_changed_moves_its_own_section_and_the_total_by_one_at_most(answers, data):
    item = data.draw(st.integers(1, 43))
    changed = {**answers, item: data.draw(answer_of(item))}
    before, after = lscmi.sub_scores_of(answers), lscmi.sub_scores_of(changed)
    own = section_of(item)
    assert {name for name in before if before[name] != after[name]} <= {own}
    moved = sum(after.values()) - sum(before.values())
    assert moved == after[own] - before[own]
    assert moved in (-1, 0, 1)


@patient
@given(any_answers, st.integers(0, 1), st.integers(0, 1))
def test_alcohol_and_drug_items_feed_the_score_independently(answers, alcohol, drug):
    """Each of the pairs 28 and 29, 30 and 31 counts by itself: acceptance test (e)."""
    for one, other in ((28, 29), (30, 31)):
        neither = lscmi.sub_scores_of({**answers, one: None, other: None})["alcohol_drug"]
        for item, answer in ((one, alcohol), (other, drug)):
            alone = lscmi.sub_scores_of({**answers, one: None, other: None, item: answer})["alcohol_drug"]
            assert alone == neither + lscmi.point(item, answer)
        both = lscmi.sub_scores_of({**answers, one: alcohol, other: drug})["alcohol_drug"]
        assert both == neither + lscmi.point(one, alcohol) + lscmi.point(other, drug)


@patient
@given(any_answers, st.data())
def test_a_corrupted_sub_score_is_always_found(answers, data):
    scores = lscmi.sub_scores_of(answers)
    name = data.draw(st.sampled_from(list(scores)))
    wrong = data.draw(st.integers(-2, 60))
    assume(wrong != scores[name])
    assert lscmi.mismatches(answers, {**scores, name: wrong}, sum(scores.values()))
    assert lscmi.mismatches({}, {**scores, name: wrong}, sum(scores.values()))


@patient
@given(any_answers, st.none() | st.integers(-2, 60))
def test_a_corrupted_total_is_always_found(answers, wrong):
    scores = lscmi.sub_scores_of(answers)
    assume(wrong != sum(scores.values()))
    assert lscmi.mismatches(answers, scores, wrong)
    assert lscmi.mismatches({}, scores, wrong)


@patient
@given(any_answers, st.data())
def test_a_corrupted_answer_is_found_unless_it_adds_the_same(answers, data):
    item = data.draw(st.integers(1, 43))
    wrong = data.draw(st.none() | st.integers(-1, 5))
    assume(wrong != answers[item])
    scores = lscmi.sub_scores_of(answers)
    found = lscmi.mismatches({**answers, item: wrong}, scores, sum(scores.values()))
    try:
        unchanged = lscmi.point(item, wrong) == lscmi.point(item, answers[item])
    except ValueError:
        unchanged = False
    assert bool(found) is not unchanged


@patient
@given(
    st.integers(-1, 45),
    st.dictionaries(st.sampled_from(list(SECTIONS)), st.integers(-1, 10), max_size=8),
)
def test_what_is_not_refused_has_no_mismatch_and_what_has_one_is_refused(total, scores):
    refused = lscmi.problems(total, scores, BANDS)
    assert bool(refused) is bool(lscmi.mismatches({}, scores, total))


# --- What is asked about ------------------------------------------------------------------------------------


def keys(**answers):
    given_ = NONE_LEFT_OUT | {int(name.removeprefix("item_")): answer for name, answer in answers.items()}
    return [rule.key for rule in lscmi_answers.doubts(given_, RULES)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param({}, [], id="nothing answered yes"),
        pytest.param({"item_3": 1, "item_2": 1, "item_1": 1}, [], id="3, 2 and 1"),
        pytest.param({"item_3": 1, "item_1": 1}, ["items_3_2"], id="3 without 2"),
        pytest.param({"item_2": 1}, ["items_2_1"], id="2 without 1"),
        pytest.param({"item_2": 1, "item_1": None}, [], id="2, and 1 left out"),
        pytest.param({"item_7": 1}, ["items_7_6"], id="7 without 6"),
        pytest.param({"item_7": 1, "item_6": 1}, [], id="7 and 6"),
        pytest.param({"item_12": 1}, ["items_12_13"], id="12 without 13"),
        pytest.param({"item_12": 1, "item_13": 1}, [], id="12 and 13"),
        pytest.param({"item_25": 1}, ["items_25_24"], id="25 without 24"),
        pytest.param({"item_25": 1, "item_24": 1}, [], id="25 and 24"),
        pytest.param({"item_26": 1}, ["items_26_27"], id="26 without 27"),
        pytest.param({"item_26": 1, "item_27": 1}, [], id="26 and 27"),
        pytest.param({"item_32": 1}, ["items_32_to_35"], id="32, and neither 30 nor 31"),
        pytest.param({"item_35": 1, "item_30": 2, "item_31": 2}, ["items_32_to_35"], id="35, both rated 2"),
        pytest.param({"item_33": 1, "item_30": 1, "item_28": 1}, [], id="33, and 30 rated 1"),
        pytest.param({"item_34": 1, "item_31": 0, "item_29": 1}, [], id="34, and 31 rated 0"),
        pytest.param({"item_32": 1, "item_30": None}, [], id="32, and 30 left out"),
        pytest.param({"item_30": 1}, ["items_30_28"], id="30 below 2 without 28"),
        pytest.param({"item_31": 0}, ["items_31_29"], id="31 below 2 without 29"),
        pytest.param({"item_30": 2}, [], id="30 rated 2"),
        pytest.param({"item_9": 1}, ["items_9_15_to_17"], id="9, and 15 to 17 rated"),
        pytest.param({"item_9": 1, "item_15": 0, "item_16": 0, "item_17": 0}, [], id="9, and 15 to 17 at 0"),
        pytest.param({"item_9": 1, "item_15": 0, "item_16": 0}, ["items_9_15_to_17"], id="9, and 17 rated"),
    ],
)
def test_answers_that_do_not_usually_stand_together_are_asked_about(answers, expected):
    assert keys(**answers) == expected


@pytest.mark.parametrize(
    ("key", "answers", "words"),
    [
        pytest.param("items_3_2", {3: 1}, "Item 3 is yes, and then item 2 is usually yes", id="one and one"),
        pytest.param(
            "items_9_15_to_17", {9: 1}, "Item 9 is yes, and then items 15, 16 and 17 are usually 0", id="one and three"
        ),
        pytest.param(
            "items_32_to_35",
            {33: 1},
            "Item 33 is yes, and then item 30 or item 31 is usually 0 or 1",
            id="only the item that says so is named",
        ),
        pytest.param("items_30_28", {30: 1}, "Item 30 is 0 or 1, and then item 28 is usually yes", id="a rating"),
    ],
)  # fmt: skip
def test_a_doubt_names_items_by_number_only(key, answers, words):
    rule = next(rule for rule in RULES.consistency if rule.key == key)
    assert rule.words(NONE_LEFT_OUT | answers) == words


def problems(answers, *, acknowledged=(), total=None, **sub_scores):
    return lscmi_answers.problems(
        answers, RULES, sub_scores=sub_scores, total=total, acknowledged=acknowledged
    )


def test_a_doubt_is_let_be_once_it_is_said_to_be_right():
    doubtful = NONE_LEFT_OUT | {25: 1}
    assert [one.code for one in problems(doubtful)] == ["not_acknowledged"]
    assert problems(doubtful)[0].message == (
        "Item 25 is yes, and then item 24 is usually yes: correct the answers, or tick that they are right"
    )
    assert problems(doubtful, acknowledged=["items_25_24"]) == []


def test_four_items_may_be_left_out_and_not_five():
    assert RULES.most_omitted == 4
    assert problems(NONE_LEFT_OUT | dict.fromkeys((1, 2, 3, 4))) == []
    (found,) = problems(NONE_LEFT_OUT | dict.fromkeys((1, 2, 3, 4, 15)))
    assert (found.field, found.message) == (
        "item_1",
        "Answer at least 39 of the 43 items: 5 have no answer",
    )


def test_what_was_typed_and_does_not_agree_is_refused_with_both_numbers():
    (section,) = problems(NONE_LEFT_OUT | {24: 1}, companions=2)
    assert section.message == (
        "Companions was entered as 2, and the answers make 1: "
        "correct one of them, or leave the section score empty"
    )
    (total,) = problems(NONE_LEFT_OUT | {24: 1}, total=2)
    assert total.message == (
        "The total was entered as 2, and the answers make 1: correct one of them, or leave the total empty"
    )
    assert problems(NONE_LEFT_OUT | {24: 1}, total=1, companions=1) == []


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        pytest.param({15: 4}, "item_15", "Rate item 15 0, 1, 2 or 3", id="a rating of 4"),
        pytest.param({3: 2}, "item_3", "Answer item 3 yes or no", id="2 where yes or no is asked"),
        pytest.param({44: 1}, "answers", "Give answers to the items 1 to 43 only", id="item 44"),
    ],
)
def test_an_answer_no_assessment_can_have_is_refused(answers, field, words):
    assert [(one.field, one.message) for one in problems(NONE_LEFT_OUT | answers)] == [(field, words)]


@patient
@given(any_answers)
def test_a_doubt_is_about_answers_and_never_about_what_was_left_out(answers):
    for rule in lscmi_answers.doubts(answers, RULES):
        bare = answers | dict.fromkeys(rule.expect.items)
        assert rule.key not in [one.key for one in lscmi_answers.doubts(bare, RULES)]


def test_rules_that_name_no_answer_an_item_can_have_are_refused(tmp_path):
    text = (lscmi_answers.DATA / "2006-01-01.toml").read_text()
    file = tmp_path / "2006-01-01.toml"
    file.write_text(
        text.replace("expect = { items = [2], answers = [1] }", "expect = { items = [2], answers = [3] }")
    )
    with pytest.raises(
        ValueError, match=r"2006-01-01\.toml, items_3_2: Item 2 is answered 1 for yes or 0 for no"
    ):
        lscmi_answers.load_rules(tmp_path)
    file.write_text(text.replace("highest = 4", "highest = 44"))
    with pytest.raises(ValueError, match="left out"):
        lscmi_answers.load_rules(tmp_path)


def test_every_rule_says_where_it_comes_from_and_how_sure_that_is():
    assert len(RULES.consistency) == len({rule.key for rule in RULES.consistency}) == 10
    assert all(rule.source and rule.confidence for rule in RULES.consistency)
    assert RULES.omissions_source


# --- What moved ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "before", "after", "movement"),
    [
        pytest.param(3, 0, 1, Movement.WORSE, id="no to yes"),
        pytest.param(3, 1, 0, Movement.BETTER, id="yes to no"),
        pytest.param(15, 1, 2, Movement.BETTER, id="1 to 2"),
        pytest.param(15, 2, 1, Movement.WORSE, id="2 to 1"),
        pytest.param(15, 0, 3, Movement.BETTER, id="0 to 3"),
        pytest.param(15, 0, 1, Movement.HIDDEN_BETTER, id="0 to 1, which the score hides"),
        pytest.param(15, 2, 3, Movement.HIDDEN_BETTER, id="2 to 3, which the score hides"),
        pytest.param(15, 1, 0, Movement.HIDDEN_WORSE, id="1 to 0, which the score hides"),
        pytest.param(15, 3, 2, Movement.HIDDEN_WORSE, id="3 to 2, which the score hides"),
        pytest.param(15, None, 1, Movement.ANSWERED, id="left out before"),
        pytest.param(15, 1, None, Movement.LEFT_OUT, id="left out now"),
    ],
)
def test_an_item_moves(item, before, after, movement):
    (change,) = lscmi_answers.changes(NONE_LEFT_OUT | {item: before}, NONE_LEFT_OUT | {item: after})
    assert (change.item, change.before, change.after, change.movement) == (item, before, after, movement)


@patient
@given(any_answers, any_answers)
def test_the_movements_account_for_the_whole_difference_of_the_totals(before, after):
    moved = lscmi_answers.changes(before, after)
    points = sum(lscmi.point(one.item, one.after) - lscmi.point(one.item, one.before) for one in moved)
    assert points == sum(lscmi.sub_scores_of(after).values()) - sum(lscmi.sub_scores_of(before).values())
    assert [one.item for one in moved] == sorted(item for item in before if before[item] != after[item])
