"""Back up now: database, files and seals into one file, restored into a scratch database to see that it is equal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from justice.keeping import record
from justice.keeping.backups import Refuses
from justice.keeping.databases import NotPossible


class Command(BaseCommand):
    help = (
        "Write one backup, restore it into a scratch database to compare, and delete backups past the policy."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            result = record.back_up(at)
        except (Refuses, NotPossible, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        record.keep_result("backup", at, result)
        self.stdout.write(f"{record.words_of_folder()}/{result['file']}")
        self.stdout.write(
            f"{result['tables']} tables, {result['rows']:,} rows, {result['files']} files, {result['bytes']:,} bytes"
        )
        if not result["encrypted"]:
            self.stderr.write("It is NOT encrypted. Set BACKUP_PUBLIC_KEY before it holds anybody's record.")
        for name in result["expired"]:
            self.stdout.write(f"{name} was past the policy and is deleted")
        if not result["drilled"]:
            raise CommandError("It does not restore equal:\n" + "\n".join(result["differences"]))
        self.stdout.write(f"It was restored and is equal ({result['seconds']} s)")
