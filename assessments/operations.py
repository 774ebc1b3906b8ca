"""Changes to court reports, assessments, plans and reviews.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, time

from django.db.models import QuerySet

from assessments.domain import lscmi, plan, reports, review
from assessments.models import Assessment, CourtTime, Plan, ReportRequest, Review
from cases import timescales
from cases.models import Case, Council, Role, Timescale, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, not_before, refuse, since_birth
from orders.domain import dates
from orders.domain.cpo import CourtType, RequirementKind
from orders.domain.dates import words
from orders.models import Order
from orders.references import save_under_reference

REVIEW = "cpo.review"

# --- Court reports ------------------------------------------------------------------------------------------


def request_report(
    *,
    actor: User,
    case: Case,
    court_type: str,
    requested_on: date,
    hearing_on: date,
    today: date,
    kind: str = ReportRequest.Kind.FULL,
    court: str = "",
    reference: str = "",
    key: uuid.UUID | None = None,
) -> ReportRequest:
    """A court asked for a report about the person, for a hearing."""
    body = {
        "court_type": court_type,
        "court": court,
        "kind": kind,
        "requested_on": requested_on,
        "hearing_on": hearing_on,
        "reference": reference,
    }
    with operation("request_report", actor=actor, case=case, key=key, body=body) as entry:
        problems = reports.request_problems(requested_on=requested_on, hearing_on=hearing_on, today=today)
        born = since_birth(requested_on, "requested_on", "the request", case, today)
        problems += [one for one in born if one.code == "before_birth"]
        if court_type not in set(CourtType):
            problems.append(Problem("Select the kind of court", "court_type", "court_type_missing"))
        if kind not in ReportRequest.Kind.values:
            problems.append(Problem("Select the kind of report", "kind", "report_kind_missing"))
        if case.closed_on:
            problems.append(Problem(f"This case was closed on {words(case.closed_on)}. Open a new one first"))
        refuse(problems)
        report = ReportRequest(
            council=case.council,
            case=case,
            kind=kind,
            court_type=court_type,
            court=court,
            requested_on=requested_on,
            hearing_on=hearing_on,
            recorded_by=actor,
        )
        save_under_reference(report, reference, case.council, "REP", requested_on)
        entry.subject = report.subject
    return report


def submit_report(
    *,
    actor: User,
    report: ReportRequest,
    submitted_on: date,
    submitted_at: time | None,
    accountable: User | None,
    today: date,
    late_reason: str | None = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> ReportRequest:
    """The report went to the court, on a day and at an hour; a registered social worker answers for it."""
    body = {
        "report": report.pk,
        "submitted_on": submitted_on,
        "submitted_at": submitted_at,
        "accountable": accountable and accountable.pk,
        "late_reason": late_reason,
    }
    with operation(
        "submit_report",
        actor=actor,
        case=report.case,
        root=report,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        problems = reports.submission_problems(
            requested_on=report.requested_on,
            submitted_on=submitted_on,
            today=today,
            accountable=accountable.name if accountable else "",
            registered=bool(accountable and accountable.registered_social_worker),
            withdrawn_on=report.withdrawn_on,
        )
        if accountable and accountable.council_id != report.council_id:
            problems.append(
                Problem("Select somebody of this council", "accountable", "accountable_elsewhere")
            )
        if submitted_at is None:
            text = "Enter the time the report was submitted"
            problems.append(Problem(text, "submitted_at", "submitted_at_missing"))
        if report.submitted_on:
            text = f"This report was submitted on {words(report.submitted_on)}. Submitted reports are not changed"
            problems.append(Problem(text, code="submitted"))
        refuse(problems)
        report.submitted_on, report.submitted_at = submitted_on, submitted_at
        report.accountable = accountable
        report.save()
        entry.subject = report.subject
        ask_why_late(entry, actor, report.case, late_reason)
    return report


def withdraw_report(
    *,
    actor: User,
    report: ReportRequest,
    on: date,
    reason: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> ReportRequest:
    """The court no longer wants the report: it counts in no figure, whatever was due."""
    with operation(
        "withdraw_report",
        actor=actor,
        case=report.case,
        root=report,
        expected_version=expected_version,
        key=key,
        body={"report": report.pk, "on": on, "reason": reason},
        reason=reason,
    ) as entry:
        problems = dates.problems(on, field="on", what="the withdrawal", today=today)
        problems += not_before(
            on, "on", "the withdrawal", report.requested_on, "when the report was asked for"
        )
        if report.withdrawn_on:
            text = f"This request was withdrawn on {words(report.withdrawn_on)}"
            problems.append(Problem(text, code="withdrawn"))
        if report.submitted_on:
            text = f"This report was submitted on {words(report.submitted_on)}. Submitted reports are not changed"
            problems.append(Problem(text, code="submitted"))
        if not reason.strip():
            problems.append(Problem("Enter why the request was withdrawn", "reason", "reason_missing"))
        refuse(problems)
        report.withdrawn_on = on
        report.save()
        entry.subject = report.subject
    return report


def set_court_time(
    *,
    actor: User,
    court_type: str,
    in_force_from: date,
    working_days_before: int,
    by: time,
    key: uuid.UUID | None = None,
) -> list[dict[str, object]]:
    """When one kind of court wants its reports, for requests from a day on; returns the timescales that moved."""
    body = {
        "court_type": court_type,
        "in_force_from": in_force_from,
        "working_days_before": working_days_before,
        "by": by,
    }
    with operation("set_court_time", actor=actor, key=key, body=body) as entry:
        problems = []
        if court_type not in set(CourtType):
            problems.append(Problem("Select the kind of court", "court_type", "court_type_missing"))
        if not 0 <= working_days_before <= 20:
            text = "Enter between 0 and 20 working days before the hearing"
            problems.append(Problem(text, "working_days_before", "working_days_before"))
        refuse(problems)
        council = Council.objects.select_for_update(of=("self",)).get(staff=actor)
        row = CourtTime.objects.filter(
            council=council, court_type=court_type, in_force_from=in_force_from
        ).first() or CourtTime(
            council=council, court_type=court_type, in_force_from=in_force_from, recorded_by=actor
        )
        row.working_days_before, row.by = working_days_before, by
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"court_time:{row.pk}"
        asked = ReportRequest.objects.filter(
            council=council, court_type=court_type, requested_on__gte=in_force_from
        )
        cases = asked.order_by("case").values_list("case", flat=True).distinct()
        entry.changes = timescales.refresh(list(cases))
    return entry.changes


# --- Risk and need, the plan, and its reviews ---------------------------------------------------------------


def complete_assessment(
    *,
    actor: User,
    order: Order,
    tool: str,
    completed_on: date,
    today: date,
    total: int | None = None,
    sub_scores: Mapping[str, int] | None = None,
    level: str = "",
    override_level: str = "",
    override_reason: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Assessment:
    """An assessment was completed: it is never changed, a later one stands beside it.

    The level of an LS/CMI follows from its total. A `level` that does not is refused; an override stands beside it,
    with its reason. Of other tools `level` is what the assessor concluded.
    """
    scores = dict(sub_scores or {})
    body = {
        "order": order.pk,
        "tool": tool,
        "completed_on": completed_on,
        "total": total,
        "sub_scores": scores,
        "level": level,
        "override_level": override_level,
        "override_reason": override_reason,
        "late_reason": late_reason,
    }
    with operation("complete_assessment", actor=actor, case=order.case, key=key, body=body) as entry:
        # An assessment made for the report to the court may come before the order.
        problems = since_birth(completed_on, "completed_on", "the assessment", order.case, today)
        if tool not in Assessment.Tool.values:
            problems.append(Problem("Select the tool", "tool", "tool_missing"))
        scored = tool == Assessment.Tool.LS_CMI
        if scored:
            if total is None and len(scores) == len(lscmi.MAXIMA):
                total = sum(scores.values())
            if total is None:
                text = "Enter the total score, or all eight sub-scores"
                problems.append(Problem(text, "total", "total_missing"))
            problems += lscmi.problems(
                total,
                scores,
                lscmi.bands_on(completed_on),
                level=level,
                override_level=override_level,
                override_reason=override_reason,
            )
        else:
            if scores:
                text = "Enter sub-scores for an LS/CMI only"
                problems.append(Problem(text, "sub_scores", "sub_scores_of_another_tool"))
            if total is None and not level:
                text = "Enter the score or the level that the assessment gave"
                problems.append(Problem(text, "total", "result_missing"))
            if total is not None and not 0 <= total <= 999:
                problems.append(Problem("Enter a score of 0 to 999", "total", "total_out_of_range"))
            if bool(override_level) != bool(override_reason.strip()):
                text = "Enter the level you override to and the reason, or neither"
                problems.append(Problem(text, "override_reason", "override_reason_missing"))
        refuse(problems)
        assessment = Assessment.objects.create(
            order=order,
            tool=tool,
            completed_on=completed_on,
            total=total,
            sub_scores=scores,
            stated_level="" if scored else level,
            override_level=override_level,
            override_reason=override_reason,
            recorded_by=actor,
        )
        entry.subject = f"assessment:{assessment.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return assessment


def approve_plan(
    *,
    actor: User,
    order: Order,
    approved_on: date,
    today: date,
    summary: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Plan:
    """A first line manager approved the case management plan: it is never changed, a later one takes its place."""
    body = {"order": order.pk, "approved_on": approved_on, "summary": summary, "late_reason": late_reason}
    with operation("approve_plan", actor=actor, case=order.case, key=key, body=body) as entry:
        refuse(
            plan.problems(
                approved_on=approved_on,
                imposed_on=order.imposed_on,
                today=today,
                approver_may_approve=actor.role in (Role.FIRST_LINE_MANAGER, Role.SYSTEM),
            )
        )
        approved = Plan.objects.create(
            order=order,
            approved_on=approved_on,
            approved_by=None if actor.role == Role.SYSTEM else actor,
            summary=summary,
            recorded_by=actor,
        )
        entry.subject = f"plan:{approved.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return approved


def hold_review(
    *,
    actor: User,
    order: Order,
    held_on: date,
    today: date,
    for_due_on: date | None = None,
    extra: bool = False,
    chaired_by: User | None = None,
    persons_views: str = "",
    decisions: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Review:
    """A departmental review was held, for the due date named or, with `extra`, besides those that are due.

    Neither named nor extra, it is the next that was due.
    """
    body = {
        "order": order.pk,
        "held_on": held_on,
        "for_due_on": for_due_on,
        "extra": extra,
        "chaired_by": chaired_by and chaired_by.pk,
        "persons_views": persons_views,
        "decisions": decisions,
        "late_reason": late_reason,
    }
    with operation("hold_review", actor=actor, case=order.case, key=key, body=body) as entry:
        due = set(reviews_of(order).values_list("due_on", flat=True))
        problems = review.problems(
            held_on=held_on,
            for_due_on=None if extra else for_due_on,
            imposed_on=order.imposed_on,
            today=today,
            due_dates=due,
            already_held_for={held.for_due_on for held in order.reviews.all() if held.for_due_on},
        )
        if not order.requirements.filter(kind=RequirementKind.SUPERVISION).exists():
            text = "This order has no supervision requirement, so no departmental review is due"
            problems.append(Problem(text, code="no_supervision"))
        if extra and held_on in due:
            text = "Select the due date: a review is due on that very day"
            problems.append(Problem(text, "for_due_on", "extra_on_a_due_date"))
        if chaired_by and chaired_by.council_id != order.council_id:
            problems.append(Problem("Select somebody of this council", "chaired_by", "chair_elsewhere"))
        refuse(problems)
        held = Review.objects.create(
            order=order,
            held_on=held_on,
            # A review held for its own day, on which none is due, is an extra one and meets nothing.
            for_due_on=held_on if extra else for_due_on,
            chaired_by=chaired_by,
            persons_views=persons_views,
            decisions=decisions,
            recorded_by=actor,
        )
        entry.subject = f"review:{held.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return held


def reviews_of(order: Order) -> QuerySet[Timescale]:
    """The reviews that are due of an order, earliest first."""
    rows = Timescale.objects.filter(case=order.case_id, subject=order.subject, clause=REVIEW)
    return rows.order_by("due_on")
