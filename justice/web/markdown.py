"""The little Markdown that the list of changes is written in, as HTML: headings, paragraphs, lists, bold and code.

Everything else is text and comes out as text. A paragraph that is bold from end to end heads what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

HEADING = re.compile(r"(#{1,4}) +(.+)")
ITEM = re.compile(r"[-*] +(.+)")
BOLD_LINE = re.compile(r"\*\*([^*]+)\*\*")
INLINE = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`")


def as_html(text: str) -> SafeString:
    """The whole text. Its headings keep their levels, and a bold line is one level below the last of them."""
    return mark_safe("\n".join(_blocks(text)))  # noqa: S308 - each block is escaped where it is made


def _blocks(text: str) -> Iterator[str]:
    level = 1
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        while lines:
            if heading := HEADING.fullmatch(lines[0].strip()):
                level = len(heading[1])
                yield _head(level, heading[2])
                lines = lines[1:]
            elif bold := BOLD_LINE.fullmatch(lines[0].strip()):
                yield _head(level + 1, bold[1])
                lines = lines[1:]
            elif ITEM.match(lines[0]):
                yield format_html("<ul>{}</ul>", mark_safe("".join(_items(lines))))  # noqa: S308
                lines = []
            else:
                yield format_html("<p>{}</p>", _inline(" ".join(line.strip() for line in lines)))
                lines = []


def _items(lines: list[str]) -> Iterator[str]:
    """Items, each with the lines that go on below it."""
    items: list[list[str]] = []
    for line in lines:
        if found := ITEM.match(line):
            items.append([found[1]])
        else:
            items[-1].append(line.strip())
    for item in items:
        yield format_html("<li>{}</li>", _inline(" ".join(item)))


def _head(level: int, words: str) -> str:
    return format_html("<h{}>{}</h{}>", level, _inline(words), level)


def _inline(text: str) -> SafeString:
    done, at = [], 0
    for found in INLINE.finditer(text):
        done.append(escape(text[at : found.start()]))
        tag = "strong" if found["bold"] else "code"
        done.append(format_html("<{}>{}</{}>", tag, found["bold"] or found["code"], tag))
        at = found.end()
    done.append(escape(text[at:]))
    return mark_safe("".join(done))  # noqa: S308 - all of it was escaped above
