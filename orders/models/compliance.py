"""What followed from not attending: absences and their decisions, formal warnings, and steps not taken."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from cases.models import Council, Recorded, Timescale, User, Versioned, tracked
from cases.models.staff import CouncilOwned
from orders.domain.codes import choices
from orders.domain.compliance import CountedSince, Decision, Evidence, NotAppropriate
from orders.models.orders import Order
from orders.models.work import Attendance, Contact, OfOrder

CLAUSE = "absence.decided"
SESSION = "Unpaid work session"


class AbsenceQuerySet(OfOrder):
    def standing(self) -> AbsenceQuerySet:
        """Without those recorded in error."""
        return self.filter(withdrawn_because="")

    def unacceptable(self) -> AbsenceQuerySet:
        return self.standing().filter(decision=Decision.UNACCEPTABLE)

    def to_decide(self, on: date) -> AbsenceQuerySet:
        """Not decided on a day, and still to be: each with when it is due, and who answers for it."""
        subject = Concat(
            Value("order:"),
            Cast(OuterRef("order"), models.CharField()),
            Value("/absence:"),
            Cast(OuterRef("pk"), models.CharField()),
            output_field=models.CharField(),
        )
        due = Timescale.objects.filter(subject=subject, clause=CLAUSE).open(on)
        return (
            self.standing()
            .filter(decision="")
            .annotate(
                due_on=Subquery(due.values("due_on")[:1]),
                worker_id=Subquery(due.values("worker")[:1]),
                worker_name=Subquery(due.values("worker__name")[:1]),
                team_id=Subquery(due.values("team")[:1]),
                team_name=Subquery(due.values("team__name")[:1]),
            )
            .filter(due_on__isnull=False)
        )


class Absence(Recorded, Versioned):
    """One appointment or session that was not attended, and what was decided of it."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="absences")
    on = models.DateField()
    # What tells of it. A session that was corrected hands its absence on to the row that replaced it.
    contact = models.OneToOneField(Contact, models.PROTECT, null=True, blank=True, related_name="absence")
    attendance = models.OneToOneField(
        Attendance, models.PROTECT, null=True, blank=True, related_name="absence"
    )
    # The day it was recorded: the time to decide runs from it.
    learned_on = models.DateField()
    decision = models.CharField(max_length=20, blank=True, choices=choices(Decision))
    evidence = models.CharField(max_length=30, blank=True, choices=choices(Evidence))
    reason = models.TextField(max_length=2000, blank=True)
    # The first decision stops the clock; a later one is dated beside it.
    decided_on = models.DateField(null=True, blank=True)
    changed_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Why there was no absence: it was recorded in error.
    withdrawn_because = models.CharField(max_length=300, blank=True)

    objects = AbsenceQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(contact__isnull=False, attendance=None)
                | Q(contact=None, attendance__isnull=False),
                name="absence_of_a_contact_or_a_session",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on=None) | (~Q(decision="") & Q(decided_on__isnull=False)),
                name="decided_absence_has_a_decision_and_a_date",
            ),
        )
        indexes = (
            models.Index(
                fields=("order",), condition=Q(decision="", withdrawn_because=""), name="absences_to_decide"
            ),
        )

    def __str__(self) -> str:
        return f"absence {self.pk}"

    @property
    def subject(self) -> str:
        return f"order:{self.order_id}/absence:{self.pk}"

    @property
    def what(self) -> str:
        """What was not attended."""
        return self.contact.get_kind_display() if self.contact else SESSION

    @property
    def key(self) -> str:
        """How warnings and prompts name it."""
        return f"absence:{self.pk}"


class FormalWarning(Recorded):
    """A warning as it was sent. Add-only: the database refuses to change or remove one."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="warnings")
    step = models.CharField(max_length=30)
    issued_on = models.DateField()
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Keys of the failures it is for: "absence:5", or "attendance:9" where the session was imported.
    failures = models.JSONField(default=list)
    rule = models.CharField(max_length=500)
    # Name and address as they stood: a copy of the letter is the letter that was sent.
    sent_to = models.TextField(max_length=800, blank=True)
    letter = models.TextField(max_length=5000)
    next_appointment = models.CharField(max_length=200, blank=True)
    skipped_because = models.CharField(max_length=500, blank=True)

    objects = OfOrder.as_manager()

    class Meta:
        ordering = ("-issued_on", "-pk")

    def __str__(self) -> str:
        return f"formal warning {self.pk}"


class SetAside(Recorded):
    """A step that the record prompted and somebody said is not appropriate, for these failures. Add-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="steps_set_aside")
    step = models.CharField(max_length=30)
    on = models.DateField()
    failures = models.JSONField(default=list)
    code = models.CharField(max_length=20, choices=choices(NotAppropriate))
    note = models.CharField(max_length=500, blank=True)

    objects = OfOrder.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-on", "-pk")
        verbose_name_plural = "steps set aside"

    def __str__(self) -> str:
        return f"step set aside {self.pk}"


class LocalStep(Recorded, Versioned):
    """A council's own numbers for one step of the ladder, from a day on."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="compliance_steps")
    step = models.CharField(max_length=30)
    in_force_from = models.DateField()
    failures = models.PositiveSmallIntegerField()
    counted_since = models.CharField(max_length=20, choices=choices(CountedSince))
    source = models.CharField(max_length=200)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("step", "in_force_from")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "step", "in_force_from"), name="one_local_step_per_step_and_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.step} from {self.in_force_from:%d %B %Y}"
