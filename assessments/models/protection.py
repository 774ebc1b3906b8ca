"""The register of multi-agency public protection arrangements (MAPPA): entries, levels, meetings and actions.

Minutes hold what partners said about third parties: they stand on the pages of the register and nowhere else.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from cases.models import Case, Recorded, Role, User, Versioned, tracked

# Those who work with, or answer for, people in the register. Others who meet them are told by an alert.
SEE_MAPPA: frozenset[str] = frozenset({Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER})


class Agency(models.TextChoices):
    """Who takes part. The first four may lead an entry."""

    JUSTICE_SOCIAL_WORK = "justice_social_work", "Local authority (justice social work)"
    POLICE = "police", "Police Scotland"
    PRISON_SERVICE = "prison_service", "Scottish Prison Service"
    HEALTH_BOARD = "health_board", "Health board"
    CHILDREN_AND_FAMILIES = "children_and_families", "Children and families social work"
    ADULT_SERVICES = "adult_services", "Adult social work"
    HOUSING = "housing", "Housing"
    EDUCATION = "education", "Education"
    ELECTRONIC_MONITORING = "electronic_monitoring", "Electronic monitoring"
    THIRD_SECTOR = "third_sector", "Third sector"
    OTHER = "other", "Another agency"


LEADING = (Agency.JUSTICE_SOCIAL_WORK, Agency.POLICE, Agency.PRISON_SERVICE, Agency.HEALTH_BOARD)


class OfMappa(models.QuerySet):
    """Rows of an entry, `case_path` away from its case."""

    case_path = "entry__case"

    def visible_to(self, user: User) -> models.QuerySet:
        if user.role not in SEE_MAPPA | {Role.SYSTEM}:
            return self.none()
        return self.filter(**{f"{self.case_path}__in": Case.objects.visible_to(user)})


class MappaEntryQuerySet(OfMappa):
    case_path = "case"

    def current(self) -> MappaEntryQuerySet:
        return self.filter(ended_on=None)

    def held_by(self, user: User) -> MappaEntryQuerySet:
        return self.filter(case__in=Case.objects.held_by(user))

    def with_level(self) -> MappaEntryQuerySet:
        """Each with `level`, the latest, and `level_from`, the day it began."""
        levels = MappaLevel.objects.filter(entry=OuterRef("pk")).order_by("-from_on", "-pk")
        return self.annotate(
            level=Subquery(levels.values("level")[:1]),
            level_from=Subquery(levels.values("from_on")[:1]),
        )

    def with_meetings(self) -> MappaEntryQuerySet:
        """Each with `met_on`, the day of the latest meeting, and `actions_left`, how many are to be done."""
        meetings = MappaMeeting.objects.filter(entry=OuterRef("pk")).order_by("-held_on", "-pk")
        left = MappaAction.objects.filter(meeting__entry=OuterRef("pk"), done_on=None).order_by()
        counted = left.values("meeting__entry").annotate(count=Count("pk")).values("count")
        return self.annotate(
            met_on=Subquery(meetings.values("held_on")[:1]), actions_left=Coalesce(Subquery(counted), 0)
        )


class MappaEntry(Recorded, Versioned):
    """That a person is managed under MAPPA, from a day to a day. Its level is in rows of their own."""

    class Category(models.IntegerChoices):
        NOTIFICATION = 1, "1: subject to notification requirements"
        RESTRICTED_PATIENT = 2, "2: restricted patient"
        OTHER_RISK = 3, "3: other risk of serious harm"

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_KNOWN = "not_known", "Not known yet"

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        NOT_ACCEPTED = "not_accepted", "Not accepted"
        WAITING = "waiting", "No decision yet"

    class EndReason(models.TextChoices):
        NOTIFICATION_ENDED = "notification_ended", "Notification requirements ended"
        SUPERVISION_ENDED = "supervision_ended", "Statutory supervision ended"
        RISK_REDUCED = "risk_reduced", "Multi-agency management no longer needed"
        TRANSFERRED = "transferred", "Moved to another area"
        NOT_ACCEPTED = "not_accepted", "The referral was not accepted"
        DIED = "died", "The person died"

    case = models.ForeignKey(Case, models.PROTECT, related_name="mappa_entries")
    category = models.PositiveSmallIntegerField(choices=Category)
    subject_to_notification = models.CharField(max_length=10, choices=Answer)
    registered_on = models.DateField()
    referred_on = models.DateField(null=True, blank=True)
    notified_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=20, choices=Decision)
    lead_agency = models.CharField(max_length=30, choices=[(one.value, one.label) for one in LEADING])
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)

    objects = MappaEntryQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-registered_on", "-pk")
        verbose_name_plural = "MAPPA entries"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(ended_on=None), name="one_current_mappa_entry_of_a_case"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("registered_on")),
                name="mappa_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, end_reason="") | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="ended_mappa_entry_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"MAPPA entry {self.pk}"


class MappaLevel(Recorded):
    """The level at which the person is managed from a day on, and why. Add-only."""

    class Level(models.IntegerChoices):
        ONE = 1, "1: routine risk management"
        TWO = 2, "2: multi-agency risk management"
        THREE = 3, "3: MAPPP"

    entry = models.ForeignKey(MappaEntry, models.PROTECT, related_name="levels")
    level = models.PositiveSmallIntegerField(choices=Level)
    from_on = models.DateField()
    reason = models.CharField(max_length=1000, blank=True)

    objects = OfMappa.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-from_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("entry", "from_on"), name="one_mappa_level_from_a_day"),
            models.CheckConstraint(condition=Q(level__in=(1, 2, 3)), name="mappa_has_three_levels"),
        )

    def __str__(self) -> str:
        return f"MAPPA level {self.pk}"


class MappaMeeting(Recorded):
    """A meeting about the person that was held, the agencies that took part, and what it decided. Add-only."""

    class Kind(models.TextChoices):
        INITIAL = "initial", "First meeting"
        REVIEW = "review", "Review"
        URGENT = "urgent", "Urgent meeting"

    entry = models.ForeignKey(MappaEntry, models.PROTECT, related_name="meetings")
    held_on = models.DateField()
    level = models.PositiveSmallIntegerField(choices=MappaLevel.Level)
    kind = models.CharField(max_length=10, choices=Kind)
    # Codes of Agency: who took part is told as agencies, never as names
    agencies = models.JSONField(default=list)
    decisions = models.TextField(max_length=10_000)
    next_on = models.DateField(null=True, blank=True)

    objects = OfMappa.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-held_on", "-pk")

    def __str__(self) -> str:
        return f"MAPPA meeting {self.pk}"


class OfMeeting(OfMappa):
    case_path = "meeting__entry__case"

    def left(self) -> OfMeeting:
        return self.filter(done_on=None)


class MappaAction(Recorded, Versioned):
    """What an agency, or one of our own staff, is to do after a meeting, and by when."""

    meeting = models.ForeignKey(MappaMeeting, models.PROTECT, related_name="actions")
    text = models.CharField(max_length=1000)
    agency = models.CharField(max_length=30, choices=Agency)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="mappa_actions")
    by = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=1000, blank=True)

    objects = OfMeeting.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("done_on").desc(nulls_first=True), F("by").asc(nulls_last=True), "pk")

    def __str__(self) -> str:
        return f"MAPPA action {self.pk}"
