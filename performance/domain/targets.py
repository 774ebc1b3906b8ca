"""Which target a figure had on a day: the council's own dated row, else the one the program ships with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "targets.toml"


@dataclass(frozen=True)
class Target:
    """A target in per cent from a day on; None says that from that day there is none."""

    kpi: str
    from_on: date
    percent: Decimal | None
    source: str


def load_targets(path: Path = DATA) -> tuple[Target, ...]:
    """Every row, earliest first. ValueError names the row that cannot be used."""
    found = []
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["target"]:
        given = row.get("percent")
        target = Target(
            row["kpi"], row["from_on"], None if given is None else Decimal(str(given)), row["source"]
        )
        if not target.source or (target.percent is not None and not 0 <= target.percent <= 100):
            raise ValueError(
                f"{path.name}: {target.kpi} from {target.from_on} needs a source and 0 to 100 per cent"
            )
        found.append(target)
    return tuple(sorted(found, key=lambda row: row.from_on))


@cache
def _shipped() -> tuple[Target, ...]:
    return load_targets()


def shipped(kpi: str, day: date) -> Target | None:
    """The row in force that the program ships with; None where it has none for the figure by that day."""
    return _newest(_shipped(), kpi, day)


def target_on(kpi: str, day: date, own: Iterable[Target] = ()) -> Target | None:
    """The row that judges a figure on a day: the newest of the council's `own` in force, else the shipped one."""
    return _newest(own, kpi, day) or shipped(kpi, day)


def _newest(rows: Iterable[Target], kpi: str, day: date) -> Target | None:
    in_force = [row for row in rows if row.kpi == kpi and row.from_on <= day]
    return max(in_force, key=lambda row: row.from_on, default=None)
