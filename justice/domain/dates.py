"""How a day is typed: "3 3 26", "03/03/2026", "3 March 2026" and "2026-03-03" all say one."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date
from typing import Final, Literal

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
YEARS: Final = range(1900, 2101)

Part = Literal["day", "month", "year"]
PARTS: Final[tuple[Part, ...]] = ("day", "month", "year")
Century = Literal["near", "past"]


class Unreadable(Exception):
    """The day cannot be read.

    `message` is the end of a sentence that begins with the day's name ("must include a month"); `parts` are the
    boxes to put right.
    """

    def __init__(self, message: str, parts: tuple[Part, ...]) -> None:
        super().__init__(message)
        self.message, self.parts = message, parts


def split(text: str) -> tuple[str, str, str] | None:
    """A whole date written in one place, as (day, month, year); None if it has not three parts.

    Day first, as in Britain, unless the year or the name of the month stands first. A weekday is let go.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    words = [word for word in re.split(r"[\s/.,\-–—]+", text) if word]  # noqa: RUF001  (dashes that Word puts in)
    if words and words[0][0].isalpha() and len(words) == 4 and _weekday(words[0]):
        words = words[1:]
    if len(words) == 1 and re.fullmatch(r"\d{6}|\d{8}", words[0], re.ASCII):
        run = words[0]
        return run[:2], run[2:4], run[4:]
    if len(words) == 2:  # "3March 2026", "3 March2026"
        words = [part for word in words for part in re.findall(r"\d+|[^\W\d_]+", word)]
    if len(words) != 3:
        return None
    first, second, third = words
    if re.fullmatch(r"\d{4}", first, re.ASCII):
        return third, second, first
    if first[0].isalpha():
        return second, first, third
    return first, second, third


def _weekday(word: str) -> bool:
    return len(word) >= 3 and any(name.lower().startswith(word.lower()) for name in WEEKDAYS)


def month_number(text: str) -> int | None:
    """3, 03, mar, Sept. or September; None if it is no month."""
    text = text.strip().rstrip(".").lower()
    if re.fullmatch(r"\d{1,2}", text, re.ASCII):
        return int(text) if 1 <= int(text) <= 12 else None
    if len(text) >= 3:
        for number, name in enumerate(MONTHS, 1):
            if name.lower().startswith(text):
                return number
    return None


def whole_year(text: str, century: Century, today: date) -> int | None:
    """The year, two figures being completed: "near" gives 1950 to 2049, "past" the last such year that has begun."""
    if not re.fullmatch(r"\d{4}|\d{2}", text, re.ASCII):
        return None
    year = int(text)
    if len(text) == 2:
        year += 2000
        if year > (today.year if century == "past" else 2049):
            year -= 100
    return year if year in YEARS else None


def read(day: str, month: str, year: str, *, century: Century = "near", today: date) -> date:
    """The day that three boxes say, whatever was pasted into the first of them.

    Raises Unreadable with the parts to put right. `today` matters only for two-figure years of the past.
    """
    typed = [unicodedata.normalize("NFKC", text or "").strip() for text in (day, month, year)]
    filled = [text for text in typed if text]
    if len(filled) == 1:
        whole = split(filled[0])
        if whole is not None:
            typed = list(whole)
    missing = tuple(part for part, text in zip(PARTS, typed, strict=True) if not text)
    if missing:
        raise Unreadable(f"must include a {' and '.join(missing)}", missing)
    return _assembled(*typed, century=century, today=today)


def _assembled(day: str, month: str, year: str, *, century: Century, today: date) -> date:
    in_month, in_year = month_number(month), whole_year(year, century, today)
    ordinal = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", day, re.ASCII | re.IGNORECASE)
    wrong: list[Part] = []
    reasons: list[str] = []
    if ordinal is None or not 1 <= int(ordinal[1]) <= 31:
        wrong.append("day")
        reasons.append(f"“{_quoted(day)}” is not a day")
    if in_month is None:
        wrong.append("month")
        reasons.append(f"“{_quoted(month)}” is not a month")
    if in_year is None:
        wrong.append("year")
        reasons.append(_year_reason(year))
    if ordinal is None or in_month is None or in_year is None or wrong:
        raise Unreadable(f"must be a real date: {', '.join(reasons)}", tuple(wrong))
    last = monthrange(in_year, in_month)[1]
    if int(ordinal[1]) > last:
        when = f"February {in_year}" if in_month == 2 else MONTHS[in_month - 1]
        raise Unreadable(f"must be a real date: {when} has {last} days", ("day",))
    return date(in_year, in_month, int(ordinal[1]))


def _year_reason(year: str) -> str:
    if re.fullmatch(r"\d{4}", year, re.ASCII):
        return f"the year must be between {YEARS[0]} and {YEARS[-1]}"
    return f"“{_quoted(year)}” is not a year of 4 numbers"


def _quoted(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"
