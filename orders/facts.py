"""What orders tell the standards: what was imposed, what was done about it, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from cases.models import Allocation
from justice.domain.timescales import Fact
from orders.domain import cpo
from orders.domain.cpo import RequirementKind
from orders.models import Absence, Attendance, Breach, Contact, Order, Release, Requirement

CONTACTS = {Contact.Kind.FIRST_CONTACT: "first_contact", Contact.Kind.INDUCTION: "induction_held"}


def order_facts(cases: Sequence[int]) -> Iterable[tuple[int, Fact]]:
    """Facts of every order and release in these cases: eight queries whatever the number of cases."""
    orders = {order.pk: order for order in Order.objects.filter(case__in=cases)}
    requirements: dict[int, list[Requirement]] = defaultdict(list)
    for requirement in Requirement.objects.filter(order__in=orders):
        requirements[requirement.order_id].append(requirement)
    placements = _placements(orders)
    for order in orders.values():
        for fact in _imposed(order, requirements[order.pk], placements.get(order.pk, [])):
            yield order.case_id, fact
    # A first contact or induction that the person did not attend is recorded, and meets nothing.
    contacts = Contact.objects.filter(order__in=orders, kind__in=CONTACTS, attended=True)
    for key, kind, on in contacts.values_list("order_id", "kind", "on"):
        yield orders[key].case_id, Fact(f"order:{key}", CONTACTS[Contact.Kind(kind)], on)
    for breach in Breach.objects.filter(order__in=orders):
        order = orders[breach.order_id]
        yield (
            order.case_id,
            Fact(breach.subject, "breach_decided", breach.decided_on, reference=order.reference),
        )
        if breach.lodged_on:
            yield order.case_id, Fact(breach.subject, "breach_lodged", breach.lodged_on)
    for absence in Absence.objects.standing().filter(order__in=orders):
        order = orders[absence.order_id]
        yield (
            order.case_id,
            Fact(
                absence.subject, "absence_notified", absence.learned_on, reference=_told_apart(order, absence)
            ),
        )
        if absence.decided_on:
            yield order.case_id, Fact(absence.subject, "absence_decided", absence.decided_on)
    named = Allocation.objects.filter(case__in=cases, subject__startswith="order:", worker__isnull=False)
    for case, subject, on in named.values_list("case_id", "subject", "from_on"):
        yield case, Fact(subject, "responsible_officer_named", on)
    for release in Release.objects.filter(case__in=cases):
        yield (
            release.case_id,
            Fact(release.subject, "released", release.released_on, reference=release.reference),
        )
        if release.interviewed_on:
            yield (
                release.case_id,
                Fact(release.subject, "post_release_interview_held", release.interviewed_on),
            )


def _told_apart(order: Order, absence: Absence) -> str:
    """An order's reference with the day that was missed: several absences may wait at once."""
    return f"{order.reference[:36]}, {absence.on:%-d %b %Y}"


def _placements(orders: dict[int, Order]) -> dict[int, list[date]]:
    """Days of unpaid work attended, by order: other activity does not start a placement (caseload format, K1)."""
    days: dict[int, list[date]] = defaultdict(list)
    attended = Attendance.objects.standing().filter(
        order__in=orders, outcome=Attendance.Outcome.ATTENDED, other_activity=False
    )
    for order, on in attended.values_list("order_id", "on").order_by("on"):
        days[order].append(on)
    return days


def _imposed(order: Order, requirements: list[Requirement], attended: list[date]) -> Iterable[Fact]:
    marks = frozenset({"transferred_in"}) if order.transferred_in else frozenset()
    subject = order.subject
    yield Fact(subject, "order_imposed", order.imposed_on, marks=marks, reference=order.reference)
    if order.received_on:
        yield Fact(subject, "order_received", order.received_on, marks=marks, reference=order.reference)
    supervised = []
    for requirement in requirements:
        began = requirement.added_on or order.imposed_on
        if requirement.kind == RequirementKind.SUPERVISION:
            supervised.append((began, requirement))
        if requirement.kind != RequirementKind.UNPAID_WORK:
            continue
        added = frozenset({"added_after_imposition"}) if requirement.added_on else frozenset()
        yield Fact(
            requirement.subject,
            "unpaid_work_imposed",
            began,
            until=_last_day(requirement, began),
            marks=marks | added,
            reference=order.reference,
        )
        started = next((day for day in attended if day >= began), None)
        if started:
            yield Fact(requirement.subject, "placement_started", started)
        if requirement.completed_on:
            yield Fact(requirement.subject, "unpaid_work_completed", requirement.completed_on)
        if requirement.removed_on:
            yield Fact(requirement.subject, "requirement_ended", requirement.removed_on)
    if supervised:
        began, requirement = min(supervised, key=lambda row: (row[0], row[1].pk))
        yield Fact(
            subject,
            "supervision_imposed",
            began,
            until=_supervised_until(requirement, began),
            marks=marks,
            reference=order.reference,
        )
    if order.ended_on:
        yield Fact(subject, "order_ended", order.ended_on)


def _supervised_until(requirement: Requirement, began: date) -> date | None:
    """The last day of supervision, earlier where the court removed it: no review falls due after."""
    last = requirement.last_day or cpo.supervision_last_day(began, requirement.months)
    return min((day for day in (last, requirement.removed_on) if day), default=None)


def _last_day(requirement: Requirement, began: date) -> date:
    """The court's day where it gave a later one, else three or six months beginning with imposition (s.227L)."""
    statutory = cpo.statutory_last_day(began, requirement.hours)
    return max(statutory, requirement.last_day) if requirement.last_day else statutory
