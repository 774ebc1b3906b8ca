"""One machine, for evaluation and development: SQLite, no Redis, its own key, plain http on this machine only."""

from __future__ import annotations

from justice.settings.base import *  # noqa: F403
from justice.settings.values import VAR, env, kept_secret

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or kept_secret(VAR / "secret-key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Static files are served from where they lie, so that a change needs no collecting.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

# Nothing here is anybody's record; a backup says that it is not encrypted.
BACKUP_MAY_BE_PLAIN = True
