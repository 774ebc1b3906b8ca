from typing import Any

from django.apps import AppConfig
from django.core import checks


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "People, cases and their timescales"

    def ready(self) -> None:
        checks.register(the_trail_is_out_of_reach, checks.Tags.database, deploy=True)


def the_trail_is_out_of_reach(*, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """For `manage.py check --deploy --database default`: the site's role must not be able to alter the trail."""
    from django.db import connections

    from justice.database_roles import mistakes

    found = [mistake for alias in databases or () for mistake in mistakes(connections[alias])]
    return [checks.Error(mistake, id="cases.E001") for mistake in found]
