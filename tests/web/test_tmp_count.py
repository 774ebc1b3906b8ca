from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.web.conftest import grow
def test_count(world):
    c = world.client("administrator")
    for name in ("system","settings"):
        for _ in range(2):
            with CaptureQueriesContext(connection) as q:
                a = c.get(reverse(name))
        print(name, a.status_code, len(q))
    grow(world, 2)
    with CaptureQueriesContext(connection) as q:
        a = c.get(reverse("system"))
    print("system grown", len(q))
    for x in q: print(x["sql"][:90])
    assert 0
