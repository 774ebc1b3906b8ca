"""A load as pages show it: a share of capacity in words, as a bar, as a state, and what it would be after a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.domain import workload as domain
from assessments.workload import Load, loads, pieces
from cases.models import Allocation, Case, Role, User, managed_by
from cases.models.staff import UserQuerySet
from justice.web.dates import short_date
from justice.web.listing import Column, Table
from justice.web.status import Status

BAR = 60  # pixels of a full week; what is over it is drawn half as long again at most


class Share(str):
    """A share of capacity: words in a file, and on a page the words beside a bar."""

    part: Fraction | None

    def __new__(cls, part: Fraction | None) -> Share:
        percent = domain.percent(part)
        made = super().__new__(cls, "No hours in force" if percent is None else f"{percent}% of capacity")
        made.part = part
        return made

    def __html__(self) -> SafeString:
        if self.part is None:
            return SafeString(str(self))
        length = round(min(self.part, Fraction(3, 2)) * BAR)
        return format_html(
            '<span class="app-nowrap"><svg class="app-load{}" width="{}" height="10" {}>'
            '<rect class="app-load__week" width="{}" height="10"/>'
            '<rect class="app-load__held" width="{}" height="10"/>'
            '<path class="app-load__limit" d="M{} 0v10"/></svg> {}</span>',
            " app-load--over" if self.part > 1 else "",
            BAR * 3 // 2,
            SafeString('aria-hidden="true" focusable="false"'),
            BAR,
            length,
            BAR,
            str(self),
        )


def state(part: Fraction | None) -> Status:
    """Whether there is room for more."""
    if part is None:
        return Status("No hours", "grey")
    return Status("Over capacity", "red") if part > 1 else Status("Has room", "green")


def hours_words(load: Load) -> str:
    """What stands of the person's hours today: "21 hours a week; newly qualified, 20% less, to 3 Dec 2026"."""
    words = []
    for row in load.availability:
        parts = [f"{row.weekly_hours.normalize():f} hours a week"] if row.weekly_hours is not None else []
        if row.reduction_percent:
            parts.append(f"{row.reduction_percent}% less")
        until = f" to {short_date(row.to_on)}" if row.to_on else ""
        words.append(f"{row.get_reason_display()}: {', '.join(parts)}{until}")
    return "; ".join(words) or "Full time"


def staff_of(user: User) -> UserQuerySet:
    """The caseworkers a manager answers for, and everybody, leavers too, who holds something for those teams."""
    staff = User.objects.visible_to(user)
    working = managed_by(user) & Q(is_active=True, role=Role.CASEWORKER)
    return staff.filter(working | Q(pk__in=staff.holding_for(user).values("pk"))).select_related("team")


def takers(loads: Sequence[Load]) -> list[Load]:
    """Those with most room first, caseworkers before managers."""
    return sorted(
        loads,
        key=lambda load: (
            load.user.role != Role.CASEWORKER,
            load.share is None,
            load.share or 0,
            load.user.name,
        ),
    )


@dataclass(frozen=True)
class Change:
    """Somebody's load, and what it would be with so many points more, or fewer."""

    load: Load
    points: int
    note: str = ""

    @property
    def after(self) -> Fraction | None:
        return self.load.share_with(self.points)


def before_and_after(changes: Sequence[Change], caption: str, empty: str) -> Table:
    """For each worker: what they hold, the share of their capacity now and after, and what they took lately."""
    return Table(
        (
            Column("worker", "Worker", "load.user.name", heads=True),
            Column("cases", "Cases", lambda row: len(row.load.cases), kind="number"),
            Column("lately", "Taken in the last 7 days", "load.taken_lately", kind="number"),
            Column("now", "Now", lambda row: Share(row.load.share)),
            Column("after", "After", lambda row: Share(row.after)),
            Column("state", "State after", lambda row: state(row.after), kind="status"),
            Column("note", "Note"),
        ),
        changes,
        caption,
        empty,
    )


def effect_of_giving(user: User, case: Case, subject: str, on: date) -> dict[str, Any]:
    """For the page that gives a case, or one order in it, to somebody: each worker of the team before and after."""
    rows = list(
        Allocation.objects.visible_to(user).current().filter(case=case).select_related("worker", "team")
    )
    own = {row.subject for row in rows if row.subject}
    present = next((row for row in rows if row.subject == subject), None)
    present = present or next((row for row in rows if not row.subject), None)
    team = present.team if present else user.team
    found = pieces(Case.objects.visible_to(user).filter(pk=case.pk), on)
    points = sum(
        piece.points for piece in found if (piece.subject == subject if subject else piece.subject not in own)
    )
    holder = present.worker_id if present else None
    workers = User.objects.visible_to(user).caseworkers().filter(team=team).not_excluded_from(case.person)
    changes = [
        Change(load, 0, "Holds it now") if load.user.pk == holder else Change(load, points)
        for load in takers(loads(list(workers.select_related("team")), on))
    ]
    return {
        "effect": before_and_after(changes, "Before and after", "Nobody works in this team yet."),
        "effect_team": team.name if team else "your team",
        "adds": f"This {'order' if subject else 'case'} counts {points} point{'' if points == 1 else 's'}"
        + (
            ", without the orders that have a responsible officer of their own."
            if own and not subject
            else "."
        ),
        **explained(on),
    }


def explained(on: date) -> dict[str, Any]:
    """How the points are counted, in words and as a table."""
    edition = domain.edition_on(on)
    table = Table(
        (
            Column("label", "Work", heads=True),
            Column("points", "Points", kind="number"),
            Column(
                "hours",
                "Hours a week",
                lambda row: round(row.points * edition.minutes_per_point / 60, 1),
                kind="number",
            ),
        ),
        list(edition.weights.values()),
        "What each kind of work counts for",
    )
    return {"edition": edition, "weights": table}
