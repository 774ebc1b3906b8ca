"""The orders the courts made, quarter by quarter: lawful, in the shapes of the national statistics (kpis.md 3.4)."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from justice.caseload.demonstration.aims import first_day, last_day
from justice.caseload.demonstration.council import calendar
from justice.caseload.demonstration.records import EMERGENCY, LEVEL_1, Order
from justice.domain.calendar import months_after, months_beginning_with

# Orders and reports a year, at the middle of the financial year that begins in this one; between them a straight line,
# before and after them level. They grow faster than Scotland's, so that seven years stay a small bundle.
ORDERS = {2019: 1350, 2020: 750, 2021: 1250, 2022: 1600, 2023: 2000, 2024: 2550, 2025: 3200, 2026: 3700}
REPORTS = {2019: 2400, 2020: 1500, 2021: 2000, 2022: 2250, 2023: 2450, 2024: 2700, 2025: 3150, 2026: 3500}

COURT_TYPES = ("sheriff_summary", "sheriff_solemn", "jp", "stipendiary", "high")
COURT_WEIGHTS = (886, 60, 37, 14, 4)
# Courts that only impose level 1 here: the Justice of the Peace Court by law, the stipendiary by custom.
LESSER_COURTS = ("jp", "stipendiary")
LEVEL_1_HOURS, LEVEL_1_WEIGHTS = (40, 50, 60, 70, 75, 80, 90, 100), (6, 8, 16, 12, 8, 18, 8, 24)
LEVEL_2_HOURS = (110, 120, 130, 135, 140, 150, 160, 180, 190, 200, 210, 225, 240, 250, 280, 300)
LEVEL_2_WEIGHTS = (2, 10, 4, 6, 5, 14, 8, 14, 4, 12, 5, 5, 8, 4, 2, 5)
MONTHS, MONTHS_WEIGHTS = (6, 9, 12, 15, 18, 21, 24, 30, 36), (4, 4, 32, 5, 26, 4, 18, 3, 4)
RESTRICTED_MOVEMENT_FROM = date(2022, 5, 17)

ENDS = (
    "completed",
    "early_discharge",
    "revoked_review",
    "revoked_breach",
    "transferred_out",
    "died",
    "other",
)
END_WEIGHTS = (705, 30, 45, 150, 35, 12, 23)
SHORTEST = 45  # days: no order ends before its plan is due, but by death


def a_quarter(volumes: dict[int, int], number: int) -> float:
    """How many in a quarter of full size."""
    years = (number - 1 - 1.5) / 4
    year = min(max(int(years), min(volumes)), max(volumes) - 1)
    share = min(1.0, max(0.0, years - year))
    return (volumes[year] + (volumes[year + 1] - volumes[year]) * share) / 4


def working_days(number: int) -> list[date]:
    first, last = first_day(number), last_day(number)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if calendar().is_working(day)]


def orders_of(number: int, scale: float, rng: Random) -> list[Order]:
    """The orders of one quarter, by day. The same for a seed and a scale, whatever the day of the bundle."""
    days = working_days(number)
    return [_order(day, rng) for day in sorted(rng.choices(days, k=round(a_quarter(ORDERS, number) * scale)))]


def _order(day: date, rng: Random) -> Order:
    order = Order(day, rng.choices(COURT_TYPES, COURT_WEIGHTS)[0], "instead_of_prison", rng.random() < 0.022)
    if order.transferred_in and rng.random() < 0.25:
        order.court_type = "outwith_scotland"
    basis = rng.random()
    if basis < 0.02 and order.court_type != "high":
        order.basis, order.hours = "fine_default", rng.choice((20, 30, 40, 50))
    elif basis < 0.055:
        order.basis = "instead_of_or_with_fine"
    if order.basis != "fine_default":
        _require(order, rng)
    _live(order, rng)
    return order


def _require(order: Order, rng: Random) -> None:
    shape = rng.random()  # nationally: supervision alone 31, both 37, unpaid work alone 32 in 100
    fine = order.basis == "instead_of_or_with_fine"
    if shape > 0.31:
        if fine or order.court_type in LESSER_COURTS or rng.random() < 0.42:
            order.hours = rng.choices(LEVEL_1_HOURS, LEVEL_1_WEIGHTS)[0]
        else:
            order.hours = rng.choices(LEVEL_2_HOURS, LEVEL_2_WEIGHTS)[0]
    if shape < 0.68:
        order.months = rng.choices(MONTHS, MONTHS_WEIGHTS)[0]
        if order.court_type == "high":
            order.months = rng.choice((24, 30, 36))
        if not fine:
            _add_others(order, rng)
    elif not fine and rng.random() < 0.02:
        order.supervision_added = calendar().add(order.imposed, rng.randint(25, 70))
        order.months = 12
    alone = order.months and not order.hours and not fine and order.court_type not in LESSER_COURTS
    if alone and rng.random() < 0.015:
        order.work_added = calendar().add(order.imposed, rng.randint(40, 90))
        order.hours = rng.choice((60, 80, 120, 150))


def _add_others(order: Order, rng: Random) -> None:
    """Conduct, programmes, treatment and the rest, none of them longer than the supervision that must go with them."""
    most, others = order.months, order.others
    lesser = order.court_type in LESSER_COURTS
    if rng.random() < 0.14:
        others.append(("conduct", min(most, rng.choice((6, 9, 12)))))
    if rng.random() < 0.08 and most > 6:
        others.append(("compensation", 0))
    if rng.random() < 0.002:
        others.append(("residence", min(most, 6)))
    if lesser:
        return
    if rng.random() < 0.10:
        others.append(("programme", min(most, rng.choice((6, 12, 18)))))
    for kind, share in (
        ("alcohol_treatment", 0.02),
        ("drug_treatment", 0.015),
        ("mental_health_treatment", 0.006),
    ):
        if rng.random() < share:
            others.append((kind, min(most, rng.choice((6, 9, 12)))))
    if order.imposed >= RESTRICTED_MOVEMENT_FROM and rng.random() < 0.05:
        others.append(("restricted_movement", rng.choice((2, 3, 3, 4, 6))))


def _live(order: Order, rng: Random) -> None:
    """How long the hours take this person, and when and why the order will end."""
    planned = order.imposed
    if order.hours:
        order.finish = planned = max(planned, _finish(order, rng))
    if order.months:
        planned = max(planned, order.supervised_until)
    order.end_reason = rng.choices(ENDS, END_WEIGHTS)[0]
    days = (planned - order.imposed).days
    if order.end_reason == "completed":
        # The papers take some days after the hours are done; supervision ends on its own day.
        order.end = planned if order.months else calendar().add(planned, rng.choice((0, 0, 1, 2, 4, 7)))
    else:
        share = rng.uniform(0.55, 0.9) if order.end_reason == "early_discharge" else rng.betavariate(2.6, 1.9)
        order.end = calendar().add(order.imposed + timedelta(days=max(SHORTEST, int(days * share))), 1)
    if order.finish and order.finish <= order.end:
        order.completed = order.finish
    if order.supervision_added and order.end <= months_after(order.supervision_added, 2):
        order.supervision_added, order.months = None, 0
    if order.work_added and order.end <= order.work_added + timedelta(days=30):
        order.work_added, order.hours, order.finish, order.completed = None, 0, None, None
    if order.work_added:
        # A requirement that came later always carries the court's own last day.
        order.limit = months_beginning_with(order.work_added, 12)
    elif order.hours and EMERGENCY[0] <= order.imposed <= EMERGENCY[1]:
        order.limit = months_beginning_with(order.imposed, 12)


def _finish(order: Order, rng: Random) -> date:
    """The day the hours will be done: a gamma with the national means, longer while the squads stood still in 2020."""
    mean = 165 if order.hours <= LEVEL_1 else 255
    if order.imposed < date(2022, 4, 1):
        mean = 345
    elif order.imposed <= EMERGENCY[1]:
        mean += 60
    days = max(rng.gammavariate(3.2, mean / 3.2), 30 + order.hours * 0.26)
    return calendar().before(order.work_began + timedelta(days=int(days) + 1))
