"""The walk of one order: recorded on 2 June 2025, seen, worked, planned, reviewed, on the dates of the standards."""

from __future__ import annotations

import pytest

from assessments import operations as assessing
from cases.models import Entry, Explanation, Timescale
from justice.domain.errors import Refused
from orders import operations
from orders.domain.cpo import RequirementKind
from tests.builders import a_case, a_caseworker, a_manager, an_order, day, supervision, unpaid_work, work

pytestmark = pytest.mark.django_db

DUE = {
    ("cpo.first_contact", 1): "3 June 2025",
    ("cpo.induction", 1): "9 June 2025",
    ("cpo.placement", 1): "11 June 2025",
    ("cpo.lscmi", 1): "30 June 2025",
    ("cpo.plan", 1): "30 June 2025",
    ("cpo.review", 1): "2 September 2025",
    ("cpo.review", 2): "2 December 2025",
    ("cpo.review", 3): "2 June 2026",
    ("cpo.unpaid_work", 1): "1 December 2025",
}


@pytest.fixture
def ann():
    return a_caseworker(name="Ann Example")


@pytest.fixture
def order(ann):
    """120 hours of unpaid work and 18 months' supervision, imposed on Monday 2 June 2025."""
    return an_order(unpaid_work(120), supervision(18), case=a_case(worker=ann), imposed="2 June 2025")


def row(order, clause, occurrence=1):
    return Timescale.objects.about(order.subject).get(clause=clause, occurrence=occurrence)


def test_every_timescale_of_the_order_is_due_on_its_day(order, ann):
    rows = Timescale.objects.visible_to(ann).about(order.subject)
    assert {(one.clause, one.occurrence): one.due_on for one in rows} == {
        key: day(said) for key, said in DUE.items()
    }
    entry = Entry.objects.get(operation="impose_order")
    assert entry.subject == order.subject
    assert len(entry.changes) == len(DUE)


def test_unpaid_work_is_level_2_and_supervision_ends_with_its_18_months(order):
    kinds = {one.kind: one for one in order.requirements.all()}
    assert kinds[RequirementKind.UNPAID_WORK].level == 2
    assert kinds[RequirementKind.SUPERVISION].months == 18


def test_nobody_seen_by_4_june_is_one_overdue_row_until_a_contact_of_3_june_is_recorded(order, ann):
    overdue = Timescale.objects.visible_to(ann).held_by(ann).overdue(on=day("4 June 2025"))
    assert [one.clause for one in overdue] == ["cpo.first_contact"]
    operations.record_contact(
        actor=ann,
        order=order,
        kind="first_contact",
        on=day("3 June 2025"),
        attended=True,
        today=day("4 June 2025"),
        late_reason=None,
    )
    assert not overdue.all().exists()
    assert row(order, "cpo.first_contact").on_time is True


def test_a_contact_of_5_june_is_late_and_the_national_reason_is_asked_for(order, ann):
    contact = {
        "actor": ann,
        "order": order,
        "kind": "first_contact",
        "on": day("5 June 2025"),
        "attended": True,
        "today": day("5 June 2025"),
    }
    with pytest.raises(Refused) as refused:
        operations.record_contact(**contact, late_reason=None)
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("late_reason", "late_reason_missing")
    ]
    assert "was due by 3 June 2025. Select why it was late" in refused.value.problems[0].message
    assert not order.contacts.exists()

    operations.record_contact(**contact, late_reason="did_not_turn_up")
    late = row(order, "cpo.first_contact")
    assert (late.met_on, late.on_time, late.late_reason) == (day("5 June 2025"), False, "did_not_turn_up")
    assert Explanation.objects.get().recorded_by == ann


def test_a_start_on_12_june_is_one_working_day_late(order, ann):
    work(order, "12 June 2025", 7)
    started = row(order, "cpo.placement")
    assert (started.due_on, started.met_on, started.on_time) == (
        day("11 June 2025"),
        day("12 June 2025"),
        False,
    )


def test_plan_assessment_and_reviews_meet_their_timescales(order, ann):
    assessing.complete_assessment(
        actor=ann,
        order=order,
        tool="ls_cmi",
        completed_on=day("20 June 2025"),
        total=15,
        today=day("20 June 2025"),
    )
    assessing.approve_plan(
        actor=a_manager(), order=order, approved_on=day("30 June 2025"), today=day("30 June 2025")
    )
    assessing.hold_review(
        actor=ann,
        order=order,
        held_on=day("1 September 2025"),
        for_due_on=day("2 September 2025"),
        today=day("1 September 2025"),
    )
    for clause in ("cpo.lscmi", "cpo.plan", "cpo.review"):
        assert row(order, clause).on_time is True, clause
    assert row(order, "cpo.review", 2).met_on is None


def test_the_last_of_120_hours_completes_the_unpaid_work(order, ann):
    for number in range(15):
        work(order, day(f"{10 + number} June 2025"), 8, late_reason="")
    done = row(order, "cpo.unpaid_work")
    assert (done.met_on, done.on_time) == (day("24 June 2025"), True)
