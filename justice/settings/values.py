"""How a setting is read: from the environment, or from the file that `NAME_FILE` names, with a bad value refused."""

from __future__ import annotations

import contextlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from assessments.domain.lscmi import HIGHEST, MAXIMA

BASE = Path(__file__).resolve().parent.parent.parent

# What a running installation keeps beside the code: the SQLite file, its key, mail, logs.
VAR = Path(os.environ.get("VAR_DIR", BASE / "var")).resolve()

# `SECRET_KEY_FILE=/run/secrets/key` gives SECRET_KEY: secrets need not stand in the environment.
env = environ.FileAwareEnv()

# What each connection to SQLite is told. WAL and IMMEDIATE let several people write without "database is locked";
# FULL keeps what was acknowledged when the power fails. Django itself turns foreign keys on.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def database(default: str) -> dict[str, Any]:
    """The database that DATABASE_URL names, with the options its kind needs; where DATABASE_OWNER_URL is given, which
    is where migrations run, the same one signed in to as the owner of its tables (justice.database_roles)."""
    owner = env("DATABASE_OWNER_URL", default="")
    chosen: dict[str, Any] = dict(
        env.db_url("DATABASE_OWNER_URL" if owner else "DATABASE_URL", default=default)
    )
    engine = chosen.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        chosen["OPTIONS"] = {**SQLITE_OPTIONS, **chosen.get("OPTIONS", {})}
        if (
            chosen["NAME"] != ":memory:"
        ):  # a name without a folder means the same file wherever a command is typed
            chosen["NAME"] = str(BASE / chosen["NAME"])
    elif engine.endswith("postgresql"):
        chosen["CONN_MAX_AGE"] = 60
        chosen["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// or sqlite:///")
    return chosen


def kept_secret(path: Path) -> str:
    """The secret kept in a file; made the first time it is asked for, so that no installation shares another's."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):  # two processes at once: the first one's stays
            os.link(made, path)
        made.unlink()
    return path.read_text().strip()


def label_pack(path: str) -> Mapping[str, Mapping[str, str]]:
    """What a licence holder calls the items and sections of the LS/CMI; nothing where no file is named.

    The file is TOML: [items] gives labels by item number, [sections] by section (assessments.domain.lscmi.MAXIMA). Its
    words are shown and never stored, and none of them come with the program.
    """
    if not path:
        return {"items": {}, "sections": {}}
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise ImproperlyConfigured(f"LSCMI_LABEL_PACK: {path} cannot be read ({wrong.strerror})") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ImproperlyConfigured(f"LSCMI_LABEL_PACK: {path} is not TOML: {wrong}") from wrong
    known = {"items": {str(item) for item in range(1, HIGHEST + 1)}, "sections": set(MAXIMA)}
    for table, labels in content.items():
        if table not in known or not isinstance(labels, dict):
            text = f"LSCMI_LABEL_PACK: {path}, {table}: a label pack has the tables items and sections only"
            raise ImproperlyConfigured(text)
        for key, label in labels.items():
            if key not in known[table]:
                what = (
                    f"items are 1 to {HIGHEST}" if table == "items" else f"sections are {', '.join(MAXIMA)}"
                )
                raise ImproperlyConfigured(f"LSCMI_LABEL_PACK: {path}, {table}.{key}: {what}")
            if not isinstance(label, str) or not label.strip():
                text = f"LSCMI_LABEL_PACK: {path}, {table}.{key}: give its label as text"
                raise ImproperlyConfigured(text)
    return {table: content.get(table, {}) for table in known}
