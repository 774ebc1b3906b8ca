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


# Of a published list the line stays, and an approved disposal blanks these columns.
BLANKED = {"performance_returnrow": ("reference", "reason")}
_KEY = {"cases_entryreason": "entry_id"}
# Tables that an approved disposal may delete from, or blank columns of: row by row, as cases_disposalrow names them.
DISPOSABLE = (
    "cases_entryreason",
    "orders_hoursline",
    "orders_formalwarning",
    "assessments_planreturn",
    "assessments_goalprogress",
    "assessments_outcomereading",
    "assessments_feedback",
    "performance_returnrow",
)
# A trigger that reads another table stops SQLite from ever making that table anew, as many migrations do. These read
# cases_disposalrow, and the one below cases_disposal and cases_hold: a migration that alters one of those three first
# takes the triggers away (`disposable` and `agreed`, backwards) and puts them back.
_AGREED = (
    "EXISTS (SELECT 1 FROM cases_disposal d WHERE d.id = NEW.disposal_id AND d.state = 'approved' "
    "AND d.approved_by_id IS NOT NULL AND d.approved_by_id <> d.proposed_by_id "
    "AND NOT EXISTS (SELECT 1 FROM cases_hold h WHERE h.person_id = d.person_id AND h.lifted_on IS NULL))"
)
NOT_AGREED = "this disposal was not agreed on by two people, or the record is held"


def _let_go(table: str) -> str:
    """Whether the disposal that this very transaction carries out names the row."""
    key = f"CAST(OLD.{_KEY.get(table, 'id')} AS varchar)"
    return f"EXISTS (SELECT 1 FROM cases_disposalrow r WHERE r.\"table\" = '{table}' AND r.key = {key})"  # noqa: S608


def agreed() -> RunPython:
    """The migration step by which rows are named for destruction only where two people agreed and nobody holds."""

    def refuse(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(
                "CREATE OR REPLACE FUNCTION disposal_agreed() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF {_AGREED} THEN RETURN NEW; END IF; RAISE EXCEPTION '{NOT_AGREED}'; END $$"
            )
            editor.execute(
                "CREATE TRIGGER disposal_agreed BEFORE INSERT OR UPDATE ON cases_disposalrow FOR EACH ROW "
                "EXECUTE FUNCTION disposal_agreed()"
            )
            return
        for change in ("INSERT", "UPDATE"):
            editor.execute(
                f"CREATE TRIGGER cases_disposalrow_agreed_{change.lower()} BEFORE {change} ON cases_disposalrow "
                f"FOR EACH ROW WHEN NOT {_AGREED} BEGIN SELECT RAISE(ABORT, '{NOT_AGREED}'); END"
            )

    def allow_any(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute("DROP TRIGGER IF EXISTS disposal_agreed ON cases_disposalrow")
            editor.execute("DROP FUNCTION IF EXISTS disposal_agreed()")
            return
        for change in ("insert", "update"):
            editor.execute(f"DROP TRIGGER IF EXISTS cases_disposalrow_agreed_{change}")

    return RunPython(refuse, allow_any)


def disposable(*tables: str) -> RunPython:
    """The migration step that lets an approved disposal through: it deletes rows of add-only tables, or blanks two
    columns of a published list. Everything else is refused as before."""

    def let(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            _except_disposal(editor, table)

    def forbid_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            allow(editor, table)
            if editor.connection.vendor == "postgresql":
                editor.execute(f"DROP FUNCTION IF EXISTS add_only_{table}()")
            forbid(editor, table)

    return RunPython(let, forbid_again)


def _except_disposal(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    change, let_go = ("UPDATE" if table in BLANKED else "DELETE"), _let_go(table)
    names = [one for one in _columns(editor, table) if one not in BLANKED.get(table, ())]
    if editor.connection.vendor == "postgresql":
        blank = "".join(f" AND NEW.{name} = ''" for name in BLANKED.get(table, ()))
        same = "".join(f" AND NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in names) if blank else ""
        editor.execute(
            f"CREATE OR REPLACE FUNCTION add_only_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF TG_OP = '{change}' THEN IF {let_go}{blank}{same} THEN "
            f"RETURN {'NEW' if blank else 'OLD'}; END IF; END IF; RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        editor.execute(f"DROP TRIGGER add_only ON {table}")
        editor.execute(
            f"CREATE TRIGGER add_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION add_only_{table}()"
        )
        return
    blank = "".join(f" AND NEW.{name} = ''" for name in BLANKED.get(table, ()))
    same = "".join(f" AND NEW.{name} IS OLD.{name}" for name in names) if blank else ""
    name = f"{table}_refuses_{change.lower()}"
    editor.execute(f"DROP TRIGGER {name}")
    editor.execute(
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW WHEN NOT ({let_go}{blank}{same}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _columns(editor: BaseDatabaseSchemaEditor, table: str) -> list[str]:
    connection = editor.connection
    with connection.cursor() as cursor:
        return [one.name for one in connection.introspection.get_table_description(cursor, table)]


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
    "cases_entryreason",
    "cases_disposalcertificate",
    "performance_return",
    "performance_returnrow",
    "orders_hoursline",
    "orders_formalwarning",
    "assessments_planreturn",
    "assessments_goalprogress",
    "assessments_outcomereading",
    "assessments_feedback",
)
