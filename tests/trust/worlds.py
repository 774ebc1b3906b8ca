"""Organisations made at random, and who sees which case in them, worked out again by rules written out plainly."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from unittest.mock import patch

from django.db import models
from django.utils import timezone
from hypothesis import strategies as st

from cases.models import (
    Allocation,
    Case,
    Council,
    Cover,
    Limit,
    Locality,
    Opening,
    Permission,
    Person,
    Team,
    User,
)
from cases.models.availability import CoverQuerySet
from cases.models.cases import CaseQuerySet, PermissionQuerySet
from cases.models.people import OpeningQuerySet

# ------------------------------------------------------------------ what may be drawn

TEAMS = 4  # of which the first two are of one council, the others of another
IN_TEAMS = ("caseworker", "unpaid_work_supervisor", "business_support", "first_line_manager")
OF_THE_COUNCIL = ("senior_manager", "performance_officer", "information_governance", "administrator")


@dataclass(frozen=True)
class Staff:
    role: str
    team: int | None
    council: int
    active: bool


@dataclass(frozen=True)
class Held:
    worker: int | None
    team: int
    ended: bool


@dataclass(frozen=True)
class File:
    council: int
    restricted: bool
    held: tuple[Held, ...]
    earlier: bool  # the same person had a case before, which is closed and which nobody holds


@dataclass(frozen=True)
class Link:
    """A cover, limit, opening or permission: of a file or a colleague, for a member of staff, and how it stands."""

    of: int
    user: int
    state: str
    moved: bool = False


@dataclass(frozen=True)
class Organisation:
    staff: tuple[Staff, ...]
    files: tuple[File, ...]
    covers: tuple[Link, ...]
    limits: tuple[Link, ...]
    openings: tuple[Link, ...]
    permissions: tuple[Link, ...]


@st.composite
def organisations(draw: Any) -> Organisation:
    """About eight staff and six files, most of them of one council, so that what is drawn meets."""
    councils = st.sampled_from((0, 0, 0, 1))

    def somebody(drawn: Any) -> Staff:
        role, council, second, state = drawn
        team = None if role in OF_THE_COUNCIL or state == "no team" else council * 2 + second
        return Staff(role, team, council, state != "left")

    staff = draw(
        st.lists(
            st.tuples(
                st.sampled_from(IN_TEAMS * 2 + OF_THE_COUNCIL),
                councils,
                st.integers(0, 1),
                st.sampled_from(("", "", "", "", "no team", "left")),
            ).map(somebody),
            min_size=6,
            max_size=10,
        )
    )
    people = st.integers(0, len(staff) - 1)
    held = st.builds(
        Held, st.none() | people, st.sampled_from((0, 0, 1, 1, 2, 3)), st.sampled_from((False, False, True))
    )
    files = draw(
        st.lists(
            st.builds(
                File,
                councils,
                st.sampled_from((False, False, True)),
                st.lists(held, max_size=2).map(tuple),
                st.booleans(),
            ),
            min_size=4,
            max_size=8,
        )
    )
    which = st.integers(0, len(files) - 1)

    def links(of: Any, states: tuple[str, ...], most: int, least: int = 0) -> tuple[Link, ...]:
        link = st.builds(Link, of, people, st.sampled_from(states), st.sampled_from((False, False, True)))
        drawn = draw(st.lists(link, min_size=least, max_size=most, unique_by=lambda one: (one.of, one.user)))
        return tuple(drawn)

    return Organisation(
        tuple(staff),
        tuple(files),
        tuple(one for one in links(people, ("now", "over", "ended", "to come"), 14, 6) if one.of != one.user),
        links(which, ("permitted", "excluded"), 8),
        links(which, ("now", "now", "over", "closed", "to come"), 6),
        links(which, ("now", "now", "over", "ended", "to come"), 6),
    )


# ------------------------------------------------------------------ who sees what, in plain words


def sees(world: Organisation, user: int, file: int, *, earlier: bool = False) -> bool:
    """Whether somebody sees a case, asked of one person and one case at a time. Shares nothing with the program.

    `earlier`: of the closed case which the same person had before.
    """
    me, case = world.staff[user], world.files[file]
    mine = [one for one in world.limits if (one.of, one.user) == (file, user)]
    if not me.active or me.council != case.council:
        return False
    if any(one.state == "excluded" for one in mine):
        return False
    if me.role in ("information_governance", "administrator"):
        return False
    if me.role in ("senior_manager", "performance_officer"):
        return True
    holders = [] if earlier else [one for one in case.held if not one.ended]
    holds = any(one.worker == user for one in holders)
    in_team = me.team is not None and any(one.team == me.team for one in holders)
    away = {one.of for one in world.covers if one.user == user and one.state == "now"}
    covers = any(one.worker in away for one in holders)
    nobody = me.role == "first_line_manager" and not holders
    opened = any(
        (one.of, one.user, one.state) == (file, user, "now") and not one.moved for one in world.openings
    )
    permitted = not earlier and any(
        (one.of, one.user, one.state) == (file, user, "now") for one in world.permissions
    )
    if opened or permitted or holds:
        return True
    if not (in_team or covers or nobody):
        return False
    if not case.restricted:
        return True
    named = any(one.state == "permitted" for one in mine)
    return named or (me.role == "first_line_manager" and in_team)


# ------------------------------------------------------------------ the same in the database


@dataclass
class Built:
    """The rows of an organisation, in the order in which it names them."""

    world: Organisation
    users: list[User]
    cases: dict[int, tuple[int, bool]]  # key of a case: which file, and whether it is the earlier one

    def differences(self) -> Iterator[str]:
        """Every member of staff whose cases by the rule are not their cases by the oracle."""
        for number, user in enumerate(self.users):
            seen = set(Case.objects.visible_to(user).values_list("pk", flat=True))
            for key, (file, earlier) in self.cases.items():
                if (key in seen) != sees(self.world, number, file, earlier=earlier):
                    verb = "sees" if key in seen else "does not see"
                    yield f"{self.world.staff[number]} {verb} {self.world.files[file]}"


def build(world: Organisation) -> Built:
    """Few statements: an organisation of a dozen costs a few hundredths of a second."""
    today, now = timezone.localdate(), timezone.now()
    day, hour = timedelta(days=1), timedelta(hours=1)
    councils = [Council.objects.create(name=f"Council {number}") for number in range(2)]
    localities = [Locality.objects.create(council=one, name="All of it") for one in councils]
    teams = Team.objects.bulk_create(
        Team(council=councils[number // 2], locality=localities[number // 2], name=f"Team {number}")
        for number in range(TEAMS)
    )
    users = User.objects.bulk_create(
        User(
            council=councils[one.council], team=None if one.team is None else teams[one.team], role=one.role,
            name=f"Worker {number}", email=f"worker.{number}@council.invalid", is_active=one.active,
        )
        for number, one in enumerate(world.staff)
    )  # fmt: skip
    people = Person.objects.bulk_create(
        Person(
            council=councils[one.council], reference=f"P-{number}", given_name="A", family_name="Sample",
            date_of_birth=today - 9999 * day, name_key="", restricted=one.restricted,
        )
        for number, one in enumerate(world.files)
    )  # fmt: skip
    rows = [
        (Case(council=person.council, person=person, opened_on=today - 99 * day, closed_on=closed), number)
        for number, person in enumerate(people)
        for closed in ((None, today - 9 * day) if world.files[number].earlier else (None,))
    ]
    cases = Case.objects.bulk_create(row for row, _ in rows)
    present = {number: case for case, (_, number) in zip(cases, rows, strict=True) if case.closed_on is None}
    Allocation.objects.bulk_create(
        Allocation(
            case=present[number], subject=f"order:{place}", team=teams[held.team], from_on=today - 20 * day,
            worker=None if held.worker is None else users[held.worker], to_on=today if held.ended else None,
        )
        for number, one in enumerate(world.files)
        for place, held in enumerate(one.held)
    )  # fmt: skip
    dates = {
        "now": (today, today, None),
        "over": (today - 5 * day, today - day, None),
        "ended": (today - 5 * day, today + 5 * day, today),
        "to come": (today + day, today + 5 * day, None),
    }

    def dated(link: Link) -> dict[str, Any]:
        return dict(zip(("from_on", "to_on", "ended_on"), dates[link.state], strict=True))

    Cover.objects.bulk_create(
        Cover(worker=users[one.of], by=users[one.user], **dated(one)) for one in world.covers
    )
    Limit.objects.bulk_create(
        Limit(person=people[one.of], user=users[one.user], kind=one.state, reason="x") for one in world.limits
    )
    times = {
        "now": (now - hour / 2, None),
        "over": (now - 2 * hour, None),
        "closed": (now - hour / 2, now - hour / 4),
        "to come": (now + hour, None),
    }
    Opening.objects.bulk_create(
        Opening(
            person=people[one.of], user=users[one.user], reason="x", opened_at=times[one.state][0],
            until=times[one.state][0] + hour, closed_at=times[one.state][1],
            team=_other_team(teams, users[one.user]) if one.moved else users[one.user].team,
        )
        for one in world.openings
    )  # fmt: skip
    Permission.objects.bulk_create(
        Permission(case=present[one.of], user=users[one.user], reason="x", **dated(one))
        for one in world.permissions
    )
    found = {
        case.pk: (number, case.closed_on is not None) for case, (_, number) in zip(cases, rows, strict=True)
    }
    return Built(world, users, found)


def _other_team(teams: list[Team], user: User) -> Team:
    return next(team for team in teams if team.pk != user.team_id)


# ------------------------------------------------------------------ the rule with a fault in it


@dataclass
class Fault:
    """A method of the rule of sight with a few of its words replaced."""

    name: str
    owner: type[models.QuerySet]
    method: str
    old: str
    new: str

    @cached_property
    def faulty(self) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(self.owner, self.method)
        text = textwrap.dedent(inspect.getsource(function))
        if self.old not in text:
            raise ValueError(f"{self.name}: the rule no longer says {self.old!r}")
        made: dict[str, Any] = {}
        code = compile(
            f"from __future__ import annotations\n{text.replace(self.old, self.new)}", self.name, "exec"
        )
        exec(code, function.__globals__, made)  # noqa: S102
        return made[self.method]  # type: ignore[no-any-return]

    @contextmanager
    def planted(self) -> Iterator[None]:
        with patch.object(self.owner, self.method, self.faulty):
            yield


def _sight(name: str, old: str, new: str) -> Fault:
    return Fault(name, CaseQuerySet, "visible_to", old, new)


BY_TEAM = "user.role == Role.FIRST_LINE_MANAGER and user.team_id"
ENDED = "Q(ended_on=None) | Q(ended_on__gt=day), "
HOLDS = "Q(Exists(held.filter(worker=user)))\n        sight"
NAMED = "limits.filter(kind=Limit.Kind.PERMITTED)"
NOBODY_HOLDS = "if user.role == Role.FIRST_LINE_MANAGER:"
OF_ANYBODY = "Limit.objects.filter(person=OuterRef('person'))"

FAULTS = (
    _sight("another council's cases", "council=user.council_id, disposed_on=None", "disposed_on=None"),
    _sight("who was deactivated still sees", "not user.is_active or ", ""),
    _sight("administrators see", "TEAM_ROLES | COUNCIL_ROLES:", "set(Role.values):"),
    _sight("every team sees", "seen = seen.filter(sight | opened | permitted)", "seen = seen"),
    _sight("what was held once counts", 'OuterRef("pk"), to_on=None)', 'OuterRef("pk"))'),
    _sight("who holds it does not see it", HOLDS, "Q(pk=None)\n        sight"),
    _sight("the team does not see", "if user.team_id:", "if False:"),
    _sight("who covers does not see", "Cover.objects.in_force()", "Cover.objects.none()"),
    _sight("everybody of a team sees what nobody holds", NOBODY_HOLDS, "if True:"),
    _sight("managers do not see what nobody holds", NOBODY_HOLDS, "if False:"),
    _sight("no exclusion", "seen = seen.exclude(", "seen.exclude("),
    _sight("who is named is excluded", "kind=Limit.Kind.EXCLUDED", "kind__in=Limit.Kind.values"),
    _sight("no restriction", "Q(person__restricted=False) | named", "Q(pk__isnull=False) | named"),
    _sight("who is named does not see", f"Q(Exists({NAMED}))", "Q(pk=None)"),
    _sight("anybody's being named counts", NAMED, OF_ANYBODY),
    _sight("the team's manager does not see a restricted record", f"if {BY_TEAM}:", "if False:"),
    _sight("everybody of the team sees its restricted records", BY_TEAM, "user.team_id"),
    _sight("no opening of a restricted record", "named | opened | permitted", "named | permitted"),
    _sight("no permission for a restricted record", "named | opened | permitted", "named | opened"),
    _sight("no opening from another team", "sight | opened | permitted", "sight | permitted"),
    _sight("no permission for another team", "sight | opened | permitted", "sight | opened"),
    _sight("anybody's permission counts", "Permission.objects.of(user)", "Permission.objects"),
    Fault("an opening that was closed counts", OpeningQuerySet, "of", ", closed_at=None", ""),
    Fault("an opening that is over counts", OpeningQuerySet, "of", "until__gt=Now(), ", ""),
    Fault("an opening to come counts", OpeningQuerySet, "of", "opened_at__lte=Now(), ", ""),
    Fault("an opening outlives a move to another team", OpeningQuerySet, "of", "team=user.team_id, ", ""),
    Fault("anybody's opening counts", OpeningQuerySet, "of", "user=user.pk, ", ""),
    Fault("a permission that is over counts", PermissionQuerySet, "of", ", to_on__gte=day", ""),
    Fault("a permission to come counts", PermissionQuerySet, "of", "from_on__lte=day, ", ""),
    Fault("a permission that was ended counts", PermissionQuerySet, "of", ENDED, ""),
    Fault("cover that is over counts", CoverQuerySet, "in_force", ", to_on__gte=day", ""),
    Fault("cover to come counts", CoverQuerySet, "in_force", "from_on__lte=day, ", ""),
    Fault("cover that was ended counts", CoverQuerySet, "in_force", ENDED, ""),
)
