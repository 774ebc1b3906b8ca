"""What followed from not attending: old absences were warned of, some of this fortnight wait for somebody to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cases import timescales
from cases.calendars import calendar_of
from cases.models import Address, Allocation, Council, User
from cases.operation import operation
from justice.caseload.bulk import insert
from justice.domain.calendar import Calendar
from orders import compliance
from orders.domain import compliance as rules
from orders.domain.compliance import Decision, Evidence, NotAppropriate, SetAside, Warned
from orders.domain.cpo import RequirementKind
from orders.models import Absence, Attendance, Contact, FormalWarning, Order, Requirement
from orders.models import SetAside as StoredSetAside

SEED = 41
LIVE = timedelta(days=12)  # what failed since has not been warned of yet: so there is something to prompt
SHARE = 0.1  # of the active orders, those with an absence in these days
REASONS = (
    (Decision.ACCEPTABLE, Evidence.MEDICAL_NOTE, "Ill; a note from the surgery was seen"),
    (Decision.ACCEPTABLE, Evidence.EMPLOYER, "Called in to work; the rota was seen"),
    (Decision.UNACCEPTABLE, "", "Did not answer the telephone or the letter"),
    (Decision.UNACCEPTABLE, Evidence.NONE_SEEN, "Said it slipped their mind"),
)
NOT_TAKEN = (
    (NotAppropriate.DEALT_WITH, "Talked through with the manager; two sessions a week agreed"),
    (NotAppropriate.DEALT_WITH, "Moved to another placement"),
    (NotAppropriate.CIRCUMSTANCES, "Caring for a parent since the summer"),
    (NotAppropriate.CIRCUMSTANCES, "Lost the tenancy that week"),
    (NotAppropriate.EVIDENCE_AWAITED, "Hospital letter is to follow"),
    (NotAppropriate.RISK, "The manager asked to see the risk assessment first"),
)


@dataclass(frozen=True)
class _Making:
    """What every row of this module is made with."""

    council: Council
    actor: User
    today: date
    calendar: Calendar
    holders: dict[str, User]
    told: dict[str, Any]


def add_compliance(council: Council, actor: User, today: date, moment: datetime) -> None:
    """Warnings for the absences of before, and absences of this fortnight, most of them to be decided."""
    chance = Random(SEED)  # noqa: S311  (invented records, the same every time)
    orders = list(
        Order.objects.filter(council=council, queried_because="", ended_on=None)
        .select_related("case__person")
        .order_by("pk")
    )
    holders = {
        row.subject: row.worker
        for row in Allocation.objects.filter(
            case__council=council, subject__startswith="order:", to_on=None
        ).select_related("worker")
        if row.worker is not None
    }
    told = {"recorded_by": actor, "recorded_at": moment}
    making = _Making(council, actor, today, calendar_of(council), holders, told)
    reason = "Bundle of the demonstration: warnings and absences"
    with operation("import_caseload", actor=actor, council=council, reason=reason):
        _warn(making, orders, chance)
        chosen = [order for order in orders if order.imposed_on < today - LIVE and chance.random() < SHARE]
        _miss(making, chosen, chance)
        timescales.refresh(sorted({order.case_id for order in chosen}))


def _warn(making: _Making, orders: Sequence[Order], chance: Random) -> None:
    """Each step that the absences prompted, taken three working days later; at a breach, another way was found."""
    found = compliance.records([order.pk for order in orders])
    steps = compliance.steps_of(making.council, making.today)
    addresses = {
        person: [line for line in (lines, postcode) if line]
        for person, lines, postcode in Address.objects.filter(
            person__council=making.council, to_on=None
        ).values_list("person", "lines", "postcode")
    }
    warnings, aside = [], []
    for order in orders:
        record = found[order.pk]
        for failure in sorted(record.failures, key=lambda one: one.on):
            on = making.calendar.add(failure.on, 3)
            if on > making.today - LIVE:
                break
            prompt = record.prompt(steps, on)
            if prompt is None:
                continue
            step, keys = prompt.step, [one.key for one in prompt.failures]
            holder = making.holders.get(order.subject)
            shared = {"order": order, "step": step.key, "failures": keys, **making.told}
            shared["recorded_by"] = holder or making.actor
            if step.key == rules.BREACH:
                record.set_aside.append(SetAside(step.key, frozenset(keys)))
                code, note = chance.choice(NOT_TAKEN)
                aside.append(StoredSetAside(on=on, code=code, note=note, **shared))
                continue
            record.warnings.append(Warned(step.key, on, frozenset(keys)))
            warnings.append(
                FormalWarning(
                    issued_on=on,
                    issued_by=holder,
                    sent_to="\n".join([order.case.person.name, *addresses.get(order.case.person_id, ())]),
                    rule=f"{step.rule}. {step.source}",
                    letter=rules.letter(step, prompt.failures),
                    **shared,
                )
            )
    insert(warnings)
    insert(aside)


def _miss(making: _Making, orders: Sequence[Order], chance: Random) -> None:
    """An appointment or a session that was not attended, up to nine working days ago."""
    working = set(
        Requirement.objects.filter(
            order__in=orders, kind=RequirementKind.UNPAID_WORK, completed_on=None, removed_on=None
        ).values_list("order", flat=True)
    )
    told: list[Contact | Attendance] = []
    for order in orders:
        on = making.calendar.before(making.today, chance.choice((1, 1, 1, 2, 2, 3, 4, 6, 8, 9)))
        shared = {"order": order, "on": on, **making.told}
        if order.pk in working and chance.random() < 0.5:
            told.append(Attendance(outcome=Attendance.Outcome.ABSENT, **shared))
        else:
            told.append(Contact(kind=Contact.Kind.SUPERVISION, attended=False, **shared))
    insert(one for one in told if isinstance(one, Contact))
    insert(one for one in told if isinstance(one, Attendance))
    insert(_absences(making, told, chance))


def _absences(making: _Making, told: Sequence[Contact | Attendance], chance: Random) -> Iterator[Absence]:
    for row in told:
        absence = Absence(order=row.order, on=row.on, learned_on=row.on, **making.told)
        if isinstance(row, Contact):
            absence.contact = row
        else:
            absence.attendance = row
        if making.calendar.count(row.on, making.today) > 4 or chance.random() < 0.15:
            decision, evidence, reason = chance.choice(REASONS)
            absence.decision, absence.evidence, absence.reason = decision, evidence, reason
            absence.decided_on = min(making.calendar.add(row.on, chance.choice((0, 1, 1, 2))), making.today)
            absence.decided_by = making.holders.get(row.order.subject)
        yield absence
