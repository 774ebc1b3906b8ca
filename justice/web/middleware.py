"""What every answer of the site carries, how long a session may last, and what becomes of a refusal nobody caught."""

from __future__ import annotations

import contextlib
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from cases.consultations import NotLogged
from cases.models import RefusedLook
from justice.domain.errors import Refused

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

# The number of the request being answered, for each line of the log and for the error page.
request_number: ContextVar[str] = ContextVar("request_number", default="")
_NUMBER: Final = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


class RequestNumber:
    """Gives each request a number, told to the browser: "it went wrong at ten" leads to the line in the log."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Request-ID", "")
        number = told if _NUMBER.fullmatch(told) else uuid.uuid4().hex
        request.number = number  # type: ignore[attr-defined]
        token = request_number.set(number)
        try:
            response = self.get_response(request)
        finally:
            request_number.reset(token)
        response["X-Request-ID"] = number
        return response


class Headers:
    """Nothing that shows a person is kept by a browser or a proxy, and a page may use no device of the machine.

    Stands after WhiteNoise, so that static files keep their own caching. Content-Security-Policy is django-csp's.
    """

    FIXED: Final = {
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store, private"
        for name, value in self.FIXED.items():
            response.setdefault(name, value)
        return response


class SessionLimit:
    """Ends a session after settings.SESSION_LONGEST, however busy it was. Stands after AuthenticationMiddleware."""

    KEY: Final = "signed_in_at"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.longest: timedelta = getattr(settings, "SESSION_LONGEST", timedelta(hours=10))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            since = self.since(request)
            if since is None:
                request.session[self.KEY] = now.isoformat()
            elif now - since >= self.longest:
                logout(request)
        return self.get_response(request)

    def since(self, request: HttpRequest) -> datetime | None:
        said = request.session.get(self.KEY)
        return datetime.fromisoformat(said) if said else None


class SignInRequired(LoginRequiredMiddleware):
    """Sends whoever is not signed in to do so; a form sent after its session ended is kept for the person whose page
    it was, who finds it as they typed it. Nothing is carried out, then or later, unless they send it again.

    Stands after CsrfViewMiddleware, whose own refusals are kept in the same way (justice.web.drafts.too_old).
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
    ) -> HttpResponse:
        from justice.web.drafts import keep_for_its_author

        if request.method == "POST" and keep_for_its_author(request) is not None:
            messages.info(request, "You were signed out. Sign in and what you typed will still be there.")
        return super().handle_no_permission(request, view_func)


class RefusedLooks:
    """Writes down that a page with a key in its address was not there for somebody, whether or not the record exists:
    the answer, its queries and its time are the same. Whoever tries one number after another is asked about it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code != 404 or match is None or not request.user.is_authenticated:
            return response
        keys = [str(value) for value in match.kwargs.values()]
        asked = " ".join(key for key in keys if key.isdecimal())[:100]  # no names, no tokens
        if asked:
            with contextlib.suppress(DatabaseError):  # nothing was shown
                RefusedLook.objects.create(
                    user=request.user,
                    council_id=request.user.council_id,
                    page=(match.url_name or "")[:100],
                    asked=asked,
                )
        return response


class Refusals:
    """A refusal that no form was there to show becomes a page that says what is wrong; a look that could not be written
    down becomes one that shows nothing of the record."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return render(request, "refused.html", {"problems": error.problems}, status=422)
        if isinstance(error, NotLogged):
            log.error("a look at %s could not be logged, and nothing was shown", error)
            # Asks nothing of the database, which may be what is wrong.
            return HttpResponse(render_to_string("503.html"), status=503)
        return None
