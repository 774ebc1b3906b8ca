"""The address of the import page."""

from __future__ import annotations

from django.urls import path

from justice.caseload.views import ImportCaseload

urlpatterns = [path("import/", ImportCaseload.as_view(), name="import_caseload")]
