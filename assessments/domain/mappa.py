"""What an entry in the MAPPA register may say. The guidance's groups and levels; no day by which anything is due.

Sources: MAPPA national guidance, chapters 4, 5 and 9 (groups and levels). The days for notification and referral were
not found in a source that we could check, so that none is worked out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from justice.domain.errors import Problem
from orders.domain import dates

NOTIFICATION, RESTRICTED_PATIENT, OTHER_RISK = 1, 2, 3
LEVELS = (1, 2, 3)


def level_problems(category: int, level: int) -> list[Problem]:
    """People in category 3 are there because they need level 2 or 3."""
    if category == OTHER_RISK and level == 1:
        text = "Select level 2 or 3: category 3 is for people who need to be managed at one of these"
        return [Problem(text, "level", "category_3_at_level_1")]
    return []


def category_problems(category: int, subject_to_notification: str) -> list[Problem]:
    """Category 1 is, by itself, everybody subject to notification requirements, and nobody else."""
    if category == NOTIFICATION and subject_to_notification != "yes":
        text = "Select another category: category 1 is for people subject to notification requirements"
        return [Problem(text, "category", "category_1_without_notification")]
    if category == OTHER_RISK and subject_to_notification == "yes":
        text = "Select category 1: a person subject to notification requirements is in it automatically"
        return [Problem(text, "category", "notification_is_category_1")]
    return []


def referral_problems(
    category: int, referred_on: date | None, notified_on: date | None, registered_on: date, today: date
) -> list[Problem]:
    """People in category 3 come by referral; each day is one that has been, and referral precedes acceptance."""
    found = dates.problems(registered_on, field="registered_on", what="the registration", today=today)
    for on, field, what in (
        (referred_on, "referred_on", "the referral"),
        (notified_on, "notified_on", "the notification"),
    ):
        if on is None:
            continue
        found += dates.problems(on, field=field, what=what, today=today)
        if on > registered_on:
            text = f"Enter a date for {what} on or before {dates.words(registered_on)}, when MAPPA began"
            found.append(Problem(text, field, "after_registration"))
    if category == OTHER_RISK and referred_on is None:
        text = "Enter the date of the referral: people come into category 3 by referral"
        found.append(Problem(text, "referred_on", "referral_missing"))
    return found


def agency_problems(agencies: Collection[str], known: Collection[str], field: str) -> list[Problem]:
    """Who took part is told as agencies: no name of anybody stands in the register."""
    if not agencies:
        return [Problem("Select the agencies that took part", field, "agencies_missing")]
    if set(agencies) - set(known):
        return [Problem("Select agencies from those listed", field, "not_an_agency")]
    return []
