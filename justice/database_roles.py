"""Two roles in PostgreSQL: one owns the tables and changes them, the other is the site's and owns nothing.

Whoever owns a table can switch its triggers off, and with them the refusal to change the trail. So migrations run as
the owner (DATABASE_OWNER_URL), everything else as the site's role (DATABASE_URL), which may add to the trail and read
it, and no more. `manage.py database_roles` makes it so after every migration; `python -m justice.prepare safe`
refuses to go on where it is not so.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

from cases.add_only import BLANKED, TABLES

READ_ONLY = ("django_migrations",)
# What the site may only add to and read. Of the other add-only tables it may remove rows as far as their triggers let
# it, which is when their time to be kept is over; it can alter none of them.
TRAIL = ("cases_entry", "cases_consultation", "cases_seal", "cases_refusedlook")


def give(connection: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Make the site's role, or bring it up to date, as the owner of the tables. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        owner, database = cursor.fetchone()
        if role == owner:
            raise ValueError(
                "DATABASE_URL and DATABASE_OWNER_URL name the same role: give the site one of its own"
            )
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        name = sql.Identifier(role)
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        # It may make databases of its own: the night's drill restores the backup into one beside the real database.
        limits = sql.SQL("NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN")
        run(cursor, f"{verb} ROLE {{}} {{}} PASSWORD {{}}", name, limits, sql.Literal(password))
        _take_over(cursor, owner)
        run(cursor, "REVOKE ALL ON DATABASE {} FROM PUBLIC", sql.Identifier(database))
        run(cursor, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", sql.Identifier(database), name)
        run(cursor, "REVOKE ALL ON SCHEMA public FROM PUBLIC, {}", name)
        run(cursor, "GRANT USAGE ON SCHEMA public TO {}", name)
        run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}", name)
        run(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", name)
        run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", name)
        for table in there(cursor, TABLES):
            run(cursor, "REVOKE UPDATE ON {} FROM {}", sql.Identifier(table), name)
        # An agreed disposal blanks these, row by row, as far as the trigger lets it.
        for table, columns in BLANKED.items():
            named = sql.SQL(", ").join(map(sql.Identifier, columns))
            run(cursor, "GRANT UPDATE ({}) ON {} TO {}", named, sql.Identifier(table), name)
        for table in there(cursor, TRAIL):
            run(cursor, "REVOKE DELETE ON {} FROM {}", sql.Identifier(table), name)
        for table in there(cursor, READ_ONLY):
            run(cursor, "REVOKE INSERT, UPDATE, DELETE ON {} FROM {}", sql.Identifier(table), name)


def run(cursor: Any, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))


def there(cursor: Any, tables: tuple[str, ...]) -> list[str]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [list(tables)]
    )
    return [table for (table,) in cursor.fetchall()]


def _take_over(cursor: Any, owner: str) -> None:
    """Tables that another role made, before there were two, become the owner's; that takes a role that may do so."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> %s ORDER BY 1", [owner]
    )
    for (table,) in cursor.fetchall():
        run(cursor, "ALTER TABLE {} OWNER TO {}", sql.Identifier(table), sql.Identifier(owner))
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = 'public' AND p.proname = 'add_only' AND pg_get_userbyid(p.proowner) <> %s",
        [owner],
    )
    for (function,) in cursor.fetchall():
        run(cursor, "ALTER FUNCTION {} OWNER TO {}", sql.SQL(function), sql.Identifier(owner))


def mistakes(connection: BaseDatabaseWrapper) -> list[str]:
    """Every way in which the role that this connection signs in as could alter the trail; none on SQLite, which has
    no roles and is for evaluation."""
    if connection.vendor != "postgresql":
        return []
    found = []
    cure = "run manage.py database_roles as the owner, and name the site's own role in DATABASE_URL"
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        if any(cursor.fetchone()):
            found.append(f"The site signs in to the database as a role that may do everything: {cure}")
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s) "
            "AND pg_has_role(current_user, tableowner, 'MEMBER') ORDER BY 1",
            [list(TABLES)],
        )
        if owned := [table for (table,) in cursor.fetchall()]:
            found.append(f"The site's role owns the trail ({', '.join(owned)}) and could alter it: {cure}")
        cursor.execute(
            "SELECT DISTINCT t.tablename FROM pg_tables t, "
            "unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS may "
            "WHERE t.schemaname = 'public' AND t.tablename = ANY(%s) AND (may <> 'DELETE' OR t.tablename = ANY(%s)) "
            "AND has_table_privilege(current_user, quote_ident(t.tablename), may) ORDER BY 1",
            [list(TABLES), list(TRAIL)],
        )
        if allowed := [table for (table,) in cursor.fetchall()]:
            found.append(f"The site's role may change or remove rows of {', '.join(allowed)}: {cure}")
        cursor.execute(
            "SELECT t.name FROM unnest(%s::text[]) AS t(name) JOIN pg_class c ON c.relname = t.name "
            "AND c.relnamespace = 'public'::regnamespace WHERE (SELECT count(*) FROM pg_trigger g "
            "WHERE g.tgrelid = c.oid AND g.tgenabled IN ('O', 'A') AND g.tgname IN ('add_only', 'never_emptied')) < 2 "
            "ORDER BY 1",
            [list(TABLES)],
        )
        if bare := [table for (table,) in cursor.fetchall()]:
            found.append(
                f"The database no longer refuses changes of {', '.join(bare)}: a trigger was dropped or switched off. "
                "Find out who did it and run manage.py check_seals before the site is started again"
            )
    return found
