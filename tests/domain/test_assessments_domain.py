"""When a court report is due and what it needs; what a plan and a review need."""

from __future__ import annotations

from datetime import date, time

import pytest

from assessments.domain import plan, reports, review
from assessments.domain.reports import DueRule, Rules
from justice.domain.calendar import Calendar

CLOSED = {date(2025, 4, 18): "Good Friday", date(2025, 4, 21): "Easter Monday"}
CALENDAR = Calendar("Invented", CLOSED, date(2025, 1, 1), date(2025, 12, 31))
TODAY = date(2025, 6, 20)
NOON, TEN = time(12), time(10)


@pytest.mark.parametrize(
    ("hearing", "rule", "due"),
    [
        pytest.param("2025-06-05", DueRule(1, NOON), ("2025-06-04", NOON), id="Thursday: Wednesday at noon"),
        pytest.param("2025-06-09", DueRule(1, NOON), ("2025-06-06", NOON), id="Monday: Friday at noon"),
        pytest.param("2025-04-22", DueRule(1, NOON), ("2025-04-17", NOON), id="Tuesday after Easter"),
        pytest.param(
            "2025-06-05", DueRule(2, TEN), ("2025-06-03", TEN), id="two working days before, at ten"
        ),
        pytest.param("2025-06-05", DueRule(0, TEN), ("2025-06-05", TEN), id="the day itself, at ten"),
    ],
)
def test_when_the_court_wants_its_report(hearing, rule, due):
    assert reports.due(date.fromisoformat(hearing), rule, CALENDAR) == (date.fromisoformat(due[0]), due[1])


def test_a_council_s_own_rule_holds_from_its_first_day():
    rules = Rules.of(
        [
            (1, "jp", date(2025, 6, 1), 2, TEN),
            (1, "jp", date(2025, 9, 1), 3, NOON),
            (2, "jp", date(2025, 1, 1), 0, TEN),
        ]
    )
    assert rules.on(1, "jp", date(2025, 5, 31)) == DueRule(1, NOON)
    assert rules.on(1, "jp", date(2025, 6, 1)) == DueRule(2, TEN)
    assert rules.on(1, "jp", date(2025, 9, 1)) == DueRule(3, NOON)
    assert rules.on(1, "sheriff_summary", date(2025, 9, 1)) == DueRule(1, NOON)
    assert rules.on(2, "jp", date(2025, 9, 1)) == DueRule(0, TEN)


def test_the_shipped_rule_is_noon_on_the_working_day_before():
    assert reports.shipped_rule(date(2025, 6, 2)) == DueRule(1, NOON)
    assert reports.shipped_rule(date(1999, 1, 1)) == DueRule(1, NOON)


def submission(**given):
    usual = {
        "requested_on": date(2025, 6, 2),
        "submitted_on": date(2025, 6, 18),
        "today": TODAY,
        "accountable": "A social worker",
        "registered": True,
    }
    return [problem.code for problem in reports.submission_problems(**(usual | given))]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, [], id="all in order"),
        pytest.param({"accountable": ""}, ["accountable_missing"], id="nobody accountable"),
        pytest.param({"registered": False}, ["accountable_not_registered"], id="not registered"),
        pytest.param({"submitted_on": None}, ["submitted_on_missing"], id="no date"),
        pytest.param({"submitted_on": date(2025, 6, 21)}, ["submitted_in_the_future"], id="tomorrow"),
        pytest.param(
            {"submitted_on": date(2025, 6, 1)}, ["submitted_before_request"], id="before it was asked for"
        ),
        pytest.param({"withdrawn_on": date(2025, 6, 10)}, ["report_withdrawn"], id="withdrawn"),
        pytest.param(
            {"accountable": "", "submitted_on": None},
            ["submitted_on_missing", "accountable_missing"],
            id="both",
        ),
    ],
)
def test_a_report_names_a_registered_social_worker_before_it_is_submitted(given, expected):
    assert submission(**given) == expected


@pytest.mark.parametrize(
    ("requested", "hearing", "expected"),
    [
        pytest.param("2025-06-02", "2025-06-30", [], id="four weeks"),
        pytest.param("2025-06-02", "2025-06-02", [], id="a same-day report"),
        pytest.param("2025-06-02", "2025-06-01", ["hearing_before_request"], id="hearing first"),
        pytest.param("2025-06-21", "2025-06-30", ["requested_in_the_future"], id="asked for tomorrow"),
        pytest.param(None, None, ["requested_on_missing", "hearing_on_missing"], id="no dates"),
    ],
)
def test_a_request_for_a_report(requested, hearing, expected):
    found = reports.request_problems(
        requested_on=date.fromisoformat(requested) if requested else None,
        hearing_on=date.fromisoformat(hearing) if hearing else None,
        today=TODAY,
    )
    assert [problem.code for problem in found] == expected


@pytest.mark.parametrize(
    ("approved", "entitled", "expected"),
    [
        pytest.param("2025-06-02", True, [], id="on the day of imposition"),
        pytest.param("2025-06-20", True, [], id="today"),
        pytest.param("2025-06-21", True, ["approved_in_the_future"], id="tomorrow"),
        pytest.param("2025-06-01", True, ["approved_before_imposition"], id="before the order"),
        pytest.param(None, True, ["approved_on_missing"], id="no date"),
        pytest.param("2025-06-20", False, ["approved_by_nobody_entitled"], id="by a caseworker"),
    ],
)
def test_what_a_plan_needs_before_it_is_approved(approved, entitled, expected):
    found = plan.problems(
        approved_on=date.fromisoformat(approved) if approved else None,
        imposed_on=date(2025, 6, 2),
        today=TODAY,
        approver_may_approve=entitled,
    )
    assert [problem.code for problem in found] == expected


DUE = (date(2025, 9, 2), date(2025, 12, 2))


@pytest.mark.parametrize(
    ("held", "for_due_on", "expected"),
    [
        pytest.param("2025-06-20", "2025-09-02", [], id="held early for its due date"),
        pytest.param("2025-06-20", None, [], id="an extra review"),
        pytest.param("2025-06-20", "2025-09-03", ["not_a_due_date"], id="for no due date"),
        pytest.param("2025-06-20", "2025-12-02", ["already_held"], id="for a due date already met"),
        pytest.param("2025-06-01", None, ["held_before_imposition"], id="before the order"),
        pytest.param("2025-06-21", None, ["held_in_the_future"], id="tomorrow"),
        pytest.param(None, None, ["held_on_missing"], id="no date"),
    ],
)
def test_what_a_review_needs_before_it_is_recorded(held, for_due_on, expected):
    found = review.problems(
        held_on=date.fromisoformat(held) if held else None,
        for_due_on=date.fromisoformat(for_due_on) if for_due_on else None,
        imposed_on=date(2025, 6, 2),
        today=TODAY,
        due_dates=DUE,
        already_held_for=(date(2025, 12, 2),),
    )
    assert [problem.code for problem in found] == expected
