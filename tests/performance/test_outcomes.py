"""The report of difference made: hand-checked numbers, each equal to its list, and small ones hidden."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.domain.outcomes import edition_on
from assessments.models import FeedbackRequest, OutcomeReading
from cases.models import Role
from performance import outcomes
from performance.figures import Scope
from tests.performance.records import a_case, a_place, an_order

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
EDITION = edition_on(LAST)
LSCMI, WELLBEING = EDITION.measures["lscmi_total"], EDITION.measures["wellbeing"]


def an_ended_order(place, *, team=0, ended_on=date(2026, 5, 1), reason="completed"):
    case = a_case(place, place.teams[team])
    return an_order(case, date(2025, 5, 1), months=12, ended_on=ended_on, end_reason=reason)


def read(order, point, **values):
    """Readings at a point: a number, or "declined"; a measure that is not named was not asked."""
    on = order.imposed_on if point == "start" else order.ended_on
    for key in EDITION.measures:
        value = values.get(key, "not_asked")
        given = isinstance(value, int)
        OutcomeReading.objects.create(
            order=order, point=point, on=on, measure=key, edition=EDITION.key, by="worker",
            answer="given" if given else value, value=value if given else None,
        )  # fmt: skip


def asked(order, answered=False):
    FeedbackRequest.objects.create(
        order=order, channel="paper", asked_on=order.ended_on, expires_on=order.ended_on, answered=answered
    )


@pytest.fixture
def place():
    """Forty orders that ended in the quarter, and some that do not count.

    LS/CMI: 30 measured at both ends: 12 fell by 5, 8 stayed, 5 rose by 2; 5 declined at the end. 10 were measured at
    neither end. Well-being: of the 30, 5 rose, 25 were not asked at the end.
    """
    place = a_place()
    scores = [(20, 15, 3)] * 5 + [(20, 15, None)] * 7 + [(18, 18, None)] * 8 + [(10, 12, None)] * 5
    for number, (first, last, feeling) in enumerate(scores):
        order = an_ended_order(place, team=number % 3)
        read(order, "start", lscmi_total=first, wellbeing=2)
        read(order, "end", lscmi_total=last, **({"wellbeing": feeling} if feeling else {}))
        if number < 20:
            asked(order, answered=number < 10)
    for _ in range(5):
        order = an_ended_order(place)
        read(order, "start", lscmi_total=20, wellbeing=2)
        read(order, "end", lscmi_total="declined")
    for _ in range(10):
        an_ended_order(place)
    for reason in ("transferred_out", "died"):
        an_ended_order(place, reason=reason)
    an_ended_order(place, ended_on=date(2026, 7, 1))
    return place


def scope(place, **more):
    return Scope(place.council, place.somebody(Role.PERFORMANCE_OFFICER), **more)


def test_the_numbers_are_those_counted_by_hand(place):
    found = outcomes.report(scope(place), FIRST, LAST)
    assert found.ended == 40
    assert found.measured == {"both": 30, "no_start": 0, "no_end": 0, "neither": 10}
    assert found.views == {"asked": 20, "not_invited": 20, "answered": 10, "unanswered": 10}
    lines = {line.measure.key: line for line in found.lines}
    assert list(lines) == list(EDITION.measures)
    assert lines["lscmi_total"].cells == {
        "compared": 25, "declined": 5, "not_asked": 0, "improved": 12, "same": 8, "worse": 5,
    }  # fmt: skip
    assert lines["lscmi_total"].mean == pytest.approx((12 * -5 + 5 * 2) / 25)
    assert lines["wellbeing"].cells == {
        "compared": 5, "declined": 0, "not_asked": 25, "improved": 5, "same": 0, "worse": 0,
    }  # fmt: skip
    assert lines["wellbeing"].mean is None


def test_each_number_is_the_length_of_its_list(place):
    where = scope(place)
    found = outcomes.report(where, FIRST, LAST)
    cells = [(name, None) for name in ("ended", *outcomes.MEASURED, *outcomes.FEEDBACK)]
    cells += [(name, line.measure) for line in found.lines for name in line.cells]
    for name, measure in cells:
        assert outcomes.members(where, FIRST, LAST, name, measure).count() == found.cell(name, measure), name


def test_a_later_reading_corrects_an_earlier(place):
    order = outcomes.members(scope(place), FIRST, LAST, "worse", LSCMI).first()
    OutcomeReading.objects.create(
        order=order, point="end", on=order.ended_on, measure="lscmi_total", edition="default-2026", by="worker",
        answer="given", value=9,
    )  # fmt: skip
    counts = {
        name: outcomes.members(scope(place), FIRST, LAST, name, LSCMI).count() for name in outcomes.CHANGES
    }
    assert counts == {"improved": 13, "same": 8, "worse": 4}


def test_a_small_number_is_hidden_with_what_it_could_be_worked_out_from_and_with_the_mean(place):
    order = outcomes.members(scope(place), FIRST, LAST, "worse", LSCMI).first()
    read(order, "end", lscmi_total=9)
    line = next(one for one in outcomes.report(scope(place), FIRST, LAST).lines if one.measure == LSCMI)
    assert line.cells == {
        "compared": 25, "declined": 5, "not_asked": 0, "improved": None, "same": 8, "worse": None,
    }  # fmt: skip
    assert line.mean is None


def test_fewer_than_five_orders_are_no_report(place):
    for _ in range(3):
        read(an_ended_order(place, ended_on=date(2026, 9, 1)), "start", wellbeing=2)
    found = outcomes.report(scope(place), date(2026, 9, 1), date(2026, 9, 30))
    assert found.ended is None
    assert set(found.measured.values()) | set(found.views.values()) == {None}
    assert {value for line in found.lines for value in line.cells.values()} == {None}


def test_no_order_at_all_is_nought_and_not_hidden(place):
    found = outcomes.report(scope(place), date(2020, 4, 1), date(2020, 6, 30))
    assert found.ended == 0
    assert set(found.measured.values()) == {0}


def test_a_missing_reading_is_neither_declined_nor_not_asked(place):
    for point in ("start", "end"):
        order = an_ended_order(place, ended_on=date(2026, 8, 1))
        read(order, point, wellbeing="declined")
    when = date(2026, 8, 1), date(2026, 8, 31)
    where = scope(place)
    counts = {name: outcomes.members(where, *when, name).count() for name in outcomes.MEASURED}
    assert counts == {"both": 0, "no_start": 1, "no_end": 1, "neither": 0}
    assert outcomes.members(where, *when, "declined", WELLBEING).count() == 0


def test_a_team_and_a_locality_narrow_it_to_who_held_the_order_when_it_ended(place):
    team = place.teams[1]
    assert outcomes.report(scope(place, team=team.pk), FIRST, LAST).ended == 8
    assert outcomes.report(scope(place, locality=team.locality_id), FIRST, LAST).ended == 8
    assert outcomes.report(scope(place, locality=place.teams[0].locality_id), FIRST, LAST).ended == 32


def test_the_report_of_a_team_counts_what_its_staff_may_see(place):
    manager = place.somebody(Role.FIRST_LINE_MANAGER, place.teams[1])
    assert outcomes.report(Scope(place.council, manager), FIRST, LAST).ended == 8


def test_another_council_is_not_counted(place):
    other = a_place("Tayside")
    assert outcomes.report(scope(other), FIRST, LAST).ended == 0


@pytest.mark.parametrize("measure", [None, LSCMI])
def test_a_number_that_is_not_in_the_report_has_no_list(place, measure):
    with pytest.raises(ValueError, match="weather"):
        outcomes.members(scope(place), FIRST, LAST, "weather", measure)


def test_it_makes_a_fixed_number_of_queries(place, django_assert_num_queries):
    where = scope(place)
    with django_assert_num_queries(1 + len(EDITION.measures)):
        outcomes.report(where, FIRST, LAST)
