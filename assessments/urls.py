"""Addresses of reports, assessments, plans and reviews: one for each operation, under its name."""

from __future__ import annotations

from django.urls import path

from assessments.views import changes, handover, unallocated, waiting, workload
from cases.urls import as_files

urlpatterns = [
    *as_files("workload/", workload.workload, "workload"),
    path("workload/<int:worker>/", workload.workload_of, name="workload_of"),
    path("workload/<int:worker>/hours/new/", workload.SetAvailability.as_view(), name="set_availability"),
    path(
        "workload/hours/<int:availability>/end/", workload.EndAvailability.as_view(), name="end_availability"
    ),
    path("workload/<int:worker>/cover/new/", workload.ArrangeCover.as_view(), name="arrange_cover"),
    path("workload/cover/<int:cover>/end/", workload.EndCover.as_view(), name="end_cover"),
    *as_files("unallocated/", unallocated.unallocated, "unallocated"),
    path("handover/", handover.hand_over, name="hand_over"),
    path("handover/<int:worker>/", handover.HandOverCaseload.as_view(), name="hand_over_caseload"),
    path("handovers/<int:handover>/", handover.handover, name="handover"),
    path("handovers/<int:handover>/undo/", handover.UndoHandover.as_view(), name="undo_handover"),
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
