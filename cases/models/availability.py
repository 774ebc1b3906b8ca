"""How much of a week somebody has for casework, and who does the work of somebody who is away."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate

from cases.models.base import Recorded, Versioned, tracked
from cases.models.staff import Role, User


def managed_by(user: User, path: str = "") -> Q:
    """Of rows that reach a member of staff by `path`: those of whom this user is a manager, and their own."""
    own = Q(**{f"{path}pk": user.pk}) if path else Q(pk=user.pk)
    if user.role == Role.SENIOR_MANAGER:
        return Q(**{f"{path}council": user.council_id})
    if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
        return own | Q(**{f"{path}team": user.team_id})
    return own


class AvailabilityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> AvailabilityQuerySet:
        """Their own, and those of the staff they manage."""
        return self.filter(managed_by(user, "user__")) if user.is_active else self.none()

    def on(self, day: date) -> AvailabilityQuerySet:
        return self.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)


class Availability(Recorded, Versioned):
    """That somebody has a shorter week than a full-time post, or part of it taken up otherwise, from a day on.

    Of several rows at once the shortest week counts, and the reductions add up. `to_on` is the last day.
    """

    class Reason(models.TextChoices):
        PART_TIME = "part_time", "Part time"
        NEWLY_QUALIFIED = "newly_qualified", "Newly qualified"
        PHASED_RETURN = "phased_return", "Phased return"
        LEAVE = "leave", "Leave or absence"
        UNION_DUTIES = "union_duties", "Union duties"
        COURT_DUTY = "court_duty", "Court duty"
        TRAINING = "training", "Training or study"
        OTHER_WORK = "other_work", "Other work for the service"

    user = models.ForeignKey(User, models.PROTECT, related_name="availability")
    weekly_hours = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    reduction_percent = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=20, choices=Reason)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    objects = AvailabilityQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("from_on", "pk")
        verbose_name_plural = "availability"
        constraints = (
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="availability_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(reduction_percent__lte=100), name="no_more_than_the_whole_week"
            ),
            models.CheckConstraint(
                condition=Q(weekly_hours=None) | Q(weekly_hours__gt=0, weekly_hours__lte=60),
                name="weekly_hours_of_one_person",
            ),
            models.CheckConstraint(
                condition=Q(weekly_hours__isnull=False) | Q(reduction_percent__gt=0),
                name="availability_says_hours_or_a_reduction",
            ),
        )

    def __str__(self) -> str:
        return f"availability {self.pk}"


class CoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> CoverQuerySet:
        """Who is away, who covers, and their managers."""
        if not user.is_active:
            return self.none()
        return self.filter(managed_by(user, "worker__") | managed_by(user, "by__"))

    def on(self, day: date) -> CoverQuerySet:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), from_on__lte=day, to_on__gte=day)

    def in_force(self) -> CoverQuerySet:
        """In force on the day it is in Scotland, which the database is asked for: part of the rule of sight."""
        day = TruncDate(Now())
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), from_on__lte=day, to_on__gte=day)


class Cover(Recorded, Versioned):
    """That somebody does the work of a colleague who is away, from a day to a day, both included.

    It gives sight of what the colleague holds, and moves nothing: after `to_on` it is over by itself. `ended_on` is
    the first day it no longer held, where it was ended early.
    """

    worker = models.ForeignKey(User, models.PROTECT, related_name="covered")
    by = models.ForeignKey(User, models.PROTECT, related_name="covering")
    from_on = models.DateField()
    to_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = CoverQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("from_on", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="cover_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(worker=F("by")), name="nobody_covers_for_themselves"),
        )
        indexes = (
            models.Index(fields=("by", "to_on"), name="cover_by_who_covers"),
        )  # CaseQuerySet.visible_to

    def __str__(self) -> str:
        return f"cover {self.pk}"
