"""One chronology of a case, made from every part of the record whenever it is read; nothing of it is stored.

Each app has a generator of events, named in settings.CHRONOLOGY_SOURCES: given a case that the user may see, it reads
the app's own tables in a fixed number of queries, and leaves out what this user may not see of them. What victims said
is no part of it, whoever reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.module_loading import import_string

from cases.models import Address, Alert, Case, Entry, Note, Role, User
from cases.note_templates import label_of
from cases.permissions import ALLOWED


class Kind(TextChoices):
    """What an event is about: what a reader may leave out."""

    ORDER = "order", "Orders and the court"
    CONTACT = "contact", "Contacts"
    APPOINTMENT = "appointment", "Appointments"
    NOTE = "note", "Notes"
    SESSION = "session", "Unpaid work"
    COMPLIANCE = "compliance", "Absences and warnings"
    BREACH = "breach", "Breach"
    ASSESSMENT = "assessment", "Assessments"
    PLAN = "plan", "Plans"
    REVIEW = "review", "Reviews"
    REPORT = "report", "Court reports"
    RELEASE = "release", "Releases"
    ALERT = "alert", "Alerts"
    ADDRESS = "address", "Addresses"
    CASE = "case", "The case"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day. `subject` is what it is about ("order:12"), where the record of it stands.

    `by` is who recorded it, `recorded_at` when; both stay empty for what was brought in with a caseload: nobody here
    wrote it down. `notable` marks what a reader who skims must not miss.
    """

    on: date
    kind: Kind
    title: str
    subject: str
    text: str = ""
    at: time | None = None
    by: str = ""
    recorded_at: datetime | None = None
    notable: bool = False

    @property
    def recorded_on(self) -> date | None:
        return timezone.localdate(self.recorded_at) if self.recorded_at else None

    @property
    def recorded_late(self) -> bool:
        """Written down on a later day than it happened."""
        return self.recorded_on is not None and self.recorded_on > self.on

    @property
    def words(self) -> str:
        """What a search looks through."""
        return f"{self.title}\n{self.text}\n{self.by}".casefold()


Told = tuple[str, datetime | None]
EventSource = Callable[[Case, User], Iterable[Event]]

# Whoever may bring in a caseload does no casework: a row of theirs was brought in, and its moment says nothing.
_BRING_IN = ALLOWED["import_caseload"] | {Role.SYSTEM}


def told_by(user: User | None, at: datetime) -> Told:
    """Who wrote something down and when; neither for what was brought in."""
    return ("", None) if user is None or user.role in _BRING_IN else (user.name, at)


def told_in_entries(case: Case, *operations: str) -> dict[tuple[str, str], Told]:
    """Who carried out these operations and when, by operation and subject: for what is written on an older row."""
    rows = (
        Entry.objects.filter(case=case, operation__in=operations).select_related("actor").order_by("at", "pk")
    )
    return {(row.operation, row.subject): told_by(row.actor, row.at) for row in rows}


@lru_cache(maxsize=1)
def _sources() -> tuple[EventSource, ...]:
    return tuple(import_string(path) for path in settings.CHRONOLOGY_SOURCES)


def events(case: Case, user: User) -> list[Event]:
    """Everything that the user may see of what happened, the earliest first."""
    found = [event for source in _sources() for event in source(case, user)]
    # Sorting keeps what happened on one day in the order in which the sources told it.
    found.sort(key=lambda event: (event.on, event.at or time.min))
    return found


def narrowed(
    rows: Iterable[Event],
    *,
    kinds: Sequence[str] = (),
    from_on: date | None = None,
    to_on: date | None = None,
    words: str = "",
) -> list[Event]:
    """Of some kinds (all, where none is named), within these days, with every one of these words in them."""
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if (not kinds or row.kind in kinds)
        and (from_on is None or row.on >= from_on)
        and (to_on is None or row.on <= to_on)
        and (not wanted or all(word in row.words for word in wanted))
    ]


def case_events(case: Case, user: User) -> Iterator[Event]:
    """The case itself: opened and closed, who held it, alerts, where the person lived, the notes. Six queries."""
    subject = f"case:{case.pk}"
    told = told_in_entries(case, "open_case", "close_case", "end_alert")
    opened_by, opened_at = told.get(("open_case", subject), ("", None))
    yield Event(case.opened_on, Kind.CASE, "Case opened", subject, by=opened_by, recorded_at=opened_at)
    for row in case.allocations.select_related("worker", "team", "recorded_by"):
        what = "Order" if row.subject else "Case"
        to = f"{row.worker.name}, {row.team.name}" if row.worker else f"the queue of {row.team.name}"
        by, at = told_by(row.recorded_by, row.recorded_at)
        yield Event(
            row.from_on,
            Kind.CASE,
            f"{what} given to {to}",
            row.subject or subject,
            row.reason,
            by=by,
            recorded_at=at,
        )
    for alert in Alert.objects.filter(person=case.person_id).select_related("recorded_by"):
        label, about = alert.get_kind_display(), f"alert:{alert.pk}"
        by, at = told_by(alert.recorded_by, alert.recorded_at)
        yield Event(
            alert.from_on,
            Kind.ALERT,
            f"Alert: {label}",
            about,
            alert.text,
            by=by,
            recorded_at=at,
            notable=True,
        )
        if alert.to_on:
            by, at = told.get(("end_alert", about), ("", None)) or ("", None)
            yield Event(
                alert.to_on, Kind.ALERT, f"Alert ended: {label}", about, alert.text, by=by, recorded_at=at
            )
    for address in Address.objects.filter(person=case.person_id).select_related("recorded_by"):
        if address.from_on:
            by, at = told_by(address.recorded_by, address.recorded_at)
            text = ", ".join(part for part in (*address.lines.splitlines(), address.postcode) if part.strip())
            about = f"address:{address.pk}"
            yield Event(
                address.from_on, Kind.ADDRESS, "Moved to a new address", about, text, by=by, recorded_at=at
            )
    # A sensitive note is told only to those who may read it.
    for note in Note.objects.visible_to(user).filter(case=case).standing().select_related("recorded_by"):
        by, at = told_by(note.recorded_by, note.recorded_at)
        yield Event(
            note.on,
            Kind.NOTE,
            f"{label_of(note.kind)}, sensitive" if note.sensitive else label_of(note.kind),
            f"note:{note.pk}",
            note.text,
            note.at,
            by,
            at,
        )
    if case.closed_on:
        by, at = told.get(("close_case", subject), ("", None))
        yield Event(case.closed_on, Kind.CASE, "Case closed", subject, by=by, recorded_at=at)
