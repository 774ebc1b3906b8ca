"""Compare the trail with its seals. It should find nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import seals


class Command(BaseCommand):
    help = "Say where the log of changes and looks is not as it was sealed; exit status 1 if it is anywhere."

    def handle(self, *args: Any, **options: Any) -> None:
        found = seals.check(timezone.now(), Path(settings.SEALS_DIR))
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(
                f"The trail differs from its seals in {len(found)} places: keep the database and the file of seals as "
                "they are, and tell whoever answers for information governance"
            )
        self.stdout.write("The trail is as it was sealed")
