"""Who is let in to a record beyond those it belongs to: what becomes of an opening, and one case for one colleague."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.core.exceptions import PermissionDenied

from cases import permissions
from cases.models import TEAM_ROLES, Case, Limit, Opening, Permission, User
from cases.operation import operation
from justice.domain.errors import Problem, Refused


def close_opening(*, actor: User, opening: Opening, at: datetime, key: uuid.UUID | None = None) -> Opening:
    """Whoever opened a restricted record has seen what they needed: it is closed to them from now on."""
    with operation("close_opening", actor=actor, root=opening, key=key) as entry:
        if opening.user_id != actor.pk:
            raise PermissionDenied("not their own")
        if opening.over_at <= at:
            raise Refused(Problem("This record is closed to you already"))
        opening.closed_at = at
        opening.save()
        entry.case, entry.subject = _case_of(opening), f"opening:{opening.pk}"
    return opening


def review_opening(
    *,
    actor: User,
    opening: Opening,
    judgement: str,
    at: datetime,
    expected_version: int | None,
    comment: str = "",
    key: uuid.UUID | None = None,
) -> Opening:
    """The manager who answers for a record says whether it was opened with good reason; once, and not by who did."""
    with operation(
        "review_opening",
        actor=actor,
        root=opening,
        expected_version=expected_version,
        key=key,
        body={"judgement": judgement, "comment": comment},
    ) as entry:
        case = _case_of(opening)
        if opening.user_id == actor.pk:
            raise PermissionDenied("their own")
        if not permissions.cases_answered_for(actor).filter(person=opening.person_id).exists():
            raise PermissionDenied("not theirs to answer for")
        problems = []
        if opening.reviewed_at:
            problems.append(Problem("This opening was reviewed already"))
        if judgement not in Opening.Judgement.values:
            problems.append(Problem("Choose whether it was in order", "judgement"))
        elif judgement == Opening.Judgement.FOLLOW_UP and not comment:
            problems.append(Problem("Enter what is to be followed up", "comment"))
        if problems:
            raise Refused(*problems)
        opening.judgement, opening.comment = judgement, comment
        opening.reviewed_at, opening.reviewed_by = at, actor
        opening.save()
        entry.case, entry.subject = case, f"opening:{opening.pk}"
    return opening


def permit_access(
    *,
    actor: User,
    case: Case,
    user: User,
    to_on: date,
    reason: str,
    today: date,
    key: uuid.UUID | None = None,
) -> Permission:
    """One colleague who would not see one case sees it from today until the end of a day."""
    body = {"user": user.pk, "to_on": to_on}
    with operation("permit_access", actor=actor, case=case, key=key, body=body, reason=reason) as entry:
        _answers_for(actor, case)
        problems = []
        if user.council_id != case.council_id or user.role not in TEAM_ROLES or not user.is_active:
            problems.append(Problem("Choose somebody of the council who works with cases", "user"))
        elif Limit.objects.filter(person=case.person_id, user=user, kind=Limit.Kind.EXCLUDED).exists():
            problems.append(
                Problem("They are excluded from this record. Choose somebody else", "user", "excluded")
            )
        elif Case.objects.visible_to(user).filter(pk=case.pk).exists():
            problems.append(Problem("They can see this case already. Choose somebody else", "user"))
        if to_on < today:
            problems.append(Problem("The last day must be today or later", "to_on"))
        if problems:
            raise Refused(*problems)
        row = Permission.objects.create(
            case=case, user=user, from_on=today, to_on=to_on, reason=reason, recorded_by=actor
        )
        entry.subject = f"permission:{row.pk}"
    return row


def end_permission(
    *,
    actor: User,
    permission: Permission,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Permission:
    """The colleague no longer sees the case, from today on. Otherwise it ends by itself."""
    with operation(
        "end_permission",
        actor=actor,
        case=permission.case,
        root=permission,
        expected_version=expected_version,
        key=key,
    ) as entry:
        _answers_for(actor, permission.case)
        if permission.ended_on or permission.to_on < today:
            raise Refused(Problem("This permission is over already"))
        permission.ended_on = today
        permission.save()
        entry.subject = f"permission:{permission.pk}"
    return permission


def _answers_for(actor: User, case: Case) -> None:
    if not permissions.cases_answered_for(actor).filter(pk=case.pk).exists():
        raise PermissionDenied("not theirs to answer for")


def _case_of(opening: Opening) -> Case | None:
    return opening.person.cases.order_by("-pk").first()
