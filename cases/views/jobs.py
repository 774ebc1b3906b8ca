"""How far a job has come: a page that a script refreshes, and that can be reloaded without one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from cases.models import Job


def job(request: HttpRequest, job: int) -> HttpResponse:
    """The progress of a job that the signed-in person asked for, as a page or as JSON for the script on it."""
    row = get_object_or_404(Job.objects.visible_to(request.user), pk=job)
    ended = row.state in (Job.State.DONE, Job.State.FAILED)
    if request.headers.get("Accept", "").startswith("application/json"):
        # The names that the script on the page reads. Words are left to the page: it renews itself at the end.
        return JsonResponse({"value": row.done, "maximum": row.total, "done": ended})
    return render(
        request,
        f"jobs/{row.kind}.html",
        {"title": "Caseload import", "job": row, "result": row.result, "ended": ended},
    )
