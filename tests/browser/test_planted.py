"""What every page is held to tells of each fault of accessibility that is planted in a page of ours."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page

from cases.models import Role
from tests.browser.measures import faults
from tests.browser.planted import FORM, LIST, PLANTS, SIGN_IN
from tests.figures import Figure
from tests.web.conftest import World
from tests.web.test_html import faults as badly_built
from tests.web.test_html import found_invalid
from tests.web.walk import Seen, nothing_kept

pytestmark = pytest.mark.browser


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
