"""What stored assessments come to when they are worked out again: for the nightly check, and before a sign-off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from assessments import bands
from assessments.domain import soundness
from assessments.domain.soundness import Stored
from assessments.models import Assessment
from justice.domain.errors import Problem
from orders.domain.dates import words
from orders.models import Order

# The columns of a Stored, in its order.
COLUMNS = (
    "pk",
    "tool",
    "completed_on",
    "answers",
    "sub_scores",
    "total",
    "stated_level",
    "override_kind",
    "override_level",
    "countersignature",
)


def stored(rows: QuerySet[Assessment]) -> Iterator[Stored]:
    """What these rows hold, in one query."""
    values: Any = rows.values_list(*COLUMNS)
    return (Stored(*row) for row in values)


def of(assessment: Assessment) -> Stored:
    """What one row holds, as it was read."""
    values: list[Any] = [*(getattr(assessment, name) for name in COLUMNS[:-1]), None]
    return Stored(*values)


def in_words(codes: list[str] | tuple[str, ...]) -> str:
    """ "its total is not the sum of its sub-scores, and its level …": what disagrees, for a list or a sentence."""
    return "; ".join(soundness.WORDS.get(code, code) for code in codes)


def unsound(order: Order) -> list[Problem]:
    """Why nothing can be signed off on this order's latest assessments, worked out now: two queries.

    Of each tool the latest record that nobody corrected counts. An empty list means that all follows.
    """
    own = bands.own_bands(order.council_id)
    rows = Assessment.objects.standing().filter(order=order).order_by("-completed_on", "-pk")
    latest: dict[str, Stored] = {}
    for row in stored(rows):
        latest.setdefault(row.tool, row)
    labels = dict(Assessment.Tool.choices)
    found = []
    for row in latest.values():
        codes = soundness.faults(row, bands.in_force(own, row.completed_on))
        if codes:
            text = (
                f"Correct the {labels.get(row.tool, row.tool)} assessment completed on {words(row.completed_on)} "
                f"first: {in_words(codes)}"
            )
            found.append(Problem(text, code="scores_do_not_add_up"))
    return found
