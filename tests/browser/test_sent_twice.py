"""Every form that changes something, in a real browser: sent, gone back from and sent again, and sent in a second tab.

What was done once is not done again and the page says so in words; a second tab is told, or does what may be done
twice, and holds what was typed. The forms are found, not listed: each page of an operation that somebody may open. A
form that these hands cannot fill in rightly is refused: it is counted apart, and holds what was typed all the same.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import HttpResponseRedirect
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from cases import operation as operation_module
from cases import permissions
from cases.models import Entry, Person, Role, User
from justice.web import drafts
from justice.web.drafts import SAVED_BEFORE
from justice.web.views import OperationView
from tests.browser.conftest import let_in
from tests.figures import Figure, size
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.browser

FORM = 'form[data-module~="app-once"]'
WORDS = "Words of the second window"
Forms = dict[str, tuple[str, User]]
FILES = {"release_subject_access_pack"}
SAID = (SAVED_BEFORE, "You sent this form before, and it was saved then")
TAKEN = "If you sent a form: nothing was saved now"

# Makes the first choice of each, or the last, and puts words, a day or what else is asked for into every box.
FILL = """([words, [day, month, year], last, given]) => {
  const form = document.querySelector('form[data-module~="app-once"]');
  const own = [[/postcode/i, "ZZ1 1ZZ"], [/^time/i, "10:00"], [/telephone|mobile/i, "07700 900 123"],
    [/reference/i, given], [/email/i, "somebody.else@council.invalid"]];
  const seen = new Set();
  for (let round = 0; round < 3; round += 1) {
    for (const box of form.querySelectorAll("input[type=checkbox], input[type=radio]")) {
      if (box.disabled || !box.checkVisibility() || seen.has(box.name)) continue;
      seen.add(box.name);
      if (!form.querySelector(`[name="${box.name}"]:checked`)) box.click();
    }
  }
  for (const list of form.querySelectorAll("select")) {
    if (!list.checkVisibility() || (list.value && !last)) continue;
    const choices = [...list.options].filter((one) => one.value);
    if (choices.length) list.value = choices.at(last ? -1 : 0).value;
  }
  for (const box of form.querySelectorAll("input, textarea")) {
    if (!box.checkVisibility() || ["checkbox", "radio", "file", "hidden", "submit"].includes(box.type)) continue;
    const label = box.labels.length ? box.labels[0].innerText.trim() : "";
    const known = box.tagName === "INPUT" && own.find(([name]) => name.test(label));
    if (box.name.endsWith("_day")) box.value = day;
    else if (box.name.endsWith("_month")) box.value = month;
    else if (box.name.endsWith("_year")) box.value = year;
    else if (known) box.value = known[1];
    else if (box.inputMode === "numeric" || box.inputMode === "decimal") box.value = box.value || "1";
    else box.value = words;
  }
}"""
HELD = """() => [...new FormData(document.querySelector('form[data-module~="app-once"]'))]
  .filter(([, value]) => typeof value === "string")"""
# How many boxes hold these words, but for passwords, which no page gives back.
TYPED = """(words) => [...document.querySelectorAll("input, textarea")]
  .filter((one) => one.type !== "password" && one.value === words).length"""
# What a browser does that kept the page and sends it as it was: the same fields, with the token of today.
AGAIN = """([address, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  for (const [name, value] of fields) {
    const box = document.createElement("textarea");
    [box.name, box.value] = [name, value];
    form.append(box);
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture(scope="module")
def forms(world: World) -> Forms:
    """By name: the address of each form, and somebody for whom it opens."""
    each: Forms = {}
    for name, address in addresses(world):
        view = getattr(resolve(address).func, "view_class", None)
        if not (isinstance(view, type) and issubclass(view, OperationView)):
            continue
        for role in Role.values:
            user = world.users.get(role)
            if user is not None and permissions.allows(user, view.operation):
                answer = world.client(role).get(address)
                # A file that is taken away is no page: subject access has its own test of being asked for twice.
                if answer.status_code == 200 and b"app-once" in answer.content and name not in FILES:
                    each[name] = address, user
                    break
    return each


@contextlib.contextmanager
def put_back(folder: Path) -> Iterator[None]:
    """Whatever the site writes in it is taken back: the file is filled again from a copy."""
    name, kept = connection.settings_dict["NAME"], folder / "kept.sqlite3"

    def fill(one: str | Path, other: str | Path) -> None:
        with (
            contextlib.closing(sqlite3.connect(one)) as source,
            contextlib.closing(sqlite3.connect(other)) as to,
        ):
            source.backup(to)

    fill(name, kept)
    yield
    connection.close()
    fill(kept, name)


def send(page: Page) -> int:
    with page.expect_navigation() as going:
        page.evaluate(f"document.querySelector('{FORM}').requestSubmit()")
    answer = going.value
    return answer.status if answer is not None else 0


def fill(page: Page, words: str, days: int, last: bool) -> None:
    on = timezone.localdate() + timedelta(days=days)
    person = Person.objects.filter(restricted=True).first() or Person.objects.first()
    assert person is not None
    page.evaluate(FILL, [words, [str(on.day), str(on.month), str(on.year)], last, person.reference])


def words_of(page: Page) -> str:
    """What the page says and what stands in its boxes."""
    boxes = page.evaluate("() => [...document.querySelectorAll('input, textarea')].map((one) => one.value)")
    return "\n".join([page.inner_text("main"), *boxes])


def sent_twice(context: BrowserContext, address: str) -> tuple[bool, list[str]]:
    """Whether the form was carried out at all; what went wrong when it was sent again, and sent in a second window."""
    wrong, entries = [], Entry.objects.count
    before, (first, second) = entries(), (context.new_page(), context.new_page())
    second.goto(address)
    for how in ((0, False), (20, True), (-20, True)):  # some ask for a day that is over, some for one to come
        first.goto(address)
        fill(first, "Words of the first window", *how)
        sent = first.evaluate(HELD)
        send(first)
        if done := entries() - before:
            break
    if done:
        first.go_back()
        with first.expect_navigation():
            first.evaluate(AGAIN, [address, sent])
        said = first.inner_text("main")
        if entries() != before + done:
            wrong.append("sent again and done again")
        if not any(one in said for one in SAID):
            wrong.append(f"sent again and told {said[:200]!r}")
    # The second window was opened before the first was sent.
    fill(second, WORDS, *how)
    typed = second.evaluate(TYPED, WORDS)
    status = send(second)
    if entries() == before + done:
        if words_of(second).count(WORDS) < typed:
            wrong.append(f"second window, {status}: something typed is lost")
        if status not in (200, 409, 410, 422) and TAKEN not in second.inner_text("main"):
            wrong.append(f"second window, {status}: {second.inner_text('main')[:200]!r}")
    for page in (first, second):
        page.close()
    return bool(done), wrong


@pytest.fixture
def tried(
    window: Callable[..., BrowserContext], live_site: LiveServer, tmp_path: Path
) -> Callable[[str, User], tuple[bool, list[str]]]:
    """A form tried by somebody, and everything it did taken back."""
    context = window()

    def one(address: str, user: User) -> tuple[bool, list[str]]:
        with put_back(tmp_path):
            let_in(context, user, live_site.url)
            return sent_twice(context, address)

    return one


@pytest.mark.figure(
    "forms sent, sent again, and sent in a second window: done once, told in words, nothing lost"
)
@pytest.mark.timeout(1800)
def test_a_form_that_is_sent_twice_is_done_once_and_says_so(forms: Forms, tried: Any, figure: Figure):
    some = list(forms.items())[:: size(change=14, night=1)]
    carried_out = 0
    for name, (address, user) in some:
        done, wrong = tried(address, user)
        carried_out += done
        figure.many(1, [f"{name}: {one}" for one in wrong])
    # The others were refused: what these hands fill in is not right for every form.
    assert carried_out > len(some) / 2, f"only {carried_out} of {len(some)} forms were carried out"


@pytest.mark.figure("faults planted in forms that are sent twice: noticed")
def test_the_engine_notices_a_form_that_is_done_twice_or_loses_what_was_typed(
    forms: Forms, tried: Any, figure: Figure
):
    with patch.object(operation_module, "_claim", lambda *_: None):
        figure.planted("no key", tried(*forms["raise_alert"])[1])
    with patch.object(
        OperationView, "sent_before", lambda view: HttpResponseRedirect(view.get_success_url())
    ):
        figure.planted("done already, and not a word of it", tried(*forms["raise_alert"])[1])
    with patch.object(drafts, "of_what_is_gone", lambda request: None):
        figure.planted("what was typed goes with its record", tried(*forms["lift_hold"])[1])
