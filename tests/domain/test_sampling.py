"""Samples of files: the same seed gives the same files, whoever draws and whatever else has changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.domain import sampling

KEYS = st.sets(st.integers(1, 10_000), max_size=60)
SEEDS = st.text(max_size=20)
SIZES = st.integers(0, 80)


def test_a_sample_drawn_by_hand():
    """In any shell, `printf "spring:1" | sha256sum` and so on to ten, sorted: the three lowest are 3, 4 and 7."""
    assert sampling.draw_value("spring", 1).startswith("76458cd107213ddd")
    assert sampling.draw("spring", range(1, 11), 3) == [3, 4, 7]


@given(KEYS, SEEDS, SIZES)
def test_the_order_of_the_frame_makes_no_difference(keys, seed, size):
    up, down = sorted(keys), sorted(keys, reverse=True)
    drawn = sampling.draw(seed, up, size)
    assert drawn == sampling.draw(seed, down, size)
    assert len(drawn) == min(size, len(keys))
    assert set(drawn) <= keys


@given(KEYS, SEEDS, SIZES, st.integers(10_001, 20_000))
def test_a_file_that_joins_the_frame_displaces_at_most_one(keys, seed, size, newcomer):
    before = set(sampling.draw(seed, keys, size))
    after = set(sampling.draw(seed, keys | {newcomer}, size))
    assert len(before - after) <= 1
    assert after - before <= {newcomer}


@given(KEYS, SEEDS, SIZES, SIZES)
def test_a_larger_sample_holds_the_smaller(keys, seed, one, other):
    small, large = sorted((one, other))
    assert sampling.draw(seed, keys, large)[:small] == sampling.draw(seed, keys, small)


@pytest.mark.parametrize(
    ("sizes", "size", "expected"),
    [
        pytest.param({"a": 50, "b": 50}, 10, {"a": 5, "b": 5}, id="equal teams, equal shares"),
        pytest.param({"a": 60, "b": 30, "c": 10}, 10, {"a": 6, "b": 3, "c": 1}, id="in proportion"),
        pytest.param({"a": 2, "b": 1}, 2, {"a": 1, "b": 1}, id="the largest remainder is rounded up"),
        pytest.param(
            {"a": 98, "b": 1, "c": 1}, 10, {"a": 8, "b": 1, "c": 1}, id="each team has at least one"
        ),
        pytest.param({"a": 98, "b": 1, "c": 1}, 2, {"a": 2, "b": 0, "c": 0}, id="fewer files than teams"),
        pytest.param({"a": 3, "b": 0}, 10, {"a": 3, "b": 0}, id="all there are, and an empty team"),
        pytest.param({}, 10, {}, id="no team"),
    ],
)
def test_how_many_of_each_team(sizes, size, expected):
    assert sampling.shares(sizes, size) == expected


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)), SIZES)
def test_shares_add_up_to_the_size_and_ask_no_team_for_more_than_it_has(sizes, size):
    given_ = sampling.shares(sizes, size)
    assert sum(given_.values()) == min(size, sum(sizes.values()))
    assert all(0 <= given_[name] <= sizes[name] for name in sizes)
    teams = [name for name in sizes if sizes[name]]
    if size >= len(teams):
        assert all(given_[name] for name in teams)


def test_a_stratified_sample_has_each_teams_share():
    frame = {"1": range(1, 61), "2": range(61, 91), "3": range(91, 101)}
    drawn = sampling.draw_from("autumn", frame, 10)
    assert [sum(key in frame[name] for key in drawn) for name in frame] == [6, 3, 1]
    assert drawn == sampling.draw_from("autumn", dict(reversed(frame.items())), 10)
    values = [sampling.draw_value("autumn", key) for key in drawn]
    assert values == sorted(values)


def test_the_second_reader_reads_a_share_rounded_up():
    assert [sampling.second_readings(size, 20) for size in (0, 1, 5, 6, 10)] == [0, 1, 1, 2, 2]
    drawn = sampling.draw("winter", range(100), 10)
    twice = sampling.read_twice("winter", drawn, 2)
    assert len(twice) == 2
    assert twice <= set(drawn)
    assert twice == sampling.read_twice("winter", drawn, 2)


def test_a_frame_names_each_file_once():
    with pytest.raises(ValueError, match="once"):
        sampling.draw("s", [1, 1], 1)
