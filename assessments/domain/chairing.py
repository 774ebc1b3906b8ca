"""The weeks ahead of somebody who chairs reviews: what falls due, how much there is room for, and where it would fit.

A review held on or before its due date is on time, so what does not fit into its week belongs into a week before it.
What is late already belongs into the first week with room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 6
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """One week by its Monday; `first` is the first day of it that is still to come.

    `late` is what was due before today and is not held: it stands in the week of today. `held` are the slots used
    already. `slots` is None where nobody has said how many there are.
    """

    monday: date
    first: date
    due: int
    late: int
    held: int
    slots: int | None

    @property
    def last(self) -> date:
        return self.monday + WEEK - timedelta(days=1)

    @property
    def left(self) -> int | None:
        """Slots left over, below nought where there are too few; None where nobody has said how many there are."""
        return None if self.slots is None else self.slots - self.held - self.due - self.late


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(
    *, due: Collection[date], held: Collection[date], slots: Mapping[date, int], on: date, number: int = WEEKS
) -> tuple[Week, ...]:
    """So many weeks from the one that `on` is in.

    `due`: for each review still to be held, the day it is due. `held`: for each that was held, the day. `slots`: how
    many a week holds, by the day from which that is so; a week has the number in force on its last day.
    """
    coming = Counter(monday_of(day) for day in due if day >= on)
    used = Counter(monday_of(day) for day in held)
    found = []
    for index in range(number):
        monday = monday_of(on) + index * WEEK
        in_force = max((day for day in slots if day < monday + WEEK), default=None)
        found.append(
            Week(
                monday=monday,
                first=max(monday, on),
                due=coming[monday],
                late=sum(day < on for day in due) if index == 0 else 0,
                held=used[monday],
                slots=None if in_force is None else slots[in_force],
            )
        )
    return tuple(found)


def advice(ahead: Sequence[Week]) -> list[str]:
    """For each week with too little room, a sentence without a full stop: how much is too much, and where it would fit.

    Room that one sentence has given away is not offered again by the next.
    """
    room = {week.monday: max(week.left or 0, 0) for week in ahead}
    said = []
    for index, week in enumerate(ahead):
        if week.left is None or week.left >= 0:
            continue
        earlier, later = ahead[:index][::-1], ahead[index + 1 :]
        offered, missing = [], -week.left
        for other in (*earlier, *later):
            if missing and room[other.monday]:
                after = ", after they are due" if index and other.monday > week.monday else ""
                offered.append(f"{_week(other)} has {room[other.monday]} free{after}")
                taken = min(missing, room[other.monday])
                room[other.monday] -= taken
                missing -= taken
        if missing:
            offered.append(f"no room in these weeks for {missing} of them")
        said.append(f"{_sentence(week)}; {' and '.join(offered)}")
    return said


@dataclass(frozen=True)
class Load:
    """One week as levelling sees it: what may be moved out of it, by key and due date, and the room there is.

    `room` is what is left of the slots for these reviews and any that are moved in; None where nobody has said.
    """

    monday: date
    movable: Sequence[tuple[int, date]]
    room: int | None


@dataclass(frozen=True)
class Move:
    """A review that would fit into an earlier week than the one it is due in."""

    key: int
    due_on: date
    from_monday: date
    to_monday: date


def levelled(ahead: Sequence[Load]) -> tuple[list[Move], list[int]]:
    """The fewest moves to earlier weeks after which no week holds more than its slots, and what fits in none.

    From the last week back: a week keeps as many of its own as it has room for, the rest wait for the latest week
    before it that has some. So nothing passes its due date, nothing moves further than it must, and of each week only
    what is too much for it moves at all. Of one week's reviews those due first are moved first.
    """
    moves: list[Move] = []
    waiting: list[tuple[int, date, date]] = []  # key, due date, the week it is due in
    for week in reversed(ahead):
        if week.room is None:
            continue
        own = sorted(week.movable, key=lambda one: (one[1], one[0]))
        room = max(week.room, 0)
        too_many = max(len(own) - room, 0)
        free = room - (len(own) - too_many)
        waiting.sort(key=lambda one: (one[1], one[0]), reverse=True)
        taken, waiting = waiting[:free], waiting[free:]
        moves += [Move(key, due_on, monday, week.monday) for key, due_on, monday in taken]
        waiting += [(key, due_on, week.monday) for key, due_on in own[:too_many]]
    moves.sort(key=lambda move: (move.due_on, move.key))
    return moves, sorted(key for key, _, _ in waiting)


def _week(week: Week) -> str:
    return f"week of {week.monday:%-d %B}"


def _sentence(week: Week) -> str:
    late = f" and {week.late} already late" if week.late else ""
    used = f", {week.held} of them used" if week.held else ""
    slots = "1 slot" if week.slots == 1 else f"{week.slots} slots"
    return f"Week of {week.monday:%-d %B}: {week.due} due{late}, {slots}{used}"
