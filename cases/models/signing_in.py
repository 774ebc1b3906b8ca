"""Who is signed in where, and the changes of a role that wait for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.base import Recorded, Versioned, tracked
from cases.models.staff import CouncilOwned, Role, User


class SignInQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SignInQuerySet:
        """One's own, and nobody else's."""
        return self.filter(user=user.pk)


class SignIn(models.Model):
    """One session of somebody's: what they need to tell it from another and to end it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(db_default=Now())
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class RoleChangeQuerySet(CouncilOwned):
    council_path = "user__council"

    def waiting(self) -> RoleChangeQuerySet:
        return self.filter(decision="")


class RoleChange(Recorded, Versioned):
    """A new role that one person asked for somebody and another must agree before it counts."""

    class Decision(models.TextChoices):
        AGREED = "agreed", "Agreed"
        DECLINED = "declined", "Declined"

    user = models.ForeignKey(User, models.PROTECT, related_name="role_changes")
    role = models.CharField(max_length=30, choices=Role)
    reason = models.CharField(max_length=500)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RoleChangeQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-recorded_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=Q(decision=""), name="one_waiting_role_change_per_person"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("recorded_by")),
                name="a_second_person_decides_a_role_change",
            ),
        )

    def __str__(self) -> str:
        return f"role change {self.pk}"
