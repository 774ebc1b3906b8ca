"""Releases from custody, and the interview that follows each."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from justice.web.views import OperationView, today
from orders import forms, operations
from orders.models import Release


class RecordRelease(OperationView):
    """The person left custody on a licence or order."""

    operation = "record_release"
    call = staticmethod(operations.record_release)
    title = "Record a release from custody"
    button = "Save the release"
    done = "The release was recorded; the interview is due within the time shown"
    form_class = forms.ReleaseForm

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}


class RecordReleaseInterview(OperationView):
    """The interview after release."""

    operation = "record_release_interview"
    call = staticmethod(operations.record_release_interview)
    title = "Record the interview after release"
    button = "Save the interview"
    done = "The interview was recorded"
    form_class = forms.ReleaseInterviewForm
    release: Release

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Release.objects.visible_to(request.user).select_related("case__person", "case__council")
            self.release = get_object_or_404(rows, pk=kwargs["release"])
            self.case = self.release.case

    def root(self) -> Release:
        return self.release

    def about(self) -> dict[str, Any]:
        return {"release": self.release, "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.release
        caption = f"{row.get_licence_display()}, released {row.released_on:%-d %B %Y}"
        return {"caption": caption, **super().get_context_data(**kwargs)}
