"""Finding a person from any page: with the keyboard, without JavaScript, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cases.models import Role
from tests.browser.conftest import NARROW, WIDE, found_by_axe, rows_of, too_wide
from tests.builders import a_case, a_council, a_team, staff

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_misspelt_name_in_the_header_finds_the_person(javascript: bool, sign_in: Callable[..., Page]):
    # Given somebody whom the caseworker holds
    worker = staff(Role.CASEWORKER, team=a_team("North", a_council(f"Finding {javascript}")))
    case = a_case(worker=worker, given_name="Siobhan", family_name="Thornquill", born="12 March 1985")
    page = sign_in(worker, java_script_enabled=javascript)

    # When the name is typed as it was heard, on the first page, and Enter pressed
    page.goto("/my-caseload/")
    if javascript:
        page.set_viewport_size(NARROW)
        assert not too_wide(page)
        page.set_viewport_size(WIDE)
    box = page.get_by_role("search").get_by_label("Find a person")
    box.fill("shivawn thornquil")
    box.press("Enter")

    # Then she is found, with the reason, and nothing that was typed stands in the address
    expect(page.get_by_role("heading", name="1 found")).to_be_visible()
    assert page.url.endswith("/people/")
    assert rows_of(page, "People found")[0][:4] == [
        "Thornquill, Siobhan", case.person.reference, "12 Mar 1985", "Similar name"
    ]  # fmt: skip
    if javascript:
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert not found_by_axe(page)
            assert not too_wide(page)

    # When the link is followed with the keyboard, then it is her page
    page.get_by_role("link", name="Thornquill, Siobhan").press("Enter")
    expect(page).to_have_title(re.compile("^Overview: Siobhan Thornquill"))
