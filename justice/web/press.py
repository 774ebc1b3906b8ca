"""The press: a process beside the site in which documents are made, each in a child of its own.

It is started by its path (justice.web.pdf), imports nothing of the site, holds no connection and no secret, and has one
thread: so a child is forked from it in a few milliseconds, with WeasyPrint there already. Into the child go the words
of one document, and the document comes out. How long it may take and how much memory it may have are limits of the
kernel, which stop it whatever it is doing, and whether or not anybody still waits for it.
"""

from __future__ import annotations

import contextlib
import gc
import mimetypes
import os
import resource
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

# What a child says first of what it sends.
BEGUN, MADE, MISSING, TOO_MUCH, WRONG = b"begun", b"made ", b"missing ", b"too much", b"wrong "


class Order(NamedTuple):
    """One document to be made. `files` are the only addresses it may name; `folder` is its own, and goes with it."""

    html: str
    files: Mapping[str, bytes]
    folder: str
    seconds: float
    memory: int  # bytes


def fetcher(files: Mapping[str, bytes]) -> Any:
    """A fetcher that opens no connection and no file by name: these files, `data:`, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Closed(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url not in files:
                raise ValueError("A document may name only our own type and styles")
            kind = mimetypes.guess_type(url.removeprefix("app:"))[0] or "application/octet-stream"
            return URLFetcherResponse(url, body=files[url], headers={"Content-Type": kind})

    return Closed(allowed_protocols=("data", "app"), allow_redirects=False)


def document(html: str, files: Mapping[str, bytes]) -> bytes:
    """The document itself, tagged. Raises OSError where the system lacks Pango."""
    from weasyprint import HTML

    made = HTML(string=html, base_url="app:", url_fetcher=fetcher(files))
    return bytes(made.write_pdf(pdf_variant="pdf/ua-1"))


def make(answer: Connection) -> None:
    """In the child: make what was ordered, within its limits."""
    order = Order(*answer.recv())
    answer.send_bytes(BEGUN)  # before the clock of the document runs, which may be short and the machine busy
    signal.setitimer(signal.ITIMER_REAL, order.seconds)  # nobody catches it: the kernel ends the process
    resource.setrlimit(resource.RLIMIT_DATA, (order.memory, order.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # if the machine itself runs short, this goes before anybody's page
        Path("/proc/self/oom_score_adj").write_text("1000")
    tempfile.tempdir = order.folder
    try:
        from weasyprint import HTML  # noqa: F401  (it loads Pango)
    except OSError as error:
        answer.send_bytes(MISSING + type(error).__name__.encode())
        return
    try:
        answer.send_bytes(MADE + document(order.html, order.files))
    except MemoryError:
        answer.send_bytes(TOO_MUCH)
    except Exception as error:  # noqa: BLE001  (it is told of on the other side, and nothing goes on here)
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{'/'.join(last.filename.split('/')[-2:])}:{last.lineno}"
        answer.send_bytes(WRONG + f"{type(error).__name__} {place}".encode())


def run(orders: socket.socket) -> None:
    """Take orders until the site closes the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the site's own end is ours too
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that a child leaves nothing when it ends
    with contextlib.suppress(OSError):
        document("<p>.</p>", {})  # what each child would otherwise read and work out anew
    gc.freeze()
    while True:
        word, ends, _, _ = socket.recv_fds(orders, 1, 1)
        if not word:
            return
        if os.fork() == 0:
            try:
                orders.close()
                with contextlib.suppress(OSError, EOFError):  # nobody waits any more
                    make(Connection(ends[0]))
            finally:
                os._exit(0)
        os.close(ends[0])


if __name__ == "__main__":
    run(socket.socket(fileno=int(sys.argv[1])))
