"""The record of who looked (Data Protection Act 2018, s.62): written before the page is sent, or it is not sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import DatabaseError
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from cases.models import TEAM_ROLES, Allocation, Case, Consultation, Cover, Opening, Role, User

GOVERNANCE = "information governance"


class NotLogged(Exception):  # noqa: N818  (a word of the house)
    """The look could not be written down: nothing of the record may be shown."""


def basis_of(user: User, case: Case) -> str:
    """On what ground this person sees this case now, worked out rather than asked: the grounds of
    CaseQuerySet.visible_to, the closest first."""
    if user.role == Role.INFORMATION_GOVERNANCE:
        return GOVERNANCE
    covered = Exists(Cover.objects.in_force().filter(by=user, worker=OuterRef("worker")))
    rows = Allocation.objects.filter(case=case, to_on=None).annotate(covered=covered)
    held = rows.values_list("worker_id", "team_id", "covered")
    restricted, manages = case.person.restricted, user.role == Role.FIRST_LINE_MANAGER
    if any(worker == user.pk for worker, _, _ in held):
        return "allocated"
    if not restricted and any(covered for _, _, covered in held):
        return "cover"
    of_team = bool(user.team_id) and any(team == user.team_id for _, team, _ in held)
    # A restricted record is open to the team's first line manager and not to the team.
    if of_team and (not restricted or manages):
        return "team"
    waits = not held and not (restricted and user.role in TEAM_ROLES)
    if user.role in TEAM_ROLES and not (waits and manages) and _opened(user, case):
        return "opened with a reason"
    return "unallocated" if not held else "council"


def _opened(user: User, case: Case) -> bool:
    now = Opening.objects.filter(opened_at__lte=Now(), until__gt=Now(), closed_at=None)
    return now.filter(person=case.person_id, user=user).exists()


def looked_at(
    *, user: User, case: Case, page: str, kind: str = Consultation.Kind.VIEW, recipient: str = ""
) -> None:
    """Somebody saw one person's record, or made a document of it."""
    _write(
        Consultation(
            user=user,
            council_id=user.council_id,
            case=case,
            kind=kind,
            page=page,
            basis=basis_of(user, case),
            recipient=recipient,
        )
    )


def looked_through(
    *, user: User, cases: Iterable[int], page: str, kind: str = Consultation.Kind.LIST, recipient: str = ""
) -> None:
    """Somebody saw a list, or took it away: one row with the key of every case in it. An empty list shows nobody."""
    shown = sorted(set(cases))
    if shown:
        _write(
            Consultation(
                user=user, council_id=user.council_id, kind=kind, page=page, cases=shown, recipient=recipient
            )
        )


def _write(row: Consultation) -> None:
    try:
        row.save(force_insert=True)
    except DatabaseError as error:
        raise NotLogged(row.page) from error
