"""What a line of the log may say: an event and ids, never a name, a value, a path that was typed or a local variable.

Every logger's lines go through `Lines`, also those of packages. A line is made anew from a list of keys that may be
in it, so that what nobody thought of is left out rather than let in.
"""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import structlog

# The number of the request being answered, or of the job being done: for each line of the log and the error page.
request_number: ContextVar[str] = ContextVar("request_number", default="")

OURS: Final = ("justice", "cases", "orders", "assessments", "performance")
# Ids, names that the program itself gives, and measures. What a person typed is none of these.
KEYS: Final = (
    "at", "level", "event", "logger", "request", "method", "route", "status", "ms", "queries", "database_ms", "user",
    "operation", "entry", "case", "job", "kind", "outcome", "error", "places",
)  # fmt: skip
_WORD = re.compile(r"[\w .,:;<>/+\-]{0,120}", re.ASCII)
_ANY_ARGUMENT = re.compile(r"%(\(\w+\))?[-#0 +]*\d*(\.\d+)?[a-zA-Z]")


def safe(value: object) -> object:
    """Numbers, ids and the program's own short words; of anything else only that it was there."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "…"


def event_of(record: logging.LogRecord) -> str:
    """The words of our own code with numbers filled in; of a package's line only where it comes from.

    The words of a package may have been put together with anything at all: the path somebody typed, the row a
    database refused.
    """
    if record.name.split(".")[0] not in OURS or not isinstance(record.msg, str):
        return f"said by {record.module}.{record.funcName}"
    given = record.args if isinstance(record.args, tuple) else ()
    words: list[str] = []
    rest, at = list(given), 0
    for mark in _ANY_ARGUMENT.finditer(record.msg):
        argument = rest.pop(0) if rest else "…"
        filled = str(argument) if isinstance(argument, int | float | uuid.UUID) else "…"
        words += [record.msg[at : mark.start()], filled]
        at = mark.end()
    return "".join([*words, record.msg[at:]])


def places_of(error: BaseException) -> list[str]:
    """Where it went wrong, innermost last, with what it came from; no message, no line of code, no value."""
    places = []
    seen: BaseException | None = error
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)[-12:]
        places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames] + places
        cause = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        if cause is not None:
            places.insert(0, f"after {type(cause).__name__}")
        seen = cause
    return places[-40:]


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])


def line(_: object, __: str, given: MutableMapping[str, Any]) -> dict[str, Any]:
    """A structlog step: what of a record may be said, and nothing else."""
    record: logging.LogRecord = given["_record"].untouched
    said: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": event_of(record),
        "logger": record.name,
        "request": request_number.get(),
    }
    said |= {key: safe(record.__dict__[key]) for key in KEYS if key not in said and key in record.__dict__}
    if record.exc_info and record.exc_info[1] is not None:
        said["error"] = type(record.exc_info[1]).__name__
        said["places"] = places_of(record.exc_info[1])
    return {key: said[key] for key in KEYS if said.get(key) not in (None, "", [])}


def readable(_: object, __: str, said: MutableMapping[str, Any]) -> str:
    """For the screen of a person who tries it out: the same, one line after the other for the places."""
    rest = " ".join(f"{key}={said[key]}" for key in KEYS[4:] if key in said and key != "places")
    head = f"{said['at'][11:19]} {said['level']} {said['logger']}: {said['event']} {rest}".rstrip()
    return "\n    ".join(_one_line(part) for part in [head, *said.get("places", [])])


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "…" for letter in text)


class Lines(structlog.stdlib.ProcessorFormatter):
    """The formatter of every handler: JSON for a machine, or with `readable` for a screen."""

    def __init__(self, screen: bool = False) -> None:
        renderer: Any = readable if screen else structlog.processors.JSONRenderer(ensure_ascii=True)
        super().__init__(processors=[line, renderer])

    def format(self, record: logging.LogRecord) -> str:
        # structlog fills the arguments in before its steps see them; ours decide which may be.
        return super().format(logging.makeLogRecord({**record.__dict__, "untouched": record}))


def settings_for(*, screen: bool, level: str = "") -> dict[str, Any]:
    """LOGGING of the settings: one handler and one formatter for everybody; `level` is for our own code if given."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "justice.logs.Lines", "screen": screen}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            # Paths of pages that were not found are not worth a line each.
            "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            **({name: {"level": level} for name in OURS} if level else {}),
        },
    }
