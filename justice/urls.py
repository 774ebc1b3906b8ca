"""Which address shows what."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from assessments import api as assessments_api
from cases import api as cases_api
from justice import health
from justice.web import help
from justice.web.api_operations import endpoints
from justice.web.api_page import api_page
from justice.web.forms import SignInForm
from orders import api as orders_api
from performance import api as performance_api

pages: list[URLPattern | URLResolver] = [
    path(
        "", include("justice.keeping.urls")
    ),  # before the settings' own addresses, one of which takes any word
    path("", include("cases.urls")),
    path("", include("orders.urls")),
    path("", include("assessments.urls")),
    path("", include("performance.urls")),
    path("", include("justice.caseload.urls")),
    path("help/", help.help_index, name="help"),
    path("help/accessibility/", help.accessibility, name="accessibility"),
    path("help/<slug:page>/", help.help_page, name="help_page"),
    path("whats-new/", help.whats_new, name="whats_new"),
]

router = SimpleRouter()
for name, viewset in {
    "cases": cases_api.CaseViewSet,
    "timescales": cases_api.TimescaleViewSet,
    "allocations": cases_api.AllocationViewSet,
    "notes": cases_api.NoteViewSet,
    "notices": cases_api.NoticeViewSet,
    "contact-points": cases_api.ContactPointViewSet,
    "associates": cases_api.AssociateViewSet,
    "orders": orders_api.OrderViewSet,
    "appointments": orders_api.AppointmentViewSet,
    "contacts": orders_api.ContactViewSet,
    "attendances": orders_api.AttendanceViewSet,
    "absences": orders_api.AbsenceViewSet,
    "warnings": orders_api.FormalWarningViewSet,
    "breaches": orders_api.BreachViewSet,
    "releases": orders_api.ReleaseViewSet,
    "reports": assessments_api.ReportRequestViewSet,
    "assessments": assessments_api.AssessmentViewSet,
    "plans": assessments_api.PlanViewSet,
    "reviews": assessments_api.ReviewViewSet,
}.items():
    router.register(name, viewset, basename=f"api-{name}")

api: list[URLPattern | URLResolver] = [
    *router.urls,
    *performance_api.urlpatterns,
    *endpoints(pages),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("", api_page, name="api-try"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path(
        "sign-in/",
        LoginView.as_view(authentication_form=SignInForm, redirect_authenticated_user=True),
        name="sign_in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("api/v1/", include(api)),
    *pages,
]
