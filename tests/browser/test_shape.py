"""Shortcuts, paper, colours of the machine, and the page of the API: what a browser does with what the server gave."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cases.models import Role
from orders.models import Contact
from tests.browser.conftest import NARROW, WIDE
from tests.web.conftest import World

pytestmark = pytest.mark.browser

HIDDEN_ON_PAPER = (
    ".app-header",
    ".app-navigation",
    ".app-filter",
    ".app-list-bar__files",
    ".app-footer",
    ".app-actions",
)


def press_shortcut(page: Page, key: str) -> None:
    """Alt and a letter, as a keyboard sends it: Playwright's own press leaves out the letter that Alt goes with."""
    session = page.context.new_cdp_session(page)
    session.send(
        "Input.dispatchKeyEvent",
        {"type": "char", "modifiers": 1, "key": key, "text": key, "unmodifiedText": key},
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_shortcuts_need_no_script(scripts: bool, world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.CASEWORKER], java_script_enabled=scripts)
    page.goto(f"/orders/{world.keys['order']}/")
    for key, address in (("c", "/contacts/new/"), ("o", "/overdue/"), ("0", "/help/")):
        press_shortcut(page, key)
        page.wait_for_url(f"**{address}")
    page.goto(f"/orders/{world.keys['order']}/contacts/new/")
    press_shortcut(page, "v")
    expect(page.locator(".govuk-error-summary")).to_be_visible()


def test_the_first_key_leads_past_the_navigation(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.CASEWORKER])
    page.goto("/overdue/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_paper_has_the_record_and_nothing_to_press(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.FIRST_LINE_MANAGER])
    page.emulate_media(media="print")
    for address in (
        "/overdue/",
        f"/cases/{world.keys['case']}/",
        f"/orders/{world.keys['order']}/",
        "/performance/",
    ):
        page.goto(address)
        shown = [name for name in HIDDEN_ON_PAPER if page.locator(name).locator("visible=true").count()]
        assert not shown, address
        assert page.locator("details:not([open])").locator("visible=true").count() == 0
        expect(page.locator(".app-printed")).to_contain_text("Official-Sensitive. Printed by")
        expect(page.locator("h1")).to_be_visible()
        assert page.pdf(format="A4")[:4] == b"%PDF"


def test_a_machine_set_to_dark_shows_dark_text_on_light(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.CASEWORKER], color_scheme="dark")
    page.goto("/overdue/")
    colours = page.evaluate(
        """() => ["colorScheme", "color"].map((name) => getComputedStyle(document.documentElement)[name])"""
    )
    assert colours[0] == "light only"
    box = page.locator("select").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert box == "rgb(255, 255, 255)"


def test_states_keep_their_words_and_edges_in_the_colours_of_the_machine(
    world: World, sign_in: Callable[..., Page]
):
    page = sign_in(world.users[Role.CASEWORKER], forced_colors="active")
    page.goto("/overdue/")
    tag = page.locator(".app-tag").first
    assert tag.inner_text().strip()
    outline, edge = tag.evaluate("one => [getComputedStyle(one).outlineColor, getComputedStyle(one).color]")
    assert outline == edge


def test_the_heads_of_a_long_list_stay_in_sight(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.FIRST_LINE_MANAGER])
    page.set_viewport_size({**WIDE, "height": 400})
    page.goto("/overdue/")
    page.locator("tbody tr").last.scroll_into_view_if_needed()
    assert page.locator("thead th").first.bounding_box()["y"] >= 0
    page.set_viewport_size(NARROW)
    box = page.locator(".app-scroll").first
    box.evaluate("one => one.scrollTo(400, 0)")
    assert page.locator("tbody th").first.bounding_box()["x"] >= 0


def test_a_call_of_the_api_can_be_tried_from_its_page(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.CASEWORKER])
    page.goto("/api/v1/")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Answer: 200 OK")
    assert json.loads(page.get_by_role("region", name="Answer").inner_text())["count"] >= 2

    before = Contact.objects.count()
    page.locator("#record-contact summary").click()
    page.get_by_role("button", name="Put into the form: Record a contact").click()
    body = json.loads(page.get_by_role("textbox", name="Body").input_value())
    page.get_by_role("textbox", name="Address").fill(f"/api/v1/orders/{world.keys['order']}/contacts/")
    page.get_by_role("textbox", name="Body").fill(
        json.dumps({**body, "kind": "telephone", "on": "1 1 2020", "attended": True})
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Answer: 400 Bad Request")  # before the order
    on = Contact.objects.filter(order=world.keys["order"]).latest("on").on
    page.get_by_role("textbox", name="Body").fill(
        json.dumps({**body, "kind": "telephone", "on": str(on), "attended": True})
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Answer: 201 Created")
    assert Contact.objects.count() == before + 1


def test_without_scripts_the_page_of_the_api_can_be_read(world: World, sign_in: Callable[..., Page]):
    page = sign_in(world.users[Role.CASEWORKER], java_script_enabled=False)
    page.goto("/api/v1/")
    assert "Sending from this page needs scripts" in page.locator("noscript").inner_text()
    page.locator("#cases-list summary").click()
    page.get_by_role("link", name="Open /api/v1/cases/").click()
    assert '"count"' in page.content()
