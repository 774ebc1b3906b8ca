"""Appointments of the demonstration: what a bundle has no file for, so that diaries and registers have life in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from cases.calendars import calendar_of
from cases.models import Allocation, Council, Role, User
from cases.operation import operation
from justice.caseload.bulk import insert
from justice.domain.calendar import Calendar
from orders.domain.cpo import RequirementKind
from orders.models import Appointment, Order, Requirement

Kind = Appointment.Kind
OFFICES = ("Harbour Street office", "Mill Lane office", "Market Place office")
SITES = ("Community garden", "Workshop at the old creamery", "Riverside path")
# Working days from today, hour and kind of each of a caseworker's appointments; those before today wait for outcomes.
OF_CASEWORKER = (
    (-6, 10, Kind.SUPERVISION),
    (-3, 14, Kind.TELEPHONE),
    (-1, 11, Kind.SUPERVISION),
    (0, 9, Kind.SUPERVISION),
    (0, 11, Kind.HOME_VISIT),
    (0, 15, Kind.TELEPHONE),
    (1, 10, Kind.SUPERVISION),
    (2, 13, Kind.SUPERVISION),
    (3, 9, Kind.HOME_VISIT),
    (5, 11, Kind.REVIEW),
)
OF_SUPERVISOR = ((-1, 2), (0, 7), (2, 4), (5, 4))  # working days from today, and how many come to the session


@dataclass
class Held:
    """The live orders of a worker or a team, one for each person, and which of them are supervised."""

    orders: list[Order] = field(default_factory=list)
    people: set[int] = field(default_factory=set)

    def take(self, order: Order) -> None:
        if order.case_id not in self.people:
            self.people.add(order.case_id)
            self.orders.append(order)


def book(council: Council, actor: User, today: date, now: datetime) -> int:
    """Book them, and return how many there are."""
    rng = Random("Strathcairn appointments")  # noqa: S311  (invented meetings, not secrets)
    kinds: dict[int, set[str]] = defaultdict(set)
    live = Requirement.objects.filter(order__council=council, removed_on=None, completed_on=None)
    for key, kind in live.values_list("order", "kind"):
        kinds[key].add(kind)
    orders = Order.objects.filter(council=council, queried_because="").active(today)
    by_case: dict[int, list[Order]] = defaultdict(list)
    for order in orders.filter(imposed_on__lt=today - timedelta(days=14)).order_by("pk"):
        by_case[order.case_id].append(order)
    of_worker: dict[int, Held] = defaultdict(Held)
    of_team: dict[int, Held] = defaultdict(Held)
    held = Allocation.objects.filter(case__in=by_case, to_on=None, worker__isnull=False, subject="")
    for case, worker, team in held.values_list("case", "worker", "team").order_by("pk"):
        for order in by_case[case]:
            if RequirementKind.SUPERVISION in kinds[order.pk]:
                of_worker[worker].take(order)
            if RequirementKind.UNPAID_WORK in kinds[order.pk]:
                of_team[team].take(order)
    staff = User.objects.filter(council=council, is_active=True).order_by("pk")
    calendar = calendar_of(council)
    rows = [
        *_of_caseworkers(staff.filter(role=Role.CASEWORKER), of_worker, calendar, today, rng),
        *_of_supervisors(staff.filter(role=Role.UNPAID_WORK_SUPERVISOR), of_team, calendar, today, rng),
    ]
    for row in rows:
        row.recorded_by, row.recorded_at = actor, now
    with operation(
        "import_caseload", actor=actor, council=council, reason="The demonstration's own appointments"
    ):
        insert(rows)
    return len(rows)


def _day(calendar: Calendar, today: date, ahead: int) -> date:
    return calendar.add(today, ahead) if ahead >= 0 else calendar.before(today, -ahead)


def _of_caseworkers(
    workers: Iterable[User], held: dict[int, Held], calendar: Calendar, today: date, rng: Random
) -> Iterator[Appointment]:
    for worker in workers:
        orders = held[worker.pk].orders
        chosen = rng.sample(orders, min(len(orders), len(OF_CASEWORKER)))
        office = rng.choice(OFFICES)
        for (ahead, hour, kind), order in zip(OF_CASEWORKER, chosen, strict=False):
            in_office = kind in (Kind.SUPERVISION, Kind.REVIEW)
            yield Appointment(
                case_id=order.case_id,
                order=order,
                kind=kind,
                on=_day(calendar, today, ahead),
                at=time(hour, rng.choice((0, 30))),
                minutes=30 if kind == Kind.TELEPHONE else 60,
                place=office if in_office else "",
                worker=worker,
                reminder=Appointment.Reminder.TEXT if ahead > 0 and in_office else "",
            )


def _of_supervisors(
    workers: Iterable[User], held: dict[int, Held], calendar: Calendar, today: date, rng: Random
) -> Iterator[Appointment]:
    left = {team: rng.sample(one.orders, len(one.orders)) for team, one in held.items()}
    for number, worker in enumerate(workers):
        orders = left.get(worker.team_id or 0, [])
        for ahead, count in OF_SUPERVISOR:
            came, orders[:count] = orders[:count], []
            for order in came:
                yield Appointment(
                    case_id=order.case_id,
                    order=order,
                    kind=Kind.UNPAID_WORK,
                    on=_day(calendar, today, ahead),
                    at=time(9, 30),
                    minutes=6 * 60,
                    place=SITES[number % len(SITES)],
                    worker=worker,
                )
