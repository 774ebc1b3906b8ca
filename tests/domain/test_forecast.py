"""What an open quarter needs to end green, and what falls due by week."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from performance.domain import rag
from performance.domain.forecast import due_by_week, forecast
from performance.domain.rag import Rule

EXACT = Rule("points", Decimal(0), Decimal(5))
TARGET = Decimal(80)


@pytest.mark.parametrize(
    ("above", "below", "pending", "rule", "needed", "best", "worst"),
    [
        pytest.param(0, 0, 10, EXACT, 8, "green", "red", id="nothing due yet: eight of ten"),
        pytest.param(5, 10, 10, EXACT, None, "red", "red", id="out of reach: fifteen of twenty at best"),
        pytest.param(6, 10, 10, EXACT, 10, "green", "red", id="every one of them"),
        pytest.param(16, 18, 2, EXACT, 0, "green", "green", id="none of them: green already"),
        pytest.param(8, 10, 0, EXACT, 0, "green", "green", id="nothing pending, green"),
        pytest.param(7, 10, 0, EXACT, None, "red", "red", id="nothing pending, red"),
        pytest.param(
            58,
            78,
            22,
            Rule(),
            21,
            "green",
            "red",
            id="per cent of target: 78 of 100 is short by exactly 2.5%, 79 is enough",
        ),
    ],
)
def test_what_a_quarter_still_needs(above, below, pending, rule, needed, best, worst):
    found = forecast(above, below, pending, TARGET, rule)
    assert (found.needed, found.best, found.worst) == (needed, best, worst)
    assert found.in_reach == (needed is not None)


@pytest.mark.parametrize(
    ("above", "below", "pending", "target", "words"),
    [
        pytest.param(
            40, 48, 52, 80, "Green needs 39 of the 52 still to come; amber needs 37", id="green and amber differ"
        ),
        pytest.param(0, 0, 1, 80, "Green needs the one still to come", id="one, and it is needed"),
        pytest.param(78, 99, 1, 80, "Green needs the one still to come; amber is certain", id="amber already"),
        pytest.param(0, 0, 3, 100, "Green needs all 3 still to come", id="every one"),
        pytest.param(20, 20, 2, 80, "Green whatever becomes of the 2 still to come", id="none is needed"),
        pytest.param(9, 9, 1, 80, "Green whatever becomes of the one still to come", id="not even the one"),
        pytest.param(
            20, 60, 10, 80, "Neither green nor amber can be reached any longer: at most 30 of 70, which is 42.9%",
            id="both out of reach",
        ),
        pytest.param(
            70, 94, 6, 80,
            "Neither green nor amber can be reached any longer: at most 76 of 100, which is 76%",
            id="short by exactly 5%: red",
        ),
        pytest.param(
            71, 93, 7, 80,
            "Green can no longer be reached: at most 78 of 100, which is 78%. Amber needs 6 of the 7 still to come",
            id="short by exactly 2.5%: amber",
        ),
        pytest.param(
            77, 99, 1, 80,
            "Green can no longer be reached: at most 78 of 100, which is 78%. "
            "Amber whatever becomes of the one still to come",
            id="amber is certain, green is not to be had",
        ),
        pytest.param(
            300, 359, 215, 75, "Green needs 120 of the 215 still to come; amber needs 109", id="a quarter of a city"
        ),
    ],
)  # fmt: skip
def test_what_is_needed_in_words(above, below, pending, target, words):
    assert forecast(above, below, pending, Decimal(target), Rule()).words == words


def test_where_lower_is_better_the_words_allow():
    rule = Rule("points", Decimal(0), Decimal(5), "lower")
    found = forecast(1, 10, 10, Decimal(20), rule)
    assert (found.needed, found.needed_amber) == (3, 3)
    assert found.words == "Green allows 3 of the 10 still to come"
    assert forecast(9, 10, 10, Decimal(20), rule).words.startswith(
        "Neither green nor amber can be reached any longer: at least 9 of 20"
    )
    assert forecast(0, 10, 2, Decimal(20), rule).words == "Green whatever becomes of the 2 still to come"


def test_without_a_target_the_words_say_so():
    assert forecast(1, 2, 3, None, Rule()).words == "No target: nothing is needed"


def test_amber_never_needs_more_than_green_and_is_the_least_that_is_enough():
    """Property, over every small count."""
    for below in range(0, 24, 3):
        for above in range(below + 1):
            for pending in range(9):
                found = forecast(above, below, pending, TARGET, Rule())
                ratings = [
                    rag.rate(rag.share(above + more, below + pending), TARGET, Rule())
                    for more in range(pending + 1)
                ]
                well = [more for more, rating in enumerate(ratings) if rating in ("green", "amber")]
                assert found.needed_amber == min(well, default=None)
                if found.needed is not None:
                    assert found.needed_amber <= found.needed


def test_without_a_target_nothing_is_needed_and_all_is_grey():
    found = forecast(3, 5, 4, None, Rule())
    assert (found.needed, found.now, found.best, found.worst) == (None, "grey", "grey", "grey")


def test_where_lower_is_better_needed_is_how_many_may_be():
    found = forecast(1, 10, 10, Decimal(20), Rule("points", Decimal(0), Decimal(5), "lower"))
    assert (found.needed, found.best, found.worst) == (3, "green", "red")


@pytest.mark.parametrize(("above", "below", "pending"), [(2, 1, 0), (-1, 1, 0), (0, 0, -1)])
def test_numbers_that_no_count_gives_are_our_own_mistake(above, below, pending):
    with pytest.raises(ValueError, match="cannot have been counted"):
        forecast(above, below, pending, TARGET, Rule())


def test_needed_is_the_least_that_is_enough():
    """Property: with what is needed the quarter ends green, and with one fewer it does not."""
    for below in range(0, 30, 3):
        for above in range(0, below + 1, 2):
            for pending in range(12):
                found = forecast(above, below, pending, TARGET, Rule())
                if found.needed is None:
                    assert rag.rate(rag.share(above + pending, below + pending), TARGET, Rule()) != "green"
                    continue
                total = below + pending
                assert rag.rate(rag.share(above + found.needed, total), TARGET, Rule()) == "green"
                if found.needed:
                    assert rag.rate(rag.share(above + found.needed - 1, total), TARGET, Rule()) != "green"


def test_what_falls_due_by_week():
    due = [date(2025, 6, 2), date(2025, 6, 8), date(2025, 6, 9), date(2025, 6, 23)]
    assert due_by_week(due) == {
        date(2025, 6, 2): 2,
        date(2025, 6, 9): 1,
        date(2025, 6, 16): 0,
        date(2025, 6, 23): 1,
    }
    assert due_by_week([]) == {}
