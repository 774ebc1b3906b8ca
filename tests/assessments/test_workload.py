"""What staff hold, read from the records: each piece once, with who holds it, whatever else is recorded."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assessments import operations as assessment_operations
from assessments.domain import workload as domain
from assessments.workload import holding, loads, pieces, points_by_case
from cases import operations as case_operations
from cases.models import Allocation, Availability, Case
from orders import operations
from tests.builders import a_case, a_caseworker, a_manager, an_order, supervision, unpaid_work

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LONG_AGO = TODAY - timedelta(days=200)


def kinds(worker):
    return dict(loads([worker], TODAY)[0].by_kind)


def assess(order, total, days_ago=10, **more):
    return assessment_operations.complete_assessment(
        actor=order.case.allocations.get(subject="", to_on=None).worker,
        order=order,
        tool="ls_cmi",
        completed_on=TODAY - timedelta(days=days_ago),
        total=total,
        today=TODAY,
        late_reason="",
        **more,
    )


def test_a_case_with_nothing_in_it_counts_a_little():
    worker = a_caseworker()
    a_case(worker=worker)
    assert kinds(worker) == {"case": 1}


def test_an_order_counts_by_the_latest_level_and_an_override_goes_before_it():
    worker = a_caseworker()
    order = an_order(months=24, imposed=LONG_AGO, case=a_case(worker=worker), today=TODAY)
    assert kinds(worker) == {"order.not_assessed": 1}
    assess(order, 25, days_ago=20)
    assert kinds(worker) == {"order.high": 1}
    assess(order, 12, days_ago=10)
    assert kinds(worker) == {"order.medium": 1}
    assess(
        order,
        12,
        days_ago=5,
        override_level="very_high",
        override_kind="client_based",
        override_reason="Pattern of harm",
    )
    assert kinds(worker) == {"order.very_high": 1}


def test_unpaid_work_alone_further_orders_and_the_first_months_have_weights_of_their_own():
    worker = a_caseworker()
    case = a_case(worker=worker)
    an_order(unpaid_work(), imposed=LONG_AGO, case=case, today=TODAY)
    assert kinds(worker) == {"order.without_supervision": 1}
    an_order(supervision(12), imposed=TODAY - timedelta(days=5), case=case, today=TODAY)
    assert kinds(worker) == {"order.not_assessed": 1, "order.early": 1, "order.further": 1}


def test_breaches_reports_and_releases_count_while_they_are_live():
    worker = a_caseworker()
    order = an_order(unpaid_work(), imposed=LONG_AGO, case=a_case(worker=worker), today=TODAY)
    by = {"actor": worker, "today": TODAY}
    breach = operations.decide_breach(
        order=order, on=TODAY, reason="Did not attend", skipped_because="Warned before", **by
    )
    report = assessment_operations.request_report(
        case=order.case, court_type="sheriff_summary", court="", requested_on=TODAY, hearing_on=TODAY, **by
    )
    operations.record_release(case=order.case, licence="parole", released_on=TODAY, **by)
    assert kinds(worker) == {"order.without_supervision": 1, "breach": 1, "report": 1, "release": 1}
    assert "report" not in [
        piece.kind for piece in pieces(holding([worker]), TODAY + timedelta(days=1))
    ]  # the hearing is past
    assessment_operations.withdraw_report(
        report=report, on=TODAY, reason="Pleaded not guilty", expected_version=None, **by
    )
    breach.outcome = "no_action"
    breach.save()
    assert kinds(worker) == {"order.without_supervision": 1, "release": 1}


def test_an_ended_order_and_a_closed_case_count_nothing():
    worker = a_caseworker()
    order = an_order(supervision(12), imposed=LONG_AGO, case=a_case(worker=worker), today=TODAY)
    operations.end_order(
        actor=worker, order=order, on=TODAY, reason="revoked_review", today=TODAY, expected_version=None
    )
    assert kinds(worker) == {"case": 1}
    case_operations.close_case(
        actor=a_manager(), case=order.case, on=TODAY, reason="Done", expected_version=None
    )
    assert kinds(worker) == {}


def test_an_order_counts_for_its_responsible_officer_and_the_rest_for_who_holds_the_case():
    holder, officer = a_caseworker(), a_caseworker()
    case = a_case(worker=holder)
    order = an_order(
        supervision(12), imposed=LONG_AGO, case=case, today=TODAY, officer=officer, received=LONG_AGO
    )
    operations.record_release(actor=holder, case=case, licence="parole", released_on=TODAY, today=TODAY)
    assert kinds(holder) == {"release": 1}
    assert kinds(officer) == {"order.not_assessed": 1}
    both = loads([holder, officer], TODAY)
    assert [(load.user, len(load.cases), load.orders) for load in both] == [(holder, 1, 0), (officer, 1, 1)]
    assert points_by_case(pieces(holding([officer]), TODAY), officer) == {
        case.pk: domain.edition_on(TODAY).points("order.not_assessed")
    }
    assert order.case == case


def test_points_before_and_after_a_change_of_hands_are_the_same_points():
    ann, ben = a_caseworker(), a_caseworker()
    orders = [
        an_order(supervision(12), unpaid_work(), imposed=LONG_AGO, case=a_case(worker=ann), today=TODAY)
        for _ in range(3)
    ]
    before = {load.user: load.points for load in loads([ann, ben], TODAY)}
    moved = points_by_case(pieces(holding([ann]), TODAY), ann)[orders[0].case_id]
    case_operations.assign_case(
        actor=a_manager(), case=orders[0].case, team=ben.team, worker=ben, on=TODAY, expected_version=None
    )
    after = {load.user: load.points for load in loads([ann, ben], TODAY)}
    assert after == {ann: before[ann] - moved, ben: before[ben] + moved}
    assert [load.taken_lately for load in loads([ann, ben], TODAY)] == [0, 1]


def test_hours_in_force_today_make_the_capacity():
    worker = a_caseworker()
    for row in (
        {"weekly_hours": Decimal("17.5"), "reason": "part_time", "from_on": TODAY},
        {"reduction_percent": 50, "reason": "leave", "from_on": TODAY - timedelta(days=9), "to_on": TODAY},
        {"reduction_percent": 90, "reason": "leave", "from_on": TODAY + timedelta(days=1)},
    ):
        Availability.objects.create(user=worker, **row)
    load = loads([worker], TODAY)[0]
    assert load.capacity == Decimal("52.5")
    assert len(load.availability) == 2


def test_a_whole_team_is_read_in_ten_queries(django_assert_num_queries):
    workers = [a_caseworker() for _ in range(4)]
    for worker in workers:
        an_order(supervision(12), imposed=LONG_AGO, case=a_case(worker=worker), today=TODAY)
    with django_assert_num_queries(10):
        found = loads(workers, TODAY)
    assert [load.points for load in found] == [9, 9, 9, 9]
    assert Allocation.objects.filter(worker__in=workers).count() == 4
    assert Case.objects.count() == 4
