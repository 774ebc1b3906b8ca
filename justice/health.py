"""Is it running, and can it do the work? For load balancers and containers; says nothing else to strangers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from justice.database_roles import mistakes


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database, so that its loss does not restart every container."""
    return HttpResponse("live\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """It can do the work: the database answers, its tables are those of this version, and the site's role in it could
    not alter the trail."""
    trouble = _trouble()
    return HttpResponse(f"{trouble or 'ready'}\n", status=503 if trouble else 200, content_type="text/plain")


def _trouble() -> str:
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        unsafe = settings.TWO_DATABASE_ROLES and mistakes(connection)
    except DatabaseError:
        return "database"
    return "tables" if behind else "roles" if unsafe else ""
