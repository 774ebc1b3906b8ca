"""What is missing in the records: each gap planted appears once, in its own list, and closing it takes it away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases import timescales
from cases.models import COUNCIL_ROLES, Address, Allocation, Case, Consultation, Limit, Person, Role
from performance import gaps
from performance.figures import MEASURE_OF
from performance.gaps import GAP_OF, GAPS, counted_from
from performance.views.gaps import fix_of
from tests.builders import take_away
from tests.performance import records
from tests.performance.records import Place

ON = date(2026, 11, 27)
READERS = (Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER, Role.BUSINESS_SUPPORT)


def whole(place: Place) -> Case:
    """A case that lacks nothing: everything is known of the person, and the order has its day and its officer."""
    case = records.a_case(place)
    for column, value in (("ethnicity", "white"), ("gender", "female"), ("employment", "employed")):
        setattr(case.person, column, value)
    case.person.save()
    Address.objects.create(person=case.person, lines="1 High Street", postcode="ZZ1 1ZZ")
    order = records.an_order(case, ON, months=12)
    order.received_on = ON
    order.save()
    Allocation.objects.create(
        case=case,
        subject=order.subject,
        worker=place.workers[place.teams[0].pk][0],
        team=place.teams[0],
        from_on=ON,
    )
    timescales.refresh([case.pk])
    return case


def of_person(column: str) -> Callable[[Place, Case], Callable[[], None]]:
    def plant(place: Place, case: Case) -> Callable[[], None]:
        known = getattr(case.person, column)
        Person.objects.filter(pk=case.person_id).update(**{column: "not_known"})
        return lambda: Person.objects.filter(pk=case.person_id).update(**{column: known})

    return plant


def no_address(place: Place, case: Case) -> Callable[[], None]:
    case.person.addresses.update(to_on=ON)
    return lambda: Address.objects.create(person=case.person, lines="2 Low Street", postcode="ZZ1 2ZZ")


def no_postcode(place: Place, case: Case) -> Callable[[], None]:
    case.person.addresses.update(postcode="")
    return lambda: case.person.addresses.update(postcode="ZZ1 1ZZ")


def not_received(place: Place, case: Case) -> Callable[[], None]:
    case.orders.update(received_on=None)
    return lambda: case.orders.update(received_on=ON)


def no_officer(place: Place, case: Case) -> Callable[[], None]:
    held = case.allocations.exclude(subject="")
    held.update(to_on=ON)
    return lambda: held.update(to_on=None)


def no_reason(place: Place, case: Case) -> Callable[[], None]:
    order = case.orders.get()
    row = case.timescales.get(clause="cpo.first_contact")
    row.due_on, row.starts_on = ON - timedelta(days=1), ON - timedelta(days=2)
    row.save()

    def close() -> None:
        row.late_reason = "did_not_turn_up"
        row.save()

    assert order.pk
    return close


def report_past(place: Place, case: Case) -> Callable[[], None]:
    report = records.a_report(case, ON - timedelta(days=30), ON - timedelta(days=1))

    def close() -> None:
        report.withdrawn_on = ON - timedelta(days=2)
        report.save()

    return close


def no_interview(place: Place, case: Case) -> Callable[[], None]:
    release = records.a_release(case, ON - timedelta(days=8))

    def close() -> None:
        release.interviewed_on = ON
        release.save()

    return close


def past_last_day(place: Place, case: Case) -> Callable[[], None]:
    order = records.an_order(case, ON - timedelta(days=200), hours=60)
    order.received_on = ON
    order.save()
    Allocation.objects.create(
        case=case,
        subject=order.subject,
        worker=place.workers[place.teams[0].pk][0],
        team=place.teams[0],
        from_on=ON,
    )
    timescales.refresh([case.pk])
    for row in case.timescales.filter(subject__startswith=order.subject):
        records.say_why_late(case, row.subject, row.clause, "did_not_turn_up")
    timescales.refresh([case.pk])

    def close() -> None:
        requirement = order.requirements.get()
        requirement.last_day = ON
        requirement.save()
        timescales.refresh([case.pk])

    return close


def nothing_in_it(place: Place, case: Case) -> Callable[[], None]:
    other = records.a_case(place)
    for column, value in (("ethnicity", "white"), ("gender", "female"), ("employment", "employed")):
        setattr(other.person, column, value)
    other.person.save()
    Address.objects.create(person=other.person, lines="1 High Street", postcode="ZZ1 1ZZ")
    return lambda: Case.objects.filter(pk=other.pk).update(closed_on=ON)


PLANTED = [
    ("ethnicity", of_person("ethnicity")),
    ("gender", of_person("gender")),
    ("employment", of_person("employment")),
    ("address", no_address),
    ("address", no_postcode),
    ("received", not_received),
    ("officer", no_officer),
    ("reason", no_reason),
    ("report", report_past),
    ("interview", no_interview),
    ("unpaid-work", past_last_day),
    ("empty", nothing_in_it),
]


def test_every_gap_is_planted():
    assert {key for key, _ in PLANTED} == set(GAP_OF)


@pytest.mark.parametrize("role", [Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER])
@pytest.mark.parametrize(("key", "plant"), PLANTED, ids=[plant.__qualname__ for _, plant in PLANTED])
def test_a_gap_appears_once_in_its_own_list_and_goes_when_it_is_closed(place: Place, key, plant, role):
    case = whole(place)
    user = place.somebody(role, place.teams[0])
    none = dict.fromkeys(GAP_OF, 0)
    assert gaps.counts(user, ON) == none
    close = plant(place, case)
    assert gaps.counts(user, ON) == {**none, key: 1}
    assert GAP_OF[key].listed(user, ON).count() == 1
    close()
    assert gaps.counts(user, ON) == none


@pytest.mark.parametrize(("key", "plant"), PLANTED, ids=[plant.__qualname__ for _, plant in PLANTED])
def test_another_teams_gap_is_theirs_and_the_councils(place: Place, key, plant):
    case = whole(place)
    plant(place, case)
    other = place.somebody(Role.FIRST_LINE_MANAGER, place.teams[1])
    kept_out = place.somebody(Role.SENIOR_MANAGER)
    for one in Case.objects.all():
        Limit.objects.create(person=one.person, user=kept_out, kind=Limit.Kind.EXCLUDED, reason="A relative")
    assert not any(gaps.counts(other, ON).values())
    assert not any(gaps.counts(kept_out, ON).values())
    assert gaps.counts(place.somebody(Role.PERFORMANCE_OFFICER), ON)[key] == 1


@pytest.mark.parametrize(
    ("days", "found"),
    [pytest.param(7, 0, id="seven days are not more than seven"), pytest.param(8, 1, id="eight are")],
)
def test_a_release_is_given_a_week(place: Place, days: int, found: int):
    case = whole(place)
    records.a_release(case, ON - timedelta(days=days))
    assert gaps.counts(place.somebody(Role.SENIOR_MANAGER), ON)["interview"] == found


def test_a_hearing_today_is_not_past(place: Place):
    case = whole(place)
    records.a_report(case, ON - timedelta(days=30), ON)
    assert gaps.counts(place.somebody(Role.SENIOR_MANAGER), ON)["report"] == 0


@pytest.mark.parametrize(
    ("on", "first"),
    [
        pytest.param(date(2026, 11, 27), date(2026, 4, 1), id="in the year"),
        pytest.param(
            date(2026, 6, 30), date(2025, 4, 1), id="until June the year before is still being made"
        ),
        pytest.param(date(2026, 7, 1), date(2026, 4, 1), id="from July the new one"),
    ],
)
def test_what_belongs_to_a_reported_year_is_left_alone(on: date, first: date):
    assert counted_from(on) == first


def test_every_gap_names_figures_that_there_are_and_a_page_that_closes_it(place: Place):
    case = whole(place)
    for key, plant in PLANTED:
        plant(place, case)
        gap = GAP_OF[key]
        row = gap.listed(place.somebody(Role.SENIOR_MANAGER), ON)[0]
        assert set(gap.measures) <= set(MEASURE_OF)
        assert fix_of(gap, row).startswith("/")
        assert gap.why.endswith(".")


@pytest.mark.parametrize("role", READERS)
def test_each_list_opens_as_a_page_and_as_files_for_its_readers(place: Place, role: str):
    case = whole(place)
    for _, plant in PLANTED:
        plant(place, case)
    user = place.somebody(
        role, place.teams[0] if role in (Role.FIRST_LINE_MANAGER, Role.BUSINESS_SUPPORT) else None
    )
    client = Client()
    client.force_login(user)
    agreed_by = place.somebody(Role.FIRST_LINE_MANAGER, place.teams[0])
    page = client.get(reverse("data_gaps"))
    assert [row.gap for row in page.context["listing"].queryset] == list(GAPS)
    for gap in GAPS:
        answer = client.get(reverse("data_gap", args=[gap.key]))
        assert answer.status_code == 200
        assert gap.why in answer.content.decode().replace("&#x27;", "'")
        for ending in ("csv", "xlsx"):
            address = reverse(f"data_gap_{ending}", args=[gap.key])
            file = take_away(client, address, agreed_by if role in COUNCIL_ROLES else None)
            assert b"".join(file.streaming_content) if file.streaming else file.content
    assert Consultation.objects.filter(user=user, page="data gap ethnicity", kind="export").count() == 2


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.ADMINISTRATOR])
def test_the_gaps_are_closed_to_others(place: Place, role: str):
    client = Client()
    client.force_login(place.somebody(role, place.teams[0]))
    assert client.get(reverse("data_gaps")).status_code == 403
    assert client.get(reverse("data_gap", args=["ethnicity"])).status_code == 403


def test_a_gap_that_there_is_not_is_not_found(place: Place):
    client = Client()
    client.force_login(place.somebody(Role.SENIOR_MANAGER))
    assert client.get(reverse("data_gap", args=["shoe-size"])).status_code == 404


def test_a_team_with_no_case_has_no_gap(place: Place):
    assert not any(gaps.counts(place.somebody(Role.FIRST_LINE_MANAGER, place.teams[2]), ON).values())
