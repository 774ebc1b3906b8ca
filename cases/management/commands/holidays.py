"""The weekdays on which a council does not work in a year, with the name of each."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.calendars import FIRST_YEAR, LAST_YEAR, calendar_of
from cases.models import Council


def council_named(name: str | None) -> Council:
    """The council of that name; without a name the only one there is. Otherwise says which there are."""
    names = list(Council.objects.values_list("name", flat=True))
    if not names:
        raise CommandError("There is no council yet. Load a caseload or add a council first")
    if name is None:
        if len(names) > 1:
            raise CommandError(f"Say which council: --council with one of {_listed(names)}")
        return Council.objects.get()
    found = Council.objects.filter(name__iexact=name.strip()).first()
    if found is None:
        raise CommandError(f"There is no council called {name}. There is {_listed(names)}")
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class Command(BaseCommand):
    help = "Print the closed days of a council's calendar in a year, with the name of each. Weekends are not listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--council", help="name of the council; not needed where there is only one")
        parser.add_argument("--year", required=True, help="four figures, as in 2025")
        parser.add_argument("--format", choices=("json", "table"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        text = options["year"]
        if not (text.isascii() and text.isdigit()) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
            raise CommandError(f"Give a year from {FIRST_YEAR} to {LAST_YEAR}, as in --year 2025")
        calendar = calendar_of(council_named(options["council"]))
        first, last = date(int(text), 1, 1), date(int(text), 12, 31)
        days = [(day, name) for day, name in sorted(calendar.closed.items()) if first <= day <= last]
        if options["format"] == "json":
            rows = [{"date": day.isoformat(), "name": name} for day, name in days]
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        for day, name in days:
            self.stdout.write(f"{day.isoformat()}  {day:%A}".ljust(23) + name)
