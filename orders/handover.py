"""What goes with a case, or with one order in it, when somebody else takes it over."""

from __future__ import annotations

from datetime import date

from cases.models import Case, Handover, User
from orders.models import Appointment


def move_appointments(
    *,
    case: Case,
    subject: str,
    old: User | None,
    new: User | None,
    on: date,
    handover: Handover | None = None,
) -> None:
    """Give the appointments that `old` was to keep from a day on to `new`.

    `subject` is blank for the whole case and "order:12" for one order. What goes to a team's queue stays with who had
    it, since an appointment is always with somebody. A handover keeps who had each, so that it can be undone.
    """
    if old is None or new is None or old == new:
        return
    rows = Appointment.objects.filter(case=case, worker=old).upcoming(on)
    if subject:
        rows = rows.filter(order=int(subject.removeprefix("order:")))
    for row in rows:
        row.worker = new
        row.version += 1
        if handover is not None:
            row.handover, row.handed_over_by = handover, old
        row.save()


def give_back_appointments(case: Case, handover: Handover) -> None:
    """Those that a handover moved, and that are still to be kept, go back to exactly who had each."""
    for row in Appointment.objects.filter(case=case, handover=handover, outcome=""):
        if row.handed_over_by is not None:
            row.worker = row.handed_over_by
        row.handover = row.handed_over_by = None
        row.version += 1
        row.save()
