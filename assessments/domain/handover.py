"""Who might take which case of somebody who leaves: a proposal that a manager checks and changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

# How many steps the search for a way to keep everybody within the limit may take: done in a moment. Where it runs out,
# the proposal is the level one, and the check before the handover says who would be over.
STEPS = 2_000


@dataclass(frozen=True)
class Piece:
    """All that the leaver holds of one person's case: it goes to one worker.

    `barred`: who may not be given it. `beside`: who holds the rest of the same person's work already.
    """

    key: int
    points: int
    barred: frozenset[int] = frozenset()
    beside: int | None = None


@dataclass(frozen=True)
class Receiver:
    """Somebody who may be given cases: the points they hold, and the points that fill their hours."""

    key: int
    points: int
    capacity: Fraction


@dataclass
class _Filling:
    """The receivers as the pieces are dealt out."""

    points: dict[int, int]
    capacity: dict[int, Fraction]
    given: dict[int, int | None] = field(default_factory=dict)

    def share_with(self, worker: int, piece: Piece) -> Fraction:
        return (self.points[worker] + piece.points) / self.capacity[worker]

    def allowed(self, piece: Piece) -> list[int]:
        """Who may have it, the one it would load least first."""
        free = [worker for worker in self.points if worker not in piece.barred]
        return sorted(free, key=lambda worker: (self.share_with(worker, piece), worker))

    def give(self, piece: Piece, worker: int) -> None:
        self.points[worker] += piece.points
        self.given[piece.key] = worker

    def take_back(self, piece: Piece) -> None:
        worker = self.given.pop(piece.key)
        if worker is not None:
            self.points[worker] -= piece.points

    def over(self, limit: Fraction) -> Collection[int]:
        """Who was given something and is now above the limit."""
        return {
            worker
            for worker in self.given.values()
            if worker is not None and self.points[worker] > limit * self.capacity[worker]
        }


def propose(
    pieces: Sequence[Piece], workers: Sequence[Receiver], limit: Fraction = Fraction(1)
) -> dict[int, int | None]:
    """A worker for each piece; None where nobody may have it.

    Heaviest first, each to whoever it would load least for the hours they have, so that shares come out level; to who
    works with the person already, where they have room. Where that would put somebody over the limit and there is a
    way that does not, that way is taken. Nobody without hours is given anything.
    """
    able = [one for one in workers if one.capacity > 0]
    order = sorted(pieces, key=lambda piece: (-piece.points, piece.key))
    level = _filling(able)
    for piece in order:
        free = level.allowed(piece)
        beside = piece.beside if piece.beside in free else None
        if beside is not None and level.share_with(beside, piece) <= limit:
            level.give(piece, beside)
        elif free:
            level.give(piece, free[0])
        else:
            level.given[piece.key] = None
    if level.over(limit):
        within = _filling(able)
        placed = [piece for piece in order if level.given[piece.key] is not None]
        room = sum(max(limit * one.capacity - one.points, Fraction(0)) for one in able)
        if sum(piece.points for piece in placed) <= room and _fits(within, placed, limit, iter(range(STEPS))):
            return {**level.given, **within.given}
    return level.given


def _filling(workers: Sequence[Receiver]) -> _Filling:
    return _Filling({one.key: one.points for one in workers}, {one.key: one.capacity for one in workers})


def _fits(filling: _Filling, pieces: Sequence[Piece], limit: Fraction, steps: Iterator[int]) -> bool:
    """Deal the pieces out with nobody over the limit, if the steps last: True leaves them dealt, False as they were."""
    if not pieces:
        return True
    piece = pieces[0]
    tried = set()
    for worker in filling.allowed(piece):
        if filling.share_with(worker, piece) > limit or next(steps, None) is None:
            break  # allowed() has the emptiest first: nobody after this one has room either
        barred = frozenset(later.key for later in pieces if worker in later.barred)
        alike = (filling.points[worker], filling.capacity[worker], barred)
        if alike in tried:
            continue  # as full as one that did not do, and nothing sets the two apart
        tried.add(alike)
        filling.give(piece, worker)
        if _fits(filling, pieces[1:], limit, steps):
            return True
        filling.take_back(piece)
    return False
