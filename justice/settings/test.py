"""For the tests: SQLite in memory unless DATABASE_URL says otherwise, cheap passwords, mail in memory, no Redis."""

from __future__ import annotations

from justice.settings.base import *  # noqa: F403
from justice.settings.values import database

SECRET_KEY = "only-for-tests-and-used-nowhere-else-0123456789-abcdefghijklmnop"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": {**database(default="sqlite:///:memory:"), "CONN_MAX_AGE": 0}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
# An exception in a job is the test's business.
CELERY_TASK_EAGER_PROPAGATES = True
BACKUP_MAY_BE_PLAIN = True
