"""What is said when something will not be done: every problem at once, each where it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One reason, as a sentence that says what to do, without a full stop.

    `field` is the path of the field it belongs to ("unpaid_work.hours"); blank means the whole form. `code` is the
    rule's stable name.
    """

    message: str
    field: str = ""
    code: str = ""


class Refused(Exception):  # noqa: N818  (the word of the house: the operation was refused)
    """The user can mend it: carries every problem found. Nothing was written."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a refusal needs at least one problem")
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
