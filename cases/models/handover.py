"""A caseload that was handed over in one go: who had what, who has it now, and whether it was undone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models.base import Recorded, Versioned, tracked
from cases.models.cases import Allocation, Case
from cases.models.staff import Council, Role, User


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> HandoverQuerySet:
        """Managers: a first line manager those they made, a senior manager the council's."""
        if not user.is_active:
            return self.none()
        if user.role == Role.SENIOR_MANAGER:
            return self.filter(council=user.council_id)
        return self.filter(recorded_by=user)


class Handover(Recorded, Versioned):
    """What one member of staff held and others took over, on one day, by one decision of a manager."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="handovers")
    leaver = models.ForeignKey(User, models.PROTECT, related_name="handovers")
    on = models.DateField()
    reason = models.CharField(max_length=300)
    undone_on = models.DateField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = HandoverQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-recorded_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(undone_on=None, undone_by=None)
                | Q(undone_on__isnull=False, undone_by__isnull=False),
                name="an_undone_handover_says_by_whom",
            ),
        )

    def __str__(self) -> str:
        return f"handover {self.pk}"


class HandoverLineQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> HandoverLineQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))


class HandoverLine(Recorded):
    """A case, or one order in it, that changed hands: the row that ended and the row that began."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="lines")
    case = models.ForeignKey(Case, models.PROTECT, related_name="handover_lines")
    subject = models.CharField(max_length=60, blank=True)
    from_allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="+")
    # Nothing once the handover was undone: the row that began is then gone, and its copies are kept.
    to_allocation = models.ForeignKey(Allocation, models.PROTECT, null=True, related_name="+")
    note = models.TextField(max_length=2000, blank=True)

    objects = HandoverLineQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("handover", "case", "subject"), name="one_line_per_subject_of_a_handover"
            ),
        )

    def __str__(self) -> str:
        return f"handover line {self.pk}"
