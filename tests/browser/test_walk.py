"""The way of one order through the browser: from the court to the published quarter, on the days of the standards.

Ann, a caseworker in North team, records a Community Payback Order: 120 hours of unpaid work and 18 months' supervision,
imposed on Monday 2 June 2025. Everything that is done here is done at the screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core import mail
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pypdf import PdfReader

from cases import tasks
from cases.models import Case, Notice, Role, User
from orders.models import Order
from tests.browser.conftest import downloaded, fill_date, found_by_axe, heading, press
from tests.builders import a_case, a_council, a_team, an_order, day, staff

pytestmark = pytest.mark.browser

DUE = {
    "First direct contact": "3 June 2025",
    "Induction or first case management meeting": "9 June 2025",
    "Unpaid work started": "11 June 2025",
    "LS/CMI assessment completed": "30 June 2025",
    "Case management plan approved": "30 June 2025",
    "Unpaid work completed": "1 December 2025",
}
REVIEWS = ["2 September 2025", "2 December 2025", "2 June 2026"]


@dataclass
class People:
    """Who is in a story: a council of their own, so that stories do not meet."""

    ann: User
    manager: User
    senior: User
    officer: User
    case: Case


def people(council: str) -> People:
    team = a_team("North", a_council(council))
    ann = staff(Role.CASEWORKER, team=team, name="Ann Example")
    return People(
        ann=ann,
        manager=staff(Role.FIRST_LINE_MANAGER, team=team, name="Morag Example"),
        senior=staff(Role.SENIOR_MANAGER, team=team, name="Senga Example"),
        officer=staff(Role.PERFORMANCE_OFFICER, team=team, name="Phil Example"),
        case=a_case(worker=ann, given_name="Cal", family_name="Sample", opened="1 May 2025"),
    )


def record_the_order(page: Page, case: Case) -> None:
    """From the case page to the order's own page, as a caseworker does it."""
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("link", name="Record an order").click()
    page.get_by_label("Instead of imprisonment").check()
    page.get_by_label("Kind of court").select_option(label="Sheriff Court, summary")
    fill_date(page, "Date the order was imposed", "2 June 2025")
    page.get_by_label("Unpaid work or other activity").check()
    page.get_by_label("Hours of unpaid work").fill("120")
    page.get_by_label("Offender supervision", exact=True).check()
    page.get_by_label("Months of offender supervision").fill("18")
    press(page, "Record the order")
    expect(page.get_by_text("The order was recorded and its timescales worked out")).to_be_visible()


def written(said: str) -> str:
    """A day as the lists write it."""
    return f"{day(said):%-d %b %Y}"


def due_on(page: Page) -> dict[str, list[str]]:
    """What is due next on a case's page: each timescale with its days."""
    found: dict[str, list[str]] = {}
    for item in page.locator(".app-due__item").all():  # those folded away among them
        label = item.locator("h3").evaluate("heading => heading.firstChild.textContent.trim()")
        said = re.search(r"\d+ \w{3} \d{4}", item.locator(".app-due__when").text_content() or "")
        assert said, label
        found.setdefault(label, []).append(said[0])
    return found


def named_rows(page: Page, name: str) -> Locator:
    """The rows of a list about this person."""
    return page.locator("main tbody tr").filter(has_text=name)


def test_from_the_court_to_the_published_quarter(
    at: Callable[[str], None], sign_in: Callable[..., Page], settings
):
    # Given Ann and her manager, and a person who was given an order on Monday 2 June
    at("2 June 2025")
    who = people("Walk")
    page = sign_in(who.ann)

    # When she records it, then the case page lists what is due, in due order
    record_the_order(page, who.case)
    order = Order.objects.get(case=who.case)
    page.goto(f"/cases/{who.case.pk}/")
    shown = due_on(page)
    assert shown == {
        **{label: [written(said)] for label, said in DUE.items()},
        "Departmental review": shown["Departmental review"],
    }
    assert shown["Departmental review"] == [written(said) for said in REVIEWS]

    # When nobody has seen the person by Wednesday 4 June, then one row is overdue in her list and in her manager's
    at("4 June 2025")
    page, board = sign_in(who.ann), sign_in(who.manager)
    for one in (page, board):
        one.goto("/overdue/")
        expect(named_rows(one, "Sample, Cal")).to_have_count(1)
        expect(named_rows(one, "Sample, Cal")).to_contain_text("Overdue 1 day")
    page.goto("/my-caseload/")
    expect(named_rows(page, "Sample, Cal")).to_contain_text("Overdue 1 day")

    # And the morning's job tells each of them once, however often it runs
    mail.outbox = []
    tasks.morning()
    tasks.morning()
    assert Notice.objects.filter(case=who.case, kind="overdue", recipient=who.ann).count() == 1
    assert sorted(sum((one.to for one in mail.outbox), [])) == sorted([who.ann.email, who.manager.email])
    page.goto("/notices/")
    expect(named_rows(page, who.case.person.reference).filter(has_text="Became overdue")).to_have_count(1)

    # When she records a contact of 3 June, then the row leaves both lists, and it was on time
    page.goto(f"/orders/{order.pk}/contacts/new/")
    page.get_by_label("First direct contact").check()
    fill_date(page, "Date of the contact", "3 June 2025")
    page.get_by_role("group", name="Did the person attend?").get_by_label("Yes").check()
    press(page, "Save the contact")
    expect(page.get_by_text("The contact was recorded")).to_be_visible()
    for one in (page, board):
        one.goto("/overdue/")
        expect(named_rows(one, "Sample, Cal")).to_have_count(0)
    page.goto(f"/cases/{who.case.pk}/")
    expect(named_rows(page, "First direct contact")).to_contain_text("Met")

    # When the person starts on a squad on 12 June, one working day late, then the reason is asked
    at("12 June 2025")
    page = sign_in(who.ann)
    page.goto(f"/orders/{order.pk}/attendances/new/")
    fill_date(page, "Date of the session", "12 June 2025")
    page.get_by_label("Attended", exact=True).check()
    page.get_by_label("Hours", exact=True).fill("7")
    press(page, "Save the session")
    expect(page).to_have_title(re.compile("^Error: "))
    reason = page.get_by_label("Why it was late")
    expect(reason).to_be_visible()
    reason.select_option(index=1)
    chosen = reason.locator("option:checked").inner_text()
    press(page, "Save the session")
    expect(page.get_by_text("The session was recorded")).to_be_visible()

    # Then K1 for April to June counts the row below the line and not above it
    at("1 July 2025")
    page = sign_in(who.senior)
    page.goto("/performance/2025-26/q1/")
    line = page.get_by_role("row").filter(has_text="Unpaid Work placements commenced")
    expect(line).to_contain_text("0 of 1")
    expect(line).to_contain_text("0%")
    expect(line).to_contain_text("Red")

    # And the figure opens to the list with that row and its reason
    line.get_by_role("link", name=re.compile("^0 of 1")).click()
    row = named_rows(page, "Cal Sample")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(order.reference)
    expect(row).to_contain_text("12 Jun 2025")
    expect(row).to_contain_text(f"Late by 1 working day, done on 12 June 2025: {chosen.lower()}")
    assert not found_by_axe(page)

    # And the document says the same numbers
    page.goto("/performance/2025-26/q1/")
    file = downloaded(page, lambda: page.get_by_role("link", name="Performance update (PDF)").click())
    words = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(file).pages).split())
    assert "Unpaid Work placements commenced within 7 days of sentence" in words
    assert "0 of 1" in words

    # When the quarter is published
    page = sign_in(who.officer)
    page.goto("/performance/2025-26/q1/")
    page.get_by_role("link", name="Publish this quarter").click()
    press(page, "Check and publish")
    expect(page.get_by_text("The figures were published")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Unpaid Work placements commenced")).to_contain_text(
        "0 of 1"
    )
    published = page.url

    # And the session is corrected afterwards: it was on 11 June
    at("2 July 2025")
    page = sign_in(who.ann)
    page.goto(f"/orders/{order.pk}/")
    page.get_by_role("link", name=re.compile("Correct")).first.click()
    fill_date(page, "Date of the session", "11 June 2025")
    page.get_by_label("Why it is corrected").fill("The supervisor's sheet says 11 June")
    press(page, "Save the correction")
    expect(page.get_by_text("The session was corrected")).to_be_visible()

    # Then the publication stands, and the difference names the case
    page = sign_in(who.officer)
    page.goto(published)
    expect(page.get_by_role("row").filter(has_text="Unpaid Work placements commenced")).to_contain_text(
        "0 of 1"
    )
    page.get_by_role("link", name="What has changed since").click()
    changed = page.get_by_role("row").filter(has_text="Unpaid Work placements commenced")
    expect(changed).to_contain_text("0 of 1")
    expect(changed).to_contain_text("1 of 1")
    expect(page.locator("main")).to_contain_text(order.reference)
    assert not found_by_axe(page)


def test_a_contact_of_5_june_is_late_and_the_reason_is_asked_before_it_is_saved(
    at: Callable[[str], None], sign_in: Callable[..., Page]
):
    # Given an order of 2 June, and nobody seen by the 5th
    at("5 June 2025")
    who = people("Late")
    order = an_order(hours=120, months=18, case=who.case)
    page = sign_in(who.ann)

    # When a contact of that day is recorded
    page.goto(f"/orders/{order.pk}/contacts/new/")
    page.get_by_label("First direct contact").check()
    page.get_by_role("button", name="Today: Date of the contact").click()
    expect(page.get_by_text("Thursday 5 June 2025")).to_be_visible()
    page.get_by_role("group", name="Did the person attend?").get_by_label("Yes").check()
    press(page, "Save the contact")

    # Then it is not saved, and the national reason is asked for, with nothing typed lost
    expect(page.get_by_role("alert")).to_contain_text("was due by 3 June 2025. Select why it was late")
    assert not order.contacts.exists()
    expect(page.get_by_label("First direct contact")).to_be_checked()
    assert not found_by_axe(page)
    page.get_by_label("Why it was late").select_option(index=1)
    press(page, "Save the contact")
    expect(page.get_by_text("The contact was recorded")).to_be_visible()
    expect(named_rows(page, "First direct contact").first).to_contain_text("Met late")


def test_an_order_is_recorded_without_scripts(at: Callable[[str], None], sign_in: Callable[..., Page]):
    # Given a browser without JavaScript
    at("2 June 2025")
    who = people("Plain")
    page = sign_in(who.ann, java_script_enabled=False)

    # When the order and a contact are recorded
    record_the_order(page, who.case)
    assert "/orders/" in page.url
    page.get_by_role("link", name="Record a contact").click()
    page.get_by_label("First direct contact").check()
    fill_date(page, "Date of the contact", "2 June 2025")
    page.get_by_role("group", name="Did the person attend?").get_by_label("Yes").check()
    press(page, "Save the contact")

    # Then both are there
    expect(page.get_by_text("The contact was recorded")).to_be_visible()
    assert Order.objects.get(case=who.case).contacts.count() == 1


class Keys:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def on(self) -> str:
        """What has the focus, in words: its label or text."""
        said: str = self.page.evaluate(
            """() => {
              const one = document.activeElement;
              if (!one || one === document.body) return "";
              const label = one.labels && one.labels.length ? one.labels[0].textContent : "";
              const group = one.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
              return [group, label || one.getAttribute("aria-label") || one.textContent].join(" ")
                .replace(/\\s+/g, " ").trim();
            }"""
        )
        return said

    def to(self, words: str, most: int = 120) -> None:
        """Tab until the focus is on what says this."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if re.search(words, self.on()):
                return
        raise AssertionError(f"{words!r} cannot be reached: the focus is on {self.on()!r}")

    def type(self, words: str, text: str) -> None:
        self.to(words)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)


def test_an_order_is_recorded_by_keyboard_alone(at: Callable[[str], None], sign_in: Callable[..., Page]):
    # Given Ann on the case's page, who does not touch the mouse
    at("2 June 2025")
    who = people("Keyboard")
    page = sign_in(who.ann)
    page.goto(f"/cases/{who.case.pk}/")
    keys = Keys(page)

    # When she goes through the form with Tab, Space, arrows and Enter
    keys.to("^Skip to main content")
    keys.press("Enter")
    keys.to("^Record an order$")
    keys.press("Enter")
    page.wait_for_url("**/orders/new/")
    keys.to("Legal basis.*Instead of imprisonment")
    keys.press("Space")
    keys.to("^The order Kind of court|Kind of court")
    keys.press("ArrowDown")
    while (
        page.get_by_label("Kind of court").locator("option:checked").inner_text() != "Sheriff Court, summary"
    ):
        keys.press("ArrowDown")
    for part, value in (("Day", "2"), ("Month", "6"), ("Year", "2025")):
        keys.type(f"Date the order was imposed.*{part}$", value)
    keys.to("Unpaid work or other activity$")
    keys.press("Space")
    keys.type("Hours of unpaid work", "120")
    keys.to("Offender supervision$")
    keys.press("Space")
    keys.type("Months of offender supervision", "18")
    keys.to("^Record the order$")
    keys.press("Enter")

    # Then the order is recorded, and the message has the focus
    expect(page.get_by_text("The order was recorded and its timescales worked out")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="The order was recorded")).to_be_focused()
    keys.to("^Record a contact$")
    keys.press("Enter")
    page.wait_for_url("**/contacts/new/")
    assert heading(page).endswith("Record a contact")


def test_the_way_in_is_by_the_form(window: Callable[..., BrowserContext]):
    # Given somebody with a password
    user = staff(Role.CASEWORKER, team=a_team("North", a_council("Door")))
    user.set_password("correct-horse-battery")
    user.save()
    page = window().new_page()

    # When the wrong one is typed, then it is said without telling whether the address is known
    page.goto("/my-caseload/")
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password", exact=True).fill("something-else")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("Enter the email address and password of your account")

    # When the right one is typed, then the page that was asked for opens
    page.get_by_label("Password", exact=True).fill("correct-horse-battery")
    press(page, "Sign in")
    expect(page.locator("h1")).to_have_text("My caseload")

    # And after signing out nothing of it can be opened
    press(page, "Sign out")
    page.goto("/my-caseload/")
    expect(page.locator("h1")).to_have_text("Sign in")
