"""Documents: tagged and titled, in our own type, and made without opening a connection or a file."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pypdf
import pytest
from django.template import engines
from django.test import Client, override_settings
from django.urls import reverse
from PIL import Image

from cases.models import Role
from justice.web import charts, pdf, press
from justice.web.listing import Column, Table
from tests.figures import Figure, at_night, size
from tests.web.conftest import World

pytestmark = pytest.mark.skipif(
    pytest.importorskip("weasyprint", exc_type=OSError) is None, reason="the system has no Pango"
)

BODY = """{% extends "pdf/base.html" %}{% load govuk %}{% block content %}<h1>{{ title }}</h1>
<h2>Figures</h2>{% rag "red" %}<figure>{{ chart }}</figure>
{% include "components/table.html" with table=table only %}<p>{{ note }}</p>{{ hostile|safe }}{% endblock %}"""


def made(hostile: str = "", note: str = "", rows: int = 3) -> bytes:
    table = Table(
        (Column("name", "Measure", heads=True), Column("value", "Actual", kind="number")),
        [SimpleNamespace(name=f"Measure {number}", value=number) for number in range(rows)],
        "The quarter's measures",
    )
    context = {
        "chart": charts.trend([charts.Point("Q1", 70), charts.Point("Q2", 80)], prefix="t", title="Reviews"),
        "table": table,
        "note": note,
        "hostile": hostile,
    }
    loaders = [("django.template.loaders.locmem.Loader", {"made.html": BODY})]
    from django.conf import settings

    folders = settings.TEMPLATES[0]["DIRS"]
    templates = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": folders,
            "OPTIONS": {"loaders": [*loaders, "django.template.loaders.filesystem.Loader"]},
        }
    ]
    with override_settings(TEMPLATES=templates):
        engines._templates = None
        try:
            return pdf.render(
                "made.html", context, request_user=SimpleNamespace(name="Morag Testcase"), title="Quarter 2"
            )
        finally:
            engines._templates = None
            engines.__dict__.pop("templates", None)


def read(document: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(document))


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(document).pages)


class TestADocument:
    def test_is_tagged_titled_and_says_its_language(self):
        reader = read(made())
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en-GB"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata.title == "Quarter 2"
        assert b"pdfuaid" in root["/Metadata"].get_data()

    def test_gives_a_chart_its_words(self):
        assert "Reviews" in str(
            [
                element.get("/Alt")
                for element in (obj.get_object() for obj in structure(read(made())))
                if element.get("/S") == "/Figure"
            ]
        )

    def test_says_who_it_is_for_on_every_page_and_numbers_them(self):
        pages = [page.extract_text() for page in read(made(rows=120)).pages]
        assert len(pages) > 2
        for number, text in enumerate(pages, 1):
            flat = " ".join(text.split())
            assert "Official-Sensitive" in flat
            assert "Made for Morag Testcase" in flat
            assert f"Page {number} of {len(pages)}" in flat

    def test_repeats_the_head_of_a_table_that_goes_on(self):
        pages = [page.extract_text() for page in read(made(rows=120)).pages]
        assert all("Measure" in page and "Actual" in page for page in pages)

    def test_is_set_in_our_own_type(self):
        fonts = {
            str(font.get_object()["/BaseFont"])
            for page in read(made()).pages
            for font in page["/Resources"]["/Font"].values()
        }
        assert fonts
        assert all("Inter" in font for font in fonts)

    def test_text_is_text(self):
        assert "<script>alert(1)</script>" in text_of(made(note="<script>alert(1)</script>"))


def structure(reader: pypdf.PdfReader):
    """Every element of the structure tree."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop()
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            waiting.extend(element)
        elif isinstance(element, dict):
            if "/S" in element:
                yield element
            if "/K" in element:
                waiting.append(element["/K"])


class Canary:
    """A server on this machine that counts who calls."""

    def __enter__(self):
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port = self.socket.getsockname()[1]
        self.open = True
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        return self

    def _listen(self):
        while self.open:
            try:
                self.socket.accept()[0].close()
                self.calls += 1
            except OSError:
                continue

    def __exit__(self, *_):
        self.open = False
        self.thread.join(2)
        self.socket.close()


SNIPPETS = [
    '<img src="{web}" alt="a">',
    '<img src="{file}" alt="a">',
    '<img srcset="{web} 2x" src="{file}" alt="a">',
    '<object data="{file}"></object>',
    '<embed src="{web}">',
    '<link rel="stylesheet" href="{web}">',
    '<link rel="attachment" href="{file}">',
    '<a rel="attachment" href="{file}">x</a>',
    "<style>@import url({web});</style>",
    "<style>@import url({file});</style>",
    "<style>@font-face{{font-family:X;src:url({web})}} p{{font-family:X}}</style><p>x</p>",
    '<p style="background:url({web})">x</p>',
    '<p style="background:url({file})">x</p>',
    '<p style="list-style-image:url({web})">x</p>',
    "<style>p::before{{content:url({file})}}</style><p>x</p>",
    '<svg width="9" height="9"><image href="{file}" width="9" height="9"/></svg>',
    '<svg width="9" height="9"><use href="{web}#a"/></svg>',
    '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E'
    '%3Cimage href=%22{file}%22/%3E%3C/svg%3E" alt="a">',
    '<img src="FILE://{path}" alt="a">',
    '<img src="../../../../../../../..{path}" alt="a">',
    '<img src="app:../../manage.py" alt="a">',
    '<img src="app:vendor/../../manage.py" alt="a">',
    '<base href="{web}"><img src="x.png" alt="a">',
    '<iframe src="{file}"></iframe>',
    '<img src="gopher://127.0.0.1/" alt="a">',
    '<img src="" alt="a">',
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_reaches_for_nothing_and_is_made_all_the_same(snippet, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY-IN-A-FILE " * 20)
    with Canary() as canary:
        hostile = snippet.format(
            web=f"http://127.0.0.1:{canary.port}/x", file=secret.as_uri(), path=secret.as_posix()
        )
        document = made(hostile=hostile)
    assert canary.calls == 0
    reader = read(document)
    assert "CANARY" not in "\n".join(page.extract_text() for page in reader.pages)
    assert not reader.attachments
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        if hasattr(found, "get_data"):
            assert b"CANARY-IN-A-FILE" not in found.get_data()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://example.invalid/", "app:../manage.py", "app:", ""]
)
def test_only_our_own_files_have_addresses(address):
    with pytest.raises(pdf.NotOurs):
        pdf.file_of(address)


def test_every_file_that_a_document_may_name_is_there():
    for address in pdf.FILES:
        assert len(pdf.file_of(address)) > 1000


# ---------------------------------------------------------------- limits

PAGE = "<html lang=en><title>x</title>"
SECONDS = 1
MEGABYTE = 1024 * 1024


def a_picture(side: int) -> str:
    """A picture that is a thousand times larger once it is drawn."""
    file = io.BytesIO()
    Image.new("RGBA", (side, side), (1, 2, 3, 4)).save(file, "PNG")
    return f'<img alt=a src="data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}">'


def ordered(html: str, seconds: float = SECONDS, memory: int = 400 * MEGABYTE) -> bytes:
    with tempfile.TemporaryDirectory(prefix="document-") as folder:
        return pdf._press.make(press.Order(PAGE + html, {}, folder, seconds, memory))


def children() -> list[str]:
    """What the press has under it, zombies among it."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, parent, *_ = rest.split()
        if int(parent) == pdf._press._process.pid:
            found.append(f"{stat.parent.name} {state}")
    return found


def gone_within(seconds: float) -> bool:
    until = time.monotonic() + seconds
    while children():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it looks for what is left in /proc")
@pytest.mark.figure(
    "documents that would take minutes or gigabytes: stopped in time, pages answer, nothing left"
)
def test_a_document_that_takes_too_much_is_stopped(figure: Figure):
    ordered("<p>x</p>", 10)  # the press is there, and the site
    Client().get(reverse("live"))
    table, picture = "<table>" + "<tr><td>x<td>y" * 100_000, a_picture(size(change=7_000, night=13_000))
    heavy = {
        "a table of 100,000 rows": (table, 400),
        "a picture of a gigabyte": (picture, 150),
        "a table, with little memory": ("<table>" + "<tr><td>x<td>y" * 2_000, 60),
    }
    if at_night():
        heavy["a word of 40 million letters"] = ("<p>" + "w" * 40_000_000, 400)
    for name, (html, megabytes) in heavy.items():
        said: list[object] = []

        def one(html: str = html, megabytes: int = megabytes, said: list[object] = said) -> None:
            try:
                said.append(ordered(html, memory=megabytes * MEGABYTE))
            except pdf.TooMuch as stopped:
                said.append(stopped)

        begun = time.monotonic()
        maker = threading.Thread(target=one)
        maker.start()
        answer = Client().get(reverse("live"))
        figure.add(answer.status_code == 200 and maker.is_alive(), f"{name}: a page waited for it")
        maker.join(SECONDS + 20)
        took = time.monotonic() - begun
        # Sending forty million letters to the press takes a moment, which is none of the child's.
        figure.add(len(said) == 1 and isinstance(said[0], pdf.TooMuch), f"{name}: {said!r:.60}")
        figure.add(took < SECONDS + 8, f"{name}: {took:.1f} s")  # a machine may have much else to do
        figure.add(gone_within(5), f"{name}: {children()} left")
        figure.add(ordered("<p>x</p>", 10).startswith(b"%PDF"), f"{name}: no further document")
    for fault, html, limits in (
        ("no limit on memory", picture, {"seconds": 3.5, "memory": 8192 * MEGABYTE}),
        ("a longer limit on time", table, {"seconds": 3.5}),
    ):
        begun, made = time.monotonic(), b""
        with contextlib.suppress(pdf.TooMuch):
            made = ordered(html, **limits)
        figure.planted(fault, made or time.monotonic() - begun > 3)


class TestThePress:
    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="it looks into /proc")
    def test_holds_no_secret_no_connection_and_no_file_of_the_site(self, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://justice:only-for-tests@nowhere/justice")
        monkeypatch.setenv("SECRET_KEY", "a secret")
        with socket.create_server(("127.0.0.1", 0)), tempfile.TemporaryFile():
            own = pdf.Press()
            try:
                with tempfile.TemporaryDirectory() as folder:
                    own.make(press.Order(PAGE, {}, folder, 10, 400 * MEGABYTE))
                there = Path(f"/proc/{own._process.pid}")
                names = {one.partition("=")[0] for one in (there / "environ").read_text().split("\0") if one}
                held = [os.readlink(one) for one in (there / "fd").iterdir()]
            finally:
                own.close()
        assert names <= {"PATH", "LANG", "HOME", "TMPDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "LC_CTYPE"}
        # Where it hears of orders, and nothing besides: the other three are closed to it.
        assert sum(one.startswith("socket:") for one in held) == 1
        assert {one for one in held if not one.startswith("socket:")} == {"/dev/null"}

    def test_is_started_again_if_it_ended(self):
        assert ordered("<p>x</p>", 10)
        first = pdf._press._process
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        assert ordered("<p>x</p>", 10)
        assert pdf._press._process is not first

    def test_a_document_that_is_wrong_in_itself_is_a_fault_and_no_limit(self, caplog):
        with pytest.raises(RuntimeError, match="could not be made"):
            ordered("<div>" * 3000, 20)
        assert caplog.records[-1].error.startswith("RecursionError ")
        assert ordered("<p>x</p>", 10)

    def test_a_document_leaves_no_folder(self, tmp_path):
        with patch.object(tempfile, "tempdir", str(tmp_path)):
            assert made()
            with override_settings(PDF_SECONDS=0.5), pytest.raises(pdf.TooMuch):
                made(rows=3000)
        assert list(tmp_path.iterdir()) == []

    def test_what_is_missing_is_left_out(self):
        with patch.object(pdf, "FILES", {**pdf.FILES, "app:none.woff2": "nowhere.woff2"}):
            assert made().startswith(b"%PDF")


@pytest.mark.django_db
class TestAPageInstead:
    def asked(self, world: World, **limits: float) -> tuple[int, str]:
        with override_settings(**limits):
            answer = world.client(Role.FIRST_LINE_MANAGER).get(
                reverse("warning_letter", args=[world.keys["order"], world.keys["warning"]])
            )
        return answer.status_code, answer.content.decode(errors="replace")

    def test_says_that_it_is_too_long_and_what_to_do(self, world: World, caplog):
        status, said = self.asked(world, PDF_SECONDS=0.001)
        assert status == 503
        assert "This document is too long to make" in said
        assert "or print the page itself" in said
        assert [one.outcome for one in caplog.records if one.name == "justice.web.pdf"] == ["TooMuch"]

    def test_says_that_others_are_being_made(self, world: World):
        with patch.object(pdf, "_at_once", threading.BoundedSemaphore(1)) as places:
            places.acquire()
            status, said = self.asked(world, PDF_WAIT_SECONDS=0.01)
            assert (status, "Other documents are being made" in said) == (503, True)
            places.release()
            assert self.asked(world)[0] == 200

    def test_says_that_pango_is_missing(self, world: World):
        with patch.object(pdf._press, "make", side_effect=pdf.NoPdfHere):
            status, said = self.asked(world)
        assert (status, "PDF documents need Pango" in said) == (503, True)
