"""The address of the page that says how the system is."""

from __future__ import annotations

from django.urls import path

from justice.keeping.views import system

urlpatterns = [path("settings/system/", system, name="system")]
