"""What assessments tell the chronology: court reports, assessments with their level, plans and reviews."""

from __future__ import annotations

from collections.abc import Iterator

from assessments.domain import lscmi
from assessments.models import Assessment, Plan, Review
from cases.chronology import Event, Kind, told_by, told_in_entries
from cases.models import Case, User


def assessment_events(case: Case, user: User) -> Iterator[Event]:
    """Reports, assessments, plans and reviews of a case. Five queries."""
    told = told_in_entries(case, "submit_report", "withdraw_report")
    for report in case.report_requests.select_related("recorded_by"):
        name = f"{report.get_kind_display()} {report.reference}"
        by, at = told_by(report.recorded_by, report.recorded_at)
        court = ", ".join(part for part in (report.get_court_type_display(), report.court) if part)
        text = f"{court}. Hearing on {report.hearing_on:%-d %B %Y}"
        yield Event(
            report.requested_on, Kind.REPORT, f"{name} requested", report.subject, text, by=by, recorded_at=at
        )
        for operation, on, done in (
            ("submit_report", report.submitted_on, "submitted"),
            ("withdraw_report", report.withdrawn_on, "withdrawn"),
        ):
            if on:
                by, at = told.get((operation, report.subject), ("", None))
                hour = report.submitted_at if operation == "submit_report" else None
                title = f"{name} {done}"
                yield Event(on, Kind.REPORT, title, report.subject, at=hour, by=by, recorded_at=at)
    of_case = {"order__case": case}
    for assessment in Assessment.objects.filter(**of_case).select_related("recorded_by"):
        by, at = told_by(assessment.recorded_by, assessment.recorded_at)
        score = f"score {assessment.total}" if assessment.total is not None else ""
        title = f"{assessment.get_tool_display()} completed"
        said = ", ".join(part for part in (assessment.level, score) if part)
        override = ""
        if assessment.override_level:
            level = lscmi.LEVELS.get(assessment.override_level, assessment.override_level)
            override = f"Overridden to {level}: {assessment.override_reason}"
        yield Event(
            assessment.completed_on,
            Kind.ASSESSMENT,
            f"{title}: {said}" if said else title,
            f"order:{assessment.order_id}",
            override,
            by=by,
            recorded_at=at,
        )
    for plan in Plan.objects.approved().filter(**of_case).select_related("recorded_by", "approved_by"):
        by, at = told_by(plan.recorded_by, plan.recorded_at)
        approver = f" by {plan.approved_by.name}" if plan.approved_by else ""
        yield Event(
            plan.approved_on,
            Kind.PLAN,
            f"Case management plan approved{approver}",
            f"order:{plan.order_id}",
            plan.summary,
            by=by,
            recorded_at=at,
        )
    for review in Review.objects.filter(**of_case).select_related("recorded_by", "chaired_by"):
        by, at = told_by(review.recorded_by, review.recorded_at)
        chair = f", chaired by {review.chaired_by.name}" if review.chaired_by else ""
        parts = (("The person's views", review.persons_views), ("Decided", review.decisions))
        yield Event(
            review.held_on,
            Kind.REVIEW,
            f"Review held{chair}",
            f"order:{review.order_id}",
            "\n".join(f"{label}: {text}" for label, text in parts if text),
            by=by,
            recorded_at=at,
        )
