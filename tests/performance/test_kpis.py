"""The declared rows are sound, and rate and move as the papers print."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from cases.models import Timescale
from justice.domain.standards import load_standards
from performance.domain import rag
from performance.domain.period import Quarter
from performance.domain.targets import shipped
from performance.figures import MEASURES, Figure, Tallied
from performance.kpis import KPIS, clauses_by_date, quarter_of_each

VECTORS = Path(__file__).parents[1] / "vectors"


def rows_of(name: str) -> list[dict[str, str]]:
    with (VECTORS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.code)
def test_every_kpi_names_a_clause_of_the_standards_and_a_column(kpi):
    clauses = {clause.key for clause in load_standards().clauses_on(date(2025, 4, 1))}
    columns = {field.name for field in Timescale._meta.get_fields()}
    assert kpi.clause in clauses
    assert {kpi.dated_by.value, kpi.dated_by.quarter} <= columns


@pytest.mark.parametrize("name", ["code", "label", "short", "slug"])
def test_no_two_measures_share_a_name(name):
    names = [getattr(measure, name) for measure in MEASURES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
def test_every_measure_says_what_it_counts_what_it_leaves_out_and_where_it_comes_from(measure):
    for words in (measure.definition, measure.denominator, measure.exclusions):
        assert words.endswith(".")
    assert measure.source
    assert measure.version


def test_one_day_dates_all_kpis_of_a_clause():
    found = clauses_by_date(KPIS)
    assert sum(len(clauses) for clauses in found.values()) == len({kpi.clause for kpi in KPIS})
    assert quarter_of_each(KPIS) is not None


def a_figure(
    code: str, quarter: Quarter, now: tuple[int, int], before: tuple[int, int], target: Decimal | None
) -> Figure:
    measure = next(one for one in MEASURES if one.code == code)
    return Figure(
        measure=measure,
        quarter=quarter,
        as_of=quarter.next.first,
        tallied=Tallied(*now),
        before=Tallied(*before),
        target=target,
        target_source="",
        rule=rag.Rule(),
    )


@pytest.mark.parametrize("row", rows_of("seed-kpis.csv"), ids=lambda row: f"{row['period']} {row['kpi']}")
def test_the_printed_rows_come_out_as_printed(row):
    quarter = Quarter.parse(row["period"])
    target = shipped(row["kpi"], quarter.first)
    actual = int(row["actual"])
    earlier = {"up": actual - 1, "down": actual + 1}[row["direction"]]
    figure = a_figure(row["kpi"], quarter, (actual, 100), (earlier, 100), target.percent)
    assert figure.target == Decimal(row["target"])
    assert figure.percent == Decimal(row["actual"])
    assert (figure.rag, figure.direction) == (row["rag"], row["direction"])


@pytest.mark.parametrize(
    "row", rows_of("rag-cases.csv"), ids=lambda row: f"{row['basis']} {row['actual']} of {row['target']}"
)
def test_both_readings_of_the_rule_rate_the_cases_that_part_them(row):
    share = Fraction(row["actual"]) / 100
    assert rag.rate(share, Decimal(row["target"]), rag.Rule(basis=row["basis"])) == row["rag"]


@pytest.mark.parametrize(
    ("now", "before", "percent", "direction"),
    [
        pytest.param((8, 75), (8, 75), "10.7", "level", id="8 of 75 is 10.7"),
        pytest.param((1, 8), (0, 8), "12.5", "up", id="12.5 stays"),
        pytest.param((1, 800), (1, 801), "0.1", "up", id="a difference that rounding hides is a difference"),
        pytest.param((7, 160), (1, 2), "4.4", "down", id="4.375 is 4.4: half up"),
        pytest.param((1, 2000), (0, 0), "0.1", "none", id="0.05 is 0.1; no year before"),
        pytest.param((0, 0), (1, 2), None, "none", id="nothing to count"),
    ],
)
def test_shown_half_up_and_compared_exactly(now, before, percent, direction):
    figure = a_figure("K1", Quarter(2025, 2), now, before, Decimal(80))
    assert figure.percent == (None if percent is None else Decimal(percent))
    assert figure.direction == direction


def test_nothing_to_count_is_grey_whatever_the_target():
    assert a_figure("K1", Quarter(2025, 2), (0, 0), (0, 0), Decimal(80)).rag == "grey"


def test_an_open_quarter_says_how_many_more_are_needed():
    measure = MEASURES[0]
    figure = a_figure("K1", Quarter(2025, 2), (6, 8), (0, 0), Decimal(80))
    figure = Figure(**{**vars(figure), "measure": measure, "tallied": Tallied(6, 8, 2)})
    assert figure.forecast is not None
    assert figure.forecast.needed == 2  # 8 of 10; 7 of 10 is 12.5 per cent short
