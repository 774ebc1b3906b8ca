"""Every requirement of the standard that applies has a test that is there, or a reason in writing (decision 36)."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
PAGE = TESTS.parent / "justice" / "decisions" / "36-asvs.md"
# ASVS 5.0.0: for each section the level of each of its requirements, in their order.
LEVELS = str.split("""
V1.1 22 V1.2 1111122223 V1.3 112222222223 V1.4 222 V1.5 123
V2.1 122 V2.2 112 V2.3 12223 V2.4 23
V3.1 3 V3.2 113 V3.3 12223 V3.4 11222233 V3.5 11122333 V3.6 3 V3.7 22333
V4.1 12233 V4.2 23333 V4.3 22 V4.4 1222
V5.1 2 V5.2 112333 V5.3 113 V5.4 222
V6.1 122 V6.2 111111112222 V6.3 11223333 V6.4 112233 V6.5 22222333 V6.6 2223 V6.7 33 V6.8 2222
V7.1 222 V7.2 1111 V7.3 22 V7.4 11222 V7.5 223 V7.6 22
V8.1 1233 V8.2 1123 V8.3 133 V8.4 23
V9.1 111 V9.2 1222
V10.1 22 V10.2 223 V10.3 22223 V10.4 1111122222233333 V10.5 22222 V10.6 22 V10.7 222
V11.1 2233 V11.2 22233 V11.3 11233 V11.4 1222 V11.5 23 V11.6 23 V11.7 33
V12.1 12233 V12.2 11 V12.3 22223
V13.1 2333 V13.2 222223 V13.3 2233 V13.4 1222233
V14.1 22 V14.2 12223333 V14.3 122
V15.1 12233 V15.2 12233 V15.3 1222222 V15.4 3333
V16.1 2 V16.2 22222 V16.3 2222 V16.4 222 V16.5 2223
V17.1 23 V17.2 22223333 V17.3 22
""")
# Chapters and sections that have nothing here to hold on to; the page says why.
OUT = ("V9.", "V10.3.", "V10.4.", "V10.6.", "V10.7.", "V17.")
# Of level 3, those that guard what would hurt people here most.
BEYOND = set(
    str.split(
        "V1.2.10 V2.3.5 V4.1.4 V6.3.7 V6.3.8 V7.5.3 V8.3.2 V14.2.5 V14.2.6 V14.2.7 V14.2.8 V15.4.2 V15.4.3 "
        "V16.5.4"
    )
)
ROW = re.compile(r"^\| (V[\d.]+) \| (\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


def requirements() -> dict[str, int]:
    sections = zip(LEVELS[::2], LEVELS[1::2], strict=True)
    return {
        f"{section}.{number}": int(level)
        for section, levels in sections
        for number, level in enumerate(levels, 1)
    }


def applying() -> dict[str, int]:
    return {
        number: level
        for number, level in requirements().items()
        if not number.startswith(OUT) and (level < 3 or number in BEYOND)
    }


def rows(page: str) -> dict[str, tuple[int, str]]:
    found = [(number, int(level), shown.strip()) for number, level, _, shown in ROW.findall(page)]
    assert len(found) == len({number for number, _, _ in found}), "a number stands twice"
    return {number: (level, shown) for number, level, shown in found}


def wrong_with(shown: str, tests: dict[str, set[str]]) -> str:
    """What is wrong with the last column of a row; nothing, if it names tests that are there or says why none."""
    if shown.startswith(("Reason: ", "Not yet: ")):
        return "" if len(shown) > 14 else "a reason without words"
    named = NAMED.findall(shown)
    if not named or NAMED.sub("", shown).strip():
        return "neither tests nor a reason"
    for file, test in named:
        if file not in tests:
            return f"{file} is not there"
        if test and test not in tests[file]:
            return f"{file} has no {test}"
    return ""


@pytest.fixture(scope="module")
def tests() -> dict[str, set[str]]:
    """The names of all tests, by file."""
    found = {}
    for path in TESTS.rglob("test_*.py"):
        names = {
            node.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        }
        found[path.relative_to(TESTS).as_posix()] = names
    return found


def test_the_numbers_are_those_of_the_standard():
    assert Counter(requirements().values()) == {1: 70, 2: 183, 3: 92}
    assert requirements().keys() >= BEYOND
    assert {requirements()[number] for number in BEYOND} == {3}


@pytest.mark.figure("requirements of the security standard with a test or a written reason")
def test_each_requirement_has_a_test_that_is_there_or_a_reason(figure, tests):
    asked, said = applying(), rows(PAGE.read_text(encoding="utf-8"))
    for number, level in asked.items():
        has, shown = said.get(number, (0, ""))
        wrong = "no row" if not has else "another level" if has != level else wrong_with(shown, tests)
        figure.add(not wrong, f"{number}: {wrong}")
    figure.many(0, [f"{number} does not apply" for number in said.keys() - asked.keys()])
    kinds = Counter(shown.split(":")[0] if shown[0] != "`" else "test" for _, shown in said.values())
    out = len(requirements()) - len(asked)
    print(
        f"by a test {kinds['test']}, a reason {kinds['Reason']}, not yet {kinds['Not yet']}, out of scope {out}"
    )


@pytest.mark.figure("faults planted in the page of the security standard")
def test_a_page_that_claims_too_much_is_noticed(figure, tests):
    there = "architecture/test_asvs.py"
    figure.planted("a test that is not there", wrong_with(f"`{there}::test_of_nothing`", tests))
    figure.planted("a file that is not there", wrong_with("`web/test_of_nothing.py`", tests))
    figure.planted("nothing", wrong_with("", tests))
    figure.planted("words that are no reason", wrong_with("It is fine", tests))
    figure.planted("an empty reason", wrong_with("Reason: none", tests))
    row = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| V8.2.2 "))
    figure.planted("a row left out", "V8.2.2" not in rows(PAGE.read_text(encoding="utf-8").replace(row, "")))
