"""Every page with hostile text in every column, in a browser that says when any of it runs: at night."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from cases.models import Role
from tests.browser.conftest import let_in
from tests.figures import Figure, size
from tests.trust.planting import plant
from tests.trust.test_walls import MARK, payloads
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = [pytest.mark.browser, pytest.mark.night]

# Whatever a payload calls, and whatever the policy stops, is told to the page's own list.
HOOKS = f"""
window.told = [];
for (const name of ["{MARK}", "alert", "confirm", "prompt"]) {{
  Object.defineProperty(window, name, {{value: () => window.told.push(name + " ran")}});
}}
addEventListener(
  "securitypolicyviolation", event => window.told.push(event.violatedDirective + " " + event.blockedURI)
);
"""
FILES = ("_csv", "_xlsx", "_file", "_update", "_letter", "_print", "_calendar", "_copy", "_frame")


@pytest.mark.figure(
    "pages with hostile text opened in Chromium: nothing runs, nothing for the policy to report"
)
def test_nothing_that_is_typed_runs(
    world: World, window: Callable[..., BrowserContext], live_site: LiveServer, figure: Figure
):
    texts = payloads(size(change=20, night=200))
    plant(lambda number: texts[number % len(texts)])
    for role in (Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER):
        context = window()
        context.add_init_script(HOOKS)
        let_in(context, world.users[role], live_site.url)
        page = context.new_page()
        page.on("dialog", lambda dialog: (figure.add(False, f"a dialog: {dialog.message}"), dialog.dismiss()))
        for name, address in addresses(world):
            if name.endswith(FILES):
                continue
            answer = page.goto(address)
            told = page.evaluate("window.told")
            figure.add(
                not told and page.url.endswith(address), f"{name} ({answer and answer.status}): {told}"
            )
    page.goto("/help/")
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<img src=x onerror={MARK}()>')")
    page.wait_for_timeout(200)
    figure.planted("an image with a handler", page.evaluate("window.told"))
    page.evaluate(f"window.{MARK}()")
    figure.planted("a call", any("ran" in one for one in page.evaluate("window.told")))
