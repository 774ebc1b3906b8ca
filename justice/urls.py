"""Which address shows what."""

from __future__ import annotations

from allauth.account import views as account_views
from allauth.mfa.base import views as code_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.webauthn import views as key_views
from allauth.socialaccount.providers.openid_connect import views as council_views
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from assessments import api as assessments_api
from cases import api as cases_api
from justice import health
from justice.web import help, signing_in
from justice.web.api_operations import endpoints
from justice.web.api_page import api_page
from justice.web.proof import confirm_it_is_you
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

# The way in, and what is one's own about it. The second names are those by which allauth finds its pages; what it has
# beside these, such as making an account or asking for a password by mail, has no address here.
entrance: list[URLPattern | URLResolver] = [
    path("sign-in/", signing_in.SignInView.as_view(), name="sign_in"),
    path("sign-in/", signing_in.SignInView.as_view(), name="account_login"),
    path("sign-in/second-step/", code_views.authenticate, name="mfa_authenticate"),
    path("sign-in/again/", account_views.reauthenticate, name="account_reauthenticate"),
    path("sign-in/again/code/", code_views.reauthenticate, name="mfa_reauthenticate"),
    path("sign-in/again/key/", key_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("sign-out/", signing_in.SignOut.as_view(), name="sign_out"),
    path("sign-out/", signing_in.SignOut.as_view(), name="account_logout"),
    path("your-sign-in/", signing_in.own_sign_in, name="own_sign_in"),
    path("your-sign-in/", signing_in.own_sign_in, name="mfa_index"),
    path("your-sign-in/", signing_in.own_sign_in, name="mfa_list_webauthn"),
    path("your-sign-in/password/", signing_in.ChangePassword.as_view(), name="account_change_password"),
    path("your-sign-in/app/", signing_in.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("your-sign-in/app/remove/", signing_in.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("your-sign-in/recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "your-sign-in/recovery-codes/new/",
        signing_in.MakeRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("your-sign-in/keys/new/", signing_in.AddKey.as_view(), name="mfa_add_webauthn"),
    path("your-sign-in/keys/<int:pk>/remove/", signing_in.RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("your-sign-in/sessions/end/", signing_in.end_other_sign_ins, name="end_other_sign_ins"),
    path("your-sign-in/sessions/<int:sign_in>/end/", signing_in.end_sign_in, name="end_sign_in"),
]
council_entrance: list[URLPattern | URLResolver] = [
    path("sign-in/<slug:provider_id>/", council_views.login, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/back/", council_views.callback, name="openid_connect_callback"),
]
if settings.OIDC_ISSUER:
    entrance += council_entrance

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    *entrance,
    path("confirm/", confirm_it_is_you, name="confirm_it_is_you"),
    path("api/v1/", include(api)),
    *pages,
]

handler400 = "justice.web.errors.bad_request"
handler500 = "justice.web.errors.server_error"
