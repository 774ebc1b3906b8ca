"""Make every stored timescale what the facts give: after a new edition of the standards."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cases import timescales
from cases.models import Case


class Command(BaseCommand):
    help = "Derive the timescales of every case again and store what changed."

    def handle(self, *args: Any, **options: Any) -> None:
        cases = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        moved = 0
        for start in range(0, len(cases), timescales.BATCH):
            with transaction.atomic():
                moved += len(timescales.refresh(cases[start : start + timescales.BATCH]))
        self.stdout.write(f"{len(cases)} cases, {moved} timescales moved")
