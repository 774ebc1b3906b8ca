"""Which files are read: a sample that anybody can draw again and find the same.

Each file of the frame has a draw value, SHA-256 of "<seed>:<key>"; the files with the lowest values are the sample, in
that order. So the sample depends on nothing but the seed, the keys and the size: not on the order of the frame, nor on
any program's idea of chance; and a file that joins or leaves the frame moves at most one other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from fractions import Fraction
from math import ceil

Frame = Mapping[str, Collection[int]]


def draw_value(seed: str, key: int) -> str:
    """What a file is sorted by: 64 hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def draw(seed: str, keys: Collection[int], size: int) -> list[int]:
    """The files drawn, in the order drawn; all of them where there are no more than `size`."""
    if size < 0 or len(set(keys)) != len(keys):
        raise ValueError("a frame names each file once, and a sample has no negative size")
    return sorted(keys, key=lambda key: (draw_value(seed, key), key))[:size]


def shares(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many files of each stratum are drawn: in proportion, the largest remainders rounded up.

    Where the sample is large enough, every stratum that is not empty has at least one, taken from the largest share.
    """
    total = sum(sizes.values())
    size = min(size, total)
    if not total:
        return dict.fromkeys(sizes, 0)
    exact = {name: Fraction(count * size, total) for name, count in sizes.items()}
    given = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(sizes, key=lambda name: (given[name] - exact[name], name))
    for name in by_remainder[: size - sum(given.values())]:
        given[name] += 1
    wanting = sorted(name for name in sizes if sizes[name] and not given[name])
    for name in wanting if size >= sum(1 for count in sizes.values() if count) else ():
        fullest = min(given, key=lambda one: (-given[one], one))
        given[fullest] -= 1
        given[name] = 1
    return given


def draw_from(seed: str, frame: Frame, size: int) -> list[int]:
    """The sample of a frame in strata (one stratum: a simple sample), in the order of their draw values."""
    given = shares({name: len(keys) for name, keys in frame.items()}, size)
    drawn = [key for name, keys in frame.items() for key in draw(seed, keys, given[name])]
    return draw(seed, drawn, len(drawn))


def second_readings(size: int, percent: int) -> int:
    """How many files of a sample a second reader reads: the share, rounded up."""
    return ceil(Fraction(size * percent, 100))


def read_twice(seed: str, drawn: Collection[int], count: int) -> set[int]:
    """Which files a second reader reads: drawn from the sample in the same way, with the seed "<seed>/second"."""
    return set(draw(f"{seed}/second", drawn, count))
