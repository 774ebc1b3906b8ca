"""Keeping what is typed into a form apart from the record, until it is sent or let go.

Each opening of a form's page has a row of its own. A page that was restored takes the row over that it was restored
from, unless that was written to meanwhile (the form is still open in another tab): then both stay.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from cases.models import Draft, Submission, User
from justice.domain.errors import Problem, Refused

LONGEST: Final = 256 * 1024  # characters of one draft: several times what the longest form may hold
MOST: Final = 200  # drafts of one person
KEPT: Final = timedelta(days=30)
KEPT_EMPTY: Final = timedelta(days=2)  # long enough for the last saving of a page that has gone to arrive


@dataclass(frozen=True)
class OpenForm:
    """One opening of a form's page: whose, which form, about which case, and the draft it began from.

    Keys and no rows: it travels with the page, signed.
    """

    user: int
    path: str
    stamp: uuid.UUID
    query: str = ""
    case: int | None = None
    after: uuid.UUID | None = None
    after_turn: int = 0


def keep(form: OpenForm, data: Mapping[str, list[str]], *, turn: int, at: datetime) -> Draft:
    """Keep what is typed now, unless something newer of this opening is kept or its form was carried out.

    Gives the row as it then is. Raises Refused for what is too long, and for the first draft too many.
    """
    if len(json.dumps(data)) > LONGEST:
        raise Refused(
            Problem("This is too long to be kept as a draft. Shorten it, or send the form", code="too-long")
        )
    newer = {"data": data, "turn": turn, "saved_at": at}
    own = Draft.objects.filter(user=form.user, stamp=form.stamp)
    if not own.filter(sent_at=None, turn__lt=turn).update(**newer):
        found = own.first()
        if found is not None:
            return found
        try:
            with transaction.atomic():
                _begin(form, newer)
        except IntegrityError:  # the same page at the same moment
            own.filter(sent_at=None, turn__lt=turn).update(**newer)
    return own.get()


def _begin(form: OpenForm, newer: Mapping[str, object]) -> None:
    if form.after is not None:
        before = Draft.objects.filter(user=form.user, path=form.path, stamp=form.after, turn=form.after_turn)
        if before.filter(sent_at=None).update(stamp=form.stamp, **newer):
            return
    if Draft.objects.filter(user=form.user).unfinished().count() >= MOST:
        raise Refused(
            Problem(f"You have {MOST} unfinished forms. Send or discard some of them first", code="too-many")
        )
    Draft.objects.create(
        user_id=form.user,
        case_id=form.case,
        path=form.path,
        query=form.query,
        stamp=form.stamp,
        **newer,
    )


def forget(form: OpenForm, *, at: datetime) -> None:
    """The form was carried out, or let go: nothing of it stays, and what arrives late is not kept."""
    gone = {"data": {}, "saved_at": at, "sent_at": at}
    mine = Draft.objects.filter(user=form.user, sent_at=None)
    if form.after is not None:
        mine.filter(stamp=form.after, turn=form.after_turn).update(**gone)
    if not mine.filter(stamp=form.stamp).update(**gone):
        Draft.objects.get_or_create(
            user_id=form.user, stamp=form.stamp, defaults={"path": form.path, "case_id": form.case, **gone}
        )


def carried_out(user: User, key: str) -> bool:
    """Whether a form with this key has been carried out for this person."""
    try:
        return Submission.objects.filter(pk=uuid.UUID(key), user=user.pk).exists()
    except ValueError:
        return False


def may_come_back(user: int) -> bool:
    """Whether what somebody typed is worth keeping for them: not when they have left."""
    return User.objects.filter(pk=user, is_active=True).exists()


def clear_old(council: int, at: datetime) -> int:
    """Remove what nobody came back for, and the empty rows that have served."""
    old = Q(saved_at__lt=at - KEPT) | Q(data={}, saved_at__lt=at - KEPT_EMPTY)
    return Draft.objects.filter(old, user__council=council).delete()[0]
