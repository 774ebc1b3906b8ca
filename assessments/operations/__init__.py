"""Changes to court reports, assessments, plans and reviews."""

from assessments.operations.plans import approve_plan
from assessments.operations.reports import request_report, set_court_time, submit_report, withdraw_report
from assessments.operations.reviews import REVIEW, hold_review, reviews_of
from assessments.operations.risk import complete_assessment

__all__ = (
    "REVIEW",
    "approve_plan",
    "complete_assessment",
    "hold_review",
    "request_report",
    "reviews_of",
    "set_court_time",
    "submit_report",
    "withdraw_report",
)
