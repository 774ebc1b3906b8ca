"""Restore a backup into a scratch database and compare all of it; nothing that is in use is touched."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from justice.keeping import backups, record


class Command(BaseCommand):
    help = (
        "Restore a backup (the newest, unless one is named) into a scratch database and compare everything. "
        "An encrypted one needs --key-file: do that where the private key is, which is not the server."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the backup; the newest one without")
        parser.add_argument("--key-file", type=Path, help="file of the private key, as age-keygen wrote it")

    def handle(self, *args: Any, file: Path | None, key_file: Path | None, **options: Any) -> None:
        chosen = file or record.newest()
        if chosen is None:
            raise CommandError(
                f"There is no backup in {record.words_of_folder()}: make one with manage.py backup"
            )
        at = timezone.now()
        try:
            result = record.drill(chosen, backups.keys_in(key_file) if key_file else [])
        except (backups.Refuses, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        record.keep_result("drill", at, result)
        if not result["drilled"]:
            raise CommandError(f"{chosen.name} does not restore equal:\n" + "\n".join(result["differences"]))
        self.stdout.write(f"{chosen.name} was restored and is equal ({result['seconds']} s)")
