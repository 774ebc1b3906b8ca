"""Every figure of a review recomputes from the records it names, whatever happened on the order."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import operations as assessing
from assessments.models import Goal, GoalProgress, Plan
from assessments.reviews import Figure, Summary, between, since_last
from cases import operations as case_operations
from cases.models import Alert, Note, User
from justice.domain.errors import Refused
from orders import operations
from orders.models import (
    Absence,
    Attendance,
    Breach,
    Contact,
    FormalWarning,
    HoursLine,
    Order,
    Requirement,
    SetAside,
)
from tests.builders import a_case, a_manager, an_order, day, supervision, unpaid_work, work, worker_of

pytestmark = pytest.mark.django_db

IMPOSED = day("2 June 2025")
DAY = timedelta(days=1)


# --- What each figure should be, worked out from its records alone, by other means -----------------------


def rows(figure: Figure, kind: str, model) -> list:
    keys = [one.key.split(":") for one in figure.records]
    return list(model.objects.filter(pk__in=[int(key) for name, key in keys if name == kind]))


def minutes_of(session: Attendance, order: Order) -> int:
    sums = {}
    for line in HoursLine.objects.filter(attendance=session, requirement__order=order):
        sums[line.requirement_id] = sums.get(line.requirement_id, 0) + line.minutes
    return max(sums.values(), default=0)


def recomputed(figure: Figure, order: Order) -> int:
    """The figure as an auditor would count it who is given nothing but the records."""
    key = figure.key
    if key.startswith("contacts"):
        found = rows(figure, "contact", Contact)
        wanted = {"offered": (True, False), "attended": (True,), "missed": (False,)}[key.rsplit("-", 1)[1]]
        assert all(row.attended in wanted for row in found)
        return len(found)
    if key.startswith("absences"):
        wanted = {"absences-unacceptable": ("unacceptable",), "absences-acceptable": ("acceptable",),
                  "absences-to-decide": ("",)}.get(key, ("", "acceptable", "unacceptable"))  # fmt: skip
        return sum(
            row.decision in wanted and not row.withdrawn_because for row in rows(figure, "absence", Absence)
        )
    if key == "hours-credited":
        return sum(minutes_of(row, order) for row in rows(figure, "attendance", Attendance))
    if key == "hours-left":
        sessions = [row.pk for row in rows(figure, "attendance", Attendance)]
        return sum(
            max(
                0,
                one.hours * 60
                - sum(one.lines.filter(attendance__in=sessions).values_list("minutes", flat=True)),
            )
            for one in rows(figure, "requirement", Requirement)
        )
    if key == "sessions-attended":
        return sum(row.outcome == "attended" for row in rows(figure, "attendance", Attendance))
    models = {
        "sessions": ("attendance", Attendance), "warnings": ("warning", FormalWarning),
        "steps-set-aside": ("step_set_aside", SetAside), "breaches-decided": ("breach", Breach),
        "breaches-lodged": ("breach", Breach), "breach-outcomes": ("breach", Breach),
        "persons-views": ("note", Note), "alerts": ("alert", Alert),
    }  # fmt: skip
    return len(rows(figure, *models[key]))


def expected(key: str, order: Order, first: date, last: date) -> int:
    """The same asked of the tables, so that no record was forgotten."""
    span = (first, last)
    sessions = Attendance.objects.filter(order=order, on__range=span, corrected_by=None).exclude(
        outcome="recorded_in_error"
    )
    counts = {
        "contacts-offered": lambda: Contact.objects.filter(order=order, on__range=span).count(),
        "contacts-missed": lambda: Contact.objects.filter(order=order, on__range=span, attended=False).count(),
        "absences": lambda: Absence.objects.filter(order=order, on__range=span, withdrawn_because="").count(),
        "warnings": lambda: FormalWarning.objects.filter(order=order, issued_on__range=span).count(),
        "breaches-decided": lambda: Breach.objects.filter(order=order, decided_on__range=span).count(),
        "sessions": sessions.count,
        "hours-credited": lambda: sum(minutes_of(row, order) for row in sessions),
        "persons-views": lambda: Note.objects.filter(
            case=order.case, kind="persons_views", on__range=span, corrected_by=None, sensitive=False
        ).count(),
        "alerts": lambda: Alert.objects.filter(person=order.case.person, from_on__range=span).count(),
    }  # fmt: skip
    return counts[key]()


CHECKED = (
    "absences", "warnings", "breaches-decided", "sessions", "hours-credited", "persons-views", "alerts"
)  # fmt: skip


def check(summary: Summary, order: Order) -> None:
    figures = {figure.key: figure for figure in summary.figures}
    for key, figure in figures.items():
        assert figure.value == recomputed(figure, order), key
        assert len({one.key for one in figure.records}) == len(figure.records), key
        if key != "hours-left":  # which begins where the order does
            assert all(summary.from_on <= one.on <= summary.to_on for one in figure.records), key
    for key in CHECKED:
        assert figures[key].value == expected(key, order, summary.from_on, summary.to_on), key
    together = [kind for kind in summary.contacts if kind.label == "All contacts"]
    if together:
        assert together[0].offered.value == expected(
            "contacts-offered", order, summary.from_on, summary.to_on
        )
        assert together[0].missed.value == expected("contacts-missed", order, summary.from_on, summary.to_on)


# --- Random histories ------------------------------------------------------------------------------------


EVENTS = (
    "contact", "contact", "session", "session", "correct", "decide", "warn", "note", "alert", "review", "breach"
)  # fmt: skip


def a_history(order: Order, dice: random.Random, until: date) -> None:
    """An order as it may go, made by the operations; what the rules refuse does not happen."""
    manager, on = a_manager(), IMPOSED
    while on <= until:
        with suppress(Refused):
            happens(dice.choice(EVENTS), order, manager, on, dice)
        on += dice.randrange(1, 6) * DAY


def happens(what: str, order: Order, manager: User, on: date, dice: random.Random) -> None:
    actor = worker_of(order.case)
    by = {"actor": actor, "order": order, "today": on}
    sessions = list(order.attendances.standing().exclude(outcome="recorded_in_error"))
    undecided = order.absences.standing().filter(decision="").first()
    if what == "contact":
        operations.record_contact(
            kind=dice.choice(Contact.Kind.values), on=on, attended=dice.random() < 0.6, **by
        )
    elif what == "session":
        outcome = dice.choice(
            ("attended", "attended", "absent", "unacceptable_absence", "sent_home_by_service")
        )
        minutes = dice.randrange(30, 480) if outcome == "attended" else 0
        operations.record_attendance(
            on=on, outcome=outcome, minutes=minutes, other_activity=dice.random() < 0.2, **by
        )
    elif what == "correct" and sessions:
        wrong = dice.choice(sessions)
        outcome = dice.choice(("attended", "recorded_in_error", "acceptable_absence"))
        operations.correct_attendance(
            actor=actor, attendance=wrong, on=wrong.on, outcome=outcome,
            minutes=120 if outcome == "attended" else 0, reason="Wrong line", today=on,
        )  # fmt: skip
    elif what == "decide" and undecided:
        decision = dice.choice(("acceptable", "unacceptable"))
        operations.decide_absence(
            actor=actor, absence=undecided, decision=decision,
            evidence="other" if decision == "acceptable" else "", reason="Said so",
            decided_on=on, today=on, expected_version=undecided.version,
        )  # fmt: skip
    elif what == "warn":
        operations.issue_warning(step="first_warning", issued_on=on, letter="You did not come", **by)
    elif what == "note":
        case_operations.record_note(
            actor=actor, case=order.case, kind=dice.choice(("persons_views", "home_visit")), on=on,
            text="It is going well", sensitive=dice.random() < 0.3, today=on,
        )  # fmt: skip
    elif what == "alert":
        case_operations.raise_alert(actor=actor, case=order.case, kind="health", text="", from_on=on)
    elif what == "breach":
        operations.decide_breach(on=on, reason="Did not come", skipped_because="Serious", **by)
    elif what == "review":
        assessing.hold_review(held_on=on, extra=True, chaired_by=manager, **by)


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_recomputes_from_the_records_it_names(seed: int):
    dice = random.Random(seed)
    order = an_order(unpaid_work(dice.choice((20, 100))), supervision(12))
    an_order(unpaid_work(40), supervision(12), case=order.case)  # another, whose records are none of it
    until = day("25 August 2025")
    a_history(order, dice, until)
    check(since_last(order, until), order)
    for _ in range(3):
        first = IMPOSED + dice.randrange(0, 80) * DAY
        check(between(order, first, first + dice.randrange(0, 60) * DAY), order)


# --- The boundaries --------------------------------------------------------------------------------------


def seen(order: Order, on: str, came: bool = True) -> None:
    operations.record_contact(
        actor=worker_of(order.case), order=order, kind="supervision", on=day(on), attended=came, today=day(on)
    )


def offered(summary: Summary) -> list[date]:
    return [one.on for one in summary.contacts[0].offered.records]


def test_a_period_begins_on_the_day_of_the_order_and_after_the_day_of_a_review():
    order = an_order(supervision(12))
    for on in ("2 June 2025", "1 July 2025", "2 July 2025", "10 July 2025"):
        seen(order, on)
    first = since_last(order, day("1 July 2025"))
    assert (first.from_on, first.since) == (IMPOSED, None)
    assert offered(first) == [IMPOSED, day("1 July 2025")]
    held = assessing.hold_review(
        actor=worker_of(order.case),
        order=order,
        held_on=day("1 July 2025"),
        extra=True,
        today=day("1 July 2025"),
    )
    # On the day of a review what is shown is still what that review looked at.
    assert since_last(order, day("1 July 2025")).from_on == IMPOSED
    second = since_last(order, day("9 July 2025"))
    assert (second.from_on, second.since) == (day("2 July 2025"), held)
    assert offered(second) == [day("2 July 2025")]


def test_hours_left_count_from_the_beginning_and_hours_credited_only_in_the_period():
    order = an_order(unpaid_work(100), supervision(12))
    work(order, "5 June 2025", 6)
    work(order, "12 July 2025", 3.5)
    found = {one.key: one for one in between(order, day("1 July 2025"), day("31 July 2025")).figures}
    assert found["hours-credited"].value == 210
    assert found["hours-left"].value == 100 * 60 - 360 - 210
    before = {one.key: one for one in between(order, IMPOSED, day("30 June 2025")).figures}
    assert before["hours-left"].value == 100 * 60 - 360


def test_an_order_without_unpaid_work_says_nothing_of_it():
    assert since_last(an_order(supervision(12)), day("1 July 2025")).work == ()


def test_a_goal_shows_where_it_stood_before_and_where_it_stands_now():
    order = an_order(supervision(12))
    plan = Plan.objects.create(order=order, approved_on=day("20 June 2025"))
    goal = Goal.objects.create(plan=plan, need="other", words="Find a flat")
    later = Plan.objects.create(order=order, approved_on=day("20 July 2025"))
    same = Goal.objects.create(plan=later, need="other", words="Find a flat", continues=goal)
    GoalProgress.objects.create(goal=goal, on=day("25 June 2025"), status="under_way")
    GoalProgress.objects.create(goal=same, on=day("25 July 2025"), status="achieved", note="Moved in")
    (change,) = between(order, day("1 July 2025"), day("31 July 2025")).goals
    assert (change.before.status, change.now.status, change.now.note, change.moved) == (
        "under_way", "achieved", "Moved in", True
    )  # fmt: skip
    (unsaid,) = between(order, IMPOSED, day("21 July 2025")).goals
    assert unsaid.before is None


def test_the_assessment_shows_total_level_and_override_then_and_now():
    order = an_order(supervision(12))
    by = {"actor": worker_of(order.case), "order": order, "tool": "ls_cmi", "today": day("1 September 2025")}
    assessing.complete_assessment(completed_on=day("10 June 2025"), total=25, **by)
    assessing.complete_assessment(
        completed_on=day("10 August 2025"),
        total=15,
        override_level="high",
        override_kind="client_based",
        override_reason="Recent threats",
        **by,
    )
    found = between(order, day("1 July 2025"), day("1 September 2025"))
    before, now = found.assessed_before, found.assessed_now
    assert (before.total, before.level, before.override) == (25, "High", "")
    assert (now.total, now.level, now.override) == (15, "Medium", "High")
    assert between(order, IMPOSED, day("30 June 2025")).assessed_before is None


def test_a_summary_asks_as_many_questions_of_a_long_history_as_of_a_short_one():
    counts = []
    for times in (1, 6):
        order = an_order(unpaid_work(100), supervision(12), case=a_case())
        plan = Plan.objects.create(order=order, approved_on=IMPOSED)
        for number in range(times):
            on = IMPOSED + (3 + number) * DAY
            goal = Goal.objects.create(plan=plan, need="other", words="Find a flat")
            GoalProgress.objects.create(goal=goal, on=on, status="under_way")
            work(order, on, 3)
            for came in (True, False):
                seen(order, f"{on:%-d %B %Y}", came)
            for what in ("note", "alert", "breach"):
                with suppress(Refused):
                    happens(what, order, a_manager(), on, random.Random(number))
        order = Order.objects.get(pk=order.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            since_last(order, day("25 August 2025"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 28, counts
