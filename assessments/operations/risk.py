"""Changes to assessments of risk and need.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from assessments.domain import lscmi
from assessments.models import Assessment
from cases.models import User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, refuse, since_birth
from orders.models import Order


def complete_assessment(
    *,
    actor: User,
    order: Order,
    tool: str,
    completed_on: date,
    today: date,
    total: int | None = None,
    sub_scores: Mapping[str, int] | None = None,
    level: str = "",
    override_level: str = "",
    override_reason: str = "",
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Assessment:
    """An assessment was completed: it is never changed, a later one stands beside it.

    The level of an LS/CMI follows from its total. A `level` that does not is refused; an override stands beside it,
    with its reason. Of other tools `level` is what the assessor concluded.
    """
    scores = dict(sub_scores or {})
    body = {
        "order": order.pk,
        "tool": tool,
        "completed_on": completed_on,
        "total": total,
        "sub_scores": scores,
        "level": level,
        "override_level": override_level,
        "override_reason": override_reason,
        "late_reason": late_reason,
    }
    with operation("complete_assessment", actor=actor, case=order.case, key=key, body=body) as entry:
        # An assessment made for the report to the court may come before the order.
        problems = since_birth(completed_on, "completed_on", "the assessment", order.case, today)
        if tool not in Assessment.Tool.values:
            problems.append(Problem("Select the tool", "tool", "tool_missing"))
        scored = tool == Assessment.Tool.LS_CMI
        if scored:
            if total is None and len(scores) == len(lscmi.MAXIMA):
                total = sum(scores.values())
            if total is None:
                text = "Enter the total score, or all eight sub-scores"
                problems.append(Problem(text, "total", "total_missing"))
            problems += lscmi.problems(
                total,
                scores,
                lscmi.bands_on(completed_on),
                level=level,
                override_level=override_level,
                override_reason=override_reason,
            )
        else:
            if scores:
                text = "Enter sub-scores for an LS/CMI only"
                problems.append(Problem(text, "sub_scores", "sub_scores_of_another_tool"))
            if total is None and not level:
                text = "Enter the score or the level that the assessment gave"
                problems.append(Problem(text, "total", "result_missing"))
            if total is not None and not 0 <= total <= 999:
                problems.append(Problem("Enter a score of 0 to 999", "total", "total_out_of_range"))
            if bool(override_level) != bool(override_reason.strip()):
                text = "Enter the level you override to and the reason, or neither"
                problems.append(Problem(text, "override_reason", "override_reason_missing"))
        refuse(problems)
        assessment = Assessment.objects.create(
            order=order,
            tool=tool,
            completed_on=completed_on,
            total=total,
            sub_scores=scores,
            stated_level="" if scored else level,
            override_level=override_level,
            override_reason=override_reason,
            recorded_by=actor,
        )
        entry.subject = f"assessment:{assessment.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return assessment
