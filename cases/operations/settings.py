"""Changes to the settings that every case depends on: councils, teams, staff, calendars, standards."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from cases import signing_in, timescales
from cases.calendars import standards_of
from cases.models import (
    AGREEING_ROLES,
    TEAM_ROLES,
    Allocation,
    CalendarDay,
    Council,
    Entry,
    Locality,
    LocalStandard,
    Role,
    RoleChange,
    Team,
    Timescale,
    User,
)
from cases.models.staff import OPENS
from cases.notices import tell_of_sign_in
from cases.operation import council_of, operation
from justice.domain.errors import Problem, Refused
from justice.domain.standards import WORKING_DAYS

# For so long an account that one closed still counts among those who could agree to what one asks for.
STILL_COUNTS = timedelta(days=30)
LONGEST_CLOSURE = timedelta(
    days=14
)  # no run of closed days is longer: a report due before a hearing lies within it


def _save_named(row: Any, field: str = "name") -> None:
    """Save, or say that the name is taken; the constraint decides, whoever comes first."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(
            Problem("This is already there. Give another, or change the one that is there", field)
        ) from None


def open_council(
    *,
    actor: User,
    name: str,
    administrator: str = "",
    email: str = "",
    password: str = "",
    demonstration: bool = False,
    key: uuid.UUID | None = None,
) -> Council:
    """A council that begins to use the system, with its first administrator, who sets up the rest."""
    council = Council(name=name, demonstration=demonstration)
    body = {"name": name, "email": email, "administrator": administrator}
    with operation("open_council", actor=actor, key=key, body=body) as entry:
        _save_named(council)
        if email:
            first = User(council=council, name=administrator, email=email.lower(), role=Role.ADMINISTRATOR)
            first.set_password(password)
            first.password_given = True
            _save_named(first, "email")
        entry.council, entry.subject = council, f"council:{council.pk}"
    return council


def amend_council(
    *, actor: User, council: Council, name: str, expected_version: int, key: uuid.UUID | None = None
) -> Council:
    with operation(
        "amend_council",
        actor=actor,
        council=council,
        root=council,
        expected_version=expected_version,
        key=key,
        body={"name": name},
    ) as entry:
        council.name = name
        council.calendar_stamp = uuid.uuid4()
        _save_named(council)
        entry.subject = f"council:{council.pk}"
    return council


def add_locality(*, actor: User, name: str, key: uuid.UUID | None = None) -> Locality:
    locality = Locality(council=actor.council, name=name)
    with operation("add_locality", actor=actor, key=key, body={"name": name}) as entry:
        _save_named(locality)
        entry.subject = f"locality:{locality.pk}"
    return locality


def amend_locality(
    *, actor: User, locality: Locality, name: str, expected_version: int, key: uuid.UUID | None = None
) -> Locality:
    with operation(
        "amend_locality",
        actor=actor,
        root=locality,
        expected_version=expected_version,
        key=key,
        body={"name": name},
    ) as entry:
        locality.name = name
        _save_named(locality)
        entry.subject = f"locality:{locality.pk}"
    return locality


def add_team(*, actor: User, name: str, locality: Locality, key: uuid.UUID | None = None) -> Team:
    team = Team(council=actor.council, locality=locality, name=name)
    with operation("add_team", actor=actor, key=key, body={"name": name, "locality": locality.pk}) as entry:
        _save_named(team)
        entry.subject = f"team:{team.pk}"
    return team


def amend_team(
    *,
    actor: User,
    team: Team,
    name: str,
    locality: Locality,
    closed_on: date | None,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> Team:
    """Rename a team, move it to another locality, or close it once it holds nothing."""
    body = {"name": name, "locality": locality.pk, "closed_on": closed_on}
    with operation(
        "amend_team", actor=actor, root=team, expected_version=expected_version, key=key, body=body
    ) as entry:
        if closed_on and Allocation.objects.filter(team=team, to_on=None).exists():
            raise Refused(Problem("Give the team's cases to another team first", "closed_on"))
        team.name, team.locality, team.closed_on = name, locality, closed_on
        _save_named(team)
        entry.subject = f"team:{team.pk}"
    return team


def add_member_of_staff(
    *,
    actor: User,
    name: str,
    email: str,
    role: str,
    team: Team | None,
    password: str,
    registered_social_worker: bool = False,
    today: date | None = None,
    key: uuid.UUID | None = None,
) -> User:
    """An account that waits for a second person to agree to its role; only where nobody could, it opens at once."""
    body = {
        "name": name,
        "email": email,
        "role": role,
        "team": team and team.pk,
        "registered": registered_social_worker,
    }
    user = User(
        council=actor.council,
        team=team,
        name=name,
        email=email.lower(),
        role=role,
        registered_social_worker=registered_social_worker,
        password_given=True,
    )
    with operation("add_member_of_staff", actor=actor, key=key, body=body) as entry:
        _check_role(role, team)
        waits = _needs_a_second_person(actor, user)
        user.is_active, user.let_in_on = not waits, None if waits else today
        user.set_password(password)
        _save_named(user, "email")
        if waits:
            RoleChange.objects.create(user=user, role=role, reason="A new account", recorded_by=actor)
        else:
            entry.reason = "Opened at once: there was nobody else to agree"
        entry.subject = f"user:{user.pk}"
    return user


def amend_member_of_staff(
    *,
    actor: User,
    user: User,
    name: str,
    team: Team | None,
    is_active: bool,
    registered_social_worker: bool,
    expected_version: int,
    today: date | None = None,
    key: uuid.UUID | None = None,
) -> User:
    """A new name or team, or leaving: it counts from the next request on. A new role needs a second person."""
    body = {
        "name": name,
        "team": team and team.pk,
        "is_active": is_active,
        "registered": registered_social_worker,
    }
    with operation(
        "amend_member_of_staff", actor=actor, root=user, expected_version=expected_version, key=key, body=body
    ) as entry:
        if user.pk == actor.pk:
            raise Refused(Problem("Somebody else must change your own team or access"))
        _check_role(user.role, team)
        if is_active and user.never_let_in:
            raise Refused(
                Problem(
                    f"This account was never open. {OPENS}. If nothing waits there, ask for the role",
                    "is_active",
                )
            )
        if is_active and not user.is_active:
            user.let_in_on = today
            tell_of_sign_in("account_reopened", user, actor)
        user.name, user.team, user.is_active = name, team, is_active
        user.registered_social_worker = registered_social_worker
        user.save()
        if not is_active:
            signing_in.shut_out(user)
        entry.subject = f"user:{user.pk}"
    return user


def suspend_unused_account(*, actor: User, user: User, expected_version: int) -> User:
    """Close an account that nobody has signed in to for a long while; an administrator may let them in again."""
    reason = f"Nobody has signed in for {signing_in.UNUSED_AFTER.days} days"
    with operation(
        "suspend_unused_account",
        actor=actor,
        council=user.council,
        root=user,
        expected_version=expected_version,
        reason=reason,
    ) as entry:
        user.is_active = False
        user.save()
        signing_in.shut_out(user)
        entry.subject = f"user:{user.pk}"
    return user


def reset_second_step(
    *, actor: User, user: User, reason: str, expected_version: int, key: uuid.UUID | None = None
) -> User:
    """Take away a second step that was lost: whoever has the password sets up a new one at the next sign-in."""
    with operation(
        "reset_second_step",
        actor=actor,
        root=user,
        expected_version=expected_version,
        key=key,
        reason=reason,
    ) as entry:
        if user.pk == actor.pk:
            raise Refused(Problem("Somebody else must take away your own second step"))
        if user.password_given and _last_by(actor, user, "give_new_password", "add_member_of_staff"):
            raise Refused(
                Problem(
                    "You gave this account the password it has now. Taking away its second step as well would let you "
                    f"sign in as {user.name}. Wait until they have signed in and chosen their own. If they cannot, "
                    f"{_another_administrator(actor)} has to take the second step away",
                    code="both-by-one",
                )
            )
        Authenticator.objects.filter(user=user).delete()
        signing_in.shut_out(user)
        tell_of_sign_in("second_step_taken", user, actor)
        entry.subject = f"user:{user.pk}"
    return user


def give_new_password(
    *,
    actor: User,
    user: User,
    password: str,
    reason: str,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> User:
    """For somebody who forgot theirs, until they choose their own at the next sign-in. It ends every session they have;
    a second step stays as it was. An account that nobody ever signed in to waits for a second person, like a new one.
    """
    with operation(
        "give_new_password",
        actor=actor,
        root=user,
        expected_version=expected_version,
        key=key,
        reason=reason,
    ) as entry:
        if user.pk == actor.pk:
            raise Refused(Problem("Change your own password under Your sign-in"))
        taken = _last_by(actor, user, "reset_second_step")
        if taken is not None and not signing_in.came_back(user, taken.at):
            raise Refused(
                Problem(
                    "You took away the second step of this account. Giving it a password as well would let you sign in "
                    f"as {user.name}. Wait until they have signed in and set up a new second step. If they cannot, "
                    f"{_another_administrator(actor)} has to give the password",
                    code="both-by-one",
                )
            )
        user.set_password(password)
        user.password_given = True
        # Nobody has been in it, as after an import: its owner has no second step that would keep the giver out.
        waits = user.last_login is None and _needs_a_second_person(actor, user)
        if waits:
            user.is_active, user.let_in_on = False, None
        user.save()
        if waits and not RoleChange.objects.waiting().filter(user=user).exists():
            RoleChange.objects.create(user=user, role=user.role, reason=reason, recorded_by=actor)
        signing_in.shut_out(user)
        tell_of_sign_in("password_given", user, actor)
        entry.subject = f"user:{user.pk}"
    return user


def _last_by(actor: User, user: User, *names: str) -> Entry | None:
    """The last of these changes of somebody's account, if this person made it."""
    # Not `visible_to`: the rule of two holds whatever this person may see by now. It tells them nothing of a record:
    # these changes are of an account and never of a case, and only one that they made themselves is given.
    last = Entry.objects.filter(operation__in=names, subject=f"user:{user.pk}").order_by("-at", "-pk").first()
    return last if last is not None and last.actor_id == actor.pk else None


def _another_administrator(actor: User) -> str:
    """Who must do what this administrator may not, and where there is none yet, how to get one."""
    others = User.objects.visible_to(actor).filter(role=Role.ADMINISTRATOR, is_active=True)
    if others.exclude(pk=actor.pk).exists():
        return "another administrator"
    return "another administrator (there is none: ask for that role for a colleague, and information governance agrees)"


def _closed_who_could_agree(actor: User) -> bool:
    """Whether this person lately closed an account that could have agreed: nobody gets rid of their second person."""
    closed = User.objects.visible_to(actor).filter(role__in=AGREEING_ROLES, is_active=False)
    left = [f"user:{pk}" for pk in closed.values_list("pk", flat=True)]
    return Entry.objects.filter(
        actor=actor, operation="amend_member_of_staff", subject__in=left, at__gt=Now() - STILL_COUNTS
    ).exists()


def _needs_a_second_person(actor: User, user: User) -> bool:
    """Whether an account that this person gives a first password waits: only where nobody could agree it does not."""
    return _who_could_agree(actor, user).exists() or _closed_who_could_agree(actor)


def _who_could_agree(actor: User, user: User) -> QuerySet[User]:
    others = User.objects.visible_to(actor).filter(role__in=AGREEING_ROLES, is_active=True)
    return others.exclude(pk__in=[actor.pk, *([user.pk] if user.pk else [])])


def ask_role_change(
    *, actor: User, user: User, role: str, reason: str, expected_version: int, key: uuid.UUID | None = None
) -> RoleChange:
    """Ask for another role for somebody. Nothing is changed until a second person agrees."""
    change = RoleChange(user=user, role=role, reason=reason, recorded_by=actor)
    with operation(
        "ask_role_change",
        actor=actor,
        root=user,
        expected_version=expected_version,
        key=key,
        body={"role": role},
        reason=reason,
    ) as entry:
        if user.pk == actor.pk:
            raise Refused(Problem("Somebody else must ask for a role for you"))
        _check_role(role, user.team)
        if role == user.role and not user.never_let_in:
            raise Refused(Problem("They have this role already. Choose another", "role"))
        if not _who_could_agree(actor, user).exists():
            raise Refused(
                Problem(
                    "There is nobody to agree. Add somebody whose role is information governance or administrator",
                    "role",
                )
            )
        try:
            with transaction.atomic():
                change.save()
        except IntegrityError:
            raise Refused(
                Problem("Another change of their role waits already. It must be agreed or declined first")
            ) from None
        entry.subject = f"role_change:{change.pk}"
    return change


def agree_role_change(
    *,
    actor: User,
    change: RoleChange,
    expected_version: int,
    today: date | None = None,
    key: uuid.UUID | None = None,
) -> RoleChange:
    """Agree to what somebody else asked for: it counts from the person's next request on, and opens a new account."""
    with operation(
        "agree_role_change", actor=actor, root=change, expected_version=expected_version, key=key
    ) as entry:
        user = _to_decide(actor, change)
        asked_by = change.recorded_by
        if asked_by is None or not asked_by.is_active or asked_by.role != Role.ADMINISTRATOR:
            raise Refused(
                Problem("Whoever asked for this may no longer do so. Decline it, and have it asked anew")
            )
        _check_role(change.role, user.team)
        change.decision, change.decided_by = RoleChange.Decision.AGREED, actor
        change.save()
        opens = user.never_let_in
        if opens and _last_by(actor, user, "give_new_password", "add_member_of_staff"):
            raise Refused(
                Problem("You gave this account its password. Somebody else has to agree that it opens")
            )
        user.role = change.role
        if opens:
            user.is_active, user.let_in_on = True, today
        user.version += 1
        user.save()
        tell_of_sign_in("account_opened" if opens else "role_agreed", user, actor)
        entry.subject = f"role_change:{change.pk}"
    return change


def decline_role_change(
    *, actor: User, change: RoleChange, expected_version: int, key: uuid.UUID | None = None
) -> RoleChange:
    """Say no to what somebody else asked for, or take back what one asked for oneself."""
    with operation(
        "decline_role_change", actor=actor, root=change, expected_version=expected_version, key=key
    ) as entry:
        if change.decision:
            raise Refused(Problem("This was decided already"))
        change.decision = RoleChange.Decision.DECLINED
        change.decided_by = actor if actor.pk != change.recorded_by_id else None
        change.save()
        entry.subject = f"role_change:{change.pk}"
    return change


def _to_decide(actor: User, change: RoleChange) -> User:
    """The person whose role would change, locked; refused to whoever may not be the second person."""
    user = User.objects.select_for_update(of=("self",)).get(pk=change.user_id)
    if change.decision:
        raise Refused(Problem("This was decided already"))
    if actor.pk == change.recorded_by_id:
        raise Refused(Problem("You asked for this yourself. Somebody else has to agree"))
    if actor.pk == user.pk:
        raise Refused(Problem("Somebody else must agree to a role for you"))
    if actor.council_id != user.council_id:
        raise Refused(Problem("They work for another council"))
    return user


def _check_role(role: str, team: Team | None) -> None:
    if role == Role.SYSTEM or role not in Role.values:
        raise Refused(Problem("Choose a role", "role"))
    if role in TEAM_ROLES and team is None:
        raise Refused(Problem("Choose the team they work in", "team"))


def set_calendar_day(
    *, actor: User, day: date, name: str, closed: bool, key: uuid.UUID | None = None
) -> list[dict[str, object]]:
    """Close a working day, or work a holiday; returns the open timescales that moved, each with both dates."""
    body = {"day": day, "name": name, "closed": closed}
    with operation("set_calendar_day", actor=actor, key=key, body=body) as entry:
        row = CalendarDay.objects.filter(council=actor.council, day=day).first() or CalendarDay(
            council=actor.council, day=day, recorded_by=actor
        )
        if day.weekday() >= 5:
            raise Refused(Problem("Saturdays and Sundays are never working days. Choose a weekday", "day"))
        row.name, row.closed = name, closed
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"calendar_day:{day.isoformat()}"
        entry.changes = _redate(council_of(actor), "calendar_stamp", _counted_over(council_of(actor), day))
    return entry.changes


def remove_calendar_day(
    *, actor: User, row: CalendarDay, expected_version: int, key: uuid.UUID | None = None
) -> list[dict[str, object]]:
    """Go back to the national calendar for a day."""
    with operation(
        "remove_calendar_day",
        actor=actor,
        root=row,
        expected_version=expected_version,
        key=key,
        body={"day": row.day},
    ) as entry:
        entry.subject = f"calendar_day:{row.day.isoformat()}"
        touched = _counted_over(council_of(actor), row.day)
        row.delete()
        entry.changes = _redate(council_of(actor), "calendar_stamp", touched)
    return entry.changes


def set_local_standard(
    *,
    actor: User,
    clause: str,
    in_force_from: date,
    within: list[str],
    then_every: str,
    source: str,
    key: uuid.UUID | None = None,
) -> list[dict[str, object]]:
    """The council's own period for a clause from a day on, laid over the national one; returns what moved."""
    body = {"clause": clause, "in_force_from": in_force_from, "within": within, "then_every": then_every}
    with operation("set_local_standard", actor=actor, key=key, body=body, reason=source) as entry:
        row = LocalStandard.objects.filter(
            council=actor.council, clause=clause, in_force_from=in_force_from
        ).first() or LocalStandard(
            council=actor.council, clause=clause, in_force_from=in_force_from, recorded_by=actor
        )
        row.within, row.then_every, row.source = within, then_every, source
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"local_standard:{row.pk}"
        entry.changes = _redate(council_of(actor), "standards_stamp", _started_under(clause, in_force_from))
    return entry.changes


def remove_local_standard(
    *, actor: User, row: LocalStandard, expected_version: int, key: uuid.UUID | None = None
) -> list[dict[str, object]]:
    with operation(
        "remove_local_standard",
        actor=actor,
        root=row,
        expected_version=expected_version,
        key=key,
        body={"row": row.pk},
    ) as entry:
        entry.subject = f"local_standard:{row.pk}"
        touched = _started_under(row.clause, row.in_force_from)
        row.delete()
        entry.changes = _redate(council_of(actor), "standards_stamp", touched)
    return entry.changes


def _redate(council: Council, stamp: str, touched: QuerySet[Timescale]) -> list[dict[str, object]]:
    """Give the council a new stamp and derive again the cases that have such timescales; return what moved."""
    cases = list(touched.filter(council=council).order_by("case").values_list("case", flat=True).distinct())
    council = Council.objects.select_for_update().get(pk=council.pk)
    setattr(council, stamp, uuid.uuid4())
    council.save()
    try:
        return timescales.refresh(cases)
    except ValueError as error:  # a period that cannot be read, or a calendar that does not reach that far
        raise Refused(Problem(str(error), "within")) from error


def _counted_over(council: Council, day: date) -> QuerySet[Timescale]:
    """Timescales whose counting of working days may pass this day, reports due just before it among them."""
    standards = standards_of(council)
    periods = [(clause.key, clause.within) for edition in standards.editions for clause in edition.clauses]
    periods += [(local.clause_key, local.within) for local in standards.overlays]
    clauses = {key for key, within in periods if any(period.unit == WORKING_DAYS for period in within)}
    clauses.add("report.on_time")  # counted back from the hearing by the court's rule
    return Timescale.objects.filter(clause__in=clauses, starts_on__lte=day, due_on__gte=day - LONGEST_CLOSURE)


def _started_under(clause: str, in_force_from: date) -> QuerySet[Timescale]:
    return Timescale.objects.filter(clause=clause, starts_on__gte=in_force_from)
