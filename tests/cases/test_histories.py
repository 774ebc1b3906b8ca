"""Random lives of cases, by the operations themselves: what is kept at each step is what the facts give from nothing.

The same law over a thousand histories of facts, without a database, stands in tests/domain/test_histories.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from assessments import operations as assessment_operations
from cases import operations as case_operations
from cases import timescales
from cases.models import Case, Timescale
from cases.timescales import DERIVED
from justice.domain.errors import Refused
from orders import operations
from orders.models import Order
from tests.builders import a_case, a_caseworker, a_manager, an_order, staff
from tests.figures import size

HISTORIES = size(change=50, night=100)
BEGIN = date(2024, 1, 8)


def rows() -> list[tuple[object, ...]]:
    return sorted(Timescale.objects.values_list("subject", "clause", "occurrence", *DERIVED), key=str)


def step(chance: random.Random, case: Case, order: Order, on: date, worker, manager) -> Callable[[], object]:
    """One thing that may happen to the case on a day."""
    by = {"actor": worker, "order": order, "today": on}
    order.refresh_from_db()
    steps: list[Callable[[], object]] = [
        lambda: operations.record_contact(
            kind=chance.choice(["first_contact", "induction", "supervision"]),
            on=on - timedelta(days=chance.randrange(5)),
            attended=chance.random() < 0.8,
            **by,
        ),
        lambda: operations.record_attendance(
            on=on,
            outcome=chance.choice(["attended", "acceptable_absence"]),
            minutes=chance.choice([0, 420]),
            **by,
        ),
        lambda: assessment_operations.approve_plan(
            actor=manager, order=order, approved_on=on, summary="Goals", today=on
        ),
        lambda: assessment_operations.hold_review(
            actor=worker, order=order, held_on=on, chaired_by=manager, today=on
        ),
        lambda: operations.decide_breach(
            on=on, reason="Did not attend", skipped_because="Warned on paper", **by
        ),
        lambda: operations.end_order(
            actor=worker,
            order=order,
            on=on,
            reason="other",
            today=on,
            expected_version=order.version,
        ),
        lambda: assessment_operations.request_report(
            actor=worker,
            case=case,
            court_type="jp",
            requested_on=on,
            hearing_on=on + timedelta(days=21),
            today=on,
        ),
    ]
    weights = [5, 4, 2, 3, 1, 1, 1]
    return chance.choices(steps, weights)[0]


@pytest.mark.django_db
def test_what_is_kept_at_each_step_is_what_the_facts_give_from_nothing():
    worker, manager, officer = a_caseworker(), a_manager(), staff("performance_officer")
    done = refused = 0
    keys = []
    for number in range(HISTORIES):
        chance = random.Random(number)
        case = a_case(worker=worker, opened=BEGIN)
        keys.append(case.pk)
        order = an_order(hours=60, months=chance.choice([6, 12, 18]), imposed=BEGIN, case=case)
        on = BEGIN
        for _ in range(chance.randrange(3, 7)):
            on += timedelta(days=chance.choice([1, 3, 10, 45]))
            try:
                step(chance, case, order, on, worker, manager)()
                done += 1
            except Refused:
                refused += 1  # what is not lawful on that day changes nothing
        assert timescales.check([case.pk]) == [], number
    assert done > HISTORIES * 2, (done, refused)
    case_operations.set_calendar_day(actor=officer, day=date(2024, 1, 15), name="Town holiday", closed=True)
    assert timescales.check(keys) == []
    kept = rows()
    Timescale.objects.all().delete()
    timescales.refresh(keys)
    assert rows() == kept
