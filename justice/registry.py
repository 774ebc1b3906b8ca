"""What is declared of every table and text column, so that nothing is added without a thought for who may see it.

`registry.toml` holds the declarations; tests compare it with the models, both ways.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# How a row is reached.
SIGHT: Final = {
    "case": "through a case that the user may see",
    "victims": "through a case whose victims the user may know of: cases.permissions",
    "council": "by staff of the council; holds nothing about a person under supervision",
    "staff": "by the member of staff it is about, and by who manages them",
    "own": "by the member of staff it belongs to",
    "trail": "by rules of its own, in the trail",
    "keeping": "by who answers for what is kept: keys and days, no name",
    "system": "by no page",
}
# What its keeping follows; the periods are the council's to set, with the disposal that comes later.
RETENTION: Final = {
    "case": "as long as the case it belongs to",
    "staff": "as long as the member of staff's work is on record",
    "trail": "as long as the logs the law asks for",
    "figures": "as long as published performance",
    "settings": "as long as anything was dated by it",
    "technical": "until it has served: days",
}
# How a change of it is known.
AUDIT: Final = {
    "history": "a row copy at every change, named by its entry",
    "add-only": "never changed: the database refuses",
    "derived": "rebuilt from facts at any time, and checked every night",
    "entry": "by the entry of the operation that made it",
    "technical": "not a record of anything that happened to a person",
}
SENSITIVITY: Final = {
    "plain": "nothing about anybody",
    "personal": "says who somebody is",
    "offence": "about an offence, a sentence or how it is carried out",
    "health": "about health",
    "third_party": "about a victim, relative or other third party: never on the person's own copy",
    "staff_safety": "for the safety of staff: never on the person's own copy",
    "secret": "never shown at all",
}

# Never on what a person is given of their own record.
NEVER_THEIRS: Final = frozenset({"third_party", "staff_safety", "secret"})

# What a column of each kind says where registry.toml says nothing else. Text has no such rule: each column of it is
# declared. A kind that stands in neither is declared too, or a test fails.
KEYS: Final = frozenset({"AutoField", "BigAutoField", "UUIDField", "ForeignKey", "OneToOneField"})
FACTS: Final = frozenset(
    {
        "BooleanField",
        "DateField",
        "DateTimeField",
        "DecimalField",
        "IntegerField",
        "PositiveIntegerField",
        "PositiveSmallIntegerField",
        "SmallIntegerField",
        "TimeField",
    }
)
BOOK_KEEPING: Final = frozenset({"version", "recorded_at", "at", "created_at", "saved_at"})
# Days, numbers and flags say what the rows of their table are about, by how these are reached.
FACTS_SAY: Final = {
    "case": "offence",
    "victims": "third_party",
    "staff": "personal",
    "council": "plain",
    "own": "plain",
    "trail": "plain",
    "keeping": "plain",
    "system": "plain",
}


@dataclass(frozen=True)
class Declared:
    """One table's declarations; `text` gives the sensitivity of each text column, and of any other that differs from
    the rule for its kind.

    `blanked`: where rows outlive the record they are about, the columns emptied when that is destroyed.
    """

    sight: str
    retention: str
    audit: str
    own_copy: str
    text: dict[str, str]
    blanked: tuple[str, ...] = ()


def sensitivity(row: Declared, field: Any) -> str:
    """What a column says of anybody: as declared, or by the rule for its kind. ValueError where there is neither."""
    if field.name in row.text:
        return row.text[field.name]
    kind = field.get_internal_type()
    if kind in KEYS or field.name in BOOK_KEEPING:
        return "plain"
    if kind in FACTS:
        return FACTS_SAY[row.sight]
    raise ValueError(f"{field.model._meta.label}.{field.name}: no sensitivity is declared for it")


# What an address shows, and how a look at it is logged. An address with the name of an operation changes what that
# operation changes and is logged as its entry; files of a list, and the API's answers, are as their page: all by rule.
ADDRESSES: Final = {
    "record": "one person's record: a look at that case is logged before it is shown",
    "list": "people's records in a list: the key of each is logged before it is shown",
    "figures": "numbers, and words about no one: nothing to log",
    "settings": "the council's own settings and staff: nothing to log",
    "keeping": "keys and days of records, no name: nothing to log",
    "governance": "who looked at whom, without what is in the record: the question is logged",
    "own": "what belongs to whoever is signed in",
    "change": "changes something without a form of its own: by the operation's entry, or of one's own rows only",
    "public": "open to whoever asks: nothing about anybody",
    "technical": "signing in and out, and whether the program is well",
}
ADDRESS_FILE: Final = Path(__file__).with_name("registry_addresses.toml")


def load_addresses(file: Path = ADDRESS_FILE) -> dict[str, str]:
    """The class of each declared address by its name. ValueError for a word not in the list above, or a name twice."""
    found: dict[str, str] = {}
    for word, names in tomllib.loads(file.read_text(encoding="utf-8")).items():
        if word not in ADDRESSES:
            raise ValueError(f"{word} is not one of {', '.join(ADDRESSES)}")
        twice = [name for name in names if name in found or names.count(name) > 1]
        if twice:
            raise ValueError(f"declared twice: {', '.join(twice)}")
        found |= dict.fromkeys(names, word)
    return found


def declared_as(name: str) -> str:
    """The name under which an address is declared: a list's files and the API's answers stand with their page."""
    for ending in ("_csv", "_xlsx"):
        name = name.removesuffix(ending)
    return name


FILE: Final = Path(__file__).with_name("registry.toml")


def load(file: Path = FILE) -> dict[str, Declared]:
    """Every declared table by its label ("cases.Person"). ValueError for a word that is not in the lists above."""
    found = {}
    for app, tables in tomllib.loads(file.read_text(encoding="utf-8")).items():
        for name, row in tables.items():
            declared = Declared(**{"text": {}, **row, "blanked": tuple(row.get("blanked", ()))})
            for word, words in (
                (declared.sight, SIGHT),
                (declared.retention, RETENTION),
                (declared.audit, AUDIT),
                *((one, SENSITIVITY) for one in declared.text.values()),
            ):
                if word not in words:
                    raise ValueError(f"{app}.{name}: {word} is not one of {', '.join(words)}")
            found[f"{app}.{name}"] = declared
    return found
