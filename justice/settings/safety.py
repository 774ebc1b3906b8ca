"""What production settings must not be: each mistake in words, with its cure.

A plain function of values, so that every mistake can be tried in a test without starting anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pyrage

SHORTEST_KEY = 50  # characters, and at least DIFFERENT of them unlike: what Django's own check asks for
DIFFERENT = 5
SHORTEST_PASSWORD = 12
KNOWN = (
    "change",
    "changeme",
    "default",
    "example",
    "insecure",
    "only-for-tests",
    "password",
    "secret",
    "justice",
)
LONGEST_SILENCE = 30 * 60  # seconds that a session may go without a request
A_YEAR = 365 * 24 * 60 * 60
WEAK_HASHERS = ("MD5", "SHA1", "Crypt", "Unsalted")
MAIL_TO_NOWHERE = ("console", "locmem", "dummy", "filebased")
NEW_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"


def weak(password: str) -> bool:
    """Too short, or one that anybody would try first."""
    return len(password) < SHORTEST_PASSWORD or password.lower().strip("0123456789!-_ ") in KNOWN


def mistakes(settings: Mapping[str, Any]) -> list[str]:
    """Every reason not to start; none means that these settings may be used for real records."""
    return [
        *_key(settings),
        *_hosts(settings),
        *_database(settings),
        *_redis(settings),
        *_mail(settings),
        *_code(settings),
        *_browser(settings),
        *_session(settings),
        *_sign_in(settings),
        *_api(settings),
        *_queue(settings),
        *_backup(settings),
        *_log(settings),
    ]


def _key(settings: Mapping[str, Any]) -> list[str]:
    key = settings.get("SECRET_KEY", "")
    if not key:
        return [
            f"SECRET_KEY is missing: {NEW_KEY}, and give it as SECRET_KEY or in the file SECRET_KEY_FILE names"
        ]
    if len(key) < SHORTEST_KEY or len(set(key)) < DIFFERENT:
        return [f"SECRET_KEY is too short or too plain to be a secret: {NEW_KEY}"]
    if any(known in key.lower() for known in ("only-for-tests", "insecure", "changeme", "change-me")):
        return [f"SECRET_KEY is one that others know: {NEW_KEY}"]
    return []


def _hosts(settings: Mapping[str, Any]) -> list[str]:
    found = []
    hosts = settings.get("ALLOWED_HOSTS", [])
    if not hosts:
        found.append("ALLOWED_HOSTS is missing: give the name people type, such as justice.council.gov.uk")
    if any(host.startswith(("*", ".")) for host in hosts):
        found.append(
            "ALLOWED_HOSTS takes any name: give the whole names people type, without * and leading dots"
        )
    for origin in settings.get("CSRF_TRUSTED_ORIGINS", []):
        if not origin.startswith("https://") or "*" in origin:
            found.append(f"CSRF_TRUSTED_ORIGINS has {origin}: give https:// and a whole name")
    return found


def _database(settings: Mapping[str, Any]) -> list[str]:
    chosen = settings.get("DATABASES", {}).get("default", {})
    engine = chosen.get("ENGINE", "")
    if not engine.endswith("postgresql"):
        return [
            "DATABASE_URL is not PostgreSQL, which real records need (SQLite is for evaluation): "
            "give DATABASE_URL=postgresql://USER:PASSWORD@HOST/NAME"
        ]
    found = []
    if chosen.get("USER") == "postgres":
        found.append(
            "DATABASE_URL signs in as postgres, who may change the log of who did what: "
            "make a role of its own for the site (see the manual) and name it there"
        )
    local = str(chosen.get("HOST", "")).startswith("/") or not chosen.get("HOST")
    if not local and weak(chosen.get("PASSWORD") or ""):
        found.append(
            f"DATABASE_URL has no password, or a weak one: give one of at least {SHORTEST_PASSWORD} characters"
        )
    return found


def _redis(settings: Mapping[str, Any]) -> list[str]:
    url = settings.get("REDIS_URL", "")
    if not url:
        return ["REDIS_URL is missing: give REDIS_URL=redis://:PASSWORD@HOST:6379/0"]
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss"):
        return [
            "REDIS_URL does not begin with redis:// or rediss://: give REDIS_URL=redis://:PASSWORD@HOST:6379/0"
        ]
    if weak(parts.password or ""):
        return [
            f"REDIS_URL has no password, or a weak one: set requirepass in Redis to at least {SHORTEST_PASSWORD} "
            "characters and give it as redis://:PASSWORD@HOST:6379/0"
        ]
    return []


def _mail(settings: Mapping[str, Any]) -> list[str]:
    found = []
    url = settings.get("EMAIL_URL", "")
    if not url:
        found.append(
            "EMAIL_URL is missing, so that notices would go nowhere: give smtp+tls://USER:PASSWORD@HOST:587"
        )
    elif urlsplit(url).scheme not in ("smtp+tls", "smtps", "smtp+ssl"):
        found.append("EMAIL_URL sends mail unencrypted: give smtp+tls://USER:PASSWORD@HOST:587")
    if any(f".{kind}." in settings.get("EMAIL_BACKEND", "") for kind in MAIL_TO_NOWHERE):
        found.append("EMAIL_BACKEND sends no mail: leave it out, so that EMAIL_URL says which it is")
    if not settings.get("DEFAULT_FROM_EMAIL", ""):
        found.append("DEFAULT_FROM_EMAIL is missing: give the address that notices come from")
    return found


def _code(settings: Mapping[str, Any]) -> list[str]:
    found = []
    if settings.get("DEBUG"):
        found.append("DEBUG is on, which shows records and settings on error pages: leave DEBUG out")
    if "django.contrib.admin" in settings.get("INSTALLED_APPS", []):
        found.append(
            "Django's admin is installed, a way to the records past every rule: take it out of INSTALLED_APPS"
        )
    if any(name.split(".")[0] == "corsheaders" for name in settings.get("INSTALLED_APPS", [])):
        found.append(
            "Pages of other addresses could read records (CORS): take corsheaders out of INSTALLED_APPS and MIDDLEWARE"
        )
    if settings.get("MEDIA_URL", "") not in ("", "/"):
        found.append(
            "MEDIA_URL gives uploaded files an address that asks nobody who they are: leave MEDIA_URL out"
        )
    return found


def _browser(settings: Mapping[str, Any]) -> list[str]:
    """What a browser is told, and whether over https only."""
    found = []
    if not settings.get("SECURE_SSL_REDIRECT"):
        found.append(
            "SECURE_SSL_REDIRECT is off, so that pages go over plain http: set SECURE_SSL_REDIRECT = True"
        )
    if settings.get("SECURE_HSTS_SECONDS", 0) < A_YEAR:
        found.append(
            f"SECURE_HSTS_SECONDS is missing or under a year: set SECURE_HSTS_SECONDS = {A_YEAR}, so that browsers "
            "never ask over plain http"
        )
    if settings.get("X_FRAME_OPTIONS") != "DENY":
        found.append("X_FRAME_OPTIONS lets other pages put ours in a frame: set X_FRAME_OPTIONS = 'DENY'")
    policy = settings.get("CONTENT_SECURITY_POLICY", {}).get("DIRECTIVES", {})
    if not policy.get("default-src") or not any("csp" in name for name in settings.get("MIDDLEWARE", [])):
        found.append(
            "CONTENT_SECURITY_POLICY is missing, so that a browser runs what is slipped into a page: keep the one of "
            "justice/settings/base.py and csp.middleware.CSPMiddleware"
        )
    loose = sorted(
        name
        for name, sources in policy.items()
        if {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & {str(one) for one in sources or ()}
    )
    if loose:
        found.append(
            f"CONTENT_SECURITY_POLICY allows scripts or styles from anywhere in {', '.join(loose)}: name the sources"
        )
    return found


def _session(settings: Mapping[str, Any]) -> list[str]:
    found = []
    for kind in ("SESSION", "CSRF"):
        if not settings.get(f"{kind}_COOKIE_SECURE"):
            found.append(
                f"{kind}_COOKIE_SECURE is off, so that it goes over plain http: set {kind}_COOKIE_SECURE = True"
            )
        if not settings.get(f"{kind}_COOKIE_HTTPONLY"):
            found.append(
                f"{kind}_COOKIE_HTTPONLY is off, so that scripts read it: set {kind}_COOKIE_HTTPONLY = True"
            )
    if settings.get("SESSION_COOKIE_AGE", 1_209_600) > LONGEST_SILENCE:
        found.append(
            "SESSION_COOKIE_AGE leaves a screen that nobody sits at open for long: set at most "
            f"{LONGEST_SILENCE} seconds"
        )
    if not str(settings.get("SESSION_SERIALIZER", "JSONSerializer")).endswith("JSONSerializer"):
        found.append(
            "SESSION_SERIALIZER could run what is in a session (pickle): "
            "set django.contrib.sessions.serializers.JSONSerializer"
        )
    return found


def _sign_in(settings: Mapping[str, Any]) -> list[str]:
    found = []
    hashers = settings.get("PASSWORD_HASHERS", [])
    if any(weak in name for name in hashers for weak in WEAK_HASHERS):
        found.append("PASSWORD_HASHERS has one that is quick to guess: leave PASSWORD_HASHERS out")
    validators = settings.get("AUTH_PASSWORD_VALIDATORS", [])
    shortest = [
        row.get("OPTIONS", {}).get("min_length", 8)
        for row in validators
        if row["NAME"].endswith(".MinimumLengthValidator")
    ]
    common = any(row["NAME"].endswith(".CommonPasswordValidator") for row in validators)
    if not shortest or min(shortest) < SHORTEST_PASSWORD or not common:
        found.append(
            "AUTH_PASSWORD_VALIDATORS lets people choose short or common passwords: keep those of "
            "justice/settings/base.py"
        )
    return found


def _api(settings: Mapping[str, Any]) -> list[str]:
    found = []
    for name, key in (
        ("REST_FRAMEWORK", "DEFAULT_PERMISSION_CLASSES"),
        ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
    ):
        classes = settings.get(name, {}).get(key, [])
        if not classes or any("AllowAny" in each or "ReadOnly" in each for each in classes):
            found.append(
                f"{name}: {key} answers strangers: set ['rest_framework.permissions.IsAuthenticated']"
            )
    return found


def _queue(settings: Mapping[str, Any]) -> list[str]:
    """Nothing that is read from Redis may run code."""
    taken = set(settings.get("CELERY_ACCEPT_CONTENT", ["pickle"]))
    made = {settings.get(f"CELERY_{what}_SERIALIZER", "json") for what in ("TASK", "RESULT", "EVENT")}
    if (taken | made) != {"json"}:
        return [
            "CELERY_ACCEPT_CONTENT or a CELERY serializer takes more than JSON, which could run code: set 'json'"
        ]
    return []


def _backup(settings: Mapping[str, Any]) -> list[str]:
    found = []
    key = settings.get("BACKUP_PUBLIC_KEY", "")
    if not key:
        found.append(
            "BACKUP_PUBLIC_KEY is missing, so that no backup could be written: make a pair of keys with age-keygen on "
            "another machine, keep the private half there, and give the public half here"
        )
    elif not is_public_key(key):
        found.append(
            "BACKUP_PUBLIC_KEY is not a public key: give the line that begins with age1, "
            "not the one that begins with AGE-SECRET-KEY"
        )
    if settings.get("BACKUP_MAY_BE_PLAIN"):
        found.append("BACKUP_MAY_BE_PLAIN lets backups be read by whoever has the file: leave it out")
    return found


def is_public_key(text: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def _log(settings: Mapping[str, Any]) -> list[str]:
    if str(settings.get("LOG_LEVEL", "INFO")).upper() not in ("INFO", "WARNING", "ERROR"):
        return ["LOG_LEVEL writes more than a log may hold of people: set INFO, WARNING or ERROR"]
    return []
