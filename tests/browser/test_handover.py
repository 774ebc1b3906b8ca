"""A caseload is handed over and given back in a browser without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from cases.models import Allocation, Role
from tests.browser.conftest import found_by_axe, heading, press, rows_of
from tests.web.conftest import World

pytestmark = pytest.mark.browser


def test_a_manager_hands_a_caseload_over_and_undoes_it_without_scripts(
    world: World, sign_in: Callable[..., Page]
):
    """Given a caseworker with two cases, when the manager checks the proposal, hands over and undoes it,
    then nothing stays behind, and afterwards everything is as it was."""
    worker, manager = world.users[Role.CASEWORKER], world.users[Role.FIRST_LINE_MANAGER]
    before = list(Allocation.objects.order_by("pk").values())
    page = sign_in(manager, java_script_enabled=False)
    page.goto("/workload/")
    page.get_by_role("link", name=f"Hand over the caseload of {worker.name}").click()
    page.get_by_label("Why the caseload is handed over").fill("Leaves on Friday")
    press(page, "Check before and after")
    assert "Check the handover" in heading(page)
    assert rows_of(page, "Before and after")
    assert len(rows_of(page, "Who takes which case")) == 2
    press(page, "Hand over")
    assert page.get_by_text("2 cases handed over. Nothing is left behind").first.is_visible()
    assert not Allocation.objects.filter(worker=worker, to_on=None).exists()
    page.get_by_role("button", name="Undo the handover").or_(
        page.get_by_role("link", name="Undo the handover")
    ).click()
    press(page, "Undo the handover")
    assert page.get_by_text("The handover was undone").first.is_visible()
    assert list(Allocation.objects.order_by("pk").values()) == before


def test_the_check_before_a_handover_has_no_fault(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.FIRST_LINE_MANAGER])
    page.goto(f"/handover/{world.keys['worker']}/")
    page.get_by_label("Why the caseload is handed over").fill("Leaves on Friday")
    press(page, "Check before and after")
    assert not found_by_axe(page)
