"""Appointments as a file that any calendar reads (RFC 5545): instants in UTC, so that no clock change moves them.

The file leaves the system for calendars that others can open, so it holds a reference and a kind: no name, and no
place, which may be somebody's home.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SCOTLAND = ZoneInfo("Europe/London")
_LINE = 75  # octets, then the line is folded


@dataclass(frozen=True)
class Event:
    """One appointment for a calendar. `sequence` grows with each change; `stamp` is when it was written."""

    uid: str
    title: str
    starts: datetime
    minutes: int
    stamp: datetime
    sequence: int = 0
    cancelled: bool = False


def instant(on: date, at: time) -> datetime:
    """The moment in UTC at which clocks in Scotland show this day and time.

    The hour that spring leaves out is read as if clocks had not moved yet; of autumn's two, the first is meant.
    """
    return datetime.combine(on, at, SCOTLAND).astimezone(UTC)


def calendar_file(events: Iterable[Event]) -> str:
    """The text of the file, lines ended and folded as the standard asks."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Justice social work//Appointments//EN",
        "METHOD:PUBLISH",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_utc(event.stamp)}",
            f"DTSTART:{_utc(event.starts)}",
            f"DTEND:{_utc(event.starts + timedelta(minutes=event.minutes))}",
            f"SUMMARY:{_text(event.title)}",
            f"SEQUENCE:{event.sequence}",
            f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _folded(line: str) -> str:
    """Long lines go on after a line end and a space, never inside a character."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > (_LINE if not parts else _LINE - 1):
            parts.append(current)
            current = ""
        current += character
    return "\r\n ".join([*parts, current])
