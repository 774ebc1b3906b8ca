"""The commands that print figures and closed days, for programs and for people."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from cases.models import CalendarDay, Council
from performance.figures import MEASURES
from tests.performance import records

KEYS = ["kpi", "label", "numerator", "denominator", "percent", "target", "rag", "direction"]


def printed(*args: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    call_command(*args, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def kpis(*args: str) -> list[dict]:
    return json.loads(
        printed("kpis", "--period", "2025-26-Q1", "--as-of", "2025-07-20", "--format", "json", *args)
    )


@pytest.fixture
def orders(place):
    """Three orders: started in time, started late, and one of another team not started."""
    for number, start in enumerate((5, 20, None)):
        order = records.an_order(records.a_case(place, place.teams[number // 2]), date(2025, 6, 2), hours=100)
        if start:
            records.work(order, date(2025, 6, start))
    records.refresh(place)
    return place


def test_json_has_a_row_for_every_measure_with_the_keys_of_the_contract(orders):
    found = kpis()
    assert [row["kpi"] for row in found] == [measure.code for measure in MEASURES]
    assert all(list(row) == KEYS for row in found)
    assert found[0] == {
        "kpi": "K1",
        "label": "Unpaid Work placements commenced within 7 days of sentence",
        "numerator": 1,
        "denominator": 3,
        "percent": 33.3,
        "target": 80,
        "rag": "red",
        "direction": "none",
    }


def test_nothing_to_count_is_null_and_grey(place):
    row = kpis()[1]
    assert (row["numerator"], row["denominator"], row["percent"], row["rag"]) == (0, 0, None, "grey")


def test_by_names_the_group_and_its_parts_add_up(orders):
    found = [row for row in kpis("--by", "team") if row["kpi"] == "K1"]
    assert [(row["group"], row["numerator"], row["denominator"]) for row in found] == [
        ("Team 0", 1, 2),
        ("Team 1", 0, 1),
    ]


def test_cases_lists_the_denominator_with_due_done_and_reason(orders):
    row = kpis("--cases")[0]
    assert len(row["cases"]) == row["denominator"]
    assert sum(case["counted"] for case in row["cases"]) == row["numerator"]
    assert {(case["due"], case["done"], case["reason"]) for case in row["cases"]} == {
        ("2025-06-11", "2025-06-05", "Met on 5 June 2025, 4 working days before it was due"),
        ("2025-06-11", "2025-06-20", "Late by 7 working days, done on 20 June 2025"),
        ("2025-06-11", None, "Not done by 20 July 2025, 27 working days after it was due"),
    }
    for by in ("team", "locality", "worker"):
        for part in kpis("--cases", "--by", by):
            assert len(part["cases"]) == part["denominator"] or part["kpi"] == "new_orders"


def test_csv_is_one_line_for_each_figure(orders):
    text = printed("kpis", "--period", "2025-26-Q1", "--as-of", "2025-07-20", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(text)))
    assert list(found[0]) == KEYS
    assert (found[0]["kpi"], found[0]["percent"]) == ("K1", "33.3")


def test_table_says_the_quarter_the_day_and_the_rule(orders):
    text = printed("kpis", "--period", "2025-26-Q1", "--as-of", "2025-07-20")
    assert "2025-26-Q1, as known on 2025-07-20. Green: on target" in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--period", "2025-Q2"), "as in 2025-26-Q2"),
        (("--period", "2025-27-Q2"), "as in 2025-26-Q2"),
        (("--period", "2025-26-Q2", "--as-of", "30/9/2025"), "as in 2025-10-31"),
        (("--period", "2025-26-Q2", "--as-of", "20251031"), "as in 2025-10-31"),
        (("--period", "2025-26-Q2", "--council", "Nowhere"), 'There is "Strathmore"'),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_write(place, args, message):
    with pytest.raises(CommandError, match=message) as refused:
        printed("kpis", *args)
    assert refused.value.returncode == 1


def test_with_two_councils_it_asks_which(place):
    Council.objects.create(name="Elsewhere")
    with pytest.raises(CommandError, match='--council with one of "Elsewhere", "Strathmore"'):
        printed("kpis", "--period", "2025-26-Q1")
    assert kpis("--council", "strathmore")


def test_holidays_are_the_councils_closed_weekdays_with_their_names(place):
    CalendarDay.objects.create(council=place.council, day=date(2025, 9, 26), name="September weekend")
    CalendarDay.objects.create(council=place.council, day=date(2025, 8, 4), name="Worked", closed=False)
    found = json.loads(printed("holidays", "--council", "Strathmore", "--year", "2025", "--format", "json"))
    days = {row["date"]: row["name"] for row in found}
    assert days["2025-09-26"] == "September weekend"
    assert "2025-08-04" not in days
    assert {"2025-01-01", "2025-01-02", "2025-12-25", "2025-12-26"} <= set(days)
    assert "Christmas" in printed("holidays", "--year", "2025")


@pytest.mark.parametrize("year", ["25", "1066", "next"])
def test_a_year_that_is_none_is_answered_with_what_to_write(place, year):
    with pytest.raises(CommandError, match="--year 2025"):
        printed("holidays", "--year", year)
