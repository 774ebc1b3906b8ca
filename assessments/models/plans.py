"""The case management plan, in versions: drafted with the person, submitted, returned or approved, then kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from assessments.models.assessments import Assessment
from assessments.models.base import OfGoal, OfOrder, OfPlan
from cases.models import Recorded, User, Versioned, tracked
from orders.models import Order


class PlanQuerySet(OfOrder):
    def approved(self) -> PlanQuerySet:
        """Approved plans, the one in force first."""
        return self.exclude(approved_on=None).order_by("-approved_on", "-pk")

    def unfinished(self) -> PlanQuerySet:
        """Being written, returned, or waiting for a manager."""
        return self.filter(approved_on=None)

    def awaiting_approval(self) -> PlanQuerySet:
        return self.filter(approved_on=None, submitted_on__isnull=False)


class Plan(Recorded, Versioned):
    """One version of an order's plan. Approved, it is never edited: a change is the next version."""

    class Agreement(models.TextChoices):
        YES = "yes", "The person agrees with the plan"
        NO = "no", "The person does not agree"
        COULD_NOT = "could_not", "The person could not be asked, or could not answer"

    order = models.ForeignKey(Order, models.PROTECT, related_name="plans")
    based_on = models.ForeignKey(Assessment, models.PROTECT, null=True, blank=True, related_name="plans")
    # What the plan says that is not a goal
    summary = models.TextField(max_length=10_000, blank=True)
    strengths = models.TextField(max_length=5000, blank=True)
    persons_views = models.TextField(max_length=5000, blank=True)
    contingency = models.TextField(max_length=5000, blank=True)
    agreement = models.CharField(max_length=20, choices=Agreement, blank=True)
    agreement_reason = models.CharField(max_length=1000, blank=True)
    discussed_on = models.DateField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PlanQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-approved_on", "-pk")
        indexes = (models.Index(fields=("order", "approved_on"), name="plans_of_an_order"),)
        constraints = (
            models.UniqueConstraint(
                fields=("order",), condition=Q(approved_on=None), name="one_plan_of_an_order_is_being_written"
            ),
        )

    def __str__(self) -> str:
        return f"plan {self.pk}"


class PlanReturn(Recorded):
    """A manager gave a plan back, with what to change. Add-only."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="returns")
    returned_on = models.DateField()
    comments = models.TextField(max_length=5000)

    objects = OfPlan.as_manager()
    history = tracked()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"return {self.pk} of a plan"


class Goal(Recorded):
    """What one version of a plan sets out to change, in the person's words.

    `continues` is the same goal one version before.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="goals")
    continues = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="continued_by")
    # One of assessments.domain.lscmi.MAXIMA, or "other"
    need = models.CharField(max_length=30)
    words = models.CharField(max_length=1000)
    measure = models.CharField(max_length=500, blank=True)
    by = models.DateField(null=True, blank=True)

    objects = OfPlan.as_manager()
    history = tracked()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"goal {self.pk}"


class Step(Recorded):
    """One thing somebody does towards a goal, and by when."""

    class Who(models.TextChoices):
        PERSON = "person", "The person"
        WORKER = "worker", "The caseworker"
        PARTNER = "partner", "A partner organisation"
        MANAGER = "manager", "The manager"

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=1000)
    who = models.CharField(max_length=20, choices=Who)
    by = models.DateField(null=True, blank=True)

    objects = OfGoal.as_manager()
    history = tracked()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"step {self.pk}"


class GoalProgress(Recorded):
    """Where a goal of an approved plan had got to on a day. Add-only: the latest says how it stands."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", "Not started"
        UNDER_WAY = "under_way", "Under way"
        ACHIEVED = "achieved", "Achieved"
        SET_BACK = "set_back", "Set back"
        NO_LONGER = "no_longer", "No longer needed"

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="progress")
    on = models.DateField()
    status = models.CharField(max_length=20, choices=Status)
    note = models.CharField(max_length=1000, blank=True)

    objects = OfGoal.as_manager()
    history = tracked()

    class Meta:
        ordering = ("on", "pk")
        verbose_name_plural = "progress of goals"

    def __str__(self) -> str:
        return f"progress {self.pk} of a goal"
