"""The pack that answers somebody's request for their own record: read by a manager first, then released."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.template.loader import render_to_string

from cases import forms_retention, operations
from cases.operation import Repeated
from cases.subject_access import Pack, pack_of
from justice.domain.errors import Refused
from justice.web.views import OperationView, today


class ReleaseSubjectAccessPack(OperationView):
    """Shows all that would be given out; released, it comes as one file with a page to read and the same as JSON."""

    operation = "release_subject_access_pack"
    call = staticmethod(operations.release_subject_access_pack)
    page = "subject access pack, to be read"
    title = "Give the person their own record"
    button = "Release and download"
    form_class = forms_retention.ReleaseForm
    template_name = "retention/subject_access.html"

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"pack": pack_of(self.case.person, today()), **super().get_context_data(**kwargs)}

    def form_valid(self, form: Form) -> HttpResponse | FileResponse:
        try:
            self.run(form)
        except Refused as refused:
            form.add_problems(refused.problems)  # type: ignore[attr-defined]
            return self.form_invalid(form)
        except Repeated:  # asked for a second time by the same form: it was logged, and is the same file
            pass
        self.sheet.forget()
        return as_file(pack_of(self.case.person, today()), self.case.pk)


def as_file(pack: Pack, case: int) -> FileResponse:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.html", render_to_string("retention/pack.html", {"pack": pack}))
        archive.writestr("record.json", pack.as_json())
    made.seek(0)
    return FileResponse(
        made, as_attachment=True, filename=f"own-record-{case}.zip", content_type="application/zip"
    )
