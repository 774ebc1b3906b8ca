"""Stories: facts in, timescales out. One file is one story; a practitioner can add one by copying another.

    why = "What this story shows, in a sentence."
    calendar = "scotland"              the national holidays; without it, only the days that the story lists
    holidays = [2030-01-02]            closed days without a name
    works = [2025-12-01]               national holidays on which this council works
    [[closed]] on, name                a council's own closed day
    [[local]] clause, in_force_from, within, then_every, source     a council's own period
    [[fact]] on, kind, subject …       as justice.domain.timescales.Fact; `months` says what `until` was reckoned from
    [[timescale]] clause, subject, occurrence (1 if not said), due_on …

A timescale is compared whole: what the story does not say is not met, not ended, not lapsed, not left out. Of each
subject and clause that a story mentions it must list every timescale; `never_due` names clauses that must have none.
`state_on` says what it is on a day, `sentence` why it is due.

Every due date is read twice. The second reader, at the end, walks the calendar a day at a time from numbers typed
here from the law and the national standards; it knows nothing of the program.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import holidays
import pytest

from justice.domain.calendar import Calendar
from justice.domain.standards import LocalClause, load_standards
from justice.domain.timescales import Fact, derive, state, why

FIRST, LAST = date(2010, 1, 1), date(2040, 12, 31)
ONE_DAY = timedelta(days=1)
STORIES = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted(Path(__file__).parent.glob("*.toml"))
}
KEYS = {
    "story": {"why", "calendar", "holidays", "works", "closed", "local", "never_due", "fact", "timescale"},
    "fact": {"months", *Fact.__dataclass_fields__},
    "timescale": {
        *("clause", "subject", "occurrence", "due_on", "due_by", "met_on", "on_time", "ended_on", "lapsed"),
        *("left_out", "days_taken", "edition", "state_on", "sentence"),
    },
}

each_story = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)


@cache
def national_days() -> dict[date, str]:
    days = holidays.country_holidays("GB", subdiv="SCT", years=range(FIRST.year, LAST.year + 1))
    return dict(days.items())


def closed_days(story) -> dict[date, str]:
    closed = dict(national_days()) if story.get("calendar") == "scotland" else {}
    for day in story.get("works", []):
        assert day in closed, f"{day} is not a holiday that could be worked"
        del closed[day]
    return (
        closed
        | dict.fromkeys(story.get("holidays", []), "Holiday")
        | {row["on"]: row["name"] for row in story.get("closed", [])}
    )


def calendar_of(story) -> Calendar:
    return Calendar("A council", closed_days(story), FIRST, LAST)


@cache
def national_standards():
    return load_standards()


def standards_of(story):
    if "local" not in story:
        return national_standards()
    return load_standards(
        overlays=[
            LocalClause(
                row["clause"],
                row["in_force_from"],
                tuple(row["within"]),
                row.get("then_every"),
                row["source"],
            )
            for row in story.get("local", [])
        ]
    )


def facts_of(story) -> list[Fact]:
    return [
        Fact(
            **{name: value for name, value in row.items() if name not in ("months", "marks")},
            marks=frozenset(row.get("marks", ())),
        )
        for row in story["fact"]
    ]


def derived(story):
    return derive(facts_of(story), standards_of(story), calendar_of(story))


def identity(row):
    return row["subject"], row["clause"], row.get("occurrence", 1)


def by_identity(story):
    return {(row.subject, row.clause, row.occurrence): row for row in derived(story)}


@each_story
def test_every_word_of_the_story_is_read(story):
    assert set(story) <= KEYS["story"]
    assert story["why"].endswith(".")
    assert all(set(row) <= KEYS["fact"] for row in story["fact"])
    assert all(set(row) <= KEYS["timescale"] for row in story["timescale"])


@each_story
def test_the_timescales_are_those_of_the_story(story):
    told = defaultdict(list)
    for row in story["timescale"]:
        told[row["subject"], row["clause"]].append(row)
    found = [row for row in derived(story) if (row.subject, row.clause) in told]
    expected = {
        identity(row): (
            row["due_on"],
            row.get("due_by"),
            row.get("met_on"),
            row.get("on_time"),
            row.get("ended_on"),
            row.get("lapsed", False),
            row.get("left_out", ""),
        )
        for row in story["timescale"]
    }
    assert {
        (row.subject, row.clause, row.occurrence): (
            row.due_on,
            row.due_by,
            row.met_on,
            row.on_time,
            row.ended_on,
            row.lapsed,
            row.left_out,
        )
        for row in found
    } == expected


@each_story
def test_what_the_story_says_never_falls_due_never_does(story):
    assert not [row for row in derived(story) if row.clause in story.get("never_due", [])]


@each_story
def test_each_timescale_says_how_long_it_took_and_which_edition_governs(story):
    found = by_identity(story)
    for row in story["timescale"]:
        one = found[identity(row)]
        assert row.get("days_taken", one.days_taken) == one.days_taken
        assert (one.days_taken is None) == (one.met_on is None)
        assert one.edition == row.get("edition", "nos-2010")


@each_story
def test_each_timescale_is_what_the_story_says_on_each_day(story):
    found = by_identity(story)
    for row in story["timescale"]:
        for moment in row.get("state_on", []):
            assert state(found[identity(row)], moment["date"]) == moment["state"], moment


@each_story
def test_each_timescale_says_why_it_is_due(story):
    calendar, standards, found = calendar_of(story), standards_of(story), by_identity(story)
    for row in story["timescale"]:
        one = found[identity(row)]
        sentence = why(one, standards.clause_for(one.clause, one.starts_on), calendar)
        assert sentence.startswith("Due ")
        assert not sentence.endswith(".")
        if "sentence" in row:
            assert sentence == row["sentence"]


def test_the_stories_are_many_and_span_the_years():
    assert len(STORIES) >= 64
    days = [row["due_on"] for story in STORIES.values() for row in story["timescale"]]
    assert (min(days).year, max(days).year) == (2011, 2035)
    assert len({story["why"] for story in STORIES.values()}) == len(STORIES)


def test_every_clause_of_the_standards_has_its_stories():
    told = {row["clause"] for story in STORIES.values() for row in story["timescale"]}
    assert told == {clause.key for clause in load_standards().clauses_on(LAST)}


def test_every_state_has_its_stories():
    told = {
        moment["state"]
        for story in STORIES.values()
        for row in story["timescale"]
        for moment in row.get("state_on", [])
    }
    assert told == {"met", "met_late", "pending", "overdue", "missed", "lapsed"}


# --- The second reader ------------------------------------------------------------------------------------------

WORKING_DAYS = {
    "cpo.first_contact": 1,
    "cpo.induction": 5,
    "cpo.placement": 7,
    "cpo.lscmi": 20,
    "cpo.plan": 20,
    "cpo.responsible_officer": 2,
    "release.interview": 1,
    "breach.lodged": 5,
    "absence.decided": 2,
}
STARTED_BY = {
    "cpo.first_contact": "order_imposed",
    "cpo.induction": "order_imposed",
    "cpo.placement": "unpaid_work_imposed",
    "cpo.lscmi": "supervision_imposed",
    "cpo.plan": "supervision_imposed",
    "cpo.review": "supervision_imposed",
    "cpo.unpaid_work": "unpaid_work_imposed",
    "cpo.responsible_officer": "order_received",
    "report.submitted": "report_requested",
    "report.on_time": "report_request_due",
    "release.interview": "released",
    "breach.lodged": "breach_decided",
    "absence.decided": "absence_notified",
}
COURTS_DAY = {"cpo.unpaid_work", "report.submitted", "report.on_time"}


def nth_day_worked(start: date, number: int, closed) -> date:
    day = start
    while number > 0:
        day = day + ONE_DAY
        if day.strftime("%w") not in "06" and day not in closed:
            number = number - 1
    return day


def same_day_of_a_later_month(start: date, months: int) -> date:
    """Turn the pages of the calendar; stop at the same number, or at the foot of the page that lacks it."""
    day, turned = start, 0
    while True:
        day = day + ONE_DAY
        if day.day == 1:
            turned = turned + 1
        last_of_month = (day + ONE_DAY).day == 1
        if turned == months and (day.day == start.day or last_of_month):
            return day


def last_day_when_the_first_counts(start: date, months: int) -> date:
    """The day before the same number comes round; the foot of the page where it does not."""
    day = same_day_of_a_later_month(start, months)
    return day - ONE_DAY if day.day == start.day else day


def reviewed_after(occurrence: int) -> int:
    """Months: three, six, and then every six."""
    return 3 if occurrence == 1 else 6 * (occurrence - 1)


def read_local(story, clause: str, start: date):
    rows = [
        row for row in story.get("local", []) if row["clause"] == clause and row["in_force_from"] <= start
    ]
    return rows[-1] if rows else None


def second_reading(story, row) -> date:
    clause = row["clause"]
    starts = [
        fact
        for fact in story["fact"]
        if fact["kind"] == STARTED_BY[clause] and fact["subject"] == row["subject"]
    ]
    first = min(starts, key=lambda fact: fact["on"])
    start = first["on"]
    if clause in COURTS_DAY:
        return first["until"]
    local = read_local(story, clause, start)
    if local:
        number, unit, _ = local["within"][0].split(" ")
        if unit == "months":
            assert local["then_every"] == local["within"][0]
            return same_day_of_a_later_month(start, int(number) * row.get("occurrence", 1))
        return start + timedelta(days=int(number) * {"days": 1, "weeks": 7}[unit])
    if clause == "cpo.review":
        return same_day_of_a_later_month(start, reviewed_after(row.get("occurrence", 1)))
    return nth_day_worked(start, WORKING_DAYS[clause], closed_days(story))


@each_story
def test_a_second_reader_finds_the_same_due_dates(story):
    for row in story["timescale"]:
        assert second_reading(story, row) == row["due_on"], row["clause"]


@each_story
def test_a_second_reader_reckons_the_same_last_days(story):
    for fact in story["fact"]:
        if "months" in fact:
            assert last_day_when_the_first_counts(fact["on"], fact["months"]) == fact["until"]
