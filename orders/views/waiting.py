"""Lists of orders that wait for somebody: for the clerk of court's answer, for hours to be worked."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from cases import permissions
from cases.calendars import calendar_of
from cases.models import TEAM_ROLES, Role, User
from cases.views.lists import show
from justice.web.listing import Column, Listing
from justice.web.views import today
from orders.models import Order
from orders.models.orders import OrderQuerySet

MANAGERS: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER})


def queried(user: User, on: date) -> OrderQuerySet:
    """Orders about which the clerk of court was asked and has not answered, the longest asked first."""
    rows = Order.objects.visible_to(user, few=True).active(on).queried().with_query_age()
    return rows.select_related("case__person").order_by(
        F("queried_at").asc(nulls_last=True), "imposed_on", "pk"
    )


def asked_on(order: Order) -> date:
    """The day the clerk was asked; of an order brought in with its question, the day it was imposed."""
    asked = getattr(order, "queried_at", None)
    return max(asked.date(), order.imposed_on) if asked else order.imposed_on


def unpaid_work(user: User, on: date) -> OrderQuerySet:
    """Active orders with unpaid work still to be done, those seen last first."""
    rows = Order.objects.visible_to(user).active(on).filter(queried_because="")
    rows = rows.with_unpaid_work_left().with_last_session().select_related("case__person")
    return rows.order_by(F("last_session_on").desc(nulls_last=True), "-imposed_on", "pk")


def _person(order: Order) -> str:
    return f"{order.case.person.family_name}, {order.case.person.given_name}"


PERSON = Column(
    "name",
    "Person",
    value=_person,
    order_by=("case__person__family_name", "case__person__given_name"),
    href=lambda order: reverse("case", args=[order.case_id]),
    context=lambda order: f"for {order.reference}",
    heads=True,
)
REFERENCE = Column(
    "reference",
    "Order",
    order_by=("reference",),
    href=lambda order: reverse("order", args=[order.pk]),
)


def queried_orders(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """What the clerk of court was asked and has not answered."""
    user, on = request.user, today()
    if user.role not in MANAGERS:
        raise PermissionDenied
    count = calendar_of(user.council).count
    answer = Column(
        "answer",
        "Answer",
        value=lambda order: "Record the answer",
        href=lambda order: reverse("resolve_query", args=[order.pk]),
        context=lambda order: f"about order {order.reference}",
        in_files=False,
        hidden_label=True,
    )
    listing = Listing(
        (
            PERSON,
            REFERENCE,
            Column("imposed_on", "Imposed", kind="date", order_by=("imposed_on",)),
            Column("queried_because", "Asked"),
            Column("asked_on", "Asked on", value=asked_on, kind="date", order_by=("queried_at",)),
            Column(
                "waiting",
                "Working days since",
                value=lambda order: count(asked_on(order), on),
                kind="number",
            ),
            *([answer] if permissions.allows(user, "resolve_query") else []),
        ),
        queried(user, on),
        request,
        default_order="asked_on",
        caption="Orders queried with the clerk of court",
        counts=("order", "orders"),
        empty="No order waits for the clerk of court's answer. An order is queried on its own page.",
        case_of="case_id",
    )
    return show(request, listing, "cases/list.html", "queried orders", file)


def unpaid_work_orders(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Everybody who has unpaid work to do, with the way to record a session."""
    user, on = request.user, today()
    if user.role not in TEAM_ROLES:
        raise PermissionDenied
    record = Column(
        "record",
        "Record",
        value=lambda order: "Record a session",
        href=lambda order: reverse("record_attendance", args=[order.pk]),
        context=lambda order: f"for {_person(order)}, {order.reference}",
        in_files=False,
        hidden_label=True,
    )
    listing = Listing(
        (
            PERSON,
            REFERENCE,
            Column("imposed_on", "Imposed", kind="date", order_by=("imposed_on",)),
            Column(
                "last_session_on",
                "Last session",
                kind="date",
                order_by=(F("last_session_on").asc(nulls_first=True),),
            ),
            *([record] if permissions.allows(user, "record_attendance") else []),
        ),
        unpaid_work(user, on),
        request,
        default_order="-last_session_on",
        caption="People with unpaid work to do",
        counts=("order", "orders"),
        empty="Nobody has unpaid work left to do. Orders stand here when they are imposed.",
        case_of="case_id",
    )
    return show(request, listing, "cases/list.html", "unpaid work to do", file)
