"""The page that takes a caseload bundle. The work is a job's: the page of the job shows how far it has come."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.generic import FormView

from cases import jobs, permissions
from cases.models import Job
from justice.caseload.format import FILES, identified_by
from justice.caseload.forms import ImportForm
from justice.caseload.importing import uploads


class ImportCaseload(FormView):
    """Not an OperationView: the operation is the job's, and a call of the API carries no file."""

    form_class = ImportForm
    template_name = "caseload/import.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not permissions.allows(request.user, "import_caseload"):
            raise PermissionDenied("import_caseload")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        asked = Job.objects.visible_to(self.request.user).filter(kind="import_caseload")
        context["files"] = [(file.name, file.about, identified_by(file)) for file in FILES]
        context["earlier"] = asked[:10]
        return {**context, "title": "Import a caseload", "button": "Send"}

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: Form) -> HttpResponse:
        key = form.submission_key  # type: ignore[attr-defined]
        sent = form.cleaned_data["bundle"]
        name = f"{secrets.token_hex(16)}.zip"  # never the name it was sent under
        path = uploads() / name
        try:
            path.touch(mode=0o600)
            with path.open("wb") as file:
                for chunk in sent.chunks():
                    file.write(chunk)
            with transaction.atomic():
                job = jobs.ask(
                    "import_caseload",
                    str(key),
                    arguments={"upload": name, "check_only": form.cleaned_data["what"] == "check"},
                    asked_by=self.request.user,
                    council=self.request.user.council,
                )
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        if job.arguments["upload"] != name:  # the same form came twice: its first job stands
            path.unlink(missing_ok=True)
        return HttpResponse(status=303, headers={"Location": reverse("job", args=[job.pk])})
