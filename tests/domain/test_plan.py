"""What a plan needs before it is submitted and approved, how often contact is proposed, and what a version changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assessments.domain import contact, needs, plan
from assessments.domain.contact import Stage
from assessments.domain.lscmi import LEVELS, MAXIMA
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep, VersionGoal

IMPOSED, TODAY = date(2025, 6, 2), date(2025, 6, 27)
GOAL = ProposedGoal("alcohol_drug", "I want to stop drinking on weekdays", "Diary kept", date(2025, 9, 1))
WHOLE = ProposedPlan(goals=(GOAL,), agreement="yes", discussed_on=date(2025, 6, 20))


# --- Submitting -----------------------------------------------------------------------------------------------


def submitted(proposed, needs_found=None, because=""):
    return plan.submission_problems(
        proposed, imposed_on=IMPOSED, needs=needs_found or {}, unmet_because=because, today=TODAY
    )


def test_a_whole_plan_may_be_submitted():
    assert submitted(WHOLE, {"alcohol_drug": "very_high", "companions": "medium"}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"goals": ()}, "Add a goal: a plan without one changes nothing", id="no goal"),
        pytest.param(
            {"goals": (replace(GOAL, words=" "),)},
            "Give goal 1 the person's words",
            id="a goal without words",
        ),
        pytest.param(
            {"goals": (replace(GOAL, measure=""),)}, "Give goal 1 a measure", id="without a measure"
        ),
        pytest.param({"goals": (GOAL, replace(GOAL, by=None))}, "Give goal 2 a date", id="without a date"),
        pytest.param(
            {"goals": (ProposedGoal("other"),)},
            "Give goal 1 the person's words, a measure and a date",
            id="with nothing at all",
        ),
        pytest.param(
            {"discussed_on": None},
            "Enter the date the plan was discussed with the person",
            id="not discussed",
        ),
        pytest.param(
            {"discussed_on": date(2025, 6, 1)},
            "Enter a date the plan was discussed between 2 June 2025 and 27 June 2025",
            id="discussed before the order",
        ),
        pytest.param(
            {"discussed_on": date(2025, 6, 28)},
            "Enter a date the plan was discussed between 2 June 2025 and 27 June 2025",
            id="discussed tomorrow",
        ),
        pytest.param({"agreement": ""}, "Say whether the person agrees with the plan", id="agreement unsaid"),
        pytest.param(
            {"agreement": "no"},
            "Enter why the person does not agree, or could not be asked",
            id="disagreement without a reason",
        ),
        pytest.param(
            {"agreement": "could_not", "agreement_reason": "  "},
            "Enter why the person does not agree, or could not be asked",
            id="could not be asked, and nobody says why",
        ),
    ],
)
def test_what_a_plan_lacks_is_said(change, said):
    assert [one.message for one in submitted(replace(WHOLE, **change))] == [said]


@pytest.mark.parametrize("agreement", ["no", "could_not"])
def test_a_plan_the_person_does_not_agree_with_is_submitted_with_the_reason(agreement):
    assert submitted(replace(WHOLE, agreement=agreement, agreement_reason="In hospital")) == []


def test_a_high_need_without_a_goal_needs_a_written_reason():
    found = {"companions": "very_high", "education_employment": "high", "alcohol_drug": "high"}
    assert [one.message for one in submitted(WHOLE, found)] == [
        "Add a goal for companions and education and employment, or enter why the plan has none"
    ]
    assert submitted(WHOLE, found, because="Works full time; no companions left") == []


def test_no_goal_is_asked_for_what_has_happened():
    assert submitted(WHOLE, {"criminal_history": "very_high"}) == []


def test_everything_that_is_missing_is_said_at_once():
    assert {one.code for one in submitted(ProposedPlan(), {"companions": "high"})} == {
        "no_goal", "not_discussed", "agreement_missing", "high_need_without_goal",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"discussed_on": date(2025, 6, 28)},
            "Enter a date the plan was discussed that is not in the future",
            id="discussed tomorrow",
        ),
        pytest.param(
            {"goals": (ProposedGoal("", "Work"),)}, "Select what goal 1 is about", id="a goal about nothing"
        ),
        pytest.param(
            {"goals": (replace(GOAL, steps=(ProposedStep("Ring the college"),)),)},
            "Enter who does it in step 1 of goal 1",
            id="a step of nobody",
        ),
        pytest.param(
            {"goals": (replace(GOAL, steps=(ProposedStep("", "person"),)),)},
            "Enter what is done in step 1 of goal 1",
            id="a step of nothing",
        ),
    ],
)
def test_a_draft_may_be_unfinished_but_not_impossible(change, said):
    assert [one.message for one in plan.draft_problems(replace(WHOLE, **change), TODAY)] == [said]
    assert plan.draft_problems(ProposedPlan(), TODAY) == []


# --- Approving ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approved", "own", "codes"),
    [
        pytest.param(date(2025, 6, 24), False, [], id="on the day it was submitted"),
        pytest.param(date(2025, 6, 23), False, ["approved_before_submission"], id="the day before"),
        pytest.param(date(2025, 6, 25), True, ["approver_wrote_it"], id="by who wrote it"),
    ],
)
def test_who_approves_and_when(approved, own, codes):
    found = plan.approval_problems(approved_on=approved, submitted_on=date(2025, 6, 24), own=own)
    assert [one.code for one in found] == codes


def test_a_draft_is_not_approved():
    found = plan.approval_problems(approved_on=TODAY, submitted_on=None, own=False)
    assert [one.message for one in found] == ["This plan is not submitted. Its author submits it first"]


# --- Versions -------------------------------------------------------------------------------------------------


def test_what_a_version_changed_of_the_goals_is_said_in_words():
    before = [
        VersionGoal(1, None, "alcohol_drug", "Drink less", "Diary", date(2025, 9, 1)),
        VersionGoal(2, None, "companions", "New friends", "Joins a club", None),
        VersionGoal(3, None, "other", "A home", "Keys", date(2025, 10, 1)),
    ]
    after = [
        VersionGoal(11, 1, "alcohol_drug", "Drink less", "Diary and test", date(2025, 12, 1)),
        VersionGoal(13, 3, "other", "A home", "Keys", date(2025, 10, 1)),
        VersionGoal(14, None, "education_employment", "A job", "Contract", date(2026, 1, 1)),
    ]
    assert plan.differences(before, after) == [
        "Goal added: A job",
        "Goal dropped: New friends",
        "Goal changed: Drink less: the measure from “Diary” to “Diary and test”; "
        "the date from “1 September 2025” to “1 December 2025”",
    ]
    assert plan.differences(before, []) == [
        "Goal dropped: Drink less", "Goal dropped: New friends", "Goal dropped: A home",
    ]  # fmt: skip


# --- Needs ----------------------------------------------------------------------------------------------------

EDITION = needs.edition_on(date(2025, 6, 1))


@pytest.mark.parametrize("name", MAXIMA)
def test_each_sub_score_has_one_level_and_a_higher_score_never_a_lower_one(name):
    order = list(LEVELS)
    places = [order.index(needs.levels({name: score}, EDITION)[name]) for score in range(MAXIMA[name] + 1)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] >= order.index("high")


@pytest.mark.parametrize(
    ("name", "score", "level"),
    [
        pytest.param("alcohol_drug", 4, "medium", id="alcohol and drugs, the last medium"),
        pytest.param("alcohol_drug", 5, "high", id="alcohol and drugs, the first high"),
        pytest.param("alcohol_drug", 7, "very_high", id="alcohol and drugs, the first very high"),
        pytest.param("leisure_recreation", 1, "medium", id="leisure has no low"),
        pytest.param("education_employment", 8, "very_high", id="employment, the first very high"),
    ],
)
def test_the_level_of_a_section(name, score, level):
    assert needs.levels({name: score}, EDITION) == {name: level}


def test_needs_stand_the_highest_first_and_an_impossible_score_has_no_level():
    found = needs.levels({"companions": 1, "alcohol_drug": 8, "family_marital": 9}, EDITION)
    assert list(found.items()) == [("alcohol_drug", "very_high"), ("companions", "low")]


def test_cut_offs_that_leave_a_gap_are_refused(tmp_path):
    text = (needs.DATA / "2006-01-01.toml").read_text(encoding="utf-8")
    (tmp_path / "2030-01-01.toml").write_text(
        text.replace("very_high = 9", "very_high = 8"), encoding="utf-8"
    )
    with pytest.raises(ValueError, match="the levels of education_employment must rise to 9"):
        needs.load_editions(tmp_path)


# --- Contact --------------------------------------------------------------------------------------------------

WEEKS = contact.edition_on(IMPOSED)


@pytest.mark.parametrize(
    ("level", "every"),
    [("very_low", 4), ("low", 4), ("medium", 2), ("high", 1), ("very_high", 1), ("", 2)],
)
def test_seen_weekly_for_four_weeks_and_then_by_level(level, every):
    # 2 June 2025 is a Monday; four weeks later is Monday 30 June.
    assert contact.contact_schedule(level, IMPOSED, date(2026, 6, 1), WEEKS) == (
        Stage(IMPOSED, 1, "office"),
        Stage(date(2025, 6, 30), every, "office"),
    )


def test_supervision_that_ends_within_the_first_weeks_has_one_stage():
    assert len(contact.contact_schedule("high", IMPOSED, date(2025, 6, 29), WEEKS)) == 1
    assert len(contact.contact_schedule("high", IMPOSED, date(2025, 6, 30), WEEKS)) == 2


def test_each_number_says_where_it_comes_from_and_how_sure_it_is():
    assert "ch. 7" in WEEKS.first_source
    assert WEEKS.first_confidence == "Verified"
    assert WEEKS.later_source.startswith("This program's default, to be set by each council")
    assert WEEKS.later_confidence == "Low"


PROPOSED = contact.contact_schedule("medium", IMPOSED, None, WEEKS)


@pytest.mark.parametrize(
    ("stages", "places"),
    [
        pytest.param(PROPOSED, (), id="as proposed"),
        pytest.param(
            (Stage(IMPOSED, 1, "home_visit"), Stage(date(2025, 6, 30), 1, "text")), (), id="tighter"
        ),
        pytest.param((Stage(IMPOSED, 2, "office"),), (0,), id="fortnightly from the first day"),
        pytest.param((Stage(IMPOSED, 1, "telephone"), PROPOSED[1]), (0,), id="spoken to, not seen"),
        pytest.param(
            (PROPOSED[0], Stage(date(2025, 6, 30), 4, "office")), (1,), id="rarer than the level asks"
        ),
        pytest.param(
            (PROPOSED[0], Stage(date(2025, 6, 23), 2, "office")), (1,), id="fortnightly a week too soon"
        ),
        pytest.param((Stage(date(2025, 6, 30), 2, "letter"),), (), id="after the first weeks by any means"),
    ],
)
def test_what_is_looser_than_proposed(stages, places):
    assert contact.looser(stages, PROPOSED, WEEKS, IMPOSED) == places


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        pytest.param(
            (Stage(IMPOSED, 2, "office"),),
            "Enter why contact stage 1 asks for less contact than is proposed",
            id="looser without a reason",
        ),
        pytest.param((Stage(IMPOSED, 2, "office", "Works away"),), None, id="looser with a reason"),
        pytest.param(
            (Stage(IMPOSED, 0, "office"),),
            "Enter for contact stage 1 a number of weeks from 1 to 26",
            id="every nought weeks",
        ),
        pytest.param(
            (Stage(date(2025, 6, 1), 1, "office"),),
            "Enter a first day for contact stage 1 on or after 2 June 2025, when the order was imposed",
            id="before the order",
        ),
        pytest.param(
            (Stage(IMPOSED, 1, "office"), Stage(IMPOSED, 1, "office")),
            "Enter a first day for contact stage 2 after 2 June 2025, when the one before begins",
            id="two from one day",
        ),
    ],
)
def test_what_stages_cannot_be(stages, said):
    found = contact.stage_problems(stages, PROPOSED, WEEKS, IMPOSED)
    assert [one.message for one in found] == ([said] if said else [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weeks = 4", "weeks = 0", "give numbers of weeks from 1 to 26"),
        ("not_assessed = 2\n", "", "give each level, and not_assessed, a number of weeks"),
    ],
)
def test_policy_that_cannot_be_used_is_refused(tmp_path, old, new, said):
    text = (contact.DATA / "2026-01-01.toml").read_text(encoding="utf-8")
    (tmp_path / "2030-01-01.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        contact.load_editions(tmp_path)
