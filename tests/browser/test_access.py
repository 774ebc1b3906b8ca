"""Every page of every role in a real browser: axe finds nothing, nothing scrolls sideways on a phone, no bare colour.

The pages are those of tests/web/walk.py. That faults would be found is test_planted.py's to show.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.measures import faults
from tests.figures import Figure, at_night
from tests.web.conftest import World
from tests.web.walk import ROLES, STRANGER, Seen, distinct, walk

pytestmark = pytest.mark.browser
SHARES = 8  # so that no test takes minutes


@pytest.fixture(scope="module")
def pages(world: World) -> list[Seen]:
    """Every page in every role that sees it differently at night; at every change each page in the first such role,
    and every sixth of the states that no address shows."""
    everything = distinct(walk(world, everybody=at_night()))
    if at_night():
        assert {page.who for page in everything} == {*ROLES, STRANGER}
        return everything
    first: dict[str, str] = {}
    once = [page for page in everything if first.setdefault(page.name, page.who) == page.who]
    states = [page for page in once if "," in page.name]
    return [page for page in once if "," not in page.name] + states[::6]


@pytest.mark.figure(
    "pages as their roles see them: axe, the keyboard, 1280 px, 320 px (400 %), text spaced out"
)
@pytest.mark.parametrize("share", range(SHARES))
def test_no_page_has_a_fault(pages: list[Seen], show: Callable[[Seen], Page], figure: Figure, share: int):
    for seen in pages[share::SHARES]:
        found = faults(show(seen))
        figure.add(not found, "\n".join(f"{seen}: {fault}" for fault in found))
