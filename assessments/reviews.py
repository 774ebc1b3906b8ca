"""What happened on an order since its last review: every figure with the records that it counts.

A review's page shows these and assumes none of them: they stand beside the questions, never in the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from assessments.domain import lscmi
from assessments.models import Assessment, Plan, Review
from assessments.plans import GoalNow, goals_of, in_force
from cases.models import Alert, Note
from orders.domain import unpaid_work
from orders.domain.compliance import Decision, steps_on
from orders.domain.cpo import RequirementKind
from orders.models import Absence, Attendance, Breach, Contact, FormalWarning, HoursLine, Order, SetAside

# The kind of note (cases/data/note_templates.toml) that holds what the person said.
PERSONS_VIEWS = "persons_views"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Counted:
    """One record that a figure counts: its kind and key ("contact:5"), its day, and what it was in a few words."""

    key: str
    on: date
    words: str


@dataclass(frozen=True)
class Figure:
    """A number and the records it was made from. `minutes`: it is time and is read as hours."""

    key: str
    label: str
    value: int
    records: tuple[Counted, ...]
    minutes: bool = False


@dataclass(frozen=True)
class ContactsOfKind:
    """How many contacts of one kind were offered, and how many of them kept."""

    label: str
    offered: Figure
    attended: Figure
    missed: Figure


@dataclass(frozen=True)
class GoalChange:
    """Where a goal of the plan stood before the period and where it stands at its end; None: nothing was said yet."""

    before: GoalNow | None
    now: GoalNow

    @property
    def moved(self) -> bool:
        if self.now.status_on is None:
            return False
        return self.before is None or self.before.status != self.now.status


@dataclass(frozen=True)
class Assessed:
    """A completed LS/CMI: its total, the level that follows, and an override beside it."""

    key: str
    completed_on: date
    total: int | None
    level: str
    override: str


@dataclass(frozen=True)
class Summary:
    """What a period of an order holds, from the first day to the last, both counted."""

    order: Order
    from_on: date
    to_on: date
    since: Review | None
    contacts: tuple[ContactsOfKind, ...]
    absences: tuple[Figure, ...]
    steps: tuple[Figure, ...]
    work: tuple[Figure, ...]
    notes: tuple[Figure, ...]
    alerts: tuple[Figure, ...]
    plan: Plan | None
    goals: tuple[GoalChange, ...]
    assessed_before: Assessed | None
    assessed_now: Assessed | None

    @property
    def figures(self) -> Iterator[Figure]:
        """Every figure, in the order of the page."""
        for kind in self.contacts:
            yield from (kind.offered, kind.attended, kind.missed)
        yield from chain(self.absences, self.steps, self.work, self.notes, self.alerts)


def review_before(order: Order, on: date) -> Review | None:
    """The last review that was held on an earlier day."""
    return Review.objects.filter(order=order, held_on__lt=on).order_by("-held_on", "-pk").first()


def since_last(order: Order, on: date) -> Summary:
    """From the day after the last review, else from the day the order was imposed, to a day."""
    last = review_before(order, on)
    return between(order, last.held_on + DAY if last else order.imposed_on, on, since=last)


def between(order: Order, from_on: date, to_on: date, *, since: Review | None = None) -> Summary:
    """The same for any days. About twenty queries, whatever happened."""
    within = {"on__range": (from_on, to_on)}
    plan = in_force(order, to_on)
    assessments = list(
        Assessment.objects.standing()
        .filter(order=order, tool=Assessment.Tool.LS_CMI, completed_on__lte=to_on)
        .order_by("completed_on", "pk")
    )
    earlier = [row for row in assessments if row.completed_on < from_on]
    return Summary(
        order=order,
        from_on=from_on,
        to_on=to_on,
        since=since,
        contacts=tuple(_contacts(order.contacts.filter(**within).order_by("on", "pk"))),
        absences=tuple(_absences(order.absences.standing().filter(**within))),
        steps=tuple(_steps(order, from_on, to_on)),
        work=tuple(_work(order, from_on, to_on)),
        notes=tuple(_notes(order, from_on, to_on)),
        alerts=tuple(_alerts(order, from_on, to_on)),
        plan=plan,
        goals=tuple(_goals(plan, from_on, to_on)),
        assessed_before=_assessed(earlier[-1]) if earlier else None,
        assessed_now=_assessed(assessments[-1]) if assessments else None,
    )


def _figure(key: str, label: str, records: Iterable[Counted]) -> Figure:
    """A figure that is how many records there are."""
    counted = tuple(records)
    return Figure(key, label, len(counted), counted)


# --- What was kept and missed -----------------------------------------------------------------------------------


def _contacts(rows: Iterable[Contact]) -> Iterator[ContactsOfKind]:
    """Every kind that was offered, and before them all kinds together where there are several."""
    found = list(rows)

    def of(key: str, label: str, chosen: list[Contact]) -> ContactsOfKind:
        def counted(came: bool | None) -> Iterator[Counted]:
            for row in chosen:
                if came is None or row.attended == came:
                    what = "attended" if row.attended else "did not attend"
                    yield Counted(f"contact:{row.pk}", row.on, f"{row.get_kind_display()}: {what}")

        return ContactsOfKind(
            label,
            _figure(f"{key}-offered", f"{label}: offered", counted(None)),
            _figure(f"{key}-attended", f"{label}: attended", counted(True)),
            _figure(f"{key}-missed", f"{label}: missed", counted(False)),
        )

    kinds = [kind for kind in Contact.Kind if any(row.kind == kind for row in found)]
    if len(kinds) != 1:
        yield of("contacts", "All contacts", found)
    for kind in kinds:
        yield of(f"contacts-{kind.value}", str(kind.label), [row for row in found if row.kind == kind])


def _absences(rows: Iterable[Absence]) -> Iterator[Figure]:
    found = sorted(rows, key=lambda row: (row.on, row.pk))
    names = {"": "still to decide", **{one.value: one.label.lower() for one in Decision}}

    def counted(decision: str | None) -> Iterator[Counted]:
        for row in found:
            if decision is None or row.decision == decision:
                yield Counted(f"absence:{row.pk}", row.on, f"Absence: {names[row.decision]}")

    yield _figure("absences", "Absences", counted(None))
    yield _figure("absences-unacceptable", "Unacceptable", counted(Decision.UNACCEPTABLE))
    yield _figure("absences-acceptable", "Acceptable", counted(Decision.ACCEPTABLE))
    yield _figure("absences-to-decide", "Still to decide", counted(""))


def _steps(order: Order, from_on: date, to_on: date) -> Iterator[Figure]:
    span = (from_on, to_on)
    labels = {step.key: step.label for step in steps_on(to_on)}
    warnings = FormalWarning.objects.filter(order=order, issued_on__range=span).order_by("issued_on", "pk")
    aside = SetAside.objects.filter(order=order, on__range=span).order_by("on", "pk")
    breaches = list(Breach.objects.filter(order=order).order_by("decided_on", "pk"))

    def stage(day: Callable[[Breach], date | None], what: str) -> Iterator[Counted]:
        for row in breaches:
            on = day(row)
            if on is not None and from_on <= on <= to_on:
                yield Counted(f"breach:{row.pk}", on, what)

    yield _figure(
        "warnings",
        "Formal warnings",
        (
            Counted(f"warning:{row.pk}", row.issued_on, labels.get(row.step, "Formal warning"))
            for row in warnings
        ),
    )
    yield _figure(
        "steps-set-aside",
        "Steps set aside",
        (
            Counted(f"step_set_aside:{row.pk}", row.on, f"{labels.get(row.step, row.step)} set aside")
            for row in aside
        ),
    )
    yield _figure(
        "breaches-decided", "Decisions to breach", stage(lambda row: row.decided_on, "Decision to breach")
    )
    yield _figure("breaches-lodged", "Breaches lodged", stage(lambda row: row.lodged_on, "Breach lodged"))
    yield _figure(
        "breach-outcomes", "Outcomes of breach", stage(lambda row: row.outcome_on, "Outcome of breach")
    )


# --- Unpaid work ------------------------------------------------------------------------------------------------


def _work(order: Order, from_on: date, to_on: date) -> Iterator[Figure]:
    """Sessions and hours; nothing for an order that requires no unpaid work. Hours left are as the order now stands."""
    required = [
        row
        for row in order.requirements.all()
        if row.kind == RequirementKind.UNPAID_WORK
        and (row.added_on or order.imposed_on) <= to_on
        and (row.removed_on is None or row.removed_on > to_on)
    ]
    if not required:
        return
    rows = order.attendances.with_lines().standing().exclude(outcome=Attendance.Outcome.RECORDED_IN_ERROR)
    sessions = list(rows.filter(on__range=(from_on, to_on)).order_by("on", "pk"))
    came = [row for row in sessions if row.outcome == Attendance.Outcome.ATTENDED]
    credited = [row for row in sessions if row.minutes_credited]
    yield _figure("sessions", "Sessions offered", map(_session, sessions))
    yield _figure("sessions-attended", "Sessions attended", map(_session, came))
    minutes = sum(row.minutes_credited for row in credited)
    yield Figure("hours-credited", "Hours credited", minutes, tuple(map(_session, credited)), minutes=True)

    lines = HoursLine.objects.filter(requirement__in=required, attendance__on__lte=to_on)
    worked: dict[int, list[unpaid_work.Line]] = {row.pk: [] for row in required}
    from_sessions: dict[int, Counted] = {}
    for requirement, session, on, amount, kind in lines.order_by("attendance__on", "pk").values_list(
        "requirement", "attendance", "attendance__on", "minutes", "kind"
    ):
        worked[requirement].append(unpaid_work.Line(on, amount, kind == HoursLine.Kind.OTHER_ACTIVITY))
        from_sessions[session] = Counted(f"attendance:{session}", on, "Session that credited hours")
    left = sum(unpaid_work.left(worked[row.pk], row.hours or 0) for row in required)
    ordered = [
        Counted(f"requirement:{row.pk}", row.added_on or order.imposed_on, f"{row.hours or 0} hours ordered")
        for row in required
    ]
    yield Figure("hours-left", "Hours left", left, (*ordered, *from_sessions.values()), minutes=True)


def _session(row: Attendance) -> Counted:
    return Counted(
        f"attendance:{row.pk}", row.on, f"Unpaid work session: {row.get_outcome_display().lower()}"
    )


# --- What was said and raised ------------------------------------------------------------------------------------


def _notes(order: Order, from_on: date, to_on: date) -> Iterator[Figure]:
    """Notes of what the person said. A sensitive one is for few to read, so a summary that many see leaves it out."""
    rows = Note.objects.standing().filter(
        case=order.case_id, kind=PERSONS_VIEWS, sensitive=False, on__range=(from_on, to_on)
    )
    yield _figure(
        "persons-views",
        "Notes of the person’s views",
        (Counted(f"note:{row.pk}", row.on, "The person’s views") for row in rows.order_by("on", "pk")),
    )


def _alerts(order: Order, from_on: date, to_on: date) -> Iterator[Figure]:
    rows = Alert.objects.filter(person__cases=order.case_id, from_on__range=(from_on, to_on))
    yield _figure(
        "alerts",
        "Alerts and adjustments raised",
        (
            Counted(f"alert:{row.pk}", row.from_on, row.get_kind_display())
            for row in rows.order_by("from_on", "pk")
        ),
    )


# --- The plan and the risk ---------------------------------------------------------------------------------------


def _goals(plan: Plan | None, from_on: date, to_on: date) -> Iterator[GoalChange]:
    if plan is None:
        return
    before = {one.goal.pk: one for one in goals_of(plan, from_on - DAY)}
    for now in goals_of(plan, to_on):
        then = before[now.goal.pk]
        yield GoalChange(then if then.status_on else None, now)


def _assessed(row: Assessment) -> Assessed:
    override = lscmi.LEVELS.get(row.override_level, row.override_level)
    return Assessed(f"assessment:{row.pk}", row.completed_on, row.total, row.level, override)
