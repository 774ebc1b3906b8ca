"""The page each role begins on: what is to be done first, with the count in each heading and the list behind it.

One template for each role, made of sections. Every count is the total of the list that its link opens: both are made
from the same query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from assessments.domain import chairing
from assessments.views.unallocated import waiting as waits
from assessments.views.waiting import reports_to_write
from cases import jobs, operations, permissions
from cases.calendars import calendar_of
from cases.consultations import looked_through
from cases.forms import ReviewSlotsForm
from cases.models import Case, Job, Notice, ReviewSlots, Role, Timescale, User
from cases.views.board import Link, labels_of
from cases.views.drafts import unfinished
from cases.views.lists import LATELY, NOTICE_WORDS, board, board_columns, of_the_team, plans_to_approve
from cases.views.sections import SHOWN, Section, Task, first_of, name_of, waiting, work
from cases.views.sight import openings_answered_for, with_case
from justice.domain.calendar import quarter_key
from justice.web.dates import plain_date
from justice.web.listing import Column, Table
from justice.web.status import Status, days, due
from justice.web.templatetags.govuk import moment
from justice.web.views import OperationView, today
from orders import compliance
from orders.domain.appointments import said_day, said_time
from orders.models import Appointment, Order
from orders.views.compliance import absences_of, left
from orders.views.diary import Meeting, meetings, outcomes_of, sessions_of_day
from orders.views.waiting import asked_on, queried, unpaid_work
from performance.domain.period import Quarter
from performance.figures import Figure, Scope
from performance.kpis import DatedBy, Kpi
from performance.models import Return
from performance.outlook import Move, Outlook, outlook
from performance.views import gaps
from performance.views.choices import latest_complete
from performance.views.dashboard import Line, summary_words


def home(request: HttpRequest) -> HttpResponseBase:
    """Each role begins where its work is."""
    return HOMES.get(request.user.role, no_cases)(request)


def listed(name: str, **query: Any) -> str:
    """The address of a list, narrowed."""
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


def show(request: HttpRequest, template: str, sections: Iterable[Section], **context: Any) -> HttpResponse:
    """A home page; whose cases stand on it is written first."""
    made = tuple(sections)
    looked_through(user=request.user, cases=set().union(*(section.cases for section in made)), page="home")
    on = today()
    return render(request, f"homes/{template}.html", {"title": "Home", "on": on, "sections": made, **context})


# --- Caseworker -----------------------------------------------------------------------------------------------


def caseworker(request: HttpRequest) -> HttpResponse:
    user, on = request.user, today()
    return show(
        request,
        "caseworker",
        (
            appointments_today(user, on),
            outcomes_to_record(user, on),
            own_overdue(user, on),
            own_week(user, on),
            absences_to_decide(user, on),
            steps_prompted(user, on),
            unfinished_forms(user),
            new_notices(user, on),
            came_lately(user, on),
        ),
    )


def own_overdue(user: User, on: date) -> Section:
    rows = Timescale.objects.visible_to(user, few=True).undone().held_by(user).overdue(on)
    found, count = first_of(rows.select_related("case__person").order_by("due_on", "pk"))
    return Section(
        "overdue",
        "Overdue",
        "Nothing of yours is overdue. What falls due is below.",
        count,
        listed("overdue"),
        tasks=work(found, user, on),
    )


def own_week(user: User, on: date) -> Section:
    sunday = on + timedelta(days=6 - on.weekday())
    rows = (
        Timescale.objects.visible_to(user, few=True).undone().held_by(user).open(on).due_between(on, sunday)
    )
    found, count = first_of(rows.select_related("case__person").order_by("due_on", "pk"))
    return Section(
        "week",
        "Due this week",
        f"Nothing more of yours is due by Sunday {sunday:%-d %B}. The next two weeks have a list of their own.",
        count,
        listed("due_soon", due_from=on, due_to=sunday),
        tasks=work(found, user, on),
        links=(
            Link("What is due in the next two weeks", listed("due_soon")),
            Link("Tasks from reviews", reverse("tasks")),
        ),
    )


def new_notices(user: User, on: date) -> Section:
    rows = Notice.objects.visible_to(user).unread().select_related("case__person")
    found, count = first_of(rows.order_by("-created_at", "-pk"))
    labels = labels_of(user.council, on)
    tasks = [
        Task(
            title=name_of(row.case.person),
            href=reverse("case", args=[row.case_id]),
            about=labels.get(row.clause, row.clause),
            case=row.case_id,
            status=Status(NOTICE_WORDS[row.kind], "red" if row.kind == "overdue" else "amber"),
            why=f"Due {row.due_on:%-d %B %Y}",
        )
        for row in found
    ]
    return Section(
        "notices",
        "New notices",
        "There is nothing new to tell you. You are told when something of yours falls due soon or is overdue.",
        count,
        listed("notices", read="new"),
        tasks=tasks,
    )


def appointments_today(user: User, on: date) -> Section:
    rows = Appointment.objects.visible_to(user).of_worker(user).on(on).exclude(outcome__in=Appointment.MOVED)
    shown = meetings(rows.select_related("case__person").order_by("at", "pk"), user, on, "home")
    return Section(
        "today",
        "Appointments today",
        "You have no appointment today. Appointments are booked on the person's page.",
        len(shown),
        tasks=[met(one) for one in shown],
        links=(Link("Your diary for the next two weeks", reverse("diary")),),
    )


def met(one: Meeting) -> Task:
    """An appointment of the day as a line of work, with what must be known before it."""
    row = one.appointment
    return Task(
        title=name_of(row.case.person),
        href=reverse("case", args=[row.case_id]),
        about=", ".join(part for part in (one.at, row.get_kind_display(), row.place) if part),
        case=row.case_id,
        status=one.status,
        why=". ".join(f"{alert.get_kind_display()}: {alert.text}" for alert in one.alerts),
        action=Link("Record the outcome", one.record) if one.record else None,
    )


def outcomes_to_record(user: User, on: date) -> Section:
    found, count = first_of(outcomes_of(user, on).select_related("case__person").order_by("on", "at", "pk"))
    may = permissions.allows(user, "record_outcome")
    tasks = [
        Task(
            title=name_of(row.case.person),
            href=reverse("case", args=[row.case_id]),
            about=f"{row.get_kind_display()}, {said_day(row.on)} at {said_time(row.at)}",
            case=row.case_id,
            status=Status("Today", "blue")
            if row.on == on
            else Status(f"{days((on - row.on).days)} ago", "amber"),
            action=Link("Record the outcome", f"{reverse('record_outcome', args=[row.pk])}?from=home")
            if may
            else None,
        )
        for row in found
    ]
    return Section(
        "outcomes",
        "Outcomes to record",
        "Every appointment that has been has its outcome. Book the next ones on the person's page.",
        count,
        reverse("outcomes"),
        tasks=tasks,
    )


def absences_to_decide(user: User, on: date) -> Section:
    rows = absences_of(user, on).select_related("order__case__person", "contact")
    found, count = first_of(rows.order_by("due_on", "on", "pk"))
    calendar, may = calendar_of(user.council), permissions.allows(user, "decide_absence")
    tasks = [
        Task(
            title=name_of(row.order.case.person),
            href=reverse("case", args=[row.order.case_id]),
            about=f"{row.what}, {row.on:%-d %B %Y}, {row.order.reference}",
            case=row.order.case_id,
            status=left(row.due_on, on, calendar),
            action=Link("Decide", reverse("decide_absence", args=[row.order_id, row.pk])) if may else None,
        )
        for row in found
    ]
    return Section(
        "absences",
        "Absences to decide",
        "No absence waits for a decision. One does when somebody did not attend.",
        count,
        reverse("absences"),
        tasks=tasks,
    )


def steps_prompted(user: User, on: date) -> Section:
    """The warnings and breaches that the record prompts on the orders somebody holds: all of them stand here."""
    held = Case.objects.visible_to(user).open().held_by(user)
    found = compliance.prompts(Order.objects.visible_to(user).filter(case__in=held), on)
    tasks = [
        Task(
            title=name_of(one.order.case.person),
            href=reverse("case", args=[one.order.case_id]),
            about=f"{one.prompt.step.label}, {one.order.reference}",
            case=one.order.case_id,
            status=Status(f"Since {one.prompt.prompted_on:%-d %B}", "amber"),
            why=f"{one.prompt.facts}. {one.prompt.step.rule}",
            action=Link("Look at it", reverse("order", args=[one.order.pk])),
        )
        for one in found
    ]
    return Section(
        "steps",
        "Steps that the record prompts",
        "No warning and no breach is prompted. You decide each step; nothing is sent by itself.",
        len(tasks),
        tasks=tasks,
    )


def unfinished_forms(user: User) -> Section:
    found = unfinished(user)
    tasks = [
        Task(
            title=f"{one.title}: {one.person}" if one.person else one.title,
            href=one.href,
            about="Not sent yet",
            case=one.case,
            why=f"Typed on {moment(one.saved_at)}",
        )
        for one in found[:SHOWN]
    ]
    return Section(
        "drafts",
        "Unfinished forms",
        "No form was left unfinished. What you type is kept until you send it or discard it.",
        len(found),
        reverse("drafts_list"),
        tasks=tasks,
    )


def came_lately(user: User, on: date) -> Section:
    rows = Case.objects.visible_to(user).open().held_by(user).given_to(user, on - LATELY)
    found, count = first_of(rows.with_urgency(on).select_related("person").order_by("-given_on", "pk"))
    labels = labels_of(user.council, on)
    tasks = [
        Task(
            title=name_of(case.person),
            href=reverse("case", args=[case.pk]),
            about=f"Came to you on {case.given_on:%-d %B}",
            case=case.pk,
            status=due(case.next_due_on, on) if case.next_due_on else Status("Nothing due"),
            why=f"First: {labels.get(case.next_clause, '')}" if case.next_due_on else "",
        )
        for case in found
    ]
    return Section(
        "new",
        f"Came to you in the last {LATELY.days} days",
        "No case and no order came to you lately. Your first line manager allocates them.",
        count,
        listed("my_caseload", given="lately"),
        tasks=tasks,
    )


# --- First line manager ---------------------------------------------------------------------------------------


def first_line_manager(request: HttpRequest) -> HttpResponse:
    user, on = request.user, today()
    return show(
        request,
        "first_line_manager",
        (
            team_board(user, on),
            reviews_to_chair(user, on),
            plans_waiting(user, on),
            unallocated(user, on),
            absences_to_decide(user, on),
            outcomes_to_record(user, on),
            queried_orders(user, on),
            records_opened(user),
            data_gaps(user, on),
        ),
    )


def records_opened(user: User) -> Section:
    """Restricted records that somebody opened with a reason, and nobody has reviewed."""
    rows = with_case(user, openings_answered_for(user).unreviewed()).select_related("person", "user")
    found, count = first_of(rows.order_by("opened_at", "pk"))
    tasks = [
        Task(
            title=name_of(row.person),
            href=reverse("case", args=[row.case_key]) if row.case_key else "",
            about=f"opened by {row.user.name}, {moment(row.opened_at)}",
            case=row.case_key,
            why=row.reason,
            action=Link("Review", reverse("review_opening", args=[row.pk])),
        )
        for row in found
    ]
    return Section(
        "opened",
        "Records opened with a reason",
        "No opening waits for your review. Whoever opens a restricted record of yours stands here with their reason.",
        count,
        listed("openings", review="waiting"),
        tasks=tasks,
    )


def team_board(user: User, on: date) -> Section:
    rows = list(board(user, on))
    # The team is named where there is more than one: on a phone each column counts.
    left_out = {"cases"} if len({row["team"] for row in rows} - {None}) > 1 else {"cases", "team__name"}
    columns = [column for column in board_columns(user, on) if column.key not in left_out]
    return Section(
        "team",
        "Team by worker",
        "Nothing is to be done in the team. What orders and reports require stands here when it falls due.",
        len(rows),
        reverse("team"),
        table=Table(columns, rows[:SHOWN], "Team by worker") if rows else None,
        wide=True,
    )


def reviews_to_chair(user: User, on: date) -> Section:
    """The next six weeks against the slots there are, with what is late already in the first of them."""
    monday = chairing.monday_of(on)
    last = monday + chairing.WEEKS * chairing.WEEK - timedelta(days=1)
    reviews = of_the_team(user).filter(clause="cpo.review")
    due_on = list(
        reviews.undone().open(on).filter(due_on__lte=last).order_by().values_list("due_on", flat=True)
    )
    quarters = {quarter_key(monday), quarter_key(on)}
    held_on = reviews.filter(council=user.council_id, met_quarter__in=quarters, met_on__range=(monday, on))
    slots = {}
    if user.team_id:
        slots = dict(
            ReviewSlots.objects.visible_to(user)
            .filter(team=user.team_id)
            .values_list("from_on", "slots_per_week")
        )
    ahead = chairing.weeks(
        due=due_on, held=list(held_on.order_by().values_list("met_on", flat=True)), slots=slots, on=on
    )
    known = any(week.slots is not None for week in ahead)
    team = {"team": user.team_id} if user.team_id else {}
    may_set = user.team_id is not None and permissions.allows(user, "set_review_slots")
    set_slots = Link("Change how many you can chair" if known else "Say how many you can chair in a week",
                     reverse("set_review_slots"))  # fmt: skip
    columns = [
        Column("week", "Week of", value=lambda week: week.monday, kind="date", heads=True),
        Column(
            "due",
            "Due",
            kind="number",
            href=lambda week: (
                listed("due_soon", clause="cpo.review", due_from=week.first, due_to=week.last, **team)
                if week.due
                else ""
            ),
            context=lambda week: f"reviews due in the week of {week.monday:%-d %B}",
        ),
        Column(
            "late",
            "Already late",
            kind="number",
            value=lambda week: week.late if week is ahead[0] else "",
            href=lambda week: listed("overdue", clause="cpo.review", **team) if week.late else "",
            context=lambda week: "reviews already late",
        ),
    ]
    if known:
        columns += [
            Column("slots", "Slots", value=_slots, kind="number"),
            Column("left", "Left over", value=_left, kind="status"),
        ]
    return Section(
        "reviews",
        "Reviews to chair",
        "",
        table=Table(columns, ahead, "Reviews to chair in the next six weeks"),
        note="" if known else "Nobody has said how many reviews the team can chair in a week, so there is no saying "
        "which weeks are full.",
        points=chairing.advice(ahead),
        links=(
            Link("Twelve weeks ahead, and what would level them", reverse("reviews")),
            *((set_slots,) if may_set else ()),
        ),
    )  # fmt: skip


def _slots(week: chairing.Week) -> str:
    if week.slots is None:
        return "Not set"
    return f"{week.slots} ({week.held} used)" if week.held else str(week.slots)


def _left(week: chairing.Week) -> Status | str:
    if week.left is None:
        return ""
    if week.left < 0:
        return Status(f"{-week.left} too many", "red")
    return Status(f"{week.left} free", "green") if week.left else Status("Full", "amber")


def plans_waiting(user: User, on: date) -> Section:
    rows = plans_to_approve(user, on).select_related("case__person", "worker")
    found, count = first_of(rows)
    return Section(
        "plans",
        "Plans to approve",
        "No plan waits for approval. Every supervised order of the team has one.",
        count,
        reverse("plans_to_approve"),
        tasks=[
            _submitted(row, task) if row.plan_key else replace(task, why="")
            for row, task in zip(found, work(found, user, on, holder=True), strict=True)
        ],
    )


def _submitted(row: Any, task: Task) -> Task:
    """A plan that a manager has to read: since when, and from whom."""
    holder = row.worker.name if row.worker else "nobody"
    return replace(
        task,
        about=f"Case management plan, {row.reference}, held by {holder}",
        why=f"Submitted on {plain_date(row.submitted_on)} by {row.submitted_by_name}.",
        status=task.status if row.met_on is None else Status("Next version", "blue"),
        action=Link("Read the plan", reverse("plan", args=[row.plan_key])),
    )


def unallocated(user: User, on: date) -> Section:
    """Cases that nobody holds and orders without a responsible officer, with how long each has waited."""
    found = waits(user, on)
    may_allocate = permissions.allows(user, "assign_case")
    tasks = [
        Task(
            title=one.name,
            href=reverse("case", args=[one.case.pk]),
            about=f"{one.what}, {one.reference}, came in {one.came_in:%-d %B %Y}",
            case=one.case.pk,
            status=waiting(one.working_days, soon=2),
            action=Link("Name an officer" if one.order else "Allocate", one.href) if may_allocate else None,
        )
        for one in found[:SHOWN]
    ]
    return Section(
        "unallocated",
        "Unallocated",
        "Every open case has somebody who holds it. Every order has a responsible officer.",
        len(found),
        reverse("unallocated"),
        tasks=tasks,
    )


def queried_orders(user: User, on: date) -> Section:
    found, count = first_of(queried(user, on))
    age = calendar_of(user.council).count
    may_answer = permissions.allows(user, "resolve_query")
    tasks = [
        Task(
            title=name_of(order.case.person),
            href=reverse("case", args=[order.case_id]),
            about=f"{order.reference}, asked {asked_on(order):%-d %B %Y}",
            case=order.case_id,
            status=waiting(age(asked_on(order), on)),
            action=Link("Record the answer", reverse("resolve_query", args=[order.pk]))
            if may_answer
            else None,
        )
        for order in found
    ]
    return Section(
        "queried",
        "Orders queried with the clerk of court",
        "No order waits for the clerk of court's answer. An order is queried on its own page.",
        count,
        reverse("queried_orders"),
        tasks=tasks,
    )


def data_gaps(user: User, on: date) -> Section:
    """The gaps there are, the largest first."""
    rows = sorted((row for row in gaps.counted(user, on) if row.number), key=lambda row: -row.number)
    return Section(
        "gaps",
        "Data gaps",
        "Nothing is missing in the records. Every kind of gap is looked for each time.",
        table=Table(gaps.columns(on_home=True), rows, "Data gaps") if rows else None,
        links=(Link("All kinds of gap, and why each matters", reverse("data_gaps")),),
    )


class SetReviewSlots(OperationView):
    """How many reviews the manager's team can chair in a week."""

    operation = "set_review_slots"
    call = staticmethod(operations.set_review_slots)
    title = "Reviews you can chair in a week"
    done = "Saved. The calendar of reviews counts with it"
    form_class = ReviewSlotsForm

    def get_initial(self) -> dict[str, Any]:
        return {"from_on": today()}

    def get_success_url(self) -> str:
        return reverse("home")


# --- Senior manager -------------------------------------------------------------------------------------------

MOVES = 5


def senior_manager(request: HttpRequest) -> HttpResponse:
    user, on = request.user, today()
    if user.council is None:
        raise PermissionDenied
    seen = outlook(Scope(user.council, user), on)
    last, running = latest_complete(on), Quarter.of(on)
    return show(
        request,
        "senior_manager",
        (overdue_by_locality(user, on), records_opened(user)),
        last=last,
        running=running,
        summary=summary_words(seen.last),
        six=six_table(seen.last),
        moved=[_moved(one) for one in seen.moved[:MOVES]],
        moved_words=f"{last.title} against {last.previous.title}",
        moved_since=[_moved(one) for one in seen.moved_since[:MOVES]],
        since=seen.since,
        localities=localities_table(seen),
        ahead=forecast_table(seen.now),
    )


def cases_of(figure: Figure, **query: str) -> str:
    """The cases behind a figure, or behind the part of it that one locality makes."""
    if figure.group is not None and figure.group.key is not None:
        query["locality"] = str(figure.group.key)
    address = reverse("performance_cases", args=[figure.quarter, figure.measure])
    return f"{address}?{urlencode(query)}" if query else address


def six_table(figures: Sequence[Figure]) -> Table:
    rows = [Line(one, reverse("performance_measure", args=[one.quarter, one.measure])) for one in figures]
    columns = (
        Column("kpi", "Indicator", "figure.measure.short", heads=True, href=lambda line: line.href),
        Column("target", "Target", "target", kind="number"),
        Column("actual", "Actual", "actual", kind="number"),
        Column("share", "Cases", "share", kind="number", href=lambda line: cases_of(line.figure),
               context=lambda line: line.figure.measure.short),
        Column("status", "RAG status", "status", kind="status"),
        Column("direction", "Against a year before", "direction_words"),
    )  # fmt: skip
    return Table(columns, rows, f"The six key performance indicators, {figures[0].quarter.title}")


def _moved(move: Move) -> dict[str, str]:
    """A change in words: "3 month review on time, Harrowmuir: down 8 points to 77%, 20 of 26; it was 85%"."""
    now, was = Line(move.now), Line(move.was)
    points = f"{abs(float(move.points)):.1f}".removesuffix(".0")
    return {
        "label": move.now.measure.short,
        "where": move.now.group.name if move.now.group else "Whole council",
        "words": f"{'up' if move.points > 0 else 'down'} {points} point{'' if points == '1' else 's'} "
        f"from {was.actual} to {now.actual}",
        "share": now.share,
        "href": cases_of(move.now) if _has_list(move.now) else "",
        "direction": "up" if move.points > 0 else "down",
        "verdict": "improving" if move.better else "worsening",
    }


def _has_list(figure: Figure) -> bool:
    """What nobody holds has no filter of its own."""
    return figure.group is None or figure.group.key is not None


def localities_table(seen: Outlook) -> Table:
    """Lowest and highest locality of each indicator."""

    def place(which: str) -> tuple[Column, ...]:
        def figure(row: Any) -> Figure | None:
            return getattr(row, which)

        def line(row: Any) -> Line | None:
            found = figure(row)
            return Line(found) if found else None

        return (
            Column(f"{which}_name", which.capitalize(), lambda row: figure(row).group.name if figure(row) else "None"),
            Column(
                f"{which}_share", "Cases", lambda row: line(row).share if line(row) else "", kind="number",
                href=lambda row: cases_of(figure(row)) if figure(row) else "",
                context=lambda row: f"{row.figure.measure.short}, {figure(row).group.name}",
            ),
            Column(f"{which}_status", "RAG status", lambda row: _rated(line(row)), kind="status"),
        )  # fmt: skip

    columns = (
        Column("kpi", "Indicator", "figure.measure.short", heads=True),
        *place("lowest"),
        *place("highest"),
    )
    return Table(columns, seen.ends, "Which localities stand lowest and highest")


def _rated(line: Line | None) -> Status | str:
    return Status(f"{line.actual}, {str(line.status).lower()}", line.status.tone) if line else ""


def forecast_table(figures: Sequence[Figure]) -> Table:
    """What the running quarter can still become, from what is known to fall due in it."""

    def needed(figure: Figure) -> str:
        if figure.forecast:
            return figure.forecast.words
        if isinstance(figure.measure, Kpi) and figure.measure.dated_by == DatedBy.MET_ON:
            return "No forecast: a case counts in the quarter in which it is completed"
        return "Nothing that is known today is still to come"

    columns = (
        Column("kpi", "Indicator", "figure.measure.short", heads=True),
        Column("so_far", "Met so far", "share", kind="number", href=lambda line: cases_of(line.figure),
               context=lambda line: f"met so far, {line.figure.measure.short}"),
        Column("status", "Stands at", lambda line: _rated(line), kind="status"),
        Column("pending", "Still to come", "figure.pending", kind="number",
               href=lambda line: cases_of(line.figure, list="pending") if line.figure.pending else "",
               context=lambda line: f"still to come, {line.figure.measure.short}"),
        Column("needed", "Needed at the end of the quarter", lambda line: needed(line.figure)),
    )  # fmt: skip
    return Table(
        columns, [Line(one) for one in figures], f"Forecast for the end of {figures[0].quarter.title}"
    )


def overdue_by_locality(user: User, on: date) -> Section:
    found = list(
        Timescale.objects.visible_to(user)
        .undone()
        .overdue(on)
        .order_by()
        .values("team__locality", "team__locality__name")
        .annotate(late=Count("pk"), unexplained=Count("pk", filter=Q(late_reason="")), oldest=Min("due_on"))
        .order_by("-late", "team__locality__name")
    )

    def narrow(row: dict[str, Any], **query: str) -> str:
        where = {"locality": row["team__locality"]} if row["team__locality"] else {"held": "no-team"}
        return listed("overdue", **where, **query)

    columns = (
        Column("name", "Locality", lambda row: row["team__locality__name"] or "Held by no team", heads=True),
        Column("late", "Overdue", kind="number", href=narrow,
               context=lambda row: f"overdue, {row['team__locality__name'] or 'held by no team'}"),
        Column("oldest", "Oldest", lambda row: due(row["oldest"], on), kind="status"),
        Column("unexplained", "No reason given", kind="number",
               href=lambda row: narrow(row, reason="none") if row["unexplained"] else "",
               context=lambda row: f"without a reason, {row['team__locality__name'] or 'held by no team'}"),
    )  # fmt: skip
    return Section(
        "overdue",
        "Overdue now",
        "Nothing is overdue anywhere. The board shows what falls due next.",
        sum(row["late"] for row in found),
        reverse("overdue"),
        table=Table(columns, found, "Overdue now, by locality") if found else None,
        links=(Link("The board by team and worker", reverse("team")),),
    )


# --- Performance officer --------------------------------------------------------------------------------------


def performance_officer(request: HttpRequest) -> HttpResponse:
    user, on = request.user, today()
    return show(
        request,
        "performance_officer",
        (data_gaps(user, on),),
        publication=publication(user, on),
        runs=[
            _run(jobs.last("check_timescales", user.council), user, "Nightly check"),
            _run(jobs.last("keep_figures", user.council), user, "Nightly figures"),
            _run(jobs.last("import_caseload", user.council), user, "Import"),
        ],
    )


def publication(user: User, on: date) -> dict[str, Any]:
    """What was published last, and which quarter is next: the one after it, or the last complete one."""
    last = Return.objects.visible_to(user).order_by("-period", "-published_at").first()
    complete = latest_complete(on)
    following = Quarter.parse(last.period).next if last else complete
    return {
        "last": last,
        "last_title": Quarter.parse(last.period).title if last else "",
        "next": following,
        "ready": following <= complete,
        "behind": max(complete.key - following.key, 0),
    }


def _run(job: Job | None, user: User, name: str) -> dict[str, Any]:
    """A job's last run in words."""
    if job is None:
        return {"name": name, "status": Status("Has not run"), "words": "It has not run here yet."}
    status = {
        Job.State.DONE: Status("Done", "green"),
        Job.State.FAILED: Status("Failed", "red"),
        Job.State.RUNNING: Status("Running", "blue"),
        Job.State.WAITING: Status("Waiting", "blue"),
    }[Job.State(job.state)]
    words = ""
    if job.kind == "check_timescales" and job.state == Job.State.DONE:
        wrong = len(job.result.get("differences", ()))
        checked = job.result.get("cases", 0)
        words = f"{checked:,} cases checked: every stored timescale is what the records give."
        if wrong:
            status = Status(f"{wrong:,} difference{'' if wrong == 1 else 's'}", "red")
            words = f"{checked:,} cases checked. A quarter cannot be published while anything differs."
    elif job.state == Job.State.FAILED:
        words = "It failed five times. Ask your administrator to look at the log."
    return {
        "name": name,
        "status": status,
        "words": words,
        "at": job.finished_at or job.created_at,
        "href": reverse("job", args=[job.pk]) if job.asked_by_id == user.pk else "",
    }


# --- Unpaid work supervisor, business support -----------------------------------------------------------------


def unpaid_work_supervisor(request: HttpRequest) -> HttpResponse:
    user, on = request.user, today()
    return show(
        request,
        "unpaid_work_supervisor",
        (
            attendance_today(user, on),
            outcomes_to_record(user, on),
            unpaid_work_people(user, on),
        ),
    )


def attendance_today(user: User, on: date) -> Section:
    """Whose attendance is to be recorded today, in the order of the sessions."""
    rows = sessions_of_day(user, on)
    shown = meetings(rows, user, on, "home")
    to_record = sum(1 for one in shown if not one.appointment.outcome)
    return Section(
        "today",
        "Attendance to record today",
        "Nobody is booked for unpaid work today. Find whoever came with the search, and record the session.",
        tasks=[met(one) for one in shown],
        note=f"{len(shown)} expected, {to_record} to record." if shown else "",
        links=(Link("Today by session, and who came without a booking", reverse("unpaid_work_today")),),
    )


def unpaid_work_people(user: User, on: date) -> Section:
    """Those with unpaid work to do, whom the team saw last first."""
    found, count = first_of(unpaid_work(user, on), shown=20)
    may_record = permissions.allows(user, "record_attendance")
    tasks = [
        Task(
            title=name_of(order.case.person),
            href=reverse("case", args=[order.case_id]),
            about=(
                f"{order.reference}, last session {order.last_session_on:%-d %B %Y}"
                if order.last_session_on
                else f"{order.reference}, no session yet"
            ),
            case=order.case_id,
            action=(
                Link("Record a session", reverse("record_attendance", args=[order.pk]))
                if may_record
                else None
            ),
        )
        for order in found
    ]
    return Section(
        "people",
        "Unpaid work to do",
        "Nobody of your team has unpaid work left to do. Orders with unpaid work stand here when they are imposed.",
        count,
        reverse("unpaid_work_orders"),
        tasks=tasks,
    )


def business_support(request: HttpRequest) -> HttpResponse:
    user, on = request.user, today()
    return show(
        request,
        "business_support",
        (
            unallocated(user, on),
            reports_waiting(user, on),
            reports_asked_lately(user, on),
            data_gaps(user, on),
        ),
    )


def reports_waiting(user: User, on: date) -> Section:
    return _reports(
        reports_to_write(user, on),
        user,
        on,
        Section(
            "reports",
            "Court reports to write",
            "No court waits for a report. A request is recorded on the person's case.",
            href=reverse("reports"),
        ),
    )


def reports_asked_lately(user: User, on: date) -> Section:
    return _reports(
        reports_to_write(user, on).filter(requested_on__gte=on - LATELY),
        user,
        on,
        Section(
            "requests",
            f"Asked for in the last {LATELY.days} days",
            "No court asked for a report lately. A request is recorded on the person's case.",
            href=listed("reports", requested="lately"),
        ),
    )


def _reports(rows: QuerySet, user: User, on: date, section: Section) -> Section:
    found, count = first_of(rows)
    may_submit = permissions.allows(user, "submit_report")
    tasks = [
        Task(
            title=name_of(report.case.person),
            href=reverse("case", args=[report.case_id]),
            about=f"{report.reference}, hearing on {report.hearing_on:%-d %B %Y}",
            case=report.case_id,
            status=due(report.hearing_on, on),
            action=Link("Submit the report", reverse("submit_report", args=[report.pk]))
            if may_submit
            else None,
        )
        for report in found
    ]
    return replace(section, count=count, tasks=tasks)


def no_cases(request: HttpRequest) -> HttpResponse:
    """For a role that sees no case."""
    return render(request, "cases/no_cases.html", {"title": "Home"})


def to_settings(request: HttpRequest) -> HttpResponse:
    return redirect("settings")


HOMES: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    Role.CASEWORKER: caseworker,
    Role.FIRST_LINE_MANAGER: first_line_manager,
    Role.SENIOR_MANAGER: senior_manager,
    Role.PERFORMANCE_OFFICER: performance_officer,
    Role.UNPAID_WORK_SUPERVISOR: unpaid_work_supervisor,
    Role.BUSINESS_SUPPORT: business_support,
    Role.ADMINISTRATOR: to_settings,
}
