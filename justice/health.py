"""Is it running, and can it do the work? Strangers are told yes or no and a word; an administrator's page says it all.

Live asks nothing of the database, so that its loss does not restart every container. Ready is no longer so only when
the work cannot be done; what somebody should look at soon is said beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.calendars import calendar_of
from cases.models import Council, Job
from justice.database_roles import mistakes
from justice.keeping import record

LATE: Final = timedelta(minutes=15)
APART: Final = timedelta(seconds=2)


class Level(StrEnum):
    GOOD = "good"
    SOON = "soon"  # the work goes on; somebody should look
    BAD = "bad"  # the work cannot be done


@dataclass(frozen=True)
class Finding:
    """What one look found: `code` is all that strangers hear of it."""

    code: str
    title: str
    level: Level
    words: str


Look = Callable[[datetime], Finding]


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("live\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether it can do the work, and a word for each thing that is not as it should be."""
    found = list(look_at_all(timezone.now()))
    bad = any(finding.level == Level.BAD for finding in found)
    codes = [finding.code for finding in found if finding.level != Level.GOOD]
    words = " ".join(["not ready" if bad else "ready", *codes])
    return HttpResponse(f"{words}\n", status=503 if bad else 200, content_type="text/plain")


def look_at_all(at: datetime) -> Iterator[Finding]:
    """Each look in turn; without a database those that need one are left out."""
    yield (first := database(at))
    yield from (look(at) for look in WITHOUT_A_DATABASE)
    if first.level == Level.BAD:
        return
    yield (second := tables(at))
    if second.level == Level.BAD:
        return
    for look in (roles, writing, jobs, calendar, drill, clock):
        try:
            yield look(at)
        except DatabaseError:
            yield Finding(look.__name__, "The database", Level.BAD, "It did not answer a question.")


def database(at: datetime) -> Finding:
    title = "The database"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Finding("database", title, Level.BAD, "It does not answer.")
    return Finding("database", title, Level.GOOD, "It answers.")


def tables(at: datetime) -> Finding:
    title = "Its tables"
    executor = MigrationExecutor(connection)
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if behind:
        words = f"They are {len(behind)} steps behind this version: run manage.py upgrade."
        return Finding("tables", title, Level.BAD, words)
    return Finding("tables", title, Level.GOOD, "They are those of this version.")


def roles(at: datetime) -> Finding:
    """Whether the site's own role in the database could alter the trail (justice.database_roles)."""
    title = "Its roles"
    asked = settings.TWO_DATABASE_ROLES and not settings.AS_DATABASE_OWNER
    found = mistakes(connection) if asked else []
    if found:
        return Finding("roles", title, Level.BAD, " ".join(found))
    return Finding("roles", title, Level.GOOD, "The site's role could not alter the trail.")


def writing(at: datetime) -> Finding:
    """A row is written and taken back."""
    title = "Writing to it"
    try:
        with transaction.atomic():
            Session(session_key="ready", session_data="", expire_date=at).save(force_insert=True)
            transaction.set_rollback(True)
    except DatabaseError:
        return Finding("writing", title, Level.BAD, "It refuses: it is read-only, full, or another holds it.")
    return Finding("writing", title, Level.GOOD, "A row was written and taken back.")


def jobs(at: datetime) -> Finding:
    title = "Jobs"
    oldest = (
        Job.objects.filter(state=Job.State.WAITING).order_by("created_at").values_list("created_at").first()
    )
    waits = at - oldest[0] if oldest else timedelta(0)
    if waits > LATE:
        words = f"The oldest has waited for {_for(waits)}: see whether the worker runs."
        return Finding("jobs", title, Level.SOON, words)
    return Finding("jobs", title, Level.GOOD, "None has waited long.")


def calendar(at: datetime) -> Finding:
    """Without the holidays of a year due dates in it would be refused."""
    title = "Working-day calendar"
    this = timezone.localdate(at).year
    for council in Council.objects.all():
        known = calendar_of(council)
        for year in (this, this + 1):
            if not known.first <= date(year, 1, 1) <= date(year, 12, 31) <= known.last or not any(
                day.year == year for day in known.closed
            ):
                return Finding("calendar", title, Level.BAD, f"{year} is not loaded for {council.name}.")
    return Finding("calendar", title, Level.GOOD, f"{this} and {this + 1} are loaded.")


def drill(at: datetime) -> Finding:
    title = "Last backup that was restored to try it"
    last = record.last_good_drill()
    if last is None or last.finished_at is None:
        return Finding("drill", title, Level.SOON, "None yet: run manage.py backup.")
    words = f"{timezone.localtime(last.finished_at):%-d %B %Y, %H:%M}; {last.result['file']} was equal."
    if at - last.finished_at > record.DRILL_MAY_BE_OLD:
        words += " That is more than 26 hours ago: see the last runs below, then run manage.py backup."
        return Finding("drill", title, Level.SOON, words)
    return Finding("drill", title, Level.GOOD, words)


def clock(at: datetime) -> Finding:
    title = "Clocks"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        else:
            cursor.execute("SELECT (julianday('now') - 2440587.5) * 86400")
        there = datetime.fromtimestamp(float(cursor.fetchone()[0]), UTC)
    apart = abs(there - timezone.now())  # not `at`: the looks before this one took their time
    if apart > APART:
        words = f"This machine's and the database's are {_for(apart)} apart: see to the time of both."
        return Finding("clock", title, Level.SOON, words)
    return Finding("clock", title, Level.GOOD, "This machine's and the database's agree.")


def disk(at: datetime) -> Finding:
    """The fullest of the disks that files, backups and an evaluation's database are on."""
    title = "Free disk"
    folders = {_existing(Path(path)) for path in (settings.VAR, settings.BACKUP_FOLDER, settings.MEDIA_ROOT)}
    if connection.vendor == "sqlite" and Path(name := str(connection.settings_dict["NAME"])).is_file():
        folders.add(Path(name).parent)
    free = min(100 * usage.free / usage.total for usage in map(shutil.disk_usage, folders))
    words = f"{free:.0f} per cent are free."
    if free < settings.DISK_FULL_PERCENT:
        return Finding("disk-full", title, Level.BAD, f"{words} Make room before anything is lost.")
    if free < settings.DISK_LOW_PERCENT:
        return Finding("disk-low", title, Level.SOON, f"{words} Make room soon.")
    return Finding("disk-low", title, Level.GOOD, words)


def room_wanted(at: datetime) -> str:
    """What whoever runs the system is told of a disk that fills up; nothing while there is room. Asks no database."""
    found = disk(at)
    return "" if found.level == Level.GOOD else f"The disk is filling up: {found.words}"


def folders(at: datetime) -> Finding:
    title = "Folders for files"
    for path in (settings.MEDIA_ROOT, settings.BACKUP_FOLDER):
        there = _existing(Path(path))
        if not there.is_dir() or not _may_write(there):
            return Finding("folders", title, Level.BAD, f"{there} cannot be written to.")
    return Finding("folders", title, Level.GOOD, "They can be written to.")


WITHOUT_A_DATABASE: Final[tuple[Look, ...]] = (disk, folders)


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there: it is made when it is first needed."""
    while not path.exists():
        path = path.parent
    return path


def _may_write(folder: Path) -> bool:
    probe = folder / ".ready"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _for(span: timedelta) -> str:
    seconds = span.total_seconds()
    for length, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {word}s"
    return f"{seconds:.0f} seconds"
