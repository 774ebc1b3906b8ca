"""Work out again what everybody is found by: after a change of how names are folded or spelt."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cases import search
from cases.models import Council


class Command(BaseCommand):
    help = "Make the search index of every council what is recorded of its people, and say how many it was not of."

    def handle(self, *args: Any, **options: Any) -> None:
        for council in Council.objects.all():
            with transaction.atomic():
                moved = search.rebuild(council)
            self.stdout.write(f"{council.name}: {moved} people were found by something else before")
