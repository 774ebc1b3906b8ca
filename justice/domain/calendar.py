"""Which days a council works, and which day a count of working days or of months ends on.

A day is a working day when it is Monday to Friday and not a local or public holiday of the authority. The
statute says so only for naming a responsible officer (Criminal Procedure (Scotland) Act 1995, s.227C(5)); the
same calendar is used for every count, because a council has only one. Which days are closed comes from
outside, with their names: the national holidays, less the days this council works, plus the days it closes.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

ONE_DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SATURDAY = 5


class UnknownDay(ValueError):  # noqa: N818  (named for what went wrong, as the rest of the house is)
    """A day outside the years the calendar is known for: no answer is better than a guess."""


def in_words(day: date) -> str:
    """A day as people write it, "Monday 2 June 2025", whatever the language of the machine."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True)
class Calendar:
    """The working days of one council from `first` to `last`, both included.

    `closed` names the weekdays on which the council does not work. Saturdays and Sundays need not be in it,
    and change nothing when they are. Every question about a day outside the span raises UnknownDay.
    """

    council: str
    closed: Mapping[date, str] = field(hash=False)
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The calendar of {self.council} ends before it begins")
        # A copy: the index below is built once, and must not be betrayed by a later change to the caller's
        # mapping.
        object.__setattr__(self, "closed", dict(self.closed))

    @cached_property
    def _index(self) -> tuple[list[date], list[int], int]:
        """All working days in order; how many there are before each day of the span; and where it starts.

        The list of counts has one entry more than the span has days, so that entry `n` counts the working
        days before the nth day and entry `n + 1` those up to and including it. Both ends of a count are then
        one look-up.
        """
        origin, end = self.first.toordinal(), self.last.toordinal()
        closed = {day.toordinal() for day in self.closed}
        days: list[date] = []
        counts = [0]
        for ordinal in range(origin, end + 1):
            # Ordinal 1 (1 January of year 1) was a Monday.
            if (ordinal - 1) % 7 < SATURDAY and ordinal not in closed:
                days.append(date.fromordinal(ordinal))
            counts.append(len(days))
        return days, counts, origin

    def is_working(self, day: date) -> bool:
        """Whether the council works on this day."""
        _, counts, origin = self._index
        at = day.toordinal() - origin
        if not 0 <= at < len(counts) - 1:
            raise self._unknown(day)
        return counts[at + 1] != counts[at]

    def why_closed(self, day: date) -> str | None:
        """Why the council does not work on this day ("Saturday", "Glasgow Fair"), or None when it does."""
        if not self.first <= day <= self.last:
            raise self._unknown(day)
        if day.weekday() >= SATURDAY:
            return WEEKDAYS[day.weekday()]
        return self.closed.get(day)

    def add(self, start: date, working_days: int) -> date:
        """The nth working day after `start`; `start` itself is day 0, whether worked or not."""
        if working_days < 1:
            return self._nought(start, working_days)
        days, counts, origin = self._index
        at = start.toordinal() - origin + 1
        # One comparison and one try: this is the innermost line of a recalculation of a whole caseload.
        try:
            if at > 0:
                return days[counts[at] + working_days - 1]
        except IndexError:
            pass
        if not self.first <= start <= self.last:
            raise self._unknown(start)
        raise UnknownDay(
            f"{working_days} working days after {in_words(start)} end later than {in_words(self.last)}, "
            f"the last day the calendar of {self.council} is known for"
        )

    def before(self, day: date, n: int = 1) -> date:
        """The nth working day before `day`; `day` itself is day 0, whether worked or not."""
        if n < 1:
            return self._nought(day, n)
        days, counts, origin = self._index
        at = day.toordinal() - origin
        if not 0 <= at < len(counts) - 1:
            raise self._unknown(day)
        position = counts[at] - n
        if position < 0:
            raise UnknownDay(
                f"{n} working days before {in_words(day)} begin earlier than {in_words(self.first)}, "
                f"the first day the calendar of {self.council} is known for"
            )
        return days[position]

    def count(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not later than `start`."""
        _, counts, origin = self._index
        low, high = start.toordinal() - origin, end.toordinal() - origin
        if not 0 <= low < len(counts) - 1:
            raise self._unknown(start)
        if not 0 <= high < len(counts) - 1:
            raise self._unknown(end)
        return counts[high + 1] - counts[low + 1] if high > low else 0

    def closed_between(self, start: date, end: date) -> tuple[tuple[date, str], ...]:
        """Closed weekdays and their names after `start` up to and including `end`: weekends are not named."""
        return tuple(
            (day, name)
            for day, name in sorted(self.closed.items())
            if start < day <= end and day.weekday() < SATURDAY
        )

    def _nought(self, day: date, working_days: int) -> date:
        if working_days < 0:
            raise ValueError("A number of working days cannot be below zero")
        if not self.first <= day <= self.last:
            raise self._unknown(day)
        return day

    def _unknown(self, day: date) -> UnknownDay:
        return UnknownDay(
            f"{in_words(day)} is outside the calendar of {self.council}, which is known from "
            f"{in_words(self.first)} to {in_words(self.last)}"
        )


def _corresponding(day: date, months: int) -> tuple[int, int, int]:
    """Year and month so many months later, and the number of days that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1, monthrange(year, month + 1)[1]


def months_after(day: date, n: int) -> date:
    """The day of the same number `n` months later, or the last day of that month where there is none.

    31 August and 6 months give 28 February, or 29 in a leap year. `day` itself is not counted.
    """
    if n < 0:
        raise ValueError("A number of months cannot be below zero")
    year, month, length = _corresponding(day, n)
    return date(year, month, min(day.day, length))


def months_beginning_with(day: date, n: int) -> date:
    """The last day of `n` months of which `day` is the first (as ss.227L and 227H of the 1995 Act count).

    The day before the corresponding day: 15 March and 3 months give 14 June. Where the last month has no
    corresponding day, its last day: 31 August and 6 months give 28 February, or 29 in a leap year.
    """
    if n < 1:
        raise ValueError("A period of months must be at least one month long")
    year, month, length = _corresponding(day, n)
    if day.day > length:
        return date(year, month, length)
    return date(year, month, day.day) - ONE_DAY


def years_before(day: date, years: int) -> date:
    """The last day of birth with which somebody is `years` old on a day; born on 29 February, they are on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, in a year without one
        return date(day.year - years, 2, 28)


def quarter_key(day: date) -> int:
    """The quarter of a day as a number: four times the year its financial year began in April, plus 0 to 3.

    Without gaps: the quarter before is one less, the same one a year before four less.
    """
    return 4 * (day.year if day.month >= 4 else day.year - 1) + (day.month - 4) % 12 // 3
