"""The hours of unpaid work: what was credited to each requirement, what is left, and what a session adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from cases.models import Person
from orders.domain import unpaid_work
from orders.domain.cpo import RequirementKind
from orders.domain.unpaid_work import Line, Running
from orders.models import Attendance, HoursLine, Requirement


@dataclass(frozen=True)
class Account:
    """One unpaid work requirement with its lines: a stored row, and the same as the domain reads it."""

    requirement: Requirement
    running: Running

    @property
    def minutes_ordered(self) -> int:
        return self.running.hours * 60

    @property
    def minutes_credited(self) -> int:
        return unpaid_work.credited(self.running.lines)

    @property
    def minutes_left(self) -> int:
        return unpaid_work.left(self.running.lines, self.running.hours)

    @property
    def other_activity_credited(self) -> int:
        return unpaid_work.other_activity_credited(self.running.lines)

    @property
    def other_activity_cap(self) -> int:
        return unpaid_work.other_activity_cap(self.running.hours, self.running.imposed_on)


def hours(minutes: int) -> str:
    """Minutes as people say them: "7 hours 30 minutes"."""
    whole, over = divmod(abs(minutes), 60)
    parts = [f"{whole} hour{'' if whole == 1 else 's'}"] if whole or not over else []
    parts += [f"{over} minute{'' if over == 1 else 's'}"] if over else []
    return ("minus " if minutes < 0 else "") + " ".join(parts)


def accounts(requirements: Iterable[Requirement]) -> dict[int, Account]:
    """The account of each unpaid work requirement, by its key: one query. Needs `order` at hand."""
    rows = sorted(
        (one for one in requirements if one.kind == RequirementKind.UNPAID_WORK),
        key=lambda one: (_began(one), one.pk),
    )
    lines: dict[int, list[Line]] = defaultdict(list)
    stored = HoursLine.objects.filter(requirement__in=[one.pk for one in rows])
    for key, on, minutes, kind in stored.values_list("requirement", "attendance__on", "minutes", "kind"):
        lines[key].append(Line(on, minutes, kind == HoursLine.Kind.OTHER_ACTIVITY))
    found: dict[int, Account] = {}
    for one in rows:
        # A direction joins the requirement with those there were when it was imposed (s. 227N(2)).
        earlier = (other for other in rows if other is not one and _existed(other, _began(one), one))
        together = (
            frozenset(str(other.pk) for other in earlier) if one.court_directs_concurrent else frozenset()
        )
        running = Running(str(one.pk), _began(one), one.hours or 0, tuple(lines[one.pk]), together)
        found[one.pk] = Account(one, running)
    return found


def of_person(person: Person | int, on: date) -> dict[int, Account]:
    """Every unpaid work requirement that stood on a day under any order of the person: two queries."""
    rows = Requirement.objects.unpaid_work().filter(order__case__person=person).select_related("order")
    return accounts(one for one in rows if _began(one) <= on and _stands(one, on))


def outstanding_minutes(person: Person | int, on: date, *, besides: int | None = None) -> int:
    """Minutes still to do on a day under the person's orders, `besides` the order of this key (s. 227N(6))."""
    others = [
        replace(one.running, lines=tuple(line for line in one.running.lines if line.on <= on))
        for one in of_person(person, on).values()
        if one.requirement.order_id != besides
    ]
    return unpaid_work.outstanding(others)


def _began(requirement: Requirement) -> date:
    return requirement.added_on or requirement.order.imposed_on


def _stands(requirement: Requirement, on: date) -> bool:
    """Neither removed nor ended with its order before the day; done or not."""
    ends = (requirement.removed_on, requirement.order.ended_on)
    return all(end is None or end >= on for end in ends)


def _existed(other: Requirement, on: date, new: Requirement) -> bool:
    """Imposed before the new one, and neither done nor over when that was imposed."""
    done = other.completed_on is not None and other.completed_on < on
    return (_began(other), other.pk) < (_began(new), new.pk) and _stands(other, on) and not done


def credit(attendance: Attendance, worked_for: Requirement, minutes: int) -> list[HoursLine]:
    """Write what one session adds to the requirement it was worked for and those that run together with it.

    What is beyond the hours ordered, or beyond the cap of other activity, stays on the attendance uncredited.
    """
    if not minutes:
        return []
    found = of_person(worked_for.order.case.person_id, attendance.on)
    found.setdefault(worked_for.pk, accounts([worked_for])[worked_for.pk])
    credits = unpaid_work.credits(
        (one.running for one in found.values()),
        str(worked_for.pk),
        attendance.on,
        minutes,
        other_activity=attendance.other_activity,
    )
    kind = HoursLine.Kind.OTHER_ACTIVITY if attendance.other_activity else HoursLine.Kind.UNPAID_WORK
    lines = [
        HoursLine(attendance=attendance, requirement_id=int(key), kind=kind, minutes=credited.minutes)
        for key, credited in sorted(credits.items(), key=lambda pair: int(pair[0]))
        if credited.minutes
    ]
    for line in lines:
        line.save(force_insert=True)
    return lines


def reverse(attendance: Attendance) -> list[HoursLine]:
    """Take back what an attendance credited: a line for each line, dated like it."""
    standing = attendance.lines.filter(reverses=None, reversed_by=None)
    lines = [
        HoursLine(
            attendance=attendance,
            requirement_id=line.requirement_id,
            kind=line.kind,
            minutes=-line.minutes,
            reverses=line,
        )
        for line in standing
    ]
    for line in lines:
        line.save(force_insert=True)
    return lines


def credit_excess(before: dict[int, Account]) -> None:
    """Credit minutes that sessions worked beyond the hours, where a correction left room for them."""
    rows = Requirement.objects.filter(pk__in=before).select_related("order")
    for key, account in accounts(rows).items():
        running = account.running
        for attendance in _sessions_for(account.requirement):
            lines = [line for line in attendance.lines.all() if line.requirement_id == key]
            if not lines and attendance.lines.all():
                continue  # worked for another requirement
            over = attendance.minutes_worked - sum(line.minutes for line in lines)
            other = attendance.other_activity
            added = unpaid_work.credit(
                running.lines, running.hours, running.imposed_on, max(0, over), other_activity=other
            )
            if added.minutes:
                kind = HoursLine.Kind.OTHER_ACTIVITY if other else HoursLine.Kind.UNPAID_WORK
                HoursLine.objects.create(
                    attendance=attendance, requirement_id=key, kind=kind, minutes=added.minutes
                )
                running = replace(running, lines=(*running.lines, Line(attendance.on, added.minutes, other)))


def _sessions_for(requirement: Requirement) -> list[Attendance]:
    standing = Attendance.objects.standing().filter(order=requirement.order_id, minutes_worked__gt=0)
    return list(standing.filter(on__gte=_began(requirement)).order_by("on", "pk").prefetch_related("lines"))


def settle(before: dict[int, Account]) -> Iterator[Requirement]:
    """Give requirements whose hours are now done their day, and take it back where they no longer are.

    `before` is how they stood before the change: what was completed by hand (hours worked in another area)
    stays completed. Yields the requirements that changed.
    """
    rows = Requirement.objects.filter(pk__in=before).select_related("order")
    for key, account in accounts(rows).items():
        requirement = account.requirement
        done = unpaid_work.completed_on(account.running.lines, account.running.hours)
        was = unpaid_work.completed_on(before[key].running.lines, before[key].running.hours)
        by_hand = requirement.completed_on is not None and was is None
        if by_hand or done == requirement.completed_on:
            continue
        requirement.completed_on = done
        requirement.version += 1
        requirement.save()
        yield requirement
