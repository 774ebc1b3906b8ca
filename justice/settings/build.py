"""For building an image: only collects the static files, under their production names. No database, no secret kept."""

from __future__ import annotations

import secrets

from justice.settings.base import *  # noqa: F403
from justice.settings.base import STORAGES

SECRET_KEY = secrets.token_urlsafe(64)
DATABASES = {}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "justice.settings.storage.StaticFiles"}}
