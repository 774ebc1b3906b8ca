"""A person's own record, given to them on request."""

from __future__ import annotations

import uuid
from datetime import date

from cases.consultations import looked_at
from cases.models import Case, Consultation, Entry
from cases.models.staff import User
from cases.operation import operation
from justice.domain.errors import Problem, Refused


def release_subject_access_pack(
    *, actor: User, case: Case, recipient: str, asked_on: date, today: date, key: uuid.UUID | None = None
) -> Entry:
    """Say that a manager read the pack and gives it out, to whom; logged as a disclosure before it is sent."""
    body = {"recipient": recipient, "asked_on": asked_on}
    with operation("release_subject_access_pack", actor=actor, case=case, key=key, body=body) as entry:
        if asked_on > today:
            raise Refused(Problem("The day it was asked for must be today or in the past", "asked_on"))
        looked_at(
            user=actor,
            case=case,
            page="subject access pack",
            kind=Consultation.Kind.DOCUMENT,
            recipient=recipient,
        )
        entry.subject = f"person:{case.person_id}"
    return entry
