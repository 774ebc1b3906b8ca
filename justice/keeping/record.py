"""What is done each night and by hand, with its result kept in a job row: when did a backup last restore equal?"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings

from cases.models import Job
from justice.keeping import backups
from justice.keeping.contents import nothing
from justice.keeping.databases import Tick

log = logging.getLogger(__name__)

DRILL_MAY_BE_OLD = timedelta(hours=26)
KINDS = ("backup", "drill")


def back_up(at: datetime, tick: Tick = nothing) -> dict[str, Any]:
    """Make a backup, restore that very file into a scratch database and compare all of it; then let old ones go.

    An encrypted file is opened for this by a key that was made for it and is forgotten here.
    """
    begun = time.monotonic()
    made = backups.make(at, tick=tick)
    wrong = backups.drill(made.path, [made.key] if made.key else [], tick=tick)
    if wrong:
        log.error("a backup did not restore equal", extra={"outcome": "different"})
    tables = made.manifest["contents"]["tables"]
    return {
        "file": made.path.name,
        "bytes": made.path.stat().st_size,
        "encrypted": made.key is not None,
        "tables": len(tables),
        "rows": sum(rows for rows, _ in tables.values()),
        "files": len(made.manifest["files"]) - 1,
        "drilled": not wrong,
        "differences": wrong[:50],
        "expired": [] if wrong else backups.expire(at),
        "seconds": round(time.monotonic() - begun, 1),
    }


def drill(path: Path, keys: list[pyrage.x25519.Identity]) -> dict[str, Any]:
    """Restore a file into a scratch database and compare all of it."""
    begun = time.monotonic()
    wrong = backups.drill(path, keys)
    return {
        "file": path.name,
        "drilled": not wrong,
        "differences": wrong[:50],
        "seconds": round(time.monotonic() - begun, 1),
    }


def keep_result(kind: str, at: datetime, result: dict[str, Any]) -> None:
    """The row that tells of a backup or drill which somebody made by hand."""
    Job.objects.create(
        kind=kind, run_key=f"by hand {at.isoformat()}", state=Job.State.DONE, result=result, finished_at=at
    )


def last_good_drill() -> Job | None:
    done = Job.objects.filter(kind__in=KINDS, state=Job.State.DONE, result__drilled=True)
    return done.order_by("-finished_at").first()


def last_runs(number: int) -> list[Job]:
    return list(Job.objects.filter(kind__in=KINDS).order_by("-created_at", "-pk")[:number])


def newest() -> Path | None:
    there = backups.kept()
    return there[0][1] if there else None


def words_of_folder() -> str:
    return str(settings.BACKUP_FOLDER)
