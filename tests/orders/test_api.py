"""The same changes by program: the pages' own fields as JSON, a key of the caller's, and the version it read."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from orders.models import Order
from tests.builders import a_case, a_manager, an_order, worker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return an_order()


def send(client, address, body, **headers):
    return client.post(address, body, content_type="application/json", headers=headers)


def test_a_contact_is_recorded_once_however_often_it_is_sent(client, order):
    client.force_login(worker_of(order.case))
    address, key = f"/api/v1/orders/{order.pk}/contacts/", str(uuid.uuid4())
    body = {"kind": "telephone", "on": "2025-06-03", "attended": "yes"}
    assert send(client, address, body, **{"Idempotency-Key": key}).status_code == 201
    again = send(client, address, body, **{"Idempotency-Key": key})
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert order.contacts.count() == 1


def test_an_order_is_imposed_with_its_requirements(client):
    case = a_case()
    client.force_login(worker_of(case))
    body = {
        "basis": "instead_of_prison",
        "court_type": "sheriff_summary",
        "imposed_on": "2025-06-02",
        "requirements": ["unpaid_work", "supervision"],
        "unpaid_work_hours": 120,
        "supervision_months": 18,
    }
    response = send(client, f"/api/v1/cases/{case.pk}/orders/", body)
    assert response.status_code == 201, response.json()
    assert response.json() == {"made": f"order:{Order.objects.get().pk}", "version": 1}
    refused = send(client, f"/api/v1/cases/{case.pk}/orders/", {**body, "unpaid_work_hours": 400})
    assert refused.status_code == 400
    assert "Enter 300 hours of unpaid work or fewer" in str(refused.json())


def test_an_order_is_corrected_and_its_officer_named_by_program(client, order):
    manager = a_manager()
    client.force_login(manager)
    body = {
        "basis": "instead_of_prison",
        "court_type": "sheriff_summary",
        "imposed_on": "2025-06-02",
        "reference": "NL-1042",
        "requirements": ["supervision", "restricted_movement"],
        "supervision_months": 18,
        "restricted_movement_months": 3,
        "restricted_movement_stay_away": True,
        "reason": "The clerk says so",
    }
    response = send(client, f"/api/v1/orders/{order.pk}/correct/", body, **{"If-Match": "1"})
    assert (response.status_code, response.json()) == (201, {"made": f"order:{order.pk}", "version": 2})
    read = client.get(f"/api/v1/orders/{order.pk}/").json()
    assert [(one["kind"], one["stay_away"]) for one in read["requirements"]] == [
        ("supervision", False),
        ("restricted_movement", True),
    ]
    version = str(order.case.version)
    body = {"worker": manager.pk, "on": "2025-06-03"}
    address = f"/api/v1/orders/{order.pk}/officer/"
    assert send(client, address, body, **{"If-Match": version}).status_code == 201
    assert order.case.allocations.get(subject=order.subject).worker == manager


def test_ending_an_order_needs_the_version_that_was_read(client, order):
    client.force_login(a_manager())
    address = f"/api/v1{reverse('end_order', args=[order.pk])}"
    body = {"on": "2025-07-01", "reason": "completed"}
    assert send(client, address, body).status_code == 428
    assert send(client, address, body, **{"If-Match": "7"}).status_code == 412
    assert send(client, address, body, **{"If-Match": "1"}).status_code == 201
    assert Order.objects.get().end_reason == "completed"
