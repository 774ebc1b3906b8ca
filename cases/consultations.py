"""The record of who looked (Data Protection Act 2018, s.62): written before the page is sent, or it is not sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import DatabaseError
from django.db.models import Exists, OuterRef

from cases import budget
from cases.models import (
    COUNCIL_ROLES,
    TEAM_ROLES,
    Allocation,
    Case,
    Consultation,
    Cover,
    Limit,
    Opening,
    Permission,
    Role,
    User,
)
from cases.models.people import SEE_RESTRICTED
from justice.domain.looking import Ground


class NotLogged(Exception):  # noqa: N818  (a word of the house)
    """The look could not be written down: nothing of the record may be shown."""


def basis_of(user: User, case: Case) -> Ground:
    """On what ground this person sees this case now, worked out rather than asked: the grounds of
    CaseQuerySet.visible_to, the closest first."""
    if user.role == Role.INFORMATION_GOVERNANCE:
        return Ground.GOVERNANCE
    covered = Exists(Cover.objects.in_force().filter(by=user, worker=OuterRef("worker")))
    rows = Allocation.objects.filter(case=case, to_on=None).annotate(covered=covered)
    held = rows.values_list("worker_id", "team_id", "covered")
    if any(worker == user.pk for worker, _, _ in held):
        return Ground.ALLOCATED
    restricted = case.person.restricted
    if not restricted and any(covered for _, _, covered in held):
        return Ground.COVER
    if (
        user.team_id
        and any(team == user.team_id for _, team, _ in held)
        and (not restricted or _by_team(user, case))
    ):
        return Ground.TEAM
    if user.role in TEAM_ROLES:
        if Permission.objects.of(user).filter(case=case).exists():
            return Ground.PERMITTED
        if Opening.objects.of(user).filter(person=case.person_id).exists():
            return Ground.OPENED
    if not held:
        return Ground.UNALLOCATED
    return Ground.COUNCIL


def _by_team(user: User, case: Case) -> bool:
    """Whether being of the holding team shows this person a restricted record: its manager, and who is named."""
    if user.role == Role.FIRST_LINE_MANAGER or user.role in SEE_RESTRICTED:
        return True
    return Limit.objects.filter(person=case.person_id, user=user, kind=Limit.Kind.PERMITTED).exists()


def looked_at(
    *, user: User, case: Case, page: str, kind: str = Consultation.Kind.VIEW, recipient: str = ""
) -> None:
    """Somebody saw one person's record, or made a document of it. Raises Stopped: cases.budget."""
    row = Consultation(
        user=user,
        council_id=user.council_id,
        case=case,
        kind=kind,
        page=page,
        basis=basis_of(user, case),
        recipient=recipient,
    )
    _write(row, {case.pk} if row.basis in budget.COUNTED else set())


def looked_through(
    *,
    user: User,
    cases: Iterable[int],
    page: str,
    kind: str = Consultation.Kind.LIST,
    recipient: str = "",
    beyond: bool = False,
    agreed: bool = False,
) -> Consultation | None:
    """Somebody saw a list, or took it away: one row with the key of every case in it. An empty list shows nobody.

    What a list on the screen shows is one's own work, and for who sees the whole council the council's. A search, the
    API and a file reach further, and so does a list that is `beyond` it: the cases behind a figure, closed ones as
    well, which nobody holds. Whoever stands outside in these counts (cases.budget). `agreed`: somebody else agreed that
    they are taken away, so that they do not. Raises Stopped.
    """
    shown = sorted(set(cases))
    if not shown:
        return None
    row = Consultation(
        user=user, council_id=user.council_id, kind=kind, page=page, cases=shown, recipient=recipient
    )
    counts = kind != Consultation.Kind.LIST or (beyond and user.role not in COUNCIL_ROLES)
    outside = budget.outside(user, shown) if counts and not agreed else set()
    if outside:
        row.basis = Ground.OUTSIDE
    _write(row, outside)
    return row


def _write(row: Consultation, outside: set[int]) -> None:
    """Write the look down; `outside` are those of its cases that count towards the user's budget."""
    try:
        if outside:
            budget.spend(row.user, outside, row)
        else:
            row.save(force_insert=True)
    except DatabaseError as error:
        raise NotLogged(row.page) from error
