"""The weeks of somebody who chairs reviews: what falls into which, and where there is room."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.domain.chairing import advice, weeks

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
