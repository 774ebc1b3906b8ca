"""The figures of trust: how many things a test tried, how many went wrong, and how long that took.

A test marked `figure("what was tried")` counts with the fixture `figure`; every run that holds such tests ends with
their table, and `./run test figures` runs only them. A test of an engine's own watchfulness counts planted faults with
`figure.planted`: one that was not noticed is wrong.

Each has two sizes: `size(change=…, night=…)` gives the one of this run. TEST_NIGHT=1 (`./run test night`) is the large
one, and also runs the tests that are marked `night` and left out otherwise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest


def at_night() -> bool:
    return os.environ.get("TEST_NIGHT") == "1"


def size(*, change: int, night: int) -> int:
    """How many to try: a few minutes' worth at every change, the whole number at night."""
    return night if at_night() else change


@dataclass
class Figure:
    """What one test tried and what of it went wrong, in words."""

    name: str
    tried: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, right: object, what: str = "") -> None:
        """One more was tried; `what` says which, for when it was wrong."""
        self.tried += 1
        if not right:
            self.wrong.append(what or f"number {self.tried}")

    def planted(self, fault: str, noticed: object) -> None:
        """One more fault was planted in what the engine watches."""
        self.add(noticed, f"planted and not noticed: {fault}")

    def many(self, tried: int, wrong: list[str] | None = None) -> None:
        self.tried += tried
        self.wrong += wrong or []


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Iterator[Figure]:
    """Counts for the test's mark `figure`; the test fails at its end if anything was wrong or nothing was tried."""
    mark = request.node.get_closest_marker("figure")
    assert mark is not None, "a test that counts names its figure: @pytest.mark.figure('what was tried')"
    counted, begun = Figure(mark.args[0]), time.monotonic()
    yield counted
    took = round(time.monotonic() - begun, 1)
    said = f"{counted.tried}|{len(counted.wrong)}|{took}|{counted.name}"
    request.node.user_properties.append(("figure", said))
    assert not counted.wrong, f"{counted.name}: {len(counted.wrong)} of {counted.tried} wrong, " + "; ".join(
        counted.wrong[:20]
    )
    assert counted.tried, f"{counted.name}: nothing was tried"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table of the figures that this run counted."""
    reports = [
        # "" holds what passed of setting up and tidying up: a figure is counted when its test is over.
        report
        for kind in ("passed", "failed", "error", "")
        for report in terminalreporter.stats.get(kind, [])
    ]
    said = {
        (report.nodeid, value)
        for report in reports
        for name, value in getattr(report, "user_properties", [])
        if name == "figure"
    }
    if not said:
        return
    # Several tests may count one figure.
    counted: dict[str, list[float]] = {}
    for _, line in said:
        *numbers, name = line.split("|", 3)
        sums = counted.setdefault(name, [0, 0, 0])
        counted[name] = [one + float(more) for one, more in zip(sums, numbers, strict=True)]
    terminalreporter.write_sep("-", "figures" + (" of the night" if at_night() else ""))
    terminalreporter.write_line(f"{'tried':>9} {'wrong':>6} {'seconds':>8}  what")
    for name, (tried, wrong, took) in sorted(counted.items()):
        terminalreporter.write_line(f"{int(tried):>9,} {int(wrong):>6} {took:>8.1f}  {name}")
