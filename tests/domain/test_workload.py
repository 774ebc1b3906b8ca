"""What work weighs, what a week holds, and who is proposed for what: tables and random teams."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from assessments.domain import workload
from assessments.domain.handover import Piece, Receiver, propose
from assessments.domain.workload import HeldOrder, Hours

ON = date(2026, 11, 27)
EDITION = workload.edition_on(ON)


# ---------------------------------------------------------------- weights


def test_every_weight_has_a_label_and_the_numbers_a_source():
    assert all(one.label for one in EDITION.weights.values())
    assert "Setting the Bar" in EDITION.source
    assert EDITION.weekly_hours == 35


def test_twenty_to_twenty_five_supervised_cases_of_medium_weight_fill_a_full_time_post():
    full = workload.capacity([], EDITION)
    assert 20 <= full / EDITION.points("order.medium") <= 25


def test_a_higher_level_never_weighs_less():
    points = [
        EDITION.points(f"order.{level}") for level in ("very_low", "low", "medium", "high", "very_high")
    ]
    assert points == sorted(points)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        pytest.param([], {}, id="no order"),
        pytest.param(
            [HeldOrder(1, date(2026, 1, 5), True, "high")], {1: ("order.high",)}, id="supervised and assessed"
        ),
        pytest.param(
            [HeldOrder(1, date(2026, 8, 28), True)],
            {1: ("order.not_assessed", "order.early")},
            id="the last day of its first three months",
        ),
        pytest.param(
            [HeldOrder(1, date(2026, 8, 27), True)],
            {1: ("order.not_assessed",)},
            id="three months after it was imposed",
        ),
        pytest.param(
            [HeldOrder(1, date(2026, 11, 2), False, "high")],
            {1: ("order.without_supervision",)},
            id="unpaid work only, whatever the level and however new",
        ),
        pytest.param(
            [HeldOrder(1, date(2026, 1, 5), True, "low"), HeldOrder(2, date(2026, 11, 2), False, "low")],
            {1: ("order.low",), 2: ("order.further",)},
            id="a newer order without supervision is the further one",
        ),
        pytest.param(
            [HeldOrder(1, date(2025, 1, 5), True, "low"), HeldOrder(2, date(2026, 11, 2), True, "low")],
            {2: ("order.low", "order.early"), 1: ("order.further",)},
            id="of two supervised orders the newer carries the weight",
        ),
    ],
)
def test_what_the_orders_of_one_person_weigh(orders, expected):
    assert workload.order_kinds(orders, ON, EDITION) == expected


@pytest.mark.parametrize(
    ("released_on", "counts"),
    [("2025-11-27", False), ("2025-11-28", True), ("2026-11-27", True), ("2026-11-28", False)],
)
def test_a_release_counts_for_twelve_months(released_on, counts):
    assert workload.counts_as_licence(date.fromisoformat(released_on), ON, EDITION) == counts


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], 210, id="nothing recorded: a full-time week"),
        pytest.param([Hours(Decimal("17.5"))], 105, id="half a week"),
        pytest.param([Hours(Decimal(21)), Hours(Decimal("17.5"))], 105, id="the shortest week counts"),
        pytest.param([Hours(None, 20)], 168, id="newly qualified"),
        pytest.param([Hours(Decimal("17.5"), 10), Hours(None, 10)], 84, id="reductions add up"),
        pytest.param([Hours(None, 60), Hours(None, 60)], 0, id="no more than the whole week"),
    ],
)
def test_the_points_that_fill_a_week(rows, expected):
    assert workload.capacity(rows, EDITION) == expected


@pytest.mark.parametrize(
    ("points", "expected"), [(0, 0), (105, 50), (209, 99), (210, 100), (211, 101), (420, 200)]
)
def test_a_share_is_never_rounded_to_the_limit_from_either_side(points, expected):
    assert workload.percent(workload.share(points, Fraction(210))) == expected


def test_nobody_without_hours_has_a_share():
    assert workload.percent(workload.share(12, Fraction(0))) is None


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('kind = "breach"', 'kind = "breech"', "give each of these kinds of work one weight"),
        ("points = 15", "points = 0", "numbers of 1 or more"),
        ("source = ", 'source = "" # ', "give a source"),
    ],
)
def test_weights_that_cannot_be_used_are_refused_by_file(tmp_path, was, now, said):
    shipped = (workload.DATA / "2026-01-01.toml").read_text(encoding="utf-8")
    (tmp_path / "odd.toml").write_text(shipped.replace(was, now), encoding="utf-8")
    with pytest.raises(ValueError, match=said) as refused:
        workload.load_editions(tmp_path)
    assert "odd.toml" in str(refused.value)


# ---------------------------------------------------------------- proposals


def full(key: int, points: int = 0) -> Receiver:
    return Receiver(key, points, Fraction(210))


def test_cases_are_dealt_so_that_shares_come_out_level():
    pieces = [Piece(key, 10) for key in range(6)]
    given = propose(pieces, [full(1), Receiver(2, 0, Fraction(105))])
    assert sorted(given.values()) == [1, 1, 1, 1, 2, 2]


def test_who_works_with_the_person_already_is_proposed_where_there_is_room():
    assert propose([Piece(1, 10, beside=2)], [full(1), full(2, 150)]) == {1: 2}
    assert propose([Piece(1, 10, beside=2)], [full(1), full(2, 205)]) == {1: 1}


def test_nobody_who_is_barred_or_has_no_hours_is_proposed():
    away = Receiver(3, 0, Fraction(0))
    assert propose([Piece(1, 10, frozenset({1}))], [full(1), full(2, 300), away]) == {1: 2}
    assert propose([Piece(1, 10, frozenset({1, 2}))], [full(1), full(2), away]) == {1: None}


def test_a_way_within_the_limit_is_found_where_dealing_level_misses_it():
    """Level dealing gives 6 and 5+5 to one side each way round; only 6+4 and 5+5 fit."""
    pieces = [Piece(1, 6), Piece(2, 5), Piece(3, 5), Piece(4, 4)]
    workers = [Receiver(1, 0, Fraction(10)), Receiver(2, 0, Fraction(10))]
    given = propose(pieces, workers)
    sums = {key: sum(one.points for one in pieces if given[one.key] == key) for key in (1, 2)}
    assert sums == {1: 10, 2: 10}


def totals(given, pieces, workers):
    points = {one.key: one.points for one in workers}
    for piece in pieces:
        if given[piece.key] is not None:
            points[given[piece.key]] += piece.points
    return points


def within(given, pieces, workers):
    points = totals(given, pieces, workers)
    taking = set(given.values()) - {None}
    return all(points[one.key] <= one.capacity for one in workers if one.key in taking)


def a_random_team(random):
    workers = [
        Receiver(key, random.randint(0, 20), Fraction(random.choice((0, 10, 20, 30))))
        for key in range(1, random.randint(2, 4))
    ]
    pieces = [
        Piece(
            key,
            random.randint(1, 12),
            frozenset(one.key for one in workers if random.random() < 0.2),
            random.choice((None, 1, 2)),
        )
        for key in range(random.randint(1, 5))
    ]
    return workers, pieces


def test_of_random_teams_nobody_is_over_the_limit_where_that_can_be_avoided():
    """Against every way there is; and who is barred, or has no hours, is never given anything."""
    for seed in range(500):
        workers, pieces = a_random_team(Random(seed))
        given = propose(pieces, workers)
        able = {one.key for one in workers if one.capacity > 0}
        for piece in pieces:
            free = able - piece.barred
            assert given[piece.key] in free if free else given[piece.key] is None, seed
        choices = [sorted(able - piece.barred) or [None] for piece in pieces]
        keys = [one.key for one in pieces]
        possible = any(
            within(dict(zip(keys, way, strict=True)), pieces, workers) for way in product(*choices)
        )
        assert within(given, pieces, workers) == possible, seed


def test_a_whole_caseload_is_proposed_at_once():
    random = Random(1)
    pieces = [Piece(key, random.choice((3, 7, 9, 12, 15))) for key in range(60)]
    given = propose(pieces, [full(key, random.randint(0, 60)) for key in range(1, 11)])
    assert set(given) == set(range(60))
    assert None not in given.values()
