"""Who signs in: read afresh at each request, with the council they work for; how many wrong tries they have; and the
sessions that are theirs, to be listed and ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from cases.models import Council, Opening, Role, SignIn, User
from cases.models.signing_in import SignInQuerySet

UNUSED_AFTER: Final = timedelta(days=45)


class StaffBackend(ModelBackend):
    """Django's own, and in the one query of each request the council that every page names."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        name = folded(username or kwargs.get(User.USERNAME_FIELD))
        return super().authenticate(request, username=name, password=password)

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("council").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


# ---------------------------------------------------------------- wrong tries


def folded(name: object) -> str:
    """One spelling of a name typed to sign in, for finding the account and for counting its wrong tries alike.

    Otherwise each other spelling of an address would have ten tries of its own. No account's address has letters
    outside ASCII; what has some is taken for no address at all, since databases differ in how they fold them.
    """
    text = str(name or "").strip().lower()
    return text[:254] if text.isascii() else ""


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Whose try this is (settings.AXES_USERNAME_CALLABLE)."""
    given = credentials or {}
    return folded(given.get(User.USERNAME_FIELD) or given.get("username"))


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from. Behind the council's own proxy, what that proxy says; otherwise nobody's word."""
    if settings.BEHIND_PROXY:
        said = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        return said.rpartition(",")[2].strip() or None
    return request.META.get("REMOTE_ADDR") or None


class Tries(AxesDatabaseHandler):
    """Wrong tries, counted in the database: so many an account, and more an address, until they are some minutes old.

    axes has one limit for both. Those of an address are brought to the measure of an account's.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        account, address = (
            attempts.aggregate(found=Sum("failures_since_start"))["found"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(account, address * settings.AXES_FAILURE_LIMIT // settings.TRIES_OF_AN_ADDRESS)


class LockOut(AxesStandaloneBackend):
    """Stands before the backend that looks at passwords, and lets nothing through to it once the tries are used up.

    A refusal takes the work that looking would have taken, so that nobody can tell from outside which it was.
    """

    def authenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> None:
        if request is None:  # not a person at a form: a test, or a command
            return
        try:
            super().authenticate(request, *args, **credentials)
        except AxesBackendPermissionDenied:
            User().set_password(str(credentials.get("password")))
            raise


def may_try(request: HttpRequest, user: User) -> bool:
    """Whether this person's second step may be tried: its wrong tries count with those of the password."""
    return bool(AxesProxyHandler.is_allowed(request, {User.USERNAME_FIELD: user.email}))


def tried_in_vain(request: HttpRequest, user: User) -> None:
    AxesProxyHandler.user_login_failed(
        sender="second step", credentials={User.USERNAME_FIELD: user.email}, request=request
    )


# ---------------------------------------------------------------- second steps, and the council's own sign-in


def second_steps(user: User) -> QuerySet[Authenticator]:
    """The app, keys and recovery codes by which somebody passes the second step."""
    return Authenticator.objects.filter(user=user).order_by("pk")


def came_back(user: User, at: datetime) -> bool:
    """Whether the owner signed in again after their second step was taken away at that moment, with all it takes.

    Where a second step is required only a new one shows that: with the password alone one gets no further than to it.
    """
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    if second_steps(user).filter(type__in=kinds).exists():
        return True  # all there were had been taken away
    return not settings.SECOND_STEP_REQUIRED and user.last_login is not None and user.last_login > at


def take(authenticator: Authenticator, step: int) -> bool:
    """Use up the half minute that a code was made for; False where it, or a later one, was used before.

    In the database, where every process sees it.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        if step <= row.data.get("step", 0):
            return False
        row.data["step"] = step
        row.save(update_fields=("data",))
    return True


def account_with(email: object) -> User | None:
    """The account of an address that the council's own sign-in vouches for."""
    name = folded(email)
    return User.objects.filter(email=name, is_active=True).first() if name else None


def account(pk: int) -> User | None:
    return User.objects.filter(pk=pk, is_active=True).first()


# ---------------------------------------------------------------- sessions


def remember(request: HttpRequest, user: User) -> None:
    """Keep which session is whose, for the list of one's own and for ending them."""
    if request.session.session_key is None:
        request.session.create()
    device = str(request.META.get("HTTP_USER_AGENT", ""))[:200]
    SignIn.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={"user": user, "address": address_of(request), "device": device, "at": Now()},
    )


def forget(session_key: str | None) -> None:
    SignIn.objects.filter(session_key=session_key).delete()


def own_sign_ins(user: User, at: datetime) -> SignInQuerySet:
    """Where somebody is signed in at this moment."""
    live = Session.objects.filter(expire_date__gt=at).values("session_key")
    found: SignInQuerySet = SignIn.objects.visible_to(user).filter(session_key__in=live)
    return found


def end(sign_ins: SignInQuerySet) -> int:
    """End these sessions: whoever has one of their cookies is signed out at the next request."""
    keys = list(sign_ins.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(session_key__in=keys).delete()
    return len(keys)


def shut_out(user: User) -> None:
    """End every session of somebody's, and every restricted record they had opened."""
    end(SignIn.objects.filter(user=user))
    for opening in Opening.objects.filter(user=user, closed_at=None, until__gt=Now()):
        opening.closed_at = Now()
        opening.save(update_fields=("closed_at",))


def tidy(at: datetime) -> int:
    """Remove sessions that are over."""
    Session.objects.filter(expire_date__lte=at).delete()
    removed, _ = SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return removed


def unused_accounts(council: Council, on: date) -> list[User]:
    """Accounts that nobody signed in to for so long that they are closed. The invented people of a demonstration are
    let alone: nobody uses all of them.
    """
    if council.demonstration:
        return []
    found = []
    staff = User.objects.filter(council=council, is_active=True).exclude(role=Role.SYSTEM)
    for user in staff.order_by("pk"):
        days = [timezone.localdate(user.last_login) if user.last_login else None, user.let_in_on]
        last = max((day for day in days if day is not None), default=None)
        if last is None:  # made before this was counted: it begins today
            user.let_in_on = on
            with transaction.atomic():  # the row and its copy: a night may be killed between the two
                user.save(update_fields=("let_in_on",))
        elif on - last > UNUSED_AFTER:
            found.append(user)
    return found
