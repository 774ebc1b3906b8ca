"""The pages of figures: who may open them, what they say, and that the document says the same."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Entry, Limit, Role, Timescale
from performance.domain.period import Quarter
from performance.figures import Scope, figures
from performance.models import Commentary, Target
from tests.performance import records
from tests.performance.records import Place

Q1 = "/performance/2025-26/q1/"
PAGES = (
    Q1,
    f"{Q1}by-team/",
    f"{Q1}measures/k1/",
    f"{Q1}measures/k1/cases/",
    f"{Q1}measures/attendance-rate/cases/",
    f"{Q1}figures.csv",
    "/performance/published/",
)


@pytest.fixture
def officer(client, place):
    user = place.somebody(Role.PERFORMANCE_OFFICER)
    client.force_login(user)
    return user


def a_small_caseload(place: Place, cases: int = 12) -> None:
    records.a_caseload(place, cases, 3, date(2025, 2, 1), date(2025, 6, 20))


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.SYSTEM])
def test_who_sees_cases_sees_figures_and_nobody_else(client, place, role):
    client.force_login(place.somebody(role, place.teams[0]))
    expected = 403 if role in (Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE) else 200
    for address in PAGES:
        assert client.get(address).status_code == expected, address


@pytest.mark.parametrize(
    "address",
    [
        "/performance/2025-27/q1/",
        "/performance/2025-26/q5/",
        f"{Q1}measures/k9/",
        f"{Q1}by-person/",
        f"{Q1}figures.exe",
        f"{Q1}measures/k1/cases.exe",
        f"{Q1}measures/k1/cases/?list=others",
        f"{Q1}?team=999999",
        f"{Q1}?team=first",
        f"{Q1}?as_of=yesterday",
        "/performance/?quarter=summer",
    ],
)
def test_what_is_not_there_is_not_found(client, officer, address):
    assert client.get(address).status_code == 404


def test_a_team_of_another_council_is_not_there(client, officer):
    other = records.a_place("Elsewhere")
    assert client.get(f"{Q1}?team={other.teams[0].pk}").status_code == 404


def test_the_quarter_shown_first_is_the_last_that_is_over(client, officer, monkeypatch):
    monkeypatch.setattr("performance.views.dashboard.today", lambda: date(2025, 10, 1))
    monkeypatch.setattr("performance.views.choices.today", lambda: date(2025, 10, 1))
    assert client.get("/performance/").context["quarter"] == Quarter.parse("2025-26-Q2")
    assert client.get("/performance/?quarter=2024-25-Q4&team=").url == "/performance/2024-25/q4/"


def test_a_figure_counts_what_its_reader_may_see(client, place):
    a_small_caseload(place, 20)
    worker = place.workers[place.teams[0].pk][0]
    client.force_login(worker)
    page = client.get(Q1)
    seen = Case.objects.visible_to(worker)
    assert 0 < seen.count() < Case.objects.count()
    for line in page.context["headline"]:
        scope = Scope(place.council, worker)
        (figure,) = figures(
            scope, Quarter.parse("2025-26-Q1"), page.context["as_of"], measures=(line.figure.measure,)
        )
        assert line.figure.tallied == figure.tallied
    assert Timescale.objects.visible_to(worker).exclude(case__in=seen).count() == 0


def test_the_rule_the_targets_and_the_definitions_stand_on_the_page(client, officer, place):
    a_small_caseload(place)
    text = client.get(Q1).content.decode()
    assert "Green: on target, or less than 2.5% of the target below it" in text
    for line in client.get(Q1).context["headline"]:
        assert line.figure.label in text
        assert line.figure.measure.exclusions.split(".")[0].replace("'", "&#x27;") in text


def test_a_target_of_the_councils_own_counts_from_its_day(client, officer, place):
    Target.objects.create(
        council=place.council, kpi="K1", from_on=date(2025, 4, 1), percent=66, source="Committee"
    )
    Target.objects.create(council=place.council, kpi="K2", from_on=date(2025, 4, 2), percent=66)
    shown = {line.figure.code: line.target for line in client.get(Q1).context["headline"]}
    assert (shown["K1"], shown["K2"]) == ("66%", "85%")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("ending", ["csv"])
def test_the_file_of_figures_says_what_the_page_says(client, officer, place, ending):
    a_small_caseload(place)
    page = client.get(Q1)
    text = b"".join(client.get(f"{Q1}figures.{ending}").streaming_content).decode("utf-8-sig")
    found = {row["KPI"]: row for row in csv.DictReader(io.StringIO(text))}
    for line in [*page.context["headline"], *page.context["others"]]:
        row = found[line.figure.code]
        assert row["Numerator"] == str(line.figure.numerator)
        assert row["RAG status"] == str(line.status)
        assert row["Direction in last 12 months"] == line.direction_words


def test_the_document_says_what_the_page_says(client, officer, place):
    pypdf = pytest.importorskip("pypdf")
    a_small_caseload(place)
    client.post(
        f"{Q1}commentary/",
        {
            "achievements": "- Induction training is embedded\nSecond point",
            "improvements": "Placements were short",
        },
    )
    page = client.get(Q1)
    response = client.get(f"{Q1}update.pdf")
    if response.status_code == 503:
        pytest.skip("no Pango here")
    document = pypdf.PdfReader(io.BytesIO(response.content))
    text = " ".join(" ".join(sheet.extract_text() for sheet in document.pages).split())
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Justice Social Work Performance Update – Quarter 1 2025/26" in text
    for line in [*page.context["headline"], *page.context["others"]]:
        # A cell follows a cell: label, target, actual, share, period, status, direction
        pending = f", {line.pending}" if line.pending else ""
        numbers = f"{line.target} {line.actual} {line.share}{pending}"
        said = f"{line.figure.label} {numbers} Q1 {line.status} {line.direction_words}"
        assert " ".join(said.split()) in text
    for point in ("Induction training is embedded", "Second point", "Placements were short"):
        assert point in text
        assert point in words(page.content.decode())


# The pages' own queries, session and user among them: the same for a small caseload and a large one.
QUERIES = {
    Q1: 15,
    f"{Q1}by-team/": 14,
    f"{Q1}measures/k1/": 22,
    f"{Q1}measures/k1/cases/": 13,
    f"{Q1}measures/attendance-rate/cases/": 13,
}


def test_a_page_asks_as_often_whatever_the_caseload(client, officer, place):
    asked = []
    for cases in (15, 30):
        a_small_caseload(place, cases)
        counted = {}
        for address in QUERIES:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counted[address] = len(queries)
        asked.append(counted)
    assert asked[0] == asked[1]
    assert asked[1] == QUERIES


class TestCommentary:
    def test_is_kept_with_its_quarter_and_written_in_the_trail(self, client, officer):
        client.post(f"{Q1}commentary/", {"achievements": "Training", "improvements": ""})
        kept = Commentary.objects.get()
        assert (kept.period, kept.achievements, kept.version) == ("2025-26-Q1", "Training", 1)
        assert Entry.objects.get(operation="write_commentary").actor == officer

    def test_written_by_two_at_once_shows_both_texts_and_loses_neither(self, client, officer):
        client.post(f"{Q1}commentary/", {"achievements": "Mine", "improvements": ""})
        answer = client.post(f"{Q1}commentary/", {"version": 1, "achievements": "Ours", "improvements": ""})
        assert answer.status_code == 302
        answer = client.post(f"{Q1}commentary/", {"version": 1, "achievements": "Theirs", "improvements": ""})
        assert answer.status_code == 409
        assert "Ours" in answer.content.decode()
        # And who opened it when nothing was written is told so too, and may send again.
        first = client.post(f"{Q1}commentary/", {"version": 0, "achievements": "First", "improvements": ""})
        assert first.status_code == 409
        assert first.context["form"]["version"].value() == "2"
        assert Commentary.objects.get().achievements == "Ours"

    @pytest.mark.parametrize("role", [Role.CASEWORKER, Role.FIRST_LINE_MANAGER])
    def test_is_for_those_who_answer_to_the_board(self, client, place, role):
        client.force_login(place.somebody(role, place.teams[0]))
        assert client.get(f"{Q1}commentary/").status_code == 403


def test_a_performance_officer_kept_from_a_case_is_told_less_than_the_board(client, officer, place):
    order = records.an_order(records.a_case(place), date(2025, 6, 2), hours=100)
    records.refresh(place)
    Limit.objects.create(
        person=order.case.person, user=officer, kind=Limit.Kind.EXCLUDED, reason="A relative"
    )
    shown = {line.figure.code: line.figure for line in client.get(Q1).context["headline"]}
    assert shown["K1"].denominator == 0
