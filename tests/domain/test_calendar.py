"""Working days and months: what a count ends on. The tables can be checked by someone who does not read Python."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from justice.domain.calendar import (
    Calendar,
    UnknownDay,
    in_words,
    months_after,
    months_beginning_with,
)

FIRST, LAST = date(1990, 1, 1), date(2060, 12, 31)
DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


SCOTLAND = Calendar(
    "Scotland",
    dict(holidays.country_holidays("GB", subdiv="SCT", years=range(FIRST.year, LAST.year + 1)).items()),
    FIRST,
    LAST,
)
FAIR = Calendar("A council with a fair", {**SCOTLAND.closed, day("2025-07-14"): "Glasgow Fair"}, FIRST, LAST)


@pytest.mark.parametrize(
    ("start", "working_days", "expected"),
    [
        pytest.param("2025-06-02", 1, "2025-06-03", id="Monday to Tuesday"),
        pytest.param("2025-06-02", 7, "2025-06-11", id="seven working days are nine calendar days"),
        pytest.param("2025-06-02", 0, "2025-06-02", id="no days: the day itself"),
        pytest.param("2025-06-07", 0, "2025-06-07", id="no days from a Saturday: still the Saturday"),
        pytest.param("2025-06-06", 1, "2025-06-09", id="Friday to Monday"),
        pytest.param("2025-06-07", 1, "2025-06-09", id="Saturday to Monday: the Saturday is day 0"),
        pytest.param("2025-06-08", 1, "2025-06-09", id="Sunday to Monday"),
        pytest.param("2025-12-31", 1, "2026-01-05", id="2 January is a holiday in Scotland"),
        pytest.param("2021-12-31", 1, "2022-01-05", id="both days of New Year fall on a weekend"),
        pytest.param("2026-12-24", 1, "2026-12-29", id="Boxing Day on a Saturday has a substitute on Monday"),
        pytest.param("2021-12-24", 1, "2021-12-29", id="Christmas and Boxing Day both have substitutes"),
        pytest.param("2026-06-12", 1, "2026-06-16", id="15 June 2026, the one-off day"),
        pytest.param("2022-09-16", 1, "2022-09-20", id="the day of the State Funeral"),
        pytest.param(
            "2025-04-17", 1, "2025-04-21", id="Good Friday is closed; Easter Monday is not national"
        ),
        pytest.param("2025-11-28", 1, "2025-12-02", id="St Andrew's Day on a Sunday has a substitute"),
        pytest.param("2028-02-28", 1, "2028-02-29", id="29 February is a day like another"),
    ],
)
def test_adds_working_days(start, working_days, expected):
    assert SCOTLAND.add(day(start), working_days) == day(expected)


@pytest.mark.parametrize(
    ("start", "working_days", "expected"),
    [
        pytest.param("2025-07-07", 7, "2025-07-17", id="a local holiday in the second week"),
        pytest.param("2025-07-11", 1, "2025-07-15", id="Friday before the fair"),
        pytest.param("2025-07-14", 1, "2025-07-15", id="starting on the closed day itself"),
    ],
)
def test_a_local_holiday_is_not_counted(start, working_days, expected):
    assert FAIR.add(day(start), working_days) == day(expected)


@pytest.mark.parametrize(
    ("start", "working_days", "expected"),
    [
        pytest.param("2025-06-11", 7, "2025-06-02", id="seven back from a Wednesday"),
        pytest.param("2025-06-09", 1, "2025-06-06", id="Monday back to Friday"),
        pytest.param("2025-06-08", 1, "2025-06-06", id="Sunday back to Friday"),
        pytest.param("2026-01-05", 1, "2025-12-31", id="back over New Year"),
        pytest.param("2025-06-08", 0, "2025-06-08", id="no days: the day itself"),
    ],
)
def test_counts_working_days_back(start, working_days, expected):
    assert SCOTLAND.before(day(start), working_days) == day(expected)


def test_one_working_day_before_unless_told_otherwise():
    assert SCOTLAND.before(day("2025-06-09")) == day("2025-06-06")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("2025-06-02", "2025-06-02", 0, id="the same day"),
        pytest.param("2025-06-02", "2025-06-03", 1, id="the next day"),
        pytest.param("2025-06-06", "2025-06-08", 0, id="a weekend has none"),
        pytest.param("2025-06-06", "2025-06-09", 1, id="Friday to Monday"),
        pytest.param("2025-06-09", "2025-06-02", 0, id="backwards is none, not less than none"),
        pytest.param("2025-12-24", "2026-01-05", 4, id="29, 30, 31 December and 5 January"),
        pytest.param("1990-01-01", "1990-01-02", 0, id="the span may begin with a holiday"),
    ],
)
def test_counts_the_working_days_between(start, end, expected):
    assert SCOTLAND.count(day(start), day(end)) == expected


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        pytest.param("2025-06-02", None, id="a working day"),
        pytest.param("2025-06-07", "Saturday", id="Saturday"),
        pytest.param("2025-06-08", "Sunday", id="Sunday"),
        pytest.param("2025-07-14", "Glasgow Fair", id="a local holiday"),
        pytest.param("2026-12-26", "Saturday", id="Boxing Day that is a Saturday is closed as a Saturday"),
        pytest.param("2026-12-28", "Boxing Day (observed)", id="its substitute"),
    ],
)
def test_says_why_a_day_is_closed(on, reason):
    assert FAIR.why_closed(day(on)) == reason
    assert FAIR.is_working(day(on)) is (reason is None)


def test_names_the_closed_weekdays_in_a_stretch_and_not_its_ends_start():
    assert SCOTLAND.closed_between(day("2025-12-25"), day("2026-01-02")) == (
        (day("2025-12-26"), "Boxing Day"),
        (day("2026-01-01"), "New Year's Day"),
        (day("2026-01-02"), "New Year Holiday"),
    )


SHORT = Calendar("Short", {day("2025-06-04"): "Closed"}, day("2025-06-02"), day("2025-06-13"))


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: SHORT.is_working(day("2025-06-01")), id="working, before the first day"),
        pytest.param(lambda: SHORT.is_working(day("2025-06-14")), id="working, after the last day"),
        pytest.param(lambda: SHORT.why_closed(day("2025-06-01")), id="closed, before"),
        pytest.param(lambda: SHORT.why_closed(day("2025-06-14")), id="closed, after"),
        pytest.param(lambda: SHORT.add(day("2025-06-01"), 1), id="adding from before the first day"),
        pytest.param(lambda: SHORT.add(day("2025-06-14"), 1), id="adding from after the last day"),
        pytest.param(lambda: SHORT.add(day("2025-06-14"), 0), id="adding nothing to a day outside"),
        pytest.param(lambda: SHORT.add(day("2025-06-13"), 1), id="running out at the end"),
        pytest.param(lambda: SHORT.before(day("2025-06-02")), id="running out at the beginning"),
        pytest.param(lambda: SHORT.before(day("2025-06-14")), id="back from after the last day"),
        pytest.param(lambda: SHORT.count(day("2025-06-01"), day("2025-06-05")), id="counting from outside"),
        pytest.param(lambda: SHORT.count(day("2025-06-05"), day("2025-06-14")), id="counting to outside"),
        pytest.param(lambda: SHORT.count(day("2025-06-14"), day("2025-06-05")), id="backwards, from outside"),
    ],
)
def test_a_day_outside_the_known_years_is_refused_not_guessed(ask):
    with pytest.raises(UnknownDay, match="Short"):
        ask()


def test_the_first_and_the_last_day_are_known():
    assert SHORT.add(day("2025-06-02"), 8) == day("2025-06-13")
    assert SHORT.before(day("2025-06-13"), 8) == day("2025-06-02")
    assert SHORT.count(day("2025-06-02"), day("2025-06-13")) == 8


def test_a_number_of_days_below_nought_is_a_mistake():
    with pytest.raises(ValueError, match="below zero"):
        SCOTLAND.add(day("2025-06-02"), -1)
    with pytest.raises(ValueError, match="below zero"):
        SCOTLAND.before(day("2025-06-02"), -1)


def test_a_calendar_that_ends_before_it_begins_is_a_mistake():
    with pytest.raises(ValueError, match="ends before it begins"):
        Calendar("Backwards", {}, LAST, FIRST)


def test_a_later_change_to_the_mapping_does_not_reach_the_calendar():
    closed = {day("2025-06-04"): "Closed"}
    calendar = Calendar("Copied", closed, FIRST, LAST)
    closed.clear()
    assert not calendar.is_working(day("2025-06-04"))


def test_equal_calendars_are_equal_and_can_be_keys():
    one, other = (Calendar("Same", {day("2025-06-04"): "Closed"}, FIRST, LAST) for _ in range(2))
    one.add(day("2025-06-02"), 1)
    assert one == other
    assert len({one, other}) == 1


def test_days_are_written_as_people_write_them():
    assert in_words(day("2025-06-02")) == "Monday 2 June 2025"


# --- Months ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param("2025-06-02", 3, "2025-09-02", id="the same day of the month"),
        pytest.param("2025-06-06", 3, "2025-09-06", id="a Saturday is not moved"),
        pytest.param("2025-08-31", 6, "2026-02-28", id="31 August: the last day of February"),
        pytest.param("2027-08-31", 6, "2028-02-29", id="31 August before a leap year"),
        pytest.param("2025-08-30", 6, "2026-02-28", id="30 August: the last day of February"),
        pytest.param("2025-08-28", 6, "2026-02-28", id="28 August: 28 February"),
        pytest.param("2025-08-29", 6, "2026-02-28", id="29 August: no 29 February in 2026"),
        pytest.param("2027-08-29", 6, "2028-02-29", id="29 August: 29 February in 2028"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="29 February, a year on"),
        pytest.param("2024-02-29", 48, "2028-02-29", id="29 February, four years on"),
        pytest.param("2025-03-31", 3, "2025-06-30", id="31 March: June has 30 days"),
        pytest.param("2025-02-28", 1, "2025-03-28", id="the end of February is not the end of March"),
        pytest.param("2025-10-31", 3, "2026-01-31", id="over the end of the year"),
        pytest.param("2025-12-15", 12, "2026-12-15", id="twelve months"),
        pytest.param("2025-06-02", 0, "2025-06-02", id="none"),
    ],
)
def test_months_after(start, months, expected):
    assert months_after(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param("2025-03-01", 3, "2025-05-31", id="1 March: to the end of May"),
        pytest.param("2025-03-15", 3, "2025-06-14", id="15 March: 14 June"),
        pytest.param("2025-06-02", 6, "2025-12-01", id="2 June: 1 December"),
        pytest.param("2025-08-31", 6, "2026-02-28", id="31 August: no 31 February, so its last day"),
        pytest.param("2027-08-31", 6, "2028-02-29", id="31 August before a leap year"),
        pytest.param("2025-08-30", 6, "2026-02-28", id="30 August: no 30 February"),
        pytest.param("2025-08-29", 6, "2026-02-28", id="29 August: no 29 February in 2026, so its last day"),
        pytest.param("2027-08-29", 6, "2028-02-28", id="29 August: the day before 29 February 2028"),
        pytest.param("2025-08-28", 6, "2026-02-27", id="28 August: the day before 28 February"),
        pytest.param("2025-09-01", 6, "2026-02-28", id="1 September: the day before 1 March"),
        pytest.param("2027-09-01", 6, "2028-02-29", id="1 September before a leap year"),
        pytest.param("2025-03-31", 3, "2025-06-30", id="31 March: no 31 June, so its last day"),
        pytest.param("2025-01-31", 6, "2025-07-30", id="31 January: 30 July, the day before 31 July"),
        pytest.param("2025-05-01", 1, "2025-05-31", id="one month beginning with the first"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="29 February, a year: no corresponding day"),
        pytest.param("2024-02-29", 36, "2027-02-28", id="29 February, three years"),
        pytest.param("2025-10-01", 3, "2025-12-31", id="to the end of the year"),
        pytest.param("2025-12-15", 18, "2027-06-14", id="eighteen months"),
    ],
)
def test_months_beginning_with(start, months, expected):
    assert months_beginning_with(day(start), months) == day(expected)


def test_a_period_of_no_months_is_a_mistake():
    with pytest.raises(ValueError, match="at least one month"):
        months_beginning_with(day("2025-06-02"), 0)
    with pytest.raises(ValueError, match="below zero"):
        months_after(day("2025-06-02"), -1)


# --- Laws that hold for every day and every calendar -------------------------------------------------------------

days = st.dates(date(1995, 1, 1), date(2055, 12, 31))
SPAN = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
calendars = st.sampled_from(
    [
        SCOTLAND,
        FAIR,
        Calendar("Closed only at weekends", {}, FIRST, LAST),
        Calendar("Never works a Wednesday", {on: "Closed" for on in SPAN if on.weekday() == 2}, FIRST, LAST),
        Calendar("Closes for July", {on: "Summer" for on in SPAN if on.month == 7}, FIRST, LAST),
        Calendar("Works on the 13th only", {on: "Closed" for on in SPAN if on.day != 13}, FIRST, LAST),
    ]
)
counts = st.integers(1, 30)


def walked(calendar: Calendar, start: date, working_days: int) -> date:
    """The slow way: a day at a time."""
    on = start
    while working_days:
        on += DAY
        working_days -= on.weekday() < 5 and on not in calendar.closed
    return on


@given(calendars, days, counts)
def test_adding_is_what_walking_a_day_at_a_time_gives(calendar, start, n):
    assert calendar.add(start, n) == walked(calendar, start, n)


@given(calendars, days, counts)
def test_what_is_added_is_what_is_counted(calendar, start, n):
    assert calendar.count(start, calendar.add(start, n)) == n


@given(calendars, days, counts)
def test_before_undoes_add_from_a_working_day(calendar, start, n):
    assume(calendar.is_working(start))
    assert calendar.before(calendar.add(start, n), n) == start
    assert calendar.add(calendar.before(start, n), n) == start


@given(calendars, days, counts)
def test_never_lands_on_a_closed_day(calendar, start, n):
    assert calendar.why_closed(calendar.add(start, n)) is None
    assert calendar.why_closed(calendar.before(start, n)) is None


@given(calendars, days, days, counts)
def test_a_later_start_never_ends_earlier(calendar, one, other, n):
    early, late = sorted((one, other))
    assert calendar.add(early, n) <= calendar.add(late, n)
    assert calendar.before(early, n) <= calendar.before(late, n)


@given(calendars, days, counts)
def test_one_day_more_ends_later(calendar, start, n):
    assert start < calendar.add(start, n) < calendar.add(start, n + 1)


@given(calendars, st.lists(days, min_size=3, max_size=3))
def test_a_stretch_is_the_sum_of_its_parts(calendar, three):
    first, middle, last = sorted(three)
    assert calendar.count(first, last) == calendar.count(first, middle) + calendar.count(middle, last)


@given(days, st.integers(1, 60))
def test_months_keep_the_day_or_take_the_last_of_the_month(start, n):
    end = months_after(start, n)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == start.day or (end.day < start.day and (end + DAY).day == 1)


@given(days, st.integers(1, 60))
def test_a_period_and_the_next_one_leave_no_gap_unless_a_month_is_too_short(start, n):
    end = months_beginning_with(start, n)
    corresponding = months_after(start, n)
    if corresponding.day == start.day:
        assert end + DAY == corresponding
    else:
        assert end == corresponding


@given(days, days, st.integers(1, 60))
def test_a_later_start_never_ends_a_period_of_months_earlier(one, other, n):
    early, late = sorted((one, other))
    assert months_after(early, n) <= months_after(late, n)
    assert months_beginning_with(early, n) <= months_beginning_with(late, n)
