"""Which numbers are too small to be shown to those who might know the people behind them.

A count of one to four can point to a person. It is hidden, and with it whatever else it could be worked out from.
Nought is shown: it points to nobody, and is what most readers look for. Within the council, who may see the people
sees the numbers; this is for what leaves it, and for reports that are made to leave it.
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

    With the total beside them, what is hidden adds up to the total less the rest. So more goes, until it is two
    counts or more that add up to twice the limit, and not to the most that so many small ones can be: else a small one
    could have only one value. Which more go follows the order of the counts and never their size, because a reader
    who knows this rule would learn from the size.
    """
    hidden = [cell for cell, count in counts.items() if is_small(count, below)]
    if hidden and total_shown:
        for cell in (cell for cell in counts if cell not in hidden):
            together = sum(counts[one] for one in hidden)
            if len(hidden) > 1 and together >= 2 * below and together != len(hidden) * (below - 1):
                break
            hidden.append(cell)
    return {cell: None if cell in hidden else count for cell, count in counts.items()}


def total(count: int, below: int = SMALL) -> int | None:
    """A number that stands for itself, as it may be shown."""
    return None if is_small(count, below) else count


def parts(whole: int | None, counts: Mapping[Cell, int], below: int = SMALL) -> dict[Cell, int | None]:
    """The parts of a whole as they may be shown beside it: none at all where the whole itself may not be."""
    if whole is None:
        return dict.fromkeys(counts)
    return shown(counts, total_shown=True, below=below)
