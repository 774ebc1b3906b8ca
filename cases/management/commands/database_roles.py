"""Give the site's own role in PostgreSQL what it needs, and no way to alter the trail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from justice import database_roles
from justice.settings.values import env


class Command(BaseCommand):
    help = (
        "Make the role that DATABASE_URL names, or bring its rights up to date. Run after every migration, signed in "
        "as the owner of the tables: DATABASE_OWNER_URL. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; SQLite is for evaluation")
        if not env("DATABASE_OWNER_URL", default=""):
            raise CommandError(
                "DATABASE_OWNER_URL is missing: give the address of the database with the owner's role"
            )
        site = env.db_url("DATABASE_URL")
        try:
            database_roles.give(connection, site["USER"], site["PASSWORD"])
        except ValueError as mistake:
            raise CommandError(str(mistake)) from mistake
        self.stdout.write(f"The role {site['USER']} has what the site needs, and may not alter the trail")
