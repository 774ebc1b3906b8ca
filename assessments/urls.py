"""Addresses of reports, assessments, plans and reviews: one for each operation, under its name."""

from __future__ import annotations

from django.urls import path

from assessments.views import changes, waiting
from cases.urls import as_files

urlpatterns = [
    *as_files("reports/", waiting.reports, "reports"),
    path("cases/<int:case>/reports/new/", changes.RequestReport.as_view(), name="request_report"),
    path("reports/<int:report>/submit/", changes.SubmitReport.as_view(), name="submit_report"),
    path("reports/<int:report>/withdraw/", changes.WithdrawReport.as_view(), name="withdraw_report"),
    path(
        "orders/<int:order>/assessments/new/",
        changes.CompleteAssessment.as_view(),
        name="complete_assessment",
    ),
    path("orders/<int:order>/plans/new/", changes.ApprovePlan.as_view(), name="approve_plan"),
    path("orders/<int:order>/reviews/new/", changes.HoldReview.as_view(), name="hold_review"),
]
