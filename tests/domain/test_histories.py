"""Random histories: what is kept up a fact at a time equals what is derived from nothing, and the past stays put."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, time, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice.domain.calendar import Calendar, months_after
from justice.domain.standards import LocalClause, load_standards
from justice.domain.timescales import Fact, Timescale, derive, state, why

CALENDAR = Calendar(
    "A council",
    dict(holidays.country_holidays("GB", subdiv="SCT", years=range(2009, 2046)).items()),
    date(2009, 1, 1),
    date(2045, 12, 31),
)
STANDARDS = load_standards(
    overlays=[LocalClause("cpo.plan", date(2018, 4, 1), ("15 working days after",), None, "Own standards")]
)

# What may be recorded about each subject: a kind of fact, and how far from the subject's first day it may lie.
ORDER = {
    "order_imposed": (0, 0),
    "order_received": (0, 5),
    "supervision_imposed": (0, 200),
    "responsible_officer_named": (-3, 10),
    "first_contact": (-5, 20),
    "induction_held": (0, 20),
    "lscmi_completed": (-40, 60),
    "plan_approved": (-40, 60),
    "review_held": (0, 900),
    "order_ended": (-5, 900),
}
REQUIREMENT = {
    "unpaid_work_imposed": (0, 300),
    "placement_started": (0, 40),
    "unpaid_work_completed": (0, 500),
    "requirement_ended": (0, 300),
}
BREACH = {"breach_decided": (0, 500), "breach_lodged": (0, 520)}
REPORT = {
    "report_requested": (0, 0),
    "report_request_due": (0, 0),
    "report_submitted": (0, 60),
    "report_withdrawn": (0, 60),
}
RELEASE = {"released": (0, 0), "post_release_interview_held": (0, 10)}
SUBJECTS = {
    "order:1": ORDER,
    "order:1/requirement:1": REQUIREMENT,
    "order:1/requirement:2": REQUIREMENT,
    "order:1/breach:1": BREACH,
    "order:10": ORDER,
    "order:10/requirement:3": REQUIREMENT,
    "report:1": REPORT,
    "release:1": RELEASE,
}


def a_history(chance: random.Random, named: bool | None = None) -> list[Fact]:
    """Facts about one person over some years, in no order. `named` says whether reviews name a due date."""
    facts: list[Fact] = []
    for subject, kinds in SUBJECTS.items():
        first = date(2011, 2, 1) + timedelta(days=chance.randrange(7300))
        for kind, (soonest, latest) in kinds.items():
            for _ in range(chance.choice((0, 1, 1, 2)) + (2 if kind == "review_held" else 0)):
                on = first + timedelta(days=chance.randint(soonest, latest))
                if kind == "supervision_imposed" and chance.random() < 0.6:
                    on = first  # so that a review can name a day that is a due date
                facts.append(a_fact(chance, subject, kind, on, first, named))
    chance.shuffle(facts)
    return facts


def a_fact(chance: random.Random, subject: str, kind: str, on: date, first: date, named: bool | None) -> Fact:
    until = until_by = at = for_due_on = None
    if kind in ("unpaid_work_imposed", "report_requested", "report_request_due"):
        until = on + timedelta(days=chance.randint(0, 300))
    if kind == "report_request_due":
        until_by = chance.choice((None, time(12), time(16)))
    if kind == "report_submitted":
        at = chance.choice((None, time(11), time(12), time(17)))
    if kind == "supervision_imposed" and chance.random() < 0.8:
        until = on + timedelta(days=chance.randint(60, 1095))
    if kind == "review_held" and (chance.random() < 0.5 if named is None else named):
        months = chance.choice((3, 6, 12, 18))
        for_due_on = months_after(first, months) if chance.random() < 0.7 else on
    marks = frozenset(mark for mark in ("transferred_in", "added_after_imposition") if chance.random() < 0.1)
    return Fact(subject, kind, on, until, until_by, at, for_due_on, marks, f"{subject} of {on}")


def identity(row: Timescale) -> tuple[str, str, int]:
    return row.subject, row.clause, row.occurrence


def top(subject: str) -> str:
    return subject.partition("/")[0]


class Kept:
    """A caseload kept up as the application keeps it: after each fact, the subject it is about is derived again."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.rows: dict[tuple[str, str, int], Timescale] = {}

    def add(self, fact: Fact) -> None:
        self.facts.append(fact)
        about = [one for one in self.facts if top(one.subject) == top(fact.subject)]
        now = {identity(row): row for row in derive(about, STANDARDS, CALENDAR)}
        was = {key for key in self.rows if top(key[0]) == top(fact.subject)}
        for gone in was - now.keys():
            del self.rows[gone]
        for key, row in now.items():
            if self.rows.get(key) != row:
                self.rows[key] = row


@pytest.mark.parametrize("block", range(10))
def test_a_caseload_kept_up_a_fact_at_a_time_equals_one_derived_from_nothing(block):
    """A thousand histories in ten blocks; the seed in the message makes a failure repeatable."""
    for seed in range(block * 100, block * 100 + 100):
        chance = random.Random(seed)
        history = a_history(chance)
        kept = Kept()
        for fact in history:
            kept.add(fact)
        chance.shuffle(history)
        derived = derive(history, STANDARDS, CALENDAR)
        assert kept.rows == {identity(row): row for row in derived}, f"history {seed}"
        assert len(kept.rows) == len(derived), f"history {seed}: an identity given twice"


histories = st.integers(0, 10**9).map(lambda seed: a_history(random.Random(seed)))


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert derive(shuffled, STANDARDS, CALENDAR) == derive(history, STANDARDS, CALENDAR)


@given(histories)
def test_deriving_twice_gives_the_same_and_facts_written_twice_change_nothing(history):
    once = derive(history, STANDARDS, CALENDAR)
    assert derive(history, STANDARDS, CALENDAR) == once
    assert derive(history + history, STANDARDS, CALENDAR) == once


@given(histories)
def test_subjects_do_not_touch_each_other(history):
    apart = [
        row
        for subject in sorted({top(fact.subject) for fact in history})
        for row in derive([fact for fact in history if top(fact.subject) == subject], STANDARDS, CALENDAR)
    ]
    together = derive(history, STANDARDS, CALENDAR)
    assert sorted(apart, key=identity) == sorted(together, key=identity)


def standing(rows: list[Timescale], on: date) -> dict[tuple[str, str, int], tuple[date, str]]:
    """What has fallen due or been settled by a day. What is still pending may come to nothing when the order ends."""
    # A mark says what is left out of the percentages and hides the rest: look at what lies under it.
    found = {
        identity(row): (row.due_on, state(replace(row, left_out=""), on))
        for row in rows
        if row.starts_on <= on
    }
    return {key: what for key, what in found.items() if what[1] != "pending"}


@settings(max_examples=200)
@given(st.integers(0, 10**9), st.booleans(), st.integers(-3, 40))
def test_what_is_recorded_later_never_changes_what_was_so_on_a_day(seed, named, offset):
    """The rows of today, asked about a day in the past, say what the rows of that day said.

    Reviews either all name a due date or none does: a name given later takes its due date from a review without
    one, which is what a name is for.
    """
    history = a_history(random.Random(seed), named=named)
    on = history[0].on + timedelta(days=offset)
    known = [fact for fact in history if fact.on <= on]
    now = standing(derive(history, STANDARDS, CALENDAR), on)
    then = standing(derive(known, STANDARDS, CALENDAR), on)
    assert now == then


@given(histories)
def test_what_always_holds_of_a_timescale(history):
    ends = {(fact.subject, fact.on) for fact in history if fact.kind.endswith(("_ended", "_withdrawn"))}
    for row in derive(history, STANDARDS, CALENDAR):
        assert (row.met_on is None) == (row.on_time is None) == (row.days_taken is None)
        assert row.occurrence >= 1
        if row.ended_on is not None:
            assert any(
                on == row.ended_on and f"{row.subject}/".startswith(f"{subject}/") for subject, on in ends
            )
        if row.lapsed:
            assert row.ended_on is not None
            assert row.clause.startswith("report.") or (row.met_on is None and row.due_on > row.ended_on)
        if row.on_time:
            assert row.met_on <= row.due_on
        if row.clause == "cpo.review":
            assert not row.lapsed
        else:
            assert row.occurrence == 1


@given(histories)
def test_working_day_clauses_fall_on_days_that_are_worked(history):
    for row in derive(history, STANDARDS, CALENDAR):
        clause = STANDARDS.clause_for(row.clause, row.starts_on)
        if clause.within[0].unit == "working days":
            assert CALENDAR.is_working(row.due_on)
            assert CALENDAR.count(row.starts_on, row.due_on) == clause.within[0].count


@given(histories)
def test_every_timescale_can_say_why_it_is_due_that_day(history):
    for row in derive(history, STANDARDS, CALENDAR):
        sentence = why(row, STANDARDS.clause_for(row.clause, row.starts_on), CALENDAR)
        assert sentence.startswith("Due ")
        assert str(row.due_on.year) in sentence
        assert "\n" not in sentence
