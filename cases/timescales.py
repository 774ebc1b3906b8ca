"""Facts in, timescale rows out: gathers what every app knows of a case and makes the stored rows equal to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from cases.calendars import calendar_of, standards_of
from cases.models import Allocation, Case, Council, Explanation, Timescale
from justice.domain import timescales as domain
from justice.domain.calendar import quarter_key
from justice.domain.timescales import Fact

FactSource = Callable[[Sequence[int]], Iterable[tuple[int, Fact]]]
Identity = tuple[str, str, int]

DERIVED = (
    "council_id", "case_id", "worker_id", "team_id", "reference", "edition", "starts_on", "due_on", "due_by",
    "met_on", "on_time", "ended_on", "lapsed", "left_out", "days_taken", "excused", "late_reason",
    "starts_quarter", "due_quarter", "met_quarter",
)  # fmt: skip
SHOWN = ("due_on", "met_on", "ended_on", "lapsed")
BATCH = 500


@dataclass(frozen=True)
class Difference:
    """A stored timescale that is not what the facts give: somebody wrote round an operation."""

    case: int
    subject: str
    clause: str
    occurrence: int
    stored: dict[str, object] | None
    derived: dict[str, object] | None


@lru_cache(maxsize=1)
def _sources() -> tuple[FactSource, ...]:
    return tuple(import_string(path) for path in settings.FACT_SOURCES)


def facts_of(cases: Sequence[int]) -> dict[int, list[Fact]]:
    """Everything recorded about these cases that a standard may start from or be met by."""
    facts: dict[int, list[Fact]] = {case: [] for case in cases}
    for source in _sources():
        for case, fact in source(cases):
            facts[case].append(fact)
    return facts


def derived_rows(cases: Sequence[int]) -> Iterator[Timescale]:
    """The rows the facts of these cases give, unsaved: seven queries whatever the number of cases."""
    councils = {council.pk: council for council in Council.objects.filter(cases__in=cases).distinct()}
    facts = facts_of(cases)
    said: dict[Identity, dict[str, str]] = defaultdict(dict)
    for row in Explanation.objects.filter(case__in=cases):
        said[row.subject, row.clause, row.occurrence][row.kind] = row.code
    held: dict[tuple[int, str], list[Allocation]] = defaultdict(list)
    for allocation in Allocation.objects.filter(case__in=cases).order_by("from_on", "pk"):
        held[allocation.case_id, allocation.subject].append(allocation)
    whole = Case.objects.filter(pk__in=cases).values_list("pk", "council_id", "closed_on")
    for case, council_id, closed_on in whole:
        council = councils[council_id]
        for derived in domain.derive(facts[case], standards_of(council), calendar_of(council)):
            words = said.get((derived.subject, derived.clause, derived.occurrence), {})
            holder = _holder(held, case, derived)
            yield Timescale(
                council_id=council_id,
                case_id=case,
                worker_id=holder.worker_id if holder else None,
                team_id=holder.team_id if holder else None,
                subject=derived.subject,
                clause=derived.clause,
                occurrence=derived.occurrence,
                reference=derived.reference,
                edition=derived.edition,
                starts_on=derived.starts_on,
                due_on=derived.due_on,
                due_by=derived.due_by,
                met_on=derived.met_on,
                on_time=derived.on_time,
                ended_on=_ended_on(derived, closed_on),
                lapsed=derived.lapsed,
                left_out=derived.left_out,
                days_taken=derived.days_taken,
                excused=words.get(Explanation.Kind.EXCUSED, ""),
                late_reason=words.get(Explanation.Kind.LATE, ""),
                starts_quarter=quarter_key(derived.starts_on),
                due_quarter=quarter_key(derived.due_on),
                met_quarter=quarter_key(derived.met_on) if derived.met_on else None,
            )


def _ended_on(timescale: domain.Timescale, closed_on: date | None) -> date | None:
    """What was due and not done when the whole case closed is missed: nobody is to do it any more.

    That moves no figure: it was due, it was not done, and it stays below the line.
    """
    if (
        timescale.met_on is None
        and timescale.ended_on is None
        and closed_on
        and timescale.due_on <= closed_on
    ):
        return closed_on
    return timescale.ended_on


def _holder(
    held: dict[tuple[int, str], list[Allocation]], case: int, timescale: domain.Timescale
) -> Allocation | None:
    """Who answers for a timescale: who held the order, else the case, when it was met or ended, else now.

    The past stays with who held it then, so that a reassignment never rewrites somebody's earlier figures.
    """
    rows = held.get((case, timescale.subject.partition("/")[0])) or held.get((case, ""))
    if not rows:
        return None
    day = timescale.met_on or timescale.ended_on
    if day is None:
        return rows[-1]
    holder = rows[0]
    for row in rows:
        if row.from_on <= day:
            holder = row
    return holder


def identity(row: Timescale) -> Identity:
    return row.subject, row.clause, row.occurrence


def _shown(row: Timescale | None) -> dict[str, object] | None:
    if row is None:
        return None
    return {
        name: value.isoformat() if isinstance(value := getattr(row, name), date) else value for name in SHOWN
    }


def differences(
    cases: Sequence[int],
) -> Iterator[tuple[Timescale, Timescale | None, Timescale | None]]:
    """Where stored and derived are not equal, for a batch of cases: whichever there is, the one, the other."""
    stored = {identity(row): row for row in Timescale.objects.filter(case__in=cases)}
    for row in derived_rows(cases):
        was = stored.pop(identity(row), None)
        if was is None or any(getattr(was, name) != getattr(row, name) for name in DERIVED):
            yield row, was, row
    for was in stored.values():
        yield was, was, None


def refresh(cases: Sequence[int]) -> list[dict[str, object]]:
    """Make the stored timescales of these cases what their facts give; return what moved, for the entry.

    A second call changes nothing and returns nothing.
    """
    moved: list[dict[str, object]] = []
    for start in range(0, len(cases), BATCH):
        new, changed, gone = [], [], []
        for row, was, now in differences(cases[start : start + BATCH]):
            if now is None and was is not None:
                gone.append(was.pk)
            elif was is None and now is not None:
                new.append(now)
            elif was is not None and now is not None:
                now.pk = was.pk
                changed.append(now)
            if _shown(was) != _shown(now):
                moved.append(
                    {
                        "subject": row.subject,
                        "clause": row.clause,
                        "occurrence": row.occurrence,
                        "was": _shown(was),
                        "now": _shown(now),
                    }
                )
        Timescale.objects.filter(pk__in=gone).delete()
        Timescale.objects.bulk_update(changed, DERIVED, batch_size=200)
        Timescale.objects.bulk_create(new, batch_size=1000)
    return moved


def check(cases: Sequence[int]) -> list[Difference]:
    """Every stored timescale that differs from what the facts give; empty unless somebody wrote round an operation."""
    found: list[Difference] = []
    for start in range(0, len(cases), BATCH):
        found += [
            Difference(row.case_id, row.subject, row.clause, row.occurrence, _all(was), _all(now))
            for row, was, now in differences(cases[start : start + BATCH])
        ]
    return found


def _all(row: Timescale | None) -> dict[str, object] | None:
    return None if row is None else {name: str(getattr(row, name)) for name in DERIVED}
