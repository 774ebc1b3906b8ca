"""Open orders of which nothing was recorded for months: records that may have been left open by mistake."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from assessments.domain import activity
from assessments.models import Assessment, Review
from cases.models import Note, User
from orders.domain.cpo import RequirementKind
from orders.models import Attendance, Contact, Order, Requirement


def recorded() -> list[tuple[QuerySet[Any], str]]:
    """What counts as activity of an order, each with the column that dates it."""
    of_order = {"order": OuterRef("pk")}
    return [
        (Contact.objects.filter(**of_order), "on"),
        (Attendance.objects.filter(**of_order), "on"),
        (Review.objects.filter(**of_order), "held_on"),
        (Assessment.objects.filter(**of_order), "completed_on"),
        (Note.objects.filter(case=OuterRef("case")), "on"),
    ]


def without_activity(user: User, on: date) -> QuerySet[Any]:
    """Open supervised orders, imposed months ago, of which nothing at all was recorded for as long.

    No contact, session, review or assessment of the order, and no note on the case. Each with `assessed_on`, the day
    of its latest LS/CMI, and `last_on`, the day of whatever was recorded last. The longest quiet first.
    """
    since = activity.edition_on(on).since(on)
    supervised = Requirement.objects.filter(
        order=OuterRef("pk"), kind=RequirementKind.SUPERVISION, removed_on=None, completed_on=None
    )
    rows = Order.objects.visible_to(user).active(on)
    rows = rows.filter(Exists(supervised), case__closed_on=None, imposed_on__lt=since)
    latest: list[Any] = []
    for found, dated in recorded():
        rows = rows.filter(~Exists(found.filter(**{f"{dated}__gte": since})))
        last = found.order_by().values("order" if found.model is not Note else "case")
        latest.append(Coalesce(Subquery(last.annotate(last=Max(dated)).values("last")), F("imposed_on")))
    lscmi = Assessment.objects.filter(order=OuterRef("pk"), tool=Assessment.Tool.LS_CMI)
    rows = rows.annotate(
        assessed_on=Subquery(lscmi.order_by("-completed_on").values("completed_on")[:1]),
        last_on=Greatest(*latest),
    )
    return rows.select_related("case__person").order_by("last_on", "imposed_on", "pk")
