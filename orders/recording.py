"""The rows that say what happened on an order, made in one place whichever operation learns of it.

An operation never calls another: recording a contact, and recording the outcome of an appointment, both end here.
"""

from __future__ import annotations

from datetime import date, time

from cases.models import User
from orders.domain.compliance import Decision
from orders.models import Absence, Attendance, Contact, Order

# Sessions that were not attended, and the decision that the outcome itself brings.
ABSENCES: dict[str, str] = {
    Attendance.Outcome.ABSENT: "",
    Attendance.Outcome.ACCEPTABLE_ABSENCE: Decision.ACCEPTABLE.value,
    Attendance.Outcome.UNACCEPTABLE_ABSENCE: Decision.UNACCEPTABLE.value,
}


def add_contact(
    *,
    order: Order,
    kind: str,
    on: date,
    at: time | None,
    attended: bool,
    note: str,
    learned_on: date,
    actor: User,
) -> Contact:
    """Somebody was seen, spoken to or visited, or should have been: then there is an absence to decide.

    `learned_on` is the day it is recorded: the time to decide runs from it.
    """
    contact = Contact.objects.create(
        order=order, kind=kind, on=on, at=at, attended=attended, note=note, recorded_by=actor
    )
    if not attended:
        Absence.objects.create(order=order, on=on, contact=contact, learned_on=learned_on, recorded_by=actor)
    return contact


def add_attendance(
    *,
    order: Order,
    on: date,
    outcome: str,
    minutes: int,
    other_activity: bool,
    placement: str,
    note: str,
    learned_on: date,
    actor: User,
    corrects: Attendance | None = None,
    correction_reason: str = "",
) -> Attendance:
    """What happened at a session of unpaid work, or what it is now said to have been. Credits nothing by itself."""
    attendance = Attendance.objects.create(
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
    keep_absence(attendance, learned_on=learned_on, actor=actor)
    return attendance


def keep_absence(attendance: Attendance, *, learned_on: date, actor: User) -> None:
    """Make the absence of a new row of the sessions, or hand on the one of the row it corrects.

    It is withdrawn where there was none after all; the time to decide goes on from when it was first recorded.
    """
    absence = None
    if attendance.corrects_id:
        absence = Absence.objects.filter(attendance=attendance.corrects_id).first()
    if absence is None and attendance.outcome in ABSENCES:
        absence = Absence(order=attendance.order, learned_on=learned_on, recorded_by=actor)
    if absence is None:
        return
    absence.version += 0 if absence.pk is None else 1
    if attendance.outcome not in ABSENCES:
        absence.withdrawn_because = attendance.correction_reason or "The session was corrected"
        absence.save()
        return
    absence.attendance, absence.on = attendance, attendance.on
    decision = ABSENCES[attendance.outcome] or absence.decision
    if decision != absence.decision:
        decide(absence, decision, "", attendance.note, on=learned_on, actor=actor)
    absence.save()


def decide(absence: Absence, decision: str, evidence: str, reason: str, *, on: date, actor: User) -> None:
    """Write a decision on the row, which is not saved yet. The first one stops the clock; a later one is dated too."""
    if absence.decided_on is None:
        absence.decided_on = on
    else:
        absence.changed_on = on
    absence.decision, absence.evidence, absence.reason = decision, evidence, reason
    absence.decided_by = actor
