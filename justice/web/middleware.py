"""What every answer of the site carries, how long a session may last, and what becomes of a refusal nobody caught."""

from __future__ import annotations

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
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from justice.domain.errors import Refused

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


class Refusals:
    """A refusal that no form was there to show becomes a page that says what is wrong.

    And a form sent a second time, whose record is no longer there to be changed because the first time changed it, is
    answered as the first was: it was carried out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return render(request, "refused.html", {"problems": error.problems}, status=422)
        if isinstance(error, Http404) and self.was_carried_out(request):
            messages.info(request, "This was saved the first time you sent it.")
            about = request.resolver_match.kwargs.get("case") if request.resolver_match else None
            return redirect("case", about) if about is not None else redirect("home")
        return None

    def was_carried_out(self, request: HttpRequest) -> bool:
        from cases.operation import carried_out

        try:
            key = uuid.UUID(request.POST.get("key", ""))
        except ValueError:
            return False
        return carried_out(key, request.user.pk)
