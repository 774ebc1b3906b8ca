"""The running site, and a real Chromium in front of it.

Each module has a database of its own, a file with the tables and nothing in them; the tests of a module add to it.
`sign_in` gives a page on which somebody is signed in already; one test goes through the form. Time is set where a
story needs its days: the site lives in this process, so its clock is ours.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from cases.models import User
from tests.apart import a_database
from tests.builders import day
from tests.web.conftest import World, shared  # noqa: F401  (pytest finds it by name)
from tests.web.walk import Seen

SCOTLAND = ZoneInfo("Europe/London")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# WCAG 2.2 to AA, and what axe calls best practice.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LONGEST = 10_000  # milliseconds for a page or a control to be there, on a busy machine

axe = Axe()


# ---------------------------------------------------------------- the site


@pytest.fixture(scope="session")
def live_site(django_test_environment: None) -> Iterator[LiveServer]:
    server = LiveServer("127.0.0.1", start=False)
    server.thread.connections_override = {}  # memory would be shared between threads; a file need not be
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def records(
    live_site: LiveServer, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[None]:
    """The module's own tables: in a file and not in memory, so that requests have connections of their own."""
    if connection.vendor != "sqlite":
        pytest.skip("the journeys run on SQLite; PostgreSQL has the tests of operations and pages")
    # Playwright's loop runs in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with django_db_blocker.unblock(), a_database(tmp_path_factory.mktemp("records"), "records"):
        yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def world(records: None, shared: World) -> World:  # noqa: F811
    """A council with a bit of everything, and somebody in each role, instead of the empty tables."""
    return copy.deepcopy(shared)


# ---------------------------------------------------------------- the clock


@pytest.fixture
def at() -> Iterator[Callable[[str], None]]:
    """`at("4 June 2025")` makes it ten in the morning of that day, for the site and for the test; `at("")` now."""
    travels: list[Any] = []

    def move(said: str) -> None:
        while travels:
            travels.pop().stop()
        if not said:
            return
        moment = datetime.combine(day(said), datetime.min.time().replace(hour=10), SCOTLAND)
        travel = time_machine.travel(moment)
        travel.start()
        travels.append(travel)

    yield move
    while travels:
        travels.pop().stop()


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium: nothing is downloaded. Its shell without windows where there is one."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail("There is no Chromium on this machine: install the package chromium")
    return {**browser_type_launch_args, "executable_path": found, "args": list(QUIET)}


expect.set_options(timeout=LONGEST)


@pytest.fixture
def window(browser: Browser, live_site: LiveServer) -> Iterator[Callable[..., BrowserContext]]:
    """A new window for nobody yet; `java_script_enabled=False` and the like are Playwright's own."""
    opened: list[BrowserContext] = []

    def make(**wishes: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=live_site.url,
            **{"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", **wishes},
        )
        context.set_default_timeout(LONGEST)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def let_in(context: BrowserContext, user: User, site: str) -> None:
    """Give the window a session of the user's, as if they had just signed in."""
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])


@pytest.fixture
def sign_in(window: Callable[..., BrowserContext], live_site: LiveServer) -> Callable[..., Page]:
    """A page in a window of the user's own."""

    def make(user: User, **wishes: Any) -> Page:
        context = window(**wishes)
        let_in(context, user, live_site.url)
        return context.new_page()

    return make


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


# ---------------------------------------------------------------- what every page is held to


def found_by_axe(page: Page) -> list[str]:
    """Each fault on the page in one line; none is what is wanted."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(RULES)}}
    answer = axe.run(page, options=options).response
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:160]}"
        for fault in answer["violations"]
        for node in fault["nodes"]
    ]


def too_wide(page: Page) -> str:
    """What makes the page scroll sideways, or nothing."""
    return str(
        page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return "";
              const wide = [...document.body.querySelectorAll("*")].filter((one) =>
                one.getBoundingClientRect().right > width + 0.5 && !one.closest(".app-scroll *"));
              return `${document.documentElement.scrollWidth} px: ` +
                wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ");
            }"""
        )
    )


# WCAG 1.4.12: what a reader may set, and lose nothing by.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""


def space_out(page: Page) -> None:
    """Set the text as such a reader does; by script, since the page's own policy allows no style in it."""
    page.evaluate(
        """(rules) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        }""",
        SPACED,
    )


def cut_off(page: Page) -> list[str]:
    """Words of which a part cannot be seen, because their box hides what is larger than itself."""
    found: list[str] = page.evaluate(
        """() => [...document.body.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            const hides = [style.overflowX, style.overflowY].some((way) => way === "hidden" || way === "clip");
            return hides && one.textContent.trim() && one.clientWidth > 1 && one.clientHeight > 1 &&
              (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
          }).map((one) => one.outerHTML.slice(0, 160))"""
    )
    return found


def bare_statuses(page: Page) -> list[str]:
    """States that say nothing without their colour and shape."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".app-tag, .app-direction")]
            .filter((one) => !one.textContent.trim()).map((one) => one.outerHTML)"""
    )
    return found


# ---------------------------------------------------------------- hands


def fill_date(page: Page, legend: str, said: str) -> None:
    """The three boxes of a date."""
    on = day(said)
    group = page.get_by_role("group", name=legend)
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(label, exact=True).fill(str(value))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def rows_of(page: Page, caption: str) -> list[list[str]]:
    """The words of a table's body, row by row, the table found by its caption."""
    table = page.get_by_role("table", name=caption)
    words: list[list[str]] = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return words


def downloaded(page: Page, press_it: Callable[[], None]) -> Path:
    with page.expect_download() as waiting:
        press_it()
    return Path(waiting.value.path())
