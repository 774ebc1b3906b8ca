"""Addresses of reports, assessments, plans and reviews: one for each operation, under its name."""

from __future__ import annotations

from django.urls import path

from assessments.views import (
    chairing,
    changes,
    handover,
    outcomes,
    plans,
    protection,
    quality,
    reviews,
    risk,
    scores,
    unallocated,
    waiting,
    workload,
)
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
    path("orders/<int:order>/assessments/tools/", scores.ChooseTool.as_view(), name="choose_tool"),
    path("orders/<int:order>/assessments/<slug:tool>/new/", scores.RecordTool.as_view(), name="record_tool"),
    *as_files("scores/", scores.unsound_scores, "unsound_scores"),
    *as_files("orders/without-activity/", scores.without_activity, "without_activity"),
    path("settings/bands/new/", scores.SetLevelBands.as_view(), name="set_level_bands"),
    path("settings/bands/<int:pk>/remove/", scores.RemoveLevelBands.as_view(), name="remove_level_bands"),
    *as_files("assessments/overrides/", risk.overrides, "overrides_to_countersign"),
    path("assessments/<int:assessment>/", risk.AssessmentPage.as_view(), name="assessment"),
    path(
        "assessments/<int:assessment>/corrections/new/",
        risk.CorrectAssessment.as_view(),
        name="correct_assessment",
    ),
    path(
        "assessments/<int:assessment>/countersignature/new/",
        risk.CountersignOverride.as_view(),
        name="countersign_override",
    ),
    path("orders/<int:order>/plans/new/", changes.ApprovePlan.as_view(), name="approve_plan"),
    path("orders/<int:order>/plans/draft/", plans.DraftPlan.as_view(), name="draft_plan"),
    path("plans/<int:plan>/", plans.PlanPage.as_view(), name="plan"),
    path("plans/<int:plan>/copy/", plans.PlanCopy.as_view(), name="plan_copy"),
    path("plans/<int:plan>/write/", plans.AmendPlan.as_view(), name="amend_plan"),
    path("plans/<int:plan>/submit/", plans.SubmitPlan.as_view(), name="submit_plan"),
    path("plans/<int:plan>/return/", plans.ReturnPlan.as_view(), name="return_plan"),
    path("plans/<int:plan>/approve/", plans.ApproveDraft.as_view(), name="approve_draft"),
    path("plans/<int:plan>/discard/", plans.DiscardPlan.as_view(), name="discard_plan"),
    path("plans/<int:plan>/victims/", plans.VictimSafetyPage.as_view(), name="victim_safety"),
    path("plans/<int:plan>/victims/write/", plans.SetVictimSafety.as_view(), name="set_victim_safety"),
    path("goals/<int:goal>/progress/new/", plans.RecordGoalProgress.as_view(), name="record_goal_progress"),
    path("orders/<int:order>/interventions/new/", plans.AddIntervention.as_view(), name="add_intervention"),
    path(
        "interventions/<int:intervention>/amend/",
        plans.AmendIntervention.as_view(),
        name="amend_intervention",
    ),
    path("orders/<int:order>/outcomes/", outcomes.OrderOutcomes.as_view(), name="order_outcomes"),
    path(
        "orders/<int:order>/outcomes/<slug:stage>/new/",
        outcomes.RecordOutcomes.as_view(),
        name="record_outcomes",
    ),
    path("orders/<int:order>/feedback/link/", outcomes.SendFeedbackLink.as_view(), name="send_feedback_link"),
    path("orders/<int:order>/feedback/new/", outcomes.RecordFeedback.as_view(), name="record_feedback"),
    path("feedback/thanks/", outcomes.feedback_thanks, name="feedback_thanks"),
    path("feedback/<str:token>/", outcomes.feedback, name="feedback"),
    # quality of files
    path("quality/", quality.samples, name="quality"),
    path("quality/new/", quality.DrawSample.as_view(), name="draw_sample"),
    path("quality/<int:sample>/", quality.sample, name="sample"),
    path("quality/<int:sample>/frame/", quality.sample_frame, name="sample_frame"),
    path("quality/<int:sample>/agreement/", quality.agreement, name="sample_agreement"),
    path("quality/files/<int:sampled>/", quality.FilePage.as_view(), name="sampled_file"),
    path(
        "quality/files/<int:sampled>/read/", quality.RecordFileReading.as_view(), name="record_file_reading"
    ),
    path("quality/files/<int:sampled>/settle/", quality.SettleReading.as_view(), name="settle_reading"),
    path("quality/themes/", quality.themes, name="quality_themes"),
    path("quality/feedback/", quality.practice_feedback, name="practice_feedback"),
    path("quality/points/", quality.supervision_points, name="supervision_points"),
    path(
        "quality/readings/<int:reading>/points/new/",
        quality.RaiseSupervisionPoint.as_view(),
        name="raise_supervision_point",
    ),
    path(
        "quality/points/<int:supervision>/done/",
        quality.CloseSupervisionPoint.as_view(),
        name="close_supervision_point",
    ),
    # MAPPA
    path("mappa/", protection.register, name="mappa_register"),
    path("cases/<int:case>/mappa/", protection.MappaPage.as_view(), name="mappa"),
    path("cases/<int:case>/mappa/new/", protection.RegisterMappa.as_view(), name="register_mappa"),
    path("cases/<int:case>/mappa/level/", protection.ChangeMappaLevel.as_view(), name="change_mappa_level"),
    path(
        "cases/<int:case>/mappa/meetings/new/",
        protection.RecordMappaMeeting.as_view(),
        name="record_mappa_meeting",
    ),
    path(
        "cases/<int:case>/mappa/meetings/<int:mappa_meeting>/actions/new/",
        protection.AddMappaAction.as_view(),
        name="add_mappa_action",
    ),
    path(
        "cases/<int:case>/mappa/actions/<int:mappa_action>/done/",
        protection.CompleteMappaAction.as_view(),
        name="complete_mappa_action",
    ),
    path("cases/<int:case>/mappa/end/", protection.EndMappa.as_view(), name="end_mappa"),
    *as_files("reviews/", chairing.reviews, "reviews"),
    path("reviews/<int:review>/", reviews.ReviewPage.as_view(), name="review"),
    path("orders/<int:order>/reviews/", reviews.OrderReviews.as_view(), name="order_reviews"),
    path("orders/<int:order>/reviews/new/", reviews.HoldReview.as_view(), name="hold_review"),
    path("orders/<int:order>/reviews/plan/", reviews.PlanReview.as_view(), name="plan_review"),
    path("orders/<int:order>/reviews/figures/", reviews.ReviewFigures.as_view(), name="review_figures"),
    path("orders/<int:order>/progress-report/", reviews.ProgressReport.as_view(), name="progress_report"),
    path(
        "review-meetings/<int:meeting>/rearrange/", reviews.RearrangeReview.as_view(), name="rearrange_review"
    ),
    path(
        "review-meetings/<int:meeting>/missed/",
        reviews.RecordMissedReview.as_view(),
        name="record_missed_review",
    ),
    path("review-meetings/<int:meeting>/cancel/", reviews.CancelReview.as_view(), name="cancel_review"),
    *as_files("tasks/", chairing.tasks, "tasks"),
    path("tasks/<int:task>/done/", reviews.CompleteTask.as_view(), name="complete_task"),
]
