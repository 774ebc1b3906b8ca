"""One command from the last version's tables to this one's: check, back up, change the tables, try it out."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

import justice
from cases import search, timescales
from cases.models import Case, Person
from justice.health import Level, look_at_all
from justice.keeping import record
from justice.keeping.backups import Refuses
from justice.keeping.databases import NotPossible

SAMPLE = 200
# A table that people are working in is not waited for longer than this: whoever comes after would wait as well.
LONGEST_LOCK = "2s"


class Command(BaseCommand):
    help = "Bring the database to this version: check, back up and drill, migrate, try it out; says how to go back."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"To version {justice.__version__}")
        call_command("check", fail_level="ERROR", stdout=self.stdout)
        if not self._behind():
            self._try_out()
            self.stdout.write("The tables are those of this version already; nothing was changed.")
            return
        if connection.introspection.table_names():
            kept = self._back_up()
            way_back = (
                f"To go back: stop the site, install the version before, and manage.py restore {kept} --over"
            )
        else:
            way_back = "There was nothing in the database before."
        try:
            self._migrate()
            self._try_out()
        except Exception as wrong:
            raise CommandError(f"{type(wrong).__name__}: {wrong}\n{way_back}") from wrong
        self.stdout.write(f"Version {justice.__version__} is ready. {way_back}")

    def _behind(self) -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _back_up(self) -> str:
        try:
            result = record.back_up(timezone.now())
        except (Refuses, NotPossible, OSError) as wrong:
            raise CommandError(f"Nothing was changed, since there is no backup: {wrong}") from wrong
        if not result["drilled"]:
            words = "\n".join(result["differences"])
            raise CommandError(f"Nothing was changed, since the backup does not restore equal:\n{words}")
        kept = f"{record.words_of_folder()}/{result['file']}"
        self.stdout.write(f"Backed up to {kept}, which was restored and is equal ({result['seconds']} s)")
        if result["encrypted"]:
            kept += " --key-file FILE-OF-THE-PRIVATE-KEY"
        return kept

    def _migrate(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{LONGEST_LOCK}'")
        try:
            call_command("migrate", interactive=False, verbosity=1, stdout=self.stdout)
        except OperationalError as wrong:
            raise CommandError(
                "A table is in use: stop the site and its worker, and run this again"
            ) from wrong
        finally:
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    def _try_out(self) -> None:
        """Some cases' timescales are derived afresh, some people looked for, and every look at the system taken."""
        cases = list(Case.objects.order_by("-pk").values_list("pk", flat=True)[:SAMPLE])
        differ = timescales.check(cases)
        people = list(Person.objects.order_by("-pk").values_list("pk", flat=True)[:SAMPLE])
        lost = search.check(people)
        bad = [finding for finding in look_at_all(timezone.now()) if finding.level == Level.BAD]
        wrong = [
            *(
                [f"{len(differ)} timescales of {len(cases)} cases are not what the facts say"]
                if differ
                else []
            ),
            *(
                [f"{len(lost)} of {len(people)} people are not found by what is recorded of them"]
                if lost
                else []
            ),
            *(f"{finding.title}: {finding.words}" for finding in bad),
        ]
        if wrong:
            raise CommandError("Trying it out found: " + "; ".join(wrong))
        self.stdout.write(
            f"Tried out: timescales of {len(cases)} cases, search for {len(people)} people, ready"
        )
