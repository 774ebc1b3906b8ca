"""The council of the pages' tests, for what trust is about."""

from tests.web.conftest import kept_world, world  # noqa: F401  (pytest finds them by name)
