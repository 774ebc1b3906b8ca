"""A council's own bands of the LS/CMI total, and the records whose scores do not add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from assessments.domain import lscmi
from assessments.models.base import OfAssessment
from cases.models import Recorded, Versioned, tracked
from cases.models.staff import Council, CouncilOwned

HIGHEST = lscmi.HIGHEST
# The columns that make a row's bands, as one value: so a query that reads assessments brings them along.
AS_ONE = JSONObject(
    in_force_from="in_force_from",
    very_low="very_low_to",
    low="low_to",
    medium="medium_to",
    high="high_to",
    source="source",
)


class LevelBandsQuerySet(CouncilOwned):
    def in_force(self, on: Any) -> LevelBandsQuerySet:
        """Those in force by a day, the latest first: the first holds."""
        return self.filter(in_force_from__lte=on).order_by("-in_force_from")


class LevelBands(Recorded, Versioned):
    """Where a council's levels of the LS/CMI total begin and end, for assessments completed from a day on."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="level_bands")
    in_force_from = models.DateField()
    # The highest total of each level; very high is all above.
    very_low_to = models.PositiveSmallIntegerField()
    low_to = models.PositiveSmallIntegerField()
    medium_to = models.PositiveSmallIntegerField()
    high_to = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)

    objects = LevelBandsQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("in_force_from",)
        verbose_name_plural = "level bands"
        constraints = (
            models.UniqueConstraint(fields=("council", "in_force_from"), name="one_row_of_bands_per_day"),
            models.CheckConstraint(
                condition=Q(low_to__gt=F("very_low_to"))
                & Q(medium_to__gt=F("low_to"))
                & Q(high_to__gt=F("medium_to"))
                & Q(high_to__lt=HIGHEST),
                name="bands_ascend_and_leave_a_very_high",
            ),
        )

    def __str__(self) -> str:
        return f"bands from {self.in_force_from:%d %B %Y}"

    @property
    def bands(self) -> lscmi.Bands:
        highest = {
            "very_low": self.very_low_to,
            "low": self.low_to,
            "medium": self.medium_to,
            "high": self.high_to,
        }
        return lscmi.Bands(
            f"local-{self.in_force_from.isoformat()}",
            self.in_force_from,
            {**highest, "very_high": HIGHEST},
            self.source,
        )


def read_bands(found: Mapping[str, Any]) -> lscmi.Bands:
    """Bands from the one value that a query brought along."""
    day = date.fromisoformat(found["in_force_from"])
    highest = {level: found[level] for level in lscmi.LEVELS if level in found}
    return lscmi.Bands(f"local-{day.isoformat()}", day, {**highest, "very_high": HIGHEST}, found["source"])


class WithBands(models.Manager):
    """Brings with each assessment its council's own bands of the day it was completed, without a query more."""

    def get_queryset(self) -> QuerySet:
        own = LevelBands.objects.filter(council=OuterRef("order__council")).in_force(OuterRef("completed_on"))
        return super().get_queryset().annotate(own_bands=Subquery(own.values_list(AS_ONE)[:1]))


class ScoreMismatchQuerySet(OfAssessment):
    def standing(self) -> ScoreMismatchQuerySet:
        """Not settled, and of records that nobody has corrected since."""
        return self.filter(settled_at=None, assessment__corrected_by=None)


class ScoreMismatch(models.Model):
    """A record whose numbers do not follow from one another, as the nightly check found it. Rebuilt every night."""

    assessment = models.OneToOneField("assessments.Assessment", models.PROTECT, related_name="score_mismatch")
    # The codes of assessments.domain.soundness.WORDS
    codes = models.JSONField(default=list)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ScoreMismatchQuerySet.as_manager()

    class Meta:
        ordering = ("found_at", "pk")
        verbose_name_plural = "score mismatches"

    def __str__(self) -> str:
        return f"mismatch {self.pk}"
