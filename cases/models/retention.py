"""How long records are kept, what stops their destruction, and the proof of what was destroyed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models.base import Recorded, Versioned, tracked
from cases.models.people import Person
from cases.models.staff import Council, CouncilOwned, Role, User
from justice.domain import retention

# They answer for what is kept, and see keys and days of it: no name, and nothing that was recorded.
ANSWERS_FOR_KEEPING = frozenset({Role.INFORMATION_GOVERNANCE, Role.SENIOR_MANAGER, Role.SYSTEM})


class OfKeeping(CouncilOwned):
    """Rows of keys and days, for those who answer for what is kept."""

    def visible_to(self, user: User) -> models.QuerySet:
        if user.role not in ANSWERS_FOR_KEEPING:
            return self.none()
        return super().visible_to(user)


class RetentionRule(Recorded, Versioned):
    """A council's own period for one kind of work, from a day on. Without one the record is kept."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="retention_rules")
    work = models.CharField(max_length=20, choices=list(retention.WORK.items()))
    in_force_from = models.DateField()
    trigger = models.CharField(max_length=20, choices=list(retention.TRIGGERS.items()))
    # Nothing: kept until the council sets a period.
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    from_year_end = models.BooleanField(default=False)
    source = models.CharField(max_length=300)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("work", "in_force_from")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "work", "in_force_from"), name="one_retention_rule_per_work_and_day"
            ),
            models.CheckConstraint(
                condition=Q(years=None) | Q(years__range=(1, retention.LONGEST)), name="retention_is_in_years"
            ),
        )

    def __str__(self) -> str:
        return f"{self.work} from {self.in_force_from:%d %B %Y}"

    @property
    def rule(self) -> retention.Rule:
        return retention.Rule(
            self.work, self.trigger, self.years, self.from_year_end, self.source, self.in_force_from,
            "Set by the council", confirmed=True,
        )  # fmt: skip


class HoldQuerySet(OfKeeping):
    council_path = "person__council"

    def standing(self) -> HoldQuerySet:
        return self.filter(lifted_on=None)


class Hold(Recorded, Versioned):
    """Somebody's record, the whole of it, must not be destroyed, whatever its period, until this is lifted."""

    class Kind(models.TextChoices):
        INQUIRY = "inquiry", "Inquiry"
        LITIGATION = "litigation", "Court action"
        COMPLAINT = "complaint", "Complaint"
        OTHER = "other", "Other"

    person = models.ForeignKey(Person, models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=20, choices=Kind)
    reason = models.CharField(max_length=500)
    from_on = models.DateField()
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_because = models.CharField(max_length=500, blank=True)

    objects = HoldQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("lifted_on").desc(nulls_first=True), "-from_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(lifted_on=None, lifted_by=None)
                | Q(lifted_on__isnull=False, lifted_by__isnull=False),
                name="a_lifted_hold_says_by_whom",
            ),
        )

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Disposal(Versioned):
    """One person's record on its way to destruction: one proposes it, another approves it, a job carries it out."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waits for approval"
        APPROVED = "approved", "Approved, to be carried out"
        DONE = "done", "Carried out"
        DECLINED = "declined", "Declined"
        STOPPED = "stopped", "Stopped: no longer due"

    council = models.ForeignKey(Council, models.PROTECT, related_name="disposals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="disposals")
    # As it was proposed: the kind of work that decided, its period and source in words, and the first day.
    work = models.CharField(max_length=20, choices=list(retention.WORK.items()))
    rule = models.CharField(max_length=500)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    # Why it was declined.
    reason = models.CharField(max_length=500, blank=True)

    objects = OfKeeping.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="two_people_dispose"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "declined", "stopped")) | Q(approved_by__isnull=False),
                name="a_disposal_is_approved_before_it_is_done",
            ),
            models.UniqueConstraint(
                fields=("person",), condition=Q(state__in=("proposed", "approved", "done")),
                name="one_disposal_of_a_person",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"disposal {self.pk}"


class DisposalRow(models.Model):
    """A row of an add-only table that the disposal being carried out may destroy or blank.

    The database lets in only rows of a disposal that two people agreed on and nobody holds (cases.add_only), and they
    are gone before the transaction ends: nobody else ever sees one.
    """

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="+")
    table = models.CharField(max_length=60)
    key = models.CharField(max_length=36)

    objects = models.QuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("table", "key"), name="a_row_is_disposed_of_once"),)

    def __str__(self) -> str:
        return f"row {self.pk} of a disposal"


class DisposalCertificate(models.Model):
    """What was destroyed: of which record, how many rows of each table, by whom, under which rule and when."""

    disposal = models.OneToOneField(Disposal, models.PROTECT, related_name="certificate")
    council = models.ForeignKey(Council, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    destroyed_on = models.DateField()
    # Keys of the cases, whose rows stay with their dates alone.
    cases = models.JSONField()
    rule = models.CharField(max_length=500)
    due_on = models.DateField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # {"orders_order": 2, …}: rows destroyed; {"assessments_filereading": 1}: rows whose words were blanked.
    destroyed = models.JSONField()
    blanked = models.JSONField()
    # SHA-256 over table and key of each row destroyed, one to a line, in order.
    digest = models.CharField(max_length=64)

    objects = OfKeeping.as_manager()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"certificate {self.pk}"

    @property
    def rows(self) -> int:
        return sum(self.destroyed.values())
