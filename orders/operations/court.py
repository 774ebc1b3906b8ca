"""Changes to what the court ordered: imposed, corrected, queried, varied, ended, completed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied

from cases import permissions
from cases.models import Allocation, Case, Limit, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders import ledger, proposals
from orders.checks import ask_why_late, happened, in_force, not_before, refuse, since_birth
from orders.domain import cpo, dates, variation
from orders.domain.cpo import EndReason, ProposedOrder, ProposedRequirement, RequirementKind
from orders.domain.dates import words
from orders.models import Attendance, Order, Requirement, Variation
from orders.references import save_under_reference


def impose_order(
    *,
    actor: User,
    case: Case,
    proposed: ProposedOrder,
    today: date,
    reference: str = "",
    court: str = "",
    received_on: date | None = None,
    officer: User | None = None,
    officer_named_on: date | None = None,
    queried_because: str = "",
    key: uuid.UUID | None = None,
) -> Order:
    """An order and its requirements as the court made them, and the responsible officer where one is named.

    An officer without a day is named `today`. A blank reference gets the next of the year.

    Refuses an order the law does not allow, with every reason; a manager may record it all the same as queried with
    the clerk of court, saying why, since what the court ordered is a fact.
    """
    body = {
        **asdict(proposed),
        "reference": reference,
        "court": court,
        "received_on": received_on,
        "officer": officer and officer.pk,
        "officer_named_on": officer_named_on,
        "queried_because": queried_because,
    }
    if queried_because and not permissions.allows(actor, "query_order"):
        raise PermissionDenied("query_order")
    with operation(
        "impose_order", actor=actor, case=case, key=key, body=body, reason=queried_because
    ) as entry:
        person = case.person
        proposed = proposals.completed(
            replace(proposed, date_of_birth=person.date_of_birth), person.pk, on=proposed.imposed_on
        )
        broken = cpo.problems(proposed)
        imposed_on = proposed.imposed_on
        problems = _court_days(case, imposed_on, received_on, today)
        if case.closed_on:
            problems.append(Problem(f"This case was closed on {words(case.closed_on)}. Open a new one first"))
        named_on = officer_named_on or today
        if officer is not None:
            problems += _officer_problems(case, officer)
            problems += dates.problems(
                named_on,
                field="officer_named_on",
                what="naming the responsible officer",
                today=today,
                imposed_on=imposed_on,
            )
        if not queried_because:
            problems += _unlawful(broken)
        refuse(problems)
        order = Order(
            council=case.council,
            case=case,
            basis=proposed.basis,
            court_type=proposed.court_type,
            court=court,
            imposed_on=imposed_on,
            received_on=received_on,
            offence_on=proposed.offence_on,
            fine_pounds=proposed.fine_pounds,
            transferred_in=proposed.transferred_in,
            queried_because=queried_because,
            queried_rules=_rules(broken) if queried_because else [],
            recorded_by=actor,
        )
        save_under_reference(order, reference, case.council, "CPO", imposed_on)
        for one in proposed.requirements:
            _add_requirement(order, one, actor)
        if officer is not None and officer.team is not None:
            Allocation.objects.create(
                case=case,
                subject=order.subject,
                worker=officer,
                team=officer.team,
                from_on=named_on,
                recorded_by=actor,
            )
        entry.subject = order.subject
    return order


def _court_days(case: Case, imposed_on: date, received_on: date | None, today: date) -> list[Problem]:
    """The days on which the court imposed an order and the council received its copy."""
    problems = since_birth(imposed_on, "imposed_on", "imposition", case, today)
    if received_on:
        problems += dates.problems(
            received_on, field="received_on", what="receipt", today=today, imposed_on=imposed_on
        )
    return problems


def _unlawful(broken: list[Problem]) -> list[Problem]:
    """A day before birth is said once, by the rule that no query with the court can lift."""
    return [one for one in broken if one.code != "imposed_before_birth"]


def _officer_problems(case: Case, officer: User) -> list[Problem]:
    """The responsible officer is somebody of the council's teams who may know of this case (s. 227C)."""
    if officer.council_id != case.council_id or officer.team_id is None or not officer.is_active:
        return [Problem("Select somebody who works in one of the council's teams", "officer", "officer")]
    if Limit.objects.filter(person=case.person, user=officer, kind=Limit.Kind.EXCLUDED).exists():
        return [Problem("This order cannot be given to them. Select somebody else", "officer", "officer")]
    return []


def _rules(problems: list[Problem]) -> list[dict[str, str]]:
    """The rules an order breaks, as they are kept with it."""
    return [{"code": one.code, "message": one.message} for one in problems]


def _add_requirement(order: Order, one: ProposedRequirement, actor: User) -> Requirement:
    return Requirement.objects.create(
        order=order, kind=one.kind, added_on=one.added_on, recorded_by=actor, **_columns(one)
    )


def _columns(one: ProposedRequirement) -> dict[str, Any]:
    """What the court gave of a requirement, by the column that keeps it."""
    return {
        "hours": one.hours if one.kind == RequirementKind.UNPAID_WORK else None,
        "months": one.months,
        "days": one.days,
        "hours_per_day": None if one.hours_per_day is None else int(one.hours_per_day),
        "stay_away": one.stay_away,
        "last_day": one.last_day,
        "place": one.place,
        "details": one.details,
        "court_directs_concurrent": one.court_directs_concurrent,
    }


def correct_order(
    *,
    actor: User,
    order: Order,
    proposed: ProposedOrder,
    reason: str,
    today: date,
    reference: str = "",
    court: str = "",
    received_on: date | None = None,
    queried_because: str = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Order:
    """The order was recorded wrongly: from now on it is recorded as the court really made it.

    The requirements proposed stand for the order's own, kind by kind and in their order; one more was left out at
    first, and a kind that is not proposed was never imposed. A blank reference keeps the one there is. The order is
    queried with the clerk of court if `queried_because` says why, and else not.

    Refuses what the law does not allow, as for a new order; what a court varied, which is another variation; and a day
    of imposition after anything that was done about the order.
    """
    body = {
        "order": order.pk,
        **asdict(proposed),
        "reason": reason,
        "reference": reference,
        "court": court,
        "received_on": received_on,
        "queried_because": queried_because,
    }
    if queried_because and not permissions.allows(actor, "query_order"):
        raise PermissionDenied("query_order")
    with operation(
        "correct_order",
        actor=actor,
        case=order.case,
        root=order,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        case, person = order.case, order.case.person
        standing = list(order.requirements.filter(removed_on=None).order_by("pk"))
        pairs, new = _matched(standing, proposed.requirements)
        asked = (*(one for _, one in pairs if one), *new)
        proposed = proposals.completed(
            replace(proposed, date_of_birth=person.date_of_birth, requirements=asked),
            person.pk,
            on=proposed.imposed_on,
            besides=order.pk,
        )
        broken = cpo.problems(proposed)
        problems = _court_days(case, proposed.imposed_on, received_on, today)
        problems += _before_what_was_done(order, proposed.imposed_on)
        for row, one in pairs:
            problems += _correction_problems(order, row, one)
        problems += _credited_together(order, proposed.imposed_on, pairs, new)
        if not reason.strip():
            problems.append(Problem("Enter why the order is corrected", "reason", "reason_missing"))
        if not queried_because:
            problems += _unlawful(broken)
        refuse(problems)
        worked = [row for row, one in pairs if one and one.hours != row.hours]
        before = ledger.accounts(worked)
        order.basis, order.court_type, order.court = proposed.basis, proposed.court_type, court
        order.imposed_on, order.received_on = proposed.imposed_on, received_on
        order.offence_on, order.fine_pounds = proposed.offence_on, proposed.fine_pounds
        order.transferred_in = proposed.transferred_in
        order.queried_because = queried_because
        order.queried_rules = _rules(broken) if queried_because else []
        save_under_reference(
            order, reference.strip() or order.reference, order.council, "CPO", order.imposed_on
        )
        for row, one in pairs:
            if one is None:
                row.delete()
            elif changed := _changed(row, one):
                for name, value in changed.items():
                    setattr(row, name, value)
                row.version += 1
                row.save()
        for one in new:
            _add_requirement(order, one, actor)
        ledger.credit_excess(before)
        list(ledger.settle(before))
        entry.subject = order.subject
    return order


_Pairs = list[tuple[Requirement, ProposedRequirement | None]]


def _matched(
    rows: Sequence[Requirement], asked: Sequence[ProposedRequirement]
) -> tuple[_Pairs, list[ProposedRequirement]]:
    """Each row with what the court made it, None where its kind was never imposed; and what no row stands for."""
    left, kinds = list(asked), {one.kind for one in asked}
    pairs: _Pairs = []
    for row in rows:
        stands = proposals.requirement_of(row)
        one = next((one for one in left if one.kind == row.kind), None)
        if one is not None:
            left.remove(one)
            pairs.append((row, replace(one, added_on=row.added_on)))
        else:  # one kind named fewer times than there are rows: the others are right as they are
            pairs.append((row, stands if stands.kind in kinds else None))
    return pairs, left


def _changed(row: Requirement, one: ProposedRequirement) -> dict[str, Any]:
    return {name: value for name, value in _columns(one).items() if getattr(row, name) != value}


def _correction_problems(order: Order, row: Requirement, one: ProposedRequirement | None) -> list[Problem]:
    """What a court varied, and what was done under a requirement, is not corrected away."""
    variations = list(row.variations.order_by("decided_on", "pk"))
    if one is None:
        worked = row.kind == RequirementKind.UNPAID_WORK and order.attendances.standing().exists()
        if not (variations or row.completed_on or worked or row.lines.exists()):
            return []
        text = f"Select {row.get_kind_display().lower()}: something was done about it, or the court varied it"
        return [Problem(text, "requirements", "requirement_in_use")]
    varied = {name: variation.decided_on for variation in variations for name in variation.changes}
    return [
        Problem(
            f"The court changed this on {words(varied[name])}. Record what it decided as a variation",
            f"{row.kind}.{name}",
            "varied_by_the_court",
        )
        for name in _changed(row, one)
        if name in varied
    ]


def _before_what_was_done(order: Order, imposed_on: date) -> list[Problem]:
    """No day of imposition after the first thing that was done about the order."""
    done = min(_done(order), default=None)
    if done is None or imposed_on <= done[0]:
        return []
    text = f"Enter a date of imposition on or before {words(done[0])}: {done[1]} is recorded for that day"
    return [Problem(text, "imposed_on", "imposed_after_record")]


def _done(order: Order) -> Iterator[tuple[date, str]]:
    """Each day on which something was done about the order, and what. Plans and reviews hang on the order too."""
    found = (
        (order.contacts.all(), "on", "a contact"),
        (order.attendances.standing(), "on", "a session of unpaid work"),
        (order.plans.exclude(approved_on=None), "approved_on", "an approved plan"),
        (order.reviews.all(), "held_on", "a review"),
        (order.variations.all(), "decided_on", "a variation"),
        (order.breaches.all(), "decided_on", "a decision to breach"),
        (order.requirements.exclude(completed_on=None), "completed_on", "a completed requirement"),
        (Allocation.objects.filter(subject=order.subject), "from_on", "the responsible officer"),
    )
    for rows, column, what in found:
        for day in rows.order_by(column).values_list(column, flat=True)[:1]:
            yield day, what
    if order.ended_on:
        yield order.ended_on, "the end of the order"


def _credited_together(
    order: Order, imposed_on: date, pairs: _Pairs, new: Sequence[ProposedRequirement]
) -> list[Problem]:
    """Hours already credited by another direction, or from another day, would stay as they were credited."""
    moved = imposed_on != order.imposed_on
    touched = any(one.court_directs_concurrent for one in new) or any(
        one.court_directs_concurrent != row.court_directs_concurrent
        or (moved and one.court_directs_concurrent)
        for row, one in pairs
        if one is not None
    )
    if not touched:
        return []
    sessions = Attendance.objects.standing().filter(
        order__case__person=order.case.person_id,
        minutes_worked__gt=0,
        on__gte=min(imposed_on, order.imposed_on),
    )
    on = sessions.order_by("on").values_list("on", flat=True).first()
    if on is None:
        return []
    text = (
        f"Correct the session of {words(on)} to recorded in error first, and back after this: its hours were credited "
        "without knowing which run together"
    )
    return [Problem(text, "unpaid_work.court_directs_concurrent", "credited_otherwise")]


def query_order(
    *,
    actor: User,
    order: Order,
    reason: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Order:
    """Ask the clerk of court whether the order is what the court made: until answered it is not active."""
    body = {"order": order.pk, "reason": reason}
    with operation(
        "query_order",
        actor=actor,
        case=order.case,
        root=order,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        problems = _not_ended(order)
        if order.queried:
            problems.append(Problem("This order is queried with the clerk of court already", code="queried"))
        if not reason.strip():
            problems.append(Problem("Enter what you asked the clerk of court", "reason", "reason_missing"))
        refuse(problems)
        order.queried_because = reason
        order.queried_rules = _rules(cpo.problems(proposals.order_of(order, on=order.imposed_on)))
        order.save()
        entry.subject = order.subject
    return order


def resolve_query(
    *,
    actor: User,
    order: Order,
    answer: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Order:
    """The clerk of court answered: the order stands as it is recorded, and is active."""
    body = {"order": order.pk, "answer": answer}
    with operation(
        "resolve_query",
        actor=actor,
        case=order.case,
        root=order,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=answer,
    ) as entry:
        problems = []
        if not order.queried:
            problems.append(Problem("This order is not queried with the clerk of court", code="not_queried"))
        if not answer.strip():
            problems.append(Problem("Enter what the clerk of court answered", "answer", "answer_missing"))
        refuse(problems)
        order.queried_because, order.queried_rules = "", []
        order.save()
        entry.subject = order.subject
    return order


def vary_order(
    *,
    actor: User,
    order: Order,
    kind: str,
    decided_on: date,
    today: date,
    requirement: Requirement | None = None,
    hours: int | None = None,
    months: int | None = None,
    last_day: date | None = None,
    added: ProposedRequirement | None = None,
    court: str = "",
    reason: str = "",
    on_breach: bool = False,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Variation:
    """What a court changed in the order: a later time limit, other hours, another length, one more or one fewer.

    Refuses what the court could not have ordered at first (s. 227ZA), whatever was wrong before.
    """
    body = {
        "order": order.pk,
        "kind": kind,
        "decided_on": decided_on,
        "requirement": requirement and requirement.pk,
        "hours": hours,
        "months": months,
        "last_day": last_day,
        "added": asdict(added) if added else None,
        "on_breach": on_breach,
        "court": court,
    }
    with operation(
        "vary_order",
        actor=actor,
        case=order.case,
        root=order,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=reason,
    ) as entry:
        problems = happened(decided_on, "decided_on", "the court's decision", order, today)
        problems += in_force(order, decided_on, "decided_on", "the court's decision")
        problems += _asked(kind, requirement, hours, months, last_day, added)
        refuse(problems)
        standing = list(order.requirements.filter(removed_on=None).order_by("pk"))
        row = None
        if kind != Variation.Kind.ADDED:
            row = next((one for one in standing if requirement and one.pk == requirement.pk), None)
        if kind != Variation.Kind.ADDED and row is None:
            refuse([Problem("Select a requirement of this order", "requirement", "requirement_missing")])
        before = proposals.order_of(order, on=decided_on)
        was = _varied_columns(row) if row else {}
        after = list(before.requirements)
        new = replace(added, added_on=decided_on) if added and kind == Variation.Kind.ADDED else None
        if new is not None:
            after.append(new)
        elif row is not None:
            place = standing.index(row)
            if kind == Variation.Kind.REMOVED:
                del after[place]
                row.removed_on = decided_on
            else:
                if kind == Variation.Kind.HOURS:
                    row.hours = hours
                elif kind == Variation.Kind.LENGTH:
                    row.months, row.last_day = months, last_day
                else:
                    row.last_day = last_day
                after[place] = proposals.requirement_of(row)
        refuse(
            variation.problems(
                before, replace(before, requirements=tuple(after)), decided_on=decided_on, on_breach=on_breach
            )
        )
        if new is not None:
            row = _add_requirement(order, new, actor)
        elif row is not None:
            _save_varied(row, kind, decided_on)
        now = _varied_columns(row) if row else {}
        varied = Variation.objects.create(
            order=order,
            requirement=row,
            kind=kind,
            decided_on=decided_on,
            court=court,
            changes={
                name: [was.get(name), now.get(name)]
                for name in (*was, *(name for name in now if name not in was))
                if was.get(name) != now.get(name)
            },
            reason=reason,
            recorded_by=actor,
        )
        entry.subject = order.subject
    return varied


def _asked(
    kind: str,
    requirement: Requirement | None,
    hours: int | None,
    months: int | None,
    last_day: date | None,
    added: ProposedRequirement | None,
) -> list[Problem]:
    """What each kind of variation needs to be told."""
    kinds = Variation.Kind
    if kind not in kinds.values:
        return [Problem("Select what the court changed", "kind", "variation_kind")]
    found = []
    if kind == kinds.ADDED:
        if added is None:
            found.append(Problem("Select the requirement that was added", "added_kind", "added_missing"))
        return found
    if requirement is None:
        found.append(Problem("Select a requirement of this order", "requirement", "requirement_missing"))
    elif kind in (kinds.EXTENDED, kinds.HOURS) and requirement.kind != RequirementKind.UNPAID_WORK:
        text = "Select the unpaid work requirement, or say that the length was varied"
        found.append(Problem(text, "requirement", "not_unpaid_work"))
    elif kind == kinds.LENGTH and requirement.kind == RequirementKind.UNPAID_WORK:
        text = "Say that the time limit was extended, or that the hours were varied"
        found.append(Problem(text, "kind", "unpaid_work_has_no_length"))
    if kind == kinds.EXTENDED and last_day is None:
        found.append(Problem("Enter the new last day for unpaid work", "last_day", "last_day_missing"))
    if kind == kinds.HOURS and hours is None:
        found.append(Problem("Enter the new number of hours", "hours", "hours_missing"))
    if kind == kinds.LENGTH and (months is None) == (last_day is None):
        found.append(
            Problem("Enter the new months or the new last day, not both", "months", "length_missing")
        )
    return found


def _varied_columns(row: Requirement) -> dict[str, object]:
    names = (
        "kind",
        "hours",
        "months",
        "days",
        "last_day",
        "hours_per_day",
        "place",
        "added_on",
        "removed_on",
    )
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value not in (None, "")
    }


def _save_varied(row: Requirement, kind: str, decided_on: date) -> None:
    """Hours that were enough after all are done on the day the court said so; more hours reopen the work."""
    row.version += 1
    row.save()
    if kind != Variation.Kind.HOURS:
        return
    account = ledger.accounts([row])[row.pk]
    if account.minutes_left == 0 and row.completed_on is None:
        row.completed_on = decided_on
        row.save()
    elif account.minutes_left and row.completed_on is not None and account.running.lines:
        row.completed_on = None
        row.save()


def end_order(
    *,
    actor: User,
    order: Order,
    on: date,
    reason: str,
    today: date,
    note: str = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Order:
    """The order has ended, on a day and for a reason: nothing else ends it, no time limit that passed either."""
    body = {"order": order.pk, "on": on, "reason": reason, "note": note}
    with operation(
        "end_order",
        actor=actor,
        case=order.case,
        root=order,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=note,
    ) as entry:
        problems = _not_ended(order) or happened(on, "on", "the end of the order", order, today)
        if reason not in set(EndReason):
            problems.append(Problem("Select how the order ended", "reason", "end_reason_missing"))
        elif reason == EndReason.TRANSFERRED_OUT:
            text = "Record a transfer out of the area instead: it asks for the authority that takes the order over"
            problems.append(Problem(text, "reason", "end_by_transfer"))
        refuse(problems)
        _end(order, on, reason)
        entry.subject = order.subject
    return order


def transfer_order_out(
    *,
    actor: User,
    order: Order,
    on: date,
    authority: str,
    today: date,
    replied_on: date | None = None,
    applied_on: date | None = None,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Order:
    """Another authority took the order over: until the court named its area it stayed ours (s. 227ZB).

    `on` is the day the court did, `replied_on` the day the other authority named its responsible officer, `applied_on`
    the day the court was asked.
    """
    body = {
        "order": order.pk,
        "on": on,
        "authority": authority,
        "replied_on": replied_on,
        "applied_on": applied_on,
    }
    said = [f"Transferred to {authority}"]
    said += [f"reply {words(replied_on)}"] if replied_on else []
    said += [f"application to the court {words(applied_on)}"] if applied_on else []
    with operation(
        "transfer_order_out",
        actor=actor,
        case=order.case,
        root=order,
        expected_version=expected_version,
        key=key,
        body=body,
        reason="; ".join(said),
    ) as entry:
        problems = _not_ended(order)
        problems += happened(on, "on", "the transfer", order, today)
        if replied_on:
            problems += happened(replied_on, "replied_on", "the reply", order, today)
        if applied_on:
            problems += happened(applied_on, "applied_on", "the application", order, today)
        problems += not_before(
            applied_on, "applied_on", "the application", replied_on, "when the other authority replied"
        )
        problems += not_before(on, "on", "the transfer", applied_on or replied_on, "when the court was asked")
        if not authority.strip():
            text = "Enter the authority that takes the order over"
            problems.append(Problem(text, "authority", "authority_missing"))
        refuse(problems)
        _end(order, on, EndReason.TRANSFERRED_OUT)
        entry.subject = order.subject
    return order


def _not_ended(order: Order) -> list[Problem]:
    if order.ended_on is None:
        return []
    return [Problem(f"This order ended on {words(order.ended_on)}", code="order_ended")]


def _end(order: Order, on: date, reason: str) -> None:
    """The order ends, and with it whoever was its responsible officer; the case stays with who holds the case."""
    order.ended_on, order.end_reason = on, reason
    order.save()
    for allocation in Allocation.objects.filter(case=order.case_id, subject=order.subject, to_on=None):
        allocation.to_on = max(on, allocation.from_on)
        allocation.save()


def complete_requirement(
    *,
    actor: User,
    requirement: Requirement,
    on: date,
    today: date,
    note: str = "",
    late_reason: str | None = "",
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Requirement:
    """What a requirement asked has been done. Unpaid work is done when its hours are: the ledger says so.

    Hours of an order transferred in may have been worked elsewhere, so its unpaid work can be completed by hand.
    """
    order = requirement.order
    body = {"requirement": requirement.pk, "on": on, "note": note, "late_reason": late_reason}
    with operation(
        "complete_requirement",
        actor=actor,
        case=order.case,
        root=requirement,
        expected_version=expected_version,
        key=key,
        body=body,
        reason=note,
    ) as entry:
        what = "completion"
        problems = happened(on, "on", what, order, today) + in_force(order, on, "on", what)
        problems += not_before(on, "on", what, requirement.added_on, "when the requirement was added")
        if requirement.completed_on:
            problems.append(
                Problem(f"This was completed on {words(requirement.completed_on)}", code="completed")
            )
        if requirement.removed_on:
            problems.append(
                Problem(f"The court removed this on {words(requirement.removed_on)}", code="removed")
            )
        if requirement.kind == RequirementKind.UNPAID_WORK and not order.transferred_in:
            left = ledger.accounts([requirement])[requirement.pk].minutes_left
            if left:
                text = f"Record the sessions that were worked: {ledger.hours(left)} are still to do"
                problems.append(Problem(text, code="hours_left"))
        refuse(problems)
        requirement.completed_on = on
        requirement.save()
        entry.subject = requirement.subject
        ask_why_late(entry, actor, order.case, late_reason)
    return requirement
