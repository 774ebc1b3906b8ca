"""Every page of every role in a real browser: axe finds nothing, nothing scrolls sideways on a phone, no bare colour.

The pages are those of tests/web/walk.py, laid before the browser as the server gave them, with their own
Content-Security-Policy; styles and scripts come from the running site.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import (
    NARROW,
    WIDE,
    bare_statuses,
    cut_off,
    found_by_axe,
    space_out,
    too_wide,
)
from tests.figures import at_night
from tests.web.conftest import World
from tests.web.walk import ROLES, STRANGER, Seen, distinct, walk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(world: World) -> list[Seen]:
    """Every page in every role that sees it differently at night; at every change each page in the first such role."""
    everything = distinct(walk(world))
    if at_night():
        return everything
    first: dict[str, str] = {}
    return [page for page in everything if first.setdefault(page.name, page.who) == page.who]


@pytest.fixture
def show(window: Callable[..., BrowserContext], live_site: LiveServer) -> Callable[[Seen], Page]:
    """Lays a page before the browser."""
    page = window().new_page()
    laid: list[Seen] = []

    def give(route: Route) -> None:
        seen = laid[-1]
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if seen.policy:
            headers["Content-Security-Policy"] = seen.policy
        route.fulfill(status=200, headers=headers, body=seen.html)

    page.route(f"{live_site.url}/laid/*", give)

    def lay(seen: Seen) -> Page:
        laid.append(seen)
        page.set_viewport_size(WIDE)
        page.goto(f"/laid/{len(laid)}")
        return page

    return lay


def faults(page: Page) -> list[str]:
    """What is wrong at a desk, on a phone (which is also a desk at 400 %), and with the lines further apart."""
    found = found_by_axe(page)
    found += [f"no words: {one}" for one in bare_statuses(page)]
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 1280 px: {wide}")
    page.set_viewport_size(NARROW)
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 320 px: {wide}")
    space_out(page)
    found += [f"cut off when spaced out: {one}" for one in cut_off(page)]
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 320 px when spaced out: {wide}")
    return found


PLANTED = """<!DOCTYPE html><html lang="en-GB"><head><title>Planted</title>
<link rel="stylesheet" href="/static/app.css"></head><body><main><h1>Planted</h1>{}</main></body></html>"""


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("<p>Nothing is wrong here</p>", ""),
        ('<img src="/static/icon.svg">', "image-alt"),
        ('<input type="text">', "label"),
        ('<strong class="app-tag app-tag--red"></strong>', "no words"),
        (f"<p>{'Unbroken' * 12}</p>", "scrolls sideways at 320 px"),
        ('<div class="app-alert app-planted">Cut off at the end of its first line, whatever follows</div>', "cut off"),
    ],
)  # fmt: skip
def test_a_fault_is_noticed(planted: str, fault: str, show: Callable[[Seen], Page]):
    page = show(Seen("nobody", "planted", "/", 200, PLANTED.format(planted)))
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(".app-planted { height: 20px; overflow: hidden }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    found = faults(page)
    assert any(one.startswith(fault) for one in found) if fault else not found


@pytest.mark.parametrize("who", [*ROLES, STRANGER])
def test_no_page_has_a_fault(who: str, pages: list[Seen], show: Callable[[Seen], Page]):
    own = [page for page in pages if page.who == who]
    assert own or not at_night()
    wrong = [f"{seen}: {fault}" for seen in own for fault in faults(show(seen))]
    assert not wrong, "\n".join(wrong)
