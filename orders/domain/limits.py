"""Which numbers bounded an order on the day it was imposed: those that ministers may vary, as dated rows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "limits"
UNITS = frozenset({"hours", "months", "per cent", "pounds"})


@dataclass(frozen=True)
class Limit:
    """One number from a day on, with its unit and where it comes from."""

    key: str
    value: int
    unit: str
    source: str
    in_force_from: date


def load_limits(folder: Path = DATA) -> dict[str, tuple[Limit, ...]]:
    """Every row by key, earliest first. ValueError names the file and the row that cannot be used."""
    rows: dict[str, list[Limit]] = {}
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for row in content["limit"]:
            limit = Limit(row["key"], row["value"], row["unit"], row["source"], content["in_force_from"])
            if limit.unit not in UNITS or not isinstance(limit.value, int) or not limit.source:
                raise ValueError(f"{path.name}: {limit.key} needs a whole number, a known unit and a source")
            rows.setdefault(limit.key, []).append(limit)
    return {key: tuple(sorted(found, key=lambda row: row.in_force_from)) for key, found in rows.items()}


@cache
def _shipped() -> dict[str, tuple[Limit, ...]]:
    return load_limits()


def limit_on(key: str, day: date) -> Limit:
    """The row in force on a day; the earliest row also serves days before it, which other rules refuse."""
    rows = _shipped()[key]
    return next((row for row in reversed(rows) if row.in_force_from <= day), rows[0])


def value_on(key: str, day: date) -> int:
    """The number itself, in the unit of its row."""
    return limit_on(key, day).value
