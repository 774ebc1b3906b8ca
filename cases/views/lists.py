"""The lists people work from: their caseload, their week, what is overdue, what is due soon, the team's board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import permissions
from cases.calendars import calendar_of
from cases.consultations import looked_through
from cases.models import Case, Consultation, Notice, Role, Team, Timescale, User
from cases.models.timescales import TimescaleQuerySet
from cases.views.board import labels_of, late_words
from justice.domain.timescales import SOON_WORKING_DAYS
from justice.web.exports import csv_response, xlsx_response
from justice.web.listing import Column, Listing
from justice.web.status import Status, due
from justice.web.views import today

SOON = timedelta(days=14)  # how far ahead the list of what is due soon looks
TEAM_LISTS: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.BUSINESS_SUPPORT})


def home(request: HttpRequest) -> HttpResponse:
    """Each role begins where its work is."""
    match request.user.role:
        case Role.CASEWORKER:
            return redirect("my_caseload")
        case Role.FIRST_LINE_MANAGER:
            return redirect("team")
        case Role.UNPAID_WORK_SUPERVISOR | Role.BUSINESS_SUPPORT:
            return redirect("people")
        case Role.SENIOR_MANAGER | Role.PERFORMANCE_OFFICER:
            return redirect("performance")
        case Role.ADMINISTRATOR:
            return redirect("settings")
    return render(request, "cases/no_cases.html", {"title": "Justice social work"})


def show(
    request: HttpRequest, listing: Listing, template: str, page: str, file: str = "", **context: Any
) -> HttpResponseBase:
    """A list as a page, or taken away as CSV or a workbook; who looked is written first."""

    def took_away(cases: list[int]) -> None:
        looked_through(user=request.user, cases=cases, page=page, kind=Consultation.Kind.EXPORT)

    if file:
        answer = {"csv": csv_response, "xlsx": xlsx_response}[file]
        return answer(listing, on_export=took_away)
    looked_through(user=request.user, cases=listing.case_keys, page=page)
    name = request.resolver_match.url_name
    files = {kind: reverse(f"{name}_{kind}") for kind in ("csv", "xlsx")}
    return render(request, template, {"listing": listing, "title": listing.caption, **files, **context})


# --- Cases ----------------------------------------------------------------------------------------------------


def _case_columns(labels: dict[str, str], on: date) -> tuple[Column, ...]:
    return (
        Column(
            "name",
            "Person",
            value=lambda case: f"{case.person.family_name}, {case.person.given_name}",
            order_by=("person__family_name", "person__given_name"),
            href=lambda case: reverse("case", args=[case.pk]),
            heads=True,
        ),
        Column("reference", "Reference", "person.reference", order_by=("person__reference",)),
        Column(
            "urgency",
            "Most urgent",
            value=lambda case: due(case.next_due_on, on) if case.next_due_on else Status("Nothing due"),
            order_by=(F("next_due_on").asc(nulls_last=True),),
            kind="status",
        ),
        Column("next", "What", value=lambda case: labels.get(case.next_clause, "")),
        Column("next_due_on", "Due", kind="date", order_by=(F("next_due_on").asc(nulls_last=True),)),
        Column("overdue_count", "Overdue", kind="number", order_by=("overdue_count",)),
        Column("opened_on", "Opened", kind="date", order_by=("opened_on",)),
    )


def my_caseload(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """The cases the signed-in person holds, the most urgent first."""
    on, user = today(), request.user
    cases = Case.objects.visible_to(user).open().held_by(user).with_urgency(on).select_related("person")
    listing = Listing(
        _case_columns(labels_of(user.council, on), on),
        cases,
        request,
        default_order="urgency",
        caption="My caseload",
        counts=("case", "cases"),
        empty="You hold no case. Your first line manager allocates cases; you can add a person under People.",
    )
    rows = Timescale.objects.visible_to(user).held_by(user)
    return show(request, listing, "cases/my_caseload.html", "my caseload", file, tiles=tiles(rows, user, on))


def unallocated(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Open cases that nobody holds, the oldest first."""
    if not permissions.allows(request.user, "assign_case"):
        raise PermissionDenied
    on = today()
    cases = Case.objects.visible_to(request.user).unallocated().with_urgency(on).select_related("person")
    allocate = Column(
        "assign",
        "Allocate",
        value=lambda case: "Allocate",
        href=lambda case: reverse("assign_case", args=[case.pk]),
        context=lambda case: case.person.reference,
        in_files=False,
        hidden_label=True,
    )
    listing = Listing(
        (*_case_columns(labels_of(request.user.council, on), on), allocate),
        cases,
        request,
        default_order="opened_on",
        caption="Unallocated cases",
        counts=("case", "cases"),
        empty="Every open case has somebody who holds it. A new case without a worker waits here.",
    )
    return show(request, listing, "cases/list.html", "unallocated cases", file)


# --- Timescales -----------------------------------------------------------------------------------------------


class TimescaleFilter(django_filters.FilterSet):
    """Narrows a list of timescales to a team, a worker, a standard, or to what nobody has explained."""

    team = django_filters.ModelChoiceFilter(
        label="Team", queryset=Team.objects.none(), empty_label="Every team"
    )
    worker = django_filters.ModelChoiceFilter(
        label="Worker", queryset=User.objects.none(), empty_label="Every worker"
    )
    held = django_filters.ChoiceFilter(
        label="Held", method="by_held", empty_label="By anybody or nobody", choices=(("nobody", "By nobody"),)
    )
    clause = django_filters.ChoiceFilter(label="Standard", empty_label="Every standard")
    reason = django_filters.ChoiceFilter(
        label="Reason",
        method="by_reason",
        empty_label="With or without",
        choices=(("none", "No reason given yet"), ("given", "Reason given")),
    )

    class Meta:
        model = Timescale
        fields = ("team", "worker", "clause")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        user = request.user
        teams = Team.objects.visible_to(user)
        staff = User.objects.visible_to(user).caseworkers()
        if user.role not in TEAM_LISTS - {Role.BUSINESS_SUPPORT}:
            teams, staff = teams.filter(pk=user.team_id), staff.filter(team=user.team_id)
        self.filters["team"].queryset = teams
        self.filters["worker"].queryset = staff
        self.filters["worker"].field.label_from_instance = lambda worker: worker.name
        self.filters["clause"].extra["choices"] = list(labels_of(user.council, today()).items())

    def by_held(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(worker=None)

    def by_reason(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(late_reason="") if value == "none" else rows.exclude(late_reason="")


def _timescale_columns(labels: dict[str, str], on: date, user: User) -> tuple[Column, ...]:
    may_explain = permissions.allows(user, "explain_lateness")
    return (
        Column(
            "name",
            "Person",
            value=lambda row: f"{row.case.person.family_name}, {row.case.person.given_name}",
            order_by=("case__person__family_name", "case__person__given_name"),
            href=lambda row: reverse("case", args=[row.case_id]),
            context=lambda row: f"{labels[row.clause]}, {row.reference}, due {row.due_on:%-d %B %Y}",
            heads=True,
        ),
        Column("reference", "Reference", order_by=("reference",)),
        Column("clause", "What", value=lambda row: labels[row.clause], order_by=("clause",)),
        Column("due_on", "Due", kind="date", order_by=("due_on",)),
        Column("status", "Status", value=lambda row: due(row.due_on, on), kind="status"),
        Column(
            "days_late",
            "Days late",
            value=lambda row: max((on - row.due_on).days, 0),
            kind="number",
            on_page=False,
        ),
        Column(
            "worker",
            "Worker",
            value=lambda row: row.worker.name if row.worker else "Nobody",
            order_by=("worker__name",),
        ),
        Column(
            "team", "Team", value=lambda row: row.team.name if row.team else "None", order_by=("team__name",)
        ),
        Column(
            "reason",
            "Reason",
            value=lambda row: (
                late_words(row.late_reason) or ("Say why" if may_explain and row.due_on < on else "")
            ),
            order_by=("late_reason",),
            href=lambda row: (
                reverse("explain_lateness", args=[row.pk]) if may_explain and row.due_on < on else ""
            ),
            context=lambda row: f"{labels[row.clause]}, {row.reference}, due {row.due_on:%-d %B %Y}",
        ),
        *(
            [
                Column(
                    "assign",
                    "Reassign",
                    value=lambda row: "Reassign",
                    href=lambda row: reverse("assign_case", args=[row.case_id]),
                    context=lambda row: (
                        f"{row.case.person.reference}: {labels[row.clause]}, {row.reference}, "
                        f"due {row.due_on:%-d %B %Y}"
                    ),
                    in_files=False,
                    hidden_label=True,
                )
            ]
            if permissions.allows(user, "assign_case")
            else []
        ),
    )


def timescale_list(
    request: HttpRequest, rows: TimescaleQuerySet, caption: str, empty: str, file: str
) -> HttpResponseBase:
    """A list of timescales with its filters, columns and files."""
    on = today()
    filterset = TimescaleFilter(
        request.GET, queryset=rows.select_related("case__person", "worker", "team"), request=request
    )
    listing = Listing(
        _timescale_columns(labels_of(request.user.council, on), on, request.user),
        filterset.qs,
        request,
        default_order="due_on",
        filterset=filterset,
        caption=caption,
        counts=("timescale", "timescales"),
        empty=empty,
        case_of="case_id",
    )
    return show(request, listing, "cases/list.html", caption.lower(), file)


def _own(request: HttpRequest) -> TimescaleQuerySet:
    """A caseworker's lists hold their own work; everybody else's all that they may see."""
    rows: TimescaleQuerySet = Timescale.objects.visible_to(request.user)
    return rows.held_by(request.user) if request.user.role == Role.CASEWORKER else rows


def overdue(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Due before today, not done, and still to be done."""
    rows = _own(request).overdue(today())
    return timescale_list(
        request, rows, "Overdue", "Nothing is overdue. Due soon shows what comes next.", file
    )


def due_soon(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Due within the next two weeks."""
    on = today()
    rows = _own(request).open(on).due_between(on, on + SOON)
    return timescale_list(
        request,
        rows,
        "Due in the next two weeks",
        "Nothing is due in the next two weeks. If you use a filter, clear it to see more.",
        file,
    )


def my_week(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What the signed-in person must have done by Sunday, what is overdue among it."""
    on = today()
    sunday = on + timedelta(days=6 - on.weekday())
    rows = Timescale.objects.visible_to(request.user).held_by(request.user).open(on)
    return timescale_list(
        request,
        rows.filter(due_on__lte=sunday),
        f"My week to {sunday:%A %-d %B}",
        "Nothing of yours is due this week. Due soon looks two weeks ahead.",
        file,
    )


# --- Tiles and the team board ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tile:
    """A count that opens the list it counts."""

    label: str
    count: int
    href: str


def tiles(rows: TimescaleQuerySet, user: User, on: date) -> list[Tile]:
    """Overdue, due this week and due in two weeks, in one query."""
    open_rows = rows.open(on)
    sunday = on + timedelta(days=6 - on.weekday())
    counts = open_rows.aggregate(
        late=Count("pk", filter=Q(due_on__lt=on)),
        week=Count("pk", filter=Q(due_on__lte=sunday)),
        soon=Count("pk", filter=Q(due_on__range=(on, on + SOON))),
    )
    shown = [Tile("Overdue", counts["late"], reverse("overdue"))]
    if user.role == Role.CASEWORKER:
        shown.append(Tile("To do by Sunday", counts["week"], reverse("my_week")))
    shown.append(Tile("Due in two weeks", counts["soon"], reverse("due_soon")))
    return shown


def team(request: HttpRequest) -> HttpResponseBase:
    """The team's overdue and due soon by worker, with the oldest, and what waits for a reason."""
    user, on = request.user, today()
    if user.role not in TEAM_LISTS:
        raise PermissionDenied
    rows: TimescaleQuerySet = Timescale.objects.visible_to(user)
    soon = calendar_of(user.council).add(on, SOON_WORKING_DAYS)
    found = (
        rows.open(on)
        .order_by()
        .values("worker", "worker__name", "team", "team__name")
        .annotate(
            cases=Count("case", distinct=True),
            late=Count("pk", filter=Q(due_on__lt=on)),
            unexplained=Count("pk", filter=Q(due_on__lt=on, late_reason="")),
            oldest=Min("due_on", filter=Q(due_on__lt=on)),
            soon=Count("pk", filter=Q(due_on__range=(on, soon))),
        )
        .order_by("-late", "worker__name")
    )
    columns = (
        Column("worker__name", "Worker", value=lambda row: row["worker__name"] or "Nobody", heads=True),
        Column("team__name", "Team", value=lambda row: row["team__name"] or "No team"),
        Column("cases", "Cases with work to do", kind="number"),
        Column(
            "late",
            "Overdue",
            kind="number",
            href=lambda row: f"{reverse('overdue')}?{_narrow(row)}" if row["late"] else "",
            context=lambda row: f"overdue, {row['worker__name'] or 'nobody'}",
        ),
        Column(
            "oldest",
            "Oldest",
            value=lambda row: due(row["oldest"], on) if row["oldest"] else "",
            kind="status",
        ),
        Column("unexplained", "No reason given", kind="number"),
        Column(
            "soon",
            "Due in 3 working days",
            kind="number",
            href=lambda row: f"{reverse('due_soon')}?{_narrow(row)}" if row["soon"] else "",
            context=lambda row: f"due soon, {row['worker__name'] or 'nobody'}",
        ),
    )
    listing = Listing(
        columns,
        list(found),
        request,
        page_size=200,
        caption="Team",
        counts=("worker", "workers"),
        empty="Nothing is to be done in the team. Work appears here when a case with something due is allocated.",
    )
    waiting = Case.objects.visible_to(user).unallocated().count()
    shown = [
        *tiles(rows, user, on),
        Tile("Unallocated cases", waiting, reverse("unallocated")),
    ]
    return render(request, "cases/team.html", {"listing": listing, "title": "Team", "tiles": shown})


def _narrow(row: dict[str, Any]) -> str:
    """The filters that leave only this line's timescales."""
    parts = [f"{name}={row[name]}" for name in ("worker", "team") if row[name]]
    return "&".join(parts if row["worker"] else [*parts, "held=nobody"])


def notices(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What the signed-in person was told, the newest first."""
    rows = Notice.objects.visible_to(request.user).select_related("case__person")
    labels = labels_of(request.user.council, today())
    kinds = {"overdue": "Became overdue", "due_soon": "Due soon"}
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=lambda row: row.case.person.reference,
                href=lambda row: reverse("case", args=[row.case_id]),
                context=lambda row: f"{labels[row.clause]}, due {row.due_on:%-d %B %Y}",
                heads=True,
            ),
            Column("kind", "Notice", value=lambda row: kinds[row.kind]),
            Column("clause", "What", value=lambda row: labels[row.clause]),
            Column("due_on", "Due", kind="date", order_by=("due_on",)),
            Column("created_at", "Told", value="created_at", kind="date", order_by=("created_at",)),
            Column("read", "Read", value=lambda row: "Read" if row.read_at else "New"),
        ),
        rows,
        request,
        default_order="-created_at",
        caption="Notices",
        counts=("notice", "notices"),
        empty="There is nothing to tell you. You are told here when something falls overdue or is given to you.",
        case_of="case_id",
    )
    return show(request, listing, "cases/notices.html", "notices", file)
