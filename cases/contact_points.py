"""How a person may be reached who has said that they want to be."""

from __future__ import annotations

from collections.abc import Iterable


def reachable(person_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The number or address of each person who opted in to reminders, by channel: {12: {"text": "0141 ..."}}.

    The channels are those of an appointment's reminder, "text" and "email". Who has not opted in is not in it.
    """
    return {}
