"""Standards: what a period means, what an edition may say, and that bad text is refused with its place named."""

from __future__ import annotations

import ast
import sys
from datetime import date
from pathlib import Path

import pytest

from justice.domain.calendar import Calendar
from justice.domain.standards import (
    DATA,
    FACT_KINDS,
    BadStandard,
    LocalClause,
    Period,
    Standards,
    load_standards,
)

CALENDAR = Calendar("A council", {date(2025, 7, 14): "Glasgow Fair"}, date(2010, 1, 1), date(2035, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


# --- Periods --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "due"),
    [
        pytest.param("1 working day after", "2025-06-06", "2025-06-09", id="one working day over a weekend"),
        pytest.param("7 working days after", "2025-07-07", "2025-07-17", id="seven, and a local holiday"),
        pytest.param("2 days after", "2025-06-06", "2025-06-08", id="calendar days run over the weekend"),
        pytest.param("28 days after", "2025-06-02", "2025-06-30", id="twenty-eight days"),
        pytest.param("4 weeks after", "2025-06-02", "2025-06-30", id="four weeks are twenty-eight days"),
        pytest.param("3 months after", "2025-11-30", "2026-02-28", id="three months to a short month"),
        pytest.param("6 months beginning with", "2025-06-02", "2025-12-01", id="the first day counts"),
        pytest.param("6 months beginning with", "2025-08-31", "2026-02-28", id="no 31 February"),
        pytest.param(
            "2 days beginning with", "2025-06-06", "2025-06-07", id="two days, the first one counted"
        ),
        pytest.param("1 week beginning with", "2025-06-02", "2025-06-08", id="a week, Monday to Sunday"),
        pytest.param("2 working days beginning with", "2025-06-06", "2025-06-09", id="Friday is the first"),
        pytest.param(
            "2 working days beginning with", "2025-06-07", "2025-06-10", id="Saturday is not worked"
        ),
    ],
)
def test_a_period_ends(text, start, due):
    assert Period.parse(text).due(day(start), None, CALENDAR) == day(due)


def test_as_ordered_is_the_day_the_court_gave():
    period = Period.parse("as ordered")
    assert period.due(day("2025-06-02"), day("2025-12-01"), CALENDAR) == day("2025-12-01")
    with pytest.raises(ValueError, match="needs the day the court gave"):
        period.due(day("2025-06-02"), None, CALENDAR)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1 working day after",
            "7 working days after",
            "2 days after",
            "1 day beginning with",
            "4 weeks after",
        ),
        *("3 months after", "6 months beginning with", "as ordered"),
    ],
)
def test_a_period_is_written_as_it_is_read(text):
    assert str(Period.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("90", id="a number without a unit"),
        pytest.param("90 days", id="without how it is counted"),
        pytest.param("0 days after", id="no days"),
        pytest.param("-1 days after", id="below nought"),
        pytest.param("007 days after", id="noughts before"),
        pytest.param("1000 days after", id="beyond three figures"),
        pytest.param("7  working days after", id="two spaces"),
        pytest.param("7 workingdays after", id="one word"),
        pytest.param("seven working days after", id="in words"),
        pytest.param("7 business days after", id="another word"),
        pytest.param("3 months before", id="backwards"),
        pytest.param("3 years after", id="a unit nobody counts in"),
        pytest.param("7 working days after ", id="a space at the end"),
        pytest.param("٧ days after", id="figures of another script"),
        pytest.param("As ordered", id="a capital"),
    ],
)
def test_a_period_that_is_not_clear_is_refused(text):
    with pytest.raises(BadStandard, match="is not a period"):
        Period.parse(text)


# --- The national edition ---------------------------------------------------------------------------------------

NATIONAL = load_standards()


@pytest.mark.parametrize(
    ("key", "starts_on", "met_by", "within"),
    [
        ("cpo.first_contact", "order_imposed", "first_contact", "1 working day after"),
        ("cpo.induction", "order_imposed", "induction_held", "5 working days after"),
        ("cpo.placement", "unpaid_work_imposed", "placement_started", "7 working days after"),
        ("cpo.lscmi", "supervision_imposed", "lscmi_completed", "20 working days after"),
        ("cpo.plan", "supervision_imposed", "plan_approved", "20 working days after"),
        ("cpo.review", "supervision_imposed", "review_held", "3 months after, 6 months after"),
        ("cpo.unpaid_work", "unpaid_work_imposed", "unpaid_work_completed", "as ordered"),
        ("cpo.responsible_officer", "order_received", "responsible_officer_named", "2 working days after"),
        ("report.submitted", "report_requested", "report_submitted", "as ordered"),
        ("report.on_time", "report_request_due", "report_submitted", "as ordered"),
        ("release.interview", "released", "post_release_interview_held", "1 working day after"),
        ("breach.lodged", "breach_decided", "breach_lodged", "5 working days after"),
        ("absence.decided", "absence_notified", "absence_decided", "2 working days after"),
    ],
)
def test_the_national_clauses(key, starts_on, met_by, within):
    clause = NATIONAL.clause_for(key, day("2025-06-02"))
    assert (clause.starts_on, clause.met_by) == (starts_on, met_by)
    assert ", ".join(str(period) for period in clause.within) == within


def test_the_national_clauses_are_these_thirteen_and_only_reviews_recur():
    clauses = NATIONAL.clauses_on(day("2025-06-02"))
    assert len(clauses) == 13
    assert {clause.key: str(clause.then_every) for clause in clauses if clause.recurs} == {
        "cpo.review": "6 months after"
    }


def test_every_clause_says_where_it_comes_from_and_what_would_meet_it():
    for edition in NATIONAL.editions:
        for clause in edition.clauses:
            assert clause.source.strip()
            assert clause.satisfied_by[0].isupper()
            assert not clause.satisfied_by.endswith(".")
            assert len(clause.satisfied_by) < 100


def test_the_first_edition_governs_what_started_before_it():
    assert NATIONAL.edition_on(day("2010-12-31")).key == "nos-2010"
    assert NATIONAL.clauses_on(date.min) == NATIONAL.clauses_on(day("2011-02-01"))


def test_there_is_no_clause_of_an_unknown_key():
    with pytest.raises(KeyError, match=r"cpo\.nothing"):
        NATIONAL.clause_for("cpo.nothing", day("2025-06-02"))


def test_a_review_due_date_can_be_said_as_one_period():
    clause = NATIONAL.clause_for("cpo.review", day("2025-06-02"))
    assert [str(clause.period(n)) for n in (1, 2, 3, 4)] == [
        "3 months after",
        "6 months after",
        "12 months after",
        "18 months after",
    ]


def test_a_clause_that_falls_due_once_has_no_second_time():
    with pytest.raises(ValueError, match="not 2"):
        NATIONAL.clause_for("cpo.plan", day("2025-06-02")).period(2)


# --- Editions and the council's own standards ---------------------------------------------------------------------

PLAN = """
[[clause]]
key = "cpo.plan"
label = "Case management plan approved"
starts_on = "supervision_imposed"
met_by = "plan_approved"
within = "{within}"
source = "A source"
satisfied_by = "Approve the plan"
"""
REVIEW = """
[[clause]]
key = "cpo.review"
label = "Review"
starts_on = "supervision_imposed"
met_by = "review_held"
within = ["3 months after", "6 months after"]
then_every = "6 months after"
source = "A source"
satisfied_by = "Hold the review"
"""


def an_edition(folder: Path, on: str, key: str, *clauses: str) -> None:
    (folder / f"{on}.toml").write_text(f'key = "{key}"\nin_force_from = {on}\n' + "".join(clauses))


def within_on(standards: Standards, key: str, on: str) -> str:
    return ", ".join(str(period) for period in standards.clause_for(key, day(on)).within)


def test_new_guidance_governs_from_its_day_and_leaves_old_orders_alone(tmp_path):
    an_edition(tmp_path, "2011-02-01", "first", PLAN.format(within="20 working days after"))
    an_edition(tmp_path, "2027-04-01", "second", PLAN.format(within="15 working days after"))
    standards = load_standards(tmp_path)
    assert within_on(standards, "cpo.plan", "2027-03-31") == "20 working days after"
    assert within_on(standards, "cpo.plan", "2027-04-01") == "15 working days after"
    assert [standards.edition_on(day(on)).key for on in ("2011-01-01", "2027-03-31", "2027-04-01")] == [
        *("first", "first", "second")
    ]
    assert [key for key, _ in standards.started_by("supervision_imposed", day("2027-04-01"))] == ["second"]


def local(key: str, on: str, *within: str, then_every: str | None = None) -> LocalClause:
    return LocalClause(key, day(on), within, then_every, "The council's own standards")


def test_a_councils_own_period_governs_from_its_day_until_its_next():
    standards = load_standards(
        overlays=[
            local("cpo.plan", "2020-04-01", "15 working days after"),
            local("cpo.plan", "2015-01-01", "90 days after"),
        ]
    )
    assert [
        within_on(standards, "cpo.plan", on)
        for on in ("2014-12-31", "2015-01-01", "2020-03-31", "2020-04-01")
    ] == ["20 working days after", "90 days after", "90 days after", "15 working days after"]
    assert standards.edition_on(day("2020-04-01")).key == "nos-2010"


def test_a_councils_own_period_brings_its_source_and_leaves_the_rest():
    standards = load_standards(overlays=[local("cpo.plan", "2015-01-01", "90 days after")])
    ours, national = (one.clause_for("cpo.plan", day("2025-06-02")) for one in (standards, NATIONAL))
    assert ours.source == "The council's own standards"
    assert (ours.label, ours.leaves_out, ours.earlier_counts) == (
        national.label,
        national.leaves_out,
        national.earlier_counts,
    )
    assert standards.clause_for("cpo.lscmi", day("2025-06-02")) == NATIONAL.clause_for(
        "cpo.lscmi", day("2025-06-02")
    )


def test_what_a_council_leaves_empty_stays_national():
    every_three = load_standards(
        overlays=[local("cpo.review", "2013-04-01", then_every="3 months after")]
    ).clause_for("cpo.review", day("2025-06-02"))
    assert [str(every_three.period(n)) for n in (1, 2, 3, 4)] == [
        *("3 months after", "6 months after", "9 months after", "12 months after")
    ]
    once = load_standards(overlays=[local("cpo.review", "2013-04-01", "6 months after")]).clause_for(
        "cpo.review", day("2025-06-02")
    )
    assert [str(once.period(n)) for n in (1, 2)] == ["6 months after", "12 months after"]


def test_a_councils_own_period_outlives_a_new_edition(tmp_path):
    an_edition(tmp_path, "2011-02-01", "first", PLAN.format(within="20 working days after"))
    an_edition(tmp_path, "2027-04-01", "second", PLAN.format(within="15 working days after"))
    standards = load_standards(tmp_path, [local("cpo.plan", "2020-01-01", "90 days after")])
    assert within_on(standards, "cpo.plan", "2028-01-01") == "90 days after"


def test_a_councils_own_period_may_be_given_as_periods_or_as_text():
    as_text = local("cpo.plan", "2015-01-01", "90 days after")
    as_period = LocalClause(
        "cpo.plan",
        day("2015-01-01"),
        (Period.parse("90 days after"),),
        None,
        "The council's own standards",
    )
    assert as_text == as_period


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: local("cpo.plan", "2015-01-01", "90"), "cpo.plan: within", id="unclear period"),
        pytest.param(lambda: local("cpo.plan", "2015-01-01"), "give a period", id="nothing of its own"),
        pytest.param(
            lambda: LocalClause("cpo.plan", day("2015-01-01"), ("90 days after",), None, " "),
            "say where it comes from",
            id="no source",
        ),
        pytest.param(
            lambda: load_standards(overlays=[local("cpo.nothing", "2015-01-01", "90 days after")]),
            "no such national clause",
            id="unknown clause",
        ),
        pytest.param(
            lambda: load_standards(overlays=[local("cpo.unpaid_work", "2015-01-01", "9 months after")]),
            "the court orders",
            id="in place of the court's day",
        ),
        pytest.param(
            lambda: load_standards(overlays=[local("cpo.plan", "2015-01-01", "as ordered")]),
            "the court orders",
            id="the court's day in place of a period",
        ),
        pytest.param(
            lambda: load_standards(overlays=[local("cpo.plan", "2015-01-01", then_every="6 months after")]),
            "falls due once",
            id="repeating what falls due once",
        ),
        pytest.param(
            lambda: load_standards(overlays=[local("cpo.review", "2015-01-01", "90 days after")]),
            "counted as",
            id="days and then months",
        ),
        pytest.param(
            lambda: load_standards(overlays=[local("cpo.plan", "2015-01-01", "90 days after")] * 2),
            "given twice",
            id="twice from one day",
        ),
    ],
)
def test_a_local_standard_that_makes_no_sense_is_refused(make, says):
    with pytest.raises(BadStandard, match=says):
        make()


# --- Bad text ---------------------------------------------------------------------------------------------------

HEAD = 'key = "first"\nin_force_from = 2011-02-01\n'
GOOD = HEAD + PLAN.format(within="20 working days after")


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_the_text_that_the_bad_ones_are_made_from_is_good(tmp_path):
    (tmp_path / "2011-02-01.toml").write_text(GOOD)
    assert within_on(load_standards(tmp_path), "cpo.plan", "2025-06-02") == "20 working days after"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("key = ", "cannot be read", id="not TOML"),
        pytest.param(changed('key = "first"\n', ""), "key must be text", id="edition without a key"),
        pytest.param(
            changed("2011-02-01\n", '"2011-02-01"\n'), "must be a day", id="a day in quotation marks"
        ),
        pytest.param(
            changed("2011-02-01\n", "2011-02-01T09:00:00\n"), "must be a day", id="a moment, not a day"
        ),
        pytest.param(
            changed("2011-02-01\n", "2012-02-01\n"), "must be 2012-02-01.toml", id="another day's file"
        ),
        pytest.param(HEAD, r"has no \[\[clause\]\]", id="no clauses"),
        pytest.param(HEAD + "clause = 3\n", r"has no \[\[clause\]\]", id="clauses that are none"),
        pytest.param(changed("in_force_from", "from"), "not known here", id="unknown word in the edition"),
        pytest.param(changed('key = "cpo.plan"\n', ""), "clause number 1: key is missing", id="no key"),
        pytest.param(changed("cpo.plan", "Plan"), "clause Plan: write the key", id="a key that is no key"),
        pytest.param(changed("label", "lable"), 'clause cpo.plan: "lable" is not known', id="misspelt word"),
        pytest.param(changed('source = "A source"\n', ""), "cpo.plan: source is missing", id="no source"),
        pytest.param(changed('"A source"', '" "'), "cpo.plan: source must be text", id="empty source"),
        pytest.param(
            changed('satisfied_by = "Approve the plan"\n', ""),
            "cpo.plan: satisfied_by is missing",
            id="nothing that would meet it",
        ),
        pytest.param(
            changed("supervision_imposed", "supervison_imposed"),
            'starts_on is "supervison_imposed"',
            id="a fact that nobody records",
        ),
        pytest.param(
            changed("plan_approved", "plan_signed"), 'met_by is "plan_signed"', id="met by an unknown fact"
        ),
        pytest.param(
            changed("plan_approved", "supervision_imposed"),
            "the very fact that starts it",
            id="met as it starts",
        ),
        pytest.param(
            changed("20 working days after", "20 days"), "cpo.plan: within: .*not a period", id="unclear"
        ),
        pytest.param(changed('"20 working days after"', "20"), "within must be text", id="a bare number"),
        pytest.param(changed('"20 working days after"', "[]"), "within has no period", id="no period"),
        pytest.param(
            changed('"20 working days after"', '["as ordered", "3 months after"]'),
            "stands alone",
            id="as ordered among others",
        ),
        pytest.param(
            changed('"20 working days after"', '["6 months after", "3 months after"]'),
            "must be longer",
            id="periods out of order",
        ),
        pytest.param(
            changed('"20 working days after"', '["3 months after", "3 months after"]'),
            "must be longer",
            id="one period twice",
        ),
        pytest.param(
            changed('"20 working days after"', '["20 days after", "3 months after"]'),
            "counted alike",
            id="periods of two kinds",
        ),
        pytest.param(
            GOOD + 'then_every = "as ordered"\n',
            'then_every cannot be "as ordered"',
            id="recurring as ordered",
        ),
        pytest.param(
            GOOD + 'then_every = "6 months after"\n', "must be counted as", id="repeats in another unit"
        ),
        pytest.param(GOOD + 'earlier_counts = "yes"\n', "true or false", id="yes for true"),
        pytest.param(
            GOOD + 'leaves_out = "transferred_in"\n', "must be a list", id="one mark, not in a list"
        ),
        pytest.param(GOOD + 'leaves_out = ["transfered_in"]\n', 'names "transfered_in"', id="misspelt mark"),
        pytest.param(
            GOOD + PLAN.format(within="1 day after"), "clause cpo.plan is given twice", id="key twice"
        ),
    ],
)
def test_bad_text_is_refused_with_its_file_and_its_clause(tmp_path, text, says):
    (tmp_path / "2011-02-01.toml").write_text(text)
    with pytest.raises(BadStandard, match=says) as refused:
        load_standards(tmp_path)
    assert str(refused.value).startswith("2011-02-01.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "2011-02-01.toml").write_bytes(b'key = "\xff"')
    with pytest.raises(BadStandard, match=r"2011-02-01\.toml: cannot be read"):
        load_standards(tmp_path)


def test_a_folder_without_an_edition_is_refused(tmp_path):
    with pytest.raises(BadStandard, match="no edition"):
        load_standards(tmp_path)


def test_two_editions_of_one_name_are_refused(tmp_path):
    for on in ("2011-02-01", "2027-04-01"):
        an_edition(tmp_path, on, "same", REVIEW)
    with pytest.raises(BadStandard, match="edition same is given twice"):
        load_standards(tmp_path)


def test_no_editions_at_all_are_refused():
    with pytest.raises(BadStandard, match="no edition"):
        Standards([])


# --- The house rules ----------------------------------------------------------------------------------------------


def test_every_edition_on_file_is_named_by_its_day():
    assert [file.stem for file in sorted(DATA.glob("*.toml"))] == [
        edition.in_force_from.isoformat() for edition in NATIONAL.editions
    ]


def test_every_kind_of_fact_has_words():
    assert all(words and words[0].islower() and not words.endswith(".") for words in FACT_KINDS.values())


def test_the_kernel_imports_only_the_standard_library_and_reads_no_clock():
    for file in sorted(DATA.parent.parent.glob("*.py")):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                top = (node.module or "").partition(".")[0]
                assert top in sys.stdlib_module_names or (node.module or "").startswith("justice.domain")
            if isinstance(node, ast.Import):
                assert all(one.name.partition(".")[0] in sys.stdlib_module_names for one in node.names)
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"today", "now", "utcnow"}, file.name
