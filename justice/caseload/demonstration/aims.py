"""What the six figures of the demonstration are to be, quarter by quarter, and how many cases make them so.

The two published quarters must come out exactly: percentage, status and direction (tests/ has a copy of the vectors).
Every other quarter drifts between them. The outcomes of the cases are then set to these counts, and to nothing else:
the figures are never written anywhere, they are counted from the records like any council's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random


def quarter_of(day: date) -> int:
    """Quarters numbered in a row: 2025-26-Q2 is 2025 * 4 + 2."""
    return day.year * 4 + (day.month - 1) // 3


def quarter(key: str) -> int:
    """The number of a quarter written as `2025-26-Q2`, that is July to September 2025."""
    return int(key[:4]) * 4 + int(key[-1])


def first_day(number: int) -> date:
    return date(number // 4, number % 4 * 3 + 1, 1)


def last_day(number: int) -> date:
    return first_day(number + 1) - timedelta(days=1)


@dataclass(frozen=True)
class Printed:
    """A published figure, and which way it had moved since the same quarter a year before."""

    percent: int
    up: bool


PRINTED = {
    (quarter("2025-26-Q2"), "K1"): Printed(90, up=True),
    (quarter("2025-26-Q2"), "K2"): Printed(93, up=True),
    (quarter("2025-26-Q2"), "K3"): Printed(77, up=False),
    (quarter("2025-26-Q2"), "K4"): Printed(65, up=False),
    (quarter("2025-26-Q2"), "K5"): Printed(82, up=True),
    (quarter("2025-26-Q2"), "K6"): Printed(100, up=True),
    (quarter("2021-22-Q4"), "K1"): Printed(87, up=True),
    (quarter("2021-22-Q4"), "K2"): Printed(93, up=True),
    (quarter("2021-22-Q4"), "K3"): Printed(86, up=False),
    (quarter("2021-22-Q4"), "K4"): Printed(80, up=True),
    (quarter("2021-22-Q4"), "K5"): Printed(77, up=True),
    (quarter("2021-22-Q4"), "K6"): Printed(90, up=True),
}

# Percentages at a few quarters; between them a straight line, before and after them level.
_TRENDS = {
    "K1": {
        "2019-20-Q3": 76,
        "2020-21-Q4": 81,
        "2021-22-Q4": 87,
        "2023-24-Q2": 85,
        "2024-25-Q2": 87,
        "2025-26-Q2": 90,
    },
    "K2": {
        "2019-20-Q3": 84,
        "2020-21-Q4": 88,
        "2021-22-Q4": 93,
        "2023-24-Q2": 89,
        "2024-25-Q2": 90,
        "2025-26-Q2": 93,
    },
    "K3": {
        "2019-20-Q3": 91,
        "2020-21-Q4": 90,
        "2021-22-Q4": 86,
        "2024-25-Q2": 82,
        "2025-26-Q2": 77,
        "2026-27-Q3": 79,
    },
    "K4": {
        "2019-20-Q3": 78,
        "2020-21-Q4": 74,
        "2021-22-Q4": 80,
        "2024-25-Q2": 71,
        "2025-26-Q2": 65,
        "2026-27-Q3": 69,
    },
    "K5": {
        "2019-20-Q3": 70,
        "2020-21-Q4": 73,
        "2021-22-Q4": 77,
        "2024-25-Q2": 79,
        "2025-26-Q2": 82,
        "2026-27-Q3": 84,
    },
    "K6": {
        "2019-20-Q3": 80,
        "2020-21-Q4": 83,
        "2021-22-Q4": 90,
        "2024-25-Q2": 95,
        "2025-26-Q2": 98,
        "2026-27-Q3": 97,
    },
    # Not among the six: shares of single cases, drawn one by one.
    "first_contact": {"2019-20-Q3": 76, "2021-22-Q4": 80, "2025-26-Q2": 87},
    "induction": {"2019-20-Q3": 78, "2021-22-Q4": 81, "2025-26-Q2": 88},
    "lscmi": {"2019-20-Q3": 58, "2021-22-Q4": 66, "2025-26-Q2": 79, "2026-27-Q3": 83},
    "reviews": {"2019-20-Q3": 84, "2021-22-Q4": 82, "2025-26-Q2": 80, "2026-27-Q3": 84},
}
TRENDS = {
    kpi: sorted((quarter(key), percent) for key, percent in points.items()) for kpi, points in _TRENDS.items()
}

# Share of a quarter's cases that an exclusion leaves out of the figure (kpis.md 5.5: nationally 15 in 100 for K1).
LEFT_OUT = {"K1": 0.08, "K2": 0.02, "K3": 0.03, "K4": 0.02, "K5": 0.01, "K6": 0.0}


def trend(kpi: str, number: int) -> float:
    """The share, 0 to 1, that the figure is to be near in a quarter."""
    points = TRENDS[kpi]
    if number <= points[0][0]:
        return points[0][1] / 100
    for (start, low), (end, high) in zip(points, points[1:], strict=False):
        if number <= end:
            return (low + (high - low) * (number - start) / (end - start)) / 100
    return points[-1][1] / 100


def counts(kpi: str, number: int, cases: int, certain: int, rng: Random) -> tuple[int, int]:
    """How many of a quarter's cases the figure is to count, and how many of those are in its numerator.

    `certain` of the cases are in the numerator whatever is done (unpaid work done within three or six months needs no
    court's leave); those are left out first if there are too many.
    """
    printed = PRINTED.get((number, kpi))
    if printed:
        return _exactly(printed.percent, cases, certain, LEFT_OUT[kpi])
    counted = cases - round(cases * LEFT_OUT[kpi])
    wanted = trend(kpi, number) + rng.uniform(-0.012, 0.012)
    within = round(counted * min(1.0, wanted))
    after = PRINTED.get((number + 4, kpi))
    if after and after.up:
        within = min(within, int(counted * Fraction(after.percent * 10 - 6, 1000)))
    elif after:
        within = max(within, -int(-counted * Fraction(after.percent * 10 + 6, 1000) // 1))
    return counted, min(counted, max(within, certain - (cases - counted)))


def _exactly(percent: int, cases: int, certain: int, left_out: float) -> tuple[int, int]:
    """The largest count that shows the whole percentage, exactly if that can be, else to one decimal, else rounded."""
    usual = cases - round(cases * left_out)
    tenth, half = Fraction(5, 10_000), Fraction(5, 1000)
    for tolerance, least in ((Fraction(0), usual * 95 // 100), (tenth, usual * 90 // 100), (half, 1)):
        for counted in range(usual, max(least, 1) - 1, -1):
            within = round(Fraction(percent * counted, 100))
            # Strictly inside the upper half, so that rounding half up gives the percentage and not the next.
            off = Fraction(within, counted) - Fraction(percent, 100)
            fits = off == 0 or -tolerance <= off < tolerance
            if fits and certain - (cases - counted) <= within <= counted:
                return counted, within
    raise ValueError(f"{cases} cases cannot make {percent} per cent: take a larger scale")
