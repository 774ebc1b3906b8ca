"""Lists that were taken away or wait for somebody's agreement, and looks that were stopped."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from cases import operations, permissions
from cases.models import Export, Stop
from justice.web.forms import OperationForm
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import OperationView

STOPS_SHOWN = 50


def _state(export: Export) -> Status:
    now = timezone.now()
    if export.taken_at:
        return Status("Taken", "green")
    if export.agreed is False:
        return Status("Declined", "red")
    if export.lapses_at <= now:
        return Status("Lapsed", "grey")
    if export.agreed:
        return Status("Agreed", "blue")
    return Status("Waiting", "amber")


def exports(request: HttpRequest) -> HttpResponse:
    """One's own lists, and for who may agree to them the council's; then who was stopped from looking further."""
    user, now = request.user, timezone.now()
    may_answer = permissions.allows(user, "agree_export")
    if not may_answer and not permissions.allows(user, "take_export"):
        raise PermissionDenied

    def waits(row: Export) -> bool:
        return row.agreed is None and row.taken_at is None and row.lapses_at > now

    def answerable(row: Export) -> bool:
        return may_answer and waits(row) and row.recorded_by_id != user.pk

    def takeable(row: Export) -> bool:
        return bool(row.agreed) and not row.taken_at and row.lapses_at > now and row.recorded_by_id == user.pk

    def context(row: Export) -> str:
        return f"{row.words}, number {row.pk}"

    listing = Listing(
        (
            Column("words", "List", heads=True),
            Column("recorded_at", "Asked", kind="date", order_by=("recorded_at",)),
            Column("by", "By", lambda row: row.recorded_by.name),
            Column("rows", "Rows", kind="number"),
            Column(
                "reason", "Why", lambda row: row.get_reason_display() + (f": {row.why}" if row.why else "")
            ),
            Column("to_whom", "Received by"),
            Column("state", "State", lambda row: _state(row), kind="status"),
            Column("decided", "Answered by", lambda row: row.decided_by.name if row.decided_by else ""),
            Column(
                "next",
                "Next",
                lambda row: "Answer" if answerable(row) else "Take it away" if takeable(row) else "",
                href=lambda row: (
                    reverse("agree_export", args=[row.pk])
                    if answerable(row)
                    else row.address
                    if takeable(row)
                    else ""
                ),
                context=context,
                hidden_label=True,
            ),
        ),
        Export.objects.visible_to(user).select_related("recorded_by", "decided_by"),
        request,
        default_order="-recorded_at",
        caption="Lists taken away",
        counts=("list", "lists"),
        empty="Nobody has taken a list away. Each one that is will stand here, with why and for whom.",
    )
    stops = Table(
        (
            Column("user", "Who", "user.name", heads=True),
            Column("at", "When"),
            Column("people", "People", kind="number"),
            Column("within", "Within", "get_within_display"),
        ),
        Stop.objects.visible_to(user).select_related("user")[:STOPS_SHOWN],
        "Stopped from looking further",
        "Nobody was stopped. Whoever looks at too many people outside their own work will stand here.",
    )
    shown = {"title": listing.caption, "listing": listing, "stops": stops}
    return render(request, "exports/list.html", shown)


class AgreeExport(OperationView):
    """What is asked, why and for whom; agreed to here, or declined."""

    operation = "agree_export"
    call = staticmethod(operations.agree_export)
    title = "Agree to a list being taken away"
    button = "Agree"
    done = "Agreed. Whoever asked can take the list away until the time is over"
    form_class = OperationForm
    template_name = "exports/answer.html"

    def root(self) -> Export:
        rows = Export.objects.visible_to(self.request.user).select_related("recorded_by")
        return get_object_or_404(rows, pk=self.kwargs["export"])

    def about(self) -> dict[str, Any]:
        return {"export": self.root(), "now": timezone.now()}

    def get_success_url(self) -> str:
        return reverse("exports")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        export = self.root()
        said = [
            ("List", export.words),
            ("Rows", export.rows),
            ("Asked by", export.recorded_by.name if export.recorded_by else ""),
            ("Why", export.get_reason_display()),
            ("More about why", export.why or "Nothing more was said"),
            ("Received by", f"{export.to_whom} ({export.get_given_to_display().lower()})"),
        ]
        other = reverse(
            "decline_export" if self.operation == "agree_export" else "agree_export", args=[export.pk]
        )
        return super().get_context_data(export=export, said=said, other=other, **kwargs)


class DeclineExport(AgreeExport):
    """Does not agree."""

    operation = "decline_export"
    call = staticmethod(operations.decline_export)
    title = "Decline a list being taken away"
    button = "Decline"
    done = "Declined. Whoever asked sees it on this page"
