"""A new version comes by one command, with a way back; and each migration goes back and forward over records."""

# ruff: noqa: F811 - a fixture that is brought in is also the name of what it gives

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cases.models import Case, Timescale
from justice.keeping import backups, record
from tests.builders import an_order
from tests.figures import at_night
from tests.trust.own_database import keeping, own_database  # noqa: F401

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

ROOT = Path(__file__).resolve().parents[2]


def address(name: Path | str) -> str:
    """DATABASE_URL of the test's own database."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    given = connection.settings_dict
    return f"postgresql://{given['USER']}@/{name}?host={given['HOST']}&port={given['PORT'] or 5432}".replace(
        "host=&", f"host={given['OPTIONS'].get('host', '')}&"
    )


@pytest.mark.figure("migrations taken back and forward over records: what both versions hold is equal")
def test_migrations_go_back_and_forward_over_records(own_database: Path | str, figure: Any) -> None:
    """The newest, as long as they are quickly undone, at every change; every one at night."""
    an_order(hours=100)
    connection.close()

    done = subprocess.run(
        [sys.executable, "tests/trust/there_and_back.py", "all" if at_night() else "latest"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "justice.settings.test",
            "DATABASE_URL": address(own_database),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=3_600,
    )
    lines = done.stdout.splitlines()
    for line in lines:
        figure.add(line.startswith("equal"), line)
    assert lines, done.stderr[-2000:]
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def back_to_the_last_version() -> None:
    call_command("migrate", "cases", "0015", interactive=False, verbosity=0)


def behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def test_one_command_brings_the_tables_here_and_says_how_to_go_back(keeping: Any) -> None:
    an_order(hours=100)
    back_to_the_last_version()
    out = StringIO()

    call_command("upgrade", stdout=out)

    [(_, kept)] = backups.kept()
    assert not behind()
    assert f"restore {kept} --over" in out.getvalue()
    assert "timescales of 1 cases" in out.getvalue()

    # And so it is: what is restored are the tables of before, with what was in them.
    call_command("restore", str(kept), "--over", stdout=StringIO())
    assert behind()
    assert Case.objects.count() == 1


def test_an_upgrade_without_a_sound_backup_changes_nothing(keeping: Any, monkeypatch: Any) -> None:
    back_to_the_last_version()
    monkeypatch.setattr(backups, "drill", lambda *_, **__: ["cases_person: 1 rows instead of 2"])

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("upgrade", stdout=StringIO())
    assert behind()


def test_trying_out_notices_timescales_that_are_not_what_the_facts_say(keeping: Any) -> None:
    an_order(hours=100)
    call_command("upgrade", stdout=StringIO())
    assert record.newest() is None
    Timescale.objects.filter(pk=Timescale.objects.values("pk")[:1]).delete()

    with pytest.raises(CommandError, match="not what the facts say"):
        call_command("upgrade", stdout=StringIO())
