"""The day-to-day record of each order: contacts, unpaid work sessions, assessments, in full for the last year only.

Of an order that ended before then only what a figure needs is kept: first contact, induction, first attendance and a
few absences.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from justice.caseload.demonstration import aims
from justice.caseload.demonstration.aims import quarter_of
from justice.caseload.demonstration.council import PLACEMENTS, calendar
from justice.caseload.demonstration.records import Order
from justice.caseload.format import SUB_SCORES

YEAR, FULL_AFTER_END = timedelta(days=365), timedelta(days=28)
SESSION = 420  # minutes credited for a whole day
OTHER_ACTIVITY_SHARE, OTHER_ACTIVITY_MOST = 0.3, 30 * 60  # 1995 Act s.227K
MAXIMA = (8, 9, 4, 2, 4, 8, 4, 4)  # of the sub-scores, in their order
ITEMS = [at for at, most in enumerate(MAXIMA) for _ in range(most)]
LEVELS = ((4, "very_low"), (10, "low"), (19, "medium"), (29, "high"), (43, "very_high"))
# Days between appointments after the first four weeks, by the level of risk and need.
BETWEEN = {"very_low": 56, "low": 45, "medium": 30, "high": 20, "very_high": 12}
ABSENCES = ("unacceptable_absence", "acceptable_absence", "sent_home_by_service")
ABSENCE_WEIGHTS = (62, 31, 7)

Row = tuple[object, ...]


def level_of(total: int) -> str:
    return next(level for most, level in LEVELS if total <= most)


def assessments(order: Order, today: date, rng: Random) -> tuple[list[Row], str]:
    """LS/CMI assessments, one for each year of supervision, and the level of the last."""
    if not order.months:
        return [], "medium"
    began, last = order.supervised_from, min(order.end, today)
    if rng.random() < aims.trend("lscmi", quarter_of(began)):
        first = calendar().add(began, rng.randint(6, 20))
    else:
        first = calendar().add(began, min(95, 21 + int(rng.expovariate(1 / 14))))
    total = min(41, max(2, round(rng.gauss(19, 8))))
    rows: list[Row] = []
    level = level_of(total)
    on = first
    while on <= last:
        level = level_of(total)
        rows.append((order.ref, "ls_cmi", on, total, *_sub_scores(total, rng), level, *_override(level, rng)))
        total = min(43, max(1, total - rng.randint(-2, 5)))
        on = calendar().add(on, rng.randint(235, 262))
    if rows and level in ("high", "very_high") and rng.random() < 0.12:
        on = calendar().add(first, rng.randint(1, 15))
        if on <= last:
            rows.append((order.ref, "rosh", on, "", *("",) * len(SUB_SCORES), "high", "", ""))
    return rows, level


def _sub_scores(total: int, rng: Random) -> list[int]:
    scores = [0] * len(MAXIMA)
    for at in rng.sample(ITEMS, total):
        scores[at] += 1
    return scores


def _override(level: str, rng: Random) -> tuple[str, str]:
    if level in ("low", "medium") and rng.random() < 0.04:
        return (
            "high" if level == "medium" else "medium"
        ), "Pattern of domestic abuse that the score does not show"
    return "", ""


def contacts(order: Order, level: str, today: date, rng: Random) -> Iterator[Row]:
    last = min(order.end, today)
    working = calendar()
    number = quarter_of(order.imposed)
    in_time = rng.random() < aims.trend("first_contact", number)
    after = rng.choice((0, 0, 0, 1, 1)) if in_time else min(25, 2 + int(rng.expovariate(0.3)))
    first = working.add(order.imposed, after)
    missed = working.add(order.imposed, 1)
    if not in_time and missed <= last and rng.random() < 0.5:
        yield order.ref, "first_contact", missed, "no"
    within = (
        rng.randint(2, 5)
        if rng.random() < aims.trend("induction", number)
        else min(35, 6 + int(rng.expovariate(0.2)))
    )
    induction = max(first, working.add(order.imposed, within))
    if order.started and not order.work_added:
        # Nobody starts on a squad without an induction to it.
        induction = min(induction, order.started)
        first = min(first, induction)
    if first <= last:
        yield order.ref, "first_contact", first, "yes"
    if induction <= last:
        yield order.ref, "induction", induction, "yes"
    if order.months and order.end > today:
        yield from _appointments(order, level, today, rng)
    elif order.hours and order.end > today:
        on = order.imposed + timedelta(days=rng.randint(30, 60))
        while on <= today:
            if on >= today - YEAR:
                yield order.ref, "telephone", working.before(on + timedelta(days=1)), "yes"
            on += timedelta(days=rng.randint(45, 90))


def _appointments(order: Order, level: str, today: date, rng: Random) -> Iterator[Row]:
    """Weekly for four weeks, then by the level; a visit or a call now and then."""
    on, count = order.supervised_from, 0
    while True:
        count += 1
        on += timedelta(days=7 if count <= 4 else int(BETWEEN[level] * rng.uniform(0.7, 1.3)))
        day = calendar().before(on + timedelta(days=1))
        if day > today:
            return
        if day < today - YEAR or day <= order.supervised_from:
            continue
        kind = (
            "supervision"
            if count <= 4
            else rng.choices(("supervision", "home_visit", "telephone"), (78, 13, 9))[0]
        )
        yield order.ref, kind, day, "yes" if rng.random() < 0.84 else "no"


def attendance(order: Order, today: date, rng: Random) -> Iterator[Row]:
    """Sessions from the first to the last, the hours adding up to what was ordered when the work is done."""
    if not order.hours or not order.started or not order.finish or order.started > today:
        return
    placement = (
        f"{order.caseworker.team.locality if order.caseworker else ''} {rng.choice(PLACEMENTS)}".strip()
    )
    minutes = order.hours * 60
    done = order.completed or order.finish
    if done <= today - (YEAR if order.end > today else FULL_AFTER_END):
        yield order.ref, order.started, "attended", min(SESSION, minutes), "no", placement
        if rng.random() < 0.28:
            on = order.started + timedelta(days=7 * rng.randint(1, 6))
            if on <= min(order.end, today):
                yield order.ref, on, rng.choices(ABSENCES, ABSENCE_WEIGHTS)[0], 0, "no", placement
        return
    yield from _sessions(order, order.started, order.finish, placement, min(order.end, today), rng)


def _sessions(
    order: Order, started: date, finish: date, placement: str, until: date, rng: Random
) -> Iterator[Row]:
    minutes = order.hours * 60
    sessions = -(-minutes // SESSION)
    first, last = started.toordinal(), max(finish, started).toordinal()
    between = [day for day in range(first + 1, last) if day % 7]  # ordinals divisible by seven are Sundays
    middle = min(max(0, sessions - 2), len(between))
    absences = min(sum(rng.random() < 0.33 for _ in range(sessions)), len(between) - middle)
    days = sorted(rng.sample(between, middle + absences))
    missed = set(rng.sample(range(len(days)), absences))
    attended = 1 + middle + (last > first)
    others = 0
    if rng.random() < 0.25:
        most = min(int(minutes * OTHER_ACTIVITY_SHARE), OTHER_ACTIVITY_MOST) // SESSION
        others = min(most, rng.randint(1, 4), middle)
    activity = set(rng.sample([at for at in range(len(days)) if at not in missed], others))
    left = minutes
    events = [(first, False, False), *((day, at in missed, at in activity) for at, day in enumerate(days))]
    if last > first:
        events.append((last, False, False))
    for ordinal, absent, other in events:
        on = date.fromordinal(ordinal)
        if on > until:
            return
        if absent:
            yield order.ref, on, rng.choices(ABSENCES, ABSENCE_WEIGHTS)[0], 0, "no", placement
            continue
        # The last day is as long as what is left.
        credited = min(SESSION, left) if attended > 1 else min(left, 600)
        left -= credited
        attended -= 1
        yield order.ref, on, "attended", credited, "yes" if other else "no", "" if other else placement
