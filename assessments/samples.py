"""Which files may be drawn, and whether a sample drawn again is the one that was kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from assessments.domain import lscmi, sampling
from assessments.models import Assessment, MappaEntry, Sample
from assessments.workload import levels
from cases.models import Alert, Allocation, Case, Gender, Team, Timescale, User
from cases.models.cases import CaseQuerySet
from justice.domain.calendar import years_before
from orders.models import Breach

YOUNG: Final = range(16, 22)  # 16 to 21, both included


@dataclass(frozen=True)
class Criterion:
    """What files of a targeted sample have in common, as a condition on cases on a day."""

    label: str
    narrow: Callable[[CaseQuerySet, date], CaseQuerySet]


def _high_level(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    found = levels(cases, on)
    return cases.filter(pk__in=[case for case, level in found.items() if level in lscmi.HIGH])


def _overridden(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    rows = Assessment.objects.standing().filter(order__case=OuterRef("pk"), completed_on__lte=on)
    return cases.filter(Exists(rows.exclude(override_level="")))


def _review_overdue(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    rows = Timescale.objects.filter(case=OuterRef("pk"), clause="cpo.review").overdue(on)
    return cases.filter(Exists(rows))


def _in_breach(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    return cases.filter(
        Exists(Breach.objects.filter(order__case=OuterRef("pk"), outcome="", decided_on__lte=on))
    )


def _women(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    return cases.filter(person__gender=Gender.FEMALE)


def _young(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    # Who is too old was born on this day or earlier; who is just old enough, on that day or earlier.
    too_old, old_enough = years_before(on, YOUNG.stop), years_before(on, YOUNG.start)
    return cases.filter(person__date_of_birth__gt=too_old, person__date_of_birth__lte=old_enough)


def _domestic_abuse(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    kinds = Alert.objects.filter(person=OuterRef("person"), kind=Alert.Kind.DOMESTIC_ABUSE, to_on=None)
    return cases.filter(Exists(kinds))


def _in_mappa(cases: CaseQuerySet, on: date) -> CaseQuerySet:
    return cases.filter(Exists(MappaEntry.objects.current().filter(case=OuterRef("pk"))))


CRITERIA: Final[Mapping[str, Criterion]] = {
    "high_level": Criterion(
        f"LS/CMI level {' or '.join(lscmi.LEVELS[level].lower() for level in lscmi.LEVELS if level in lscmi.HIGH)}",
        _high_level,
    ),
    "overridden": Criterion("An assessment was overridden", _overridden),
    "review_overdue": Criterion("A review is overdue", _review_overdue),
    "in_breach": Criterion("Breach is under way", _in_breach),
    "women": Criterion("Women", _women),
    "young": Criterion(f"Aged {YOUNG.start} to {YOUNG.stop - 1}", _young),
    "domestic_abuse": Criterion("A domestic abuse alert stands", _domestic_abuse),
    "in_mappa": Criterion("In the MAPPA register", _in_mappa),
}


def frame_of(user: User, on: date, team: Team | None, criteria: Collection[str]) -> CaseQuerySet:
    """The open cases that the user may see, of the team if one is given, that meet every criterion."""
    cases = Case.objects.visible_to(user).open()
    if team is not None:
        cases = cases.filter(Exists(_holders().filter(case=OuterRef("pk"), team=team)))
    for code in criteria:
        cases = CRITERIA[code].narrow(cases, on)
    return cases


def _holders() -> QuerySet[Allocation]:
    """Who holds each case as a whole."""
    return Allocation.objects.filter(subject="", to_on=None)


def holders_of(cases: QuerySet) -> dict[int, tuple[int | None, int]]:
    """Worker and team of each case that somebody or some team holds."""
    rows = _holders().filter(case__in=cases).values_list("case", "worker", "team")
    return {case: (worker, team) for case, worker, team in rows}


def redrawn(sample: Sample) -> list[int]:
    """The keys of the files, drawn again now from what was kept: in order."""
    return sampling.draw_from(sample.seed, sample.frame, sample.asked_for)


def is_as_drawn(sample: Sample) -> bool:
    """Whether the sample drawn again is the one that was kept, with the same files read twice."""
    kept = list(sample.files.order_by("position").values_list("case", "read_twice"))
    twice = {case for case, read_twice in kept if read_twice}
    again = redrawn(sample)
    return [case for case, _ in kept] == again and sampling.read_twice(
        sample.seed, again, len(twice)
    ) == twice
