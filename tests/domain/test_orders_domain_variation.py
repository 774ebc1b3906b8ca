"""What a court may change in an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orders.domain import variation
from orders.domain.cpo import Basis, CourtType, ProposedOrder, ProposedRequirement, RequirementKind

K = RequirementKind
DECIDED = date(2025, 9, 1)
WORK = ProposedRequirement(K.UNPAID_WORK, hours=80)
SUPERVISED = ProposedRequirement(K.SUPERVISION, months=12)
CONDUCT = ProposedRequirement(K.CONDUCT, months=6)
MOVEMENT = ProposedRequirement(
    K.RESTRICTED_MOVEMENT, months=3, hours_per_day=10, place="Home", added_on=DECIDED
)

BEFORE = ProposedOrder(
    basis=Basis.INSTEAD_OF_PRISON,
    court_type=CourtType.SHERIFF_SUMMARY,
    imposed_on=date(2025, 6, 2),
    date_of_birth=date(1990, 1, 1),
    requirements=(WORK, SUPERVISED),
)


def codes(*requirements, before=BEFORE, decided_on=DECIDED, on_breach=False, **changes):
    after = replace(before, requirements=requirements, **changes)
    found = variation.problems(before, after, decided_on=decided_on, on_breach=on_breach)
    return [problem.code for problem in found]


def added(kind, **given):
    return ProposedRequirement(kind, added_on=DECIDED, **given)


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        pytest.param((replace(WORK, last_day=date(2026, 3, 1)), SUPERVISED), [], id="time extended"),
        pytest.param(
            (replace(WORK, last_day=date(2025, 8, 1)), SUPERVISED),
            ["unpaid_work_time_too_short"],
            id="time cut",
        ),
        pytest.param((replace(WORK, hours=120), SUPERVISED), [], id="hours raised"),
        pytest.param(
            (replace(WORK, hours=301), SUPERVISED), ["unpaid_work_hours_too_many"], id="hours above 300"
        ),
        pytest.param(
            (replace(WORK, hours=10), SUPERVISED), ["unpaid_work_hours_too_few"], id="hours below 20"
        ),
        pytest.param((WORK, replace(SUPERVISED, months=36)), [], id="supervision lengthened"),
        pytest.param(
            (WORK, replace(SUPERVISED, months=37)), ["supervision_too_long"], id="supervision over 3 years"
        ),
        pytest.param((WORK,), [], id="supervision removed"),
        pytest.param((SUPERVISED,), [], id="unpaid work removed"),
        pytest.param((WORK, SUPERVISED, added(K.CONDUCT, months=6)), [], id="conduct added"),
        pytest.param(
            (WORK, added(K.CONDUCT, months=6)), ["supervision_missing"], id="conduct for supervision"
        ),
        pytest.param((WORK, SUPERVISED, CONDUCT), ["added_on_another_day"], id="added without the day"),
        pytest.param((WORK, SUPERVISED), ["nothing_varied"], id="nothing"),
        pytest.param((), ["nothing_left"], id="everything removed"),
    ],
)
def test_what_a_court_may_vary(requirements, expected):
    assert codes(*requirements) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"basis": Basis.INSTEAD_OF_OR_WITH_FINE}, "variation_changes_the_sentence", id="basis"),
        pytest.param({"court_type": CourtType.HIGH}, "variation_changes_the_sentence", id="court"),
        pytest.param({"imposed_on": date(2025, 6, 3)}, "variation_changes_the_sentence", id="date"),
    ],
)
def test_a_variation_leaves_the_sentence_as_it_was(changes, expected):
    assert codes(replace(WORK, hours=90), SUPERVISED, **changes) == [expected]


@pytest.mark.parametrize(
    ("decided_on", "expected"),
    [
        pytest.param(None, ["decision_missing"], id="no decision recorded"),
        pytest.param(date(2025, 6, 1), ["decision_before_imposition"], id="before the order"),
        pytest.param(date(2025, 6, 2), [], id="the same day"),
    ],
)
def test_only_a_recorded_decision_varies_an_order(decided_on, expected):
    assert codes(replace(WORK, hours=90), SUPERVISED, decided_on=decided_on) == expected


@pytest.mark.parametrize(
    ("basis", "court", "on_breach", "expected"),
    [
        pytest.param("instead_of_prison", "sheriff_summary", False, [], id="could have been in the sentence"),
        pytest.param(
            "instead_of_prison", "jp", False, ["kind_not_allowed_in_jp_court"], id="JP court, on application"
        ),
        pytest.param("instead_of_prison", "jp", True, [], id="JP court, on breach"),
        pytest.param(
            "instead_of_or_with_fine",
            "sheriff_summary",
            False,
            ["kind_not_allowed_for_basis"],
            id="with a fine, on application",
        ),
        pytest.param("instead_of_or_with_fine", "sheriff_summary", True, [], id="with a fine, on breach"),
    ],
)
def test_restricted_movement_may_be_new_on_breach_only(basis, court, on_breach, expected):
    before = replace(BEFORE, basis=Basis(basis), court_type=CourtType(court))
    assert codes(WORK, SUPERVISED, MOVEMENT, before=before, on_breach=on_breach) == expected


def test_an_order_of_2015_gets_restricted_movement_on_breach_only():
    before = replace(BEFORE, imposed_on=date(2025, 6, 2).replace(year=2015))
    decided = date(2015, 9, 1)
    new = replace(MOVEMENT, added_on=decided)
    assert codes(WORK, SUPERVISED, new, before=before, decided_on=decided, on_breach=True) == []
    assert codes(WORK, SUPERVISED, new, before=before, decided_on=decided) == [
        "restricted_movement_before_2022"
    ]


FINE_DEFAULT = replace(BEFORE, basis=Basis.FINE_DEFAULT, fine_pounds=400, requirements=(WORK,))


@pytest.mark.parametrize(
    ("requirements", "on_breach", "expected"),
    [
        pytest.param((replace(WORK, hours=100),), True, [], id="hours, on breach"),
        pytest.param(
            (replace(WORK, hours=101),), True, ["unpaid_work_level_2_for_basis"], id="level 2, on breach"
        ),
        pytest.param(
            (WORK, added(K.SUPERVISION, months=6)),
            True,
            ["fine_default_requirement_added"],
            id="supervision added",
        ),
        pytest.param(
            (WORK, added(K.SUPERVISION, months=6), added(K.CONDUCT, months=6)),
            False,
            ["kind_not_allowed_for_basis"],
            id="conduct added on application",
        ),
    ],
)
def test_on_fine_default_nothing_new_is_added(requirements, on_breach, expected):
    assert codes(*requirements, before=FINE_DEFAULT, on_breach=on_breach) == expected


@pytest.mark.parametrize(
    ("outstanding", "hours", "concurrent", "expected"),
    [
        pytest.param(100, 200, False, [], id="100 elsewhere, 200"),
        pytest.param(100, 201, False, ["varied_hours_over_300_with_outstanding"], id="100 elsewhere, 201"),
        pytest.param(
            100, 201, True, ["varied_hours_over_300_with_outstanding"], id="though they run together"
        ),
        pytest.param(290, 60, False, [], id="lowered while 290 are outstanding"),
    ],
)
def test_raised_hours_stay_within_300_with_those_outstanding(outstanding, hours, concurrent, expected):
    before = replace(
        BEFORE,
        outstanding_minutes_elsewhere=outstanding * 60,
        requirements=(replace(WORK, court_directs_concurrent=concurrent), SUPERVISED),
    )
    varied = replace(WORK, hours=hours, court_directs_concurrent=concurrent)
    assert codes(varied, SUPERVISED, before=before) == expected


def test_hours_left_as_they_were_are_not_measured_again():
    before = replace(BEFORE, outstanding_minutes_elsewhere=290 * 60)
    assert codes(WORK, replace(SUPERVISED, months=18), before=before) == []


def test_hours_added_by_variation_stay_within_300_with_those_outstanding():
    before = replace(BEFORE, outstanding_minutes_elsewhere=240 * 60, requirements=(SUPERVISED,))
    assert codes(SUPERVISED, added(K.UNPAID_WORK, hours=60), before=before) == []
    assert codes(SUPERVISED, added(K.UNPAID_WORK, hours=61), before=before) == [
        "varied_hours_over_300_with_outstanding"
    ]


def test_what_was_already_queried_is_not_held_against_a_variation():
    queried = replace(BEFORE, requirements=(WORK, CONDUCT))
    assert codes(replace(WORK, hours=90), CONDUCT, before=queried) == []
    too_many = replace(BEFORE, requirements=(replace(WORK, hours=400),))
    assert codes(replace(WORK, hours=500), before=too_many) == ["unpaid_work_hours_too_many"]
