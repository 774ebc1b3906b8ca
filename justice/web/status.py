"""The words, the tone and the shape of every state that is shown: never a colour alone.

A view asks here and hands the answer to its template, which may not compare dates itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from justice.web.dates import short_date

Tone = Literal["red", "amber", "green", "blue", "grey"]
# The shape says again what the colour says: for who sees no colour, and on a grey print.
SHAPES: Final[dict[Tone, str]] = {
    "red": "diamond",
    "amber": "triangle",
    "green": "circle",
    "blue": "ring",
    "grey": "dash",
}


@dataclass(frozen=True, slots=True)
class Status:
    """A state as a tag shows it. Prints and exports as its words."""

    words: str
    tone: Tone = "grey"

    @property
    def shape(self) -> str:
        return SHAPES[self.tone]

    def __str__(self) -> str:
        return self.words


RAG: Final = {
    "green": Status("Green", "green"),
    "amber": Status("Amber", "amber"),
    "red": Status("Red", "red"),
    "grey": Status("No target", "grey"),
}
NO_TARGET: Final = RAG["grey"]

DIRECTIONS: Final = {"up": "Up", "down": "Down", "same": "No change", "": "Not known"}


def rag(code: str | None) -> Status:
    """Green, Amber, Red; anything else is "No target"."""
    return RAG.get((code or "").lower(), NO_TARGET)


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def due(due_on: date, on: date, soon: int = 7) -> Status:
    """Something still to be done: how late it is, or how long there is, in calendar days. `soon` turns it amber."""
    left = (due_on - on).days
    if left < 0:
        return Status(f"Overdue {days(-left)}", "red")
    if left == 0:
        return Status("Due today", "amber")
    if left <= soon:
        return Status(f"Due in {days(left)}", "amber")
    return Status(f"Due {short_date(due_on)}", "blue")


_STATES: Final = {
    "met": Status("Met", "green"),
    "met_late": Status("Met late", "amber"),
    "missed": Status("Missed", "red"),
    "lapsed": Status("Lapsed", "grey"),
}


def of_timescale(state: str, due_on: date, on: date, soon: int = 7) -> Status:
    """The tag of a timescale, from what justice.domain.timescales.state says of it on that day."""
    return _STATES[state] if state in _STATES else due(due_on, on, soon)
