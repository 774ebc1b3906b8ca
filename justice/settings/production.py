"""For real records: PostgreSQL, Redis, https only, and every secret from outside. It will not start unsafe.

Each value can also be given as a file: SECRET_KEY_FILE names the file that holds SECRET_KEY, and so on.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from justice import logs
from justice.settings import safety
from justice.settings.base import *  # noqa: F403
from justice.settings.base import BEHIND_PROXY, STORAGES
from justice.settings.values import env

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[f"https://{host}" for host in ALLOWED_HOSTS])
SITE_ADDRESS = env("SITE_ADDRESS", default=f"https://{ALLOWED_HOSTS[0]}" if ALLOWED_HOSTS else "")

SECURE_SSL_REDIRECT = True
# Health checks come from inside, over plain http.
SECURE_REDIRECT_EXEMPT = [r"^livez/?$", r"^readyz/?$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Only when a proxy of the council's own sets this header and strips it from what comes in.
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECOND_STEP_REQUIRED = env.bool("SECOND_STEP_REQUIRED", default=True)
TWO_DATABASE_ROLES = True  # justice.database_roles, asked at the start and by readyz

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"

# Names with a hash in them, so that browsers may keep the files for ever.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "justice.settings.storage.StaticFiles"}}

# Lines for a machine: one JSON object each, with the keys that justice.logs allows.
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING = logs.settings_for(screen=False, level=LOG_LEVEL)

_mistakes = safety.mistakes(
    {
        **{name: value for name, value in globals().items() if name.isupper()},
        "EMAIL_URL": env("EMAIL_URL", default=""),
        "DEFAULT_FROM_EMAIL": env("DEFAULT_FROM_EMAIL", default=""),
    }
)
if _mistakes:
    raise ImproperlyConfigured(
        "It will not start like this:\n" + "\n".join(f"- {each}" for each in _mistakes)
    )
