"""Seven years of a council's work, made up: who was ordered what, what was done about it, and how it came out.

Orders come first, quarter by quarter; then people to hold them; then reports and releases. Last, the outcomes that the
six figures count are set so that each quarter has as many in time as `aims` asks for. Nothing here depends on the day
of the bundle but what is cut off at it, so an old quarter's figures are the same in every bundle.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from random import Random

from justice.caseload.demonstration import aims, council, imposed
from justice.caseload.demonstration.aims import quarter_of
from justice.caseload.demonstration.council import calendar
from justice.caseload.demonstration.records import History, Order, Person, Release, Report
from justice.domain.calendar import months_after, months_beginning_with

FIRST_DAY = date(2019, 10, 1)  # the figures of 2021-22-Q4 are compared with those of a year before
YEARS = 7
AHEAD = timedelta(days=56)  # courts adjourn for reports up to eight weeks
DAY = timedelta(days=1)

RELEASES_A_QUARTER = 40
LICENCES = (
    "parole",
    "non_parole",
    "life",
    "extended_sentence",
    "supervised_release_order",
    "short_term_sex_offender",
)
LICENCE_WEIGHTS = (10, 28, 5, 24, 20, 13)
LONG_LICENCES = LICENCES[:4]

EXCLUDED = {
    "K1": (("could_not_comply", 85), ("not_known", 15)),
    "K2": (("could_not_comply", 70), ("not_known", 30)),
    "K3": (("could_not_comply", 75), ("not_known", 25)),
    "K4": (("could_not_comply", 60), ("not_known", 40)),
    "K5": (("died", 45), ("not_known", 55)),
}


class Chance:
    """One stream of chance for each purpose and quarter, so that a change in one leaves the others as they were."""

    def __init__(self, seed: object, scale: float) -> None:
        self._start = f"{seed}/{scale}"

    def __call__(self, *purpose: object) -> Random:
        return Random("/".join(map(str, (self._start, *purpose))))  # noqa: S311  (invented records, not secrets)


def tell(today: date, scale: float, chance: Chance) -> History:
    """All orders, reports and releases from the first day to `today`, with who they are about."""
    first = min(FIRST_DAY, today.replace(year=today.year - YEARS, day=1))
    quarters = range(quarter_of(first), quarter_of(today + AHEAD) + 1)
    orders = [
        order for number in quarters for order in imposed.orders_of(number, scale, chance("orders", number))
    ]
    orders = [order for order in orders if first <= order.imposed <= today + AHEAD]
    _give_people(orders, today, chance("people"))
    history = History([order for order in orders if order.imposed <= today], [], [], [], [], {})
    _ask_for_reports(history, orders, quarters, today, scale, chance)
    _release(history, quarters, today, scale, chance)
    _settle_figures(history, today, chance)
    return history


# --- People and their orders --------------------------------------------------------------------------------


def _give_people(orders: list[Order], today: date, rng: Random) -> None:
    """A person for every order: new ones, ones who already have an order, ones who had one before."""
    days = [order.imposed for order in orders]
    for at, order in enumerate(orders):
        chance = rng.random()
        person = None
        if chance < 0.09:
            since = bisect_left(days, order.imposed - timedelta(days=500))
            person = _found(orders, since, at, order, _can_have_another, rng)
        elif chance < 0.32:
            until = bisect_left(days, order.imposed - timedelta(days=150))
            person = _found(orders, 0, until, order, _can_come_back, rng)
        if person is None:
            person = Person(rng.choices(council.LOCALITIES, council.WEIGHTS)[0])
        person.orders.append(order)
        order.person = person
        _hold(order, rng)
        person.at_least(18 if order.needs_an_adult() else 16, order.imposed)
        if order.imposed > today:
            person.orders.remove(order)
        elif order.end_reason == "died":
            person.died_on = min(order.end, person.died_on or date.max)
        if person.died_on:
            _end_with_death(person, person.died_on)


def _found(
    orders: list[Order],
    low: int,
    high: int,
    order: Order,
    suits: Callable[[Person, Order], bool],
    rng: Random,
) -> Person | None:
    for _ in range(10 if high > low else 0):
        person = orders[rng.randrange(low, high)].person
        if (
            person.orders
            and (person.died_on is None or person.died_on > order.imposed)
            and suits(person, order)
        ):
            return person
    return None


def _can_have_another(person: Person, order: Order) -> bool:
    """An order is open, and not two with hours at once: the three hundred of s.227N are never in question."""
    going = [one for one in person.orders if one.end > order.imposed]
    recent = any(one.imposed > order.imposed - timedelta(days=20) for one in person.orders)
    return (
        bool(going)
        and len(going) < 2
        and not recent
        and not (order.hours and any(one.hours for one in going))
    )


def _can_come_back(person: Person, order: Order) -> bool:
    return all(one.end < order.imposed and one.end_reason != "transferred_out" for one in person.orders)


def _end_with_death(person: Person, died: date) -> None:
    for order in person.orders:
        if order.end >= died:
            order.end, order.end_reason = max(died, order.imposed), "died"
            if order.completed and order.completed > order.end:
                order.completed = None


def _hold(order: Order, rng: Random) -> None:
    """A caseworker of the person's locality: the one they have, else of the kind of team the order asks for."""
    person = order.person
    kind = council.SUPERVISION if order.months else council.UNPAID_WORK
    for other in person.orders[:-1]:
        if other.end > order.imposed and other.caseworker and other.caseworker.team.kind == kind:
            order.caseworker = other.caseworker
            return
    order.caseworker = rng.choice(nearest(kind, person.locality))


def _caseworkers() -> dict[tuple[str, str], list[council.Member]]:
    found: dict[tuple[str, str], list[council.Member]] = defaultdict(list)
    for member in council.staff():
        if member.role == "caseworker":
            found[member.team.kind, member.team.locality].append(member)
            found[member.team.kind, ""].append(member)
    return found


CASEWORKERS = _caseworkers()


def nearest(kind: str, locality: str) -> list[council.Member]:
    """Caseworkers of the kind of team in the locality, or anywhere if it has none."""
    return CASEWORKERS.get((kind, locality)) or CASEWORKERS[kind, ""]


# --- Reports and releases -----------------------------------------------------------------------------------


def _ask_for_reports(
    history: History, orders: list[Order], quarters: Iterable[int], today: date, scale: float, chance: Chance
) -> None:
    """Reports by the quarter of the hearing: most before an order made that day, the rest before another sentence."""
    asked = _reports_before_orders(orders, chance)
    for number in quarters:
        rng, reports = chance("reports", number), asked[number]
        days = imposed.working_days(number)
        wanted = round(imposed.a_quarter(imposed.REPORTS, number) * scale)
        for hearing in rng.choices(days, k=max(wanted - len(reports), wanted // 3)):
            court_type = rng.choices(
                ("sheriff_summary", "sheriff_solemn", "stipendiary", "high"), (72, 14, 6, 8)
            )[0]
            reports.append(Report(hearing - timedelta(days=_adjourned(rng)), hearing, court_type))
        for report in reports:
            if report.order is None and rng.random() < 0.05:
                report.withdrawn = _withdrawal(report, rng)
        _settle_reports(history, number, reports, rng)
    known = [report for number in quarters for report in asked[number] if report.requested <= today]
    known = [report for report in known if report.hearing <= today + AHEAD]
    history.reports = sorted(known, key=lambda report: (report.hearing, report.requested))
    _name_in_reports(history, today, chance("reports about"))


def _reports_before_orders(orders: list[Order], chance: Chance) -> dict[int, list[Report]]:
    """By quarter. A report must come before any order but one of level 1 hours alone or for fine default (s.227B)."""
    asked: dict[int, list[Report]] = defaultdict(list)
    rng = chance("reports before orders")
    for order in orders:
        needs_none = not order.months and order.hours <= 100
        if rng.random() > 0.62 or needs_none or order.transferred_in:
            continue
        requested = order.imposed - timedelta(days=_adjourned(rng))
        asked[quarter_of(order.imposed)].append(Report(requested, order.imposed, order.court_type, order))
    return asked


def _adjourned(rng: Random) -> int:
    """Days of adjournment: mostly three to four weeks, up to eight on cause shown (1995 Act s.201)."""
    return rng.choices((rng.randint(18, 28), rng.randint(29, 55)), (62, 38))[0]


def _withdrawal(report: Report, rng: Random) -> date:
    return report.requested + timedelta(days=rng.randint(2, (report.hearing - report.requested).days))


def _settle_reports(history: History, number: int, reports: list[Report], rng: Random) -> None:
    """K5: which reports of the quarter reached the court."""
    standing = [report for report in reports if report.withdrawn is None]
    sure = sum(1 for report in standing if report.order)
    counted, submitted = aims.counts("K5", number, len(standing), sure, rng)
    # Those that led to an order were written; the others are cut to the count, then written or not.
    loose = [report for report in standing if report.order is None]
    rng.shuffle(loose)
    surplus, missing = len(standing) - counted, counted - submitted
    for report in loose[:surplus]:
        if rng.random() < 0.5:
            history.exclusions.append((report, "K5", _reason("K5", rng)))
        else:
            report.withdrawn = _withdrawal(report, rng)
    never = {id(report) for report in loose[: surplus + missing]}
    for report in standing:
        if id(report) in never or report.withdrawn:
            continue
        noon_before = calendar().before(report.hearing)
        report.submitted = calendar().before(report.hearing, rng.choice((2, 2, 3, 3, 4, 5, 6)))
        if rng.random() < 0.05:
            report.submitted = (
                report.hearing if report.order else calendar().add(noon_before, rng.randint(1, 6))
            )
        report.submitted = max(report.submitted, report.requested)


def _name_in_reports(history: History, today: date, rng: Random) -> None:
    """Who each report is about. Nobody's record stays open for a report that was due long ago and never came."""
    had_orders = [order for order in history.orders if order.person.died_on is None]
    days = [order.imposed for order in had_orders]
    only_reports: list[Person] = []
    for report in history.reports:
        person = report.order.person if report.order else None
        if person is None:
            person = _subject(report, today, had_orders, days, only_reports, rng)
        # One hearing led to one order: what the person was old enough for then is settled with the order.
        person.at_least(16, report.requested)
        report.person = person
        held = any(order.end > today for order in person.orders)
        if report.awaited(today) and not held and rng.random() < 0.93:
            before = person.orders[-1].caseworker if person.orders else None
            history.holders[id(person)] = before or rng.choice(nearest(council.COURT, person.locality))


def _subject(
    report: Report,
    today: date,
    had_orders: list[Order],
    days: list[date],
    only_reports: list[Person],
    rng: Random,
) -> Person:
    chance = rng.random()
    until = bisect_left(days, report.requested)
    if chance < 0.3 and until:
        for _ in range(4):
            order = had_orders[rng.randrange(max(0, until - 3000), until)]
            person = order.person
            ended = all(one.end <= min(report.requested, today) for one in person.orders)
            if person.orders and (report.submitted or ended):
                return person
    if chance < 0.6 and only_reports and report.hearing < today - timedelta(days=21):
        return only_reports[rng.randrange(max(0, len(only_reports) - 500), len(only_reports))]
    person = Person(rng.choices(council.LOCALITIES, council.WEIGHTS)[0])
    if report.hearing < today - timedelta(days=21):
        only_reports.append(person)
    return person


def _release(history: History, quarters: Iterable[int], today: date, scale: float, chance: Chance) -> None:
    """Releases of every quarter, and when each person was seen (K6). Who they are is settled with the open caseload."""
    for number in quarters:
        rng = chance("releases", number)
        cases = max(4, round((RELEASES_A_QUARTER + rng.randint(-4, 4)) * scale))
        if (number, "K6") in aims.PRINTED:
            cases = max(10, round(cases, -1))  # tens, of which any published percentage of tens can be made
        days = sorted(rng.choices(imposed.working_days(number), k=cases))
        releases = [Release(day, rng.choices(LICENCES, LICENCE_WEIGHTS)[0]) for day in days]
        # All of them are counted: nobody is left out of a figure so small.
        _, within = aims.counts("K6", number, cases, 0, rng)
        seen_in_time = set(rng.sample(range(cases), within))
        for at, release in enumerate(releases):
            if at in seen_in_time:
                release.interviewed = rng.choice((release.released, calendar().add(release.released, 1)))
            else:
                release.interviewed = calendar().add(release.released, rng.choice((2, 2, 3, 4, 6)))
        history.releases += [release for release in releases if release.released <= today]


# --- The figures --------------------------------------------------------------------------------------------


def _settle_figures(history: History, today: date, chance: Chance) -> None:
    for order in history.orders:
        _settle_uncounted(order, chance)
    _settle_each(history, "K1", _placement_due, _place, today, chance)
    _settle_each(history, "K2", _plan_due, _plan, today, chance)
    _settle_each(history, "K3", _review_due, _review, today, chance)
    _settle_hours(history, today, chance)
    rng = chance("later reviews")
    for order in history.orders:
        _later_reviews(order, rng)


def _settle_uncounted(order: Order, chance: Chance) -> None:
    """What no figure of the six counts is left to chance."""
    if order.hours and (order.transferred_in or order.work_added):
        rng = chance("uncounted placement", order.imposed, order.hours)
        _place(order, calendar().add(order.work_began, 7), rng.random() < 0.8, rng)
    if order.months and order.transferred_in:
        rng = chance("uncounted plan", order.imposed, order.months)
        _plan(order, calendar().add(order.supervised_from, 20), rng.random() < 0.8, rng)
        due = months_after(order.supervised_from, 3)
        if due <= order.end:
            _review(order, due, rng.random() < 0.8, rng)


def _placement_due(order: Order) -> tuple[date, date] | None:
    """The day that K1 is counted by, and the due day, if the order counts at all."""
    due = calendar().add(order.imposed, 7)
    counts = order.hours and not order.work_added and not order.transferred_in and due <= order.end
    return (order.imposed, due) if counts else None


def _plan_due(order: Order) -> tuple[date, date] | None:
    due = calendar().add(order.supervised_from, 20)
    return (due, due) if order.months and not order.transferred_in and due <= order.end else None


def _review_due(order: Order) -> tuple[date, date] | None:
    due = months_after(order.supervised_from, 3)
    return (due, due) if order.months and not order.transferred_in and due <= order.end else None


def _place(order: Order, due: date, in_time: bool, rng: Random) -> None:
    if in_time:
        order.started = calendar().add(
            order.work_began, rng.choices(range(1, 8), (3, 5, 9, 14, 20, 25, 24))[0]
        )
    else:
        order.started = calendar().add(due, min(45, 1 + int(rng.expovariate(1 / 13))))
    if order.finish and not in_time:
        # Late or not, enough days must be left to work the hours in.
        latest = order.finish - timedelta(days=int(order.hours * 0.24))
        order.started = max(calendar().add(due, 1), min(order.started, latest))
    if order.started > order.end:
        order.started = None


def _plan(order: Order, due: date, in_time: bool, rng: Random) -> None:
    if in_time:
        order.planned = calendar().add(
            order.supervised_from, rng.choices(range(4, 21), (1,) * 8 + (2,) * 4 + (4,) * 5)[0]
        )
    else:
        order.planned = calendar().add(due, min(60, 1 + int(rng.expovariate(1 / 12))))
    # Some plans were never made, of orders that came to nothing.
    never = not in_time and order.end_reason.startswith("revoked") and rng.random() < 0.5
    if order.planned > order.end or never:
        order.planned = None


def _review(order: Order, due: date, in_time: bool, rng: Random) -> None:
    """A day does not move because it is a Sunday; the review then has to be before it."""
    last = due if calendar().is_working(due) else calendar().before(due)
    if in_time:
        back = rng.choices(range(9), (6, 4, 3, 2, 2, 1, 1, 1, 1))[0]
        held = calendar().before(last, back) if back else last
    else:
        held = calendar().add(due, min(40, 1 + int(rng.expovariate(1 / 9))))
    if held <= order.end:
        order.reviews.append((held, due))


def _settle_each(
    history: History,
    kpi: str,
    due: Callable[[Order], tuple[date, date] | None],
    settle: Callable[[Order, date, bool, Random], None],
    today: date,
    chance: Chance,
) -> None:
    """Set as many of each quarter's cases in time as the figure wants, and leave some out of it."""
    quarters: dict[int, list[tuple[Order, date]]] = defaultdict(list)
    for order in history.orders:
        days = due(order)
        if days:
            quarters[quarter_of(days[0])].append((order, days[1]))
    for number, cases in quarters.items():
        rng = chance(kpi, number)
        counted, within = aims.counts(kpi, number, len(cases), 0, rng)
        rng.shuffle(cases)
        for at, (order, day) in enumerate(cases):
            settle(order, day, at < within, rng)
            if at >= counted and day <= today:
                # Left out, and as good as the rest would have been: most had trouble, that is why.
                history.exclusions.append((order, kpi, _reason(kpi, rng)))


def _reason(kpi: str, rng: Random) -> str:
    reasons = EXCLUDED[kpi]
    return rng.choices([reason for reason, _ in reasons], [weight for _, weight in reasons])[0]


def _settle_hours(history: History, today: date, chance: Chance) -> None:
    """K4: the hours done in each quarter, and for how many of those that took longer the court had allowed it."""
    quarters: dict[int, list[Order]] = defaultdict(list)
    for order in history.orders:
        if order.completed and order.completed <= today:
            quarters[quarter_of(order.completed)].append(order)
    for number, done in quarters.items():
        rng = chance("K4", number)
        rng.shuffle(done)
        certain = [order for order in done if order.completed and order.completed <= _limit(order)]
        open_to = [order for order in done if order.completed and order.completed > _limit(order)]
        counted, within = aims.counts("K4", number, len(done), len(certain), rng)
        surplus = len(done) - counted
        # Those certainly in time are left out first when there are too many of them.
        out_certain = max(0, len(certain) - within, min(surplus, len(certain) * surplus // max(1, len(done))))
        out = certain[:out_certain] + open_to[: surplus - out_certain]
        history.exclusions += [(order, "K4", _reason("K4", rng)) for order in out]
        for order in open_to[surplus - out_certain :][: within - (len(certain) - out_certain)]:
            order.limit = _longer(order, order.completed or today, rng)
    rng = chance("hours still to do")
    for order in history.orders:
        if order.hours and not (order.completed and order.completed <= today):
            limit = min(order.finish or today, order.end)
            if _limit(order) < limit and rng.random() < 0.88:
                order.limit = _longer(order, limit, rng)


def _limit(order: Order) -> date:
    return max(order.limit or date.min, order.statutory)


def _longer(order: Order, day: date, rng: Random) -> date:
    """The court's last day: so many months beginning with imposition, and not before `day`."""
    months = 4 + (rng.random() < 0.3)
    while (limit := months_beginning_with(order.work_began, months)) < max(day, order.statutory + DAY):
        months += 1 if months < 6 else 3
    return limit


def _later_reviews(order: Order, rng: Random) -> None:
    """Six months after supervision began and then every six: each held once, some of them late."""
    if not order.months or not order.reviews:
        return
    months = 6
    while (due := months_after(order.supervised_from, months)) <= min(order.end, order.supervised_until):
        before = len(order.reviews)
        _review(order, due, rng.random() < aims.trend("reviews", quarter_of(due)), rng)
        if len(order.reviews) == before:
            break
        months += 6
