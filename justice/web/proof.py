"""That whoever sits at the screen is who signed in: asked again before a list of named people is taken away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from justice.web.forms import Form, TextField
from justice.web.middleware import SessionLimit

PROVED: Final = "proved_at"
LASTS: Final = timedelta(minutes=15)


def proved_lately(request: HttpRequest) -> bool:
    """Whether the person signed in, or gave their password again, within the last quarter of an hour."""
    said = [request.session.get(key) for key in (PROVED, SessionLimit.KEY)]
    now = timezone.now()
    return any(timedelta(0) <= now - datetime.fromisoformat(at) < LASTS for at in said if at)


def prove(request: HttpRequest) -> None:
    """Remember that the person has just proved who they are."""
    request.session[PROVED] = timezone.now().isoformat()


def ask_again(request: HttpRequest) -> HttpResponse:
    """Sends to the page that asks for the password, and from there back to this address."""
    return HttpResponseRedirect(
        f"{reverse('confirm_it_is_you')}?{urlencode({'next': request.get_full_path()})}"
    )


class ConfirmForm(Form):
    password = TextField(
        "Password",
        strip=False,
        missing="Enter your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def confirm_it_is_you(request: HttpRequest) -> HttpResponse:
    """Asks for the password again, and goes on to where the person was going."""
    asked = request.GET.get("next", "")
    onward = asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else reverse("home")
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {
            "username": request.user.get_username(),
            "password": form.cleaned_data["password"],
        }
        if authenticate(request, **given) == request.user:
            prove(request)
            return HttpResponseRedirect(onward)
        form.add_error("password", "This is not your password. Enter it again")
    status = 422 if form.errors else 200
    return render(request, "registration/confirm_it_is_you.html", {"form": form}, status=status)
