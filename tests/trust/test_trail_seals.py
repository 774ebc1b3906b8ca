"""The trail altered by somebody who may do anything in the database: each time it is noticed, and where."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cases import jobs, seals
from cases.models import Consultation, Entry, Job, Seal, User
from justice.domain.looking import Ground
from tests.builders import a_case, a_council, staff
from tests.figures import at_night, size

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOURS = 10
END = BEGIN + timedelta(hours=HOURS)
NOW = END + timedelta(minutes=20)


def looks(count: int, user: User, case: int, every: timedelta) -> list[Consultation]:
    return [
        Consultation(
            at=BEGIN + every * number, user=user, council_id=user.council_id, case_id=case, kind="view",
            page=f"page {number % 7}", basis=Ground.TEAM, cases=[],
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def sealed(db: None, tmp_path: Path) -> Path:
    """Ten hours of changes and looks, sealed each hour; the folder that the seals were copied to."""
    user, case = staff(), a_case().pk
    council = a_council()
    Consultation.objects.bulk_create(looks(200, user, case, timedelta(minutes=3)))
    Entry.objects.bulk_create(
        Entry(
            at=BEGIN + timedelta(minutes=6) * number, actor=user, operation="record_note", council=council,
            subject=f"note:{number}",
        )
        for number in range(100)
    )  # fmt: skip
    for hour in range(1, HOURS + 1):
        seals.seal_all(BEGIN + timedelta(hours=hour) + seals.MARGIN, tmp_path)
    assert not seals.check(NOW, tmp_path)
    return tmp_path


@contextmanager
def as_superuser() -> Iterator[None]:
    """The database refuses nothing; what is done in it is undone at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")
            else:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        transaction.set_rollback(True)


def tamper(chance: random.Random) -> tuple[str, datetime]:
    """One way of altering the trail, and the moment of what was altered."""
    how = chance.choice(("edit", "delete", "insert", "swap", "truncate", "truncate with seals", "seal anew"))
    row = chance.choice(list(Consultation.objects.filter(at__gte=BEGIN, at__lt=END)))
    rows = Consultation.objects.filter(pk=row.pk)
    if how == "edit":
        column, value = chance.choice(
            (("page", "other"), ("kind", "list"), ("basis", Ground.ALLOCATED), ("recipient", "x"), ("cases", [1]),
             ("case", None), ("council", None), ("at", row.at + timedelta(seconds=1)))
        )  # fmt: skip
        rows.update(**{column: value})
        how = f"edit {column}"
    elif how == "delete":
        rows.delete()
    elif how == "insert":
        row.pk, row.at = None, row.at + timedelta(seconds=chance.randrange(1, 60))
        row.save(force_insert=True)
    elif how == "swap":
        other = Consultation.objects.exclude(page=row.page).filter(at__gte=BEGIN, at__lt=END).first()
        Consultation.objects.filter(pk=other.pk).update(page=row.page)
        rows.update(page=other.page)
    elif how == "seal anew":
        rows.delete()
        for one in Seal.objects.filter(table="cases_consultation").order_by("pk"):
            last = Seal.objects.filter(table=one.table, pk__lt=one.pk).order_by("-pk").first()
            one.previous = last.digest if last else ""
            one.digest, one.rows = seals.digest_of(one)
            one.save()
    else:
        Consultation.objects.filter(at__gte=row.at, at__lt=NOW).delete()
        if how.endswith("seals"):
            Seal.objects.filter(to_at__gt=row.at).delete()
    return how, row.at


@pytest.mark.figure(
    "alterations of the trail by somebody who may do everything: each is found, and where it was"
)
def test_every_alteration_is_found(sealed: Path, figure):
    chance = random.Random(20261127)  # noqa: S311
    for _ in range(size(change=20, night=100)):
        with as_superuser():
            how, at = tamper(chance)
            found = seals.check(NOW, sealed)
            named = [
                one
                for one in found
                if (one.from_at or BEGIN) <= at + timedelta(minutes=1) and at < (one.to_at or NOW)
            ]
            figure.add(named, f"{how} at {at}: {[str(one) for one in found]}")
        assert not seals.check(NOW, sealed)


def test_a_row_that_commits_late_is_left_for_the_next_seal(db: None, tmp_path: Path):
    user, case = staff(), a_case().pk
    seals.seal_all(BEGIN + seals.MARGIN, tmp_path)
    Consultation.objects.bulk_create(looks(1, user, case, timedelta(0)))  # of before the next horizon
    seals.seal_all(BEGIN + seals.MARGIN + timedelta(minutes=1), tmp_path)
    row = looks(1, user, case, timedelta(0))[0]
    row.at = BEGIN + timedelta(minutes=2)  # written ten minutes ago, seen only now
    row.save(force_insert=True)
    later = BEGIN + timedelta(hours=1)
    seals.seal_all(later, tmp_path)

    assert not seals.check(later, tmp_path)
    assert sum(Seal.objects.filter(table="cases_consultation").values_list("rows", flat=True)) == 2


@pytest.mark.postgresql_only
def test_on_postgresql_nothing_is_sealed_past_a_transaction_that_is_open():
    from psycopg2 import connect

    settings_ = connection.get_connection_params()
    now = datetime.now(UTC) + timedelta(hours=1)
    other = connect(host=settings_["host"], dbname=settings_["dbname"], user=settings_["user"])
    with other.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE written (one int)")
        cursor.execute("SELECT now()")
        begun = cursor.fetchone()[0]
    assert seals.sealable_before(now) <= begun
    other.close()
    for _ in range(50):  # the server takes a moment to notice
        if seals.sealable_before(now) > begun:
            break
        time.sleep(0.1)
    assert seals.sealable_before(now) > begun


@pytest.mark.figure("faults planted in the sealing: each is noticed")
def test_faults_in_the_sealing_are_noticed(sealed: Path, figure):
    with as_superuser():
        Seal.objects.filter(table="cases_consultation").order_by("pk")[3].delete()
        figure.planted("a seal is taken out", seals.check(NOW, sealed))
    figure.planted("no seal is made any more", seals.check(NOW + timedelta(hours=4), sealed))
    with patch.object(seals, "columns_of", lambda model: ["id"]), as_superuser():
        seals.seal_all(NOW + timedelta(hours=2), sealed.parent / "elsewhere")
        one = Seal.objects.filter(table="cases_entry").latest("pk")
        figure.planted("a seal leaves columns out", one.columns != Seal.objects.earliest("pk").columns)
    kept = (sealed / seals.FILE).read_text()
    (sealed / seals.FILE).unlink()
    figure.planted("the file outside is gone", seals.check(NOW, sealed))
    (sealed / seals.FILE).write_text("\n".join(kept.splitlines()[1:]) + "\n")
    figure.planted("a line of the file is gone", seals.check(NOW, sealed))


def covers_every_column() -> bool:
    """Whether the last seal of each table hashed all that the table holds."""
    with connection.cursor() as cursor:
        return all(
            set(Seal.objects.filter(table=model._meta.db_table).latest("pk").columns.split(","))
            == {
                row.name
                for row in connection.introspection.get_table_description(cursor, model._meta.db_table)
            }
            for model in seals.SEALED
        )


def test_a_seal_covers_every_column(sealed: Path):
    assert covers_every_column()


def test_the_command_and_the_jobs_of_the_hour_and_the_night(db: None, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(settings, "SEALS_DIR", str(tmp_path))
    now = datetime.now(UTC)
    user, case = staff(), a_case().pk
    for row in looks(3, user, case, timedelta(minutes=1)):
        row.at = now - timedelta(hours=1)
        row.save(force_insert=True)
    for kind in ("seal_trail", "check_seals"):
        jobs.ask(kind, "now")
    jobs.work(lambda: now)
    made, checked = (Job.objects.get(kind=kind) for kind in ("seal_trail", "check_seals"))
    assert made.result == {"made": len(seals.SEALED)}
    assert checked.result == {"differences": []}
    call_command("check_seals")
    with as_superuser():
        Consultation.objects.filter(at__lt=now - timedelta(minutes=30)).delete()
        with pytest.raises(CommandError):
            call_command("check_seals")


@pytest.mark.night
def test_a_million_rows_are_checked_in_seconds(db: None, tmp_path: Path, capsys):
    """A measure, not a limit: a machine under load is no reason to stop a change."""
    user, case, count = staff(), a_case().pk, 1_000_000
    for start in range(0, count, 50_000):
        rows = looks(50_000, user, case, timedelta(milliseconds=30))
        for row in rows:
            row.at += timedelta(milliseconds=30) * start
        Consultation.objects.bulk_create(rows, batch_size=2000)
    for hour in range(1, 10):
        seals.seal_all(BEGIN + timedelta(hours=hour) + seals.MARGIN, tmp_path)
    begun = time.monotonic()
    assert not seals.check(BEGIN + timedelta(hours=9, minutes=30), tmp_path)
    took = time.monotonic() - begun
    assert sum(Seal.objects.values_list("rows", flat=True)) >= count
    with capsys.disabled():
        print(f"\nseals of {count:,} rows checked in {took:.1f} s: {took / 5:.2f} of the 5 s they may take")
    assert at_night()
