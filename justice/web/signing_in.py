"""Signing in: allauth's steps in our own pages and words, with a lock-out in the database (cases.signing_in).

Nobody makes an account for themselves, and nobody is told which accounts there are.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any, ClassVar, Final

from allauth.account import forms as account_forms
from allauth.account import views as account_views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.signals import password_changed
from allauth.core import context as in_progress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.signals import authenticator_added
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp import forms as app_forms
from allauth.mfa.totp import views as app_views
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn import forms as key_forms
from allauth.mfa.webauthn import views as key_views
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from cases import signing_in
from cases.models import SignIn, User
from cases.notices import tell_of_sign_in
from justice.web.browsers import name_of

# What the lock-out does, said by the numbers that it counts with.
WAITS: Final = (
    f"After {settings.AXES_FAILURE_LIMIT} wrong tries an account waits "
    f"{settings.AXES_COOLOFF_TIME // timedelta(minutes=1)} minutes"
)
# One sentence for an address nobody has, a wrong password, an account that is closed and one that has to wait.
NOT_IN: Final = f"Enter the email address and password of your account. {WAITS}"
WRONG_CODE: Final = f"Enter the code that your app shows now, or a recovery code. Each is good once. {WAITS}"
WRONG_PASSWORD: Final = f"Enter the password you sign in with. {WAITS}"


# ---------------------------------------------------------------- what allauth asks


class Accounts(DefaultAccountAdapter):
    """The accounts are the council's, made by its administrators."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": NOT_IN,
        "too_many_login_attempts": NOT_IN,
        "incorrect_password": WRONG_PASSWORD,
        "enter_current_password": WRONG_PASSWORD,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(in_progress.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        return signing_in.address_of(request) or ""

    def get_login_stages(self) -> list[str]:
        own = f"{SecondStepOfOurs.__module__}.{SecondStepOfOurs.__name__}"
        asked = f"{AuthenticateStage.__module__}.{AuthenticateStage.__name__}"
        return [own if stage == asked else stage for stage in super().get_login_stages()]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Said by our own pages, where there is anything to say."""

    def set_password(self, user: User, password: str) -> None:
        """One's own, whoever gave the one before. Of the account's other columns none is written back."""
        user.set_password(password)
        user.password_given = False
        user.save(update_fields=("password", "password_given"))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("own_sign_in")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return nobody_here(request)


class SecondStepOfOurs(AuthenticateStage):
    """Left out where the council's own sign-in has asked for one already."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not second_step_done(request, self.login.user) and super()._should_handle(request)


def _cipher() -> Fernet:
    """The key of the second steps' secrets: of SECRET_KEY, so that a copy of the database alone opens nothing."""
    digest = hashlib.sha256(b"second step\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


class SecondSteps(DefaultMFAAdapter):
    """Secrets are encrypted where they are kept. A change of SECRET_KEY makes everybody set up a second step anew."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": (
            "A second step is required here. Add a security key before you remove the app, or ask an administrator"
        ),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise ValidationError(
                "Your second step can no longer be read. Ask an administrator to take it away",
                code="unreadable",
            ) from None

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        others = (
            signing_in.second_steps(authenticator.user).filter(type__in=kinds).exclude(pk=authenticator.pk)
        )
        return not settings.SECOND_STEP_REQUIRED or others.exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return f"Key {signing_in.second_steps(user).filter(type=type).count() + 1}"


def second_step_done(request: HttpRequest, user: User | None = None) -> bool:
    """Whether this session was opened with a second step: asked of the session alone."""
    records = get_authentication_records(request, user or request.user)
    return any(record.get("method") == "mfa" for record in records)


def has_to_choose(request: HttpRequest) -> bool:
    """Whether this session was opened with a password that somebody else gave, and knows.

    Whoever comes by the council's own sign-in used no password.
    """
    if not request.user.password_given:
        return False
    records = get_authentication_records(request, request.user)
    return not any(record.get("method") == "socialaccount" for record in records)


@receiver(authenticator_added)
def _set_up(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Setting one up is passing it: the code or the key was just shown to be there. That code is used up by it."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    record_authentication(request, user, "mfa", type=authenticator.type)
    if authenticator.type == Authenticator.Type.TOTP:
        authenticator.data["step"] = max(totp.yield_hotp_counters_from_time()) - settings.MFA_TOTP_TOLERANCE
        authenticator.save(update_fields=("data",))


@receiver(password_changed)
def _password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password ends every other session, and this one goes on under a new key."""
    signing_in.end(SignIn.objects.visible_to(user).exclude(session_key=request.session.session_key))
    signing_in.remember(request, user)
    messages.success(request, "Your password was changed. Everywhere else you were signed out")


# ---------------------------------------------------------------- forms


class _Plain:
    """Without the words that allauth puts into empty boxes, and without the browser's own complaints."""

    use_required_attribute = False
    labels: ClassVar[dict[str, str]] = {}
    missing: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.pop("autofocus", None)
            field.label = self.labels.get(name, field.label)
            if name in self.missing:
                field.error_messages["required"] = self.missing[name]


class SignInForm(_Plain, account_forms.LoginForm):
    """What it says does not tell whether the address is known."""

    labels: ClassVar[dict[str, str]] = {"login": "Email address", "password": "Password"}
    missing: ClassVar[dict[str, str]] = {
        "login": "Enter your email address",
        "password": "Enter your password",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Any text: an address that is spelt wrongly is answered as one that nobody has.
        box = forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"})
        self.fields["login"] = forms.CharField(label="Email address", max_length=254, widget=box)
        self.fields["login"].error_messages["required"] = self.missing["login"]
        self.fields["login"].error_messages["max_length"] = NOT_IN
        self.fields["password"].strip = False
        self.order_fields(["login", "password"])


class PasswordAgainForm(_Plain, account_forms.ReauthenticateForm):
    labels: ClassVar[dict[str, str]] = {"password": "Password"}
    missing: ClassVar[dict[str, str]] = {"password": "Enter your password"}


class ChangePasswordForm(_Plain, account_forms.ChangePasswordForm):
    labels: ClassVar[dict[str, str]] = {
        "oldpassword": "Password until now",
        "password1": "New password",
        "password2": "New password again",
    }
    missing: ClassVar[dict[str, str]] = {
        "oldpassword": "Enter the password you sign in with now",
        "password1": "Enter a new password",
        "password2": "Enter the new password again",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "password1"
        ].help_text = (
            "At least 12 characters. Three words that do not belong together are good. No date ends it"
        )

    def clean_oldpassword(self) -> str:
        """Counted with the other wrong tries: a session left open must not be a place to guess in."""
        given: str = self.cleaned_data["oldpassword"]
        adapter = Accounts(in_progress.request)
        if not adapter.reauthenticate(self.user, given):
            raise adapter.validation_error("enter_current_password")
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = forms.Form.clean(self) or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", "Enter the same new password in both boxes")
        if first and self.user.password_given and self.user.check_password(first):
            self.add_error(
                "password1", "Enter another password than the one you were given: whoever gave it knows it"
            )
        return cleaned


class _Code(_Plain):
    """A code of an app or a recovery code, each good once, its wrong tries counted with those of the password."""

    labels: ClassVar[dict[str, str]] = {"code": "Code"}
    missing: ClassVar[dict[str, str]] = {"code": "Enter the code that your app shows"}

    def clean_code(self) -> str:
        request = in_progress.request
        if not signing_in.may_try(request, self.user):
            raise SecondSteps().validation_error("incorrect_code")
        try:
            code: str = super().clean_code()
            if self.authenticator.type == Authenticator.Type.TOTP and used_up(self.authenticator, code):
                raise SecondSteps().validation_error("incorrect_code")
        except ValidationError:
            signing_in.tried_in_vain(request, self.user)
            raise
        return code


def used_up(authenticator: Authenticator, code: str) -> bool:
    """Whether a code of the app, which is right, was used before. Asking uses it up."""
    secret, plain = SecondSteps().decrypt(authenticator.data["secret"]), "".join(code.split())
    steps = [
        step
        for step in totp.yield_hotp_counters_from_time()
        if totp.format_hotp_value(totp.hotp_value(secret, step)) == plain
    ]
    return not steps or not signing_in.take(authenticator, max(steps))


class CodeForm(_Code, code_forms.AuthenticateForm):
    """At the sign-in."""


class CodeAgainForm(_Code, code_forms.ReauthenticateForm):
    """Before a change of how one signs in."""


class ActivateAppForm(_Plain, app_forms.ActivateTOTPForm):
    labels: ClassVar[dict[str, str]] = {"code": "Code that the app shows"}
    missing: ClassVar[dict[str, str]] = {"code": "Enter the code that your app shows"}


class AddKeyForm(_Plain, key_forms.AddWebAuthnForm):
    labels: ClassVar[dict[str, str]] = {"name": "What you call this key"}
    missing: ClassVar[dict[str, str]] = {
        "credential": "The key did not answer. Keys need JavaScript; an app does not"
    }


# ---------------------------------------------------------------- the council's own sign-in


class CouncilAccounts(DefaultSocialAccountAdapter):
    """OpenID Connect: whoever the council vouches for is let in to the account they already have, and to no other."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = (
            (sociallogin.account.extra_data or {}).get("id_token") or sociallogin.account.extra_data or {}
        )
        if not sociallogin.is_existing:
            user = self._account_of(claims)
            if user is None:
                raise ImmediateHttpResponse(nobody_here(request))
            sociallogin.connect(request, user)
        user = signing_in.account(sociallogin.user.pk)
        if user is None or not _role_agrees(user, claims):
            raise ImmediateHttpResponse(nobody_here(request))
        # Of what the council's sign-in says of somebody, only what was needed is kept.
        sociallogin.account.extra_data = {name: claims[name] for name in ("amr", "roles") if name in claims}
        sociallogin.account.save(update_fields=("extra_data",))
        if "mfa" in (claims.get("amr") or []):
            record_authentication(request, user, "mfa", type="council")

    def _account_of(self, claims: dict[str, Any]) -> User | None:
        """The account with the address that the council vouches for, the first time; later its `oid` is known."""
        sure = settings.OIDC_EMAIL_VERIFIED or claims.get("email_verified") in (True, "true")
        return signing_in.account_with(claims.get("email")) if sure else None

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(nobody_here(request))


def _role_agrees(user: User, claims: dict[str, Any]) -> bool:
    """Where the council's sign-in says who has which role, it must say ours. It never changes one: two people do."""
    if not settings.OIDC_ROLES:
        return True
    said = {settings.OIDC_ROLES.get(role) for role in claims.get("roles") or []}
    return user.role in said


def nobody_here(request: HttpRequest) -> HttpResponse:
    """One page for whoever the council's sign-in vouches for and has no account here, or not this one."""
    return render(request, "signing_in/nobody.html", {"title": "You cannot sign in this way"}, status=403)


# ---------------------------------------------------------------- pages


class SignInView(account_views.LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(council_sign_in=bool(settings.OIDC_ISSUER), **kwargs)


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """The browser forgets what it kept of the pages that were open. Also for who is half in, to begin again."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response


class _Told:
    """A change of how one signs in, and the message that tells its owner of it: both or neither.

    allauth's own signals would not do: it sends those of an app and of recovery codes after the change is committed.
    """

    what: ClassVar[str]

    def form_valid(self, form: forms.Form) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            tell_of_sign_in(self.what, self.request.user, self.request.user)  # type: ignore[attr-defined]
        return response


class ActivateApp(_Told, app_views.ActivateTOTPView):
    what = "app_added"


class RemoveApp(_Told, app_views.DeactivateTOTPView):
    what = "app_removed"


class AddKey(_Told, key_views.AddWebAuthnView):
    what = "key_added"


class RemoveKey(_Told, key_views.RemoveWebAuthnView):
    what = "key_removed"


class MakeRecoveryCodes(_Told, recovery_views.GenerateRecoveryCodesView):
    what = "codes_made"


class ChangePassword(_Told, account_views.PasswordChangeView):
    what = "password_changed"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Http404  # who signs in by the council's own sign-in has no password here
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        has_to = has_to_choose(self.request)
        then_second_step = has_to and settings.SECOND_STEP_REQUIRED and not second_step_done(self.request)
        return super().get_context_data(has_to=has_to, then_second_step=then_second_step, **kwargs)


def own_sign_in(request: HttpRequest) -> HttpResponse:
    """How one signs in, and where one is signed in."""
    found = list(signing_in.second_steps(request.user))
    kinds = Authenticator.Type
    codes = next((one for one in found if one.type == kinds.RECOVERY_CODES), None)
    here = request.session.session_key
    return render(
        request,
        "signing_in/own.html",
        {
            "title": "Your sign-in",
            "app": next((one for one in found if one.type == kinds.TOTP), None),
            "keys": [(one, one.wrap().name) for one in found if one.type == kinds.WEBAUTHN],
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
            "has_password": request.user.has_usable_password(),
            "required": settings.SECOND_STEP_REQUIRED and not second_step_done(request),
            "sign_ins": [
                (one, name_of(one.device), one.session_key == here)
                for one in signing_in.own_sign_ins(request.user, timezone.now())
            ],
        },
    )


@require_POST
def end_sign_in(request: HttpRequest, sign_in: int) -> HttpResponse:
    """Sign oneself out somewhere else."""
    found = get_object_or_404(SignIn.objects.visible_to(request.user), pk=sign_in)
    if found.session_key == request.session.session_key:
        return redirect("own_sign_in")
    signing_in.end(SignIn.objects.visible_to(request.user).filter(pk=found.pk))
    messages.success(request, "You were signed out there")
    return redirect("own_sign_in")


@require_POST
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    """Sign oneself out everywhere else."""
    others = SignIn.objects.visible_to(request.user).exclude(session_key=request.session.session_key)
    signing_in.end(others)
    messages.success(request, "You were signed out everywhere else")
    return redirect("own_sign_in")
