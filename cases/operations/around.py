"""Changes to how a person is reached, to who stands around them, and to what is known of victims."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied

from cases import permissions
from cases.models import Associate, Case, ContactPoint, User, VictimInformation, VictimReader
from cases.operation import operation
from justice.domain.errors import Problem, Refused

# --- How the person is reached --------------------------------------------------------------------------------


def add_contact_point(
    *,
    actor: User,
    case: Case,
    kind: str,
    value: str,
    from_on: date,
    today: date,
    note: str = "",
    preferred: bool = False,
    reminders: bool = False,
    agreed_on: date | None = None,
    key: uuid.UUID | None = None,
) -> ContactPoint:
    """A number or address the person gave; those before it stay, each with its dates."""
    body = {
        "kind": kind,
        "value": value,
        "from_on": from_on,
        "note": note,
        "preferred": preferred,
        "reminders": reminders,
        "agreed_on": agreed_on,
    }
    with operation("add_contact_point", actor=actor, case=case, key=key, body=body) as entry:
        problems = _reminder_problems(kind, reminders, agreed_on, today)
        if from_on > today:
            problems.append(Problem("The date they gave it must be today or in the past", "from_on"))
        present = ContactPoint.objects.filter(person=case.person_id).present()
        if any(_dialled(one.value) == _dialled(value) for one in present):
            problems.append(Problem("This is recorded already. Change it there", "value"))
        if problems:
            raise Refused(*problems)
        if preferred:
            _prefer_no_other(case)
        point = ContactPoint.objects.create(
            person=case.person,
            kind=kind,
            value=value,
            note=note,
            preferred=preferred,
            reminders=reminders,
            agreed_on=agreed_on,
            from_on=from_on,
            recorded_by=actor,
        )
        entry.subject = f"contact_point:{point.pk}"
    return point


def amend_contact_point(
    *,
    actor: User,
    case: Case,
    point: ContactPoint,
    value: str,
    note: str,
    preferred: bool,
    reminders: bool,
    agreed_on: date | None,
    today: date,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> ContactPoint:
    """A slip put right, another note, or the person's word about reminders. A new number is a new row."""
    body = {
        "value": value,
        "note": note,
        "preferred": preferred,
        "reminders": reminders,
        "agreed_on": agreed_on,
    }
    with operation(
        "amend_contact_point",
        actor=actor,
        case=case,
        root=point,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        problems = _reminder_problems(point.kind, reminders, agreed_on, today)
        if problems:
            raise Refused(*problems)
        if preferred and not point.preferred:
            _prefer_no_other(case)
        point.value, point.note, point.preferred = value, note, preferred
        point.reminders, point.agreed_on = reminders, agreed_on
        point.save()
        entry.subject = f"contact_point:{point.pk}"
    return point


def end_contact_point(
    *,
    actor: User,
    case: Case,
    point: ContactPoint,
    to_on: date,
    today: date,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> ContactPoint:
    """The person is no longer reached there; nothing more is sent to it."""
    body = {"to_on": to_on}
    with operation(
        "end_contact_point",
        actor=actor,
        case=case,
        root=point,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _check_end(point.from_on, to_on, today)
        point.to_on = to_on
        point.save()
        entry.subject = f"contact_point:{point.pk}"
    return point


def _reminder_problems(kind: str, reminders: bool, agreed_on: date | None, today: date) -> list[Problem]:
    if not reminders:
        return []
    if kind not in ContactPoint.TAKE_REMINDERS:
        return [
            Problem("Reminders go by text or email. Choose no, or record a mobile or an email", "reminders")
        ]
    if agreed_on is None:
        return [Problem("Enter the date they agreed to reminders", "agreed_on")]
    if agreed_on > today:
        return [Problem("The date they agreed must be today or in the past", "agreed_on")]
    return []


def _dialled(value: str) -> str:
    """What two spellings of one number or address have in common."""
    return value.lower() if "@" in value else re.sub(r"\D", "", value).removeprefix("44").removeprefix("0")


def _prefer_no_other(case: Case) -> None:
    for other in ContactPoint.objects.filter(person=case.person_id, preferred=True).present():
        other.preferred = False
        other.version += 1
        other.save()


def _check_end(from_on: date | None, to_on: date, today: date) -> None:
    if to_on > today:
        raise Refused(Problem("The last day must be today or in the past", "to_on"))
    if from_on and to_on < from_on:
        raise Refused(Problem(f"The last day must be {from_on:%-d %B %Y} or later, when it began", "to_on"))


# --- The people around them -----------------------------------------------------------------------------------


def add_associate(
    *,
    actor: User,
    case: Case,
    name: str,
    relation: str,
    today: date,
    organisation: str = "",
    telephone: str = "",
    note: str = "",
    lives_with: bool = False,
    from_on: date | None = None,
    key: uuid.UUID | None = None,
) -> Associate:
    """Somebody in the person's life, or somebody who works with them."""
    body = {
        "name": name,
        "relation": relation,
        "organisation": organisation,
        "telephone": telephone,
        "note": note,
        "lives_with": lives_with,
        "from_on": from_on,
    }
    with operation("add_associate", actor=actor, case=case, key=key, body=body) as entry:
        _check_associate(relation, lives_with, from_on, today)
        associate = Associate.objects.create(person=case.person, recorded_by=actor, **body)
        entry.subject = f"associate:{associate.pk}"
    return associate


def amend_associate(
    *,
    actor: User,
    case: Case,
    associate: Associate,
    name: str,
    relation: str,
    organisation: str,
    telephone: str,
    note: str,
    lives_with: bool,
    from_on: date | None,
    today: date,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> Associate:
    """What is now known of them; how it stood before is kept."""
    body = {
        "name": name,
        "relation": relation,
        "organisation": organisation,
        "telephone": telephone,
        "note": note,
        "lives_with": lives_with,
        "from_on": from_on,
    }
    with operation(
        "amend_associate",
        actor=actor,
        case=case,
        root=associate,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _check_associate(relation, lives_with, from_on, today)
        for column, value in body.items():
            setattr(associate, column, value)
        associate.save()
        entry.subject = f"associate:{associate.pk}"
    return associate


def end_associate(
    *,
    actor: User,
    case: Case,
    associate: Associate,
    to_on: date,
    today: date,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> Associate:
    """They are no longer part of the person's life or work; they stay on the record with their dates."""
    body = {"to_on": to_on}
    with operation(
        "end_associate",
        actor=actor,
        case=case,
        root=associate,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _check_end(associate.from_on, to_on, today)
        associate.to_on = to_on
        associate.save()
        entry.subject = f"associate:{associate.pk}"
    return associate


def _check_associate(relation: str, lives_with: bool, from_on: date | None, today: date) -> None:
    problems = []
    if from_on and from_on > today:
        problems.append(Problem("The day it began must be today or in the past", "from_on"))
    if lives_with and relation in Associate.PROFESSIONALS:
        problems.append(
            Problem("Somebody who works with the person does not live with them. Choose no", "lives_with")
        )
    if problems:
        raise Refused(*problems)


# --- Victims: the rule of who may is cases.permissions.cases_whose_victims_are_seen_by --------------------------
# Nothing a victim said goes into an entry: entries are read by more people than may know of it.


def _check_sight(actor: User, case: Case) -> None:
    if not permissions.may_see_victims(actor, case):
        raise PermissionDenied("victim information")


def add_victim_information(
    *,
    actor: User,
    case: Case,
    name: str,
    from_on: date,
    today: date,
    relationship: str = "",
    wishes: str = "",
    safety: str = "",
    key: uuid.UUID | None = None,
) -> VictimInformation:
    """What one victim asked to be told, how they are reached, and what keeps them safe."""
    body = {
        "name": name,
        "from_on": from_on,
        "relationship": relationship,
        "wishes": wishes,
        "safety": safety,
    }
    with operation("add_victim_information", actor=actor, case=case, key=key, body=body) as entry:
        _check_sight(actor, case)
        if from_on > today:
            raise Refused(Problem("The date we learned of it must be today or in the past", "from_on"))
        victim = VictimInformation.objects.create(case=case, recorded_by=actor, **body)
        entry.subject = f"victim_information:{victim.pk}"
    return victim


def amend_victim_information(
    *,
    actor: User,
    case: Case,
    victim: VictimInformation,
    name: str,
    relationship: str,
    wishes: str,
    safety: str,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> VictimInformation:
    """What is now known or asked; how it stood before is kept."""
    body = {"name": name, "relationship": relationship, "wishes": wishes, "safety": safety}
    with operation(
        "amend_victim_information",
        actor=actor,
        case=case,
        root=victim,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _check_sight(actor, case)
        for column, value in body.items():
            setattr(victim, column, value)
        victim.save()
        entry.subject = f"victim_information:{victim.pk}"
    return victim


def end_victim_information(
    *,
    actor: User,
    case: Case,
    victim: VictimInformation,
    to_on: date,
    today: date,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> VictimInformation:
    """It no longer holds; it stays on the record, under the same rule."""
    body = {"to_on": to_on}
    with operation(
        "end_victim_information",
        actor=actor,
        case=case,
        root=victim,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _check_sight(actor, case)
        _check_end(victim.from_on, to_on, today)
        victim.to_on = to_on
        victim.save()
        entry.subject = f"victim_information:{victim.pk}"
    return victim


def name_victim_readers(
    *,
    actor: User,
    case: Case,
    named: Iterable[User],
    reason: str,
    expected_version: int,
    key: uuid.UUID | None = None,
) -> Case:
    """Who may see the case's victim information beside its holders and their manager: these, and no others."""
    wanted = {user.pk: user for user in named}
    body = {"named": sorted(wanted), "why": reason}
    with operation(
        "name_victim_readers",
        actor=actor,
        case=case,
        root=case,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _check_sight(actor, case)
        unseen = [
            user for user in wanted.values() if not Case.objects.visible_to(user).filter(pk=case.pk).exists()
        ]
        if unseen:
            names = ", ".join(sorted(user.name for user in unseen))
            message = f"Choose only people who may see this case. It is closed to {names}"
            raise Refused(Problem(message, "named"))
        for reader in VictimReader.objects.filter(case=case):
            if wanted.pop(reader.user_id, None) is None:
                reader.delete()
        for user in wanted.values():
            VictimReader.objects.create(case=case, user=user, reason=reason, recorded_by=actor)
        entry.subject = f"case:{case.pk}"
    return case
