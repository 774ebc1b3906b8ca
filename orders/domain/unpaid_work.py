"""How many minutes of unpaid work were credited, how many are left, and when the hours were done.

Everything is in whole minutes. The ledger is only added to: a line takes minutes back as a negative line
dated like the one it reverses. Minutes worked beyond what may be credited are kept on the attendance and
never credited. Sources: ss. 227I, 227K, 227N of the Criminal Procedure (Scotland) Act 1995.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from justice.domain.errors import Problem
from orders.domain.limits import value_on


@dataclass(frozen=True)
class Line:
    """Minutes credited to one requirement for the session of a day; negative where a line was reversed."""

    on: date
    minutes: int
    other_activity: bool = False


@dataclass(frozen=True)
class Credit:
    """What one session adds: minutes credited, minutes worked but not credited, and why not."""

    minutes: int
    not_credited: int
    because: str = ""


@dataclass(frozen=True)
class Running:
    """One unpaid work requirement in effect, for sums over several of a person's orders.

    `concurrent_with` names those existing when it was imposed with which the court directed it to run (s.
    227N(2)).
    """

    key: str
    imposed_on: date
    hours: int
    lines: tuple[Line, ...] = ()
    concurrent_with: frozenset[str] = frozenset()


def credited(lines: Iterable[Line]) -> int:
    """Minutes credited, reversals taken off."""
    return sum(line.minutes for line in lines)


def other_activity_credited(lines: Iterable[Line]) -> int:
    """Minutes credited for activity other than unpaid work."""
    return sum(line.minutes for line in lines if line.other_activity)


def other_activity_cap(hours: int, on: date) -> int:
    """Most minutes of other activity: the lower of 30% of the hours and 30 hours (s. 227K(2))."""
    share = hours * 60 * value_on("other_activity.share", on) // 100
    return min(share, value_on("other_activity.most", on) * 60)


def left(lines: Iterable[Line], hours: int) -> int:
    """Minutes still to do; never below nought."""
    return max(0, hours * 60 - credited(lines))


def other_activity_left(lines: Iterable[Line], hours: int, imposed_on: date) -> int:
    """Minutes of other activity that may still be credited."""
    return max(0, other_activity_cap(hours, imposed_on) - other_activity_credited(lines))


def credit(
    lines: Iterable[Line], hours: int, imposed_on: date, worked: int, *, other_activity: bool
) -> Credit:
    """What a session of so many minutes adds to a requirement. ValueError for minutes below nought."""
    if worked < 0:
        raise ValueError("Minutes worked cannot be below nought")
    lines = tuple(lines)
    allowed, because = left(lines, hours), "the hours ordered are done"
    if other_activity:
        activity = other_activity_left(lines, hours, imposed_on)
        if activity < allowed:
            allowed, because = (
                activity,
                "other activity may count for 30% of the hours, and 30 hours, at most",
            )
    minutes = min(worked, allowed)
    return Credit(minutes, worked - minutes, because if minutes < worked else "")


def problems(lines: Iterable[Line], hours: int, imposed_on: date) -> list[Problem]:
    """What is wrong with a ledger as a whole; asked again whenever the court varies the hours."""
    lines = tuple(lines)
    found = []
    if credited(lines) > hours * 60:
        text = f"Reverse {_hours(credited(lines) - hours * 60)} of unpaid work: more is credited than ordered"
        found.append(Problem(text, "minutes", "credited_over_hours"))
    over = other_activity_credited(lines) - other_activity_cap(hours, imposed_on)
    if over > 0:
        text = f"Reverse {_hours(over)} of other activity: more is credited than {hours} hours allow"
        found.append(Problem(text, "minutes", "other_activity_over_cap"))
    days: dict[tuple[date, bool], int] = {}
    for line in lines:
        days[line.on, line.other_activity] = days.get((line.on, line.other_activity), 0) + line.minutes
    if any(minutes < 0 for minutes in days.values()):
        found.append(
            Problem("Reverse no more than was credited for the day", "minutes", "reversed_over_credited")
        )
    return found


def completed_on(lines: Iterable[Line], hours: int) -> date | None:
    """The day whose session completed the hours; None while any are left. Reversals count on their day."""
    by_day: dict[date, int] = {}
    for line in lines:
        by_day[line.on] = by_day.get(line.on, 0) + line.minutes
    total, done = 0, None
    for day in sorted(by_day):
        total += by_day[day]
        if total < hours * 60:
            done = None
        elif done is None:
            done = day
    return done


def running_together(requirements: Iterable[Running]) -> list[tuple[Running, ...]]:
    """Requirements in groups that the court's directions join, by day of imposition; one alone is a group."""
    groups: list[list[Running]] = []
    for requirement in sorted(requirements, key=lambda one: (one.imposed_on, one.key)):
        joined = [requirement]
        apart = []
        for group in groups:
            if any(_joined(requirement, other) for other in group):
                joined = group + joined
            else:
                apart.append(group)
        groups = [*apart, joined]
    return [tuple(sorted(group, key=lambda one: (one.imposed_on, one.key))) for group in groups]


def outstanding(requirements: Iterable[Running]) -> int:
    """Minutes to do under all of them, those that count for several counted once (ss. 227N(6), 227Z(8))."""
    return sum(
        max(left(requirement.lines, requirement.hours) for requirement in group)
        for group in running_together(requirements)
    )


def credits(
    requirements: Iterable[Running], worked_for: str, on: date, worked: int, *, other_activity: bool
) -> Mapping[str, Credit]:
    """What one session adds to the requirement it was worked for and to those that run together with it.

    Hours worked after a concurrent requirement is imposed count for both (s. 227N(3)); the day of imposition
    itself counts, as the order is in effect from then. KeyError where `worked_for` is not among the
    requirements.
    """
    for group in running_together(requirements):
        if worked_for in {requirement.key for requirement in group}:
            return {
                one.key: credit(one.lines, one.hours, one.imposed_on, worked, other_activity=other_activity)
                for one in group
                if one.key == worked_for or one.imposed_on <= on
            }
    raise KeyError(worked_for)


def projected_finish(minutes_left: int, minutes_a_week: int, as_of: date) -> date | None:
    """The day the hours will be done at the present pace; None where nothing is being worked."""
    if minutes_left <= 0:
        return as_of
    if minutes_a_week <= 0:
        return None
    days = -(-minutes_left * 7 // minutes_a_week)
    return as_of + timedelta(days=days) if days < 36_500 else None


def _joined(one: Running, other: Running) -> bool:
    return other.key in one.concurrent_with or one.key in other.concurrent_with


def _hours(minutes: int) -> str:
    hours, over = divmod(minutes, 60)
    return f"{hours} hours {over} minutes" if over else f"{hours} hours"
