"""The weeks of somebody who chairs reviews: what falls into which, and where there is room."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.domain.chairing import Load, advice, levelled, weeks

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)


def ahead(due: list[date], slots: dict[date, int], held: list[date] | None = None, on: date = FRIDAY):
    return weeks(due=due, held=held or [], slots=slots, on=on)


def december(*days: int) -> list[date]:
    return [date(2026, 12, number) for number in days]


def test_six_weeks_begin_with_the_one_that_today_is_in():
    found = ahead([], {})
    assert [week.monday for week in found] == [
        date(2026, 11, 23), date(2026, 11, 30), *december(7, 14, 21, 28)
    ]  # fmt: skip
    assert [(week.first, week.last) for week in found[:2]] == [
        (FRIDAY, date(2026, 11, 29)),
        (date(2026, 11, 30), date(2026, 12, 6)),
    ]


@pytest.mark.parametrize(
    ("due", "late", "this_week", "next_week"),
    [
        pytest.param(date(2026, 11, 26), 1, 0, 0, id="yesterday is late"),
        pytest.param(FRIDAY, 0, 1, 0, id="today is not late"),
        pytest.param(date(2026, 11, 29), 0, 1, 0, id="Sunday is this week"),
        pytest.param(date(2026, 11, 30), 0, 0, 1, id="Monday is next week"),
        pytest.param(date(2026, 12, 6), 0, 0, 1, id="the Sunday after is next week"),
        pytest.param(date(2027, 1, 4), 0, 0, 0, id="after six weeks is in none"),
    ],
)
def test_which_week_a_review_is_due_in(due: date, late: int, this_week: int, next_week: int):
    first, second, *_ = ahead([due], {})
    assert (first.late, first.due, second.due) == (late, this_week, next_week)
    assert second.late == 0


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        pytest.param({}, [None, None], id="nobody said"),
        pytest.param({date(2020, 1, 1): 5}, [5, 5], id="since long ago"),
        pytest.param(
            {date(2020, 1, 1): 5, date(2026, 11, 29): 3}, [3, 3], id="from the Sunday: this week too"
        ),
        pytest.param({date(2020, 1, 1): 5, date(2026, 11, 30): 3}, [5, 3], id="from Monday: not this week"),
        pytest.param({date(2026, 12, 2): 4}, [None, 4], id="nothing before"),
    ],
)
def test_a_week_has_the_slots_in_force_on_its_last_day(slots: dict[date, int], expected: list[int | None]):
    assert [week.slots for week in ahead([], slots)][:2] == expected


def test_what_was_held_this_week_and_what_is_late_take_their_slots():
    (first, *_) = ahead([date(2026, 11, 20), FRIDAY], {MONDAY: 5}, held=[MONDAY, date(2026, 11, 25)])
    assert (first.late, first.due, first.held, first.left) == (1, 1, 2, 1)


@pytest.mark.parametrize(
    ("due", "slots", "expected"),
    [
        pytest.param(december(7, 8), 2, [], id="full is not too full"),
        pytest.param(
            december(*[14] * 7, 7, 7),
            5,
            ["Week of 14 December: 7 due, 5 slots; week of 7 December has 3 free"],
            id="the nearest week before it",
        ),
        pytest.param(
            december(*[14] * 9),
            5,
            ["Week of 14 December: 9 due, 5 slots; week of 7 December has 5 free"],
            id="one week is enough",
        ),
        pytest.param(
            december(*[14] * 9, 7, 7, 7),
            5,
            [
                "Week of 14 December: 9 due, 5 slots; week of 7 December has 2 free and week of 30 November has 5 "
                "free"
            ],
            id="two weeks are needed",
        ),
        pytest.param(
            [date(2026, 11, 20)] * 4 + [FRIDAY],
            3,
            ["Week of 23 November: 1 due and 4 already late, 3 slots; week of 30 November has 3 free"],
            id="what is late goes into the next week with room",
        ),
        pytest.param(
            [*[FRIDAY] * 2, *[date(2026, 11, 30)] * 3],
            2,
            [
                "Week of 30 November: 3 due, 2 slots; week of 7 December has 2 free, after they are due",
            ],
            id="no room before: later, and said to be later",
        ),
        pytest.param(
            december(7, 7, 7, 14, 14, 14, 14),
            2,
            [
                "Week of 7 December: 3 due, 2 slots; week of 30 November has 2 free",
                "Week of 14 December: 4 due, 2 slots; week of 30 November has 1 free and week of 23 November has 2 "
                "free",
            ],
            id="room is given away once",
        ),
        pytest.param(
            december(7, 7),
            0,
            ["Week of 7 December: 2 due, 0 slots; no room in these weeks for 2 of them"],
            id="no slots",
        ),
        pytest.param(
            december(7, 7), 1, ["Week of 7 December: 2 due, 1 slot; week of 30 November has 1 free"], id="one slot"
        ),
    ],
)  # fmt: skip
def test_where_there_is_room(due: list[date], slots: int, expected: list[str]):
    assert advice(ahead(due, {date(2020, 1, 1): slots})) == expected


def test_without_slots_there_is_nothing_to_advise():
    assert advice(ahead(december(*[7] * 20), {})) == []


# --- Levelled before they are late ---------------------------------------------------------------------------------


def loads(*rooms_and_due: tuple[int | None, list[date]]) -> list[Load]:
    """Weeks from Monday 30 November 2026, each with its room and the due dates of the reviews that fall into it."""
    numbers = count(1)
    return [
        Load(
            date(2026, 11, 30) + timedelta(days=7 * index),
            [(next(numbers), due_on) for due_on in due_dates],
            room,
        )
        for index, (room, due_dates) in enumerate(rooms_and_due)
    ]


@pytest.mark.parametrize(
    ("ahead", "moved", "left_over"),
    [
        pytest.param(loads((2, []), (2, december(7, 8))), [], [], id="all fit where they are"),
        pytest.param(
            loads((1, []), (1, december(7, 9))), [(1, 0)], [], id="one too many goes a week earlier"
        ),
        pytest.param(
            loads((1, []), (1, []), (1, december(14, 15))), [(1, 1)], [], id="no further back than it must"
        ),
        pytest.param(
            loads((1, []), (1, december(7)), (1, december(14, 15))),
            [(2, 0)],
            [],
            id="a week that is full is passed over, and keeps its own",
        ),
        pytest.param(loads((0, []), (1, december(7, 9))), [], [1], id="there is no room for it"),
        pytest.param(loads((-2, []), (1, december(7, 9))), [], [1], id="a week already too full takes none"),
        pytest.param(
            loads((None, []), (1, december(7, 9))), [], [1], id="nobody said how much room there is"
        ),
        pytest.param(
            loads((2, []), (None, december(7, 9, 10))), [], [], id="a week without a number is never too full"
        ),
        pytest.param(loads((3, [])), [], [], id="nothing is due"),
    ],
)
def test_reviews_are_moved_to_earlier_weeks_only(ahead, moved, left_over):
    moves, left = levelled(ahead)
    weeks_of = [load.monday for load in ahead]
    assert [(move.key, weeks_of.index(move.to_monday)) for move in moves] == moved
    assert left == left_over


DAYS = st.lists(st.integers(0, 6), max_size=6)


@st.composite
def some_weeks(draw) -> list[Load]:
    rooms = draw(st.lists(st.integers(0, 4), min_size=1, max_size=7))
    return loads(
        *(
            (room, [MONDAY + timedelta(days=7 * index + 7 + day) for day in draw(DAYS)])
            for index, room in enumerate(rooms)
        )
    )


@given(some_weeks())
def test_no_week_is_over_its_slots_where_that_can_be_and_nothing_passes_its_due_date(ahead):
    moves, left = levelled(ahead)
    rooms = {load.monday: load.room for load in ahead}
    load_of = {load.monday: len(load.movable) for load in ahead}
    for move in moves:
        assert move.to_monday < move.from_monday <= move.due_on
        load_of[move.to_monday] += 1
        load_of[move.from_monday] -= 1
    # Hall: some have no place only where the first weeks together are due more than they hold.
    due, room, short = 0, 0, 0
    for load in ahead:
        due, room = due + len(load.movable), room + load.room
        short = max(short, due - room)
    assert len(left) == short
    assert sum(max(load_of[monday] - rooms[monday], 0) for monday in rooms) == short
    # Each week gives away only what is too much for it: fewer moves there cannot be.
    assert len(moves) + len(left) == sum(max(len(load.movable) - load.room, 0) for load in ahead)
