"""The lists people work from: their caseload, their week, what is overdue, what is due soon, the team's board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from assessments.models.protection import SEE_MAPPA
from assessments.models.quality import READ_ACROSS
from assessments.plans import has_submitted, with_submitted
from cases import permissions
from cases.calendars import calendar_of
from cases.consultations import looked_through
from cases.models import (
    COUNCIL_ROLES,
    Allocation,
    Case,
    Cover,
    Export,
    Locality,
    Notice,
    Role,
    Team,
    Timescale,
    User,
)
from cases.models.timescales import TimescaleQuerySet, not_over, unmet
from cases.views.board import labels_of, late_words
from justice.domain.timescales import SOON_WORKING_DAYS
from justice.web.dates import plain_date
from justice.web.forms import DateTextField
from justice.web.listing import Column, Listing
from justice.web.status import Status, due
from justice.web.taking import take_away
from justice.web.views import number_in, today
from orders.models import Order

SOON = timedelta(days=14)  # how far ahead the list of what is due soon looks
LATELY = timedelta(days=7)  # what is shown as new
TEAM_LISTS: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.BUSINESS_SUPPORT})


def show(
    request: HttpRequest,
    listing: Listing,
    template: str,
    page: str,
    file: str = "",
    keys: Sequence[object] = (),
    beside: Iterable[int] = (),
    beyond: bool = False,
    **context: Any,
) -> HttpResponseBase:
    """A list as a page, or taken away as CSV or a workbook; who looked is written first.

    `keys`: of its address; `beside`: the cases of whatever else stands on the page; `beyond`: it shows more than is
    being worked on (looked_through).
    """
    if file:
        return take_away(request, listing, page=page, file=file)
    looked_through(user=request.user, cases=[*listing.case_keys, *beside], page=page, beyond=beyond)
    name = request.resolver_match.url_name
    files = {kind: reverse(f"{name}_{kind}", args=keys) for kind in ("csv", "xlsx")}
    return render(request, template, {"listing": listing, "title": listing.caption, **files, **context})


# --- Cover ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Covering:
    """Whom the signed-in person covers for today, and whether a list is to show their work too."""

    user: User
    covers: tuple[Cover, ...]
    shown: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Covering:
        covers = Cover.objects.visible_to(request.user).filter(by=request.user).on(today())
        found = tuple(covers.select_related("worker").order_by("to_on", "pk"))
        return cls(request.user, found, bool(found) and request.GET.get("cover") == "also")

    @property
    def workers(self) -> list[User]:
        """Whose work the list shows."""
        return [self.user, *(cover.worker for cover in self.covers if self.shown)]

    @property
    def query(self) -> str:
        return "?cover=also" if self.shown else ""

    @property
    def words(self) -> list[str]:
        return [f"You cover for {cover.worker.name} until {plain_date(cover.to_on)}" for cover in self.covers]

    @property
    def other(self) -> tuple[str, str]:
        """The words and the address of the list the other way: with what is covered, or without."""
        return ("Show only your own", "?") if self.shown else ("Show theirs too", "?cover=also")

    def holders(self) -> dict[int, str]:
        """By case, the colleague covered for who holds something in it; nothing where only one's own is shown."""
        if not self.shown:
            return {}
        rows = Allocation.objects.visible_to(self.user).current()
        held = rows.filter(worker__in=[cover.worker_id for cover in self.covers])
        return dict(held.values_list("case", "worker__name"))


# --- Cases ----------------------------------------------------------------------------------------------------


def _case_columns(labels: dict[str, str], on: date) -> list[Column]:
    return [
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
    ]


class CaseloadFilter(django_filters.FilterSet):
    """Narrows one's own caseload to what is new in it."""

    given = django_filters.ChoiceFilter(
        label="Came to me",
        method="by_given",
        empty_label="Whenever",
        choices=(("lately", f"In the last {LATELY.days} days"),),
    )

    class Meta:
        model = Case
        fields = ()

    def by_given(self, cases: QuerySet, name: str, value: str) -> QuerySet:
        return cases.given_to(self.request.user, today() - LATELY)


def my_caseload(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """The cases the signed-in person holds, the most urgent first."""
    on, user = today(), request.user
    cover = Covering.of(request)
    cases = Case.objects.visible_to(user).open().held_by(*cover.workers).with_urgency(on)
    columns = _case_columns(labels_of(user.council, on), on)
    if cover.shown:
        columns.append(Column("held", "Held by", lambda case: held.get(case.pk, user.name)))
    held = cover.holders()
    listing = Listing(
        columns,
        cases.select_related("person"),
        request,
        default_order="urgency",
        filterset=CaseloadFilter(request.GET, queryset=cases, request=request),
        caption="My caseload",
        counts=("case", "cases"),
        empty="You hold no case. Your first line manager allocates cases; you can add a person under People.",
    )
    rows = Timescale.objects.visible_to(user, few=True).held_by(*cover.workers)
    shown = tiles(rows, user, on, cover.query)
    more = {"tiles": shown, "cover": cover, "links": also(user)}
    return show(request, listing, "cases/my_caseload.html", "my caseload", file, **more)


# --- Timescales -----------------------------------------------------------------------------------------------


class DayFilter(django_filters.Filter):
    """A day as people write it, or as an address has it."""

    field_class = DateTextField


class TimescaleFilter(django_filters.FilterSet):
    """Narrows a list of timescales to a team, a worker, a standard, some days, or to what nobody has explained."""

    locality = django_filters.ModelChoiceFilter(
        label="Locality",
        field_name="team__locality",
        queryset=Locality.objects.none(),
        empty_label="Every locality",
    )
    team = django_filters.ModelChoiceFilter(
        label="Team", queryset=Team.objects.none(), empty_label="Every team"
    )
    worker = django_filters.ModelChoiceFilter(
        label="Worker", queryset=User.objects.none(), empty_label="Every worker"
    )
    held = django_filters.ChoiceFilter(
        label="Held",
        method="by_held",
        empty_label="By anybody or nobody",
        choices=(("nobody", "By nobody"), ("no-team", "By nobody, in no team")),
    )
    clause = django_filters.ChoiceFilter(label="Standard", empty_label="Every standard")
    due_from = DayFilter(label="Due from", field_name="due_on", lookup_expr="gte", hint="")
    due_to = DayFilter(label="Due to", field_name="due_on", lookup_expr="lte", hint="")
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
        if user.role not in TEAM_LISTS:
            teams, staff = teams.filter(pk=user.team_id), staff.filter(team=user.team_id)
        if user.role in COUNCIL_ROLES:
            self.filters["locality"].queryset = Locality.objects.visible_to(user)
        else:
            del self.filters["locality"]
        asked = number_in(request.GET.get("worker", ""))
        if asked is not None:
            # Somebody who left, or whose role holds no cases, may still have work: the board counts it.
            staff = staff | User.objects.visible_to(user).filter(pk=asked)
        self.filters["team"].queryset = teams
        self.filters["worker"].queryset = staff
        self.filters["worker"].field.label_from_instance = lambda worker: worker.name
        self.filters["clause"].extra["choices"] = list(labels_of(user.council, today()).items())

    def by_held(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(worker=None) if value == "nobody" else rows.filter(worker=None, team=None)

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
    request: HttpRequest,
    rows: TimescaleQuerySet,
    caption: str,
    empty: str,
    file: str,
    cover: Covering | None = None,
    slug: str = "",
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
        slug=slug,
    )
    return show(request, listing, "cases/list.html", caption.lower(), file, cover=cover)


def _own(request: HttpRequest) -> tuple[TimescaleQuerySet, Covering | None]:
    """A caseworker's lists hold their own work, and if they like what they cover; everybody else's all they may see."""
    user = request.user
    if user.role != Role.CASEWORKER:
        return Timescale.objects.visible_to(user).undone(), None
    cover = Covering.of(request)
    return Timescale.objects.visible_to(user, few=True).undone().held_by(*cover.workers), cover


def overdue(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Due before today, not done, and still to be done."""
    rows, cover = _own(request)
    return timescale_list(
        request,
        rows.overdue(today()),
        "Overdue",
        "Nothing is overdue. Due soon looks two weeks ahead.",
        file,
        cover,
    )


def due_soon(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Due within the next two weeks, or on the days that the filter names."""
    on = today()
    rows, cover = _own(request)
    rows = rows.open(on)
    asked = {name for name in ("due_from", "due_to") if request.GET.get(name)}
    if "due_from" not in asked:
        rows = rows.filter(due_on__gte=on)
    if asked:
        return timescale_list(
            request,
            rows,
            "Due on the days chosen",
            "Nothing is due on these days. Choose others with the filter.",
            file,
            cover,
            "due-soon",
        )
    return timescale_list(
        request,
        rows.open(on).due_between(on, on + SOON),
        "Due in the next two weeks",
        "Nothing is due in the next two weeks. What orders and reports require stands here when it falls due.",
        file,
        cover,
    )


def plans_to_approve(user: User, on: date) -> TimescaleQuerySet:
    """Plans of the user's team that were submitted, first those that wait longest; then what is due and not submitted.

    A next version was submitted under a timescale that its first version met: it is the present team's to read.
    """
    rows = with_submitted(Timescale.objects.visible_to(user, few=True).filter(clause="cpo.plan"))
    due_now = Q(met_on=None) & unmet(on) & not_over(on) & Q(starts_on__lte=on)
    submitted = has_submitted()
    if user.team_id:
        held = Allocation.objects.filter(case=OuterRef("case"), team=user.team_id).current()
        due_now &= Q(team=user.team_id)
        submitted &= Q(Exists(held))
    return rows.filter(submitted | due_now).order_by(*SUBMITTED_FIRST)


def of_the_team(user: User) -> TimescaleQuerySet:
    """What the user's own team holds; everything they see for who is in no team."""
    if user.team_id:
        return Timescale.objects.visible_to(user, few=True).held_by_team(user.team)
    return Timescale.objects.visible_to(user)


# The longest waiting first; then what nobody submitted, by its due date.
SUBMITTED_FIRST = (F("submitted_on").asc(nulls_last=True), "due_on", "pk")


def _plan_columns(labels: dict[str, str], on: date, user: User) -> tuple[Column, ...]:
    """The columns of a list of timescales, with who submitted the plan and when in place of what it waits for."""
    own = {column.key: column for column in _timescale_columns(labels, on, user)}

    def about(row: Timescale) -> str:
        return f"of {row.case.person.family_name}, {row.case.person.given_name}, {row.reference}"

    def state(row: Timescale) -> Status:
        return due(row.due_on, on) if row.met_on is None else Status("Next version", "blue")

    return (
        own["name"],
        own["reference"],
        Column(
            "submitted_on",
            "Submitted",
            kind="date",
            order_by=SUBMITTED_FIRST,
        ),
        Column("submitted_by_name", "By"),
        Column(
            "plan",
            "Plan",
            lambda row: "Read the plan" if row.plan_key else "",
            href=lambda row: reverse("plan", args=[row.plan_key]) if row.plan_key else "",
            context=about,
            in_files=False,
        ),
        own["due_on"],
        replace(own["status"], value=state),
        own["worker"],
        own["team"],
        replace(own["reason"], value=lambda row: "" if row.met_on else own["reason"].of(row)),
        *(own[key] for key in ("assign",) if key in own),
    )


def plans(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """The plans that wait for their approval."""
    user, on = request.user, today()
    if user.role not in TEAM_LISTS:
        raise PermissionDenied
    rows = plans_to_approve(user, on).select_related("case__person", "worker", "team")
    filterset = TimescaleFilter(request.GET, queryset=rows, request=request)
    listing = Listing(
        _plan_columns(labels_of(user.council, on), on, user),
        filterset.qs,
        request,
        default_order="submitted_on",
        filterset=filterset,
        caption="Plans to approve",
        counts=("plan", "plans"),
        empty="No plan waits for approval. Every supervised order of the team has one.",
        case_of="case_id",
    )
    return show(request, listing, "cases/list.html", "plans to approve", file)


def my_week(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What the signed-in person must have done by Sunday, what is overdue among it."""
    on = today()
    sunday = on + timedelta(days=6 - on.weekday())
    cover = Covering.of(request)
    rows = Timescale.objects.visible_to(request.user, few=True).undone().held_by(*cover.workers).open(on)
    return timescale_list(
        request,
        rows.filter(due_on__lte=sunday),
        f"My week to {sunday:%A %-d %B}",
        "Nothing of yours is due this week. Due soon looks two weeks ahead.",
        file,
        cover,
    )


# --- Tiles and the team board ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tile:
    """A count that opens the list it counts."""

    label: str
    count: int
    href: str


def tiles(rows: TimescaleQuerySet, user: User, on: date, query: str = "") -> list[Tile]:
    """Overdue, due this week and due in two weeks, in one query; `query` keeps the lists to what is counted."""
    open_rows = rows.undone().open(on)
    sunday = on + timedelta(days=6 - on.weekday())
    counts = open_rows.aggregate(
        late=Count("pk", filter=Q(due_on__lt=on)),
        week=Count("pk", filter=Q(due_on__lte=sunday)),
        soon=Count("pk", filter=Q(due_on__range=(on, on + SOON))),
    )
    shown = [Tile("Overdue", counts["late"], reverse("overdue") + query)]
    if user.role == Role.CASEWORKER:
        shown.append(Tile("To do by Sunday", counts["week"], reverse("my_week") + query))
    shown.append(Tile("Due in two weeks", counts["soon"], reverse("due_soon") + query))
    return shown


def board(user: User, on: date) -> QuerySet:
    """What is still to be done by each worker of each team that the user sees: how much is late and how old, how much
    nobody has explained, how much falls due in three working days."""
    soon = calendar_of(user.council).add(on, SOON_WORKING_DAYS)
    return (
        Timescale.objects.visible_to(user)
        .undone()
        .open(on)
        .order_by()
        .values("worker", "worker__name", "team", "team__name")
        .annotate(
            cases=Count("case", distinct=True),
            late=Count("pk", filter=Q(due_on__lt=on)),
            unexplained=Count("pk", filter=Q(due_on__lt=on, late_reason="")),
            oldest=Min("due_on", filter=Q(due_on__lt=on)),
            soon=Count("pk", filter=Q(due_on__range=(on, soon))),
        )
        .order_by("-late", "-soon", "worker__name", "team__name")
    )


def board_columns(user: User, on: date) -> tuple[Column, ...]:
    """The columns of the board; each count opens the list it counts."""
    days = f"due_from={on}&due_to={calendar_of(user.council).add(on, SOON_WORKING_DAYS)}"
    return (
        Column("worker__name", "Worker", value=lambda row: row["worker__name"] or "Nobody", heads=True),
        Column("team__name", "Team", value=lambda row: row["team__name"] or "No team"),
        Column("cases", "Cases with work to do", kind="number"),
        Column(
            "late",
            "Overdue",
            kind="number",
            href=lambda row: f"{reverse('overdue')}?{_narrow(row)}" if row["late"] else "",
            context=lambda row: f"overdue, {_whose(row)}",
        ),
        Column(
            "oldest",
            "Oldest",
            value=lambda row: due(row["oldest"], on) if row["oldest"] else "",
            kind="status",
        ),
        Column(
            "unexplained",
            "No reason given",
            kind="number",
            href=lambda row: f"{reverse('overdue')}?{_narrow(row)}&reason=none" if row["unexplained"] else "",
            context=lambda row: f"overdue without a reason, {_whose(row)}",
        ),
        Column(
            "soon",
            "Due in 3 working days",
            kind="number",
            href=lambda row: f"{reverse('due_soon')}?{_narrow(row)}&{days}" if row["soon"] else "",
            context=lambda row: f"due soon, {_whose(row)}",
        ),
    )


def _whose(row: dict[str, Any]) -> str:
    return f"{row['worker__name'] or 'nobody'}, {row['team__name'] or 'no team'}"


def team(request: HttpRequest) -> HttpResponseBase:
    """The team's overdue and due soon by worker, with the oldest, and what waits for a reason."""
    user, on = request.user, today()
    if user.role not in TEAM_LISTS:
        raise PermissionDenied
    listing = Listing(
        board_columns(user, on),
        list(board(user, on)),
        request,
        page_size=200,
        caption="Team",
        counts=("worker", "workers"),
        empty="Nothing is to be done in the team. Work appears here when a case with something due is allocated.",
    )
    waiting = Case.objects.visible_to(user).unallocated().count()
    waiting += Order.objects.visible_to(user).active(on).without_officer().count()
    shown = [
        *tiles(Timescale.objects.visible_to(user), user, on),
        Tile("Unallocated", waiting, reverse("unallocated")),
    ]
    context = {"listing": listing, "title": "Team", "tiles": shown, "links": also(user)}
    return render(request, "cases/team.html", context)


def _narrow(row: dict[str, Any]) -> str:
    """The filters that leave only this line's timescales."""
    parts = [f"{name}={row[name]}" for name in ("worker", "team") if row[name]]
    if row["worker"]:
        return "&".join(parts)
    return "&".join([*parts, "held=nobody" if row["team"] else "held=no-team"])


def also(user: User) -> list[tuple[str, str]]:
    """Lists without an entry in the navigation: of scores, lists taken away, the MAPPA register, quality of files."""
    found = []
    if user.role in (Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER):
        found += [
            ("Scores that do not add up", reverse("unsound_scores")),
            ("Assessments without activity", reverse("without_activity")),
            ("Unusual looking", reverse("unusual_looking")),
        ]
    if user.role == Role.FIRST_LINE_MANAGER:
        found.append(("Overrides to countersign", reverse("overrides_to_countersign")))
    if permissions.allows(user, "agree_export"):
        found.append(("Lists taken away", reverse("exports")))
    if user.role in SEE_MAPPA:
        found.append(("MAPPA register", reverse("mappa_register")))
    if user.role in READ_ACROSS | {Role.CASEWORKER}:
        found.append(("Quality of files", reverse("quality")))
    if user.role == Role.CASEWORKER:
        found.append(("My practice feedback", reverse("practice_feedback")))
    return found


class NoticeFilter(django_filters.FilterSet):
    """Narrows the notices to the new ones."""

    read = django_filters.ChoiceFilter(
        label="Read", method="by_read", empty_label="New or read", choices=(("new", "New"), ("read", "Read"))
    )

    class Meta:
        model = Notice
        fields = ()

    def by_read(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.unread() if value == "new" else rows.exclude(read_at=None)


NOTICE_WORDS = {"overdue": "Became overdue", "due_soon": "Due soon", "opened": "Restricted record opened"}


def about_notice(row: Notice, labels: Mapping[str, str]) -> str:
    """What somebody is told of: a timescale, or that a colleague opened a record with a reason."""
    return labels[row.clause] if row.clause else "Opened with a reason: see who and why, and review it"


def notices(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What the signed-in person was told, the newest first."""
    rows = Notice.objects.visible_to(request.user).select_related("case__person")
    labels = labels_of(request.user.council, today())
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=lambda row: row.case.person.reference,
                href=lambda row: reverse("case", args=[row.case_id]),
                context=lambda row: f"{about_notice(row, labels)}, {row.due_on:%-d %B %Y}",
                heads=True,
            ),
            Column("kind", "Notice", value=lambda row: NOTICE_WORDS[row.kind]),
            Column(
                "clause",
                "What",
                value=lambda row: about_notice(row, labels),
                href=lambda row: "" if row.clause else reverse("openings"),
            ),
            Column(
                "due_on", "Due", value=lambda row: row.due_on if row.clause else None, order_by=("due_on",)
            ),
            Column("created_at", "Told", value="created_at", kind="date", order_by=("created_at",)),
            Column("read", "Read", value=lambda row: "Read" if row.read_at else "New"),
        ),
        rows,
        request,
        default_order="-created_at",
        filterset=NoticeFilter(request.GET, queryset=rows, request=request),
        caption="Notices",
        counts=("notice", "notices"),
        empty="There is nothing to tell you. You are told here when something falls overdue or is given to you.",
        case_of="case_id",
    )
    # Lists that wait are in no row here: whoever asked for one is kept waiting until somebody looks.
    answers = 0
    if not file and permissions.allows(request.user, "agree_export"):
        waiting = Export.objects.visible_to(request.user).waiting(timezone.now())
        answers = waiting.exclude(recorded_by=request.user).count()
    return show(request, listing, "cases/notices.html", "notices", file, answers=answers)
