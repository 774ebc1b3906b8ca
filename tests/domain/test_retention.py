"""How long records are kept: a table of lives, read by eye; the rules that ship destroy nothing by themselves."""

from datetime import date
from pathlib import Path

import pytest

from justice.domain.retention import (
    WORK,
    Life,
    Rule,
    due_for_disposal,
    first_day,
    in_force,
    load_rules,
)

START = date(2020, 1, 1)
BORN = date(1990, 5, 1)


def rule(work="unpaid_work", trigger="last_order_ended", years=5, year_end=True, start=START, confirmed=True):
    return Rule(work, trigger, years, year_end, "Schedule", start, confirmed=confirmed)


def life(closed="2020-03-03", ended=None, work=("unpaid_work",), **more):
    day = date.fromisoformat
    return Life(
        born=BORN,
        closed_on=day(closed) if closed else None,
        order_ended_on=day(ended) if ended else None,
        work=frozenset(work),
        **more,
    )


@pytest.mark.parametrize(
    ("lived", "rules", "first"),
    [
        # current year and five: the year is whole before anything is counted
        (life(ended="2020-03-03"), [rule()], "2026-01-01"),
        (life(ended="2020-12-31", closed="2020-12-31"), [rule()], "2026-01-01"),
        (life(ended="2021-01-01", closed="2021-01-01"), [rule()], "2027-01-01"),
        # years after a day: the day after the anniversary
        (life(ended="2020-03-03"), [rule(year_end=False)], "2025-03-04"),
        (life(ended="2020-02-29", closed="2020-02-29"), [rule(year_end=False)], "2025-03-02"),
        (life(ended="2020-02-29", closed="2020-02-29"), [rule(year_end=False, years=4)], "2024-03-01"),
        # no order: counted from the closing of the case
        (life(closed="2020-03-03"), [rule(year_end=False)], "2025-03-04"),
        # the kind of work that keeps longest decides
        (
            life(ended="2020-03-03", work=("unpaid_work", "mappa")),
            [rule(), rule("mappa", "case_closed", 20)],
            "2041-01-01",
        ),
        # a hundredth birthday
        (life(work=("licence",)), [rule("licence", "born", 100, False)], "2090-05-02"),
        # never before the last case is closed, however long ago the order ended
        (life(closed="2028-06-30", ended="2020-03-03"), [rule()], "2028-07-01"),
        # a later rule of the council takes the place of an earlier one
        (life(ended="2020-03-03"), [rule(), rule(years=9, start=date(2021, 1, 1))], "2030-01-01"),
    ],
)
def test_a_record_may_go_from_its_day_on_and_not_the_day_before(lived, rules, first):
    day = date.fromisoformat(first)
    before = date.fromordinal(day.toordinal() - 1)
    assert due_for_disposal(lived, rules, before) is None
    due = due_for_disposal(lived, rules, day)
    assert due is not None
    assert due.on == day


@pytest.mark.parametrize(
    ("lived", "rules"),
    [
        (life(closed=None), [rule()]),
        (life(unfinished=True), [rule()]),
        (life(held=True), [rule()]),
        (life(), [rule(confirmed=False)]),
        (life(), []),
        (life(), [rule(years=None)]),
        (life(work=("unpaid_work", "report")), [rule()]),
        (life(work=("unpaid_work", "report")), [rule(), rule("report", years=None)]),
        (life(), [rule(start=date(2200, 1, 1))]),
        (life(work=()), [rule()]),
    ],
    ids=[
        "open", "unfinished", "held", "unconfirmed", "no-rule", "no-period", "one-without-rule", "one-without-period",
        "later", "no-work",
    ],
)  # fmt: skip
def test_what_is_kept_is_kept_for_good(lived, rules):
    assert due_for_disposal(lived, rules, date(2150, 1, 1)) is None


def test_a_confirmed_rule_goes_before_what_ships_whatever_their_days():
    shipped = rule(confirmed=False, start=date(2026, 1, 1))
    own = rule(years=7, start=date(2021, 1, 1))
    assert in_force([own, shipped], date(2027, 1, 1)) == {"unpaid_work": own}


def test_what_ships_has_a_rule_with_a_source_for_every_kind_of_work_and_destroys_nothing():
    rules = load_rules()
    assert {one.work for one in rules} == set(WORK)
    assert not any(one.confirmed for one in rules)
    assert all(one.source and "records manager" in one.confidence for one in rules)
    assert {one.work for one in rules if one.years} == {"unpaid_work"}  # the only period that was found
    assert due_for_disposal(life(), rules, date(2150, 1, 1)) is None


def test_a_period_is_said_in_words():
    assert rule().period == "5 years after the end of the year in which the last order ended"
    assert rule(years=None).period == "Until the council sets a period"
    assert rule("licence", "born", 100, False).period == "100 years after the person was born"


@pytest.mark.parametrize(
    "change", [{"work": "x"}, {"trigger": "x"}, {"years": 0}, {"years": 151}, {"source": " "}]
)
def test_a_bad_rule_is_refused(change):
    good = {
        "work": "order", "trigger": "born", "years": 5, "from_year_end": True, "source": "S", "in_force_from": START,
    }  # fmt: skip
    with pytest.raises(ValueError):
        Rule(**{**good, **change})


def test_a_file_without_a_day_is_refused(tmp_path: Path):
    (tmp_path / "a.toml").write_text("in_force_from = 2026-01-01T00:00:00\nrule = []\n")
    with pytest.raises(ValueError, match="is a day"):
        load_rules(tmp_path)


def test_what_has_not_happened_starts_nothing():
    assert first_day(life(closed=None), rule(trigger="case_closed")) is None
