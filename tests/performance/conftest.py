"""What every test of figures starts from."""

from __future__ import annotations

import pytest

from tests.performance.records import Place, a_place


@pytest.fixture
def place(db) -> Place:
    return a_place()
