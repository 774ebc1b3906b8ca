"""Who holds how much: the workload of a team or of the council, of one worker, their hours and who covers for them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from assessments import forms
from assessments.domain import workload as domain
from assessments.views.loads import Share, explained, hours_words, staff_of, state
from assessments.workload import Load, loads
from cases import operations, permissions
from cases.models import Availability, Cover, Role, Team, User
from justice.web.dates import plain_date
from justice.web.exports import csv_response, xlsx_response
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import OperationView, today


def require_manager(user: User) -> None:
    if not permissions.allows(user, "hand_over_caseload"):
        raise PermissionDenied


class WorkloadFilter(django_filters.FilterSet):
    """Narrows the council's workload to one team. Its rows are loads, worked out once the staff are chosen."""

    team = django_filters.ModelChoiceFilter(
        label="Team", queryset=Team.objects.none(), empty_label="Every team"
    )

    class Meta:
        model = User
        fields = ("team",)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.filters["team"].queryset = Team.objects.visible_to(request.user).filter(closed_on=None)

    @cached_property
    def qs(self) -> list[Load]:
        return loads(list(super().qs), today())


def workload(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Each worker's cases, points and share of capacity, the fullest first."""
    user = request.user
    require_manager(user)
    staff = staff_of(user)
    filterset = None
    if user.role == Role.SENIOR_MANAGER:
        filterset = WorkloadFilter(request.GET, queryset=staff, request=request)
    rows = filterset.qs if filterset else loads(list(staff), today())
    listing = Listing(
        _columns(user),
        rows,
        request,
        default_order="-share",
        page_size=200,
        filterset=filterset,
        caption="Workload",
        counts=("worker", "workers"),
        case_of="user.pk",  # not used: the list names no case, and nobody's record is looked at
        empty="Nobody works in your team yet. An administrator adds staff under Settings.",
    )
    if file:
        return csv_response(listing) if file == "csv" else xlsx_response(listing)
    context = {
        "title": "Workload",
        "listing": listing,
        "figures": _figures(rows),
        "left": [load for load in rows if not load.user.is_active and load.cases],
        "csv": reverse("workload_csv"),
        "xlsx": reverse("workload_xlsx"),
        **explained(today()),
    }
    return render(request, "assessments/workload.html", context)


def _columns(user: User) -> tuple[Column, ...]:
    def own_page(load: Load) -> str:
        return reverse("workload_of", args=[load.user.pk])

    return (
        Column("worker", "Worker", "user.name", order_by=("user__name",), href=own_page, heads=True),
        Column(
            "team",
            "Team",
            lambda load: load.user.team.name if load.user.team else "None",
            on_page=user.role == Role.SENIOR_MANAGER,
        ),
        Column("cases", "Cases", lambda load: len(load.cases), kind="number"),
        Column("orders", "Orders", kind="number", order_by=("orders",)),
        Column("taken_lately", "Taken in the last 7 days", kind="number", order_by=("taken_lately",)),
        Column("points", "Points", kind="number", order_by=("points",)),
        Column(
            "capacity",
            "Points for their hours",
            lambda load: round(load.capacity),
            kind="number",
            on_page=False,
        ),
        Column("share", "Share", lambda load: Share(load.share), order_by=("share",)),
        Column("state", "State", _state, kind="status"),
        Column("hours", "Hours", hours_words),
        Column(
            "hand_over",
            "Hand over",
            lambda load: "Hand over" if load.cases else "",
            href=lambda load: reverse("hand_over_caseload", args=[load.user.pk]) if load.cases else "",
            context=lambda load: f"the caseload of {load.user.name}",
            in_files=False,
            hidden_label=True,
        ),
    )


def _state(load: Load) -> Status:
    return state(load.share) if load.user.is_active else Status("Left", "amber")


def _figures(rows: list[Load]) -> list[dict[str, Any]]:
    points, capacity = sum(load.points for load in rows), sum((load.capacity for load in rows), start=0)
    together = domain.percent(domain.share(points, capacity))
    over = sum(1 for load in rows if load.share is not None and load.share > 1)
    return [
        {"label": "Workers", "value": len(rows)},
        {"label": "Cases", "value": len(set().union(*(load.cases for load in rows)))},
        {"label": "Over capacity", "value": over},
        {"label": "Share of capacity", "value": "None" if together is None else f"{together}%"},
    ]


def workload_of(request: HttpRequest, worker: int) -> HttpResponse:
    """One worker: what the points are made of, their hours, who covers for them, and what can be arranged."""
    user, on = request.user, today()
    require_manager(user)
    chosen = get_object_or_404(staff_of(user), pk=worker)
    load = loads([chosen], on)[0]
    edition, manages = domain.edition_on(on), permissions.manages(user, chosen)
    kinds = [
        {"label": one.label, "count": load.by_kind[one.kind], "each": one.points}
        for one in edition.weights.values()
        if load.by_kind[one.kind]
    ]
    made_of = Table(
        (
            Column("label", "Work", heads=True),
            Column("count", "How many", kind="number"),
            Column("each", "Points each", kind="number"),
            Column("points", "Points", lambda row: row["count"] * row["each"], kind="number"),
        ),
        kinds,
        "What the points are made of",
        "They hold nothing.",
    )
    actions = [("Hand over the caseload", reverse("hand_over_caseload", args=[chosen.pk]))]
    if manages:
        actions = [
            ("Change their hours", reverse("set_availability", args=[chosen.pk])),
            ("Arrange cover", reverse("arrange_cover", args=[chosen.pk])),
            *actions,
        ]
    context = {
        "title": chosen.name,
        "summary": [
            ("Team", chosen.team.name if chosen.team else "None"),
            ("State", _state(load)),
            ("Cases", len(load.cases)),
            ("Points", f"{load.points:,} of {round(load.capacity):,}"),
            ("Share", str(Share(load.share))),
            ("Hours today", hours_words(load)),
        ],
        "actions": actions,
        "made_of": made_of,
        "hours": _hours(Availability.objects.visible_to(user).filter(user=chosen), manages),
        "covers": _covers(user, chosen, manages),
        **explained(today()),
    }
    return render(request, "assessments/workload_of.html", context)


def _hours(rows: Any, manages: bool) -> Table:
    def may_end(row: Availability) -> bool:
        return manages and (row.to_on is None or row.to_on >= today())

    return Table(
        (
            Column("reason", "Why", "get_reason_display", heads=True),
            Column("weekly_hours", "Hours a week"),
            Column("less", "Less", lambda row: f"{row.reduction_percent}%" if row.reduction_percent else ""),
            Column("from_on", "From", kind="date"),
            Column("to_on", "To", lambda row: row.to_on or "Until it is ended"),
            Column(
                "end",
                "End",
                lambda row: "End" if may_end(row) else "",
                href=lambda row: reverse("end_availability", args=[row.pk]) if may_end(row) else "",
                context=lambda row: f"{row.get_reason_display()} from {plain_date(row.from_on)}",
                hidden_label=True,
            ),
        ),
        rows.order_by("-from_on", "-pk"),
        "Hours",
        "Nothing is recorded: a full-time week counts.",
    )


def _covers(user: User, worker: User, manages: bool) -> Table:
    rows = Cover.objects.visible_to(user).filter(worker=worker) | Cover.objects.visible_to(user).filter(
        by=worker
    )

    def may_end(row: Cover) -> bool:
        return manages and row.worker_id == worker.pk and row.ended_on is None and row.to_on >= today()

    def stands(row: Cover) -> Status:
        if row.ended_on or row.to_on < today():
            return Status("Over", "grey")
        return Status("In force", "green") if row.from_on <= today() else Status("Not yet", "blue")

    return Table(
        (
            Column("worker", "Away", "worker.name", heads=True),
            Column("by", "Covered by", "by.name"),
            Column("from_on", "From", kind="date"),
            Column("to_on", "To", kind="date"),
            Column("stands", "State", stands, kind="status"),
            Column("reason", "Reason"),
            Column(
                "end",
                "End",
                lambda row: "End" if may_end(row) else "",
                href=lambda row: reverse("end_cover", args=[row.pk]) if may_end(row) else "",
                context=lambda row: f"cover by {row.by.name} from {plain_date(row.from_on)}",
                hidden_label=True,
            ),
        ),
        rows.select_related("worker", "by").order_by("-from_on", "-pk"),
        "Cover",
        "No cover is arranged.",
    )


# --- Hours and cover ------------------------------------------------------------------------------------------


class WorkerOperation(OperationView):
    """A form about one worker, which goes back to their page."""

    def there(self) -> User:
        return self.worker

    @cached_property
    def worker(self) -> User:
        return self.managed(self.kwargs["worker"])

    def managed(self, key: int) -> User:
        """Somebody whose hours and cover the signed-in person may arrange; else there is nobody of that number."""
        chosen = get_object_or_404(User.objects.visible_to(self.request.user).select_related("team"), pk=key)
        if not permissions.manages(self.request.user, chosen):
            raise Http404
        return chosen

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": self.worker.name, **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("workload_of", args=[self.worker.pk])


class SetAvailability(WorkerOperation):
    """A shorter week, or part of it taken up otherwise."""

    operation = "set_availability"
    call = staticmethod(operations.set_availability)
    title = "Change their hours"
    done = "The hours were saved and count in the workload"
    form_class = forms.AvailabilityForm

    def about(self) -> dict[str, Any]:
        return {"user": self.worker}


class EndAvailability(WorkerOperation):
    """The last day of a shorter week or a reduction."""

    operation = "end_availability"
    call = staticmethod(operations.end_availability)
    title = "End a change of hours"
    done = "Its last day was saved"
    form_class = forms.EndAvailabilityForm

    @cached_property
    def row(self) -> Availability:
        rows = Availability.objects.visible_to(self.request.user).select_related("user__team")
        return get_object_or_404(rows, pk=self.kwargs["availability"])

    @cached_property
    def worker(self) -> User:
        return self.managed(self.row.user_id)

    def root(self) -> Availability:
        return self.row

    def about(self) -> dict[str, Any]:
        return {"availability": self.row}


class ArrangeCover(WorkerOperation):
    """Somebody does a colleague's work for some days; nothing changes hands."""

    operation = "arrange_cover"
    call = staticmethod(operations.arrange_cover)
    title = "Arrange cover"
    button = "Arrange cover"
    done = "Cover is arranged. It ends by itself after its last day"
    form_class = forms.CoverForm

    def about(self) -> dict[str, Any]:
        return {"worker": self.worker, "today": today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        colleagues = User.objects.visible_to(self.request.user).caseworkers().select_related("team")
        return {**super().get_form_kwargs(), "colleagues": colleagues.exclude(pk=self.worker.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = (
            f"Who covers sees what {self.worker.name} holds, may work on it and is told of what becomes overdue. Every "
            "case stays with who holds it. A restricted record is seen only by who is named on it."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}


class EndCover(WorkerOperation):
    """Cover ends before its last day."""

    operation = "end_cover"
    call = staticmethod(operations.end_cover)
    title = "End the cover today"
    button = "End the cover"
    done = "The cover is over"
    form_class = forms.EndCoverForm

    @cached_property
    def row(self) -> Cover:
        rows = Cover.objects.visible_to(self.request.user).select_related("worker__team", "by")
        return get_object_or_404(rows, pk=self.kwargs["cover"])

    @cached_property
    def worker(self) -> User:
        return self.managed(self.row.worker_id)

    def root(self) -> Cover:
        return self.row

    def about(self) -> dict[str, Any]:
        return {"cover": self.row, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = f"{self.row.by.name} covers until {plain_date(self.row.to_on)}."
        return {"intro": intro, **super().get_context_data(**kwargs)}
