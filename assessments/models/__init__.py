"""Court reports, assessments, case management plans and reviews."""

from assessments.models.assessments import Assessment, Countersignature
from assessments.models.plans import Goal, GoalProgress, Plan, PlanReturn, Step
from assessments.models.reports import CourtTime, ReportRequest
from assessments.models.reviews import Review

__all__ = [
    "Assessment",
    "Countersignature",
    "CourtTime",
    "Goal",
    "GoalProgress",
    "Plan",
    "PlanReturn",
    "ReportRequest",
    "Review",
    "Step",
]
