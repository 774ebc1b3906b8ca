"""A plan written on one page in a real browser, with scripts and without, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments import operations
from assessments.models import Plan
from tests.browser.conftest import NARROW, WIDE, found_by_axe, too_wide
from tests.builders import a_case, an_order, supervision, worker_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_plan_is_written_goal_by_goal_and_nothing_typed_is_lost(
    records: None, sign_in: Callable[..., Page], scripts: bool
) -> None:
    today = timezone.localdate()
    imposed = today - timedelta(days=10)
    order = an_order(supervision(12), case=a_case(opened=imposed), imposed=imposed)
    worker = worker_of(order.case)
    page = sign_in(worker, java_script_enabled=scripts, viewport=WIDE if scripts else NARROW)
    page.goto(f"/orders/{order.pk}/plans/draft/")
    page.get_by_role("button", name="Begin the draft").click()
    first = page.get_by_role("group", name="Goal 1")
    first.get_by_label("What it is about").select_option("Alcohol and drugs")
    first.get_by_label("The goal in the person’s words").fill("I want to drink less")
    first.get_by_label("Step 1: what is done").fill("Ring the service")
    first.get_by_label("Who does it").select_option("The caseworker")
    first.get_by_role("button", name="Add another step").click()
    expect(first.get_by_label("Step 2: what is done")).to_be_visible()
    expect(first.get_by_label("Step 1: what is done")).to_have_value("Ring the service")
    page.get_by_role("button", name="Add another goal").click()
    second = page.get_by_role("group", name="Goal 2")
    second.get_by_label("What it is about").select_option("Something else")
    words = second.get_by_label("How we will know it is reached")
    second.get_by_label("The goal in the person’s words").fill("A home of my own")
    if scripts:
        assert not found_by_axe(page)
    assert not too_wide(page)
    assert not Plan.objects.get(order=order).goals.exists()
    # Enter saves: it does not add a step or take a goal away.
    words.press("Enter")
    expect(page.get_by_text("The draft was saved")).to_be_visible()
    plan = Plan.objects.get(order=order)
    assert [goal.words for goal in plan.goals.all()] == ["I want to drink less", "A home of my own"]
    assert [goal.steps.count() for goal in plan.goals.all()] == [1, 0]
    assert operations.proposed_of(plan).stages
