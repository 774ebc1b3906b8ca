"""How well and how fast people are found among very many: in shares, in milliseconds and in ratios.

Makes a council of invented people in a database that holds nothing else, and measures there. Choose that database:

    DATABASE_URL=sqlite:////tmp/search-benchmark.sqlite3 ./run manage search_benchmark --people 200000

A second run measures on the people that are there already.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from statistics import median
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from cases import search
from cases.models import Council, Locality, Person, Role, Team, User
from justice.caseload.demonstration.crowd import gather

COUNCIL = "Search benchmark"
PEOPLE_OF_A_TEAM = 2000
ROWS = "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}"
CELLS = ("pk", "reference", "given_name", "family_name", "date_of_birth", "gender", "restricted")


@dataclass(frozen=True)
class Took:
    """Milliseconds: the median, what 19 of 20 stay under, and the median of what this process computed itself."""

    middle: float
    slow: float
    computing: float


Slip = Callable[[str, Random], str]


def transposed(word: str, rng: Random) -> str:
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def missing(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def doubled(word: str, rng: Random) -> str:
    at = rng.randrange(len(word))
    return word[: at + 1] + word[at:]


def wrong_vowel(word: str, rng: Random) -> str:
    places = [at for at, letter in enumerate(word) if letter in "aeiou"]
    at = rng.choice(places)
    return word[:at] + rng.choice([one for one in "aeiou" if one != word[at]]) + word[at + 1 :]


SLIPS: tuple[Slip, ...] = (transposed, missing, doubled, wrong_vowel)


def misspelt(person: Person, rng: Random) -> str:
    """The family name with one slip, and half the time the given name with another."""
    given, family = person.given_name.lower(), person.family_name.lower()
    family = rng.choice(SLIPS)(family, rng)
    if rng.random() < 0.5:
        given = rng.choice(SLIPS)(given, rng)
    return f"{given} {family}" if rng.random() < 0.5 else f"{family}, {given}"


def wrong_birth(born: date, rng: Random) -> date:
    """One figure of the day or the year another, or day and month the other way round."""
    if born.day <= 12 and rng.random() < 0.5:
        return born.replace(day=born.month, month=born.day)
    return born.replace(year=born.year + rng.choice((-1, 1, 10)), day=min(born.day, 28))


class Command(BaseCommand):
    help = "Measure the search among many invented people, in a database chosen for it with DATABASE_URL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=200_000)
        parser.add_argument("--searches", type=int, default=200, help="of each kind")

    def handle(self, *args: Any, **options: Any) -> None:
        if Council.objects.exclude(name=COUNCIL).exists():
            raise CommandError(
                "There is a council in this database. Choose an empty one: DATABASE_URL=sqlite:////tmp/name.sqlite3"
            )
        with transaction.atomic():
            council = Council.objects.filter(name=COUNCIL).first() or self._fill(options["people"])
        self._measure(council, options["searches"])

    def _fill(self, count: int) -> Council:
        begun = time.monotonic()
        council = Council.objects.create(name=COUNCIL, demonstration=True)
        locality = Locality.objects.create(council=council, name="Everywhere")
        teams = [
            Team.objects.create(council=council, locality=locality, name=f"Team {number}")
            for number in range(1 + count // PEOPLE_OF_A_TEAM)
        ]
        for role in (Role.SENIOR_MANAGER, Role.CASEWORKER):
            team = teams[0] if role == Role.CASEWORKER else None
            User.objects.create(
                council=council, team=team, role=role, name=role.label, email=f"{role}@benchmark.invalid"
            )
        gather(council, teams, count, at=timezone.now(), rng=Random(1))  # noqa: S311
        self.stdout.write(f"{count:,} people made in {time.monotonic() - begun:.0f} s")
        return council

    def _measure(self, council: Council, searches: int) -> None:
        rng = Random(2)  # noqa: S311
        on = timezone.localdate()
        keys = list(Person.objects.filter(council=council).order_by("pk").values_list("pk", flat=True))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        sought = Person.objects.in_bulk(rng.sample(keys, min(searches, len(keys)))).values()
        everywhere = User.objects.get(council=council, role=Role.SENIOR_MANAGER)
        worker = User.objects.get(council=council, role=Role.CASEWORKER)
        words = search.SearchWord.objects.filter(council=council).count()
        spellings = search.Spelling.objects.filter(council=council).count()
        self.stdout.write(
            f"{connection.vendor}: {len(keys):,} people, {words:,} search words, {spellings:,} spellings"
        )

        bare = self._bare(council, sought)
        exact = self._timed(
            lambda person: list(
                Person.objects.filter(
                    council=council, name_key=person.name_key, date_of_birth=person.date_of_birth
                )
            ),
            sought,
        )
        self.stdout.write(
            f"medians in ms: exact look-up {exact.middle:.2f} ({exact.computing:.2f} of this process), "
            f"bare page of 50 rows {bare.middle:.2f} ({bare.computing:.2f})"
        )
        born = "{0:%d/%m/%Y}".format
        kinds: tuple[tuple[str, Callable[[Person], str]], ...] = (
            ("exact name", lambda one: one.name),
            ("family name first", lambda one: f"{one.family_name}, {one.given_name}"),
            ("family name alone", lambda one: one.family_name),
            ("given name alone", lambda one: one.given_name),
            ("misspelt name", lambda one: misspelt(one, rng)),
            ("misspelt name, date of birth", lambda one: f"{misspelt(one, rng)} {born(one.date_of_birth)}"),
            (
                "misspelt name, wrong date of birth",
                lambda one: f"{misspelt(one, rng)} {born(wrong_birth(one.date_of_birth, rng))}",
            ),
            ("given name, date of birth", lambda one: f"{one.given_name} {born(one.date_of_birth)}"),
            ("date of birth", lambda one: born(one.date_of_birth)),
            ("reference", lambda one: one.reference.replace("-", " ").lower()),
            ("postcode", lambda one: one.addresses.all()[0].postcode),
            ("first half of a postcode", lambda one: one.addresses.all()[0].postcode.split()[0]),
        )
        # In ms; "computing" is what this process did itself: other work on the machine does not stretch it.
        self.stdout.write(
            f"{'typed':36}{'first':>7}{'in 20':>7}{'median':>9}{'19 of 20':>10}{'computing':>11}"
            f"{'x bare':>8}{'x exact':>9}"
        )
        for kind, typed in kinds:
            texts = {person.pk: typed(person) for person in sought}
            ranks: list[int] = []

            def seek(person: Person, texts: dict[int, str] = texts, ranks: list[int] = ranks) -> None:
                found = search.find(everywhere, texts[person.pk], on)
                at = [hit.person.pk for hit in found.rows]
                ranks.append(at.index(person.pk) + 1 if person.pk in at else 0)

            self._tell(kind, self._timed(seek, sought), ranks, bare, exact)
        texts = {person.pk: misspelt(person, rng) for person in sought}
        scoped = self._timed(lambda person: search.find(worker, texts[person.pk], on), sought)
        self._tell("misspelt name, by a caseworker", scoped, [], bare, exact)
        client = Client(headers={"host": "localhost"})
        client.force_login(everywhere)
        page = self._timed(
            lambda person: client.post(reverse("people"), {"text": texts[person.pk]}).content, sought
        )
        self._tell("misspelt name, the whole page", page, [], bare, exact)

    def _tell(self, kind: str, took: Took, ranks: list[int], bare: Took, exact: Took) -> None:
        shares = [sum(1 <= rank <= within for rank in ranks) / len(ranks) for within in (1, 20) if ranks]
        found = "".join(f"{share:7.3f}" for share in shares).rjust(14)
        self.stdout.write(
            f"{kind:36}{found}{took.middle:9.1f}{took.slow:10.1f}{took.computing:11.1f}"
            f"{took.computing / bare.computing:8.2f}{took.computing / exact.computing:9.1f}"
        )

    def _bare(self, council: Council, sought: Any) -> Took:
        """A session of somebody signed in, one indexed query, 50 rows of 7 cells in a template."""
        template = Template(ROWS)
        client = Client()
        client.force_login(User.objects.get(council=council, role=Role.SENIOR_MANAGER))
        request = RequestFactory(headers={"cookie": f"sessionid={client.cookies['sessionid'].value}"})

        def view(request: HttpRequest) -> HttpResponse:
            rows = Person.objects.filter(council=request.user.council_id, name_key__gte=request.GET["from"])
            cells = rows.order_by("name_key").values_list(*CELLS)[:50]
            return HttpResponse(template.render(Context({"rows": list(cells)})))

        page = SessionMiddleware(AuthenticationMiddleware(view))
        return self._timed(lambda person: page(request.get("/", {"from": person.name_key})), sought)

    @staticmethod
    def _timed(act: Callable[[Person], object], sought: Any) -> Took:
        """The first is not counted: it fills what a process keeps."""
        clock, computing = [], []
        for person in sought:
            begun, computed = time.perf_counter(), time.process_time()
            act(person)
            clock.append((time.perf_counter() - begun) * 1000)
            computing.append((time.process_time() - computed) * 1000)
        clock = sorted(clock[1:])
        return Took(median(clock), clock[int(len(clock) * 0.95)], median(computing[1:]))
