"""Production does not start unsafe: each mistake is refused in words, with its cure. And what evaluation runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from justice.celery import app
from justice.settings import base, safety
from tests.figures import Figure

BASE = Path(__file__).resolve().parents[2]
PUBLIC_KEY = str(pyrage.x25519.Identity.generate().to_public())
GOOD_KEY = "kN3v-Qr8_zT1xW6yB0cF5hJ9mP2sU7aD4eG-iL_oRtVwYqZ3nXbC8dHfKjM"
SAFE: dict[str, Any] = {
    "DEBUG": False,
    "SECRET_KEY": GOOD_KEY,
    "ALLOWED_HOSTS": ["justice.council.example"],
    "CSRF_TRUSTED_ORIGINS": ["https://justice.council.example"],
    "DATABASES": {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "justice",
            "USER": "justice",
            "PASSWORD": "long-and-random-9Tz",
            "HOST": "database",
        }
    },
    "REDIS_URL": "redis://:long-and-random-7Qw@redis:6379/0",
    "EMAIL_URL": "smtp+tls://notices:long-and-random@mail.council.example:587",
    "DEFAULT_FROM_EMAIL": "justice@council.example",
    "INSTALLED_APPS": ["cases"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "BACKUP_PUBLIC_KEY": PUBLIC_KEY,
    "LOG_LEVEL": "INFO",
    # As they stand in justice/settings/base.py, so that a mistake made there is seen as well.
    **{
        name: getattr(base, name)
        for name in (
            "X_FRAME_OPTIONS", "CONTENT_SECURITY_POLICY", "MIDDLEWARE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_AGE",
            "CSRF_COOKIE_HTTPONLY", "SESSION_SERIALIZER", "AUTH_PASSWORD_VALIDATORS", "REST_FRAMEWORK",
            "SPECTACULAR_SETTINGS", "CELERY_ACCEPT_CONTENT", "CELERY_TASK_SERIALIZER", "CELERY_RESULT_SERIALIZER",
            "CELERY_EVENT_SERIALIZER",
        )
    },
}  # fmt: skip
POLICY: dict[str, Any] = base.CONTENT_SECURITY_POLICY["DIRECTIVES"]


def with_database(**changed: Any) -> dict[str, Any]:
    return {"DATABASES": {"default": {**SAFE["DATABASES"]["default"], **changed}}}


def test_safe_settings_have_no_mistake() -> None:
    assert safety.mistakes(SAFE) == []


MISTAKES = [
    pytest.param({"SECRET_KEY": ""}, "SECRET_KEY", "make one with", id="no key"),
    pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY", "make one with", id="short key"),
    pytest.param({"SECRET_KEY": "a" * 80}, "SECRET_KEY", "make one with", id="plain key"),
    pytest.param(
        {"SECRET_KEY": "django-insecure-" + GOOD_KEY}, "SECRET_KEY", "make one with", id="Django's key"
    ),
    pytest.param(
        {"SECRET_KEY": "only-for-tests" + GOOD_KEY}, "SECRET_KEY", "make one with", id="the tests' key"
    ),
    pytest.param(
        {"SECRET_KEY": "changeme" + GOOD_KEY}, "SECRET_KEY", "make one with", id="a key to be changed"
    ),
    pytest.param({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS", "give the name", id="no host"),
    pytest.param({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS", "give the whole names", id="every host"),
    pytest.param(
        {"ALLOWED_HOSTS": [".example"]},
        "ALLOWED_HOSTS",
        "give the whole names",
        id="any host of a domain",
    ),
    pytest.param(
        {"CSRF_TRUSTED_ORIGINS": ["http://a.example"]},
        "CSRF_TRUSTED_ORIGINS",
        "https://",
        id="plain http",
    ),
    pytest.param(
        {"CSRF_TRUSTED_ORIGINS": ["https://*.example"]},
        "CSRF_TRUSTED_ORIGINS",
        "whole name",
        id="any origin",
    ),
    pytest.param(
        with_database(ENGINE="django.db.backends.sqlite3"), "DATABASE_URL", "postgresql://", id="SQLite"
    ),
    pytest.param(with_database(PASSWORD=""), "DATABASE_URL", "at least 12", id="no database password"),
    pytest.param(
        with_database(PASSWORD="justice"),
        "DATABASE_URL",
        "at least 12",
        id="a database password of the name",
    ),
    pytest.param(
        with_database(PASSWORD="password123456"),
        "DATABASE_URL",
        "at least 12",
        id="a known database password",
    ),
    pytest.param(
        with_database(USER="postgres"), "DATABASE_URL", "a role of its own", id="the database's owner"
    ),
    pytest.param({"DATABASES": {}}, "DATABASE_URL", "postgresql://", id="no database"),
    pytest.param({"REDIS_URL": ""}, "REDIS_URL", "redis://", id="no Redis"),
    pytest.param({"REDIS_URL": "redis://redis:6379/0"}, "REDIS_URL", "requirepass", id="no Redis password"),
    pytest.param(
        {"REDIS_URL": "redis://:redis@redis:6379/0"},
        "REDIS_URL",
        "requirepass",
        id="short Redis password",
    ),
    pytest.param({"REDIS_URL": "memory://"}, "REDIS_URL", "redis://", id="not Redis at all"),
    pytest.param({"EMAIL_URL": ""}, "EMAIL_URL", "smtp+tls://", id="no mail"),
    pytest.param({"EMAIL_URL": "smtp://mail:25"}, "EMAIL_URL", "smtp+tls://", id="mail in the clear"),
    pytest.param({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL", "give the address", id="mail from nobody"),
    pytest.param({"DEBUG": True}, "DEBUG", "leave DEBUG out", id="debug"),
    pytest.param(
        {"INSTALLED_APPS": ["django.contrib.admin"]}, "admin", "INSTALLED_APPS", id="Django's admin"
    ),
    pytest.param({"INSTALLED_APPS": ["corsheaders"]}, "CORS", "INSTALLED_APPS", id="other sites may read"),
    pytest.param({"MEDIA_URL": "/files/"}, "MEDIA_URL", "leave MEDIA_URL out", id="files served"),
    pytest.param({"SECURE_SSL_REDIRECT": False}, "SECURE_SSL_REDIRECT", "= True", id="plain pages"),
    pytest.param({"SECURE_HSTS_SECONDS": 0}, "SECURE_HSTS_SECONDS", "31536000", id="no HSTS"),
    pytest.param({"SECURE_HSTS_SECONDS": 3600}, "SECURE_HSTS_SECONDS", "31536000", id="an hour of HSTS"),
    pytest.param({"X_FRAME_OPTIONS": "SAMEORIGIN"}, "X_FRAME_OPTIONS", "'DENY'", id="in a frame"),
    pytest.param(
        {"CONTENT_SECURITY_POLICY": {}}, "CONTENT_SECURITY_POLICY", "keep the one of", id="no policy"
    ),
    pytest.param({"MIDDLEWARE": []}, "CONTENT_SECURITY_POLICY", "CSPMiddleware", id="no policy sent"),
    *(
        pytest.param(
            {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {**POLICY, name: [source]}}},
            name,
            "name the sources",
            id=f"{source} in {name}",
        )
        for name, source in (
            ("script-src", "'unsafe-inline'"),
            ("script-src", "'unsafe-eval'"),
            ("style-src", "'unsafe-inline'"),
            ("connect-src", "*"),
        )
    ),
    *(
        pytest.param({name: False}, name, f"{name} = True", id=f"{name} off")
        for name in (
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SESSION_COOKIE_HTTPONLY",
            "CSRF_COOKIE_HTTPONLY",
        )
    ),
    pytest.param(
        {"SESSION_COOKIE_AGE": 1_209_600}, "SESSION_COOKIE_AGE", "at most", id="a session of two weeks"
    ),
    pytest.param(
        {"SESSION_SERIALIZER": "django.contrib.sessions.serializers.PickleSerializer"},
        "SESSION_SERIALIZER",
        "JSONSerializer",
        id="sessions that run code",
    ),
    pytest.param(
        {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
        "EMAIL_BACKEND",
        "EMAIL_URL",
        id="mail to the screen",
    ),
    pytest.param(
        {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]},
        "PASSWORD_HASHERS",
        "leave PASSWORD_HASHERS out",
        id="passwords hashed with MD5",
    ),
    pytest.param(
        {"AUTH_PASSWORD_VALIDATORS": []}, "AUTH_PASSWORD_VALIDATORS", "keep those", id="any password"
    ),
    pytest.param(
        {"REST_FRAMEWORK": {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"]}},
        "DEFAULT_PERMISSION_CLASSES",
        "IsAuthenticated",
        id="an open API",
    ),
    pytest.param({"REST_FRAMEWORK": {}}, "DEFAULT_PERMISSION_CLASSES", "IsAuthenticated", id="an API unset"),
    pytest.param({"SPECTACULAR_SETTINGS": {}}, "SERVE_PERMISSIONS", "IsAuthenticated", id="an open schema"),
    pytest.param(
        {"CELERY_ACCEPT_CONTENT": ["json", "pickle"]}, "CELERY_ACCEPT_CONTENT", "'json'", id="pickles taken"
    ),
    pytest.param({"CELERY_TASK_SERIALIZER": "pickle"}, "CELERY", "'json'", id="pickles made"),
    pytest.param({"BACKUP_PUBLIC_KEY": ""}, "BACKUP_PUBLIC_KEY", "age-keygen", id="no backup key"),
    pytest.param({"BACKUP_PUBLIC_KEY": "age1short"}, "BACKUP_PUBLIC_KEY", "age1", id="not a backup key"),
    pytest.param(
        {"BACKUP_PUBLIC_KEY": str(pyrage.x25519.Identity.generate())},
        "BACKUP_PUBLIC_KEY",
        "not the one",
        id="the private key instead",
    ),
    pytest.param({"BACKUP_MAY_BE_PLAIN": True}, "BACKUP_MAY_BE_PLAIN", "leave it out", id="plain backups"),
    pytest.param({"LOG_LEVEL": "DEBUG"}, "LOG_LEVEL", "INFO", id="a log that says all"),
]


@pytest.mark.parametrize(("change", "names", "cure"), MISTAKES)
def test_each_mistake_is_named_with_its_cure(change: dict[str, Any], names: str, cure: str) -> None:
    found = safety.mistakes({**SAFE, **change})

    assert len(found) == 1
    assert names in found[0]
    assert cure in found[0]


@pytest.mark.figure("single mistakes in production settings: refused, with the setting's name and its cure")
def test_mistakes_are_refused_one_by_one(figure: Figure) -> None:
    for mistake in MISTAKES:
        change, names, cure = mistake.values
        found = safety.mistakes({**SAFE, **change})
        figure.add(len(found) == 1 and names in found[0] and cure in found[0], str(mistake.id))
    assert figure.tried >= 25


def test_all_mistakes_are_told_at_once() -> None:
    assert len(safety.mistakes({})) >= 6


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    """Django started under the production settings, with this environment and nothing else of ours."""
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "justice.settings.production",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_production_does_not_start_with_nothing_set() -> None:
    done = started()

    assert done.returncode != 0
    assert "It will not start like this" in done.stderr
    for name in (
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "BACKUP_PUBLIC_KEY",
    ):
        assert name in done.stderr


def test_production_starts_when_all_is_set_and_takes_the_key_from_a_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(GOOD_KEY)

    done = started(
        SECRET_KEY_FILE=str(key),
        ALLOWED_HOSTS="justice.council.example",
        DATABASE_URL="postgresql://justice:long-and-random-9Tz@database/justice",
        REDIS_URL=SAFE["REDIS_URL"],
        EMAIL_URL=SAFE["EMAIL_URL"],
        DEFAULT_FROM_EMAIL=SAFE["DEFAULT_FROM_EMAIL"],
        BACKUP_PUBLIC_KEY=PUBLIC_KEY,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.sqlite_only
@pytest.mark.django_db
def test_sqlite_keeps_foreign_keys_and_waits_for_its_turn() -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.postgresql_only
@pytest.mark.django_db
def test_the_run_on_postgresql_is_on_postgresql() -> None:
    assert connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150_000


def test_what_is_named_by_its_path_is_there() -> None:
    """Neither the type checker nor the import contracts see these names."""
    for name in (*settings.FACT_SOURCES, *settings.JOB_KINDS.values(), settings.JOB_BELL):
        assert callable(import_string(name)), name
    for label in settings.SEARCHED_REFERENCES:
        names = {field.name for field in apps.get_model(label)._meta.get_fields()}
        assert {"reference", "case"} <= names, label
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks or import_string(entry["task"])
