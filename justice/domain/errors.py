"""How a rule says no: what is wrong, in words the person can act on, and all of it at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, as a sentence without a full stop that says what to do.

    `field` is the name of the form field or JSON key it belongs to; empty means the whole form.
    `code` is the stable name of the rule behind it, for tests, the API and counting; empty where it has none.
    """

    message: str
    field: str = ""
    code: str = ""

    def __str__(self) -> str:
        return self.message


class Refused(Exception):  # noqa: N818  (the trade's word; "RefusedError" would be read by no one)
    """A change will not be made. Carries every problem found, in the order found.

    For what the user can mend only: who may do it is PermissionDenied, and our own mistakes are ValueError.
    """

    problems: tuple[Problem, ...]

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("A refusal must say what is wrong: give at least one problem")
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type["Refused"], tuple[Problem, ...]]:
        """Survive pickling (background jobs, parallel tests): `args` holds the text, not the problems."""
        return type(self), self.problems
