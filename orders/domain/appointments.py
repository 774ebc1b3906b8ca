"""When appointments fall, whether two of them meet, and how one is said to the person it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from justice.domain.calendar import MONTHS, SATURDAY, WEEKDAYS, Calendar

EVERY_WEEKS = (1, 2, 4)
MOST_TIMES = 26
FURTHEST = timedelta(days=2 * 366)  # a year mistyped is likelier than an appointment so far ahead
LONGEST_MINUTES = 12 * 60


@dataclass(frozen=True)
class Series:
    """The days of a repeated appointment, and those left out because the council is closed, with the reason."""

    days: tuple[date, ...]
    skipped: tuple[tuple[date, str], ...]


def series(first: date, every_weeks: int, times: int, calendar: Calendar) -> Series:
    """So many days, so many weeks apart. A holiday is left out and not made up for; the first day is as chosen.

    A weekend is not left out: whoever begins on a Saturday means Saturdays.
    """
    if times < 1 or (times > 1 and every_weeks < 1):
        raise ValueError("A series has at least one day, and weeks between its days")
    days, skipped = [first], []
    for number in range(1, times):
        day = first + timedelta(weeks=every_weeks * number)
        why = calendar.why_closed(day) if day.weekday() < SATURDAY else None
        if why:
            skipped.append((day, why))
        else:
            days.append(day)
    return Series(tuple(days), tuple(skipped))


def meet(one: tuple[time, int], other: tuple[time, int]) -> bool:
    """Whether two appointments of one day, each a time and a length in minutes, take some of the same time."""
    (begins, lasts), (other_begins, other_lasts) = one, other
    start, other_start = _minute(begins), _minute(other_begins)
    return start < other_start + other_lasts and other_start < start + lasts


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def said_day(day: date) -> str:
    """Tuesday 3 March: for somebody who knows which year it is."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def said_time(at: time) -> str:
    """9:30am, 2pm, midday"""
    if (at.hour, at.minute) in ((12, 0), (0, 0)):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def said_days(days: Sequence[tuple[date, str]]) -> str:
    """Days with the reason of each, in one line: "Friday 25 December (Christmas Day) and Monday ..."."""
    parts = [f"{said_day(day)} ({why})" for day, why in days]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


# What a reminder begins with; of every other kind it says that there is an appointment, and never what for.
_BEGINS = {"home_visit": "we will visit you", "telephone": "we will telephone you"}


def reminder_text(*, council: str, kind: str, on: date, at: time, place: str) -> str:
    """The whole message: who it is from, when, where. No word of orders, courts or offences: anybody may read it."""
    begins = _BEGINS.get(kind, "you have an appointment")
    where = f" at {place}" if place and kind not in _BEGINS else ""
    return f"{council}: {begins} on {said_day(on)} at {said_time(at)}{where}. Call us if you cannot keep it."
