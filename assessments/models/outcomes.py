"""What was measured of an order at its start, at reviews and at its end, and what people said of it when it ended."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from assessments.domain import outcomes
from assessments.models.base import OfOrder
from assessments.models.reviews import Review
from cases.models import Allocation, Case, Council, Recorded, Role, User
from orders.models import Order


class OutcomeReadingQuerySet(OfOrder):
    def standing(self) -> OutcomeReadingQuerySet:
        """Of each measure at each point the reading that was recorded last: a later one corrects an earlier.

        Reviews are told apart by their day.
        """
        same = OutcomeReading.objects.filter(
            order=OuterRef("order"), point=OuterRef("point"), measure=OuterRef("measure")
        ).filter(~Q(point=outcomes.REVIEW) | Q(on=OuterRef("on")))
        return self.filter(pk=Subquery(same.order_by("-pk").values("pk")[:1]))


class OutcomeReading(Recorded):
    """One measure at one point of an order. Add-only: what was wrong is corrected by a later reading."""

    class Point(models.TextChoices):
        START = outcomes.START, "At the start"
        REVIEW = outcomes.REVIEW, "At a review"
        END = outcomes.END, "At the end"

    class Answer(models.TextChoices):
        GIVEN = outcomes.GIVEN, "Answered"
        DECLINED = outcomes.DECLINED, "Declined to answer"
        NOT_ASKED = outcomes.NOT_ASKED, "Not asked"

    class By(models.TextChoices):
        PERSON = "person", "The person’s own answers"
        WORKER = "worker", "The worker’s judgement"

    order = models.ForeignKey(Order, models.PROTECT, related_name="outcome_readings")
    point = models.CharField(max_length=10, choices=Point)
    on = models.DateField()
    review = models.ForeignKey(Review, models.PROTECT, null=True, blank=True, related_name="outcome_readings")
    # The key of a measure of assessments.domain.outcomes, and of the edition that it was asked by
    measure = models.CharField(max_length=30)
    edition = models.CharField(max_length=30)
    answer = models.CharField(max_length=10, choices=Answer)
    value = models.SmallIntegerField(null=True, blank=True)
    by = models.CharField(max_length=10, choices=By)

    objects = OutcomeReadingQuerySet.as_manager()

    class Meta:
        ordering = ("on", "pk")
        # The report asks for the latest reading of an order's measure at a point.
        indexes = (models.Index(fields=("order", "point", "measure"), name="outcome_readings_of_an_order"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(answer="given", value__isnull=False) | (~Q(answer="given") & Q(value=None)),
                name="outcome_has_a_value_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(review=None) | Q(point="review"), name="only_a_review_reading_names_a_review"
            ),
        )

    def __str__(self) -> str:
        return f"outcome reading {self.pk}"


class FeedbackRequestQuerySet(OfOrder):
    def of_token(self, token: str, on: date) -> FeedbackRequestQuerySet:
        """The request a link stands for, while the link can still be used: in time, and nobody has answered."""
        answered = FeedbackRequest.objects.filter(order=OuterRef("order"), answered=True)
        rows = self.filter(token_hash=hash_of(token), expires_on__gte=on)
        return rows.filter(~Exists(answered))


def hash_of(token: str) -> str:
    """What is kept of a token. Typed from paper, it is the same with capitals or without its hyphens."""
    return hashlib.sha256(token.lower().replace("-", "").encode()).hexdigest()


class FeedbackRequest(Recorded):
    """Somebody was asked what they thought of their order, by a link or on paper.

    Of a link only the hash is kept. That it was answered has no time: it would lead from a nameless answer to its
    author. For the same reason there are no row copies.
    """

    class Channel(models.TextChoices):
        TEXT = "text", "Text message"
        EMAIL = "email", "Email"
        PAPER = "paper", "Address handed over on paper"
        FORM = "form", "Paper questionnaire"

    order = models.ForeignKey(Order, models.PROTECT, related_name="feedback_requests")
    channel = models.CharField(max_length=10, choices=Channel)
    asked_on = models.DateField()
    expires_on = models.DateField()
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    answered = models.BooleanField(default=False)

    objects = FeedbackRequestQuerySet.as_manager()

    class Meta:
        ordering = ("asked_on", "pk")
        indexes = (models.Index(fields=("token_hash",), name="feedback_requests_by_link"),)
        constraints = (
            models.UniqueConstraint(
                fields=("token_hash",), condition=~Q(token_hash=""), name="one_request_of_a_link"
            ),
            models.UniqueConstraint(
                fields=("order",), condition=Q(answered=True), name="feedback_of_an_order_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("asked_on")), name="feedback_link_expires_after_it_is_sent"
            ),
        )

    def __str__(self) -> str:
        return f"feedback request {self.pk}"


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> FeedbackQuerySet:
        """The one rule about who reads what people said: first line managers and performance officers.

        Of an answer that was given with a name, whoever holds the case or the order is left out until the order has
        ended: nobody reads about their own work while they still decide about the person.
        """
        if not user.is_active or user.role not in READERS:
            return self.none()
        rows = self.filter(
            Q(order=None, council=user.council_id) | Q(order__case__in=Case.objects.visible_to(user))
        )
        own = Allocation.objects.filter(case=OuterRef("order__case"), worker=user, to_on=None)
        return rows.filter(Q(order=None) | Q(order__ended_on__isnull=False) | ~Exists(own))


READERS: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER})


class Feedback(models.Model):
    """What somebody answered when their order ended. Add-only.

    Without a name there is no order and no day, only the quarter; the key is random, so that the order in which
    answers came tells nothing either.
    """

    class How(models.TextChoices):
        LINK = "link", "By a link"
        PAPER = "paper", "On paper"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, models.PROTECT, related_name="feedback")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="feedback")
    given_on = models.DateField(null=True, blank=True)
    # Of the day the order ended or, before that, of the day of the answer: justice.domain.calendar.quarter_key
    quarter = models.PositiveIntegerField()
    how = models.CharField(max_length=10, choices=How)
    edition = models.CharField(max_length=30)
    # {"respect": 1, …}: the number of the answer to each question; what was left out is not there
    answers = models.JSONField(default=dict)
    comment = models.TextField(max_length=outcomes.LONGEST_COMMENT, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ("-quarter", "pk")
        indexes = (models.Index(fields=("council", "quarter"), name="feedback_of_a_quarter"),)
        verbose_name_plural = "feedback"
        constraints = (
            models.CheckConstraint(
                condition=Q(order=None, given_on=None) | Q(order__isnull=False, given_on__isnull=False),
                name="feedback_without_a_name_has_no_day",
            ),
        )

    def __str__(self) -> str:
        return f"feedback {self.pk}"
