"""Changes to how long records are kept, what stops their destruction, and the agreement of two people on it.

Who makes them sees no case: records are named by their key or by the person's reference.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from cases import jobs
from cases.models import Disposal, Hold, Person, RetentionRule, User
from cases.operation import council_of, operation
from cases.retention import dues_of, in_words
from justice.domain import retention
from justice.domain.errors import Problem, Refused


def set_retention_rule(
    *,
    actor: User,
    work: str,
    trigger: str,
    years: int | None,
    from_year_end: bool,
    in_force_from: date,
    source: str,
    today: date,
    key: uuid.UUID | None = None,
) -> RetentionRule:
    """Confirm or set how long one kind of work keeps a record, from a day on; no years: until some are set."""
    body = {
        "work": work, "trigger": trigger, "years": years, "from_year_end": from_year_end,
        "in_force_from": in_force_from,
    }  # fmt: skip
    with operation("set_retention_rule", actor=actor, key=key, body=body, reason=source) as entry:
        council = council_of(actor)
        if years is not None and not 1 <= years <= retention.LONGEST:
            raise Refused(Problem(f"Years must be between 1 and {retention.LONGEST}", "years"))
        if in_force_from < today:
            raise Refused(Problem("The first day must be today or later", "in_force_from"))
        of_day = {"council": council, "work": work, "in_force_from": in_force_from}
        row = RetentionRule.objects.filter(**of_day).first() or RetentionRule(**of_day)
        row.trigger, row.years, row.from_year_end, row.source = trigger, years, from_year_end, source
        row.recorded_by = actor
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"retention_rule:{row.pk}"
    return row


def _kept(actor: User, record: str) -> Person:
    """The person of the actor's council with this reference, or whose record has this number; locked."""
    people = Person.objects.filter(council=actor.council_id).exclude(cases__disposed_on__isnull=False)
    found = people.filter(reference=record.strip()).first()
    if found is None and record.strip().isdecimal():
        found = people.filter(pk=int(record)).first()
    if found is None:
        raise Refused(Problem("No record has this reference or number. Check it", "record"))
    return Person.objects.select_for_update().get(pk=found.pk)


def place_hold(
    *,
    actor: User,
    record: str,
    kind: str,
    reason: str,
    from_on: date,
    today: date,
    key: uuid.UUID | None = None,
) -> Hold:
    """Keep somebody's record from destruction until the hold is lifted; a disposal already agreed on is stopped."""
    body = {"record": record, "kind": kind, "why_held": reason, "from_on": from_on}
    with operation("place_hold", actor=actor, key=key, body=body) as entry:
        if from_on > today:
            raise Refused(Problem("The first day must be today or in the past", "from_on"))
        person = _kept(actor, record)
        hold = Hold.objects.create(
            person=person, kind=kind, reason=reason, from_on=from_on, recorded_by=actor
        )
        for disposal in Disposal.objects.select_for_update().filter(
            person=person, state__in=(Disposal.State.PROPOSED, Disposal.State.APPROVED)
        ):
            disposal.state = Disposal.State.STOPPED
            disposal.version += 1
            disposal.save()
        entry.case = person.cases.order_by("-pk").first()
        entry.subject = f"hold:{hold.pk}"
    return hold


def lift_hold(
    *,
    actor: User,
    hold: Hold,
    reason: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Hold:
    """Say that the reason for a hold is over."""
    with operation(
        "lift_hold", actor=actor, root=hold, expected_version=expected_version, key=key, body={"why": reason}
    ) as entry:
        if hold.lifted_on is not None:
            raise Refused(Problem("This hold was lifted already"))
        hold.lifted_on, hold.lifted_by, hold.lifted_because = today, actor, reason
        hold.save()
        entry.case = hold.person.cases.order_by("-pk").first()
        entry.subject = f"hold:{hold.pk}"
    return hold


def propose_disposal(
    *, actor: User, people: Sequence[int], today: date, key: uuid.UUID | None = None
) -> list[Disposal]:
    """Propose to destroy the records of these people: each past its period, and held by nobody."""
    with operation("propose_disposal", actor=actor, key=key, body={"people": sorted(people)}) as entry:
        council = council_of(actor)
        locked = Person.objects.select_for_update().filter(council=council, pk__in=people)
        found = sorted(locked.values_list("pk", flat=True))
        dues = dues_of(found, council, today)
        waiting = Disposal.objects.filter(
            person__in=found, state__in=(Disposal.State.PROPOSED, Disposal.State.APPROVED)
        )
        if not people:
            raise Refused(Problem("Select at least one record", "people"))
        if set(people) - dues.keys() or waiting.exists():
            problem = "A record you selected is no longer due, or is proposed already. Open the list again"
            raise Refused(Problem(problem, "people"))
        made = [
            Disposal.objects.create(
                council=council, person_id=person, work=due.rule.work, rule=in_words(due.rule), due_on=due.on,
                proposed_by=actor, proposed_on=today,
            )
            for person, due in dues.items()
        ]  # fmt: skip
        entry.subject = f"disposal:{made[0].pk}"
    return made


def approve_disposal(
    *, actor: User, disposals: Sequence[int], today: date, key: uuid.UUID | None = None
) -> list[Disposal]:
    """Agree, as the second of two people, to destroy what another proposed; jobs carry it out."""
    with operation("approve_disposal", actor=actor, key=key, body={"disposals": sorted(disposals)}) as entry:
        council = council_of(actor)
        rows = Disposal.objects.select_for_update().filter(council=council, pk__in=disposals)
        found = list(rows.filter(state=Disposal.State.PROPOSED))
        problems = []
        if not disposals:
            problems.append(Problem("Select at least one record", "disposals"))
        if len(found) != len(set(disposals)):
            problem = "A record you selected no longer waits for approval. Open the list again"
            problems.append(Problem(problem, "disposals"))
        if any(row.proposed_by_id == actor.pk for row in found):
            problems.append(Problem("You proposed this yourself. Somebody else must approve it", "disposals"))
        if problems:
            raise Refused(*problems)
        for row in found:
            row.state, row.approved_by, row.approved_on = Disposal.State.APPROVED, actor, today
            row.version += 1
            row.save()
            jobs.ask(
                "dispose",
                f"disposal {row.pk}",
                arguments={"disposal": row.pk},
                asked_by=actor,
                council=council,
            )
        entry.subject = f"disposal:{found[0].pk}"
    return found


def decline_disposal(
    *,
    actor: User,
    disposal: Disposal,
    reason: str,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Disposal:
    """Keep a record that was proposed for destruction; it stays on the list of those that are due."""
    with operation(
        "decline_disposal",
        actor=actor,
        root=disposal,
        expected_version=expected_version,
        key=key,
        body={"why": reason},
    ) as entry:
        if disposal.state != Disposal.State.PROPOSED:
            raise Refused(Problem("This record no longer waits for approval"))
        disposal.state, disposal.reason = Disposal.State.DECLINED, reason
        disposal.save()
        entry.subject = f"disposal:{disposal.pk}"
    return disposal
