"""Court reports, assessments, case management plans and reviews."""

from assessments.models.assessments import (
    Assessment,
    Countersignature,
)
from assessments.models.outcomes import (
    Feedback,
    FeedbackRequest,
    OutcomeReading,
)
from assessments.models.plans import (
    ContactStage,
    Goal,
    GoalProgress,
    Intervention,
    Plan,
    PlanReturn,
    Step,
    VictimSafety,
)
from assessments.models.protection import (
    MappaAction,
    MappaEntry,
    MappaLevel,
    MappaMeeting,
)
from assessments.models.quality import (
    FileReading,
    Sample,
    SampledFile,
    SettledScore,
    SupervisionPoint,
)
from assessments.models.reports import (
    CourtTime,
    ReportRequest,
)
from assessments.models.reviews import (
    Review,
    ReviewDecision,
    ReviewMeeting,
    Task,
)
from assessments.models.scores import (
    LevelBands,
    ScoreMismatch,
)

__all__ = [
    "Assessment",
    "ContactStage",
    "Countersignature",
    "CourtTime",
    "Feedback",
    "FeedbackRequest",
    "FileReading",
    "Goal",
    "GoalProgress",
    "Intervention",
    "LevelBands",
    "MappaAction",
    "MappaEntry",
    "MappaLevel",
    "MappaMeeting",
    "OutcomeReading",
    "Plan",
    "PlanReturn",
    "ReportRequest",
    "Review",
    "ReviewDecision",
    "ReviewMeeting",
    "Sample",
    "SampledFile",
    "ScoreMismatch",
    "SettledScore",
    "Step",
    "SupervisionPoint",
    "Task",
    "VictimSafety",
]
