"""Unusual looking: the list a manager works through, and what they found."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases import operations
from cases.consultations import looked_through
from cases.forms_governance import AnswerUnusualLookingForm
from cases.models import Case, Role, UnusualLooking
from cases.permissions import allows
from cases.views.governance import answered
from justice.domain.looking import WORDS
from justice.web.listing import Column, Listing
from justice.web.status import Status
from justice.web.views import OperationView

READ: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.INFORMATION_GOVERNANCE})


class UnusualLookingFilter(django_filters.FilterSet):
    """Narrows the list to what is not answered yet, or to one answer."""

    answer = django_filters.ChoiceFilter(
        label="Answer",
        method="by_answer",
        empty_label="Any",
        choices=(("none", "Not asked about yet"), *UnusualLooking.Answer.choices),
    )

    class Meta:
        model = UnusualLooking
        fields = ()

    def by_answer(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(answer="" if value == "none" else value)


def state_of(row: UnusualLooking) -> Status:
    if not row.answer:
        return Status("To ask about", "amber")
    return Status(
        row.get_answer_display(), "red" if row.answer == UnusualLooking.Answer.FOLLOW_UP else "green"
    )


def unusual_looking(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What the nights found of the staff one answers for. It says who looked and in what way, and names no person."""
    user = request.user
    if user.role not in READ:
        raise PermissionDenied("unusual looking")
    rows = UnusualLooking.objects.visible_to(user).select_related("user__team", "answered_by")
    may = allows(user, "answer_unusual_looking")
    listing = Listing(
        [
            Column("on", "Day", kind="date", order_by=("on",)),
            Column(
                "who", "Who looked", "user.name", order_by=("user__name",), heads=True,
                href=(lambda row: reverse("answer_unusual_looking", args=[row.pk])) if may else None,
                context=lambda row: f"on {row.on:%-d %B %Y}: {WORDS.get(row.found, row.found)}",
            ),
            Column("found", "What was unusual", lambda row: WORDS.get(row.found, row.found), order_by=("found",)),
            Column("count", "How many", kind="number"),
            Column("state", "State", state_of, kind="status", order_by=("answer",)),
            Column("by", "Asked by", lambda row: row.answered_by.name if row.answered_by else ""),
        ],
        rows,
        request,
        default_order="-on",
        filterset=UnusualLookingFilter(request.GET, queryset=rows, request=request),
        caption="Unusual looking",
        counts=("finding", "findings"),
        empty="Nothing unusual was found. The log is read each night, and what to ask about stands here.",
    )  # fmt: skip
    return answered(request, listing, "governance/unusual.html", file, [], title=listing.caption)


class AnswerUnusualLooking(OperationView):
    """Ask the member of staff, then say what came of it."""

    operation = "answer_unusual_looking"
    title = "Answer about unusual looking"
    form_class = AnswerUnusualLookingForm
    template_name = "governance/answer.html"
    done = "Your answer was kept"
    call = staticmethod(operations.answer_unusual_looking)
    looking: UnusualLooking

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = UnusualLooking.objects.visible_to(request.user).select_related("user", "answered_by")
            self.looking = get_object_or_404(rows, pk=kwargs["looking"])

    def root(self) -> UnusualLooking:
        return self.looking

    def about(self) -> dict[str, Any]:
        return {"looking": self.looking}

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "answer": self.looking.answer, "note": self.looking.note}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        cases = Case.objects.visible_to(self.request.user).filter(pk__in=self.looking.cases)
        seen = list(cases.select_related("person").order_by("pk"))
        looked_through(user=self.request.user, cases=[case.pk for case in seen], page="unusual looking")
        words = WORDS.get(self.looking.found, self.looking.found)
        return {**context, "looking": self.looking, "words": words, "seen": seen}

    def get_success_url(self) -> str:
        return reverse("unusual_looking")
