"""The page of one order: what the court ordered, what is due, and everything done about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from assessments.domain import lscmi
from assessments.models import Assessment, Plan
from assessments.views.reviews import held_table
from cases import permissions
from cases.models import Allocation
from cases.views.board import lines
from justice.web.listing import Column, Table
from justice.web.status import Status
from justice.web.views import today
from orders import ledger, proposals
from orders.domain import breach as breach_rules
from orders.domain import cpo, variation
from orders.domain.cpo import RequirementKind
from orders.domain.dates import words
from orders.models import Attendance, Breach, Contact, Order, Requirement, Variation
from orders.views import appointment_rows
from orders.views.base import OrderView
from orders.views.compliance import Ladder, of_order
from orders.views.fragments import requirement_row, status_of

# What may be done about an order that has not ended, in the order of the buttons; each only where the role allows it.
WORK = (
    ("record_contact", "Record a contact"),
    ("record_attendance", "Record a session"),
    ("book_appointment", "Book an appointment"),
    ("record_home_visit", "Record a home visit"),
    ("complete_assessment", "Record an LS/CMI"),
    ("choose_tool", "Record with another tool"),
    ("draft_plan", "Draft a plan"),
    ("approve_plan", "Approve a plan"),
    ("hold_review", "Record a review"),
    ("plan_review", "Plan a review"),
    ("order_reviews", "See planned reviews"),
    ("progress_report", "Write a progress report"),
)
COURT = (
    ("decide_breach", "Decide to breach"),
    ("vary_order", "Record a variation"),
    ("correct_order", "Correct the order"),
    ("query_order", "Query with the clerk"),
    ("resolve_query", "Record the clerk's answer"),
    ("transfer_order_out", "Transfer out"),
    ("end_order", "End the order"),
)

# Pages that carry out another's operation, or are for who may
SAME = {
    "choose_tool": "complete_assessment",
    "record_home_visit": "record_contact",
    "order_reviews": "plan_review",
    "progress_report": "submit_report",
}
REVIEWS = {"hold_review", "plan_review", "order_reviews"}


@dataclass(frozen=True)
class Session:
    """One line of the attendance ledger: what was worked, what it credited, and the total after it."""

    attendance: Attendance
    credited: int
    total: int
    corrected: bool

    @property
    def outcome(self) -> Status | str:
        if self.corrected:
            return Status("Corrected", "grey")
        if self.attendance.outcome == Attendance.Outcome.ABSENT and self.attendance.absence.decision:
            return f"{self.attendance.absence.get_decision_display()} absence"
        return self.attendance.get_outcome_display()


def sessions_of(attendances: Iterable[Attendance]) -> list[Session]:
    """Sessions from the first on, with the balance after each; corrected ones stay, and credit nothing."""
    found, total = [], 0
    for one in attendances:
        minutes = one.minutes_credited
        total += minutes
        found.append(Session(one, minutes, total, hasattr(one, "corrected_by")))
    return found


class OrderPage(OrderView, TemplateView):
    """Everything about one order."""

    page = "order"
    template_name = "orders/order.html"
    ladder: Ladder

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        order, user, on = self.order, self.request.user, today()
        self.ladder = of_order(order, user, on)
        requirements = list(order.requirements.all())
        for row in requirements:
            row.order = order
        accounts = ledger.accounts(requirements)
        rows = self.case.timescales.about(order.subject).order_by("due_on", "pk")
        board = list(lines(rows, self.case.council, on, user))
        work = self.actions(WORK, requirements)
        context |= {
            "title": f"Order {order.reference}",
            "back": reverse("case", args=[self.case.pk]),
            "status": status_of(order),
            "summary": self.summary(),
            "to_check": [] if order.ended_on else self.to_check(requirements),
            "requirements": [requirement_row(row, order, accounts) for row in requirements],
            "may_complete": order.ended_on is None and permissions.allows(user, "complete_requirement"),
            "open_lines": [line for line in board if line.to_do],
            "past_lines": [line for line in reversed(board) if not line.to_do],
            "may_explain": permissions.allows(user, "explain_lateness"),
            "may_excuse": permissions.allows(user, "excuse_timescale"),
            "prompt": self.ladder.prompt,
            "primary": work[:3],
            "more": [
                *work[3:],
                ("Outcomes and feedback", reverse("order_outcomes", args=[order.pk])),
                *self.ladder.actions,
                *self.actions(COURT, requirements),
            ],
            "tables": self.tables(requirements),
        }
        return context

    def to_check(self, requirements: Sequence[Requirement]) -> list[str]:
        """What the guidance advises against in the order, and what is not known of it; none of it stops the work."""
        standing = [row for row in requirements if row.removed_on is None]
        return [one.message for one in cpo.warnings(proposals.alone(self.order, standing))]

    def actions(
        self, names: Sequence[tuple[str, str]], requirements: Sequence[Requirement]
    ) -> list[tuple[str, str]]:
        """The words and address of what this user's role may do about the order as it stands."""
        order, kinds = self.order, {row.kind for row in requirements}
        if order.ended_on:  # what was recorded wrongly can still be put right: it is in the figures
            names = [one for one in names if one[0] == "correct_order"]
        absent = {"query_order" if order.queried else "resolve_query"}
        absent |= {"record_attendance"} if RequirementKind.UNPAID_WORK not in kinds else set()
        absent |= REVIEWS | {"draft_plan"} if RequirementKind.SUPERVISION not in kinds else set()
        return [
            (self.unfinished_label if name == "draft_plan" and self.unfinished else label, self.address(name))
            for name, label in names
            if name not in absent and permissions.allows(self.request.user, SAME.get(name, name))
        ]

    def address(self, name: str) -> str:
        """Where a change to this order is made; an appointment is of the case, and may be about the order."""
        if name == "book_appointment":
            return f"{reverse(name, args=[self.case.pk])}?order={self.order.pk}"
        if name == "draft_plan" and self.unfinished:
            return reverse("plan", args=[self.unfinished.pk])
        return reverse(name, args=[self.order.pk])

    @cached_property
    def plans(self) -> list[Plan]:
        """The order's plans but those that were let go: the one being written first, then the newest."""
        rows = self.order.plans.filter(discarded_on=None).select_related("approved_by", "submitted_by")
        return sorted(
            rows, key=lambda row: (row.approved_on is None, row.approved_on or date.min, row.pk), reverse=True
        )

    @property
    def unfinished(self) -> Plan | None:
        return next((row for row in self.plans if row.approved_on is None), None)

    @property
    def unfinished_label(self) -> str:
        plan = self.unfinished
        return "Read the submitted plan" if plan and plan.submitted_on else "Go on with the plan's draft"

    def officer_link(self) -> list[tuple[str, str]]:
        """The words and address of naming another, for who may."""
        if self.order.ended_on or not permissions.allows(self.request.user, "assign_case"):
            return []
        return [("Change", reverse("assign_order", args=[self.order.pk]))]

    def summary(self) -> list[tuple[Any, ...]]:
        order = self.order
        held = Allocation.objects.visible_to(self.request.user).filter(case=self.case, subject=order.subject)
        officers = list(held.filter(worker__isnull=False).select_related("worker").order_by("from_on", "pk"))
        rows: list[tuple[Any, ...]] = [
            ("Status", status_of(order)),
            ("Legal basis", order.get_basis_display()),
            ("Court", ", ".join(text for text in (order.get_court_type_display(), order.court) if text)),
            ("Imposed", order.imposed_on),
            ("Copy received", order.received_on),
            ("Date of the offence", order.offence_on),
            ("Responsible officer", "; ".join(_held(row) for row in officers), *self.officer_link()),
        ]
        if order.fine_pounds is not None:
            rows.append(("Fine or instalment not paid", f"£{order.fine_pounds:,.2f}"))
        if order.transferred_in:
            rows.append(("Transferred in", "Yes, from another area"))
        if order.ended_on:
            rows.append(("Ended", order.ended_on))
        if order.queried:
            rows.append(("Asked of the clerk of court", order.queried_because))
        return rows

    def tables(self, requirements: Sequence[Requirement]) -> list[tuple[str, str, Table]]:
        """Each record of the order under its heading: anchor, heading, table."""
        order = self.order
        booked = order.appointments.select_related("worker")
        found = [
            (
                "appointments",
                "Appointments",
                appointment_rows.table(
                    booked, self.request.user, today(), "Appointments", "No appointment is booked."
                ),
            ),
            ("contacts", "Contacts", _contacts(order.contacts.all())),
        ]
        if any(row.kind == RequirementKind.UNPAID_WORK for row in requirements):
            rows = order.attendances.with_lines().select_related("corrected_by", "absence")
            sessions = sessions_of(rows.order_by("on", "pk"))
            may = permissions.allows(self.request.user, "correct_attendance")
            found.append(("sessions", "Unpaid work sessions", _sessions(order, sessions, may)))
        found += [
            ("absences", "Absences", self.ladder.absences),
            ("warnings", "Formal warnings", self.ladder.warnings),
            ("plans", "Case management plans", _plans(self.plans)),
            (
                "assessments",
                "Assessments",
                _assessments(order.assessments.select_related("corrected_by", "countersignature")),
            ),
            ("reviews", "Reviews", held_table(order.reviews.select_related("chaired_by"), "Reviews")),
            ("variations", "Variations", _variations(order.variations.select_related("requirement"))),
            ("breaches", "Breaches", self.breaches(order.breaches.all())),
        ]
        return found

    def breaches(self, rows: Iterable[Breach]) -> Table:
        user, key = self.request.user, self.order.pk
        lodges = permissions.allows(user, "lodge_breach")
        settles = permissions.allows(user, "record_breach_outcome")

        def next_step(row: Breach) -> tuple[str, str]:
            if not row.lodged_on and not row.outcome and lodges:
                return "Record that it was lodged", reverse("lodge_breach", args=[key, row.pk])
            if row.outcome in ("", breach_rules.Outcome.WARRANT) and settles:
                return "Record the outcome", reverse("record_breach_outcome", args=[key, row.pk])
            return "", ""

        return Table(
            (
                Column("decided_on", "Decided", kind="date", heads=True),
                Column("reason", "What the person failed to do"),
                Column("skipped_because", "Why a warning was left out"),
                Column("lodged_on", "Lodged", kind="date"),
                Column("outcome", "Outcome", lambda row: _outcome(row.outcome)),
                Column("outcome_on", "Date of the outcome", kind="date"),
                Column(
                    "next",
                    "Next step",
                    lambda row: next_step(row)[0],
                    href=lambda row: next_step(row)[1],
                    context=lambda row: f"for the breach decided on {words(row.decided_on)}",
                ),
            ),
            rows,
            "Breaches",
            "No breach is recorded. A decision to apply for one starts the time in which to lodge it.",
        )


def _held(row: Allocation) -> str:
    name = row.worker.name if row.worker else ""
    until = f" to {words(row.to_on)}" if row.to_on else ""
    return f"{name}, from {words(row.from_on)}{until}"


def _outcome(code: str) -> str:
    return breach_rules.Outcome.of(code).label if code in set(breach_rules.Outcome) else code


def _contacts(rows: Iterable[Contact]) -> Table:
    return Table(
        (
            Column("on", "Date", kind="date", heads=True),
            Column("at", "Time"),
            Column("kind", "Kind", "get_kind_display"),
            Column(
                "attended",
                "Attended",
                lambda row: (
                    Status("Attended", "green") if row.attended else Status("Did not attend", "amber")
                ),
            ),
            Column("note", "Note"),
        ),
        rows,
        "Contacts",
        "No contact is recorded. The first direct contact and the induction each meet a standard.",
    )


def _sessions(order: Order, sessions: Sequence[Session], may_correct: bool) -> Table:
    columns = [
        Column("on", "Date", "attendance.on", kind="date", heads=True),
        Column("outcome", "What happened"),
        Column("worked", "Worked", lambda row: _time(row.attendance.minutes_worked), kind="number"),
        Column("credited", "Credited", lambda row: _time(row.credited), kind="number"),
        Column("total", "Total", lambda row: _time(row.total), kind="number"),
        Column(
            "kind", "Kind", lambda row: "Other activity" if row.attendance.other_activity else "Unpaid work"
        ),
        Column("placement", "Placement", "attendance.placement"),
        Column("note", "Note", lambda row: row.attendance.correction_reason or row.attendance.note),
    ]
    if may_correct:
        columns.append(
            Column(
                "correct",
                "Action",
                lambda row: "" if row.corrected else "Correct",
                href=lambda row: (
                    "" if row.corrected else reverse("correct_attendance", args=[order.pk, row.attendance.pk])
                ),
                context=lambda row: f"the session of {words(row.attendance.on)}",
            )
        )
    return Table(
        columns,
        sessions,
        "Unpaid work sessions",
        "No session is recorded. The first one attended starts the placement.",
    )


def _time(minutes: int) -> str:
    """Hours and minutes of a ledger: 7:30."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def _plans(rows: Sequence[Plan]) -> Table:
    return Table(
        (
            Column(
                "plan",
                "Plan",
                _plan_state,
                href=lambda row: reverse("plan", args=[row.pk]),
                context=lambda row: f"number {len(rows) - rows.index(row)}",
                heads=True,
            ),
            Column("approved_on", "Approved", kind="date"),
            Column("by", "Approved by", lambda row: row.approved_by.name if row.approved_by else ""),
            Column("summary", "Goals and actions"),
        ),
        rows,
        "Case management plans",
        "No plan is approved. It counts from the day a first line manager approves it.",
    )


def _plan_state(row: Plan) -> str:
    if row.approved_on:
        return "Approved plan"
    return f"Submitted on {words(row.submitted_on)}" if row.submitted_on else "Draft"


def _assessments(rows: Iterable[Assessment]) -> Table:
    return Table(
        (
            Column(
                "completed_on",
                "Completed",
                kind="date",
                heads=True,
                href=lambda row: reverse("assessment", args=[row.pk]),
                context=lambda row: f"{row.get_tool_display()}{_before_its_correction(row)}",
            ),
            Column("tool", "Tool", "get_tool_display"),
            Column("total", "Score", kind="number"),
            Column("level", "Level"),
            Column("override", "Override", _override),
            Column("standing", "Standing", _standing),
        ),
        rows,
        "Assessments",
        "No assessment is recorded. An LS/CMI completed for the court report counts here too.",
    )


def _override(row: Assessment) -> str:
    if not row.override_level:
        return ""
    return f"{lscmi.LEVELS.get(row.override_level, row.override_level)}: {row.override_reason}"


def _before_its_correction(row: Assessment) -> str:
    return ", before it was corrected" if hasattr(row, "corrected_by") else ""


def _standing(row: Assessment) -> Status | str:
    """Whether the record was corrected, or has an override that waits for a manager."""
    if hasattr(row, "corrected_by"):
        return Status("Corrected", "grey")
    if row.override_level and not hasattr(row, "countersignature"):
        return Status("Not countersigned", "amber")
    return "Countersigned" if row.override_level else ""


def _variations(rows: Iterable[Variation]) -> Table:
    return Table(
        (
            Column("decided_on", "Decided", kind="date", heads=True),
            Column("kind", "What changed", "get_kind_display"),
            Column(
                "requirement",
                "Requirement",
                lambda row: row.requirement.get_kind_display() if row.requirement else "",
            ),
            Column("changes", "From and to", lambda row: variation.in_words(row.changes)),
            Column("court", "Court"),
            Column("reason", "Reason"),
        ),
        rows,
        "Variations",
        "The court has varied nothing. A variation moves the dates that it changes.",
    )
