"""Which roles may make which change. Sight is another question: CaseQuerySet.visible_to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cases.models import Role, User

_WORK = frozenset({Role.CASEWORKER, Role.FIRST_LINE_MANAGER})
_REGISTER = _WORK | {Role.UNPAID_WORK_SUPERVISOR}
_OFFICE = _WORK | {Role.BUSINESS_SUPPORT}
_MANAGE = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER})
_LINE = frozenset({Role.FIRST_LINE_MANAGER})
_FIGURES = frozenset({Role.PERFORMANCE_OFFICER})
_BOARD = frozenset({Role.PERFORMANCE_OFFICER, Role.SENIOR_MANAGER})
_SETTINGS = frozenset({Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR})
_STAFF = frozenset({Role.ADMINISTRATOR})

ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    # people and cases
    "open_case": _OFFICE,
    "amend_person": _OFFICE,
    "add_alias": _OFFICE,
    "change_address": _OFFICE,
    "raise_alert": _OFFICE,
    "end_alert": _OFFICE,
    "assign_case": _MANAGE,
    "close_case": _LINE,
    "limit_record": _MANAGE,
    "open_restricted_record": _WORK | _REGISTER,
    "explain_lateness": _WORK,
    "excuse_timescale": _MANAGE | _FIGURES,
    # orders
    "impose_order": _OFFICE,
    "query_order": _LINE,
    "resolve_query": _LINE,
    "correct_order": _LINE,
    "vary_order": _WORK,
    "end_order": _WORK,
    "transfer_order_out": _WORK,
    "complete_requirement": _WORK,
    "record_contact": _REGISTER,
    "record_attendance": _REGISTER,
    "correct_attendance": _REGISTER,
    "decide_breach": _WORK,
    "lodge_breach": _WORK,
    "record_breach_outcome": _WORK,
    "record_release": _OFFICE,
    "record_release_interview": _WORK,
    # reports, assessments, plans, reviews
    "request_report": _OFFICE,
    "submit_report": _OFFICE,
    "withdraw_report": _OFFICE,
    "complete_assessment": _WORK,
    "approve_plan": _LINE,
    "hold_review": _WORK,
    "set_review_slots": _LINE,
    # figures
    "set_target": _SETTINGS,
    "set_rating_rule": _SETTINGS,
    "write_commentary": _BOARD,
    "publish_return": _FIGURES,
    # settings
    "open_council": _STAFF,
    "amend_council": _STAFF,
    "add_locality": _SETTINGS,
    "amend_locality": _SETTINGS,
    "add_team": _SETTINGS,
    "amend_team": _SETTINGS,
    "add_member_of_staff": _STAFF,
    "amend_member_of_staff": _STAFF,
    "set_calendar_day": _SETTINGS,
    "remove_calendar_day": _SETTINGS,
    "set_local_standard": _SETTINGS,
    "remove_local_standard": _SETTINGS,
    "set_court_time": _SETTINGS,
    "import_caseload": _SETTINGS,
}


def allows(actor: User, operation: str) -> bool:
    """Whether this person's role may make this change; the system may make every one."""
    if actor.role == Role.SYSTEM:
        return True
    return actor.is_active and actor.role in ALLOWED[operation]
