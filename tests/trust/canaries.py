"""The engine of canaries: a word of its own in every field of a marked record, and every way that words get out.

A word stands nowhere else, so that finding it anywhere says which field of which row came out there. `Canaries` plants
them, `Ears` listens to what is logged, and `Sweep` asks for everything and keeps what it was told.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pypdf
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from cases import add_only
from justice import registry
from tests.web.conftest import World
from tests.web.test_pages import addresses

APPS = ("cases", "orders", "assessments", "performance")
DECLARED = registry.load()
WORD = re.compile(r"zqx[0-9a-z]{4}q")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
TEXT = (models.CharField, models.TextField, models.JSONField)
# About the record of a person under supervision, and so filled.
OF_CASES = ("case", "victims", "own", "trail")
LONG = 120  # a plain column at least this long is for words, a shorter one for a code


def everything() -> list[type[models.Model]]:
    """Every table of ours, the copies of rows included."""
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def declared_of(model: type[models.Model]) -> registry.Declared | None:
    """What the registry says of a table, or of the table whose rows these are copies of."""
    name = model._meta.label.replace(".Historical", ".")
    return DECLARED.get(name)


def keys_now() -> dict[type[models.Model], set[Any]]:
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in everything()}


@contextmanager
def changeable() -> Iterator[None]:
    """Lets a test fill rows that the database keeps as they are."""
    editor: Any = SimpleNamespace(connection=connection, execute=run)
    check_now()
    for table in add_only.TABLES:
        add_only.allow(editor, table)
    yield
    check_now()
    for table in add_only.TABLES:
        add_only.forbid(editor, table)


def check_now() -> None:
    """PostgreSQL changes no trigger of a table while a check of its rows is still to come."""
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")


def made_between(
    later: dict[type[models.Model], set[Any]], earlier: dict[type[models.Model], set[Any]], case: int
) -> dict[type[models.Model], set[Any]]:
    """The rows that came meanwhile, but for those that another case or none is named in."""
    found = {}
    for model, keys in later.items():
        rows = model._base_manager.filter(pk__in=keys - earlier[model])
        if any(column.name == "case" for column in model._meta.concrete_fields):
            rows = rows.filter(case=case)
        found[model] = set(rows.values_list("pk", flat=True))
    return found


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@dataclass
class Canaries:
    """The words that were planted: which field each stands in, and who may not meet it."""

    of: dict[str, str] = field(default_factory=dict)  # word -> what it marks
    kind: dict[str, str] = field(default_factory=dict)  # word -> "restricted", "excluded" or "victim"
    sensitivity: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def word(self, kind: str, what: str, sensitivity: str) -> str:
        number, letters = len(self.of), ""
        for _ in range(4):
            number, left = divmod(number, 36)
            letters = _DIGITS[left] + letters
        made = f"zqx{letters}q"
        self.of[made], self.kind[made], self.sensitivity[made] = what, kind, sensitivity
        return made

    def plant(
        self, kind: str, rows: dict[type[models.Model], set[Any]], sights: Iterable[str] = OF_CASES
    ) -> int:
        """Put a word into every text of these rows that is words; how many were planted."""
        planted = 0
        for model, keys in rows.items():
            row = declared_of(model)
            if row is None or row.sight not in sights or row.audit == "derived":
                continue  # what is derived takes the words over from what it is derived from
            for column in model._meta.concrete_fields:
                sensitivity = row.text.get(column.name, "")
                if not self.wanted(column, sensitivity):
                    continue
                for pk in keys:
                    word = self.word(kind, f"{model._meta.label}.{column.name} of {pk}", sensitivity)
                    try:
                        with transaction.atomic():
                            planted += model._base_manager.filter(pk=pk).update(**{column.name: word})
                    except DatabaseError as refused:
                        self.refused.append(f"{self.of[word]}: {type(refused).__name__}")
        return planted

    @staticmethod
    def wanted(column: models.Field[Any, Any], sensitivity: str) -> bool:
        if not isinstance(column, (models.CharField, models.TextField)) or column.choices:
            return False
        if sensitivity in ("", "secret"):
            return False
        return (
            sensitivity != "plain" or isinstance(column, models.TextField) or (column.max_length or 0) >= LONG
        )

    def found_in(self, text: str, *kinds: str) -> set[str]:
        """Which planted words stand in a text; only those of some kinds, if they are named."""
        met = {word for word in WORD.findall(text.lower()) if word in self.of}
        return {word for word in met if not kinds or self.kind[word] in kinds}

    def named(self, words: Iterable[str]) -> str:
        return ", ".join(sorted({re.sub(r" of \S+$", "", self.of[word]) for word in words})[:6])


@dataclass(frozen=True)
class Output:
    """Something somebody was given."""

    who: str
    name: str
    address: str
    status: int
    text: str
    headers: dict[str, str]

    @property
    def head(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.headers.items())

    def __str__(self) -> str:
        return f"{self.name} ({self.address}) as {self.who}, {self.status}"


def words_of(answer: Any) -> str:
    """What a person reads in an answer: of a document its text, of a workbook its cells, else the answer as it is."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if body.startswith(b"%PDF"):
        read = pypdf.PdfReader(io.BytesIO(body))
        return "\n".join([*(page.extract_text() for page in read.pages), str(read.metadata)])
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "\n".join([*book.namelist(), *(book.read(name).decode() for name in book.namelist())])
    return body.decode(errors="replace") if kind or body else ""


class Ears(logging.Handler):
    """Hears every line that anything logs, as it would be written."""

    OURS = ("justice", *APPS, "django.request", "django.security")

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @contextmanager
    def listening(self) -> Iterator[Ears]:
        """Hears from here on, down to the last detail of what is ours; nothing is written elsewhere meanwhile."""
        logs = [logging.getLogger(name) for name in ("", "django", *self.OURS)]
        before = [(log.level, log.propagate, log.handlers[:]) for log in logs]
        for log in logs:
            log.handlers = [self]
            log.propagate = False
            if log.name in self.OURS:
                log.setLevel(logging.DEBUG)
        try:
            yield self
        finally:
            for log, (level, propagate, handlers) in zip(logs, before, strict=True):
                log.handlers, log.propagate = handlers, propagate
                log.setLevel(level)


def api_lists() -> Iterator[tuple[str, str]]:
    """Every address of the API that answers to GET without a key."""
    for name in get_resolver().reverse_dict:
        if isinstance(name, str) and re.fullmatch(r"api-[\w-]+-list", name):
            yield name, reverse(name)
    yield "api-schema", reverse("api-schema")


API_KEYS = {
    "cases": "case", "orders": "order", "notes": "note", "assessments": "assessment", "plans": "plan",
    "reviews": "review", "reports": "report", "releases": "release", "appointments": "appointment",
    "absences": "absence", "warnings": "warning", "breaches": "breach", "attendances": "attendance",
    "contact-points": "point", "associates": "associate",
}  # fmt: skip


def api_rows(keys: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The addresses of one case's rows in the API."""
    for name, key in API_KEYS.items():
        try:
            yield f"api-{name}", reverse(f"api-{name}-detail", args=[keys[key]])
        except NoReverseMatch:
            continue  # a list without single rows


def of_a_record(world: World, keys: dict[str, Any]) -> list[tuple[str, str]]:
    """The addresses that lead to one case's records, which is all that differ from the world's own."""
    own = dict(addresses(world))
    theirs = World(world.users, {**world.keys, **keys})
    found = [(name, address) for name, address in addresses(theirs) if own.get(name) != address]
    return [*found, *api_rows(keys)]


@dataclass
class Sweep:
    """Everything that was asked for, by everybody, and what came of it."""

    world: World
    outputs: list[Output] = field(default_factory=list)

    def ask(self, who: str, client: Client, name: str, address: str, **sent: Any) -> Output:
        answer = client.post(address, sent) if sent else client.get(address)
        made = Output(who, name, address, answer.status_code, words_of(answer), dict(answer.headers))
        self.outputs.append(made)
        return made

    def everything(self, who: str, client: Client, places: Iterable[tuple[str, str]]) -> list[Output]:
        client.raise_request_exception = False
        return [self.ask(who, client, name, address) for name, address in places]
