"""Every form sent empty: what is wrong is at the top with the focus, and at its field, linked, and said in the title.

That such a page has no other fault is test_access.py's to say. At a change every third page is tried, at night each.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from cases.models import Role
from tests.browser.conftest import let_in
from tests.browser.measures import ERRORS
from tests.figures import size
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.browser

# Empties the form of the page; answers whether there is one with something to fill in.
EMPTY = """() => {
  const form = document.querySelector("form.app-form");
  const fields = form ? [...form.querySelectorAll("input:not([type=hidden]), select, textarea")] : [];
  for (const field of fields) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else if (field.tagName === "SELECT") field.selectedIndex = 0;
    else if (field.type !== "file") field.value = "";
  }
  return fields.length > 0;
}"""


def faults(page: Page, address: str) -> list[str] | None:
    """What is wrong with the page after its form was sent empty; None where there is nothing to send."""
    answer = page.goto(address)
    if answer is None or answer.status != 200 or not page.evaluate(EMPTY):
        return None
    with page.expect_navigation():
        page.evaluate("document.querySelector('form.app-form').requestSubmit()")
    if not page.locator(".govuk-error-summary").count():
        return None  # a form whose every field may be empty
    found = list(page.evaluate(ERRORS))
    if not page.title().startswith("Error: "):
        found.append(f"the title is {page.title()!r}")
    if not page.evaluate("document.activeElement.matches('.govuk-error-summary')"):
        found.append("the summary has not the focus")
    return found


@pytest.mark.parametrize("role", [Role.FIRST_LINE_MANAGER, Role.ADMINISTRATOR])
def test_every_form_says_what_is_missing(
    role: str, world: World, window: Callable[..., BrowserContext], live_site: LiveServer
):
    context = window()
    let_in(context, world.users[role], live_site.url)
    page = context.new_page()
    tried = {
        name: found
        for name, address in list(addresses(world))[:: size(change=3, night=1)]
        if not name.endswith(
            ("_csv", "_xlsx", "_file", "_update", "_letter", "_print", "_calendar", "_copy", "_frame")
        )
        and (found := faults(page, address)) is not None
    }
    assert len(tried) >= 5, sorted(tried)
    assert not any(tried.values()), "\n".join(
        f"{name}: {line}" for name, lines in tried.items() for line in lines
    )
