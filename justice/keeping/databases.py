"""The two kinds of database, each with its own way to be copied into a file and made from one again."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from justice.keeping.contents import (
    Contents,
    nothing,
    of_postgresql,
    of_sqlite,
    sequences_of_postgresql,
)

Tick = Callable[[], None]
SECONDS_BETWEEN_TICKS = 20


class NotPossible(Exception):  # noqa: N818  (a word of the house)
    """This machine or this database cannot do it; the message says what to change."""


class Sqlite:
    """Copied by SQLite's own online backup, so that people can go on working."""

    kind = "sqlite"
    file = "database.sqlite3"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def version(self) -> int:
        return sqlite3.sqlite_version_info[0]

    def dump(self, into: Path, tick: Tick = nothing) -> Contents:
        self.connection.ensure_connection()
        if self.connection.in_atomic_block:  # SQLite would wait for it to end, for ever
            raise NotPossible("a database is not copied in the middle of a change to it")
        with closing(sqlite3.connect(into)) as copy:
            try:
                self.connection.connection.backup(copy)
            except sqlite3.Error as wrong:
                raise NotPossible(f"the copy of the database could not be written: {wrong}") from wrong
            return of_sqlite(copy, tick=tick)

    def is_empty(self) -> bool:
        return not self.connection.introspection.table_names()

    def load(self, file: Path, tick: Tick = nothing) -> Contents:
        """Make the database from the file; what was in it before is gone."""
        self.connection.ensure_connection()
        with closing(sqlite3.connect(file)) as source:
            source.backup(self.connection.connection)
        with closing(sqlite3.connect(self.connection.settings_dict["NAME"])) as made:
            return self._contents(made, tick)

    @contextmanager
    def scratch(self, file: Path, tick: Tick = nothing) -> Iterator[Contents]:
        """What a database made from the file in a place of its own holds, for as long as it is looked at."""
        copy = file.with_name(f"scratch-{secrets.token_hex(4)}.sqlite3")
        try:
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as made:
                source.backup(made)
                yield self._contents(made, tick)
        finally:
            copy.unlink(missing_ok=True)

    def _contents(self, database: sqlite3.Connection, tick: Tick) -> Contents:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise NotPossible("the database in the file is damaged")
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise NotPossible(f"{len(broken):,} rows in the file belong to rows that are not there")
        return of_sqlite(database, tick=tick)


_WHAT_IS_THERE = (
    "SELECT format('DROP VIEW %s CASCADE', oid::regclass) FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'",
    "SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
    "SELECT format('DROP SEQUENCE %s CASCADE', oid::regclass) FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'",
    "SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc "
    "WHERE pronamespace = 'public'::regnamespace",
)


class Postgresql:
    """Copied by pg_dump from one moment's view, which the comparison reads as well."""

    kind = "postgresql"
    file = "database.dump"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def version(self) -> int:
        self.connection.ensure_connection()
        return int(self.connection.connection.server_version) // 10_000

    def dump(self, into: Path, tick: Tick = nothing) -> Contents:
        self._check_tools()
        with self._asked(self.connection.settings_dict["NAME"], "REPEATABLE READ, READ ONLY") as ask:
            [(snapshot,)] = ask("SELECT pg_export_snapshot()")
            before = sequences_of_postgresql(ask)
            self._tool("pg_dump", "--format=custom", "--snapshot", snapshot, "--file", str(into), tick=tick)
            after = sequences_of_postgresql(ask)
            contents = of_postgresql(ask, tick=tick)
        return Contents(
            contents.tables, {name: (before[name], after.get(name, 0)) for name in before}, contents.schema
        )

    def is_empty(self) -> bool:
        return not self.connection.introspection.table_names()

    def load(self, file: Path, tick: Tick = nothing) -> Contents:
        """Make the database from the file; what was in it before is gone."""
        self._check_tools()
        with self.connection.cursor() as cursor:
            for question in _WHAT_IS_THERE:  # in this order: most sequences go with their tables
                cursor.execute(question)
                for (statement,) in cursor.fetchall():
                    cursor.execute(statement)
        self.connection.close()
        return self._load_into(self.connection.settings_dict["NAME"], file, tick)

    @contextmanager
    def scratch(self, file: Path, tick: Tick = nothing) -> Iterator[Contents]:
        """What a database made from the file beside the real one holds, for as long as it is looked at."""
        self._check_tools()
        self._drop_left_over()
        name = f"{self._scratch_names()}{secrets.token_hex(4)}"
        try:
            self._at_the_server(f'CREATE DATABASE "{name}" TEMPLATE template0')
        except DatabaseError as refused:
            raise NotPossible(
                "the database's role may not make the scratch database of a drill: give it CREATEDB"
            ) from refused
        try:
            yield self._load_into(name, file, tick)
        finally:
            self._at_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _load_into(self, name: str, file: Path, tick: Tick) -> Contents:
        how = ("--no-owner", "--exit-on-error", "--single-transaction", "--dbname", name)
        self._tool("pg_restore", *how, str(file), tick=tick)
        with self._asked(name, "READ COMMITTED, READ ONLY") as ask:
            contents = of_postgresql(ask, tick=tick)
            sequences = {name: (last, last) for name, last in sequences_of_postgresql(ask).items()}
        return Contents(contents.tables, sequences, contents.schema)

    def _scratch_names(self) -> str:
        return f"{self.connection.settings_dict['NAME']}_drill_"

    def _drop_left_over(self) -> None:
        """Scratch databases of drills that were killed; one that is in use belongs to a drill that still goes on."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE datname ~ %s AND NOT EXISTS "
                "(SELECT 1 FROM pg_stat_activity a WHERE a.datname = pg_database.datname)",
                [f"^{re.escape(self._scratch_names())}[0-9a-f]{{8}}$"],
            )
            left = [name for (name,) in cursor.fetchall()]
        for name in left:
            self._at_the_server(f'DROP DATABASE IF EXISTS "{name}"')

    def _at_the_server(self, statement: str) -> None:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(statement)

    @contextmanager
    def _asked(self, name: str, isolation: str) -> Iterator[Callable[[str], Sequence[Sequence[Any]]]]:
        """Questions to one database, in one transaction of a connection of their own."""
        own = self.connection.copy()
        own.settings_dict["NAME"] = name
        try:
            with own.cursor() as cursor:
                cursor.execute(f"BEGIN ISOLATION LEVEL {isolation}")

                def ask(question: str) -> Sequence[Sequence[Any]]:
                    cursor.execute(question)
                    return cursor.fetchall() if cursor.description else ()

                yield ask
                cursor.execute("ROLLBACK")
        finally:
            own.close()

    def _check_tools(self) -> None:
        """An older or newer pg_dump than the server may leave out something, or write what the server cannot read."""
        for tool in ("pg_dump", "pg_restore"):
            said = subprocess.run(
                [_found(tool), "--version"], capture_output=True, text=True, check=True
            ).stdout
            [major, *_] = re.findall(r"(\d+)\.\d", said) or ["0"]
            if int(major) != self.version():
                raise NotPossible(
                    f"{tool} is of PostgreSQL {major} and the server of {self.version()}: install the client of "
                    f"{self.version()} and name its folder in POSTGRESQL_BIN"
                )

    def _tool(self, name: str, *arguments: str, tick: Tick) -> None:
        given = self.connection.get_connection_params()
        names = {"dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST",
                 "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
        said = {names[key]: str(value) for key, value in given.items() if key in names and value}
        process = subprocess.Popen(
            [_found(name), "--no-password", *arguments],
            env={**os.environ, **said},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            while True:
                try:
                    _, errors = process.communicate(timeout=SECONDS_BETWEEN_TICKS)
                    break
                except subprocess.TimeoutExpired:
                    tick()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            # The first line says what is wrong; the lines after it may quote rows.
            raise NotPossible(f"{name} failed: {(errors.strip().splitlines() or ['it said nothing'])[0]}")


def _found(tool: str) -> str:
    path = shutil.which(tool, path=settings.POSTGRESQL_BIN or None)
    if path is None:
        raise NotPossible(
            f"{tool} is not on this machine: install PostgreSQL's client and name its folder in POSTGRESQL_BIN"
        )
    return path


def of(connection: BaseDatabaseWrapper) -> Sqlite | Postgresql:
    return Postgresql(connection) if connection.vendor == "postgresql" else Sqlite(connection)
