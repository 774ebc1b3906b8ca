"""New rows by the hundred thousand: one statement prepared once, where bulk_create writes one for every few rows.

A whole caseload is saved in less than half the time. The rows are ordinary model instances with their values set;
nothing that happens at save() happens here, as with bulk_create, and no database default is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)

PAGE = 1000  # rows in one statement to PostgreSQL

# Kinds of column of which Python's value is what the driver takes as it is.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def insert(rows: Iterable[Row]) -> list[Row]:
    """Insert new rows of one model and give them their keys. Must run in a transaction."""
    rows = list(rows)
    if not rows:
        return rows
    meta = type(rows[0])._meta
    if isinstance(meta.pk, models.AutoField):
        for row, key in zip(rows, _keys(meta, len(rows)), strict=True):
            row.pk = key
    fields = meta.concrete_fields
    columns = [(field.attname, _writer(field)) for field in fields]
    _write(meta.db_table, [str(field.column) for field in fields], _values(rows, columns))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def _values(rows: Sequence[models.Model], columns: list[tuple[str, Any]]) -> Iterator[list[Any]]:
    for row in rows:
        values = row.__dict__
        yield [values[name] if write is None else write(values[name]) for name, write in columns]


def _writer(field: Any) -> Callable[[Any], Any] | None:
    """What turns a value into what the driver takes; None where that is the value itself."""
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return _iso if connection.vendor == "sqlite" else None
    if isinstance(field, models.ForeignKey) and isinstance(field.target_field, models.UUIDField):
        field = field.target_field
    if isinstance(field, _PLAIN) or field.primary_key and isinstance(field, models.AutoField):
        return None
    told: dict[int, tuple[Any, Any]] = {}  # most rows of an import share one moment

    def write(value: Any) -> Any:
        kept = told.get(id(value))
        if kept is None or kept[0] is not value:
            told.clear()
            kept = told[id(value)] = (value, field.get_db_prep_save(value, connection))
        return kept[1]

    return write


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _keys(meta: Any, count: int) -> Iterable[int]:
    """So many keys that nobody else will get. SQLite counts on from the largest one itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [meta.db_table]
            )
            first = cursor.fetchone()[0] + 1
            return range(first, first + count)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{meta.db_table}"', meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _write(table: str, names: list[str], values: Any) -> None:
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    into = f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES "  # noqa: S608  (names of our own)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, into + "%s", values, page_size=PAGE)
        else:
            cursor.executemany(into + f"({', '.join(['%s'] * len(names))})", values)


def plan_anew() -> None:
    """Let PostgreSQL plan its checks of foreign keys for the tables as they are now, after many rows went in.

    It checks all of them at the end of the transaction, by plans that the connection keeps. One that was made while a
    table held a few rows would read the whole table for each new row (justice/decisions/15-the-importer.md).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")
