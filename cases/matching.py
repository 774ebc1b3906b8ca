"""Is this somebody we know already? Names folded to one spelling, and likenesses ranked with a reason for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

# Two spellings this alike are taken for one name mistyped: MacDonald and McDonald, Thomson and Thompson.
ALIKE = 0.8


@dataclass(frozen=True)
class Likeness:
    """How like the person asked about a known person is, from 0 to 1, and why, in words."""

    share: float
    reason: str


def name_key(given_name: str, family_name: str) -> str:
    """The name without case, accents, apostrophes, hyphens or a Mac written Mc: equal for the same name."""
    return f"{_fold(family_name)} {_fold(given_name)}".strip()


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    plain = re.sub(r"[^a-z ]", "", plain.replace("-", " "))
    return re.sub(r"\bmac(?=[a-z]{3})", "mc", " ".join(plain.split()))


def births_like(born: date) -> tuple[date, ...]:
    """The date itself, and day and month the other way round where that is a date: the usual slip."""
    return (
        (born, date(born.year, born.day, born.month))
        if born.day <= 12 and born.day != born.month
        else (born,)
    )


def likeness(asked: str, asked_born: date, known: Sequence[str], born: date) -> Likeness | None:
    """How like two people are by folded names (the known one's aliases among them) and dates of birth."""
    share = max((SequenceMatcher(None, _sorted(asked), _sorted(name)).ratio() for name in known), default=0.0)
    if born == asked_born and share >= ALIKE:
        return Likeness(
            1.0 if share == 1 else share, "Same date of birth and the same or a very similar name"
        )
    if born == asked_born and share >= ALIKE / 2 and _one_name_shared(asked, known):
        return Likeness(share * 0.9, "Same date of birth and one name in common")
    if share == 1.0:
        return Likeness(0.7, "Same name, another date of birth")
    if born in births_like(asked_born) and share >= ALIKE:
        return Likeness(share * 0.8, "Similar name, and day and month of birth the other way round")
    return None


def _sorted(key: str) -> str:
    return " ".join(sorted(key.split()))


def _one_name_shared(asked: str, known: Sequence[str]) -> bool:
    return any(set(asked.split()) & set(name.split()) for name in known)
