"""What a test is about, in one line: the rest is made lawful by the operations themselves.

Days may be written out ("2 June 2025"). Everything is made as on the day it concerns, by somebody whose role allows it.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from cases import operations as case_operations
from cases.models import Case, Council, Export, Locality, Role, Team, User
from cases.operations import agree_export
from orders import operations
from orders.domain.cpo import Basis, CourtType, ProposedOrder, ProposedRequirement, RequirementKind
from orders.models import Order

_numbers = count(1)


def day(said: str | date) -> date:
    """ "2 June 2025" as a date."""
    return said if isinstance(said, date) else datetime.strptime(said, "%d %B %Y").date()


def a_council(name: str = "Strathmore") -> Council:
    return Council.objects.get_or_create(name=name)[0]


def a_team(name: str = "North", council: Council | None = None) -> Team:
    council = council or a_council()
    locality, _ = Locality.objects.get_or_create(council=council, name=f"{name} locality")
    return Team.objects.get_or_create(council=council, name=name, defaults={"locality": locality})[0]


def staff(role: str = Role.CASEWORKER, *, team: Team | None = None, name: str = "", **more: Any) -> User:
    """Somebody who works for the council, in North team unless the role needs none."""
    number = next(_numbers)
    team = team or a_team()
    return User.objects.create(
        council=team.council,
        team=team,
        role=role,
        name=name or f"{Role(role).label} {number}",
        email=f"{role}.{number}@council.invalid",
        **more,
    )


def a_caseworker(**more: Any) -> User:
    return staff(Role.CASEWORKER, **more)


def a_manager(**more: Any) -> User:
    """A first line manager."""
    return staff(Role.FIRST_LINE_MANAGER, **more)


def a_case(
    *,
    worker: User | None = None,
    born: str | date = "1 May 1990",
    opened: str | date = "1 January 2020",
    given_name: str = "",
    family_name: str = "Sample",
    team: Team | None = None,
) -> Case:
    """A person and their case, held by `worker`, else by a new caseworker of North team."""
    worker = worker or a_caseworker(**({"team": team} if team else {}))
    number = next(_numbers)
    return case_operations.open_case(
        actor=worker,
        given_name=given_name or f"Person{chr(65 + number % 26)}{number}",
        family_name=family_name,
        date_of_birth=day(born),
        opened_on=day(opened),
        gender="female",
        team=worker.team,
        worker=worker,
        not_a_duplicate=True,
    )


def worker_of(case: Case) -> User:
    """Who holds the case."""
    holder = case.allocations.get(subject="", to_on=None).worker
    assert holder is not None
    return holder


def unpaid_work(hours: int = 120, **more: Any) -> ProposedRequirement:
    return ProposedRequirement(RequirementKind.UNPAID_WORK, hours=hours, **more)


def supervision(months: int = 18, **more: Any) -> ProposedRequirement:
    return ProposedRequirement(RequirementKind.SUPERVISION, months=months, **more)


def proposed(
    *requirements: ProposedRequirement,
    imposed: str | date = "2 June 2025",
    basis: Basis = Basis.INSTEAD_OF_PRISON,
    court_type: CourtType = CourtType.SHERIFF_SUMMARY,
    **more: Any,
) -> ProposedOrder:
    """An order as a form proposes it: 120 hours and 18 months' supervision unless said otherwise."""
    return ProposedOrder(
        basis=basis,
        court_type=court_type,
        imposed_on=day(imposed),
        date_of_birth=None,
        requirements=requirements or (unpaid_work(), supervision()),
        **more,
    )


def an_order(
    *requirements: ProposedRequirement,
    case: Case | None = None,
    imposed: str | date = "2 June 2025",
    actor: User | None = None,
    today: str | date | None = None,
    hours: int | None = None,
    months: int | None = None,
    reference: str = "",
    officer: User | None = None,
    received: str | date | None = None,
    queried_because: str = "",
    **more: Any,
) -> Order:
    """An order imposed on a day and recorded that day. `hours` and `months` alone make those two requirements."""
    case = case or a_case()
    asked = list(requirements)
    asked += [unpaid_work(hours)] if hours is not None else []
    asked += [supervision(months)] if months is not None else []
    return operations.impose_order(
        actor=actor or worker_of(case),
        case=case,
        proposed=proposed(*asked, imposed=imposed, **more),
        today=day(today or imposed),
        reference=reference,
        officer=officer,
        received_on=day(received) if received else None,
        queried_because=queried_because,
    )


def the_unpaid_work(order: Order) -> Any:
    return order.requirements.get(kind=RequirementKind.UNPAID_WORK)


def work(
    order: Order,
    on: str | date,
    hours: float,
    *,
    actor: User | None = None,
    today: str | date | None = None,
    **more: Any,
) -> Any:
    """A session attended for so many hours."""
    return operations.record_attendance(
        actor=actor or worker_of(order.case),
        order=order,
        on=day(on),
        outcome="attended",
        minutes=int(hours * 60),
        today=day(today or on),
        **more,
    )


TAKING = {"reason": "supervision", "why": "", "given_to": "self", "recipient": ""}


def take_away(client: Client, address: str, agreed_by: User | None = None, **said: str) -> HttpResponseBase:
    """The file of a list of named people, as somebody takes it away who says why; asked for and agreed to before
    that where `agreed_by` says by whom."""
    if agreed_by is not None:
        answer = client.post(address, {**TAKING, **said})
        assert answer.status_code == 302, answer.content.decode()
        export = Export.objects.waiting(timezone.now()).latest("pk")
        agree_export(actor=agreed_by, export=export, now=timezone.now(), expected_version=export.version)
    return client.post(address, {**TAKING, **said})
