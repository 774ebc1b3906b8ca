"""Risk and need, the plan, and its reviews. Completed assessments, approved plans and held reviews are never edited."""

from __future__ import annotations

from django.db import models

from assessments.domain import lscmi
from cases.models import Case, Recorded, User, tracked
from orders.models import Order


class _OfOrder(models.QuerySet):
    def visible_to(self, user: User) -> models.QuerySet:
        return self.filter(order__case__in=Case.objects.visible_to(user))


class Assessment(Recorded):
    """A completed assessment: scores and, beside the level that follows from them, an override. Add-only.

    The level of an LS/CMI is never stored: it is worked out from the total and the bands in force.
    """

    class Tool(models.TextChoices):
        LS_CMI = "ls_cmi", "LS/CMI"
        LSI_R_SV = "lsi_r_sv", "LSI-R:SV"
        ROSH = "rosh", "Risk of serious harm"
        SARA = "sara", "SARA"
        RM2000 = "rm2000", "Risk Matrix 2000"
        STABLE_2007 = "stable_2007", "Stable 2007"
        ACUTE_2007 = "acute_2007", "Acute 2007"
        YLS_CMI = "yls_cmi", "YLS/CMI"

    order = models.ForeignKey(Order, models.PROTECT, related_name="assessments")
    tool = models.CharField(max_length=20, choices=Tool)
    completed_on = models.DateField()
    total = models.PositiveSmallIntegerField(null=True, blank=True)
    # {"criminal_history": 4, …}: the sub-scores by the names of assessments.domain.lscmi
    sub_scores = models.JSONField(default=dict)
    # The level of a tool whose level does not follow from a score (RoSH, SARA, RM2000)
    stated_level = models.CharField(max_length=20, blank=True)
    override_level = models.CharField(max_length=20, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)

    objects = _OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-completed_on", "-pk")
        indexes = (models.Index(fields=("order", "tool", "completed_on"), name="assessments_of_an_order"),)

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    @property
    def level(self) -> str:
        """The level in words: of an LS/CMI as it follows from the score, of another tool as it was stated."""
        if self.tool == self.Tool.LS_CMI and self.total is not None:
            return lscmi.LEVELS[lscmi.level_of(self.total, lscmi.bands_on(self.completed_on))]
        return self.stated_level


class Plan(Recorded):
    """A case management plan as a first line manager approved it. Add-only: a change is a new plan."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="plans")
    approved_on = models.DateField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    summary = models.TextField(max_length=10_000, blank=True)

    objects = _OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-approved_on", "-pk")
        indexes = (models.Index(fields=("order", "approved_on"), name="plans_of_an_order"),)

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Review(Recorded):
    """A departmental review that was held, and the due date it was held for. Add-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    for_due_on = models.DateField(null=True, blank=True)
    chaired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    persons_views = models.TextField(max_length=5000, blank=True)
    decisions = models.TextField(max_length=5000, blank=True)

    objects = _OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-held_on", "-pk")
        indexes = (models.Index(fields=("order", "held_on"), name="reviews_of_an_order"),)

    def __str__(self) -> str:
        return f"review {self.pk}"
