from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core import checks


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "People, cases and their timescales"

    def ready(self) -> None:
        user_logged_in.connect(_signed_in, dispatch_uid="remember the session")
        user_logged_out.connect(_signed_out, dispatch_uid="forget the session")
        checks.register(the_trail_is_out_of_reach, checks.Tags.database, deploy=True)


def _signed_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    from cases import signing_in

    signing_in.remember(request, user)


def _signed_out(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    from cases import signing_in

    signing_in.forget(request.session.session_key)


def the_trail_is_out_of_reach(*, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """For `manage.py check --deploy --database default`: the site's role must not be able to alter the trail."""
    from django.db import connections

    from justice.database_roles import mistakes

    found = [mistake for alias in databases or () for mistake in mistakes(connections[alias])]
    return [checks.Error(mistake, id="cases.E001") for mistake in found]
