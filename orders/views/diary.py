"""What is booked, and what is still to be said of it: the diary, the outcomes to record, today's unpaid work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.consultations import looked_through
from cases.forms import FindPersonForm
from cases.models import Alert, Consultation, Role, User
from cases.search import find
from cases.views.lists import show
from justice.web.dates import long_date
from justice.web.listing import Column, Listing
from justice.web.status import Status
from justice.web.views import today
from orders.domain.appointments import said_day, said_time
from orders.domain.cpo import RequirementKind
from orders.models import Appointment, Order
from orders.models.appointments import AppointmentQuerySet
from orders.views.appointment_rows import status_of

AHEAD = timedelta(days=14)
# What whoever meets somebody must know before they do.
BESIDE = (Alert.Kind.RISK_TO_STAFF, Alert.Kind.ADJUSTMENT)


@dataclass
class Meeting:
    """One appointment of a day, with what must be known before it and what may be done about it."""

    appointment: Appointment
    status: Status
    alerts: list[Alert]
    record: str = ""

    @property
    def person(self) -> str:
        return self.appointment.case.person.name

    @property
    def at(self) -> str:
        return said_time(self.appointment.at)


@dataclass
class Day:
    heading: str
    meetings: list[Meeting] = field(default_factory=list)


def meetings(rows: Iterable[Appointment], user: User, on: date, came_from: str) -> list[Meeting]:
    """The appointments with the alerts of each person: one query more, whatever their number."""
    found = list(rows)
    people = {row.case.person_id for row in found}
    alerts: dict[int, list[Alert]] = defaultdict(list)
    rows_of_alerts = Alert.objects.filter(person__in=people, kind__in=BESIDE, to_on=None)
    for alert in sorted(rows_of_alerts, key=lambda one: BESIDE.index(Alert.Kind(one.kind))):
        alerts[alert.person_id].append(alert)
    may = permissions.allows(user, "record_outcome")
    return [
        Meeting(
            row,
            status_of(row, on),
            alerts[row.case.person_id],
            f"{reverse('record_outcome', args=[row.pk])}?from={came_from}"
            if may and not row.outcome and row.on <= on
            else "",
        )
        for row in found
    ]


def diary(request: HttpRequest) -> HttpResponse:
    """The signed-in person's appointments, today and the next two weeks."""
    on, user = today(), request.user
    mine: AppointmentQuerySet = Appointment.objects.visible_to(user).of_worker(user)
    rows = mine.filter(on__gte=on, on__lte=on + AHEAD).exclude(outcome__in=Appointment.MOVED)
    rows = rows.select_related("case__person").order_by("on", "at", "pk")
    days: dict[date, Day] = {on: Day(f"Today, {long_date(on)}")}
    shown = meetings(rows, user, on, "diary")
    for one in shown:
        day = one.appointment.on
        days.setdefault(day, Day(long_date(day))).meetings.append(one)
    looked_through(user=user, cases=[one.appointment.case_id for one in shown], page="diary")
    outcomes = reverse("outcomes") + ("" if user.role == Role.CASEWORKER else f"?worker={user.pk}")
    context = {
        "title": "Diary",
        "days": list(days.values()),
        "waiting": mine.waiting_for_outcome(on).count(),
        "outcomes": outcomes,
    }
    return render(request, "orders/diary.html", context)


# --- Outcomes to record -------------------------------------------------------------------------------------


class OutcomeFilter(django_filters.FilterSet):
    """Narrows the list to a kind of appointment, or to who was to meet the person."""

    kind = django_filters.ChoiceFilter(
        label="Kind", empty_label="Every kind", choices=Appointment.Kind.choices
    )
    worker = django_filters.ModelChoiceFilter(
        label="Who meets the person", queryset=User.objects.none(), empty_label="Anybody"
    )

    class Meta:
        model = Appointment
        fields = ("kind", "worker")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        staff = User.objects.visible_to(request.user).filter(is_active=True, team__isnull=False)
        if request.user.team_id:
            staff = staff.filter(team=request.user.team_id)
        self.filters["worker"].queryset = staff.order_by("name", "pk")
        self.filters["worker"].field.label_from_instance = lambda worker: worker.name


def outcomes_of(user: User, on: date) -> AppointmentQuerySet:
    """Appointments that have been, and nobody has said what came of them: a caseworker's own, else the team's."""
    rows: AppointmentQuerySet = Appointment.objects.visible_to(user).waiting_for_outcome(on)
    return rows.of_worker(user) if user.role == Role.CASEWORKER else rows


def outcomes(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What came of appointments that have been, still to be recorded."""
    on, user = today(), request.user
    rows = outcomes_of(user, on)
    filterset = OutcomeFilter(
        request.GET, queryset=rows.select_related("case__person", "worker"), request=request
    )
    may = permissions.allows(user, "record_outcome")
    listing = Listing(
        (
            Column(
                "name",
                "Person",
                value=lambda row: f"{row.case.person.family_name}, {row.case.person.given_name}",
                order_by=("case__person__family_name", "case__person__given_name"),
                href=lambda row: reverse("case", args=[row.case_id]),
                context=lambda row: f"appointment of {said_day(row.on)} at {said_time(row.at)}",
                heads=True,
            ),
            Column("reference", "Reference", "case.person.reference"),
            Column("kind", "Kind", "get_kind_display", order_by=("kind",)),
            Column("on", "Date", kind="date", order_by=("on", "at")),
            Column("at", "Time"),
            Column("age", "Days waiting", value=lambda row: (on - row.on).days, kind="number"),
            Column("worker", "Who meets the person", "worker.name", order_by=("worker__name",)),
            Column(
                "record",
                "Record the outcome",
                value=lambda row: "Record" if may else "",
                href=lambda row: f"{reverse('record_outcome', args=[row.pk])}?from=outcomes" if may else "",
                context=lambda row: f"the outcome for {row.case.person.reference} on {said_day(row.on)}",
                in_files=False,
                hidden_label=True,
            ),
        ),
        filterset.qs,
        request,
        default_order="on",
        filterset=filterset,
        caption="Outcomes to record",
        counts=("appointment", "appointments"),
        empty="Every appointment that has been has its outcome. Book the next ones on the person's page.",
        case_of="case_id",
    )
    return show(request, listing, "cases/list.html", "outcomes to record", file)


# --- Unpaid work today --------------------------------------------------------------------------------------


@dataclass
class Group:
    """Those who are expected at one time in one place."""

    heading: str
    meetings: list[Meeting]


def sessions_of_day(user: User, on: date) -> AppointmentQuerySet:
    """Who is expected at unpaid work on a day, in the order of the sessions."""
    rows = Appointment.objects.visible_to(user).on(on).filter(kind=Appointment.Kind.UNPAID_WORK)
    rows = rows.exclude(outcome__in=Appointment.MOVED).select_related("case__person")
    return rows.order_by("at", "place", "case__person__family_name", "case__person__given_name", "pk")


def unpaid_work_today(request: HttpRequest) -> HttpResponse:
    """Whose attendance is to be recorded today, and a way to find somebody who came without a booking."""
    on, user = today(), request.user
    if not permissions.allows(user, "record_attendance"):
        raise PermissionDenied
    shown = meetings(sessions_of_day(user, on), user, on, "today")
    groups: dict[tuple[time, str], Group] = {}
    for one in shown:
        row = one.appointment
        heading = ", ".join(filter(None, (said_time(row.at), row.place)))
        groups.setdefault((row.at, row.place), Group(heading, [])).meetings.append(one)
    looked_through(user=user, cases=[one.appointment.case_id for one in shown], page="unpaid work today")
    form = FindPersonForm(request.POST or None)
    context = {
        "title": "Unpaid work today",
        "day": on,
        "groups": list(groups.values()),
        "to_record": sum(1 for one in shown if not one.appointment.outcome),
        "expected": len(shown),
        "form": form,
        "found": _found(request, form, on) if request.method == "POST" and form.is_valid() else None,
    }
    return render(request, "orders/unpaid_work_today.html", context)


def _found(request: HttpRequest, form: FindPersonForm, on: date) -> list[tuple[Order, str]]:
    """Orders with unpaid work of the people who answer to the search, each with where a session is recorded."""
    cases = [hit.case for hit in find(request.user, form.cleaned_data["text"], on).rows]
    looked_through(
        user=request.user,
        cases=[case.pk for case in cases],
        page="unpaid work today",
        kind=Consultation.Kind.SEARCH,
    )
    orders = (
        Order.objects.visible_to(request.user)
        .active(on)
        .filter(
            case__in=cases,
            requirements__kind=RequirementKind.UNPAID_WORK,
            requirements__removed_on=None,
            requirements__completed_on=None,
        )
    )
    rows = orders.distinct().select_related("case__person").order_by("case__person__family_name", "pk")
    return [(order, f"{reverse('record_attendance', args=[order.pk])}?from=today") for order in rows]
