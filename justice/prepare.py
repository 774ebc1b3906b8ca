"""Makes the database ready: what `./run` does between installing packages and serving pages.

    python -m justice.prepare database              bring the tables up to date
    python -m justice.prepare demonstration         load the demonstration, if there is nobody in the database yet
    python -m justice.prepare log-ins               print the demonstration's log-ins, if it was loaded here
    python -m justice.prepare safe                  refuse to go on where the site's role could alter the trail
    python -m justice.prepare manage COMMAND ...    a management command, with the tables brought up to date first

What a management command prints on standard output is left alone, so that it can be read by another program.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "justice.settings.local")

# Commands that look after the tables themselves, or need none.
LEAVE_THE_TABLES = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemigrations",
        "migrate",
        "showmigrations",
        "spectacular",
        "sqlmigrate",
        "squashmigrations",
        "test",
    }
)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands started together must not both make the tables."""
    from django.conf import settings

    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    with (Path(settings.VAR) / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def bring_up_to_date() -> None:
    """Apply the migrations that are missing; says nothing on standard output."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and name:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if behind:
            call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)


def refuse_unsafe_roles() -> None:
    """Before the site starts: it must not sign in to its database as somebody who could alter the trail."""
    from django.db import connection

    from justice.database_roles import mistakes

    if found := mistakes(connection):
        sys.exit("It will not start like this:\n" + "\n".join(f"- {each}" for each in found))


def log_ins_file() -> Path:
    """Where the log-ins of the demonstration in the chosen database are kept."""
    from django.conf import settings

    chosen = settings.DATABASES["default"]
    key = "|".join(str(chosen.get(part, "")) for part in ("ENGINE", "HOST", "PORT", "NAME"))
    return Path(settings.VAR) / f"log-ins-{hashlib.sha256(key.encode()).hexdigest()[:12]}.txt"


def load_demonstration() -> None:
    """Load the demonstration into a database that has nobody in it, and keep the log-ins that the command prints."""
    from django.apps import apps
    from django.core.management import call_command, get_commands

    if "load_demonstration" not in get_commands():
        return
    if any(apps.get_model("cases", model)._base_manager.exists() for model in ("Council", "User")):
        return
    printed = io.StringIO()
    call_command("load_demonstration", stdout=printed)
    kept = log_ins_file()
    kept.touch(mode=0o600)
    kept.write_text(printed.getvalue())


def main(arguments: list[str]) -> None:
    what, *rest = arguments or [""]
    if what not in ("database", "demonstration", "log-ins", "safe", "manage"):
        sys.exit(__doc__)
    django.setup()
    if what == "database":
        bring_up_to_date()
    elif what == "demonstration":
        load_demonstration()
    elif what == "safe":
        refuse_unsafe_roles()
    elif what == "log-ins":
        if log_ins_file().exists():
            print(log_ins_file().read_text(), end="")
    else:
        from django.core.management import execute_from_command_line, get_commands

        evaluation = os.environ["DJANGO_SETTINGS_MODULE"] == "justice.settings.local"
        if evaluation and rest and rest[0] in get_commands().keys() - LEAVE_THE_TABLES:
            bring_up_to_date()
        execute_from_command_line(["./run manage", *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
