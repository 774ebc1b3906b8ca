"""Lists of named people that are taken away: asked for, agreed to or declined, taken."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from cases.budget import edition_on
from cases.consultations import looked_through
from cases.models import COUNCIL_ROLES, Consultation, Export, User
from cases.operation import council_of, operation
from justice.domain.errors import Problem, Refused


def _stated(reason: str, why: str, given_to: str, recipient: str) -> list[Problem]:
    """What is missing of why a list is taken away, and for whom."""
    problems = []
    if reason not in Export.Reason.values:
        problems.append(Problem("Select why you need this list", "reason"))
    if reason == Export.Reason.OTHER and not why.strip():
        problems.append(Problem("Say why you need this list", "why"))
    if given_to not in Export.For.values:
        problems.append(Problem("Select who will receive this list", "given_to"))
    if given_to in (Export.For.COLLEAGUE, Export.For.OUTSIDE) and not recipient.strip():
        problems.append(Problem("Enter who will receive this list", "recipient"))
    return problems


def request_export(
    *,
    actor: User,
    page: str,
    words: str,
    address: str,
    rows: int,
    reason: str,
    why: str,
    given_to: str,
    recipient: str,
    now: datetime,
    key: uuid.UUID | None = None,
) -> Export:
    """Ask that somebody agrees to a list being taken away; the request lapses when its time is over."""
    body = {
        "page": page, "words": words, "address": address, "rows": rows, "why": why, "given_to": given_to,
        "recipient": recipient,
    }  # fmt: skip
    with operation("request_export", actor=actor, key=key, body=body, reason=reason) as entry:
        problems = _stated(reason, why, given_to, recipient)
        if Export.objects.filter(recorded_by=actor, address=address).waiting(now).exists():
            problems.append(Problem("You have asked for this list already, and nobody has answered yet"))
        if problems:
            raise Refused(*problems)
        row = Export(
            council=council_of(actor), page=page, words=words[:500], address=address, rows=rows, reason=reason, why=why,
            given_to=given_to, recipient="" if given_to == Export.For.SELF else recipient, recorded_by=actor,
            lapses_at=now + timedelta(hours=edition_on(now.date()).hours_open),
        )  # fmt: skip
        row.save()
        entry.subject = f"export:{row.pk}"
    return row


def agree_export(
    *, actor: User, export: Export, now: datetime, expected_version: int, key: uuid.UUID | None = None
) -> Export:
    """Agree that the list is taken away: whoever asked has until it lapses, and nobody else may."""
    with operation(
        "agree_export",
        actor=actor,
        council=export.council,
        root=export,
        expected_version=expected_version,
        key=key,
    ) as entry:
        entry.subject = _decided(export, actor, True, now)
    return export


def decline_export(
    *, actor: User, export: Export, now: datetime, expected_version: int, key: uuid.UUID | None = None
) -> Export:
    """Do not agree to it."""
    with operation(
        "decline_export",
        actor=actor,
        council=export.council,
        root=export,
        expected_version=expected_version,
        key=key,
    ) as entry:
        entry.subject = _decided(export, actor, False, now)
    return export


def _decided(export: Export, actor: User, agreed: bool, now: datetime) -> str:
    """Write down the answer, and say which row it is."""
    if not Export.objects.visible_to(actor).filter(pk=export.pk).exists():
        raise Export.DoesNotExist
    if export.recorded_by_id == actor.pk:
        raise Refused(Problem("You asked for this list yourself: somebody else has to answer"))
    if export.agreed is not None or export.taken_at is not None:
        raise Refused(Problem("This request was answered already"))
    if export.lapses_at <= now:
        raise Refused(Problem("This request has lapsed. Whoever asked can ask again"))
    export.agreed, export.decided_by, export.decided_at = agreed, actor, now
    export.lapses_at = now + timedelta(hours=edition_on(now.date()).hours_open)
    export.save()
    return f"export:{export.pk}"


def named_without_agreement(user: User, now: datetime) -> set[int]:
    """The cases in lists that this person took away in the last day on their own."""
    since = now - timedelta(days=1)
    rows = Export.objects.filter(
        recorded_by=user, agreed=None, taken_at__gt=since, consultation__isnull=False
    )
    lists = rows.values_list("consultation__cases", flat=True)
    return {case for cases in lists for case in cases}


def take_export(
    *,
    actor: User,
    cases: Iterable[int],
    rows: int,
    page: str,
    words: str,
    address: str,
    now: datetime,
    agreed: Export | None = None,
    reason: str = "",
    why: str = "",
    given_to: str = "",
    recipient: str = "",
) -> Export:
    """Write down that a list is taken away, and who is in it, before anything of it is sent.

    Raises Refused where somebody has to agree first and nobody has, and Stopped (cases.budget).
    """
    keys = sorted(set(cases))
    body = {
        "page": page, "words": words, "address": address, "rows": rows, "cases": keys, "why": why,
        "given_to": given_to, "recipient": recipient,
    }  # fmt: skip
    with operation("take_export", actor=actor, root=agreed, body=body, reason=reason) as entry:
        if agreed is None:
            row = Export(
                council=council_of(actor), page=page, words=words[:500], address=address, rows=rows, reason=reason,
                why=why, given_to=given_to, recipient="" if given_to == Export.For.SELF else recipient,
                recorded_by=actor, lapses_at=now,
            )  # fmt: skip
            problems = _stated(reason, why, given_to, recipient)
            if needs_agreement(actor, keys, rows, now):
                problems.append(Problem("Somebody else has to agree before this list is taken away"))
        else:
            row = agreed
            problems = []
            if not (
                row.agreed and row.recorded_by_id == actor.pk and row.taken_at is None and row.lapses_at > now
            ):
                problems.append(Problem("Nobody has agreed to this, or it has lapsed. Ask again"))
            if row.address != address or rows > row.rows:
                problems.append(Problem(f"The list has more rows than the {row.rows:,} agreed to. Ask again"))
        if problems:
            raise Refused(*problems)
        row.taken_at = now
        row.consultation = looked_through(
            user=actor, cases=keys, page=page, kind=Consultation.Kind.EXPORT, recipient=row.to_whom,
            agreed=agreed is not None,
        )  # fmt: skip
        row.save()
        entry.subject = f"export:{row.pk}"
    return row


def needs_agreement(user: User, cases: Iterable[int], rows: int, now: datetime) -> bool:
    """Whether somebody else has to agree first: to long lists, to what adds up to one within a day, and to every list
    of whoever sees the whole council."""
    most = edition_on(now.date()).named_without_agreement
    if user.role in COUNCIL_ROLES or rows > most:
        return True
    return len(named_without_agreement(user, now).union(cases)) > most
