"""The one way anything changes: permitted, locked, unrepeated, all or nothing, audited, timescales redone."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import F

from cases import permissions, timescales
from cases.models import Case, Council, Entry, EntryReason, Role, Submission, User
from cases.models.base import current_actor, current_entry
from justice.domain.errors import Problem, Refused

log = logging.getLogger(__name__)

SYSTEM_EMAIL = "system@justice.invalid"


class Stale(Exception):  # noqa: N818  (a word of the house)
    """The record changed after the form was opened: nothing was saved, and both texts must be shown."""

    def __init__(self, root: models.Model) -> None:
        super().__init__(f"{root._meta.model_name} {root.pk}")
        self.root = root


class Repeated(Exception):  # noqa: N818  (a word of the house)
    """The same form or call came a second time: it was carried out once, and this is what it made."""

    def __init__(self, result: str) -> None:
        super().__init__(result)
        self.result = result


def system_user() -> User:
    """Who acts when a job does: no council, no password, no way to sign in."""
    user, _ = User.objects.get_or_create(
        email=SYSTEM_EMAIL,
        defaults={"name": "System", "role": Role.SYSTEM, "is_active": False, "password": "!"},
    )
    return user


@contextmanager
def operation(
    name: str,
    *,
    actor: User,
    case: Case | None = None,
    council: Council | None = None,
    root: models.Model | None = None,
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
    body: Mapping[str, object] | None = None,
    reason: str = "",
) -> Iterator[Entry]:
    """Carry out one change, or none of it.

    `root` is the row that people edit; with `expected_version` it must still be as the form found it. `key`
    makes the change happen once however often it is sent; `body` is what was sent beside case, root and reason, so
    that the same key with other content is refused. Set `entry.subject` to what was made ("order:12"): a
    repeated call gets it back.

    Raises PermissionDenied (role), Case.DoesNotExist (sight), Stale, Repeated and Refused.
    """
    if not permissions.allows(actor, name):
        raise PermissionDenied(name)
    entry = Entry(
        actor=actor, operation=name, case=case, council=council or _council(case, actor), reason=reason
    )
    tokens = current_entry.set(entry.id), current_actor.set(actor.pk)
    try:
        with transaction.atomic():
            sent = {"body": body, "about": [case, root], "why": reason}
            submission = _claim(key, actor, name, sent)
            if case is not None:
                Case.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case.pk)
            if root is not None:
                advance(root, expected_version)
            yield entry
            if case is not None:
                entry.changes += timescales.refresh([case.pk])
            said = EntryReason.parted(entry)
            entry.save(force_insert=True)
            if said is not None:
                said.save(force_insert=True)
            if submission is not None:
                submission.result = entry.subject
                submission.save(update_fields=("result",))
    except IntegrityError as error:
        _tell(entry, type(error).__name__)
        if not _is_taken(error):
            raise
        message = "Somebody else saved the same at this moment. Look at what is there now, then try again"
        raise Refused(Problem(message, code="taken")) from error
    except Exception as error:
        _tell(entry, type(error).__name__)
        raise
    else:
        _tell(entry, "done")
    finally:
        current_entry.reset(tokens[0])
        current_actor.reset(tokens[1])


def _tell(entry: Entry, outcome: str) -> None:
    """One line of the log, with ids only: by it the number of a request leads to the entry, and back."""
    said = {"operation": entry.operation, "user": entry.actor_id, "case": entry.case_id, "outcome": outcome}
    log.info("operation", extra={**said, **({"entry": entry.pk} if outcome == "done" else {})})


class _BodyEncoder(DjangoJSONEncoder):
    """What was sent, as text to compare: a row is its kind and key."""

    def default(self, o: object) -> object:
        if isinstance(o, models.Model):
            return f"{o._meta.label_lower}:{o.pk}"
        if isinstance(o, set | frozenset | models.QuerySet):
            return sorted(map(str, o))
        return super().default(o)


def _council(case: Case | None, actor: User) -> Council | None:
    return case.council if case is not None else actor.council


def council_of(actor: User) -> Council:
    if actor.council is None:
        raise ValueError("the system has no council of its own: it acts for one")
    return actor.council


def _claim(key: uuid.UUID | None, actor: User, name: str, sent: Mapping[str, object]) -> Submission | None:
    """Take the key for this transaction; whoever comes second waits here for the first to commit."""
    if key is None:
        return None
    text = json.dumps(sent, cls=_BodyEncoder, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    submission = Submission(key=key, user=actor, operation=name, body_hash=digest)
    try:
        with transaction.atomic():
            submission.save(force_insert=True)
    except IntegrityError:
        first = Submission.objects.get(pk=key)
        if (first.user_id, first.operation, first.body_hash) != (actor.pk, name, digest):
            raise Refused(
                Problem(
                    "This form was already sent with other details. Open it again and check what was saved",
                    code="key-reused",
                )
            ) from None
        raise Repeated(first.result) from None
    return submission


def carried_out(key: uuid.UUID, actor: int | None) -> bool:
    """Whether this person's form or call with this key was carried out already."""
    return Submission.objects.filter(pk=key, user=actor).exists()


def _is_taken(error: IntegrityError) -> bool:
    """Whether the database refused a second row of what there may be one of: two people at once, both checked."""
    return getattr(error.__cause__, "pgcode", "") == "23505" or "UNIQUE constraint failed" in str(error)


def advance(root: models.Model, expected_version: int | None) -> None:
    """Move the row to its next version, unless somebody else did since the form was opened.

    For an operation whose first call makes the row: it looks for it inside `operation`, where the key is known, and
    calls this itself. A row found before would be no part of the first call and of its copies, which must be alike.
    """
    rows = type(root)._default_manager.filter(pk=root.pk)
    if expected_version is not None:
        rows = rows.filter(version=expected_version)
    if not rows.update(version=F("version") + 1):
        try:
            root.refresh_from_db()
        except ObjectDoesNotExist:
            raise Refused(Problem("This record is no longer there", code="gone")) from None
        raise Stale(root)
    root.refresh_from_db()
