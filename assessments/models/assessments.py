"""Risk and need, as instruments find them. A completed assessment is never edited."""

from __future__ import annotations

from django.db import models

from assessments.domain import lscmi
from assessments.models.base import OfAssessment, OfOrder
from cases.models import Recorded, tracked
from orders.models import Order


class Assessment(Recorded):
    """A completed assessment: scores and, beside the level that follows from them, an override. Add-only.

    The level of an LS/CMI is never stored: it is worked out from the total and the bands in force. A record that was
    wrong stays as it is: another corrects it.
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
        CRIME_PICS_II = "crime_pics_ii", "Crime-PICS II"
        OUTCOME_STAR = "outcome_star", "Outcome Star"

    class Reason(models.TextChoices):
        COURT_REPORT = "court_report", "For a court report"
        INITIAL = "initial", "At the start of the order"
        REVIEW = "review", "For a review, or after a change"
        TRANSFER = "transfer", "At a transfer between areas"
        CLOSURE = "closure", "At the end of the order"

    class Override(models.TextChoices):
        CLIENT_BASED = "client_based", "Professional judgement about the person"
        ADMINISTRATIVE = "administrative", "Policy or administrative rule"

    order = models.ForeignKey(Order, models.PROTECT, related_name="assessments")
    tool = models.CharField(max_length=20, choices=Tool)
    completed_on = models.DateField()
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    # LS/CMI only: {"1": 1, "15": 2, "16": null}: yes is 1, no is 0, a rating is 0 to 3, left out is null.
    # Empty where the licensed system holds the items.
    answers = models.JSONField(default=dict, blank=True)
    total = models.PositiveSmallIntegerField(null=True, blank=True)
    # {"criminal_history": 4, …}: the sub-scores by the names of assessments.domain.lscmi
    sub_scores = models.JSONField(default=dict)
    # ["family_marital", …]: the subcomponents in which the person is strong; they do not change the score
    strengths = models.JSONField(default=list, blank=True)
    # The level of a tool whose level does not follow from a score (RoSH, SARA, RM2000)
    stated_level = models.CharField(max_length=20, blank=True)
    override_kind = models.CharField(max_length=20, choices=Override, blank=True)
    override_level = models.CharField(max_length=20, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )

    objects = OfOrder.as_manager()
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


class Countersignature(Recorded):
    """A first line manager agreed with an override. Add-only; about one record, so another record asks again."""

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="countersignature")
    signed_on = models.DateField()
    comment = models.CharField(max_length=500, blank=True)

    objects = OfAssessment.as_manager()
    history = tracked()

    def __str__(self) -> str:
        return f"countersignature {self.pk}"
