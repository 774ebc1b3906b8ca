"""What whoever is about to meet somebody must see first, in the order in which they must see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cases.models import Alert

_SAFETY_FIRST: Final = {kind: place for place, kind in enumerate(Alert.Kind.values)}


def sorted_out(alerts: Iterable[Alert]) -> tuple[list[Alert], list[Alert]]:
    """Alerts, risk to staff before all others; and apart from them adjustments and health, which are no warning."""
    rows = sorted(alerts, key=lambda alert: _SAFETY_FIRST[alert.kind])
    return (
        [row for row in rows if row.kind not in Alert.ADJUSTMENTS],
        [row for row in rows if row.kind in Alert.ADJUSTMENTS],
    )
