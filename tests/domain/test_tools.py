"""Tools other than the LS/CMI, as declared data: what a record of each may hold."""

# ruff: noqa: E501 - the sentences stand here as they are said, whole

from __future__ import annotations

from datetime import date

import pytest

from assessments.domain import tools

ON = date(2026, 1, 1)


def problems(code, total=None, sub_scores=None, level="", age=None, **more):
    return tools.problems(tools.tool_on(code, ON), total, sub_scores or {}, level, age, **more)


@pytest.mark.parametrize("code", tools.codes())
def test_every_tool_says_where_it_is_from_and_how_sure_that_is(code):
    tool = tools.tool_on(code, ON)
    assert tool.source
    assert tool.confidence
    assert tool.levels or tool.sub_scales


@pytest.mark.parametrize(
    ("code", "total", "level"),
    [
        pytest.param("lsi_r_sv", 0, "minimum", id="LSI-R:SV, lowest"),
        pytest.param("lsi_r_sv", 2, "minimum", id="LSI-R:SV, top of minimum"),
        pytest.param("lsi_r_sv", 3, "medium", id="LSI-R:SV, bottom of medium"),
        pytest.param("lsi_r_sv", 5, "medium", id="LSI-R:SV, top of medium"),
        pytest.param("lsi_r_sv", 6, "maximum", id="LSI-R:SV, bottom of maximum"),
        pytest.param("lsi_r_sv", 8, "maximum", id="LSI-R:SV, highest"),
        pytest.param("lsi_r_sv", 9, "", id="LSI-R:SV, more than there is"),
        pytest.param("yls_cmi", 8, "low", id="YLS/CMI, top of low"),
        pytest.param("yls_cmi", 9, "moderate", id="YLS/CMI, bottom of moderate"),
        pytest.param("yls_cmi", 22, "moderate", id="YLS/CMI, top of moderate"),
        pytest.param("yls_cmi", 23, "high", id="YLS/CMI, bottom of high"),
        pytest.param("yls_cmi", 34, "high", id="YLS/CMI, top of high"),
        pytest.param("yls_cmi", 35, "very_high", id="YLS/CMI, bottom of very high"),
        pytest.param("yls_cmi", 42, "very_high", id="YLS/CMI, highest"),
        pytest.param("stable_2007", 3, "low", id="Stable 2007, top of low"),
        pytest.param("stable_2007", 4, "moderate", id="Stable 2007, bottom of moderate"),
        pytest.param("stable_2007", 11, "moderate", id="Stable 2007, top of moderate"),
        pytest.param("stable_2007", 12, "high", id="Stable 2007, bottom of high"),
        pytest.param("stable_2007", 26, "high", id="Stable 2007, highest"),
        pytest.param("rosh", 3, "", id="no bands, no level"),
    ],
)
def test_the_level_follows_from_the_total_where_there_are_bands(code, total, level):
    assert tools.tool_on(code, ON).level_of(total) == level


@pytest.mark.parametrize(
    ("code", "given", "said"),
    [
        pytest.param("lsi_r_sv", {"total": 8}, [], id="highest total"),
        pytest.param("lsi_r_sv", {"total": 9}, ["Enter a total score of 0 to 8"], id="above it"),
        pytest.param(
            "rosh",
            {"total": 9},
            ["Leave the total score blank: the risk of serious harm assessment has none"],
            id="no total",
        ),
        pytest.param("rosh", {}, ["Enter the score or the level that the assessment gave"], id="nothing"),
        pytest.param(
            "rosh",
            {"level": "extreme"},
            ["Choose a level of the risk of serious harm assessment: low, medium, high or very high"],
            id="unknown level",
        ),
        pytest.param("lsi_r_sv", {"total": 4, "level": "medium"}, [], id="level that follows"),
        pytest.param(
            "lsi_r_sv",
            {"total": 4, "level": "maximum"},
            ["Enter the level medium, which follows from a score of 4, or correct it"],
            id="level that does not",
        ),
        pytest.param(
            "lsi_r_sv",
            {"total": 4, "sub_scores": {"a": 1}},
            ["Leave the sub-scores blank: the LSI-R:SV has none"],
            id="no scales",
        ),
        pytest.param("rm2000", {"sub_scores": {"s": 1, "v": 4, "c": 2}}, [], id="ratings"),
        pytest.param(
            "rm2000",
            {"sub_scores": {"s": 0}},
            ["Select low, medium, high or very high for scale S"],
            id="no such rating",
        ),
        pytest.param(
            "rm2000",
            {"sub_scores": {"x": 1}},
            ["Give scores of the Risk Matrix 2000's own scales only: Scale S, Scale V and Scale C"],
            id="no such scale",
        ),
        pytest.param("outcome_star", {"sub_scores": {"area_1": 1, "area_10": 10}}, [], id="journey"),
        pytest.param(
            "outcome_star",
            {"sub_scores": {"area_1": 0}},
            ["Enter a score of 1 to 10 for area 1"],
            id="below the journey",
        ),
        pytest.param(
            "outcome_star",
            {"sub_scores": {"area_1": True}},
            ["Enter a score of 1 to 10 for area 1"],
            id="not a number",
        ),
        pytest.param(
            "crime_pics_ii",
            {"sub_scores": {"g": 9}, "level": "low"},
            ["Leave the level blank: the Crime-PICS II gives none"],
            id="no level",
        ),
        pytest.param(
            "acute_2007", {"sub_scores": {"general": 14}, "level": "high"}, [], id="no highest is known"
        ),
        pytest.param("yls_cmi", {"total": 9, "age": 12}, [], id="lowest age"),
        pytest.param("yls_cmi", {"total": 9, "age": 18}, [], id="highest age"),
        pytest.param(
            "yls_cmi",
            {"total": 9, "age": 19},
            [
                "Choose another tool or correct the date: the YLS/CMI is for people of 12 to 18, and the person was 19"
            ],
            id="too old",
        ),
        pytest.param(
            "rm2000",
            {"level": "low", "age": 17},
            [
                "Choose another tool or correct the date: the Risk Matrix 2000 is for people of 18 or over, and the person was 17"
            ],
            id="too young",
        ),
        pytest.param(
            "yls_cmi",
            {"total": 9, "override_level": "maximum"},
            ["Choose a level of the YLS/CMI: low, moderate, high or very high"],
            id="override to a level of another tool",
        ),
    ],
)
def test_what_a_record_may_hold(code, given, said):
    assert [problem.message for problem in problems(code, **given)] == said


def test_a_level_is_known_however_it_is_written():
    assert tools.code_of(" Very  High ") == "very_high"


def test_a_rating_is_read_in_words_and_a_score_as_a_number():
    scale = tools.tool_on("sara", ON).sub_scales[0]
    assert (scale.words(2), scale.words(9)) == ("Moderate", "9")


GOOD = """
code = "t"
name = "T"
version = "1"
in_force_from = 2020-01-01
source = "somewhere"
confidence = "high"
"""
BANDED = 'total = [0, 5]\n[[band]]\nlevel = "low"\nlowest = 0\nhighest = {}\n[[band]]\nlevel = "high"\nlowest = {}\nhighest = {}\n'


def loaded(folder, *texts):
    for number, text in enumerate(texts):
        (folder / f"{number}.toml").write_text(text)
    return tools.load_tools(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(GOOD, "give a total, a scale or the levels", id="nothing to record"),
        pytest.param(GOOD + BANDED.format(2, 4, 5), "high must begin at 3", id="a gap"),
        pytest.param(GOOD + BANDED.format(2, 2, 5), "high must begin at 3", id="an overlap"),
        pytest.param(GOOD + BANDED.format(2, 3, 4), "the bands must reach 5", id="too short"),
        pytest.param(
            GOOD + BANDED.format(2, 3, 5).replace("total = [0, 5]", ""), "bands need a total", id="no total"
        ),
        pytest.param(GOOD + "total = [5, 0]\n", "the lowest and the highest total", id="total upside down"),
        pytest.param(GOOD + 'levels = ["awful"]\n', "awful is not one of the levels", id="unknown level"),
        pytest.param(GOOD + 'levels = ["low", "low"]\n', "each level once", id="level twice"),
        pytest.param(GOOD.replace("somewhere", "") + 'levels = ["low"]\n', "give the source", id="no source"),
        pytest.param(GOOD + 'levels = ["low"]\nbanana = 1\n', "banana", id="a key that is none"),
        pytest.param(
            GOOD + '[[sub_scale]]\ncode = "a"\nlabel = "A"\nlowest = 3\nhighest = 1\n',
            "below its lowest",
            id="scale",
        ),
        pytest.param(
            GOOD + 'levels = ["low"]\nlowest_age = 18\nhighest_age = 12\n', "highest age", id="ages"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path, text, said):
    with pytest.raises(ValueError, match=said) as refused:
        loaded(tmp_path, text)
    assert str(refused.value).startswith("0.toml: ")


def test_a_later_version_holds_for_later_records_only(tmp_path):
    one = GOOD + BANDED.format(2, 3, 5)
    two = (GOOD + BANDED.format(3, 4, 5)).replace("2020-01-01", "2024-01-01")
    first, second = loaded(tmp_path, two, one)["t"]
    assert (first.level_of(3), second.level_of(3)) == ("high", "low")
    with pytest.raises(ValueError, match="another file of t begins on the same day"):
        loaded(tmp_path, one, one)
