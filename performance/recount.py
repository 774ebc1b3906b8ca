"""What has changed since a quarter was published: a recount against the frozen lists, case by case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from performance.domain.period import Quarter
from performance.figures import MEASURE_OF, Scope, rows
from performance.models import Return, ReturnRow
from performance.rows import Row

Kind = Literal["joined", "left", "changed"]


@dataclass(frozen=True)
class Change:
    """One line that is on the list now and was not, was and is not, or counts otherwise than it did."""

    kind: Kind
    case: int
    reference: str
    was: str
    now: str
    numerator: int
    denominator: int

    @property
    def words(self) -> str:
        return {"joined": "Joined the list", "left": "Left the list", "changed": "Counts otherwise"}[
            self.kind
        ]


@dataclass(frozen=True)
class Difference:
    """A measure as published and as counted now; the changes add up to the difference in both numbers."""

    code: str
    label: str
    was: tuple[int, int]
    now: tuple[int, int]
    changes: tuple[Change, ...]

    @property
    def numerator(self) -> int:
        return self.now[0] - self.was[0]

    @property
    def denominator(self) -> int:
        return self.now[1] - self.was[1]


def recount(published: Return, as_of: date) -> list[Difference]:
    """Every published measure counted again on a day, with each case that makes the difference.

    Counted over the whole council, as it was published: who may see which case is for the page that shows it. A line
    whose record was destroyed since can not be counted again, and stands as it was published.
    """
    quarter = Quarter.parse(published.period)
    scope = Scope(published.council)
    frozen: dict[str, dict[tuple[str, int], ReturnRow]] = {}
    for line in ReturnRow.objects.filter(published=published).select_related("case"):
        frozen.setdefault(line.kpi, {})[line.subject, line.occurrence] = line
    return [
        _difference(
            MEASURE_OF[str(figure["kpi"])].code,
            str(figure["label"]),
            frozen.get(str(figure["kpi"]), {}),
            {row.identity: row for row in rows(MEASURE_OF[str(figure["kpi"])], scope, quarter, as_of)},
        )
        for figure in published.figures
        if figure["kpi"] in MEASURE_OF
    ]


def _difference(
    code: str, label: str, before: dict[tuple[str, int], ReturnRow], after: dict[tuple[str, int], Row]
) -> Difference:
    changes: list[Change] = []
    destroyed: list[ReturnRow] = []
    for identity, then in before.items():
        now = after.get(identity)
        if now is None and then.case.disposed_on is not None:
            destroyed.append(then)
        elif now is None:
            changes.append(Change("left", then.case_id, then.reference, then.reason, "", -then.counted, -1))
        elif then.counted != now.counted:
            change = now.counted - then.counted
            changes.append(
                Change("changed", then.case_id, then.reference, then.reason, now.reason, change, 0)
            )
    for identity, now in after.items():
        if identity not in before:
            changes.append(Change("joined", now.case, now.reference, "", now.reason, int(now.counted), 1))
    return Difference(
        code,
        label,
        (sum(row.counted for row in before.values()), len(before)),
        (
            sum(row.counted for row in after.values()) + sum(row.counted for row in destroyed),
            len(after) + len(destroyed),
        ),
        tuple(sorted(changes, key=lambda one: (one.kind, one.reference))),
    )
