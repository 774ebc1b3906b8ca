"""What reports, assessments, plans and reviews tell the standards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assessments.domain.reports import Rules, due
from assessments.models import Assessment, CourtTime, Plan, ReportRequest, Review
from cases.calendars import calendar_of
from cases.models import Council
from justice.domain.timescales import Fact


def assessment_facts(cases: Sequence[int]) -> Iterable[tuple[int, Fact]]:
    """Facts of these cases' reports, assessments, plans and reviews: six queries whatever the number of cases."""
    assessed = Assessment.objects.filter(order__case__in=cases, tool=Assessment.Tool.LS_CMI)
    rows = list(assessed.values_list("pk", "corrects", "order__case_id", "order_id", "completed_on"))
    # Told apart here, not by a join: while a caseload is brought in, PostgreSQL knows no better than row by row.
    corrected = {corrects for _, corrects, *_ in rows}
    for key, _, case, order, on in rows:
        if key not in corrected:
            yield case, Fact(f"order:{order}", "lscmi_completed", on)
    plans = Plan.objects.approved().filter(order__case__in=cases)
    for case, order, on in plans.values_list("order__case_id", "order_id", "approved_on"):
        yield case, Fact(f"order:{order}", "plan_approved", on)
    reviews = Review.objects.filter(order__case__in=cases)
    for case, order, on, held_for in reviews.values_list(
        "order__case_id", "order_id", "held_on", "for_due_on"
    ):
        yield case, Fact(f"order:{order}", "review_held", on, for_due_on=held_for)
    yield from _report_facts(cases)


def _report_facts(cases: Sequence[int]) -> Iterable[tuple[int, Fact]]:
    requests = list(ReportRequest.objects.filter(case__in=cases))
    councils = {one.pk: one for one in Council.objects.filter(pk__in={row.council_id for row in requests})}
    rules = Rules.of(
        (row.council_id, row.court_type, row.in_force_from, row.working_days_before, row.by)
        for row in CourtTime.objects.filter(council__in=councils)
    )
    for row in requests:
        rule = rules.on(row.council_id, row.court_type, row.requested_on)
        due_on, by = due(row.hearing_on, rule, calendar_of(councils[row.council_id]))
        due_on = max(due_on, row.requested_on)  # a same-day report cannot be due before it was asked for
        yield (
            row.case_id,
            Fact(
                row.subject,
                "report_requested",
                row.requested_on,
                until=row.hearing_on,
                reference=row.reference,
            ),
        )
        yield (
            row.case_id,
            Fact(
                row.subject,
                "report_request_due",
                row.requested_on,
                until=due_on,
                until_by=by,
                reference=row.reference,
            ),
        )
        if row.submitted_on:
            yield row.case_id, Fact(row.subject, "report_submitted", row.submitted_on, at=row.submitted_at)
        if row.withdrawn_on:
            yield row.case_id, Fact(row.subject, "report_withdrawn", row.withdrawn_on)
