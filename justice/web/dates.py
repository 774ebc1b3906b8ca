"""How a day is printed: "Tuesday 3 March 2026". How one is typed is read by justice.domain.dates, named here too."""

from __future__ import annotations

from datetime import date
from typing import Final

from justice.domain.dates import (
    MONTHS,
    PARTS,
    WEEKDAYS,
    YEARS,
    Century,
    Part,
    Unreadable,
    month_number,
    read,
    split,
    whole_year,
)

__all__ = [
    "MONTHS",
    "PARTS",
    "SHORT_MONTHS",
    "WEEKDAYS",
    "YEARS",
    "Century",
    "Part",
    "Unreadable",
    "long_date",
    "month_number",
    "plain_date",
    "read",
    "short_date",
    "split",
    "whole_year",
]

SHORT_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def long_date(day: date) -> str:
    """Tuesday 3 March 2026"""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def plain_date(day: date) -> str:
    """3 March 2026"""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """3 Mar 2026"""
    return f"{day.day} {SHORT_MONTHS[day.month - 1]} {day.year}"
