"""The job of the night that is about the whole system: a backup that is known to restore."""

from __future__ import annotations

import logging
from typing import Any

from cases.jobs import Running
from justice.health import Level, disk
from justice.keeping import record

log = logging.getLogger(__name__)


def backup(job: Running) -> dict[str, Any]:
    """Back up, drill and let old backups go; the result says whether what was restored was equal.

    Before that a disk that fills up is told of: a backup needs room, and may fail for want of it.
    """
    if (found := disk(job.now())).level != Level.GOOD:
        log.warning("the disk is filling up: see How the system is", extra={"outcome": found.code})
    return record.back_up(job.now(), tick=lambda: job.progress(0, 0))
