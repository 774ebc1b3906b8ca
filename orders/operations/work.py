"""Changes to the record of what was done about an order: contacts, sessions, breaches, releases."""

from __future__ import annotations

import uuid
from datetime import date, time

from cases.models import Case, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders import compliance, ledger, recording, sessions
from orders.checks import ask_why_late, happened, in_force, left_out, not_before, refuse, since_birth
from orders.domain import breach as breach_rules
from orders.domain import compliance as rules
from orders.domain.cpo import Basis, CourtType
from orders.domain.dates import words
from orders.domain.throughcare import Licence
from orders.models import Attendance, Breach, Contact, Order, Release
from orders.references import save_under_reference


def record_contact(
    *,
    actor: User,
    order: Order,
    kind: str,
    on: date,
    attended: bool,
    today: date,
    at: time | None = None,
    note: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Contact:
    """Somebody was seen, spoken to or visited, or should have been."""
    body = {
        "order": order.pk,
        "kind": kind,
        "on": on,
        "at": at,
        "attended": attended,
        "note": note,
        "late_reason": late_reason,
    }
    with operation("record_contact", actor=actor, case=order.case, key=key, body=body) as entry:
        problems = happened(on, "on", "the contact", order, today)
        if kind not in Contact.Kind.values:
            problems.append(Problem("Select the kind of contact", "kind", "contact_kind_missing"))
        refuse(problems)
        contact = recording.add_contact(
            order=order, kind=kind, on=on, at=at, attended=attended, note=note, learned_on=today, actor=actor
        )
        entry.subject = f"contact:{contact.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return contact


def record_attendance(
    *,
    actor: User,
    order: Order,
    on: date,
    outcome: str,
    today: date,
    minutes: int = 0,
    other_activity: bool = False,
    placement: str = "",
    note: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Attendance:
    """What happened at one session of unpaid work, and the minutes it credits.

    `minutes` are those worked, or those allowed to somebody whom the service sent home. They count for the order's
    requirement and for those the court directed to run together with it, up to the hours ordered; other activity up
    to its cap. What goes beyond is kept on the session and never credited.
    """
    body = {
        "order": order.pk,
        "on": on,
        "outcome": outcome,
        "minutes": minutes,
        "other_activity": other_activity,
        "placement": placement,
        "note": note,
        "late_reason": late_reason,
    }
    with operation("record_attendance", actor=actor, case=order.case, key=key, body=body) as entry:
        attendance = sessions.add_session(
            order=order,
            on=on,
            outcome=outcome,
            minutes=minutes,
            other_activity=other_activity,
            placement=placement,
            note=note,
            actor=actor,
            today=today,
        )
        entry.subject = f"attendance:{attendance.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return attendance


def correct_attendance(
    *,
    actor: User,
    attendance: Attendance,
    on: date,
    outcome: str,
    reason: str,
    today: date,
    minutes: int = 0,
    other_activity: bool = False,
    placement: str = "",
    note: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Attendance:
    """A session was recorded wrongly: what it credited is taken back and a new row says what happened.

    Of a session that there never was, or that was another person's, it says that it was recorded in error. Both rows
    stay on the record. Minutes that other sessions worked in excess are credited where this leaves room.
    """
    order = attendance.order
    body = {
        "attendance": attendance.pk,
        "on": on,
        "outcome": outcome,
        "minutes": minutes,
        "other_activity": other_activity,
        "placement": placement,
        "reason": reason,
        "note": note,
        "late_reason": late_reason,
    }
    with operation(
        "correct_attendance", actor=actor, case=order.case, key=key, body=body, reason=reason
    ) as entry:
        worked_for = sessions.worked_for(order, on)
        problems = sessions.session_problems(order, worked_for, on, outcome, minutes, today, correcting=True)
        if outcome != attendance.outcome:
            problems += sessions.decision_problems(actor, outcome)
        if not reason.strip():
            problems.append(Problem("Enter why the session is corrected", "reason", "reason_missing"))
        if Attendance.objects.filter(corrects=attendance).exists():
            text = "This session was corrected already. Correct the row that replaced it"
            problems.append(Problem(text, code="corrected"))
        refuse(problems)
        before = sessions.accounts_before(worked_for, max(on, attendance.on))
        ledger.reverse(attendance)
        corrected = recording.add_attendance(
            order=order,
            on=on,
            outcome=outcome,
            minutes=minutes,
            other_activity=other_activity,
            placement=placement,
            note=note,
            learned_on=today,
            actor=actor,
            corrects=attendance,
            correction_reason=reason,
        )
        ledger.credit(corrected, worked_for, minutes)
        ledger.credit_excess(before)
        list(ledger.settle(before))
        entry.subject = f"attendance:{corrected.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return corrected


def decide_breach(
    *,
    actor: User,
    order: Order,
    on: date,
    reason: str,
    today: date,
    skipped_because: str = "",
    key: uuid.UUID | None = None,
) -> Breach:
    """It was decided to take the person back to court: five working days to lodge the application begin.

    Where a formal warning that comes before is not recorded, the record says why it was left out.
    """
    body = {"order": order.pk, "on": on, "reason": reason, "skipped_because": skipped_because}
    with operation(
        "decide_breach", actor=actor, case=order.case, key=key, body=body, reason=skipped_because
    ) as entry:
        what = "the decision"
        problems = happened(on, "on", what, order, today) + in_force(order, on, "on", what)
        if not reason.strip():
            problems.append(Problem("Enter what the person failed to do", "reason", "reason_missing"))
        if order.breaches.filter(outcome__in=("", breach_rules.Outcome.WARRANT)).exists():
            text = "Record the outcome of the breach that is open first"
            problems.append(Problem(text, code="breach_open"))
        else:
            steps = compliance.steps_of(order.council_id, on)
            standing = compliance.record_of(order).standing(steps, on)
            problems += left_out(rules.BREACH, standing, steps, skipped_because)
        refuse(problems)
        breach = Breach.objects.create(
            order=order,
            decided_on=on,
            reason=reason,
            skipped_because=skipped_because,
            recorded_by=actor,
        )
        entry.subject = breach.subject
    return breach


def lodge_breach(
    *,
    actor: User,
    breach: Breach,
    on: date,
    today: date,
    late_reason: str | None = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Breach:
    """The breach application reached the court."""
    order, what = breach.order, "lodging the application"
    with operation(
        "lodge_breach",
        actor=actor,
        case=order.case,
        root=breach,
        expected_version=expected_version,
        key=key,
        body={"breach": breach.pk, "on": on, "late_reason": late_reason},
    ) as entry:
        problems = happened(on, "on", what, order, today)
        problems += not_before(on, "on", what, breach.decided_on, "when the breach was decided")
        if breach.lodged_on:
            problems.append(Problem(f"This was lodged on {words(breach.lodged_on)}", code="lodged"))
        refuse(problems)
        breach.lodged_on = on
        breach.save()
        entry.subject = breach.subject
        ask_why_late(entry, actor, order.case, late_reason)
    return breach


def record_breach_outcome(
    *,
    actor: User,
    breach: Breach,
    outcome: str,
    outcome_on: date,
    today: date,
    note: str = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Breach:
    """What the court did about a breach: one of the outcomes that the order's legal basis allows.

    It changes nothing else: what the court varied, and that it ended the order, are recorded as such.
    """
    order = breach.order
    with operation(
        "record_breach_outcome",
        actor=actor,
        case=order.case,
        root=breach,
        expected_version=expected_version,
        key=key,
        body={"breach": breach.pk, "outcome": outcome, "outcome_on": outcome_on, "note": note},
        reason=note,
    ) as entry:
        problems = happened(outcome_on, "outcome_on", "the outcome", order, today)
        problems += breach_rules.problems(
            outcome,
            Basis.of(order.basis),
            decided_on=breach.decided_on,
            outcome_on=outcome_on,
            lodged_on=breach.lodged_on,
            court_type=CourtType.of(order.court_type),
        )
        if not outcome:
            problems.append(Problem("Select what the court did", "outcome", "outcome_missing"))
        if breach.outcome not in ("", breach_rules.Outcome.WARRANT):
            problems.append(
                Problem("The outcome of this breach is recorded already", code="outcome_recorded")
            )
        refuse(problems)
        breach.outcome, breach.outcome_on = outcome, outcome_on
        breach.save()
        entry.subject = breach.subject
    return breach


# --- Release from custody -----------------------------------------------------------------------------------


def record_release(
    *,
    actor: User,
    case: Case,
    licence: str,
    released_on: date,
    today: date,
    reference: str = "",
    note: str = "",
    key: uuid.UUID | None = None,
) -> Release:
    """The person left custody on a licence or order that the council supervises."""
    body = {
        "licence": licence,
        "released_on": released_on,
        "reference": reference,
        "note": note,
    }
    with operation("record_release", actor=actor, case=case, key=key, body=body) as entry:
        problems = since_birth(released_on, "released_on", "the release", case, today)
        if licence not in set(Licence):
            problems.append(Problem("Select the kind of licence", "licence", "licence_missing"))
        if case.closed_on:
            problems.append(Problem(f"This case was closed on {words(case.closed_on)}. Open a new one first"))
        refuse(problems)
        release = Release(
            council=case.council,
            case=case,
            licence=licence,
            released_on=released_on,
            note=note,
            recorded_by=actor,
        )
        save_under_reference(release, reference, case.council, "REL", released_on)
        entry.subject = release.subject
    return release


def record_release_interview(
    *,
    actor: User,
    release: Release,
    on: date,
    today: date,
    note: str = "",
    late_reason: str | None = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Release:
    """The person was interviewed after release: licence conditions, immediate needs, the next appointment."""
    what = "the interview"
    with operation(
        "record_release_interview",
        actor=actor,
        case=release.case,
        root=release,
        expected_version=expected_version,
        key=key,
        body={"release": release.pk, "on": on, "note": note, "late_reason": late_reason},
    ) as entry:
        problems = since_birth(on, "on", what, release.case, today)
        problems += not_before(on, "on", what, release.released_on, "when the person was released")
        if release.interviewed_on:
            text = f"The interview was held on {words(release.interviewed_on)}"
            problems.append(Problem(text, code="interviewed"))
        refuse(problems)
        release.interviewed_on = on
        release.note = "\n\n".join(text for text in (release.note, note) if text)[:2000]
        release.save()
        entry.subject = release.subject
        ask_why_late(entry, actor, release.case, late_reason)
    return release
