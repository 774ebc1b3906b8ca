"""Court reports, assessments, case management plans and reviews."""

from assessments.models.assessments import Assessment, Plan, Review
from assessments.models.reports import CourtTime, ReportRequest

__all__ = ["Assessment", "CourtTime", "Plan", "ReportRequest", "Review"]
