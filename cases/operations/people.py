"""Changes to people, cases and allocations."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.module_loading import import_string

from cases import permissions, search, timescales
from cases.matching import Likeness, name_key
from cases.models import (
    Address,
    Alert,
    Alias,
    Allocation,
    Case,
    Council,
    Explanation,
    Limit,
    Opening,
    Person,
    Team,
    Timescale,
    User,
)
from cases.notices import tell_of_opening
from cases.operation import council_of, operation
from justice.domain.errors import Problem, Refused

OPENING_LASTS = timedelta(minutes=60)  # how long a restricted record stays open to who gave a reason


def possible_duplicates(
    *, council: Council, given_name: str, family_name: str, date_of_birth: date
) -> list[tuple[Person, Likeness]]:
    """People of the council who may be the same person, likeliest first; restricted ones are found too.

    The caller shows only those the user may see, and says that others exist only as "ask your manager".
    """
    return search.people_like(council, given_name, family_name, date_of_birth)


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
) -> Case:
    """A person who is new to the council, and their case, held from the first day by a team."""
    council = council_of(actor)
    team = team or actor.team
    body = {
        "name": [given_name, family_name], "born": date_of_birth, "gender": gender, "ethnicity": ethnicity,
        "employment": employment, "postcode": postcode, "address": address, "team": team, "worker": worker,
        "not_a_duplicate": not_a_duplicate,
    }  # fmt: skip
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
        search.refresh([person.pk])
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
        search.refresh([person.pk])
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
        search.refresh([alias.person_id])
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
        search.refresh([address.person_id])
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
        for follow in _followers():
            follow(case=case, subject=subject, old=present and present.worker, new=worker, on=on)
        entry.subject = subject or f"case:{case.pk}"
    return allocation


@lru_cache(maxsize=1)
def _followers() -> tuple[Callable[..., None], ...]:
    return tuple(import_string(path) for path in settings.FOLLOW_ALLOCATION)


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
        if not permissions.cases_answered_for(actor).filter(pk=case.pk).exists():
            raise PermissionDenied("not theirs to answer for")
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
            person=person, user=actor, team=actor.team, reason=reason, opened_at=at, until=at + OPENING_LASTS
        )
        entry.case = person.cases.order_by("-pk").first()
        entry.subject = f"opening:{opening.pk}"
        if entry.case is not None:
            tell_of_opening(opening, entry.case)
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
