"""The case management plan, in versions: drafted with the person, submitted, returned or approved, then kept."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from assessments.models.assessments import Assessment
from assessments.models.base import OfGoal, OfOrder, OfPlan
from cases import permissions
from cases.models import Recorded, User, Versioned, tracked
from orders.models import Order


class PlanQuerySet(OfOrder):
    def approved(self) -> PlanQuerySet:
        """Approved plans, the one in force first."""
        return self.exclude(approved_on=None).order_by("-approved_on", "-pk")

    def unfinished(self) -> PlanQuerySet:
        """Being written, returned, or waiting for a manager."""
        return self.filter(approved_on=None, discarded_on=None)

    def awaiting_approval(self) -> PlanQuerySet:
        """Submitted and with a manager, the longest first."""
        return self.unfinished().filter(submitted_on__isnull=False).order_by("submitted_on", "pk")


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
    # Why needs that were found high have no goal
    unmet_because = models.CharField(max_length=1000, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # A draft that was let go stays on the record and counts for nothing.
    discarded_on = models.DateField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-approved_on", "-pk")
        indexes = (models.Index(fields=("order", "approved_on"), name="plans_of_an_order"),)
        constraints = (
            models.UniqueConstraint(
                fields=("order",),
                condition=Q(approved_on=None, discarded_on=None),
                name="one_plan_of_an_order_is_being_written",
            ),
            models.CheckConstraint(
                condition=Q(submitted_on=None)
                | Q(discussed_on__isnull=False, agreement="yes")
                | (
                    Q(discussed_on__isnull=False, agreement__in=("no", "could_not")) & ~Q(agreement_reason="")
                ),
                name="a_submitted_plan_says_whether_the_person_agrees",
            ),
            models.CheckConstraint(
                condition=Q(approved_on=None) | Q(submitted_on=None) | Q(approved_on__gte=F("submitted_on")),
                name="a_plan_is_approved_after_it_is_submitted",
            ),
            models.CheckConstraint(
                condition=Q(discarded_on=None) | Q(approved_on=None, submitted_on=None),
                name="only_a_draft_is_discarded",
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

    class Meta:
        ordering = ("on", "pk")
        verbose_name_plural = "progress of goals"

    def __str__(self) -> str:
        return f"progress {self.pk} of a goal"


class ContactStage(Recorded):
    """How often contact was agreed from a day on, and by what means."""

    class Means(models.TextChoices):
        OFFICE = "office", "Seen at the office"
        HOME_VISIT = "home_visit", "Seen at home"
        PARTNER = "partner", "Through another agency"
        TELEPHONE = "telephone", "By telephone"
        LETTER = "letter", "By letter"
        TEXT = "text", "By text message"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="stages")
    from_on = models.DateField()
    every_weeks = models.PositiveSmallIntegerField()
    means = models.CharField(max_length=20, choices=Means)
    # Why it asks for less than is proposed
    looser_because = models.CharField(max_length=500, blank=True)

    objects = OfPlan.as_manager()
    history = tracked()

    class Meta:
        ordering = ("from_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(every_weeks__gte=1, every_weeks__lte=26), name="contact_every_1_to_26_weeks"
            ),
            models.UniqueConstraint(fields=("plan", "from_on"), name="one_contact_stage_from_a_day"),
        )

    def __str__(self) -> str:
        return f"contact stage {self.pk}"


class Intervention(Recorded, Versioned):
    """A programme, or another organisation's help, towards a goal: referred, begun, ended, and what came of it."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", "Offending behaviour programme"
        SUBSTANCE = "substance", "Alcohol or drug service"
        MENTAL_HEALTH = "mental_health", "Mental health service"
        EMPLOYABILITY = "employability", "Employability or education"
        HOUSING = "housing", "Housing support"
        FAMILY = "family", "Family or parenting support"
        MENTORING = "mentoring", "Mentoring"
        OTHER = "other", "Other support"

    class Outcome(models.TextChoices):
        COMPLETED = "completed", "Completed"
        PARTLY = "partly", "Partly completed"
        LEFT = "left", "The person left it"
        NOT_ACCEPTED = "not_accepted", "The referral was not accepted"
        NOT_STARTED = "not_started", "Never started"
        PROVIDER_ENDED = "provider_ended", "The organisation ended it"
        NO_LONGER = "no_longer", "No longer needed"

    # What cannot have begun, and so needs no first day.
    NEVER_BEGAN: Final = frozenset({Outcome.NOT_ACCEPTED, Outcome.NOT_STARTED, Outcome.NO_LONGER})

    order = models.ForeignKey(Order, models.PROTECT, related_name="interventions")
    goal = models.ForeignKey(Goal, models.PROTECT, null=True, blank=True, related_name="interventions")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    referred_on = models.DateField()
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    objects = OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("ended_on").desc(nulls_first=True), "-referred_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_on=None, outcome="") | (Q(ended_on__isnull=False) & ~Q(outcome="")),
                name="an_intervention_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=(Q(started_on=None) | Q(started_on__gte=F("referred_on")))
                & (Q(ended_on=None) | Q(ended_on__gte=F("referred_on")))
                & (Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on"))),
                name="an_interventions_dates_are_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"intervention {self.pk}"


class _OfVictimsOfPlan(models.QuerySet):
    def visible_to(self, user: User) -> _OfVictimsOfPlan:
        """Only through cases.permissions, where the one rule about victims stands."""
        seen = permissions.cases_whose_victims_are_seen_by(user).filter(pk=OuterRef("plan__order__case"))
        return self.filter(Exists(seen))


class VictimSafety(Recorded, Versioned):
    """What a plan does to keep victims safe: apart from the plan, on no other page, in no export or document."""

    plan = models.OneToOneField(Plan, models.PROTECT, related_name="victim_safety")
    text = models.TextField(max_length=5000)

    objects = _OfVictimsOfPlan.as_manager()
    history = tracked()

    class Meta:
        verbose_name_plural = "victim safety"

    def __str__(self) -> str:
        return f"victim safety {self.pk}"
