"""`./run manage`: for people and for other programs, in the folder they stand in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import kept_tables

BASE = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    not (BASE / ".venv" / "stamp-to-test").exists(), reason="only where ./run test has set everything up"
)


def run(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`./run` with these arguments, typed in another folder, over a database of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    return subprocess.run(
        [
            sys._base_executable,
            str(BASE / "run"),
            *arguments,
        ],  # as people do, and not from inside the environment
        cwd=where,
        env={**env, "VAR_DIR": str(where / "var")},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_standard_output_is_the_commands_alone_and_paths_are_the_callers(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    shutil.copy(kept_tables(), tmp_path / "var" / "justice.sqlite3")  # the gate's first start makes its own
    show = "import os; from cases.models import Council; print(Council.objects.count(), os.getcwd())"

    done = run(tmp_path, "manage", "shell", "--no-imports", "--command", show)

    assert done.stdout == f"0 {tmp_path.resolve()}\n", done.stderr
    assert done.returncode == 0


def test_the_exit_status_is_the_commands(tmp_path: Path) -> None:
    done = run(tmp_path, "manage", "no_such_command")

    assert done.returncode == 1
    assert done.stdout == ""
    assert "no_such_command" in done.stderr


def test_what_cannot_be_asked_is_answered_with_what_can(tmp_path: Path) -> None:
    done = run(tmp_path, "mange")

    assert done.returncode == 2
    assert "./run manage COMMAND" in done.stdout
