"""Whether a thing recorded about an order could have happened on the day given."""

from __future__ import annotations

from datetime import date

from justice.domain.calendar import MONTHS
from justice.domain.errors import Problem


def problems(
    on: date | None, *, field: str, what: str, today: date, imposed_on: date | None = None
) -> list[Problem]:
    """Why a day cannot be the day of `what` ("the contact"): missing, before the order, or still to come.

    `imposed_on` is None for what may come before the order, such as an assessment carried over from an
    earlier one.
    """
    if on is None:
        return [Problem(f"Enter the date of {what}", field, "date_missing")]
    if imposed_on is not None and on < imposed_on:
        text = f"Enter a date for {what} on or after {words(imposed_on)}, when the order was imposed"
        return [Problem(text, field, "before_imposition")]
    if on > today:
        return [Problem(f"Enter a date for {what} that is not in the future", field, "in_the_future")]
    return []


def words(day: date) -> str:
    """A day as people write it: 2 June 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
