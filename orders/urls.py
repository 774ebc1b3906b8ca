"""Addresses of orders and releases: one for each operation, under its name."""

from __future__ import annotations

from django.urls import path

from cases.urls import as_files
from orders.views import appointments, changes, compliance, diary, page, releases, waiting

urlpatterns = [
    *as_files("orders/queried/", waiting.queried_orders, "queried_orders"),
    *as_files("unpaid-work/", waiting.unpaid_work_orders, "unpaid_work_orders"),
    path("orders/<int:order>/", page.OrderPage.as_view(), name="order"),
    path("cases/<int:case>/orders/new/", changes.ImposeOrder.as_view(), name="impose_order"),
    path("orders/<int:order>/query/", changes.QueryOrder.as_view(), name="query_order"),
    path("orders/<int:order>/answer/", changes.ResolveQuery.as_view(), name="resolve_query"),
    path("orders/<int:order>/variations/new/", changes.VaryOrder.as_view(), name="vary_order"),
    path("orders/<int:order>/correct/", changes.CorrectOrder.as_view(), name="correct_order"),
    path("orders/<int:order>/officer/", changes.AssignOrder.as_view(), name="assign_order"),
    path("orders/<int:order>/end/", changes.EndOrder.as_view(), name="end_order"),
    path("orders/<int:order>/transfer/", changes.TransferOrderOut.as_view(), name="transfer_order_out"),
    path(
        "orders/<int:order>/requirements/<int:requirement>/complete/",
        changes.CompleteRequirement.as_view(),
        name="complete_requirement",
    ),
    path("orders/<int:order>/contacts/new/", changes.RecordContact.as_view(), name="record_contact"),
    path("orders/<int:order>/home-visits/new/", changes.RecordHomeVisit.as_view(), name="record_home_visit"),
    path("orders/<int:order>/attendances/new/", changes.RecordAttendance.as_view(), name="record_attendance"),
    path(
        "orders/<int:order>/attendances/<int:attendance>/correct/",
        changes.CorrectAttendance.as_view(),
        name="correct_attendance",
    ),
    path("orders/<int:order>/breaches/new/", changes.DecideBreach.as_view(), name="decide_breach"),
    path(
        "orders/<int:order>/breaches/<int:breach>/lodge/", changes.LodgeBreach.as_view(), name="lodge_breach"
    ),
    path(
        "orders/<int:order>/breaches/<int:breach>/outcome/",
        changes.RecordBreachOutcome.as_view(),
        name="record_breach_outcome",
    ),
    path(
        "cases/<int:case>/appointments/new/", appointments.BookAppointment.as_view(), name="book_appointment"
    ),
    path("appointments/<int:appointment>/", appointments.AppointmentPage.as_view(), name="appointment"),
    path(
        "appointments/<int:appointment>/reschedule/",
        appointments.RescheduleAppointment.as_view(),
        name="reschedule_appointment",
    ),
    path(
        "appointments/<int:appointment>/cancel/",
        appointments.CancelAppointment.as_view(),
        name="cancel_appointment",
    ),
    path(
        "appointments/<int:appointment>/outcome/", appointments.RecordOutcome.as_view(), name="record_outcome"
    ),
    path(
        "appointments/<int:appointment>/calendar/",
        appointments.appointment_calendar,
        name="appointment_calendar",
    ),
    *as_files("outcomes/", diary.outcomes, "outcomes"),
    path("diary/", diary.diary, name="diary"),
    path("today/", diary.unpaid_work_today, name="unpaid_work_today"),
    *as_files("absences/", compliance.absences, "absences"),
    *as_files("absences/set-aside/", compliance.steps_set_aside, "steps_set_aside"),
    path(
        "orders/<int:order>/absences/<int:absence>/",
        compliance.DecideAbsence.as_view(),
        name="decide_absence",
    ),
    path("orders/<int:order>/warnings/new/", compliance.IssueWarning.as_view(), name="issue_warning"),
    path(
        "orders/<int:order>/warnings/<int:warning>/letter/", compliance.warning_letter, name="warning_letter"
    ),
    path("orders/<int:order>/set-aside/new/", compliance.SetAsideStep.as_view(), name="set_aside_step"),
    path("cases/<int:case>/releases/new/", releases.RecordRelease.as_view(), name="record_release"),
    path(
        "releases/<int:release>/interview/",
        releases.RecordReleaseInterview.as_view(),
        name="record_release_interview",
    ),
]
