"""Celery: what wakes the jobs, and when. The jobs themselves are rows in the database (cases.Job).

Tasks are found in each app's `tasks.py`, and are declared there with `from justice.celery import app` and `@app.task`.
"""

from __future__ import annotations

import logging
import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "justice.settings.local")

log = logging.getLogger(__name__)

app = Celery("justice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Times of day are Scotland's (CELERY_TIMEZONE). Work is looked for often: the wake-up below is only a courtesy, and a
# row whose bell was lost is found at the next round.
SECONDS_BETWEEN_ROUNDS = 60
SECONDS_BETWEEN_ROUNDS_EMBEDDED = 5

app.conf.beat_schedule = {
    "work": {
        "task": "cases.tasks.work",
        "schedule": SECONDS_BETWEEN_ROUNDS_EMBEDDED if settings.JOBS_EMBEDDED else SECONDS_BETWEEN_ROUNDS,
    },
    "hourly": {"task": "cases.tasks.hourly", "schedule": crontab(minute=20)},
    "nightly": {"task": "cases.tasks.nightly", "schedule": crontab(hour=2, minute=15)},
    "morning": {"task": "cases.tasks.morning", "schedule": crontab(hour=6, minute=45)},
}


def wake_workers() -> None:
    """Tell the workers that there is a job to do. Without Redis, or when it is away, the next round finds the job."""
    if settings.JOBS_EMBEDDED:
        return
    try:
        # A connection of its own that tries once: a page must not wait for a Redis that is away.
        with app.connection_for_write(transport_options={"max_retries": 0}) as connection:
            app.send_task("cases.tasks.work", connection=connection, retry=False, ignore_result=True)
    except OperationalError:
        log.warning("The queue did not answer; the job waits for the next round")
