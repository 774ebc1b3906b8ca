"""The keyboard shortcuts: each an `accesskey` of the one control it names, so that they work without scripts too.

A browser asks for other keys to be held with them, so that no letter typed in a field sets one off (WCAG 2.1.4).
Letters that browsers keep for their own menus (D, E, F) are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Shortcut:
    """`name` is that of the address the link leads to, or of the control; `where` says on which pages it is."""

    name: str
    key: str
    words: str
    where: str = "Every page"


SHORTCUTS: Final = (
    Shortcut("home", "h", "Your first page"),
    Shortcut("find", "s", "Find a person", "Every page, if your role works with people"),
    Shortcut("overdue", "o", "What is overdue", "Every page, if your role works with cases"),
    Shortcut("my_week", "w", "My week", "Every page, if you hold cases"),
    Shortcut("notices", "n", "Notices", "Every page, if your role has them"),
    Shortcut("record_contact", "c", "Record a contact", "An order"),
    Shortcut("record_attendance", "a", "Record a session of unpaid work", "An order with unpaid work"),
    Shortcut("save", "v", "Save: the main button", "Every form that records something"),
    Shortcut("help", "0", "Help"),
)
KEYS: Final = {shortcut.name: shortcut.key for shortcut in SHORTCUTS}

# What is held with the letter, by browser.
HOLD: Final = (
    ("Edge or Chrome on Windows or Linux", "Alt"),
    ("Firefox on Windows or Linux", "Alt and Shift"),
    ("Any browser on a Mac", "Control and Option"),
)
