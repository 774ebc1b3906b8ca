"""Appointments as rows of a table: how each stands in a word, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from cases import permissions
from cases.models import User
from justice.web.dates import WEEKDAYS, short_date
from justice.web.listing import Column, Table
from justice.web.status import Status
from orders.domain.appointments import said_day, said_time
from orders.models import Appointment

_TONES = {Appointment.Outcome.ATTENDED: "green", Appointment.Outcome.DID_NOT_ATTEND: "amber"}


def status_of(row: Appointment, on: date) -> Status:
    """Booked, its outcome to be recorded, or what came of it."""
    if row.outcome:
        return Status(row.get_outcome_display(), _TONES.get(Appointment.Outcome(row.outcome), "grey"))  # type: ignore[arg-type]
    if row.on < on:
        return Status("Outcome to record", "amber")
    return Status("Today", "blue") if row.on == on else Status("Booked", "blue")


def when(row: Appointment) -> str:
    """Tue 3 Mar 2026, 2pm"""
    return f"{WEEKDAYS[row.on.weekday()][:3]} {short_date(row.on)}, {said_time(row.at)}"


def table(rows: Iterable[Appointment], user: User, on: date, caption: str, empty: str) -> Table:
    """Appointments with a link for each thing that this user's role may do about them as they stand."""

    def link(name: str, label: str, ready: date | None = None) -> Column:
        def may(row: Appointment) -> bool:
            return not row.outcome and (ready is None or row.on <= ready) and permissions.allows(user, name)

        return Column(
            name,
            label,
            lambda row: label if may(row) else "",
            href=lambda row: reverse(name, args=[row.pk]) if may(row) else "",
            context=lambda row: f"of {said_day(row.on)} at {said_time(row.at)}",
            hidden_label=True,
        )

    return Table(
        (
            Column("when", "When", when, href=lambda row: reverse("appointment", args=[row.pk]), heads=True),
            Column("kind", "Kind", "get_kind_display"),
            Column("worker", "With", "worker.name"),
            Column("outcome", "Outcome", lambda row: status_of(row, on), kind="status"),
            link("record_outcome", "Record outcome", on),
            link("reschedule_appointment", "Reschedule"),
            link("cancel_appointment", "Cancel"),
            Column(
                "calendar",
                "Calendar file",
                lambda row: "" if row.outcome else "Calendar file",
                href=lambda row: "" if row.outcome else reverse("appointment_calendar", args=[row.pk]),
                context=lambda row: f"of {said_day(row.on)} at {said_time(row.at)}",
                hidden_label=True,
            ),
        ),
        rows,
        caption,
        empty,
    )
