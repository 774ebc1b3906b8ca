"""Reports that courts asked for, and the hour by which each kind of court wants them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cases.models import Case, Council, Recorded, User, Versioned, tracked
from cases.models.staff import CouncilOwned
from orders.domain.cpo import CourtType

COURT_TYPES = [(one.value, one.label) for one in CourtType]


class CourtTime(Recorded, Versioned):
    """When reports to one kind of court are due, from a day on; without a row, the shipped rule holds."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="court_times")
    court_type = models.CharField(max_length=20, choices=COURT_TYPES)
    in_force_from = models.DateField()
    working_days_before = models.PositiveSmallIntegerField()
    by = models.TimeField()

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("court_type", "in_force_from")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "court_type", "in_force_from"), name="one_court_time_per_court_and_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.court_type} from {self.in_force_from:%d %B %Y}"


class ReportRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReportRequestQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))


class ReportRequest(Recorded, Versioned):
    """A court's request for a justice social work report, until it is submitted or withdrawn."""

    class Kind(models.TextChoices):
        FULL = "full", "Full report"
        SUPPLEMENTARY = "supplementary", "Supplementary report"
        SAME_DAY = "same_day", "Same-day report"
        ADDRESS = "address", "Address report for restricted movement"

    council = models.ForeignKey(Council, models.PROTECT, related_name="report_requests")
    case = models.ForeignKey(Case, models.PROTECT, related_name="report_requests")
    reference = models.CharField(max_length=50)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.FULL)
    court_type = models.CharField(max_length=20, choices=COURT_TYPES)
    court = models.CharField(max_length=100, blank=True)
    requested_on = models.DateField()
    hearing_on = models.DateField()
    submitted_on = models.DateField(null=True, blank=True)
    submitted_at = models.TimeField(null=True, blank=True)
    accountable = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = ReportRequestQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-hearing_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("council", "reference"), name="one_report_per_reference"),
            models.CheckConstraint(
                condition=Q(hearing_on__gte=F("requested_on")), name="hearing_follows_the_request"
            ),
            models.CheckConstraint(
                condition=Q(submitted_on=None) | Q(submitted_on__gte=F("requested_on")),
                name="report_submitted_after_request",
            ),
        )

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def subject(self) -> str:
        return f"report:{self.pk}"
