"""Bring a caseload bundle into the records of a council: all of it, or nothing."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.management.commands.holidays import council_named
from cases.models import Council
from cases.operation import system_user
from justice.caseload.importing import Progress, bring_in

FIRST_COUNCIL = "Council"


def day(text: str) -> date:
    """A day given on the command line."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is not a day. Write year, month and day, as in 2025-10-31") from None
    if found.isoformat() != text:
        raise CommandError(f"{text} is not a day. Write year, month and day, as in 2025-10-31")
    return found


def telling(stream: Any) -> Progress:
    """Says each step on a stream, with the seconds since the start."""
    begun = time.monotonic()

    def progress(percent: int, words: str) -> None:
        stream.write(f"{time.monotonic() - begun:6.1f} s  {words}\n")
        stream.flush()

    return progress


class Command(BaseCommand):
    help = "Bring a caseload bundle (a folder, or a zip of one) in: all of it, or nothing. FORMAT.md describes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="the folder or zip")
        parser.add_argument("--council", help="name of the council; opened if there is none yet")
        parser.add_argument("--dry-run", action="store_true", help="do everything but save")
        parser.add_argument(
            "--today", help="bring it in as on this day, as in 2026-11-24; today unless given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        council, name = self._council(options["council"])
        today = day(options["today"]) if options["today"] else timezone.localdate()
        outcome = bring_in(
            options["path"],
            actor=system_user(),
            council=council,
            open_as=name,
            today=today,
            check_only=options["dry_run"],
            progress=telling(self.stderr),
        )
        for line in outcome.problems:
            self.stderr.write(line)
        for line in outcome.lines():
            self.stdout.write(line)
        if outcome.problems:
            sys.exit(1)

    def _council(self, name: str | None) -> tuple[Council | None, str]:
        """The council there is, or the name of the one to open."""
        if Council.objects.exists():
            council = council_named(name)
            return council, council.name
        if name is None or not name.strip():
            self.stdout.write(
                f'There is no council yet: one called "{FIRST_COUNCIL}" is opened. '
                "Give another name with --council, or change it in the settings"
            )
            return None, FIRST_COUNCIL
        return None, name.strip()
