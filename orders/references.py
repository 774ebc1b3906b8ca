"""References people can say on the telephone, made up where the council's own was not given.

The person is found by each of them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from cases import search
from cases.models import Council
from justice.domain.errors import Problem, Refused

TRIES = 20


def save_under_reference(row: Any, reference: str, council: Council, letters: str, day: date) -> None:
    """Save, new or not, under the reference given, or under the next free one of the year: "CPO-2025-0042".

    The constraint decides who has a reference, so that two made at once cannot share one. Refuses a reference
    that is taken.
    """
    if reference := reference.strip():
        if not _saved(row, reference):
            raise Refused(
                Problem("This reference is taken. Check it, or leave it empty", "reference", "taken")
            )
        search.refresh([row.case.person_id])
        return
    start = f"{letters}-{day.year}-"
    number = type(row).objects.filter(council=council, reference__startswith=start).count()
    for ahead in range(1, TRIES):
        if _saved(row, f"{start}{number + ahead:04d}"):
            search.refresh([row.case.person_id])
            return
    raise Refused(Problem("No reference could be made. Enter one", "reference", "no-reference"))


def _saved(row: Any, reference: str) -> bool:
    key, row.reference = row.pk, reference
    try:
        with transaction.atomic():
            row.save(force_insert=key is None)
    except IntegrityError:
        rows = type(row).objects.filter(council=row.council_id, reference=reference)
        if rows.exclude(pk=key).exists():
            row.pk = key
            return False
        raise
    return True
