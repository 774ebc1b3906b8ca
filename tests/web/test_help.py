"""Help names what is there, the list of shortcuts holds those that exist, and the list of changes comes out as HTML."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from cases.models import Role
from justice.web.help import TOPICS, changes
from justice.web.markdown import as_html
from justice.web.shortcuts import HOLD, SHORTCUTS
from tests.web.conftest import World

BUSY = {"d", "e", "f"}  # the address bar and the menus of a browser


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("# One\n\n## Two", "<h1>One</h1>\n<h2>Two</h2>", id="headings"),
        pytest.param("## A\n\n**B**\n- c", "<h2>A</h2>\n<h3>B</h3>\n<ul><li>c</li></ul>", id="a bold line heads"),
        pytest.param("a\nb", "<p>a b</p>", id="a paragraph over two lines"),
        pytest.param("- a\n  b\n- c", "<ul><li>a b</li><li>c</li></ul>", id="an item over two lines"),
        pytest.param("a **b** `c`", "<p>a <strong>b</strong> <code>c</code></p>", id="bold and code in a line"),
        pytest.param("<b>&`<i>`", "<p>&lt;b&gt;&amp;<code>&lt;i&gt;</code></p>", id="markup is text"),
        pytest.param("2 ** 3 * 4", "<p>2 ** 3 * 4</p>", id="stars that mean nothing"),
        pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_the_markdown_of_the_list_of_changes(text: str, html: str):
    assert as_html(text) == html


def test_what_is_new_shows_each_version_the_newest_first():
    text = (settings.BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    shown = changes()
    assert versions
    assert [shown.index(f"<h2>{version}</h2>") for version in versions] == sorted(
        shown.index(f"<h2>{version}</h2>") for version in versions
    )
    assert "**" not in shown
    assert shown.startswith("<h2>")


def test_the_list_of_changes_is_in_the_image():
    assert "!CHANGELOG.md" in (settings.BASE_DIR / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_no_two_shortcuts_have_the_same_key_and_none_a_browsers_own():
    keys = [shortcut.key for shortcut in SHORTCUTS]
    assert len(set(keys)) == len(keys)
    assert not BUSY & set(keys)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_help_begins_with_the_readers_own_tasks(world: World, role: str):
    own = next(topic for topic in TOPICS if topic.role == role)
    page = world.client(role).get(reverse("help")).content.decode()
    assert page.index(own.href) == min(page.index(topic.href) for topic in TOPICS)


@pytest.mark.django_db
def test_the_standards_shown_are_the_councils_own(world: World):
    page = world.client(Role.CASEWORKER).get(reverse("help_page", args=["due-dates"])).content.decode()
    assert "15 working days after supervision was imposed" in page  # laid over the national 20
    assert "3 and 6 months after supervision was imposed, and every 6 months from then on" in page
    assert "By the day the court gave when the court asked for a report" in page


@pytest.mark.django_db
def test_the_page_of_shortcuts_lists_every_one_and_what_to_hold(world: World):
    page = world.client(Role.CASEWORKER).get(reverse("help_page", args=["shortcuts"])).content.decode()
    for shortcut in SHORTCUTS:
        assert f"{shortcut.key.upper()}</kbd>" in page
        assert shortcut.words in page
    assert all(browser in page for browser, _ in HOLD)


@pytest.mark.django_db
def test_help_that_is_not_there_is_not_found(world: World):
    assert world.client(Role.CASEWORKER).get(reverse("help_page", args=["nothing"])).status_code == 404
