"""Every page of every role in a real browser: axe finds nothing, nothing scrolls sideways on a phone, no bare colour.

The pages are those of tests/web/walk.py, laid before the browser as the server gave them, with their own
Content-Security-Policy; styles and scripts come from the running site.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from cases.models import Role
from tests.browser.conftest import (
    NARROW,
    WIDE,
    bare_statuses,
    cut_off,
    found_by_axe,
    space_out,
    too_wide,
)
from tests.browser.measures import unseen, walked
from tests.browser.planted import FORM, LIST, PLANTS, SIGN_IN
from tests.figures import Figure, at_night
from tests.web.conftest import World
from tests.web.test_html import faults as badly_built
from tests.web.test_html import found_invalid
from tests.web.walk import ROLES, STRANGER, Seen, distinct, nothing_kept, walk

pytestmark = pytest.mark.browser
SHARES = 8  # so that no test takes minutes


@pytest.fixture(scope="module")
def pages(world: World) -> list[Seen]:
    """Every page in every role that sees it differently at night; at every change each page in the first such role,
    and every third of the states that no address shows."""
    everything = distinct(walk(world))
    if at_night():
        assert {page.who for page in everything} == {*ROLES, STRANGER}
        return everything
    first: dict[str, str] = {}
    once = [page for page in everything if first.setdefault(page.name, page.who) == page.who]
    states = [page for page in once if "," in page.name]
    return [page for page in once if "," not in page.name] + states[::3]


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
    """What is wrong at a desk, with the keyboard, on a phone (which is also a desk at 400 %), and spaced out."""
    found = found_by_axe(page) + unseen(page) + walked(page)
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


def opened(world: World) -> dict[str, Seen]:
    """The pages that faults are planted in. Without their policy, which would keep some of the faults from working."""
    manager, stranger = world.client(Role.FIRST_LINE_MANAGER), Client()
    contact = f"/orders/{world.keys['order']}/contacts/new/"
    with nothing_kept():
        answers = {
            LIST: manager.get("/overdue/"),
            FORM: manager.post(contact, {"key": str(uuid.uuid4())}),
            SIGN_IN: stranger.get("/sign-in/"),
        }
    return {
        name: Seen("planted", name, "/", answer.status_code, answer.content.decode())
        for name, answer in answers.items()
    }


@pytest.mark.figure(
    "faults of accessibility planted in pages of ours: what every page is held to tells of each"
)
def test_a_planted_fault_is_noticed(
    world: World, show: Callable[[Seen], Page], tmp_path: Path, figure: Figure
):
    pages = opened(world)
    changed = [replace(pages[one.page], html=one.put_into(pages[one.page].html)) for one in PLANTS]
    grammar = found_invalid(tmp_path, [page.html for page in (*pages.values(), *changed)])
    for page, invalid in zip(pages.values(), grammar[: len(pages)], strict=True):
        clean = [*invalid, *badly_built(page), *faults(show(page))]
        figure.add(not clean, f"{page.name}, in which nothing was planted: {clean}")
    for plant, page, invalid in zip(PLANTS, changed, grammar[len(pages) :], strict=True):
        found = [*invalid, *badly_built(page), *faults(show(page))]
        figure.planted(plant.fault, any(line.startswith(plant.found) for line in found))


@pytest.mark.figure(
    "pages as their roles see them: axe, the keyboard, 1280 px, 320 px (400 %), text spaced out"
)
@pytest.mark.parametrize("share", range(SHARES))
def test_no_page_has_a_fault(pages: list[Seen], show: Callable[[Seen], Page], figure: Figure, share: int):
    for seen in pages[share::SHARES]:
        found = faults(show(seen))
        figure.add(not found, "\n".join(f"{seen}: {fault}" for fault in found))
