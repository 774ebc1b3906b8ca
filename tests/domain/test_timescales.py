"""Derive: what falls due, what meets it, and what an end makes of it. Longer tales are in tests/stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from justice.domain.calendar import Calendar, UnknownDay
from justice.domain.standards import LocalClause, load_standards
from justice.domain.timescales import Fact, Timescale, derive, state, urgency, why

CALENDAR = Calendar("A council", {date(2025, 7, 14): "Glasgow Fair"}, date(2010, 1, 1), date(2035, 12, 31))
STANDARDS = load_standards()
ORDER, UNPAID_WORK = "order:1", "order:1/requirement:1"


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def supervision(until: str | None = "2026-12-01", **more) -> Fact:
    return Fact(ORDER, "supervision_imposed", date(2025, 6, 2), until=day(until), **more)


def review(held: str, named: str | None = None) -> Fact:
    return Fact(ORDER, "review_held", day(held), for_due_on=day(named))


def ended(on: str) -> Fact:
    return Fact(ORDER, "order_ended", day(on))


def about(clause: str, *facts: Fact) -> list[Timescale]:
    return [row for row in derive(facts, STANDARDS, CALENDAR) if row.clause == clause]


def only(clause: str, *facts: Fact) -> Timescale:
    (row,) = about(clause, *facts)
    return row


# --- Pairing reviews with due dates: 2 September, 2 December, 2 June ------------------------------------------------


@pytest.mark.parametrize(
    ("held", "met"),
    [
        pytest.param([], [None, None, None], id="none held"),
        pytest.param([("2025-09-01", None)], ["2025-09-01", None, None], id="one, unnamed: the first"),
        pytest.param([("2025-11-28", None)], ["2025-11-28", None, None], id="unnamed, late: still the first"),
        pytest.param([("2025-11-28", "2025-12-02")], [None, "2025-11-28", None], id="named for the second"),
        pytest.param(
            [("2025-08-01", "2025-08-01")], [None, None, None], id="named for no due date: an extra"
        ),
        pytest.param(
            [("2025-08-01", "2025-08-01"), ("2025-09-01", None)],
            ["2025-09-01", None, None],
            id="an extra does not push the others along",
        ),
        pytest.param(
            [("2025-09-05", "2025-09-02"), ("2025-09-01", "2025-09-02")],
            ["2025-09-01", None, None],
            id="two for one day: the earlier; the later meets nothing",
        ),
        pytest.param(
            [("2025-09-01", None), ("2025-12-01", None), ("2026-05-29", None), ("2026-06-20", None)],
            ["2025-09-01", "2025-12-01", "2026-05-29"],
            id="one more than fell due",
        ),
        pytest.param(
            [("2025-09-01", None), ("2025-12-01", "2025-12-02"), ("2026-06-01", None)],
            ["2025-09-01", "2025-12-01", "2026-06-01"],
            id="unnamed ones go round the named",
        ),
        pytest.param(
            [("2025-08-28", "2026-06-02"), ("2025-09-01", None)],
            ["2025-09-01", None, "2025-08-28"],
            id="named far ahead",
        ),
        pytest.param(
            [("2025-09-01", None), ("2025-09-01", None)],
            ["2025-09-01", None, None],
            id="the same review written down twice is one review",
        ),
        pytest.param([("2025-06-01", "2025-09-02")], [None, None, None], id="held before supervision began"),
    ],
)
def test_a_review_is_paired_with_the_due_date_it_was_held_for(held, met):
    rows = about("cpo.review", supervision(), *(review(*one) for one in held))
    assert [row.met_on for row in rows] == [day(one) for one in met]
    assert [row.due_on for row in rows] == [day("2025-09-02"), day("2025-12-02"), day("2026-06-02")]
    assert [row.occurrence for row in rows] == [1, 2, 3]


# --- Where a recurring clause stops -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "end", "due"),
    [
        pytest.param("2025-09-01", None, [], id="over the day before the first"),
        pytest.param("2025-09-02", None, ["2025-09-02"], id="over on the day of the first"),
        pytest.param("2026-06-01", None, ["2025-09-02", "2025-12-02"], id="over the day before the third"),
        pytest.param("2026-06-02", None, ["2025-09-02", "2025-12-02", "2026-06-02"], id="on the third"),
        pytest.param("2026-06-02", "2025-12-01", ["2025-09-02"], id="ended the day before the second"),
        pytest.param("2026-06-02", "2025-12-02", ["2025-09-02", "2025-12-02"], id="ended on the second"),
        pytest.param("2025-12-01", "2026-03-01", ["2025-09-02"], id="ended after its own last day"),
        pytest.param("2026-06-02", "2025-06-01", [], id="ended before it began"),
    ],
)
def test_reviews_stop_with_supervision_or_with_the_order(until, end, due):
    rows = about("cpo.review", supervision(until), *([ended(end)] if end else []))
    assert [row.due_on for row in rows] == [day(one) for one in due]
    assert not any(row.lapsed for row in rows)


def test_reviews_without_a_last_day_stop_after_the_longest_supervision_there_is():
    rows = about("cpo.review", supervision(None))
    assert len(rows) == 6
    assert rows[-1].due_on == day("2027-12-02")


# --- What an end makes of what is due on 30 June (the plan) -----------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "approved", "expected"),
    [
        # expected: met_on, on_time, ended_on, lapsed
        pytest.param(None, None, (None, None, None, False), id="still running"),
        pytest.param(None, "2025-06-30", ("2025-06-30", True, None, False), id="done on the day"),
        pytest.param(None, "2025-07-01", ("2025-07-01", False, None, False), id="done late"),
        pytest.param("2025-06-29", None, (None, None, "2025-06-29", True), id="ended first: lapsed"),
        pytest.param("2025-06-30", None, (None, None, "2025-06-30", False), id="ended on the day: missed"),
        pytest.param("2025-07-15", None, (None, None, "2025-07-15", False), id="ended later: missed"),
        pytest.param(
            "2025-06-29", "2025-06-29", ("2025-06-29", True, None, False), id="done on the last day"
        ),
        pytest.param(
            "2025-06-25", "2025-06-26", (None, None, "2025-06-25", True), id="done after an end before it"
        ),
        pytest.param(
            "2025-06-30", "2025-07-01", ("2025-07-01", False, "2025-06-30", False), id="done after the end"
        ),
        pytest.param(
            "2025-07-15", "2025-07-01", ("2025-07-01", False, None, False), id="late, and then it ended"
        ),
        pytest.param(
            "2025-05-01", "2025-04-01", ("2025-04-01", True, None, False), id="all over before it began"
        ),
    ],
)
def test_what_an_end_makes_of_a_plan_due_on_30_june(end, approved, expected):
    facts = [supervision()]
    if end:
        facts.append(ended(end))
    if approved:
        facts.append(Fact(ORDER, "plan_approved", day(approved)))
    row = only("cpo.plan", *facts)
    met_on, on_time, ended_on, lapsed = expected
    assert (row.met_on, row.on_time, row.ended_on, row.lapsed) == (
        day(met_on),
        on_time,
        day(ended_on),
        lapsed,
    )
    assert row.due_on == day("2025-06-30")


@pytest.mark.parametrize(
    ("kind", "subject", "lapses"),
    [
        pytest.param("order_ended", "order:1", True, id="the order above it"),
        pytest.param("requirement_ended", "order:1/requirement:1", True, id="the requirement itself"),
        pytest.param("requirement_ended", "order:1/requirement:2", False, id="the requirement beside it"),
        pytest.param("requirement_ended", "order:1/requirement:11", False, id="one whose name begins alike"),
        pytest.param("order_ended", "order:2", False, id="another order"),
        pytest.param("order_ended", "order:1/requirement", False, id="half a name"),
    ],
)
def test_an_end_ends_what_is_below_it_and_nothing_beside_it(kind, subject, lapses):
    imposed = Fact(UNPAID_WORK, "unpaid_work_imposed", day("2025-06-02"), until=day("2025-12-01"))
    row = only("cpo.unpaid_work", imposed, Fact(subject, kind, day("2025-08-01")))
    assert row.lapsed is lapses
    assert row.due_on == day("2025-12-01")


def test_of_several_ends_the_earliest_counts():
    row = only("cpo.plan", supervision(), ended("2025-07-15"), ended("2025-06-20"))
    assert (row.ended_on, row.lapsed) == (day("2025-06-20"), True)


@pytest.mark.parametrize("submitted", [None, "2025-07-01", "2025-07-20"])
@pytest.mark.parametrize("withdrawn", ["2025-06-20", "2025-07-11", "2025-08-01"])
def test_a_withdrawn_request_lapses_whatever_had_become_of_it(submitted, withdrawn):
    facts = [
        Fact("report:7", "report_requested", day("2025-06-16"), until=day("2025-07-11")),
        Fact("report:7", "report_withdrawn", day(withdrawn)),
    ]
    if submitted:
        facts.append(Fact("report:7", "report_submitted", day(submitted)))
    row = only("report.submitted", *facts)
    assert (row.lapsed, row.ended_on, row.met_on) == (True, day(withdrawn), day(submitted))


# --- Starting and meeting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "on", "at", "on_time"),
    [
        pytest.param(time(12), "2025-07-09", time(23, 59), True, id="the evening before"),
        pytest.param(time(12), "2025-07-10", time(11, 59), True, id="a minute before"),
        pytest.param(time(12), "2025-07-10", time(12), True, id="on the stroke"),
        pytest.param(time(12), "2025-07-10", time(12, 0, 1), False, id="a second after"),
        pytest.param(time(12), "2025-07-10", None, True, id="no hour recorded"),
        pytest.param(None, "2025-07-10", time(23, 59), True, id="no hour set"),
        pytest.param(time(12), "2025-07-11", time(9), False, id="the morning after"),
    ],
)
def test_the_courts_hour(by, on, at, on_time):
    row = only(
        "report.on_time",
        Fact("report:7", "report_request_due", day("2025-06-16"), until=day("2025-07-10"), until_by=by),
        Fact("report:7", "report_submitted", day(on), at=at),
    )
    assert (row.on_time, row.due_by) == (on_time, by)


def test_the_earliest_starting_fact_starts_the_clause():
    row = only(
        "cpo.plan",
        replace(supervision(), on=day("2025-09-01"), reference="later"),
        supervision(reference="earlier"),
    )
    assert (row.starts_on, row.due_on, row.reference) == (day("2025-06-02"), day("2025-06-30"), "earlier")


def test_the_reference_people_use_comes_from_the_starting_fact():
    row = only(
        "cpo.plan", supervision(reference="CPO/2025/17"), Fact(ORDER, "plan_approved", day("2025-06-20"))
    )
    assert row.reference == "CPO/2025/17"


@pytest.mark.parametrize(
    ("clause", "kind", "counts"),
    [
        pytest.param("cpo.lscmi", "lscmi_completed", True, id="an assessment made before counts"),
        pytest.param("cpo.plan", "plan_approved", True, id="a plan approved before counts"),
        pytest.param("cpo.review", "review_held", False, id="a review held before does not"),
    ],
)
def test_earlier_work_counts_where_the_clause_says_so(clause, kind, counts):
    rows = about(clause, supervision(), Fact(ORDER, kind, day("2025-05-01")))
    assert (rows[0].met_on is not None) is counts
    if counts:
        assert (rows[0].on_time, rows[0].days_taken) == (True, 0)


def test_a_fact_about_another_subject_meets_nothing():
    row = only("cpo.plan", supervision(), Fact("order:2", "plan_approved", day("2025-06-20")))
    assert row.met_on is None


def test_kinds_that_no_clause_names_are_passed_over():
    assert derive([Fact(ORDER, "weather_noted", day("2025-06-02"))], STANDARDS, CALENDAR) == []


def test_no_facts_give_no_timescales():
    assert derive([], STANDARDS, CALENDAR) == []


def test_the_first_mark_the_clause_names_leaves_it_out():
    imposed = Fact(
        UNPAID_WORK,
        "unpaid_work_imposed",
        day("2025-06-02"),
        until=day("2025-12-01"),
        marks=frozenset({"added_after_imposition", "transferred_in"}),
    )
    assert only("cpo.placement", imposed).left_out == "transferred_in"
    assert only("cpo.unpaid_work", imposed).left_out == ""


def test_rows_come_in_due_order_then_by_subject_clause_and_occurrence():
    facts = [
        supervision(),
        replace(supervision(), subject="order:2"),
        Fact(UNPAID_WORK, "unpaid_work_imposed", day("2025-06-02"), until=day("2025-12-01")),
    ]
    rows = derive(facts, STANDARDS, CALENDAR)
    keys = [(row.due_on, row.subject, row.clause, row.occurrence) for row in rows]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys) == 12


def test_a_date_from_the_court_that_is_missing_is_named_not_guessed():
    imposed = Fact(UNPAID_WORK, "unpaid_work_imposed", day("2025-06-02"))
    with pytest.raises(ValueError, match=r"cpo\.unpaid_work of order:1/requirement:1"):
        derive([imposed], STANDARDS, CALENDAR)


def test_a_day_outside_the_calendar_is_refused():
    with pytest.raises(UnknownDay):
        derive([Fact(ORDER, "order_imposed", date(1985, 6, 3))], STANDARDS, CALENDAR)


def test_a_council_with_its_own_period_has_its_own_due_date():
    ours = load_standards(
        overlays=[LocalClause("cpo.plan", date(2025, 1, 1), ("90 days after",), None, "Own standards")]
    )
    (row,) = [one for one in derive([supervision()], ours, CALENDAR) if one.clause == "cpo.plan"]
    assert (row.due_on, row.edition) == (day("2025-08-31"), "nos-2010")


# --- What it is on a day ------------------------------------------------------------------------------------------

PENDING = Timescale(
    subject=ORDER,
    clause="cpo.plan",
    occurrence=1,
    reference="",
    edition="nos-2010",
    starts_on=date(2025, 6, 2),
    due_on=date(2025, 6, 30),
    due_by=None,
    met_on=None,
    on_time=None,
    ended_on=None,
    lapsed=False,
    left_out="",
    days_taken=None,
)
MET = replace(PENDING, met_on=date(2025, 6, 20), on_time=True)
LATE = replace(PENDING, met_on=date(2025, 7, 10), on_time=False)


@pytest.mark.parametrize(
    ("row", "on", "expected"),
    [
        pytest.param(PENDING, "2025-06-29", "pending", id="the day before"),
        pytest.param(PENDING, "2025-06-30", "pending", id="the day itself is not overdue"),
        pytest.param(PENDING, "2025-07-01", "overdue", id="the day after"),
        pytest.param(MET, "2025-06-20", "met", id="done today"),
        pytest.param(MET, "2025-06-19", "pending", id="done tomorrow is not known yet"),
        pytest.param(LATE, "2025-07-10", "met_late", id="done late"),
        pytest.param(LATE, "2025-07-09", "overdue", id="overdue until it was done"),
        pytest.param(
            replace(PENDING, ended_on=date(2025, 7, 5)), "2025-07-04", "overdue", id="before the end"
        ),
        pytest.param(replace(PENDING, ended_on=date(2025, 7, 5)), "2025-07-05", "missed", id="after the end"),
        pytest.param(
            replace(LATE, ended_on=date(2025, 7, 5)), "2025-07-07", "missed", id="between end and doing"
        ),
        pytest.param(
            replace(LATE, ended_on=date(2025, 7, 5)), "2025-07-10", "met_late", id="done after the end"
        ),
        pytest.param(
            replace(PENDING, ended_on=date(2025, 6, 15), lapsed=True),
            "2025-06-14",
            "pending",
            id="not lapsed yet",
        ),
        pytest.param(
            replace(PENDING, ended_on=date(2025, 6, 15), lapsed=True), "2025-06-15", "lapsed", id="lapsed"
        ),
        pytest.param(
            replace(MET, ended_on=date(2025, 6, 25), lapsed=True),
            "2025-06-24",
            "met",
            id="before it was withdrawn",
        ),
        pytest.param(
            replace(MET, ended_on=date(2025, 6, 25), lapsed=True),
            "2025-06-25",
            "lapsed",
            id="withdrawn when met",
        ),
        pytest.param(
            replace(PENDING, left_out="transferred_in"),
            "2025-06-03",
            "pending",
            id="left out, and still to do",
        ),
        pytest.param(replace(LATE, left_out="transferred_in"), "2025-08-03", "met_late", id="left out, late"),
    ],
)
def test_what_a_timescale_is_on_a_day(row, on, expected):
    assert state(row, day(on)) == expected


@pytest.mark.parametrize(
    ("row", "on", "expected"),
    [
        pytest.param(PENDING, "2025-06-20", "later", id="six working days before"),
        pytest.param(PENDING, "2025-06-24", "later", id="four working days before"),
        pytest.param(PENDING, "2025-06-25", "soon", id="three working days before"),
        pytest.param(PENDING, "2025-06-28", "soon", id="the Saturday before"),
        pytest.param(PENDING, "2025-06-30", "soon", id="the day itself"),
        pytest.param(PENDING, "2025-07-01", "overdue", id="the day after"),
        pytest.param(MET, "2025-06-25", "", id="done"),
        pytest.param(
            replace(PENDING, left_out="transferred_in"),
            "2025-07-01",
            "overdue",
            id="left out, and still to do",
        ),
    ],
)
def test_how_pressing_a_timescale_is(row, on, expected):
    assert urgency(row, day(on), CALENDAR) == expected


# --- Why it is due ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (time(12), "by midday"),
        (time(16), "by 4pm"),
        (time(9, 30), "by 9:30am"),
        (time(12, 5), "by 12:05pm"),
        (time(0, 15), "by 12:15am"),
    ],
)
def test_the_hour_is_written_as_people_write_it(hour, words):
    row = only(
        "report.on_time",
        Fact("report:7", "report_request_due", day("2025-06-16"), until=day("2025-07-10"), until_by=hour),
    )
    sentence = why(row, STANDARDS.clause_for(row.clause, row.starts_on), CALENDAR)
    assert sentence.startswith(f"Due Thursday 10 July 2025 {words}: as ordered;")


def test_closed_days_are_named_only_where_working_days_are_counted():
    rows = derive(
        [
            replace(supervision(), on=day("2025-07-11")),
            Fact(ORDER, "order_imposed", day("2025-07-11")),
        ],
        STANDARDS,
        CALENDAR,
    )
    sentences = {
        row.clause: why(row, STANDARDS.clause_for(row.clause, row.starts_on), CALENDAR)
        for row in rows
        if row.occurrence == 1
    }
    assert sentences["cpo.induction"] == (
        "Due Monday 21 July 2025: 5 working days after Friday 11 July 2025; "
        "Monday 14 July 2025, Glasgow Fair, is not counted"
    )
    assert sentences["cpo.review"] == "Due Saturday 11 October 2025: 3 months after Friday 11 July 2025"


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("2025-01-31", "Due Wednesday 30 July 2025: 6 months beginning with Friday 31 January 2025"),
        (
            "2025-08-31",
            "Due Saturday 28 February 2026: 6 months beginning with Sunday 31 August 2025; "
            "February 2026 has no 31st",
        ),
        ("2027-08-29", "Due Monday 28 February 2028: 6 months beginning with Sunday 29 August 2027"),
    ],
)
def test_a_short_month_is_named_only_where_it_moved_the_day(start, sentence):
    ours = load_standards(
        overlays=[LocalClause("cpo.plan", date(2020, 1, 1), ("6 months beginning with",), None, "Own")]
    )
    facts = [replace(supervision(), on=day(start), until=None)]
    (row,) = [one for one in derive(facts, ours, CALENDAR) if one.clause == "cpo.plan"]
    assert why(row, ours.clause_for("cpo.plan", row.starts_on), CALENDAR) == sentence


def test_of_two_copies_sent_on_one_day_the_one_with_an_hour_is_the_first():
    row = only(
        "report.on_time",
        Fact("report:7", "report_request_due", day("2025-06-16"), until=day("2025-07-10"), until_by=time(12)),
        Fact("report:7", "report_submitted", day("2025-07-10")),
        Fact("report:7", "report_submitted", day("2025-07-10"), at=time(13)),
    )
    assert row.on_time is False
