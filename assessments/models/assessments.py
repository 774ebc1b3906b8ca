"""Risk and need, as instruments find them. A completed assessment is never edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from assessments.domain import lscmi, tools
from assessments.models.base import OfAssessment, OfOrder
from assessments.models.scores import AS_ONE, LevelBands, WithBands, read_bands
from cases.models import Recorded, User, tracked
from orders.models import Order


class AssessmentQuerySet(OfOrder):
    def standing(self) -> AssessmentQuerySet:
        """Those that no other record corrects."""
        return self.filter(corrected_by=None)

    def before(self, assessment: Assessment) -> AssessmentQuerySet:
        """Scored records of the same tool and person completed before this one, or recorded before it on the same day;
        the latest first."""
        earlier = Q(completed_on__lt=assessment.completed_on)
        earlier |= Q(completed_on=assessment.completed_on, pk__lt=assessment.pk)
        of_person = self.filter(
            order__case=assessment.order.case_id, tool=assessment.tool, total__isnull=False
        )
        return of_person.filter(earlier).order_by("-completed_on", "-pk")

    def awaiting_countersignature(self) -> AssessmentQuerySet:
        """Standing overrides on orders that have not ended, which no manager has countersigned."""
        standing = self.standing().exclude(override_level="")
        return standing.filter(countersignature=None, order__ended_on=None)

    def to_countersign_by(self, user: User) -> AssessmentQuerySet:
        """Of those, the ones that somebody else recorded: nobody countersigns their own."""
        return self.awaiting_countersignature().exclude(recorded_by=user).order_by("completed_on", "pk")


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
    # The answers that do not usually stand together and were said to be right: keys of assessments.domain.lscmi_answers
    acknowledged = models.JSONField(default=list, blank=True)
    # The level of a tool whose level does not follow from a score (RoSH, SARA, RM2000)
    stated_level = models.CharField(max_length=20, blank=True)
    override_kind = models.CharField(max_length=20, choices=Override, blank=True)
    override_level = models.CharField(max_length=20, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(max_length=500, blank=True)

    # The council's own bands of the day, where the query brought them along.
    own_bands: Mapping[str, Any] | None

    objects = WithBands.from_queryset(AssessmentQuerySet)()
    history = tracked()

    class Meta:
        ordering = ("-completed_on", "-pk")
        indexes = (models.Index(fields=("order", "tool", "completed_on"), name="assessments_of_an_order"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="")
                | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                name="a_corrected_assessment_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    @property
    def bands(self) -> lscmi.Bands:
        """The bands in force in its council on the day it was completed. A row read without them asks once."""
        if "own_bands" not in self.__dict__:
            rows = LevelBands.objects.filter(council__orders=self.order_id).in_force(self.completed_on)
            self.own_bands = rows.values_list(AS_ONE, flat=True).first()
        return read_bands(self.own_bands) if self.own_bands else lscmi.bands_on(self.completed_on)

    @property
    def level_code(self) -> str:
        """The level as it follows from the score, else as it was stated; nothing for an impossible score."""
        if self.tool != self.Tool.LS_CMI:
            derived = ""
            if self.tool in tools.codes():
                derived = tools.tool_on(self.tool, self.completed_on).level_of(self.total)
            return derived or self.stated_level
        if self.total is None or not 0 <= self.total <= lscmi.HIGHEST:
            return ""
        return lscmi.level_of(self.total, self.bands)

    @property
    def level(self) -> str:
        """The level in words."""
        return tools.LEVELS.get(self.level_code, self.level_code)

    @property
    def answered(self) -> dict[int, int | None]:
        """The answers by number; empty where only scores are kept."""
        return {int(item): answer for item, answer in self.answers.items()}

    @property
    def mismatches(self) -> tuple[str, ...]:
        """What of an LS/CMI does not follow from the rest of it: none where all agrees, or for another tool."""
        if self.tool != self.Tool.LS_CMI:
            return ()
        return lscmi.mismatches(self.answered, self.sub_scores, self.total)


class Countersignature(Recorded):
    """A first line manager agreed with an override. Add-only; about one record, so another record asks again."""

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="countersignature")
    signed_on = models.DateField()
    comment = models.CharField(max_length=500, blank=True)

    objects = OfAssessment.as_manager()
    history = tracked()

    def __str__(self) -> str:
        return f"countersignature {self.pk}"
