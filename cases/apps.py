from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "People, cases and their timescales"

    def ready(self) -> None:
        user_logged_in.connect(_signed_in, dispatch_uid="remember the session")
        user_logged_out.connect(_signed_out, dispatch_uid="forget the session")


def _signed_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    from cases import signing_in

    signing_in.remember(request, user)


def _signed_out(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    from cases import signing_in

    signing_in.forget(request.session.session_key)
