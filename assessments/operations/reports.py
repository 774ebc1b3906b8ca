"""Changes to court reports, and to when courts want them.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from datetime import date, time

from assessments.domain import reports
from assessments.models import CourtTime, ReportRequest
from cases import timescales
from cases.models import Case, Council, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, not_before, refuse, since_birth
from orders.domain import dates
from orders.domain.cpo import CourtType
from orders.domain.dates import words
from orders.references import save_under_reference


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
