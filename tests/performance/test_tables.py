"""The tables of the year: a count is its list, and a published table comes out of records built to its counts."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from assessments.models import Assessment, LevelBands
from cases.models import Case, Limit, Role
from cases.operation import system_user
from cases.operations import open_council
from justice.caseload.importing import bring_in
from justice.domain.calendar import years_before
from performance.domain import ages
from performance.domain.period import FinancialYear
from performance.tables import ALL, ASSESSMENTS, TABLES, Asked, Printed, percent
from tests.performance import records
from tests.performance.records import Place

VECTORS = Path(__file__).parent.parent / "vectors"
ON = date(2012, 7, 31)
YEAR = FinancialYear.parse("2011-12")
ASKED = Asked(ON, YEAR, ages.shipped()["local"])

# The seed's table 2 and table 3, with what it prints beside each.
BY_COURT = {
    "high": (139, "2"),
    "sheriff_solemn": (593, "10"),
    "sheriff_summary": (4209, "72"),
    "stipendiary": (924, "16"),
}
BEFORE = {"very_high": (107, "2.38"), "high": (1320, "29.4"), "all": 4492}
AFTER = {"very_high": (48, "41"), "high": (43, "37"), "all": 117}
MISPRINTED = "77"  # of 91 in 117, which is 77.8: the seed's own slip, and not to be met
TOTALS = {"very_high": 35, "high": 25, "medium": 15}


def age_table() -> list[dict[str, str]]:
    with (VECTORS / "open-cases-july-2012.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def a_bundle(folder: Path) -> None:
    """People, orders, reports and assessments whose counts are those that the seed prints, and nothing else."""
    people: list[dict[str, object]] = []
    for row in age_table()[:-1]:
        youngest = int(re.findall(r"\d+", row["band"])[0]) + row["band"].startswith("over")
        for gender in ("male", "female"):
            for number in range(int(row[gender])):
                # Half on the day they reach the band, half with some months to go in it.
                born = years_before(ON, youngest) - timedelta(days=number % 2 * 300)
                people.append(
                    {
                        "person_ref": f"P{len(people) + 1}", "given_name": f"Given{len(people) + 1}",
                        "family_name": "Sample", "date_of_birth": born, "gender": gender,
                    }
                )  # fmt: skip
    orders, requirements, assessments, reports = [], [], [], []
    imposed = date(2011, 11, 7)
    stages = [
        ("before", BEFORE, imposed - timedelta(days=10)),
        ("after", AFTER, imposed + timedelta(days=10)),
    ]
    levels = []
    for _, stage, day in stages:
        very, high = stage["very_high"][0], stage["high"][0]
        rest = stage["all"] - very - high
        of_stage = ["very_high"] * very + ["high"] * high + ["medium"] * rest
        levels += [(level, day) for level in of_stage]
    for number, person in enumerate(people):
        ref = f"O{number + 1}"
        orders.append(
            {"order_ref": ref, "person_ref": person["person_ref"], "basis": "instead_of_prison",
             "court_type": "sheriff_summary", "imposed_on": imposed}
        )  # fmt: skip
        requirements.append({"order_ref": ref, "kind": "supervision", "months": 36})
        if number < len(levels):
            level, day = levels[number]
            assessments.append(
                {
                    "order_ref": ref,
                    "tool": "ls_cmi",
                    "completed_on": day,
                    "total": TOTALS[level],
                    "level": level,
                }
            )
    for court, (count, _) in BY_COURT.items():
        for _ in range(count):
            reports.append(
                {"report_ref": f"R{len(reports) + 1}", "person_ref": people[len(reports) % len(people)]["person_ref"],
                 "court_type": court, "requested_on": date(2011, 9, 1), "hearing_on": date(2011, 10, 3),
                 "submitted_on": date(2011, 9, 29)}
            )  # fmt: skip
    for name, rows in (
        ("people", people), ("orders", orders), ("requirements", requirements), ("assessments", assessments),
        ("reports", reports),
    ):  # fmt: skip
        write(folder, name, rows)


def whole(value: Decimal | None) -> str:
    assert value is not None
    return str(value.quantize(Decimal(1)))


@pytest.mark.django_db
@pytest.mark.sqlite_only
def test_the_seeds_three_tables_come_out_of_a_bundle_of_its_counts(tmp_path: Path):
    a_bundle(tmp_path)
    actor = system_user()
    council = open_council(actor=actor, name="Strathmore")
    found = bring_in(tmp_path, actor=actor, council=council, today=ON, name="seed")
    assert not found.problems

    def table(name: str) -> Printed:
        return TABLES[name].printed(actor, council, ASKED)

    # Table 1, every cell of it
    printed = table("open-cases")
    rows = age_table()
    assert len(rows) == len(printed.lines) + 1
    for (line, _), row in zip(printed.shown_lines, rows, strict=False):
        counted = [printed.count(line, "male"), printed.count(line, "female"), printed.count(line, ALL)]
        assert counted == [int(row["male"]), int(row["female"]), int(row["total"])], row["band"]
    assert printed.count(ALL, "male") == 4086
    assert printed.count(ALL, "female") == 546
    assert printed.count(ALL, ALL) == 4632
    # What the text says beside the table
    young = sum(printed.count(line, ALL) for line in ("16-17", "18-20", "21-25", "26-30"))
    assert young == 2056

    # Table 2, with its percentages
    printed = table("reports")
    for court, (count, share) in BY_COURT.items():
        assert printed.count(court, "reports") == count
        assert whole(percent(count, printed.count(ALL, "reports"), "1")) == share
    assert printed.count(ALL, "reports") == 5865

    # Table 3, at the precision it is printed in
    printed = table("assessments")
    for column, stage in (("pre", BEFORE), ("post", AFTER)):
        for level in ("very_high", "high"):
            count, share = stage[level]
            assert printed.count(level, column) == count
            places = "1" if "." not in share else "0." + "0" * (len(share.split(".")[1]) - 1) + "1"
            assert str(percent(count, printed.count(ALL, column), places)) == share
        assert printed.count(ALL, column) == stage["all"]
    assert printed.count("high-or-very-high", "post") == 91
    assert printed.count("high-or-very-high", "pre") == 1427
    # The misprint: 91 of 117 rounds to 78, and that is what is shown
    assert printed.share("high-or-very-high", "post") == Decimal("77.8")
    assert whole(percent(91, 117, "1")) == "78" != MISPRINTED


@pytest.fixture
def caseload(place: Place) -> Place:
    records.a_caseload(place, 30, 7, date(2024, 2, 1), date(2025, 8, 1))
    return place


def readers(place: Place):
    kept_out = place.somebody(Role.PERFORMANCE_OFFICER)
    for case in Case.objects.filter(council=place.council)[:5]:
        Limit.objects.create(person=case.person, user=kept_out, kind=Limit.Kind.EXCLUDED, reason="A relative")
    roles = (Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER)
    return [*(place.somebody(role, place.teams[0]) for role in roles), kept_out]


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
@pytest.mark.parametrize("bands", ["local", "national"])
def test_every_count_is_as_long_as_its_list(caseload: Place, table, bands: str):
    asked = Asked(date(2025, 8, 15), FinancialYear.parse("2024-25"), ages.shipped()[bands])
    for user in readers(caseload):
        printed = table.printed(user, caseload.council, asked)
        members = table.members(user, caseload.council, asked)
        for line in (*printed.lines, *table.groups, ALL):
            for column in (*table.columns, ALL):
                listed = table.cell(members, line, column)
                assert printed.count(line, column) == listed.count(), (line, column)
        assert printed.count(ALL, ALL) == members.count() == sum(printed.counts.values())


def test_a_level_is_that_of_the_councils_bands_on_the_day_of_each(caseload: Place):
    user = caseload.somebody(Role.PERFORMANCE_OFFICER)
    for day, limits in ((date(2024, 7, 1), (1, 3, 9, 15)), (date(2025, 1, 15), (8, 14, 22, 33))):
        LevelBands.objects.create(
            council=caseload.council, in_force_from=day, source="Committee",
            **dict(zip(("very_low_to", "low_to", "medium_to", "high_to"), limits, strict=True)),
        )  # fmt: skip
    for year in ("2023-24", "2024-25", "2025-26"):
        asked = Asked(date(2025, 8, 15), FinancialYear.parse(year), ages.shipped()["local"])
        members = ASSESSMENTS.members(user, caseload.council, asked)
        assert members
        assert [row.line for row in members] == [row.level_code for row in members]


def test_an_assessment_that_was_corrected_is_not_counted_twice(caseload: Place):
    user = caseload.somebody(Role.PERFORMANCE_OFFICER)
    asked = Asked(date(2025, 8, 15), FinancialYear.parse("2024-25"), ages.shipped()["local"])
    before = ASSESSMENTS.printed(user, caseload.council, asked)
    wrong = ASSESSMENTS.members(user, caseload.council, asked).first()
    assert wrong is not None
    Assessment.objects.create(
        order=wrong.order,
        tool=wrong.tool,
        completed_on=wrong.completed_on,
        total=42,
        corrects=wrong,
        correction_reason="Typed wrongly",
    )
    after = ASSESSMENTS.printed(user, caseload.council, asked)
    assert after.count(ALL, ALL) == before.count(ALL, ALL)
    assert after.count("very_high", ALL) == before.count("very_high", ALL) + (wrong.line != "very_high")


def client_of(place: Place, role: str) -> Client:
    client = Client()
    client.force_login(place.somebody(role, place.teams[0]))
    return client


def test_each_count_on_the_page_opens_a_list_of_so_many(caseload: Place):
    client = client_of(caseload, Role.PERFORMANCE_OFFICER)
    page = client.get("/performance/tables/?year=2024-25&on=2025-08-15&bands=national").content.decode()
    links = re.findall(r'href="(/performance/tables/[a-z-]+/cases/[^"]+)">([\d,]+)<', page)
    assert len(links) >= 10
    for href, count in links:
        listed = client.get(href.replace("&amp;", "&"))
        assert listed.context["listing"].total == int(count.replace(",", "")), href


def test_a_file_of_a_table_says_what_the_page_says(caseload: Place):
    client = client_of(caseload, Role.SENIOR_MANAGER)
    address = "/performance/tables/assessments/csv/?year=2024-25"
    answer = client.get(address)
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    shares = ["Share, before sentence", "Share, after sentence", "Share, total"]
    assert rows[0] == ["Level", "Before sentence", shares[0], "After sentence", shares[1], "Total", shares[2]]
    assert [row[0] for row in rows[1:]] == [
        "Very high", "High", "Medium", "Low", "Very low", "High or very high", "Total"
    ]  # fmt: skip


def test_what_was_chosen_becomes_a_plain_address(caseload: Place):
    client = client_of(caseload, Role.PERFORMANCE_OFFICER)
    sent = {"show": "1", "year": "2024-25", "on": "1 August 2025", "bands": "national"}
    answer = client.get("/performance/tables/", sent)
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query == {"year": ["2024-25"], "on": ["2025-08-01"], "bands": ["national"]}


def test_a_day_that_is_none_is_asked_for_again(caseload: Place):
    client = client_of(caseload, Role.PERFORMANCE_OFFICER)
    answer = client.get("/performance/tables/", {"show": "1", "on": "32 August 2025"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("/performance/tables/?year=2024-26", 404, id="a year that is none"),
        pytest.param("/performance/tables/?on=yesterday", 404, id="a day that is none"),
        pytest.param("/performance/tables/?bands=mine", 404, id="bands that are none"),
        pytest.param("/performance/tables/orders/cases/", 404, id="a table that is none"),
        pytest.param("/performance/tables/reports/cases/?line=moon", 404, id="a line that is none"),
    ],
)
def test_what_does_not_exist_is_not_found(caseload: Place, address: str, status: int):
    assert client_of(caseload, Role.PERFORMANCE_OFFICER).get(address).status_code == status


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE])
def test_who_sees_no_case_sees_no_table(caseload: Place, role: str):
    assert client_of(caseload, role).get("/performance/tables/").status_code == 403
