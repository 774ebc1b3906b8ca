"""People, caseloads, the timescale board and the trail."""

from cases.models.base import Recorded, Versioned, current_entry, tracked
from cases.models.calendars import CalendarDay, LocalStandard
from cases.models.cases import Allocation, Case
from cases.models.people import Address, Alert, Alias, Employment, Ethnicity, Gender, Limit, Opening, Person
from cases.models.slots import ReviewSlots
from cases.models.staff import COUNCIL_ROLES, TEAM_ROLES, Council, Locality, Role, Team, User
from cases.models.timescales import COUNTED, ON_TIME, Explanation, Timescale, lapsed, met, unmet
from cases.models.trail import Consultation, Entry, Job, Notice, Submission

__all__ = [
    "COUNCIL_ROLES",
    "COUNTED",
    "ON_TIME",
    "TEAM_ROLES",
    "Address",
    "Alert",
    "Alias",
    "Allocation",
    "CalendarDay",
    "Case",
    "Consultation",
    "Council",
    "Employment",
    "Entry",
    "Ethnicity",
    "Explanation",
    "Gender",
    "Job",
    "Limit",
    "LocalStandard",
    "Locality",
    "Notice",
    "Opening",
    "Person",
    "Recorded",
    "ReviewSlots",
    "Role",
    "Submission",
    "Team",
    "Timescale",
    "User",
    "Versioned",
    "current_entry",
    "lapsed",
    "met",
    "tracked",
    "unmet",
]
