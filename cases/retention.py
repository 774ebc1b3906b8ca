"""Which records are past their period: the lives that the apps tell of, and the rules of the council."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from cases.models import Case, Council, Hold, RetentionRule
from justice.domain.retention import OTHER, Due, Life, Rule, due_for_disposal, load_rules

BATCH = 500


@dataclass
class Involvement:
    """What an app knows of one person: kinds of work, the last end of an order, and whether something goes on."""

    work: set[str] = field(default_factory=set)
    ended_on: date | None = None
    unfinished: bool = False


Source = Callable[[Sequence[int]], Mapping[int, Involvement]]


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    return load_rules()


def rules_of(council: Council) -> tuple[Rule, ...]:
    """What the program ships with and what the council confirmed or set, of every day."""
    return (*shipped(), *(row.rule for row in RetentionRule.objects.filter(council=council)))


@lru_cache(maxsize=1)
def _sources() -> tuple[Source, ...]:
    return tuple(import_string(path) for path in settings.RETENTION_SOURCES)


def lives_of(people: Sequence[int]) -> dict[int, Life]:
    """What the rules need to know of these people. What is destroyed already is nobody's life any more."""
    cases: dict[int, list[tuple[date | None, date]]] = defaultdict(list)
    born: dict[int, date] = {}
    rows = Case.objects.filter(person__in=people, disposed_on=None)
    for person, birth, closed_on, opened_on in rows.values_list(
        "person", "person__date_of_birth", "closed_on", "opened_on"
    ):
        born[person] = birth
        cases[person].append((closed_on, opened_on))
    held = set(Hold.objects.standing().filter(person__in=people).values_list("person", flat=True))
    told = [source(people) for source in _sources()]
    found = {}
    for person, spans in cases.items():
        parts = [one[person] for one in told if person in one]
        work = frozenset[str]().union(*(one.work for one in parts)) or frozenset({OTHER})
        ends = [one.ended_on for one in parts if one.ended_on is not None]
        closed = [closed_on for closed_on, _ in spans if closed_on is not None]
        found[person] = Life(
            born=born[person],
            closed_on=max(closed) if len(closed) == len(spans) else None,
            order_ended_on=max(ends, default=None),
            work=work,
            unfinished=any(one.unfinished for one in parts),
            held=person in held,
        )
    return found


def dues_of(people: Sequence[int], council: Council, on: date) -> dict[int, Due]:
    """Of these people, those whose record may be destroyed on this day."""
    rules, found = rules_of(council), {}
    for start in range(0, len(people), BATCH):
        for person, life in lives_of(people[start : start + BATCH]).items():
            due = due_for_disposal(life, rules, on)
            if due is not None:
                found[person] = due
    return found


def due_in(council: Council, on: date) -> dict[int, Due]:
    """Everybody of the council whose record is past its period and for whom nothing is proposed, longest due first."""
    if not any(rule.confirmed for rule in rules_of(council)):
        return {}
    rows = Case.objects.filter(council=council, closed_on__isnull=False, disposed_on=None)
    rows = rows.exclude(person__disposals__state__in=("proposed", "approved"))
    people = sorted(set(rows.values_list("person", flat=True)))
    found = dues_of(people, council, on)
    return dict(sorted(found.items(), key=lambda one: (one[1].on, one[0])))


def in_words(rule: Rule) -> str:
    """A rule as a certificate gives it."""
    return f"{rule.period}. {rule.source}"[:500]
