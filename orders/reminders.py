"""Reminding people of their appointments: those who asked for it, of each appointment once.

How a message leaves is a port: `Sender`, with an adapter for each channel named in the settings. A council without
a gateway for text messages keeps the adapter that only writes a line to the log. Nothing of the demonstration leaves
the machine: its messages are put into files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils.module_loading import import_string

from cases import contact_points
from cases.calendars import calendar_of
from cases.jobs import LEASE
from cases.models import Council
from orders.domain.appointments import reminder_text
from orders.models import Appointment, Reminder

log = logging.getLogger("justice.reminders")

SUBJECT = "Your appointment"


class Sender(Protocol):
    """Something that takes a message to a number or an address, or raises."""

    def send(self, to: str, text: str, subject: str = SUBJECT) -> None:
        """Send the text; `subject` is for a channel that has one."""


class ConsoleSender:
    """Says in the log that there was a message to send: neither to whom nor what."""

    def send(self, to: str, text: str, subject: str = SUBJECT) -> None:
        log.info("a reminder was to be sent, and no gateway is set up")


class EmailSender:
    """By the mail server that the settings name."""

    def send(self, to: str, text: str, subject: str = SUBJECT) -> None:
        EmailMessage(subject=subject, body=f"{text}\n", to=[to]).send()


class FileSender:
    """One file for each message, for whoever evaluates the demonstration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, to: str, text: str, subject: str = SUBJECT) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{uuid4()}.txt").write_text(f"To: {to}\n\n{text}\n", encoding="utf-8")


def sender_for(council: Council, channel: str) -> Sender:
    """The adapter of a channel; of the demonstration, files, whatever the settings name."""
    if council.demonstration:
        return FileSender(settings.REMINDER_FILES)
    made: Sender = import_string(settings.REMINDER_SENDERS[channel])()
    return made


def text_of(appointment: Appointment) -> str:
    """The message about an appointment, as the person will read it."""
    return reminder_text(
        council=appointment.case.council.name,
        kind=appointment.kind,
        on=appointment.on,
        at=appointment.at,
        place=appointment.place,
    )


def addresses_of(appointments: Iterable[Appointment]) -> dict[int, str]:
    """Where the reminder of each appointment goes, by its key: only of people who opted in to that channel."""
    rows = list(appointments)
    found = contact_points.reachable({row.case.person_id for row in rows})
    return {
        row.pk: found[row.case.person_id][row.reminder]
        for row in rows
        if row.reminder in found.get(row.case.person_id, {})
    }


def to_remind(council: Council, on: date) -> list[Appointment]:
    """Appointments after the day up to the next working day: on a Friday those of the weekend and of Monday."""
    until = calendar_of(council).add(on, 1)
    rows = Appointment.objects.standing().filter(case__council=council, on__gt=on, on__lte=until)
    return list(rows.exclude(reminder="").select_related("case__council").order_by("on", "at", "pk"))


def send_reminders(council: Council, on: date, at: datetime) -> tuple[int, int]:
    """Send what is to be sent on a day, each once; how many were sent, and how many could not be.

    The row is claimed, the message sent, the row marked. Who is killed in between leaves a claim that is taken up
    when it is as old as a dead job's: a message sent in the last instant before that may come twice, and none is lost.
    """
    rows = to_remind(council, on)
    addresses = addresses_of(rows)
    sent = failed = 0
    for row in rows:
        if row.pk not in addresses or not (claimed := _claim(row, at)):
            continue
        try:
            sender_for(council, row.reminder).send(addresses[row.pk], text_of(row))
        except Exception as error:  # noqa: BLE001  (a gateway of any kind)
            # The kind of error alone: a gateway's words may hold the number or the message.
            log.error("a %s reminder was not sent: %s", row.reminder, type(error).__name__)  # noqa: TRY400
            Reminder.objects.filter(pk=claimed.pk).update(claimed_at=None)
            failed += 1
        else:
            Reminder.objects.filter(pk=claimed.pk).update(sent_at=at)
            log.info("a %s reminder was sent", row.reminder)
            sent += 1
    return sent, failed


def _claim(row: Appointment, at: datetime) -> Reminder | None:
    """The right to send, for whoever takes it first."""
    reminder, _ = Reminder.objects.get_or_create(
        appointment=row, on=row.on, at=row.at, defaults={"channel": row.reminder}
    )
    free = Q(claimed_at=None) | Q(claimed_at__lt=at - LEASE)
    taken = Reminder.objects.filter(free, pk=reminder.pk, sent_at=None).update(claimed_at=at)
    return reminder if taken else None
