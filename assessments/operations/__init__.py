"""Changes to court reports, assessments, plans and reviews."""

from assessments.operations.interventions import (
    add_intervention,
    amend_intervention,
)
from assessments.operations.outcomes import (
    channels_of,
    give_feedback,
    record_feedback,
    record_outcomes,
    send_feedback_link,
    standing_at,
)
from assessments.operations.plans import (
    amend_plan,
    approve_plan,
    discard_plan,
    draft_plan,
    proposed_of,
    record_goal_progress,
    return_plan,
    set_victim_safety,
    submit_plan,
)
from assessments.operations.protection import (
    add_mappa_action,
    change_mappa_level,
    complete_mappa_action,
    end_mappa,
    record_mappa_meeting,
    register_mappa,
)
from assessments.operations.quality import (
    close_supervision_point,
    draw_sample,
    raise_supervision_point,
    record_file_reading,
    settle_reading,
)
from assessments.operations.reports import (
    request_report,
    set_court_time,
    submit_report,
    withdraw_report,
)
from assessments.operations.reviews import (
    REVIEW,
    Decided,
    GoalSaid,
    cancel_review,
    complete_task,
    hold_review,
    plan_review,
    rearrange_review,
    record_missed_review,
    reviews_of,
)
from assessments.operations.risk import (
    complete_assessment,
    countersign_override,
)
from assessments.operations.scores import (
    remove_level_bands,
    set_level_bands,
)

__all__ = [
    "Decided",
    "GoalSaid",
    "REVIEW",
    "add_intervention",
    "add_mappa_action",
    "amend_intervention",
    "amend_plan",
    "approve_plan",
    "cancel_review",
    "change_mappa_level",
    "channels_of",
    "close_supervision_point",
    "complete_assessment",
    "complete_mappa_action",
    "complete_task",
    "countersign_override",
    "discard_plan",
    "draft_plan",
    "draw_sample",
    "end_mappa",
    "give_feedback",
    "hold_review",
    "plan_review",
    "proposed_of",
    "raise_supervision_point",
    "rearrange_review",
    "record_feedback",
    "record_file_reading",
    "record_goal_progress",
    "record_mappa_meeting",
    "record_missed_review",
    "record_outcomes",
    "register_mappa",
    "remove_level_bands",
    "request_report",
    "return_plan",
    "reviews_of",
    "send_feedback_link",
    "set_court_time",
    "set_level_bands",
    "set_victim_safety",
    "settle_reading",
    "standing_at",
    "submit_plan",
    "submit_report",
    "withdraw_report",
]
