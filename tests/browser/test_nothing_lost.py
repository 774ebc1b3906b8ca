"""Every long form, typed by keys: the network cut, the tab killed, the session ended, a fault. No character is lost.

The forms are found, not listed: each page of an operation that has a long text or more than five fields. At a change
every fourth of them is typed into, at night each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from os.path import commonprefix
from typing import Any

import pytest
from django import forms
from django.contrib.sessions.models import Session
from django.urls import resolve, reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases import permissions
from cases.models import Draft, Role, User
from justice.web.views import OperationView
from orders.models import Contact
from tests.browser.conftest import NARROW, WIDE, fill_date, found_by_axe, let_in, press, too_wide
from tests.figures import size
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.browser

TYPISTS = (Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR)
WORDS = "“Well” & <i>"
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
        typist = next(
            (role for role in TYPISTS if permissions.allows(world.users[role], view.operation)), None
        )
        if typist is None or (answer := world.client(typist).get(address)).status_code != 200:
            continue
        # What the page asks, whatever the record adds to it or needs not be asked of it.
        asked = answer.context["form"].fields
        fields = [asked[name] for name in view.form_class.base_fields if name in asked]
        fields = [one for one in fields if not one.widget.is_hidden]
        if len(fields) > 5 or any(isinstance(one.widget, forms.Textarea) for one in fields):
            yield name, address, world.users[typist]


def by_hand(name: str) -> str:
    """What a person types into the box of this name."""
    if name.endswith(("_day", "_month")):
        return "3"
    return "2026" if name.endswith("_year") else WORDS


def type_everything(page: Page, between: Callable[[], None] = lambda: None) -> str:
    """A choice of each, and something in every box; gives the name of the last that takes words, else of the last."""
    names: list[str] = page.evaluate(CHOOSE)
    for number, name in enumerate(names):
        if number == len(names) // 2:
            between()
        page.evaluate(TO, name)
        page.keyboard.type(by_hand(name))
    return next((name for name in reversed(names) if by_hand(name) == WORDS), names[-1])


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


def ended(page: Page, address: str) -> None:
    """The session is over, and the form is sent all the same: nothing of it stands in the page to sign in."""
    Session.objects.all().delete()
    send(page)
    expect(page.locator("main")).to_contain_text(
        "You were signed out. Sign in and what you typed will still be there."
    )
    assert page.locator("[name=next]").get_attribute("value") == address
    assert page.locator("[name=draft-page]").count() == 0


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
        for name, address, user in list(long_forms(world))[:: size(change=4, night=1)]:
            if user.pk not in windows:
                windows[user.pk] = window(**wishes)
            let_in(windows[user.pk], user, live_site.url)
            yield name, address, user, windows[user.pk]

    return each


def total(found: dict[str, int], least: int) -> None:
    assert len(found) >= least, sorted(found)
    assert not any(found.values()), {name: count for name, count in found.items() if count}


def test_nothing_typed_is_lost_where_scripts_run(
    forms_of: Any, live_site: LiveServer, monkeypatch: pytest.MonkeyPatch
):
    cut: dict[str, int] = {}
    killed: dict[str, int] = {}
    signed_out: dict[str, int] = {}
    fault: dict[str, int] = {}

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a fault for the test")

    for name, address, user, context in forms_of():
        # The network goes while somebody types, and comes back
        page = context.new_page()
        page.goto(address)
        last = type_everything(page, between=partial(context.set_offline, True))
        says(page, CUT)
        typed = held(page)
        context.set_offline(False)
        says(page, SAVED)
        cut[name] = lost(typed, held(page))

        # They type on, and the tab is killed with the last key hardly up
        page.evaluate(TO, last)
        page.keyboard.press("End")
        page.keyboard.type(" and")
        page.close()
        for pair in typed:
            pair[1] += " and" if pair[0] == last else ""
        page = context.new_page()
        page.goto(address)
        killed[name] = lost(typed, held(page))
        expect(page.locator(".app-restored")).to_contain_text("It has not been saved to the record")

        # The session ends; the form is sent
        ended(page, address)
        let_in(context, user, live_site.url)
        page.goto(address)
        signed_out[name] = lost(typed, held(page))

        # The operation fails in the middle
        with monkeypatch.context() as broken:
            broken.setattr(OperationView, "form_valid", fail)
            broken.setattr(OperationView, "form_invalid", fail)
            send(page)
        assert "Something went wrong" in page.inner_text("h1")
        page.goto(address)
        fault[name] = lost(typed, held(page))
        page.close()

    for found in (cut, killed, signed_out, fault):
        total(found, least=12)


def test_nothing_typed_is_lost_without_scripts(forms_of: Any, live_site: LiveServer):
    signed_out: dict[str, int] = {}
    for name, address, user, context in forms_of(java_script_enabled=False):
        page = context.new_page()
        page.goto(address)
        type_everything(page)
        typed = held(page)
        ended(page, address)
        let_in(context, user, live_site.url)
        page.goto(address)
        signed_out[name] = lost(typed, held(page))
        page.close()
    total(signed_out, least=12)


# --- Dark corners ---------------------------------------------------------------------------------------------


@pytest.fixture
def worker(world: World) -> User:
    user = world.users[Role.CASEWORKER]
    user.set_password("a long password")
    user.save()
    return user


@pytest.fixture
def contact(world: World, worker: User) -> str:
    Draft.objects.filter(user=worker).delete()
    return reverse("record_contact", args=[world.keys["order"]])


def write_a_contact(page: Page, note: str) -> None:
    page.get_by_label("Telephone call").check()
    fill_date(page, "Date of the contact", f"{timezone.localdate():%-d %B %Y}")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Note").press_sequentially(note)


def sign_in_by_hand(page: Page, worker: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email address").fill(worker.email)
    page.get_by_label("Password", exact=True).fill("a long password")
    press(page, "Sign in")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_signed_out_while_typing_and_in_again_in_another_tab(
    sign_in: Callable[..., Page], worker: User, contact: str
):
    # Given somebody who types when their session ends
    page = sign_in(worker)
    page.goto(contact)
    write_a_contact(page, "Before")
    says(page, SAVED)
    Session.objects.all().delete()
    page.get_by_label("Note").press_sequentially(", after")

    # Then the page says so, beside the button and in the panel
    says(page, "Not saved: you were signed out. Keep this page open and sign in in another tab")
    expect(page.get_by_role("alertdialog")).to_contain_text("What you typed into a form is kept as a draft")

    # When they sign in in another tab, which makes this page's token old
    other = page.context.new_page()
    sign_in_by_hand(other, worker)
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")

    # Then the page goes on by itself, and can be sent
    says(page, SAVED)
    press(page, "Save the contact")
    expect(page.locator("main")).to_contain_text("The contact was recorded")
    assert Contact.objects.filter(note="Before, after").count() == 1


def test_sent_without_a_connection_the_page_keeps_what_it_holds(
    sign_in: Callable[..., Page], worker: User, contact: str
):
    page = sign_in(worker)
    page.goto(contact)
    page.context.set_offline(True)
    write_a_contact(page, "On the island")
    press(page, "Save the contact")
    says(page, "Not sent: no connection. Keep this page open, and try again when there is one")
    expect(page.get_by_label("Note")).to_have_value("On the island")
    page.context.set_offline(False)
    says(page, SAVED)
    page.wait_for_timeout(1000)  # the button takes two presses within a second for one
    press(page, "Save the contact")
    expect(page.locator("main")).to_contain_text("The contact was recorded")
    assert Contact.objects.filter(note="On the island").count() == 1

    # And what was sent does not come back: the Back button shows the form as it is for the next
    page.go_back()
    expect(page.get_by_label("Note")).to_have_value("")
    assert page.locator("[name=draft-turn]").input_value() == "0"
    page.goto(contact)
    assert page.locator(".app-restored").count() == 0
    assert not Draft.objects.filter(user=worker, path=contact).unfinished().exists()


def test_two_tabs_and_the_way_back_to_each(sign_in: Callable[..., Page], worker: User, contact: str):
    one = sign_in(worker)
    two = one.context.new_page()
    for page in (one, two):
        page.goto(contact)
    for page, note in ((one, "In the first tab"), (two, "In the second tab")):
        page.get_by_label("Note").press_sequentially(note)
        says(page, SAVED)
    for page in (one, two):
        page.close()

    page = sign_in(worker, java_script_enabled=False)
    page.goto(contact)
    expect(page.get_by_label("Note")).to_have_value("In the second tab")
    page.get_by_role("link", name="Go on with what you typed then").click()
    expect(page.get_by_label("Note")).to_have_value("In the first tab")
    press(page, "Discard it and start again")
    expect(page.get_by_label("Note")).to_have_value("In the second tab")

    page.goto(reverse("drafts_list"))
    page.get_by_role("link", name="Record a contact").click()
    expect(page.get_by_label("Note")).to_have_value("In the second tab")


def test_what_the_pages_look_like_has_no_fault(sign_in: Callable[..., Page], worker: User, contact: str):
    page = sign_in(worker)
    page.goto(contact)
    page.get_by_label("Note").press_sequentially("Typed")
    says(page, SAVED)
    for address in (contact, reverse("drafts_list")):
        page.set_viewport_size(WIDE)
        page.goto(address)
        assert not found_by_axe(page), address
        page.set_viewport_size(NARROW)
        assert not too_wide(page), address
    page.goto(contact)
    page.context.clear_cookies(name="csrftoken")
    press(page, "Save the contact")
    expect(page.locator("h1")).to_have_text("Your page was too old to be sent")
    assert not found_by_axe(page)
    assert not too_wide(page)
    page.get_by_role("link", name="Go back to the form with what you typed").click()
    expect(page.get_by_label("Note")).to_have_value("Typed")
