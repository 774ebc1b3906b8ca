"""From absences to warnings to breach: which step is prompted, by what, and which steps were left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain import compliance
from orders.domain.compliance import (
    Breached,
    Failure,
    LocalStep,
    SetAside,
    Warned,
    position,
    prompt,
    skipped,
    steps_on,
)

FIRST, FINAL, BREACH = "first_warning", "final_warning", "breach"
STEPS = steps_on(date(2025, 6, 1))
LAST = date(2025, 12, 31)


def june(day: int) -> date:
    return date(2025, 6, day)


def failed(*days: int, decided: int = 0) -> list[Failure]:
    """An absence on each day of June, decided on the day itself unless said otherwise."""
    return [Failure(f"absence:{day}", june(day), june(decided or day)) for day in days]


def local(step: str, failures: int, since: str = "step_before", start: date = date(2025, 1, 1)) -> LocalStep:
    return LocalStep(step, start, failures, since, "Committee paper, January 2025")


def prompted(failures=(), warnings=(), breaches=(), *, steps=STEPS, on=LAST, set_aside=()):
    return prompt(position(failures, warnings, breaches, steps, on), set_aside)


@pytest.mark.parametrize(
    ("failures", "warnings", "breaches", "step", "days"),
    [
        pytest.param([], [], [], None, [], id="nothing was missed"),
        pytest.param(failed(2), [], [], FIRST, [2], id="one absence, nothing sent: first warning"),
        pytest.param(failed(2, 9), [], [], FIRST, [2, 9], id="two absences, nothing sent: still the first"),
        pytest.param(failed(2), [Warned(FIRST, june(4))], [], None, [], id="warned since: nothing"),
        pytest.param(
            failed(2, 4),
            [Warned(FIRST, june(4))],
            [],
            None,
            [],
            id="missed on the day of the warning: not warned yet",
        ),
        pytest.param(
            failed(2, 5), [Warned(FIRST, june(4))], [], FINAL, [5], id="missed after the first: final"
        ),
        pytest.param(
            failed(3, decided=9),
            [Warned(FIRST, june(4))],
            [],
            None,
            [],
            id="missed before the warning and decided after it: nothing new",
        ),
        pytest.param(
            failed(2, 5, 12),
            [Warned(FIRST, june(4)), Warned(FINAL, june(10))],
            [],
            BREACH,
            [12],
            id="missed after the final: breach",
        ),
        pytest.param(
            failed(2, 12),
            [Warned(FINAL, june(4))],
            [],
            BREACH,
            [12],
            id="the first was left out: breach all the same",
        ),
        pytest.param(
            failed(2, 5, 12),
            [Warned(FIRST, june(4)), Warned(FINAL, june(10))],
            [Breached(june(15))],
            None,
            [],
            id="a breach is open: the court has it",
        ),
        pytest.param(
            failed(2, 5, 12, 28),
            [Warned(FIRST, june(4)), Warned(FINAL, june(10))],
            [Breached(june(15), june(25))],
            FIRST,
            [28],
            id="the court dealt with it: the ladder begins again",
        ),
        pytest.param(
            failed(2, 5, 20),
            [Warned(FIRST, june(4))],
            [Breached(june(15), june(25))],
            None,
            [],
            id="missed before the court dealt with it: dealt with",
        ),
        pytest.param(
            failed(2, 9),
            [Warned(FIRST, june(4), frozenset({"absence:1"}))],
            [],
            FIRST,
            [2, 9],
            id="all that a warning was for was since accepted: it counts no more",
        ),
        pytest.param(
            failed(2, 9),
            [Warned(FIRST, june(4), frozenset({"absence:1", "absence:2"}))],
            [],
            FINAL,
            [9],
            id="part of it still stands: it counts",
        ),
    ],
)
def test_the_step_that_is_prompted(failures, warnings, breaches, step, days):
    found = prompted(failures, warnings, breaches)
    assert (found.step.key if found else None) == step
    assert [one.on.day for one in found.failures] == days if found else not days


@pytest.mark.parametrize(
    ("on", "step"),
    [
        pytest.param(june(1), None, id="before it happened"),
        pytest.param(june(4), None, id="before it was decided"),
        pytest.param(june(5), FIRST, id="on the day of the decision"),
    ],
)
def test_nothing_is_known_before_its_day(on, step):
    found = prompted(failed(2, decided=5), on=on)
    assert (found.step.key if found else None) == step


def test_a_prompt_says_its_rule_its_facts_and_since_when():
    found = prompted(failed(2, 5, decided=6), [Warned(FIRST, june(3))])
    assert (
        found.facts
        == "1 absence, of 5 June 2025, was decided not acceptable since the first formal warning of 3 June 2025"
    )
    assert found.prompted_on == june(6)
    assert found.step.rule == (
        "Final warning: after 1 absence decided not acceptable, counted since the step before"
    )
    assert "program's default" in found.step.source
    assert found.step.in_force_from == date(2011, 2, 1)


def test_several_absences_are_named_by_their_days():
    assert prompted(failed(2, 5, 9)).facts == (
        "3 absences, of 2 June 2025, 5 June 2025 and 9 June 2025, were decided not acceptable "
        "since the order was imposed"
    )


# --- A council's own numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "failures", "warnings", "step"),
    [
        pytest.param([local(FIRST, 2)], failed(2), [], None, id="two before the first: one is too few"),
        pytest.param([local(FIRST, 2)], failed(2, 9), [], FIRST, id="two before the first: two"),
        pytest.param(
            [local(FINAL, 2)],
            failed(2, 9),
            [Warned(FIRST, june(4))],
            None,
            id="two since the first: one is too few",
        ),
        pytest.param(
            [local(FINAL, 2, "order")],
            failed(2, 9),
            [Warned(FIRST, june(4))],
            FINAL,
            id="two under the order, one of them since the first",
        ),
        pytest.param(
            [local(FINAL, 2, "order")],
            failed(2, 3),
            [Warned(FIRST, june(4))],
            None,
            id="two under the order, none since the first: nothing new",
        ),
        pytest.param(
            [local(FIRST, 2, start=date(2026, 1, 1))],
            failed(2),
            [],
            FIRST,
            id="not in force yet: the shipped number",
        ),
        pytest.param(
            [local(FIRST, 3), local(FIRST, 1, start=date(2025, 6, 1))],
            failed(2),
            [],
            FIRST,
            id="the later row holds",
        ),
    ],
)
def test_a_councils_own_numbers_lie_over_the_shipped_ones(own, failures, warnings, step):
    found = prompted(failures, warnings, steps=steps_on(LAST, own))
    assert (found.step.key if found else None) == step


def test_a_councils_own_number_says_where_it_comes_from():
    step = steps_on(LAST, [local(FIRST, 2)])[0]
    assert (step.local, step.source, step.confidence) == (
        True,
        "Committee paper, January 2025",
        "Set by the council",
    )
    assert "did not attend" in step.letter


# --- Set aside and left out -----------------------------------------------------------------------------------


def test_a_step_set_aside_is_prompted_again_after_a_further_absence():
    aside = [SetAside(FIRST, frozenset({"absence:2"}))]
    assert prompted(failed(2), set_aside=aside) is None
    assert prompted(failed(2, 9), set_aside=aside).step.key == FIRST
    assert prompted(failed(2, 9), [Warned(FIRST, june(4))], set_aside=aside).step.key == FINAL


@pytest.mark.parametrize(
    ("warnings", "step", "missing"),
    [
        pytest.param([], FIRST, [], id="the first step leaves out nothing"),
        pytest.param([], FINAL, [FIRST], id="final without a first"),
        pytest.param([], BREACH, [FIRST, FINAL], id="breach without a warning"),
        pytest.param([Warned(FIRST, june(4))], BREACH, [FINAL], id="breach without a final"),
        pytest.param(
            [Warned(FINAL, june(4))], BREACH, [], id="what was left out before was explained before"
        ),
    ],
)
def test_the_steps_left_out(warnings, step, missing):
    standing = position(failed(2, 9), warnings, [], STEPS, LAST)
    assert [one.key for one in skipped(step, standing, STEPS)] == missing


# --- The data and the letter ----------------------------------------------------------------------------------


def test_every_step_has_a_source_and_says_how_sure_it_is_and_the_last_is_breach():
    for edition in compliance.load_steps():
        assert edition[-1].key == BREACH
        assert all(step.source and step.confidence for step in edition)
        assert all(step.letter for step in compliance.warnings_of(edition))


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        pytest.param("failures = 1", "failures = 0", "needs a number of failures", id="no failure at all"),
        pytest.param(
            "{missed}", "this and that", "must say what was missed", id="a letter that says nothing"
        ),
        pytest.param('"breach"', '"court"', "breach is the last", id="no breach"),
        pytest.param('"final_warning"', '"first_warning"', "each step stands once", id="a step twice"),
        pytest.param('"order"', '"birth"', "is no CountedSince", id="counted since something else"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(tmp_path, was, now, said):
    text = (compliance.DATA / "2011-02-01.toml").read_text(encoding="utf-8")
    (tmp_path / "2011-02-01.toml").write_text(text.replace(was, now), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        compliance.load_steps(tmp_path)


def test_a_letter_names_what_was_missed():
    missed = [
        Failure("absence:1", june(2), june(3), "Supervision appointment"),
        Failure("attendance:4", june(9), june(9), "Unpaid work session"),
    ]
    text = compliance.letter(STEPS[0], missed)
    assert "2 June 2025: supervision appointment\n9 June 2025: unpaid work session" in text
    assert "{missed}" not in text


# --- Whatever happens -----------------------------------------------------------------------------------------

days = st.integers(0, 120).map(lambda number: date(2025, 6, 1) + timedelta(days=number))
failures_ = st.lists(st.tuples(days, st.integers(0, 10)), max_size=6).map(
    lambda found: [
        Failure(f"absence:{number}", on, on + timedelta(days=wait)) for number, (on, wait) in enumerate(found)
    ]
)
warnings_ = st.lists(st.builds(Warned, st.sampled_from([FIRST, FINAL]), days), max_size=4)
breaches_ = st.lists(st.tuples(days, st.none() | st.integers(0, 40)), max_size=2).map(
    lambda found: [Breached(on, None if wait is None else on + timedelta(days=wait)) for on, wait in found]
)


@given(failures_, warnings_, breaches_, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_recorded_makes_no_difference(failures, warnings, breaches, chance):
    before = position(failures, warnings, breaches, STEPS, LAST)
    for rows in (failures, warnings, breaches):
        chance.shuffle(rows)
    assert position(failures, warnings, breaches, STEPS, LAST) == before


@given(failures_, warnings_, breaches_)
def test_what_is_prompted_rests_on_enough_absences_that_are_on_the_record(failures, warnings, breaches):
    found = prompted(failures, warnings, breaches)
    if found is not None:
        assert len(found.failures) >= found.step.failures
        assert set(found.failures) <= set(failures)
        assert all(one.on <= found.prompted_on for one in found.failures[: found.step.failures])
        assert not any(one.dealt_with_on is None for one in breaches)


@given(failures_, warnings_, breaches_, days)
def test_taking_the_step_clears_its_prompt_until_a_further_absence(failures, warnings, breaches, on):
    found = prompted(failures, warnings, breaches, on=on)
    if found is None:
        return
    if found.step.key == BREACH:
        taken = prompted(failures, warnings, [*breaches, Breached(on)], on=on)
    else:
        taken = prompted(failures, [*warnings, Warned(found.step.key, on)], breaches, on=on)
    assert taken is None
