"""How the system is, for administrators."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

import justice
from cases import permissions
from justice.health import Level, look_at_all, room_wanted
from justice.keeping import record
from justice.web.status import Status

STATUS = {
    Level.GOOD: Status("Good", "green"),
    Level.SOON: Status("Look at this soon", "amber"),
    Level.BAD: Status("Not working", "red"),
}


def system(request: HttpRequest) -> HttpResponse:
    """What each look at the system found, and the last backups."""
    if not permissions.allows(request.user, "add_member_of_staff"):
        raise PermissionDenied
    found = [(finding, STATUS[finding.level]) for finding in look_at_all(timezone.now())]
    context = {
        "title": "How the system is",
        "room_wanted": room_wanted(timezone.now()),
        "found": found,
        "well": all(finding.level == Level.GOOD for finding, _ in found),
        "runs": record.last_runs(10),
        "version": justice.__version__,
    }
    return render(request, "settings/system.html", context)
