"""The one search box: in the header of every page for those who may search, and on the page of those who were found."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from cases import operations
from cases.models import Case, Consultation, Limit, Role
from tests.builders import a_case, day
from tests.web.conftest import World

SEARCHING = (
    Role.CASEWORKER,
    Role.UNPAID_WORK_SUPERVISOR,
    Role.BUSINESS_SUPPORT,
    Role.FIRST_LINE_MANAGER,
    Role.SENIOR_MANAGER,
)


def ann(world: World) -> Case:
    worker = world.users[Role.CASEWORKER]
    return a_case(worker=worker, given_name="Ann", family_name="Thornquill", born="12 March 1985")


def search(world: World, text: str, role: str = Role.CASEWORKER) -> str:
    answer = world.client(role).post(reverse("people"), {"text": text})
    assert answer.status_code == 200
    return answer.content.decode()


def rows(page: str) -> list[list[str]]:
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd] .*?</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr .*?</tr>", body, re.S)
    ]


def test_what_is_found_says_who_why_who_holds_it_and_what_to_know_first(world: World):
    case = ann(world)
    worker = world.users[Role.CASEWORKER]
    operations.raise_alert(
        actor=worker, case=case, kind="risk_to_staff", text="Large dog", from_on=day("1 May 2025")
    )
    page = search(world, "thornqiull ann")
    assert rows(page) == [
        [
            "Thornquill, Ann Risk to staff",
            case.person.reference,
            "12 Mar 1985",
            "Similar name",
            f"{worker.name}, {worker.team.name}",
            "Open",
        ]
    ]
    assert reverse("case", args=[case.pk]) in page
    assert "1 found" in page


def test_the_search_is_written_down_with_everybody_whom_it_showed(world: World):
    case = ann(world)
    search(world, "Ann Thornquill")
    search(world, "Zzyzx")
    (row,) = Consultation.objects.filter(kind="search")
    assert (row.user, row.page, row.cases) == (world.users[Role.CASEWORKER], "people", [case.pk])


def test_what_was_typed_stays_in_the_box_and_stands_in_no_address(world: World):
    ann(world)
    page = search(world, "Ann Thornquill")
    assert 'value="Ann Thornquill"' in page
    assert not re.search(r'(href|action)="[^"]*Thornquill', page)
    answer = world.client(Role.CASEWORKER).get(reverse("people"), {"text": "Ann Thornquill"})
    assert "Thornquill" not in answer.content.decode()


def test_nothing_typed_is_an_error_at_the_box(world: World):
    page = search(world, "  ")
    assert "Enter a name, date of birth, reference or postcode" in page
    assert "Search must be 100 characters or fewer" in search(world, "a" * 101)


def test_nobody_found_says_what_to_do(world: World):
    page = search(world, "Zzyzx")
    assert "Nobody you may see is like this" in page
    assert "Check the spelling" in page


def test_who_is_excluded_gets_the_same_page_as_for_nobody(world: World):
    case = ann(world)
    worker = world.users[Role.CASEWORKER]
    Limit.objects.create(person=case.person, user=worker, kind=Limit.Kind.EXCLUDED, reason="Cousin")

    def page(text: str) -> str:
        said = search(world, text).replace(text, "")
        return re.sub(r"(csrfmiddlewaretoken\" value|nonce)=\"[^\"]*\"", "", said)

    nobody = page("Zzyzx")
    for text in ("Ann Thornquill", case.person.reference, "12/03/1985", "Thornquill 12/03/1985"):
        assert page(text) == nobody, text
    assert not Consultation.objects.filter(kind="search").exists()


@pytest.mark.parametrize("role", [role.value for role in Role if role != Role.SYSTEM])
def test_the_box_is_in_the_header_of_those_who_may_search(world: World, role: str):
    page = world.client(role).get(reverse("home"), follow=True).content.decode()
    box = f'<form class="app-find" method="post" action="{reverse("people")}"'
    on_the_page_of_people = '<h1 class="govuk-heading-l">People</h1>' in page
    assert (box in page) == (role in SEARCHING and not on_the_page_of_people)
    assert page.count('name="text"') == (role in SEARCHING)
    assert 'name="csrfmiddlewaretoken"' in page
