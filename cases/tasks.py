"""What Celery calls: each finds or makes job rows, and does them. Safe to call at any time, any number of times."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cases import jobs
from cases.models import Council
from justice.celery import app

NIGHTLY = ("check_timescales", "check_search", "check_scores", "keep_figures", "clear_drafts", "clear_served")
MORNING = ("notify", "remind")


@app.task
def work() -> int:
    """Do the jobs that wait."""
    return jobs.work(timezone.now)


@app.task
def nightly() -> int:
    """Ask for the night's jobs of every council, and do them."""
    return _ask_each(NIGHTLY)


@app.task
def morning() -> int:
    """Ask for the morning's jobs of every council, and do them."""
    return _ask_each(MORNING)


def _ask_each(kinds: tuple[str, ...]) -> int:
    on = timezone.localdate().isoformat()
    with transaction.atomic():
        for council in Council.objects.all():
            for kind in kinds:
                jobs.ask(kind, f"{on} {council.pk}", arguments={"on": on}, council=council)
    return jobs.work(timezone.now)
