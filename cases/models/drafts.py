"""What somebody typed into a form and has not sent: theirs alone, and no part of anybody's record."""

from __future__ import annotations

from django.db import models

from cases.models.cases import Case
from cases.models.staff import User


class DraftQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> DraftQuerySet:
        """One's own, and nobody else's."""
        return self.filter(user=user.pk)

    def unfinished(self) -> DraftQuerySet:
        """Those with something in them, the newest first."""
        return self.exclude(data={}).order_by("-saved_at", "-pk")


class Draft(models.Model):
    """What one opening of a form's page holds, as it is typed.

    `stamp` is that opening's own: two tabs with the same form are two drafts, and neither writes over the other. Where
    `sent_at` is set the form was carried out or let go: the row is empty, and stays for a while so that a saving that
    arrives late brings nothing back.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="+")
    path = models.CharField(max_length=200)
    query = models.CharField(max_length=300, blank=True)
    stamp = models.UUIDField()
    # How often this opening was saved: what was sent earlier and arrives later is older.
    turn = models.PositiveIntegerField(default=0)
    # As the browser sends it: {"note": ["…"], "requirements": ["supervision", "programme"]}
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "stamp"), name="one_draft_per_opening"),)
        indexes = (models.Index(fields=("user", "path"), name="drafts_of_a_form"),)

    def __str__(self) -> str:
        return f"draft {self.pk}"
