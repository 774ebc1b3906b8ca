"""Councils, their localities and teams, and the people who work in them."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Count, Q

from cases.models.base import Versioned, tracked


class Role(models.TextChoices):
    CASEWORKER = "caseworker", "Caseworker"
    UNPAID_WORK_SUPERVISOR = "unpaid_work_supervisor", "Unpaid work supervisor"
    BUSINESS_SUPPORT = "business_support", "Business support"
    FIRST_LINE_MANAGER = "first_line_manager", "First line manager"
    SENIOR_MANAGER = "senior_manager", "Senior manager"
    PERFORMANCE_OFFICER = "performance_officer", "Performance officer"
    INFORMATION_GOVERNANCE = "information_governance", "Information governance"
    ADMINISTRATOR = "administrator", "Administrator"
    SYSTEM = "system", "System"


TEAM_ROLES: frozenset[str] = frozenset(
    {Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT, Role.FIRST_LINE_MANAGER}
)
# Who may agree that somebody gets another role: never who asked for it, never the person themselves.
AGREEING_ROLES: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE})
# What whoever meets an account that was never open is told of it, wherever that is.
OPENS = (
    "It opens once another administrator, or a colleague in information governance, agrees to its role under "
    "Role changes"
)
COUNCIL_ROLES: frozenset[str] = frozenset({Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER, Role.SYSTEM})


class CouncilOwned(models.QuerySet):
    """Rows that belong to one council and hold nothing about a person: its staff may all see them."""

    council_path = "council"

    def visible_to(self, user: User) -> models.QuerySet:
        if not user.is_active and user.role != Role.SYSTEM:
            return self.none()
        return self.filter(**{self.council_path: user.council_id})


class CouncilQuerySet(CouncilOwned):
    council_path = "pk"


class Council(Versioned):
    """A local authority: the owner of cases, of a working-day calendar and of local standards."""

    name = models.CharField(max_length=100, unique=True)
    # Changed whenever the council's closed days or local standards change, so that no process keeps an old copy.
    calendar_stamp = models.UUIDField(default=uuid.uuid4, editable=False)
    standards_stamp = models.UUIDField(default=uuid.uuid4, editable=False)
    demonstration = models.BooleanField(default=False, editable=False)

    objects = CouncilQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Locality(Versioned):
    """A part of the council's area that has its own teams and its own line in the figures."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="localities")
    name = models.CharField(max_length=100)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "localities"
        constraints = (
            models.UniqueConstraint(fields=("council", "name"), name="one_locality_of_a_name_per_council"),
        )

    def __str__(self) -> str:
        return self.name


class Team(Versioned):
    """The people who hold cases together under a first line manager."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="teams")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="teams")
    name = models.CharField(max_length=100)
    closed_on = models.DateField(null=True, blank=True)

    objects = CouncilOwned.as_manager()
    history = tracked()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("council", "name"), name="one_team_of_a_name_per_council"),
        )

    def __str__(self) -> str:
        return self.name


class UserQuerySet(CouncilOwned):
    def caseworkers(self) -> UserQuerySet:
        """Those who may hold a case."""
        return self.filter(is_active=True, role__in=(Role.CASEWORKER, Role.FIRST_LINE_MANAGER))

    def in_team(self, team: Team) -> UserQuerySet:
        return self.filter(team=team, is_active=True)

    def not_excluded_from(self, person: models.Model) -> UserQuerySet:
        """Those who may be given this person's case."""
        excluded = User.objects.filter(limits__person=person, limits__kind="excluded")
        return self.exclude(pk__in=excluded.values("pk"))

    def holding_for(self, user: User) -> UserQuerySet:
        """Those who hold something of an open case for the teams this manager answers for, leavers too."""
        now = Q(allocations__to_on=None, allocations__case__closed_on=None)
        if user.role == Role.FIRST_LINE_MANAGER:
            now &= Q(allocations__team=user.team_id)
        return self.filter(pk__in=User.objects.filter(now, council=user.council_id).values("pk"))

    def with_held(self) -> UserQuerySet:
        """Each with the number of open cases in which they hold something."""
        now = Q(allocations__to_on=None, allocations__case__closed_on=None)
        return self.annotate(held=Count("allocations__case", filter=now, distinct=True))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Versioned):
    """Somebody who signs in. The role and the team decide what they may see and do, read afresh at each request."""

    council = models.ForeignKey(Council, models.PROTECT, null=True, blank=True, related_name="staff")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members")
    role = models.CharField(max_length=30, choices=Role)
    name = models.CharField(max_length=150)
    email = models.EmailField(unique=True)
    staff_ref = models.CharField(max_length=50, blank=True)
    registered_social_worker = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # The day from which disuse counts where nobody has signed in since: when the account was made, or let in again.
    let_in_on = models.DateField(null=True, blank=True, editable=False)
    # Somebody else chose the password and knows it: whoever signs in with it gets no further than to choose their own.
    password_given = models.BooleanField(default=False, editable=False)

    objects = UserManager()
    history = tracked()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]  # noqa: RUF012

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("council", "staff_ref"), condition=~Q(staff_ref=""), name="one_person_per_staff_ref"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.SYSTEM) | Q(council__isnull=False), name="staff_belong_to_a_council"
            ),
        )

    def __str__(self) -> str:
        return f"user {self.pk}"

    def get_full_name(self) -> str:
        return self.name

    @property
    def never_let_in(self) -> bool:
        """Whether the account never opened to who was given its first password: that takes a second person."""
        unused = self.let_in_on is None and self.last_login is None
        return not self.is_active and unused and self.password_given
