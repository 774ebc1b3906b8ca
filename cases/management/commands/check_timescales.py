"""List every stored timescale that is not what the facts give. It should list none."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases import timescales
from cases.models import Case


class Command(BaseCommand):
    help = "Derive the timescales of every case again and list what is stored otherwise; exit status 1 if anything is."

    def handle(self, *args: Any, **options: Any) -> None:
        cases = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        found = timescales.check(cases)
        for one in found:
            self.stdout.write(
                f"{one.subject} {one.clause} {one.occurrence}: {one.stored} should be {one.derived}"
            )
        if found:
            raise CommandError(
                f"{len(found)} timescales differ from the facts; run refresh_timescales and ask why"
            )
        self.stdout.write(f"{len(cases)} cases, every timescale as the facts give it")
