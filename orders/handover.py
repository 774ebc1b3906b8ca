"""What goes with a case, or with one order in it, when somebody else takes it over."""

from __future__ import annotations

from datetime import date

from cases.models import Case, User


def move_future_appointments(case: Case, old: User | None, new: User | None, on: date) -> None:
    """Give the appointments of this case that `old` was to keep from `on` to `new`: called inside the operation.

    `new` is None when the case goes to a team's queue, and `old` when it comes back from one. Undoing a handover calls
    it the other way round.
    """
