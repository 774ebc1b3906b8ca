"""What a court may change in an order, and what it may not.

Sources: Criminal Procedure (Scotland) Act 1995, ss. 227Z, 227ZA, 227ZC(7), (8) and (10), 227ZE(A1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from justice.domain.errors import Problem
from orders.domain import cpo
from orders.domain.cpo import Basis, ProposedOrder, ProposedRequirement, RequirementKind
from orders.domain.dates import words
from orders.domain.limits import value_on

# s. 227ZC(8)(b): on breach of an order for fine default, only the hours and the length of supervision.
FINE_DEFAULT_VARIABLE = (RequirementKind.UNPAID_WORK, RequirementKind.SUPERVISION)


def problems(
    before: ProposedOrder, after: ProposedOrder, *, decided_on: date | None, on_breach: bool
) -> list[Problem]:
    """Why the court's order could not become what `after` says.

    What was already wrong with the order, and so queried, is not held against the variation. Requirements are
    matched by kind and by order within a kind: keep those that stand in their places, and put those added at
    the end.
    """
    found = []
    if decided_on is None:
        found.append(Problem("Enter the date of the court's decision", "decided_on", "decision_missing"))
    elif decided_on < before.imposed_on:
        text = f"Enter a date of decision on or after {words(before.imposed_on)}, when the order was imposed"
        found.append(Problem(text, "decided_on", "decision_before_imposition"))
    if _fixed(before) != _fixed(after):
        text = "Leave the basis, the court and the date of imposition as they are: they cannot be varied"
        found.append(Problem(text, "", "variation_changes_the_sentence"))
    if before.requirements == after.requirements:
        found.append(Problem("Enter what the court changed", "", "nothing_varied"))
    if not after.requirements:
        text = "Record the order as discharged or revoked: a variation leaves at least one requirement"
        found.append(Problem(text, "requirements", "nothing_left"))
    new = added(before, after)
    for one in new:
        if decided_on is not None and one.added_on != decided_on:
            text = f"Enter {words(decided_on)}, the day of the decision, as the day the requirement was added"
            found.append(Problem(text, f"{one.kind}.added_on", "added_on_another_day"))
    if before.basis == Basis.FINE_DEFAULT and on_breach:
        for one in new:
            text = (
                f"Remove the {one.kind.label.lower()} requirement: on fine default nothing new may be added"
            )
            found.append(Problem(text, "requirements", "fine_default_requirement_added"))
    found += _unlawful(before, after, on_breach)
    found += _hours(before, after)
    return found


def added(before: ProposedOrder, after: ProposedOrder) -> tuple[ProposedRequirement, ...]:
    """The requirements that the variation adds."""
    return tuple(one for kind in RequirementKind for one in after.of(kind)[len(before.of(kind)) :])


def _fixed(order: ProposedOrder) -> tuple[object, ...]:
    return order.basis, order.court_type, order.imposed_on, order.date_of_birth


def _unlawful(before: ProposedOrder, after: ProposedOrder, on_breach: bool) -> list[Problem]:
    """Nothing may be added or varied to what could not have been imposed at first (s. 227ZA(8), (11)).

    Restricted movement is the exception, and only on breach (s. 227ZA(9)). That too few hours are left under
    other orders does not stop unpaid work being added (s. 227ZA(10)).
    """
    if after.requirements and not on_breach:
        # Added otherwise than on breach: measured as if it had been in the first sentence.
        movement = [
            replace(one, starts_on=one.starts_on or one.added_on, added_on=None)
            if one in added(before, after) and one.kind == RequirementKind.RESTRICTED_MOVEMENT
            else one
            for one in after.requirements
        ]
        after = replace(after, requirements=tuple(movement))
    # Outstanding hours are measured below, by the rule for variation.
    already = set(cpo.problems(replace(before, outstanding_minutes_elsewhere=0)))
    changed = {str(kind) for kind in RequirementKind if before.of(kind) != after.of(kind)}
    return [
        problem
        for problem in cpo.problems(replace(after, outstanding_minutes_elsewhere=0))
        if problem.code != "no_requirements"
        and (problem not in already or problem.field.partition(".")[0] in changed)
    ]


def _hours(before: ProposedOrder, after: ProposedOrder) -> list[Problem]:
    """Hours may rise to 300, at the limit when imposed, less those outstanding elsewhere (s. 227Z(6) to (8)).

    A direction that requirements run together does not lift this limit; it only has their hours counted once.
    """
    found = []
    old = before.of(RequirementKind.UNPAID_WORK)
    for place, one in enumerate(after.of(RequirementKind.UNPAID_WORK)):
        was = old[place].hours if place < len(old) else 0
        if one.hours is None or (was is not None and one.hours <= was):
            continue
        began = one.added_on or before.imposed_on
        most = (value_on("unpaid_work.most", began) * 60 - before.outstanding_minutes_elsewhere) // 60
        if before.outstanding_minutes_elsewhere > 0 and one.hours > most:
            text = f"Enter {max(most, 0)} hours of unpaid work or fewer: others are still to be done"
            found.append(Problem(text, "unpaid_work.hours", "varied_hours_over_300_with_outstanding"))
    return found


NAMES = {
    "hours": "hours",
    "months": "months",
    "days": "days",
    "last_day": "last day",
    "hours_per_day": "hours a day",
    "place": "place",
}


def in_words(changes: Mapping[str, Sequence[object]]) -> str:
    """What a court changed as people read it: "hours 120 to 160; last day 3 June 2026"."""
    return "; ".join(
        f"{NAMES[name]} {_said(was)} to {_said(now)}" if was is not None else f"{NAMES[name]} {_said(now)}"
        for name, (was, now) in changes.items()
        if name in NAMES
    )


def _said(value: object) -> str:
    try:
        return words(date.fromisoformat(value)) if isinstance(value, str) else str(value)
    except ValueError:
        return str(value)
