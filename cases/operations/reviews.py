"""How many reviews a manager can chair in a week."""

from __future__ import annotations

import uuid
from datetime import date

from cases.models import ReviewSlots, User
from cases.models.slots import MOST_SLOTS
from cases.operation import operation
from justice.domain.errors import Problem, Refused


def set_review_slots(
    *, actor: User, slots_per_week: int, from_on: date, key: uuid.UUID | None = None
) -> ReviewSlots:
    """What the actor's team can chair in a week from a day on; what held before stays for the weeks before."""
    body = {"slots_per_week": slots_per_week, "from_on": from_on}
    with operation("set_review_slots", actor=actor, key=key, body=body) as entry:
        problems = []
        if actor.team is None:
            problems.append(Problem("Ask an administrator to put you in a team: slots are a team's"))
        if not 0 <= slots_per_week <= MOST_SLOTS:
            text = f"Reviews a week must be between 0 and {MOST_SLOTS}"
            problems.append(Problem(text, "slots_per_week"))
        if problems:
            raise Refused(*problems)
        row = ReviewSlots.objects.filter(team=actor.team, from_on=from_on).first() or ReviewSlots(
            team=actor.team, from_on=from_on
        )
        row.slots_per_week, row.recorded_by = slots_per_week, actor
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"review_slots:{row.pk}"
    return row
