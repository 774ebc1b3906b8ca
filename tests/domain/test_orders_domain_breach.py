"""What a court may do about a breach, by basis."""

from __future__ import annotations

from datetime import date

import pytest

from orders.domain import breach
from orders.domain.breach import Outcome
from orders.domain.cpo import Basis, CourtType

DECIDED = date(2025, 9, 1)
LODGED = date(2025, 9, 5)
HEARD = date(2025, 10, 6)

ALWAYS = {"varied_reasonable_excuse", "continued", "not_established", "warrant", "withdrawn"}
ALLOWED = {
    Basis.INSTEAD_OF_PRISON: {"fined", "varied", "fined_and_varied", "revoked_resentenced"} | ALWAYS,
    Basis.INSTEAD_OF_OR_WITH_FINE: {"fined", "varied", "fined_and_varied", "revoked_imprisoned"} | ALWAYS,
    Basis.FINE_DEFAULT: {"varied", "revoked_imprisoned"} | ALWAYS,
}


def codes(outcome, basis=Basis.INSTEAD_OF_PRISON, **given):
    given = {"decided_on": DECIDED, "lodged_on": LODGED, "outcome_on": HEARD} | given
    return [problem.code for problem in breach.problems(outcome, basis, **given)]


@pytest.mark.parametrize(
    ("basis", "outcome"),
    [
        pytest.param(basis, outcome, id=f"{basis.label}: {outcome.label.lower()}")
        for basis in Basis
        for outcome in Outcome
    ],
)
def test_outcomes_are_limited_by_basis(basis, outcome):
    allowed = outcome in ALLOWED[basis]
    assert (outcome in breach.outcomes(basis)) == allowed
    assert codes(outcome, basis) == ([] if allowed else ["outcome_not_allowed_for_basis"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            {"lodged_on": date(2025, 8, 31)}, ["lodged_before_decision"], id="lodged before decided"
        ),
        pytest.param({"lodged_on": DECIDED}, [], id="lodged the same day"),
        pytest.param({"outcome_on": None}, ["outcome_date_missing"], id="no date of outcome"),
        pytest.param(
            {"outcome_on": date(2025, 9, 4)}, ["outcome_before_lodging"], id="outcome before lodging"
        ),
        pytest.param({"outcome_on": LODGED}, [], id="outcome on the day of lodging"),
        pytest.param({"fine_pounds": 1000}, [], id="fine at level 3"),
        pytest.param({"fine_pounds": 1001}, ["breach_fine_too_high"], id="fine over level 3"),
        pytest.param({"fine_pounds": 0}, ["breach_fine_too_high"], id="no fine"),
    ],
)
def test_dates_and_fine_of_an_outcome(given, expected):
    assert codes(Outcome.FINED, **given) == expected


def test_no_outcome_yet_is_no_problem():
    assert codes("", outcome_on=None) == []


@pytest.mark.parametrize(
    ("court", "until", "expected"),
    [
        pytest.param(CourtType.JP, "2025-12-04", [], id="JP court, 60 days"),
        pytest.param(CourtType.JP, "2025-12-05", ["breach_imprisonment_too_long"], id="JP court, 61 days"),
        pytest.param(CourtType.SHERIFF_SUMMARY, "2026-01-05", [], id="sheriff, 3 months"),
        pytest.param(
            CourtType.SHERIFF_SUMMARY,
            "2026-01-06",
            ["breach_imprisonment_too_long"],
            id="sheriff, a day more",
        ),
    ],
)
def test_imprisonment_on_breach_is_limited_by_court(court, until, expected):
    found = codes(
        Outcome.REVOKED_IMPRISONED,
        Basis.INSTEAD_OF_OR_WITH_FINE,
        court_type=court,
        imprisoned_from=HEARD,
        imprisoned_until=date.fromisoformat(until),
    )
    assert found == expected


def test_codes_of_outcomes_fit_their_column():
    assert all(len(one.value) <= 50 and one.label for one in Outcome)
    assert set(Outcome) >= breach.REVOKES | breach.VARIES
    assert not breach.REVOKES & breach.VARIES
