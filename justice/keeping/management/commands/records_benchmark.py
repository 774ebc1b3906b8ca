"""How long a council of full size takes to back up, to restore and to compare, and to be asked who looked.

Makes the demonstration council in a database that holds nothing else, adds a year of looks, and measures there. Choose
that database; backups and files of the run are in a temporary folder and are gone afterwards:

    DATABASE_URL=sqlite:////tmp/records-benchmark.sqlite3 ./run manage records_benchmark

A second run measures on what is there already, with as many more looks as are missing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import pyrage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Consultation, Council, Role, User
from justice.domain.looking import Ground
from justice.keeping import backups

PART = 20_000  # looks written at once
DISTINCT = 100_000  # looks that are made up; the others are the same again
OF_THE_WHOLE = 15_000  # cases, at least, of the demonstration at its full size
YEAR = timedelta(days=365)
ON_A_PAGE = 25  # cases of one list
FILE = 20_000  # bytes of the one file that each case has
ASKED = 6  # records that governance asks about; the first is not counted


class Command(BaseCommand):
    help = "Measure backup, restoring and who looked at full size, in a database chosen for it with DATABASE_URL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=5000, help="at least; 0 leaves the drill out")
        parser.add_argument("--looks", type=int, default=2_000_000, help="0 leaves them out")

    def handle(self, *args: Any, cases: int, looks: int, **options: Any) -> None:
        if Council.objects.filter(demonstration=False).exists():
            raise CommandError(
                "There is a council in this database. Choose an empty one: DATABASE_URL=sqlite:////tmp/name.sqlite3"
            )
        if not Council.objects.exists():
            self._took("making the council", lambda: self._fill(cases))
        there = Case.objects.count()
        self.stdout.write(f"{connection.vendor}: {there:,} cases")
        if cases:
            if there < cases:
                raise CommandError(f"The demonstration has {there:,} cases, fewer than {cases:,}")
            with tempfile.TemporaryDirectory(prefix="records-benchmark-") as folder:
                self._drill(Path(folder))
        if looks:
            few = self._asked()
            self._took("writing looks", lambda: self._look(looks))
            many = self._asked()
            self.stdout.write(f"the page of who looked is {many / few:.1f} times as slow as with few looks")

    def _took(self, what: str, act: Callable[[], Any]) -> float:
        begun = time.monotonic()
        act()
        took = time.monotonic() - begun
        self.stdout.write(f"{what}: {took:.1f} s")
        return took

    # -------------------------------------------------------------- the drill

    def _fill(self, cases: int) -> None:
        scale = min(1.0, max(0.1, cases / OF_THE_WHOLE))
        call_command("load_demonstration", scale=scale, stdout=self.stderr, stderr=self.stderr)

    def _drill(self, folder: Path) -> None:
        """Encrypted, as in production, with a file of each case beside the database."""
        rng, files = Random(1), folder / "files"  # noqa: S311
        files.mkdir()
        for key in Case.objects.values_list("pk", flat=True):
            (files / f"{key}.pdf").write_bytes(rng.randbytes(FILE))
        key = pyrage.x25519.Identity.generate()
        with override_settings(
            BACKUP_FOLDER=folder / "backups",
            BACKUP_PUBLIC_KEY=str(key.to_public()),
            KEPT_FOLDERS={"files": files},
        ):
            made: list[backups.Made] = []
            took = self._took("backup", lambda: made.append(backups.make(timezone.now())))
            manifest = made[0].manifest
            rows = sum(number for number, _ in manifest["contents"]["tables"].values())
            self.stdout.write(
                f"  {len(manifest['contents']['tables'])} tables, {rows:,} rows, {len(manifest['files']) - 1:,} files, "
                f"{made[0].path.stat().st_size:,} bytes"
            )
            wrong: list[str] = []
            took += self._took(
                "restored into a scratch database and compared",
                lambda: wrong.extend(backups.drill(made[0].path, [key])),
            )
            if wrong:
                raise CommandError("It does not restore equal:\n" + "\n".join(wrong))
            self._took(
                "restored over this database",
                lambda: backups.restore(made[0].path, [key], over=True, at=timezone.now()),
            )
        self.stdout.write(f"the drill is equal, and ten minutes hold it {600 / took:.0f} times")

    # -------------------------------------------------------------- who looked

    def _look(self, wanted: int) -> None:
        """Looks of a year: pages of one record, lists and searches, by everybody at any record."""
        rng, now = Random(wanted), timezone.now()  # noqa: S311
        council = Council.objects.get()
        staff = list(User.objects.filter(council=council).values_list("pk", flat=True))
        cases = list(Case.objects.filter(council=council).values_list("pk", flat=True))
        for _ in range(Consultation.objects.count(), min(wanted, DISTINCT), PART):
            Consultation.objects.bulk_create(a_look(council, staff, cases, now, rng) for _ in range(PART))
        columns = ", ".join(
            field.column for field in Consultation._meta.concrete_fields if not field.primary_key
        )
        table = Consultation._meta.db_table
        with connection.cursor() as cursor:
            while (missing := wanted - Consultation.objects.count()) > 0:
                # The same looks once more: as many rows, for as many people, in a hundredth of the time.
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} ORDER BY id LIMIT %s",  # noqa: S608
                    [missing],
                )
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE cases_consultation")

    def _asked(self) -> float:
        """Governance opens who looked at a record, for one record after another: the median in seconds."""
        governance = User.objects.get(role=Role.INFORMATION_GOVERNANCE)
        client = Client(headers={"host": "localhost"})
        client.force_login(governance)
        cases = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        times: dict[str, list[float]] = {}
        today = timezone.localdate()
        last_month = f"?since={words_of(today - timedelta(days=30))}"
        for key in Random(3).sample(cases, ASKED):  # noqa: S311
            for kind, asked in (("whole", ""), ("last month", last_month)):
                begun = time.perf_counter()
                answer = client.get(reverse("record_looks", args=[key]) + asked)
                times.setdefault(kind, []).append(time.perf_counter() - begun)
                if answer.status_code != 200:
                    raise CommandError(f"The page answers {answer.status_code}")
        looks = Consultation.objects.count()
        for kind, took in times.items():
            took = took[1:]
            self.stdout.write(
                f"who looked, {kind}, of {looks:,} looks: median {median(took):.2f} s, slowest {max(took):.2f} s"
            )
        return median(times["whole"][1:])


def words_of(day: date) -> str:
    return f"{day.day}+{day.month}+{day.year}"


def a_look(council: Council, staff: list[int], cases: list[int], now: datetime, rng: Random) -> Consultation:
    chance = rng.random()
    one = {
        "council": council,
        "user_id": rng.choice(staff),
        "at": now - YEAR * rng.random(),
        "basis": Ground.TEAM,
    }
    if chance < 0.6:
        return Consultation(case_id=rng.choice(cases), kind=Consultation.Kind.VIEW, page="case", **one)
    kind, page = (
        (Consultation.Kind.LIST, "overdue") if chance < 0.95 else (Consultation.Kind.SEARCH, "people")
    )
    return Consultation(kind=kind, page=page, cases=rng.sample(cases, ON_A_PAGE), **one)
