"""What orders tell the chronology: what courts did, contacts, unpaid work, breaches and releases."""

from __future__ import annotations

from collections.abc import Iterator

from cases.chronology import Event, Kind, Told, told_by, told_in_entries
from cases.models import Case, User
from orders import ledger
from orders.domain import breach as breach_rules
from orders.domain import variation as variation_rules
from orders.domain.compliance import Decision, steps_on
from orders.domain.cpo import EndReason
from orders.domain.dates import words
from orders.models import Absence, Appointment, Attendance, Breach, Contact, FormalWarning, Order, Variation

NOBODY: Told = ("", None)


def order_events(case: Case, user: User) -> Iterator[Event]:
    """Everything about every order and release of a case. Ten queries."""
    told = told_in_entries(
        case, "end_order", "transfer_order_out", "complete_requirement", "lodge_breach", "record_breach_outcome",
        "record_release_interview",
    )  # fmt: skip
    orders = {
        row.pk: row for row in case.orders.select_related("recorded_by").prefetch_related("requirements")
    }
    for order in orders.values():
        yield from _order(order, told)
    of_order = {"order__in": list(orders)}
    for variation in Variation.objects.filter(**of_order).select_related("requirement", "recorded_by"):
        order = orders[variation.order_id]
        label = variation.requirement.get_kind_display() if variation.requirement else ""
        by, at = told_by(variation.recorded_by, variation.recorded_at)
        yield Event(
            variation.decided_on,
            Kind.ORDER,
            f"{variation.get_kind_display()}, order {order.reference}",
            order.subject,
            _sentences(label, variation_rules.in_words(variation.changes), variation.court, variation.reason),
            by=by,
            recorded_at=at,
            notable=True,
        )
    for contact in Contact.objects.filter(**of_order).select_related("recorded_by"):
        came = "attended" if contact.attended else "did not attend"
        by, at = told_by(contact.recorded_by, contact.recorded_at)
        yield Event(
            contact.on,
            Kind.CONTACT,
            f"{contact.get_kind_display()}: {came}",
            orders[contact.order_id].subject,
            contact.note,
            contact.at,
            by,
            at,
            notable=not contact.attended,
        )
    # Those that became a contact or a session are told as that; those still to be kept have not happened.
    told_elsewhere = {"contact": None, "attendance": None}
    kept = Appointment.objects.filter(case=case, **told_elsewhere).exclude(outcome="")
    for row in kept.select_related("outcome_by"):
        yield Event(
            row.on,
            Kind.APPOINTMENT,
            f"{row.get_kind_display()}: {row.get_outcome_display().lower()}",
            f"appointment:{row.pk}",
            row.outcome_note,
            row.at,
            row.outcome_by.name if row.outcome_by else "",
        )
    sessions = Attendance.objects.with_lines().standing().filter(**of_order)
    for session in sessions.select_related("recorded_by"):
        yield _session(session, orders[session.order_id])
    yield from _compliance(orders)
    for breach in Breach.objects.filter(**of_order).select_related("recorded_by"):
        yield from _breach(breach, orders[breach.order_id], told)
    for release in case.releases.select_related("recorded_by"):
        label = release.get_licence_display()
        by, at = told_by(release.recorded_by, release.recorded_at)
        yield Event(
            release.released_on,
            Kind.RELEASE,
            f"Released from custody: {label}",
            release.subject,
            release.note,
            by=by,
            recorded_at=at,
            notable=True,
        )
        if release.interviewed_on:
            by, at = told.get(("record_release_interview", release.subject), NOBODY)
            title = "Interview after release"
            yield Event(
                release.interviewed_on, Kind.RELEASE, title, release.subject, label, by=by, recorded_at=at
            )


def _order(order: Order, told: dict[tuple[str, str], Told]) -> Iterator[Event]:
    requirements = list(order.requirements.all())
    first = [
        f"{row.get_kind_display()}: {row.length}" if row.length else row.get_kind_display()
        for row in requirements
        if row.added_on is None
    ]
    by, at = told_by(order.recorded_by, order.recorded_at)
    court = ", ".join(part for part in (order.get_court_type_display(), order.court) if part)
    yield Event(
        order.imposed_on,
        Kind.ORDER,
        f"Order {order.reference} imposed",
        order.subject,
        _sentences(court, "; ".join(first)),
        by=by,
        recorded_at=at,
        notable=True,
    )
    for row in requirements:
        if row.completed_on:
            by, at = told.get(("complete_requirement", row.subject), NOBODY)
            title = f"{row.get_kind_display()} completed, order {order.reference}"
            yield Event(row.completed_on, Kind.ORDER, title, order.subject, by=by, recorded_at=at)
    if order.ended_on:
        ended = told.get(("end_order", order.subject)) or told.get(("transfer_order_out", order.subject))
        by, at = ended or NOBODY
        yield Event(
            order.ended_on,
            Kind.ORDER,
            f"Order {order.reference} ended",
            order.subject,
            EndReason.of(order.end_reason).label,
            by=by,
            recorded_at=at,
            notable=True,
        )


def _session(row: Attendance, order: Order) -> Event:
    hours = ""
    if row.minutes_worked:
        hours = f"{ledger.hours(row.minutes_worked)} worked, {ledger.hours(row.minutes_credited)} credited"
    kind = "Other activity" if row.other_activity else "Unpaid work"
    corrected = f"Corrected: {row.correction_reason}" if row.corrects_id else ""
    by, at = told_by(row.recorded_by, row.recorded_at)
    return Event(
        row.on,
        Kind.SESSION,
        f"{kind}: {row.get_outcome_display().lower()}",
        order.subject,
        _sentences(hours, row.placement, corrected, row.note),
        by=by,
        recorded_at=at,
        notable=row.outcome == Attendance.Outcome.UNACCEPTABLE_ABSENCE,
    )


def _compliance(orders: dict[int, Order]) -> Iterator[Event]:
    """What was decided of absences, and the formal warnings that were sent. Two queries."""
    decided = Absence.objects.standing().exclude(decision="").filter(order__in=list(orders))
    for absence in decided.select_related("decided_by"):
        yield Event(
            absence.changed_on or absence.decided_on or absence.learned_on,
            Kind.COMPLIANCE,
            f"Absence of {words(absence.on)} decided: {absence.get_decision_display().lower()}",
            orders[absence.order_id].subject,
            _sentences(absence.get_evidence_display(), absence.reason),
            by=absence.decided_by.name if absence.decided_by else "",
            notable=absence.decision == Decision.UNACCEPTABLE,
        )
    for warning in FormalWarning.objects.filter(order__in=list(orders)).select_related("issued_by"):
        order = orders[warning.order_id]
        labels = {step.key: step.label for step in steps_on(warning.issued_on)}
        by, at = told_by(warning.issued_by, warning.recorded_at)
        yield Event(
            warning.issued_on,
            Kind.COMPLIANCE,
            f"{labels.get(warning.step, 'Formal warning')} sent, order {order.reference}",
            order.subject,
            warning.skipped_because,
            by=by,
            recorded_at=at,
            notable=True,
        )


def _breach(row: Breach, order: Order, told: dict[tuple[str, str], Told]) -> Iterator[Event]:
    by, at = told_by(row.recorded_by, row.recorded_at)
    title = f"Decision to breach, order {order.reference}"
    yield Event(
        row.decided_on, Kind.BREACH, title, order.subject, row.reason, by=by, recorded_at=at, notable=True
    )
    if row.lodged_on:
        by, at = told.get(("lodge_breach", row.subject), NOBODY)
        title = f"Breach application lodged, order {order.reference}"
        yield Event(row.lodged_on, Kind.BREACH, title, order.subject, by=by, recorded_at=at, notable=True)
    if row.outcome_on:
        by, at = told.get(("record_breach_outcome", row.subject), NOBODY)
        known = set(breach_rules.Outcome)
        outcome = breach_rules.Outcome.of(row.outcome).label if row.outcome in known else row.outcome
        title = f"Outcome of breach, order {order.reference}"
        yield Event(
            row.outcome_on, Kind.BREACH, title, order.subject, outcome, by=by, recorded_at=at, notable=True
        )


def _sentences(*parts: str) -> str:
    """What there is of these, each as a sentence of its own."""
    return ". ".join(part.strip().rstrip(".") for part in parts if part and part.strip())
