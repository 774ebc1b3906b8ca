"""Documents: tagged and titled, in our own type, and made without opening a connection or a file."""

from __future__ import annotations

import io
import socket
import threading
from types import SimpleNamespace

import pypdf
import pytest
from django.template import engines
from django.test import override_settings

from justice.web import charts, pdf
from justice.web.listing import Column, Table

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
