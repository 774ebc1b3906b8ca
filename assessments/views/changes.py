"""One page for each change to a court report, an assessment, a plan or a review."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from assessments import forms, operations
from assessments.models import Plan, ReportRequest
from justice.web.views import OperationView, today
from orders.views.base import OrderOperation, colleagues


class RequestReport(OperationView):
    """A court asked for a report."""

    operation = "request_report"
    call = staticmethod(operations.request_report)
    title = "Record a request for a report"
    button = "Save the request"
    done = "The request was recorded; the report is due at the time shown"
    form_class = forms.ReportRequestForm

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}


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

    def about(self) -> dict[str, Any]:
        return {"report": self.report, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.report
        caption = f"Report {row.reference} for the hearing on {row.hearing_on:%-d %B %Y}"
        return {"caption": caption, **super().get_context_data(**kwargs)}


class SubmitReport(ReportOperation):
    """The report went to the court."""

    operation = "submit_report"
    call = staticmethod(operations.submit_report)
    title = "Record that a report was submitted"
    button = "Save"
    done = "The report was recorded as submitted"
    form_class = forms.SubmitReportForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "staff": colleagues(self.request.user)}


class WithdrawReport(ReportOperation):
    """The court no longer wants the report."""

    operation = "withdraw_report"
    call = staticmethod(operations.withdraw_report)
    title = "Record that a request was withdrawn"
    button = "Save"
    done = "The request was recorded as withdrawn"
    form_class = forms.WithdrawReportForm


class CompleteAssessment(OrderOperation):
    """An LS/CMI: other tools have forms of their own."""

    operation = "complete_assessment"
    call = staticmethod(operations.complete_assessment)
    title = "Record an LS/CMI"
    button = "Save the assessment"
    done = "The assessment was recorded"
    form_class = forms.AssessmentForm


class ApprovePlan(OrderOperation):
    """The case management plan, as a first line manager approves it."""

    operation = "approve_plan"
    call = staticmethod(operations.approve_plan)
    title = "Approve a case management plan"
    button = "Approve the plan"
    done = "The plan was approved"
    form_class = forms.PlanForm
    template_name = "assessments/plan_on_paper.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = Plan.objects.visible_to(self.request.user).filter(order=self.order, approved_on=None)
        submitted = waiting.exclude(submitted_on=None).first()
        return {"submitted": submitted, **super().get_context_data(**kwargs)}
