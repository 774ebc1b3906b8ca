"""Departmental reviews: planned, held or missed, what they decided, and the tasks that came of it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from assessments.domain.review import Absent, NotHeld
from assessments.models.base import OfOrder
from assessments.models.plans import Plan
from cases.models import Case, Recorded, User, Versioned, tracked
from orders.domain.codes import choices
from orders.models import Order


class Review(Recorded):
    """A departmental review that was held, and the due date it was held for. Add-only."""

    class Attendance(models.TextChoices):
        IN_PERSON = "in_person", "The person came"
        REMOTE = "remote", "The person took part by telephone or video"
        ABSENT = "absent", "The person was not there"

    class Outcome(models.TextChoices):
        AS_IT_IS = "as_it_is", "The order goes on as it is"
        PLAN_CHANGES = "plan_changes", "The order goes on with a changed plan"
        MORE_CONTACT = "more_contact", "The person is seen more often"
        LESS_CONTACT = "less_contact", "The person is seen less often"
        TO_COURT = "to_court", "An application goes to the court"

    order = models.ForeignKey(Order, models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    for_due_on = models.DateField(null=True, blank=True)
    chaired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Why it was not a first line manager, where one is expected
    chair_reason = models.CharField(max_length=500, blank=True)
    attendance = models.CharField(max_length=20, choices=Attendance, blank=True)
    discussion = models.TextField(max_length=10_000, blank=True)
    persons_views = models.TextField(max_length=5000, blank=True)
    partner_input = models.TextField(max_length=5000, blank=True)
    risk_changed = models.BooleanField(null=True, blank=True)
    risk_change = models.TextField(max_length=2000, blank=True)
    # Every decision in words, one a line; ReviewDecision says what becomes of each
    decisions = models.TextField(max_length=5000, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)

    objects = OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-held_on", "-pk")
        indexes = (models.Index(fields=("order", "held_on"), name="reviews_of_an_order"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(risk_change="") | Q(risk_changed=True),
                name="risk_change_said_only_where_it_changed",
            ),
        )

    def __str__(self) -> str:
        return f"review {self.pk}"

    @property
    def extra(self) -> bool:
        """Held besides those that were due: it meets nothing."""
        return self.for_due_on == self.held_on


class MeetingQuerySet(OfOrder):
    def planned(self) -> MeetingQuerySet:
        return self.filter(state=ReviewMeeting.State.PLANNED)


class ReviewMeeting(Recorded, Versioned):
    """A review that is arranged for a day, for a due date or, without one, besides those that are due."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        HELD = "held", "Held"
        MISSED = "missed", "Missed"
        REARRANGED = "rearranged", "Rearranged"
        CANCELLED = "cancelled", "Cancelled"

    order = models.ForeignKey(Order, models.PROTECT, related_name="review_meetings")
    for_due_on = models.DateField(null=True, blank=True)
    planned_on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    chaired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    chair_reason = models.CharField(max_length=500, blank=True)
    place = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.PLANNED)
    # Why it was missed, rearranged or cancelled
    reason = models.CharField(max_length=30, choices=choices(NotHeld), blank=True)
    note = models.CharField(max_length=500, blank=True)
    who_did_not_come = models.CharField(max_length=20, choices=choices(Absent), blank=True)
    review = models.OneToOneField(Review, models.PROTECT, null=True, blank=True, related_name="meeting")
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")

    objects = MeetingQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("planned_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "for_due_on"),
                condition=Q(state="planned"),
                name="one_planned_review_per_due_date",
            ),
            models.CheckConstraint(
                condition=(Q(state="held") & Q(review__isnull=False)) | (~Q(state="held") & Q(review=None)),
                name="held_meeting_has_its_review",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "held"), reason="")
                | (Q(state__in=("missed", "rearranged", "cancelled")) & ~Q(reason="")),
                name="meeting_that_was_not_held_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"review meeting {self.pk}"

    @property
    def subject(self) -> str:
        return f"review_meeting:{self.pk}"


class DecisionQuerySet(OfOrder):
    case_path = "review__order__case"

    def undone_plan_changes(self) -> DecisionQuerySet:
        """Changes to the plan that no plan approved on or after the day of the review has taken up."""
        later = Plan.objects.filter(
            order=OuterRef("review__order"), approved_on__gte=OuterRef("review__held_on")
        )
        return self.filter(
            ~Exists(later), becomes=ReviewDecision.Becomes.PLAN_CHANGE, review__order__ended_on=None
        )


class ReviewDecision(Recorded):
    """One thing a review decided, and what becomes of it. Add-only."""

    class Becomes(models.TextChoices):
        NOTHING = "nothing", "Nothing more is to be done"
        TASK = "task", "A task for somebody"
        PLAN_CHANGE = "plan_change", "A change to the plan"

    review = models.ForeignKey(Review, models.PROTECT, related_name="decisions_made")
    text = models.CharField(max_length=1000)
    becomes = models.CharField(max_length=20, choices=Becomes)

    objects = DecisionQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"decision {self.pk} of a review"


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> TaskQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))

    def open(self) -> TaskQuerySet:
        return self.filter(done_on=None, case__closed_on=None)

    def overdue(self, on: date) -> TaskQuerySet:
        return self.open().filter(by__lt=on)


class Task(Recorded, Versioned):
    """Something a review decided that somebody is to do by a day."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    order = models.ForeignKey(Order, models.PROTECT, related_name="tasks")
    review = models.ForeignKey(Review, models.PROTECT, related_name="tasks")
    text = models.CharField(max_length=1000)
    owner = models.ForeignKey(User, models.PROTECT, related_name="tasks")
    by = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_note = models.CharField(max_length=1000, blank=True)

    objects = TaskQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("by", "pk")
        indexes = (
            models.Index(fields=("owner", "by"), condition=Q(done_on=None), name="tasks_to_do_by_owner"),
        )

    def __str__(self) -> str:
        return f"task {self.pk}"

    @property
    def subject(self) -> str:
        return f"task:{self.pk}"
