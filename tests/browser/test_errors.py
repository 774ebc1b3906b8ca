"""Every form sent empty: what is wrong is at the top and at its field, linked, said in the title, without a fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from cases.models import Role
from tests.browser.conftest import NARROW, WIDE, found_by_axe, let_in, too_wide
from tests.builders import a_council, a_team, staff
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
# What each error of the page says, where its link lands, and whether the field says the same.
ERRORS = """() => {
  const said = [...document.querySelectorAll(".govuk-error-message")].map((one) => one.textContent);
  return [...document.querySelectorAll(".govuk-error-summary__list li")].map((item) => {
    const link = item.querySelector("a");
    const target = link && document.getElementById(link.hash.slice(1));
    if (link && !target) return `no such field: ${link.outerHTML}`;
    if (target && !target.matches("input, select, textarea")) return `not a control: ${link.outerHTML}`;
    const words = item.textContent.trim();
    if (link && !said.some((one) => one.includes(words))) return `not at its field: ${words}`;
    const described = (target?.getAttribute("aria-describedby") ?? "").split(/\\s+/).filter(Boolean);
    const lost = described.filter((id) => !document.getElementById(id));
    return lost.length ? `describes nothing: ${lost.join(", ")}` : "";
  }).filter(Boolean);
}"""


def faults(page: Page, address: str) -> list[str] | None:
    """What is wrong with the page after its form was sent empty; None where there is nothing to send."""
    page.set_viewport_size(WIDE)
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
    found += found_by_axe(page)
    page.set_viewport_size(NARROW)
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 320 px: {wide}")
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
        for name, address in addresses(world)
        if not name.endswith(("_csv", "_xlsx", "_file", "_update", "_print"))
        and (found := faults(page, address)) is not None
    }
    assert len(tried) >= 5, sorted(tried)
    assert not any(tried.values()), "\n".join(
        f"{name}: {line}" for name, lines in tried.items() for line in lines
    )


def test_lists_with_nothing_in_them_say_so(sign_in: Callable[..., Page]):
    team = a_team("North", a_council("Nothing yet"))
    page = sign_in(staff(Role.FIRST_LINE_MANAGER, team=team))
    for address in ("/my-caseload/", "/my-week/", "/overdue/", "/due-soon/", "/unallocated/", "/team/", "/notices/",
                    "/performance/", "/performance/2025-26/q1/measures/k1/", "/performance/published/"):  # fmt: skip
        page.set_viewport_size(WIDE)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert not found_by_axe(page), address
        page.set_viewport_size(NARROW)
        assert not too_wide(page), address
