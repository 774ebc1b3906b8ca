"""Who is meant, and is this somebody we know already? Names folded to one spelling, likenesses ranked with reasons.

Values in, values out: what is stored of a name so that a misspelling finds it, what is looked up for a word typed, and
how like what was asked a known person is. The search box and the warning of a duplicate use the same ranking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from jellyfish import damerau_levenshtein_distance, metaphone

# --- Spelling ----------------------------------------------------------------------------------------------------

# Letters that Unicode does not take apart into a plain letter and its mark.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}  # noqa: RUF001
)


def fold(name: str) -> str:
    """The name without case, accents, apostrophes, hyphens or a Mac written Mc: equal for the same name."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_PLAIN)
    plain = re.sub(r"[-‐-―,.;/]", " ", plain)  # noqa: RUF001  (dashes that Word puts in)
    plain = "".join(letter for letter in plain if letter.isalpha() or letter == " ")
    return re.sub(r"\bmac(?=[a-z]{3})", "mc", " ".join(plain.split()))


def name_key(given_name: str, family_name: str) -> str:
    """The whole name folded, family name first: what people are put in order by."""
    return f"{fold(family_name)} {fold(given_name)}".strip()


def words_of(given_name: str, family_name: str) -> list[str]:
    """The words somebody of this name is found by; a name of two words is one word to some: Ann-Marie, Annmarie."""
    found: list[str] = []
    for name in (given_name, family_name):
        words = fold(name).split()
        found += words
        found += [fold(first + second) for first, second in pairwise(words)]
    return [word for word in dict.fromkeys(found) if len(word) <= LONGEST]


LONGEST = 60  # letters of a word that is looked up
# Below this many letters nearly every name is one letter from another.
LETTERS_TO_DROP, LETTERS_TO_DROP_TWO, LETTERS_TO_BEGIN = 4, 7, 3


def spellings(word: str) -> set[str]:
    """What is kept for a word of a name, so that it is found as it may be typed.

    The word itself, the word with any one letter left out (a letter missing, added, wrong, or two of them swapped
    are all one left-out letter away from each other), its first letters with a star, and its sound in capitals.
    """
    found = {word, *(f"{word[:end]}*" for end in range(LETTERS_TO_BEGIN, len(word)))}
    if len(word) >= LETTERS_TO_DROP:
        found |= _without_one(word)
    if said := sound(word):
        found.add(said)
    return found


def asked_spellings(word: str) -> set[str]:
    """What is looked up for a word typed: as `spellings`, and two letters left out of a long word."""
    found = {word, f"{word}*"} if len(word) >= LETTERS_TO_BEGIN else {word}
    if len(word) >= LETTERS_TO_DROP:
        found |= _without_one(word)
    if len(word) >= LETTERS_TO_DROP_TWO:
        found |= {short for longer in _without_one(word) for short in _without_one(longer)}
    if said := sound(word):
        found.add(said)
    return found


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


# Names in Scotland that are said otherwise than any rule of spelling has it.
_SAID = {
    "beauchamp": "beecham",
    "cockburn": "coburn",
    "colquhoun": "cahoon",
    "dalyell": "deeyel",
    "dalziel": "deeyel",
    "marjoribanks": "marchbanks",
    "menzies": "mingis",
    "ruthven": "riven",
    "strachan": "strawn",
    "wemyss": "weems",
}
# Gaelic and Scots spelling, of which the rules of English know nothing; the library's metaphone does the rest.
_SOUNDS = tuple(
    (re.compile(spelt), said)
    for spelt, said in (
        (r"[bm]h", "v"),  # Siobhan, Mhairi, Niamh
        (r"^s[ei](?=[aou])", "s"),  # Sean, Siobhan
        (r"(?<=[aeiouy])dh", ""),  # Eilidh, Ruaridh
        (r"(?<!^)gh(?=[aeits]|$)", ""),  # Leigh, Hughes, Wright
        (r"quh", "k"),  # Farquhar
        (r"[ck]h", "k"),  # Lachlan, Christie, Khloe
        (r"th", "t"),  # Anthony, Thomas
        (r"^mc[ck]?", "mk"),  # McLeod, McCloud
        (r"mps", "ms"),  # Thompson
        (r"ndl", "nl"),  # Findlay
        (r"(?<=[aeiouy])[hw](?=[aeiouy])", ""),  # Graham, Stewart, Ewan
        (r"^rh", "r"),  # Rhona
        (r"(.)\1+", r"\1"),
        (r"^([aeiou]+|y(?![aeiou]))", "a"),  # Aoife, Eoin, Yvonne
    )
)


@lru_cache(maxsize=10_000)
def sound(word: str) -> str:
    """How the word is said, roughly, in capitals; nothing for a single letter or a script without such rules."""
    if len(word) < 2 or not word.isascii():
        return ""
    said = _SAID.get(word, word)
    for spelt, as_said in _SOUNDS:
        said = spelt.sub(as_said, said)
    return metaphone(said).replace("X", "S").replace("0", "T").replace(" ", "")


# --- Likeness ----------------------------------------------------------------------------------------------------

# From here on two words are taken for one name mistyped.
ALIKE = 0.6
SOUNDS_ALIKE, BEGINS_ALIKE, SAME_INITIAL = 0.8, 0.8, 0.8
# The same name as an alias counts a little less, and so does one with words that were not typed.
AN_ALIAS, A_WORD_MORE = 0.98, 0.02
# How much name, date of birth and postcode weigh, of those that were given. A misspelt name with the date of birth
# outweighs the very name with another; the date alone outweighs neither.
NAME, BORN, LIVES = 0.65, 0.35, 0.35
# Likely enough to be the same person that whoever adds a second one is asked: the same name with any date of birth,
# one name in common with the same date, a similar name with a slip in the date.
A_DUPLICATE = 0.63


@lru_cache(maxsize=50_000)
def word_share(asked: str, known: str) -> float:
    """How like the word typed a word of a name is, from 0 to 1."""
    if asked == known:
        return 1.0
    if len(asked) == 1 or len(known) == 1:
        return SAME_INITIAL if asked[0] == known[0] else 0.0
    share = 1 - damerau_levenshtein_distance(asked, known) / max(len(asked), len(known))
    if sound(asked) and sound(asked) == sound(known):
        share = max(share, SOUNDS_ALIKE if asked[0] == known[0] else SOUNDS_ALIKE - 0.05)
    if len(asked) >= LETTERS_TO_BEGIN and known.startswith(asked):
        share = max(share, BEGINS_ALIKE)
    return share if share >= ALIKE else 0.0


@dataclass(frozen=True)
class NameShare:
    """How like the words typed a name is, how many of them have their like in it, and how many it has more."""

    share: float
    found: int
    more: int


def name_share(asked: Sequence[str], known: Sequence[str]) -> NameShare:
    """Each word typed beside the word of the name that is most like it, in whichever order they stand.

    Two words that were typed as one, or one as two, are tried together.
    """
    whole = _paired(asked, known)
    if whole.share < 1:
        others = [(joined, known) for joined in _joined(asked)] + [
            (asked, joined) for joined in _joined(known)
        ]
        whole = max([whole, *(_paired(*other) for other in others)], key=lambda one: (one.share, -one.more))
    return whole


def _paired(asked: Sequence[str], known: Sequence[str]) -> NameShare:
    shares = [
        (word_share(typed, word), one, other)
        for one, typed in enumerate(asked)
        for other, word in enumerate(known)
    ]
    taken: tuple[set[int], set[int]] = set(), set()
    total = 0.0
    for share, one, other in sorted(shares, key=lambda row: (-row[0], row[1], row[2])):
        if share and one not in taken[0] and other not in taken[1]:
            taken[0].add(one)
            taken[1].add(other)
            total += share
    return NameShare(total / len(asked) if asked else 0.0, len(taken[0]), len(known) - len(taken[1]))


def _joined(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for at in range(len(words) - 1):
        yield (*words[:at], fold(words[at] + words[at + 1]), *words[at + 2 :])


# Slips in a date of birth, how much is left of it by each, and each in words.
SAME_BIRTH = (1.0, "same date of birth")
SWAPPED = (0.8, "day and month of birth the other way round")
TWO_FIGURES = (0.75, "two figures of the date of birth the other way round")
ONE_FIGURE = (0.7, "one figure of the date of birth different")
ONE_YEAR = (0.6, "year of birth one different")


@lru_cache(maxsize=100)
def births_near(born: date) -> dict[date, tuple[float, str]]:
    """The dates of birth that may be meant by this one, with how near each is and what the slip would be."""
    found = {born: SAME_BIRTH}
    figures = f"{born:%d%m}{born.year:04d}"

    def note(typed: str, slip: tuple[float, str]) -> None:
        try:
            meant = date(int(typed[4:]), int(typed[2:4]), int(typed[:2]))
        except ValueError:
            return
        if 1900 <= meant.year <= 2100:
            found.setdefault(meant, slip)

    note(figures[2:4] + figures[:2] + figures[4:], SWAPPED)
    for at in (0, 2, 4, 5, 6):  # within the day, the month, the year
        note(figures[:at] + figures[at + 1] + figures[at] + figures[at + 2 :], TWO_FIGURES)
    for at in range(8):
        for figure in "0123456789":
            note(figures[:at] + figure + figures[at + 1 :], ONE_FIGURE)
    for year in (born.year - 1, born.year + 1):
        note(f"{figures[:4]}{year:04d}", ONE_YEAR)
    return found


@dataclass(frozen=True)
class Asked:
    """Who is asked about: folded words of the name, a date of birth, postcodes and references as they are kept."""

    words: tuple[str, ...] = ()
    born: date | None = None
    postcodes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.words or self.born or self.postcodes or self.references)


@dataclass(frozen=True)
class Known:
    """What is known of one person: the name and then the aliases, each as it is written and as folded words."""

    names: tuple[tuple[str, tuple[str, ...]], ...]
    born: date
    lives: frozenset[str] = frozenset()  # postcode of the present address, whole and its first half
    lived: frozenset[str] = frozenset()  # of earlier ones
    reference: str = ""
    references: frozenset[str] = frozenset()  # of the person and what is recorded under the case
    key: str = ""  # the folded name, to put people in order by


@dataclass(frozen=True)
class Likeness:
    """How like the person asked about a known person is, from 0 to 1, why, in words, and by which name."""

    share: float
    reason: str
    name: str = ""
    by_reference: bool = False


def weighed(asked: Asked, name: float, born: float, lives: float) -> float:
    """One number from how like each part is, each part that was asked for having its weight."""
    parts = (
        (NAME, name, bool(asked.words)),
        (BORN, born, asked.born is not None),
        (LIVES, lives, bool(asked.postcodes)),
    )
    weight = sum(heavy for heavy, _, given in parts if given)
    return sum(heavy * share for heavy, share, given in parts if given) / weight if weight else 0.0


def likeness(asked: Asked, known: Known) -> Likeness:
    """How likely this is who was asked for, and the reasons in words. A reference is certain."""
    shown, name, reasons = known.names[0][0], 0.0, []
    if asked.words:
        shown, name, reason = _by_name(asked, known)
        reasons += [reason] if reason else []
    born = 0.0
    if asked.born:
        born, slip = births_near(asked.born).get(known.born, (0.0, "another date of birth"))
        reasons.append(slip)
    lives = 0.0
    if asked.postcodes:
        lives, where = _by_postcode(asked, known)
        reasons += [where] if where else []
    share = round(weighed(asked, name, born, lives), 3)
    by_reference = ""
    if known.reference in asked.references:
        by_reference = "this reference"
    elif not known.references.isdisjoint(asked.references):
        by_reference = "an order, report or release has this reference"
    if by_reference:
        share, reasons = 1.0, [by_reference]
    said = ", ".join(reasons)
    return Likeness(share, said[:1].upper() + said[1:], shown, bool(by_reference))


def _by_name(asked: Asked, known: Known) -> tuple[str, float, str]:
    """The name that is most like what was typed, how like it is, and that in words."""
    best, best_at, best_share = NameShare(0.0, 0, 0), 0, 0.0
    for at, (_, words) in enumerate(known.names):
        found = name_share(asked.words, words)
        share = found.share * (AN_ALIAS if at else 1) - A_WORD_MORE * min(found.more, 3)
        if share > best_share:
            best, best_at, best_share = found, at, share
    shown = known.names[best_at][0]
    if best.share == 1:
        reason = "same name" if not best.more else "part of the name"
    elif not best.found:
        reason = ""
    elif best.found < len(asked.words):
        reason = "one name in common" if best.found == 1 else "some names in common"
    else:
        reason = "similar name"
    if best_at and reason:
        reason = f"alias: {shown}" if best.share == 1 else f"{reason}, alias: {shown}"
    return shown, max(best_share, 0.0), reason


def _by_postcode(asked: Asked, known: Known) -> tuple[float, str]:
    for typed in asked.postcodes:
        where = f"at {written(typed)}" if _POSTCODE.fullmatch(typed) else f"in {typed}"
        if typed in known.lives:
            return 1.0, f"lives {where}"
        if typed in known.lived:
            return 0.8, f"lived {where}"
    return 0.0, ""


# --- Postcodes and references ------------------------------------------------------------------------------------

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")


def squeezed(text: str) -> str:
    """Without spaces, hyphens or any other sign, in capitals: how postcodes and references are compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def postcode_keys(postcode: str) -> set[str]:
    """What an address is found by: its whole postcode and the first half of it."""
    whole = squeezed(postcode)
    if not whole:
        return set()
    return {whole, whole[:-3]} if _POSTCODE.fullmatch(whole) else {whole}


def written(postcode: str) -> str:
    """KY1 1AB, from how a whole postcode is compared."""
    return f"{postcode[:-3]} {postcode[-3:]}"
