"""Which browser and system somebody signed in from, in words: enough to tell one's own from a stranger's.

Browsers say what they are in a line in which each also names others; the first of these that it holds is meant.
"""

from __future__ import annotations

from typing import Final

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def name_of(agent: str) -> str:
    """ "Chrome on Linux", or "A browser" where it says nothing that is known."""
    browser, system = (
        next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)
    )
    if not browser and not system:
        return "A browser"
    return f"{browser or 'A browser'} on {system}" if system else browser
