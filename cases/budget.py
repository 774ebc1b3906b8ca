"""How many people outside one's own work somebody may look at: counted over pages, searches, the API and files.

Inside are the people that one holds, that one's team holds, and that one covers for. Outside are those whom nobody
holds (of whom a first line manager knows), those opened with a reason, and for who sees the whole council everybody,
except on a list on the screen: there their team is the council, and what they take away needs somebody's agreement.
A look counts when its consultation says so (`basis`); nothing else is kept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Now, TruncDate

from cases import jobs
from cases.models import COUNCIL_ROLES, Allocation, Case, Consultation, Cover, Stop, User
from justice.domain.errors import Problem, Refused
from justice.domain.looking import Ground

# The grounds of looks that count.
COUNTED: Final = (Ground.OPENED, Ground.UNALLOCATED, Ground.COUNCIL, Ground.OUTSIDE)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Edition:
    """The numbers in force from a day on."""

    in_force_from: date
    an_hour: int
    a_day: int
    named_without_agreement: int
    hours_open: int
    source: str


@cache
def editions() -> tuple[Edition, ...]:
    text = (Path(__file__).parent / "data" / "budget.toml").read_text(encoding="utf-8")
    found = (Edition(**row) for row in tomllib.loads(text)["edition"])
    return tuple(sorted(found, key=lambda edition: edition.in_force_from))


def edition_on(day: date) -> Edition:
    return [edition for edition in editions() if edition.in_force_from <= day][-1]


class Stopped(Refused):
    """Enough people outside one's own work for now: nothing more of them is shown.

    Whoever answers the request calls `tell`, once nothing that the refusal undoes is open any longer.
    """

    def __init__(self, user: User, within: str, people: int, *problems: Problem) -> None:
        super().__init__(*problems)
        self.user, self.within, self.people = user, within, people


def outside(user: User, cases: Collection[int]) -> set[int]:
    """Of these cases, those that are neither the user's, nor their team's, nor held by whom they cover for."""
    if user.role in COUNCIL_ROLES:
        return set(cases)
    covered = Exists(Cover.objects.in_force().filter(by=user, worker=OuterRef("worker")))
    mine = Q(worker=user) | Q(covered)
    if user.team_id:
        mine |= Q(team=user.team_id)
    held = Allocation.objects.filter(case__in=cases, to_on=None).annotate(covered=covered).filter(mine)
    return set(cases) - set(held.values_list("case", flat=True))


@dataclass(frozen=True)
class _Look:
    """What a consultation says of whom was seen, and how long ago."""

    cases: frozenset[int]
    lately: bool


def _looks(user: User) -> list[_Look]:
    """The looks of the last day that count; what somebody agreed to be taken away does not."""
    rows = Consultation.objects.filter(user=user, basis__in=COUNTED, at__gt=Now() - DAY)
    rows = rows.exclude(export__agreed=True)
    lately = ExpressionWrapper(Q(at__gt=Now() - HOUR), output_field=BooleanField())
    asked = rows.order_by().annotate(lately=lately).values_list("case", "cases", "lately")
    return [_Look(frozenset([case] if case else cases), bool(late)) for case, cases, late in asked]


def _people(user: User, cases: Iterable[int]) -> int:
    """How many people stand behind these cases, of those that are outside."""
    return Case.objects.filter(pk__in=outside(user, set(cases))).values("person").distinct().count()


def over(user: User, cases: Collection[int], edition: Edition) -> tuple[str, int] | None:
    """Whether seeing these too is more than there is: of which of the two budgets, and how many people that makes."""
    looks = _looks(user)
    for within, most, seen in (
        (Stop.Within.HOUR, edition.an_hour, (look.cases for look in looks if look.lately)),
        (Stop.Within.DAY, edition.a_day, (look.cases for look in looks)),
    ):
        together = set(cases).union(*seen)
        # A person has one case or more, so that so few cases are no more people: one question is enough.
        if len(together) > most and (people := _people(user, together)) > most:
            return within, people
    return None


def spend(user: User, cases: Collection[int], row: Consultation) -> None:
    """Write down a look at people outside, if there is budget left. Raises Stopped if not.

    The user's row is locked meanwhile, so that eight requests at once are counted one after the other.
    """
    with transaction.atomic():
        on = (
            User.objects.select_for_update(of=("self",))
            .values_list(TruncDate(Now()), flat=True)
            .get(pk=user.pk)
        )
        edition = edition_on(on)
        beyond = over(user, cases, edition)
        if beyond is None:
            row.save(force_insert=True)
            return
    within, people = beyond
    most, time = (edition.an_hour, "hour") if within == Stop.Within.HOUR else (edition.a_day, "24 hours")
    raise Stopped(
        user,
        within,
        people,
        Problem(
            f"You may look at {most} people outside your own caseload and team in any {time}, and this page would "
            "show you more. Your own work opens as before. Your manager has been told: speak to them if your work "
            "needs more",
            code="too-many-people",
        ),
    )


def tell(stopped: Stopped) -> None:
    """Note the stop, and have the managers told: once an hour, however often somebody tries."""
    user, within = stopped.user, stopped.within
    with transaction.atomic():
        again = Stop.objects.filter(user=user, within=within, at__gt=Now() - HOUR)
        if user.council is None or again.exists():
            return
        stop = Stop.objects.create(council=user.council, user=user, within=within, people=stopped.people)
        jobs.ask("tell_of_stop", str(stop.pk), arguments={"stop": stop.pk}, council=user.council)
