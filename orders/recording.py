"""The rows that say what happened on an order, made in one place whichever operation learns of it.

An operation never calls another: recording a contact, and recording the outcome of an appointment, both end here.
"""

from __future__ import annotations

from datetime import date, time

from cases.models import User
from orders.models import Attendance, Contact, Order


def add_contact(
    *, order: Order, kind: str, on: date, at: time | None, attended: bool, note: str, actor: User
) -> Contact:
    """Somebody was seen, spoken to or visited, or should have been."""
    return Contact.objects.create(
        order=order, kind=kind, on=on, at=at, attended=attended, note=note, recorded_by=actor
    )


def add_attendance(
    *,
    order: Order,
    on: date,
    outcome: str,
    minutes: int,
    other_activity: bool,
    placement: str,
    note: str,
    actor: User,
    corrects: Attendance | None = None,
    correction_reason: str = "",
) -> Attendance:
    """What happened at a session of unpaid work, or what it is now said to have been. Credits nothing by itself."""
    return Attendance.objects.create(
        order=order,
        on=on,
        outcome=outcome,
        minutes_worked=minutes,
        other_activity=other_activity,
        placement=placement,
        note=note,
        corrects=corrects,
        correction_reason=correction_reason,
        recorded_by=actor,
    )
