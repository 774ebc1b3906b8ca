"""Every look is logged with its ground before the page is sent, or the page is not sent."""

from __future__ import annotations

import time

import pytest

from tests.trust.looks import crawl, place_canaries
from tests.web.conftest import World

pytestmark = pytest.mark.django_db


@pytest.mark.figure("answers with somebody's record in them: each is logged with exactly the cases it shows")
def test_every_look_is_logged(world: World, figure):
    place_canaries()
    t = time.time()
    seen = 0
    for answer in crawl(world):
        assert answer.status < 500, answer.what
        if answer.shown or answer.logged:
            seen += 1
            figure.add(not answer.missing, f"missing: {answer}")
            figure.add(not answer.extra, f"extra: {answer}")
    print(seen, time.time() - t)
    print("\n".join(figure.wrong))
