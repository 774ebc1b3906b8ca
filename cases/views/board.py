"""A timescale as people read it: what it is, how it stands today, and why it is due on its day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from cases import permissions
from cases.calendars import calendar_of, standards_of
from cases.models import Council, Timescale, User
from justice.domain import timescales as domain
from justice.domain.standards import Clause
from justice.domain.timescales import SOON_WORKING_DAYS
from justice.web.status import Status, of_timescale
from orders.domain.reasons import Exclusion, Late

TO_DO: Final = ("overdue", "pending")


@dataclass(frozen=True)
class Link:
    """Words and the address they lead to."""

    words: str
    href: str


@dataclass(frozen=True)
class Way:
    """The one form that would meet a clause: its words, its address, whose roles may, and which parts of the subject
    ("order:12/breach:5") stand in the address. `beforehand` is what the form may suggest."""

    words: str
    page: str
    operation: str
    about: tuple[str, ...] = ("order",)
    beforehand: Callable[[Timescale], str] = lambda row: ""

    def link(self, row: Timescale, user: User) -> Link | None:
        """For who may do it; nothing for who may not."""
        if not permissions.allows(user, self.operation):
            return None
        keys = dict(step.split(":") for step in row.subject.split("/"))
        given = self.beforehand(row)
        address = reverse(self.page, args=[keys[part] for part in self.about])
        return Link(self.words, f"{address}?{given}" if given else address)


# Every clause of the standards, and the one thing that would meet it.
WAYS: Final[Mapping[str, Way]] = {
    "cpo.first_contact": Way(
        "Record the first contact",
        "record_contact",
        "record_contact",
        beforehand=lambda row: "kind=first_contact",
    ),
    "cpo.induction": Way(
        "Record the induction", "record_contact", "record_contact", beforehand=lambda row: "kind=induction"
    ),
    "cpo.placement": Way("Record the first session", "record_attendance", "record_attendance"),
    "cpo.unpaid_work": Way("Record a session", "record_attendance", "record_attendance"),
    "cpo.lscmi": Way("Record the LS/CMI", "complete_assessment", "complete_assessment"),
    "cpo.plan": Way("Approve the plan", "approve_plan", "approve_plan"),
    "cpo.review": Way(
        "Record the review",
        "hold_review",
        "hold_review",
        beforehand=lambda row: f"for_due_on={row.due_on.isoformat()}",
    ),
    "cpo.responsible_officer": Way("Name the officer", "assign_order", "assign_case"),
    "absence.decided": Way("Decide the absence", "decide_absence", "decide_absence", ("order", "absence")),
    "breach.lodged": Way("Record it as lodged", "lodge_breach", "lodge_breach", ("order", "breach")),
    "report.submitted": Way("Submit the report", "submit_report", "submit_report", ("report",)),
    "report.on_time": Way("Submit the report", "submit_report", "submit_report", ("report",)),
    "release.interview": Way(
        "Record the interview", "record_release_interview", "record_release_interview", ("release",)
    ),
}


# What leads to it, for who may not do the last step.
TOWARDS: Final[Mapping[str, Way]] = {"cpo.plan": Way("Draft the plan", "draft_plan", "draft_plan")}


def action(timescale: Timescale, user: User) -> Link | None:
    """The one thing that would meet it, where this person may do it, else what they may do towards it."""
    ways = (WAYS.get(timescale.clause), TOWARDS.get(timescale.clause))
    return next((link for way in ways if way and (link := way.link(timescale, user))), None)


@dataclass(frozen=True)
class Line:
    """One timescale with its words, for a list or a timeline; `action` is the one thing that would meet it."""

    timescale: Timescale
    label: str
    state: str
    status: Status
    why: str
    satisfied_by: str
    action: Link | None = None

    @property
    def to_do(self) -> bool:
        return self.state in TO_DO

    @property
    def reason(self) -> str:
        """Why it was late, or why it does not count, where somebody said so."""
        return late_words(self.timescale.late_reason) or excuse_words(self.timescale.excused)

    @property
    def day_to_show(self) -> date | None:
        """The due date, where the tag says only how long it is to it."""
        return self.timescale.due_on if self.status.tone != "blue" else None

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


def lines(
    timescales: Iterable[Timescale], council: Council, on: date, user: User | None = None
) -> Iterator[Line]:
    """The rows with their words as they stand on a day; no query but the rows' own.

    A stored row has the columns of a derived one, so the domain's words serve both. With a user, what is still to do
    says what this user may do about it.
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
            action=action(row, user) if user is not None and state in TO_DO else None,
        )
