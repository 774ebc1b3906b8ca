"""Whether an LS/CMI score adds up, and the level that follows from it."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.domain import lscmi

BANDS = lscmi.bands_on(date(2025, 6, 2))
# 4 + 5 + 2 + 1 + 3 + 4 + 2 + 1 = 22
SUB_SCORES = dict(zip(lscmi.MAXIMA, (4, 5, 2, 1, 3, 4, 2, 1), strict=True))


def codes(total, sub_scores=None, **given):
    return [problem.code for problem in lscmi.problems(total, sub_scores or {}, BANDS, **given)]


@pytest.mark.parametrize(
    ("total", "level"),
    [
        pytest.param(0, "very_low", id="lowest score"),
        pytest.param(4, "very_low", id="top of very low"),
        pytest.param(5, "low", id="bottom of low"),
        pytest.param(10, "low", id="top of low"),
        pytest.param(11, "medium", id="bottom of medium"),
        pytest.param(19, "medium", id="top of medium"),
        pytest.param(20, "high", id="bottom of high"),
        pytest.param(29, "high", id="top of high"),
        pytest.param(30, "very_high", id="bottom of very high"),
        pytest.param(43, "very_high", id="highest score"),
    ],
)
def test_level_follows_from_the_score(total, level):
    assert lscmi.level_of(total, BANDS) == level


@pytest.mark.parametrize("total", [-1, 44])
def test_a_total_no_assessment_can_have_is_our_own_mistake(total):
    with pytest.raises(ValueError, match="0 to 43"):
        lscmi.level_of(total, BANDS)


def test_every_score_has_one_level_and_levels_never_fall_as_scores_rise():
    order = list(lscmi.LEVELS)
    places = [order.index(lscmi.level_of(total, BANDS)) for total in range(lscmi.HIGHEST + 1)]
    assert places == sorted(places)
    assert set(places) == set(range(5))


@pytest.mark.parametrize(
    ("total", "level", "refused"),
    [
        pytest.param(total, level, level != lscmi.level_of(total, BANDS), id=f"{total}, said to be {level}")
        for total in (4, 5, 10, 11, 19, 20, 29, 30)
        for level in lscmi.LEVELS
    ],
)
def test_a_level_that_disagrees_with_the_score_is_refused(total, level, refused):
    assert codes(total, level=level) == (["level_disagrees_with_score"] if refused else [])


@pytest.mark.parametrize(
    ("total", "sub_scores", "expected"),
    [
        pytest.param(22, SUB_SCORES, [], id="the sum"),
        pytest.param(21, SUB_SCORES, ["total_disagrees_with_sub_scores"], id="one short"),
        pytest.param(23, SUB_SCORES, ["total_disagrees_with_sub_scores"], id="one over"),
        pytest.param(22, {}, [], id="a total alone"),
        pytest.param(None, {}, [], id="nothing known"),
        pytest.param(None, SUB_SCORES, ["total_missing"], id="all sub-scores, no total"),
        pytest.param(None, {"companions": 3}, [], id="one sub-score, no total"),
        pytest.param(3, {"companions": 3}, [], id="the rest may be nought"),
        pytest.param(2, {"companions": 3}, ["total_disagrees_with_sub_scores"], id="less than one sub-score"),
        pytest.param(42, {"companions": 3}, [], id="the rest may be at their highest"),
        pytest.param(
            43, {"companions": 3}, ["total_disagrees_with_sub_scores"], id="more than the rest can add"
        ),
        pytest.param(0, {}, [], id="nought"),
        pytest.param(43, {}, [], id="43"),
        pytest.param(44, {}, ["total_out_of_range"], id="over 43"),
        pytest.param(-1, {}, ["total_out_of_range"], id="below nought"),
        pytest.param(3, {"finance": 1}, ["sub_score_unknown"], id="not a subcomponent"),
    ],
)
def test_scores_add_up(total, sub_scores, expected):
    assert codes(total, sub_scores) == expected


@pytest.mark.parametrize(
    ("name", "highest"),
    [
        pytest.param(name, highest, id=lscmi.LABELS[name])
        for name, highest in zip(lscmi.MAXIMA, (8, 9, 4, 2, 4, 8, 4, 4), strict=True)
    ],
)
def test_each_sub_score_has_its_highest(name, highest):
    assert codes(None, {name: highest}) == []
    assert codes(None, {name: 0}) == []
    assert codes(None, {name: highest + 1}) == ["sub_score_out_of_range"]
    assert codes(None, {name: -1}) == ["sub_score_out_of_range"]


def test_the_eight_sub_scores_make_43():
    assert sum(lscmi.MAXIMA.values()) == lscmi.HIGHEST == 43


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            {"override_level": "high", "override_reason": "Recent escalation"}, [], id="with its reason"
        ),
        pytest.param({"override_level": "high"}, ["override_reason_missing"], id="without a reason"),
        pytest.param(
            {"override_level": "high", "override_reason": "  "},
            ["override_reason_missing"],
            id="a blank reason",
        ),
        pytest.param(
            {"override_reason": "Recent escalation"}, ["override_level_missing"], id="a reason alone"
        ),
        pytest.param(
            {"override_level": "severe", "override_reason": "x"}, ["level_unknown"], id="not a level"
        ),
        pytest.param(
            {"level": "moderate"}, ["level_disagrees_with_score", "level_unknown"], id="another scale"
        ),
    ],
)
def test_an_override_stands_beside_the_level_with_its_reason(given, expected):
    assert codes(15, **given) == expected


def test_the_words_say_what_to_do():
    assert [problem.message for problem in lscmi.problems(22, SUB_SCORES, BANDS, level="medium")] == [
        "Enter the level high, which follows from a score of 22, or correct it"
    ]


def test_a_total_that_some_sub_scores_cannot_make_says_what_they_allow():
    assert [problem.message for problem in lscmi.problems(1, {"companions": 3}, BANDS)] == [
        "Enter a total score of 3 to 42, which the sub-scores allow, or correct them"
    ]
    assert [problem.message for problem in lscmi.problems(21, SUB_SCORES, BANDS)] == [
        "Enter a total score of 22, the sum of the sub-scores, or correct them"
    ]


BAND = '[[band]]\nlevel = "{}"\nlowest = {}\nhighest = {}\n'
HEAD = 'key = "test"\nin_force_from = {}\nsource = "manual"\n'


def write(folder, name, day, *bands):
    text = HEAD.format(day) + "".join(BAND.format(*band) for band in bands)
    (folder / name).write_text(text)


def test_later_bands_rule_later_assessments_only(tmp_path):
    old = [("very_low", 0, 4), ("low", 5, 10), ("medium", 11, 19), ("high", 20, 29), ("very_high", 30, 43)]
    new = [("very_low", 0, 5), ("low", 6, 10), ("medium", 11, 19), ("high", 20, 29), ("very_high", 30, 43)]
    write(tmp_path, "2006-01-01.toml", "2006-01-01", *old)
    write(tmp_path, "2030-01-01.toml", "2030-01-01", *new)
    first, second = lscmi.load_bands(tmp_path)
    assert lscmi.level_of(5, first) == "low"
    assert lscmi.level_of(5, second) == "very_low"


@pytest.mark.parametrize(
    "bands",
    [
        pytest.param([("very_low", 0, 4), ("low", 6, 43)], id="a gap"),
        pytest.param([("very_low", 0, 4), ("low", 4, 43)], id="an overlap"),
        pytest.param([("very_low", 0, 43)], id="levels missing"),
        pytest.param(
            [("very_low", 0, 4), ("low", 5, 10), ("medium", 11, 19), ("high", 20, 29), ("very_high", 30, 42)],
            id="short of 43",
        ),
    ],
)
def test_bands_that_leave_a_score_without_one_level_are_refused(tmp_path, bands):
    write(tmp_path, "2006-01-01.toml", "2006-01-01", *bands)
    with pytest.raises(ValueError, match=r"2006-01-01\.toml"):
        lscmi.load_bands(tmp_path)
