"""The night's figures: the open quarter and the one before it, kept as they were found on the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.jobs import Running
from performance.domain.period import Quarter
from performance.figures import Scope, figures
from performance.models import KeptFigure


def keep_figures(job: Running) -> dict[str, Any]:
    """Count the two quarters as of the day and keep them, once a day; a second run finds them there."""
    council, on = job.row.council, date.fromisoformat(job.arguments["on"])
    if council is None:
        raise ValueError("figures are kept for a council")
    now = Quarter.of(on)
    rows = []
    for quarter in (now.previous, now):
        rows += [
            KeptFigure(
                council=council,
                day=on,
                period=str(quarter),
                kpi=figure.code,
                numerator=figure.numerator,
                denominator=figure.denominator or 0,
            )
            for figure in figures(Scope(council), quarter, on)
        ]
    KeptFigure.objects.bulk_create(rows, ignore_conflicts=True)
    return {"figures": len(rows)}
