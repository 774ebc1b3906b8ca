"""Changes to the notes on a case: written, and put right by a new one."""

from __future__ import annotations

import uuid
from datetime import date, time

from cases.models import Case, Note, Role, User
from cases.note_templates import only_headings, templates
from cases.operation import operation
from justice.domain.errors import Problem, Refused


def record_note(
    *,
    actor: User,
    case: Case,
    kind: str,
    on: date,
    text: str,
    today: date,
    at: time | None = None,
    sensitive: bool = False,
    key: uuid.UUID | None = None,
) -> Note:
    """Something is written down about a case."""
    body = {"kind": kind, "on": on, "at": at, "text": text, "sensitive": sensitive}
    with operation("record_note", actor=actor, case=case, key=key, body=body) as entry:
        problems = _problems(case, kind, on, text, today)
        if problems:
            raise Refused(*problems)
        note = Note.objects.create(
            case=case, kind=kind, on=on, at=at, text=text, sensitive=sensitive, recorded_by=actor
        )
        entry.subject = f"note:{note.pk}"
    return note


def correct_note(
    *,
    actor: User,
    note: Note,
    kind: str,
    on: date,
    text: str,
    reason: str,
    today: date,
    at: time | None = None,
    sensitive: bool = False,
    key: uuid.UUID | None = None,
) -> Note:
    """A note was wrong: a new one takes its place, and both stay on the record."""
    body = {"note": note, "kind": kind, "on": on, "at": at, "text": text, "sensitive": sensitive}
    with operation("correct_note", actor=actor, case=note.case, key=key, body=body, reason=reason) as entry:
        problems = _problems(note.case, kind, on, text, today)
        if not reason.strip():
            problems.append(Problem("Enter why the note is corrected", "reason", "reason_missing"))
        if note.sensitive and not sensitive:
            text_ = "This note is sensitive, and stays so. Tick the box again"
            problems.append(Problem(text_, "sensitive", "stays_sensitive"))
        if actor.pk != note.recorded_by_id and actor.role not in (Role.FIRST_LINE_MANAGER, Role.SYSTEM):
            text_ = "Only who wrote a note, or a first line manager, may correct it. Write a note of your own"
            problems.append(Problem(text_, code="not_the_author"))
        if Note.objects.filter(corrects=note).exists():
            text_ = "This note was corrected already. Correct the one that replaced it"
            problems.append(Problem(text_, code="corrected"))
        if problems:
            raise Refused(*problems)
        corrected = Note.objects.create(
            case=note.case,
            kind=kind,
            on=on,
            at=at,
            text=text,
            sensitive=sensitive,
            corrects=note,
            correction_reason=reason,
            recorded_by=actor,
        )
        entry.subject = f"note:{corrected.pk}"
    return corrected


def _problems(case: Case, kind: str, on: date, text: str, today: date) -> list[Problem]:
    found = []
    if kind not in templates():
        found.append(Problem("Select the kind of note", "kind", "kind_missing"))
    if on > today:
        found.append(Problem("Enter a date that is not in the future", "on", "in_the_future"))
    elif on < case.person.date_of_birth:
        found.append(Problem("Enter a date after the person was born", "on", "before_birth"))
    if not text.strip():
        found.append(Problem("Enter the note", "text", "text_missing"))
    elif only_headings(text):
        found.append(Problem("Write something under at least one heading", "text", "only_headings"))
    return found
