"""Nothing drifts: what is kept equals what the facts give from nothing, what is published stays, and a day is a day."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Plan
from cases import operation as operation_module
from cases import operations as case_operations
from cases import timescales
from cases.models import Case, Note, Role, Timescale, User
from justice.domain.errors import Refused
from justice.domain.timescales import derive
from orders import operations
from orders.models import Attendance, Contact, Order
from performance.domain.period import Quarter
from performance.figures import Scope, figures
from performance.models import Return, ReturnRow
from performance.operations import publish_return
from performance.recount import Difference, recount
from performance.recount import _difference as real_difference
from tests.builders import a_case, a_caseworker, a_manager, an_order, staff
from tests.cases.test_histories import BEGIN, step
from tests.domain.test_histories import CALENDAR, STANDARDS, Kept, a_history, identity
from tests.figures import Figure, size
from tests.performance import records
from tests.trust.forms import on

# ---------------------------------------------------------------- lives of cases


@pytest.mark.figure("steps of random histories of facts: kept = derived from nothing, after every step")
def test_what_is_kept_after_every_fact_is_what_all_facts_give(figure: Figure):
    for seed in range(size(change=40, night=10_000)):
        kept, known = Kept(), []
        for fact in a_history(random.Random(seed)):
            kept.add(fact)
            known.append(fact)
            derived = {identity(row): row for row in derive(known, STANDARDS, CALENDAR)}
            figure.add(kept.rows == derived, f"history {seed} after {len(known)} facts")


def late_step(chance: random.Random, case: Case, order: Order, day: date, worker: User, manager: User) -> Any:
    """Corrected, left out, given to somebody else, transferred away, written down long after: on a day."""
    by = {"actor": worker, "order": order, "today": day}
    row = Timescale.objects.filter(case=case).order_by("?").first()
    codes = ["could_not_comply"]
    steps: list[Callable[[], Any]] = [
        lambda: operations.record_contact(
            kind="first_contact", on=day - timedelta(days=chance.randrange(5, 200)), attended=True,
            late_reason="did_not_turn_up", **by,
        ),
        lambda: operations.correct_attendance(
            actor=worker, attendance=Attendance.objects.filter(order=order).latest("pk"), reason="The sheet says so",
            on=day - timedelta(days=chance.randrange(9)), outcome="attended", minutes=300, today=day,
        ),
        lambda: case_operations.excuse_timescale(actor=manager, timescale=row, code=codes[0], codes=codes),
        lambda: case_operations.assign_case(
            actor=manager, case=case, team=worker.team, worker=a_caseworker(), on=day, expected_version=None
        ),
        lambda: operations.transfer_order_out(
            actor=worker, order=order, on=day, authority="Elsewhere Council", replied_on=day, applied_on=day,
            today=day, expected_version=order.version,
        ),
        lambda: operations.vary_order(
            actor=worker, order=order, kind="length", decided_on=day, today=day, months=chance.choice([6, 18, 24]),
            requirement=order.requirements.get(kind="supervision"), expected_version=order.version,
        ),
    ]  # fmt: skip
    return chance.choices(steps, [4, 3, 2 if row else 0, 2, 1, 2])[0]


def lives(many: int, figure: Figure | None) -> list[str]:
    """So many lives of a case by the operations themselves; after which step the kept timescales were others."""
    worker, manager = a_caseworker(), a_manager()
    wrong: list[str] = []
    for number in range(many):
        chance = random.Random(number)
        case = a_case(worker=worker, opened=BEGIN)
        order = an_order(hours=60, months=chance.choice([6, 12, 18]), imposed=BEGIN, case=case)
        day = BEGIN
        for count in range(chance.randrange(3, 8)):
            day += timedelta(days=chance.choice([1, 3, 10, 45]))
            order.refresh_from_db()
            case.refresh_from_db()
            make = late_step if chance.random() < 0.5 else step
            try:
                make(chance, case, order, day, worker, manager)()
            except (Refused, Attendance.DoesNotExist, Case.DoesNotExist):
                continue  # what is not lawful that day changes nothing
            found = timescales.check([case.pk])
            wrong += [f"life {number}, step {count}: {one.clause}" for one in found]
            if figure is not None:
                figure.add(not found, f"life {number}, step {count}: {[one.clause for one in found]}")
    return wrong


@pytest.mark.django_db
@pytest.mark.figure(
    "steps of random lives of cases, late, corrected, backdated: kept timescales = recomputed"
)
def test_what_is_kept_after_every_operation_is_what_the_records_give(figure: Figure):
    lives(size(change=8, night=1000), figure)


@pytest.mark.django_db
@pytest.mark.figure("faults planted in what is kept: noticed by histories")
def test_the_engine_notices_what_is_not_kept_up(figure: Figure):
    with patch.object(operation_module.timescales, "refresh", lambda _: []):
        figure.planted("a timescale that is not refreshed", lives(2, None))
    with patch.object(Timescale.objects, "bulk_update", lambda *_, **__: 0):
        figure.planted("a timescale that is made and never changed", lives(4, None))
    place = records.a_place("Nether")
    records.a_caseload(place, 12, 5, date(2025, 1, 1), date(2025, 7, 1))
    published = publish(place)
    for _ in range(8):
        backdated(place, random.Random(4))
    records.refresh(place)
    with patch("performance.recount._difference", leaves_one_out):
        figure.planted("a difference that leaves a case out", not_adding_up(place, published))


def leaves_one_out(*given: Any) -> Difference:
    whole = real_difference(*given)
    return replace(whole, changes=whole.changes[1:])


# ---------------------------------------------------------------- a published quarter

QUARTER, AS_OF = Quarter.parse("2025-26-Q1"), date(2025, 7, 20)


def backdated(place: records.Place, chance: random.Random) -> None:
    """Something of the quarter or before it that nobody had entered."""
    day = date(2025, 2, 1) + timedelta(days=chance.randrange(140))
    orders = list(Order.objects.filter(council=place.council))
    order = chance.choice(orders)
    entries: list[Callable[[], Any]] = [
        lambda: Contact.objects.create(order=order, kind="first_contact", on=day, attended=True),
        lambda: records.work(order, day),
        lambda: Plan.objects.create(order=order, approved_on=day),
        lambda: records.an_order(records.a_case(place), day, hours=100, months=12),
        lambda: records.a_release(records.a_case(place), day, day + timedelta(days=chance.randrange(4))),
        lambda: Order.objects.filter(pk=order.pk, ended_on=None, imposed_on__lte=day).update(
            ended_on=day, end_reason="completed"
        ),
        lambda: Order.objects.filter(pk=order.pk).update(transferred_in=chance.random() < 0.5),
        lambda: Attendance.objects.filter(order=order).update(on=day),
    ]
    chance.choice(entries)()


def publish(place: records.Place) -> Return:
    officer = place.somebody(Role.PERFORMANCE_OFFICER)
    return publish_return(actor=officer, quarter=QUARTER, as_of=AS_OF, code_version="1")


def not_adding_up(place: records.Place, published: Return) -> list[str]:
    """The measures whose changes, case by case, do not make the difference, or end elsewhere than at today's figure."""
    counted = {one.code: one.tallied for one in figures(Scope(place.council), QUARTER, AS_OF)}
    wrong = []
    for one in recount(published, AS_OF):
        whole = (sum(c.numerator for c in one.changes), sum(c.denominator for c in one.changes))
        now = (counted[one.code].above, counted[one.code].below)
        if whole != (one.numerator, one.denominator) or one.now != now:
            wrong.append(f"{one.code}: {whole} of {one.was} to {one.now}, {now}")
    return wrong


def standing(published: Return) -> Any:
    """All that was published, as it stands in the tables now."""
    kept = Return.objects.get(pk=published.pk)
    rows = ReturnRow.objects.filter(published=kept).order_by("pk")
    return kept.figures, kept.as_of, kept.edition, list(rows.values_list())


@pytest.mark.django_db
@pytest.mark.figure("backdated entries after a publication: it stands as it was, and the differences add up")
def test_a_published_quarter_stands_whatever_is_entered_afterwards(figure: Figure):
    place = records.a_place()
    records.a_caseload(place, 25, 5, date(2025, 1, 1), date(2025, 7, 1))
    published = publish(place)
    was, chance = standing(published), random.Random(4)
    for number in range(1, size(change=30, night=1000) + 1):
        backdated(place, chance)
        if number % 10:
            figure.add(True)
            continue
        records.refresh(place)
        figure.add(standing(published) == was, f"after {number} entries the publication is another")
        wrong = not_adding_up(place, published)
        figure.add(not wrong, f"after {number} entries: {', '.join(wrong)}")
    frozen = {kept["kpi"]: kept for kept in published.figures}
    for one in recount(published, AS_OF):
        figure.add(one.was[0] == frozen[one.code]["numerator"], f"{one.code}: not what its own lists give")
    assert any(one.changes for one in recount(published, AS_OF)), "nothing that was entered made a difference"


# ---------------------------------------------------------------- days and hours


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def day_in_scotland(moment: datetime) -> date:
    """By the Summer Time Order 2002 alone: an hour ahead from one on the last Sunday of March to that of October."""
    begins = datetime.combine(last_sunday(moment.year, 3), datetime.min.time(), UTC) + timedelta(hours=1)
    ends = datetime.combine(last_sunday(moment.year, 10), datetime.min.time(), UTC) + timedelta(hours=1)
    return (moment + timedelta(hours=1 if begins <= moment < ends else 0)).date()


def mismatches(day_of: Callable[[datetime], date], until: int = 2030) -> tuple[int, int, list[str]]:
    """Every hour of ten years: how many, of how many the day in Scotland is another than in UTC, and the wrong ones."""
    moment, other, wrong = datetime(2020, 1, 1, tzinfo=UTC), 0, []
    tried = 0
    while moment.year < until:
        tried += 1
        right = day_in_scotland(moment)
        other += right != moment.date()
        if day_of(moment) != right:
            wrong.append(moment.isoformat())
        moment += timedelta(hours=1)
    return tried, other, wrong


@pytest.mark.figure("hours of ten years: the day in Scotland, against the Summer Time Order")
def test_the_day_is_scotlands_at_every_hour_of_ten_years(figure: Figure):
    tried, other, wrong = mismatches(timezone.localdate)
    figure.many(tried, wrong)
    assert other > 2000, "half the year an hour of each day is tomorrow already"
    figure.planted("a day in UTC", mismatches(lambda moment: moment.date(), 2021)[2])


INSTANTS = (
    "2026-06-30T23:30:00", "2026-01-15T23:30:00", "2026-03-29T00:59:00", "2026-10-24T23:30:00",
    "2028-02-29T12:00:00", "2026-12-31T23:59:00",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.figure("forms sent at awkward instants: today is taken and tomorrow refused, by Scotland's day")
def test_today_is_scotlands_day_at_awkward_instants(figure: Figure):
    case = a_case(opened="1 January 2020")
    user = staff(Role.CASEWORKER)
    for said in INSTANTS:
        moment = datetime.fromisoformat(said).replace(tzinfo=UTC)
        with time_machine.travel(moment, tick=False):
            client = Client()
            client.force_login(user)
            today = day_in_scotland(moment)
            for day, status in ((today, 302), (today + timedelta(days=1), 422)):
                sent = {"kind": "telephone_call", "text": "Rang", "key": str(uuid.uuid4()), **on("on", day)}
                answer = client.post(reverse("record_note", args=[case.pk]), sent)
                figure.add(
                    answer.status_code == status, f"{said}: a note of {day} answers {answer.status_code}"
                )
            figure.add(Note.objects.latest("pk").on == today, f"{said}: another day is stored")
