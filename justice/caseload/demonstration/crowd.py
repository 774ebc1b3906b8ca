"""Many invented people with a case each and nothing else: what the search is tried and measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from cases import search
from cases.matching import name_key
from cases.models import Address, Alias, Allocation, Case, Council, Person, Team
from justice.caseload.bulk import insert
from justice.caseload.demonstration import names

OLDEST, YOUNGEST = date(1941, 1, 1), date(2010, 12, 31)
AT_ONCE = 5000
WITH_AN_ALIAS, CLOSED = 0.08, 0.6  # shares


def gather(council: Council, teams: Sequence[Team], count: int, *, at: datetime, rng: Random) -> None:
    """Make so many people of the council, found by their names. Must run in a transaction.

    The names come again after a while, as they do: each family name has dozens of bearers in a large council.
    """
    given = names.people(rng)
    told = {"recorded_at": at, "recorded_by": None}
    days = (YOUNGEST - OLDEST).days
    for start in range(0, count, AT_ONCE):
        people = []
        for number in range(start, min(start + AT_ONCE, count)):
            man, woman, family = next(given)
            first = man if rng.random() < 0.85 else woman
            people.append(
                Person(
                    council=council,
                    reference=f"DEMO-{number + 1:06d}",
                    given_name=first,
                    family_name=family,
                    date_of_birth=OLDEST + timedelta(days=rng.randrange(days)),
                    name_key=name_key(first, family),
                    **told,
                )
            )
        insert(people)
        insert(_alias(person, told, rng) for person in people if rng.random() < WITH_AN_ALIAS)
        insert(Address(person=person, postcode=_postcode(rng), **told) for person in people)
        opened = date(2020, 1, 1)
        cases = insert(
            Case(
                council=council,
                person=person,
                opened_on=opened,
                closed_on=date(2024, 1, 1) if rng.random() < CLOSED else None,
                **told,
            )
            for person in people
        )
        insert(
            Allocation(case=case, team=rng.choice(teams), from_on=opened, to_on=case.closed_on, **told)
            for case in cases
        )
        search.refresh([person.pk for person in people], insert=insert)


def _alias(person: Person, told: Mapping[str, object], rng: Random) -> Alias:
    man, _, family = next(names.people(rng))
    given = rng.choice((person.given_name, man))
    return Alias(
        person=person, given_name=given, family_name=family, name_key=name_key(given, family), **told
    )


def _postcode(rng: Random) -> str:
    """In an area that does not exist, like every postcode of the demonstration."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"QZ{rng.randrange(1, 90)} {rng.randrange(1, 10)}{rng.choice(letters)}{rng.choice(letters)}"
