"""Addresses of people, cases, lists and settings. An operation's address has the operation's name."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from cases.views import (
    around,
    chronology,
    drafts,
    exports,
    governance,
    homes,
    jobs,
    lists,
    notes,
    people,
    person,
    retention,
    settings,
    sight,
    subject_access,
    unusual,
)


def as_files(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """A list's page, and the same list as a CSV file and as a workbook."""
    return [
        path(route, view, name=name),
        *(path(f"{route}{kind}/", view, {"file": kind}, name=f"{name}_{kind}") for kind in ("csv", "xlsx")),
    ]


urlpatterns = [
    path("", homes.home, name="home"),
    *as_files("my-caseload/", lists.my_caseload, "my_caseload"),
    *as_files("my-week/", lists.my_week, "my_week"),
    *as_files("overdue/", lists.overdue, "overdue"),
    *as_files("due-soon/", lists.due_soon, "due_soon"),
    path("team/", lists.team, name="team"),
    path("team/reviews/", homes.SetReviewSlots.as_view(), name="set_review_slots"),
    *as_files("plans/", lists.plans, "plans_to_approve"),
    *as_files("notices/", lists.notices, "notices"),
    path("notices/read/", people.mark_notices_read, name="mark_notices_read"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:export>/agree/", exports.AgreeExport.as_view(), name="agree_export"),
    path("exports/<int:export>/decline/", exports.DeclineExport.as_view(), name="decline_export"),
    path("drafts/", drafts.drafts_list, name="drafts_list"),
    path("drafts/save/", drafts.save_draft, name="save_draft"),
    path("drafts/<int:draft>/discard/", drafts.discard_draft, name="discard_draft"),
    path("people/", people.people, name="people"),
    path("people/new/", people.OpenCase.as_view(), name="open_case"),
    path("people/restricted/new/", people.OpenRestricted.as_view(), name="open_restricted_record"),
    *as_files("openings/", sight.openings, "openings"),
    path("openings/<int:opening>/close/", sight.CloseOpening.as_view(), name="close_opening"),
    path("openings/<int:opening>/review/", sight.ReviewOpening.as_view(), name="review_opening"),
    path("cases/<int:case>/", person.CasePage.as_view(), name="case"),
    path("cases/<int:case>/chronology/", chronology.Chronology.as_view(), name="chronology"),
    path("cases/<int:case>/chronology/print/", chronology.ChronologyPrint.as_view(), name="chronology_print"),
    path("cases/<int:case>/people/", person.PeopleAround.as_view(), name="people_around"),
    path("cases/<int:case>/victims/", person.Victims.as_view(), name="victims"),
    path("cases/<int:case>/record/", person.RecordPage.as_view(), name="case_record"),
    path("cases/<int:case>/contact-points/new/", around.AddContactPoint.as_view(), name="add_contact_point"),
    path(
        "cases/<int:case>/contact-points/<int:point>/",
        around.AmendContactPoint.as_view(),
        name="amend_contact_point",
    ),
    path(
        "cases/<int:case>/contact-points/<int:point>/end/",
        around.EndContactPoint.as_view(),
        name="end_contact_point",
    ),
    path("cases/<int:case>/people/new/", around.AddAssociate.as_view(), name="add_associate"),
    path("cases/<int:case>/people/<int:associate>/", around.AmendAssociate.as_view(), name="amend_associate"),
    path("cases/<int:case>/people/<int:associate>/end/", around.EndAssociate.as_view(), name="end_associate"),
    path(
        "cases/<int:case>/victims/new/", around.AddVictimInformation.as_view(), name="add_victim_information"
    ),
    path("cases/<int:case>/victims/readers/", around.NameVictimReaders.as_view(), name="name_victim_readers"),
    path(
        "cases/<int:case>/victims/<int:victim>/",
        around.AmendVictimInformation.as_view(),
        name="amend_victim_information",
    ),
    path(
        "cases/<int:case>/victims/<int:victim>/end/",
        around.EndVictimInformation.as_view(),
        name="end_victim_information",
    ),
    path("cases/<int:case>/person/", people.AmendPerson.as_view(), name="amend_person"),
    path("cases/<int:case>/aliases/new/", people.AddAlias.as_view(), name="add_alias"),
    path("cases/<int:case>/addresses/new/", people.ChangeAddress.as_view(), name="change_address"),
    path("cases/<int:case>/alerts/new/", people.RaiseAlert.as_view(), name="raise_alert"),
    path("cases/<int:case>/alerts/<int:alert>/end/", people.EndAlert.as_view(), name="end_alert"),
    path("cases/<int:case>/notes/new/", notes.RecordNote.as_view(), name="record_note"),
    path("cases/<int:case>/notes/<int:note>/", notes.NotePage.as_view(), name="note"),
    path("cases/<int:case>/notes/<int:note>/correct/", notes.CorrectNote.as_view(), name="correct_note"),
    path("cases/<int:case>/allocations/new/", people.AssignCase.as_view(), name="assign_case"),
    path("cases/<int:case>/close/", people.CloseCase.as_view(), name="close_case"),
    path(
        "cases/<int:case>/own-record/",
        subject_access.ReleaseSubjectAccessPack.as_view(),
        name="release_subject_access_pack",
    ),
    path("cases/<int:case>/limits/", people.LimitRecord.as_view(), name="limit_record"),
    path("cases/<int:case>/permissions/new/", sight.PermitAccess.as_view(), name="permit_access"),
    path(
        "cases/<int:case>/permissions/<int:permission>/end/",
        sight.EndPermission.as_view(),
        name="end_permission",
    ),
    path("timescales/<int:timescale>/late/", people.ExplainTimescale.as_view(), name="explain_lateness"),
    path("timescales/<int:timescale>/excuse/", people.ExcuseTimescale.as_view(), name="excuse_timescale"),
    path("governance/", governance.who_looked, name="who_looked"),
    *as_files("governance/records/<int:case>/", governance.record_looks, "record_looks"),
    *as_files("governance/records/<int:case>/changes/", governance.record_changes, "record_changes"),
    path("governance/staff/", governance.ask_staff_looks, name="ask_staff_looks"),
    *as_files(
        "governance/staff/<int:worker>/<str:since>/<str:until>/", governance.staff_looks, "staff_looks"
    ),
    *as_files(
        "governance/staff/<int:worker>/<str:since>/<str:until>/incident/",
        governance.incident_report,
        "incident_report",
    ),
    *as_files("unusual-looking/", unusual.unusual_looking, "unusual_looking"),
    path(
        "unusual-looking/<int:looking>/",
        unusual.AnswerUnusualLooking.as_view(),
        name="answer_unusual_looking",
    ),
    path("retention/", retention.retention, name="retention"),
    path("retention/due/", retention.ProposeDisposal.as_view(), name="propose_disposal"),
    path("retention/approve/", retention.ApproveDisposal.as_view(), name="approve_disposal"),
    path(
        "retention/proposals/<int:disposal>/keep/",
        retention.DeclineDisposal.as_view(),
        name="decline_disposal",
    ),
    path("retention/holds/new/", retention.PlaceHold.as_view(), name="place_hold"),
    path("retention/holds/<int:hold>/lift/", retention.LiftHold.as_view(), name="lift_hold"),
    path("retention/periods/new/", retention.SetRetentionRule.as_view(), name="set_retention_rule"),
    path(
        "retention/certificates/<int:certificate>/",
        retention.disposal_certificate,
        name="disposal_certificate",
    ),
    path("retention/inventory/", retention.data_inventory, name="data_inventory"),
    path("retention/inventory/csv/", retention.data_inventory_csv, name="data_inventory_csv"),
    path("jobs/<int:job>/", jobs.job, name="job"),
    path("settings/", settings.settings_home, name="settings"),
    path("settings/moved/", settings.moved, name="settings_moved"),
    path("settings/localities/new/", settings.AddLocality.as_view(), name="add_locality"),
    path("settings/localities/<int:pk>/", settings.AmendLocality.as_view(), name="amend_locality"),
    path("settings/teams/new/", settings.AddTeam.as_view(), name="add_team"),
    path("settings/teams/<int:pk>/", settings.AmendTeam.as_view(), name="amend_team"),
    path("settings/staff/new/", settings.AddMemberOfStaff.as_view(), name="add_member_of_staff"),
    path("settings/staff/<int:pk>/", settings.AmendMemberOfStaff.as_view(), name="amend_member_of_staff"),
    path("settings/staff/<int:pk>/role/new/", settings.AskRoleChange.as_view(), name="ask_role_change"),
    path("settings/staff/<int:pk>/password/", settings.GiveNewPassword.as_view(), name="give_new_password"),
    path(
        "settings/staff/<int:pk>/second-step/", settings.ResetSecondStep.as_view(), name="reset_second_step"
    ),
    path("settings/roles/", settings.settings_section, {"section": "roles"}, name="role_changes"),
    path("settings/roles/<int:pk>/agree/", settings.AgreeRoleChange.as_view(), name="agree_role_change"),
    path(
        "settings/roles/<int:pk>/decline/", settings.DeclineRoleChange.as_view(), name="decline_role_change"
    ),
    path("settings/calendar/new/", settings.SetCalendarDay.as_view(), name="set_calendar_day"),
    path(
        "settings/calendar/<int:pk>/remove/", settings.RemoveCalendarDay.as_view(), name="remove_calendar_day"
    ),
    path("settings/standards/new/", settings.SetLocalStandard.as_view(), name="set_local_standard"),
    path(
        "settings/standards/<int:pk>/remove/",
        settings.RemoveLocalStandard.as_view(),
        name="remove_local_standard",
    ),
    path("settings/targets/new/", settings.SetTarget.as_view(), name="set_target"),
    path("settings/rating/new/", settings.SetRatingRule.as_view(), name="set_rating_rule"),
    path("settings/compliance/new/", settings.SetComplianceStep.as_view(), name="set_compliance_step"),
    path(
        "settings/compliance/<int:pk>/remove/",
        settings.RemoveComplianceStep.as_view(),
        name="remove_compliance_step",
    ),
    path("settings/courts/new/", settings.SetCourtTime.as_view(), name="set_court_time"),
    path("settings/council/", settings.AmendCouncil.as_view(), name="amend_council"),
    path("settings/councils/new/", settings.OpenCouncil.as_view(), name="open_council"),
    path("settings/<slug:section>/", settings.settings_section, name="settings_section"),
]
