"""Handing over everything somebody holds, all of it or nothing, and undoing that."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from cases.calendars import calendar_of
from cases.models import Allocation, Case, Handover, HandoverLine, Limit, User
from cases.operation import council_of, operation
from justice.domain.errors import Problem
from orders.checks import refuse
from orders.handover import give_back_appointments, move_appointments


@dataclass(frozen=True)
class Given:
    """One person's case and who takes what the leaver holds of it; nobody: the team's queue."""

    case: Case
    worker: User | None
    note: str = ""


def hand_over_caseload(
    *,
    actor: User,
    leaver: User,
    given: Iterable[Given],
    reason: str,
    today: date,
    key: uuid.UUID | None = None,
) -> Handover:
    """Give the cases, and the orders, that somebody holds to others: all of these or none, with an entry for each case.

    What the leaver holds of a case, the whole of it or orders in it, goes to one worker together.
    """
    given = sorted(given, key=lambda one: one.case.pk)
    body = {
        "leaver": leaver.pk,
        "given": [[one.case.pk, one.worker and one.worker.pk, one.note] for one in given],
    }
    with transaction.atomic():
        with operation("hand_over_caseload", actor=actor, key=key, body=body, reason=reason) as entry:
            _lock(actor, [one.case for one in given])
            held = _held_by(leaver, [one.case for one in given])
            refuse(_problems(leaver, given, held, reason, today))
            handover = Handover.objects.create(
                council=council_of(actor), leaver=leaver, on=today, reason=reason, recorded_by=actor
            )
            entry.subject = f"handover:{handover.pk}"
        for one in given:
            with operation(
                "hand_over_caseload", actor=actor, case=one.case, root=one.case, reason=reason
            ) as entry:
                for present in held[one.case.pk]:
                    _give(handover, one, present)
                # A queue keeps no appointment: until somebody takes the case, they are with who handed it over.
                taker = one.worker or actor
                move_appointments(
                    case=one.case, subject="", old=leaver, new=taker, on=today, handover=handover
                )
                entry.subject = f"handover:{handover.pk}"
    return handover


def undo_handover(
    *,
    actor: User,
    handover: Handover,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Handover:
    """Everybody holds again what they held before the handover; refused whole where any of it changed hands since."""
    with transaction.atomic():
        with operation(
            "undo_handover", actor=actor, root=handover, expected_version=expected_version, key=key
        ) as entry:
            lines = list(
                handover.lines.select_related("case__person", "from_allocation", "to_allocation__worker")
            )
            refuse(_not_undone(actor, handover, lines, today))
            handover.undone_on, handover.undone_by = today, actor
            handover.save()
            entry.subject = f"handover:{handover.pk}"
        of_case: dict[int, list[HandoverLine]] = defaultdict(list)
        for line in lines:
            of_case[line.case_id].append(line)
        for group in of_case.values():
            case = group[0].case
            with operation("undo_handover", actor=actor, case=case, root=case) as entry:
                for line in group:
                    _take_back(line)
                give_back_appointments(case, handover)
                entry.subject = f"handover:{handover.pk}"
    return handover


def last_day_to_undo(handover: Handover) -> date:
    """The working day after the handover."""
    return calendar_of(handover.council).add(handover.on, 1)


def _lock(actor: User, cases: Sequence[Case]) -> None:
    """Hold every case before the first is looked at, in one order, so that two handovers cannot wait for each other."""
    keys = {case.pk for case in cases}
    rows = Case.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    if {case.pk for case in rows} != keys:
        raise Case.DoesNotExist


def _held_by(leaver: User, cases: Sequence[Case]) -> dict[int, list[Allocation]]:
    held: dict[int, list[Allocation]] = defaultdict(list)
    for row in Allocation.objects.filter(case__in=cases, worker=leaver, to_on=None).select_related("team"):
        held[row.case_id].append(row)
    return held


def _problems(
    leaver: User, given: Sequence[Given], held: dict[int, list[Allocation]], reason: str, today: date
) -> list[Problem]:
    """Every reason why this cannot be handed over as asked, each beside the case it is about."""
    problems = []
    if not given:
        problems.append(Problem("Choose who takes at least one case", code="nothing_given"))
    if not reason.strip():
        problems.append(Problem("Enter why the caseload is handed over", "reason"))
    takers = {one.worker.pk for one in given if one.worker is not None}
    able = set(
        User.objects.caseworkers()
        .filter(pk__in=takers, council=leaver.council_id, team__isnull=False)
        .values_list("pk", flat=True)
    )
    people = {one.case.person_id for one in given}
    barred = set(
        Limit.objects.filter(person__in=people, user__in=takers, kind=Limit.Kind.EXCLUDED).values_list(
            "person_id", "user_id"
        )
    )
    for one in given:
        field, name = f"receiver_{one.case.pk}", one.case.person.reference
        rows = held[one.case.pk]
        if not rows:
            problems.append(
                Problem(f"{name} has been given to somebody else meanwhile. Leave it out", field, "not_held")
            )
        if any(row.from_on > today for row in rows):
            problems.append(
                Problem(f"{name} is theirs only from a later day. Leave it out", field, "not_yet")
            )
        if one.worker is None:
            continue
        if one.worker.pk == leaver.pk or one.worker.pk not in able:
            problems.append(Problem(f"{name}: choose somebody else who may hold cases", field, "not_able"))
        elif (one.case.person_id, one.worker.pk) in barred:
            problems.append(Problem(f"{name} cannot be given to them. Choose somebody else", field, "barred"))
    return problems


def _give(handover: Handover, one: Given, present: Allocation) -> None:
    present.to_on = handover.on
    present.save()
    team = one.worker.team if one.worker is not None and one.worker.team is not None else present.team
    taken = Allocation.objects.create(
        case=one.case,
        subject=present.subject,
        worker=one.worker,
        team=team,
        from_on=handover.on,
        reason=handover.reason,
        recorded_by=handover.recorded_by,
    )
    HandoverLine.objects.create(
        handover=handover,
        case=one.case,
        subject=present.subject,
        from_allocation=present,
        to_allocation=taken,
        note=one.note,
        recorded_by=handover.recorded_by,
    )


def _not_undone(actor: User, handover: Handover, lines: Sequence[HandoverLine], today: date) -> list[Problem]:
    """Why the handover cannot be undone: said line by line, because one that changed since keeps all as they are."""
    if handover.undone_on:
        return [Problem("This handover was undone already", code="undone")]
    if today > last_day_to_undo(handover):
        text = f"A handover can be undone until {last_day_to_undo(handover):%-d %B %Y}. Hand the cases over again"
        return [Problem(text, code="too_late")]
    keys = {line.case_id for line in lines}
    seen = Case.objects.visible_to(actor).filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    if len(seen) < len(keys):
        text = "Some of these cases are with another team now. Ask a senior manager to undo the handover"
        return [Problem(text, code="out_of_sight")]
    return [
        Problem(
            f"{line.case.person.reference} has changed hands or ended since, so nothing was undone",
            code="changed_since",
        )
        for line in lines
        if line.to_allocation is None or line.to_allocation.to_on is not None
    ]


def _take_back(line: HandoverLine) -> None:
    """The row that began is gone, its copies kept; the one that ended is open again, exactly as it was."""
    taken, before = line.to_allocation, line.from_allocation
    line.to_allocation = None
    line.save()
    if taken is not None:
        taken.delete()
    before.to_on = None
    before.save()
