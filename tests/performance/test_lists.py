"""A figure is the list behind it, on the page, as CSV and as a workbook: for every measure, role and filter."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from cases.models import Case, Consultation, Limit, Role, User
from performance.domain.period import Quarter
from performance.figures import BY, MEASURES, Figure, Scope, Standing, figures, rows
from tests.builders import take_away
from tests.performance import records
from tests.performance.records import Place

AS_OF = date(2025, 8, 15)
QUARTER = Quarter.parse("2025-26-Q1")
ROLES = (
    Role.CASEWORKER,
    Role.UNPAID_WORK_SUPERVISOR,
    Role.BUSINESS_SUPPORT,
    Role.FIRST_LINE_MANAGER,
    Role.SENIOR_MANAGER,
    Role.PERFORMANCE_OFFICER,
)


@pytest.fixture
def caseload(place) -> Place:
    records.a_caseload(place, 30, 7, date(2024, 2, 1), date(2025, 8, 1))
    return place


def readers(place: Place) -> list[User | None]:
    """Nobody (the system), one of each role, and a performance officer kept from a case."""
    found: list[User | None] = [None, *(place.somebody(role, place.teams[0]) for role in ROLES)]
    kept_out = place.somebody(Role.PERFORMANCE_OFFICER)
    for case in Case.objects.filter(council=place.council)[:5]:
        Limit.objects.create(person=case.person, user=kept_out, kind=Limit.Kind.EXCLUDED, reason="A relative")
    return [*found, kept_out, place.workers[place.teams[1].pk][0]]


def scopes(place: Place, user: User | None) -> list[Scope]:
    team, worker = place.teams[0], place.workers[place.teams[1].pk][0]
    return [
        Scope(place.council, user),
        Scope(place.council, user, team=team.pk),
        Scope(place.council, user, locality=team.locality_id),
        Scope(place.council, user, team=place.teams[1].pk, worker=worker.pk),
    ]


def numbers(figure: Figure) -> tuple[int, int, int]:
    return figure.tallied.above, figure.tallied.below, figure.tallied.pending


def listed(figure: Figure, scope: Scope, quarter: Quarter = QUARTER) -> tuple[int, int, int]:
    standings = [row.standing for row in rows(figure.measure, scope, quarter, AS_OF, tuple(Standing))]
    above = standings.count(Standing.ABOVE)
    return above, above + standings.count(Standing.BELOW), standings.count(Standing.PENDING)


def test_every_figure_is_the_list_behind_it_for_every_reader_and_filter(caseload):
    seen = 0
    for user in readers(caseload):
        for scope in scopes(caseload, user):
            for figure in figures(scope, QUARTER, AS_OF):
                assert numbers(figure) == listed(figure, scope), (figure.code, user and user.role, scope)
                seen += figure.tallied.below
    assert seen > 300


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_whatever_the_caseload_and_the_quarter(place, seed):
    records.a_caseload(place, 25, seed, date(2024, 6, 1), date(2025, 7, 1))
    scope = Scope(place.council)
    for period in ("2024-25-Q2", "2024-25-Q4", "2025-26-Q2"):
        quarter = Quarter.parse(period)
        for figure in figures(scope, quarter, AS_OF):
            assert numbers(figure) == listed(figure, scope, quarter), (figure.code, period)


def test_the_trend_is_the_figures_of_its_quarters(caseload):
    scope = Scope(caseload.council)
    with_trend = figures(scope, QUARTER, AS_OF, trend=True)
    for back in (0, 1, 4):
        quarter = Quarter.from_key(QUARTER.key - back)
        for figure, alone in zip(with_trend, figures(scope, quarter, AS_OF), strict=True):
            point = figure.trend[-1 - back]
            assert (point.quarter, point.tallied, point.percent) == (quarter, alone.tallied, alone.percent)
            if back == 4:
                assert figure.before == alone.tallied


@pytest.mark.parametrize("by", BY)
def test_the_parts_add_up_to_the_whole_and_are_each_their_own_list(caseload, by):
    for user in (None, caseload.somebody(Role.FIRST_LINE_MANAGER, caseload.teams[0])):
        scope = Scope(caseload.council, user)
        whole = {figure.code: numbers(figure) for figure in figures(scope, QUARTER, AS_OF)}
        summed = dict.fromkeys(whole, (0, 0, 0))
        for part in figures(scope, QUARTER, AS_OF, by=by):
            added = numbers(part)
            summed[part.code] = tuple(a + b for a, b in zip(summed[part.code], added, strict=True))
            if part.group.key is not None:
                assert added == listed(part, Scope(caseload.council, user, **{by: part.group.key})), part.code
        assert summed == whole


def test_a_reassignment_does_not_rewrite_what_somebody_did(place):
    from cases.models import Allocation

    first, second = place.workers[place.teams[0].pk]
    case = records.a_case(place, place.teams[0], first)
    order = records.an_order(case, date(2025, 6, 2), hours=100)
    records.work(order, date(2025, 6, 5))
    Allocation.objects.filter(case=case).update(to_on=date(2025, 6, 20))
    Allocation.objects.create(case=case, team=place.teams[0], worker=second, from_on=date(2025, 6, 20))
    records.refresh(place)
    found = figures(Scope(place.council), QUARTER, AS_OF, by="worker")
    parts = {(figure.code, figure.group.key): figure.numerator for figure in found}
    assert parts["K1", first.pk] == 1
    assert parts["attendance_rate", first.pk] == 1
    assert parts.get(("K1", second.pk), 0) == 0


@pytest.fixture
def signed_in(client, caseload):
    user = caseload.somebody(Role.PERFORMANCE_OFFICER)
    client.force_login(user)
    return client


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def csv_rows(response) -> list[list[str]]:
    """Between the head, and the empty line with who took the file away."""
    rows = list(csv.reader(io.StringIO(body(response).decode("utf-8-sig"))))
    assert rows[-2] == []
    assert rows[-1][0] == "OFFICIAL-SENSITIVE"
    return rows[1:-2]


def xlsx_rows(response) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body(response))).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def test_page_csv_and_workbook_hold_the_same_rows(signed_in, caseload):
    manager = caseload.somebody(Role.SENIOR_MANAGER)
    scope = Scope(caseload.council)
    query = f"?as_of={AS_OF.isoformat()}"
    for figure in figures(scope, QUARTER, AS_OF):
        measure = figure.measure
        expected = sorted((row.reference, row.reason) for row in rows(measure, scope, QUARTER, AS_OF))
        page = signed_in.get(reverse("performance_cases", args=[QUARTER, measure]) + query)
        assert page.context["listing"].total == len(expected) == figure.tallied.below
        head = [column.key for column in page.context["listing"].file_columns]
        at, why = head.index("reference"), head.index("reason")
        as_csv, as_xlsx = (
            reverse("performance_cases_file", args=[QUARTER, measure, kind]) + query
            for kind in ("csv", "xlsx")
        )
        taken = [
            take_away(signed_in, address, manager) for address in (as_csv, as_xlsx, f"{as_csv}&done=above")
        ]
        for found in (csv_rows(taken[0]), xlsx_rows(taken[1])):
            assert sorted((row[at], row[why]) for row in found) == expected, measure.code
        assert len(csv_rows(taken[2])) == figure.tallied.above


def test_pending_and_left_out_stand_apart(signed_in, caseload):
    measure = MEASURES[0]
    scope = Scope(caseload.council)
    for which, standing in (("pending", Standing.PENDING), ("left-out", Standing.LEFT_OUT)):
        address = reverse("performance_cases", args=[QUARTER, measure])
        page = signed_in.get(f"{address}?as_of={AS_OF.isoformat()}&list={which}")
        assert page.context["listing"].total == len(rows(measure, scope, QUARTER, AS_OF, (standing,)))


def test_who_looked_at_a_list_is_written_with_the_cases_that_were_shown(signed_in, caseload):
    measure = next(one for one in MEASURES if one.code == "new_orders")
    shown = {row.case for row in rows(measure, Scope(caseload.council), QUARTER, AS_OF)}
    address = reverse("performance_cases", args=[QUARTER, measure])
    signed_in.get(address)
    look = Consultation.objects.get(kind=Consultation.Kind.LIST)
    assert (look.page, set(look.cases)) == ("figure new_orders", shown)
    file = reverse("performance_cases_file", args=[QUARTER, measure, "csv"])
    body(take_away(signed_in, file, caseload.somebody(Role.FIRST_LINE_MANAGER, caseload.teams[0])))
    assert set(Consultation.objects.get(kind=Consultation.Kind.EXPORT).cases) == shown


def test_the_dashboard_links_to_the_list_with_its_filters(signed_in, caseload):
    team = caseload.teams[0]
    page = signed_in.get(f"/performance/2025-26/q1/?team={team.pk}&as_of={AS_OF.isoformat()}")
    for line in [*page.context["headline"], *page.context["others"]]:
        opened = signed_in.get(line.cases)
        assert opened.context["listing"].total == line.figure.tallied.below
        assert opened.context["line"].share == line.share
