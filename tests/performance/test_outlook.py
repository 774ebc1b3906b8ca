"""How the six stand: the dashboard's own figures, what moved between two of them, and which locality is where."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Role
from performance.domain.period import Quarter
from performance.figures import Scope, figures
from performance.outlook import FEWEST, SIX, outlook
from tests.performance import records
from tests.performance.records import Place

ON = date(2025, 11, 27)


@pytest.fixture
def caseload(place: Place) -> Place:
    records.a_caseload(place, 90, 5, date(2024, 8, 1), date(2025, 11, 20))
    return place


def test_the_six_are_the_dashboards(caseload: Place):
    scope = Scope(caseload.council, caseload.somebody(Role.SENIOR_MANAGER))
    seen = outlook(scope, ON)
    last = Quarter.of(ON).previous
    assert list(seen.last) == figures(scope, last, ON, measures=SIX)
    assert list(seen.now) == figures(scope, last.next, ON, measures=SIX)
    assert sum(figure.tallied.below for figure in seen.last) > 20


def test_what_moved_is_the_difference_of_two_figures_the_largest_first(caseload: Place):
    scope = Scope(caseload.council)
    seen = outlook(scope, ON)
    assert seen.moved
    assert [abs(move.points) for move in seen.moved] == sorted(
        (abs(m.points) for m in seen.moved), reverse=True
    )
    last = Quarter.of(ON).previous
    for move in seen.moved:
        narrowed = Scope(caseload.council, locality=move.now.group.key) if move.now.group else scope
        if move.now.group and move.now.group.key is None:
            continue
        for figure, quarter in ((move.now, last), (move.was, last.previous)):
            (alone,) = figures(narrowed, quarter, ON, measures=(figure.measure,))
            assert alone.tallied == figure.tallied
            assert figure.tallied.below >= FEWEST
        assert move.points == (move.now.share - move.was.share) * 100


def test_this_month_is_counted_from_the_end_of_the_last(caseload: Place):
    scope = Scope(caseload.council)
    seen = outlook(scope, ON)
    assert seen.since == date(2025, 10, 31)
    for move in seen.moved_since:
        if move.now.group is None:
            (then,) = figures(scope, Quarter.of(ON), date(2025, 10, 31), measures=(move.was.measure,))
            assert then.tallied == move.was.tallied


def test_in_the_first_month_of_a_quarter_the_last_one_is_compared(caseload: Place):
    seen = outlook(Scope(caseload.council), date(2025, 10, 15))
    assert seen.since == date(2025, 9, 30)
    assert {move.now.quarter for move in seen.moved_since} <= {Quarter.parse("2025-26-Q2")}


def test_no_locality_stands_below_the_lowest_or_above_the_highest(caseload: Place):
    scope = Scope(caseload.council)
    seen = outlook(scope, ON)
    parts = figures(scope, Quarter.of(ON).previous, ON, by="locality", measures=SIX)
    for ends in seen.ends:
        shares = [
            one.share
            for one in parts
            if one.code == ends.figure.code and one.share is not None and one.group.key
        ]
        if shares:
            assert (ends.lowest.share, ends.highest.share) == (min(shares), max(shares))
        else:
            assert ends.lowest is ends.highest is None


def test_an_empty_council_has_nothing_to_tell(place: Place):
    seen = outlook(Scope(place.council), ON)
    assert (seen.moved, seen.moved_since) == ((), ())
    assert all(ends.lowest is None for ends in seen.ends)
