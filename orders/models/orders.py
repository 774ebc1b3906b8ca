"""What the court ordered: the order, its requirements, and what the court later varied."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from cases.models import Allocation, Case, Council, Recorded, User, Versioned, tracked
from orders.domain.cpo import Basis, CourtType, EndReason, RequirementKind, level


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user: User, *, few: bool = False) -> OrderQuerySet:
        """`few`: ask of each row's own case, where other conditions leave few rows; else all are listed first."""
        cases = Case.objects.visible_to(user)
        if few:
            return self.filter(Exists(cases.filter(pk=OuterRef("case"))))
        return self.filter(case__in=cases)

    def active(self, on: date) -> OrderQuerySet:
        """Imposed and not ended. A time limit that has passed ends nothing: closing needs a reason and a date."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=on), imposed_on__lte=on)

    def queried(self) -> OrderQuerySet:
        return self.exclude(queried_because="")

    def with_query_age(self) -> OrderQuerySet:
        """Each with `queried_at`, the moment the present question was first recorded, as its row copies have it."""
        asked = Order.history.model.objects.filter(
            id=OuterRef("pk"), queried_because=OuterRef("queried_because")
        )
        return self.annotate(queried_at=Subquery(asked.order_by("history_date").values("history_date")[:1]))

    def without_officer(self) -> OrderQuerySet:
        """In open cases, with no responsible officer named (s.227C): nobody holds the order, whoever holds the case."""
        subject = Concat(Value("order:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
        held = Allocation.objects.filter(
            case=OuterRef("case"), subject=subject, to_on=None, worker__isnull=False
        )
        return self.filter(~Exists(held), case__closed_on=None)

    def with_unpaid_work_left(self) -> OrderQuerySet:
        """Unpaid work is required that is neither completed nor removed."""
        left = Requirement.objects.filter(order=OuterRef("pk"), completed_on=None, removed_on=None)
        return self.filter(Exists(left.unpaid_work()))

    def with_last_session(self) -> OrderQuerySet:
        """Each with `last_session_on`, the day of the latest session of unpaid work that was recorded."""
        from orders.models.work import Attendance

        rows = Attendance.objects.standing().filter(order=OuterRef("pk"))
        rows = rows.exclude(outcome=Attendance.Outcome.RECORDED_IN_ERROR).order_by("-on")
        return self.annotate(last_session_on=Subquery(rows.values("on")[:1]))


class Order(Recorded, Versioned):
    """One Community Payback Order, as the court made it."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="orders")
    case = models.ForeignKey(Case, models.PROTECT, related_name="orders")
    reference = models.CharField(max_length=50)
    basis = models.CharField(max_length=30, choices=[(one.value, one.label) for one in Basis])
    court_type = models.CharField(max_length=20, choices=[(one.value, one.label) for one in CourtType])
    court = models.CharField(max_length=100, blank=True)
    imposed_on = models.DateField()
    # When the council received its copy: the two days for naming a responsible officer run from it (s.227C).
    received_on = models.DateField(null=True, blank=True)
    offence_on = models.DateField(null=True, blank=True)
    fine_pounds = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    transferred_in = models.BooleanField(default=False)
    # Why a manager asked the clerk of court about it; while it stands the order is recorded but not active.
    queried_because = models.CharField(max_length=500, blank=True)
    queried_rules = models.JSONField(default=list)
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(
        max_length=20, blank=True, choices=[(one.value, one.label) for one in EndReason]
    )

    objects = OrderQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-imposed_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("council", "reference"), name="one_order_per_reference"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("imposed_on")),
                name="order_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, end_reason="") | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="ended_order_has_a_reason_and_a_date",
            ),
        )
        indexes = (
            models.Index(
                fields=("council", "imposed_on"), name="orders_by_sentence"
            ),  # new orders in a quarter
            models.Index(fields=("council", "ended_on"), name="orders_by_end"),  # successful completion
        )

    def __str__(self) -> str:
        return f"order {self.pk}"

    @property
    def subject(self) -> str:
        return f"order:{self.pk}"

    @property
    def queried(self) -> bool:
        return bool(self.queried_because)


class RequirementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> RequirementQuerySet:
        return self.filter(order__case__in=Case.objects.visible_to(user))

    def unpaid_work(self) -> RequirementQuerySet:
        return self.filter(kind=RequirementKind.UNPAID_WORK)


class Requirement(Recorded, Versioned):
    """One thing the order requires: `hours` of unpaid work, `months` of the rest. The level follows from the hours."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="requirements")
    kind = models.CharField(max_length=30, choices=[(one.value, one.label) for one in RequirementKind])
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    hours_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    # Restricted movement: the person must keep away from the place, not be in it.
    stay_away = models.BooleanField(default=False)
    # The day the court gave, where it is later than the statutory one or the requirement is dated otherwise.
    last_day = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    details = models.TextField(max_length=2000, blank=True)
    court_directs_concurrent = models.BooleanField(default=False)
    added_on = models.DateField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)

    objects = RequirementQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(hours=None) | Q(kind="unpaid_work"), name="only_unpaid_work_has_hours"
            ),
        )

    def __str__(self) -> str:
        return f"requirement {self.pk}"

    @property
    def subject(self) -> str:
        return f"order:{self.order_id}/requirement:{self.pk}"

    @property
    def level(self) -> int | None:
        """Unpaid work of 100 hours or fewer is level 1, more is level 2 (s.227I); never keyed."""
        return level(self.hours) if self.hours else None

    @property
    def length(self) -> str:
        """How much of it the court ordered: "120 hours, level 2", "18 months"."""
        parts = []
        if self.kind == RequirementKind.UNPAID_WORK and self.hours:
            parts += [f"{self.hours} hours", f"level {self.level}"]
        if self.months:
            parts.append(f"{self.months} month{'' if self.months == 1 else 's'}")
        if self.days:
            parts.append(f"{self.days} day{'' if self.days == 1 else 's'}")
        if self.hours_per_day:
            parts.append(f"{self.hours_per_day} hours a day")
        if self.stay_away:
            parts.append("away from the place")
        if self.court_directs_concurrent:
            parts.append("runs together with unpaid work under another order")
        return ", ".join(parts)


class Variation(Recorded):
    """What a court later changed in an order: only a recorded decision varies it. Add-only."""

    class Kind(models.TextChoices):
        EXTENDED = "extended", "Time limit extended"
        HOURS = "hours", "Hours of unpaid work varied"
        LENGTH = "length", "Length of a requirement varied"
        ADDED = "added", "Requirement added"
        REMOVED = "removed", "Requirement removed"

    order = models.ForeignKey(Order, models.PROTECT, related_name="variations")
    requirement = models.ForeignKey(Requirement, models.PROTECT, null=True, related_name="variations")
    kind = models.CharField(max_length=10, choices=Kind)
    decided_on = models.DateField()
    court = models.CharField(max_length=100, blank=True)
    # {"hours": [120, 160]} and so on: each column with what it was and what the court made it.
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)

    history = tracked()

    class Meta:
        ordering = ("decided_on", "pk")

    def __str__(self) -> str:
        return f"variation {self.pk}"
