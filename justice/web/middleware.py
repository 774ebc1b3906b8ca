"""What every answer of the site carries, how long a session may last, and what becomes of a refusal nobody caught."""

from __future__ import annotations

import contextlib
import logging
import re
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone

from cases import budget
from cases.consultations import NotLogged
from cases.models import RefusedLook
from justice.domain.errors import Refused
from justice.logs import request_number

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

_NUMBER: Final = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


class Asked:
    """How many questions a request asked the database, and for how long it waited for the answers: never which."""

    def __init__(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], *question: Any) -> Any:
        begun = time.monotonic()
        try:
            return execute(*question)
        finally:
            self.queries += 1
            self.seconds += time.monotonic() - begun


class RequestNumber:
    """Gives each request a number, told to the browser: "it went wrong at ten" leads to the line in the log.

    That line says which page it was by its name, never by the path: anything may have been typed there. It says how
    long the page took and what of it was the database; of one that took longer than settings.SLOW_REQUEST_MS it warns.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Request-ID", "")
        number = told if _NUMBER.fullmatch(told) else uuid.uuid4().hex
        request.number = number  # type: ignore[attr-defined]
        token, begun, asked = request_number.set(number), time.monotonic(), Asked()
        try:
            with connection.execute_wrapper(asked):
                response = self.get_response(request)
            self.tell(request, response, time.monotonic() - begun, asked)
        finally:
            request_number.reset(token)
        response["X-Request-ID"] = number
        return response

    def tell(self, request: HttpRequest, response: HttpResponse, seconds: float, asked: Asked) -> None:
        if request.path_info.startswith(settings.STATIC_URL):
            return
        found = request.resolver_match
        # Who it was, if the page asked: a line of the log is no reason for a query.
        user = getattr(request, "_cached_user", None)
        said = {
            "method": request.method,
            "route": found.view_name if found else "",
            "status": response.status_code,
            "ms": (ms := round(seconds * 1000)),
            "queries": asked.queries,
            "database_ms": round(asked.seconds * 1000),
            "user": getattr(user, "pk", None),
        }
        if ms > settings.SLOW_REQUEST_MS:
            log.warning("slow request", extra=said)
        else:
            log.info("request", extra=said)


class Methods:
    """Pages are read, and forms and calls are sent: nothing here is asked for in any other way.

    Django would carry out a form sent by PUT as if it were by POST, and answer a page asked for by DELETE.
    """

    KNOWN: Final = ("GET", "HEAD", "OPTIONS", "POST")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in self.KNOWN:
            return HttpResponseNotAllowed(self.KNOWN)
        return self.get_response(request)


class Headers:
    """Nothing that shows a person is kept by a browser or a proxy, and a page may use no device of the machine.

    Stands before whatever may answer by itself, a redirect to https included, so that no answer is without them; a
    static file keeps its own caching. Content-Security-Policy is django-csp's.
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
        if not (request.path_info.startswith(settings.STATIC_URL) and response.status_code in (200, 304)):
            response["Cache-Control"] = "no-store, private"
        for name, value in self.FIXED.items():
            response.setdefault(name, value)
        return response


class SessionLimit:
    """Ends a session after settings.SESSION_LONGEST, however busy it was, and says how long it may rest in the
    person's role. Stands after AuthenticationMiddleware.
    """

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
            idle = settings.SESSION_IDLE_BY_ROLE.get(request.user.role, settings.SESSION_COOKIE_AGE)
            if request.session.get_expiry_age() != idle:
                request.session.set_expiry(idle)
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


class _First:
    """Something that whoever signed in has to do before anything else opens for them.

    Asks the session and the account that the request has read anyway, never the database again.
    """

    OPEN: ClassVar[frozenset[str]]  # what opens meanwhile
    page: ClassVar[str]  # where it is done
    told: ClassVar[str]  # what a program is told instead

    ALWAYS: Final = frozenset(
        {"sign_in", "account_login", "sign_out", "account_logout", "live", "ready", "accessibility"}
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def is_left_to_do(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not self.is_left_to_do(request):
            return None
        match = request.resolver_match
        if match is not None and match.url_name in self.OPEN | self.ALWAYS:
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": self.told}, status=403)
        return redirect(self.page)


class OwnPassword(_First):
    """Whoever signed in with a password that somebody else gave chooses their own, and opens nothing else before.

    Stands before SecondStep: otherwise whoever gave the password could set up the second step as well.
    """

    OPEN = frozenset({"account_change_password"})
    page = "account_change_password"
    told = "Choose your own password first"

    def is_left_to_do(self, request: HttpRequest) -> bool:
        from justice.web.signing_in import has_to_choose

        return has_to_choose(request)


class SecondStep(_First):
    """Where a second step is required, whoever signed in without one sets one up, and opens nothing else before."""

    OPEN = frozenset(
        {
            "own_sign_in", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes",
            "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
        }
    )  # fmt: skip
    page = "own_sign_in"
    told = "Sign in with a second step first"

    def is_left_to_do(self, request: HttpRequest) -> bool:
        from justice.web.signing_in import has_to_choose, second_step_done

        return settings.SECOND_STEP_REQUIRED and not second_step_done(request) and not has_to_choose(request)


class RefusedLooks:
    """Writes down that a page with a key in its address was not there for somebody, whether or not the record exists:
    the answer, its queries and its time are the same. Whoever tries one number after another is asked about it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        # 410: the same for somebody who has the form open still, who is shown what they typed into it.
        if response.status_code not in (404, 410) or match is None or not request.user.is_authenticated:
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
    down becomes one that shows nothing of the record.

    And a form sent a second time, whose record is no longer there to be changed because the first time changed it, is
    answered as the first was: it was carried out. Where somebody else, or another window, changed it, what was typed is
    shown back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, budget.Stopped):
            budget.tell(error)
            return render(request, "stopped.html", {"problems": error.problems}, status=429)
        if isinstance(error, Refused):
            return render(request, "refused.html", {"problems": error.problems}, status=422)
        if isinstance(error, NotLogged):
            log.error("a look at %s could not be logged, and nothing was shown", error)
            # Asks nothing of the database, which may be what is wrong.
            return HttpResponse(render_to_string("not_logged.html"), status=503)
        if not isinstance(error, Http404) or request.method != "POST":
            return None
        from justice.web import drafts

        if self.was_carried_out(request):
            messages.info(request, drafts.SAVED_BEFORE)
            about = request.resolver_match.kwargs.get("case") if request.resolver_match else None
            return redirect("case", about) if about is not None else redirect("home")
        return drafts.of_what_is_gone(request)

    def was_carried_out(self, request: HttpRequest) -> bool:
        from cases.operation import carried_out

        try:
            key = uuid.UUID(request.POST.get("key", ""))
        except ValueError:
            return False
        return carried_out(key, request.user.pk)
