"""Ratings, directions, per cents and targets; the cases and the printed figures come from files."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from performance.domain import publish, rag, targets
from performance.domain.period import Quarter
from performance.domain.rag import Rule
from performance.domain.targets import Target

VECTORS = Path(__file__).parent.parent / "vectors"


def vectors(name):
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share(percent):
    return Fraction(Decimal(percent)) / 100


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row['basis']}: {row['actual']} against {row['target']} is {row['rag']}")
        for row in vectors("rag-cases.csv")
    ],
)
def test_the_cases_that_separate_the_two_readings(row):
    found = rag.rate(share(row["actual"]), Decimal(row["target"]), Rule(basis=row["basis"]))
    assert found == row["rag"]


SEEDS = vectors("seed-kpis.csv")


@pytest.mark.parametrize("basis", ["relative", "points"])
@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['period']} {row['kpi']}") for row in SEEDS])
def test_every_printed_rating_and_target(row, basis):
    target = targets.shipped(row["kpi"], Quarter.parse(row["period"]).first)
    assert target is not None
    assert target.percent == Decimal(row["target"])
    assert rag.rate(share(row["actual"]), target.percent, Rule(basis=basis)) == row["rag"]


def test_there_are_sixteen_cases_and_twelve_printed_figures():
    assert len(vectors("rag-cases.csv")) == 16
    assert len(SEEDS) == 12


@pytest.mark.parametrize(
    ("actual", "target", "rule", "expected"),
    [
        pytest.param("79", "80", Rule(), "green", id="short by 1.25%"),
        pytest.param("78.001", "80", Rule(), "green", id="just less than 2.5% short"),
        pytest.param("76.001", "80", Rule(), "amber", id="just less than 5% short"),
        pytest.param("100", "80", Rule(), "green", id="above target"),
        pytest.param(None, "80", Rule(), "grey", id="nothing to count"),
        pytest.param("80", None, Rule(), "grey", id="no target"),
        pytest.param("0", "0", Rule(), "green", id="target of nought, met"),
        pytest.param("5", "10", Rule(polarity="lower"), "green", id="lower is better: under target"),
        pytest.param("10.2", "10", Rule(polarity="lower"), "green", id="lower is better: 2% over"),
        pytest.param("10.25", "10", Rule(polarity="lower"), "amber", id="lower is better: 2.5% over"),
        pytest.param("10.5", "10", Rule(polarity="lower"), "red", id="lower is better: 5% over"),
        pytest.param("1", "0", Rule(polarity="lower"), "red", id="lower is better: over a target of nought"),
        pytest.param("80", "80", Rule(polarity="none"), "grey", id="neither way is better"),
        pytest.param(
            "70", "80", Rule("points", Decimal(5), Decimal(15)), "amber", id="the council's own tolerances"
        ),
        pytest.param(
            "80", "80", Rule("points", Decimal(0), Decimal(5)), "green", id="no tolerance, on target"
        ),
        pytest.param("79.9", "80", Rule("points", Decimal(0), Decimal(5)), "amber", id="no tolerance, short"),
    ],
)
def test_rating(actual, target, rule, expected):
    found = rag.rate(
        share(actual) if actual is not None else None, Decimal(target) if target is not None else None, rule
    )
    assert found == expected


def test_a_better_figure_is_never_rated_worse():
    """Property: over every share of 97 people, for both readings, ratings only improve as the share rises."""
    order = ["red", "amber", "green"]
    for basis in ("relative", "points"):
        for target in (Decimal(50), Decimal(80), Decimal("97.5")):
            found = [order.index(rag.rate(Fraction(n, 97), target, Rule(basis=basis))) for n in range(98)]
            assert found == sorted(found)
            worse = [
                order.index(rag.rate(Fraction(n, 97), target, Rule(basis=basis, polarity="lower")))
                for n in range(98)
            ]
            assert worse == sorted(worse, reverse=True)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: Rule(basis="absolute"), id="no such basis"),
        pytest.param(lambda: Rule(polarity="up"), id="no such polarity"),
        pytest.param(lambda: Rule(green_tolerance=Decimal(5)), id="green as wide as amber"),
        pytest.param(lambda: Rule(green_tolerance=Decimal(-1)), id="below nought"),
    ],
)
def test_a_rule_that_makes_no_sense_is_our_own_mistake(made):
    with pytest.raises(ValueError, match="No such rule|Amber must reach"):
        made()


def test_the_rule_is_printed_in_words():
    assert Rule().words == (
        "Green: on target, or less than 2.5% of the target below it. Amber: 2.5 to less than 5% of the target below. "
        "Red: 5% of the target below or more. Grey: no target, or nothing to count."
    )
    assert (
        "10 percentage points above or more"
        in Rule("points", Decimal("2.50"), Decimal("10.00"), "lower").words
    )


@pytest.mark.parametrize(
    ("now", "before", "expected", "higher", "lower"),
    [
        pytest.param((9, 10), (8, 10), "up", True, False, id="risen"),
        pytest.param((8, 10), (9, 10), "down", False, True, id="fallen"),
        pytest.param((8, 10), (4, 5), "level", None, None, id="the same share of other numbers"),
        pytest.param((8, 10), None, "none", None, None, id="nothing a year before"),
        pytest.param(None, (8, 10), "none", None, None, id="nothing now"),
        pytest.param((667, 1000), (2, 3), "up", True, False, id="a rise too small to show"),
    ],
)
def test_direction_is_of_exact_shares(now, before, expected, higher, lower):
    now, before = (Fraction(*one) if one else None for one in (now, before))
    assert rag.direction(now, before) == expected
    assert rag.improving(now, before, "higher") is higher
    assert rag.improving(now, before, "lower") is lower
    assert rag.improving(now, before, "none") is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "one_decimal", "whole"),
    [
        pytest.param(8, 75, "10.7", 11, id="8 of 75 is printed 11"),
        pytest.param(91, 117, "77.8", 78, id="91 of 117"),
        pytest.param(1719, 2150, "80.0", 80, id="1,719 of 2,150"),
        pytest.param(1, 2000, "0.1", 0, id="half of a tenth is rounded up"),
        pytest.param(1, 8, "12.5", 13, id="half is rounded up"),
        pytest.param(5, 40, "12.5", 13, id="half of other numbers"),
        pytest.param(0, 7, "0.0", 0, id="none of seven"),
        pytest.param(7, 7, "100.0", 100, id="all of seven"),
        pytest.param(5687, 7347, "77.4", 77, id="national figure of 2019-20"),
        pytest.param(0, 0, None, None, id="nothing to divide by"),
    ],
)
def test_per_cents_are_rounded_half_up(numerator, denominator, one_decimal, whole):
    assert rag.percent(numerator, denominator) == (Decimal(one_decimal) if one_decimal else None)
    assert str(rag.percent(numerator, denominator)) == str(one_decimal)
    assert rag.whole_percent(numerator, denominator) == whole


@pytest.mark.parametrize(
    ("kpi", "day", "percent"),
    [
        pytest.param("K1", "2011-04-01", 75, id="K1 in 2011-12"),
        pytest.param("K2", "2011-10-01", 75, id="K2 in 2011-12"),
        pytest.param("K3", "2012-03-31", 75, id="K3 in 2011-12"),
        pytest.param("K3", "2012-04-01", None, id="K3 in 2012-13: none"),
        pytest.param("K1", "2012-04-01", 75, id="K1 in 2012-13"),
        pytest.param("attendance_rate", "2012-04-01", 75, id="attendance in 2012-13"),
        pytest.param("K6", "2025-03-31", 90, id="K6 the day before it fell"),
        pytest.param("K6", "2025-04-01", 80, id="K6 from 2025-26"),
        pytest.param("K4", "2020-04-01", "none", id="K4 before any paper prints it"),
        pytest.param("report_on_time", "2025-07-01", "none", id="none given for the council"),
    ],
)
def test_shipped_targets(kpi, day, percent):
    found = targets.shipped(kpi, date.fromisoformat(day))
    if percent == "none":
        assert found is None
    else:
        assert found is not None
        assert found.percent == (None if percent is None else Decimal(percent))
        assert found.source


def test_a_council_s_own_target_comes_first_from_its_day():
    own = [
        Target("K1", date(2024, 4, 1), Decimal(82), "committee"),
        Target("K1", date(2025, 7, 1), None, "committee"),
        Target("K2", date(2024, 4, 1), Decimal(10), "committee"),
    ]

    def percent(day):
        return targets.target_on("K1", date.fromisoformat(day), own).percent

    assert percent("2024-03-31") == 80
    assert percent("2024-04-01") == 82
    assert percent("2025-07-01") is None


def test_a_target_without_a_source_or_over_100_is_refused(tmp_path):
    for percent, source in ((101, "paper"), (80, "")):
        path = tmp_path / "targets.toml"
        path.write_text(
            f'[[target]]\nkpi = "K1"\nfrom_on = 2025-04-01\npercent = {percent}\nsource = "{source}"\n'
        )
        with pytest.raises(ValueError, match=r"targets\.toml: K1 from 2025-04-01"):
            targets.load_targets(path)


def test_a_target_may_be_nought_or_all(tmp_path):
    path = tmp_path / "targets.toml"
    row = '[[target]]\nkpi = "K1"\nfrom_on = 2025-04-01\npercent = {}\nsource = "paper"\n'
    path.write_text(row.format(0) + row.format(100))
    assert [target.percent for target in targets.load_targets(path)] == [0, 100]


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"),
    [
        pytest.param(0, 0, False, id="nothing at all"),
        pytest.param(0, 20, False, id="none of twenty"),
        pytest.param(20, 20, False, id="all of twenty"),
        pytest.param(4, 20, True, id="four of twenty"),
        pytest.param(5, 20, False, id="five of twenty"),
        pytest.param(16, 20, True, id="all but four"),
        pytest.param(4, 4, True, id="four of four"),
    ],
)
def test_rates_of_small_numbers_are_hidden_outside(numerator, denominator, hidden):
    assert publish.hides_rate(numerator, denominator) == hidden


@pytest.mark.parametrize(
    ("counts", "total_shown", "expected"),
    [
        pytest.param([10, 20, 0], True, [10, 20, 0], id="none small"),
        pytest.param([3, 20, 10], True, [None, None, 10], id="one small: the next in order goes too"),
        pytest.param([3, 5, 5], True, [None, None, None], id="one small: more goes until ten are hidden"),
        pytest.param([3, 20, 10], False, [None, 20, 10], id="one small, no total"),
        pytest.param([3, 2, 10], True, [None, None, None], id="two small do not hide one another"),
        pytest.param([4, 4, 2, 10], True, [None, None, None, 10], id="three small that are ten together do"),
        pytest.param([3, 0, 0], True, [None, None, None], id="one small and noughts"),
        pytest.param([3], True, [None], id="one alone"),
        pytest.param([], True, [], id="none"),
    ],
)
def test_small_counts_cannot_be_worked_out_from_the_total(counts, total_shown, expected):
    found = publish.shown(dict(enumerate(counts)), total_shown=total_shown)
    assert list(found.values()) == expected
