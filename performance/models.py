"""Targets, the rule for red, amber and green, what was written about a quarter, and what was published of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from cases.models import Case, Council, Recorded, Team, User, Versioned, tracked
from cases.models.staff import CouncilOwned


class Target(Recorded, Versioned):
    """A council's own target for a KPI from a day on; without a row, the shipped target holds. No value: no target."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="targets")
    kpi = models.CharField(max_length=40)
    from_on = models.DateField()
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("kpi", "from_on")
        constraints = (
            models.UniqueConstraint(fields=("council", "kpi", "from_on"), name="one_target_per_kpi_and_day"),
            models.CheckConstraint(
                condition=models.Q(percent=None) | models.Q(percent__range=(0, 100)),
                name="target_is_a_percentage",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kpi} from {self.from_on:%d %B %Y}"


class RatingRule(Recorded, Versioned):
    """How far short of a target is amber, and how far is red, from a day on; `kpi` blank rules every KPI."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="rating_rules")
    kpi = models.CharField(max_length=40, blank=True)
    from_on = models.DateField()
    basis = models.CharField(
        max_length=10, choices=(("relative", "Per cent of the target"), ("points", "Percentage points"))
    )
    green_tolerance = models.DecimalField(max_digits=5, decimal_places=2)
    amber_tolerance = models.DecimalField(max_digits=5, decimal_places=2)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("kpi", "from_on")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "kpi", "from_on"), name="one_rating_rule_per_kpi_and_day"
            ),
            models.CheckConstraint(
                condition=models.Q(amber_tolerance__gt=models.F("green_tolerance")),
                name="amber_is_wider_than_green",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kpi or 'every KPI'} from {self.from_on:%d %B %Y}"


class Commentary(Recorded, Versioned):
    """What managers wrote about a quarter: achievements, and areas for improvement, one point to a line."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="commentaries")
    period = models.CharField(max_length=10)
    achievements = models.TextField(max_length=10_000, blank=True)
    improvements = models.TextField(max_length=10_000, blank=True)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        verbose_name_plural = "commentaries"
        constraints = (
            models.UniqueConstraint(fields=("council", "period"), name="one_commentary_per_quarter"),
        )

    def __str__(self) -> str:
        return f"commentary {self.period}"


class Return(models.Model):
    """A quarter's figures as they were published: frozen, never changed. A second publication is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, models.PROTECT, related_name="returns")
    period = models.CharField(max_length=10)
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    as_of = models.DateField()
    edition = models.CharField(max_length=1000)
    code_version = models.CharField(max_length=80)
    # The list of figures as shown: performance.figures.Figure.frozen
    figures = models.JSONField()
    achievements = models.TextField(blank=True)
    improvements = models.TextField(blank=True)

    objects = CouncilOwned.as_manager()

    class Meta:
        ordering = ("-published_at",)
        indexes = (models.Index(fields=("council", "period"), name="returns_of_a_quarter"),)

    def __str__(self) -> str:
        return f"return {self.period}"


class ReturnRow(models.Model):
    """One line of the list behind a published figure: frozen membership."""

    published = models.ForeignKey(Return, models.PROTECT, related_name="rows")
    kpi = models.CharField(max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=60)
    occurrence = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=50)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    counted = models.BooleanField()
    reason = models.CharField(max_length=300)

    objects = models.QuerySet.as_manager()

    class Meta:
        ordering = ("kpi", "reference", "pk")
        indexes = (models.Index(fields=("published", "kpi"), name="rows_of_a_return"),)

    def __str__(self) -> str:
        return f"{self.kpi} {self.subject}"


class KeptFigure(models.Model):
    """A figure as the nightly job found it: what moved since, and proof that yesterday's can be made again."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="+")
    day = models.DateField()
    period = models.CharField(max_length=10)
    kpi = models.CharField(max_length=40)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()

    objects = CouncilOwned.as_manager()

    class Meta:
        ordering = ("-day", "kpi")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "day", "period", "kpi"), name="one_kept_figure_per_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kpi} {self.period} on {self.day:%d %B %Y}"
