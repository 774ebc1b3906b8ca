"""The overview of a case: what is due, the one thing that would meet it, and what is done most."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import resolve, reverse
from django.utils import timezone

from cases.models import Role, Timescale
from cases.views.board import WAYS, action, lines
from justice.domain.standards import load_standards
from orders import operations
from tests.builders import (
    a_case,
    a_caseworker,
    a_manager,
    an_order,
    day,
    staff,
    supervision,
    unpaid_work,
    work,
    worker_of,
)
from tests.web.conftest import World, a_world

pytestmark = pytest.mark.django_db


def test_every_clause_of_the_standards_has_one_thing_that_meets_it():
    clauses = {clause.key for edition in load_standards().editions for clause in edition.clauses}
    assert set(WAYS) == clauses


@pytest.fixture
def world() -> World:
    return a_world()


def test_each_timescale_still_to_do_leads_to_a_form_that_opens(world):
    client, user = world.client(Role.FIRST_LINE_MANAGER), world.users[Role.FIRST_LINE_MANAGER]
    rows = Timescale.objects.filter(case=world.keys["case"])
    found = [line for line in lines(rows, user.council, timezone.localdate(), user) if line.to_do]
    assert found
    for line in found:
        assert line.action, line.label
        words, address = line.action.words, line.action.href
        answer = client.get(address)
        assert answer.status_code == 200, (words, address)


@pytest.mark.parametrize(
    ("clause", "subject", "address"),
    [
        ("cpo.first_contact", "order:12", "/orders/12/contacts/new/?kind=first_contact"),
        ("cpo.induction", "order:12", "/orders/12/contacts/new/?kind=induction"),
        ("cpo.placement", "order:12/requirement:5", "/orders/12/attendances/new/"),
        ("cpo.unpaid_work", "order:12/requirement:5", "/orders/12/attendances/new/"),
        ("cpo.lscmi", "order:12", "/orders/12/assessments/new/"),
        ("cpo.plan", "order:12", "/orders/12/plans/new/"),
        ("cpo.review", "order:12", "/orders/12/reviews/new/?for_due_on=2025-09-02"),
        ("cpo.responsible_officer", "order:12", "/orders/12/officer/"),
        ("breach.lodged", "order:12/breach:3", "/orders/12/breaches/3/lodge/"),
        ("report.submitted", "report:7", "/reports/7/submit/"),
        ("report.on_time", "report:7", "/reports/7/submit/"),
        ("release.interview", "release:9", "/releases/9/interview/"),
    ],
)
def test_where_the_one_thing_is_done(clause, subject, address):
    row = Timescale(clause=clause, subject=subject, due_on=date(2025, 9, 2))
    link = WAYS[clause].link(row, a_manager())
    assert link
    assert link.href == address
    assert resolve(address.split("?")[0])


def test_who_may_not_approve_a_plan_is_led_to_drafting_it():
    row = Timescale(clause="cpo.plan", subject="order:12", due_on=date(2025, 9, 2))
    asked = {user.role: action(row, user) for user in (a_manager(), a_caseworker())}
    assert asked[Role.FIRST_LINE_MANAGER].href == "/orders/12/plans/new/"
    assert asked[Role.CASEWORKER].href == "/orders/12/plans/draft/"
    assert action(row, staff(Role.PERFORMANCE_OFFICER)) is None


@pytest.mark.parametrize("clause", WAYS)
def test_who_may_not_do_it_is_offered_nothing(clause):
    row = Timescale(clause=clause, subject="order:1/breach:1", due_on=date(2025, 9, 2))
    assert WAYS[clause].link(row, staff(Role.PERFORMANCE_OFFICER)) is None


def test_what_the_address_suggests_is_chosen_beforehand_and_nothing_else_is_taken_from_it(client):
    order = an_order()
    client.force_login(worker_of(order.case))
    page = reverse("record_contact", args=[order.pk])
    chosen = client.get(page, {"kind": "induction", "note": "Canary"}).content.decode()
    assert 'value="induction" ' in chosen
    before = chosen.index('value="induction"')
    assert "checked" in chosen[before : before + 200]
    assert "Canary" not in chosen
    assert "checked" not in client.get(page, {"kind": "nonsense"}).content.decode()


def overview(client, case, user):
    client.force_login(user)
    return client.get(reverse("case", args=[case.pk])).content.decode()


def test_what_is_done_most_comes_first_and_the_rest_is_folded(client):
    order = an_order()
    body = overview(client, order.case, worker_of(order.case))
    top = body[body.index("Actions on this case") : body.index("</nav>", body.index("Actions on this case"))]
    assert top.index("Record a contact") < top.index("Record a session") < top.index("More actions")
    assert top.index("More actions") < top.index("Record an order")


def test_with_several_orders_each_action_names_its_order(client):
    case = a_case()
    first = an_order(case=case)
    second = an_order(supervision(12), case=case, imposed="1 July 2025")
    body = overview(client, case, worker_of(case))
    assert f"Record a contact: {first.reference}" in body
    assert f"Record a contact: {second.reference}" in body
    assert f"Record a session: {second.reference}" not in body  # it has no unpaid work


def test_hours_are_shown_done_left_and_by_when(client):
    order = an_order(unpaid_work(100))
    work(order, "12 June 2025", 7.5)
    body = overview(client, order.case, worker_of(order.case))
    assert "7 hours 30 minutes done, 92 hours 30 minutes left" in body
    assert "1 Sep 2025" in body
    assert 'max="6000" value="450"' in body


def test_what_is_due_says_why_and_offers_the_form(client):
    order = an_order()
    body = overview(client, order.case, worker_of(order.case))
    assert "1 working day after Monday 2 June 2025" in body
    assert f"/orders/{order.pk}/contacts/new/?kind=first_contact" in body


def test_a_closed_case_offers_nothing_to_change(client):
    case, manager = a_case(), a_manager()
    case.closed_on = timezone.localdate()
    case.save()
    body = overview(client, case, manager)
    assert "This case is closed" in body
    assert "Actions on this case" not in body
    client.force_login(manager)
    for name in ("people_around", "case_record"):
        body = client.get(reverse(name, args=[case.pk])).content.decode()
        assert reverse("add_contact_point", args=[case.pk]) not in body
        assert reverse("change_address", args=[case.pk]) not in body


def test_the_latest_five_contacts_are_shown_and_lead_on_to_everything(client):
    order = an_order()
    for number in range(6):
        operations.record_contact(
            actor=worker_of(order.case), order=order, kind="telephone", attended=True, note=f"Call {number}.",
            on=day("3 June 2025") + timedelta(days=number), today=day("1 August 2025"),
        )  # fmt: skip
    body = overview(client, order.case, worker_of(order.case))
    assert "Call 5." in body
    assert "Call 0." not in body
    assert reverse("chronology", args=[order.case_id]) in body


@pytest.mark.parametrize("role", [Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT])
def test_only_who_may_know_of_victims_is_shown_the_way_there(client, role):
    case = a_case()
    assert "Victims" not in overview(client, case, staff(role))
    assert "Victims" in overview(client, case, worker_of(case))
