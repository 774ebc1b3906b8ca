"""A day at the desk of a caseworker and of a manager, done three ways: with a mouse, on a phone without JavaScript, and
by keyboard alone.

Each journey is written once, as what the person does; `Hands` knows how each way does it. For the commonest of them
STEPS says how many links and buttons are pressed and fields filled, whichever way it is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.domain import lscmi  # noqa: F401
from cases.models import Allocation, Case, Role, User, VictimInformation
from orders import operations
from orders.domain.cpo import RequirementKind
from orders.models import Appointment, Attendance, Order
from tests.browser.conftest import WIDE, found_by_axe, heading, rows_of, too_wide
from tests.builders import a_case, a_council, a_team, an_order, day, staff

pytestmark = pytest.mark.browser

# Links and buttons pressed and fields filled, a date counted as one field.
STEPS = {
    "record a contact": 6,
    "impose an order": 10,
    "reassign a case": 5,
    "find a person": 3,
    "what is late in my team": 1,
}

PHONE = {"width": 390, "height": 844}
MOST_TABS = 120
TODAY = "4 June 2025"  # a Wednesday


# ---------------------------------------------------------------- three ways of doing it


def whole(words: str | re.Pattern[str]) -> re.Pattern[str]:
    """These words and no others, but for the mark of what may be left empty."""
    return words if isinstance(words, re.Pattern) else re.compile(rf"^\s*{re.escape(words)}( \(optional\))?\s*$")


@dataclass
class Hands:
    """Somebody with a mouse. `steps` counts what they pressed and filled."""

    page: Page
    steps: int = field(default=0, init=False)

    # What a journey is written in

    def open(self, address: str) -> None:
        """Begin somewhere: not a step of the journey."""
        self.page.goto(address)

    def follow(self, name: str | re.Pattern[str], within: str = "") -> None:
        """A link, by its words; `within` is the heading of its part of the page."""
        self._go(self._place(within).get_by_role("link", name=whole(name)))

    def press(self, name: str) -> None:
        self._go(self.page.get_by_role("button", name=name, exact=True))

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
        return self.page.locator("section").filter(has=there)

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
        """The page on which a journey ends has no fault that axe finds, and does not scroll sideways."""
        wide = too_wide(self.page)
        assert not wide, wide
        faults = found_by_axe(self.page)
        assert not faults, "\n".join(faults)


class Phone(Hands):
    """Somebody with a phone on which no script runs."""

    def leave(self) -> None:
        # Axe is a script: it may run on the page as it stands, on which no other has run.
        session = self.page.context.new_cdp_session(self.page)
        session.send("Emulation.setScriptExecutionDisabled", {"value": False})
        super().leave()


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
}


@pytest.fixture(params=list(WAYS))
def hands(
    request: pytest.FixtureRequest, at: Callable[[str], None], sign_in: Callable[..., Page]
) -> Callable[[User], Hands]:
    """The hands of somebody who is signed in, on the day of these stories."""
    at(TODAY)
    kind, wishes = WAYS[request.param]
    return lambda user: kind(sign_in(user, **wishes))


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
def north(request: pytest.FixtureRequest, hands: Callable[[User], Hands]) -> Team:
    """North team of a council of its own, so that stories do not meet."""
    team = a_team("North", a_council(request.node.name))
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


def test_a_contact_is_recorded(hands: Callable[[User], Hands], north: Team):
    # Given Ann on her home page, with an order of this week
    order = an_order(case=north.case, imposed="2 June 2025")
    ann = hands(north.ann)
    ann.open("/")

    # When she opens the person and records that they came
    ann.follow("Sample, Cal", within="Came to you in the last 7 days")
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


def test_an_order_is_imposed(hands: Callable[[User], Hands], north: Team):
    # Given Ann on the page of a person
    ann = hands(north.ann)
    ann.open(north.home)

    # When she records 120 hours and 18 months' supervision
    ann.unfold("More actions")
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
    found = {row.kind: (row.hours, row.months) for row in Order.objects.get(case=north.case).requirements.all()}
    assert found == {RequirementKind.UNPAID_WORK: (120, None), RequirementKind.SUPERVISION: (None, 18)}
    assert ann.steps == STEPS["impose an order"]
    ann.leave()


def test_a_case_is_reassigned(hands: Callable[[User], Hands], north: Team):
    # Given the manager on the page of a person whom Ann holds
    an_order(case=north.case, imposed="2 June 2025")
    morag = hands(north.manager)
    morag.open(north.home)

    # When she looks what Bea holds now and would hold then, and gives it to Bea
    morag.unfold("More actions")
    morag.follow("Reassign")
    shown = rows_of(morag.page, "What")
    morag.pick("Caseworker", "Bea Example (North)")
    morag.date("First day they hold it", TODAY)
    morag.press("Save")

    # Then the case is Bea's
    told(morag, "The case was reassigned")
    print(shown)
    assert Allocation.objects.get(case=north.case, subject="", to_on=None).worker == north.bea
    assert morag.steps == STEPS["reassign a case"]
    morag.leave()


def test_a_person_is_found_by_a_misspelt_name(hands: Callable[[User], Hands], north: Team):
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


def test_a_manager_sees_what_is_late_in_the_team(hands: Callable[[User], Hands], north: Team):
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
