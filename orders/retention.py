"""What orders and releases say of how long a record is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cases.retention import Involvement
from justice.domain import retention
from orders.domain.cpo import RequirementKind
from orders.models import Order, Release, Requirement


def involvement(people: Sequence[int]) -> dict[int, Involvement]:
    """Orders of unpaid work alone, other orders, licences: three queries, whoever may see the cases."""
    found: dict[int, Involvement] = defaultdict(Involvement)
    asked: dict[int, set[str]] = defaultdict(set)
    of_people = {"order__case__person__in": people, "order__case__disposed_on": None}
    for order, kind in Requirement.objects.filter(**of_people).values_list("order", "kind"):
        asked[order].add(kind)
    orders = Order.objects.filter(case__person__in=people, case__disposed_on=None)
    for pk, person, ended_on in orders.values_list("pk", "case__person", "ended_on"):
        one = found[person]
        alone = asked[pk] == {RequirementKind.UNPAID_WORK}
        one.work.add(retention.UNPAID_WORK if alone else retention.ORDER)
        if ended_on is None:
            one.unfinished = True
        elif one.ended_on is None or ended_on > one.ended_on:
            one.ended_on = ended_on
    released = Release.objects.filter(case__person__in=people, case__disposed_on=None)
    for person in released.values_list("case__person", flat=True):
        found[person].work.add(retention.LICENCE)
    return dict(found)
