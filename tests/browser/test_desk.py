"""A day at the desk of a caseworker and of a manager, done four ways: with a mouse, on a phone without JavaScript, and
by keyboard alone, at the usual size and at 400 %.

Each journey is written once, as what the person does; `Hands` knows how each way does it. For the commonest of them
STEPS says how many links and buttons are pressed and fields filled, whichever way it is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import BrowserContext, Locator, Page, expect

from cases import operations as case_operations
from cases.models import Allocation, Case, Note, Role, User, VictimInformation
from orders import operations
from orders.domain.cpo import RequirementKind
from orders.models import Appointment, Attendance, Order
from tests.browser.conftest import WIDE, downloaded, found_by_axe, heading, rows_of, too_wide
from tests.builders import a_case, a_council, a_team, an_order, day, staff, worker_of
from tests.figures import Figure, at_night

pytestmark = [pytest.mark.browser, pytest.mark.figure("people who came to the end of their work")]

# Links and buttons pressed and fields filled, a date counted as one field.
STEPS = {
    "record a contact": 6,
    "impose an order": 9,
    "reassign a case": 5,
    "find a person": 3,
    "what is late in my team": 1,
}

PHONE = {"width": 390, "height": 844}
ENLARGED = {"width": 320, "height": 256}  # a window of 1280 by 1024 at 400 %
MOST_TABS = 120
TODAY = "4 June 2025"  # a Wednesday
# Who covers is asked of the database, whose clock no story sets: cover has to last beyond the day it really is.
NEXT_WEEK = f"{date.today() + timedelta(days=7):%-d %B %Y}"
COUNCILS = count(1)


# ---------------------------------------------------------------- three ways of doing it


def whole(words: str | re.Pattern[str]) -> re.Pattern[str]:
    """These words and no others, but for the mark of what may be left empty."""
    return (
        words if isinstance(words, re.Pattern) else re.compile(rf"^\s*{re.escape(words)}( \(optional\))?\s*$")
    )


def wholesome(page: Page) -> None:
    """The page on which a journey ends has no fault that axe finds, and does not scroll sideways."""
    wide = too_wide(page)
    assert not wide, wide
    faults = found_by_axe(page)
    assert not faults, "\n".join(faults)


@dataclass
class Hands:
    """Somebody with a mouse. `steps` counts what they pressed and filled."""

    page: Page
    figure: Figure
    steps: int = field(default=0, init=False)

    # What a journey is written in

    def open(self, address: str) -> None:
        """Begin somewhere: not a step of the journey."""
        self.page.goto(address)

    def follow(self, name: str | re.Pattern[str], within: str = "") -> None:
        """A link, by its words; `within` is the heading of its part of the page."""
        menu = self.page.get_by_role("button", name="Menu", exact=True)
        if within == "Main" and menu.is_visible() and menu.get_attribute("aria-expanded") != "true":
            self._press(menu)  # in a narrow window the navigation is behind it
        self._go(self._place(within).get_by_role("link", name=whole(name)))

    def press(self, name: str) -> None:
        self._go(self.page.get_by_role("button", name=name, exact=True))

    def take(self, name: str) -> Path:
        """Press what gives a file."""
        self.steps += 1
        button = self.page.get_by_role("button", name=name, exact=True)
        return downloaded(self.page, lambda: self._press(button))

    def jump(self, link: Locator) -> None:
        """A link to a place on the same page."""
        self.steps += 1
        self._press(link)

    def unfold(self, words: str) -> None:
        """What is folded away behind these words."""
        self.steps += 1
        self._press(self.page.locator("summary:visible").filter(has_text=whole(words)))

    def write(self, label: str, text: str) -> None:
        self.steps += 1
        self._write(self._field(label), text)

    def add(self, label: str, text: str) -> None:
        """Write behind what stands there."""
        self.steps += 1
        self._add(self._field(label), text)

    def date(self, legend: str, said: str) -> None:
        """The three boxes of a date, counted as one field."""
        self.steps += 1
        on, group = day(said), self._group(legend)
        for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
            self._write(group.get_by_label(label, exact=True), str(value))

    def choose(self, label: str | re.Pattern[str], within: str = "") -> None:
        """A radio button or a tick; `within` is the question."""
        self.steps += 1
        place = self._group(within) if within else self.page.get_by_role("main")
        self._choose(place.locator("[type=radio], [type=checkbox]").and_(place.get_by_label(whole(label))))

    def pick(self, label: str, option: str) -> None:
        self.steps += 1
        self._pick(self._field(label), option)

    # How it is found

    def _place(self, named: str) -> Locator:
        """The part of the page under this heading, else the page."""
        if not named:
            return self.page.locator("body")
        there = self.page.get_by_role("heading", name=re.compile(rf"^{re.escape(named)}( [\d,]+)?$"))
        parts = self.page.locator("section").filter(has=there)
        return parts.or_(self.page.get_by_role("navigation", name=named, exact=True))

    def _group(self, legend: str) -> Locator:
        return self.page.get_by_role("group", name=whole(legend))

    def _field(self, label: str) -> Locator:
        boxes = self.page.locator("input:visible, textarea:visible, select:visible")
        return boxes.and_(self.page.get_by_label(whole(label)))

    def _go(self, to: Locator) -> None:
        """Press what opens another page, and wait until it is there."""
        self.steps += 1
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self._press(to)

    # How it is done

    def _press(self, target: Locator) -> None:
        target.click()

    def _write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def _add(self, target: Locator, text: str) -> None:
        target.fill(target.input_value() + text)

    def _choose(self, target: Locator) -> None:
        target.check()

    def _pick(self, target: Locator, option: str) -> None:
        target.select_option(label=option)

    # What every last page is held to

    def leave(self) -> None:
        wholesome(self._laid_open())
        self.figure.add(True)

    def _laid_open(self) -> Page:
        """The page on which the work ends, in a window in which axe may run."""
        return self.page


@dataclass
class Phone(Hands):
    """Somebody with a phone on which no script runs; `looked_at` is a window of the same size in which axe may run."""

    looked_at: Page

    def _laid_open(self) -> Page:
        # Axe is a script: it looks at the same page, without the scripts that did not run, in the other window.
        address, body = (
            self.page.url,
            re.sub(r"<script.*?</script>", "", self.page.content(), flags=re.DOTALL),
        )
        self.looked_at.route(address, lambda route: route.fulfill(body=body, content_type="text/html"))
        self.looked_at.goto(address)
        return self.looked_at


# Which key leads from what has the focus to a control: none, if it is there. Of radio buttons one stands for all.
TOWARDS = """(goal) => {
  const at = document.activeElement;
  if (at === goal) return "";
  if (goal.type === "radio" && at.type === "radio" && at.name === goal.name && at.form === goal.form) return "";
  if (!at || at === document.body) return "Tab";
  return goal.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING ? "Shift+Tab" : "Tab";
}"""


class Keyboard(Hands):
    """Somebody who does not touch the mouse: Tab and Shift+Tab, arrows, Space and Enter."""

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        goal = target.element_handle()
        for _ in range(MOST_TABS + 1):
            key = self.page.evaluate(TOWARDS, goal)
            if not key:
                return
            self.page.keyboard.press(key)
        on = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"{target} cannot be reached in {MOST_TABS} Tabs: the focus is on {on}")

    def _press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _write(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        expect(target).to_have_value(text)

    def _add(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def _choose(self, target: Locator) -> None:
        self._reach(target)
        focused = "goal => document.activeElement === goal"
        for _ in range(MOST_TABS):
            if target.evaluate(focused):
                break
            self.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            self.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def _pick(self, target: Locator, option: str) -> None:
        self._reach(target)
        labels: list[str] = target.evaluate("one => [...one.options].map(option => option.label)")
        down = labels.index(option) - int(target.evaluate("one => one.selectedIndex"))
        for _ in range(abs(down)):
            self.page.keyboard.press("ArrowDown" if down > 0 else "ArrowUp")
        expect(target.locator("option:checked")).to_have_text(option)


WAYS: dict[str, tuple[type[Hands], dict[str, Any]]] = {
    "mouse and JavaScript at a desk": (Hands, {"viewport": WIDE}),
    "no JavaScript on a phone": (Phone, {"viewport": PHONE, "java_script_enabled": False}),
    "keyboard alone at a desk": (Keyboard, {"viewport": WIDE}),
    "keyboard alone at 400 %": (Keyboard, {"viewport": ENLARGED}),
}


# At a change the two in which most can go wrong.
@pytest.fixture(params=WAYS if at_night() else ("no JavaScript on a phone", "keyboard alone at 400 %"))
def hands(
    request: pytest.FixtureRequest,
    at: Callable[[str], None],
    sign_in: Callable[..., Page],
    window: Callable[..., BrowserContext],
    figure: Figure,
) -> Callable[[User | None], Hands]:
    """The hands of somebody who is signed in, or of nobody yet, on the day of these stories."""
    at(TODAY)
    kind, wishes = WAYS[request.param]
    figure.name = f"{figure.name}: {request.param}"

    def of(user: User | None) -> Hands:
        page = sign_in(user, **wishes) if user else window(**wishes).new_page()
        return Phone(page, figure, window(viewport=PHONE).new_page()) if kind is Phone else kind(page, figure)

    return of


# ---------------------------------------------------------------- who is there


@dataclass
class Team:
    """A caseworker, a colleague and their manager, and a person whom the caseworker holds."""

    ann: User
    bea: User
    manager: User
    case: Case

    @property
    def home(self) -> str:
        return f"/cases/{self.case.pk}/"


@pytest.fixture
def north(hands: Callable[[User | None], Hands]) -> Team:
    """North team of a council of its own, so that stories do not meet."""
    team = a_team("North", a_council(f"Council {next(COUNCILS)}"))
    ann = staff(Role.CASEWORKER, team=team, name="Ann Example")
    return Team(
        ann=ann,
        bea=staff(Role.CASEWORKER, team=team, name="Bea Example"),
        manager=staff(Role.FIRST_LINE_MANAGER, team=team, name="Morag Example"),
        case=a_case(worker=ann, given_name="Cal", family_name="Sample", opened="1 May 2025"),
    )


def told(hands: Hands, words: str) -> None:
    """The page says that it was done."""
    expect(hands.page.get_by_role("main").get_by_text(words).first).to_be_visible()


# ---------------------------------------------------------------- the commonest five, with their steps


def test_a_contact_is_recorded(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann on her home page, with an order of yesterday
    order = an_order(case=north.case, imposed="3 June 2025")
    ann = hands(north.ann)
    ann.open("/")

    # When she opens the person and records that they came
    ann.follow("Sample, Cal", within="Due this week")
    ann.follow("Record a contact")
    ann.choose("First direct contact", within="Kind of contact")
    ann.date("Date of the contact", TODAY)
    ann.choose("Yes", within="Did the person attend?")
    ann.press("Save the contact")

    # Then it stands on the record
    told(ann, "The contact was recorded")
    assert order.contacts.get().on == day(TODAY)
    assert ann.steps == STEPS["record a contact"]
    ann.leave()


def test_an_order_is_imposed(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann on the page of a person
    ann = hands(north.ann)
    ann.open(north.home)

    # When she records 120 hours and 18 months' supervision
    ann.follow("Record an order")
    ann.choose("Instead of imprisonment")
    ann.pick("Kind of court", "Sheriff Court, summary")
    ann.date("Date the order was imposed", "2 June 2025")
    ann.choose("Unpaid work or other activity")
    ann.write("Hours of unpaid work", "120")
    ann.choose("Offender supervision")
    ann.write("Months of offender supervision", "18")
    ann.press("Record the order")

    # Then the order is there with what falls due
    told(ann, "The order was recorded and its timescales worked out")
    found = {
        row.kind: (row.hours, row.months) for row in Order.objects.get(case=north.case).requirements.all()
    }
    assert found == {RequirementKind.UNPAID_WORK: (120, None), RequirementKind.SUPERVISION: (None, 18)}
    assert ann.steps == STEPS["impose an order"]
    ann.leave()


def test_a_case_is_reassigned(hands: Callable[[User | None], Hands], north: Team):
    # Given the manager on the page of a person whom Ann holds
    an_order(case=north.case, imposed="2 June 2025")
    morag = hands(north.manager)
    morag.open(north.home)

    # When she looks what Bea holds now and would hold then, and gives it to Bea
    morag.unfold("More actions")
    morag.follow("Reassign")
    bea = next(row for row in rows_of(morag.page, "Before and after") if row[0] == "Bea Example")
    assert bea[1] == "0"
    assert bea[3:5] == ["0% of capacity", "5% of capacity"]
    morag.pick("Caseworker", "Bea Example (North)")
    morag.date("First day they hold it", TODAY)
    morag.press("Save")

    # Then the case is Bea's
    told(morag, "The case was reassigned")

    assert Allocation.objects.get(case=north.case, subject="", to_on=None).worker == north.bea
    assert morag.steps == STEPS["reassign a case"]
    morag.leave()


def test_a_person_is_found_by_a_misspelt_name(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann in the middle of something else
    a_case(worker=north.ann, given_name="Siobhan", family_name="Thornquill", born="12 March 1985")
    ann = hands(north.ann)
    ann.open("/my-week/")

    # When she types the name as she heard it into the box at the top
    ann.write("Find a person", "shivawn thornquil")
    ann.press("Search")

    # Then the person is found, and one link further is their page
    assert rows_of(ann.page, "People found")[0][3] == "Similar name"
    ann.follow("Thornquill, Siobhan")
    expect(ann.page.locator(".app-identity__name")).to_have_text("Siobhan Thornquill")
    assert ann.steps == STEPS["find a person"]
    ann.leave()


def test_a_manager_sees_what_is_late_in_the_team(hands: Callable[[User | None], Hands], north: Team):
    # Given an order of which nothing was done for a month, and the manager at home
    an_order(case=north.case, imposed="1 May 2025")
    late = a_case(worker=north.bea, given_name="Dot", family_name="Other", opened="1 May 2025")
    an_order(case=late, imposed="1 May 2025")
    morag = hands(north.manager)
    morag.open("/")

    # When she follows the count in Ann's row
    morag.follow(re.compile(r"^\d+\W+overdue, Ann Example, North$"), within="Team by worker")

    # Then each thing of Ann's that is late is there, and nothing of Bea's
    assert heading(morag.page).startswith("Overdue")
    rows = morag.page.locator("main tbody tr").all_inner_texts()
    assert rows
    assert all("Sample, Cal" in row for row in rows), rows
    assert morag.steps == STEPS["what is late in my team"]
    morag.leave()


# ---------------------------------------------------------------- the rest of the day


def test_appointments_are_booked_weekly_and_one_gets_its_outcome(
    hands: Callable[[User | None], Hands], north: Team
):
    # Given Ann on the page of a person with an order
    order = an_order(case=north.case, imposed="3 June 2025")
    ann = hands(north.ann)
    ann.open(north.home)

    # When she books four appointments, one each week, the first of them today
    ann.follow("Book an appointment")
    ann.choose(Appointment.Kind.SUPERVISION.label, within="Kind of appointment")
    ann.date("Date", TODAY)
    ann.write("Time", "9:30am")
    ann.pick("Repeat", "Every week")
    ann.write("How many appointments in all", "4")
    ann.press("Book it")

    # Then the four are there
    told(ann, "4 appointments are booked, to Wednesday 25 June")
    booked = Appointment.objects.filter(case=north.case).order_by("on")
    assert [row.on for row in booked] == [day(f"{on} June 2025") for on in (4, 11, 18, 25)]

    # When she records that the person came to the first
    ann.follow("Record the outcome")
    ann.choose("Attended", within="What happened?")
    ann.press("Save the outcome")

    # Then the first has its outcome and the others wait
    told(ann, "The outcome was recorded")
    assert [row.outcome for row in booked.all()] == ["attended", "", "", ""]
    assert order.contacts.get().attended
    ann.leave()


def test_an_absence_is_decided_and_the_first_warning_written(
    hands: Callable[[User | None], Hands], north: Team
):
    # Given a person who did not come yesterday
    order = an_order(case=north.case, imposed="5 May 2025")
    operations.record_contact(
        actor=north.ann, order=order, kind="supervision", on=day("3 June 2025"), attended=False,
        today=day("3 June 2025"),
    )  # fmt: skip
    ann = hands(north.ann)
    ann.open("/")

    # When Ann decides that the absence was not acceptable
    ann.follow(re.compile("^Decide"), within="Absences to decide")
    ann.choose("Not acceptable", within="Was the absence acceptable?")
    ann.write("Reason for the decision", "No reason was given")
    ann.press("Save the decision")

    # Then the first warning is prompted
    told(ann, "The decision was saved")
    expect(ann.page.get_by_role("heading", name="First formal warning is the next step")).to_be_visible()

    # When she writes it, as its words are set out
    ann.follow("Write the warning")
    ann.press("Record the warning")

    # Then its letter is linked, and is a PDF
    told(ann, "The warning was recorded. Its letter is below, under Formal warnings")
    letter = ann.page.get_by_role("table", name="Formal warnings").get_by_role("link", name="Letter (PDF)")
    answer = ann.page.request.get(letter.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    ann.leave()


def test_attendance_is_recorded_from_today(hands: Callable[[User | None], Hands], north: Team):
    # Given somebody who is booked for unpaid work today, and the supervisor
    order = an_order(case=north.case, imposed="26 May 2025")
    operations.book_appointment(
        actor=north.ann, case=north.case, order=order, kind="unpaid_work", on=day(TODAY), at=time(9),
        minutes=420, worker=north.ann, today=day("2 June 2025"),
    )  # fmt: skip
    ulla = hands(staff(Role.UNPAID_WORK_SUPERVISOR, team=north.ann.team, name="Ulla Example"))
    ulla.open("/")

    # When she opens Today and records seven hours
    ulla.follow("Today", within="Main")
    ulla.follow("Record attendance of Cal Sample")
    ulla.choose(re.compile("^Attended"), within="What happened?")
    ulla.write("Hours", "7")
    ulla.press("Save the outcome")

    # Then they are on the record, and Today says so
    told(ulla, "The outcome was recorded")
    row = Attendance.objects.get(order=order)
    assert (row.on, row.minutes_worked) == (day(TODAY), 420)
    assert heading(ulla.page).endswith("Unpaid work today")
    ulla.leave()


def test_a_note_begun_with_headings_is_found_by_its_words(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann on the page of a person
    ann = hands(north.ann)
    ann.open(north.home)

    # When she begins a note with the headings of a supervision session, and writes under the last of them
    ann.follow("Write a note")
    ann.follow("Supervision session", within="Begin with headings")
    ann.date("Date", TODAY)
    ann.add("Note", "To ring the housing office about the kittiwake")
    ann.press("Save the note")

    # Then it is saved with its headings
    told(ann, "The note was saved")
    note = Note.objects.get(case=north.case)
    assert note.kind == "supervision_session"
    assert "Agreed, and next appointment\nTo ring the housing office" in note.text.replace("\r\n", "\n")

    # When she searches the chronology for a word of it, then it alone is there
    ann.follow("Chronology", within="Pages of this case")
    ann.write("Search in what happened", "kittiwake")
    ann.press("Show")
    expect(ann.page.locator(".app-events > li")).to_have_count(1)
    expect(ann.page.locator(".app-events")).to_contain_text("kittiwake")
    assert "kittiwake" not in ann.page.url
    ann.leave()


def test_a_refused_form_is_mended_and_sent(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann at the form for a contact
    order = an_order(case=north.case, imposed="3 June 2025")
    ann = hands(north.ann)
    ann.open(north.home)
    ann.follow("Record a contact")

    # When she sends it with a day that does not exist and nothing said of whether the person came
    ann.choose("Telephone call", within="Kind of contact")
    ann.date("Date of the contact", "3 June 2025")
    ann.write("Time", "half past")
    ann.press("Save the contact")

    # Then the title says so, and each line of the summary leads to its field
    expect(ann.page).to_have_title(re.compile("^Error: Record a contact"))
    summary = ann.page.locator(".govuk-error-summary")
    links = summary.get_by_role("link").all()
    assert len(links) == 2, summary.inner_text()
    for link in links:
        ann.jump(link)
        field = ann.page.locator(link.get_attribute("href") or "")
        expect(field).to_be_focused()
    ann.leave()

    # When she mends what was wrong, and only that
    ann.write("Time", "9:30am")
    ann.choose("Yes", within="Did the person attend?")
    ann.press("Save the contact")

    # Then it is recorded with what she had typed before
    told(ann, "The contact was recorded")
    contact = order.contacts.get()
    assert (contact.on, contact.at, contact.attended) == (day("3 June 2025"), time(9, 30), True)
    ann.leave()


def test_a_caseload_is_handed_over_and_taken_back(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann, who leaves, with two cases
    an_order(case=north.case, imposed="3 June 2025")
    a_case(worker=north.ann, given_name="Dot", family_name="Other", opened="1 May 2025")
    held = Allocation.objects.filter(case__allocations__worker=north.ann).order_by("pk")
    before = list(held.values())
    morag = hands(north.manager)
    morag.open("/")

    # When the manager hands all of it over, after a look at before and after
    morag.follow("Workload", within="Main")
    morag.follow("Hand over the caseload of Ann Example")
    morag.write("Why the caseload is handed over", "Leaves on Friday")
    morag.press("Check before and after")
    assert rows_of(morag.page, "Before and after")
    assert len(rows_of(morag.page, "Who takes which case")) == 2
    morag.press("Hand over")

    # Then nothing is left behind
    told(morag, "2 cases handed over. Nothing is left behind")
    assert not Allocation.objects.filter(worker=north.ann, to_on=None).exists()

    # When she undoes it, then everything is as it was
    morag.follow("Undo the handover")
    morag.press("Undo the handover")
    told(morag, "The handover was undone")
    assert list(held.values()) == before
    morag.leave()


def test_victim_information_is_seen_by_who_holds_the_case_alone(
    hands: Callable[[User | None], Hands], north: Team
):
    # Given Ann, who holds the case, and business support of her team
    ann = hands(north.ann)
    ann.open(north.home)

    # When Ann writes down what a victim asked for
    ann.follow("Victims", within="Pages of this case")
    ann.follow("Add victim information")
    ann.write("Name or initials", "V M")
    ann.write("What they asked to be told, and how they are reached", "To be told of the end of the order")
    ann.date("Day we learned of it", TODAY)
    ann.press("Save")

    # Then it stands on the page of victims
    expect(ann.page.get_by_role("main")).to_contain_text("To be told of the end of the order")
    assert VictimInformation.objects.get(case=north.case).name == "V M"
    ann.leave()

    # And for business support there is no such page, and nothing that leads to one
    bill = hands(staff(Role.BUSINESS_SUPPORT, team=north.ann.team, name="Bill Example"))
    bill.open(north.home)
    expect(bill.page.get_by_role("navigation", name="Pages of this case")).to_be_visible()
    expect(bill.page.get_by_role("link", name="Victims")).to_have_count(0)
    found = bill.page.goto(f"{north.home}victims/")
    assert found is not None
    assert found.status == 404
    bill.leave()


def test_a_colleague_who_covers_sees_the_case(hands: Callable[[User | None], Hands], north: Team):
    # Given a colleague of another team, who does not see Ann's case
    away = staff(Role.CASEWORKER, team=a_team("South", north.ann.council), name="Cam Example")
    cam = hands(away)
    before = cam.page.goto(north.home)
    assert before is not None
    assert before.status == 404

    # When Ann's manager arranges that they cover for her from today on
    morag = hands(north.manager)
    morag.open("/")
    morag.follow("Workload", within="Main")
    morag.follow("Ann Example")
    morag.follow("Arrange cover")
    morag.pick("Who covers for them", "Cam Example (South)")
    morag.date("First day", TODAY)
    morag.date("Last day", NEXT_WEEK)
    morag.press("Arrange cover")
    told(morag, "Cover is arranged. It ends by itself after its last day")
    morag.leave()

    # Then the colleague comes to the case from their own caseload, and it is still Ann's
    cam.open("/")
    cam.follow("My caseload", within="Main")
    expect(cam.page.get_by_role("main")).to_contain_text("Ann Example")
    cam.open(north.home)
    expect(cam.page.locator(".app-identity__name")).to_have_text("Cal Sample")
    assert worker_of(north.case) == north.ann
    cam.leave()


# ---------------------------------------------------------------- what guards the records


PASSWORD = "three words apart"


def with_a_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def enter(hands: Hands, user: User) -> None:
    """Sign in by the form."""
    hands.open("/sign-in/")
    hands.write("Email address", user.email)
    hands.write("Password", PASSWORD)
    hands.press("Sign in")


def code_of(secret: str) -> str:
    """What the app on somebody's phone shows now."""
    step = int(datetime.now(UTC).timestamp()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(secret, step)))


def test_a_list_is_taken_away_with_a_reason(hands: Callable[[User | None], Hands], north: Team):
    # Given Ann, who has somebody on her list
    an_order(case=north.case, imposed="1 May 2025")
    ann = hands(None)
    enter(ann, with_a_password(north.ann))

    # When she asks for what is overdue as a file, and says nothing of why
    ann.follow("Overdue", within="Main")
    ann.follow(re.compile("^Download CSV"))
    ann.press("Take this list away")

    # Then the page asks why and for whom
    assert heading(ann.page) == "Take this list away: Overdue"
    expect(ann.page.locator(".govuk-error-summary").get_by_role("link")).to_have_count(2)

    # When she says so, then the file is hers, and says so too
    ann.choose("Supervision or a team meeting", within="Why do you need this list?")
    ann.choose("Only me", within="Who will receive it?")
    words = ann.take("Take this list away").read_text(encoding="utf-8-sig")
    assert "Sample, Cal" in words
    assert "Ann Example" in words
    ann.leave()


def test_a_list_of_the_whole_council_is_agreed_to_before_it_is_taken(
    hands: Callable[[User | None], Hands], north: Team
):
    # Given a performance officer and a manager
    an_order(case=north.case, imposed="1 May 2025")
    officer = staff(Role.PERFORMANCE_OFFICER, team=north.ann.team, name="Pat Example")
    pat, morag = hands(None), hands(None)
    enter(pat, with_a_password(officer))

    # When the officer asks for what is overdue
    pat.open("/overdue/")
    pat.follow(re.compile("^Download CSV"))
    pat.choose("Audit or inspection", within="Why do you need this list?")
    pat.choose("Only me", within="Who will receive it?")
    pat.press("Ask for agreement")

    # Then it waits, and the manager who is told agrees
    assert heading(pat.page) == "Lists taken away"
    pat.leave()
    enter(morag, with_a_password(north.manager))
    morag.follow(re.compile("^Notices"), within="Main")
    morag.follow("1 list of people waits for an answer")
    morag.follow(re.compile("^Answer"))
    morag.press("Agree")
    morag.leave()

    # And the officer takes it
    pat.open("/exports/")
    pat.follow(re.compile("^Take it away"))
    assert "Sample, Cal" in pat.take("Take this list away").read_text(encoding="utf-8-sig")


def test_a_restricted_record_is_opened_with_a_reason_and_closed(
    hands: Callable[[User | None], Hands], north: Team, at: Callable[[str], None]
):
    # Given a restricted record of North, and Cam of another team on duty. The hour is the database's own.
    at("")
    case_operations.limit_record(
        actor=north.manager, case=north.case, restricted=True, permitted=[], excluded=[],
        reason="A colleague's cousin", expected_version=north.case.person.version,
    )  # fmt: skip
    cam = hands(staff(Role.CASEWORKER, team=a_team("South", north.ann.council), name="Cam Example"))
    cam.open("/")

    # When Cam opens it with a reason
    cam.follow("People", within="Main")
    cam.follow("Open a restricted record")
    cam.write("Person's reference", north.case.person.reference)
    cam.write("Why you need to see this record now", "They rang the duty desk")
    cam.press("Open for one hour")

    # Then it is open, says until when, and the manager is told
    expect(cam.page.locator(".app-identity__name")).to_have_text("Cal Sample")
    told(cam, "You opened this restricted record with a reason")
    cam.leave()
    morag = hands(north.manager)
    morag.open("/notices/")
    morag.follow("Opened with a reason: see who and why, and review it")
    expect(morag.page.get_by_role("main")).to_contain_text("Cam Example")
    expect(morag.page.get_by_role("main")).to_contain_text("They rang the duty desk")
    morag.leave()

    # When it is closed again, then it is closed
    cam.follow("Close this record again")
    cam.press("Close the record")
    shut = cam.page.goto(north.home)
    assert shut is not None
    assert shut.status == 404
    cam.leave()


def test_an_app_is_set_up_and_its_code_opens_the_site(
    hands: Callable[[User | None], Hands], north: Team, at: Callable[[str], None]
):
    # Given Ann at her own sign-in
    ann = hands(None)
    enter(ann, with_a_password(north.ann))
    ann.follow(re.compile("Ann Example"))

    # When she sets up an app with her password and its first code
    ann.follow("Set up an app")
    ann.write("Password", PASSWORD)
    ann.press("Continue")
    secret = ann.page.locator("main .app-breakable").inner_text()
    ann.write("Code that the app shows", "000000")
    ann.press("Set up the app")
    expect(ann.page.locator(".govuk-error-summary")).to_be_visible()
    ann.write("Code that the app shows", code_of(secret))
    ann.press("Set up the app")

    # Then she has ten codes to keep
    assert heading(ann.page) == "Recovery codes"
    expect(ann.page.locator("main code")).to_have_count(10)
    ann.leave()
    ann.follow("Continue")
    ann.press("Sign out")

    # And the next day the password alone opens nothing, and the app's code does
    at("5 June 2025")
    enter(ann, north.ann)
    assert heading(ann.page) == "Second step"
    ann.write("Code", code_of(secret))
    ann.press("Continue")
    expect(ann.page.get_by_role("button", name="Sign out")).to_be_visible()
    ann.leave()


def test_governance_sees_who_has_looked(hands: Callable[[User | None], Hands], north: Team):
    # Given a record that Ann opened
    ann = hands(north.ann)
    ann.open(north.home)
    governance = hands(staff(Role.INFORMATION_GOVERNANCE, team=north.ann.team, name="Gil Example"))
    governance.open("/")

    # When governance asks for the person by how their name begins
    governance.follow("Who has looked", within="Main")
    governance.write("Find a person", "sam")
    governance.press("Search")
    governance.follow("Sample, Cal")

    # Then Ann's look is there, with its ground; and so is the question
    rows = rows_of(governance.page, "Who has looked at this record")
    assert any("Ann Example" in row and "Allocated" in row for row in rows), rows
    assert any("Gil Example" in row for row in rows), rows
    governance.leave()
