"""Codes for lateness and for leaving out, licences, and the days on which things may have happened."""

from __future__ import annotations

from datetime import date

import pytest

from orders.domain import dates, reasons
from orders.domain.codes import choices
from orders.domain.reasons import Exclusion, Late
from orders.domain.throughcare import Licence

CLAUSES = [
    "cpo.first_contact",
    "cpo.induction",
    "cpo.placement",
    "cpo.lscmi",
    "cpo.plan",
    "cpo.review",
    "cpo.unpaid_work",
    "cpo.responsible_officer",
    "report.submitted",
    "report.on_time",
    "release.interview",
    "breach.lodged",
    "absence.decided",
]


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_clause_has_reasons_for_lateness_and_for_leaving_out(clause):
    late, left_out = reasons.late_reasons(clause), reasons.exclusions(clause)
    assert late
    assert left_out
    assert len(set(late)) == len(late)
    assert len(set(left_out)) == len(left_out)


def test_no_clause_is_declared_that_the_standards_do_not_have():
    assert set(reasons.LATE_BY_CLAUSE) == set(reasons.EXCLUSIONS_BY_CLAUSE) == set(CLAUSES)
    assert set(reasons.CLAUSE_OF_KPI.values()) | reasons.NATIONAL <= set(CLAUSES)


@pytest.mark.parametrize(
    ("clause", "number", "has", "has_not"),
    [
        pytest.param(
            "cpo.first_contact", 8, Late.IN_CUSTODY, Late.FIRST_CONTACT_LATE, id="contact: eight codes"
        ),
        pytest.param(
            "cpo.induction", 9, Late.FIRST_CONTACT_LATE, Late.NO_SUITABLE_WORK, id="induction: nine"
        ),
        pytest.param("cpo.placement", 10, Late.NO_SUITABLE_WORK, Late.NON_COMPLIANCE, id="start: ten"),
        pytest.param("cpo.unpaid_work", 7, Late.NON_COMPLIANCE, Late.DID_NOT_TURN_UP, id="completion: seven"),
    ],
)
def test_national_lists_of_reasons(clause, number, has, has_not):
    found = reasons.late_reasons(clause)
    assert len(found) == number
    assert has in found
    assert has_not not in found
    assert clause in reasons.NATIONAL


def test_exclusion_codes_are_those_of_the_caseload_bundle():
    assert [one.value for one in Exclusion] == [
        "could_not_comply",
        "transferred_in",
        "added_after_imposition",
        "withdrawn",
        "died",
        "not_known",
    ]
    assert set(reasons.CLAUSE_OF_KPI) == {"K1", "K2", "K3", "K4", "K5", "K6"}


def test_licence_codes_are_those_of_the_caseload_bundle():
    assert [one.value for one in Licence] == [
        "parole",
        "non_parole",
        "life",
        "extended_sentence",
        "supervised_release_order",
        "short_term_sex_offender",
    ]
    assert choices(Licence)[0] == ("parole", "Parole licence")


TODAY = date(2025, 6, 20)


@pytest.mark.parametrize(
    ("on", "imposed_on", "expected"),
    [
        pytest.param("2025-06-02", "2025-06-02", [], id="the day of imposition"),
        pytest.param("2025-06-20", "2025-06-02", [], id="today"),
        pytest.param("2025-06-21", "2025-06-02", ["in_the_future"], id="tomorrow"),
        pytest.param("2025-06-01", "2025-06-02", ["before_imposition"], id="before imposition"),
        pytest.param("2020-01-01", None, [], id="may come before the order"),
        pytest.param(None, "2025-06-02", ["date_missing"], id="no date"),
    ],
)
def test_the_day_something_was_done(on, imposed_on, expected):
    found = dates.problems(
        date.fromisoformat(on) if on else None,
        field="on",
        what="the contact",
        today=TODAY,
        imposed_on=date.fromisoformat(imposed_on) if imposed_on else None,
    )
    assert [problem.code for problem in found] == expected
    assert all(problem.field == "on" for problem in found)
