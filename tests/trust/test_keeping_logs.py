"""A number leads to its line, and the line names nobody."""

from __future__ import annotations

import io
import json
import logging
import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Entry, Person, Role
from cases.operations import raise_alert
from justice import logs
from tests.builders import a_case, a_caseworker, day, staff
from tests.figures import size

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

CANARY = "Quillfeather-Zanzibar"


class Heard:
    """What production would have written, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def heard() -> Iterator[Heard]:
    said = Heard()
    handler = logging.StreamHandler(said.stream)
    handler.setFormatter(logs.Lines())
    names = ["", "django", "django.request", *logs.OURS]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("", "django", "django.request"):
        logging.getLogger(name).addHandler(handler)
    yield said
    for name in ("", "django", "django.request"):
        logging.getLogger(name).removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.figure("values with line ends and other marks in them: one line of the log each, and still JSON")
def test_nothing_typed_makes_a_line_of_its_own(heard: Heard, figure: Any) -> None:
    chosen = random.Random(27)
    ends = [
        "\r",
        "\n",
        "\r\n",
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\x00",
        "\x1b[2K",
        "%0a",
        '"}\n{"level":"',
    ]
    screen = logging.StreamHandler(io.StringIO())
    screen.setFormatter(logs.Lines(screen=True))
    log = logging.getLogger("cases.tried")
    log.addHandler(screen)
    for number in range(size(change=1_000, night=1_000)):
        value = CANARY + chosen.choice(ends) + "level=info" + chosen.choice(ends) + str(number)
        how = number % 4
        before = len(heard.text.splitlines()), len(screen.stream.getvalue().splitlines())
        if how == 0:
            log.info("a value %s came", value)
        elif how == 1:
            log.info("a value came", extra={"route": value, "outcome": value})
        elif how == 2:
            logging.getLogger("package").warning(f"a value {value} came")  # noqa: G004 - as a package would
        else:
            log.info("a value came", extra={"name_of_person": value})
        said = heard.text.splitlines()
        figure.add(
            len(said) == before[0] + 1
            and set(json.loads(said[-1])) <= set(logs.KEYS)
            and len(screen.stream.getvalue().splitlines()) == before[1] + (how != 2),
            repr(value),
        )
    log.removeHandler(screen)
    assert CANARY not in heard.text
    assert CANARY not in screen.stream.getvalue()


@pytest.mark.figure(
    "errors seeded in pages: found in the log by the number the page shows, and naming nobody"
)
@pytest.mark.django_db
def test_an_error_is_found_by_its_number(heard: Heard, figure: Any, monkeypatch: Any) -> None:
    from justice.web import help

    for number in range(50):

        def fail(*_: Any, number: int = number, secret: str = CANARY, **__: Any) -> None:
            try:
                raise IntegrityError(f"DETAIL: Key (family_name)=({secret}) already exists")  # noqa: TRY301
            except IntegrityError as wrong:
                raise (KeyError, ValueError, RuntimeError)[number % 3](secret) from wrong

        monkeypatch.setattr(help, "render", fail)
        page = Client(raise_request_exception=False).get("/help/accessibility/", {"q": CANARY})
        told = page["X-Request-ID"]
        found = [line for line in heard.lines() if line.get("request") == told and line.get("error")]
        figure.add(
            page.status_code == 500
            and told in page.content.decode()
            and len(found) == 1
            and found[0]["error"] in ("KeyError", "ValueError", "RuntimeError")
            and any(place.endswith(" fail") for place in found[0]["places"])
            and "after IntegrityError" in found[0]["places"],
            f"number {number}: {found}",
        )
    assert CANARY not in heard.text


@pytest.mark.figure("changes: each entry is found in the log by the number of its request")
@pytest.mark.django_db
def test_every_entry_shares_its_number_with_a_line(heard: Heard, figure: Any) -> None:
    worker = a_caseworker()
    case = a_case(worker=worker)
    for number in range(20):
        token = logs.request_number.set(uuid.uuid4().hex)
        raise_alert(
            actor=worker, case=case, kind="health", text=f"{CANARY} {number}", from_on=day("2 June 2025")
        )
        logs.request_number.reset(token)
    lines = {line["entry"]: line for line in heard.lines() if line["event"] == "operation"}
    made = Entry.objects.filter(operation="raise_alert")
    for entry in made:
        line = lines.get(str(entry.pk), {})
        figure.add(
            len(line.get("request", "")) == 32
            and (line.get("operation"), line.get("user"), line.get("case"), line.get("outcome"))
            == ("raise_alert", entry.actor_id, case.pk, "done"),
            f"entry {entry.pk}: {line}",
        )
    assert made.count() == 20
    assert CANARY not in heard.text


@pytest.mark.django_db
def test_a_request_is_one_line_by_its_name_and_a_path_that_is_not_there_is_in_none(heard: Heard) -> None:
    answer = Client().get(f"/people/{CANARY}/", headers={"X-Request-ID": "tried-by-hand-1"})
    Client().get("/sign-in/")

    assert answer.status_code == 404
    assert [
        (line.get("route", ""), line["status"]) for line in heard.lines() if line["event"] == "request"
    ] == [
        ("", 404),
        ("sign_in", 200),
    ]
    assert heard.lines()[0]["request"] == "tried-by-hand-1"
    assert CANARY not in heard.text


@pytest.mark.django_db
def test_a_slow_page_is_a_warning_with_the_databases_part_and_no_word_of_what_was_asked(
    heard: Heard, settings: Any
) -> None:
    real = CursorWrapper._execute

    def slowly(*question: Any) -> Any:
        time.sleep(0.03)
        return real(*question)

    client = Client()
    client.force_login(staff(Role.CASEWORKER, name=CANARY))
    client.get("/people/")
    settings.SLOW_REQUEST_MS = 60_000
    heard.stream.seek(0)
    heard.stream.truncate()
    client.get("/people/")
    with patch.object(CursorWrapper, "_execute", slowly):
        client.get("/people/")
        settings.SLOW_REQUEST_MS = 60
        client.get("/people/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/people/")
    count = len(asked)
    quick, allowed, slow, _ = (line for line in heard.lines() if "route" in line)
    assert [(one["event"], one["level"]) for one in (quick, allowed, slow)] == [
        ("request", "info"),
        ("request", "info"),
        ("slow request", "warning"),
    ]
    assert slow["route"] == "people"
    assert slow["queries"] == count > 0
    assert slow["queries"] * 30 <= slow["database_ms"] <= slow["ms"]
    assert quick["database_ms"] < slow["database_ms"]
    assert CANARY not in heard.text
    assert "SELECT" not in heard.text


@pytest.mark.django_db
def test_a_change_that_is_refused_says_how_and_has_no_entry(heard: Heard) -> None:
    from django.core.exceptions import PermissionDenied

    from cases.operation import operation

    stranger = a_caseworker()
    case = a_case(worker=stranger)
    with pytest.raises(ZeroDivisionError), operation("raise_alert", actor=stranger, case=case):
        raise ZeroDivisionError(CANARY)
    stranger.role = "administrator"
    with pytest.raises(PermissionDenied), operation("raise_alert", actor=stranger, case=case):
        pass
    [line] = [
        line for line in heard.lines() if line["event"] == "operation" and line["operation"] == "raise_alert"
    ]
    assert line["outcome"] == "ZeroDivisionError"
    assert "entry" not in line
    assert CANARY not in heard.text


def test_our_own_lines_are_fixed_words() -> None:
    """Words put together before they are logged could hold anything; the formatter would let them through."""
    import ast

    root = Path(__file__).resolve().parents[2]
    wrong = []
    for app in logs.OURS:
        for file in (root / app).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text())):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and ast.unparse(call.func.value) in ("log", "logger", "logging")
                    and call.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
                    and not (call.args and isinstance(call.args[0], ast.Constant))
                ):
                    wrong.append(f"{file.relative_to(root)}:{call.lineno}")
    assert not wrong


def test_the_screen_shows_where_it_went_wrong_and_no_value() -> None:
    screen = logging.StreamHandler(io.StringIO())
    screen.setFormatter(logs.Lines(screen=True))
    log = logging.getLogger("cases.tried")
    log.addHandler(screen)
    try:
        raise Person.DoesNotExist(CANARY)  # noqa: TRY301
    except Person.DoesNotExist:
        log.exception("job %s failed", 12)
    log.removeHandler(screen)
    said = screen.stream.getvalue()

    assert "error cases.tried: job 12 failed error=DoesNotExist" in said
    assert "test_the_screen_shows_where_it_went_wrong_and_no_value" in said
    assert CANARY not in said
