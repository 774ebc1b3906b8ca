"""From what is published no small number can be worked out, whatever else its reader knows of the rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest

from performance.domain import publish


def everything_published(cells: int, most: int) -> dict[tuple[object, ...], list[tuple[int, ...]]]:
    """Every table of so many cells with a total below `most`, by what is published of it."""
    found: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(most), repeat=cells):
        if sum(counts) < most:
            whole = publish.total(sum(counts))
            cut = publish.parts(whole, dict(enumerate(counts)))
            found[whole, *cut.values()].append(counts)
    return found


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 26), (4, 20), (5, 13)])
def test_no_small_count_can_be_worked_out_from_a_total_and_its_parts(cells: int, most: int):
    """Two tables or more that differ in the hidden count are published alike: so nobody can tell which it was."""
    for published, tables in everything_published(cells, most).items():
        for cell in range(cells):
            if published[1 + cell] is None:
                assert len({table[cell] for table in tables}) > 1, (published, tables)
            else:
                assert not publish.is_small(tables[0][cell])


def nested(most: int) -> Iterator[tuple[tuple[object, ...], tuple[int, ...]]]:
    """A whole in two parts, the first of them in three: what is published, and what it was."""
    for *first, other in product(range(most), repeat=4):
        if sum(first) + other < most:
            whole = publish.total(sum(first) + other)
            above = publish.parts(whole, {"first": sum(first), "other": other})
            below = publish.parts(above["first"], dict(enumerate(first)))
            yield (whole, *above.values(), *below.values()), (*first, other)


def test_no_small_count_can_be_worked_out_from_parts_of_parts():
    found = defaultdict(list)
    for published, table in nested(20):
        found[published].append(table)
    for (_, _, other, *first), tables in found.items():
        for cell, shown in enumerate((*first, other)):
            if shown is None:
                assert len({table[cell] for table in tables}) > 1
            else:
                assert not publish.is_small(tables[0][cell])


def test_parts_are_hidden_with_their_whole():
    assert publish.parts(None, {"a": 40, "b": 0}) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, 0), (1, None), (4, None), (5, 5)],
)
def test_a_number_by_itself_is_hidden_when_it_is_small(count, expected):
    assert publish.total(count) == expected
