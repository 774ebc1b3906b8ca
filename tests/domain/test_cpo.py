"""What the law allows in a Community Payback Order: every cell of the tables of basis, court and age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from orders.domain import cpo, limits
from orders.domain.cpo import (
    Basis,
    CourtType,
    EndReason,
    ProposedOrder,
    ProposedRequirement,
    RequirementKind,
)

K = RequirementKind
IMPOSED = date(2025, 6, 2)
ADULT = date(1990, 1, 1)
BORN_FOR_AGE = {
    15: date(2010, 1, 1),
    16: date(2009, 1, 1),
    17: date(2008, 1, 1),
    18: date(2007, 1, 1),
    40: date(1985, 1, 1),
}

# One lawful requirement of each kind beside twelve months' supervision, imposed on 2 June 2025.
LAWFUL = {
    K.UNPAID_WORK: ProposedRequirement(K.UNPAID_WORK, hours=80),
    K.SUPERVISION: ProposedRequirement(K.SUPERVISION, months=12),
    K.COMPENSATION: ProposedRequirement(K.COMPENSATION, last_day=date(2026, 1, 31)),
    K.PROGRAMME: ProposedRequirement(K.PROGRAMME, days=30, months=9, place="Groupwork centre"),
    K.RESIDENCE: ProposedRequirement(K.RESIDENCE, months=6, place="Hostel"),
    K.MENTAL_HEALTH_TREATMENT: ProposedRequirement(K.MENTAL_HEALTH_TREATMENT, months=12),
    K.DRUG_TREATMENT: ProposedRequirement(K.DRUG_TREATMENT, months=12),
    K.ALCOHOL_TREATMENT: ProposedRequirement(K.ALCOHOL_TREATMENT, months=6),
    K.CONDUCT: ProposedRequirement(K.CONDUCT, months=12),
    K.RESTRICTED_MOVEMENT: ProposedRequirement(
        K.RESTRICTED_MOVEMENT, months=2, hours_per_day=12, place="Home"
    ),
}


def unsaved_order(*requirements, **changes):
    """An adult's order instead of imprisonment, of the sheriff summary court, with these requirements."""
    given = ProposedOrder(
        basis=Basis.INSTEAD_OF_PRISON,
        court_type=CourtType.SHERIFF_SUMMARY,
        imposed_on=IMPOSED,
        date_of_birth=ADULT,
        requirements=requirements,
    )
    return replace(given, **changes)


def work(hours=80, **given):
    return ProposedRequirement(K.UNPAID_WORK, hours=hours, **given)


def supervision(months=12, **given):
    return ProposedRequirement(K.SUPERVISION, months=months, **given)


def movement(months=None, days=None, **given):
    given = {"hours_per_day": 10, "place": "Home"} | given
    return ProposedRequirement(K.RESTRICTED_MOVEMENT, months=months, days=days, **given)


def codes(order):
    return {problem.code for problem in cpo.problems(order)}


def cautions(order):
    return {problem.code for problem in cpo.warnings(order)}


def with_companions(kind):
    """The requirement and what must go with it."""
    return (
        (LAWFUL[kind],) if kind in (K.UNPAID_WORK, K.SUPERVISION) else (LAWFUL[K.SUPERVISION], LAWFUL[kind])
    )


# --- Codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes_of", "expected"),
    [
        pytest.param(Basis, "instead_of_prison instead_of_or_with_fine fine_default", id="basis"),
        pytest.param(
            CourtType,
            "high sheriff_solemn sheriff_summary stipendiary jp outwith_scotland not_known",
            id="court type",
        ),
        pytest.param(
            RequirementKind,
            "unpaid_work supervision compensation programme residence mental_health_treatment drug_treatment "
            "alcohol_treatment conduct restricted_movement",
            id="requirement",
        ),
        pytest.param(
            EndReason,
            "completed early_discharge revoked_review revoked_breach transferred_out died other",
            id="end reason",
        ),
    ],
)
def test_codes_are_those_of_the_caseload_bundle(codes_of, expected):
    assert [one.value for one in codes_of] == expected.split()
    assert all(one.label and one.label != one.value for one in codes_of)
    assert [codes_of(one.value) for one in codes_of] == list(codes_of)


# --- The court's table ----------------------------------------------------------------------------------------

EVERYWHERE = set(K)
IN_JP_COURT = {K.UNPAID_WORK, K.SUPERVISION, K.COMPENSATION, K.RESIDENCE, K.CONDUCT}
COURT_TABLE = {court: IN_JP_COURT if court == CourtType.JP else EVERYWHERE for court in CourtType}


@pytest.mark.parametrize(
    ("court", "kind"),
    [
        pytest.param(court, kind, id=f"{court.label}: {kind.label.lower()}")
        for court in CourtType
        for kind in RequirementKind
    ],
)
def test_each_court_imposes_what_its_row_allows(court, kind):
    order = unsaved_order(*with_companions(kind), court_type=court)
    expected = set() if kind in COURT_TABLE[court] else {"kind_not_allowed_in_jp_court"}
    assert codes(order) == expected
    offered = cpo.kinds_allowed(order.basis, court, IMPOSED)
    assert (kind in offered) == (kind in COURT_TABLE[court])


@pytest.mark.parametrize(
    ("court", "basis", "on", "on_breach", "allowed"),
    [
        pytest.param(
            "sheriff_summary", "instead_of_prison", "2022-05-16", False, False, id="the day before 2022 law"
        ),
        pytest.param(
            "sheriff_summary", "instead_of_prison", "2022-05-17", False, True, id="first day of 2022 law"
        ),
        pytest.param(
            "sheriff_summary", "instead_of_prison", "2015-05-17", True, True, id="on breach, before 2022"
        ),
        pytest.param("jp", "instead_of_prison", "2025-06-02", False, False, id="JP court, first sentence"),
        pytest.param("jp", "instead_of_prison", "2025-06-02", True, True, id="JP court, on breach"),
        pytest.param(
            "sheriff_summary", "instead_of_or_with_fine", "2025-06-02", False, False, id="with a fine"
        ),
        pytest.param(
            "sheriff_summary", "instead_of_or_with_fine", "2025-06-02", True, True, id="with a fine, breach"
        ),
        pytest.param("sheriff_summary", "fine_default", "2025-06-02", False, False, id="fine default"),
        pytest.param("sheriff_summary", "fine_default", "2025-06-02", True, False, id="fine default, breach"),
    ],
)
def test_restricted_movement_depends_on_day_court_basis_and_breach(court, basis, on, on_breach, allowed):
    kinds = cpo.kinds_allowed(Basis(basis), CourtType(court), date.fromisoformat(on), on_breach=on_breach)
    assert (K.RESTRICTED_MOVEMENT in kinds) == allowed


def test_restricted_movement_added_later_is_measured_as_on_breach():
    added = movement(days=30, added_on=date(2016, 3, 1))
    order = unsaved_order(supervision(24), added, imposed_on=date(2015, 6, 1))
    assert codes(order) == set()
    assert codes(replace(order, requirements=(supervision(24), replace(added, added_on=None)))) == {
        "restricted_movement_before_2022"
    }
    assert (
        codes(
            replace(
                order, at_first_disposal=False, requirements=(supervision(24), replace(added, added_on=None))
            )
        )
        == set()
    )


# --- The table of bases ---------------------------------------------------------------------------------------

BASIS_TABLE = {
    Basis.INSTEAD_OF_PRISON: set(K),
    Basis.INSTEAD_OF_OR_WITH_FINE: {K.UNPAID_WORK, K.SUPERVISION, K.CONDUCT},
    Basis.FINE_DEFAULT: {K.UNPAID_WORK, K.SUPERVISION},
}


@pytest.mark.parametrize(
    ("basis", "kind"),
    [
        pytest.param(basis, kind, id=f"{basis.label}: {kind.label.lower()}")
        for basis in Basis
        for kind in RequirementKind
    ],
)
def test_each_basis_allows_what_its_row_says(basis, kind):
    companions = with_companions(kind)
    if basis == Basis.FINE_DEFAULT and kind != K.UNPAID_WORK:
        companions = (LAWFUL[K.UNPAID_WORK], *companions)
    order = unsaved_order(*companions, basis=basis, fine_pounds=600)
    expected = set() if kind in BASIS_TABLE[basis] else {"kind_not_allowed_for_basis"}
    assert codes(order) == expected
    assert (kind in cpo.kinds_allowed(basis, order.court_type, IMPOSED)) == (kind in BASIS_TABLE[basis])


def test_both_reasons_are_given_where_basis_and_court_bar_the_same_kind():
    order = unsaved_order(
        supervision(),
        LAWFUL[K.PROGRAMME],
        basis=Basis.INSTEAD_OF_OR_WITH_FINE,
        court_type=CourtType.JP,
    )
    assert codes(order) == {"kind_not_allowed_for_basis", "kind_not_allowed_in_jp_court"}


@pytest.mark.parametrize(
    ("court", "expected"),
    [
        pytest.param(court, {"fine_default_high_court"} if court == CourtType.HIGH else set(), id=court.label)
        for court in CourtType
    ],
)
def test_the_high_court_makes_no_order_for_fine_default(court, expected):
    order = unsaved_order(work(50), basis=Basis.FINE_DEFAULT, court_type=court, fine_pounds=200)
    assert codes(order) == expected


def test_an_order_for_fine_default_has_unpaid_work():
    order = unsaved_order(supervision(3), basis=Basis.FINE_DEFAULT, date_of_birth=BORN_FOR_AGE[17])
    assert "fine_default_without_unpaid_work" in codes(order)


def test_an_order_has_a_requirement():
    assert codes(unsaved_order()) == {"no_requirements"}


# --- Age ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "requirements", "expected"),
    [
        pytest.param(
            15, (work(), supervision(3)), {"unpaid_work_under_16", "supervision_too_short"}, id="15, work"
        ),
        pytest.param(15, (supervision(6),), set(), id="15, supervision only"),
        pytest.param(16, (work(),), {"supervision_missing_under_18"}, id="16, level 1 work alone"),
        pytest.param(17, (work(),), {"supervision_missing_under_18"}, id="17, level 1 work alone"),
        pytest.param(17, (work(200),), {"supervision_missing_under_18"}, id="17, level 2 work alone"),
        pytest.param(17, (work(), supervision(3)), set(), id="17, level 1 work and 3 months"),
        pytest.param(17, (work(), supervision(1)), set(), id="17, level 1 work and 1 month: no least period"),
        pytest.param(
            17, (work(), supervision(0)), {"supervision_too_short"}, id="17, level 1 work and no month"
        ),
        pytest.param(
            17, (work(), supervision(None, last_day=IMPOSED)), set(), id="17, level 1 work and one day"
        ),
        pytest.param(
            17, (work(), supervision(4)), {"supervision_too_long_at_16_or_17"}, id="17, level 1 and 4 months"
        ),
        pytest.param(
            17, (work(last_day=date(2025, 12, 1)), supervision(6)), set(), id="17, longer time for the work"
        ),
        pytest.param(
            17,
            (work(last_day=date(2025, 12, 1)), supervision(7)),
            {"supervision_too_long_at_16_or_17"},
            id="17, beyond the longer time for the work",
        ),
        pytest.param(17, (work(200), supervision(6)), set(), id="17, level 2 work and 6 months"),
        pytest.param(
            17, (work(200), supervision(3)), {"supervision_too_short"}, id="17, level 2 and 3 months"
        ),
        pytest.param(
            17,
            (work(), supervision(3), LAWFUL[K.CONDUCT]),
            {"supervision_too_short"},
            id="17, level 1 and conduct: 6 months again",
        ),
        pytest.param(18, (work(),), set(), id="18, level 1 work alone"),
        pytest.param(18, (work(), supervision(3)), {"supervision_too_short"}, id="18, 3 months"),
        pytest.param(40, (work(300),), set(), id="40, level 2 work alone"),
    ],
)
def test_age_at_imposition(age, requirements, expected):
    assert codes(unsaved_order(*requirements, date_of_birth=BORN_FOR_AGE[age])) == expected


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        pytest.param("2009-06-02", "2025-06-02", 16, id="on the birthday"),
        pytest.param("2009-06-03", "2025-06-02", 15, id="the day before the birthday"),
        pytest.param("2008-02-29", "2024-02-29", 16, id="leap day to leap day"),
        pytest.param("2008-02-29", "2026-02-28", 17, id="leap day, 28 February of a common year"),
        pytest.param("2008-02-29", "2026-03-01", 18, id="leap day, 1 March of a common year"),
    ],
)
def test_age(born, on, expected):
    assert cpo.age(date.fromisoformat(born), date.fromisoformat(on)) == expected


# --- Supervision must go with -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "demands"),
    [
        pytest.param(kind, kind not in (K.UNPAID_WORK, K.SUPERVISION), id=kind.label)
        for kind in RequirementKind
    ],
)
def test_supervision_must_go_with_all_but_unpaid_work(kind, demands):
    alone = unsaved_order(LAWFUL[kind])
    assert codes(alone) == ({"supervision_missing"} if demands else set())
    assert cpo.needs_supervision(alone) == demands


# --- Hours ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(None, {"unpaid_work_hours_missing"}, id="hours not known"),
        pytest.param(0, {"unpaid_work_hours_too_few"}, id="none"),
        pytest.param(19, {"unpaid_work_hours_too_few"}, id="one too few"),
        pytest.param(20, set(), id="fewest"),
        pytest.param(100, set(), id="most of level 1"),
        pytest.param(101, set(), id="fewest of level 2"),
        pytest.param(300, set(), id="most"),
        pytest.param(301, {"unpaid_work_hours_too_many"}, id="one too many"),
    ],
)
def test_hours_of_unpaid_work(hours, expected):
    assert codes(unsaved_order(work(hours))) == expected


@pytest.mark.parametrize(
    ("basis", "court", "fine", "hours", "expected"),
    [
        pytest.param("instead_of_prison", "jp", None, 100, set(), id="JP court, level 1"),
        pytest.param(
            "instead_of_prison", "jp", None, 101, {"unpaid_work_level_2_in_jp_court"}, id="JP, level 2"
        ),
        pytest.param("instead_of_prison", "stipendiary", None, 300, set(), id="stipendiary, level 2"),
        pytest.param(
            "instead_of_or_with_fine", "sheriff_summary", None, 100, set(), id="with a fine, level 1"
        ),
        pytest.param(
            "instead_of_or_with_fine",
            "sheriff_summary",
            None,
            101,
            {"unpaid_work_level_2_for_basis"},
            id="with a fine, level 2",
        ),
        pytest.param("fine_default", "sheriff_summary", 500, 100, set(), id="fine of £500, 100 hours"),
        pytest.param(
            "fine_default",
            "sheriff_summary",
            5000,
            101,
            {"unpaid_work_level_2_for_basis"},
            id="fine default, level 2",
        ),
        pytest.param("fine_default", "jp", 200, 50, set(), id="fine of £200, 50 hours"),
        pytest.param(
            "fine_default", "jp", 200, 51, {"fine_default_hours_for_small_fine"}, id="fine of £200, 51"
        ),
        pytest.param("fine_default", "jp", 201, 51, set(), id="fine of £201, 51 hours"),
        pytest.param(
            "fine_default", "jp", None, 51, set(), id="fine not known, 51 hours: warned, not refused"
        ),
    ],
)
def test_hours_by_basis_and_court(basis, court, fine, hours, expected):
    order = unsaved_order(work(hours), basis=Basis(basis), court_type=CourtType(court), fine_pounds=fine)
    assert codes(order) == expected
    bounds = cpo.hours_bounds(order.basis, order.court_type, IMPOSED, fine_pounds=fine)
    assert (bounds.least <= hours <= bounds.most) == (not expected)


@pytest.mark.parametrize(
    ("outstanding", "concurrent", "hours", "expected"),
    [
        pytest.param(0, False, 300, set(), id="none outstanding"),
        pytest.param(200 * 60, False, 100, set(), id="200 outstanding, 100 more"),
        pytest.param(
            200 * 60,
            False,
            101,
            {"unpaid_work_hours_over_300_with_outstanding"},
            id="200 outstanding, 101 more",
        ),
        pytest.param(200 * 60 + 30, False, 99, set(), id="half an hour outstanding counts: 99 more"),
        pytest.param(
            200 * 60 + 30,
            False,
            100,
            {"unpaid_work_hours_over_300_with_outstanding"},
            id="half an hour outstanding counts: 100 more",
        ),
        pytest.param(280 * 60, False, 20, set(), id="280 outstanding, 20 more"),
        pytest.param(
            281 * 60, False, 20, {"unpaid_work_none_left"}, id="281 outstanding: none may be imposed"
        ),
        pytest.param(
            281 * 60,
            False,
            19,
            {"unpaid_work_none_left", "unpaid_work_hours_too_few"},
            id="281 outstanding, 19",
        ),
        pytest.param(281 * 60, True, 20, set(), id="281 outstanding, concurrent by direction"),
        pytest.param(200 * 60, True, 300, set(), id="concurrent, 300 hours"),
    ],
)
def test_hours_with_others_outstanding(outstanding, concurrent, hours, expected):
    one = work(hours, court_directs_concurrent=concurrent)
    assert codes(unsaved_order(one, outstanding_minutes_elsewhere=outstanding)) == expected


def test_bounds_say_that_none_may_be_imposed():
    bounds = cpo.hours_bounds(Basis.INSTEAD_OF_PRISON, CourtType.HIGH, IMPOSED, outstanding_minutes=285 * 60)
    assert bounds.most < bounds.least


def test_two_unpaid_work_requirements_of_one_day_share_the_300_hours():
    assert codes(unsaved_order(work(200), work(100))) == set()
    assert codes(unsaved_order(work(200), work(101))) == {"unpaid_work_hours_over_300_with_outstanding"}
    assert codes(unsaved_order(work(200), work(101, court_directs_concurrent=True))) == set()


# --- Levels and last days of unpaid work ------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "expected"), [(20, 1), (99, 1), (100, 1), (101, 2), (300, 2)])
def test_level_follows_from_the_hours(hours, expected):
    assert cpo.level(hours) == expected
    assert cpo.level(hours, IMPOSED) == expected


@pytest.mark.parametrize(
    ("imposed", "hours", "expected"),
    [
        pytest.param("2025-03-15", 100, "2025-06-14", id="level 1 of 15 March"),
        pytest.param("2025-06-02", 120, "2025-12-01", id="level 2 of 2 June"),
        pytest.param("2025-08-31", 120, "2026-02-28", id="six months beginning with 31 August"),
        pytest.param("2023-08-31", 120, "2024-02-29", id="six months beginning with 31 August, leap year"),
        pytest.param("2025-03-01", 100, "2025-05-31", id="three months beginning with 1 March"),
        pytest.param("2025-11-30", 80, "2026-02-28", id="three months beginning with 30 November"),
        pytest.param("2025-06-02", None, "2025-12-01", id="hours not known: the longer limit"),
    ],
)
def test_statutory_last_day(imposed, hours, expected):
    assert cpo.statutory_last_day(date.fromisoformat(imposed), hours) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        pytest.param(work(120), "2025-12-01", id="statutory"),
        pytest.param(work(120, last_day=date(2026, 6, 1)), "2026-06-01", id="the court's later day"),
        pytest.param(
            work(120, last_day=date(2025, 9, 1)), "2025-12-01", id="an earlier day does not shorten it"
        ),
        pytest.param(work(120, months=12), "2026-06-01", id="the court's months"),
        pytest.param(work(120, added_on=date(2025, 8, 31)), "2026-02-28", id="added by a variation"),
        pytest.param(supervision(18), "2026-12-01", id="18 months of supervision"),
        pytest.param(supervision(18, last_day=date(2027, 1, 31)), "2027-01-31", id="supervision to a day"),
        pytest.param(movement(days=14), "2025-06-15", id="14 days beginning with imposition"),
        pytest.param(movement(days=14, starts_on=date(2025, 6, 10)), "2025-06-23", id="from a later day"),
        pytest.param(LAWFUL[K.PROGRAMME], "2026-03-01", id="a programme's days are days of attendance"),
        pytest.param(supervision(None), None, id="length not known"),
        pytest.param(supervision(10**9), "9999-12-31", id="a number no calendar holds"),
    ],
)
def test_last_day_of_a_requirement(requirement, expected):
    assert cpo.last_day(requirement, IMPOSED) == (date.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        pytest.param(18, date(2026, 12, 1), id="18 months beginning with 2 June"),
        pytest.param(None, None, id="not known"),
    ],
)
def test_last_day_of_supervision(months, expected):
    assert cpo.supervision_last_day(IMPOSED, months) == expected


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        pytest.param(work(100, last_day=date(2025, 9, 1)), set(), id="level 1, three months to the day"),
        pytest.param(
            work(100, last_day=date(2025, 8, 31)), {"unpaid_work_time_too_short"}, id="level 1, a day short"
        ),
        pytest.param(work(101, last_day=date(2025, 12, 1)), set(), id="level 2, six months to the day"),
        pytest.param(
            work(101, last_day=date(2025, 11, 30)), {"unpaid_work_time_too_short"}, id="level 2, a day short"
        ),
        pytest.param(work(101, months=6), set(), id="level 2, 6 months"),
        pytest.param(work(101, months=5), {"unpaid_work_time_too_short"}, id="level 2, 5 months"),
        pytest.param(work(101, last_day=date(2027, 1, 1)), set(), id="a longer time"),
    ],
)
def test_the_court_cannot_shorten_the_time_for_unpaid_work(requirement, expected):
    assert codes(unsaved_order(requirement)) == expected


def test_no_order_finishes_before_its_statutory_last_day():
    """Property: whatever the day and the hours, the last day is the statutory one or later, and follows the hours."""
    for offset in range(0, 1500, 7):
        imposed = date(2011, 2, 1) + timedelta(days=offset)
        for hours in (20, 100, 101, 300):
            statutory = cpo.statutory_last_day(imposed, hours)
            assert (
                88 <= (statutory - imposed).days <= 92
                if hours <= 100
                else 180 <= (statutory - imposed).days <= 184
            )
            for later in (-30, 0, 30):
                given = work(hours, last_day=statutory + timedelta(days=later))
                assert cpo.last_day(given, imposed) >= statutory


# --- Supervision ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        pytest.param(supervision(None), {"supervision_period_missing"}, id="not known"),
        pytest.param(supervision(5), {"supervision_too_short"}, id="5 months"),
        pytest.param(supervision(6), set(), id="6 months"),
        pytest.param(supervision(36), set(), id="36 months"),
        pytest.param(supervision(37), {"supervision_too_long"}, id="37 months"),
        pytest.param(supervision(-1), {"supervision_too_short"}, id="below nought"),
        pytest.param(supervision(10**9), {"supervision_too_long"}, id="a thousand million months"),
        pytest.param(supervision(None, last_day=date(2025, 12, 1)), set(), id="to the day six months end"),
        pytest.param(
            supervision(None, last_day=date(2025, 11, 30)), {"supervision_too_short"}, id="a day short"
        ),
        pytest.param(supervision(None, last_day=date(2028, 6, 1)), set(), id="to the day three years end"),
        pytest.param(supervision(None, last_day=date(2028, 6, 2)), {"supervision_too_long"}, id="a day over"),
    ],
)
def test_length_of_supervision(requirement, expected):
    assert codes(unsaved_order(requirement)) == expected


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        pytest.param((supervision(2), movement(2)), set(), id="supervision as long as restricted movement"),
        pytest.param(
            (supervision(1), movement(2)),
            {"supervision_ends_before_restricted_movement"},
            id="supervision shorter",
        ),
        pytest.param((supervision(2), work(), movement(2)), set(), id="and unpaid work"),
        pytest.param(
            (supervision(2), movement(2), ProposedRequirement(K.CONDUCT, months=2)),
            {"supervision_too_short"},
            id="and conduct, which asks for six months",
        ),
    ],
)
def test_supervision_because_of_restricted_movement_has_no_least_length(requirements, expected):
    assert codes(unsaved_order(*requirements)) == expected


# --- What ends with supervision ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "within"),
    [
        pytest.param(kind, kind != K.CONDUCT, id=kind.label)
        for kind in (
            K.PROGRAMME,
            K.RESIDENCE,
            K.MENTAL_HEALTH_TREATMENT,
            K.DRUG_TREATMENT,
            K.ALCOHOL_TREATMENT,
            K.CONDUCT,
        )
    ],
)
def test_what_must_end_with_supervision(kind, within):
    as_long = unsaved_order(supervision(12), ProposedRequirement(kind, months=12))
    longer = unsaved_order(supervision(12), ProposedRequirement(kind, last_day=date(2026, 6, 2)))
    assert codes(as_long) == set()
    assert codes(longer) == ({f"{kind}_after_supervision"} if within else set())
    assert ("conduct_after_supervision" in cautions(longer)) == (not within)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=kind.label)
        for kind in (
            K.PROGRAMME,
            K.RESIDENCE,
            K.MENTAL_HEALTH_TREATMENT,
            K.DRUG_TREATMENT,
            K.ALCOHOL_TREATMENT,
            K.CONDUCT,
            K.RESTRICTED_MOVEMENT,
        )
    ],
)
def test_a_requirement_says_how_long_it_lasts(kind):
    assert codes(unsaved_order(supervision(12), ProposedRequirement(kind))) == {f"{kind}_period_missing"}


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        pytest.param(ProposedRequirement(K.PROGRAMME, days=0), {"programme_days_too_few"}, id="no day"),
        pytest.param(ProposedRequirement(K.PROGRAMME, days=1), set(), id="one day"),
        pytest.param(ProposedRequirement(K.CONDUCT, months=36), set(), id="conduct of 36 months"),
        pytest.param(
            ProposedRequirement(K.CONDUCT, months=37), {"conduct_too_long"}, id="conduct of 37 months"
        ),
    ],
)
def test_programme_days_and_length_of_conduct(requirement, expected):
    assert codes(unsaved_order(supervision(36), requirement)) == expected


@pytest.mark.parametrize(
    ("supervision_months", "paid_by", "expected"),
    [
        pytest.param(36, "2026-12-01", set(), id="the last of 18 months"),
        pytest.param(36, "2026-12-02", {"compensation_too_late"}, id="a day after 18 months"),
        pytest.param(12, "2026-04-01", set(), id="the day before the last two months of supervision"),
        pytest.param(12, "2026-04-02", {"compensation_too_late"}, id="the first day of those two months"),
        pytest.param(12, None, set(), id="no day given: the law's day holds"),
    ],
)
def test_compensation_is_paid_in_time(supervision_months, paid_by, expected):
    last = date.fromisoformat(paid_by) if paid_by else None
    order = unsaved_order(supervision(supervision_months), ProposedRequirement(K.COMPENSATION, last_day=last))
    assert codes(order) == expected


@pytest.mark.parametrize(
    ("imposed", "supervised_until", "expected"),
    [
        pytest.param("2025-06-02", None, "2026-12-01", id="18 months beginning with imposition"),
        pytest.param("2025-06-02", "2028-06-01", "2026-12-01", id="18 months, long supervision"),
        pytest.param("2025-06-02", "2026-06-01", "2026-04-01", id="supervision to 1 June"),
        pytest.param("2025-01-01", "2025-12-31", "2025-10-31", id="November and December"),
        pytest.param("2025-03-01", "2026-02-28", "2025-12-31", id="January and February"),
        pytest.param("2025-01-31", "2026-04-30", "2026-02-28", id="March and April"),
        pytest.param("2025-01-31", "2026-06-15", "2026-04-15", id="supervision to the middle of a month"),
        pytest.param(
            "2025-01-31", "2026-04-28", "2026-02-27", id="no 29 February to begin the two months on"
        ),
        pytest.param("2025-01-31", "2025-12-30", "2025-10-30", id="two months beginning with 31 October"),
    ],
)
def test_last_day_for_compensation(imposed, supervised_until, expected):
    until = date.fromisoformat(supervised_until) if supervised_until else None
    assert cpo.compensation_last_day(date.fromisoformat(imposed), until) == date.fromisoformat(expected)


# --- Restricted movement ----------------------------------------------------------------------------------------

ON_BREACH = {"added_on": date(2025, 7, 1)}


@pytest.mark.parametrize(
    ("age", "court", "others", "requirement", "expected"),
    [
        pytest.param(
            40, "sheriff_summary", (), movement(days=13), "restricted_movement_too_short", id="13 days"
        ),
        pytest.param(40, "sheriff_summary", (), movement(days=14), "", id="14 days"),
        pytest.param(40, "sheriff_summary", (), movement(12), "", id="12 months"),
        pytest.param(40, "sheriff_summary", (), movement(13), "restricted_movement_too_long", id="13 months"),
        pytest.param(
            40,
            "high",
            (),
            movement(last_day=date(2026, 6, 2)),
            "restricted_movement_too_long",
            id="a day over 12",
        ),
        pytest.param(17, "sheriff_summary", (), movement(3), "", id="17, 3 months"),
        pytest.param(
            17, "sheriff_summary", (), movement(4), "restricted_movement_too_long_special", id="17, 4 months"
        ),
        pytest.param(17, "jp", (), movement(days=60, **ON_BREACH), "", id="17, JP court on breach, 60 days"),
        pytest.param(
            17,
            "jp",
            (),
            movement(days=61, **ON_BREACH),
            "restricted_movement_too_long_special",
            id="17, JP court on breach, 61 days",
        ),
        pytest.param(18, "sheriff_summary", (), movement(4), "", id="18, 4 months"),
        pytest.param(40, "jp", (), movement(4, **ON_BREACH), "", id="JP court on breach, 4 months"),
        pytest.param(
            40, "sheriff_summary", (work(),), movement(4, **ON_BREACH), "", id="breach, level 1: warned"
        ),
        pytest.param(
            40, "sheriff_summary", (work(200),), movement(12, **ON_BREACH), "", id="breach, level 2"
        ),
    ],
)
def test_length_of_restricted_movement(age, court, others, requirement, expected):
    order = unsaved_order(
        supervision(24), *others, requirement, date_of_birth=BORN_FOR_AGE[age], court_type=CourtType(court)
    )
    assert codes(order) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        pytest.param(movement(3, **ON_BREACH), {"supervision_missing"}, id="3 months"),
        pytest.param(
            movement(4, **ON_BREACH),
            {"supervision_missing", "restricted_movement_too_long_special"},
            id="4 months",
        ),
        pytest.param(movement(4), {"supervision_missing"}, id="4 months, in the first sentence"),
    ],
)
def test_restricted_movement_on_breach_beside_level_1_alone(requirement, expected):
    assert codes(unsaved_order(work(), requirement)) == expected


def test_restricted_movement_on_breach_beside_level_1_and_supervision_is_in_doubt():
    order = unsaved_order(supervision(12), work(), movement(4, **ON_BREACH))
    assert "restricted_movement_length_in_doubt" in cautions(order)
    order = unsaved_order(supervision(12), work(), movement(3, **ON_BREACH))
    assert "restricted_movement_length_in_doubt" not in cautions(order)


@pytest.mark.parametrize(
    ("requirements", "elsewhere", "over"),
    [
        pytest.param((movement(2, hours_per_day=12),), 0, False, id="12 hours a day"),
        pytest.param((movement(2, hours_per_day=13),), 0, True, id="13 hours a day"),
        pytest.param((movement(2, hours_per_day=8),), 4, False, id="8 with 4 under another order"),
        pytest.param((movement(2, hours_per_day=8),), 5, True, id="8 with 5 under another order"),
        pytest.param((movement(2, hours_per_day=7), movement(2, hours_per_day=7)), 0, True, id="7 and 7"),
        pytest.param((movement(2, hours_per_day=24, stay_away=True),), 0, False, id="kept away all day"),
        pytest.param((movement(2, hours_per_day=None),), 0, False, id="hours not known"),
    ],
)
def test_hours_a_day_in_a_place(requirements, elsewhere, over):
    order = unsaved_order(supervision(12), *requirements, other_curfew_hours_per_day=elsewhere)
    assert codes(order) == ({"restricted_movement_hours_a_day"} if over else set())


# --- Dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"date_of_birth": None}, {"date_of_birth_missing"}, id="date of birth not known"),
        pytest.param({"imposed_on": date(2011, 2, 1)}, set(), id="the first day of the law"),
        pytest.param({"imposed_on": date(2011, 1, 31)}, {"imposed_before_2011"}, id="the day before the law"),
        pytest.param({"offence_on": date(2011, 2, 1)}, set(), id="offence on the first day of the law"),
        pytest.param({"offence_on": date(2011, 1, 31)}, {"offence_before_2011"}, id="offence before the law"),
        pytest.param({"offence_on": IMPOSED}, set(), id="offence on the day of sentence"),
        pytest.param({"requirements": (work(added_on=IMPOSED),)}, set(), id="added on the day of sentence"),
        pytest.param(
            {"requirements": (supervision(12), ProposedRequirement(K.CONDUCT, last_day=IMPOSED))},
            set(),
            id="a requirement of one day",
        ),
        pytest.param(
            {"offence_on": date(2025, 6, 3)}, {"offence_after_imposition"}, id="offence after sentence"
        ),
        pytest.param(
            {"requirements": (work(added_on=date(2025, 6, 1)),)},
            {"added_before_imposition"},
            id="added before",
        ),
        pytest.param(
            {"requirements": (supervision(12), ProposedRequirement(K.CONDUCT, last_day=date(2025, 6, 1)))},
            {"last_day_before_start"},
            id="a last day before the first",
        ),
    ],
)
def test_dates_of_an_order(changes, expected):
    assert codes(unsaved_order(work(), **changes)) == expected


def test_nothing_happens_before_birth():
    order = unsaved_order(work(), supervision(3), date_of_birth=date(2025, 6, 2), offence_on=date(2025, 6, 2))
    assert {"imposed_before_birth", "offence_before_birth", "unpaid_work_under_16"} <= codes(order)


# --- All at once, and in words ------------------------------------------------------------------------------------


def test_every_problem_is_given_at_once_each_beside_its_field():
    order = ProposedOrder(
        basis=Basis.INSTEAD_OF_PRISON,
        court_type=CourtType.JP,
        imposed_on=IMPOSED,
        date_of_birth=BORN_FOR_AGE[17],
        requirements=(
            work(400),
            ProposedRequirement(K.PROGRAMME, days=10),
            ProposedRequirement(K.CONDUCT, months=40),
        ),
    )
    assert {(problem.field, problem.code) for problem in cpo.problems(order)} == {
        ("requirements", "kind_not_allowed_in_jp_court"),
        ("requirements", "supervision_missing_under_18"),
        ("requirements", "supervision_missing"),
        ("unpaid_work.hours", "unpaid_work_hours_too_many"),
        ("unpaid_work.hours", "unpaid_work_level_2_in_jp_court"),
        ("conduct.months", "conduct_too_long"),
    }


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(unsaved_order(work(10)), "Enter 20 hours of unpaid work or more", id="too few hours"),
        pytest.param(
            unsaved_order(work(150), court_type=CourtType.JP),
            "Enter 100 hours of unpaid work or fewer: a Justice of the Peace Court can impose level 1 only",
            id="level 2 in a JP court",
        ),
        pytest.param(
            unsaved_order(LAWFUL[K.CONDUCT], LAWFUL[K.DRUG_TREATMENT]),
            "Add a supervision requirement: it must go with the drug treatment requirement and the conduct requirement",
            id="supervision missing",
        ),
        pytest.param(
            unsaved_order(work(120, last_day=date(2025, 9, 1))),
            "Enter a last day for unpaid work of 1 December 2025 or later, or leave it blank",
            id="time cut short",
        ),
        pytest.param(
            unsaved_order(work(30), outstanding_minutes_elsewhere=285 * 60 + 30),
            "Remove the unpaid work requirement: 285 hours 30 minutes are still to be done under other requirements, "
            "which leaves fewer than 20, unless the court directed that it is concurrent",
            id="no hours left",
        ),
        pytest.param(
            unsaved_order(supervision(6), ProposedRequirement(K.RESIDENCE, months=12)),
            "Enter an end for the residence requirement by 1 December 2025, when supervision ends",
            id="residence beyond supervision",
        ),
        pytest.param(
            unsaved_order(supervision(12), movement(4), date_of_birth=BORN_FOR_AGE[17]),
            "Enter 3 months of restricted movement or fewer: the person was under 18",
            id="restricted movement of a 17 year old",
        ),
        pytest.param(
            unsaved_order(
                supervision(12),
                movement(4, **ON_BREACH),
                court_type=CourtType.JP,
                date_of_birth=BORN_FOR_AGE[17],
            ),
            "Enter 60 days of restricted movement or fewer: the person was under 18",
            id="restricted movement of a 17 year old, JP court",
        ),
    ],
)
def test_a_problem_says_what_to_do(order, expected):
    assert [problem.message for problem in cpo.problems(order)] == [expected]


@pytest.mark.parametrize(
    ("requirement", "field"),
    [
        pytest.param(movement(13), "restricted_movement.months", id="months"),
        pytest.param(movement(days=400), "restricted_movement.days", id="days"),
        pytest.param(movement(last_day=date(2027, 1, 1)), "restricted_movement.last_day", id="a last day"),
        pytest.param(movement(13, days=20), "restricted_movement.months", id="months come before days"),
    ],
)
def test_a_problem_of_length_stands_beside_what_gave_the_length(requirement, field):
    found = cpo.problems(unsaved_order(supervision(36), requirement))
    assert [problem.field for problem in found] == [field]


def test_the_longest_of_several_supervisions_is_what_others_must_end_with():
    residence = ProposedRequirement(K.RESIDENCE, months=12)
    assert codes(unsaved_order(supervision(6), supervision(12), residence)) == set()


def _awkward_orders():
    """Every basis, court and age with every pair of requirements, lengths missing, nought and enormous."""
    ages = (None, date(2030, 1, 1), *BORN_FOR_AGE.values())
    lengths = ({}, {"months": 0, "hours": 0, "days": 0}, {"months": 10**6, "hours": 10**6, "days": 10**6})
    for place, kind in enumerate(K):
        for other in list(K)[place:]:
            for length in lengths:
                hours = {"hours": length.get("hours")}
                rest = {name: value for name, value in length.items() if name != "hours"}
                pair = tuple(
                    ProposedRequirement(one, **(hours if one == K.UNPAID_WORK else rest))
                    for one in (kind, other)
                )
                for index, basis in enumerate(Basis):
                    court = list(CourtType)[(place + index) % len(CourtType)]
                    for born in ages:
                        yield unsaved_order(*pair, basis=basis, court_type=court, date_of_birth=born)


def test_no_order_however_odd_raises_and_every_problem_is_well_made():
    for order in _awkward_orders():
        for problem in (*cpo.problems(order), *cpo.warnings(order)):
            assert problem.code
            assert problem.message[0].isupper()
            assert not problem.message.endswith(".")
            name = problem.field.partition(".")[0]
            assert name in {
                "basis",
                "court_type",
                "imposed_on",
                "date_of_birth",
                "offence_on",
                "requirements",
            } | {
                "fine_pounds",
                *K,
            }
        for kind in K:
            cpo.months_bounds(kind, order)


# --- Warnings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "code"),
    [
        pytest.param(
            unsaved_order(work(), court_type=CourtType.NOT_KNOWN), "court_not_known", id="court not known"
        ),
        pytest.param(
            unsaved_order(supervision(6), date_of_birth=BORN_FOR_AGE[17]),
            "child",
            id="under 18: children's hearing",
        ),
        pytest.param(
            unsaved_order(supervision(6), date_of_birth=date(2019, 1, 1)),
            "under_prosecution_age",
            id="aged 6",
        ),
        pytest.param(
            unsaved_order(work(60), basis=Basis.FINE_DEFAULT),
            "fine_not_known",
            id="over 50 hours, fine not known",
        ),
        pytest.param(
            unsaved_order(work(40), supervision(6), basis=Basis.FINE_DEFAULT),
            "fine_default_supervision_of_adult",
            id="fine default, adult supervised",
        ),
        pytest.param(
            unsaved_order(supervision(6), supervision(6)), "requirement_repeated", id="two supervisions"
        ),
        pytest.param(
            unsaved_order(work(), imposed_on=date(2021, 6, 1)),
            "emergency_time_limit",
            id="emergency time limits",
        ),
        pytest.param(
            unsaved_order(supervision(12), ProposedRequirement(K.PROGRAMME, months=6)),
            "programme_days_not_known",
            id="programme days",
        ),
        pytest.param(
            unsaved_order(supervision(12), ProposedRequirement(K.RESIDENCE, months=6)),
            "residence_place_not_known",
            id="place of residence",
        ),
        pytest.param(
            unsaved_order(supervision(12), movement(2, hours_per_day=None, place="")),
            "restricted_movement_hours_not_known",
            id="hours a day",
        ),
        pytest.param(
            unsaved_order(supervision(12), movement(days=20, **ON_BREACH), court_type=CourtType.JP),
            "restricted_movement_in_jp_court",
            id="JP court on breach",
        ),
    ],
)
def test_warnings_never_stop_the_order(order, code):
    assert code in cautions(order)
    assert codes(order) == set()


@pytest.mark.parametrize(
    ("order", "code"),
    [
        pytest.param(
            unsaved_order(supervision(6), date_of_birth=date(2013, 1, 1)),
            "under_prosecution_age",
            id="aged 12",
        ),
        pytest.param(unsaved_order(work(50), basis=Basis.FINE_DEFAULT), "fine_not_known", id="50 hours"),
        pytest.param(
            unsaved_order(work(60), basis=Basis.FINE_DEFAULT, fine_pounds=300),
            "fine_not_known",
            id="fine known",
        ),
        pytest.param(
            unsaved_order(work(40), supervision(3), basis=Basis.FINE_DEFAULT, date_of_birth=BORN_FOR_AGE[17]),
            "fine_default_supervision_of_adult",
            id="fine default at 17",
        ),
        pytest.param(
            unsaved_order(work(), imposed_on=date(2020, 4, 6)),
            "emergency_time_limit",
            id="before emergency law",
        ),
        pytest.param(
            unsaved_order(work(), imposed_on=date(2022, 10, 1)),
            "emergency_time_limit",
            id="after emergency law",
        ),
        pytest.param(
            unsaved_order(supervision(12), ProposedRequirement(K.CONDUCT, months=12)),
            "conduct_after_supervision",
            id="conduct as long as supervision",
        ),
        pytest.param(
            unsaved_order(supervision(12), movement(2, hours_per_day=None, stay_away=True)),
            "restricted_movement_hours_not_known",
            id="kept away from a place",
        ),
    ],
)
def test_warnings_that_do_not_apply(order, code):
    assert code not in cautions(order)


@pytest.mark.parametrize("day", ["2020-04-07", "2022-09-30"])
def test_emergency_law_from_its_first_to_its_last_day(day):
    assert "emergency_time_limit" in cautions(unsaved_order(work(), imposed_on=date.fromisoformat(day)))


def test_an_ordinary_order_draws_no_warning():
    order = unsaved_order(work(120), supervision(18), offence_on=date(2025, 1, 5))
    assert cpo.problems(order) == []
    assert cpo.warnings(order) == []


# --- Bounds and limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "order", "expected"),
    [
        pytest.param(K.SUPERVISION, unsaved_order(supervision(12)), (6, 36), id="supervision"),
        pytest.param(
            K.SUPERVISION,
            unsaved_order(work(), supervision(3), date_of_birth=BORN_FOR_AGE[16]),
            (1, 3),
            id="supervision at 16 with level 1",
        ),
        pytest.param(
            K.SUPERVISION, unsaved_order(supervision(6), movement(2)), (1, 36), id="supervision for movement"
        ),
        pytest.param(K.CONDUCT, unsaved_order(supervision(12)), (1, 36), id="conduct"),
        pytest.param(
            K.RESIDENCE, unsaved_order(supervision(12)), (1, 12), id="residence, within supervision"
        ),
        pytest.param(
            K.RESTRICTED_MOVEMENT, unsaved_order(supervision(12)), (1, 12), id="restricted movement"
        ),
        pytest.param(
            K.RESTRICTED_MOVEMENT,
            unsaved_order(supervision(12), date_of_birth=BORN_FOR_AGE[17]),
            (1, 3),
            id="restricted movement at 17",
        ),
        pytest.param(K.UNPAID_WORK, unsaved_order(work()), None, id="unpaid work is in hours"),
    ],
)
def test_months_a_form_may_ask_for(kind, order, expected):
    assert cpo.months_bounds(kind, order) == expected


def test_limits_have_units_and_sources_and_the_earliest_row_serves_days_before_it():
    rows = limits.load_limits()
    assert set(rows) == {
        "unpaid_work.least",
        "unpaid_work.most",
        "unpaid_work.level_1_most",
        "other_activity.share",
        "other_activity.most",
        "restricted_movement.hours_a_day",
        "restricted_movement.most",
        "fine.level_1",
        "fine.level_2",
        "fine.level_3",
    }
    assert all(row.source and row.unit in limits.UNITS for found in rows.values() for row in found)
    assert limits.value_on("unpaid_work.most", date(2000, 1, 1)) == 300


def test_a_later_file_of_limits_rules_later_orders_only(tmp_path, monkeypatch):
    first = '[[limit]]\nkey = "unpaid_work.most"\nvalue = 300\nunit = "hours"\nsource = "Act"\n'
    (tmp_path / "2011-02-01.toml").write_text("in_force_from = 2011-02-01\n" + first)
    (tmp_path / "2030-01-01.toml").write_text("in_force_from = 2030-01-01\n" + first.replace("300", "350"))
    rows = limits.load_limits(tmp_path)
    monkeypatch.setattr(limits, "_shipped", lambda: rows)
    assert limits.value_on("unpaid_work.most", date(2029, 12, 31)) == 300
    assert limits.value_on("unpaid_work.most", date(2030, 1, 1)) == 350


def test_a_limit_without_a_source_is_refused_with_its_file_named(tmp_path):
    (tmp_path / "2011-02-01.toml").write_text(
        'in_force_from = 2011-02-01\n[[limit]]\nkey = "fine.level_1"\nvalue = 200\nunit = "pounds"\nsource = ""\n'
    )
    with pytest.raises(ValueError, match=r"2011-02-01\.toml: fine\.level_1"):
        limits.load_limits(tmp_path)
