"""What a person is given of their own record on request: what the registry says is theirs, with what is left out named.

Third parties and the safety of staff are left out column by column, and tables that are not the person's own whole.
What is left out is named whether or not anything stands in it: that there is a victim is told to nobody this way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import models

from cases.disposal import Found, Model, about_people, declared
from cases.models import Person
from justice import registry


@dataclass(frozen=True)
class Part:
    """The person's rows of one table: a label and a value for each column that says something."""

    table: str
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class Withheld:
    """A table, or a column of one, that is not in the pack, and why."""

    table: str
    column: str
    why: str


@dataclass(frozen=True)
class Pack:
    reference: str
    name: str
    made_on: str
    parts: list[Part]
    withheld: list[Withheld]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def pack_of(person: Person, on: date) -> Pack:
    """Everything of one person's record that is theirs. Who may make it is for the operation that releases it."""
    found = Found(person.pk, copies=False)
    return Pack(
        person.reference,
        person.name,
        on.isoformat(),
        [part for model in _theirs() if (part := _part(model, found.live[model])).rows],
        list(_withheld()),
    )


def _theirs() -> list[Model]:
    return [model for model in about_people() if declared()[model._meta.label].own_copy == "yes"]


def _called(model: Model) -> str:
    return str(model._meta.verbose_name_plural).capitalize()


def _part(model: Model, keys: set[Any]) -> Part:
    columns = [
        field
        for field in model._meta.concrete_fields
        if _says_something(field) and not _left_out(model, field)
    ]
    rows = [
        {str(field.verbose_name).capitalize(): _in_words(row, field) for field in columns}
        for row in model._base_manager.filter(pk__in=keys).order_by("pk")
    ]
    return Part(_called(model), [{label: value for label, value in row.items() if value} for row in rows])


def _says_something(field: models.Field[Any, Any]) -> bool:
    """Not a key, nor what only the program needs."""
    return field.get_internal_type() not in registry.KEYS and field.name not in (
        "version",
        "name_key",
        "calendar_stamp",
    )


def _left_out(model: Model, field: models.Field[Any, Any]) -> str:
    """Why a column is not in the pack; nothing where it is."""
    mark = registry.sensitivity(declared()[model._meta.label], field)
    return registry.SENSITIVITY[mark] if mark in registry.NEVER_THEIRS else ""


def _withheld() -> Iterator[Withheld]:
    for model in about_people():
        if declared()[model._meta.label].own_copy != "yes":
            yield Withheld(_called(model), "", "no part of what a person is given of their own record")
            continue
        for field in model._meta.concrete_fields:
            if _says_something(field) and (why := _left_out(model, field)):
                yield Withheld(_called(model), str(field.verbose_name).capitalize(), why)


def _in_words(row: models.Model, field: models.Field[Any, Any]) -> str:
    labelled = getattr(row, f"get_{field.name}_display", None)
    value = labelled() if labelled else getattr(row, field.name)
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
