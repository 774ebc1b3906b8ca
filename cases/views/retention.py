"""Pages for those who answer for what is kept: periods, holds, proposals and certificates. Keys and days, no name."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases import operations, permissions
from cases.forms_retention import (
    ApproveForm,
    DeclineForm,
    HoldForm,
    LiftHoldForm,
    ProposeForm,
    RetentionRuleForm,
)
from cases.models import Disposal, DisposalCertificate, Hold, Role
from cases.retention import rules_of
from justice import inventory
from justice.domain.retention import WORK, Rule, in_force
from justice.web.exports import safe_text
from justice.web.listing import Column, Table
from justice.web.views import OperationView, today

MAY_READ_THE_INVENTORY: frozenset[str] = frozenset(
    {Role.INFORMATION_GOVERNANCE, Role.SENIOR_MANAGER, Role.ADMINISTRATOR}
)


def retention(request: HttpRequest) -> HttpResponse:
    """Periods, what waits for approval, holds and what was destroyed."""
    user = request.user
    if not permissions.allows(user, "place_hold"):
        raise PermissionDenied
    ruled = in_force(rules_of(user.council), today())
    disposals = Disposal.objects.visible_to(user).select_related("proposed_by", "approved_by")
    context = {
        "title": "Retention and disposal",
        "rules": _rules([ruled[work] for work in WORK if work in ruled]),
        "unconfirmed": any(not rule.confirmed for rule in ruled.values()),
        "waiting": _waiting(disposals.filter(state__in=(Disposal.State.PROPOSED, Disposal.State.APPROVED))),
        "holds": _holds(Hold.objects.visible_to(user).select_related("recorded_by", "lifted_by")[:200]),
        "certificates": _certificates(
            DisposalCertificate.objects.visible_to(user).select_related("disposal")[:200]
        ),
    }
    return render(request, "retention/home.html", context)


def _rules(rows: list[Rule]) -> Table:
    columns = (
        Column("work", "Kind of work", lambda rule: WORK[rule.work], heads=True),
        Column("period", "Kept for", "period"),
        Column("source", "Source"),
        Column("confirmed", "State", lambda rule: _state(rule)),
        Column("in_force_from", "From", kind="date"),
    )
    return Table(columns, rows, "Periods in force today")


def _state(rule: Rule) -> str:
    if not rule.confirmed:
        return "To be confirmed: destroys nothing"
    return "Set by the council"


def _waiting(rows: Any) -> Table:
    columns = (
        Column("person_id", "Record", lambda row: f"Record {row.person_id}", heads=True),
        Column("due_on", "Due since", kind="date"),
        Column("rule", "Rule"),
        Column("proposed_by", "Proposed by", "proposed_by.name"),
        Column("state", "State", "get_state_display"),
        Column(
            "decline", "Action", lambda row: "Keep it" if row.state == Disposal.State.PROPOSED else "",
            href=lambda row: (
                reverse("decline_disposal", args=[row.pk]) if row.state == Disposal.State.PROPOSED else ""
            ),
            context=lambda row: f"record {row.person_id}",
        ),
    )  # fmt: skip
    return Table(columns, rows, "Proposed and approved", "Nothing is proposed")


def _holds(rows: Any) -> Table:
    columns = (
        Column("person_id", "Record", lambda row: f"Record {row.person_id}", heads=True),
        Column("kind", "Kind", "get_kind_display"),
        Column("reason", "Reason"),
        Column("from_on", "From", kind="date"),
        Column("recorded_by", "Placed by", "recorded_by.name"),
        Column("lifted_on", "Lifted", kind="date"),
        Column(
            "lift", "Action", lambda row: "" if row.lifted_on else "Lift",
            href=lambda row: "" if row.lifted_on else reverse("lift_hold", args=[row.pk]),
            context=lambda row: f"the hold on record {row.person_id}",
        ),
    )  # fmt: skip
    return Table(columns, rows, "Holds", "No record is held")


def _certificates(rows: Any) -> Table:
    columns = (
        Column(
            "pk", "Certificate", lambda row: f"Certificate {row.pk}", heads=True,
            href=lambda row: reverse("disposal_certificate", args=[row.pk]),
        ),
        Column("record", "Record", lambda row: f"Record {row.disposal.person_id}"),
        Column("destroyed_on", "Destroyed", kind="date"),
        Column("rows", "Rows", "rows", kind="number"),
    )  # fmt: skip
    return Table(columns, rows, "Certificates", "Nothing has been destroyed")


def disposal_certificate(request: HttpRequest, certificate: int) -> HttpResponse:
    """What was destroyed, by whom, under which rule and when."""
    rows = DisposalCertificate.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("disposal", "proposed_by", "approved_by"), pk=certificate)
    counts = [
        *({"table": table, "count": count, "what": "Destroyed"} for table, count in found.destroyed.items()),
        *(
            {"table": table, "count": count, "what": "Words blanked"}
            for table, count in found.blanked.items()
        ),
    ]
    columns = (
        Column("table", "Table", heads=True),
        Column("what", "What"),
        Column("count", "Rows", kind="number"),
    )
    context = {
        "title": f"Certificate of disposal {found.pk}",
        "certificate": found,
        "tables": Table(columns, counts, "Rows by table"),
    }
    return render(request, "retention/certificate.html", context)


def data_inventory(request: HttpRequest) -> HttpResponse:
    """Every column that is kept: read off the tables and their declarations, so that it is true."""
    if request.user.role not in MAY_READ_THE_INVENTORY:
        raise PermissionDenied
    rows = inventory.rows()
    columns = [Column(name, label, heads=name == "field") for name, label in inventory.HEADS.items()]
    context = {
        "title": "Data inventory",
        "count": len(rows),
        "tables": len({row["table"] for row in rows}),
        "inventory": Table(columns, rows, "Every column of every table"),
    }
    return render(request, "retention/inventory.html", context)


def data_inventory_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    if request.user.role not in MAY_READ_THE_INVENTORY:
        raise PermissionDenied
    made = io.StringIO()
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(inventory.HEADS.values())
    writer.writerows([safe_text(value) for value in row.values()] for row in inventory.rows())
    response = HttpResponse("\ufeff" + made.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="data-inventory.csv"'
    return response


class KeepingView(OperationView):
    """A form about what is kept, which goes back to its page; what it does, it does on a day."""

    def about(self) -> dict[str, Any]:
        return {"today": today()}

    def get_success_url(self) -> str:
        return reverse("retention")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if getattr(self.form_class, "asks_user", False):
            kwargs["user"] = self.request.user
        return kwargs


class SetRetentionRule(KeepingView):
    operation = "set_retention_rule"
    call = staticmethod(operations.set_retention_rule)
    title = "Confirm or set a period"
    form_class = RetentionRuleForm
    done = "The period was saved"


class PlaceHold(KeepingView):
    operation = "place_hold"
    call = staticmethod(operations.place_hold)
    title = "Hold a record"
    button = "Hold it"
    form_class = HoldForm
    done = "The record is held. It is not destroyed until the hold is lifted"


class LiftHold(KeepingView):
    operation = "lift_hold"
    call = staticmethod(operations.lift_hold)
    title = "Lift a hold"
    button = "Lift it"
    form_class = LiftHoldForm
    done = "The hold was lifted"

    def root(self) -> Hold:
        holds = Hold.objects.visible_to(self.request.user).standing()
        return get_object_or_404(holds, pk=self.kwargs["hold"])

    def about(self) -> dict[str, Any]:
        return {**super().about(), "hold": self.root()}


class ProposeDisposal(KeepingView):
    operation = "propose_disposal"
    call = staticmethod(operations.propose_disposal)
    title = "Records past their period"
    button = "Propose to destroy"
    form_class = ProposeForm
    done = "Proposed. Somebody else must approve it before anything is destroyed"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        if not form.fields["people"].choices:
            context["intro"] = "No record is past a period that the council has confirmed, and held by nobody"
        elif form.due_count > len(form.fields["people"].choices):
            context["intro"] = f"{form.due_count:,} records are due. These have been due longest"
        return context


class ApproveDisposal(KeepingView):
    operation = "approve_disposal"
    call = staticmethod(operations.approve_disposal)
    title = "Approve the destruction of records"
    button = "Approve. This cannot be undone"
    form_class = ApproveForm
    done = "Approved. The records are being destroyed; each gets a certificate"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"warning_button": True, **super().get_context_data(**kwargs)}
        if not context["form"].fields["disposals"].choices:
            context["intro"] = "Nothing that somebody else proposed waits for your approval"
        return context


class DeclineDisposal(KeepingView):
    operation = "decline_disposal"
    call = staticmethod(operations.decline_disposal)
    title = "Keep a record that was proposed"
    button = "Keep it"
    form_class = DeclineForm
    done = "The record is kept. It stays on the list of those that are due"

    def root(self) -> Disposal:
        rows = Disposal.objects.visible_to(self.request.user).filter(state=Disposal.State.PROPOSED)
        return get_object_or_404(rows, pk=self.kwargs["disposal"])

    def about(self) -> dict[str, Any]:
        return {"disposal": self.root()}
