"""Minutes credited, the cap on other activity, hours left, reversals, and requirements that run together."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from orders.domain import unpaid_work
from orders.domain.unpaid_work import Credit, Line, Running

IMPOSED = date(2025, 6, 2)


def line(day, hours, *, other=False):
    return Line(date.fromisoformat(day), round(hours * 60), other)


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        pytest.param(20, 6 * 60, id="20 hours: 30% is 6 hours"),
        pytest.param(55, 990, id="55 hours: 16 hours 30 minutes"),
        pytest.param(99, 1782, id="99 hours: just under 30 hours"),
        pytest.param(100, 30 * 60, id="100 hours: both limits agree"),
        pytest.param(101, 30 * 60, id="101 hours: 30 hours is lower"),
        pytest.param(300, 30 * 60, id="300 hours: 30 hours"),
    ],
)
def test_other_activity_is_capped_at_the_lower_of_30_per_cent_and_30_hours(hours, minutes):
    assert unpaid_work.other_activity_cap(hours, IMPOSED) == minutes


@pytest.mark.parametrize(
    ("lines", "hours", "worked", "other", "expected"),
    [
        pytest.param([], 20, 420, False, (420, 0), id="first session"),
        pytest.param(
            [line("2025-06-10", 15)], 20, 420, False, (300, 120), id="the last session is longer than needed"
        ),
        pytest.param([line("2025-06-10", 20)], 20, 60, False, (0, 60), id="the hours are done"),
        pytest.param([], 20, 420, True, (360, 60), id="other activity beyond its cap"),
        pytest.param(
            [line("2025-06-10", 6, other=True)], 20, 60, True, (0, 60), id="other activity cap reached"
        ),
        pytest.param(
            [line("2025-06-10", 6, other=True)], 20, 60, False, (60, 0), id="work is still credited"
        ),
        pytest.param([line("2025-06-10", 19)], 20, 120, True, (60, 60), id="hours run out before the cap"),
        pytest.param(
            [line("2025-06-10", 6, other=True), line("2025-06-10", -6, other=True)],
            20,
            120,
            True,
            (120, 0),
            id="a reversal gives the cap back",
        ),
        pytest.param([], 20, 0, False, (0, 0), id="nothing worked"),
    ],
)
def test_what_a_session_adds(lines, hours, worked, other, expected):
    found = unpaid_work.credit(lines, hours, IMPOSED, worked, other_activity=other)
    assert (found.minutes, found.not_credited) == expected
    assert bool(found.because) == bool(found.not_credited)


def test_minutes_below_nought_are_our_own_mistake():
    with pytest.raises(ValueError, match="below nought"):
        unpaid_work.credit([], 20, IMPOSED, -1, other_activity=False)


@pytest.mark.parametrize(
    ("lines", "hours", "expected"),
    [
        pytest.param([], 20, None, id="nothing worked"),
        pytest.param([line("2025-06-10", 19.5)], 20, None, id="half an hour left"),
        pytest.param(
            [line("2025-06-10", 12), line("2025-06-12", 8)], 20, "2025-06-12", id="the day they are reached"
        ),
        pytest.param(
            [line("2025-06-12", 8), line("2025-06-10", 12)], 20, "2025-06-12", id="recorded in another order"
        ),
        pytest.param(
            [line("2025-06-10", 12), line("2025-06-12", 8), line("2025-06-12", -8)],
            20,
            None,
            id="reversed again",
        ),
        pytest.param(
            [line("2025-06-10", 12), line("2025-06-12", 8), line("2025-06-10", -2), line("2025-06-20", 2)],
            20,
            "2025-06-20",
            id="an earlier session corrected",
        ),
        pytest.param(
            [line("2025-06-10", 20), line("2025-06-12", -1), line("2025-06-20", 1)],
            20,
            "2025-06-20",
            id="taken back on a later day",
        ),
    ],
)
def test_the_day_the_hours_were_done(lines, hours, expected):
    assert unpaid_work.completed_on(lines, hours) == (date.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("lines", "hours", "codes"),
    [
        pytest.param([line("2025-06-10", 20)], 20, [], id="all done"),
        pytest.param([line("2025-06-10", 21)], 20, ["credited_over_hours"], id="more than ordered"),
        pytest.param([line("2025-06-10", 30, other=True)], 100, [], id="30 hours of other activity of 100"),
        pytest.param(
            [line("2025-06-10", 30, other=True)],
            80,
            ["other_activity_over_cap"],
            id="the court lowered 100 to 80",
        ),
        pytest.param([line("2025-06-10", 5), line("2025-06-10", -5)], 20, [], id="reversed altogether"),
        pytest.param(
            [line("2025-06-10", 5), line("2025-06-10", -6)],
            20,
            ["reversed_over_credited"],
            id="reversed too much",
        ),
        pytest.param(
            [line("2025-06-10", 5), line("2025-06-10", -5, other=True)],
            20,
            ["reversed_over_credited"],
            id="reversed as the wrong kind",
        ),
    ],
)
def test_a_ledger_is_checked_as_a_whole(lines, hours, codes):
    assert [problem.code for problem in unpaid_work.problems(lines, hours, IMPOSED)] == codes


def running(key, hours, done=0, imposed=IMPOSED, together=()):
    return Running(key, imposed, hours, (Line(imposed, done * 60),) if done else (), frozenset(together))


@pytest.mark.parametrize(
    ("requirements", "hours"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([running("a", 120, 20)], 100, id="one"),
        pytest.param([running("a", 120, 20), running("b", 80)], 180, id="two, one after the other"),
        pytest.param([running("a", 120, 20), running("b", 80, together={"a"})], 100, id="two together: once"),
        pytest.param(
            [running("a", 120, 100), running("b", 80, together={"a"}), running("c", 40)],
            120,
            id="two together and one apart",
        ),
        pytest.param(
            [running("a", 50), running("b", 60, together={"a"}), running("c", 70, together={"b"})],
            70,
            id="three in a chain",
        ),
        pytest.param([running("a", 20, 20), running("b", 30)], 30, id="one done"),
    ],
)
def test_hours_outstanding_under_several_requirements(requirements, hours):
    assert unpaid_work.outstanding(requirements) == hours * 60


def test_hours_worked_after_a_concurrent_requirement_is_imposed_count_for_both():
    first = running("a", 120, 100, imposed=date(2025, 6, 2))
    second = running("b", 80, imposed=date(2025, 7, 1), together={"a"})
    apart = running("c", 60, imposed=date(2025, 7, 1))

    def credited(on):
        found = unpaid_work.credits([first, second, apart], "a", on, 420, other_activity=False)
        return {key: credit.minutes for key, credit in found.items()}

    assert credited(date(2025, 6, 30)) == {"a": 420}
    assert credited(date(2025, 7, 1)) == {"a": 420, "b": 420}


def test_each_requirement_is_credited_within_its_own_hours():
    nearly_done = running("a", 120, 119)
    begun = running("b", 80, together={"a"})
    found = unpaid_work.credits([nearly_done, begun], "b", date(2025, 8, 1), 120, other_activity=False)
    assert found == {"a": Credit(60, 60, "the hours ordered are done"), "b": Credit(120, 0)}


def test_a_session_for_an_unknown_requirement_is_our_own_mistake():
    with pytest.raises(KeyError):
        unpaid_work.credits([running("a", 20)], "b", IMPOSED, 60, other_activity=False)


@pytest.mark.parametrize(
    ("left", "a_week", "expected"),
    [
        pytest.param(0, 0, "2025-06-02", id="none left"),
        pytest.param(600, 0, None, id="nothing being worked"),
        pytest.param(600, 300, "2025-06-16", id="two weeks"),
        pytest.param(601, 300, "2025-06-17", id="a minute over two weeks"),
        pytest.param(10**9, 1, None, id="not in a lifetime"),
    ],
)
def test_when_the_hours_will_be_done_at_the_present_pace(left, a_week, expected):
    found = unpaid_work.projected_finish(left, a_week, IMPOSED)
    assert found == (date.fromisoformat(expected) if expected else None)


def test_sessions_credited_one_by_one_never_break_the_ledger():
    """Property: whatever is worked, credit stays within hours and cap, and the last session completes the hours."""
    for hours in (20, 33, 80, 100, 101, 300):
        for length in (45, 60, 95, 420):
            for every in (2, 3, 7):
                lines: list[Line] = []
                for session in range(1200):
                    other = session % every == 0
                    on = IMPOSED + timedelta(days=session)
                    found = unpaid_work.credit(lines, hours, IMPOSED, length, other_activity=other)
                    assert found.minutes + found.not_credited == length
                    if found.minutes:
                        lines.append(Line(on, found.minutes, other))
                    if unpaid_work.left(lines, hours) == 0:
                        break
                assert unpaid_work.problems(lines, hours, IMPOSED) == []
                assert unpaid_work.credited(lines) == hours * 60
                assert unpaid_work.completed_on(lines, hours) == lines[-1].on
