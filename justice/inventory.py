"""The data inventory: every column of every table with its declarations, read off the running program."""

from __future__ import annotations

from typing import Final

from django.apps import apps

from justice import registry

APPS: Final = ("cases", "orders", "assessments", "performance")
HEADS: Final = {
    "table": "Table",
    "field": "Column",
    "kind": "Kind",
    "sensitivity": "Sensitivity",
    "sight": "Who may see it",
    "retention": "Kept",
    "audit": "How a change is known",
    "own_copy": "On the person's own copy",
}


def rows() -> list[dict[str, str]]:
    """One row for each column; KeyError for a table, ValueError for a column that nobody declared."""
    declared, found = registry.load(), []
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label):
        if model._meta.app_label not in APPS or model.__name__.startswith("Historical"):
            continue
        row = declared[model._meta.label]
        for field in model._meta.concrete_fields:
            mark = registry.sensitivity(row, field)
            found.append(
                {
                    "table": model._meta.label,
                    "field": field.name,
                    "kind": field.get_internal_type(),
                    "sensitivity": f"{mark}: {registry.SENSITIVITY[mark]}",
                    "sight": registry.SIGHT[row.sight],
                    "retention": registry.RETENTION[row.retention],
                    "audit": registry.AUDIT[row.audit],
                    "own_copy": row.own_copy if mark not in registry.NEVER_THEIRS else "no",
                }
            )
    return found


def as_markdown() -> str:
    """The inventory as a table of Markdown."""
    lines = [f"| {' | '.join(HEADS.values())} |", f"|{' --- |' * len(HEADS)}"]
    lines += [f"| {' | '.join(value.replace('|', '/') for value in row.values())} |" for row in rows()]
    return "\n".join(lines) + "\n"
