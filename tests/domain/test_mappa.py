"""What an entry in the MAPPA register may say."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.domain import mappa

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("category", "level", "notification", "code"),
    [
        pytest.param(1, 1, "yes", "", id="subject to notification, routine management"),
        pytest.param(1, 1, "no", "category_1_without_notification", id="category 1 without notification"),
        pytest.param(1, 1, "not_known", "category_1_without_notification", id="nobody knows yet"),
        pytest.param(2, 1, "yes", "", id="a restricted patient may be subject to notification too"),
        pytest.param(3, 2, "no", "", id="other risk at level 2"),
        pytest.param(3, 1, "no", "category_3_at_level_1", id="other risk at level 1"),
        pytest.param(3, 2, "yes", "notification_is_category_1", id="subject to notification is category 1"),
    ],
)
def test_category_level_and_notification(category, level, notification, code):
    found = mappa.category_problems(category, notification) + mappa.level_problems(category, level)
    assert [one.code for one in found] == ([code] if code else [])


@pytest.mark.parametrize(
    ("category", "referred", "notified", "message"),
    [
        pytest.param(1, None, None, "", id="category 1 needs no referral"),
        pytest.param(3, date(2026, 11, 1), None, "", id="referred and registered"),
        pytest.param(
            3, None, None, "Enter the date of the referral: people come into category 3 by referral", id="no referral"
        ),
        pytest.param(
            2, date(2026, 11, 21), None,
            "Enter a date for the referral on or before 20 November 2026, when MAPPA began", id="referred afterwards",
        ),
        pytest.param(
            1, None, date(2026, 11, 21),
            "Enter a date for the notification on or before 20 November 2026, when MAPPA began",
            id="notified afterwards",
        ),
    ],
)  # fmt: skip
def test_the_days_of_an_entry(category, referred, notified, message):
    found = mappa.referral_problems(category, referred, notified, date(2026, 11, 20), TODAY)
    assert [one.message for one in found] == ([message] if message else [])


def test_agencies_are_chosen_from_a_list():
    assert mappa.agency_problems(["police"], ["police"], "agencies") == []
    assert [one.code for one in mappa.agency_problems([], ["police"], "agencies")] == ["agencies_missing"]
    assert [one.code for one in mappa.agency_problems(["PC Plod"], ["police"], "agencies")] == [
        "not_an_agency"
    ]
