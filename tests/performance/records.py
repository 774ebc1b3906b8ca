"""Records for figures, made with the models and refreshed at once: a caseload by operations would take minutes.

What a figure reads is the timescales; how operations bring facts about is tested where they are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from assessments.models import Assessment, Plan, ReportRequest, Review
from cases import timescales
from cases.models import Allocation, Case, Council, Explanation, Locality, Person, Role, Team, Timescale, User
from orders.models import Attendance, Breach, Contact, Order, Release, Requirement

_numbers = count(1)


@dataclass
class Place:
    """A council with its localities, teams and workers, and one of each role that reads figures."""

    council: Council
    teams: list[Team]
    workers: dict[int, list[User]] = field(default_factory=dict)

    def somebody(self, role: str, team: Team | None = None) -> User:
        number = next(_numbers)
        return User.objects.create(
            council=self.council,
            team=team,
            role=role,
            name=f"{role} {number}",
            email=f"{role}.{number}@x.invalid",
        )


def a_place(name: str = "Strathmore", teams: int = 3) -> Place:
    council = Council.objects.create(name=name)
    localities = [
        Locality.objects.create(council=council, name=f"{side} of {name}") for side in ("East", "West")
    ]
    made = [
        Team.objects.create(council=council, locality=localities[number % 2], name=f"Team {number}")
        for number in range(teams)
    ]
    place = Place(council, made)
    for team in made:
        place.workers[team.pk] = [place.somebody(Role.CASEWORKER, team) for _ in range(2)]
    return place


def a_case(
    place: Place, team: Team | None = None, worker: User | None = None, *, restricted: bool = False
) -> Case:
    number = next(_numbers)
    person = Person.objects.create(
        council=place.council,
        reference=f"P-{number:06}",
        given_name="Sample",
        family_name=f"Number{number}",
        date_of_birth=date(1990, 1, 1),
        name_key=f"sample number{number}",
        restricted=restricted,
    )
    case = Case.objects.create(council=place.council, person=person, opened_on=date(2015, 1, 1))
    team = team or place.teams[0]
    Allocation.objects.create(
        case=case, team=team, worker=worker or place.workers[team.pk][0], from_on=date(2015, 1, 1)
    )
    return case


def an_order(
    case: Case,
    imposed_on: date,
    *,
    hours: int | None = None,
    months: int | None = None,
    transferred_in: bool = False,
    ended_on: date | None = None,
    end_reason: str = "",
    added_on: date | None = None,
    completed_on: date | None = None,
) -> Order:
    """An order with unpaid work of so many hours, supervision of so many months, or both."""
    order = Order.objects.create(
        council=case.council,
        case=case,
        reference=f"O-{next(_numbers):06}",
        basis="instead_of_prison",
        court_type="sheriff_summary",
        imposed_on=imposed_on,
        transferred_in=transferred_in,
        ended_on=ended_on,
        end_reason=end_reason or ("completed" if ended_on else ""),
    )
    if hours:
        Requirement.objects.create(
            order=order, kind="unpaid_work", hours=hours, added_on=added_on, completed_on=completed_on
        )
    if months:
        Requirement.objects.create(order=order, kind="supervision", months=months)
    return order


def work(order: Order, on: date, outcome: str = "attended", *, other_activity: bool = False) -> Attendance:
    return Attendance.objects.create(order=order, on=on, outcome=outcome, other_activity=other_activity)


def a_report(case: Case, requested_on: date, hearing_on: date, **more: object) -> ReportRequest:
    return ReportRequest.objects.create(
        council=case.council,
        case=case,
        reference=f"R-{next(_numbers):06}",
        court_type="sheriff_summary",
        requested_on=requested_on,
        hearing_on=hearing_on,
        **more,
    )


def a_release(case: Case, released_on: date, interviewed_on: date | None = None) -> Release:
    return Release.objects.create(
        council=case.council,
        case=case,
        reference=f"L-{next(_numbers):06}",
        licence="parole",
        released_on=released_on,
        interviewed_on=interviewed_on,
    )


def leave_out(case: Case, subject: str, clause: str, code: str = "could_not_comply") -> Explanation:
    return Explanation.objects.create(case=case, subject=subject, clause=clause, kind="excused", code=code)


def say_why_late(case: Case, subject: str, clause: str, code: str) -> Explanation:
    return Explanation.objects.create(case=case, subject=subject, clause=clause, kind="late", code=code)


def refresh(place: Place) -> None:
    timescales.refresh(list(Case.objects.filter(council=place.council).values_list("pk", flat=True)))


def a_caseload(place: Place, cases: int, seed: int, first: date, last: date) -> None:
    """Cases with every kind of record in every state, the same ones for the same seed."""
    chance = random.Random(seed)
    span = (last - first).days
    made: list[Case] = []

    def some_day(after: date, within: int) -> date:
        return after + timedelta(days=chance.randrange(within))

    for _ in range(cases):
        team = chance.choice(place.teams)
        worker = chance.choice(place.workers[team.pk])
        case = a_case(place, team, worker, restricted=chance.random() < 0.1)
        made.append(case)
        if chance.random() < 0.2:
            moved_on = some_day(first, span)
            Allocation.objects.filter(case=case, to_on=None).update(to_on=moved_on)
            to = chance.choice(place.teams)
            Allocation.objects.create(case=case, team=to, worker=place.workers[to.pk][0], from_on=moved_on)
        imposed_on = some_day(first, span)
        kind = chance.randrange(3)
        ended_on = some_day(imposed_on, 300) if chance.random() < 0.25 else None
        order = an_order(
            case,
            imposed_on,
            hours=chance.choice((60, 100, 180)) if kind != 1 else None,
            months=12 if kind != 0 else None,
            transferred_in=chance.random() < 0.1,
            ended_on=ended_on,
            end_reason=chance.choice(
                ("completed", "early_discharge", "revoked_breach", "transferred_out", "died")
            )
            if ended_on
            else "",
            added_on=some_day(imposed_on, 60) if chance.random() < 0.1 else None,
            completed_on=some_day(imposed_on, 250) if chance.random() < 0.6 else None,
        )
        for contact in ("first_contact", "induction"):
            if chance.random() < 0.8:
                Contact.objects.create(order=order, kind=contact, on=some_day(imposed_on, 9), attended=True)
        for _ in range(chance.randrange(6)):
            work(
                order,
                some_day(imposed_on, 60),
                chance.choice(("attended", "attended", *Attendance.Outcome.values)),
                other_activity=chance.random() < 0.2,
            )
        if kind != 0:
            if chance.random() < 0.8:
                Plan.objects.create(order=order, approved_on=some_day(imposed_on, 45))
            if chance.random() < 0.8:
                Assessment.objects.create(
                    order=order, tool="ls_cmi", completed_on=some_day(imposed_on, 45), total=12
                )
            for month in range(chance.randrange(4)):
                Review.objects.create(order=order, held_on=some_day(imposed_on, 100 + 90 * month))
        if chance.random() < 0.3:
            decided_on = some_day(imposed_on, 90)
            Breach.objects.create(
                order=order,
                decided_on=decided_on,
                reason="Two unacceptable absences",
                lodged_on=some_day(decided_on, 12) if chance.random() < 0.8 else None,
            )
        if chance.random() < 0.6:
            requested_on = some_day(first, span)
            hearing_on = requested_on + timedelta(days=28)
            a_report(
                case,
                requested_on,
                hearing_on,
                submitted_on=some_day(requested_on, 40) if chance.random() < 0.8 else None,
                withdrawn_on=some_day(requested_on, 28) if chance.random() < 0.1 else None,
            )
        if chance.random() < 0.4:
            released_on = some_day(first, span)
            a_release(case, released_on, some_day(released_on, 5) if chance.random() < 0.8 else None)
    refresh(place)
    # People leave out or explain one in twelve.
    for row in Timescale.objects.filter(case__in=made):
        said = chance.random()
        if said < 0.04:
            if row.occurrence == 1:
                leave_out(row.case, row.subject, row.clause)
        elif said < 0.08 and row.occurrence == 1:
            say_why_late(row.case, row.subject, row.clause, "did_not_turn_up")
    refresh(place)
