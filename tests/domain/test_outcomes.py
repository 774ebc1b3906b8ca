"""What is measured and asked, which way is better, when it is due, and what keeps answers from being recorded."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.domain import outcomes
from assessments.domain.outcomes import Answer, Change, Stand

EDITION = outcomes.edition_on(date(2026, 6, 1))
EVERYTHING = {
    key: Answer("given", one.lowest if one.is_score else 1) for key, one in EDITION.measures.items()
}


@pytest.mark.parametrize(
    ("measure", "first", "last", "change"),
    [
        pytest.param("wellbeing", 2, 4, Change.IMPROVED, id="steps: more is better"),
        pytest.param("wellbeing", 4, 2, Change.WORSE, id="steps: less is worse"),
        pytest.param("wellbeing", 3, 3, Change.SAME, id="steps: the same"),
        pytest.param("lscmi_total", 25, 18, Change.IMPROVED, id="a score of risk: less is better"),
        pytest.param("lscmi_total", 18, 25, Change.WORSE, id="a score of risk: more is worse"),
        pytest.param("lscmi_total", 0, 0, Change.SAME, id="a score of nought stays nought"),
        pytest.param("gp", 1, 2, Change.IMPROVED, id="two steps: no to yes"),
    ],
)
def test_which_way_is_better_is_the_measures_own(measure, first, last, change):
    assert EDITION.measures[measure].change(first, last) == change


def test_the_four_themes_are_each_measured_and_each_measure_says_where_it_comes_from():
    assert list(EDITION.themes) == ["health", "reoffending", "attitudes", "employability"]
    assert {one.theme for one in EDITION.measures.values()} == set(EDITION.themes)
    assert all(one.source for one in EDITION.measures.values())
    assert not any(one.mean for one in EDITION.measures.values() if one.steps)


def test_a_value_is_read_in_words_and_one_of_an_older_edition_as_its_number():
    wellbeing = EDITION.measures["wellbeing"]
    assert (wellbeing.words(1), wellbeing.words(5), wellbeing.words(9)) == ("Very bad", "Very good", "9")
    assert EDITION.measures["lscmi_total"].words(18) == "18"


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        pytest.param({}, set(), id="every measure answered"),
        pytest.param({"gp": Answer("declined")}, set(), id="declined is an answer"),
        pytest.param({"gp": Answer("not_asked")}, set(), id="not asked is an answer"),
        pytest.param({"gp": None}, {"answer_missing"}, id="left out"),
        pytest.param({"gp": Answer("given", 3)}, {"value_out_of_range"}, id="no such step"),
        pytest.param({"gp": Answer("given")}, {"value_out_of_range"}, id="answered without a value"),
        pytest.param({"lscmi_total": Answer("given", 44)}, {"value_out_of_range"}, id="score too high"),
        pytest.param({"lscmi_total": Answer("given", 0)}, set(), id="a score of nought"),
        pytest.param({"gp": Answer("declined", 2)}, {"answer_unknown"}, id="declined with a value"),
        pytest.param({"gp": Answer("perhaps")}, {"answer_unknown"}, id="no such answer"),
        pytest.param({"shoe_size": Answer("given", 2)}, {"measure_unknown"}, id="no such measure"),
        pytest.param({"gp": None, "wellbeing": Answer("given", 0)}, {"answer_missing", "value_out_of_range"}, id="two"),
    ],
)  # fmt: skip
def test_what_keeps_readings_from_being_recorded(changed, codes):
    given = {key: one for key, one in {**EVERYTHING, **changed}.items() if one is not None}
    assert {one.code for one in outcomes.reading_problems(EDITION, given, frozenset())} == codes


def test_what_stands_already_may_be_left_out():
    assert outcomes.reading_problems(EDITION, {}, frozenset(EDITION.measures)) == []


@pytest.mark.parametrize(
    ("answers", "comment", "codes"),
    [
        pytest.param({"respect": 1}, "", set(), id="one answer is enough"),
        pytest.param({}, "Thank you", set(), id="words alone"),
        pytest.param({}, "  ", {"nothing_answered"}, id="nothing at all"),
        pytest.param({"respect": 4}, "", {"answer_unknown"}, id="no such answer"),
        pytest.param({"respect": 0}, "", {"answer_unknown"}, id="answers count from one"),
        pytest.param({"name": 1}, "", {"answer_unknown"}, id="no such question"),
        pytest.param({}, "x" * 5001, {"comment_too_long"}, id="too many words"),
    ],
)
def test_what_keeps_a_questionnaire_from_being_kept(answers, comment, codes):
    assert {one.code for one in outcomes.feedback_problems(EDITION, answers, comment)} == codes


@pytest.mark.parametrize(
    ("recorded", "due_on", "expected"),
    [
        pytest.param(True, date(2026, 1, 1), Stand.RECORDED, id="recorded, however late"),
        pytest.param(False, date(2026, 6, 1), Stand.DUE, id="on the last day"),
        pytest.param(False, date(2026, 5, 31), Stand.OVERDUE, id="the day after"),
        pytest.param(False, None, Stand.NOT_YET, id="the order has not ended"),
    ],
)
def test_where_a_point_stands(recorded, due_on, expected):
    assert outcomes.stand(recorded, due_on, date(2026, 6, 1)) == expected


def test_periods_are_the_editions():
    assert EDITION.start_due(date(2026, 1, 5)) == date(2026, 2, 16)
    assert EDITION.end_due(date(2026, 1, 5)) == date(2026, 2, 2)
    assert EDITION.link_until(date(2026, 1, 5)) == date(2026, 2, 2)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param('better = "lower"', 'better = "up"', id="no such direction"),
        pytest.param("highest = 43", "highest = 0", id="no range"),
        pytest.param('steps = ["No", "Yes"]', 'steps = ["Yes"]', id="one step"),
        pytest.param('theme = "reoffending"', 'theme = "weather"', id="no such theme"),
        pytest.param("link_days = 28", "link_days = 0", id="a link for no day"),
    ],
)
def test_an_edition_that_makes_no_sense_is_refused_with_its_name(tmp_path, was, now):
    text = (outcomes.DATA / "2026-01-01.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "2027-01-01.toml").write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"2027-01-01\.toml"):
        outcomes.load_editions(tmp_path)
