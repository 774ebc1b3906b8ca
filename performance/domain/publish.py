"""Which numbers are too small to be shown to those who might know the people behind them.

A count of one to four can point to a person. It is hidden, and so is one more where the hidden count could be
worked out from a total. Nought is shown: it points to nobody, and is what most readers look for. Within the
council, who may see the people sees the numbers; this is for what leaves it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

SMALL = 5  # counts below this, other than nought, are small
HIDDEN = "Fewer than 5, or hidden to protect a small number"

Cell = TypeVar("Cell", bound=Hashable)


def is_small(count: int, below: int = SMALL) -> bool:
    return 0 < count < below


def hides_rate(numerator: int, denominator: int, below: int = SMALL) -> bool:
    """Whether a rate must be hidden: either number, or the number who did not succeed, is small."""
    return any(is_small(count, below) for count in (numerator, denominator, denominator - numerator))


def shown(counts: Mapping[Cell, int], *, total_shown: bool, below: int = SMALL) -> dict[Cell, int | None]:
    """The counts of one breakdown as they may be shown, None for hidden.

    With the total beside them, one hidden count would be total less the rest: then the next smallest goes as
    well, and where everything else is nought, the noughts go.
    """
    hidden = {cell for cell, count in counts.items() if is_small(count, below)}
    if len(hidden) == 1 and total_shown and len(counts) > 1:
        others = [cell for cell in counts if cell not in hidden]
        positive = [cell for cell in others if counts[cell] > 0]
        hidden |= {min(positive, key=lambda cell: counts[cell])} if positive else set(others)
    return {cell: None if cell in hidden else count for cell, count in counts.items()}
