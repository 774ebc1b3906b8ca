"""K1 to K6 counted a second time, slowly and plainly, from the files of a caseload bundle.

It is written from the table under "Figures out" of the caseload format alone. It shares no code with the product, and
must not: it is what the product's figures are held against. One function for each row of that table; every case in a
figure's reach comes back with what was made of it and why.

    council = Oracle(folder, local_days=[(date(2025, 9, 29), "September weekend", True)])
    figure = council.figure("K1", "2025-26-Q2", as_of=date(2026, 11, 24))
    figure.numerator, figure.denominator, figure.cases
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import holidays

KPIS = ("K1", "K2", "K3", "K4", "K5", "K6")
# Percent, from a day on (kpis.md 2.1): the release target came down after 2021-22.
TARGETS = {
    "K1": [(date(2019, 4, 1), 80)],
    "K2": [(date(2019, 4, 1), 85)],
    "K3": [(date(2019, 4, 1), 75)],
    "K4": [(date(2019, 4, 1), 70)],
    "K5": [(date(2019, 4, 1), 80)],
    "K6": [(date(2019, 4, 1), 90), (date(2022, 4, 1), 80)],
}


@dataclass(frozen=True)
class Case:
    """One case that the figure's quarter reaches. `place` is met, missed, pending or left_out."""

    kpi: str
    reference: str
    counted_on: date  # the day that puts it in a quarter
    due_on: date
    done_on: date | None
    place: str
    reason: str
    worker: str = ""
    team: str = ""
    locality: str = ""

    @property
    def in_denominator(self) -> bool:
        return self.place in ("met", "missed")


@dataclass(frozen=True)
class Figure:
    kpi: str
    quarter: str
    cases: tuple[Case, ...]

    @property
    def numerator(self) -> int:
        return sum(case.place == "met" for case in self.cases)

    @property
    def denominator(self) -> int:
        return sum(case.in_denominator for case in self.cases)

    @property
    def fraction(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> str:
        """One decimal, rounded half up; blank without a denominator."""
        if self.fraction is None:
            return ""
        tenths = (self.fraction * 1000 * 2 + 1) // 2
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def whole_percent(self) -> int | None:
        return None if self.fraction is None else (self.fraction * 100 * 2 + 1) // 2


class Oracle:
    def __init__(self, folder: Path | str, *, local_days: Iterable[tuple[date, str, bool]] = ()) -> None:
        self.folder = Path(folder)
        self.closed = set(holidays.country_holidays("GB", subdiv="SCT", years=range(2000, 2060)))
        for day, _, shut in local_days:
            if shut:
                self.closed.add(day)
            else:
                self.closed.discard(day)
        self.staff = {row["staff_ref"]: row for row in self._rows("staff")}
        self.orders = {row["order_ref"]: row for row in self._rows("orders")}
        self.requirements = self._rows("requirements")
        self.reports = self._rows("reports")
        self.releases = self._rows("releases")
        self.attendance = self._by_order("attendance")
        self.plans = self._by_order("plans")
        self.reviews = self._by_order("reviews")
        self._counted: dict[tuple[str, date], list[Case]] = {}
        self.excluded = {(row["ref"], row["kpi"]): row["reason"] for row in self._rows("exclusions")}

    def _rows(self, name: str) -> list[dict[str, str]]:
        path = self.folder / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    def _by_order(self, name: str) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {}
        for row in self._rows(name):
            found.setdefault(row["order_ref"], []).append(row)
        return found

    # Figures

    def figure(self, kpi: str, quarter: str, as_of: date) -> Figure:
        first, last = days_of(quarter)
        if (kpi, as_of) not in self._counted:
            self._counted[kpi, as_of] = list(getattr(self, f"_{kpi.lower()}")(as_of))
        cases = tuple(case for case in self._counted[kpi, as_of] if first <= case.counted_on <= last)
        return Figure(kpi, quarter, cases)

    def by(self, kpi: str, quarter: str, as_of: date, what: str) -> dict[str, Figure]:
        """The figure for each `worker` (staff_ref), `team` or `locality`; "" is what no caseworker is named for."""
        whole = self.figure(kpi, quarter, as_of)
        names = sorted({getattr(case, what) for case in whole.cases})
        return {
            name: Figure(kpi, quarter, tuple(case for case in whole.cases if getattr(case, what) == name))
            for name in names
        }

    def rag(
        self, kpi: str, quarter: str, as_of: date, amber: Fraction | int = Fraction(5, 2), red: int = 5
    ) -> str:
        """Percent of target by which the exact fraction falls short: under 2.5 green, under 5 amber, else red."""
        actual = self.figure(kpi, quarter, as_of).fraction
        target = target_of(kpi, quarter)
        if actual is None or target is None:
            return "grey"
        short = (Fraction(target, 100) - actual) / Fraction(target, 100) * 100
        return "green" if short < amber else "amber" if short < red else "red"

    def direction(self, kpi: str, quarter: str, as_of: date) -> str:
        now = self.figure(kpi, quarter, as_of).fraction
        then = self.figure(kpi, year_before(quarter), as_of).fraction
        if now is None or then is None:
            return "none"
        return "up" if now > then else "down" if now < then else "level"

    # The six rows of the table

    def _k1(self, as_of: date) -> Iterator[Case]:
        for requirement in self.requirements:
            if requirement["kind"] != "unpaid_work" or requirement["added_on"]:
                continue
            order = self.orders[requirement["order_ref"]]
            imposed = day(order["imposed_on"])
            attended = [
                day(row["on"])
                for row in self.attendance.get(order["order_ref"], [])
                if row["outcome"] == "attended" and row["other_activity"] != "yes"
            ]
            yield self._of_order("K1", order, imposed, self.working_days_after(imposed, 7), attended, as_of)

    def _k2(self, as_of: date) -> Iterator[Case]:
        for order, began in self._supervised():
            due = self.working_days_after(began, 20)
            approved = [day(row["approved_on"]) for row in self.plans.get(order["order_ref"], [])]
            yield self._of_order("K2", order, due, due, approved, as_of)

    def _k3(self, as_of: date) -> Iterator[Case]:
        for order, began in self._supervised():
            due = months_later(began, 3)
            reviews = [
                row for row in self.reviews.get(order["order_ref"], []) if day(row["held_on"]) <= as_of
            ]
            held = [day(row["held_on"]) for row in reviews if row["for_due_on"] == due.isoformat()]
            if not held:
                # The first review that names no due date is the one for the first due date that no review names.
                held = [day(row["held_on"]) for row in reviews if not row["for_due_on"]]
            yield self._of_order("K3", order, due, due, held, as_of)

    def _supervised(self) -> Iterator[tuple[dict[str, str], date]]:
        """Each order with supervision, and the day it was (first) required."""
        began: dict[str, date] = {}
        for requirement in self.requirements:
            if requirement["kind"] == "supervision":
                order = self.orders[requirement["order_ref"]]
                on = day(requirement["added_on"] or order["imposed_on"])
                began[order["order_ref"]] = min(on, began.get(order["order_ref"], on))
        for ref, on in began.items():
            yield self.orders[ref], on

    def _k4(self, as_of: date) -> Iterator[Case]:
        for requirement in self.requirements:
            if requirement["kind"] != "unpaid_work" or not requirement["completed_on"]:
                continue
            completed = day(requirement["completed_on"])
            if completed > as_of:
                continue
            order = self.orders[requirement["order_ref"]]
            began = day(requirement["added_on"] or order["imposed_on"])
            if requirement["last_day"]:
                last = day(requirement["last_day"])
            else:
                last = months_beginning_with(began, 3 if int(requirement["hours"]) <= 100 else 6)
            place, reason = ("met", "done by its last day") if completed <= last else ("missed", "done later")
            yield self._place("K4", order["order_ref"], order, completed, last, completed, place, reason)

    def _k5(self, as_of: date) -> Iterator[Case]:
        for report in self.reports:
            hearing = day(report["hearing_on"])
            submitted = day(report["submitted_on"]) if report["submitted_on"] else None
            if submitted and submitted > as_of:
                submitted = None
            if report["withdrawn_on"] and day(report["withdrawn_on"]) <= as_of:
                place, reason = "left_out", "withdrawn"
            elif submitted:
                place, reason = "met", "submitted"
            elif hearing >= as_of:
                place, reason = "pending", "the hearing has not passed"
            else:
                place, reason = "missed", "not submitted"
            yield self._place("K5", report["report_ref"], None, hearing, hearing, submitted, place, reason)

    def _k6(self, as_of: date) -> Iterator[Case]:
        for release in self.releases:
            released = day(release["released_on"])
            if released > as_of:
                continue
            due = self.working_days_after(released, 1)
            seen = [day(release["interviewed_on"])] if release["interviewed_on"] else []
            done = min((on for on in seen if on <= as_of), default=None)
            place, reason = judged(done, due, as_of)
            yield self._place("K6", release["release_ref"], None, released, due, done, place, reason)

    # What the rows share

    def _of_order(
        self, kpi: str, order: dict[str, str], counted_on: date, due: date, days: list[date], as_of: date
    ) -> Case:
        done = min((on for on in days if on <= as_of), default=None)
        place, reason = judged(done, due, as_of)
        ended = day(order["ended_on"]) if order["ended_on"] and day(order["ended_on"]) <= as_of else None
        if order["transferred_in"] == "yes":
            place, reason = "left_out", "transferred in"
        elif done is None and ended is not None:
            if ended < due:
                place, reason = "left_out", "the order ended first"
            else:
                # Due on or before the day of the end, and nothing will be done any more.
                place, reason = "missed", "not done when the order ended"
        return self._place(kpi, order["order_ref"], order, counted_on, due, done, place, reason)

    def _place(
        self,
        kpi: str,
        reference: str,
        order: dict[str, str] | None,
        counted_on: date,
        due: date,
        done: date | None,
        place: str,
        reason: str,
    ) -> Case:
        if (reference, kpi) in self.excluded:
            place, reason = "left_out", self.excluded[reference, kpi]
        worker = order["caseworker"] if order else ""
        member = self.staff.get(worker, {"team": "", "locality": ""})
        return Case(
            kpi, reference, counted_on, due, done, place, reason, worker, member["team"], member["locality"]
        )

    def working_days_after(self, start: date, count: int) -> date:
        """The day of sentence is day 0; weekends and the council's closed days are stepped over."""
        on = start
        while count:
            on += timedelta(days=1)
            if on.weekday() < 5 and on not in self.closed:
                count -= 1
        return on


def judged(done: date | None, due: date, as_of: date) -> tuple[str, str]:
    if done is not None:
        return ("met", "in time") if done <= due else ("missed", "late")
    return ("pending", "not due yet") if due >= as_of else ("missed", "not done")


def target_of(kpi: str, quarter: str) -> int | None:
    """The target in force on the first day of the quarter."""
    first, _ = days_of(quarter)
    return next((percent for since, percent in reversed(TARGETS[kpi]) if since <= first), None)


def day(text: str) -> date:
    return date.fromisoformat(text)


def days_of(quarter: str) -> tuple[date, date]:
    """First and last day of a quarter of the financial year: 2025-26-Q2 is July to September 2025."""
    year, number = int(quarter[:4]), int(quarter[-1])
    first = {1: (year, 4), 2: (year, 7), 3: (year, 10), 4: (year + 1, 1)}[number]
    last = {1: (year, 6, 30), 2: (year, 9, 30), 3: (year, 12, 31), 4: (year + 1, 3, 31)}[number]
    return date(*first, 1), date(*last)


def year_before(quarter: str) -> str:
    year = int(quarter[:4]) - 1
    return f"{year}-{(year + 1) % 100:02}-{quarter[-2:]}"


def months_later(start: date, months: int) -> date:
    """The same day of a later month, or the last day of that month where it has no such day."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    on = start.day
    while True:
        try:
            return date(year, month, on)
        except ValueError:
            on -= 1


def months_beginning_with(start: date, months: int) -> date:
    """The day before the corresponding day, or the last day of the month where there is none."""
    corresponding = months_later(start, months)
    return corresponding - timedelta(days=1) if corresponding.day == start.day else corresponding
