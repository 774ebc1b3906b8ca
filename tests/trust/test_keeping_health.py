"""Ready says what is wrong in a word, live stays live, and only an administrator hears more."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.jobs import Running
from cases.models import Job, Role
from justice import health
from justice.domain.calendar import Calendar
from justice.keeping import nightly, record
from tests.builders import a_council, staff

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def well(db: None, settings: Any, tmp_path: Path) -> None:
    """All is as it should be: there is room, and last night's drill was equal."""
    settings.MEDIA_ROOT, settings.BACKUP_FOLDER, settings.VAR = tmp_path, tmp_path, tmp_path
    a_council()
    at = timezone.now()
    record.keep_result("backup", at - timedelta(hours=9), {"drilled": True, "file": "justice-last"})


def the_answer() -> tuple[int, str]:
    answer = Client().get(reverse("ready"))
    return answer.status_code, answer.content.decode().strip()


def free(per_cent: int) -> Any:
    return mock.patch.object(shutil, "disk_usage", return_value=Disk(100, 100 - per_cent, per_cent))


def gone(*_: Any, **__: Any) -> Any:
    raise DatabaseError("could not connect to server: secret-host")


@contextmanager
def read_only() -> Any:
    """The database takes questions and refuses rows."""

    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            raise DatabaseError("cannot execute INSERT in a read-only transaction")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield


def waiting(minutes: int) -> None:
    job = Job.objects.create(kind="notify", run_key=str(minutes))
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))


def faults(stack: ExitStack, folder: Path) -> dict[str, tuple[int, Callable[[], Any]]]:
    """Ten things that break: the code ready must say, its status, and how it is broken."""
    enter = stack.enter_context
    this = timezone.localdate().year
    short = Calendar("Strathmore", {date(this, 1, 1): "New Year"}, date(1990, 1, 1), date(this, 12, 31))

    def unapplied() -> None:
        last = MigrationLoader(connection).graph.leaf_nodes("cases")[0]
        MigrationRecorder(connection).record_unapplied(*last)

    def a_wrong_clock() -> None:
        right = timezone.now
        enter(mock.patch.object(timezone, "now", side_effect=lambda: right() + timedelta(seconds=4)))

    def an_old_drill() -> None:
        Job.objects.filter(kind="backup").update(finished_at=timezone.now() - timedelta(hours=27))

    def locked() -> None:
        enter(mock.patch.object(Path, "touch", side_effect=PermissionError))

    return {
        "database": (503, lambda: enter(mock.patch.object(connection, "cursor", gone))),
        "writing": (503, lambda: enter(read_only())),
        "tables": (503, unapplied),
        "jobs": (200, lambda: waiting(16)),
        "disk-low": (200, lambda: enter(free(19))),
        "disk-full": (503, lambda: enter(free(4))),
        "calendar": (503, lambda: enter(mock.patch.object(health, "calendar_of", return_value=short))),
        "drill": (200, an_old_drill),
        "clock": (200, a_wrong_clock),
        "folders": (503, locked),
    }  # fmt: skip


@pytest.mark.figure(
    "broken things: ready says its code and no more, live stays live, and it is well again after"
)
def test_each_broken_thing_is_said_by_its_own_code(well: None, tmp_path: Path, figure: Any) -> None:
    from django.db import transaction

    with free(50):
        assert the_answer() == (200, "ready")
    with ExitStack() as names:
        codes = list(faults(names, tmp_path))
    for code in codes:
        with transaction.atomic():
            with ExitStack() as stack:
                if not code.startswith("disk"):
                    stack.enter_context(free(50))
                status, break_it = faults(stack, tmp_path)[code]
                break_it()
                said = the_answer()
                alive = Client().get(reverse("live"))
            transaction.set_rollback(True)
        words = f"{'ready' if status == 200 else 'not ready'} {code}"
        figure.add(said == (status, words) and alive.status_code == 200, f"{code}: {said}")
    with free(50):
        figure.add(the_answer() == (200, "ready"), "well again")
    assert len(codes) == 10


def test_a_job_that_waits_a_little_and_a_drill_of_last_night_are_well(well: None) -> None:
    waiting(14)
    Job.objects.filter(kind="backup").update(finished_at=timezone.now() - timedelta(hours=25))
    with free(21):
        assert the_answer() == (200, "ready")


def test_a_drill_that_was_not_equal_does_not_count(well: None) -> None:
    Job.objects.filter(kind="backup").update(result={"drilled": False, "file": "justice-last"})
    with free(50):
        assert the_answer() == (200, "ready drill")


def test_ready_leaves_no_row_behind(well: None) -> None:
    from django.contrib.sessions.models import Session

    with free(50):
        the_answer()
    assert not Session.objects.exists()


def test_the_administrators_page_says_it_in_words(well: None) -> None:
    administrator, worker = staff(Role.ADMINISTRATOR), staff(Role.CASEWORKER)
    client, other = Client(), Client()
    client.force_login(administrator)
    other.force_login(worker)
    waiting(40)
    with free(12):
        page = client.get(reverse("system")).content.decode()

    assert "12 per cent are free. Make room soon." in page
    assert "waited for 40 minutes" in page
    assert "justice-last was equal" in page
    assert "Look at this soon" in page
    assert other.get(reverse("system")).status_code == 403
    assert reverse("system") in client.get(reverse("settings")).content.decode()


@pytest.mark.parametrize(("per_cent", "said"), [(21, ""), (12, "Make room soon"), (3, "Make room before")])
def test_only_whoever_runs_the_system_is_told_of_a_disk_that_fills_up(
    well: None, per_cent: int, said: str
) -> None:
    banner = "The disk is filling up"
    clients = {}
    for role in Role.values:
        if role != Role.SYSTEM:
            clients[role] = Client()
            clients[role].force_login(staff(role))
            clients[role].get(reverse("home"))
    with free(per_cent):
        for role, client in clients.items():
            shown = client.get(reverse("home"), follow=True).content.decode()
            assert (banner in shown) == (bool(said) and role == Role.ADMINISTRATOR), role
            assert said in shown or role != Role.ADMINISTRATOR
        page = clients[Role.ADMINISTRATOR].get(reverse("system")).content.decode()
        assert (banner in page) == bool(said)
        assert banner not in clients[Role.PERFORMANCE_OFFICER].get(reverse("settings")).content.decode()


def test_a_full_disk_costs_no_question_to_the_database(well: None, django_assert_num_queries: Any) -> None:
    with free(3), django_assert_num_queries(0):
        assert "Make room" in health.room_wanted(timezone.now())


def test_the_disk_of_an_evaluations_database_is_looked_at(well: None, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "justice.sqlite3"
    file.parent.mkdir()
    file.touch()

    def usage(path: Path) -> Disk:
        return Disk(100, 97, 3) if Path(path) == file.parent else Disk(100, 50, 50)

    kind = mock.patch.object(connection, "vendor", "sqlite")
    name = mock.patch.dict(connection.settings_dict, {"NAME": str(file)})
    with kind, name, mock.patch.object(shutil, "disk_usage", usage):
        assert health.disk(timezone.now()).code == "disk-full"


def test_the_night_says_in_the_log_that_the_disk_fills_up(well: None, caplog: Any) -> None:
    for per_cent, said in ((50, []), (12, ["disk-low"]), (3, ["disk-full"])):
        caplog.clear()
        with free(per_cent), mock.patch.object(record, "back_up", return_value={}):
            nightly.backup(Running(Job.objects.create(kind="backup", run_key=str(per_cent)), timezone.now))
        assert [one.outcome for one in caplog.records if one.name == "justice.keeping.nightly"] == said
