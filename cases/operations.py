"""Changes to people, cases, allocations, and to the settings that every case depends on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cases import timescales
from cases.calendars import standards_of
from cases.matching import Likeness, births_like, likeness, name_key
from cases.models import (
    Address,
    Alert,
    Alias,
    Allocation,
    CalendarDay,
    Case,
    Council,
    Explanation,
    Limit,
    Locality,
    LocalStandard,
    Opening,
    Person,
    Role,
    Team,
    Timescale,
    User,
)
from cases.operation import operation
from justice.domain.errors import Problem, Refused
from justice.domain.standards import WORKING_DAYS

LONGEST_CLOSURE = timedelta(
    days=14
)  # no run of closed days is longer: a report due before a hearing lies within it
OPENING_LASTS = timedelta(minutes=60)  # how long a restricted record stays open to who gave a reason


def possible_duplicates(
    *, council: Council, given_name: str, family_name: str, date_of_birth: date
) -> list[tuple[Person, Likeness]]:
    """People of the council who may be the same person, likeliest first; restricted ones are found too.

    The caller shows only those the user may see, and says that others exist only as "ask your manager".
    """
    key = name_key(given_name, family_name)
    born = Person.objects.filter(council=council, date_of_birth__in=births_like(date_of_birth))
    named = Person.objects.filter(council=council, name_key=key)
    aliased = Person.objects.filter(council=council, aliases__name_key=key)
    found = []
    known = born.union(named, aliased)
    people = Person.objects.filter(pk__in=[person.pk for person in known]).prefetch_related("aliases")
    for person in people:
        names = [person.name_key, *(alias.name_key for alias in person.aliases.all())]
        like = likeness(key, date_of_birth, names, person.date_of_birth)
        if like:
            found.append((person, like))
    return sorted(found, key=lambda pair: (-pair[1].share, pair[0].pk))


def _next_reference(council: Council) -> str:
    """P-000001 and so on; unique by constraint, so that two made at once cannot share one."""
    count = Person.objects.filter(council=council).count()
    while Person.objects.filter(council=council, reference=f"P-{count + 1:06d}").exists():
        count += 1
    return f"P-{count + 1:06d}"


def open_case(
    *,
    actor: User,
    given_name: str,
    family_name: str,
    date_of_birth: date,
    opened_on: date,
    gender: str,
    ethnicity: str = "not_known",
    employment: str = "not_known",
    postcode: str = "",
    address: str = "",
    team: Team | None = None,
    worker: User | None = None,
    not_a_duplicate: bool = False,
    key: uuid.UUID | None = None,
    body: Mapping[str, object] | None = None,
) -> Case:
    """A person who is new to the council, and their case, held from the first day by a team."""
    council = _council_of(actor)
    team = team or actor.team
    with operation("open_case", actor=actor, council=council, key=key, body=body) as entry:
        problems = []
        if date_of_birth > opened_on:
            problems.append(Problem("Date of birth must be in the past", "date_of_birth"))
        if team is None or team.council_id != council.pk:
            problems.append(Problem("Choose the team that takes the case", "team"))
        elif worker is not None and (worker.team_id != team.pk or not worker.is_active):
            problems.append(Problem("Choose somebody who works in that team", "worker"))
        same = possible_duplicates(
            council=council, given_name=given_name, family_name=family_name, date_of_birth=date_of_birth
        )
        if same and not not_a_duplicate:
            problems.append(
                Problem(
                    "Check the people below. If this is somebody else, say so", "not_a_duplicate", "duplicate"
                )
            )
        if problems or team is None:
            raise Refused(*problems)
        person = Person.objects.create(
            council=council,
            reference=_next_reference(council),
            given_name=given_name,
            family_name=family_name,
            date_of_birth=date_of_birth,
            gender=gender,
            ethnicity=ethnicity,
            employment=employment,
            name_key=name_key(given_name, family_name),
            recorded_by=actor,
        )
        if postcode or address:
            Address.objects.create(
                person=person, postcode=postcode, lines=address, from_on=opened_on, recorded_by=actor
            )
        case = Case.objects.create(council=council, person=person, opened_on=opened_on, recorded_by=actor)
        Allocation.objects.create(case=case, worker=worker, team=team, from_on=opened_on, recorded_by=actor)
        entry.case, entry.subject = case, f"case:{case.pk}"
    return case


def amend_person(
    *,
    actor: User,
    case: Case,
    expected_version: int,
    changes: Mapping[str, Any],
    reason: str = "",
    key: uuid.UUID | None = None,
) -> Person:
    """Correct what is known of the person: name, date of birth, gender, ethnicity, employment."""
    person = case.person
    with operation(
        "amend_person",
        actor=actor,
        case=case,
        root=person,
        expected_version=expected_version,
        key=key,
        body=changes,
        reason=reason,
    ) as entry:
        allowed = {"given_name", "family_name", "date_of_birth", "gender", "ethnicity", "employment"}
        if unknown := set(changes) - allowed:
            raise ValueError(f"not part of a person: {sorted(unknown)}")
        for name, value in changes.items():
            setattr(person, name, value)
        if person.date_of_birth > case.opened_on:
            raise Refused(Problem("Date of birth must be before the case was opened", "date_of_birth"))
        person.name_key = name_key(person.given_name, person.family_name)
        person.save()
        entry.subject = f"person:{person.pk}"
    return person


def add_alias(
    *, actor: User, case: Case, given_name: str, family_name: str, key: uuid.UUID | None = None
) -> Alias:
    """Another name the person is known by: they are found by it too."""
    body = {"given_name": given_name, "family_name": family_name}
    with operation("add_alias", actor=actor, case=case, key=key, body=body) as entry:
        alias = Alias.objects.create(
            person=case.person,
            given_name=given_name,
            family_name=family_name,
            name_key=name_key(given_name, family_name),
            recorded_by=actor,
        )
        entry.subject = f"alias:{alias.pk}"
    return alias


def change_address(
    *,
    actor: User,
    case: Case,
    lines: str,
    postcode: str,
    from_on: date,
    on: date,
    key: uuid.UUID | None = None,
) -> Address:
    """Where the person now lives; the address before it ends on that day and is kept."""
    body = {"lines": lines, "postcode": postcode, "from_on": from_on}
    with operation("change_address", actor=actor, case=case, key=key, body=body) as entry:
        if from_on > on:
            raise Refused(Problem("The date they moved must be today or in the past", "from_on"))
        present = Address.objects.filter(person=case.person, to_on=None).first()
        if present:
            if present.from_on and from_on < present.from_on:
                raise Refused(
                    Problem(
                        "The date they moved must be on or after the day the present address began", "from_on"
                    )
                )
            present.to_on = from_on
            present.save()
        address = Address.objects.create(
            person=case.person, lines=lines, postcode=postcode, from_on=from_on, recorded_by=actor
        )
        entry.subject = f"address:{address.pk}"
    return address


def raise_alert(
    *, actor: User, case: Case, kind: str, text: str, from_on: date, key: uuid.UUID | None = None
) -> Alert:
    """Something everyone who meets the person must see first."""
    body = {"kind": kind, "text": text, "from_on": from_on}
    with operation("raise_alert", actor=actor, case=case, key=key, body=body) as entry:
        alert = Alert.objects.create(
            person=case.person, kind=kind, text=text, from_on=from_on, recorded_by=actor
        )
        entry.subject = f"alert:{alert.pk}"
    return alert


def end_alert(
    *,
    actor: User,
    case: Case,
    alert: Alert,
    to_on: date,
    reason: str,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> Alert:
    """The alert no longer holds; it stays on the record with its dates."""
    body = {"to_on": to_on, "reason": reason}
    with operation(
        "end_alert",
        actor=actor,
        case=case,
        root=alert,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        if to_on < alert.from_on:
            raise Refused(Problem("The last day must be on or after the day the alert began", "to_on"))
        alert.to_on = to_on
        alert.save()
        entry.subject = f"alert:{alert.pk}"
    return alert


def assign_case(
    *,
    actor: User,
    case: Case,
    team: Team,
    worker: User | None,
    on: date,
    subject: str = "",
    reason: str = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Allocation:
    """Give the case, or one order in it, to a worker or to a team's queue, from a day on; history is kept."""
    body = {"team": team.pk, "worker": worker and worker.pk, "on": on, "subject": subject}
    with operation(
        "assign_case",
        actor=actor,
        case=case,
        root=case,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        problems = []
        if team.council_id != case.council_id:
            problems.append(Problem("Choose a team of this council", "team"))
        if worker is not None and (worker.team_id != team.pk or not worker.is_active):
            problems.append(Problem("Choose somebody who works in that team", "worker"))
        present = Allocation.objects.filter(case=case, subject=subject, to_on=None).first()
        if present and on < present.from_on:
            problems.append(
                Problem(
                    f"The day must be {present.from_on:%-d %B %Y} or later, when the present holder took over",
                    "on",
                )
            )
        if present and (present.team_id, present.worker_id) == (team.pk, worker and worker.pk):
            problems.append(Problem("They hold it already. Choose somebody else", "worker"))
        if (
            worker
            and Limit.objects.filter(person=case.person, user=worker, kind=Limit.Kind.EXCLUDED).exists()
        ):
            problems.append(Problem("This case cannot be given to them. Choose somebody else", "worker"))
        if problems:
            raise Refused(*problems)
        if present:
            present.to_on = on
            present.save()
        allocation = Allocation.objects.create(
            case=case, subject=subject, team=team, worker=worker, from_on=on, reason=reason, recorded_by=actor
        )
        entry.subject = subject or f"case:{case.pk}"
    return allocation


def close_case(
    *,
    actor: User,
    case: Case,
    on: date,
    reason: str,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Case:
    """Work with the person has ended: every order is, and nothing is still to be done."""
    body = {"on": on, "reason": reason}
    with operation(
        "close_case",
        actor=actor,
        case=case,
        root=case,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        if Timescale.objects.filter(case=case).open(on).exists():
            raise Refused(Problem("End every order and finish or withdraw what is still to be done first"))
        if on < case.opened_on:
            raise Refused(Problem("The case cannot close before it was opened", "on"))
        case.closed_on = on
        case.save()
        for allocation in Allocation.objects.filter(case=case, to_on=None):
            allocation.to_on = max(on, allocation.from_on)
            allocation.save()
        entry.subject = f"case:{case.pk}"
    return case


def limit_record(
    *,
    actor: User,
    case: Case,
    restricted: bool,
    permitted: Iterable[User],
    excluded: Iterable[User],
    reason: str,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> Person:
    """Say who alone may see this person's record, and who may not see it at all."""
    person, permitted, excluded = case.person, list(permitted), list(excluded)
    body = {
        "restricted": restricted,
        "permitted": sorted(user.pk for user in permitted),
        "excluded": sorted(user.pk for user in excluded),
    }
    with operation(
        "limit_record",
        actor=actor,
        case=case,
        root=person,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        if {user.pk for user in permitted} & {user.pk for user in excluded}:
            raise Refused(Problem("Nobody can be both permitted and excluded", "excluded"))
        person.restricted = restricted
        person.save()
        for limit in Limit.objects.filter(person=person):
            limit.delete()
        for users, kind in ((permitted, Limit.Kind.PERMITTED), (excluded, Limit.Kind.EXCLUDED)):
            for user in users:
                Limit.objects.create(person=person, user=user, kind=kind, reason=reason, recorded_by=actor)
        entry.subject = f"person:{person.pk}"
    return person


def open_restricted_record(
    *, actor: User, reference: str, reason: str, at: datetime, key: uuid.UUID | None = None
) -> Opening:
    """Let somebody outside a restricted record into it for an hour, for a reason its managers are told.

    Answers for a reference that does not exist, or from which the person is excluded, exactly alike.
    """
    body = {"reference": reference, "reason": reason}
    with operation("open_restricted_record", actor=actor, key=key, body=body, reason=reason) as entry:
        person = Person.objects.filter(council=actor.council_id, reference=reference, restricted=True).first()
        excluded = (
            person and Limit.objects.filter(person=person, user=actor, kind=Limit.Kind.EXCLUDED).exists()
        )
        if person is None or excluded:
            raise Refused(
                Problem("No restricted record has this reference. Check the reference", "reference")
            )
        opening = Opening.objects.create(
            person=person, user=actor, reason=reason, opened_at=at, until=at + OPENING_LASTS
        )
        entry.case = person.cases.order_by("-pk").first()
        entry.subject = f"opening:{opening.pk}"
    return opening


def explain_lateness(
    *,
    actor: User,
    timescale: Timescale,
    code: str,
    codes: Iterable[str],
    note: str = "",
    key: uuid.UUID | None = None,
) -> Explanation:
    """Say with a national code why this was late; `codes` are those the standard accepts."""
    return _explain("explain_lateness", Explanation.Kind.LATE, actor, timescale, code, codes, note, key)


def excuse_timescale(
    *,
    actor: User,
    timescale: Timescale,
    code: str,
    codes: Iterable[str],
    note: str = "",
    key: uuid.UUID | None = None,
) -> Explanation:
    """Leave this out of the figures, for a reason the national measures accept."""
    return _explain("excuse_timescale", Explanation.Kind.EXCUSED, actor, timescale, code, codes, note, key)


def _explain(
    name: str,
    kind: str,
    actor: User,
    timescale: Timescale,
    code: str,
    codes: Iterable[str],
    note: str,
    key: uuid.UUID | None,
) -> Explanation:
    body = {"timescale": timescales.identity(timescale), "code": code, "note": note}
    with operation(name, actor=actor, case=timescale.case, key=key, body=body, reason=note) as entry:
        if code not in set(codes):
            raise Refused(Problem("Choose one of the reasons", "code"))
        explanation, made = Explanation.objects.get_or_create(
            case=timescale.case,
            subject=timescale.subject,
            clause=timescale.clause,
            occurrence=timescale.occurrence,
            kind=kind,
            defaults={"code": code, "note": note, "recorded_by": actor},
        )
        if not made:
            explanation.code, explanation.note, explanation.recorded_by = code, note, actor
            explanation.save()
        entry.subject = timescale.subject
    return explanation


# --- Settings -------------------------------------------------------------------------------------------------


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
    key: uuid.UUID | None = None,
) -> User:
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
    )
    with operation("add_member_of_staff", actor=actor, key=key, body=body) as entry:
        _check_role(role, team)
        user.set_password(password)
        _save_named(user, "email")
        entry.subject = f"user:{user.pk}"
    return user


def amend_member_of_staff(
    *,
    actor: User,
    user: User,
    name: str,
    role: str,
    team: Team | None,
    is_active: bool,
    registered_social_worker: bool,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> User:
    """A new name, role or team, or leaving: it counts from the next request on."""
    body = {
        "name": name,
        "role": role,
        "team": team and team.pk,
        "is_active": is_active,
        "registered": registered_social_worker,
    }
    with operation(
        "amend_member_of_staff", actor=actor, root=user, expected_version=expected_version, key=key, body=body
    ) as entry:
        if user.pk == actor.pk:
            raise Refused(Problem("Somebody else must change your own role, team or access"))
        _check_role(role, team)
        user.name, user.role, user.team, user.is_active = name, role, team, is_active
        user.registered_social_worker = registered_social_worker
        user.save()
        entry.subject = f"user:{user.pk}"
    return user


def _check_role(role: str, team: Team | None) -> None:
    from cases.models import TEAM_ROLES

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
        entry.changes = _redate(_council_of(actor), "calendar_stamp", _counted_over(_council_of(actor), day))
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
        touched = _counted_over(_council_of(actor), row.day)
        row.delete()
        entry.changes = _redate(_council_of(actor), "calendar_stamp", touched)
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
        entry.changes = _redate(_council_of(actor), "standards_stamp", _started_under(clause, in_force_from))
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
        entry.changes = _redate(_council_of(actor), "standards_stamp", touched)
    return entry.changes


def _council_of(actor: User) -> Council:
    if actor.council is None:
        raise ValueError("the system has no council of its own: it acts for one")
    return actor.council


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
