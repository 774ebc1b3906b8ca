"""A program of its own: takes a database's migrations back one by one and forward again, and compares what is in it.

    python tests/trust/there_and_back.py latest|all

latest: the newest of each app, as long as nothing hangs on it and it is quickly undone.

For each migration: back to the one before it, then forward to the newest. What tables and columns exist at both ends
must hold the same. Prints a line for each, beginning with "equal" or "differs".
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import django
from django.core.management import call_command

APPS = ("cases", "orders", "assessments", "performance")
SMALL = 20  # operations
# What Django itself fills as migrations run, and what is no record of anything.
NOT_COMPARED = {"django_migrations", "django_content_type", "auth_permission"}


def columns_now() -> dict[str, list[str]]:
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name not in NOT_COMPARED:
                cursor.execute(f'SELECT * FROM "{name}" LIMIT 0')
                found[name] = [column[0] for column in cursor.description]
    return found


def sums(columns: dict[str, list[str]]) -> dict[str, tuple[int, str]]:
    """Rows and sum of these columns of these tables."""
    from django.db import connection

    from justice.keeping.contents import of_postgresql, of_sqlite

    if connection.vendor == "sqlite":
        connection.close()
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            found = of_sqlite(database, columns=lambda name: columns.get(name, ["rowid"]))
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")

            def ask(question: str) -> Sequence[Sequence[Any]]:
                cursor.execute(question)
                return cursor.fetchall() if cursor.description else ()

            found = of_postgresql(ask, columns=lambda name: columns.get(name, []))
            cursor.execute("ROLLBACK")
    return {name: total for name, total in found.tables.items() if name in columns}


def both(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, list[str]]:
    common = {name: [each for each in one[name] if each in other[name]] for name in one.keys() & other.keys()}
    return {name: columns for name, columns in common.items() if columns}


def newest() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def main(which: str) -> int:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    newest()
    wrong = 0
    graph = MigrationLoader(connection).graph
    for app in APPS:
        names = sorted(name for label, name in graph.nodes if label == app)
        for before, name in zip(names, names[1:], strict=False):
            undone = [step for step in graph.backwards_plan((app, name)) if step[0] in APPS]
            work = sum(len(graph.nodes[step].operations) for step in undone)
            if which == "latest" and (len(undone) > 1 or work > SMALL):
                continue
            high = columns_now()
            call_command("migrate", app, before, interactive=False, verbosity=0)
            low = columns_now()
            shared = both(high, low)
            back = sums(shared)
            newest()
            forward = sums(shared)
            differ = sorted(table for table in shared if back[table] != forward[table])
            rows = sum(count for count, _ in back.values())
            wrong += bool(differ)
            state = f"differs in {', '.join(differ)}" if differ else "equal"
            print(
                f"{state}: {app} {before} and back to the newest, {len(shared)} tables, {rows} rows",
                flush=True,
            )
    return wrong


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1]))
