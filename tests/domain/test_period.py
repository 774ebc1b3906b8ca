"""Quarters of financial years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from performance.domain.period import FinancialYear, Quarter


@pytest.mark.parametrize(
    ("text", "first", "last", "label", "title"),
    [
        pytest.param(
            "2025-26-Q1", "2025-04-01", "2025-06-30", "April to June 2025", "Quarter 1 2025/26", id="first"
        ),
        pytest.param(
            "2025-26-Q2",
            "2025-07-01",
            "2025-09-30",
            "July to September 2025",
            "Quarter 2 2025/26",
            id="second",
        ),
        pytest.param(
            "2025-26-Q3",
            "2025-10-01",
            "2025-12-31",
            "October to December 2025",
            "Quarter 3 2025/26",
            id="third",
        ),
        pytest.param(
            "2025-26-Q4",
            "2026-01-01",
            "2026-03-31",
            "January to March 2026",
            "Quarter 4 2025/26",
            id="fourth",
        ),
        pytest.param(
            "1999-00-Q4",
            "2000-01-01",
            "2000-03-31",
            "January to March 2000",
            "Quarter 4 1999/00",
            id="century",
        ),
    ],
)
def test_a_quarter_and_its_days(text, first, last, label, title):
    quarter = Quarter.parse(text)
    assert (quarter.first, quarter.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert (quarter.label, quarter.title, str(quarter)) == (label, title, text)
    assert Quarter.of(quarter.first) == Quarter.of(quarter.last) == quarter


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("2025-26", id="a year"),
        pytest.param("2025-26-Q5", id="a fifth quarter"),
        pytest.param("2025-26-Q0", id="quarter nought"),
        pytest.param("2025-27-Q1", id="years that do not follow"),
        pytest.param("2025-Q2", id="a calendar year"),
        pytest.param("2025-26-q2", id="small letter"),
        pytest.param(" 2025-26-Q2", id="a space"),
        pytest.param("2025-26-Q2\n", id="a line end"),
        pytest.param("٢٠٢٥-٢٦-Q2", id="other digits"),
        pytest.param("0000-01-Q1", id="year nought"),
        pytest.param("9999-00-Q4", id="the last year of all"),
    ],
)
def test_other_text_is_refused_in_words(text):
    with pytest.raises(ValueError, match='Give a quarter as "2025-26-Q2"'):
        Quarter.parse(text)


def test_neighbours_and_keys():
    quarter = Quarter.parse("2025-26-Q1")
    assert str(quarter.previous) == "2024-25-Q4"
    assert str(quarter.next) == "2025-26-Q2"
    assert str(quarter.year_before) == "2024-25-Q1"
    assert quarter.key == 4 * 2025
    assert quarter.year_before.key == quarter.key - 4
    assert Quarter.from_key(quarter.key) == quarter
    assert [str(one) for one in quarter.quarters_back(3)] == ["2024-25-Q3", "2024-25-Q4", "2025-26-Q1"]
    assert len(quarter.quarters_back(20)) == 20
    with pytest.raises(ValueError, match="one quarter or more"):
        quarter.quarters_back(0)


def test_quarters_follow_one_another_without_gap_or_overlap():
    """Property: every day of twenty-five years is in one quarter, and keys rise by one where the quarter changes."""
    day = date(2011, 2, 1)
    while day < date(2036, 1, 1):
        quarter, following = Quarter.of(day), Quarter.of(day + timedelta(days=1))
        assert quarter.holds(day)
        assert following.key - quarter.key == (day == quarter.last)
        assert Quarter.parse(str(quarter)) == quarter == Quarter.from_key(quarter.key)
        assert (quarter.key, quarter) < (quarter.next.key, quarter.next)
        day += timedelta(days=1)


def test_a_financial_year():
    year = FinancialYear.parse("2025-26")
    assert (year.first, year.last) == (date(2025, 4, 1), date(2026, 3, 31))
    assert [str(quarter) for quarter in year.quarters] == [
        "2025-26-Q1",
        "2025-26-Q2",
        "2025-26-Q3",
        "2025-26-Q4",
    ]
    assert FinancialYear.of(date(2026, 3, 31)) == year
    assert str(year) == "2025-26"
    with pytest.raises(ValueError, match="2025-26"):
        FinancialYear.parse("2025-25")


def test_a_quarter_that_is_not_one_is_our_own_mistake():
    with pytest.raises(ValueError, match="no quarter 5"):
        Quarter(2025, 5)
