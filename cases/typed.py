"""What somebody typed into the one search box: date of birth, postcodes, references and words of a name, told apart."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import pairwise
from typing import Final

from cases.matching import LONGEST, Asked, fold, squeezed
from justice.domain.dates import MONTHS, Unreadable, read, split

MOST_WORDS: Final = 6  # of a name; what stands behind them is let go
TITLES: Final = frozenset({"mr", "mrs", "miss", "ms", "mx", "dr"})

_SIGN = r"[\s/.,\-–—]{1,2}"  # noqa: RUF001  (dashes that Word puts in)
_MONTH = rf"(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE: Final = re.compile(
    rf"""(?<![\w/.\-])                                # not the end of a reference such as CPO-2025-12-01
    (?:(?:born|d\.?o\.?b\.?|date\ of\ birth)\s*:?\s*)?
    (?P<date>
        \d{{4}}{_SIGN}\d{{1,2}}{_SIGN}\d{{1,2}}
      | \d{{1,2}}{_SIGN}\d{{1,2}}{_SIGN}(?:\d{{4}}|\d{{2}})
      | {_DAY}\s?{_SIGN}?{_MONTH}{_SIGN}(?:\d{{4}}|\d{{2}})
      | {_MONTH}{_SIGN}{_DAY}{_SIGN}(?:\d{{4}}|\d{{2}})
      | \d{{8}} | \d{{6}}
    )(?![\w/\-])""",
    re.IGNORECASE | re.VERBOSE,
)
_POSTCODE: Final = re.compile(
    r"\b(?P<first>[A-Z]{1,2}\d[A-Z\d]?)(?:\s*(?P<second>\d[A-Z]{2}))?\b", re.IGNORECASE
)

_SECOND_HALF: Final = re.compile(r"\d[A-Z]{2}", re.IGNORECASE)


def asked_in(text: str, on: date) -> Asked:
    """Everything in what was typed that somebody may be found by. `on` tells the century of a two-figure year."""
    text = unicodedata.normalize("NFKC", text).strip()
    born, rest = _born(text, on)
    parts = rest.split()
    references = {squeezed(text), squeezed(rest)}
    for part in (*parts, *(first + second for first, second in pairwise(parts))):
        if re.search(r"\d", part) and not _SECOND_HALF.fullmatch(part):
            references.add(squeezed(part))
    postcodes = [squeezed(found.group()) for found in _POSTCODE.finditer(rest)]
    rest = _POSTCODE.sub(" ", rest)
    words = [word for part in rest.split() if not re.search(r"\d", part) for word in fold(part).split()]
    words = [word for word in words if word not in TITLES] or words
    return Asked(
        words=tuple(word[:LONGEST] for word in words[:MOST_WORDS]),
        born=born,
        postcodes=tuple(dict.fromkeys(postcodes)),
        references=tuple(sorted(one for one in references if one and len(one) <= LONGEST)),
    )


def _born(text: str, on: date) -> tuple[date | None, str]:
    """The first date in the text that can be read and is not to come, and the text without it."""
    for found in _DATE.finditer(text):
        parts = split(found["date"])
        if parts is None:
            continue
        try:
            born = read(*parts, century="past", today=on)
        except Unreadable:
            continue
        if born <= on:
            return born, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text
