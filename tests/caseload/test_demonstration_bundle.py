"""The demonstration's bundle: the published figures come out of it, counted by somebody who did not make it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from django.core.management import call_command

from justice.caseload.bundle import open_bundle, read
from justice.caseload.demonstration import LOCAL_DAYS, TEAMS, Summary, staff, write_bundle
from orders.domain import cpo
from tests.caseload.oracle import KPIS, Oracle, days_of, months_beginning_with, months_later

VECTORS = Path(__file__).parent.parent / "vectors"
TODAY = date(2026, 11, 24)
SMALL = 0.1


@dataclass
class Written:
    folder: Path
    summary: Summary

    @cached_property
    def oracle(self) -> Oracle:
        return Oracle(self.folder, local_days=LOCAL_DAYS)

    def rows(self, table: str) -> list[dict[str, str]]:
        return vector(self.folder / f"{table}.csv")


def vector(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


SEED_KPIS = vector(VECTORS / "seed-kpis.csv")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("full")
    return Written(folder, write_bundle(folder, today=TODAY))


@pytest.fixture(scope="module", params=[TODAY, date(2026, 11, 1), date(2028, 2, 29)], ids=str)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("small")
    return Written(folder, write_bundle(folder, today=request.param, scale=SMALL))


# --- The figures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", SEED_KPIS, ids=lambda row: f"{row['period']} {row['kpi']}")
def test_gives_the_published_actual_status_and_direction(full: Written, row: dict[str, str]) -> None:
    figure = full.oracle.figure(row["kpi"], row["period"], TODAY)
    # Whole at one decimal too, so that no way of rounding tells another story.
    assert figure.percent == f"{row['actual']}.0"
    assert full.oracle.rag(row["kpi"], row["period"], TODAY) == row["rag"]
    assert full.oracle.direction(row["kpi"], row["period"], TODAY) == row["direction"]


def test_gives_them_at_a_tenth_of_the_size_and_on_any_day(small: Written) -> None:
    today = small.summary.today
    found = [
        (
            row["period"],
            row["kpi"],
            str(small.oracle.figure(row["kpi"], row["period"], today).whole_percent),
            small.oracle.rag(row["kpi"], row["period"], today),
            small.oracle.direction(row["kpi"], row["period"], today),
        )
        for row in SEED_KPIS
    ]
    assert found == [
        (row["period"], row["kpi"], row["actual"], row["rag"], row["direction"]) for row in SEED_KPIS
    ]


def test_every_quarter_of_the_trend_has_every_figure_and_none_jumps(full: Written) -> None:
    quarters = [f"{year}-{year + 1 - 2000}-Q{number}" for year in range(2021, 2026) for number in range(1, 5)]
    for kpi in ("K1", "K2", "K3", "K4", "K5"):
        fractions = [full.oracle.figure(kpi, quarter, TODAY).fraction for quarter in quarters]
        steps = [abs(now - then) for then, now in zip(fractions, fractions[1:], strict=False)]
        assert max(steps) < 0.06, kpi


def test_a_breakdown_adds_up_to_the_whole(full: Written) -> None:
    whole = full.oracle.figure("K1", "2025-26-Q2", TODAY)
    for what in ("team", "locality", "worker"):
        parts = full.oracle.by("K1", "2025-26-Q2", TODAY, what).values()
        assert sum(part.numerator for part in parts) == whole.numerator
        assert sum(part.denominator for part in parts) == whole.denominator
    assert len(full.oracle.by("K1", "2025-26-Q2", TODAY, "locality").keys() - {""}) == 3


@pytest.mark.django_db
def test_the_program_counts_what_the_second_count_counts(tmp_path: Path) -> None:
    """Imported, then every figure of every quarter on several days, and the list of cases behind each."""
    call_command(
        "load_demonstration", scale=SMALL, today=str(TODAY), stdout=io.StringIO(), stderr=io.StringIO()
    )
    write_bundle(tmp_path, today=TODAY, scale=SMALL)
    oracle = Oracle(tmp_path, local_days=LOCAL_DAYS)
    quarters = [f"{year}-{year + 1 - 2000}-Q{number}" for year in range(2019, 2027) for number in range(1, 5)]
    for as_of in (TODAY, date(2025, 8, 20), date(2022, 5, 1)):
        for quarter in quarters:
            if days_of(quarter)[0] > as_of:
                continue
            printed = io.StringIO()
            call_command("kpis", period=quarter, as_of=str(as_of), format="json", cases=True, stdout=printed)
            program = {figure["kpi"]: figure for figure in json.loads(printed.getvalue())}
            for kpi in KPIS:
                figure = oracle.figure(kpi, quarter, as_of)
                counted = (program[kpi]["numerator"], program[kpi]["denominator"])
                assert counted == (figure.numerator, figure.denominator), (kpi, quarter, as_of)
                behind = sorted((case["reference"], case["counted"]) for case in program[kpi]["cases"])
                assert behind == sorted(
                    (case.reference, case.place == "met") for case in figure.cases if case.in_denominator
                )


# --- The caseload -------------------------------------------------------------------------------------------


def band(born: date, today: date) -> str:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    for row in vector(VECTORS / "open-cases-july-2012.csv")[1:-2]:
        youngest, oldest = map(int, row["band"].split("-"))
        if youngest <= age <= oldest:
            return row["band"]
    return "over 65" if age > 65 else "under 16"


def with_open_work(written: Written) -> set[str]:
    """People with an order that has not ended, a report whose hearing is to come, or a licence."""
    today = written.summary.today.isoformat()
    found = {row["person_ref"] for row in written.rows("orders") if not row["ended_on"]}
    found |= {
        row["person_ref"]
        for row in written.rows("reports")
        if row["hearing_on"] >= today and not row["withdrawn_on"]
    }
    return found | {row["person_ref"] for row in written.rows("releases")}


def test_open_cases_have_the_ages_and_sexes_of_the_seed(full: Written) -> None:
    going = with_open_work(full)
    people = [row for row in full.rows("people") if row["person_ref"] in going]
    counted = Counter(
        (band(date.fromisoformat(row["date_of_birth"]), TODAY), row["gender"]) for row in people
    )
    wanted = {
        (row["band"], gender): int(row[gender])
        for row in vector(VECTORS / "open-cases-july-2012.csv")
        for gender in ("male", "female")
        if row["band"] != "total" and int(row[gender])
    }
    assert counted == wanted
    assert len(people) == full.summary.open_cases == 4632


def test_a_small_caseload_is_the_same_shape(small: Written) -> None:
    assert len(with_open_work(small)) == small.summary.open_cases == 463


def test_everybody_who_has_work_but_no_order_is_said_to_be_held_by_somebody(full: Written) -> None:
    caseworkers = {row["staff_ref"] for row in full.rows("staff") if row["role"] == "caseworker"}
    with_orders = {row["person_ref"] for row in full.rows("orders") if not row["ended_on"]}
    without = with_open_work(full) - with_orders
    assert set(full.summary.holders.values()) <= caseworkers
    assert 0 < len(without - full.summary.holders.keys()) < 60, "a few wait for a caseworker"


def test_what_is_late_today_is_a_few_in_a_hundred(full: Written) -> None:
    going = {row["order_ref"] for row in full.rows("orders") if not row["ended_on"]}
    late = 0
    for kpi in ("K1", "K2", "K3"):
        for quarter in ("2026-27-Q1", "2026-27-Q2", "2026-27-Q3"):
            figure = full.oracle.figure(kpi, quarter, TODAY)
            late += sum(case.reason == "not done" and case.reference in going for case in figure.cases)
    assert 10 < late < 120
    waiting = sum(not row["caseworker"] for row in full.rows("orders") if not row["ended_on"])
    assert 10 < waiting < 60


# --- The records --------------------------------------------------------------------------------------------


def test_is_a_bundle_that_the_importer_accepts(full: Written, small: Written) -> None:
    for written in (full, small):
        with open_bundle(written.folder) as bundle:
            parsed = read(bundle, known=lambda table, references: (), today=written.summary.today)
        assert not parsed.problems, list(parsed.problems)[:5]
        assert parsed.counts == written.summary.rows


def test_keeps_to_its_budget_of_rows(full: Written) -> None:
    assert full.summary.total <= 235_000
    assert full.summary.first_day <= TODAY - timedelta(days=7 * 365)


def test_is_the_same_to_the_byte_for_a_day_and_a_seed(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_bundle(tmp_path / name, today=TODAY, seed=seed, scale=SMALL)
    content = {
        name: {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "again", "other")
    }
    assert content["one"] == content["again"]
    assert content["one"]["orders.csv"] != content["other"]["orders.csv"]


def as_proposed(written: Written) -> dict[str, cpo.ProposedOrder]:
    """Each order as the law asks about it."""
    born = {row["person_ref"]: date.fromisoformat(row["date_of_birth"]) for row in written.rows("people")}
    requirements = defaultdict(list)
    for row in written.rows("requirements"):
        requirements[row["order_ref"]].append(
            cpo.ProposedRequirement(
                kind=cpo.RequirementKind(row["kind"]),
                hours=int(row["hours"]) if row["hours"] else None,
                months=int(row["months"]) if row["months"] else None,
                last_day=date.fromisoformat(row["last_day"]) if row["last_day"] else None,
                added_on=date.fromisoformat(row["added_on"]) if row["added_on"] else None,
            )
        )
    return {
        row["order_ref"]: cpo.ProposedOrder(
            basis=cpo.Basis(row["basis"]),
            court_type=cpo.CourtType(row["court_type"]),
            imposed_on=date.fromisoformat(row["imposed_on"]),
            date_of_birth=born[row["person_ref"]],
            requirements=tuple(requirements[row["order_ref"]]),
            transferred_in=row["transferred_in"] == "yes",
        )
        for row in written.rows("orders")
    }


def test_only_the_planted_orders_break_a_rule_of_law(full: Written) -> None:
    unlawful = {ref for ref, order in as_proposed(full).items() if cpo.problems(order)}
    assert unlawful == set(full.summary.queried)
    assert len(unlawful) == 10
    # They are recent, so that an engine that leaves them out of its figures still gives the published ones.
    recent = {row["order_ref"] for row in full.rows("orders") if row["imposed_on"] > "2026-04-01"}
    assert unlawful <= recent


def test_nobody_has_two_orders_for_unpaid_work_at_once(full: Written) -> None:
    with_hours = {row["order_ref"] for row in full.rows("requirements") if row["hours"]}
    spans = defaultdict(list)
    for row in full.rows("orders"):
        if row["order_ref"] in with_hours:
            spans[row["person_ref"]].append((row["imposed_on"], row["ended_on"] or "9999"))
    for held in spans.values():
        held.sort()
        assert all(ended <= imposed for (_, ended), (imposed, _) in zip(held, held[1:], strict=False))


def test_hours_are_worked_and_never_more_than_were_ordered(full: Written) -> None:
    credited: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for row in full.rows("attendance"):
        minutes = int(row["minutes_credited"] or 0)
        credited[row["order_ref"]] += minutes
        other[row["order_ref"]] += minutes if row["other_activity"] == "yes" else 0
    since = (TODAY - timedelta(days=28)).isoformat()
    lately = 0
    for row in full.rows("requirements"):
        if row["hours"]:
            ordered = int(row["hours"]) * 60
            assert credited[row["order_ref"]] <= ordered
            assert other[row["order_ref"]] <= min(ordered * 0.3, 30 * 60)
        if row["completed_on"] > since and row["hours"]:
            lately += 1
            assert credited[row["order_ref"]] == ordered
    assert lately > 50


def test_scores_add_up_and_nothing_is_done_before_the_order_or_after_it_ended(full: Written) -> None:
    orders = {row["order_ref"]: row for row in full.rows("orders")}
    for table, column in (
        ("contacts", "on"),
        ("attendance", "on"),
        ("plans", "approved_on"),
        ("reviews", "held_on"),
        ("assessments", "completed_on"),
    ):
        for row in full.rows(table):
            order = orders[row["order_ref"]]
            assert order["imposed_on"] <= row[column] <= (order["ended_on"] or TODAY.isoformat())
    for row in full.rows("assessments"):
        if row["tool"] == "ls_cmi":
            scores = list(row.values())[4:12]
            assert sum(map(int, scores)) == int(row["total"])


def test_staff_are_the_same_in_every_bundle_and_every_team_has_its_manager(
    full: Written, small: Written
) -> None:
    assert full.rows("staff") == small.rows("staff")
    roles = Counter((member.team.name, member.role) for member in staff())
    assert all(roles[team.name, "first_line_manager"] == 1 for team in TEAMS if team.kind)
    assert {member.role for member in staff()} == {
        "caseworker",
        "unpaid_work_supervisor",
        "first_line_manager",
        "senior_manager",
        "performance_officer",
    }
    assert all(member.email.endswith("@strathcairn.example") for member in staff())
    assert len({member.email for member in staff()}) == len(staff())


def test_nothing_in_it_can_be_taken_for_a_real_record(full: Written) -> None:
    for table, column in (("people", "person_ref"), ("orders", "order_ref"), ("staff", "staff_ref")):
        assert all(row[column].startswith("DEMO-") for row in full.rows(table))
    people = full.rows("people")
    assert all(row["postcode"].startswith("QZ") for row in people)
    same = Counter((row["given_name"], row["family_name"], row["date_of_birth"]) for row in people)
    assert max(same.values()) == 1


@pytest.mark.parametrize(
    ("today", "scale"),
    [(date(2025, 6, 1), 1.0), (TODAY, 0.05), (TODAY, 9.0)],
    ids=["before the quarter is history", "too few for the percentages", "too many"],
)
def test_refuses_a_day_or_a_size_it_cannot_make(tmp_path: Path, today: date, scale: float) -> None:
    with pytest.raises(ValueError, match="must be from"):
        write_bundle(tmp_path, today=today, scale=scale)


def test_local_days_close_and_open_the_council(full: Written) -> None:
    by_name = {(name, day.year): (day, shut) for day, name, shut in LOCAL_DAYS}
    assert by_name["Easter Monday", 2026] == (date(2026, 4, 6), True)
    assert by_name["St Andrew's Day", 2025] == (date(2025, 12, 1), False)
    assert by_name["Summer Bank Holiday", 2026] == (date(2026, 8, 3), False)
    assert by_name["September weekend", 2025] == (date(2025, 9, 29), True)
    assert full.oracle.working_days_after(date(2025, 9, 25), 1) == date(2025, 9, 30)
    assert full.oracle.working_days_after(date(2025, 11, 28), 1) == date(2025, 12, 1)


# --- The second count itself --------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path) -> Oracle:
    """A few orders written by hand, one for each thing that is easily got wrong."""
    tables = {
        "orders": """order_ref,person_ref,imposed_on,transferred_in,caseworker,ended_on
            in-time,P,2025-07-01,no,,
            other-activity-first,P,2025-07-01,no,,
            ended-first,P,2025-07-01,no,,2025-07-07
            ended-that-day,P,2025-07-01,no,,2025-07-10
            came-from-elsewhere,P,2025-07-01,yes,,
            month-end,P,2025-11-30,no,,
            named,P,2025-11-30,no,,
            level-1,P,2025-03-15,no,,
            level-2,P,2025-08-31,no,,""",
        "requirements": """order_ref,kind,hours,last_day,added_on,completed_on
            in-time,unpaid_work,60,,,
            other-activity-first,unpaid_work,60,,,
            ended-first,unpaid_work,60,,,
            ended-that-day,unpaid_work,60,,,
            came-from-elsewhere,unpaid_work,60,,,
            in-time,unpaid_work,40,,2025-08-01,
            month-end,supervision,,,,
            named,supervision,,,,
            level-1,unpaid_work,100,,,2025-06-15
            level-2,unpaid_work,101,,,2026-02-28""",
        "attendance": """order_ref,on,outcome,other_activity
            in-time,2025-07-10,attended,no
            other-activity-first,2025-07-03,attended,yes
            other-activity-first,2025-07-04,unacceptable_absence,no
            other-activity-first,2025-07-11,attended,no""",
        "reviews": """order_ref,held_on,for_due_on
            month-end,2026-02-28,
            named,2026-02-10,2026-05-30
            named,2026-03-02,2026-02-28""",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(line.strip() for line in text.splitlines()))
    return Oracle(tmp_path)


def places(oracle: Oracle, kpi: str, quarter: str, as_of: date) -> dict[str, str]:
    return {case.reference: case.place for case in oracle.figure(kpi, quarter, as_of).cases}


def test_the_second_count_places_the_start_of_unpaid_work(tiny: Oracle) -> None:
    assert places(tiny, "K1", "2025-26-Q2", date(2025, 12, 1)) == {
        "in-time": "met",  # on the seventh working day
        "other-activity-first": "missed",
        "ended-first": "left_out",
        "ended-that-day": "missed",  # due on the day it ended
        "came-from-elsewhere": "left_out",
        "level-2": "missed",  # no attendance at all
    }
    # On the due day nobody is late yet; nor is what happens tomorrow known.
    assert places(tiny, "K1", "2025-26-Q2", date(2025, 7, 9))["in-time"] == "pending"
    assert places(tiny, "K1", "2025-26-Q2", date(2025, 7, 10))["other-activity-first"] == "pending"
    assert places(tiny, "K1", "2025-26-Q2", date(2025, 7, 11))["other-activity-first"] == "missed"


def test_the_second_count_pairs_a_review_with_the_day_it_names(tiny: Oracle) -> None:
    assert places(tiny, "K3", "2025-26-Q4", date(2026, 6, 1)) == {"month-end": "met", "named": "missed"}


def test_the_second_count_knows_months_that_begin_with_a_day(tiny: Oracle) -> None:
    assert months_later(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert months_beginning_with(date(2025, 3, 15), 3) == date(2025, 6, 14)
    assert months_beginning_with(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert places(tiny, "K4", "2025-26-Q1", date(2026, 6, 1)) == {"level-1": "missed"}
    assert places(tiny, "K4", "2025-26-Q4", date(2026, 6, 1)) == {"level-2": "met"}
