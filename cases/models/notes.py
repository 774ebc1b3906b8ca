"""Notes about a case: what was said, seen or decided, in words."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cases.models.base import Recorded, tracked
from cases.models.cases import Allocation, Case
from cases.models.staff import Role, User


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> NoteQuerySet:
        """The notes on the cases somebody may see.

        A sensitive one only for who wrote it, who holds the case or an order in it, and the first line manager of a
        team that holds it. Who is excluded from the record sees neither kind: it begins at the case.
        """
        seen = self.filter(case__in=Case.objects.visible_to(user))
        if user.role == Role.SYSTEM:
            return seen
        held = Allocation.objects.filter(case=OuterRef("case"), to_on=None)
        sight = Q(sensitive=False) | Q(recorded_by=user.pk) | Q(Exists(held.filter(worker=user.pk)))
        if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
            sight |= Q(Exists(held.filter(team=user.team_id)))
        return seen.filter(sight)

    def standing(self) -> NoteQuerySet:
        """Without those that a later correction replaced."""
        return self.filter(corrected_by=None)


class Note(Recorded):
    """Something written about a case. Add-only: a correction is a new row that replaces this one, with its reason."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    # The key of a template in cases/data/note_templates.toml.
    kind = models.CharField(max_length=30)
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    text = models.TextField(max_length=20_000)
    # Shown to fewer people. It can be made so later, and never unmade.
    sensitive = models.BooleanField(default=False)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(max_length=300, blank=True)

    objects = NoteQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "-pk")
        indexes = (models.Index(fields=("case", "-on"), name="notes_of_a_case"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="")
                | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                name="corrected_note_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"note {self.pk}"
