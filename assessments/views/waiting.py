"""The list of reports that courts asked for."""

from __future__ import annotations

from datetime import date

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from assessments.models import ReportRequest
from assessments.models.reports import ReportRequestQuerySet
from cases.models import TEAM_ROLES, User
from cases.views.lists import LATELY, show
from justice.web.listing import Column, Listing
from justice.web.views import today


def reports_to_write(user: User, on: date) -> ReportRequestQuerySet:
    """Requests that are neither submitted nor withdrawn, the first hearing first."""
    rows = ReportRequest.objects.visible_to(user).filter(submitted_on=None, withdrawn_on=None)
    return rows.filter(hearing_on__gte=on).select_related("case__person").order_by("hearing_on", "pk")


class ReportFilter(django_filters.FilterSet):
    """Narrows the requests to the new ones."""

    requested = django_filters.ChoiceFilter(
        label="Asked for",
        method="by_requested",
        empty_label="Whenever",
        choices=(("lately", f"In the last {LATELY.days} days"),),
    )

    class Meta:
        model = ReportRequest
        fields = ()

    def by_requested(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(requested_on__gte=today() - LATELY)


def reports(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What courts wait for."""
    user, on = request.user, today()
    if user.role not in TEAM_ROLES:
        raise PermissionDenied
    rows = reports_to_write(user, on)
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=lambda row: f"{row.case.person.family_name}, {row.case.person.given_name}",
                order_by=("case__person__family_name", "case__person__given_name"),
                href=lambda row: reverse("case", args=[row.case_id]),
                context=lambda row: f"for report {row.reference}",
                heads=True,
            ),
            Column("reference", "Report", order_by=("reference",)),
            Column("court", "Court", value=lambda row: row.court or row.get_court_type_display()),
            Column("requested_on", "Asked for", kind="date", order_by=("requested_on",)),
            Column("hearing_on", "Hearing", kind="date", order_by=("hearing_on",)),
        ),
        rows,
        request,
        default_order="hearing_on",
        filterset=ReportFilter(request.GET, queryset=rows, request=request),
        caption="Court reports to write",
        counts=("report", "reports"),
        empty="No court waits for a report. A request is recorded on the person's case.",
        case_of="case_id",
    )
    return show(request, listing, "cases/list.html", "court reports", file)
