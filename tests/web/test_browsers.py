"""What the list of one's own sessions calls a browser."""

from __future__ import annotations

import pytest

from justice.web.browsers import name_of

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Windows"),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge on Windows",
        ),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        (f"{MOZILLA} (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {IOS} Version/18.1 Safari/605.1.15", "Safari on Mac"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {IOS} Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{MOZILLA} (iPad; CPU OS 18_1 like Mac OS X) {IOS} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
            "Chrome on iPad",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {IOS} FxiOS/133.0 Mobile/15E148 Safari/605.1.15",
            "Firefox on iPhone",
        ),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {IOS} EdgiOS/131.0 Safari/604.1", "Edge on iPhone"),
        (f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/131.0 Safari/537.36 EdgA/131.0", "Edge on Android"),
        (
            f"{MOZILLA} (Linux; Android 14; SAMSUNG SM-S911B) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0 Safari/537.36",
            "Samsung Internet on Android",
        ),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/130.0 Safari/537.36 OPR/115.0", "Opera on Windows"),
        ("SomethingElse/1.0 (Windows NT 10.0)", "A browser on Windows"),
        ("Firefox/133.0", "Firefox"),
        ("curl/8.5.0", "A browser"),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(agent: str, name: str):
    assert name_of(agent) == name
