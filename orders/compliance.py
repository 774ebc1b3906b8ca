"""How orders stand on the ladder from absence to breach, and what waits to be decided: read, never written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Address, Council, User
from orders.domain import breach as breach_rules
from orders.domain import compliance as rules
from orders.domain.compliance import Breached, Failure, Prompt, SetAside, Standing, Step, Warned
from orders.models import Absence, Attendance, Breach, FormalWarning, LocalStep, Order
from orders.models import SetAside as StoredSetAside
from orders.models.compliance import SESSION

BROUGHT_IN = "attendance:"  # how the key of a session begins that was imported with its decision


@dataclass
class Record:
    """Everything of one order that the rules read."""

    failures: list[Failure] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    breaches: list[Breached] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    def standing(self, steps: Sequence[Step], on: date) -> Standing:
        return rules.position(self.failures, self.warnings, self.breaches, steps, on)

    def prompt(self, steps: Sequence[Step], on: date) -> Prompt | None:
        return rules.prompt(self.standing(steps, on), self.set_aside)


@dataclass(frozen=True)
class OrderPrompt:
    """The step that the record prompts for one order."""

    order: Order
    prompt: Prompt

    @property
    def operation(self) -> str:
        """The operation that takes the step: its name is its address and its permission."""
        return "decide_breach" if self.prompt.step.key == rules.BREACH else "issue_warning"


def steps_of(council: Council | int, on: date) -> tuple[Step, ...]:
    """The ladder in force for a council on a day: one query."""
    return _ladders([council if isinstance(council, int) else council.pk], on)[
        council if isinstance(council, int) else council.pk
    ]


def _ladders(councils: Collection[int], on: date) -> dict[int, tuple[Step, ...]]:
    local: dict[int, list[rules.LocalStep]] = defaultdict(list)
    for row in LocalStep.objects.filter(council__in=councils):
        local[row.council_id].append(
            rules.LocalStep(row.step, row.in_force_from, row.failures, row.counted_since, row.source)
        )
    return {council: rules.steps_on(on, local[council]) for council in councils}


def record_of(order: Order, warnings: Iterable[FormalWarning] | None = None) -> Record:
    """What the rules read of one order: five queries, or four where its warnings were read before."""
    return records([order.pk], warnings)[order.pk]


def records(orders: Collection[int], warnings: Iterable[FormalWarning] | None = None) -> Mapping[int, Record]:
    """What the rules read of each order: five queries whatever their number."""
    found: dict[int, Record] = defaultdict(Record)
    if warnings is None:
        warnings = FormalWarning.objects.filter(order__in=orders).only(
            "order_id", "step", "issued_on", "failures"
        )
    for row in Absence.objects.unacceptable().filter(order__in=orders).select_related("contact"):
        if row.decided_on:
            found[row.order_id].failures.append(Failure(row.key, row.on, row.decided_on, row.what))
    # Sessions brought in from another system came with their decision.
    for session in _brought_in().filter(order__in=orders).only("order_id", "on"):
        failure = Failure(f"{BROUGHT_IN}{session.pk}", session.on, session.on, SESSION)
        found[session.order_id].failures.append(failure)
    for warning in warnings:
        found[warning.order_id].warnings.append(warned(warning))
    for breach in Breach.objects.filter(order__in=orders):
        open_ = breach.outcome in ("", breach_rules.Outcome.WARRANT)
        found[breach.order_id].breaches.append(
            Breached(breach.decided_on, None if open_ else breach.outcome_on or breach.decided_on)
        )
    for row in StoredSetAside.objects.filter(order__in=orders):
        found[row.order_id].set_aside.append(SetAside(row.step, frozenset(row.failures)))
    return found


def warned(warning: FormalWarning) -> Warned:
    """A stored warning as the rules read it."""
    return Warned(warning.step, warning.issued_on, frozenset(warning.failures))


def addressee(order: Order) -> str:
    """The person's name and present address, line by line, as a letter bears them."""
    person = order.case.person
    address = Address.objects.filter(person=person, to_on=None).first()
    lines = [*address.lines.splitlines(), address.postcode] if address else []
    return "\n".join([person.name, *(line.strip() for line in lines if line.strip())])


def _brought_in() -> QuerySet[Attendance]:
    return Attendance.objects.standing().filter(outcome=Attendance.Outcome.UNACCEPTABLE_ABSENCE, absence=None)


def prompts(orders: QuerySet[Order], on: date) -> list[OrderPrompt]:
    """What the record prompts for these orders, the longest waiting first: seven queries whatever their number.

    `orders` begins at what somebody may see; those that are over, or queried with the clerk of court, prompt nothing.
    """
    failed = Q(Exists(Absence.objects.unacceptable().filter(order=OuterRef("pk")))) | Q(
        Exists(_brought_in().filter(order=OuterRef("pk")))
    )
    rows = {
        row.pk: row
        for row in orders.active(on).filter(failed, queried_because="").select_related("case__person")  # type: ignore[attr-defined]
    }
    found = records(list(rows))
    ladders = _ladders({row.council_id for row in rows.values()}, on)
    prompted = [
        OrderPrompt(row, prompt)
        for row in rows.values()
        if (prompt := found[row.pk].prompt(ladders[row.council_id], on)) is not None
    ]
    return sorted(prompted, key=lambda one: (one.prompt.prompted_on, one.order.pk))


def undecided(user: User, on: date) -> QuerySet[Absence]:
    """The absences that this person may see and nobody has decided, with when each is due and who answers for it."""
    return Absence.objects.visible_to(user).to_decide(on)
