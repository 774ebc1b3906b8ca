"""Red, amber, green or grey; up, down or level; and per cents as they are shown.

Comparisons are of exact fractions. Rounding happens only where a number is shown, half up.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "rag.toml"

RELATIVE, POINTS = "relative", "points"
HIGHER, LOWER, NEITHER = "higher", "lower", "none"
GREEN, AMBER, RED, GREY = "green", "amber", "red", "grey"
UP, DOWN, LEVEL, NONE = "up", "down", "level", "none"


@cache
def _shipped() -> Mapping[str, str]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Rule:
    """How short of target is amber, and how short is red: in per cent of the target, or in percentage points.

    Short by less than `green_tolerance` is green, by less than `amber_tolerance` amber, by that much red.
    `polarity` says which way is better; of a figure for which neither is, nothing is said.
    """

    basis: str = field(default_factory=lambda: _shipped()["basis"])
    green_tolerance: Decimal = field(default_factory=lambda: Decimal(_shipped()["green_tolerance"]))
    amber_tolerance: Decimal = field(default_factory=lambda: Decimal(_shipped()["amber_tolerance"]))
    polarity: str = HIGHER

    def __post_init__(self) -> None:
        if self.basis not in (RELATIVE, POINTS) or self.polarity not in (HIGHER, LOWER, NEITHER):
            raise ValueError(f"No such rule: {self.basis}, {self.polarity} is better")
        if not 0 <= self.green_tolerance < self.amber_tolerance:
            raise ValueError("Amber must reach further from the target than green")

    @property
    def words(self) -> str:
        """The rule as it is printed beside the figures."""
        of = "% of the target" if self.basis == RELATIVE else " percentage points"
        side = "above" if self.polarity == LOWER else "below"
        green, amber = _plain(self.green_tolerance), _plain(self.amber_tolerance)
        return (
            f"Green: on target, or less than {green}{of} {side} it. Amber: {green} to less than {amber}{of} {side}. "
            f"Red: {amber}{of} {side} or more. Grey: no target, or nothing to count."
        )


def rate(share: Fraction | None, target: Decimal | None, rule: Rule) -> str:
    """Rating of an exact share (9/10 is 90%) against a target in per cent; grey without either."""
    if share is None or target is None or rule.polarity == NEITHER:
        return GREY
    short = Fraction(target) - share * 100
    if rule.polarity == LOWER:
        short = -short
    if short <= 0:
        return GREEN
    if rule.basis == RELATIVE:
        if target == 0:
            return RED  # anything above nothing is beyond every share of nothing
        short = short * 100 / Fraction(target)
    if short < Fraction(rule.green_tolerance):
        return GREEN
    return AMBER if short < Fraction(rule.amber_tolerance) else RED


def direction(now: Fraction | None, before: Fraction | None) -> str:
    """Which way a figure moved since the same quarter a year before, whichever way is better; none without both."""
    if now is None or before is None:
        return NONE
    if now == before:
        return LEVEL
    return UP if now > before else DOWN


def improving(now: Fraction | None, before: Fraction | None, polarity: str) -> bool | None:
    """Whether the movement is for the better; None where there is none, or where neither way is better."""
    moved = direction(now, before)
    if moved in (NONE, LEVEL) or polarity == NEITHER:
        return None
    return moved == (UP if polarity == HIGHER else DOWN)


def share(numerator: int, denominator: int) -> Fraction | None:
    """The exact share; None where there is nothing to divide by."""
    return Fraction(numerator, denominator) if denominator else None


def percent(numerator: int, denominator: int) -> Decimal | None:
    """Per cent to one decimal, half up: 8 of 75 is 10.7. None where there is nothing to divide by."""
    tenths = _half_up(numerator * 1000, denominator)
    return None if tenths is None else Decimal(tenths).scaleb(-1)


def whole_percent(numerator: int, denominator: int) -> int | None:
    """Per cent without decimals, half up, as the printed updates have it: 8 of 75 is 11."""
    return _half_up(numerator * 100, denominator)


def _half_up(numerator: int, denominator: int) -> int | None:
    if not denominator:
        return None
    return (2 * numerator + denominator) // (2 * denominator)


def _plain(number: Decimal) -> str:
    """Without noughts that say nothing: 5, not 5.00."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
