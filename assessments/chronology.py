"""What assessments tell the chronology: court reports, assessments, plans, reviews, outcomes, MAPPA levels."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from assessments.domain import lscmi, outcomes
from assessments.models import (
    Assessment,
    FeedbackRequest,
    MappaEntry,
    MappaLevel,
    OutcomeReading,
    Plan,
    Review,
    ReviewMeeting,
)
from cases.chronology import Event, Kind, told_by, told_in_entries
from cases.models import Case, User


def assessment_events(case: Case, user: User) -> Iterator[Event]:
    """Reports, assessments, plans, reviews, outcomes and MAPPA levels of a case. Eleven queries."""
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
    for assessment in Assessment.objects.standing().filter(**of_case).select_related("recorded_by"):
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
            f"review:{review.pk}",
            "\n".join(f"{label}: {text}" for label, text in parts if text),
            by=by,
            recorded_at=at,
        )
    # The level and its day, and no more: what partners said stands on the pages of the register alone.
    known: set[int] = set()
    levels = MappaLevel.objects.visible_to(user).filter(entry__case=case).order_by("from_on", "pk")
    for level in levels.select_related("recorded_by"):
        by, at = told_by(level.recorded_by, level.recorded_at)
        title = "MAPPA level changed to" if level.entry_id in known else "MAPPA began at level"
        known.add(level.entry_id)
        subject = f"mappa:{level.entry_id}"
        yield Event(level.from_on, Kind.CASE, f"{title} {level.level}", subject, by=by, recorded_at=at)
    for entry in MappaEntry.objects.visible_to(user).filter(case=case, ended_on__isnull=False):
        yield Event(entry.ended_on, Kind.CASE, "MAPPA ended", f"mappa:{entry.pk}")
    yield from _meetings(case)
    yield from _outcome_events(case)


def _meetings(case: Case) -> Iterator[Event]:
    """Planned reviews that were missed, on their day, and moved or called off, on the day that was said."""
    states = ReviewMeeting.State
    told = told_in_entries(case, "rearrange_review", "record_missed_review", "cancel_review")
    rows = ReviewMeeting.objects.filter(order__case=case).exclude(state__in=(states.PLANNED, states.HELD))
    for row in rows.select_related("followed_by"):
        of_order = f"order:{row.order_id}"
        planned = f"Review planned for {row.planned_on:%-d %B %Y}"
        why = ": ".join(part for part in (row.get_reason_display(), row.note) if part)
        if row.state == states.MISSED:
            by, at = told.get(("record_missed_review", row.subject), ("", None))
            who = f"{row.get_who_did_not_come_display()} did not come"
            yield Event(
                row.planned_on, Kind.REVIEW, f"{planned} missed: {who[0].lower()}{who[1:]}", of_order, why, by=by,
                recorded_at=at, notable=True,
            )  # fmt: skip
            continue
        moved = row.followed_by if row.state == states.REARRANGED else None
        operation, about = ("rearrange_review", moved.subject) if moved else ("cancel_review", row.subject)
        by, at = told.get((operation, about), ("", None))
        done = f"rearranged for {moved.planned_on:%-d %B %Y}" if moved else "cancelled"
        said_on = timezone.localdate(at) if at else row.planned_on
        yield Event(said_on, Kind.REVIEW, f"{planned} {done}", of_order, why, by=by, recorded_at=at)


def _outcome_events(case: Case) -> Iterator[Event]:
    """Each time outcomes were recorded, and each time the person was asked for their views; not what they said."""
    sittings: list[list[OutcomeReading]] = []
    before: tuple[object, ...] = ()
    readings = OutcomeReading.objects.filter(order__case=case).select_related("recorded_by").order_by("pk")
    for row in readings:
        same = (row.order_id, row.point, row.on, row.recorded_by_id)
        # A measure that comes again is a correction, which was recorded by itself.
        if same != before or row.measure in {one.measure for one in sittings[-1]}:
            sittings.append([])
        sittings[-1].append(row)
        before = same
    for rows in sittings:
        first = rows[0]
        by, at = told_by(first.recorded_by, first.recorded_at)
        yield Event(
            first.on,
            Kind.ASSESSMENT,
            f"Outcomes recorded {first.get_point_display().lower()}",
            f"order:{first.order_id}",
            "\n".join(_reading(row) for row in rows),
            by=by,
            recorded_at=at,
        )
    for request in FeedbackRequest.objects.filter(order__case=case).select_related("recorded_by"):
        by, at = told_by(request.recorded_by, request.recorded_at)
        how = request.get_channel_display().lower()
        yield Event(
            request.asked_on,
            Kind.ASSESSMENT,
            f"Asked for their views: {how}",
            f"order:{request.order_id}",
            by=by,
            recorded_at=at,
        )


def _reading(row: OutcomeReading) -> str:
    measure = outcomes.edition_on(row.on).measures.get(row.measure)
    if row.value is None or measure is None:
        return f"{measure.label if measure else row.measure}: {row.get_answer_display()}"
    return f"{measure.label}: {measure.words(row.value)}"
