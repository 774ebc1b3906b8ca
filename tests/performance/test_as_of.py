"""Who is in which number on which day: the caseload bundle's table, row by row, with the days on either side."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.models import Plan, Review
from orders.models import Contact
from performance.domain.period import Quarter
from performance.figures import MEASURE_OF, Scope, Standing, figures, rows
from tests.performance import records
from tests.performance.records import Place

ALL = tuple(Standing)
D = date


def standing(place: Place, code: str, quarter: str, as_of: date) -> str:
    """Where the only row of a measure stands, "absent" where there is none."""
    records.refresh(place)
    measure, scope, period = MEASURE_OF[code], Scope(place.council), Quarter.parse(quarter)
    found = rows(measure, scope, period, as_of, ALL)
    (figure,) = figures(scope, period, as_of, measures=(measure,))
    tally = [row.standing for row in found]
    counted = tally.count(Standing.ABOVE)
    below = counted + tally.count(Standing.BELOW)
    assert (figure.tallied.above, figure.tallied.below) == (counted, below)
    if figure.code != "new_orders":
        assert figure.pending == tally.count(Standing.PENDING)
    assert len(found) <= 1
    return found[0].standing.value if found else "absent"


# Monday 2 June 2025; the 7th working day after it is Wednesday 11 June.
@pytest.mark.parametrize(
    ("done", "as_of", "expected"),
    [
        pytest.param(D(2025, 6, 11), D(2025, 6, 30), "above", id="on the 7th working day"),
        pytest.param(D(2025, 6, 12), D(2025, 6, 30), "below", id="on the 8th"),
        pytest.param(None, D(2025, 6, 11), "pending", id="due on the as-of day is pending"),
        pytest.param(None, D(2025, 6, 12), "below", id="due the day before it is not"),
        pytest.param(
            D(2025, 6, 12), D(2025, 6, 11), "pending", id="done after the as-of day is not known yet"
        ),
        pytest.param(D(2025, 6, 4), D(2025, 6, 4), "above", id="done on the as-of day counts at once"),
        pytest.param(None, D(2025, 6, 1), "absent", id="imposed after the as-of day is not known yet"),
        pytest.param(None, D(2025, 6, 2), "pending", id="imposed on the as-of day is"),
    ],
)
def test_k1_first_attendance_by_the_7th_working_day(place, done, as_of, expected):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), hours=100)
    if done:
        records.work(order, done)
    assert standing(place, "K1", "2025-26-Q1", as_of) == expected


def test_k1_is_dated_by_the_day_of_sentence_though_due_in_the_next_quarter(place):
    order = records.an_order(records.a_case(place), D(2025, 6, 30), hours=100)
    records.work(order, D(2025, 7, 3))
    assert standing(place, "K1", "2025-26-Q1", D(2025, 8, 1)) == "above"
    assert standing(place, "K1", "2025-26-Q2", D(2025, 8, 1)) == "absent"


def test_k1_other_activity_and_absence_start_nothing(place):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), hours=100)
    records.work(order, D(2025, 6, 3), other_activity=True)
    records.work(order, D(2025, 6, 4), "acceptable_absence")
    assert standing(place, "K1", "2025-26-Q1", D(2025, 7, 1)) == "below"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"transferred_in": True}, id="transferred in"),
        pytest.param({"added_on": D(2025, 6, 5)}, id="added after imposition"),
    ],
)
def test_k1_leaves_out(place, more):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), hours=100, **more)
    records.work(order, D(2025, 6, 6))
    assert standing(place, "K1", "2025-26-Q1", D(2025, 7, 1)) == "left_out"


def test_k1_leaves_out_what_somebody_excused(place):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), hours=100)
    requirement = order.requirements.get()
    records.leave_out(order.case, requirement.subject, "cpo.placement")
    assert standing(place, "K1", "2025-26-Q1", D(2025, 7, 1)) == "left_out"


@pytest.mark.parametrize(
    ("ended_on", "as_of", "expected"),
    [
        pytest.param(D(2025, 6, 10), D(2025, 7, 1), "left_out", id="ended before it was due, not done"),
        pytest.param(D(2025, 6, 10), D(2025, 6, 10), "left_out", id="an end counts on its own day"),
        pytest.param(D(2025, 6, 10), D(2025, 6, 9), "pending", id="the day before, nothing had ended"),
        pytest.param(D(2025, 6, 11), D(2025, 7, 1), "below", id="ended on the day it was due: missed"),
        pytest.param(D(2025, 6, 20), D(2025, 7, 1), "below", id="ended after it was due: missed"),
    ],
)
def test_what_was_not_done_when_the_order_ended(place, ended_on, as_of, expected):
    records.an_order(records.a_case(place), D(2025, 6, 2), hours=100, ended_on=ended_on, end_reason="died")
    assert standing(place, "K1", "2025-26-Q1", as_of) == expected


def test_what_was_done_before_the_order_ended_counts(place):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), hours=100, ended_on=D(2025, 6, 9))
    records.work(order, D(2025, 6, 5))
    assert standing(place, "K1", "2025-26-Q1", D(2025, 7, 1)) == "above"


# The 20th working day after Monday 2 June 2025 is Monday 30 June; after Tuesday 3 June it is Tuesday 1 July.
@pytest.mark.parametrize(
    ("imposed", "approved", "quarter", "expected"),
    [
        pytest.param(D(2025, 6, 2), D(2025, 6, 30), "2025-26-Q1", "above", id="on the 20th working day"),
        pytest.param(D(2025, 6, 2), D(2025, 7, 1), "2025-26-Q1", "below", id="on the 21st"),
        pytest.param(D(2025, 6, 2), None, "2025-26-Q1", "below", id="never"),
        pytest.param(D(2025, 6, 3), D(2025, 6, 20), "2025-26-Q2", "above", id="dated by the due date"),
        pytest.param(D(2025, 6, 3), D(2025, 6, 20), "2025-26-Q1", "absent", id="not by the day of sentence"),
        pytest.param(D(2025, 6, 2), D(2025, 5, 30), "2025-26-Q1", "above", id="a plan that was there before"),
    ],
)
def test_k2_plan_by_the_20th_working_day(place, imposed, approved, quarter, expected):
    order = records.an_order(records.a_case(place), imposed, months=12)
    if approved:
        Plan.objects.create(order=order, approved_on=approved)
    assert standing(place, "K2", quarter, D(2025, 9, 1)) == expected


def test_k2_counts_no_order_without_supervision(place):
    records.an_order(records.a_case(place), D(2025, 6, 2), hours=100)
    assert standing(place, "K2", "2025-26-Q1", D(2025, 9, 1)) == "absent"


def test_plan_present_counts_a_late_plan_as_present(place):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), months=12)
    Plan.objects.create(order=order, approved_on=D(2025, 8, 1))
    assert standing(place, "plan_present", "2025-26-Q1", D(2025, 9, 1)) == "above"
    assert standing(place, "plan_present", "2025-26-Q1", D(2025, 7, 31)) == "below"
    assert standing(place, "K2", "2025-26-Q1", D(2025, 9, 1)) == "below"


@pytest.mark.parametrize(
    ("imposed", "held", "named", "quarter", "expected"),
    [
        pytest.param(D(2025, 6, 2), D(2025, 9, 2), None, "2025-26-Q2", "above", id="on the day"),
        pytest.param(D(2025, 6, 2), D(2025, 9, 3), None, "2025-26-Q2", "below", id="the day after"),
        pytest.param(D(2025, 11, 30), D(2026, 2, 28), None, "2025-26-Q4", "above", id="last day of February"),
        pytest.param(D(2025, 11, 30), D(2026, 3, 1), None, "2025-26-Q4", "below", id="1 March is late"),
        pytest.param(
            D(2025, 6, 7), D(2025, 9, 8), None, "2025-26-Q2", "below", id="a Sunday does not move it"
        ),
        pytest.param(
            D(2025, 6, 2), D(2025, 9, 1), D(2025, 9, 2), "2025-26-Q2", "above", id="names its due date"
        ),
        pytest.param(D(2025, 6, 2), D(2025, 9, 1), D(2025, 12, 2), "2025-26-Q2", "below", id="names another"),
        pytest.param(D(2025, 6, 2), None, None, "2025-26-Q2", "below", id="not held"),
    ],
)
def test_k3_first_review(place, imposed, held, named, quarter, expected):
    order = records.an_order(records.a_case(place), imposed, months=18)
    if held:
        Review.objects.create(order=order, held_on=held, for_due_on=named)
    assert standing(place, "K3", quarter, D(2026, 6, 1)) == expected


def test_k3_counts_only_the_first_review_and_reviews_every_one(place):
    records.an_order(records.a_case(place), D(2025, 6, 2), months=18)
    assert standing(place, "K3", "2025-26-Q3", D(2026, 1, 5)) == "absent"
    assert standing(place, "reviews", "2025-26-Q3", D(2026, 1, 5)) == "below"


# Level 1 (100 hours): three months beginning with 15 March 2025 end on 14 June.
@pytest.mark.parametrize(
    ("completed", "as_of", "quarter", "expected"),
    [
        pytest.param(D(2025, 6, 14), D(2025, 8, 1), "2025-26-Q1", "above", id="on the last day"),
        pytest.param(D(2025, 6, 15), D(2025, 8, 1), "2025-26-Q1", "below", id="the day after"),
        pytest.param(D(2025, 7, 1), D(2025, 8, 1), "2025-26-Q2", "below", id="dated by completion"),
        pytest.param(D(2025, 7, 1), D(2025, 8, 1), "2025-26-Q1", "absent", id="not by the due date"),
        pytest.param(
            D(2025, 6, 15), D(2025, 6, 14), "2025-26-Q1", "absent", id="not completed yet on the day"
        ),
        pytest.param(None, D(2025, 8, 1), "2025-26-Q1", "absent", id="not completed: in no quarter"),
    ],
)
def test_k4_unpaid_work_completed(place, completed, as_of, quarter, expected):
    records.an_order(records.a_case(place), D(2025, 3, 15), hours=100, completed_on=completed)
    assert standing(place, "K4", quarter, as_of) == expected


def test_k4_counts_orders_transferred_in(place):
    records.an_order(
        records.a_case(place), D(2025, 3, 15), hours=100, completed_on=D(2025, 6, 1), transferred_in=True
    )
    assert standing(place, "K4", "2025-26-Q1", D(2025, 8, 1)) == "above"


@pytest.mark.parametrize(
    ("more", "as_of", "expected"),
    [
        pytest.param({"submitted_on": D(2025, 6, 10)}, D(2025, 7, 1), "above", id="submitted in time"),
        pytest.param(
            {"submitted_on": D(2025, 6, 25)}, D(2025, 7, 1), "above", id="submitted late: submitted"
        ),
        pytest.param({"submitted_on": D(2025, 6, 25)}, D(2025, 6, 24), "below", id="not yet on the day"),
        pytest.param({}, D(2025, 7, 1), "below", id="not submitted"),
        pytest.param({}, D(2025, 6, 12), "pending", id="hearing on the as-of day"),
        pytest.param({}, D(2025, 6, 13), "below", id="hearing the day before"),
        pytest.param({"withdrawn_on": D(2025, 6, 2)}, D(2025, 7, 1), "left_out", id="withdrawn"),
        pytest.param(
            {"withdrawn_on": D(2025, 6, 20), "submitted_on": D(2025, 6, 10)},
            D(2025, 7, 1),
            "left_out",
            id="withdrawn though submitted",
        ),
        pytest.param({"withdrawn_on": D(2025, 6, 2)}, D(2025, 6, 1), "pending", id="not yet withdrawn"),
        pytest.param({}, D(2025, 5, 14), "absent", id="asked for after the as-of day"),
    ],
)
def test_k5_report_submitted_by_the_quarter_of_its_hearing(place, more, as_of, expected):
    records.a_report(records.a_case(place), D(2025, 5, 15), D(2025, 6, 12), **more)
    assert standing(place, "K5", "2025-26-Q1", as_of) == expected


@pytest.mark.parametrize(
    ("interviewed", "as_of", "expected"),
    [
        pytest.param(D(2025, 6, 6), D(2025, 7, 1), "above", id="on the day of release"),
        pytest.param(D(2025, 6, 9), D(2025, 7, 1), "above", id="Friday's release, Monday's interview"),
        pytest.param(D(2025, 6, 10), D(2025, 7, 1), "below", id="Tuesday's"),
        pytest.param(None, D(2025, 7, 1), "below", id="did not attend: counts"),
        pytest.param(None, D(2025, 6, 9), "pending", id="due on the as-of day"),
    ],
)
def test_k6_interview_by_the_next_working_day(place, interviewed, as_of, expected):
    records.a_release(records.a_case(place), D(2025, 6, 6), interviewed)
    assert standing(place, "K6", "2025-26-Q1", as_of) == expected


def test_a_first_contact_that_was_not_attended_meets_nothing(place):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), months=12)
    Contact.objects.create(order=order, kind="first_contact", on=D(2025, 6, 3), attended=False)
    assert standing(place, "first_contact", "2025-26-Q1", D(2025, 7, 1)) == "below"


@pytest.mark.parametrize(
    ("end_reason", "expected"),
    [
        ("completed", "above"),
        ("early_discharge", "above"),
        ("revoked_breach", "below"),
        ("revoked_review", "below"),
        ("died", "below"),
        ("transferred_out", "left_out"),
    ],
)
def test_successful_completion(place, end_reason, expected):
    records.an_order(
        records.a_case(place), D(2025, 1, 2), months=12, ended_on=D(2025, 6, 30), end_reason=end_reason
    )
    assert standing(place, "successful_completion", "2025-26-Q1", D(2025, 6, 30)) == expected
    assert standing(place, "successful_completion", "2025-26-Q1", D(2025, 6, 29)) == "absent"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("attended", "above"),
        ("acceptable_absence", "below"),
        ("unacceptable_absence", "below"),
        ("sent_home_by_service", "left_out"),
    ],
)
def test_attendance_rate(place, outcome, expected):
    order = records.an_order(records.a_case(place), D(2025, 5, 1), hours=100)
    records.work(order, D(2025, 6, 3), outcome)
    assert standing(place, "attendance_rate", "2025-26-Q1", D(2025, 6, 3)) == expected
    assert standing(place, "attendance_rate", "2025-26-Q1", D(2025, 6, 2)) == "absent"


def test_a_corrected_attendance_counts_once_as_corrected(place):
    order = records.an_order(records.a_case(place), D(2025, 5, 1), hours=100)
    first = records.work(order, D(2025, 6, 3), "unacceptable_absence")
    second = records.work(order, D(2025, 6, 3), "attended")
    second.corrects = first
    second.save()
    assert standing(place, "attendance_rate", "2025-26-Q1", D(2025, 6, 30)) == "above"


def test_new_orders_are_counted_by_the_day_of_sentence_but_not_those_transferred_in(place):
    records.an_order(records.a_case(place), D(2025, 6, 2), months=12)
    assert standing(place, "new_orders", "2025-26-Q1", D(2025, 6, 2)) == "above"
    assert standing(place, "new_orders", "2025-26-Q1", D(2025, 6, 1)) == "absent"
    records.an_order(records.a_case(place), D(2025, 6, 2), months=12, transferred_in=True)
    records.refresh(place)
    period = Quarter.parse("2025-26-Q1")
    found = rows(MEASURE_OF["new_orders"], Scope(place.council), period, D(2025, 7, 1), ALL)
    assert [row.standing.value for row in found] == ["above", "left_out"]


@pytest.mark.parametrize(
    ("done", "late", "expected"),
    [
        (D(2025, 6, 9), "", "Met on 9 June 2025, 2 working days before it was due"),
        (D(2025, 6, 11), "", "Met on 11 June 2025, the day it was due"),
        (D(2025, 6, 13), "", "Late by 2 working days, done on 13 June 2025"),
        (D(2025, 6, 16), "did_not_turn_up", "Late by 3 working days, done on 16 June 2025: did not turn up"),
        (None, "", "Not done by 30 June 2025, 13 working days after it was due"),
    ],
)
def test_every_row_says_why_it_counts_as_it_does(place, done, late, expected):
    order = records.an_order(records.a_case(place), D(2025, 6, 2), hours=100)
    if done:
        records.work(order, done)
    if late:
        records.say_why_late(order.case, order.requirements.get().subject, "cpo.placement", late)
    records.refresh(place)
    (row,) = rows(MEASURE_OF["K1"], Scope(place.council), Quarter.parse("2025-26-Q1"), D(2025, 6, 30))
    assert row.reason == expected
