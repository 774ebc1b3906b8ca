"""What must be done, by when, and when it was: derived rows that every list and every figure reads.

Nobody writes these rows but cases.timescales.refresh; they can be dropped and rebuilt at any time. What people
say about a timescale (why it was late, why it does not count) is an Explanation, kept apart.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from cases.models.base import Recorded, tracked
from cases.models.cases import Case
from cases.models.staff import Council, Team, User

# Conditions as values, so that they can stand in a filter and inside Count(filter=…) alike.
ON_TIME = Q(on_time=True)
COUNTED = Q(left_out="", excused="")


def met(on: date) -> Q:
    """Done by the end of this day: what is dated later is not known yet."""
    return Q(met_on__lte=on)


def unmet(on: date) -> Q:
    return Q(met_on=None) | Q(met_on__gt=on)


def lapsed(on: date) -> Q:
    """Out of every number: the order ended first, or the report was withdrawn."""
    return Q(lapsed=True, ended_on__lte=on)


def not_over(on: date) -> Q:
    """The order or other subject had not ended: what is not done is still to be done."""
    return Q(ended_on=None) | Q(ended_on__gt=on)


class TimescaleQuerySet(models.QuerySet):
    def visible_to(self, user: User, *, few: bool = False) -> TimescaleQuerySet:
        """`few`: ask of each row's own case, where other conditions leave few rows; else all are listed first."""
        cases = Case.objects.visible_to(user)
        if few:
            return self.filter(models.Exists(cases.filter(pk=models.OuterRef("case"))))
        return self.filter(case__in=cases)

    def undone(self) -> TimescaleQuerySet:
        """With no day on which it was done. On the present day that is what `open` asks too, since nothing is recorded
        for a day to come; said outright, it is read from the indexes of what is unmet."""
        return self.filter(met_on=None)

    def held_by(self, *workers: User) -> TimescaleQuerySet:
        return self.filter(worker__in=workers)

    def held_by_team(self, team: Team) -> TimescaleQuerySet:
        return self.filter(team=team)

    def open(self, on: date) -> TimescaleQuerySet:
        """Still to be done on this day."""
        return self.filter(unmet(on), not_over(on), starts_on__lte=on)

    def overdue(self, on: date) -> TimescaleQuerySet:
        return self.open(on).filter(due_on__lt=on)

    def due_between(self, first: date, last: date) -> TimescaleQuerySet:
        return self.filter(due_on__range=(first, last))

    def about(self, subject: str) -> TimescaleQuerySet:
        """About an order or other subject, and about what lies below it (its requirements, its breaches)."""
        return self.filter(Q(subject=subject) | Q(subject__startswith=f"{subject}/"))

    def unexplained(self, on: date) -> TimescaleQuerySet:
        """Late, and nobody has said why."""
        return self.filter(Q(on_time=False) | (unmet(on) & Q(due_on__lt=on)), late_reason="", lapsed=False)

    def without_notice(self, kind: str) -> TimescaleQuerySet:
        from cases.models.trail import Notice

        told = Notice.objects.filter(
            kind=kind,
            subject=models.OuterRef("subject"),
            clause=models.OuterRef("clause"),
            occurrence=models.OuterRef("occurrence"),
            due_on=models.OuterRef("due_on"),
        )
        return self.filter(~models.Exists(told))


class Timescale(models.Model):
    """One obligation: subject, clause, occurrence; due, met. Columns as justice.domain.timescales.Timescale."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="timescales")
    worker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", db_index=False)
    subject = models.CharField(max_length=60)
    clause = models.CharField(max_length=50)
    occurrence = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=50)
    edition = models.CharField(max_length=50)
    starts_on = models.DateField()
    due_on = models.DateField()
    due_by = models.TimeField(null=True)
    met_on = models.DateField(null=True)
    on_time = models.BooleanField(null=True)
    ended_on = models.DateField(null=True)
    lapsed = models.BooleanField(default=False)
    left_out = models.CharField(max_length=30, blank=True)
    days_taken = models.IntegerField(null=True)
    # Said by people (Explanation), copied here by refresh so that lists and figures ask one table.
    excused = models.CharField(max_length=30, blank=True)
    late_reason = models.CharField(max_length=40, blank=True)
    # performance.domain.period.Quarter.key of each date: figures and trends compare and group by these.
    starts_quarter = models.IntegerField()
    due_quarter = models.IntegerField()
    met_quarter = models.IntegerField(null=True)

    objects = TimescaleQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=("subject", "clause", "occurrence"), name="one_row_per_timescale"),
            models.CheckConstraint(
                condition=Q(met_on=None, on_time=None) | Q(met_on__isnull=False, on_time__isnull=False),
                name="met_rows_say_whether_on_time",
            ),
        )
        indexes = (
            # Overdue and due-soon lists of a worker and of a team
            models.Index(fields=("worker", "due_on"), condition=Q(met_on=None), name="unmet_by_worker"),
            models.Index(fields=("team", "due_on"), condition=Q(met_on=None), name="unmet_by_team"),
            models.Index(fields=("council", "due_on"), condition=Q(met_on=None), name="unmet_by_council"),
            # Figures dated by each of the three days
            models.Index(fields=("council", "clause", "starts_quarter"), name="figures_by_start"),
            models.Index(fields=("council", "clause", "due_quarter"), name="figures_by_due"),
            models.Index(fields=("council", "clause", "met_quarter"), name="figures_by_met"),
        )

    def __str__(self) -> str:
        return f"{self.clause} of {self.subject}, {self.occurrence}"


class ExplanationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ExplanationQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))


class Explanation(Recorded):
    """Why a timescale was late, or why it is left out of the figures: a national code, said by somebody.

    Kept by the timescale's identity, not by its row, so that rebuilding the rows loses nothing.
    """

    class Kind(models.TextChoices):
        LATE = "late", "Reason it was late"
        EXCUSED = "excused", "Reason it is left out of the figures"

    case = models.ForeignKey(Case, models.PROTECT, related_name="explanations")
    subject = models.CharField(max_length=60)
    clause = models.CharField(max_length=50)
    occurrence = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=40)
    note = models.CharField(max_length=500, blank=True)

    objects = ExplanationQuerySet.as_manager()
    history = tracked()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "clause", "occurrence", "kind"),
                name="one_explanation_of_a_kind_per_timescale",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.code}"
