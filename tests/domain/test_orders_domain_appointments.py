"""When appointments fall, how they are said, and the instants that a calendar file holds."""

from datetime import UTC, date, datetime, time

import pytest

from justice.domain.calendar import Calendar
from orders.domain.appointments import meet, reminder_text, said_days, said_time, series
from orders.domain.calendar_file import Event, calendar_file, instant

CLOSED = {
    date(2025, 12, 25): "Christmas Day",
    date(2025, 12, 26): "Boxing Day",
    date(2026, 1, 1): "New Year's Day",
}
CALENDAR = Calendar("Strathmore", CLOSED, date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("first", "every", "times", "days", "skipped"),
    [
        pytest.param("2025-12-02", 1, 3, ["2025-12-02", "2025-12-09", "2025-12-16"], [], id="three Tuesdays"),
        pytest.param(
            "2025-12-18",
            1,
            4,
            ["2025-12-18", "2026-01-08"],
            ["2025-12-25", "2026-01-01"],
            id="two holidays left out",
        ),
        pytest.param("2025-12-04", 4, 2, ["2025-12-04"], ["2026-01-01"], id="every four weeks"),
        pytest.param("2025-12-25", 1, 2, ["2025-12-25"], ["2026-01-01"], id="the first day is as chosen"),
        pytest.param("2025-12-20", 1, 2, ["2025-12-20", "2025-12-27"], [], id="Saturdays are meant"),
        pytest.param("2025-12-02", 0, 1, ["2025-12-02"], [], id="once"),
        pytest.param("2024-02-15", 2, 2, ["2024-02-15", "2024-02-29"], [], id="29 February"),
    ],
)
def test_a_series_leaves_out_the_days_the_council_is_closed(first, every, times, days, skipped):
    found = series(date.fromisoformat(first), every, times, CALENDAR)
    assert [day.isoformat() for day in found.days] == days
    assert [day.isoformat() for day, _ in found.skipped] == skipped


def test_what_was_left_out_is_said_with_its_reason():
    skipped = series(date(2025, 12, 18), 1, 4, CALENDAR).skipped
    assert (
        said_days(skipped) == "Thursday 25 December (Christmas Day) and Thursday 1 January (New Year's Day)"
    )
    assert said_days([]) == ""


def test_a_series_without_weeks_between_its_days_is_a_mistake():
    with pytest.raises(ValueError, match="weeks between"):
        series(date(2025, 12, 2), 0, 3, CALENDAR)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param((time(9), 60), (time(9, 30), 60), True, id="half of one"),
        pytest.param((time(9), 60), (time(10), 60), False, id="one after the other"),
        pytest.param((time(9), 180), (time(10), 15), True, id="one inside the other"),
        pytest.param((time(10), 15), (time(9), 180), True, id="whichever is named first"),
        pytest.param((time(9), 1), (time(9), 1), True, id="the same"),
        pytest.param((time(23, 30), 60), (time(0), 30), False, id="not round midnight: days differ"),
    ],
)
def test_two_appointments_meet_where_they_take_some_of_the_same_time(one, other, expected):
    assert meet(one, other) is expected


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (time(9, 30), "9:30am"),
        (time(14), "2pm"),
        (time(12), "midday"),
        (time(12, 5), "12:05pm"),
        (time(0), "midnight"),
    ],
)
def test_times_are_said_as_people_say_them(at, said):
    assert said_time(at) == said


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "supervision",
            "Strathmore: you have an appointment on Tuesday 3 March at 2pm at Mill Lane. "
            "Call us if you cannot keep it.",
        ),
        (
            "home_visit",
            "Strathmore: we will visit you on Tuesday 3 March at 2pm. Call us if you cannot keep it.",
        ),
        (
            "telephone",
            "Strathmore: we will telephone you on Tuesday 3 March at 2pm. Call us if you cannot keep it.",
        ),
    ],
)
def test_a_reminder_says_when_and_where_and_nothing_of_why(kind, text):
    said = reminder_text(council="Strathmore", kind=kind, on=date(2026, 3, 3), at=time(14), place="Mill Lane")
    assert said == text


@pytest.mark.parametrize(
    "kind", ["supervision", "unpaid_work", "review", "induction", "first_contact", "other"]
)
def test_no_reminder_tells_what_the_appointment_is(kind):
    said = reminder_text(council="Strathmore", kind=kind, on=date(2026, 3, 3), at=time(9), place="").lower()
    for word in (
        "order",
        "court",
        "offence",
        "offend",
        "justice",
        "unpaid",
        "supervis",
        "probation",
        "review",
        "crim",
    ):
        assert word not in said


# Clocks go forward on 29 March 2026 and back on 25 October 2026, both at one in the morning in UTC.
@pytest.mark.parametrize(
    ("on", "at", "expected"),
    [
        pytest.param(date(2026, 3, 28), time(14), "2026-03-28T14:00", id="the day before clocks go forward"),
        pytest.param(date(2026, 3, 29), time(0, 30), "2026-03-29T00:30", id="half an hour before they do"),
        pytest.param(date(2026, 3, 29), time(14), "2026-03-29T13:00", id="the day they do"),
        pytest.param(date(2026, 3, 30), time(9), "2026-03-30T08:00", id="the Monday after"),
        pytest.param(date(2026, 10, 24), time(14), "2026-10-24T13:00", id="the day before clocks go back"),
        pytest.param(
            date(2026, 10, 25), time(1, 30), "2026-10-25T00:30", id="of the hour that comes twice, the first"
        ),
        pytest.param(date(2026, 10, 25), time(14), "2026-10-25T14:00", id="the day they do go back"),
        pytest.param(date(2026, 10, 26), time(9), "2026-10-26T09:00", id="the Monday after that"),
    ],
)
def test_an_appointment_is_at_the_instant_that_clocks_in_scotland_show(on, at, expected):
    assert instant(on, at) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def an_event(**more):
    given = {
        "uid": "appointment-1@example.invalid",
        "title": "Appointment P-000001: Home visit",
        "starts": instant(date(2026, 3, 29), time(14)),
        "minutes": 45,
        "stamp": datetime(2026, 3, 1, 12, tzinfo=UTC),
    }
    return Event(**{**given, **more})


def test_a_calendar_file_has_its_lines_ended_as_the_standard_asks():
    text = calendar_file(
        [an_event(), an_event(uid="appointment-2@example.invalid", cancelled=True, sequence=3)]
    )
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "\n" not in text.replace("\r\n", "")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    assert "DTSTART:20260329T130000Z" in lines
    assert "DTEND:20260329T134500Z" in lines
    assert [line for line in lines if line.startswith("STATUS")] == ["STATUS:CONFIRMED", "STATUS:CANCELLED"]
    assert "SEQUENCE:3" in lines


def test_an_appointment_over_the_change_of_clocks_lasts_as_long_as_it_lasts():
    text = calendar_file([an_event(starts=instant(date(2026, 10, 25), time(0, 30)), minutes=120)])
    assert "DTSTART:20261024T233000Z" in text
    assert "DTEND:20261025T013000Z" in text


def test_long_lines_are_folded_between_characters_and_commas_escaped():
    text = calendar_file([an_event(title="Æ" * 80 + ", and; more\\")])
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:" + "Æ" * 80 + "\\, and\\; more\\\\" in unfolded
