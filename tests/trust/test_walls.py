"""What is typed never runs, what is made reaches for nothing, and what comes in from outside is refused."""

from __future__ import annotations

import base64
import io
import json
import pickle
import re
import resource
import time
import uuid
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import pypdf
import pytest
import redis
import tinyhtml5
from celery import Celery
from django.conf import settings as site
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Role
from justice.caseload.bundle import open_bundle, read
from justice.caseload.problems import report_lines
from justice.web import pdf, press
from tests.architecture.test_queue import Planted, queue, waiting  # noqa: F401  (a fixture is found by name)
from tests.caseload.test_format import nothing_before
from tests.figures import Figure, size
from tests.trust.planting import plant
from tests.web.conftest import World
from tests.web.test_pages import addresses
from tests.web.test_pdf import SNIPPETS, Canary, made

MARK = "xq9run"
ROLES = (
    Role.FIRST_LINE_MANAGER,
    Role.CASEWORKER,
    Role.SENIOR_MANAGER,
    Role.PERFORMANCE_OFFICER,
    Role.ADMINISTRATOR,
)

# ---------------------------------------------------------------- what a browser would run

SHAPES = (
    "<{m}>", "<script>{m}()</script>", "<img src=x onerror={m}()>", "<svg/onload={m}()>", '"><{m} x="',
    "'><{m} x='", '" on{m}="1', "' on{m}='1", "` on{m}=`1", "javascript:{m}()", "JaVaScRiPt:{m}()",
    "java\tscript:{m}()",
    "data:text/html,<script>{m}()</script>", "</title><{m}>", "</textarea><{m}>", "</script><script>{m}()</script>",
    "</style><{m}>", "--><{m}>", "]]><{m}>", "<iframe srcdoc='<script>{m}()</script>'>",
)  # fmt: skip
WRAPS = (
    "{}", " {}", "A{}", "\n{}", "&{}", "%3C{}", "{}<!--", "\u2028{}", "{}\x0b", "{{{{ 1 }}}}{}",
)  # fmt: skip


def payloads(number: int) -> list[str]:
    """So many hostile texts: each shape, then each in other surroundings."""
    found = [wrap.format(shape.format(m=MARK)) for wrap in WRAPS for shape in SHAPES]
    return found[:number]


ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href"}


def runs(html: str) -> list[str]:
    """What of a page would run that was typed by somebody: elements, attributes, addresses, scripts and styles."""
    found = []
    for element in tinyhtml5.parse(html, namespace_html_elements=False).iter():
        tag = str(element.tag).lower()
        if MARK in tag:
            found.append(f"<{tag}>")
        if tag in ("script", "style") and MARK in "".join(element.itertext()):
            found.append(f"text in <{tag}>")
        for name, value in element.attrib.items():
            plain = re.sub(r"[\x00-\x20]", "", value).lower()
            if MARK in name or name.startswith("on") or name in ("style", "srcdoc"):
                found.append(f"{name} of <{tag}>")
            elif (
                name in ADDRESSES
                and MARK in plain
                and plain.startswith(("javascript:", "data:", "vbscript:"))
            ):
                found.append(f"{name} of <{tag}> runs")
    return found


def told(answer: Any, html: str) -> list[str]:
    """Where an answer names what was typed beside its pages: addresses and the names of files."""
    said = [answer.headers.get("Location", ""), answer.headers.get("Content-Disposition", "")]
    said += re.findall(r'(?:href|action|src)="((?!mailto:|tel:)[^"]*)"', html)
    return [one for one in said if MARK in unquote(one)]


def crawl(world: World, roles: tuple[str, ...] = ROLES) -> Iterator[tuple[str, Any, str]]:
    """Every address once, as the first role that it opens for; with it what it answers when its form is sent empty."""
    clients = {role: world.client(role) for role in roles}
    for client in clients.values():
        client.raise_request_exception = False
    for turn, (name, address) in enumerate(addresses(world)):
        # The page that asks before a file is the same for each list; at a change every other page is tried.
        if turn % size(change=2, night=1) or (name.endswith(("_csv", "_xlsx")) and name != "overdue_csv"):
            continue
        for role, client in clients.items():
            answer = client.get(address)
            if answer.status_code in (403, 404):
                continue
            yield f"{name} as {role}", answer, body(answer)
            break
    answer = clients[roles[0]].get(f"/nowhere/{MARK}/")
    yield "not found", answer, body(answer)
    answer = clients[Role.ADMINISTRATOR].get(reverse("case", args=[world.keys["case"]]))
    yield "not theirs", answer, body(answer)
    answer = clients[roles[0]].post(reverse("people"), {"text": payloads(1)[0]})
    yield "found by search", answer, body(answer)
    answer = clients[roles[0]].post(
        reverse("record_note", args=[world.keys["case"]]), {"text": payloads(9)[8]}
    )
    yield "sent back", answer, body(answer)
    with patch("cases.views.lists.today", side_effect=RuntimeError("planted")):
        answer = clients[roles[0]].get(reverse("overdue"))
    yield "went wrong", answer, body(answer)
    answer = Client().get(reverse("sign_in"))
    yield "signing in", answer, body(answer)


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace") if "html" in answer.headers.get("Content-Type", "") else ""


@pytest.mark.django_db
@pytest.mark.figure(
    "pages with hostile text in every column: nothing of it runs, is in an address or breaks a page"
)
def test_what_is_typed_never_runs(world: World, figure: Figure):
    texts = payloads(size(change=20, night=200))
    columns, left = plant(lambda number: texts[number % len(texts)])
    assert columns > 60, (columns, left)
    policies = 0
    for name, answer, html in crawl(world):
        wrong = [*runs(html), *told(answer, html)]
        if answer.status_code >= 500 and name != "went wrong":
            wrong.append(str(answer.status_code))
        policy = answer.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            wrong.append("no policy")
        policies += bool(policy)
        figure.add(not wrong, f"{name}: {wrong[:3]}")
    assert policies > size(change=50, night=100)
    with patch("justice.web.listing._escaped", str):
        client = world.client(Role.FIRST_LINE_MANAGER)
        noticed = any(
            runs(body(client.get(reverse(one)))) for one in ("overdue", "my_caseload", "queried_orders")
        )
        figure.planted("cells of lists that are not escaped", noticed)
    for text in texts[:5]:
        figure.planted(text, runs(f'<!DOCTYPE html><p>{text}">x</p>') or "on" in text or "javascript" in text)
    figure.planted("an attribute broken out of", runs(f'<p title="{SHAPES[6].format(m=MARK)}">x</p>'))
    figure.planted("an address that runs", runs(f'<a href="{SHAPES[11].format(m=MARK)}">x</a>'))


# ---------------------------------------------------------------- documents


def documents(world: World) -> list[tuple[str, Any]]:
    """Every document that can be made, as the manager."""
    client = world.client(Role.FIRST_LINE_MANAGER)
    client.raise_request_exception = False
    found = [
        (name, client.get(address))
        for name, address in addresses(world)
        if name in ("plan_copy", "chronology_print", "warning_letter", "performance_update")
        or name.endswith(("_print", "_letter", "_copy"))
    ]
    address = reverse("progress_report", args=[world.keys["order"]])
    sent = {"from_on_day": 1, "from_on_month": 1, "from_on_year": 2020, "statement": SNIPPETS[1]}
    today = {"to_on_day": 1, "to_on_month": 1, "to_on_year": 2030}
    return [*found, ("progress_report", client.post(address, {**sent, **today}))]


def swallowed(document: bytes) -> bool:
    """Whether any object of the document holds bytes of the canary file."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    if reader.attachments:
        return True
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        if hasattr(found, "get_data") and b"SWALLOWED-FILE" in found.get_data():
            return True
    return False


@pytest.mark.django_db
@pytest.mark.figure(
    "documents with snippets that fetch in every column: no call, no byte of a file, none failed"
)
def test_a_document_reaches_for_nothing(world: World, figure: Figure, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SWALLOWED-FILE " * 20)
    rounds = size(change=1, night=len(SNIPPETS))
    with Canary() as canary:
        web = f"http://127.0.0.1:{canary.port}/x"
        texts = [one.format(web=web, file=secret.as_uri(), path=secret.as_posix()) for one in SNIPPETS]
        texts += [
            f'<img src="HTTP://127.0.0.1:{canary.port}/up" alt="a">',
            f"url({web})",
            f"@import '{web}';",
        ]
        for turn in range(rounds):
            plant(lambda number, turn=turn: texts[(number + turn) % len(texts)])
            for name, answer in documents(world):
                what = f"{name}: {answer.status_code} {answer.headers.get('Content-Type')}"
                figure.add(answer.headers.get("Content-Type") == "application/pdf", what)
                if answer.headers.get("Content-Type") == "application/pdf":
                    figure.add(not swallowed(answer.content), f"{name} holds bytes of a file")
                    name_of_file = answer.headers["Content-Disposition"]
                    figure.add(
                        re.fullmatch(r'attachment; filename="[A-Za-z0-9.-]+"', name_of_file), name_of_file
                    )
        figure.add(canary.calls == 0, f"{canary.calls} calls")
        from weasyprint.urls import URLFetcher

        # Here rather than in the press, which could not be given another fetcher.
        with (
            patch.object(pdf._press, "make", lambda order: press.document(order.html, order.files)),
            patch.object(press, "fetcher", lambda files: URLFetcher()),
        ):
            before = canary.calls
            made(hostile=texts[0])
            figure.planted("a fetcher that goes out", canary.calls > before)
            figure.planted("a fetcher that reads files", swallowed(made(hostile=texts[6])))


# ---------------------------------------------------------------- parameters

NAMES = (
    "sort", "page", "team", "worker", "clause", "held", "due_from", "due_to", "reason", "given", "cover", "locality",
    "list", "done", "as_of", "year", "on", "bands", "period", "measure", "week", "state", "read", "kind", "next",
    "text",
    "page_size", "overdue", "ordering", "search", "person__password", "case__person__family_name__startswith",
    "pk__in", "id__gt", "__class__", "user__password__startswith",
)  # fmt: skip
INJECTED = "zq7sql"
VALUES = (
    "'", "''; DROP TABLE cases_case;--" + INJECTED, "1 OR 1=1", "1)) UNION SELECT " + INJECTED, "-1", "0", "9" * 40,
    "\x00", "%00", "NaN", "1e309", "inf", "２", "٣", "\u202e", "\ud7ff", "null", "None", "[]", "{}",  # noqa: RUF001
    "person__password", "-person__password", "case__person__date_of_birth", "?", "random()", "../../etc/passwd",
    "0000-00-00", "9999-99-99", "10000-01-01", "31 February 2025", "2025-06-02T00:00:00+99:99", "1" * 5000, "%", "_",
    "\\", '"', "`", "${7*7}", "{{7*7}}", "%s%s%n", "<script>", "a" * 300, "true", "é" * 100, "-0", "+1", "1_000",
    "0x10",
    "1.5", " ", "\r\nX-Injected: 1", "😀",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.figure(
    "hostile parameters of every page and list of the API: no error, and none in the text of SQL"
)
def test_a_parameter_never_becomes_sql_or_an_error(world: World, figure: Figure):
    seen: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if INJECTED in sql or "password__" in sql:
            seen.append(sql[:200])
        return execute(sql, params, many, context)

    client = world.client(Role.FIRST_LINE_MANAGER)
    client.raise_request_exception = False
    lists = [
        (name, address)
        for name, address in addresses(world)
        if not name.endswith(("_print", "_letter", "_copy"))
    ]
    asked = json.loads(json.dumps(client.get("/api/v1/schema/?format=json").json()))["paths"]
    lists += [(path, path) for path, verbs in asked.items() if "get" in verbs and "{" not in path]
    every = size(change=0, night=1)
    with connection.execute_wrapper(watch):
        for turn, (name, address) in enumerate(lists):
            if turn % size(change=6, night=1):
                continue
            if client.get(address).status_code in (403, 404):
                continue
            for number in range(len(VALUES) if every else 3):
                value = VALUES[(turn + number) % len(VALUES)]
                tries = [{one: value} for one in NAMES] if every else [dict.fromkeys(NAMES, value)]
                for query in tries:
                    answer = client.get(address, query)
                    figure.add(answer.status_code < 500, f"{name} {value[:30]!r}: {answer.status_code}")
                    if "X-Injected" in answer.headers:
                        figure.add(False, f"{name}: a header was injected")
        figure.add(not seen, f"in the text of SQL: {seen[:2]}")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT '{INJECTED}'")
        figure.planted("a parameter in the text of SQL", seen)


# ---------------------------------------------------------------- the queue and the cache


def test_nothing_is_kept_as_a_pickle_outside_this_process():
    assert site.CELERY_ACCEPT_CONTENT == ["json"]
    assert {site.CELERY_TASK_SERIALIZER, site.CELERY_RESULT_SERIALIZER, site.CELERY_EVENT_SERIALIZER} == {
        "json"
    }
    assert site.SESSION_SERIALIZER.endswith("JSONSerializer")
    # Django's Redis cache pickles. The one there is lives in the memory of each process, and nobody else writes to it.
    assert type(cache._connections[cache._alias] if hasattr(cache, "_alias") else cache).__name__ in (
        "ConnectionProxy",
        "LocMemCache",
    )
    assert {row["BACKEND"] for row in site.CACHES.values()} == {
        "django.core.cache.backends.locmem.LocMemCache"
    }


def forged(task: str, content: str, told: bytes, encoding: str = "binary", args: Any = None) -> str:
    sent = str(uuid.uuid4())
    return json.dumps(
        {
            "body": base64.b64encode(told).decode(),
            "content-encoding": encoding,
            "content-type": content,
            "headers": {"lang": "py", "task": task, "id": sent, "root_id": sent, "retries": 0},
            "properties": {
                "correlation_id": sent,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": "celery"},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": sent,
            },
        }
    )


@pytest.mark.redis
@pytest.mark.figure(
    "pickles and forged tasks put on the queue of a real Redis: none executed, the worker lives on"
)
def test_nothing_put_on_the_queue_is_run(queue: Celery, redis_url: str, tmp_path: Path, figure: Figure):  # noqa: F811
    there = redis.Redis.from_url(redis_url)
    messages = []
    for number, content in enumerate(
        ("application/x-python-serialize", "application/x-yaml", "application/json", "application/x-msgpack")
    ):
        path = tmp_path / f"run{number}"
        messages.append((forged("cases.tasks.work", content, pickle.dumps(((Planted(path),), {}, {}))), path))
    for number, task in enumerate(("os.system", "pathlib.Path.touch", "celery.exec", "cases.jobs.run")):
        path = tmp_path / f"task{number}"
        told = json.dumps([[f"touch {path}"], {}, {}]).encode()
        messages.append((forged(task, "application/json", told, "utf-8"), path))
    for message, _ in messages:
        there.lpush("celery", message)
    until = time.monotonic() + 30
    while waiting(redis_url) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)
    figure.add(waiting(redis_url) == 0, "the worker took nothing more")
    for number, (_, path) in enumerate(messages):
        figure.add(not path.exists(), f"number {number} was run")
    figure.add(queue.control.ping(timeout=3), "the worker ended")
    pickle.loads(pickle.dumps(Planted(tmp_path / "planted")))
    figure.planted("a pickle that is read", (tmp_path / "planted").exists())


# ---------------------------------------------------------------- files brought in


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


HEAD = b"person_ref,given_name,family_name,date_of_birth,gender\n"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY a{n} "{"&a" + str(n - 1) * bool(n - 1) + ";" if n else ""}{"&a;" * 10}">'.encode()
        for n in range(1, 9)
    )
    + b"]><l>&a8;</l>"
)


def attacks() -> dict[str, bytes]:
    """Files that are brought in to stop the service; each is a whole upload."""
    million = b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n"
    return {
        "an XML bomb": ENTITIES,
        "an XML bomb in a workbook": zipped({"xl/workbook.xml": ENTITIES, "[Content_Types].xml": ENTITIES}),
        "an XML bomb among the tables": zipped({"people.csv": ENTITIES}),
        "a zip of zeros": zipped({"people.csv": HEAD + b"0" * 200_000_000}),
        "a zip in a zip": zipped({"people.zip": zipped({"people.csv": b"0" * 50_000_000})}),
        "a million columns": zipped({"people.csv": million}),
        "one endless line": zipped({"people.csv": HEAD + b"A," * 4_000_000}),
        "a cell of megabytes": zipped(
            {"people.csv": HEAD + b'P1,"' + b"A" * 5_000_000 + b'",B,1990-01-01,male\n'}
        ),
        "half a million names": zipped({f"{number}.csv": b"" for number in range(5_000)}),
        "paths that climb": zipped({"../../people.csv": HEAD}),
        "UTF-16": zipped({"people.csv": HEAD.decode().encode("utf-16")}),
        "UTF-7 and nulls": zipped({"people.csv": HEAD + b"\x00+AD0-1+1,\x00,x,1990-01-01,male\n" * 100}),
        "not a zip at all": b"PK\x03\x04" + b"\xff" * 1000,
        "nothing": b"",
    }


def problems_of(path: Path) -> list[str]:
    """Why a bundle is refused; nothing if it is taken."""
    with open_bundle(path) as bundle:
        return report_lines(read(bundle, known=nothing_before, today=date(2026, 11, 24)).problems)


@pytest.mark.figure(
    "bundles made to stop the importer: each refused with a reason within 2 seconds and 200 MB"
)
def test_a_hostile_bundle_is_refused_fast(tmp_path: Path, figure: Figure):
    for what, content in attacks().items():
        path = tmp_path / "bundle.zip"
        path.write_bytes(content)
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        found = problems_of(path)
        took = time.process_time() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        figure.add(found, f"{what}: not refused")
        figure.add(took < 2, f"{what}: {took:.1f} s")
        figure.add(grown < 200, f"{what}: {grown} MB")
    sound = tmp_path / "sound.zip"
    sound.write_bytes(zipped({"people.csv": HEAD + b"P1,Ann,Example,1990-01-01,male\n"}))
    figure.add(not problems_of(sound), f"a sound one is refused: {problems_of(sound)}")
