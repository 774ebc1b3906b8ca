"""Pages as PDF documents: tagged, with our own type, and made without reaching for anything outside.

WeasyPrint runs in a process beside the site (justice.web.press), with limits on time and memory: a document that goes
beyond them is stopped, and the pages go on. It needs Pango from the system; without, the page can still be printed.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from django import shortcuts
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from justice.web import press

log = logging.getLogger(__name__)

# Every address a document may name, and the file of ours that it stands for. There is no other way to a file.
FILES: Final[Mapping[str, str]] = {
    "app:inter-400.woff2": "vendor/inter/files/inter-latin-400-normal.woff2",
    "app:inter-700.woff2": "vendor/inter/files/inter-latin-700-normal.woff2",
    "app:inter-ext-400.woff2": "vendor/inter/files/inter-latin-ext-400-normal.woff2",
    "app:inter-ext-700.woff2": "vendor/inter/files/inter-latin-ext-700-normal.woff2",
    "app:pdf.css": "pdf.css",
}


class NotMade(Exception):  # noqa: N818  (a word of the house)
    """The document could not be made; the page can be printed instead. `why` is what is said to whoever asked."""

    title, why = "", ""


class NoPdfHere(NotMade):
    """The system has no Pango, which WeasyPrint needs."""

    title = "This document cannot be made here"
    why = "PDF documents need Pango: see the README for what to install. Until then, print the page itself."


class TooMuch(NotMade):
    """It would have taken longer, or more memory, than one document may."""

    title = "This document is too long to make"
    why = (
        "Choose a shorter period or fewer kinds of record, if the page offers them, or print the page itself."
    )


class Busy(NotMade):
    """As many documents are being made as may be at once."""

    title = "Other documents are being made"
    why = "This one was not begun. Wait a minute, then ask for it again."


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


class Press:
    """The process in which documents are made: started with the first, and again if it ended."""

    WAITED_FOR: Final = 60  # seconds that it may take to start, on a machine that has much else to do

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def make(self, order: press.Order) -> bytes:
        ours, theirs = socket.socketpair()
        with Connection(ours.detach()) as answer:
            with theirs:
                self._place(theirs)
            try:
                answer.send(tuple(order))
                begun = answer.poll(self.WAITED_FOR) and answer.recv_bytes() == press.BEGUN
            except (OSError, EOFError) as error:
                raise RuntimeError("the press ended before it began") from error
            if not begun:
                raise RuntimeError("the press did not begin")
            try:
                # The kernel ends the child after so many seconds; the rest is for a machine that is slow to do so.
                said = answer.recv_bytes() if answer.poll(order.seconds + 5) else press.TOO_MUCH
            except (OSError, EOFError):  # it was ended
                said = press.TOO_MUCH
        if said.startswith(press.MADE):
            return said.removeprefix(press.MADE)
        if said == press.TOO_MUCH:
            raise TooMuch
        if said.startswith(press.MISSING):
            raise NoPdfHere
        log.error("a document could not be made", extra={"error": said.removeprefix(press.WRONG).decode()})
        raise RuntimeError("a document could not be made")

    def _place(self, end: socket.socket) -> None:
        """Give the press the other end of what will be said about one document."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            try:
                self._send(end)
            except OSError:  # it ended at this moment
                self._start()
                self._send(end)

    def _send(self, end: socket.socket) -> None:
        assert self._orders is not None  # noqa: S101
        socket.send_fds(self._orders, [b"."], [end.fileno()])

    def _start(self) -> None:
        self.close()
        ours, theirs = socket.socketpair()
        # What it needs to find libraries, type and a place to write; none of what the site was told beside that.
        kept = ("PATH", "LANG", "HOME", "TMPDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", press.__file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a package's words may quote the document
                env={name: os.environ[name] for name in kept if name in os.environ},
            )
        self._orders = ours

    def close(self) -> None:
        """End it: it does so by itself when nobody holds the other end."""
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self._process.wait()
        self._orders = self._process = None


_press: Final = Press()
_at_once: Final = threading.BoundedSemaphore(settings.PDF_AT_ONCE)
atexit.register(_press.close)


def render(
    template: str, context: Mapping[str, Any], *, request_user: Any, title: str, language: str = "en-GB"
) -> bytes:
    """A document from a template that extends `pdf/base.html`.

    `request_user` is named on each page as who it was made for. Raises NotMade: NoPdfHere, TooMuch or Busy.
    """
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
    if not _at_once.acquire(timeout=settings.PDF_WAIT_SECONDS):
        raise Busy
    try:
        with tempfile.TemporaryDirectory(prefix="document-") as folder:
            files: dict[str, bytes] = {}
            for address in FILES:
                with contextlib.suppress(NotOurs):  # what is not there is left out
                    files[address] = file_of(address)
            memory = settings.PDF_MEMORY_MB * 1024 * 1024
            return _press.make(press.Order(html, files, folder, settings.PDF_SECONDS, memory))
    finally:
        _at_once.release()


def as_file(request: HttpRequest, template: str, context: Mapping[str, Any], name: str) -> HttpResponse:
    """A document as a file to keep; where it cannot be made, a page that says why and what to do."""
    begun = time.monotonic()
    try:
        made = render(template, context, request_user=request.user, title=str(context["title"]))
    except NotMade as refused:
        outcome, ms = type(refused).__name__, round((time.monotonic() - begun) * 1000)
        log.warning("a document was not made", extra={"outcome": outcome, "ms": ms})
        return shortcuts.render(
            request, "no_pdf.html", {"title": refused.title, "why": refused.why}, status=503
        )
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
