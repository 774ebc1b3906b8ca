"""What a manager found when they asked why a record was looked at."""

from __future__ import annotations

import uuid

from cases.models import UnusualLooking, User
from cases.operation import operation
from justice.domain.errors import Problem, Refused


def answer_unusual_looking(
    *,
    actor: User,
    looking: UnusualLooking,
    answer: str,
    note: str,
    expected_version: int | None = None,
    key: uuid.UUID | None = None,
) -> UnusualLooking:
    """Say that looks were explained, or that they need following up. Nobody answers for themselves."""
    with operation(
        "answer_unusual_looking",
        actor=actor,
        root=looking,
        expected_version=expected_version,
        key=key,
        body={"answer": answer, "note": note},
    ) as entry:
        if not UnusualLooking.objects.visible_to(actor).filter(pk=looking.pk).exists():
            raise UnusualLooking.DoesNotExist
        if not note.strip():
            raise Refused(Problem("Say what the reason was, or what happens next", field="note"))
        looking.answer, looking.note, looking.answered_by = answer, note, actor
        looking.save()
        entry.subject = f"unusual_looking:{looking.pk}"
    return looking
