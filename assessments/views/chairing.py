"""Lists about reviews: those to chair in the weeks ahead against the slots there are, and what came of them to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import django_filters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from assessments.domain import chairing
from assessments.domain.chairing import Load, Week
from assessments.models import ReviewDecision, ReviewMeeting, Task
from assessments.models.reviews import TaskQuerySet
from assessments.operations import REVIEW
from assessments.views.reviews import task_columns
from cases import permissions
from cases.calendars import calendar_of
from cases.models import TEAM_ROLES, ReviewSlots, Role, Team, Timescale, User
from cases.views.lists import TEAM_LISTS, of_the_team, show
from justice.domain.calendar import Calendar, quarter_key
from justice.web.dates import plain_date
from justice.web.listing import Column, Listing, Table
from justice.web.status import Status
from justice.web.views import today

WEEKS = 12


@dataclass(frozen=True)
class ToChair:
    """One review that is due, with how it is planned."""

    timescale: Timescale
    meeting: ReviewMeeting | None
    late: bool

    @property
    def order(self) -> int:
        return int(self.timescale.subject.partition(":")[2])

    @property
    def pk(self) -> int:
        return int(self.timescale.pk)

    @property
    def case_id(self) -> int:
        return self.timescale.case_id

    @property
    def due_on(self) -> date:
        return self.timescale.due_on

    @property
    def planned_on(self) -> date | None:
        return self.meeting.planned_on if self.meeting else None

    @property
    def name(self) -> str:
        person = self.timescale.case.person
        return f"{person.family_name}, {person.given_name}"

    @property
    def status(self) -> Status:
        if self.meeting is None:
            return Status(
                "Overdue, not planned" if self.late else "Not planned", "red" if self.late else "amber"
            )
        if self.planned_on and self.planned_on > self.due_on:
            return Status("Planned late", "red")
        return Status("Planned", "green")


@dataclass(frozen=True)
class Proposal:
    """A review that would fit into an earlier week, in words, with the form that plans it there."""

    name: str
    words: str
    href: str


@dataclass(frozen=True)
class TeamWeeks:
    """The weeks ahead of one team's manager, and what would level them."""

    name: str
    table: Table
    known: bool
    moves: tuple[Proposal, ...]
    without_room: str


def to_chair(user: User, on: date) -> list[ToChair]:
    """The reviews due in the weeks ahead and those that are late already. Two queries."""
    last = chairing.monday_of(on) + WEEKS * chairing.WEEK - timedelta(days=1)
    rows = of_the_team(user).filter(clause=REVIEW).undone().open(on).filter(due_on__lte=last)
    found = list(rows.select_related("case__person", "worker", "team").order_by("due_on", "pk"))
    orders = [int(row.subject.partition(":")[2]) for row in found]
    planned = ReviewMeeting.objects.visible_to(user).planned().filter(order__in=orders)
    meetings = {(one.order_id, one.for_due_on): one for one in planned.select_related("chaired_by")}
    return [
        ToChair(row, meetings.get((order, row.due_on)), row.due_on < on)
        for row, order in zip(found, orders, strict=True)
    ]


def reviews(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Reviews to chair in the next twelve weeks: the weeks of each team, what would level them, and every review."""
    user, on = request.user, today()
    if user.role not in TEAM_LISTS:
        raise PermissionDenied
    rows = to_chair(user, on)
    teams = [] if file else list(by_team(user, rows, on))
    may_plan = permissions.allows(user, "plan_review")
    columns = [
        Column(
            "name",
            "Person",
            order_by=("name",),
            href=lambda row: reverse("order_reviews", args=[row.order]),
            context=lambda row: f"order {row.timescale.reference}, review due {plain_date(row.due_on)}",
            heads=True,
        ),
        Column("reference", "Order", "timescale.reference"),
        Column("due_on", "Due", kind="date", order_by=("due_on",)),
        Column("status", "Arranged", kind="status"),
        Column("planned_on", "Planned for", kind="date", order_by=("planned_on",)),
        Column("chair", "Who chairs", _chair),
        Column(
            "worker", "Worker", lambda row: row.timescale.worker.name if row.timescale.worker else "Nobody"
        ),
        Column(
            "team",
            "Team",
            lambda row: row.timescale.team.name if row.timescale.team else "None",
            on_page=user.team_id is None,
        ),
    ]
    if may_plan:
        columns.append(
            Column(
                "plan",
                "Plan",
                lambda row: "Rearrange" if row.meeting else "Plan",
                href=lambda row: (
                    reverse("rearrange_review", args=[row.meeting.pk])
                    if row.meeting
                    else plan_href(row.order, row.due_on, None)
                ),
                context=lambda row: f"the review of {row.name}, due {plain_date(row.due_on)}",
                in_files=False,
                hidden_label=True,
            )
        )
    listing = Listing(
        columns,
        rows,
        request,
        default_order="due_on",
        caption="Reviews to chair",
        counts=("review", "reviews"),
        empty="No review is due in the next twelve weeks. Each comes here when its due date is near enough.",
        case_of="case_id",
    )
    may_set = user.team_id is not None and permissions.allows(user, "set_review_slots")
    return show(
        request,
        listing,
        "assessments/reviews.html",
        "reviews to chair",
        file,
        teams=teams,
        set_slots=reverse("set_review_slots") if may_set else "",
    )


def _chair(row: ToChair) -> str:
    if row.meeting is None:
        return ""
    return row.meeting.chaired_by.name if row.meeting.chaired_by else "Not named"


def plan_href(order: int, due_on: date, planned_on: date | None) -> str:
    given = {"for_due_on": due_on.isoformat()}
    if planned_on:
        given["planned_on"] = planned_on.isoformat()
    return f"{reverse('plan_review', args=[order])}?{urlencode(given)}"


# --- Week by week -----------------------------------------------------------------------------------------------------


def by_team(user: User, rows: list[ToChair], on: date) -> Iterator[TeamWeeks]:
    """Each team that has reviews to chair, with its weeks. Three queries."""
    teams: dict[int, Team] = {row.timescale.team_id: row.timescale.team for row in rows if row.timescale.team}
    if user.team_id and user.team:
        teams.setdefault(user.team_id, user.team)
    slots: dict[int, dict[date, int]] = defaultdict(dict)
    for team, from_on, number in ReviewSlots.objects.visible_to(user).values_list(
        "team", "from_on", "slots_per_week"
    ):
        slots[team][from_on] = number
    monday = chairing.monday_of(on)
    done = of_the_team(user).filter(
        clause=REVIEW,
        council=user.council_id,
        met_quarter__in={quarter_key(monday), quarter_key(on)},
        met_on__range=(monday, on),
    )
    held: dict[int, list[date]] = defaultdict(list)
    for team, met_on in done.order_by().values_list("team", "met_on"):
        held[team].append(met_on)
    extra = ReviewMeeting.objects.visible_to(user).planned().filter(for_due_on=None, planned_on__gte=on)
    besides: dict[int, list[date]] = defaultdict(list)
    for team, planned_on in extra.values_list("chaired_by__team", "planned_on"):
        besides[team].append(planned_on)
    calendar = calendar_of(user.council)
    may_plan = permissions.allows(user, "plan_review")
    for key, team in sorted(teams.items(), key=lambda pair: pair[1].name):
        own = [row for row in rows if row.timescale.team_id == key]
        yield _weeks(team, own, slots[key], held[key], besides[key], on, calendar, may_plan=may_plan)


def _weeks(
    team: Team,
    rows: list[ToChair],
    slots: Mapping[date, int],
    held: list[date],
    besides: list[date],
    on: date,
    calendar: Calendar,
    *,
    may_plan: bool,
) -> TeamWeeks:
    unplanned = [row for row in rows if row.meeting is None or row.meeting.planned_on < on]
    planned = [row.planned_on for row in rows if row.planned_on and row.planned_on >= on] + besides
    # A planned review takes its slot in the week it is planned for, any other in the week it is due in.
    ahead = chairing.weeks(
        due=[*planned, *(row.due_on for row in unplanned)], held=held, slots=slots, on=on, number=WEEKS
    )
    fixed = Counter(chairing.monday_of(day) for day in planned if day)
    loads = []
    for week in ahead:
        own = [
            (row.pk, row.due_on)
            for row in unplanned
            if row.due_on >= on and chairing.monday_of(row.due_on) == week.monday
        ]
        room = None if week.slots is None else week.slots - week.held - week.late - fixed[week.monday]
        loads.append(Load(week.monday, own, room))
    moves, without = chairing.levelled(loads)
    known = any(week.slots is not None for week in ahead)
    of_key = {row.pk: row for row in rows}
    first = {week.monday: _first_working_day(week, calendar) for week in ahead}
    proposals = tuple(
        Proposal(
            of_key[move.key].name,
            f"due {plain_date(move.due_on)}: hold it in the week of {plain_date(move.to_monday)}",
            plan_href(of_key[move.key].order, move.due_on, first[move.to_monday]) if may_plan else "",
        )
        for move in moves
    )
    return TeamWeeks(
        team.name, _table(team, ahead, rows, fixed, known=known), known, proposals, _no_room(without)
    )


def _no_room(without: list[int]) -> str:
    if not without:
        return ""
    one = len(without) == 1
    return (
        f"{len(without)} {'review has' if one else 'reviews have'} no room in any earlier week. "
        "Find more slots, or ask another manager to chair."
    )


def _first_working_day(week: Week, calendar: Calendar) -> date:
    """The first day of the week, still to come, on which the office is open; the first at all where there is none."""
    days = (week.first + timedelta(days=number) for number in range((week.last - week.first).days + 1))
    return next((day for day in days if calendar.is_working(day)), week.first)


def _table(
    team: Team, ahead: Iterable[Week], rows: list[ToChair], fixed: Counter[date], *, known: bool
) -> Table:
    ahead = list(ahead)
    due_in = Counter(chairing.monday_of(row.due_on) for row in rows if not row.late)
    unplanned = Counter(
        chairing.monday_of(row.due_on) for row in rows if not row.late and row.meeting is None
    )
    columns = [
        Column("week", "Week of", lambda week: week.monday, kind="date", heads=True),
        Column("left", "Left over", _left, kind="status"),
        Column("slots", "Slots", lambda week: "Not set" if week.slots is None else week.slots, kind="number"),
        Column("held", "Used", lambda week: week.held, kind="number"),
        Column("due", "Due", lambda week: due_in[week.monday], kind="number"),
        Column("unplanned", "Due and not planned", lambda week: unplanned[week.monday], kind="number"),
        Column("late", "Already late", lambda week: week.late if week is ahead[0] else "", kind="number"),
        Column("planned", "Planned to be held", lambda week: fixed[week.monday], kind="number"),
    ]
    if not known:
        columns = [column for column in columns if column.key not in ("left", "slots", "held")]
    return Table(columns, ahead, f"Reviews to chair by week, {team.name}")


def _left(week: Week) -> Status | str:
    if week.left is None:
        return ""
    if week.left < 0:
        return Status(f"{-week.left} too many", "red")
    return Status(f"{week.left} free", "green") if week.left else Status("Full", "amber")


# --- Tasks --------------------------------------------------------------------------------


def tasks_of(user: User) -> TaskQuerySet:
    """Tasks still to be done: a manager's is the whole of what they see, anybody else's is their own."""
    rows = Task.objects.visible_to(user).open()
    return rows if user.role in (Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER) else rows.filter(owner=user)


class TaskFilter(django_filters.FilterSet):
    """Narrows the tasks to those that are late."""

    when = django_filters.ChoiceFilter(
        label="When", method="by_when", empty_label="Any day", choices=(("overdue", "Overdue"),)
    )

    class Meta:
        model = Task
        fields = ()

    def by_when(self, rows: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return rows.overdue(today())


def tasks(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What reviews gave people to do, the first due first; and the changes to plans that no plan has taken up."""
    user, on = request.user, today()
    if user.role not in TEAM_ROLES and user.role != Role.SENIOR_MANAGER:
        raise PermissionDenied
    rows = tasks_of(user).select_related("case__person", "owner", "order", "review")
    listing = Listing(
        (
            Column("text", "Task", heads=True),
            Column(
                "name",
                "Person",
                lambda row: f"{row.case.person.family_name}, {row.case.person.given_name}",
                order_by=("case__person__family_name", "case__person__given_name"),
                href=lambda row: reverse("case", args=[row.case_id]),
                context=lambda row: f"order {row.order.reference}, task: {row.text}",
            ),
            *task_columns(user, on),
            Column(
                "review",
                "From the review",
                lambda row: row.review.held_on,
                kind="date",
                href=lambda row: reverse("review", args=[row.review_id]),
                context=lambda row: f"review of order {row.order.reference}, task: {row.text}",
            ),
        ),
        rows,
        request,
        default_order="by",
        filterset=TaskFilter(request.GET, queryset=rows, request=request),
        caption="Tasks from reviews",
        counts=("task", "tasks"),
        empty="There is nothing to be done from a review. A decision becomes a task when the review is recorded.",
        case_of="case_id",
    )
    if file:
        return show(request, listing, "assessments/tasks.html", "tasks", file)
    changes = plan_changes(user)
    beside = [row.review.order.case_id for row in changes.objects]
    return show(
        request, listing, "assessments/tasks.html", "tasks", file, beside=beside, plan_changes=changes
    )


def plan_changes(user: User) -> Table:
    """What reviews decided to change in plans, until a plan of that day or later is approved."""
    rows = ReviewDecision.objects.visible_to(user).undone_plan_changes()
    if user.role == Role.CASEWORKER:
        rows = rows.filter(
            review__order__case__allocations__worker=user, review__order__case__allocations__to_on=None
        ).distinct()
    return Table(
        (
            Column("text", "Change to the plan", heads=True),
            Column(
                "review",
                "From the review",
                lambda row: row.review.held_on,
                kind="date",
                href=lambda row: reverse("review", args=[row.review_id]),
                context=lambda row: f"review of order {row.review.order.reference}, change: {row.text}",
            ),
            Column("reference", "Order", "review.order.reference"),
            Column(
                "plan",
                "Action",
                lambda row: "Change the plan",
                href=lambda row: reverse("draft_plan", args=[row.review.order_id]),
                context=lambda row: f"of order {row.review.order.reference}: {row.text}",
                hidden_label=True,
            ),
        ),
        list(rows.select_related("review__order")),
        "Changes to plans that are not made yet",
        "Every change to a plan that a review decided is made. One that is decided stands here until it is.",
    )
