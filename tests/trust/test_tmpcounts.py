import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.test_pages import *
from tests.web.test_pages import addresses as addr

pytestmark = pytest.mark.django_db


def test_counts(world):
    clients = {role: world.client(role) for role in ROLES}
    want = {
        "openings",
        "openings_csv",
        "openings_xlsx",
        "close_opening",
        "review_opening",
        "permit_access",
        "end_permission",
        "case_record",
        "limit_record",
        "case",
        "end_alert",
        "choose_tool",
        "notices",
    }
    for n in range(2):
        for name, address in addr(world):
            if name not in want:
                continue
            for role, client in clients.items():
                client.get(address)
                with CaptureQueriesContext(connection) as q:
                    a = client.get(address)
                    b = b"".join(a.streaming_content) if a.streaming else a.content
                if a.status_code == 200:
                    print("COUNT", n, name, role, len(q))
                    break
        if n == 0:
            grow(world, 3)
