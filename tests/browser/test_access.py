"""Every page, for every role that opens it: axe finds nothing, nothing scrolls sideways on a phone, no bare colour."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from cases.models import Role
from tests.browser.conftest import NARROW, WIDE, bare_statuses, found_by_axe, let_in, too_wide
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.browser

FILES = ("_csv", "_xlsx", "_file", "_update", "_print")  # answers that are no pages


looked_at: set[str] = set()


def seen_before(page: Page, who: str) -> bool:
    """Whether this very page was looked at for another role; each role's own navigation is looked at once."""
    body = re.sub(r'name="(csrfmiddlewaretoken|key)" value="[^"]*"', "", page.locator("body").inner_html())
    body = re.sub(r"<header.*?</header>|Printed by [^<]*", "", body, flags=re.DOTALL)
    navigation = "".join(re.findall(r"<nav.*?</nav>", body, flags=re.DOTALL)[:1])
    marks = {
        f"{who} {re.sub(r' aria-current=.true.|--active', '', navigation)}",
        body.replace(navigation, ""),
    }
    new = marks - looked_at
    looked_at.update(marks)
    return not new


def faults(page: Page, address: str, who: str = "") -> list[str]:
    page.set_viewport_size(WIDE)
    answer = page.goto(address)
    if answer is None or answer.status in (403, 404):
        return []
    assert answer.status == 200, f"{address} answers {answer.status}"
    if seen_before(page, who):
        return []
    found = found_by_axe(page)
    found += [f"no words: {one}" for one in bare_statuses(page)]
    page.set_viewport_size(NARROW)
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 320 px: {wide}")
    return found


@pytest.mark.parametrize(
    "role", [Role.FIRST_LINE_MANAGER, Role.CASEWORKER, Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR]
)
def test_no_page_of_a_role_has_a_fault(
    role: str, world: World, window: Callable[..., BrowserContext], live_site: LiveServer
):
    context = window()
    let_in(context, world.users[role], live_site.url)
    page = context.new_page()
    wrong = {
        name: found
        for name, address in addresses(world)
        if not name.endswith(FILES) and (found := faults(page, address, role))
    }
    assert not wrong, "\n".join(f"{name}: {line}" for name, lines in wrong.items() for line in lines)


def test_the_page_to_sign_in_has_no_fault(window: Callable[..., BrowserContext]):
    assert not faults(window().new_page(), "/sign-in/")
