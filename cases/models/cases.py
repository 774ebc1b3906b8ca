"""A person's case, who holds it, and who may see it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now, TruncDate

from cases.models.availability import Cover
from cases.models.base import Recorded, Versioned, tracked
from cases.models.people import SEE_RESTRICTED, Limit, Opening, Person
from cases.models.staff import COUNCIL_ROLES, TEAM_ROLES, Council, Role, Team, User


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The cases this member of staff may know of: the only way in to any record about a person.

        Team roles see what their team or they themselves hold, and what a colleague holds whom they cover for
        today; a first line manager also what nobody holds; senior managers and performance officers the whole
        council; administrators and information governance no case at all. A restricted person is seen only by
        who holds the case, the holding team's first line manager, who is named, who opened it with a reason,
        and who answers for the whole service: not by cover alone. Whom a manager permitted one case sees it until
        the day they said, restricted or not. Who is excluded sees nothing, whatever else they are.
        What is left of a record that was destroyed is seen by nobody.
        """
        if user.role == Role.SYSTEM:
            return self.all()
        if not user.is_active or user.role not in TEAM_ROLES | COUNCIL_ROLES:
            return self.none()
        seen = self.filter(council=user.council_id, disposed_on=None)
        held = Allocation.objects.filter(case=OuterRef("pk"), to_on=None)
        opened = Q(Exists(Opening.objects.of(user).filter(person=OuterRef("person"))))
        # A list of a few keys, read once: not asked of each case.
        permitted = Q(pk__in=Permission.objects.of(user).values("case"))
        if user.role in TEAM_ROLES:
            sight = Q(Exists(held.filter(worker=user)))
            sight |= Q(
                Exists(held.filter(worker__in=Cover.objects.in_force().filter(by=user).values("worker")))
            )
            if user.team_id:
                sight |= Q(Exists(held.filter(team=user.team_id)))
            if user.role == Role.FIRST_LINE_MANAGER:
                sight |= ~Q(Exists(held))
            # An opening made with a reason lets its maker in for its time, from whichever team.
            seen = seen.filter(sight | opened | permitted)
        limits = Limit.objects.filter(person=OuterRef("person"), user=user)
        seen = seen.exclude(Exists(limits.filter(kind=Limit.Kind.EXCLUDED)))
        if user.role not in SEE_RESTRICTED:
            named = Q(Exists(limits.filter(kind=Limit.Kind.PERMITTED))) | Q(Exists(held.filter(worker=user)))
            if user.role == Role.FIRST_LINE_MANAGER and user.team_id:
                named |= Q(Exists(held.filter(team=user.team_id)))
            seen = seen.filter(Q(person__restricted=False) | named | opened | permitted)
        return seen

    def open(self) -> CaseQuerySet:
        return self.filter(closed_on=None)

    def held_by(self, *workers: User) -> CaseQuerySet:
        """Held by one of these, as a whole case or as one order in it."""
        held = Allocation.objects.filter(case=OuterRef("pk"), to_on=None, worker__in=workers)
        return self.filter(Exists(held))

    def held_by_team(self, team: Team) -> CaseQuerySet:
        return self.filter(Exists(Allocation.objects.filter(case=OuterRef("pk"), to_on=None, team=team)))

    def given_to(self, worker: User, since: date) -> CaseQuerySet:
        """Those of which the case, or an order in it, came to this worker on a day or since, with that day."""
        given = Allocation.objects.filter(
            case=OuterRef("pk"), to_on=None, worker=worker, from_on__gte=since
        ).order_by("-from_on")
        return self.annotate(given_on=Subquery(given.values("from_on")[:1])).filter(given_on__isnull=False)

    def with_urgency(self, on: date) -> CaseQuerySet:
        """Each with how many timescales are overdue, and the earliest that is still to be done."""
        from cases.models.timescales import Timescale

        rows = Timescale.objects.filter(case=OuterRef("pk")).open(on).order_by("due_on", "pk")
        late = (
            rows.filter(due_on__lt=on).order_by().values("case").annotate(count=Count("pk")).values("count")
        )
        return self.annotate(
            overdue_count=Coalesce(Subquery(late), 0),
            next_due_on=Subquery(rows.values("due_on")[:1]),
            next_clause=Subquery(rows.values("clause")[:1]),
        )

    def unallocated(self) -> CaseQuerySet:
        """Open cases that no worker holds."""
        held = Allocation.objects.filter(case=OuterRef("pk"), to_on=None, worker__isnull=False)
        return self.open().filter(~Exists(held))


class Case(Recorded, Versioned):
    """All work with one person from the day it began to the day it ended."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="cases")
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    # What was recorded of it is destroyed (cases.disposal); this row stays for the trail and published figures.
    disposed_on = models.DateField(null=True, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()
    history = tracked()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="case_closes_after_it_opens",
            ),
            models.UniqueConstraint(
                fields=("person",), condition=Q(closed_on=None), name="one_open_case_per_person"
            ),
        )
        indexes = (
            # cases.search: those of some people; without it SQLite reads every case of the council
            models.Index(fields=("council", "person"), name="cases_of_people"),
        )

    def __str__(self) -> str:
        return f"case {self.pk}"


class AllocationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> AllocationQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))

    def current(self) -> AllocationQuerySet:
        """Who holds what of open cases now."""
        return self.filter(to_on=None, case__closed_on=None)

    def on(self, day: date) -> AllocationQuerySet:
        return self.filter(Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)


class Allocation(Recorded):
    """Who held a case, or one order in it, from one day to another.

    `subject` is blank for the whole case and "order:12" for one order, whose holder is its responsible
    officer (1995 Act s.227C). A row without a worker waits in the team's queue. `to_on` is the first day the
    holder no longer held it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="allocations")
    subject = models.CharField(max_length=60, blank=True)
    worker = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="allocations")
    team = models.ForeignKey(Team, models.PROTECT, related_name="allocations")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = AllocationQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("from_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "subject"), condition=Q(to_on=None), name="one_holder_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="allocation_ends_after_it_begins"
            ),
        )
        indexes = (
            # CaseQuerySet.visible_to and held_by: open rows of a worker, of a team
            models.Index(fields=("worker", "case"), condition=Q(to_on=None), name="held_now_by_worker"),
            models.Index(fields=("team", "case"), condition=Q(to_on=None), name="held_now_by_team"),
        )

    def __str__(self) -> str:
        return f"allocation {self.pk}"


class PermissionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> PermissionQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user))

    def of(self, user: User) -> PermissionQuerySet:
        """In force for this person on the day it is in Scotland, which the database is asked for: part of the rule of
        sight."""
        day = TruncDate(Now())
        return self.filter(
            Q(ended_on=None) | Q(ended_on__gt=day), user=user.pk, from_on__lte=day, to_on__gte=day
        )

    def on(self, day: date) -> PermissionQuerySet:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), from_on__lte=day, to_on__gte=day)


class Permission(Recorded, Versioned):
    """That one colleague who would not see one case may see it, from a day to a day, both included, for a reason.

    It moves nothing, and after `to_on` it is over by itself. `ended_on` is the first day it no longer held, where it
    was ended early.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="permissions")
    user = models.ForeignKey(User, models.PROTECT, related_name="permitted")
    from_on = models.DateField()
    to_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)

    objects = PermissionQuerySet.as_manager()
    history = tracked()

    class Meta:
        ordering = ("-to_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="permission_ends_after_it_begins"
            ),
        )
        indexes = (
            models.Index(fields=("user", "to_on"), name="permissions_of_a_user"),
        )  # CaseQuerySet.visible_to

    def __str__(self) -> str:
        return f"permission {self.pk}"
