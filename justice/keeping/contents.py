"""What a database holds, said so that two can be compared: every table, sequence, constraint, index and trigger."""

# ruff: noqa: S608 - every name in these questions comes from the database's own lists

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Ask = Callable[[str], Iterable[Sequence[Any]]]
Columns = Callable[[str], "Sequence[str] | None"]


@dataclass(frozen=True)
class Contents:
    """`tables` gives each table's number of rows and a sum over all that is in them, whatever their order."""

    tables: dict[str, tuple[int, str]]
    # The least and the greatest that a sequence may stand at: it moves while people work, and outside transactions.
    sequences: dict[str, tuple[int, int]]
    schema: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Contents:
        return cls(
            {name: (int(rows), str(total)) for name, (rows, total) in said["tables"].items()},
            {name: (int(least), int(most)) for name, (least, most) in said["sequences"].items()},
            list(said["schema"]),
        )


def differences(wanted: Contents, found: Contents) -> list[str]:
    """In what the second is not the first, in words; nothing when they are equal."""
    wrong = [f"{name}: the table is not there" for name in sorted(wanted.tables.keys() - found.tables.keys())]
    wrong += [f"{name}: a table too many" for name in sorted(found.tables.keys() - wanted.tables.keys())]
    for name in sorted(wanted.tables.keys() & found.tables.keys()):
        (rows, total), (rows_found, total_found) = wanted.tables[name], found.tables[name]
        if rows != rows_found:
            wrong.append(f"{name}: {rows_found:,} rows instead of {rows:,}")
        elif total != total_found:
            wrong.append(f"{name}: the same number of rows, and not the same in them")
    for name in sorted(wanted.sequences.keys() | found.sequences.keys()):
        least, most = wanted.sequences.get(name, (-1, -1))
        stands = found.sequences.get(name, (-1, -1))[0]
        if not least <= stands <= most:
            wrong.append(f"{name}: the sequence stands at {stands:,} instead of {most:,}")
    wrong += [f"not there: {said}" for said in sorted(set(wanted.schema) - set(found.schema))]
    wrong += [f"too many: {said}" for said in sorted(set(found.schema) - set(wanted.schema))]
    return wrong


def nothing() -> None:
    """For whoever need not be told that the work goes on."""


def of_sqlite(
    database: sqlite3.Connection, *, tick: Callable[[], None] = nothing, columns: Columns = lambda _: None
) -> Contents:
    """The contents of a SQLite database; `columns` limits what of a table is summed."""
    ask: Ask = database.execute
    made = list(ask("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"))
    tables = {}
    for name in sorted(
        name for kind, name, _, _ in made if kind == "table" and not name.startswith("sqlite_")
    ):
        wanted = columns(name)
        chosen = "*" if wanted is None else ", ".join(f'"{column}"' for column in wanted)
        count, total = 0, 0
        for row in ask(f'SELECT {chosen} FROM "{name}"'):
            count += 1
            total += int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=8).digest(), "big")
            if count % 20_000 == 0:
                tick()
        tables[name] = (count, f"{total % 2**64:016x}")
        tick()
    sequences = {}
    if any(name == "sqlite_sequence" for _, name, _, _ in made):
        sequences = {name: (last, last) for name, last in ask("SELECT name, seq FROM sqlite_sequence")}
    schema = [
        f"{kind} {name} on {table}: {sql}" for kind, name, table, sql in made if name != "sqlite_sequence"
    ]
    return Contents(tables, sequences, sorted(schema))


_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"
_SCHEMA = (
    "SELECT 'constraint ' || c.conname || ' on ' || c.conrelid::regclass || ' ' || pg_get_constraintdef(c.oid) || "
    "CASE WHEN c.convalidated THEN '' ELSE ' not valid' END FROM pg_constraint c "
    f"JOIN pg_namespace n ON n.oid = c.connamespace WHERE {_OURS} AND c.conrelid <> 0",
    f"SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class t ON t.oid = i.indexrelid "
    f"JOIN pg_namespace n ON n.oid = t.relnamespace WHERE {_OURS}",
    "SELECT 'trigger ' || pg_get_triggerdef(g.oid) || ' enabled ' || g.tgenabled::text FROM pg_trigger g "
    f"JOIN pg_class t ON t.oid = g.tgrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
    f"WHERE {_OURS} AND NOT g.tgisinternal",
    "SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    f"WHERE {_OURS} AND p.prokind IN ('f', 'p')",
    "SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || "
    "CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || "
    "coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') "
    "FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
    "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
    f"WHERE {_OURS} AND t.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped",
)


def of_postgresql(
    ask: Ask, *, tick: Callable[[], None] = nothing, columns: Columns = lambda _: None
) -> Contents:
    """The contents of a PostgreSQL database; `columns` limits what of a table is summed."""
    for setting in (
        "TimeZone = 'UTC'",
        "DateStyle = 'ISO, YMD'",
        "IntervalStyle = 'postgres'",
        "extra_float_digits = 3",
    ):
        ask(f"SET LOCAL {setting}")
    names = ask(
        "SELECT n.nspname, t.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace "
        f"WHERE t.relkind IN ('r', 'p') AND {_OURS} ORDER BY 1, 2"
    )
    tables = {}
    for schema, name in list(names):
        wanted = columns(name)
        chosen = "t.*" if wanted is None else ", ".join(f't."{column}"' for column in wanted)
        [(count, total)] = ask(
            "SELECT count(*), coalesce(sum(('x' || substr(md5(whole), 1, 16))::bit(64)::bigint::numeric), 0) "
            f'FROM (SELECT ROW({chosen})::text AS whole FROM "{schema}"."{name}" t) AS every'
        )
        tables[name if schema == "public" else f"{schema}.{name}"] = (
            int(count),
            f"{int(total) % 2**64:016x}",
        )
        tick()
    return Contents(tables, {}, sorted(_plain(said) for query in _SCHEMA for (said,) in list(ask(query))))


def sequences_of_postgresql(ask: Ask) -> dict[str, int]:
    """How far each sequence has counted; 0 for one that never was asked."""
    found = ask(
        "SELECT schemaname || '.' || sequencename, coalesce(last_value, 0) FROM pg_sequences "
        "WHERE schemaname NOT LIKE 'pg\\_%'"
    )
    return {name: int(last) for name, last in found}


def _plain(definition: str) -> str:
    """Without casts and brackets: PostgreSQL says the same rule in other words after it was restored once."""
    words = re.sub(r"::[a-z ]+(\(\d+(,\d+)?\))?(\[\])?", "", definition)
    return re.sub(r"[()\s]+", " ", words).replace("[ ", "[").replace(" ]", "]").replace(" ,", ",").strip()
