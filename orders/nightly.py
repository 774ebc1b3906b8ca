"""The morning's job of appointments: it may die anywhere and be run again."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.jobs import Running
from orders.reminders import send_reminders


class NotAllSent(Exception):  # noqa: N818  (a word of the house)
    """Some reminders could not be sent: the job is to be tried again."""


def remind(job: Running) -> dict[str, Any]:
    """Remind people of the appointments of the next working day; those that failed are tried again."""
    council = job.row.council
    if council is None:
        raise ValueError("reminders are for a council")
    sent, failed = send_reminders(council, date.fromisoformat(job.arguments["on"]), job.now())
    if failed:
        raise NotAllSent
    return {"reminders": sent}
