"""Changes to case management plans.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from datetime import date

from assessments.domain import plan
from assessments.models import Plan
from cases.models import Role, User
from cases.operation import operation
from orders.checks import ask_why_late, refuse
from orders.models import Order


def approve_plan(
    *,
    actor: User,
    order: Order,
    approved_on: date,
    today: date,
    summary: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Plan:
    """A first line manager approved the case management plan: it is never changed, a later one takes its place."""
    body = {"order": order.pk, "approved_on": approved_on, "summary": summary, "late_reason": late_reason}
    with operation("approve_plan", actor=actor, case=order.case, key=key, body=body) as entry:
        refuse(
            plan.problems(
                approved_on=approved_on,
                imposed_on=order.imposed_on,
                today=today,
                approver_may_approve=actor.role in (Role.FIRST_LINE_MANAGER, Role.SYSTEM),
            )
        )
        approved = Plan.objects.create(
            order=order,
            approved_on=approved_on,
            approved_by=None if actor.role == Role.SYSTEM else actor,
            summary=summary,
            recorded_by=actor,
        )
        entry.subject = f"plan:{approved.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return approved
