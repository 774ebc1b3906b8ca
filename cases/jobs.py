"""Work outside a request: rows in the database, taken up by whoever is awake, done once however often it dies.

A change that needs such work calls `ask` in its own transaction: either both are there or neither. Celery and
Redis only wake a worker to look here sooner; without them the jobs process looks every few seconds.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string

from cases.models import Council, Job, User
from justice.logs import request_number

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # a job that has not said for this long that it is alive was killed
ATTEMPTS = 5


class Running:
    """A job being done: what it was asked, and how it says how far it has come."""

    def __init__(self, row: Job, clock: Callable[[], datetime]) -> None:
        self.row = row
        self.arguments: dict[str, Any] = row.arguments
        self._clock = clock

    def now(self) -> datetime:
        return self._clock()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work has come, and keep the claim for another lease."""
        Job.objects.filter(pk=self.row.pk).update(done=done, total=total, claimed_until=self._clock() + LEASE)


def ask(
    kind: str,
    run_key: str,
    *,
    arguments: dict[str, Any] | None = None,
    asked_by: User | None = None,
    council: Council | None = None,
) -> Job:
    """Ask for a job, once per kind and key, as part of the transaction in progress; wake a worker when it commits."""
    if kind not in settings.JOB_KINDS:
        raise ValueError(f"no such kind of job: {kind}")
    found = Job.objects.filter(kind=kind, run_key=run_key).first()
    if found is None:
        try:
            with transaction.atomic():
                found = Job.objects.create(
                    kind=kind, run_key=run_key, arguments=arguments or {}, asked_by=asked_by, council=council
                )
        except IntegrityError:  # somebody asked at the same moment
            found = Job.objects.get(kind=kind, run_key=run_key)
    transaction.on_commit(_wake)
    return found


def last(kind: str, council: Council | None) -> Job | None:
    """The last run of a kind of job for a council, whoever asked for it."""
    return Job.objects.filter(kind=kind, council=council).order_by("-created_at", "-pk").first()


def _wake() -> None:
    import_string(settings.JOB_BELL)()


def claim(at: datetime) -> Job | None:
    """Take the oldest job that waits, or whose worker died; a conditional update decides between two takers."""
    to_do = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, claimed_until__lt=at)
    for job in Job.objects.filter(to_do).order_by("created_at", "pk")[:20]:
        taken = Job.objects.filter(to_do, pk=job.pk, attempts=job.attempts).update(
            state=Job.State.RUNNING, claimed_until=at + LEASE, attempts=F("attempts") + 1
        )
        if taken:
            job.refresh_from_db()
            return job
    return None


def work(clock: Callable[[], datetime], limit: int = 100) -> int:
    """Do what is to be done, oldest first; return how many jobs were done."""
    for count in range(limit):
        job = claim(clock())
        if job is None:
            return count
        run(job, clock)
    return limit


def run(job: Job, clock: Callable[[], datetime]) -> None:
    """Do one claimed job. What fails is tried again at the next round, five times in all."""
    number = request_number.set(f"job-{job.pk}")
    try:
        _run(job, clock)
        log.info("job", extra={"job": job.pk, "kind": job.kind, "outcome": job.state})
    finally:
        request_number.reset(number)


def _run(job: Job, clock: Callable[[], datetime]) -> None:
    try:
        result = import_string(settings.JOB_KINDS[job.kind])(Running(job, clock)) or {}
    except Exception as error:
        log.exception("job %s failed", job.pk)
        last = job.attempts >= ATTEMPTS
        job.state = Job.State.FAILED if last else Job.State.WAITING
        # The kind of error and the place, without the values it was about: no personal data in a job row.
        job.error = f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1].name}"
    else:
        job.state, job.result, job.error = Job.State.DONE, result, ""
    # Whoever took so long that another took the job up has nothing to say about it any more.
    Job.objects.filter(pk=job.pk, attempts=job.attempts).update(
        state=job.state, result=job.result, error=job.error, claimed_until=None, finished_at=clock()
    )
