"""One page for each change to a court report, an assessment, a plan or a review."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from assessments import forms, operations
from assessments.models import Assessment, Plan, ReportRequest, Review
from justice.web.views import OperationView, today
from orders.views.base import OrderOperation, colleagues


class RequestReport(OperationView):
    """A court asked for a report."""

    operation = "request_report"
    title = "Record a request for a report"
    button = "Save the request"
    done = "The request was recorded; the report is due at the time shown"
    form_class = forms.ReportRequestForm

    def run(self, form: forms.ReportRequestForm) -> ReportRequest:
        return operations.request_report(
            actor=self.request.user,
            case=self.case,
            today=today(),
            key=form.submission_key,
            **form.values(),
        )


class ReportOperation(OperationView):
    """A form that changes a report's request."""

    report: ReportRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = ReportRequest.objects.visible_to(request.user).select_related(
                "case__person", "case__council"
            )
            self.report = get_object_or_404(rows, pk=kwargs["report"])
            self.case = self.report.case

    def root(self) -> ReportRequest:
        return self.report

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.report
        caption = f"Report {row.reference} for the hearing on {row.hearing_on:%-d %B %Y}"
        return {"caption": caption, **super().get_context_data(**kwargs)}


class SubmitReport(ReportOperation):
    """The report went to the court."""

    operation = "submit_report"
    title = "Record that a report was submitted"
    button = "Save"
    done = "The report was recorded as submitted"
    form_class = forms.SubmitReportForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "staff": colleagues(self.request.user)}

    def run(self, form: forms.SubmitReportForm) -> ReportRequest:
        return operations.submit_report(
            actor=self.request.user,
            report=self.report,
            today=today(),
            expected_version=form.expected_version,
            key=form.submission_key,
            **form.values(),
        )


class WithdrawReport(ReportOperation):
    """The court no longer wants the report."""

    operation = "withdraw_report"
    title = "Record that a request was withdrawn"
    button = "Save"
    done = "The request was recorded as withdrawn"
    form_class = forms.WithdrawReportForm

    def run(self, form: forms.WithdrawReportForm) -> ReportRequest:
        return operations.withdraw_report(
            actor=self.request.user,
            report=self.report,
            today=today(),
            expected_version=form.expected_version,
            key=form.submission_key,
            **form.values(),
        )


class CompleteAssessment(OrderOperation):
    """An assessment of risk and need."""

    operation = "complete_assessment"
    title = "Record an assessment"
    button = "Save the assessment"
    done = "The assessment was recorded"
    form_class = forms.AssessmentForm

    def run(self, form: forms.AssessmentForm) -> Assessment:
        return operations.complete_assessment(
            actor=self.request.user,
            order=self.order,
            today=today(),
            key=form.submission_key,
            **form.values(),
        )


class ApprovePlan(OrderOperation):
    """The case management plan, as a first line manager approves it."""

    operation = "approve_plan"
    title = "Approve a case management plan"
    button = "Approve the plan"
    done = "The plan was approved"
    form_class = forms.PlanForm

    def run(self, form: forms.PlanForm) -> Plan:
        return operations.approve_plan(
            actor=self.request.user,
            order=self.order,
            today=today(),
            key=form.submission_key,
            **form.values(),
        )


class HoldReview(OrderOperation):
    """A departmental review of the order."""

    operation = "hold_review"
    title = "Record a review"
    button = "Save the review"
    done = "The review was recorded"
    form_class = forms.ReviewForm

    def get_form_kwargs(self) -> dict[str, Any]:
        due = operations.reviews_of(self.order).filter(met_on=None).values_list("due_on", flat=True)
        return {**super().get_form_kwargs(), "due": tuple(due), "staff": colleagues(self.request.user)}

    def run(self, form: forms.ReviewForm) -> Review:
        return operations.hold_review(
            actor=self.request.user,
            order=self.order,
            today=today(),
            key=form.submission_key,
            **form.values(),
        )
