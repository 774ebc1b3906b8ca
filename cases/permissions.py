"""Which roles may make which change, and who may see what victims said. Other sight: CaseQuerySet.visible_to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Exists, OuterRef, Q

from cases.models import AGREEING_ROLES, Allocation, Case, Role, User, VictimReader
from cases.models.cases import CaseQuerySet

_WORK = frozenset({Role.CASEWORKER, Role.FIRST_LINE_MANAGER})
_REGISTER = _WORK | {Role.UNPAID_WORK_SUPERVISOR}
_OFFICE = _WORK | {Role.BUSINESS_SUPPORT}
_MANAGE = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER})
_LINE = frozenset({Role.FIRST_LINE_MANAGER})
_FIGURES = frozenset({Role.PERFORMANCE_OFFICER})
_BOARD = frozenset({Role.PERFORMANCE_OFFICER, Role.SENIOR_MANAGER})
_NAMED = _REGISTER | _OFFICE | _BOARD  # whoever sees anybody
_SETTINGS = frozenset({Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR})
_STAFF = frozenset({Role.ADMINISTRATOR})
_KEEPING = frozenset({Role.INFORMATION_GOVERNANCE, Role.SENIOR_MANAGER})

ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    # people and cases
    "open_case": _OFFICE,
    "amend_person": _OFFICE,
    "add_alias": _OFFICE,
    "change_address": _OFFICE,
    "raise_alert": _OFFICE,
    "end_alert": _OFFICE,
    "add_contact_point": _OFFICE,
    "amend_contact_point": _OFFICE,
    "end_contact_point": _OFFICE,
    "add_associate": _OFFICE,
    "amend_associate": _OFFICE,
    "end_associate": _OFFICE,
    "assign_case": _MANAGE,
    "close_case": _LINE,
    "hand_over_caseload": _MANAGE,
    "undo_handover": _MANAGE,
    "arrange_cover": _MANAGE,
    "end_cover": _MANAGE,
    "set_availability": _MANAGE,
    "end_availability": _MANAGE,
    "limit_record": _MANAGE,
    # victims: besides the role, cases_whose_victims_are_seen_by below
    "add_victim_information": _WORK,
    "amend_victim_information": _WORK,
    "end_victim_information": _WORK,
    "name_victim_readers": _LINE,
    "set_victim_safety": _WORK,
    "open_restricted_record": _WORK | _REGISTER,
    "close_opening": _WORK | _REGISTER,
    # besides the role, cases_answered_for below
    "review_opening": _MANAGE,
    "permit_access": _MANAGE,
    "end_permission": _MANAGE,
    "answer_unusual_looking": _MANAGE,
    "explain_lateness": _WORK,
    "excuse_timescale": _MANAGE | _FIGURES,
    "record_note": _OFFICE | _REGISTER,
    "correct_note": _OFFICE | _REGISTER,
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
    "book_appointment": _OFFICE,
    "reschedule_appointment": _OFFICE,
    "cancel_appointment": _OFFICE,
    "record_outcome": _REGISTER,
    "decide_absence": _WORK,
    "issue_warning": _WORK,
    "set_aside_step": _WORK,
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
    "countersign_override": _LINE,
    "draft_plan": _WORK,
    "amend_plan": _WORK,
    "submit_plan": _WORK,
    "discard_plan": _WORK,
    "return_plan": _LINE,
    "approve_plan": _LINE,
    "record_goal_progress": _WORK,
    "add_intervention": _WORK,
    "amend_intervention": _WORK,
    "hold_review": _WORK,
    "plan_review": _OFFICE,
    "rearrange_review": _OFFICE,
    "record_missed_review": _OFFICE,
    "cancel_review": _OFFICE,
    "complete_task": _OFFICE | _REGISTER,
    "record_outcomes": _WORK,
    "send_feedback_link": _OFFICE,
    "record_feedback": _OFFICE,
    "set_review_slots": _LINE,
    "set_level_bands": _SETTINGS,
    "remove_level_bands": _SETTINGS,
    "draw_sample": _LINE | _BOARD,
    "record_file_reading": _WORK | _BOARD,
    "settle_reading": _LINE | _BOARD,
    "raise_supervision_point": _MANAGE,
    "close_supervision_point": _MANAGE,
    "register_mappa": _WORK,
    "change_mappa_level": _WORK,
    "record_mappa_meeting": _WORK,
    "add_mappa_action": _WORK,
    "complete_mappa_action": _WORK,
    "end_mappa": _WORK,
    # figures
    "set_target": _SETTINGS,
    "set_rating_rule": _SETTINGS,
    "write_commentary": _BOARD,
    "publish_return": _FIGURES,
    # lists of named people that are taken away
    "request_export": _NAMED,
    "take_export": _NAMED,
    "agree_export": _MANAGE | {Role.INFORMATION_GOVERNANCE},
    "decline_export": _MANAGE | {Role.INFORMATION_GOVERNANCE},
    # settings
    "open_council": _STAFF,
    "amend_council": _STAFF,
    "add_locality": _SETTINGS,
    "amend_locality": _SETTINGS,
    "add_team": _SETTINGS,
    "amend_team": _SETTINGS,
    "add_member_of_staff": _STAFF,
    "amend_member_of_staff": _STAFF,
    "suspend_unused_account": frozenset(),  # the system's alone
    "reset_second_step": _STAFF,
    "give_new_password": _STAFF,
    "ask_role_change": _STAFF,
    "agree_role_change": AGREEING_ROLES,
    "decline_role_change": AGREEING_ROLES,
    "set_calendar_day": _SETTINGS,
    "remove_calendar_day": _SETTINGS,
    "set_local_standard": _SETTINGS,
    "remove_local_standard": _SETTINGS,
    "set_court_time": _SETTINGS,
    "set_compliance_step": _SETTINGS,
    "remove_compliance_step": _SETTINGS,
    "import_caseload": _SETTINGS,
    # what is kept and what is destroyed: by key, without a look at any record
    "set_retention_rule": _KEEPING,
    "place_hold": _KEEPING,
    "lift_hold": _KEEPING,
    "propose_disposal": _KEEPING,
    "approve_disposal": _KEEPING,
    "decline_disposal": _KEEPING,
    "release_subject_access_pack": _LINE,
}


def allows(actor: User, operation: str) -> bool:
    """Whether this person's role may make this change; the system may make every one."""
    if actor.role == Role.SYSTEM:
        return True
    return actor.is_active and actor.role in ALLOWED[operation]


# Their entries stand in no list of changes that others read: that there is a victim at all is told to nobody else.
ABOUT_VICTIMS: Final = frozenset(
    {
        "add_victim_information",
        "amend_victim_information",
        "end_victim_information",
        "name_victim_readers",
        "set_victim_safety",
    }
)


def cases_whose_victims_are_seen_by(user: User) -> CaseQuerySet:
    """The one rule about victim information: who holds the case or one of its orders, the first line manager of a
    team that does, and who was named, each only among the cases they may see at all.

    A case that is closed is held by nobody: the manager of the team that held it to the end still answers for it.
    """
    held = Allocation.objects.filter(case=OuterRef("pk"), to_on=None)
    sight = Q(Exists(held.filter(worker=user)))
    sight |= Q(Exists(VictimReader.objects.filter(case=OuterRef("pk"), user=user)))
    if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
        sight |= _of_the_team(user)
    seen: CaseQuerySet = Case.objects.visible_to(user)
    return seen.filter(sight)


def _of_the_team(manager: User) -> Q:
    """Cases that the manager's team holds, or held to the end."""
    rows = Allocation.objects.filter(case=OuterRef("pk"), team=manager.team_id)
    return Q(Exists(rows.filter(Q(to_on=None) | Q(to_on=OuterRef("closed_on")))))


def cases_answered_for(user: User) -> CaseQuerySet:
    """The cases about whose being seen this manager decides: those their team holds or held to the end, or the whole
    council's; each only among the cases they may see at all. Whoever was merely let in lets nobody else in.
    """
    seen: CaseQuerySet = Case.objects.visible_to(user)
    if user.role in (Role.SENIOR_MANAGER, Role.SYSTEM):
        return seen
    if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
        return seen.filter(_of_the_team(user))
    return seen.none()


def may_see_victims(user: User, case: Case) -> bool:
    """Whether this person may know what victims of this case said, or that there is any."""
    return cases_whose_victims_are_seen_by(user).filter(pk=case.pk).exists()


def manages(actor: User, user: User) -> bool:
    """Whether somebody's hours and cover are the actor's to arrange: those of their team, or of the whole council."""
    if actor.role == Role.SYSTEM:
        return True
    if user.council_id != actor.council_id:
        return False
    return actor.role == Role.SENIOR_MANAGER or (
        actor.role == Role.FIRST_LINE_MANAGER and user.team_id == actor.team_id
    )
