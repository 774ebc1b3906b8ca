"""What was done about an order: contacts, unpaid work attendance and its hours, breaches, releases."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from cases.models import Case, Council, Recorded, User, Versioned, tracked
from orders.domain.throughcare import Licence
from orders.models.orders import Order, Requirement


class OfOrder(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(order__case__in=Case.objects.visible_to(user))


class Contact(Recorded):
    """Somebody was seen, spoken to or visited, or should have been. Add-only."""

    class Kind(models.TextChoices):
        FIRST_CONTACT = "first_contact", "First direct contact"
        INDUCTION = "induction", "Induction or first case management meeting"
        SUPERVISION = "supervision", "Supervision appointment"
        HOME_VISIT = "home_visit", "Home visit"
        TELEPHONE = "telephone", "Telephone call"
        OTHER = "other", "Other contact"

    order = models.ForeignKey(Order, models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=20, choices=Kind)
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    attended = models.BooleanField()
    note = models.TextField(max_length=10_000, blank=True)

    objects = OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "-pk")
        indexes = (models.Index(fields=("order", "-on"), name="contacts_of_an_order"),)

    def __str__(self) -> str:
        return f"contact {self.pk}"


class AttendanceQuerySet(OfOrder):
    def standing(self) -> AttendanceQuerySet:
        """Without those that a later correction replaced."""
        return self.filter(corrected_by=None)

    def with_lines(self) -> AttendanceQuerySet:
        """Each with the lines of hours it credited, and the requirement of each line."""
        return self.prefetch_related(
            models.Prefetch("lines", HoursLine.objects.select_related("requirement").order_by("pk"))
        )


class Attendance(Recorded):
    """What happened at one unpaid work session. Add-only: a correction is a new row that replaces this one."""

    class Outcome(models.TextChoices):
        ATTENDED = "attended", "Attended"
        # Whether it was acceptable is still to be decided, by somebody who may: the Absence says so.
        ABSENT = "absent", "Did not attend"
        ACCEPTABLE_ABSENCE = "acceptable_absence", "Acceptable absence"
        UNACCEPTABLE_ABSENCE = "unacceptable_absence", "Unacceptable absence"
        SENT_HOME_BY_SERVICE = "sent_home_by_service", "Sent home by the service"
        # There was no such session: another person's, or none. Only a correction says so.
        RECORDED_IN_ERROR = "recorded_in_error", "Recorded in error"

        @classmethod
        def of_a_session(cls) -> list[tuple[str, str]]:
            """What may have happened at a session, with its words: what a register asks."""
            return [pair for pair in cls.choices if pair[0] != cls.RECORDED_IN_ERROR]

    order = models.ForeignKey(Order, models.PROTECT, related_name="attendances")
    on = models.DateField()
    outcome = models.CharField(max_length=30, choices=Outcome)
    minutes_worked = models.PositiveSmallIntegerField(default=0)
    other_activity = models.BooleanField(default=False)
    placement = models.CharField(max_length=100, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(max_length=300, blank=True)

    objects = AttendanceQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "-pk")
        indexes = (
            models.Index(fields=("order", "on"), name="attendance_of_an_order"),
            models.Index(fields=("on", "outcome"), name="attendance_by_day"),  # attendance rate of a quarter
        )

    def __str__(self) -> str:
        return f"attendance {self.pk}"

    @property
    def minutes_credited(self) -> int:
        """What the session credited to its own order. Read with lines and their requirements at hand.

        Hours that count for several requirements are one person's hours, counted once.
        """
        credited: dict[int, int] = {}
        for line in self.lines.all():
            if line.requirement.order_id == self.order_id:
                credited[line.requirement_id] = credited.get(line.requirement_id, 0) + line.minutes
        return max(credited.values(), default=0)


class HoursLine(models.Model):
    """Minutes credited to one requirement for one attendance, or taken back: the ledger. Add-only.

    One attendance may credit several requirements where the court directed that they run together (s.227N).
    """

    class Kind(models.TextChoices):
        UNPAID_WORK = "unpaid_work", "Unpaid work"
        OTHER_ACTIVITY = "other_activity", "Other activity"

    attendance = models.ForeignKey(Attendance, models.PROTECT, related_name="lines")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=20, choices=Kind)
    minutes = models.IntegerField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")

    objects = models.QuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(reverses=None, minutes__gt=0) | Q(reverses__isnull=False, minutes__lt=0),
                name="only_a_reversal_takes_minutes_back",
            ),
        )

    def __str__(self) -> str:
        return f"hours line {self.pk}"


class Breach(Recorded, Versioned):
    """A decision to take the person back to court for not complying, and what came of it."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="breaches")
    decided_on = models.DateField()
    reason = models.TextField(max_length=2000)
    # Why a formal warning that comes before was left out.
    skipped_because = models.CharField(max_length=500, blank=True)
    lodged_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=50, blank=True)
    outcome_on = models.DateField(null=True, blank=True)

    objects = OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-decided_on", "-pk")
        verbose_name_plural = "breaches"
        constraints = (
            models.CheckConstraint(
                condition=Q(lodged_on=None) | Q(lodged_on__gte=F("decided_on")),
                name="breach_lodged_after_decision",
            ),
        )

    def __str__(self) -> str:
        return f"breach {self.pk}"

    @property
    def subject(self) -> str:
        return f"order:{self.order_id}/breach:{self.pk}"


class ReleaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReleaseQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))


class Release(Recorded, Versioned):
    """A release from custody on a licence or order that the council supervises."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="releases")
    case = models.ForeignKey(Case, models.PROTECT, related_name="releases")
    reference = models.CharField(max_length=50)
    licence = models.CharField(max_length=30, choices=[(one.value, one.label) for one in Licence])
    released_on = models.DateField()
    interviewed_on = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=2000, blank=True)

    objects = ReleaseQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-released_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("council", "reference"), name="one_release_per_reference"),
            models.CheckConstraint(
                condition=Q(interviewed_on=None) | Q(interviewed_on__gte=F("released_on")),
                name="interview_follows_release",
            ),
        )

    def __str__(self) -> str:
        return f"release {self.pk}"

    @property
    def subject(self) -> str:
        return f"release:{self.pk}"
