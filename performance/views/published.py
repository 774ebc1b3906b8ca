"""What is written about a quarter, and its figures once published: frozen, and compared with a recount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases.consultations import looked_through
from cases.models import COUNCIL_ROLES, TEAM_ROLES, Case, User
from justice.web.listing import Column, Table
from justice.web.status import rag
from justice.web.views import OperationView, today
from performance import operations
from performance.domain.period import Quarter
from performance.forms import CommentaryForm, PublishForm
from performance.models import Commentary, Return
from performance.recount import Difference, recount
from performance.views.dashboard import CODE_VERSION, points

ARROWS = {"level": "same", "none": ""}


class WriteCommentary(OperationView):
    """Achievements and areas for improvement of a quarter."""

    operation = "write_commentary"
    title = "Achievements and areas for improvement"
    form_class = CommentaryForm
    done = "Saved with the quarter"
    page = "commentary"

    @property
    def quarter(self) -> Quarter:
        return self.kwargs["quarter"]

    def root(self) -> Commentary | None:
        return Commentary.objects.visible_to(self.request.user).filter(period=str(self.quarter)).first()

    def get_initial(self) -> dict[str, Any]:
        written = self.root()
        if written is None:
            return {"version": 0}
        return {"achievements": written.achievements, "improvements": written.improvements}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(caption=self.quarter.title, **kwargs)

    def run(self, form: CommentaryForm) -> Commentary:
        return operations.write_commentary(
            actor=self.request.user,
            quarter=self.quarter,
            expected_version=form.expected_version,
            key=form.submission_key,
            **form.values(),
        )

    def get_success_url(self) -> str:
        return reverse("performance_quarter", args=[self.quarter])


class Publish(OperationView):
    """Freezes a quarter's figures."""

    operation = "publish_return"
    title = "Publish this quarter's figures"
    button = "Check and publish"
    form_class = PublishForm
    done = "The figures were published"
    page = "publish"
    made: Return | None = None

    @property
    def quarter(self) -> Quarter:
        return self.kwargs["quarter"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            "Every timescale is checked against the records first, which takes a while. Then the figures, the list "
            "behind each, the standards in force, today's date and the version of this program are kept as they are. "
            "They cannot be changed or removed afterwards; a second publication stands beside the first."
        )
        return super().get_context_data(caption=self.quarter.title, intro=intro, **kwargs)

    def run(self, form: PublishForm) -> Return:
        self.made = operations.publish_return(
            actor=self.request.user,
            quarter=self.quarter,
            as_of=today(),
            code_version=CODE_VERSION,
            key=form.submission_key,
        )
        return self.made

    def get_success_url(self) -> str:
        if self.made is not None:
            return reverse("performance_return", args=[self.made.pk])
        return reverse("performance_quarter", args=[self.quarter])


def _reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role not in TEAM_ROLES | COUNCIL_ROLES:
        raise PermissionDenied
    return user


def returns(request: HttpRequest) -> HttpResponse:
    """Every publication, the newest first."""
    found = Return.objects.visible_to(_reader(request)).select_related("published_by")
    columns = (
        Column(
            "period",
            "Quarter",
            lambda row: Quarter.parse(row.period).title,
            heads=True,
            href=lambda row: reverse("performance_return", args=[row.pk]),
            context=lambda row: f"published on {row.published_at:%-d %B %Y}",
        ),
        Column("published_at", "Published", kind="date"),
        Column("by", "By", "published_by.name"),
        Column("as_of", "As known on", kind="date"),
        Column("edition", "Standards"),
        Column("code_version", "Version of the program"),
    )
    table = Table(
        columns,
        found,
        "Published figures",
        "Nothing has been published yet. A performance officer publishes a quarter once it has ended.",
    )
    context = {
        "title": "Published figures",
        "table": table,
        "trail": [("Performance", reverse("performance"))],
    }
    return render(request, "performance/returns.html", context)


def published(request: HttpRequest, key: UUID) -> HttpResponse:
    """A quarter's figures as they were published."""
    found = get_object_or_404(
        Return.objects.visible_to(_reader(request)).select_related("published_by"), pk=key
    )
    quarter = Quarter.parse(found.period)
    context = {
        "title": f"Published figures, {quarter.title}",
        "published": found,
        "quarter": quarter,
        "figures": [
            {
                **figure,
                "status": rag(figure["rag"]),
                "arrow": ARROWS.get(figure["direction"], figure["direction"]),
            }
            for figure in found.figures
        ],
        "achievements": points(found.achievements),
        "improvements": points(found.improvements),
        "trail": [
            ("Performance", reverse("performance")),
            ("Published figures", reverse("performance_returns")),
        ],
    }
    return render(request, "performance/return.html", context)


@dataclass(frozen=True)
class Shown:
    """One measure's difference as the page shows it; cases the reader may not see are counted, not named."""

    difference: Difference
    table: Table
    hidden: int


def difference(request: HttpRequest, key: UUID) -> HttpResponse:
    """What has changed since the figures were published, case by case; who looked is written first."""
    user = _reader(request)
    found = get_object_or_404(Return.objects.visible_to(user), pk=key)
    as_of = _day(request, today())
    differences = recount(found, as_of)
    keys = {change.case for one in differences for change in one.changes}
    visible = set(Case.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    looked_through(user=user, cases=visible, page="difference of a recount", beyond=True)
    quarter = Quarter.parse(found.period)
    context = {
        "title": f"What has changed since publication, {quarter.title}",
        "published": found,
        "quarter": quarter,
        "as_of": as_of,
        "differences": [_shown(one, visible) for one in differences],
        "trail": [
            ("Performance", reverse("performance")),
            ("Published figures", reverse("performance_returns")),
            (quarter.title, reverse("performance_return", args=[found.pk])),
        ],
    }
    return render(request, "performance/difference.html", context)


def _day(request: HttpRequest, latest: date) -> date:
    try:
        return min(latest, date.fromisoformat(request.GET.get("as_of", "") or latest.isoformat()))
    except ValueError:
        return latest


def _signed(number: int) -> str:
    return f"{number:+d}" if number else "0"


def _shown(one: Difference, visible: set[int]) -> Shown:
    listed = [change for change in one.changes if change.case in visible]
    columns = (
        Column(
            "reference",
            "Reference",
            heads=True,
            href=lambda change: reverse("case", args=[change.case]),
            context=lambda change: change.words.lower(),
        ),
        Column("words", "What changed"),
        Column("was", "As published", lambda change: change.was or "Not on the list"),
        Column("now", "Now", lambda change: change.now or "Not on the list"),
        Column("numerator", "Numerator", lambda change: _signed(change.numerator), kind="number"),
        Column("denominator", "Denominator", lambda change: _signed(change.denominator), kind="number"),
    )
    return Shown(one, Table(columns, listed, f"Changes to {one.label}"), len(one.changes) - len(listed))
