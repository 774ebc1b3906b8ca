"""What production settings must not be: each mistake in words, with its cure.

A plain function of values, so that every mistake can be tried in a test without starting anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

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
        *_signing_in(settings),
        *_code(settings),
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
    if not settings.get("DEFAULT_FROM_EMAIL", ""):
        found.append("DEFAULT_FROM_EMAIL is missing: give the address that notices come from")
    return found


def _signing_in(settings: Mapping[str, Any]) -> list[str]:
    found = []
    if not settings.get("SECOND_STEP_REQUIRED"):
        found.append(
            "SECOND_STEP_REQUIRED is off, so that a password alone would open records: leave SECOND_STEP_REQUIRED out"
        )
    issuer = settings.get("OIDC_ISSUER", "")
    if issuer and not issuer.startswith("https://"):
        found.append(f"OIDC_ISSUER is {issuer}: give the https:// address of the council's own sign-in")
    return found


def _code(settings: Mapping[str, Any]) -> list[str]:
    found = []
    if settings.get("DEBUG"):
        found.append("DEBUG is on, which shows records and settings on error pages: leave DEBUG out")
    if "django.contrib.admin" in settings.get("INSTALLED_APPS", []):
        found.append(
            "Django's admin is installed, a way to the records past every rule: take it out of INSTALLED_APPS"
        )
    return found
