"""What the tests of trust share: a council with a bit of everything, as the pages have it."""

from tests.web.conftest import kept_world, world  # noqa: F401  (pytest finds them by name)
