"""Each page is logged as its declaration says: a record by its case, a list by its keys, everything else not at all."""

# ruff: noqa: F811  (a fixture's name is a parameter's)
from __future__ import annotations

import pytest

from cases.models import Consultation, Role
from cases.permissions import ALLOWED
from justice import registry
from tests.figures import Figure
from tests.web.conftest import World
from tests.web.test_pages import addresses

ROLES = (
    Role.FIRST_LINE_MANAGER,
    Role.CASEWORKER,
    Role.SENIOR_MANAGER,
    Role.PERFORMANCE_OFFICER,
    Role.ADMINISTRATOR,
)


@pytest.mark.night
@pytest.mark.figure("Pages that log a look otherwise than the registry declares")
def test_a_look_is_logged_as_declared(world: World, figure: Figure):
    declared = registry.load_addresses()
    clients = {role: world.client(role) for role in ROLES}
    for name, address in addresses(world):
        short = registry.declared_as(name.split(" ")[0])
        if short in ALLOWED:
            continue
        for client in clients.values():
            before = Consultation.objects.count()
            answer = client.get(address)
            if answer.streaming:
                b"".join(answer.streaming_content)
            if answer.status_code != 200:
                continue
            made = Consultation.objects.order_by("-pk")[: Consultation.objects.count() - before]
            kinds = {"record" if row.case_id else "list" for row in made}
            # A list in which somebody finds nobody logs nobody.
            may = {"record": [{"record"}], "list": [{"list"}, set()]}.get(declared[short], [set()])
            figure.add(kinds in may, f"{name} is declared {declared[short]} and logged {kinds or 'nothing'}")
            break
