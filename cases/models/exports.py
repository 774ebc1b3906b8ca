"""Lists of named people that leave the application, and looks that were stopped because there were too many."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.base import Recorded, Versioned, tracked
from cases.models.staff import Council, CouncilOwned, Role, User
from cases.models.trail import Consultation

AGREE: frozenset[str] = frozenset({Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.INFORMATION_GOVERNANCE})


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ExportQuerySet:
        """One's own; and for who may agree to one, the council's."""
        if not user.is_active:
            return self.none()
        if user.role in AGREE:
            return self.filter(council=user.council_id)
        return self.filter(recorded_by=user)

    def waiting(self, at: datetime) -> ExportQuerySet:
        """Asked for, neither agreed nor declined, and not yet lapsed."""
        return self.filter(decided_by=None, taken_at=None, lapses_at__gt=at)

    def agreed(self, at: datetime) -> ExportQuerySet:
        """Agreed, and still to be taken."""
        return self.filter(agreed=True, taken_at=None, lapses_at__gt=at)


class Export(Recorded, Versioned):
    """A list of named people that somebody took away, or asked to: why, for whom, and who agreed.

    No file is kept. `address` is the list's own, with its filters: they hold keys and days, never a name. Who was in
    the file stands in `consultation`.
    """

    class Reason(models.TextChoices):
        SUPERVISION = "supervision", "Supervision or a team meeting"
        WORK = "work", "Sharing out or planning work"
        COURT = "court", "A court, the Parole Board or MAPPA"
        FIGURES = "figures", "Checking or sending figures"
        AUDIT = "audit", "Audit or inspection"
        OTHER = "other", "Something else"

    class For(models.TextChoices):
        SELF = "self", "Only me"
        COLLEAGUE = "colleague", "A colleague in the council"
        OUTSIDE = "outside", "Somebody outside the council"

    council = models.ForeignKey(Council, models.PROTECT, related_name="exports")
    page = models.CharField(max_length=100)
    # What the list is, with the filters chosen, for whoever has to agree.
    words = models.CharField(max_length=500)
    address = models.CharField(max_length=2000)
    rows = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=Reason)
    why = models.CharField(max_length=300, blank=True)
    given_to = models.CharField(max_length=20, choices=For)
    recipient = models.CharField(max_length=200, blank=True)
    agreed = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    consultation = models.OneToOneField(Consultation, models.PROTECT, null=True, related_name="export")

    objects = ExportQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-recorded_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(agreed=None, decided_by=None, decided_at=None)
                | Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="an_export_decided_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(consultation=None) | Q(taken_at__isnull=False),
                name="only_an_export_taken_had_anybody_in_it",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("recorded_by")),
                name="nobody_agrees_to_their_own_export",
            ),
            models.CheckConstraint(
                condition=Q(agreed=None) | Q(agreed=True) | Q(taken_at=None),
                name="what_was_declined_is_not_taken",
            ),
        )

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def to_whom(self) -> str:
        """Who receives it, in words: "Only me" is whoever took it."""
        return self.recipient or (self.recorded_by.name if self.recorded_by else "")


class StopQuerySet(CouncilOwned):
    def visible_to(self, user: User) -> StopQuerySet:
        """One's own; the council's for information governance and senior managers, the team's for its manager."""
        rows = self.filter(council=user.council_id)
        if not user.is_active:
            return self.none()
        if user.role in (Role.SENIOR_MANAGER, Role.INFORMATION_GOVERNANCE):
            return rows
        if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
            return rows.filter(Q(user__team=user.team_id) | Q(user=user))
        return rows.filter(user=user)


class Stop(models.Model):
    """Somebody was shown no more: they had looked at as many people outside their own work as the budget has."""

    class Within(models.TextChoices):
        HOUR = "hour", "An hour"
        DAY = "day", "A day"

    at = models.DateTimeField(db_default=Now(), editable=False)
    council = models.ForeignKey(Council, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="stops")
    within = models.CharField(max_length=10, choices=Within)
    people = models.PositiveIntegerField()

    objects = StopQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("user", "-at"), name="stops_of_a_user"),)

    def __str__(self) -> str:
        return f"stop {self.pk}"
