"""The site's own role in PostgreSQL does all that the site does, and can do nothing to the trail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg2.errors
import pytest
from django.core.checks import Error
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases import jobs, operations
from cases.add_only import TABLES
from cases.apps import the_trail_is_out_of_reach
from cases.models import Consultation, Disposal, Entry, Role
from justice import database_roles, health, prepare
from tests.builders import take_away
from tests.web.conftest import a_world, publish

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql_only]

SITE = "justice_of_the_tests"
PASSWORD = "long-and-random-9Tz-7fK"


@pytest.fixture(scope="module")
def owner(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A connection of the owner of the tables, who has made the site's role."""
    with django_db_blocker.unblock():
        other = connection.copy()
        database_roles.give(other, SITE, PASSWORD)
        database_roles.give(other, SITE, PASSWORD)  # safe to repeat
        yield other
        with other.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {SITE}")
            cursor.execute(f"DROP ROLE {SITE}")
        other.close()


@pytest.fixture
def site(owner: Any) -> Iterator[Any]:
    """A connection that signed in as the site does."""
    other = connection.copy()
    other.settings_dict = {**connection.settings_dict, "USER": SITE, "PASSWORD": PASSWORD}
    yield other
    other.close()


@pytest.fixture
def as_site(owner: Any, db: None) -> None:
    """The tests' own connection with the rights of the site's role, until the test's transaction is undone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {SITE}")


WAYS = (
    "UPDATE {0} SET {1} = {1}", "TRUNCATE {}", "TRUNCATE {} CASCADE",
    "ALTER TABLE {} DISABLE TRIGGER add_only", "ALTER TABLE {} DISABLE TRIGGER ALL", "DROP TRIGGER add_only ON {}",
    "DROP TRIGGER never_emptied ON {}", "ALTER TABLE {} ADD COLUMN more integer", "DROP TABLE {}",
)  # fmt: skip
ROUND = (
    "SET session_replication_role = replica", "DROP FUNCTION add_only() CASCADE",
    "CREATE OR REPLACE FUNCTION add_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "ALTER TABLE cases_entry OWNER TO CURRENT_USER", "SET ROLE postgres",
    "CREATE TRIGGER past BEFORE INSERT ON cases_entry FOR EACH ROW EXECUTE FUNCTION add_only()",
    f"ALTER ROLE {SITE} SUPERUSER", "CREATE TABLE public.mine (one integer)", "DELETE FROM django_migrations",
)  # fmt: skip


@pytest.mark.figure("attempts of the site's own database role to alter the trail: each is refused")
def test_every_attempt_on_the_trail_is_refused(site: Any, figure):
    keys = dict.fromkeys(TABLES, "id") | {"cases_entryreason": "entry_id"}
    attempts = [way.format(table, keys[table]) for table in TABLES for way in WAYS] + list(ROUND)
    attempts += [f"DELETE FROM {table}" for table in database_roles.TRAIL]
    assert len(attempts) >= 100
    with site.cursor() as cursor:
        for attempt in attempts:
            try:
                cursor.execute(attempt)
            except Exception as error:
                cause = error.__cause__ or error
                figure.add(
                    isinstance(
                        cause, (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.RaiseException)
                    ),
                    f"{attempt}: {cause}",
                )
            else:
                figure.add(False, attempt)


def test_truncate_is_refused_even_to_the_owner(db: None):
    for table in TABLES:
        with (
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="never changed or removed"),
            transaction.atomic(),
        ):
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_site_can_do_all_its_work_as_its_own_role(as_site: None):
    world = a_world()
    client = world.client(Role.CASEWORKER)

    assert client.get(reverse("case", args=[world.keys["case"]])).status_code == 200
    assert take_away(client, reverse("overdue_csv")).status_code == 200
    assert Consultation.objects.count() >= 2
    assert Entry.objects.count() > 20
    assert publish.__name__  # its rows are add-only as well, and a_world made them
    # A record is destroyed as two people agreed, which rows that are never changed otherwise let through.
    operations.approve_disposal(
        actor=world.users[Role.SENIOR_MANAGER], disposals=[world.keys["disposal"]], today=timezone.localdate()
    )
    jobs.work(timezone.now)
    assert Disposal.objects.get(pk=world.keys["disposal"]).state == Disposal.State.DONE


@pytest.mark.figure("unsafe ways to sign in to the database: each stops the start")
def test_nothing_starts_that_could_alter_the_trail(owner: Any, site: Any, figure, monkeypatch, settings):
    assert database_roles.mistakes(site) == []
    figure.planted("the owner's role", database_roles.mistakes(owner))
    with owner.cursor() as cursor:
        for fault, cure in (
            (f"GRANT DELETE ON cases_consultation TO {SITE}", f"REVOKE DELETE ON cases_consultation FROM {SITE}"),
            (f"GRANT UPDATE ON cases_entry TO {SITE}", f"REVOKE UPDATE ON cases_entry FROM {SITE}"),
            (f"GRANT TRUNCATE ON cases_consultation TO {SITE}", f"REVOKE TRUNCATE ON cases_consultation FROM {SITE}"),
            (f"GRANT TRIGGER ON cases_entry TO {SITE}", f"REVOKE TRIGGER ON cases_entry FROM {SITE}"),
            (f"ALTER ROLE {SITE} CREATEROLE", f"ALTER ROLE {SITE} NOCREATEROLE"),
            (f"ALTER TABLE cases_seal OWNER TO {SITE}", None),
            ("ALTER TABLE cases_entry DISABLE TRIGGER add_only", "ALTER TABLE cases_entry ENABLE TRIGGER add_only"),
        ):  # fmt: skip
            cursor.execute(fault)
            figure.planted(fault, database_roles.mistakes(site))
            if cure:
                cursor.execute(cure)
            else:
                database_roles.give(owner, SITE, PASSWORD)
            assert database_roles.mistakes(site) == [], fault
    # The tests' own connection is the owner's: the start, the check and readyz say so.
    with pytest.raises(SystemExit, match="It will not start like this"):
        prepare.refuse_unsafe_roles()
    assert all(isinstance(one, Error) for one in the_trail_is_out_of_reach(databases=["default"]))
    assert the_trail_is_out_of_reach(databases=["default"])
    settings.TWO_DATABASE_ROLES = True
    assert health.roles(timezone.now()).level == health.Level.BAD
    settings.AS_DATABASE_OWNER = True  # a migration's own process is the owner's, as it must be
    assert health.roles(timezone.now()).level == health.Level.GOOD
