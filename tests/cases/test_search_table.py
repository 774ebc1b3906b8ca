"""Two hundred ways to type somebody wrongly, among five thousand others: where the right person stands.

misspellings.csv has a row for each: who is meant, what kind of slip it is, what is typed, and the rank of the right
person (nothing: not shown). WRITE_RANKS=1 writes the ranks afresh, for a change that means to. Every name is invented.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from cases import search
from cases.matching import name_key
from cases.models import Address, Alias, Allocation, Case, Person, Role, User
from justice.caseload.demonstration.crowd import gather
from tests.builders import a_council, a_team, day, staff

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("misspellings.csv")
CROWD = 5000
ON = day("27 November 2026")
BY_BIRTH = ("date of birth", "swapped", "year one off")  # in the kind of slip


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def who(row: dict[str, str]) -> tuple[str, str, str]:
    return row["given_name"], row["family_name"], row["date_of_birth"]


@pytest.fixture(scope="module")
def seeker(django_db_setup: None, django_db_blocker) -> Iterator[User]:
    """Somebody who sees the whole council: the crowd and those of the table, made once for the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        council = a_council("Crowd")
        team = a_team("North", council)
        at = timezone.now()
        gather(council, [team], CROWD, at=at, rng=Random(18))
        for number, row in enumerate({who(row): row for row in rows()}.values(), 1):
            given, family = row["given_name"], row["family_name"]
            person = Person.objects.create(
                council=council, reference=f"TABLE-{number:03d}", given_name=given, family_name=family,
                date_of_birth=date.fromisoformat(row["date_of_birth"]), name_key=name_key(given, family),
            )  # fmt: skip
            Address.objects.create(person=person, postcode=row["postcode"])
            if row["alias_family_name"]:
                names = row["alias_given_name"], row["alias_family_name"]
                Alias.objects.create(
                    person=person, given_name=names[0], family_name=names[1], name_key=name_key(*names)
                )
            case = Case.objects.create(council=council, person=person, opened_on=day("1 May 2024"))
            Allocation.objects.create(case=case, team=team, from_on=case.opened_on)
        search.refresh(
            list(Person.objects.filter(reference__startswith="TABLE").values_list("pk", flat=True))
        )
        yield staff(Role.SENIOR_MANAGER, team=team)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def ranks(seeker: User) -> list[int | None]:
    found = []
    for row in rows():
        hits = search.find(seeker, row["typed"], ON).rows
        at = [(hit.person.given_name, hit.person.family_name, f"{hit.person.date_of_birth}") for hit in hits]
        found.append(at.index(who(row)) + 1 if who(row) in at else None)
    if os.environ.get("WRITE_RANKS") == "1":
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            table = rows_with(found)
            writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
    return found


def rows_with(found: list[int | None]) -> list[dict[str, str]]:
    return [{**row, "rank": str(rank or "")} for row, rank in zip(KEPT, found, strict=True)]


KEPT = rows()


def share(ranks: list[int | None], within: int) -> float:
    return sum(1 for rank in ranks if rank and rank <= within) / len(ranks)


def test_the_right_person_stands_where_the_table_says(ranks: list[int | None]):
    moved = [
        f"{row['typed']!r} ({row['kind']}): {row['rank'] or 'not shown'} before, {rank or 'not shown'} now"
        for row, rank in zip(rows(), ranks, strict=True)
        if row["rank"] != str(rank or "")
    ]
    assert not moved, "\n".join(moved)


def test_there_are_two_hundred_rows_and_more_than_a_dozen_kinds_of_slip():
    assert len(rows()) == 200
    assert len({row["kind"] for row in rows()}) > 12


def test_of_misspelt_names_alone_nine_of_ten_are_in_the_first_twenty(
    ranks: list[int | None], record_property
):
    alone = [
        rank
        for row, rank in zip(rows(), ranks, strict=True)
        if row["kind"] != "postcode" and not any(word in row["kind"] for word in BY_BIRTH)
    ]
    shares = share(alone, 20), share(alone, 1)
    record_property("names alone: in the first 20, first", shares)
    print(f"{len(alone)} names alone: {shares[0]:.3f} in the first 20, {shares[1]:.3f} first")
    assert shares[0] >= 0.98
    assert shares[1] >= 0.95


def test_with_a_date_of_birth_even_a_wrong_one_all_but_one_of_a_hundred_are(
    ranks: list[int | None], record_property
):
    dated = [
        rank for row, rank in zip(rows(), ranks, strict=True) if any(word in row["kind"] for word in BY_BIRTH)
    ]
    shares = share(dated, 20), share(dated, 1)
    record_property("with a date of birth: in the first 20, first", shares)
    print(f"{len(dated)} with a date of birth: {shares[0]:.3f} in the first 20, {shares[1]:.3f} first")
    assert shares[0] >= 0.99
    assert shares[1] >= 0.95


def test_nobody_is_shown_for_a_name_like_nobodys(seeker: User):
    assert search.find(seeker, "Xqzwv Kpfgj", ON) == search.Found([], False)
