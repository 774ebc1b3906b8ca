"""Pages as PDF documents: tagged, with our own type, and made without reaching for anything outside.

WeasyPrint needs Pango from the system, so it is brought in only when a document is made; where it cannot be, the
page itself can still be printed.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import shortcuts
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

# Every address a document may name, and the file of ours that it stands for. There is no other way to a file.
FILES: Final[Mapping[str, str]] = {
    "app:inter-400.woff2": "vendor/inter/files/inter-latin-400-normal.woff2",
    "app:inter-700.woff2": "vendor/inter/files/inter-latin-700-normal.woff2",
    "app:inter-ext-400.woff2": "vendor/inter/files/inter-latin-ext-400-normal.woff2",
    "app:inter-ext-700.woff2": "vendor/inter/files/inter-latin-ext-700-normal.woff2",
    "app:pdf.css": "pdf.css",
}


class NoPdfHere(Exception):
    """The system has no Pango, which WeasyPrint needs: the page can be printed instead."""


class NotOurs(ValueError):
    """A document named something that is not ours; it is left out, and the document is made without it."""


@cache
def file_of(address: str) -> bytes:
    """The bytes of one of our own files. Raises NotOurs for every other address."""
    name = FILES.get(address)
    if name is None:
        raise NotOurs("A document may name only our own type and styles")
    found = finders.find(name)
    path = Path(found) if isinstance(found, str) else Path(settings.STATIC_ROOT or "") / name
    if not path.is_file():
        raise NotOurs(f"{name} is not there: set up the front-end files")
    return path.read_bytes()


def _fetcher() -> Any:
    """A fetcher that opens no connection and no file by name: our dictionary, `data:`, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Closed(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            kind = mimetypes.guess_type(url.removeprefix("app:"))[0] or "application/octet-stream"
            return URLFetcherResponse(url, body=file_of(url), headers={"Content-Type": kind})

    return Closed(allowed_protocols=("data", "app"), allow_redirects=False)


def render(
    template: str, context: Mapping[str, Any], *, request_user: Any, title: str, language: str = "en-GB"
) -> bytes:
    """A document from a template that extends `pdf/base.html`.

    `request_user` is named on each page as who it was made for. Raises NoPdfHere where the system lacks Pango.
    """
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise NoPdfHere("PDF documents need Pango: see the README for what to install") from missing
    html = render_to_string(
        template,
        {
            **context,
            "title": title,
            "language": language,
            "made_for": getattr(request_user, "name", "") or "",
            "made_at": timezone.localtime(),
        },
    )
    document = HTML(string=html, base_url="app:", url_fetcher=_fetcher())
    return document.write_pdf(pdf_variant="pdf/ua-1")


def as_file(request: HttpRequest, template: str, context: Mapping[str, Any], name: str) -> HttpResponse:
    """A document as a file to keep; where the system cannot make one, a page that says what is missing."""
    try:
        made = render(template, context, request_user=request.user, title=str(context["title"]))
    except NoPdfHere as missing:
        shown = {"title": "This document cannot be made here", "why": str(missing)}
        return shortcuts.render(request, "no_pdf.html", shown, status=503)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
