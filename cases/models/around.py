"""How a person is reached, who stands around them, and, apart and under a rule of its own, what victims said."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from cases.models.base import Recorded, Versioned, tracked
from cases.models.cases import Case
from cases.models.people import Person
from cases.models.staff import User

_DATES_IN_ORDER = Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on"))


class _OfPerson(models.QuerySet):
    def visible_to(self, user: User) -> _OfPerson:
        return self.filter(person__in=Case.objects.visible_to(user).values("person"))

    def present(self) -> _OfPerson:
        return self.filter(to_on=None)


class ContactPoint(Recorded, Versioned):
    """A number or address the person is reached at: dated, and whether they agreed to be reminded by it."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", "Mobile"
        LANDLINE = "landline", "Landline"
        EMAIL = "email", "Email"

    # A reminder is a text or an e-mail: nobody is rung by it.
    TAKE_REMINDERS: Final = (Kind.MOBILE, Kind.EMAIL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=254)
    note = models.CharField(max_length=300, blank=True)
    preferred = models.BooleanField(default=False)
    reminders = models.BooleanField(default=False)
    agreed_on = models.DateField(null=True, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    objects = _OfPerson.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("to_on").desc(nulls_first=True), "-preferred", "-from_on", "-pk")
        constraints = (
            models.CheckConstraint(condition=_DATES_IN_ORDER, name="contact_point_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(reminders=False, agreed_on=None)
                | Q(reminders=True, agreed_on__isnull=False, kind__in=("mobile", "email")),
                name="reminders_only_where_agreed",
            ),
            models.UniqueConstraint(
                fields=("person",),
                condition=Q(to_on=None, preferred=True),
                name="one_preferred_contact_point",
            ),
        )

    def __str__(self) -> str:
        return f"contact point {self.pk}"


class Associate(Recorded, Versioned):
    """Somebody around the person: family, friend or professional, from one day to another."""

    class Relation(models.TextChoices):
        PARTNER = "partner", "Partner"
        FORMER_PARTNER = "former_partner", "Former partner"
        PARENT = "parent", "Parent"
        CHILD = "child", "Child"
        SIBLING = "sibling", "Brother or sister"
        OTHER_RELATIVE = "other_relative", "Other relative"
        FRIEND = "friend", "Friend"
        EMPLOYER = "employer", "Employer"
        GP = "gp", "GP"
        HEALTH_WORKER = "health_worker", "Health worker"
        SOCIAL_WORKER = "social_worker", "Social worker"
        SOLICITOR = "solicitor", "Solicitor"
        SUPPORT_WORKER = "support_worker", "Support worker"
        HOUSING = "housing", "Housing"
        POLICE = "police", "Police"
        OTHER = "other", "Other"

    PROFESSIONALS: Final = frozenset(
        {
            Relation.GP,
            Relation.HEALTH_WORKER,
            Relation.SOCIAL_WORKER,
            Relation.SOLICITOR,
            Relation.SUPPORT_WORKER,
            Relation.HOUSING,
            Relation.POLICE,
        }
    )

    person = models.ForeignKey(Person, models.PROTECT, related_name="associates")
    name = models.CharField(max_length=150)
    relation = models.CharField(max_length=20, choices=Relation)
    organisation = models.CharField(max_length=150, blank=True)
    telephone = models.CharField(max_length=50, blank=True)
    note = models.CharField(max_length=500, blank=True)
    lives_with = models.BooleanField(default=False)
    # Nobody knows from when somebody has been a brother.
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)

    objects = _OfPerson.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("to_on").desc(nulls_first=True), "name", "pk")
        constraints = (
            models.CheckConstraint(condition=_DATES_IN_ORDER, name="associate_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"associate {self.pk}"

    @property
    def professional(self) -> bool:
        return self.relation in self.PROFESSIONALS


class _OfVictims(models.QuerySet):
    def visible_to(self, user: User) -> _OfVictims:
        """Only through cases.permissions, where the one rule about victims stands."""
        from cases import permissions

        # Asked of each row's case, not of every case there is: these rows are few.
        seen = permissions.cases_whose_victims_are_seen_by(user).filter(pk=OuterRef("case"))
        return self.filter(Exists(seen))


class VictimInformation(Recorded, Versioned):
    """What is known of one victim and what they asked for. Never on another page, in a search, export or document."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="victims")
    name = models.CharField(max_length=150)
    relationship = models.CharField(max_length=100, blank=True)
    # What they asked to be told, and by which way they are reached.
    wishes = models.TextField(max_length=2000, blank=True)
    safety = models.TextField(max_length=2000, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    objects = _OfVictims.as_manager()
    history = tracked()

    class Meta:
        ordering = (F("to_on").desc(nulls_first=True), "from_on", "pk")
        verbose_name_plural = "victim information"
        constraints = (
            models.CheckConstraint(condition=_DATES_IN_ORDER, name="victim_information_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"victim information {self.pk}"


class VictimReader(Recorded):
    """Somebody named to see the victim information of one case, beside who holds it and the team's manager."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="victim_readers")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    objects = _OfVictims.as_manager()
    history = tracked()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "user"), name="named_once_for_a_cases_victims"),
        )

    def __str__(self) -> str:
        return f"victim reader {self.pk}"
