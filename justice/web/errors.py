"""The last resort: whatever nobody caught becomes an answer in plain words with a number, and with no detail.

Nothing here asks the database: it may be what is wrong. The details are in the log, under the same number.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.views import defaults

from justice.web.middleware import request_number

log = logging.getLogger(__name__)

# What the database says when it is away, restarting, full, or held by others for too long: it will be back.
AWAY: Final = (OperationalError, InterfaceError)
SECONDS_TO_WAIT: Final = 10

# Sent again with what was typed, when the page could not be answered; never what is secret, never a file.
_LONGEST: Final = 256 * 1024

_PLAIN: Final = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{title} – Justice social work</title></head>
<body><main><h1>{title}</h1><p>{words}</p></main></body></html>
"""


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to what nobody caught: 503 when the database is away, 500 otherwise; JSON for a program.

    It may have happened after the change was carried out: so no answer says that nothing was saved, and each says that
    to send it again is safe.
    """
    away = _is_away(sys.exception())
    status, number = (503 if away else 500), request_number.get()
    # Beside what Django writes of the exception: the number that the answer gives leads to it.
    log.error("request %s is answered %s", number, status)
    title = "Sorry, the service cannot be reached just now" if away else "Something went wrong"
    words = "Wait a moment, then try again." if away else "Go back and try again."
    if request.path.startswith("/api/"):
        words += " A call sent again with the same Idempotency-Key is carried out once."
        answer: HttpResponse = JsonResponse({"detail": f"{title}. {words}", "number": number}, status=status)
    else:
        try:
            page = "503.html" if away else "500.html"
            text = render_to_string(page, {"sent": _sent(request) if away else []})
            answer = HttpResponse(text, status=status)
        except Exception:
            # A page that says that something is wrong may be what is wrong: the same in the plainest of pages.
            log.exception("the error page could not be made")
            words += " What was saved already is not saved twice."
            if number:
                words += f" If it happens again, give this number: {escape(number)}"
            answer = HttpResponse(_PLAIN.format(title=title, words=words), status=status)
    if away:
        answer["Retry-After"] = str(SECONDS_TO_WAIT)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to what could not be read. A session that could not be written is no fault of the sender's."""
    return server_error(request) if _is_away(exception) else defaults.bad_request(request, exception)


def _is_away(error: BaseException | None) -> bool:
    """Whether the database being away is at the bottom of it: Django says otherwise of a session not written."""
    while error is not None:
        # A connection that breaks in the middle of a question comes from the driver as no more than DatabaseError.
        if isinstance(error, AWAY) or (type(error) is DatabaseError and error.__cause__ is not None):
            return True
        error = error.__cause__ or error.__context__
    return False


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, to be sent again as it was: with its own key it is carried out once, however often it is sent.

    The token that came with it goes back as it came, so that what a stranger's page sent is refused again.
    """
    if request.method != "POST" or request.FILES:
        return []
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    if any("password" in name for name, _ in sent):
        return []
    return sent if sum(len(value) for _, value in sent) <= _LONGEST else []
