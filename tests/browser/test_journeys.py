"""What staff meet in a day: refusals, duplicates, two people at one record, a reassignment, a holiday, an import."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases import tasks
from cases.models import Case, Person, Role, Timescale
from orders.models import Order
from tests.browser.conftest import fill_date, found_by_axe, let_in, press, rows_of
from tests.builders import a_case, a_council, a_team, an_order, day, staff

pytestmark = pytest.mark.browser


def ask_for_an_unlawful_order(page: Page, case: Case) -> None:
    """500 hours of unpaid work, and a fine default without the fine."""
    page.goto(f"/cases/{case.pk}/orders/new/")
    page.get_by_label("Instead of imprisonment").check()
    page.get_by_label("Kind of court").select_option(label="Justice of the Peace Court")
    page.get_by_label("Court (optional)", exact=True).fill("Dunmore")
    fill_date(page, "Date the order was imposed", "2 June 2025")
    page.get_by_label("Unpaid work or other activity").check()
    page.get_by_label("Hours of unpaid work").fill("500")
    page.get_by_label("Programme", exact=True).check()
    page.get_by_label("Name of the programme").fill("Moving on")
    press(page, "Record the order")


def test_a_refused_order_shows_every_problem_at_once_and_loses_nothing(sign_in: Callable[..., Page]):
    # Given a caseworker and a person
    team = a_team("North", a_council("Refusals"))
    case = a_case(worker=staff(Role.CASEWORKER, team=team))
    page = sign_in(case.allocations.get().worker)

    # When an order is sent that the law does not allow
    ask_for_an_unlawful_order(page, case)

    # Then the title says so, the summary has the focus and names every problem, each with a link to its field
    expect(page).to_have_title(re.compile("^Error: Record an order"))
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    problems = summary.get_by_role("listitem").all_inner_texts()
    assert len(problems) >= 2, problems
    for link in summary.get_by_role("link").all():
        link.click()
        target = page.locator(link.get_attribute("href") or "")
        expect(target).to_be_focused()
        expect(page.locator(".govuk-error-message").filter(has_text=link.inner_text())).to_have_count(1)

    # And nothing typed is lost, and nothing was saved
    expect(page.get_by_label("Hours of unpaid work")).to_have_value("500")
    expect(page.get_by_label("Name of the programme")).to_have_value("Moving on")
    expect(page.get_by_label("Court (optional)", exact=True)).to_have_value("Dunmore")
    expect(page.get_by_label("Instead of imprisonment")).to_be_checked()
    assert not Order.objects.filter(case=case).exists()
    assert not found_by_axe(page)
    # A caseworker may not save it as queried
    expect(page.get_by_text("Save as queried with the clerk of court")).to_have_count(0)


def test_a_manager_saves_the_order_of_the_court_as_queried(sign_in: Callable[..., Page]):
    # Given the same order in the hands of a first line manager
    team = a_team("North", a_council("Queries"))
    case = a_case(worker=staff(Role.CASEWORKER, team=team))
    page = sign_in(staff(Role.FIRST_LINE_MANAGER, team=team))
    ask_for_an_unlawful_order(page, case)

    # When it is saved as queried, with the question for the clerk of court
    page.get_by_label("Save as queried with the clerk of court").check()
    page.get_by_label("What you are asking the clerk of court").fill("Are 500 hours meant?")
    press(page, "Record the order")

    # Then it is on record, marked, with each rule that it breaks
    expect(page.get_by_text("The order was recorded")).to_be_visible()
    expect(page.get_by_text("Queried with the clerk of court: recorded, but not active")).to_be_visible()
    assert Order.objects.get(case=case).queried
    assert not found_by_axe(page)


def test_a_possible_duplicate_is_shown_before_a_second_person_is_made(sign_in: Callable[..., Page]):
    # Given somebody who is known already
    team = a_team("North", a_council("Duplicates"))
    worker = staff(Role.CASEWORKER, team=team)
    known = a_case(worker=worker, given_name="Catherine", family_name="McSample", born="27 March 1990").person
    page = sign_in(worker)

    # When the name is typed otherwise
    page.goto("/people/new/")
    page.get_by_label("Given name").fill("Catherine")
    page.get_by_label("Family name").fill("MacSample")
    fill_date(page, "Date of birth", "27 March 1990")
    page.get_by_label("Female").check()
    press(page, "Add this person")

    # Then the one who is known is shown, and nobody was added
    expect(page.get_by_role("heading", name="Is it one of these people?")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(known.reference))).to_be_visible()
    assert Person.objects.filter(council=team.council).count() == 1
    assert not found_by_axe(page)

    # When it is said that they are not the same, then there are two
    page.get_by_label("None of the people listed above is this person").check()
    press(page, "Add this person")
    expect(page.locator(".app-identity__name")).to_have_text("Catherine MacSample")
    assert Person.objects.filter(council=team.council).count() == 2


def test_of_two_people_at_one_record_the_second_sees_both_texts(
    window: Callable[..., BrowserContext], live_site: LiveServer
):
    # Given one person's details open in two tabs
    worker = staff(Role.CASEWORKER, team=a_team("North", a_council("Conflicts")))
    case = a_case(worker=worker, given_name="Cal", family_name="Sample")
    context = window()
    let_in(context, worker, live_site.url)
    first, second = context.new_page(), context.new_page()
    for tab in (first, second):
        tab.goto(f"/cases/{case.pk}/person/")

    # When both are changed and sent
    first.get_by_label("Given name").fill("Calum")
    press(first, "Save")
    expect(first.get_by_text("The person's details were corrected")).to_be_visible()
    second.get_by_label("Given name").fill("Callum")
    press(second, "Save")

    # Then the second saves nothing, and shows what is stored beside what was typed
    expect(
        second.get_by_role("heading", name="Somebody changed this record while you had it open")
    ).to_be_visible()
    line = next(row for row in rows_of(second, "What is stored and what you typed") if row[0] == "Given name")
    assert line[1:] == ["Calum", "Callum"]
    case.person.refresh_from_db()
    assert case.person.given_name == "Calum"
    assert not found_by_axe(second)

    # When it is sent again, the second text stands
    press(second, "Save")
    expect(second.get_by_text("The person's details were corrected")).to_be_visible()
    case.person.refresh_from_db()
    assert case.person.given_name == "Callum"


def test_a_form_sent_twice_does_its_work_once_and_going_back_sends_nothing(sign_in: Callable[..., Page]):
    # Given an order, and its form for a contact filled in
    worker = staff(Role.CASEWORKER, team=a_team("North", a_council("Twice")))
    order = an_order(hours=100, case=a_case(worker=worker), imposed="2 June 2025")
    page = sign_in(worker)
    page.goto(f"/orders/{order.pk}/contacts/new/")
    page.get_by_label("Telephone call").check()
    fill_date(page, "Date of the contact", "4 June 2025")
    page.get_by_role("group", name="Did the person attend?").get_by_label("Yes").check()

    # When the button is pressed twice at once
    page.get_by_role("button", name="Save the contact").dblclick()
    expect(page.get_by_text("The contact was recorded")).to_be_visible()
    assert order.contacts.count() == 1

    # And looking again, going back and going forward send nothing
    page.reload()
    page.go_back()
    expect(page.get_by_role("button", name="Save the contact")).to_be_visible()
    page.go_forward()
    expect(page.locator("h1")).to_contain_text(order.reference)
    assert order.contacts.count() == 1

    # And of one form sent three times at once, past the guard of the page, one does the work
    page.goto(f"/orders/{order.pk}/contacts/new/")
    page.get_by_label("Telephone call").check()
    fill_date(page, "Date of the contact", "5 June 2025")
    page.get_by_role("group", name="Did the person attend?").get_by_label("Yes").check()
    sent = page.evaluate(
        """async () => {
          const body = new URLSearchParams(new FormData(document.querySelector("form.app-form")));
          const send = () => fetch("", {method: "POST", body, credentials: "same-origin"});
          const answers = await Promise.all([send(), send(), send()]);
          return answers.map(one => one.status);
        }"""
    )
    assert sent == [200, 200, 200]
    assert order.contacts.count() == 2


def test_a_reassigned_case_leaves_one_list_and_enters_the_other(sign_in: Callable[..., Page]):
    # Given a case of Ann's
    team = a_team("North", a_council("Handing over"))
    ann, bea = (staff(Role.CASEWORKER, team=team, name=name) for name in ("Ann Example", "Bea Example"))
    case = a_case(worker=ann, given_name="Cal", family_name="Sample")
    page = sign_in(staff(Role.FIRST_LINE_MANAGER, team=team))

    # When the manager gives it to Bea
    page.goto(f"/cases/{case.pk}/")
    page.get_by_text("More actions").click()
    page.get_by_role("link", name="Reassign").click()
    page.get_by_label("Team").select_option(label="North")
    page.get_by_label("Caseworker").select_option(label="Bea Example (North)")
    page.get_by_role("button", name="Today: First day they hold it").click()
    page.get_by_label("Reason").fill("Ann is on leave")
    press(page, "Save")
    expect(page.get_by_text("The case was reassigned")).to_be_visible()
    expect(page.get_by_role("region", name="Who held the case")).to_contain_text("Ann is on leave")

    # Then it is on Bea's list and no longer on Ann's
    for worker, count in ((ann, 0), (bea, 1)):
        theirs = sign_in(worker)
        theirs.goto("/my-caseload/")
        expect(theirs.locator("main tbody tr").filter(has_text="Sample, Cal")).to_have_count(count)


def test_a_day_that_the_council_closes_moves_what_is_due_and_lists_it(
    at: Callable[[str], None], sign_in: Callable[..., Page]
):
    # Given an order of Monday 2 June: unpaid work is to start by the 11th
    at("2 June 2025")
    team = a_team("North", a_council("Holidays"))
    order = an_order(hours=120, case=a_case(worker=staff(Role.CASEWORKER, team=team)), imposed="2 June 2025")
    placement = Timescale.objects.about(order.subject).filter(clause="cpo.placement")
    assert placement.get().due_on == day("11 June 2025")
    page = sign_in(staff(Role.PERFORMANCE_OFFICER, team=team))

    # When Friday 6 June becomes a holiday of the council
    page.goto("/settings/calendar/")
    page.get_by_role("link", name="Add or change").click()
    fill_date(page, "Day", "6 June 2025")
    page.get_by_label("Name of the day").fill("Fair Friday")
    page.get_by_label("The council is closed: it is not a working day").check()
    press(page, "Save")

    # Then what was open is due a day later, and the page lists what moved
    expect(page.get_by_text("timescales moved")).to_be_visible()
    assert placement.get().due_on == day("12 June 2025")
    page.goto("/settings/moved/")
    expect(page.locator("main")).to_contain_text("11 Jun 2025")
    expect(page.locator("main")).to_contain_text("12 Jun 2025")
    assert not found_by_axe(page)


STAFF = "staff_ref,name,email,role,team,locality\nS1,Ann Example,ann@import.invalid,caseworker,East,East\n"
BUNDLE = {
    "staff.csv": STAFF,
    "people.csv": "person_ref,given_name,family_name,date_of_birth,gender\nP1,Cal,Example,1990-05-17,male\n",
    "orders.csv": "order_ref,person_ref,basis,court_type,imposed_on,caseworker\n"
    "O1,P1,instead_of_prison,jp,2025-06-02,S1\n",
    "requirements.csv": "order_ref,kind,hours\nO1,unpaid_work,120\n",
}


def zipped(folder: Path, files: dict[str, str]) -> str:
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return str(path)


def test_a_bundle_is_checked_and_brought_in_while_the_page_says_how_far_it_is(
    sign_in: Callable[..., Page], settings, tmp_path: Path
):
    # Given a performance officer with a bundle in which a day does not exist
    settings.MEDIA_ROOT = tmp_path / "files"
    council = a_council("Imports")
    page = sign_in(staff(Role.PERFORMANCE_OFFICER, team=a_team("East", council)))
    bad = {**BUNDLE, "orders.csv": BUNDLE["orders.csv"].replace("2025-06-02", "2025-02-30")}

    # When it is sent
    page.goto("/import/")
    page.get_by_label("Caseload bundle").set_input_files(zipped(tmp_path, bad))
    page.get_by_label("Check, and save if everything is right").check()
    press(page, "Send")

    # Then the page waits for the job with a progress bar, and shows the problem when it is done, by itself
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert not found_by_axe(page)
    tasks.work()
    expect(page.get_by_role("heading", name="Nothing was saved: 1 problem")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("orders.csv")
    assert not found_by_axe(page)
    assert not Order.objects.filter(council=council).exists()

    # When the mended bundle is sent, then it is in
    page.get_by_role("link", name="Send another bundle").click()
    page.get_by_label("Caseload bundle").set_input_files(zipped(tmp_path, BUNDLE))
    page.get_by_label("Check, and save if everything is right").check()
    press(page, "Send")
    expect(page.get_by_role("progressbar")).to_be_visible()
    tasks.work()
    expect(page.get_by_text("The caseload was saved")).to_be_visible()
    assert Order.objects.get(council=council).reference == "O1"
    assert not found_by_axe(page)
