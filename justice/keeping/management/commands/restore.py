"""Make database, files and seals what they were when a backup was made."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from justice.keeping import backups
from justice.keeping.databases import NotPossible


class Command(BaseCommand):
    help = (
        "Restore a backup. Stop the site and its worker first. Refused where there is something already, unless "
        "--over says to replace it: the database's is lost, folders are set aside under another name."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key-file", type=Path, help="file of the private key, as age-keygen wrote it")
        parser.add_argument("--over", action="store_true", help="replace what there is")

    def handle(self, *args: Any, file: Path, key_file: Path | None, over: bool, **options: Any) -> None:
        try:
            keys = backups.keys_in(key_file) if key_file else []
            manifest = backups.restore(file, keys, over=over, at=timezone.now())
        except (backups.Refuses, backups.Broken, NotPossible, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        tables = manifest["contents"]["tables"]
        self.stdout.write(
            f"Restored what there was at {manifest['made_at']} in version {manifest['version']}: {len(tables)} tables, "
            f"{sum(rows for rows, _ in tables.values()):,} rows, {len(manifest['files']) - 1} files, all equal"
        )
