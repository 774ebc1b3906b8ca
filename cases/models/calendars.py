"""What a council lays over the national calendar and the national standards: dated rows, never an edit."""

from __future__ import annotations

from django.db import models

from cases.models.base import Recorded, Versioned, tracked
from cases.models.staff import Council, CouncilOwned


class CalendarDay(Recorded, Versioned):
    """A weekday that a council closes, or works although it is a national holiday."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="calendar_days")
    day = models.DateField()
    name = models.CharField(max_length=100)
    closed = models.BooleanField(default=True)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("day",)
        constraints = (
            models.UniqueConstraint(fields=("council", "day"), name="one_calendar_row_per_council_and_day"),
        )

    def __str__(self) -> str:
        return f"{self.day:%d %B %Y}: {self.name}"


class LocalStandard(Recorded, Versioned):
    """A council's own period for one clause of the national standards, from a day on."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="local_standards")
    clause = models.CharField(max_length=50)
    in_force_from = models.DateField()
    within = models.JSONField(default=list)
    then_every = models.CharField(max_length=50, blank=True)
    source = models.CharField(max_length=200)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("clause", "in_force_from")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "clause", "in_force_from"), name="one_local_standard_per_clause_and_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.clause} from {self.in_force_from:%d %B %Y}"
