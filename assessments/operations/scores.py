"""Changes to the bands that give a level to an LS/CMI total: only with sight of what they would move."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from assessments import bands
from assessments.domain.lscmi import Bands
from assessments.models import LevelBands
from cases.models import Council, User
from cases.operation import council_of, operation
from justice.domain.errors import Problem, Refused
from orders.checks import refuse


def set_level_bands(
    *,
    actor: User,
    in_force_from: date,
    very_low_to: int,
    low_to: int,
    medium_to: int,
    high_to: int,
    source: str,
    moving: int | None,
    key: uuid.UUID | None = None,
) -> LevelBands:
    """The council's own bands for assessments completed from a day on.

    `moving` is the number of records whose level would be another, as it was shown: refused where it is not said or
    not so any more.
    """
    limits = {"very_low_to": very_low_to, "low_to": low_to, "medium_to": medium_to, "high_to": high_to}
    body = {"in_force_from": in_force_from, "limits": limits, "source": source, "moving": moving}
    with operation("set_level_bands", actor=actor, key=key, body=body, reason=source) as entry:
        refuse(bands.problems(limits, source))
        council = _locked(actor)
        row = LevelBands.objects.filter(council=council, in_force_from=in_force_from).first() or LevelBands(
            council=council, in_force_from=in_force_from, recorded_by=actor
        )
        row.very_low_to, row.low_to, row.medium_to, row.high_to = limits.values()
        row.source = source
        before = bands.own_bands(council)
        _only_as_shown(council, before, bands.with_row(before, row.bands), moving)
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"level_bands:{row.pk}"
    return row


def remove_level_bands(
    *,
    actor: User,
    row: LevelBands,
    moving: int | None,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> None:
    """Go back to the bands that held before; `moving` as above."""
    with operation(
        "remove_level_bands",
        actor=actor,
        root=row,
        expected_version=expected_version,
        key=key,
        body={"row": row.pk, "moving": moving},
    ) as entry:
        council = _locked(actor)
        before = bands.own_bands(council)
        _only_as_shown(council, before, bands.without_row(before, row.in_force_from), moving)
        entry.subject = f"level_bands:{row.pk}"
        row.delete()


def _locked(actor: User) -> Council:
    """The actor's council: two changes of its bands wait for one another."""
    return Council.objects.select_for_update(of=("self",)).get(pk=council_of(actor).pk)


def _only_as_shown(
    council: Council, before: Sequence[Bands], after: Sequence[Bands], moving: int | None
) -> None:
    count = bands.moving(council, before, after).count()
    if moving == count:
        return
    records = "1 record" if count == 1 else f"{count:,} records"
    text = f"The level of {records} would change. Look at them, then confirm that number"
    raise Refused(Problem(text, "moving", "moving_not_confirmed"))
