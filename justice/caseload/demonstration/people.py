"""Who the people are: as many with open work as the city had in July 2012, of its ages and sexes, on the day given.

The table is the seed's (kpis.md 5.2). An age is never one at which the court could not have done what it did, so the
youngest places go to people whose orders are recent and have supervision, and the rest are dealt out as they come.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from random import Random

from justice.caseload.demonstration import council, names
from justice.caseload.demonstration.history import LONG_LICENCES, nearest
from justice.caseload.demonstration.records import History, Person
from justice.domain.calendar import years_before

# Ages from and to, men, women. "Over 65" ends at 84 here.
BANDS = (
    (16, 17, 73, 8),
    (18, 20, 334, 47),
    (21, 25, 694, 75),
    (26, 30, 738, 87),
    (31, 35, 574, 92),
    (36, 40, 522, 85),
    (41, 45, 427, 69),
    (46, 50, 309, 61),
    (51, 55, 231, 16),
    (56, 60, 81, 5),
    (61, 65, 56, 1),
    (66, 84, 47, 0),
)
OPEN_CASES = sum(men + women for _, _, men, women in BANDS)
# Of everybody whose work is over, at their first order or report (kpis.md 3.4, 2020-21).
CLOSED_AGES = ((16, 17, 18), (18, 20, 83), (21, 25, 152), (26, 30, 182), (31, 40, 308), (41, 70, 257))
DAY = timedelta(days=1)


def places(scale: float) -> list[tuple[int, int, str]]:
    """A place for every open case: ages from and to, and sex. Scaled by the largest remainders, youngest first."""
    shares = [
        (youngest, oldest, gender, count * scale)
        for youngest, oldest, men, women in BANDS
        for gender, count in (("male", men), ("female", women))
    ]
    counts = [int(share) for *_, share in shares]
    missing = round(OPEN_CASES * scale) - sum(counts)
    for at in sorted(range(len(shares)), key=lambda at: counts[at] - shares[at][3])[:missing]:
        counts[at] += 1
    return [
        (youngest, oldest, gender)
        for (youngest, oldest, gender, _), count in zip(shares, counts, strict=True)
        for _ in range(count)
    ]


def settle(history: History, today: date, scale: float, rng: Random) -> list[Person]:
    """Give every release its person and every person an age, a sex and a reference; give those with open work."""
    wanted = places(scale)
    going = _open(history, today)
    licensees = _name_in_releases(history, going, len(wanted) - len(going), rng)
    known = dict.fromkeys(
        one.person for work in (history.orders, history.reports, history.releases) for one in work
    )
    history.people = list(known)
    with_work = going + licensees
    chosen = set(with_work)
    _deal(with_work, set(licensees), wanted, today, rng)
    for person in history.people:
        if person not in chosen:
            _age_closed(person, history, rng)
    for number, person in enumerate(history.people, start=1):
        person.ref = f"DEMO-P{number:05}"
    return with_work


def _open(history: History, today: date) -> list[Person]:
    """People with an order that has not ended, or a report that a court still waits for."""
    found = {order.person: None for order in history.orders if order.end > today}
    found |= {report.person: None for report in history.reports if report.awaited(today)}
    return list(found)


def _name_in_releases(history: History, going: list[Person], wanted: int, rng: Random) -> list[Person]:
    """Licences make the open caseload up to the number wanted. No release in a bundle ends, so each keeps a case open.

    The short licences of years ago are given to people who have an order now; the rest to people released once, or
    released again after a recall.
    """
    if not 0 <= wanted <= len(history.releases):
        raise ValueError(
            f"{len(going)} people have an order or a report: there cannot be {wanted} more on licence"
        )
    free = [release for release in history.releases if release.licence in LONG_LICENCES]
    short = [release for release in history.releases if release.licence not in LONG_LICENCES]
    first = set(rng.sample(range(len(free)), min(wanted, len(free))))
    first_short = set(rng.sample(range(len(short)), wanted - len(first)))
    licensees: list[Person] = []
    with_orders = [person for person in going if person.orders and person.died_on is None]
    for releases, new in ((free, first), (short, first_short)):
        for at, release in enumerate(releases):
            if at in new or not (licensees or with_orders):
                person = Person(rng.choices(council.LOCALITIES, council.WEIGHTS)[0])
                licensees.append(person)
                if rng.random() < 0.98:
                    history.holders[id(person)] = rng.choice(nearest(council.THROUGHCARE, person.locality))
            elif licensees and release.licence in LONG_LICENCES and rng.random() < 0.7:
                person = licensees[rng.randrange(max(0, len(licensees) - 300), len(licensees))]
            else:
                person = rng.choice(with_orders or licensees)
            person.at_least(18 if person.orders else 21, release.released)
            release.person = person
    return licensees


def _deal(
    people: list[Person], licensees: set[Person], wanted: list[tuple[int, int, str]], today: date, rng: Random
) -> None:
    """One place each, the youngest first: whoever may be of an age may be of any greater one."""
    left = list(people)
    rng.shuffle(left)
    # Those who may be youngest last, so that they can be taken off the end.
    left.sort(key=lambda person: person.born_by)
    bounds = [person.born_by for person in left]
    for youngest, oldest, gender in wanted:
        earliest = years_before(today, oldest + 1) + DAY
        low = bisect_left(bounds, earliest)
        if low == len(left):
            raise ValueError(f"nobody can be aged {youngest} to {oldest} on {today}")
        for _ in range(12):
            at = rng.randrange(low, len(left))
            if not (gender == "female" and left[at] in licensees):
                break
        person = left.pop(at)
        bounds.pop(at)
        latest = min(years_before(today, youngest), person.born_by)
        person.gender, person.born = gender, _between(earliest, latest, rng)


def _between(earliest: date, latest: date, rng: Random) -> date:
    born = earliest + timedelta(days=rng.randint(0, (latest - earliest).days))
    if (born.month, born.day) == (2, 29) and born > earliest:
        born -= DAY  # on which day of a common year one born on a leap day is older is a question of its own
    return born


def _age_closed(person: Person, history: History, rng: Random) -> None:
    youngest, oldest, _ = rng.choices(CLOSED_AGES, [weight for *_, weight in CLOSED_AGES])[0]
    # born_by is the day that makes the person just old enough, at 16 or 18, for the first thing that asked an age.
    born = person.born_by - timedelta(days=int((rng.uniform(youngest, oldest + 1) - 16) * 365.25))
    person.born = born if (born.month, born.day) != (2, 29) else born - DAY
    person.gender = rng.choices(("male", "female", "other", "not_known"), (852, 142, 3, 3))[0]


def name(people: list[Person], rng: Random) -> list[tuple[str, str]]:
    """A name for each, in their order."""
    given = names.people(rng)
    found = []
    for person in people:
        man, woman, family = next(given)
        if person.gender == "female" or (person.gender not in ("male", "female") and rng.random() < 0.5):
            found.append((woman, family))
        else:
            found.append((man, family))
    return found
