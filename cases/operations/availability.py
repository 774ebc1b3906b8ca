"""Changes to how much of a week somebody has for casework, and to who covers for whom."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied

from cases import permissions
from cases.models import Availability, Cover, User
from cases.operation import operation
from justice.domain.errors import Problem, Refused


def set_availability(
    *,
    actor: User,
    user: User,
    reason: str,
    from_on: date,
    to_on: date | None,
    weekly_hours: Decimal | None = None,
    reduction_percent: int | None = None,
    key: uuid.UUID | None = None,
) -> Availability:
    """Somebody has a shorter week than a full-time post, or part of it taken up otherwise, from a day on."""
    # Why is in the row, for the managers of the person: the trail of changes has more readers.
    body = {
        "user": user.pk,
        "why": reason,
        "from_on": from_on,
        "to_on": to_on,
        "weekly_hours": weekly_hours,
        "reduction_percent": reduction_percent,
    }
    with operation("set_availability", actor=actor, key=key, body=body) as entry:
        _their_manager(actor, user)
        problems = []
        if weekly_hours is None and not reduction_percent:
            problems.append(Problem("Enter the hours of the week, a reduction, or both", "weekly_hours"))
        if reason not in Availability.Reason.values:
            problems.append(Problem("Choose a reason", "reason"))
        if to_on and to_on < from_on:
            problems.append(Problem("The last day must be on or after the first", "to_on"))
        if problems:
            raise Refused(*problems)
        row = Availability.objects.create(
            user=user,
            weekly_hours=weekly_hours,
            reduction_percent=reduction_percent or 0,
            reason=reason,
            from_on=from_on,
            to_on=to_on,
            recorded_by=actor,
        )
        entry.subject = f"availability:{row.pk}"
    return row


def end_availability(
    *,
    actor: User,
    availability: Availability,
    to_on: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Availability:
    """The last day of a shorter week or a reduction; the row stays on the record."""
    with operation(
        "end_availability",
        actor=actor,
        root=availability,
        expected_version=expected_version,
        key=key,
        body={"to_on": to_on},
    ) as entry:
        _their_manager(actor, availability.user)
        if to_on < availability.from_on:
            first = f"{availability.from_on:%-d %B %Y}"
            raise Refused(Problem(f"The last day must be {first} or later, when it began", "to_on"))
        availability.to_on = to_on
        availability.save()
        entry.subject = f"availability:{availability.pk}"
    return availability


def arrange_cover(
    *,
    actor: User,
    worker: User,
    by: User,
    from_on: date,
    to_on: date,
    today: date,
    reason: str = "",
    key: uuid.UUID | None = None,
) -> Cover:
    """Somebody does the work of a colleague who is away: sight of it and notices about it, for these days only."""
    body = {"worker": worker.pk, "by": by.pk, "from_on": from_on, "to_on": to_on, "why": reason}
    with operation("arrange_cover", actor=actor, key=key, body=body) as entry:
        _their_manager(actor, worker)
        problems = []
        if by.pk == worker.pk:
            problems.append(Problem("Choose somebody else to cover for them", "by"))
        elif not User.objects.caseworkers().filter(pk=by.pk, council=worker.council_id).exists():
            problems.append(Problem("Choose somebody who may hold cases", "by"))
        if to_on < from_on:
            problems.append(Problem("The last day must be on or after the first", "to_on"))
        elif to_on < today:
            problems.append(Problem("The last day must be today or later", "to_on"))
        standing = Cover.objects.filter(worker=worker, by=by, ended_on=None)
        if standing.filter(from_on__lte=to_on, to_on__gte=from_on).exists():
            problems.append(Problem("They cover on some of these days already. Choose other days", "from_on"))
        if problems:
            raise Refused(*problems)
        cover = Cover.objects.create(
            worker=worker, by=by, from_on=from_on, to_on=to_on, reason=reason, recorded_by=actor
        )
        entry.subject = f"cover:{cover.pk}"
    return cover


def end_cover(
    *, actor: User, cover: Cover, today: date, expected_version: int | None, key: uuid.UUID | None = None
) -> Cover:
    """Cover ends before its last day: from today on it no longer holds. Otherwise it ends by itself."""
    with operation("end_cover", actor=actor, root=cover, expected_version=expected_version, key=key) as entry:
        _their_manager(actor, cover.worker)
        if cover.ended_on or cover.to_on < today:
            raise Refused(Problem("This cover is over already"))
        cover.ended_on = today
        cover.save()
        entry.subject = f"cover:{cover.pk}"
    return cover


def _their_manager(actor: User, user: User) -> None:
    if not permissions.manages(actor, user):
        raise PermissionDenied("not their manager")
