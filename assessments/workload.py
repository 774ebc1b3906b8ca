"""What each member of staff holds, weighed: a fixed number of queries for one person, a team or a whole council."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q

from assessments import bands
from assessments.domain import lscmi
from assessments.domain import workload as domain
from assessments.domain.workload import HeldOrder, Hours
from assessments.models import Assessment, ReportRequest
from cases.models import Allocation, Availability, Case, User
from cases.models.cases import CaseQuerySet
from orders.domain.cpo import RequirementKind
from orders.models import Breach, Order, Release, Requirement

LATELY = timedelta(days=7)  # how far back "taken lately" looks
# What a level is read from; the bands come with the row (assessments.models.scores.WithBands).
LEVEL_COLUMNS = ("order__case", "completed_on", "total", "override_level", "own_bands")


@dataclass(frozen=True)
class Piece:
    """One piece of work that weighs something. `subject` is the order it goes with; nothing: it goes with the case."""

    case: int
    kind: str
    points: int
    worker: int | None
    subject: str = ""


@dataclass
class Load:
    """Somebody's work and the hours they have for it."""

    user: User
    capacity: Fraction
    availability: list[Availability]
    pieces: list[Piece] = field(default_factory=list)
    cases: set[int] = field(default_factory=set)
    taken_lately: int = 0

    @property
    def points(self) -> int:
        return sum(piece.points for piece in self.pieces)

    @property
    def orders(self) -> int:
        return len({piece.subject for piece in self.pieces if piece.subject})

    @property
    def by_kind(self) -> dict[str, int]:
        """How many pieces of each kind."""
        return Counter(piece.kind for piece in self.pieces)

    @property
    def share(self) -> Fraction | None:
        return domain.share(self.points, self.capacity)

    def share_with(self, points: int) -> Fraction | None:
        """The share of capacity with so many points more, or fewer."""
        return domain.share(self.points + points, self.capacity)


def holding(workers: Iterable[User]) -> CaseQuerySet:
    """The open cases in which one of these holds something, whoever may see them: of counts, not of lists."""
    # Asked for as one list and not case by case: a tenth of the time for a whole council.
    held = Allocation.objects.filter(to_on=None, worker__in=[one.pk for one in workers])
    return Case.objects.open().filter(pk__in=held.values("case"))


def pieces(cases: CaseQuerySet, on: date) -> list[Piece]:
    """Every piece of work in these open cases, with who holds it: eight queries whatever the number of cases.

    An order is held by its responsible officer; where it has none, and for all other work, by who holds the case.
    """
    edition = domain.edition_on(on)
    holders = {
        (case, subject): worker
        for case, subject, worker in Allocation.objects.filter(case__in=cases, to_on=None).values_list(
            "case", "subject", "worker"
        )
    }
    active = Order.objects.filter(case__in=cases).active(on)
    known = levels(cases, on)
    supervised = set(
        Requirement.objects.filter(
            order__in=active, kind=RequirementKind.SUPERVISION, removed_on=None
        ).values_list("order", flat=True)
    )
    orders: dict[int, list[HeldOrder]] = defaultdict(list)
    case_of = {}
    for key, case, imposed_on in active.values_list("pk", "case", "imposed_on"):
        case_of[key] = case
        orders[case].append(HeldOrder(key, imposed_on, key in supervised, known.get(case, "")))
    found = [
        (case, kind, f"order:{key}")
        for case, held in orders.items()
        for key, kinds in domain.order_kinds(held, on, edition).items()
        for kind in kinds
    ]
    breaches = Breach.objects.filter(order__in=active, outcome="", decided_on__lte=on)
    found += [
        (case_of[order], domain.BREACH, f"order:{order}")
        for order in breaches.values_list("order", flat=True)
    ]
    # A hearing that is past needs no report any more, whatever became of it.
    to_write = ReportRequest.objects.filter(
        case__in=cases, submitted_on=None, withdrawn_on=None, requested_on__lte=on, hearing_on__gte=on
    )
    found += [(case, domain.REPORT, "") for case in to_write.values_list("case", flat=True)]
    latest = dict(
        Release.objects.filter(case__in=cases)
        .order_by("released_on", "pk")
        .values_list("case", "released_on")
    )
    found += [
        (case, domain.RELEASE, "")
        for case, released_on in latest.items()
        if domain.counts_as_licence(released_on, on, edition)
    ]
    weighed = {case for case, _, _ in found}
    found += [(case, domain.OTHER, "") for case in cases.values_list("pk", flat=True) if case not in weighed]
    return [
        Piece(
            case, kind, edition.points(kind), holders.get((case, subject), holders.get((case, ""))), subject
        )
        for case, kind, subject in found
    ]


def levels(cases: CaseQuerySet, on: date) -> dict[int, str]:
    """The latest LS/CMI level of the person in each case, an override before what follows from the score."""
    rows = (
        Assessment.objects.standing()
        .filter(
            Q(total__isnull=False) | ~Q(override_level=""),
            order__case__in=cases,
            tool=Assessment.Tool.LS_CMI,
            completed_on__lte=on,
        )
        .order_by("completed_on", "pk")
    )
    values: Any = rows.values_list(*LEVEL_COLUMNS)
    found = {
        case: override or bands.level_of(total, own, completed_on)
        for case, completed_on, total, override, own in values
    }
    return {case: level for case, level in found.items() if level in lscmi.LEVELS}


def loads(users: Sequence[User], on: date) -> list[Load]:
    """The load of each, in the order given. Counts everything they hold: a load is about staff and names no case."""
    edition = domain.edition_on(on)
    rows: dict[int, list[Availability]] = defaultdict(list)
    for row in Availability.objects.filter(user__in=[user.pk for user in users]).on(on):
        rows[row.user_id].append(row)
    found = {
        user.pk: Load(
            user,
            domain.capacity(
                [Hours(row.weekly_hours, row.reduction_percent) for row in rows[user.pk]], edition
            ),
            rows[user.pk],
        )
        for user in users
    }
    for piece in pieces(holding(users), on):
        if piece.worker in found:
            found[piece.worker].pieces.append(piece)
    held = Allocation.objects.current().filter(worker__in=list(found))
    lately: dict[int, set[int]] = defaultdict(set)
    for worker, case, from_on in held.values_list("worker", "case", "from_on"):
        found[worker].cases.add(case)
        if from_on > on - LATELY:
            lately[worker].add(case)
    for worker, cases in lately.items():
        found[worker].taken_lately = len(cases)
    return [found[user.pk] for user in users]


def points_by_case(found: Iterable[Piece], worker: User) -> dict[int, int]:
    """What one person holds in each case, in points."""
    points: Counter[int] = Counter()
    for piece in found:
        if piece.worker == worker.pk:
            points[piece.case] += piece.points
    return points
