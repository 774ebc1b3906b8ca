"""A timescale as people read it: what it is, how it stands today, and why it is due on its day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from cases import permissions
from cases.calendars import calendar_of, standards_of
from cases.models import Council, Timescale, User
from justice.domain import timescales as domain
from justice.domain.standards import Clause
from justice.domain.timescales import SOON_WORKING_DAYS
from justice.web.status import Status, of_timescale
from orders.domain.reasons import Exclusion, Late


@dataclass(frozen=True)
class Link:
    """Words and the address they lead to."""

    words: str
    href: str


# What meets each clause: the page, the words, and which parts of the subject its address takes. The page has its
# operation's name, but for the officer of an order.
_ACTIONS = {
    "cpo.first_contact": ("record_contact", "Record the first contact", ("order",)),
    "cpo.induction": ("record_contact", "Record the induction", ("order",)),
    "cpo.placement": ("record_attendance", "Record a session", ("order",)),
    "cpo.lscmi": ("complete_assessment", "Record the assessment", ("order",)),
    "cpo.plan": ("approve_plan", "Approve the plan", ("order",)),
    "cpo.review": ("hold_review", "Record the review", ("order",)),
    "cpo.unpaid_work": ("record_attendance", "Record a session", ("order",)),
    "cpo.responsible_officer": ("assign_order", "Name the officer", ("order",)),
    "report.submitted": ("submit_report", "Submit the report", ("report",)),
    "report.on_time": ("submit_report", "Submit the report", ("report",)),
    "release.interview": ("record_release_interview", "Record the interview", ("release",)),
    "breach.lodged": ("lodge_breach", "Lodge the application", ("order", "breach")),
}
_OPERATION = {"assign_order": "assign_case"}


def action(timescale: Timescale, user: User) -> Link | None:
    """The one thing that would meet it, where this person may do it."""
    page, words, takes = _ACTIONS.get(timescale.clause, ("", "", ()))
    if not page or not permissions.allows(user, _OPERATION.get(page, page)):
        return None
    parts = dict(part.split(":") for part in timescale.subject.split("/"))
    return Link(words, reverse(page, kwargs={name: int(parts[name]) for name in takes}))


@dataclass(frozen=True)
class Line:
    """One timescale with its words, for a list or a timeline."""

    timescale: Timescale
    label: str
    state: str
    status: Status
    why: str
    satisfied_by: str

    @property
    def to_do(self) -> bool:
        return self.state in ("overdue", "pending")

    @property
    def reason(self) -> str:
        """Why it was late, or why it does not count, where somebody said so."""
        return late_words(self.timescale.late_reason) or excuse_words(self.timescale.excused)

    @property
    def late(self) -> bool:
        """Late, or overdue: a reason is asked for."""
        return self.state in ("overdue", "met_late", "missed")


def late_words(code: str) -> str:
    return Late(code).label if code else ""


def excuse_words(code: str) -> str:
    return f"Left out of the figures: {Exclusion(code).label.lower()}" if code else ""


def labels_of(council: Council, on: date) -> dict[str, str]:
    """Each clause of the standards with its words."""
    return {clause.key: clause.label for clause in standards_of(council).clauses_on(on)}


def lines(timescales: Iterable[Timescale], council: Council, on: date) -> Iterator[Line]:
    """The rows with their words as they stand on a day; no query but the rows' own.

    A stored row has the columns of a derived one, so the domain's words serve both.
    """
    calendar, standards = calendar_of(council), standards_of(council)
    soon = (calendar.add(on, SOON_WORKING_DAYS) - on).days
    for row in timescales:
        clause: Clause = standards.clause_for(row.clause, row.starts_on)
        state = domain.state(row, on)
        yield Line(
            timescale=row,
            label=clause.label,
            state=state,
            status=of_timescale(state, row.due_on, on, soon),
            why=domain.why(row, clause, calendar),
            satisfied_by=clause.satisfied_by,
        )
