"""How many reviews a team can chair in a week."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models.base import Recorded, Versioned, tracked
from cases.models.staff import CouncilOwned, Team

MOST_SLOTS = 100


class ReviewSlotsQuerySet(CouncilOwned):
    council_path = "team__council"


class ReviewSlots(Recorded, Versioned):
    """The departmental reviews that a team's manager can chair in a week, from a day on."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="review_slots")
    from_on = models.DateField()
    slots_per_week = models.PositiveSmallIntegerField()

    objects = ReviewSlotsQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("team", "from_on")
        verbose_name_plural = "review slots"
        constraints = (
            models.UniqueConstraint(
                fields=("team", "from_on"), name="one_number_of_review_slots_per_team_and_day"
            ),
            models.CheckConstraint(
                condition=Q(slots_per_week__lte=MOST_SLOTS), name="review_slots_are_as_many_as_a_week_holds"
            ),
        )

    def __str__(self) -> str:
        return f"review slots {self.pk}"
