"""People, caseloads, the timescale board and the trail."""

from cases.models.around import Associate, ContactPoint, VictimInformation, VictimReader
from cases.models.availability import Availability, Cover, managed_by
from cases.models.base import Recorded, Versioned, current_entry, tracked
from cases.models.calendars import CalendarDay, LocalStandard
from cases.models.cases import Allocation, Case, Permission
from cases.models.drafts import Draft
from cases.models.exports import AGREE, Export, Stop
from cases.models.governance import RefusedLook, Seal, UnusualLooking
from cases.models.handover import Handover, HandoverLine
from cases.models.notes import Note
from cases.models.people import Address, Alert, Alias, Employment, Ethnicity, Gender, Limit, Opening, Person
from cases.models.retention import (
    Disposal,
    DisposalCertificate,
    DisposalRow,
    Hold,
    RetentionRule,
)
from cases.models.search import SearchWord, Spelling
from cases.models.signing_in import RoleChange, SignIn
from cases.models.slots import ReviewSlots
from cases.models.staff import AGREEING_ROLES, COUNCIL_ROLES, TEAM_ROLES, Council, Locality, Role, Team, User
from cases.models.timescales import COUNTED, ON_TIME, Explanation, Timescale, lapsed, met, unmet
from cases.models.trail import Consultation, Entry, EntryReason, Job, Notice, Submission

__all__ = [
    "AGREEING_ROLES",
    "AGREE",
    "COUNCIL_ROLES",
    "COUNTED",
    "ON_TIME",
    "TEAM_ROLES",
    "Address",
    "Alert",
    "Alias",
    "Allocation",
    "Associate",
    "Availability",
    "CalendarDay",
    "Case",
    "Consultation",
    "ContactPoint",
    "Council",
    "Cover",
    "Disposal",
    "DisposalCertificate",
    "DisposalRow",
    "Draft",
    "Employment",
    "Entry",
    "EntryReason",
    "Ethnicity",
    "Explanation",
    "Export",
    "Gender",
    "Handover",
    "HandoverLine",
    "Hold",
    "Job",
    "Limit",
    "LocalStandard",
    "Locality",
    "Note",
    "Notice",
    "Opening",
    "Permission",
    "Person",
    "Recorded",
    "RefusedLook",
    "RetentionRule",
    "ReviewSlots",
    "Seal",
    "Role",
    "RoleChange",
    "SearchWord",
    "SignIn",
    "Spelling",
    "Stop",
    "Submission",
    "Team",
    "Timescale",
    "UnusualLooking",
    "User",
    "Versioned",
    "VictimInformation",
    "VictimReader",
    "current_entry",
    "lapsed",
    "managed_by",
    "met",
    "tracked",
    "unmet",
]
