"""Each change to a report, an assessment, a plan or a review: does it; refused, changes nothing; is done once."""

from __future__ import annotations

import uuid
from datetime import date, time

import pytest
from django.core.exceptions import PermissionDenied

from assessments import operations
from assessments.models import Assessment, CourtTime, Plan, ReportRequest, Review
from cases import timescales
from cases.models import Entry, Role, Timescale
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from tests.builders import (
    a_case,
    a_caseworker,
    a_manager,
    an_order,
    day,
    staff,
    supervision,
    unpaid_work,
    worker_of,
)

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.problems}


def everything() -> dict[str, int]:
    tables = (Assessment, CourtTime, Plan, ReportRequest, Review, Timescale, Entry)
    return {table.__name__: table.objects.count() for table in tables}


# --- Reports ------------------------------------------------------------------------------------------------


def a_report(case=None, **more):
    case = case or a_case()
    given = {
        "court_type": "sheriff_summary",
        "requested_on": day("2 June 2025"),
        "hearing_on": day("30 June 2025"),
        "today": TODAY,
        **more,
    }
    return operations.request_report(actor=worker_of(case), case=case, **given)


def submit(report, **more):
    given = {
        "submitted_on": day("27 June 2025"),
        "submitted_at": time(11, 30),
        "accountable": a_caseworker(registered_social_worker=True),
        "today": TODAY,
        "expected_version": report.version,
        **more,
    }
    return operations.submit_report(actor=worker_of(report.case), report=report, **given)


def due(clause):
    return Timescale.objects.get(clause=clause)


def test_a_request_makes_the_report_due_by_the_hearing_and_by_the_courts_hour():
    report = a_report()
    assert report.reference == "REP-2025-0001"
    assert due("report.submitted").due_on == day("30 June 2025")
    assert (due("report.on_time").due_on, due("report.on_time").due_by) == (
        day("27 June 2025"),
        time(12, 0),
    )


@pytest.mark.parametrize(
    ("at", "on_time"),
    [
        pytest.param(time(12, 0), True, id="at noon"),
        pytest.param(time(12, 1), False, id="a minute after noon"),
    ],
)
def test_the_hour_of_submission_decides(at, on_time):
    submit(a_report(), submitted_at=at)
    assert due("report.on_time").on_time is on_time
    assert due("report.submitted").on_time is True


def test_a_report_is_submitted_by_a_registered_social_worker_or_not_at_all():
    report = a_report()
    before = everything()
    for accountable, code in (
        (None, "accountable_missing"),
        (a_caseworker(), "accountable_not_registered"),
    ):
        report.refresh_from_db()
        with pytest.raises(Refused) as refused:
            submit(report, accountable=accountable)
        assert codes(refused) == {code}
    assert everything() == before


def test_a_submitted_report_is_not_changed():
    report = submit(a_report())
    with pytest.raises(Refused) as refused:
        submit(report)
    assert codes(refused) == {"submitted"}
    report.refresh_from_db()
    with pytest.raises(Refused) as refused:
        operations.withdraw_report(
            actor=worker_of(report.case),
            report=report,
            on=TODAY,
            reason="Not needed",
            today=TODAY,
            expected_version=report.version,
        )
    assert codes(refused) == {"submitted"}


def test_a_withdrawn_request_is_out_of_every_figure():
    report = a_report()
    operations.withdraw_report(
        actor=worker_of(report.case),
        report=report,
        on=day("10 July 2025"),
        reason="The plea was changed",
        today=TODAY,
        expected_version=report.version,
    )
    assert due("report.submitted").lapsed
    assert Entry.objects.get(operation="withdraw_report").why == "The plea was changed"


def test_a_report_changed_meanwhile_is_not_submitted():
    report = a_report()
    with pytest.raises(Stale):
        submit(report, expected_version=0)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"hearing_on": date(2025, 6, 1)}, "hearing_before_request", id="hearing before request"),
        pytest.param({"requested_on": date(2025, 8, 2)}, "requested_in_the_future", id="tomorrow"),
        pytest.param({"court_type": "tribunal"}, "court_type_missing", id="no such court"),
    ],
)
def test_a_request_that_cannot_be_is_refused(more, code):
    case = a_case()
    before = everything()
    with pytest.raises(Refused) as refused:
        a_report(case, **more)
    assert code in codes(refused)
    assert everything() == before


def test_a_courts_own_hour_moves_the_reports_that_were_asked_for_since():
    early = a_report(requested_on=day("30 May 2025"))
    late = a_report()
    moved = operations.set_court_time(
        actor=staff(Role.PERFORMANCE_OFFICER),
        court_type="sheriff_summary",
        in_force_from=day("1 June 2025"),
        working_days_before=2,
        by=time(16, 0),
    )
    assert [one["subject"] for one in moved] == [late.subject]
    assert moved[0]["was"]["due_on"] == "2025-06-27"
    assert moved[0]["now"]["due_on"] == "2025-06-26"
    assert Timescale.objects.get(subject=early.subject, clause="report.on_time").due_by == time(12, 0)
    assert timescales.check([early.case_id, late.case_id]) == []


# --- Assessments --------------------------------------------------------------------------------------------


def assess(order, **more):
    given = {"tool": "ls_cmi", "completed_on": day("20 June 2025"), "today": TODAY, **more}
    return operations.complete_assessment(actor=worker_of(order.case), order=order, **given)


SCORES = {
    "criminal_history": 4,
    "education_employment": 5,
    "family_marital": 2,
    "leisure_recreation": 1,
    "companions": 2,
    "alcohol_drug": 3,
    "procriminal_attitude": 1,
    "antisocial_pattern": 1,
}


def test_an_assessment_keeps_its_scores_and_adds_them_up():
    made = assess(an_order(), sub_scores=SCORES)
    assert (made.total, made.sub_scores) == (19, SCORES)
    assert due("cpo.lscmi").met_on == day("20 June 2025")


def test_a_level_that_does_not_follow_from_the_score_is_refused():
    order = an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        assess(order, total=19, level="high")
    assert codes(refused) == {"level_disagrees_with_score"}
    assert everything() == before
    assert assess(order, total=19, level="medium").stated_level == ""


def test_an_override_stands_beside_the_level_with_its_reason():
    order = an_order()
    with pytest.raises(Refused) as refused:
        assess(order, total=19, override_level="high")
    assert codes(refused) == {"override_reason_missing", "override_kind_missing"}
    made = assess(
        order,
        total=19,
        override_level="high",
        override_kind="client_based",
        override_reason="Recent threats",
    )
    assert (made.override_level, made.override_reason) == ("high", "Recent threats")


def test_a_total_that_the_scores_do_not_make_is_refused():
    with pytest.raises(Refused) as refused:
        assess(an_order(), total=20, sub_scores=SCORES)
    assert codes(refused) == {"total_disagrees_with_sub_scores"}


def test_an_assessment_made_for_the_court_report_counts():
    order = an_order()
    assess(order, completed_on=day("20 May 2025"), total=12)
    assert due("cpo.lscmi").on_time is True


def test_another_tool_keeps_the_level_its_assessor_gave():
    made = assess(an_order(), tool="rosh", level="High")
    assert (made.stated_level, made.level) == ("high", "High")
    assert due("cpo.lscmi").met_on is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"completed_on": date(2025, 8, 2), "total": 3}, "in_the_future", id="tomorrow"),
        pytest.param({"completed_on": date(1990, 4, 30), "total": 3}, "before_birth", id="before birth"),
        pytest.param({}, "total_missing", id="no result"),
        pytest.param({"tool": "tarot", "total": 3}, "tool_missing", id="no such tool"),
    ],
)
def test_an_assessment_that_cannot_be_is_refused(more, code):
    order = an_order()
    with pytest.raises(Refused) as refused:
        assess(order, **more)
    assert code in codes(refused)


# --- Plans --------------------------------------------------------------------------------------------------


def approve(order, on="30 June 2025", **more):
    return operations.approve_plan(actor=a_manager(), order=order, approved_on=day(on), today=TODAY, **more)


def test_a_plan_is_approved_by_a_manager_and_a_later_one_takes_its_place():
    order = an_order()
    first = approve(order, summary="Find work")
    second = approve(order, "1 July 2025")
    assert list(order.plans.all()) == [second, first]
    assert first.approved_by.role == Role.FIRST_LINE_MANAGER
    assert (due("cpo.plan").met_on, due("cpo.plan").on_time) == (day("30 June 2025"), True)


def test_a_plan_a_day_late_asks_why():
    order = an_order()
    with pytest.raises(Refused) as refused:
        approve(order, "1 July 2025", late_reason=None)
    assert codes(refused) == {"late_reason_missing"}
    approve(order, "1 July 2025", late_reason="staff_not_available")
    assert due("cpo.plan").late_reason == "staff_not_available"


@pytest.mark.parametrize(
    ("on", "code"),
    [
        pytest.param("1 June 2025", "approved_before_imposition", id="before imposition"),
        pytest.param("2 August 2025", "approved_in_the_future", id="tomorrow"),
    ],
)
def test_a_plan_on_a_day_that_cannot_be_is_refused(on, code):
    order = an_order()
    before = everything()
    with pytest.raises(Refused) as refused:
        approve(order, on)
    assert codes(refused) == {code}
    assert everything() == before


# --- Reviews ------------------------------------------------------------------------------------------------

LATER = day("1 April 2026")


def review(order, held, **more):
    given = {"held_on": day(held), "today": LATER, **more}
    return operations.hold_review(actor=worker_of(order.case), order=order, **given)


def met(order):
    return [(row.due_on, row.met_on) for row in operations.reviews_of(order)]


def test_a_review_meets_the_due_date_it_was_held_for():
    order = an_order(supervision(9), unpaid_work(60))
    chair = a_manager()
    held = review(
        order,
        "1 December 2025",
        for_due_on=day("2 December 2025"),
        chaired_by=chair,
        persons_views="It helps",
        decisions="Carry on",
    )
    assert (held.chaired_by, held.persons_views, held.decisions) == (chair, "It helps", "Carry on")
    assert met(order) == [
        (day("2 September 2025"), None),
        (day("2 December 2025"), day("1 December 2025")),
    ]


def test_an_extra_review_meets_nothing():
    order = an_order(supervision(9))
    review(order, "4 August 2025", extra=True)
    assert met(order) == [(day("2 September 2025"), None), (day("2 December 2025"), None)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"for_due_on": date(2025, 9, 3)}, "not_a_due_date", id="no such due date"),
        pytest.param({"held_on": date(2025, 6, 1)}, "held_before_imposition", id="before imposition"),
        pytest.param({"held_on": date(2026, 4, 2)}, "held_in_the_future", id="tomorrow"),
        pytest.param({"held_on": date(2025, 9, 2), "extra": True}, "extra_on_a_due_date", id="not extra"),
    ],
)
def test_a_review_that_cannot_be_is_refused(more, code):
    order = an_order(supervision(9))
    before = everything()
    with pytest.raises(Refused) as refused:
        review(order, "1 September 2025", **more)
    assert codes(refused) == {code}
    assert everything() == before


def test_two_reviews_are_not_held_for_one_due_date():
    order = an_order(supervision(9))
    review(order, "1 September 2025", for_due_on=day("2 September 2025"))
    with pytest.raises(Refused) as refused:
        review(order, "2 September 2025", for_due_on=day("2 September 2025"))
    assert codes(refused) == {"already_held"}


def test_an_order_without_supervision_has_no_reviews():
    with pytest.raises(Refused) as refused:
        review(an_order(unpaid_work(60)), "1 September 2025")
    assert codes(refused) == {"no_supervision"}


# --- Once, and by whom --------------------------------------------------------------------------------------


def test_the_same_review_sent_twice_is_held_once():
    order, key = an_order(supervision(9)), uuid.uuid4()
    send = {"for_due_on": day("2 September 2025"), "key": key}
    review(order, "1 September 2025", **send)
    with pytest.raises(Repeated):
        review(order, "1 September 2025", **send)
    assert order.reviews.count() == 1


WRONG_ROLE = {
    "request_report": Role.UNPAID_WORK_SUPERVISOR,
    "submit_report": Role.UNPAID_WORK_SUPERVISOR,
    "withdraw_report": Role.SENIOR_MANAGER,
    "set_court_time": Role.CASEWORKER,
    "complete_assessment": Role.BUSINESS_SUPPORT,
    "approve_plan": Role.CASEWORKER,
    "hold_review": Role.BUSINESS_SUPPORT,
}


@pytest.mark.parametrize("name", WRONG_ROLE)
def test_a_role_that_may_not_is_refused_and_changes_nothing(name):
    order = an_order()
    report = a_report(order.case)
    on = day("1 July 2025")
    calls = {
        "request_report": {
            "case": order.case,
            "court_type": "high",
            "requested_on": on,
            "hearing_on": on,
            "today": TODAY,
        },
        "submit_report": {
            "report": report,
            "submitted_on": on,
            "submitted_at": time(9),
            "accountable": None,
            "today": TODAY,
            "expected_version": 1,
        },
        "withdraw_report": {
            "report": report,
            "on": on,
            "reason": "Gone",
            "today": TODAY,
            "expected_version": 1,
        },
        "set_court_time": {
            "court_type": "high",
            "in_force_from": on,
            "working_days_before": 1,
            "by": time(9),
        },
        "complete_assessment": {
            "order": order,
            "tool": "ls_cmi",
            "completed_on": on,
            "total": 3,
            "today": TODAY,
        },
        "approve_plan": {"order": order, "approved_on": on, "today": TODAY},
        "hold_review": {"order": order, "held_on": on, "today": TODAY},
    }
    before = everything()
    with pytest.raises(PermissionDenied):
        getattr(operations, name)(actor=staff(WRONG_ROLE[name]), **calls[name])
    assert everything() == before
