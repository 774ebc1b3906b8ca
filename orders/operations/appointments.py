"""Changes to appointments: booked, moved, cancelled, and what came of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, time

from cases.calendars import calendar_of
from cases.models import Case, User
from cases.operation import operation
from justice.domain.calendar import SATURDAY
from justice.domain.errors import Problem, Refused
from orders import recording, sessions
from orders.checks import ask_why_late, happened, refuse
from orders.domain import cpo
from orders.domain.appointments import (
    EVERY_WEEKS,
    FURTHEST,
    LONGEST_MINUTES,
    MOST_TIMES,
    Series,
    meet,
    said_day,
    said_time,
    series,
)
from orders.domain.cpo import RequirementKind
from orders.domain.dates import words
from orders.models import Appointment, Attendance, Order
from orders.proposals import requirement_of

Kind, Outcome = Appointment.Kind, Appointment.Outcome
BY = ("service", "person")
# What the order must require for an appointment of this kind, and what is said where it does not.
NEEDS = {
    Kind.UNPAID_WORK: (
        RequirementKind.UNPAID_WORK,
        "This order has no unpaid work to do. Choose another kind",
    ),
    Kind.REVIEW: (
        RequirementKind.SUPERVISION,
        "This order has no supervision to review. Choose another kind",
    ),
}
# What a session of unpaid work says of the appointment: whom the service sent home had come.
CAME = {
    Attendance.Outcome.ATTENDED: Outcome.ATTENDED,
    Attendance.Outcome.SENT_HOME_BY_SERVICE: Outcome.ATTENDED,
    Attendance.Outcome.ABSENT: Outcome.DID_NOT_ATTEND,
    Attendance.Outcome.ACCEPTABLE_ABSENCE: Outcome.DID_NOT_ATTEND,
    Attendance.Outcome.UNACCEPTABLE_ABSENCE: Outcome.DID_NOT_ATTEND,
}


def book_appointment(
    *,
    actor: User,
    case: Case,
    kind: str,
    on: date,
    at: time,
    minutes: int,
    worker: User,
    today: date,
    order: Order | None = None,
    place: str = "",
    note: str = "",
    reminder: str = "",
    every_weeks: int = 0,
    times: int = 1,
    all_the_same: bool = False,
    key: uuid.UUID | None = None,
) -> Appointment:
    """Somebody is to be met, once or every so many weeks; the first of them is returned.

    Later days on which the council is closed are left out. What is only unusual is refused until `all_the_same`.
    """
    body = {
        "order": order,
        "kind": kind,
        "on": on,
        "at": at,
        "minutes": minutes,
        "worker": worker,
        "place": place,
        "note": note,
        "reminder": reminder,
        "every_weeks": every_weeks,
        "times": times,
        "all_the_same": all_the_same,
    }
    with operation("book_appointment", actor=actor, case=case, key=key, body=body) as entry:
        refuse(_kind_problems(case, order, kind) + _repeat_problems(every_weeks, times))
        days = days_of(case, on, every_weeks, times).days
        _check(case, order, kind, days, at, minutes, worker, today, all_the_same=all_the_same)
        together = uuid.uuid4() if len(days) > 1 else None
        rows = [
            Appointment.objects.create(
                case=case,
                order=order,
                kind=kind,
                on=day,
                at=at,
                minutes=minutes,
                place=place,
                worker=worker,
                note=note,
                reminder=reminder,
                series=together,
                recorded_by=actor,
            )
            for day in days
        ]
        entry.subject = f"appointment:{rows[0].pk}"
    return rows[0]


def days_of(case: Case, on: date, every_weeks: int, times: int) -> Series:
    """The days a repeated appointment falls on, and those on which the case's council is closed."""
    if on.year + 2 > calendar_of(case.council).last.year:
        return Series((on,), ())  # refused, as too far ahead, by whoever books it
    return series(on, every_weeks, times, calendar_of(case.council))


def reschedule_appointment(
    *,
    actor: User,
    appointment: Appointment,
    on: date,
    at: time,
    minutes: int,
    place: str,
    worker: User,
    asked_by: str,
    reason: str,
    today: date,
    all_the_same: bool = False,
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
) -> Appointment:
    """It is to be kept at another time, in another place or with somebody else: the new one is returned."""
    body = {
        "on": on,
        "at": at,
        "minutes": minutes,
        "place": place,
        "worker": worker,
        "asked_by": asked_by,
        "all_the_same": all_the_same,
    }
    with operation(
        "reschedule_appointment",
        actor=actor,
        case=appointment.case,
        root=appointment,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        old = appointment
        problems = _open_problems(old) + _why_problems(asked_by, reason, "asked_by", "asked for the change")
        if (on, at, minutes, place, worker.pk) == (old.on, old.at, old.minutes, old.place, old.worker_id):
            problems.append(
                Problem("Change the date, the time, the place or who meets the person", "on", "same")
            )
        refuse(problems)
        _check(
            old.case,
            old.order,
            old.kind,
            [on],
            at,
            minutes,
            worker,
            today,
            all_the_same=all_the_same,
            besides=old,
        )
        moved = Outcome.RESCHEDULED_BY_PERSON if asked_by == "person" else Outcome.RESCHEDULED_BY_SERVICE
        _close(old, moved, today, actor, reason)
        old.save()  # first: the new one may be at the same time, elsewhere
        new = Appointment.objects.create(
            case=old.case,
            order=old.order,
            kind=old.kind,
            on=on,
            at=at,
            minutes=minutes,
            place=place,
            worker=worker,
            note=old.note,
            reminder=old.reminder,
            series=old.series,
            recorded_by=actor,
        )
        old.moved_to = new
        old.save()
        entry.subject = f"appointment:{new.pk}"
    return new


def cancel_appointment(
    *,
    actor: User,
    appointment: Appointment,
    cancelled_by: str,
    reason: str,
    today: date,
    later: bool = False,
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
) -> Appointment:
    """The appointment will not be kept, and where `later` says so nor will those after it in its series."""
    body = {"cancelled_by": cancelled_by, "later": later}
    with operation(
        "cancel_appointment",
        actor=actor,
        case=appointment.case,
        root=appointment,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        refuse(
            _open_problems(appointment) + _why_problems(cancelled_by, reason, "cancelled_by", "cancelled it")
        )
        cancelled = Outcome.CANCELLED_BY_PERSON if cancelled_by == "person" else Outcome.CANCELLED_BY_SERVICE
        _close(appointment, cancelled, today, actor, reason)
        appointment.save()
        if later:
            for row in later_ones(appointment):
                row.version += 1
                _close(row, cancelled, today, actor, reason)
                row.save()
        entry.subject = f"appointment:{appointment.pk}"
    return appointment


def later_ones(appointment: Appointment) -> list[Appointment]:
    """Those of the same series that are still to be kept after this one."""
    if appointment.series is None:
        return []
    rows = Appointment.objects.filter(
        case=appointment.case_id, series=appointment.series, outcome="", on__gte=appointment.on
    )
    return list(rows.exclude(pk=appointment.pk).order_by("on", "at", "pk"))


def record_outcome(
    *,
    actor: User,
    appointment: Appointment,
    outcome: str,
    today: date,
    minutes: int = 0,
    other_activity: bool = False,
    placement: str = "",
    note: str = "",
    late_reason: str | None = "",
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
) -> Appointment:
    """What came of an appointment, and the contact or session that it was.

    `outcome` is of an appointment, or of an attendance where it was for unpaid work: then `minutes` credit hours. A
    review is recorded by itself: of it the appointment says only whether the person came.
    """
    body = {
        "outcome": outcome,
        "minutes": minutes,
        "other_activity": other_activity,
        "placement": placement,
        "note": note,
        "late_reason": late_reason,
    }
    with operation(
        "record_outcome",
        actor=actor,
        case=appointment.case,
        root=appointment,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        row, order = appointment, appointment.order
        problems = _open_problems(row)
        if row.on > today:
            text = f"This appointment is on {words(row.on)}. Record its outcome on that day or later"
            problems.append(Problem(text, code="in_the_future"))
        refuse(problems)
        if row.kind == Kind.UNPAID_WORK and order is not None:
            row.attendance = sessions.add_session(
                order=order,
                on=row.on,
                outcome=outcome,
                minutes=minutes,
                other_activity=other_activity,
                placement=placement,
                note=note,
                actor=actor,
                today=today,
            )
            came = CAME[Attendance.Outcome(outcome)]
        else:
            if outcome not in Appointment.KEPT_OR_NOT:
                text = "Select whether the person attended"
                raise Refused(Problem(text, "outcome", "outcome_missing"))
            came = Outcome(outcome)
            if order is not None and row.kind != Kind.REVIEW:
                refuse(happened(row.on, "", "the contact", order, today))
                row.contact = recording.add_contact(
                    order=order,
                    kind=row.kind,
                    on=row.on,
                    at=row.at,
                    attended=came == Outcome.ATTENDED,
                    note=note,
                    learned_on=today,
                    actor=actor,
                )
        _close(row, came, today, actor, note if row.contact is None and row.attendance is None else "")
        row.save()
        entry.subject = f"appointment:{row.pk}"
        ask_why_late(entry, actor, row.case, late_reason)
    return row


def _close(row: Appointment, outcome: str, on: date, actor: User, note: str) -> None:
    row.outcome, row.outcome_on, row.outcome_by, row.outcome_note = outcome, on, actor, note


def _open_problems(row: Appointment) -> list[Problem]:
    if row.outcome:
        said = row.get_outcome_display().lower()
        return [Problem(f"This appointment has its outcome already: {said}", code="has_outcome")]
    return []


def _why_problems(by: str, reason: str, field: str, did: str) -> list[Problem]:
    found = []
    if by not in BY:
        found.append(Problem(f"Select who {did}", field, "by_missing"))
    if not reason.strip():
        found.append(Problem("Enter the reason", "reason", "reason_missing"))
    return found


def _kind_problems(case: Case, order: Order | None, kind: str) -> list[Problem]:
    found = []
    if case.closed_on is not None:
        found.append(Problem("This case is closed. Nothing more is booked on it", code="case_closed"))
    if kind not in Kind.values:
        found.append(Problem("Select the kind of appointment", "kind", "kind_missing"))
    elif order is None and kind not in Appointment.WITHOUT_ORDER:
        found.append(Problem("Select the order that this appointment is for", "order", "order_missing"))
    if order is not None and order.case_id != case.pk:
        found.append(Problem("Select an order of this person", "order", "order_of_another"))
    elif order is not None and kind in NEEDS:
        needed, text = NEEDS[Kind(kind)]
        if not order.requirements.filter(kind=needed, removed_on=None, completed_on=None).exists():
            found.append(Problem(text, "kind", "not_required"))
    return found


def _repeat_problems(every_weeks: int, times: int) -> list[Problem]:
    if every_weeks == 0 and times == 1:
        return []
    found = []
    if every_weeks not in EVERY_WEEKS:
        found.append(Problem("Select how often it is repeated", "every_weeks", "every_missing"))
    if not 2 <= times <= MOST_TIMES:
        text = f"Enter how many appointments in all, between 2 and {MOST_TIMES}"
        found.append(Problem(text, "times", "times_out_of_range"))
    return found


def _check(
    case: Case,
    order: Order | None,
    kind: str,
    days: Sequence[date],
    at: time,
    minutes: int,
    worker: User,
    today: date,
    *,
    all_the_same: bool,
    besides: Appointment | None = None,
) -> None:
    """Refuse what cannot be, all at once; then, unless somebody said so, what is only unusual."""
    problems = _day_problems(order, days, today)
    if not 1 <= minutes <= LONGEST_MINUTES:
        text = f"Enter how long it lasts, between 1 and {LONGEST_MINUTES} minutes"
        problems.append(Problem(text, "minutes", "minutes_out_of_range"))
    if not (worker.is_active and Case.objects.visible_to(worker).filter(pk=case.pk).exists()):
        text = f"{worker.name} may not see this record. Select somebody who may, or reassign the case first"
        problems.append(Problem(text, "worker", "worker_may_not_see"))
    booked = Appointment.objects.standing().filter(on__in=days)
    if besides is not None:
        booked = booked.exclude(pk=besides.pk)
    for row in booked.filter(case=case).order_by("on", "at"):
        if meet((at, minutes), (row.at, row.minutes)):
            text = (
                f"The person has another appointment on {said_day(row.on)} at {said_time(row.at)}, "
                f"for {row.minutes} minutes. Choose another time"
            )
            problems.append(Problem(text, "at", "person_double_booked"))
    refuse(problems)
    if all_the_same:
        return
    unusual = _unusual(case, order, kind, days)
    others = booked.filter(worker=worker).exclude(case=case).order_by("on", "at")
    if kind == Kind.UNPAID_WORK:
        others = others.exclude(kind=kind)  # whoever leads a session meets many at once
    unusual += [
        f"{worker.name} meets somebody else on {said_day(row.on)} at {said_time(row.at)}"
        for row in others
        if meet((at, minutes), (row.at, row.minutes))
    ]
    refuse(
        [
            Problem(f"{text}. Change it, or tick to book it all the same", "all_the_same", "unusual")
            for text in unusual
        ]
    )


def _day_problems(order: Order | None, days: Sequence[date], today: date) -> list[Problem]:
    first, last = days[0], days[-1]
    if first < today:
        text = "Choose today or a later day. What has already been is recorded as a contact or a session"
        return [Problem(text, "on", "in_the_past")]
    if first > today + FURTHEST:
        return [Problem("Choose a day within the next two years", "on", "too_far_ahead")]
    if order is None:
        return []
    if order.ended_on is not None and last > order.ended_on:
        text = f"This order ended on {words(order.ended_on)}. Select another order"
        return [Problem(text, "order", "order_ended")]
    if first < order.imposed_on:
        text = f"Choose a day on or after {words(order.imposed_on)}, when the order was imposed"
        return [Problem(text, "on", "before_imposition")]
    return []


def _unusual(case: Case, order: Order | None, kind: str, days: Sequence[date]) -> list[str]:
    """What may be meant, and is more often a slip: a closed day, a day after supervision ends."""
    found = []
    first, last = days[0], days[-1]
    closed = calendar_of(case.council).why_closed(first)
    # Unpaid work is done at weekends too.
    if closed and not (kind == Kind.UNPAID_WORK and first.weekday() >= SATURDAY):
        found.append(f"The council is closed on {said_day(first)} ({closed})")
    if order is not None and kind in (Kind.SUPERVISION, Kind.REVIEW):
        rows = order.requirements.filter(kind=RequirementKind.SUPERVISION, removed_on=None)
        ends = [cpo.last_day(requirement_of(row), order.imposed_on) for row in rows]
        until = max((day for day in ends if day is not None), default=None)
        if until is not None and None not in ends and last > until:
            found.append(f"Supervision under this order ends on {words(until)}")
    return found
