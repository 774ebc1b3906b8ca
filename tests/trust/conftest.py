"""The council with a bit of everything, as the tests of pages have it."""

from tests.web.conftest import shared, world  # noqa: F401  (pytest finds them by name)
