"""What the law asks to be logged, and which of it each change and each look is (Data Protection Act 2018, s.62(1))."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Lawful(StrEnum):
    """The six things that are logged."""

    COLLECTION = "Collection"
    ALTERATION = "Alteration"
    CONSULTATION = "Consultation"
    DISCLOSURE = "Disclosure"
    COMBINATION = "Combination"
    ERASURE = "Erasure"


# An operation is named by what is done first: what a new one does must be said here before it can be logged.
VERBS: Final = {
    Lawful.COLLECTION: (
        "add", "book", "complete", "draft", "draw", "hold", "import", "impose", "issue", "lodge", "open", "plan",
        "raise", "record", "register", "request", "submit", "write",
    ),
    Lawful.ALTERATION: (
        "agree", "amend", "answer", "approve", "arrange", "ask", "assign", "cancel", "change", "close", "correct",
        "countersign", "decide", "decline", "discard", "end", "excuse", "explain", "give", "hand", "lift", "limit",
        "name", "permit", "place", "propose", "query", "rearrange", "reschedule", "reset", "resolve", "return",
        "review", "set", "settle", "suspend", "undo", "vary", "withdraw",
    ),
    Lawful.DISCLOSURE: ("disclose", "export", "publish", "release", "send", "take", "transfer"),
    Lawful.COMBINATION: ("combine", "link", "match", "merge"),
    Lawful.ERASURE: ("delete", "destroy", "dispose", "erase", "remove"),
}  # fmt: skip
_BY_VERB: Final = {verb: kind for kind, verbs in VERBS.items() for verb in verbs}
# Named by their first word as something else than they are.
EXCEPT: Final = {"open_restricted_record": Lawful.CONSULTATION}

# Looks, by the kind the log has them under.
LOOKS: Final = {
    "view": Lawful.CONSULTATION,
    "list": Lawful.CONSULTATION,
    "search": Lawful.CONSULTATION,
    "api": Lawful.CONSULTATION,
    "export": Lawful.DISCLOSURE,
    "document": Lawful.DISCLOSURE,
}


def of_change(operation: str) -> Lawful:
    """Which of the six a change is. KeyError for one that nobody has placed."""
    return EXCEPT[operation] if operation in EXCEPT else _BY_VERB[operation.partition("_")[0]]


def of_look(kind: str, recipient: str = "") -> Lawful:
    """Which of the six a look is: what leaves the system, or is for somebody named, is a disclosure."""
    return Lawful.DISCLOSURE if recipient else LOOKS[kind]
