"""People who are known to justice social work, and who may not or may only see their records."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

from cases.models.base import Recorded, Versioned, tracked
from cases.models.staff import Council, Role, Team, User


class Gender(models.TextChoices):
    MALE = "male", "Male"
    FEMALE = "female", "Female"
    OTHER = "other", "Other"
    NOT_KNOWN = "not_known", "Not known"


class Ethnicity(models.TextChoices):
    WHITE = "white", "White"
    ASIAN = "asian", "Asian"
    AFRICAN_CARIBBEAN_BLACK = "african_caribbean_black", "African, Caribbean or Black"
    MIXED = "mixed", "Mixed"
    OTHER = "other", "Other"
    NOT_KNOWN = "not_known", "Not known or not provided"


class Employment(models.TextChoices):
    FULL_TIME_EDUCATION = "full_time_education", "Full-time education"
    EMPLOYED = "employed", "Employed or self-employed"
    UNEMPLOYED = "unemployed", "Unemployed"
    GOVERNMENT_TRAINING = "government_training", "Government training scheme"
    ECONOMICALLY_INACTIVE = "economically_inactive", "Economically inactive"
    OTHER = "other", "Other"
    NOT_KNOWN = "not_known", "Not known"


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> PersonQuerySet:
        from cases.models.cases import Case

        return self.filter(pk__in=Case.objects.visible_to(user).values("person"))


class Person(Recorded, Versioned):
    """Somebody with an order, a report or a licence."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="people")
    reference = models.CharField(max_length=50)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    date_of_birth = models.DateField()
    gender = models.CharField(max_length=10, choices=Gender, default=Gender.NOT_KNOWN)
    ethnicity = models.CharField(max_length=30, choices=Ethnicity, default=Ethnicity.NOT_KNOWN)
    employment = models.CharField(max_length=30, choices=Employment, default=Employment.NOT_KNOWN)
    # Folded spelling of the name (cases.matching.name_key): finds a namesake however it was typed.
    name_key = models.CharField(max_length=200, editable=False)
    restricted = models.BooleanField(default=False)

    objects = PersonQuerySet.as_manager()
    history = tracked()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("council", "reference"), name="one_person_per_reference"),
        )
        indexes = (
            models.Index(fields=("council", "date_of_birth"), name="person_by_birth"),  # possible duplicates
            models.Index(fields=("council", "name_key"), name="person_by_name"),  # People page, duplicates
        )

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Alias(Recorded):
    """Another name the person is or was known by."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="aliases")
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=200, editable=False, db_index=True)

    history = tracked()

    def __str__(self) -> str:
        return f"alias {self.pk}"


class Address(Recorded):
    """Where the person lives or lived: dated, never overwritten."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="addresses")
    lines = models.TextField(blank=True, max_length=500)
    postcode = models.CharField(max_length=10, blank=True)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True, blank=True)

    history = tracked()

    class Meta:
        ordering = (F("to_on").desc(nulls_first=True), "-pk")
        verbose_name_plural = "addresses"
        constraints = (
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on")),
                name="address_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=("person",), condition=Q(to_on=None), name="one_present_address"),
        )

    def __str__(self) -> str:
        return f"address {self.pk}"


class Alert(Recorded, Versioned):
    """Something everyone who will meet the person must see first."""

    class Kind(models.TextChoices):
        RISK_TO_STAFF = "risk_to_staff", "Risk to staff"
        DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
        CHILD_PROTECTION = "child_protection", "Child protection"
        ADULT_PROTECTION = "adult_protection", "Adult support and protection"
        SELF_HARM = "self_harm", "Self-harm or suicide"
        MAPPA = "mappa", "MAPPA"
        HEALTH = "health", "Health"
        ADJUSTMENT = "adjustment", "Adjustment or communication need"
        OTHER = "other", "Other"

    # What the person needs from us, and no warning about them: shown apart, under its own name.
    ADJUSTMENTS: Final = frozenset({Kind.HEALTH, Kind.ADJUSTMENT})

    person = models.ForeignKey(Person, models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=30, choices=Kind)
    text = models.CharField(max_length=300, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    history = tracked()

    class Meta:
        ordering = ("kind", "-from_on")
        constraints = (
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="alert_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"alert {self.pk}"


class Limit(Recorded):
    """One member of staff who may see a restricted person, or who may never see this one."""

    class Kind(models.TextChoices):
        PERMITTED = "permitted", "May see this restricted record"
        EXCLUDED = "excluded", "May not see this record"

    person = models.ForeignKey(Person, models.PROTECT, related_name="limits")
    user = models.ForeignKey(User, models.PROTECT, related_name="limits")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=300)

    history = tracked()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "user"), name="one_limit_per_person_and_member_of_staff"
            ),
        )

    def __str__(self) -> str:
        return f"limit {self.pk}"


class OpeningQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OpeningQuerySet:
        """Those of the cases whose seeing this manager answers for, and their own."""
        from cases.permissions import cases_answered_for

        if not user.is_active:
            return self.none()
        answered = cases_answered_for(user).values("person")
        return self.filter(Q(user=user.pk) | Q(person__in=answered), person__council=user.council_id)

    def of(self, user: User) -> OpeningQuerySet:
        """What this person opened and may still look at: for the hour, until they close it or move to another team."""
        return self.filter(
            user=user.pk, team=user.team_id, opened_at__lte=Now(), until__gt=Now(), closed_at=None
        )

    def with_looks(self) -> OpeningQuerySet:
        """Each with `looks`, how often its maker looked at the record while it was open."""
        from cases.models.trail import Consultation

        looks = Consultation.objects.filter(
            case__person=OuterRef("person"),
            user=OuterRef("user"),
            at__gte=OuterRef("opened_at"),
            at__lte=Coalesce(OuterRef("closed_at"), OuterRef("until")),
        )
        counted = looks.order_by().values("user").annotate(count=Count("pk")).values("count")
        return self.annotate(looks=Coalesce(Subquery(counted), 0))

    def unreviewed(self) -> OpeningQuerySet:
        return self.filter(reviewed_at=None)


class Opening(Versioned):
    """A restricted record opened for a while by somebody outside it, with the reason they gave, and what the manager
    who answers for the record made of that.

    It begins at `opened_at` and is over at `until`, or at `closed_at` if its maker closed it before; it counts only
    while they are in the team they opened it from.
    """

    class Judgement(models.TextChoices):
        IN_ORDER = "in_order", "In order"
        FOLLOW_UP = "follow_up", "To be followed up"

    person = models.ForeignKey(Person, models.PROTECT, related_name="openings")
    user = models.ForeignKey(User, models.PROTECT, related_name="openings")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    judgement = models.CharField(max_length=10, choices=Judgement, blank=True)
    comment = models.CharField(max_length=500, blank=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at")), name="opening_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at"), closed_at__lte=F("until")),
                name="opening_closed_in_its_time",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, judgement="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(judgement="")),
                name="opening_reviewed_with_a_judgement",
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("user")), name="nobody_reviews_their_own_opening"
            ),
        )

    def __str__(self) -> str:
        return f"opening {self.pk}"

    @property
    def over_at(self) -> datetime:
        """When it was over, or will be."""
        return self.closed_at or self.until


# Who runs the service sees restricted people too: a figure sent to the board may not depend on who printed it.
SEE_RESTRICTED = frozenset({Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER, Role.SYSTEM})
