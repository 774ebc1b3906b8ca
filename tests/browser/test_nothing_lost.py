"""Every long form, typed by keys: the network cut, the tab killed, the session ended, a fault. No character is lost.

The forms are found, not listed: each page of an operation that has a long text or more than five fields.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from os.path import commonprefix
from typing import Any

import pytest
from django import forms
from django.contrib.sessions.models import Session
from django.urls import resolve
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases import permissions
from cases.models import Role, User
from justice.web.views import OperationView
from tests.browser.conftest import let_in
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.browser

TYPISTS = (Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR)
WORDS = "Seen at home, “well” & <calm>"
SAVED = "Draft saved"
CUT = "Not saved: no connection. Keep this page open; it will be tried again"

# Makes every choice that can be made; what that reveals is chosen from in turn.
CHOOSE = """() => {
  const form = document.querySelector("form[data-draft]");
  for (let round = 0; round < 3; round += 1) {
    for (const box of form.querySelectorAll("input[type=checkbox], input[type=radio]")) {
      if (box.checkVisibility() && !box.checked && !box.disabled) box.click();
    }
  }
  for (const list of form.querySelectorAll("select")) {
    if (!list.checkVisibility()) continue;
    list.selectedIndex = list.options.length - 1;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return [...form.querySelectorAll("input[type=text], input[type=email], textarea")]
    .filter((box) => box.checkVisibility()).map((box) => box.name);
}"""
TO = """(name) => {
  const box = document.querySelector("form[data-draft]").elements[name];
  box.focus();
  box.select();
}"""
# What the form would send, without what only the page carries.
HELD = """() => [...new FormData(document.querySelector("form[data-draft]"))]
  .filter(([name]) => !/^(csrfmiddlewaretoken|draft-|key$)/.test(name))
  .map(([name, value]) => [name, String(value).replace(/\\r\\n/g, "\\n")])"""


def long_forms(world: World) -> Iterator[tuple[str, str, User]]:
    """Name and address of each, and somebody whose role allows it."""
    for name, address in addresses(world):
        view = getattr(resolve(address).func, "view_class", None)
        if not (isinstance(view, type) and issubclass(view, OperationView) and view.form_class):
            continue
        fields = [one for one in view.form_class.base_fields.values() if not one.widget.is_hidden]
        if len(fields) > 5 or any(isinstance(one.widget, forms.Textarea) for one in fields):
            typist = next(
                (role for role in TYPISTS if permissions.allows(world.users[role], view.operation)), None
            )
            if typist and world.client(typist).get(address).status_code == 200:
                yield name, address, world.users[typist]


def by_hand(name: str) -> str:
    """What a person types into the box of this name."""
    if name.endswith(("_day", "_month")):
        return "3"
    return "2026" if name.endswith("_year") else WORDS


def type_everything(page: Page, between: Callable[[], None] = lambda: None) -> None:
    names = page.evaluate(CHOOSE)
    for number, name in enumerate(names):
        if number == len(names) // 2:
            between()
        page.evaluate(TO, name)
        page.keyboard.type(by_hand(name))


def held(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(HELD)
    return found


def lost(typed: list[list[str]], found: list[list[str]]) -> int:
    """How many characters of what was typed are not there any more; a choice counts as its value."""
    here: dict[str, list[str]] = {}
    for name, value in found:
        here.setdefault(name, []).append(value)
    missing = Counter(map(tuple, typed)) - Counter(map(tuple, found))
    return sum(
        max(1, len(value)) - max((len(commonprefix([value, one])) for one in here.get(name, [])), default=0)
        for name, value in missing.elements()
    )


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-draft-says]")).to_have_text(words)


def send(page: Page) -> None:
    with page.expect_navigation():
        page.evaluate("document.querySelector('form[data-draft]').requestSubmit()")


@pytest.fixture
def forms_of(world: World, window: Callable[..., BrowserContext], live_site: LiveServer) -> Any:
    """Each long form with a window in which its typist is signed in."""

    def each(**wishes: Any) -> Iterator[tuple[str, str, User, BrowserContext]]:
        windows: dict[int, BrowserContext] = {}
        for name, address, user in list(long_forms(world)):
            if user.pk not in windows:
                windows[user.pk] = window(**wishes)
            let_in(windows[user.pk], user, live_site.url)
            yield name, address, user, windows[user.pk]

    return each


def total(found: dict[str, int], least: int) -> None:
    assert len(found) >= least, sorted(found)
    assert not any(found.values()), {name: count for name, count in found.items() if count}


def test_nothing_typed_is_lost_where_scripts_run(
    forms_of: Any, live_site: LiveServer, monkeypatch: pytest.MonkeyPatch, record_property: Any
):
    cut: dict[str, int] = {}
    killed: dict[str, int] = {}
    at_once: dict[str, int] = {}
    ended: dict[str, int] = {}
    fault: dict[str, int] = {}

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a fault for the test")

    for name, address, user, context in forms_of():
        began = time.monotonic()
        # The network goes while somebody types, and comes back
        page = context.new_page()
        page.goto(address)
        type_everything(page, between=partial(context.set_offline, True))
        says(page, CUT)
        typed = held(page)
        context.set_offline(False)
        says(page, SAVED)
        cut[name] = lost(typed, held(page))

        # The tab is killed once the page says that it is saved
        page.close()
        page = context.new_page()
        page.goto(address)
        killed[name] = lost(typed, held(page))
        expect(page.locator(".app-restored")).to_contain_text("It has not been saved to the record")

        # And again, with the last key hardly up
        page.evaluate(TO, page.evaluate(CHOOSE)[-1])
        page.keyboard.press("End")
        page.keyboard.type(" and so on")
        typed = held(page)
        page.close()
        page = context.new_page()
        page.wait_for_timeout(150)
        page.goto(address)
        at_once[name] = lost(typed, held(page))
        typed = held(page)

        # The session ends; the form is sent
        Session.objects.all().delete()
        send(page)
        expect(page.locator("main")).to_contain_text(
            "You were signed out. Sign in and what you typed will still be there."
        )
        assert WORDS not in page.content()
        let_in(context, user, live_site.url)
        page.goto(page.locator("[name=next]").get_attribute("value") or "")
        ended[name] = lost(typed, held(page))

        # The operation fails in the middle
        with monkeypatch.context() as broken:
            broken.setattr(OperationView, "form_valid", fail)
            broken.setattr(OperationView, "form_invalid", fail)
            send(page)
        assert "Something went wrong" in page.inner_text("h1")
        page.goto(address)
        fault[name] = lost(typed, held(page))
        page.close()
        print(
            name,
            round(time.monotonic() - began, 1),
            lost(typed, held) if 0 else [d[name] for d in (cut, killed, at_once, ended, fault)],
            len(typed),
        )

    record_property("lost by a tab closed at the last key", sum(at_once.values()))
    print(len(cut), "forms; lost when closed at the last key:", {k: v for k, v in at_once.items() if v})
    for found in (cut, killed, at_once, ended, fault):
        total(found, least=12)
