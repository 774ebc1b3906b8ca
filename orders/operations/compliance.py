"""Changes on the way from an absence to a breach: decided by a person, each step with its rule and its day."""

from __future__ import annotations

import uuid
from datetime import date

from cases.models import User
from cases.operation import council_of, operation
from justice.domain.errors import Problem
from orders import compliance, recording
from orders.checks import ask_why_late, happened, in_force, left_out, not_before, refuse
from orders.domain import compliance as rules
from orders.domain.compliance import CountedSince, Decision, Evidence, NotAppropriate
from orders.models import Absence, FormalWarning, LocalStep, Order, SetAside


def decide_absence(
    *,
    actor: User,
    absence: Absence,
    decision: str,
    evidence: str,
    reason: str,
    decided_on: date,
    today: date,
    late_reason: str | None = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Absence:
    """Whether an absence was acceptable, on what evidence and why; or another decision in place of the first.

    The time allowed is measured to the first decision; what was decided before stays in the history of the row.
    """
    order = absence.order
    body = {
        "absence": absence.pk,
        "decision": decision,
        "evidence": evidence,
        "reason": reason,
        "decided_on": decided_on,
        "late_reason": late_reason,
    }
    with operation(
        "decide_absence",
        actor=actor,
        case=order.case,
        root=absence,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason[:500],
    ) as entry:
        on, what = decided_on, "the decision"
        problems = happened(on, "decided_on", what, order, today)
        problems += not_before(on, "decided_on", what, absence.on, "when the person did not attend")
        if decision not in set(Decision):
            text = "Select whether the absence was acceptable"
            problems.append(Problem(text, "decision", "decision_missing"))
        elif decision == Decision.ACCEPTABLE and evidence not in set(Evidence):
            text = "Select what evidence was seen, or “None seen”"
            problems.append(Problem(text, "evidence", "evidence_missing"))
        if not reason.strip():
            problems.append(Problem("Enter the reason for the decision", "reason", "reason_missing"))
        if absence.withdrawn_because:
            text = "This absence was recorded in error: there is nothing to decide"
            problems.append(Problem(text, code="absence_withdrawn"))
        if absence.decided_on:
            last = absence.changed_on or absence.decided_on
            problems += not_before(on, "decided_on", what, last, "when it was last decided")
        refuse(problems)
        recording.decide(absence, decision, evidence, reason, on=on, actor=actor)
        absence.save()
        entry.subject = absence.subject
        ask_why_late(entry, actor, order.case, late_reason)
    return absence


def issue_warning(
    *,
    actor: User,
    order: Order,
    step: str,
    issued_on: date,
    letter: str,
    today: date,
    next_appointment: str = "",
    skipped_because: str = "",
    key: uuid.UUID | None = None,
) -> FormalWarning:
    """A formal warning, as it is sent: for the absences that count on its day, and by the rule of that day.

    Refuses where no absence was decided not acceptable since the step before, and a step left out without a reason.
    Fewer absences than the rule counts are no bar: the rule says when to think of it, a person decides.
    """
    body = {
        "order": order.pk,
        "step": step,
        "issued_on": issued_on,
        "letter": letter,
        "next_appointment": next_appointment,
        "skipped_because": skipped_because,
    }
    with operation(
        "issue_warning", actor=actor, case=order.case, key=key, body=body, reason=skipped_because
    ) as entry:
        what = "the warning"
        problems = happened(issued_on, "issued_on", what, order, today)
        problems += in_force(order, issued_on, "issued_on", what)
        steps = compliance.steps_of(order.council_id, issued_on)
        standing = compliance.record_of(order).standing(steps, issued_on)
        chosen = next((one for one in rules.warnings_of(steps) if one.key == step), None)
        if chosen is None:
            problems.append(Problem("Select which warning it is", "step", "step_missing"))
        elif standing.step is None:
            text = "A breach is open: record what the court did first"
            problems.append(Problem(text, code="breach_open"))
        elif not standing.new:
            text = f"No absence is decided not acceptable {standing.since}. Decide the absence first"
            problems.append(Problem(text, code="no_failure"))
        else:
            problems += left_out(step, standing, steps, skipped_because)
        if not letter.strip():
            problems.append(Problem("Enter what the letter says", "letter", "letter_missing"))
        refuse(problems)
        warning = FormalWarning.objects.create(
            order=order,
            step=step,
            issued_on=issued_on,
            issued_by=actor,
            failures=[one.key for one in standing.counted],
            rule=f"{chosen.rule}. {chosen.source}"[:500] if chosen else "",
            sent_to=compliance.addressee(order),
            letter=letter,
            next_appointment=next_appointment,
            skipped_because=skipped_because,
            recorded_by=actor,
        )
        entry.subject = f"warning:{warning.pk}"
    return warning


def set_aside_step(
    *,
    actor: User,
    order: Order,
    step: str,
    code: str,
    today: date,
    note: str = "",
    key: uuid.UUID | None = None,
) -> SetAside:
    """The step that the record prompts is not appropriate here. It is prompted again after a further absence."""
    body = {"order": order.pk, "step": step, "code": code, "note": note}
    with operation("set_aside_step", actor=actor, case=order.case, key=key, body=body, reason=note) as entry:
        problems = []
        if code not in set(NotAppropriate):
            text = "Select why the step is not appropriate"
            problems.append(Problem(text, "code", "code_missing"))
        elif code == NotAppropriate.OTHER and not note.strip():
            problems.append(Problem("Enter the reason", "note", "note_missing"))
        steps = compliance.steps_of(order.council_id, today)
        prompt = compliance.record_of(order).prompt(steps, today)
        if prompt is None or prompt.step.key != step:
            text = "This step is not prompted any more. Open the order again"
            problems.append(Problem(text, code="not_prompted"))
        refuse(problems)
        row = SetAside.objects.create(
            order=order,
            step=step,
            on=today,
            failures=[one.key for one in prompt.failures] if prompt else [],
            code=code,
            note=note,
            recorded_by=actor,
        )
        entry.subject = f"set_aside:{row.pk}"
    return row


def set_compliance_step(
    *,
    actor: User,
    step: str,
    in_force_from: date,
    failures: int,
    counted_since: str,
    source: str,
    key: uuid.UUID | None = None,
) -> LocalStep:
    """The council's own number of absences for a step, from a day on, laid over what the program ships with."""
    body = {
        "step": step,
        "in_force_from": in_force_from,
        "failures": failures,
        "counted_since": counted_since,
        "source": source,
    }
    with operation("set_compliance_step", actor=actor, key=key, body=body, reason=source) as entry:
        problems = []
        if step not in {one.key for one in rules.steps_on(in_force_from)}:
            problems.append(Problem("Select the step", "step", "step_missing"))
        if not 1 <= failures <= rules.MOST_FAILURES:
            text = f"Enter between 1 and {rules.MOST_FAILURES} absences"
            problems.append(Problem(text, "failures", "failures_out_of_range"))
        if counted_since not in set(CountedSince):
            problems.append(Problem("Select what is counted", "counted_since", "counted_since_missing"))
        if not source.strip():
            problems.append(Problem("Enter the paper that decided it", "source", "source_missing"))
        refuse(problems)
        council = council_of(actor)
        row = LocalStep.objects.filter(
            council=council, step=step, in_force_from=in_force_from
        ).first() or LocalStep(council=council, step=step, in_force_from=in_force_from, recorded_by=actor)
        row.failures, row.counted_since, row.source = failures, counted_since, source
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"compliance_step:{row.pk}"
    return row


def remove_compliance_step(
    *, actor: User, row: LocalStep, expected_version: int, key: uuid.UUID | None = None
) -> None:
    """Go back to the number that the program ships with."""
    with operation(
        "remove_compliance_step",
        actor=actor,
        root=row,
        expected_version=expected_version,
        key=key,
        body={"row": row.pk},
    ) as entry:
        entry.subject = f"compliance_step:{row.pk}"
        row.delete()
