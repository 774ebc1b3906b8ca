"""What the engine of faults is made of: what stands in every table, and the n-th write or question that fails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core import mail
from django.db import OperationalError, connection

WRITES = ("INSERT", "UPDATE", "DELETE")
# A session and its drafts are the person's own and are meant to outlive a fault; a look is logged before anything else.
ASIDE = frozenset({"django_session", "cases_draft", "cases_consultation"})


class Planted(OperationalError):
    """The fault that was planted, as the database would raise it."""


def tables() -> list[str]:
    """Every table of ours."""
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))


def state(but: frozenset[str] = frozenset()) -> dict[str, str]:
    """What stands in every table, a digest for each, and what was sent."""
    found: dict[str, str] = {"(messages)": str(len(getattr(mail, "outbox", [])))}
    names = [name for name in tables() if name not in but]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            each = [
                f"SELECT '{name}', md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {name} t"
                for name in names
            ]
            cursor.execute(" UNION ALL ".join(each))
            return found | dict(cursor.fetchall())
        for name in names:
            rows = cursor.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def counts() -> dict[str, int]:
    """How many rows every table holds."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables()))
        return dict(cursor.fetchall())


def differ(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in after if before.get(name) != after[name]]


@dataclass
class Count:
    """How many were seen and how each began, and where the fault struck."""

    seen: int = 0
    struck: str = ""
    words: list[str] = field(default_factory=list)


@contextmanager
def failing(
    at: int | None = None,
    *,
    writes: bool = True,
    but: frozenset[str] = frozenset(),
    how: Callable[[], None] | None = None,
) -> Iterator[Count]:
    """The `at`-th write (or question of any kind) fails before it is carried out; without `at` they are counted."""
    count = Count()

    def wrap(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.split(None, 3)
        if (not writes or words[0].upper() in WRITES) and not any(name in sql for name in but):
            count.seen += 1
            count.words.append(" ".join(words[:2]))
            if count.seen == at:
                count.struck = " ".join(words[:3])
                if how is not None:
                    how()
                raise Planted("planted")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrap):
        yield count
