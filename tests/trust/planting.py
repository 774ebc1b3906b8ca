"""Hostile text in every text column there is, found by introspection."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from cases.add_only import TABLES
from tests.conftest import APPS
from tests.trust.canaries import check_now

CODE = re.compile(r"[a-z0-9_.:\-]*", re.ASCII)
# Columns of codes that are empty in the world the tests have, or that the program reads again: not text anybody types.
CODES = {
    "cases.User.password", "cases.User.email", "cases.Spelling.word", "cases.Spelling.key", "cases.SearchWord.word",
    "cases.Submission.body_hash", "cases.Job.kind", "cases.Job.run_key", "cases.Export.address", "subject",
    "performance.Return.period",
}  # fmt: skip


def text_columns() -> list[tuple[type[models.Model], Any]]:
    """Every column of text, and of text in JSON, of our own models; row copies are the same text again."""
    return [
        (model, field)
        for model in apps.get_models()
        if model._meta.app_label in APPS and not model.__name__.startswith("Historical")
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
    ]


def is_typed(model: type[models.Model], field: Any) -> bool:
    """Whether people type into it: it has no list of codes, and what it holds is not made of codes alone."""
    if field.choices or {f"{model._meta.label}.{field.name}", field.name} & CODES:
        return False
    if isinstance(field, models.JSONField):
        return True
    if isinstance(field, models.TextField) or field.max_length >= 150:
        return True
    held = [value for value in model._base_manager.values_list(field.name, flat=True)[:200] if value]
    return any(not CODE.fullmatch(value) for value in held)


def unlocked() -> None:
    """The tables that the database keeps as they are take the text too: for as long as this test's transaction."""
    check_now()
    with connection.cursor() as cursor:
        for table in TABLES:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


def plant(payload: Callable[[int], str]) -> tuple[int, list[str]]:
    """Put a payload in each row of each column that people type into; how many columns, and which took none."""
    unlocked()
    numbers, columns, left = count(), 0, []
    for model, field in text_columns():
        if not is_typed(model, field):
            continue
        rows = list(model._base_manager.values_list("pk", field.name))
        done = 0
        for key, value in rows:
            said = payload(next(numbers))
            new: Any = _in_json(value, said) if isinstance(field, models.JSONField) else _cut(said, field)
            if new != value and not (field.unique and len(rows) > 1):
                with suppress(IntegrityError), transaction.atomic():  # a rule may say that it is empty
                    model._base_manager.filter(pk=key).update(**{field.name: new})
                    done += 1
        if done:
            columns += 1
        elif rows:
            left.append(f"{model._meta.label}.{field.name}")
    return columns, left


def _cut(text: str, field: Any) -> str:
    return text if field.max_length is None else text[: field.max_length]


def _in_json(value: Any, said: str) -> Any:
    """The same shape, with the payload wherever there were words."""
    if isinstance(value, str):
        return said if not CODE.fullmatch(value) and " " in value else value
    if isinstance(value, list):
        return [_in_json(one, said) for one in value]
    if isinstance(value, dict):
        return {key: _in_json(one, said) for key, one in value.items()}
    return value
