"""Changes to departmental reviews.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.db.models import QuerySet

from assessments.domain import review
from assessments.models import Review
from cases.models import Timescale, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, refuse
from orders.domain.cpo import RequirementKind
from orders.models import Order

REVIEW = "cpo.review"


def hold_review(
    *,
    actor: User,
    order: Order,
    held_on: date,
    today: date,
    for_due_on: date | None = None,
    extra: bool = False,
    chaired_by: User | None = None,
    persons_views: str = "",
    decisions: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Review:
    """A departmental review was held, for the due date named or, with `extra`, besides those that are due.

    Neither named nor extra, it is the next that was due.
    """
    body = {
        "order": order.pk,
        "held_on": held_on,
        "for_due_on": for_due_on,
        "extra": extra,
        "chaired_by": chaired_by and chaired_by.pk,
        "persons_views": persons_views,
        "decisions": decisions,
        "late_reason": late_reason,
    }
    with operation("hold_review", actor=actor, case=order.case, key=key, body=body) as entry:
        due = set(reviews_of(order).values_list("due_on", flat=True))
        problems = review.problems(
            held_on=held_on,
            for_due_on=None if extra else for_due_on,
            imposed_on=order.imposed_on,
            today=today,
            due_dates=due,
            already_held_for={held.for_due_on for held in order.reviews.all() if held.for_due_on},
        )
        if not order.requirements.filter(kind=RequirementKind.SUPERVISION).exists():
            text = "This order has no supervision requirement, so no departmental review is due"
            problems.append(Problem(text, code="no_supervision"))
        if extra and held_on in due:
            text = "Select the due date: a review is due on that very day"
            problems.append(Problem(text, "for_due_on", "extra_on_a_due_date"))
        if chaired_by and chaired_by.council_id != order.council_id:
            problems.append(Problem("Select somebody of this council", "chaired_by", "chair_elsewhere"))
        refuse(problems)
        held = Review.objects.create(
            order=order,
            held_on=held_on,
            # A review held for its own day, on which none is due, is an extra one and meets nothing.
            for_due_on=held_on if extra else for_due_on,
            chaired_by=chaired_by,
            persons_views=persons_views,
            decisions=decisions,
            recorded_by=actor,
        )
        entry.subject = f"review:{held.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return held


def reviews_of(order: Order) -> QuerySet[Timescale]:
    """The reviews that are due of an order, earliest first."""
    rows = Timescale.objects.filter(case=order.case_id, subject=order.subject, clause=REVIEW)
    return rows.order_by("due_on")
