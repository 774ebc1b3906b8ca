"""The kinds of note, and the headings that each may begin with: data, in note_templates.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parent / "data" / "note_templates.toml"


@dataclass(frozen=True)
class NoteTemplate:
    """One kind of note."""

    key: str
    label: str
    headings: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the box begins with: each heading with room under it."""
        return "\n\n\n".join(self.headings) + "\n" if self.headings else ""


@lru_cache(maxsize=1)
def templates() -> dict[str, NoteTemplate]:
    """Every kind by its key, in the order of the file. ValueError where the file is not as it must be."""
    found: dict[str, NoteTemplate] = {}
    for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["template"]:
        one = NoteTemplate(row["key"], row["label"], tuple(row["headings"]))
        if not one.key or not one.label or one.key in found or any("\n" in text for text in one.headings):
            raise ValueError(f"note template {one.key!r}")
        found[one.key] = one
    return found


def choices() -> list[tuple[str, str]]:
    """Key and label of each kind, for a list to choose from."""
    return [(one.key, one.label) for one in templates().values()]


def label_of(key: str) -> str:
    """The words for a kind; of one that is no longer offered, its key."""
    found = templates().get(key)
    return found.label if found else key


def only_headings(text: str) -> bool:
    """Whether nothing was written: no line but headings and empty ones."""
    headings = {heading for one in templates().values() for heading in one.headings}
    return all(line.strip().rstrip(":") in headings | {""} for line in text.splitlines())
