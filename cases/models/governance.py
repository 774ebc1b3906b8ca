"""What watches over the trail: its seals, looks that were refused, and looks that a manager is to ask about."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.base import Versioned, tracked
from cases.models.staff import Council, Role, User


class Seal(models.Model):
    """That a table of the trail held exactly these rows: their hash, chained to the seal before.

    It covers the rows from `from_at`, nothing for the first seal, up to `to_at`, which it leaves out. `columns` are
    those that were hashed, so that a column added later changes no older seal.
    """

    table = models.CharField(max_length=60)
    from_at = models.DateTimeField(null=True)
    to_at = models.DateTimeField()
    rows = models.PositiveBigIntegerField()
    columns = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("table", "pk")
        constraints = (
            # Two sealers at once: the second finds the place taken.
            models.UniqueConstraint(fields=("table", "previous"), name="one_seal_after_another"),
        )

    def __str__(self) -> str:
        return f"seal {self.pk}"


class RefusedLook(models.Model):
    """Somebody asked for a page that is not there for them: because of its key, or of who they are.

    Written the same whether the record exists or not, so that the answer, its queries and its time tell neither.
    """

    at = models.DateTimeField(db_default=Now(), editable=False)
    council = models.ForeignKey(Council, models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    page = models.CharField(max_length=100)
    asked = models.CharField(max_length=100)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("council", "at"), name="refused_looks_of_a_day"),)

    def __str__(self) -> str:
        return f"refused look {self.pk}"


class UnusualLookingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> UnusualLookingQuerySet:
        """Who answers for the staff it is about: their first line manager, the senior managers for everybody; and
        information governance. Nobody their own."""
        if not user.is_active:
            return self.none()
        rows = self.filter(council=user.council_id).exclude(user=user.pk)
        if user.role in (Role.SENIOR_MANAGER, Role.INFORMATION_GOVERNANCE):
            return rows
        if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
            return rows.filter(user__team=user.team_id).exclude(user__role=Role.FIRST_LINE_MANAGER)
        return self.none()

    def to_answer(self) -> UnusualLookingQuerySet:
        return self.filter(answer="")


class UnusualLooking(Versioned):
    """One person's looks of one day that a manager is to ask about, and what came of it."""

    class Answer(models.TextChoices):
        EXPLAINED = "explained", "Explained"
        FOLLOW_UP = "follow_up", "Needs following up"

    council = models.ForeignKey(Council, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    on = models.DateField()
    found = models.CharField(max_length=30)
    # Keys of the cases, at most those first looked at.
    cases = models.JSONField(default=list)
    count = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = UnusualLookingQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "user", "found")
        constraints = (
            models.UniqueConstraint(fields=("user", "on", "found"), name="asked_about_once"),
            models.CheckConstraint(
                condition=Q(answer="") | (~Q(note="") & Q(answered_by__isnull=False)),
                name="an_answer_says_what_and_who",
            ),
        )

    def __str__(self) -> str:
        return f"unusual looking {self.pk}"
