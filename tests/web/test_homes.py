"""The page each role begins on: counts and the lists behind them, who sees whom, and the days at the edges."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import operations as case_operations
from cases.models import Allocation, Consultation, Job, Notice, ReviewSlots, Role, Timescale, User
from orders import operations as order_operations
from orders.models import Order
from tests.builders import a_case, a_caseworker, a_council, a_manager, a_team, an_order, day, staff
from tests.web.conftest import World, grow

MANAGERS = (Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER)
OFFICE = (*MANAGERS, Role.BUSINESS_SUPPORT)
TEAM = (Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT, Role.FIRST_LINE_MANAGER)
ROLES = [role for role in Role if role != Role.SYSTEM]
WITH_WORK = [role for role in ROLES if role not in (Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)]
LINK = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
HIDDEN = re.compile(r'<span class="govuk-visually-hidden">.*?</span>', re.DOTALL)
COUNT = re.compile(r"(?:All )?([\d,]+)|[\d,]+ of ([\d,]+)")


def counted_links(answer: HttpResponse) -> list[tuple[str, int]]:
    """Every link whose words are a count, or the two numbers of a figure: where it leads, and how many it says."""
    found = []
    for href, inner in LINK.findall(answer.content.decode()):
        words = unescape(re.sub(r"<[^>]*>", "", HIDDEN.sub("", inner))).strip()
        if says := COUNT.fullmatch(words):
            found.append((unescape(href), int((says[1] or says[2]).replace(",", ""))))
    return found


def total_of(answer: HttpResponse) -> int:
    """How many a list holds in all: most are listings, unfinished forms are all on their page."""
    listing = answer.context.get("listing")
    return listing.total if listing is not None else len(answer.context["unfinished"])


def at(said: str) -> time_machine.travel:
    return time_machine.travel(
        datetime.combine(day(said), datetime.min.time().replace(hour=10), ZoneInfo("Europe/London"))
    )


def sections(client: Client) -> dict[str, object]:
    return {section.key: section for section in client.get("/").context["sections"]}


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def full(world: World) -> World:
    """A council with something in every section, and a second team whose people nobody of the first may see."""
    today = timezone.localdate()
    worker, manager = world.users[Role.CASEWORKER], world.users[Role.FIRST_LINE_MANAGER]
    a_case(worker=worker, opened=today)
    waits = a_case(worker=worker, opened=today - timedelta(days=20))
    Allocation.objects.filter(case=waits).update(worker=None)
    an_order(months=6, case=waits, imposed=today - timedelta(days=10), actor=manager, today=today)
    left = a_case(worker=worker, opened=today - timedelta(days=20))
    Allocation.objects.filter(case=left).update(to_on=today)
    an_order(months=6, case=left, imposed=today - timedelta(days=10), actor=manager, today=today)
    gone = a_caseworker(team=worker.team)
    an_order(months=6, case=a_case(worker=gone), imposed=today - timedelta(days=60), today=today)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    asked = an_order(
        hours=100, months=6, imposed=today - timedelta(days=30), today=today, case=a_case(worker=worker)
    )
    order_operations.query_order(
        actor=manager, order=asked, reason="Is 100 hours right?", expected_version=asked.version, today=today
    )
    for row in Timescale.objects.overdue(today).filter(worker=worker)[:9]:
        Notice.objects.create(
            kind="overdue", recipient=worker, case=row.case, subject=row.subject, clause=row.clause,
            occurrence=row.occurrence, due_on=row.due_on,
        )  # fmt: skip
    case_operations.set_review_slots(actor=manager, slots_per_week=1, from_on=today)
    stranger = a_caseworker(team=a_team("South"))
    for _ in range(3):
        other = a_case(worker=stranger, family_name="Elsewhere", opened=today - timedelta(days=90))
        an_order(hours=100, months=12, case=other, imposed=today - timedelta(days=80), today=today)
    return world


# ---------------------------------------------------------------- counts and lists


@pytest.mark.parametrize("role", WITH_WORK)
def test_every_count_on_a_home_is_the_total_of_the_list_it_opens(full: World, role: str):
    client = full.client(role)
    home = client.get("/")
    assert home.status_code == 200
    links = counted_links(home)
    for href, says in links:
        answer = client.get(href)
        assert answer.status_code == 200, (role, href)
        assert total_of(answer) == says, (role, href)
    for section in home.context["sections"]:
        if section.count and section.href:
            assert (section.href, section.count) in links, section.key
    assert len(links) >= {Role.UNPAID_WORK_SUPERVISOR: 1, Role.CASEWORKER: 3}.get(role, 5)


@pytest.mark.parametrize("page", ["team", "data_gaps"])
@pytest.mark.parametrize("role", [Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.BUSINESS_SUPPORT])
def test_every_count_of_the_board_and_of_the_gaps_opens_its_list(full: World, role: str, page: str):
    client = full.client(role)
    links = counted_links(client.get(reverse(page)))
    assert links
    for href, says in links:
        answer = client.get(href)
        if listing := answer.context.get("listing"):
            assert listing.total == says, (role, href)


def test_a_manager_has_something_in_every_section(full: World):
    found = sections(full.client(Role.FIRST_LINE_MANAGER))
    assert [key for key, section in found.items() if not (section.tasks or section.table)] == []
    assert list(found) == [
        "team",
        "reviews",
        "plans",
        "unallocated",
        "absences",
        "outcomes",
        "queried",
        "opened",
        "gaps",
    ]


@pytest.mark.parametrize(
    "role", [Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT]
)
def test_nobody_of_another_team_stands_on_a_home_or_in_a_list_it_opens(full: World, role: str):
    client = full.client(role)
    home = client.get("/")
    assert b"Elsewhere" not in home.content
    for href, _ in counted_links(home):
        assert b"Elsewhere" not in client.get(href).content, href


def test_who_answers_for_the_council_sees_every_team(full: World):
    client = full.client(Role.SENIOR_MANAGER)
    assert b"South locality" in client.get("/").content
    assert b"Elsewhere" in client.get(reverse("overdue")).content


def test_the_cases_shown_on_a_home_are_written_in_the_log(full: World):
    client = full.client(Role.CASEWORKER)
    found = sections(client)
    shown = set().union(*(section.cases for section in found.values()))
    row = Consultation.objects.filter(page="home").latest("pk")
    assert set(row.cases) == shown
    assert shown


def test_a_home_makes_a_fixed_number_of_queries(world: World):
    clients = {role: world.client(role) for role in ROLES}

    def queries() -> dict[str, int]:
        made = {}
        for role, client in clients.items():
            client.get("/")
            with CaptureQueriesContext(connection) as asked:
                client.get("/")
            made[role] = len(asked)
        return made

    before = queries()
    grow(world, 9)
    assert queries() == before
    assert {role: many for role, many in before.items() if many > 31} == {}


# ---------------------------------------------------------------- what a caseworker sees, day by day


@pytest.fixture
def worker(db: None) -> User:
    """Of a team of their own: the world of other tests is round these too."""
    return a_caseworker(team=a_team("West", a_council("Glenmore")))


def keys_of(client: Client) -> dict[str, set[str]]:
    return {
        key: {task.about.split(",")[0] for task in section.tasks}
        for key, section in sections(client).items()
        if key in ("overdue", "week")
    }


def test_what_is_due_today_is_not_overdue_and_tomorrow_it_is(worker: User):
    an_order(hours=100, imposed="26 November 2026", case=a_case(worker=worker))  # a Thursday
    with at("27 November 2026"):
        found = keys_of(enter(worker))
        assert ("First direct contact" in found["overdue"], "First direct contact" in found["week"]) == (
            False,
            True,
        )
    with at("28 November 2026"):
        found = keys_of(enter(worker))
        assert ("First direct contact" in found["overdue"], "First direct contact" in found["week"]) == (
            True,
            False,
        )


def test_a_week_ends_on_its_sunday_and_the_next_begins_on_monday(worker: User):
    an_order(
        months=12, imposed="29 August 2026", case=a_case(worker=worker)
    )  # reviewed by Sunday 29 November
    an_order(months=12, imposed="30 August 2026", case=a_case(worker=worker))  # by Monday 30 November
    reviews = Timescale.objects.filter(clause="cpo.review", occurrence=1, worker=worker).order_by("due_on")
    assert [row.due_on for row in reviews] == [date(2026, 11, 29), date(2026, 11, 30)]
    for said, week, overdue in [
        ("28 November 2026", 1, 0),
        ("29 November 2026", 1, 0),
        ("30 November 2026", 1, 1),
        ("1 December 2026", 0, 2),
    ]:
        with at(said):
            client = enter(worker)
            found = sections(client)
            for key, wanted in (("week", week), ("overdue", overdue)):
                narrowed = f"{found[key].href}{'&' if '?' in found[key].href else '?'}clause=cpo.review"
                assert client.get(narrowed).context["listing"].total == wanted, (said, key)


def test_each_line_says_why_and_offers_the_one_thing_that_would_meet_it(worker: User):
    order = an_order(months=12, hours=100, imposed="26 November 2026", case=a_case(worker=worker))
    with at("1 December 2026"):
        tasks = {task.about.split(",")[0]: task for task in sections(enter(worker))["overdue"].tasks}
    first = tasks["First direct contact"]
    assert first.why == "Due Friday 27 November 2026: 1 working day after Thursday 26 November 2026."
    assert (first.action.words, first.action.href) == (
        "Record the first contact",
        reverse("record_contact", args=[order.pk]) + "?kind=first_contact",
    )


def test_what_only_a_manager_may_do_is_offered_to_the_manager_only(worker: User):
    an_order(months=12, imposed="26 October 2026", case=a_case(worker=worker))
    manager = a_manager(team=worker.team)
    with at("1 December 2026"):
        tasks = {task.about.split(",")[0]: task for task in sections(enter(worker))["overdue"].tasks}
        plan = next(task for task in sections(enter(manager))["plans"].tasks)
    assert tasks["Case management plan approved"].action.words == "Draft the plan"
    assert plan.action.words == "Approve the plan"
    assert plan.about.endswith(f"held by {worker.name}")


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        pytest.param(0, True, id="today"),
        pytest.param(7, True, id="a week ago"),
        pytest.param(8, False, id="before that"),
    ],
)
def test_what_came_to_me_lately(worker: User, days: int, shown: bool):
    case = a_case(worker=worker)
    Allocation.objects.filter(case=case).update(from_on=timezone.localdate() - timedelta(days=days))
    assert bool(sections(enter(worker))["new"].tasks) == shown


def test_a_notice_that_was_read_is_not_new(worker: User):
    case = a_case(worker=worker)
    notice = Notice.objects.create(
        kind="due_soon", recipient=worker, case=case, subject="report:1", clause="report.on_time", occurrence=1,
        due_on=date(2026, 12, 1),
    )  # fmt: skip
    client = enter(worker)
    assert sections(client)["notices"].count == 1
    Notice.objects.filter(pk=notice.pk).update(read_at=timezone.now())
    assert sections(client)["notices"].count == 0


def test_an_empty_home_says_what_emptiness_means(worker: User):
    with at("27 November 2026"):
        text = enter(worker).get("/").content.decode()
    assert "Nothing of yours is overdue." in text
    assert "Nothing more of yours is due by Sunday 29 November." in text


# ---------------------------------------------------------------- managers


def test_reviews_are_set_against_the_slots_of_each_week(worker: User):
    manager = a_manager(team=worker.team)
    for imposed in ("8 September 2026", "9 September 2026", "10 September 2026"):
        an_order(months=12, imposed=imposed, case=a_case(worker=worker))
    with at("1 December 2026"):
        text = enter(manager).get("/").content.decode()
        assert "Nobody has said how many reviews the team can chair in a week" in text
        case_operations.set_review_slots(actor=manager, slots_per_week=2, from_on=date(2026, 12, 1))
        answer = enter(manager).get("/")
    reviews = next(section for section in answer.context["sections"] if section.key == "reviews")
    assert reviews.points == ["Week of 7 December: 3 due, 2 slots; week of 30 November has 2 free"]
    assert "1 too many" in answer.content.decode()


def test_slots_are_set_on_their_page_by_the_manager_only(worker: User):
    manager = a_manager(team=worker.team)
    address = reverse("set_review_slots")
    assert enter(worker).get(address).status_code == 403
    client = enter(manager)
    form = client.get(address).context["form"]
    sent = {
        "slots_per_week": "4",
        "from_on_0": "1",
        "from_on_1": "12",
        "from_on_2": "2026",
        "key": form["key"].value(),
    }
    names = re.findall(r'name="(from_on[^"]*)"', client.get(address).content.decode())
    sent |= dict(zip(names, ("1", "12", "2026"), strict=True))
    answer = client.post(address, sent)
    assert (answer.status_code, answer.get("Location")) == (302, "/"), answer.content.decode()[-3000:]
    row = ReviewSlots.objects.get()
    assert (row.team, row.slots_per_week, row.from_on, row.recorded_by) == (
        manager.team, 4, date(2026, 12, 1), manager,
    )  # fmt: skip
    assert client.post(address, {**sent, "slots_per_week": "", "key": ""}).status_code == 422


def test_orders_wait_for_the_clerk_from_the_day_they_were_queried(worker: User):
    manager = a_manager(team=worker.team)
    with at("2 November 2026"):
        order = an_order(hours=100, months=6, imposed="26 October 2026", case=a_case(worker=worker))
    with at("9 November 2026"):
        order_operations.query_order(
            actor=manager,
            order=order,
            reason="Is it so?",
            expected_version=order.version,
            today=date(2026, 11, 9),
        )
    with at("11 November 2026"):
        client = enter(manager)
        (task,) = sections(client)["queried"].tasks
        assert task.about.endswith("asked 9 November 2026")
        assert str(task.status) == "2 working days"
        assert client.get(reverse("queried_orders")).context["listing"].total == 1
    assert Order.objects.queried().count() == 1


# ---------------------------------------------------------------- the others


def test_an_administrator_begins_at_the_settings(world: World):
    assert urlsplit(world.client(Role.ADMINISTRATOR).get("/")["Location"]).path == reverse("settings")


def test_information_governance_is_told_kindly_that_no_case_is_shown(world: World):
    answer = world.client(Role.INFORMATION_GOVERNANCE).get("/")
    assert "no case is shown to you here" in answer.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_home_is_the_first_entry_of_everybodys_navigation(world: World, role: str):
    client = world.client(role)
    page = client.get("/", follow=True)
    first = page.context["navigation"][0]
    assert (first.label, first.href) == ("Home", "/")
    assert first.current == (role != Role.ADMINISTRATOR)


def test_the_performance_officer_reads_what_the_night_found(world: World):
    officer = world.users[Role.PERFORMANCE_OFFICER]
    client = world.client(Role.PERFORMANCE_OFFICER)
    assert "It has not run here yet." in client.get("/").content.decode()
    Job.objects.create(
        kind="check_timescales", run_key="a", council=officer.council, state=Job.State.DONE,
        result={"cases": 12, "differences": [{"case": 1}]}, finished_at=timezone.now(),
    )  # fmt: skip
    text = client.get("/").content.decode()
    assert "1 difference" in text
    assert "12 cases checked. A quarter cannot be published while anything differs." in text


def test_a_supervisor_finds_whom_the_team_saw_last_first(worker: User):
    supervisor = staff(Role.UNPAID_WORK_SUPERVISOR, team=worker.team)
    never = an_order(hours=100, imposed="5 October 2026", case=a_case(worker=worker))
    early, late = (
        an_order(hours=100, imposed="1 October 2026", case=a_case(worker=worker)) for _ in range(2)
    )
    for order, on in ((early, date(2026, 10, 5)), (late, date(2026, 10, 12))):
        order_operations.record_attendance(
            actor=worker, order=order, on=on, outcome="attended", minutes=300, today=date(2026, 10, 12)
        )
    section = sections(enter(supervisor))["people"]
    assert [task.href for task in section.tasks] == [
        reverse("case", args=[order.case_id]) for order in (late, early, never)
    ]
    assert section.tasks[0].action.href == reverse("record_attendance", args=[late.pk])


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("plans_to_approve", OFFICE),
        ("queried_orders", MANAGERS),
        ("unpaid_work_orders", TEAM),
        ("reports", TEAM),
        ("data_gaps", (*OFFICE, Role.PERFORMANCE_OFFICER)),
        ("unallocated", OFFICE),
    ],
)
def test_the_lists_behind_the_homes_open_for_whom_they_are_made(
    world: World, name: str, allowed: tuple[str, ...]
):
    for role in ROLES:
        expected = 200 if role in allowed else 403
        assert world.client(role).get(reverse(name)).status_code == expected, role
