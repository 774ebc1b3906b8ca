"""What is kept: every column with its class, sensitivity, retention, who may see it and how a change is known."""

from __future__ import annotations

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from justice import inventory


class Command(BaseCommand):
    help = "Print the data inventory, as Markdown or CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--csv", action="store_true", help="as CSV instead of Markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["csv"]:
            self.stdout.write(inventory.as_markdown())
            return
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(inventory.HEADS.values())
        writer.writerows(row.values() for row in inventory.rows())
