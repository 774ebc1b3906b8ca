"""Tables whose rows are never changed or removed: the database itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

REFUSAL = "rows of this table are never changed or removed"

_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION add_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""


def forbid(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Make the database refuse UPDATE and DELETE of the table's rows."""
    if editor.connection.vendor == "postgresql":
        editor.execute(_POSTGRESQL_FUNCTION)
        editor.execute(
            f"CREATE TRIGGER add_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION add_only()"
        )
        forbid_emptying(editor, table)
        return
    for change in ("UPDATE", "DELETE"):
        editor.execute(
            f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def forbid_emptying(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Make PostgreSQL refuse TRUNCATE, which fires no trigger of a row. SQLite has no such statement."""
    if editor.connection.vendor == "postgresql":
        editor.execute(_POSTGRESQL_FUNCTION)
        editor.execute(
            f"CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION add_only()"
        )


def allow_emptying(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Undo `forbid_emptying`."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER IF EXISTS never_emptied ON {table}")


def never_emptied() -> RunPython:
    """The migration step for the add-only tables that are already there: those made later get it by `forbid`."""

    def each(
        step: Callable[[BaseDatabaseSchemaEditor, str], None],
    ) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
        def run(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
            there = editor.connection.introspection.table_names()
            for table in TABLES:
                if table in there:
                    step(editor, table)

        return run

    return RunPython(each(forbid_emptying), each(allow_emptying))


def allow(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Undo `forbid`: for a migration backwards."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER IF EXISTS add_only ON {table}")
        allow_emptying(editor, table)
        return
    for change in ("UPDATE", "DELETE"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{change.lower()}")


def add_only(*tables: str) -> RunPython:
    """The migration step that makes these tables add-only."""

    def each(
        step: Callable[[BaseDatabaseSchemaEditor, str], None],
    ) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
        def run(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
            for table in tables:
                step(editor, table)

        return run

    return RunPython(each(forbid), each(allow))


def settled(table: str, once: str, *columns: str) -> RunPython:
    """The migration step that makes these columns of a row unchangeable once the column `once` holds something."""
    kept, when = ", ".join((once, *columns)), f"OLD.{once} IS NOT NULL"

    def keep(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        begins = f"CREATE TRIGGER {table}_settled BEFORE UPDATE OF {kept} ON {table} FOR EACH ROW"
        if editor.connection.vendor == "postgresql":
            editor.execute(_POSTGRESQL_FUNCTION)
            editor.execute(f"{begins} WHEN ({when}) EXECUTE FUNCTION add_only()")
        else:
            editor.execute(f"{begins} WHEN {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")

    def let_go(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_settled{on}")

    return RunPython(keep, let_go)


TABLES = (
    "cases_entry",
    "cases_consultation",
    "cases_seal",
    "cases_refusedlook",
    "performance_return",
    "performance_returnrow",
    "orders_hoursline",
    "orders_formalwarning",
    "assessments_planreturn",
    "assessments_goalprogress",
    "assessments_outcomereading",
    "assessments_feedback",
)
