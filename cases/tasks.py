"""What Celery calls: each finds or makes job rows, and does them. Safe to call at any time, any number of times."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cases import jobs
from cases.models import Council
from justice.celery import app

NIGHTLY = (
    "check_timescales",
    "check_search",
    "check_scores",
    "keep_figures",
    "clear_drafts",
    "clear_served",
    "close_unused_accounts",
    "find_unusual_looking",
)
MORNING = ("notify", "remind")
# Not of a council but of the whole: the log against its seals, and a backup, which is then restored beside the real
# database and compared.
NIGHTLY_ONCE = ("check_seals", "backup")


@app.task
def work() -> int:
    """Do the jobs that wait."""
    return jobs.work(timezone.now)


@app.task
def hourly() -> int:
    """Ask for the hour's seals, once for the whole installation."""
    jobs.ask("seal_trail", f"{timezone.now():%Y-%m-%d %H}")
    return jobs.work(timezone.now)


@app.task
def nightly() -> int:
    """Ask for the night's jobs of every council, and do them."""
    return _ask_each(NIGHTLY, NIGHTLY_ONCE)


@app.task
def morning() -> int:
    """Ask for the morning's jobs of every council, and do them."""
    return _ask_each(MORNING)


def _ask_each(kinds: tuple[str, ...], once: tuple[str, ...] = ()) -> int:
    on = timezone.localdate().isoformat()
    with transaction.atomic():
        for council in Council.objects.all():
            for kind in kinds:
                jobs.ask(kind, f"{on} {council.pk}", arguments={"on": on}, council=council)
        for kind in once:
            jobs.ask(kind, on, arguments={"on": on})
    return jobs.work(timezone.now)
