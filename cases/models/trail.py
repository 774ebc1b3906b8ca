"""Who changed what, who looked at what, who was told: add-only rows, and the rows that make a change happen once.

The database itself refuses to change or delete an Entry or a Consultation (triggers, migration 0002).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models.functions import Now

from cases.models.cases import Case
from cases.models.staff import Council, Role, User
from justice.domain.looking import Ground

# Changes of a setting after which due dates are derived again.
REDATING = (
    "set_calendar_day", "remove_calendar_day", "set_local_standard", "remove_local_standard", "set_court_time",
)  # fmt: skip


class EntryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> EntryQuerySet:
        """Changes to the cases somebody may see, and to their council's settings."""
        if user.role in (Role.INFORMATION_GOVERNANCE, Role.ADMINISTRATOR):
            return self.filter(council=user.council_id, case=None)
        return self.filter(
            models.Q(case__in=Case.objects.visible_to(user)) | models.Q(case=None, council=user.council_id)
        )

    def redatings_by(self, user: User) -> EntryQuerySet:
        """Changes of a calendar or standard that somebody made, the last first, with the timescales each moved."""
        return self.filter(actor=user.pk, case=None, operation__in=REDATING)


class Entry(models.Model):
    """One operation: who did what, to which case, why, and which timescales moved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    operation = models.CharField(max_length=50)
    council = models.ForeignKey(Council, models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="entries")
    subject = models.CharField(max_length=60, blank=True)
    # Of a change to settings. Why a case was changed is about somebody, and goes with their record: EntryReason.
    reason = models.CharField(max_length=500, blank=True)
    # Timescales that moved: [{"subject", "clause", "occurrence", "was": {...}|null, "now": {...}|null}]
    changes = models.JSONField(default=list)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("case", "-at"), name="entries_of_a_case"),
            models.Index(fields=("at",), name="entries_in_order"),  # cases.seals
        )
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.operation} {self.pk}"

    @property
    def why(self) -> str:
        """The reason given, wherever it stands; select_related("said") spares a query."""
        try:
            return self.said.text
        except EntryReason.DoesNotExist:
            return self.reason


class EntryReason(models.Model):
    """Why a case was changed: kept apart from the entry, which outlives the record it is about."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="said")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)

    objects = models.QuerySet.as_manager()

    def __str__(self) -> str:
        return f"reason of {self.pk}"

    @classmethod
    def parted(cls, entry: Entry) -> EntryReason | None:
        """Take the reason out of an entry about a case that is not yet saved, for a row of its own."""
        if entry.case_id is None or not entry.reason:
            return None
        text, entry.reason = entry.reason, ""
        return cls(entry=entry, case_id=entry.case_id, text=text)


@models.JSONField.register_lookup
class Lists(models.Lookup):
    """A JSON list that holds a whole number: `cases__lists=12`."""

    lookup_name = "lists"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":  # the index looks_in_lists serves this
            return f"{column} @> %s::jsonb", (*parameters, str(int(self.rhs)))
        # A list without the figures of the number does not hold it: that settles most rows, in a third of the time.
        # S608 is safe here: the column's name is a model's own, and the number goes in as a parameter.
        held = f"(instr({column}, %s) > 0 AND EXISTS (SELECT 1 FROM json_each({column}) WHERE value = %s))"  # noqa: S608
        return held, (*parameters, str(int(self.rhs)), *parameters, int(self.rhs))


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ConsultationQuerySet:
        """Who looked: information governance reads the whole council's, everyone their own."""
        if user.role == Role.INFORMATION_GOVERNANCE and user.is_active:
            return self.filter(council=user.council_id)
        return self.filter(user=user.pk)

    def of_case(self, case: int) -> ConsultationQuerySet:
        """Looks at one record, and lists, searches and files it was in."""
        return self.filter(models.Q(case=case) | models.Q(cases__lists=case))


class Consultation(models.Model):
    """Somebody saw, printed or took away personal data (Data Protection Act 2018, s.62).

    `basis` is worked out by the system at that moment, never typed.
    """

    class Kind(models.TextChoices):
        VIEW = "view", "Viewed"
        LIST = "list", "Listed"
        SEARCH = "search", "Found by search"
        EXPORT = "export", "Exported"
        DOCUMENT = "document", "Made into a document"
        API = "api", "Read by another program"

    at = models.DateTimeField(db_default=Now(), editable=False)
    council = models.ForeignKey(Council, models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="consultations")
    kind = models.CharField(max_length=10, choices=Kind)
    page = models.CharField(max_length=100)
    basis = models.CharField(
        max_length=30, blank=True, choices=[(one.value, one.value.capitalize()) for one in Ground]
    )
    recipient = models.CharField(max_length=200, blank=True)
    # Keys of the cases shown by a list, search or export; one row serves the whole page.
    cases = models.JSONField(default=list)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("case", "-at"), name="looks_at_a_case"),
            models.Index(fields=("user", "-at"), name="looks_by_a_user"),
            models.Index(fields=("at",), name="looks_in_order"),  # cases.seals
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> NoticeQuerySet:
        return self.filter(recipient=user.pk, case__in=Case.objects.visible_to(user))

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(models.Model):
    """Somebody is told of a timescale, once: the unique row is the right to send.

    One without a case is only the right to send a message: no page shows it.
    """

    kind = models.CharField(max_length=20)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="notices")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="notices")
    subject = models.CharField(max_length=60)
    clause = models.CharField(max_length=50)
    occurrence = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "recipient", "subject", "clause", "occurrence", "due_on"), name="told_once"
            ),
        )
        indexes = (
            models.Index(fields=("subject", "clause", "occurrence", "due_on"), name="notices_of_a_timescale"),
            models.Index(fields=("recipient", "-created_at"), name="notices_of_a_recipient"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Submission(models.Model):
    """A form or call that was carried out: its key can do so only once, whoever sends it again."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    operation = models.CharField(max_length=50)
    body_hash = models.CharField(max_length=64)
    result = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> JobQuerySet:
        return self.filter(asked_by=user.pk)


class Job(models.Model):
    """Work to be done outside a request: the record. Redis and Celery only wake a worker to look here."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=40)
    # One run of a kind per key, however often it is asked for ("2026-11-24" for a nightly job).
    run_key = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    council = models.ForeignKey(Council, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # A running job must keep this in the future; one that no longer does was killed and is taken up again.
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("kind", "run_key"), name="one_run_per_key"),)
        indexes = (
            models.Index(
                fields=("created_at",),
                condition=models.Q(state__in=("waiting", "running")),
                name="jobs_to_do",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.run_key}"
