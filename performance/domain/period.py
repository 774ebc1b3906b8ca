"""Which quarter a day falls in, and which days a quarter holds. Financial years run from April to March."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from justice.domain.calendar import MONTHS, quarter_key

FIRST_MONTH = 4
TEXT = re.compile(r"(\d{4})-(\d{2})-Q([1-4])", re.ASCII)
YEAR_TEXT = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
# A year either side of what dates can hold, so that neighbours of any quarter exist.
YEARS = range(1901, 9998)


@dataclass(frozen=True, order=True)
class FinancialYear:
    """April of `start` to the March after; written 2025-26."""

    start: int

    def __post_init__(self) -> None:
        if self.start not in YEARS:
            raise ValueError(f"{self.start} is not a year this program knows")

    @classmethod
    def parse(cls, text: str) -> FinancialYear:
        """From "2025-26". ValueError says what is accepted."""
        found = YEAR_TEXT.fullmatch(text)
        if not found or not _follows(found[1], found[2]):
            raise ValueError(f'Give a financial year as "2025-26", not "{text}"')
        return cls(int(found[1]))

    @classmethod
    def of(cls, day: date) -> FinancialYear:
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1)

    @property
    def first(self) -> date:
        return date(self.start, FIRST_MONTH, 1)

    @property
    def last(self) -> date:
        return date(self.start + 1, FIRST_MONTH, 1) - timedelta(days=1)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(Quarter(self.start, number) for number in range(1, 5))

    def __str__(self) -> str:
        return f"{self.start}-{(self.start + 1) % 100:02}"


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a financial year, 1 to 4 from April; written 2025-26-Q2, which is July to September 2025."""

    start_year: int
    number: int

    def __post_init__(self) -> None:
        if self.start_year not in YEARS or self.number not in range(1, 5):
            raise ValueError(f"There is no quarter {self.number} of {self.start_year}")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """From "2025-26-Q2". ValueError says what is accepted."""
        found = TEXT.fullmatch(text)
        if not found or not _follows(found[1], found[2]) or int(found[1]) not in YEARS:
            raise ValueError(f'Give a quarter as "2025-26-Q2", which is July to September 2025, not "{text}"')
        return cls(int(found[1]), int(found[3]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that a day falls in."""
        return cls.from_key(quarter_key(day))

    @classmethod
    def from_key(cls, key: int) -> Quarter:
        """The quarter of an ordinal number, as `key` gives it."""
        return cls(key // 4, key % 4 + 1)

    @property
    def key(self) -> int:
        """Quarters in order, without gaps: the one before is one less, the same a year before four less."""
        return 4 * self.start_year + self.number - 1

    @property
    def first(self) -> date:
        month = FIRST_MONTH + 3 * (self.number - 1)
        return date(self.start_year + (month > 12), (month - 1) % 12 + 1, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter.from_key(self.key + 1)

    @property
    def previous(self) -> Quarter:
        return Quarter.from_key(self.key - 1)

    @property
    def year_before(self) -> Quarter:
        return Quarter(self.start_year - 1, self.number)

    @property
    def year(self) -> FinancialYear:
        return FinancialYear(self.start_year)

    @property
    def label(self) -> str:
        """In words: "July to September 2025"."""
        return f"{MONTHS[self.first.month - 1]} to {MONTHS[self.last.month - 1]} {self.last.year}"

    @property
    def title(self) -> str:
        """As the performance update is headed: "Quarter 2 2025/26"."""
        return f"Quarter {self.number} {str(self.year).replace('-', '/')}"

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def quarters_back(self, number: int) -> tuple[Quarter, ...]:
        """So many quarters that end with this one, oldest first. ValueError for fewer than one."""
        if number < 1:
            raise ValueError("Ask for one quarter or more")
        return tuple(Quarter.from_key(key) for key in range(self.key - number + 1, self.key + 1))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


def _follows(year: str, next_year: str) -> bool:
    return (int(year) + 1) % 100 == int(next_year)
