"""Who was let in to a record beyond those it belongs to: openings and their review, and one case for one colleague."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from cases import forms, operations, permissions
from cases.consultations import looked_through
from cases.models import TEAM_ROLES, Case, Opening, Permission, User
from cases.views.lists import show
from justice.web.dates import plain_date
from justice.web.listing import Column, Listing
from justice.web.status import Status
from justice.web.templatetags.govuk import moment
from justice.web.views import OperationView, today


def openings_answered_for(user: User) -> QuerySet[Opening]:
    """The openings of the records this manager answers for, by others: those they review."""
    return Opening.objects.visible_to(user).exclude(user=user)


def with_case(user: User, rows: QuerySet[Opening]) -> QuerySet[Opening]:
    """Each with the key of the person's latest case that this user sees, and how often its maker looked meanwhile."""
    cases = Case.objects.visible_to(user).filter(person=OuterRef("person")).order_by("-pk")
    return rows.with_looks().annotate(case_key=Subquery(cases.values("pk")[:1]))  # type: ignore[attr-defined]


class OpeningFilter(django_filters.FilterSet):
    """Narrows the openings to those that nobody reviewed yet."""

    review = django_filters.ChoiceFilter(
        label="Review",
        method="by_review",
        empty_label="Every opening",
        choices=(("waiting", "Not reviewed"), *Opening.Judgement.choices),
    )

    class Meta:
        model = Opening
        fields = ()

    def by_review(self, rows: QuerySet[Opening], name: str, value: str) -> QuerySet[Opening]:
        return rows.filter(reviewed_at=None) if value == "waiting" else rows.filter(judgement=value)


def stands(row: Opening) -> Status:
    """Whether an opening was reviewed, and with what judgement."""
    if not row.reviewed_at:
        return Status("Not reviewed", "amber")
    tone = "green" if row.judgement == Opening.Judgement.IN_ORDER else "red"
    return Status(row.get_judgement_display(), tone)


def openings(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Restricted records opened with a reason: by whom, whose, why, for how long, and what came of it."""
    user = request.user
    if not permissions.allows(user, "review_opening"):
        raise PermissionDenied
    rows = with_case(user, openings_answered_for(user)).select_related("person", "user__team", "reviewed_by")
    listing = Listing(
        (
            Column("by", "Opened by", "user.name", order_by=("user__name",), heads=True),
            Column("team", "Team", lambda row: row.user.team.name if row.user.team else "None"),
            Column(
                "name",
                "Whose record",
                "person.name",
                order_by=("person__family_name", "person__given_name"),
                href=lambda row: reverse("case", args=[row.case_key]) if row.case_key else "",
            ),
            Column("reason", "Reason"),
            Column("opened_at", "From", order_by=("opened_at",)),
            Column("over_at", "To"),
            Column("looks", "Pages looked at", kind="number", order_by=("looks",)),
            Column(
                "review", "Review", stands, kind="status", order_by=(F("reviewed_at").asc(nulls_first=True),)
            ),
            Column("comment", "Comment", order_by=None),
            Column("reviewed_by", "Reviewed by", lambda row: row.reviewed_by.name if row.reviewed_by else ""),
            Column(
                "action",
                "Action",
                lambda row: "" if row.reviewed_at else "Review",
                href=lambda row: "" if row.reviewed_at else reverse("review_opening", args=[row.pk]),
                context=lambda row: f"opening {row.pk}, by {row.user.name} on {moment(row.opened_at)}",
                in_files=False,
                hidden_label=True,
            ),
        ),
        rows,
        request,
        default_order="-opened_at",
        filterset=OpeningFilter(request.GET, queryset=rows, request=request),
        caption="Records opened with a reason",
        counts=("opening", "openings"),
        empty="Nobody opened a restricted record that you answer for. Whoever does, and why, will stand here.",
        case_of="case_key",
    )
    return show(request, listing, "cases/list.html", "openings", file)


class ReviewOpening(OperationView):
    """Whether a restricted record was opened with good reason."""

    operation = "review_opening"
    call = staticmethod(operations.review_opening)
    title = "Review an opening"
    button = "Save the review"
    done = "The review was saved"
    form_class = forms.ReviewOpeningForm

    @cached_property
    def opening(self) -> Opening:
        rows = with_case(self.request.user, openings_answered_for(self.request.user))
        return get_object_or_404(rows.select_related("person", "user"), pk=self.kwargs["opening"])

    def root(self) -> Opening:
        return self.opening

    def about(self) -> dict[str, Any]:
        return {"opening": self.opening, "at": timezone.now()}

    def get_success_url(self) -> str:
        return reverse("openings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.opening
        if row.case_key:  # the page names the person, as the list does
            looked_through(user=self.request.user, cases=[row.case_key], page=self.operation)
        times = f"{moment(row.opened_at)} to {moment(row.over_at)}"
        pages = f"{row.looks} page{'' if row.looks == 1 else 's'}"
        intro = f"{row.user.name} opened this record, {times}, and looked at {pages}. The reason given: {row.reason}"
        return {"caption": row.person.name, "intro": intro, **super().get_context_data(**kwargs)}


class CloseOpening(OperationView):
    """Whoever opened a restricted record closes it before its hour is over."""

    operation = "close_opening"
    call = staticmethod(operations.close_opening)
    title = "Close this record again"
    button = "Close the record"
    done = "The record is closed to you again"
    form_class = forms.CloseOpeningForm

    @cached_property
    def opening(self) -> Opening:
        rows = Opening.objects.visible_to(self.request.user).filter(user=self.request.user)
        return get_object_or_404(rows.select_related("person"), pk=self.kwargs["opening"])

    def there(self) -> Opening:
        return self.opening

    def about(self) -> dict[str, Any]:
        return {"opening": self.opening, "at": timezone.now()}

    def get_success_url(self) -> str:
        return reverse("people")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.opening
        intro = f"You opened it on {moment(row.opened_at)}. It closes by itself on {moment(row.until)}."
        return {"intro": intro, **super().get_context_data(**kwargs)}


class SightOperation(OperationView):
    """A form about who sees one case: for who answers for it; to anybody else there is no such page."""

    returns_to = "case_record"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        asked = hasattr(self, "case") and permissions.allows(request.user, self.operation)
        if asked and not permissions.cases_answered_for(request.user).filter(pk=self.case.pk).exists():
            raise Http404


class PermitAccess(SightOperation):
    """One colleague outside the team sees one case until a day."""

    operation = "permit_access"
    call = staticmethod(operations.permit_access)
    title = "Let a colleague see this case"
    button = "Let them see it"
    done = "They see the case until the end of the last day"
    form_class = forms.PermitForm

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        colleagues = User.objects.visible_to(self.request.user).filter(is_active=True, role__in=TEAM_ROLES)
        colleagues = colleagues.not_excluded_from(self.case.person).select_related("team")
        return {**super().get_form_kwargs(), "colleagues": colleagues}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            "Nothing changes hands: the colleague sees this case and may work on it as their role allows, until the "
            "end of the day you say. It then ends by itself."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}


class EndPermission(SightOperation):
    """A permission ends before its last day."""

    operation = "end_permission"
    call = staticmethod(operations.end_permission)
    title = "End a permission today"
    button = "End the permission"
    done = "The permission is over"
    form_class = forms.EndPermissionForm

    @cached_property
    def row(self) -> Permission:
        rows = Permission.objects.visible_to(self.request.user).filter(case=self.case)
        return get_object_or_404(rows.select_related("user", "case"), pk=self.kwargs["permission"])

    def root(self) -> Permission:
        return self.row

    def about(self) -> dict[str, Any]:
        return {"permission": self.row, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = f"{self.row.user.name} sees this case until {plain_date(self.row.to_on)}."
        return {"intro": intro, **super().get_context_data(**kwargs)}
