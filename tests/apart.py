"""A database of a module's own in which changes are committed: for what happens at once, and for what is killed."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from tests.conftest import kept_tables


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """The database is this one for a while, for every thread that opens a connection."""
    before, was = connection.connection, connection.settings_dict["NAME"]
    # Whoever has no part in it keeps the tables in memory: SQLite's are gone with their last connection.
    connection.connection, connection.settings_dict["NAME"] = None, name
    connections.settings["default"]["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = before, was
        connections.settings["default"]["NAME"] = was


@contextmanager
def a_database(folder: Path, name: str, keep: bool = False) -> Iterator[None]:
    """The tables of the tests, empty, in a database of their own whose changes last; to be kept if so said."""
    if connection.vendor == "sqlite":
        with pointed_at(shutil.copy(kept_tables(), folder / f"{name}.sqlite3")):
            yield
        return
    # pytest makes its own only where a test in the run asks for it.
    template = connection.settings_dict["NAME"]
    template = template if template.startswith("test_") else "template1"
    connection.close()
    with a_word_with_postgresql() as say:
        say(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        with pointed_at(name):
            if "cases_case" not in connection.introspection.table_names():
                call_command("migrate", verbosity=0, interactive=False)
            yield
    finally:
        if not keep:
            with a_word_with_postgresql() as say:
                say(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def a_copy_of_all(folder: Path) -> Iterator[None]:
    """The database as it stands, to be changed at will and then forgotten."""
    name = f"copy_{uuid.uuid4().hex}"
    connection.close()
    was = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        file = folder / f"{name}.sqlite3"
        with (
            contextlib.closing(sqlite3.connect(was)) as one,
            contextlib.closing(sqlite3.connect(file)) as other,
        ):
            one.backup(other)
        with pointed_at(str(file)):
            yield
        return
    with a_word_with_postgresql() as say:
        say(f"CREATE DATABASE {name} TEMPLATE {was}")
    try:
        with pointed_at(name):
            yield
    finally:
        with a_word_with_postgresql() as say:
            say(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def a_word_with_postgresql() -> Iterator[Callable[[str], Any]]:
    """Beside every database: to make one and to drop it."""
    with pointed_at("postgres"), connection.cursor() as cursor:
        yield cursor.execute


@pytest.fixture(scope="module")
def apart(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A database with tables and nothing in them."""
    folder = tmp_path_factory.mktemp("apart")
    with django_db_blocker.unblock(), a_database(folder, f"apart_{uuid.uuid4().hex}"):
        yield


def at_once(calls: list[Callable[[], Any]], most: int = 40) -> list[Any]:
    """Make these calls in threads of their own, begun together; what each gave, or the exception it ended with."""
    answers: list[Any] = [None] * len(calls)
    gate = threading.Barrier(min(len(calls), most))
    waiting = list(enumerate(calls))
    lock = threading.Lock()

    def work() -> None:
        try:
            connection.ensure_connection()
            gate.wait(300)
            while True:
                with lock:
                    if not waiting:
                        return
                    number, call = waiting.pop()
                try:
                    answers[number] = call()
                except Exception as error:
                    answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(min(len(calls), most))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
