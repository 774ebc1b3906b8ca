"""What a home page is made of: sections, each with its count, its first rows, and the list that the count counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.urls import reverse

from cases.models import Person, Timescale, User
from cases.views.board import Link, action, lines
from justice.web.listing import Table
from justice.web.status import Status

SHOWN = 7  # rows of a section; the rest is behind its link


@dataclass(frozen=True)
class Task:
    """One line of work: about whom, what it is, how it stands, why, and the one thing that would settle it."""

    title: str
    href: str
    about: str
    case: int | None = None
    status: Status | None = None
    why: str = ""
    action: Link | None = None

    @property
    def context(self) -> str:
        """What tells one button from the next, for who hears them only."""
        return f"{self.title}, {self.about}"


@dataclass(frozen=True)
class Section:
    """A heading with its count, and what stands under it. `href` is the list of exactly `count` rows."""

    key: str
    title: str
    empty: str
    count: int | None = None
    href: str = ""
    tasks: Sequence[Task] = ()
    table: Table | None = None
    note: str = ""
    points: Sequence[str] = ()
    links: Sequence[Link] = ()
    wide: bool = False

    @property
    def cases(self) -> set[int]:
        """The keys of the cases it shows, for the log of who looked."""
        return {task.case for task in self.tasks if task.case is not None}


def first_of(rows: QuerySet, shown: int = SHOWN) -> tuple[list[Any], int]:
    """The first rows, and how many there are in all: one query, so that the two cannot differ."""
    found = list(rows.annotate(in_all=Window(Count("pk")))[:shown])
    return found, found[0].in_all if found else 0


def name_of(person: Person) -> str:
    return f"{person.family_name}, {person.given_name}"


def work(rows: Iterable[Timescale], user: User, on: date, *, holder: bool = False) -> list[Task]:
    """Timescales as lines of work; `holder` says who holds each."""
    return [
        Task(
            title=name_of(line.timescale.case.person),
            href=reverse("case", args=[line.timescale.case_id]),
            about=f"{line.label}, {line.timescale.reference}"
            + (f", held by {_held_by(line.timescale)}" if holder else ""),
            case=line.timescale.case_id,
            status=line.status,
            why=f"{line.why}.",
            action=action(line.timescale, user),
        )
        for line in lines(rows, user.council, on)
    ]


def _held_by(row: Timescale) -> str:
    return row.worker.name if row.worker else "nobody"


def waiting(working_days: int, *, soon: int = 5) -> Status:
    """How long something has waited, in working days: amber from `soon` on, red from twice that."""
    words = (
        "Came today" if not working_days else f"{working_days:,} working day{'s' if working_days > 1 else ''}"
    )
    if working_days >= 2 * soon:
        return Status(words, "red")
    return Status(words, "amber" if working_days >= soon else "blue")
