"""What is wrong with a caseload bundle, said so that whoever made the file can mend it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from justice.caseload.format import FILES, PROBLEMS_PER_FILE

_FOUND_AT_MOST = 60  # characters of a cell that are shown again
_ORDER = {file.name: place for place, file in enumerate(FILES)}


class FileProblem(NamedTuple):
    """One thing that stops the import: where it is, what was found there, and what would be accepted.

    `file` is blank for the folder or zip itself; `line` is 0 where no one line is meant, and otherwise the
    line of the file on which the row begins, the header being line 1.
    """

    file: str
    line: int
    column: str
    found: str
    message: str

    def __str__(self) -> str:
        place = self.file or "the bundle"
        if self.line:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        said = f'{place}: found "{self.found}"; {self.message}' if self.found else f"{place}: {self.message}"
        return _harmless(said)


class Problems:
    """Every problem of one bundle: the first thousand of each file kept, the rest counted."""

    def __init__(self) -> None:
        self._kept: list[FileProblem] = []
        self.count_of: Counter[str] = Counter()

    def add(self, file: str, message: str, *, line: int = 0, column: str = "", found: str = "") -> None:
        self.count_of[file] += 1
        if self.count_of[file] <= PROBLEMS_PER_FILE:
            self._kept.append(FileProblem(file, line, column, shown(found), message))

    def more(self) -> dict[str, int]:
        """How many problems of each file are counted but not kept."""
        return {
            file: count - PROBLEMS_PER_FILE
            for file, count in self.count_of.items()
            if count > PROBLEMS_PER_FILE
        }

    def __iter__(self) -> Iterator[FileProblem]:
        return iter(sorted(self._kept, key=_by_place))

    def __len__(self) -> int:
        return sum(self.count_of.values())


def report_lines(problems: Problems) -> list[str]:
    """One sentence for each problem, file by file and line by line."""
    lines: list[str] = []
    more = problems.more()
    files = sorted(problems.count_of, key=lambda name: (_ORDER.get(name, -1), name))
    kept: dict[str, list[str]] = {file: [] for file in files}
    for problem in problems:
        kept[problem.file].append(str(problem))
    for file in files:
        lines += kept[file]
        if file in more:
            lines.append(f"{_harmless(file) or 'the bundle'}: and {more[file]:,} more problems")
    return lines


def _by_place(problem: FileProblem) -> tuple[int, str, int]:
    # What is wrong with the bundle itself, or with a file it should not hold, comes first.
    return _ORDER.get(problem.file, -1), problem.file, problem.line


def meant(name: str, names: list[str]) -> str:
    """What to add when a name is not known: the nearest of those that are, or all of them."""
    close = difflib.get_close_matches(name[:100].lower(), names, n=1)
    return f"; is {close[0]} meant?" if close else f"; its names are {', '.join(names)}"


def shown(text: str) -> str:
    """The text of a cell as it is shown again: cut short, and on one line."""
    return _harmless(text if len(text) <= _FOUND_AT_MOST else text[:_FOUND_AT_MOST] + "…")


def _harmless(text: str) -> str:
    """The text with nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
