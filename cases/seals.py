"""Seals on the trail: whoever alters it past the database's own refusals, its owner included, is found out.

Every hour the rows that came since are hashed, in order, together with the seal before; the seal is kept in the
database and copied to a file outside it. A row edited, removed, put in or exchanged later no longer gives its seal's
hash, and seals that are removed or made anew no longer are those of the file.

A row carries the moment of its statement and is seen when its transaction commits. So the last minutes are left for
the next seal, and on PostgreSQL everything since the oldest transaction that has written something and is still open:
what is sealed can get no late row.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from cases.models import Consultation, Entry, RefusedLook, Seal

MARGIN: Final = timedelta(minutes=10)
LATEST: Final = timedelta(hours=3)  # a trail that was not sealed for so long is not watched
BATCH: Final = 5000
SEALED: Final = (Entry, Consultation, RefusedLook)
FILE: Final = "seals.jsonl"


@dataclass(frozen=True)
class Broken:
    """What does not agree, and between which moments the rows are that it is about."""

    table: str
    from_at: datetime | None
    to_at: datetime | None
    what: str

    def __str__(self) -> str:
        begins = self.from_at.isoformat() if self.from_at else "the beginning"
        ends = self.to_at.isoformat() if self.to_at else "now"
        return f"{self.table} from {begins} to {ends}: {self.what}"


# ---------------------------------------------------------------- sealing


def seal_all(now: datetime, folder: Path) -> int:
    """Seal what came since the last seals, and copy every seal outside that is not there yet. The number made."""
    horizon = sealable_before(now)
    made = [seal(model._meta.db_table, columns_of(model), horizon, now) for model in SEALED]
    copy_outside(folder)
    return sum(one is not None for one in made)


def columns_of(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def sealable_before(now: datetime) -> datetime:
    """The moment before which no row can appear any more."""
    before = now - MARGIN
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else it is what this transaction saw first
            cursor.execute(
                "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
            )
            oldest = cursor.fetchone()[0]
        before = min(before, oldest or before)
    return before.replace(microsecond=0)


def seal(table: str, columns: Sequence[str], to_at: datetime, now: datetime) -> Seal | None:
    """Seal the table's rows up to a moment; None where an earlier seal covers them."""
    with transaction.atomic():
        last = Seal.objects.filter(table=table).order_by("-pk").first()
        if last is not None and last.to_at >= to_at:
            return None
        new = Seal(
            table=table,
            from_at=last.to_at if last else None,
            to_at=to_at,
            columns=",".join(columns),
            previous=last.digest if last else "",
            made_at=now,
        )
        new.digest, new.rows = digest_of(new)
        new.save(force_insert=True)
        return new


def digest_of(one: Seal) -> tuple[str, int]:
    """The hash of what a seal covers as it is now, and the number of rows."""
    head = [one.table, moment(one.from_at), moment(one.to_at), one.columns, one.previous]
    found, rows = hashlib.sha256(json.dumps(head).encode()), 0
    for batch in _texts(one):
        rows += len(batch)
        found.update("\n".join(text for (text,) in batch).encode())
        found.update(b"\n")
    return found.hexdigest(), rows


def moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _texts(one: Seal) -> Iterator[list[tuple[str]]]:
    """The rows of the seal's range in order, each as one text that the database makes: no driver has a say in it."""
    quote = connection.ops.quote_name
    columns = one.columns.split(",")
    if connection.vendor == "postgresql":
        cells = [
            f"to_char({quote(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
            if name == "at"
            else f"{quote(name)}::text"
            for name in columns
        ]
        text = f"json_build_array({', '.join(cells)})::text"
    else:
        text = f"json_array({', '.join(quote(name) for name in columns)})"
    adapt = connection.ops.adapt_datetimefield_value
    where, given = f"{quote('at')} < %s", [adapt(one.to_at)]
    if one.from_at is not None:
        where, given = f"{quote('at')} >= %s AND {where}", [adapt(one.from_at), *given]
    statement = f"SELECT {text} FROM {quote(one.table)} WHERE {where} ORDER BY {quote('at')}, {quote('id')}"  # noqa: S608  (names of our own tables)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, given)
        while batch := cursor.fetchmany(BATCH):
            yield batch


# ---------------------------------------------------------------- the copy outside the database


def line_of(one: Seal) -> dict[str, Any]:
    return {
        "id": one.pk, "table": one.table, "from_at": moment(one.from_at), "to_at": moment(one.to_at), "rows": one.rows,
        "columns": one.columns, "digest": one.digest, "previous": one.previous, "made_at": moment(one.made_at),
    }  # fmt: skip


def copied(folder: Path) -> dict[int, dict[str, Any]]:
    """The seals of the file, by key; none where there is no file yet."""
    file = folder / FILE
    if not file.exists():
        return {}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {line["id"]: line for line in lines}


def copy_outside(folder: Path) -> int:
    """Add to the file every seal that was made after its last. A seal is copied once it stands in the database."""
    folder.mkdir(parents=True, exist_ok=True)
    last = max(copied(folder), default=0)
    new = list(Seal.objects.filter(pk__gt=last).order_by("pk"))
    with (folder / FILE).open("a", encoding="utf-8") as file:
        for one in new:
            file.write(json.dumps(line_of(one)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(new)


# ---------------------------------------------------------------- checking


def check(now: datetime, folder: Path) -> list[Broken]:
    """Everything that shows that the trail is not as it was sealed; none means that nobody has touched it."""
    found: list[Broken] = []
    seals = list(Seal.objects.order_by("pk"))
    for model in SEALED:
        table = model._meta.db_table
        found += _chain(table, [one for one in seals if one.table == table], now)
    return [*found, *_against_the_file(seals, copied(folder))]


def _chain(table: str, seals: Sequence[Seal], now: datetime) -> Iterator[Broken]:
    before: Seal | None = None
    for one in seals:
        expected = (before.digest, before.to_at) if before else ("", None)
        if (one.previous, one.from_at) != expected:
            after = before.to_at if before else None
            yield Broken(table, after, one.from_at or one.to_at, "a seal is missing here")
        digest, rows = digest_of(one)
        if (digest, rows) != (one.digest, one.rows):
            what = f"{one.rows} rows were sealed and {rows} are there"
            if rows == one.rows:
                what = f"the {rows} rows are not those that were sealed"
            yield Broken(table, one.from_at, one.to_at, what)
        before = one
    if before is None or now - before.to_at > LATEST:
        yield Broken(table, before.to_at if before else None, None, "nothing was sealed since")


def _against_the_file(seals: Sequence[Seal], lines: dict[int, dict[str, Any]]) -> Iterator[Broken]:
    last = max(lines, default=0)
    here = {one.pk: one for one in seals}
    for key, line in lines.items():
        one = here.get(key)
        if one is None or line_of(one) != line:
            from_at, to_at = (
                datetime.fromisoformat(line[end]) if line[end] else None for end in ("from_at", "to_at")
            )
            what = (
                "its seal was removed" if one is None else "its seal is not the one that was copied outside"
            )
            yield Broken(line["table"], from_at, to_at, what)
    for one in seals:
        if one.pk <= last and one.pk not in lines:
            yield Broken(one.table, one.from_at, one.to_at, "its seal was never copied outside")
    if seals and not lines:
        yield Broken(seals[-1].table, None, seals[-1].to_at, "the file of seals outside the database is gone")
