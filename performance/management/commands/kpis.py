"""The figures of a quarter on the command line: for programs (json, csv) and for people (table)."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.management.commands.holidays import council_named
from cases.models import Team
from performance.domain.period import Quarter
from performance.figures import BY, MEASURES, Figure, Scope, figures, rows
from performance.rows import Row

Cases = Mapping[tuple[str, int | None], Sequence[Row]]


class Command(BaseCommand):
    help = "Print the figures of a quarter with target, red/amber/green and direction; --cases lists what was counted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=True, help="quarter of a financial year, as in 2025-26-Q2")
        parser.add_argument(
            "--as-of", help="count what was known on this day, as in 2025-10-31; today unless given"
        )
        parser.add_argument("--by", choices=tuple(BY), help="one line for each team, locality or worker")
        parser.add_argument("--council", help="name of the council; not needed where there is only one")
        parser.add_argument("--cases", action="store_true", help="list the cases in each denominator")
        parser.add_argument("--format", choices=("json", "csv", "table"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        quarter, as_of = _quarter(options["period"]), _day(options["as_of"])
        scope = Scope(council_named(options["council"]))
        found = figures(scope, quarter, as_of, by=options["by"])
        cases = _cases(scope, quarter, as_of, options["by"]) if options["cases"] else None
        show = {"json": self._json, "csv": self._csv, "table": self._table}[options["format"]]
        show(found, cases)

    def _json(self, found: Sequence[Figure], cases: Cases | None) -> None:
        shown = []
        for one in found:
            figure = _named(one)
            if cases is not None:
                figure["cases"] = [_case(row) for row in _behind(one, cases)]
            shown.append(figure)
        self.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False))

    def _csv(self, found: Sequence[Figure], cases: Cases | None) -> None:
        """One line for each figure; with --cases, one for each case of each figure."""
        lines: list[dict[str, object]] = []
        for one in found:
            figure = _named(one)
            if cases is None:
                lines.append(figure)
            else:
                lines += [{**figure, **_case(row)} for row in _behind(one, cases)]
        if lines:
            writer = csv.DictWriter(self.stdout, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)

    def _table(self, found: Sequence[Figure], cases: Cases | None) -> None:
        for one in found:
            share = f"{one.percent}%" if one.percent is not None else "-"
            of = (
                f"{one.numerator} of {one.denominator}" if one.denominator is not None else str(one.numerator)
            )
            target = f"target {one.target.normalize():f}%" if one.target is not None else "no target"
            group = f"{one.group.name}: " if one.group else ""
            self.stdout.write(
                f"{one.code:22}{group}{share:>7}  {of:>14}  {target:>12}  {one.rag:6} {one.direction}"
            )
            for row in _behind(one, cases) if cases is not None else ():
                self.stdout.write(f"    {row.reference}  {'yes' if row.counted else 'no '}  {row.reason}")
        if found:
            rates = [one for one in found if one.is_rate]
            self.stdout.write(f"\n{rates[0].quarter}, as known on {rates[0].as_of}. {rates[0].rule_words}")


def _quarter(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise CommandError(
            f"{text} is not a quarter. Write the financial year and the quarter, as in 2025-26-Q2"
        ) from error


def _day(text: str | None) -> date:
    if text is None:
        return timezone.localdate()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is not a day. Write year, month and day, as in 2025-10-31") from error
    if day.isoformat() != text:
        raise CommandError(f"{text} is not a day. Write year, month and day, as in 2025-10-31")
    return day


def _named(figure: Figure) -> dict[str, object]:
    return {**figure.as_dict(), **({"group": figure.group.name} if figure.group else {})}


def _case(row: Row) -> dict[str, object]:
    return {
        "reference": row.reference,
        "due": row.due_on and row.due_on.isoformat(),
        "done": row.done_on and row.done_on.isoformat(),
        "reason": row.reason,
        "counted": row.counted,
    }


def _cases(scope: Scope, quarter: Quarter, as_of: date, by: str | None) -> Cases:
    """The list behind every figure, under its measure and group."""
    localities = dict(Team.objects.filter(council=scope.council).values_list("pk", "locality"))
    group_of = {
        None: lambda row: None,
        "team": lambda row: row.team,
        "worker": lambda row: row.worker,
        "locality": lambda row: localities.get(row.team),
    }[by]
    found: dict[tuple[str, int | None], list[Row]] = {}
    for measure in MEASURES:
        for row in rows(measure, scope, quarter, as_of):
            found.setdefault((measure.code, group_of(row)), []).append(row)
    return found


def _behind(figure: Figure, cases: Cases) -> Sequence[Row]:
    return cases.get((figure.code, figure.group.key if figure.group else None), ())
