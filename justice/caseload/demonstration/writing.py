"""The files of the demonstration's bundle."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from justice.caseload.demonstration import council, detail, history, people
from justice.caseload.demonstration.detail import Row
from justice.caseload.demonstration.records import History, Order, Release, Report
from justice.caseload.format import BY_TABLE

SEED = 2026
FIRST_TODAY, LAST_TODAY = date(2026, 1, 1), date(2034, 12, 31)
LEAST_SCALE = 0.1  # below this some quarters have too few cases to make the published percentages

EMPLOYMENT = (
    ("unemployed", 598),
    ("employed", 214),
    ("economically_inactive", 124),
    ("full_time_education", 19),
    ("government_training", 3),
    ("other", 7),
    ("not_known", 35),
)
ETHNICITY = (
    ("white", 936),
    ("asian", 14),
    ("african_caribbean_black", 8),
    ("mixed", 5),
    ("other", 7),
    ("not_known", 30),
)


@dataclass(frozen=True)
class Summary:
    """What was written. An open case is a person with an order that has not ended, a report that a court still waits
    for, or a release: the format has no end for a licence, so it keeps the case open."""

    today: date
    first_day: date
    rows: dict[str, int]
    open_cases: int
    # Orders that break a rule of law, as planted: the importer has to list just these.
    queried: tuple[str, ...]
    # Who holds the work of people without an open order, for whom the format has no column: person_ref to staff_ref.
    holders: dict[str, str] = field(repr=False)

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def write_bundle(folder: Path | str, *, today: date, seed: object = SEED, scale: float = 1.0) -> Summary:
    """Write the bundle into the folder, made if it is not there, as the council's records stood at the end of `today`.

    The same day, seed and scale give the same files to the byte. `scale` is the share of the full size.
    ValueError if the day is before the published quarter is history or past the calendar, or the scale too small.
    """
    if not FIRST_TODAY <= today <= LAST_TODAY:
        raise ValueError(f"today must be from {FIRST_TODAY} to {LAST_TODAY}, not {today}")
    if not LEAST_SCALE <= scale <= 4:
        raise ValueError(f"scale must be from {LEAST_SCALE} to 4, not {scale}")
    chance = history.Chance(seed, scale)
    told = history.tell(today, scale, chance)
    with_work = people.settle(told, today, scale, chance("who"))
    _refer(told)
    queried = _plant_queries(told, today, scale, chance("queried"))
    _leave_unallocated(told, today, chance("unallocated"))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Iterable[Row]] = {
        "staff": _staff(),
        "people": _people(told, chance("particulars")),
        "orders": _orders(told, today),
        "requirements": _requirements(told, today),
        **_work(told, today, chance),
        "plans": _plans(told, today, chance("plans")),
        "reviews": _reviews(told, today, chance("reviews")),
        "reports": _reports(told, today),
        "releases": _releases(told, today),
        "exclusions": (
            (one.ref, kpi, reason) for one, kpi, reason in told.exclusions if _is_past(one, today)
        ),
    }
    written = {table: _write(folder, table, content) for table, content in rows.items()}
    return Summary(
        today,
        told.orders[0].imposed,
        written,
        len(with_work),
        tuple(sorted(order.ref for order in queried)),
        {one.ref: told.holders[id(one)].ref for one in told.people if id(one) in told.holders},
    )


def _write(folder: Path, table: str, rows: Iterable[Row]) -> int:
    file = BY_TABLE[table]
    count = 0
    with (folder / file.name).open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(column.name for column in file.columns)
        for row in rows:
            out.writerow(row)
            count += 1
    return count


def _refer(told: History) -> None:
    for number, order in enumerate(told.orders, start=1):
        order.ref = f"DEMO-O{number:05}"
    for number, report in enumerate(told.reports, start=1):
        report.ref = f"DEMO-R{number:05}"
    for number, release in enumerate(told.releases, start=1):
        release.ref = f"DEMO-L{number:04}"


def _is_past(one: Order | Report | Release, today: date) -> bool:
    """Nobody leaves a report out of a figure before its hearing; an order was left out after it was due."""
    return bool(one.ref) and not (isinstance(one, Report) and one.hearing > today)


# --- What is planted ----------------------------------------------------------------------------------------


def _plant_queries(told: History, today: date, scale: float, rng: Random) -> list[Order]:
    """Ten orders, recent and open, in which the court's paper breaks a rule of law."""
    recent = [
        order
        for order in told.orders
        if order.end > today
        and 40 <= (today - order.imposed).days <= 200
        and order.court_type == "sheriff_summary"
        and order.basis == "instead_of_prison"
        and not (order.work_added or order.supervision_added)
    ]
    rng.shuffle(recent)
    found: list[Order] = []

    def spoil(wanted: int, fits: Callable[[Order], object], change: Callable[[Order], object]) -> None:
        for order in [order for order in recent if order not in found and fits(order)][:wanted]:
            change(order)
            found.append(order)

    def to_jp(order: Order) -> None:
        order.court_type = "jp"

    some = 2 if scale >= 0.5 else 1
    spoil(some, lambda order: order.hours > 100 and not order.others, to_jp)
    spoil(1, lambda order: any(kind == "programme" for kind, _ in order.others), to_jp)
    spoil(
        some,
        lambda order: order.hours and not order.months,
        lambda order: order.others.append(("conduct", 12)),
    )
    spoil(1, lambda order: order.hours == 300, lambda order: setattr(order, "hours", 320))
    spoil(1, lambda order: order.months and not order.hours, lambda order: setattr(order, "months", 48))
    spoil(
        1,
        lambda order: order.months and order.hours > 100,
        lambda order: setattr(order, "basis", "fine_default"),
    )
    spoil(
        1,
        lambda order: order.months == 9,
        lambda order: order.others.append(("residence", 18)),
    )
    spoil(1, lambda order: order.months == 12, lambda order: order.others.append(("restricted_movement", 15)))
    return found


def _leave_unallocated(told: History, today: date, rng: Random) -> None:
    """A few orders that came this fortnight, and one or two before, wait for a caseworker."""
    for order in told.orders:
        if order.end > today:
            days = (today - order.imposed).days
            if rng.random() < (0.3 if days <= 7 else 0.08 if days <= 14 else 0.001):
                order.caseworker = None


# --- Rows, in the columns of the format ---------------------------------------------------------------------


def _staff() -> Iterable[Row]:
    for member in council.staff():
        yield member.ref, member.name, member.email, member.role, member.team.name, member.team.locality


def _people(told: History, rng: Random) -> Iterable[Row]:
    employment, ethnicity = _chooser(EMPLOYMENT), _chooser(ETHNICITY)
    area = {locality: 1 + 10 * number for number, locality in enumerate(council.LOCALITIES)}
    for person, (given, family) in zip(told.people, people.name(told.people, rng), strict=True):
        inward = f"{rng.randint(1, 9)}{rng.choice('ABDEFGHJL')}{rng.choice('NPQRSTUWX')}"
        postcode = f"QZ{area[person.locality] + rng.randrange(9)} {inward}"
        restricted = "yes" if rng.random() < 0.004 else "no"
        yield (
            person.ref, given, family, person.born, person.gender,
            ethnicity(rng), employment(rng), postcode, restricted,
        )  # fmt: skip


def _chooser(weighted: tuple[tuple[str, int], ...]) -> Callable[[Random], str]:
    values, weights = [value for value, _ in weighted], [weight for _, weight in weighted]
    return lambda rng: rng.choices(values, weights)[0]


def _orders(told: History, today: date) -> Iterable[Row]:
    for order in told.orders:
        ended = order.end <= today
        yield (
            order.ref, order.person.ref, order.basis, order.court_type, council.COURTS[order.court_type],
            order.imposed, "yes" if order.transferred_in else "no", order.caseworker.ref if order.caseworker else "",
            order.end if ended else "", order.end_reason if ended else "",
        )  # fmt: skip


def _requirements(told: History, today: date) -> Iterable[Row]:
    for order in told.orders:
        last = min(order.end, today)
        if order.hours and order.work_began <= last:
            completed = order.completed if order.completed and order.completed <= today else ""
            limit = order.limit if order.limit and order.limit > order.statutory else ""
            yield order.ref, "unpaid_work", order.hours, "", limit, order.work_added or "", completed
        if order.months and order.supervised_from <= last:
            done = order.end <= today and order.end_reason == "completed"
            completed = min(order.supervised_until, order.end) if done else ""
            yield order.ref, "supervision", "", order.months, "", order.supervision_added or "", completed
        for kind, months in order.others:
            yield order.ref, kind, "", months or "", "", "", ""


def _work(told: History, today: date, chance: history.Chance) -> dict[str, list[Row]]:
    rng = chance("work")
    contacts: list[Row] = []
    attendance: list[Row] = []
    assessments: list[Row] = []
    for order in told.orders:
        made, level = detail.assessments(order, today, rng)
        assessments += made
        contacts += detail.contacts(order, level, today, rng)
        attendance += detail.attendance(order, today, rng)
    return {"contacts": contacts, "attendance": attendance, "assessments": assessments}


def _plans(told: History, today: date, rng: Random) -> Iterable[Row]:
    for order in told.orders:
        if not order.planned or order.planned > today:
            continue
        yield order.ref, order.planned
        # After a review the plan of an order that goes on is often made anew.
        for held, _ in order.reviews:
            if order.end > today and order.planned < held <= today and rng.random() < 0.35:
                yield order.ref, held


def _reviews(told: History, today: date, rng: Random) -> Iterable[Row]:
    managers = {one.team: one.ref for one in council.staff() if one.role == "first_line_manager"}
    for order in told.orders:
        # An order's reviews all say which due day they were held for, or none does.
        named = rng.random() < 0.4
        chair = managers[order.caseworker.team] if order.caseworker else ""
        for held, due in order.reviews:
            if held <= today:
                yield order.ref, held, due if named else "", chair


def _reports(told: History, today: date) -> Iterable[Row]:
    for report in told.reports:
        submitted = report.submitted if report.submitted and report.submitted <= today else ""
        withdrawn = report.withdrawn if report.withdrawn and report.withdrawn <= today else ""
        yield (
            report.ref, report.person.ref, report.court_type, council.COURTS[report.court_type],
            report.requested, report.hearing, submitted, withdrawn,
        )  # fmt: skip


def _releases(told: History, today: date) -> Iterable[Row]:
    for release in told.releases:
        seen = release.interviewed if release.interviewed and release.interviewed <= today else ""
        yield release.ref, release.person.ref, release.licence, release.released, seen
