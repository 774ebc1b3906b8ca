"""Who gets in, for how long, and who does not: guesses, second steps, sessions, leavers, and roles by two people."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from types import ModuleType
from typing import Any, ClassVar
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from django.conf import settings as site
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

import justice.urls
from cases import jobs, notices, operations, signing_in
from cases.models import Entry, Job, Opening, Role, RoleChange, SignIn, User
from cases.models.staff import OPENS
from cases.operation import system_user
from justice.domain.errors import Refused
from justice.web.middleware import SessionLimit
from justice.web.signing_in import NOT_IN, SecondSteps
from tests.builders import a_case, a_council, a_team, staff
from tests.figures import Figure, size

pytestmark = pytest.mark.django_db

PASSWORD = "three words apart"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def a_person(role: str = Role.CASEWORKER, **more: Any) -> User:
    """Somebody who has a password of their own, and has used it."""
    user = staff(role, **{"last_login": NOON - timedelta(days=1), **more})
    user.set_password(PASSWORD)
    user.save()
    return user


def send(client: Client, login: str, password: str = PASSWORD, address: str = "10.0.0.1") -> Any:
    return client.post(reverse("sign_in"), {"login": login, "password": password}, REMOTE_ADDR=address)


def in_at(client: Client) -> bool:
    """Whether a page of the site opens."""
    return client.get(reverse("own_sign_in")).status_code == 200


def words(answer: Any) -> str:
    """The page without what differs each time it is made."""
    page = answer.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|\d\d:\d\d', "", page)
    return re.sub(r'value="[^"]*@[^"]*"', "", page)


# ---------------------------------------------------------------- guesses


@pytest.mark.figure(
    "guesses: at most 10 checked an account and window, 100 an address, and the owner gets back in"
)
def test_guesses_are_checked_ten_times_in_five_minutes_and_the_owner_gets_back_in(figure: Figure, clock: Any):
    accounts = [a_person() for _ in range(size(change=4, night=50))]
    guesses = size(change=120, night=10_000)
    addresses = [f"10.0.0.{number}" for number in range(1, 21)]
    checked: list[tuple[str, str, float]] = []
    at = 0.0
    real = MD5PasswordHasher.verify

    def counted(self: Any, password: str, encoded: str) -> bool:
        checked.append((encoded, address, at))
        return bool(real(self, password, encoded))

    with patch.object(MD5PasswordHasher, "verify", counted):
        for number in range(guesses):
            account = accounts[number % len(accounts)]
            address = addresses[(number // len(accounts)) % len(addresses)]
            spelt = (account.email, account.email.upper(), f" {account.email} ")[number % 3]
            answer = send(Client(), spelt, f"guess {number}", address)
            figure.add(answer.status_code == 200 and NOT_IN in answer.content.decode(), f"guess {number}")
            clock.shift(timedelta(seconds=1))
            at += 1
    for account in accounts:
        times = [at for encoded, _, at in checked if encoded == account.password]
        most = max(sum(start <= one < start + 300 for one in times) for start in times)
        figure.add(0 < most <= 10, f"{most} checked of one account in one window")
    for place, account in enumerate(accounts):  # guessed at until the very end, and again while it waits
        for number in range(15):
            send(Client(), account.email, f"last {number}", f"10.9.9.{place}")
        figure.add(not in_after(account), "the right password was taken during the wait")
    clock.shift(timedelta(minutes=5, seconds=1))
    for account in accounts:
        figure.add(in_after(account), "the owner did not get in after the wait")


def in_after(account: User, address: str = "10.1.1.1") -> bool:
    client = Client()
    send(client, account.email, address=address)
    return in_at(client)


def test_an_address_waits_after_a_hundred_wrong_tries_at_many_accounts(clock: Any):
    accounts = [a_person() for _ in range(26)]
    for account in accounts[:25]:
        for number in range(4):
            send(Client(), account.email, f"guess {number}", "10.2.2.2")
    assert not in_after(accounts[25], "10.2.2.2")
    assert in_after(accounts[25], "10.3.3.3")
    clock.shift(timedelta(minutes=5, seconds=1))
    assert in_after(accounts[25], "10.2.2.2")


@pytest.mark.figure("faults planted in the lock-out")
def test_the_count_of_guesses_notices_a_lock_out_that_is_not_there(figure: Figure, clock: Any):
    account = a_person()

    def let_in_after(tries: int) -> bool:
        AccessAttempt.objects.all().delete()
        for number in range(tries):
            send(Client(), account.email, f"guess {number}")
        return in_after(account, "10.0.0.1")

    assert let_in_after(9)
    assert not let_in_after(10)
    with patch.object(signing_in.LockOut, "authenticate", lambda *args, **kwargs: None):
        figure.planted("no lock-out", let_in_after(10))
    with patch.object(signing_in.Tries, "get_failures", lambda *args, **kwargs: 0):
        figure.planted("nothing is counted", let_in_after(10))

    def spelt_apart() -> bool:
        AccessAttempt.objects.all().delete()
        for number in range(10):
            send(Client(), account.email if number % 2 else account.email.upper(), f"guess {number}")
        return in_after(account, "10.0.0.1")

    assert not spelt_apart()
    with patch.object(signing_in, "folded", lambda name: str(name or "")):
        figure.planted("each spelling has ten tries of its own", spelt_apart())


@pytest.mark.figure("answers that would tell which accounts exist: work of hashing, status, page")
def test_a_stranger_is_not_told_which_accounts_exist(figure: Figure, settings: Any, clock: Any):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    known, closed, unusable, old, locked = (staff(Role.CASEWORKER) for _ in range(5))
    for user in (known, closed, locked):
        user.set_password(PASSWORD)
        user.save()
    closed.is_active = False
    closed.save()
    unusable.set_unusable_password()
    unusable.save()
    old.password = make_password(PASSWORD, hasher=PBKDF2PasswordHasher())
    kind, rounds, salt, _ = old.password.split("$")
    weaker = PBKDF2PasswordHasher().encode(PASSWORD, salt, int(rounds) // 2)
    old.password = weaker
    old.save()
    iterations: list[int] = []
    real = PBKDF2PasswordHasher.encode

    def counted(self: Any, password: str, salt: str, iterations_: int | None = None) -> str:
        iterations.append(iterations_ or self.iterations)
        return str(real(self, password, salt, 1))

    cases = {
        "wrong password": known.email,
        "nobody's address": "nobody@council.invalid",
        "closed": closed.email,
        "no password": unusable.email,
        "an old hash": old.email,
        "waiting": locked.email,
    }
    for _ in range(10):
        with patch.object(signing_in.StaffBackend, "authenticate", lambda *args, **kwargs: None):
            send(Client(), locked.email, "guess")
    seen = {}
    with patch.object(PBKDF2PasswordHasher, "encode", counted):
        for name, email in cases.items():
            iterations.clear()
            answer = send(Client(), email, "not the password", "10.4.4.4")
            headers = {key: value for key, value in answer.headers.items() if key not in PASSING}
            seen[name] = (sum(iterations), answer.status_code, headers, words(answer))
    first = seen["wrong password"]
    assert first[0] == PBKDF2PasswordHasher.iterations
    for name, told in seen.items():
        for what, here, there in zip(("work", "status", "headers", "page"), told, first, strict=True):
            figure.add(here == there, f"{name}: {what}: {str(here)[:80]} is not {str(there)[:80]}")


PASSING = {"X-Request-ID", "Content-Security-Policy", "Content-Length"}  # the page repeats the address typed


def test_what_is_kept_of_a_wrong_try_holds_no_password():
    user = a_person()
    send(Client(), user.email, "my secret of another place")
    kept = AccessAttempt.objects.get()
    assert kept.username == user.email
    assert "secret" not in f"{kept.get_data}{kept.post_data}{kept.path_info}"


def test_there_is_no_way_to_make_an_account():
    client = Client()
    for path in ("/accounts/signup/", "/sign-up/", "/signup/", "/accounts/password/reset/"):
        client.force_login(a_person())
        assert client.get(path).status_code == 404
    assert "sign up" not in Client().get(reverse("sign_in")).content.decode().lower()


def test_the_address_is_the_proxys_word_only_behind_one(settings: Any, rf: Any):
    request = rf.get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": "1.1.1.1, 192.0.2.7"})
    assert signing_in.address_of(request) == "10.0.0.9"
    settings.BEHIND_PROXY = True
    assert signing_in.address_of(request) == "192.0.2.7"


# ---------------------------------------------------------------- the second step


def set_up(client: Client, password: str = PASSWORD) -> tuple[str, list[str]]:
    """Set up an app by its pages; its secret, and the recovery codes that were shown."""
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 302, "the password is asked for again"
    again = client.post(page["Location"], {"password": password})
    assert again.status_code == 302, again.content.decode()
    page = client.get(again["Location"])
    assert page.status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    with patch.object(
        transaction, "on_commit", lambda call: call()
    ):  # a test's own transaction never commits
        done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes"), done
    shown = re.findall(
        r"<code>(\d{8})</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode()
    )
    return secret, shown


def code_of(secret: str, ahead: int = 0) -> str:
    step = int(datetime.now(UTC).timestamp()) // 30 + ahead
    return totp.format_hotp_value(totp.hotp_value(secret, step))


def second(client: Client, code: str) -> bool:
    client.post(reverse("mfa_authenticate"), {"code": code}, REMOTE_ADDR="10.0.0.1")
    return in_at(client)


def waiting_for_the_second(user: User) -> Client:
    client = Client()
    assert send(client, user.email)["Location"] == reverse("mfa_authenticate")
    assert not in_at(client)
    return client


@pytest.mark.figure("codes used twice: of the app, and recovery codes")
def test_a_code_is_good_once(figure: Figure, clock: Any):
    user = a_person()
    client = Client()
    send(client, user.email)
    secret, codes = set_up(client)
    assert len(codes) == 10
    figure.add(not second(waiting_for_the_second(user), code_of(secret)), "the code that set it up, again")
    for number in range(size(change=8, night=100)):
        clock.shift(timedelta(minutes=6))
        code = code_of(secret)
        assert second(waiting_for_the_second(user), code), number
        from django.core.cache import cache

        cache.clear()  # allauth's own memory, which another process does not have
        figure.add(not second(waiting_for_the_second(user), code), f"code {number} a second time")
        clock.shift(timedelta(seconds=20))
        figure.add(not second(waiting_for_the_second(user), code), f"code {number} in the next half minute")
        figure.add(
            not second(waiting_for_the_second(user), code_of(secret, -1)), f"an earlier one than {number}"
        )
    clock.shift(timedelta(minutes=6))
    for code in codes[:3]:
        assert second(waiting_for_the_second(user), code)
        figure.add(not second(waiting_for_the_second(user), code), "a recovery code a second time")
    page = client.get(reverse("mfa_view_recovery_codes")) if in_at(client) else None
    assert page is None or not re.search(r"<code>", page.content.decode())


def test_who_is_half_in_may_begin_again(clock: Any):
    user, other = a_person(), a_person()
    first = Client()
    send(first, user.email)
    set_up(first)
    client = waiting_for_the_second(user)
    assert client.get(reverse("sign_in"))["Location"] == reverse("mfa_authenticate")
    client.post(reverse("sign_out"))
    assert client.get(reverse("sign_in")).status_code == 200
    send(client, other.email)
    assert in_at(client)


def test_recovery_codes_are_shown_once(clock: Any):
    client = Client()
    send(client, a_person().email)
    set_up(client)
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "<code>" not in again
    assert "You have 10 of 10 left" in again


def test_the_second_step_is_guessed_ten_times_at_most(clock: Any):
    user = a_person()
    first = Client()
    send(first, user.email)
    secret, _ = set_up(first)
    clock.shift(timedelta(minutes=1))
    client = waiting_for_the_second(user)
    for number in range(10):
        assert not second(client, f"{number:06}")
    assert not second(client, code_of(secret))
    assert not in_after(user)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert second(waiting_for_the_second(user), code_of(secret))


def test_secrets_are_kept_encrypted_by_a_key_of_the_secret_key(clock: Any, settings: Any):
    user = a_person()
    client = Client()
    send(client, user.email)
    secret, codes = set_up(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    assert SecondSteps().decrypt(sealed) == secret
    settings.SECRET_KEY = "another" * 12
    with pytest.raises(Exception, match="can no longer be read"):
        SecondSteps().decrypt(sealed)


@pytest.mark.figure("pages that open before a required second step is set up")
def test_nothing_opens_before_a_required_second_step(figure: Figure, settings: Any, clock: Any):
    from tests.web.test_pages import pages

    settings.SECOND_STEP_REQUIRED = True
    user = a_person(Role.ADMINISTRATOR)
    client = Client()
    assert send(client, user.email).status_code == 302
    open_to_all = {"accessibility", "feedback", "feedback_thanks", "own_sign_in"}
    for name, wanted in pages():
        if name in open_to_all:
            continue
        try:
            address = reverse(name, kwargs=dict.fromkeys(wanted, 1))
        except (NoReverseMatch, AttributeError):  # an argument that is no number; there are numbers enough
            continue
        answer = client.get(address)
        away = answer.status_code == 302 and answer["Location"] == reverse("own_sign_in")
        figure.add(away, f"{name}: {answer.status_code}")
    assert client.get("/api/v1/cases/").status_code == 403
    assert "Set up a second step before you go on" in client.get(reverse("own_sign_in")).content.decode()
    set_up(client)
    assert client.get(reverse("settings")).status_code == 200
    with patch("justice.web.signing_in.second_step_done", lambda *args: True):
        other = Client()
        other.force_login(user)
        figure.planted("the middleware believes everybody", other.get(reverse("settings")).status_code == 200)


def test_one_question_more_is_asked_of_the_database_by_none_of_this(settings: Any):
    client = Client()
    client.force_login(a_person(Role.ADMINISTRATOR))

    def questions() -> int:
        client.get(reverse("help"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("help")).status_code in (200, 302)
        return len(asked)

    before = questions()
    settings.SECOND_STEP_REQUIRED = True
    assert questions() <= before


def test_an_administrator_takes_away_a_lost_second_step_and_not_their_own(clock: Any):
    team = a_team()
    user, boss = a_person(team=team), a_person(Role.ADMINISTRATOR, team=team)
    client, desk = Client(), Client()
    send(client, user.email)
    set_up(client)
    send(desk, boss.email)
    fields = {"key": str(uuid4()), "version": user.version, "reason": "Lost the telephone"}
    done = desk.post(reverse("reset_second_step", args=[user.pk]), fields)
    assert done.status_code == 302, done.content.decode()
    assert not Authenticator.objects.filter(user=user).exists()
    assert not in_at(client)
    assert Entry.objects.get(operation="reset_second_step").reason == "Lost the telephone"
    own = {"key": str(uuid4()), "version": boss.version, "reason": "Mine"}
    assert desk.post(reverse("reset_second_step", args=[boss.pk]), own).status_code == 422


def test_a_forgotten_password_is_replaced_by_an_administrator(clock: Any):
    team = a_team()
    user, boss = a_person(team=team), a_person(Role.ADMINISTRATOR, team=team)
    client, desk = Client(), Client()
    send(client, user.email)
    send(desk, boss.email)
    fields = {
        "key": str(uuid4()), "version": user.version, "reason": "Forgot it", "password": "three other words",
    }  # fmt: skip
    done = desk.post(reverse("give_new_password", args=[user.pk]), fields)
    assert done.status_code == 302, done.content.decode()
    assert not in_at(client)
    user.refresh_from_db()
    assert user.check_password("three other words")
    assert user.password_given
    short = {**fields, "key": str(uuid4()), "version": user.version, "password": "short"}
    assert desk.post(reverse("give_new_password", args=[user.pk]), short).status_code == 422
    own = {**fields, "key": str(uuid4()), "version": boss.version}
    assert desk.post(reverse("give_new_password", args=[boss.pk]), own).status_code == 422


# ---------------------------------------------------------------- what no administrator does alone


def choose_own(client: Client, given: str, own: str) -> Any:
    fields = {"oldpassword": given, "password1": own, "password2": own}
    return client.post(reverse("account_change_password"), fields, REMOTE_ADDR="10.0.0.1")


@pytest.mark.figure("pages that open to a password that somebody else gave, and still knows")
def test_a_given_password_opens_nothing_but_the_choice_of_ones_own(figure: Figure, settings: Any, clock: Any):
    from tests.web.test_pages import pages

    settings.SECOND_STEP_REQUIRED = True
    team = a_team()
    user, boss = a_person(Role.ADMINISTRATOR, team=team), staff(Role.ADMINISTRATOR, team=team)
    operations.give_new_password(
        actor=boss, user=user, password="given by another", reason="Forgot it", expected_version=user.version
    )
    client = Client()
    assert send(client, user.email, "given by another").status_code == 302
    to_choose = reverse("account_change_password")
    for name, wanted in pages():
        if name in {"accessibility", "feedback", "feedback_thanks"}:
            continue
        try:
            address = reverse(name, kwargs=dict.fromkeys(wanted, 1))
        except (NoReverseMatch, AttributeError):
            continue
        answer = client.get(address)
        away = answer.status_code == 302 and answer["Location"] == to_choose
        figure.add(away, f"{name}: {answer.status_code}")
    for name in ("own_sign_in", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"):
        figure.add(client.get(reverse(name)).get("Location") == to_choose, f"{name} before the password")
    assert client.get("/api/v1/cases/").json() == {"detail": "Choose your own password first"}
    page = client.get(to_choose).content.decode()
    assert "Somebody else gave you the one you signed in with" in page
    assert "After this you set up a second step" in page
    same = choose_own(client, "given by another", "given by another")
    figure.add(same.status_code == 422, "the one that was given, again")
    assert "Enter another password than the one you were given" in same.content.decode()
    assert User.objects.get(pk=user.pk).password_given
    with patch("justice.web.signing_in.has_to_choose", lambda *args: False):
        figure.planted("the middleware lets everybody on", in_at(client))
    done = choose_own(client, "given by another", PASSWORD)
    assert done["Location"] == reverse("own_sign_in")
    assert "Set up a second step before you go on" in client.get(done["Location"]).content.decode()
    assert not User.objects.get(pk=user.pk).password_given
    set_up(client)
    assert client.get(reverse("settings")).status_code == 200
    later = Client()
    figure.add(not later.login(email=user.email, password="given by another"), "the given one still opens")


def test_who_gives_a_password_knows_it_only_until_it_is_used():
    team = a_team()
    boss = staff(Role.ADMINISTRATOR, team=team)
    added = operations.add_member_of_staff(
        actor=boss, name="Ann", email="ann.given@council.invalid", role=Role.CASEWORKER, team=team,
        password="given by another",
    )  # fmt: skip
    opened = operations.open_council(
        actor=system_user(), name="New", administrator="First", email="first@council.invalid",
        password="given by another",
    )  # fmt: skip
    assert added.password_given
    assert User.objects.get(council=opened).password_given
    client = Client()
    send(client, "first@council.invalid", "given by another")
    assert client.get(reverse("settings"))["Location"] == reverse("account_change_password")
    assert client.post(reverse("sign_out")).status_code == 302
    assert not a_person().password_given


class Contest:
    """One administrator who wants to get into a colleague's account, and the colleague, who works on meanwhile."""

    def __init__(self, clock: Any) -> None:
        team = a_team()
        self.clock = clock
        self.owner, self.boss = a_person(team=team), staff(Role.ADMINISTRATOR, team=team)
        self.known: list[str] = []  # to the administrator
        self.password = PASSWORD  # that the owner uses
        first = Client()
        send(first, self.owner.email)
        self.secret, _ = set_up(first)
        self.refusals = 0

    def _by_boss(self, call: Any, **given: Any) -> bool:
        self.owner.refresh_from_db()
        try:
            with transaction.atomic():
                call(
                    actor=self.boss,
                    user=self.owner,
                    reason="Asked",
                    expected_version=self.owner.version,
                    **given,
                )
        except Refused:
            self.refusals += 1
            return False
        return True

    def give(self) -> None:
        password = f"given the {len(self.known)} time"
        if self._by_boss(operations.give_new_password, password=password):
            self.known.append(password)
            self.password = password

    def take(self) -> None:
        self._by_boss(operations.reset_second_step)

    def half(self) -> None:
        """The owner signs in with the password and goes no further."""
        send(Client(), self.owner.email, self.password)

    def owner_in(self) -> None:
        """The owner signs in with all that it takes."""
        client = self._sign_in(self.password, self.secret)
        assert client is not None
        assert client.get(reverse("my_caseload")).status_code == 200

    def nothing(self) -> None:
        pass

    def _sign_in(self, password: str, secret: str) -> Client | None:
        """Sign in and do whatever is asked for on the way; None where that is not possible."""
        self.clock.shift(timedelta(minutes=6))
        client = Client()
        answer = send(client, self.owner.email, password)
        if answer.status_code != 302:
            return None
        if answer["Location"] == reverse("mfa_authenticate"):
            client.post(reverse("mfa_authenticate"), {"code": code_of(secret) if secret else "000000"})
        if client.get(reverse("my_caseload")).get("Location") == reverse("account_change_password"):
            own = f"own words of {len(self.known)} {bool(secret)}"
            choose_own(client, password, own)
            password = own
            if secret:
                self.password = own
        if client.get(reverse("my_caseload")).get("Location") == reverse("own_sign_in"):
            made, _ = set_up(client, password)
            if secret:
                self.secret = made
        return client if client.get(reverse("my_caseload")).status_code == 200 else None

    def boss_is_in(self) -> bool:
        return any(self._sign_in(password, "") is not None for password in self.known)


def contested(clock: Any, order: tuple[str, ...]) -> Contest:
    contest = Contest(clock)
    for step in order:
        getattr(contest, step)()
    return contest


@pytest.mark.figure("attempts of one administrator to take an account over: none succeeds")
def test_no_administrator_takes_an_account_over_alone(figure: Figure, settings: Any, clock: Any):
    settings.SECOND_STEP_REQUIRED = True
    changes, meanwhile = ("give", "take"), ("nothing", "half", "owner_in")
    orders = [(first, between, other) for first, other in (changes, changes[::-1]) for between in meanwhile]
    if size(change=0, night=1):
        orders += product((*changes, *meanwhile[1:]), repeat=4)
    for order in orders:
        figure.add(not contested(clock, order).boss_is_in(), " ".join(order))
    # The other way round it is not in anybody's way.
    for order in (("give", "owner_in", "take"), ("take", "owner_in", "give")):
        contest = contested(clock, (*order, "owner_in"))
        figure.add(contest.refusals == 0, f"{' '.join(order)} was refused")
    with patch.object(operations.settings, "_last_by", lambda *args: None):
        for order in (("give", "take"), ("take", "give"), ("give", "half", "take")):
            figure.planted(f"no rule of two: {' '.join(order)}", contested(clock, order).boss_is_in())
    with patch.object(signing_in, "came_back", lambda *args: True):
        order = ("take", "half", "give")
        figure.planted("half a sign-in counts as one", contested(clock, order).boss_is_in())


def test_who_may_not_do_both_is_told_who_has_to(settings: Any):
    settings.SECOND_STEP_REQUIRED = True
    team = a_team()
    user, boss = a_person(team=team), staff(Role.ADMINISTRATOR, team=team)
    about = {"user": user, "reason": "Asked"}
    operations.give_new_password(actor=boss, password=PASSWORD, expected_version=user.version, **about)
    with pytest.raises(Refused, match="there is none: ask for that role for a colleague"):
        operations.reset_second_step(actor=boss, expected_version=user.version, **about)
    another = staff(Role.ADMINISTRATOR, team=team)
    user.refresh_from_db()
    with pytest.raises(
        Refused, match="If they cannot, another administrator has to take the second step away"
    ):
        operations.reset_second_step(actor=boss, expected_version=user.version, **about)
    user.refresh_from_db()
    operations.reset_second_step(actor=another, expected_version=user.version, **about)
    user.refresh_from_db()
    with pytest.raises(Refused, match="another administrator has to give the password"):
        operations.give_new_password(actor=another, password=PASSWORD, expected_version=user.version, **about)
    # The first may do again what they did before.
    user.refresh_from_db()
    operations.give_new_password(actor=boss, password=PASSWORD, expected_version=user.version, **about)


def test_where_no_second_step_is_required_signing_in_again_is_enough():
    team = a_team()
    user, boss = a_person(team=team), staff(Role.ADMINISTRATOR, team=team)
    about = {"actor": boss, "user": user, "reason": "Asked"}
    operations.reset_second_step(expected_version=user.version, **about)
    with pytest.raises(Refused):
        operations.give_new_password(password=PASSWORD, expected_version=user.version, **about)
    send(Client(), user.email)
    user.refresh_from_db()
    operations.give_new_password(password=PASSWORD, expected_version=user.version, **about)


class Alone:
    """What one administrator may try to have an account of their own making open, or a role for themselves."""

    def __init__(self) -> None:
        self.council = a_council(f"Council {uuid4()}")
        team = self.team = a_team("North", self.council)
        self.boss, self.another, self.officer = (
            staff(role, team=team)
            for role in (Role.ADMINISTRATOR, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)
        )
        self.unused = staff(Role.CASEWORKER, team=team, let_in_on=NOON.date())

    def tries(self, call: Any, **given: Any) -> Any:
        try:
            with transaction.atomic():
                return call(actor=self.boss, **given)
        except Refused:
            return None

    def add(self, role: str = Role.CASEWORKER) -> Any:
        return self.tries(
            operations.add_member_of_staff, name="Mine", email=f"{uuid4()}@council.invalid", role=role,
            team=self.team, password=PASSWORD, today=NOON.date(),
        )  # fmt: skip

    def amend(self, user: User, is_active: bool) -> None:
        user.refresh_from_db()
        self.tries(
            operations.amend_member_of_staff, user=user, name=user.name, team=self.team, is_active=is_active,
            registered_social_worker=False, expected_version=user.version, today=NOON.date(),
        )  # fmt: skip

    def ask(self, user: User, role: str) -> None:
        user.refresh_from_db()
        self.tries(
            operations.ask_role_change, user=user, role=role, reason="Mine", expected_version=user.version
        )

    def decide(self, call: Any) -> None:
        for change in RoleChange.objects.visible_to(self.boss).waiting():
            self.tries(call, change=change, expected_version=change.version)

    def succeeds(self, way: str) -> bool:
        """Whether something opened or changed by this way that takes two people."""
        before, made = self.open_accounts(), None
        if way == "ask for oneself":
            self.ask(self.boss, Role.SENIOR_MANAGER)
            self.decide(operations.agree_role_change)
        elif way in ("give a password first", "give a password, and agree to what another asked"):
            made = self.unused
            if way != "give a password first":
                operations.ask_role_change(
                    actor=self.another, user=made, role=Role.BUSINESS_SUPPORT, reason="Asked by another",
                    expected_version=made.version,
                )  # fmt: skip
                made.refresh_from_db()
            self.tries(
                operations.give_new_password, user=made, password=PASSWORD, reason="Mine", expected_version=made.version
            )  # fmt: skip
            self.decide(operations.agree_role_change)
        elif way == "close the others first":
            self.amend(self.another, False)
            self.amend(self.officer, False)
            made = self.add(Role.ADMINISTRATOR)
        else:
            made = self.add(Role.ADMINISTRATOR if way == "an administrator" else Role.CASEWORKER)
        if made is not None and way == "decline, and open it":
            self.decide(operations.decline_role_change)
        if made is not None and way == "ask again":
            self.decide(operations.decline_role_change)
            self.ask(made, Role.CASEWORKER)
            self.decide(operations.agree_role_change)
        if made is not None and way == "agree oneself":
            self.decide(operations.agree_role_change)
        if made is not None and way != "add":
            self.amend(made, True)
        return bool(self.open_accounts() - before)

    def open_accounts(self) -> set[tuple[int, str, bool]]:
        rows = User.objects.filter(council=self.council, is_active=True)
        return set(rows.values_list("pk", "role", "password_given"))


WAYS = (
    "add", "open it", "an administrator", "agree oneself", "decline, and open it", "ask again", "ask for oneself",
    "close the others first", "give a password first", "give a password, and agree to what another asked",
)  # fmt: skip


@pytest.mark.figure(
    "attempts of one administrator to open an account or give themselves a role: none succeeds"
)
def test_no_administrator_opens_an_account_alone(figure: Figure):
    for _ in range(size(change=1, night=10)):
        for way in WAYS:
            figure.add(not Alone().succeeds(way), way)
    with patch.object(operations.settings, "_who_could_agree", lambda *args: User.objects.none()):
        figure.planted("nobody is thought to be able to agree", Alone().succeeds("add"))
    with patch.object(operations.settings, "_closed_who_could_agree", lambda *args: False):
        figure.planted("whom one closed is forgotten at once", Alone().succeeds("close the others first"))
    with patch.object(operations.settings, "_needs_a_second_person", lambda *args: False):
        figure.planted("an account nobody used opens at once", Alone().succeeds("give a password first"))
    with patch.object(operations.settings, "_last_by", lambda *args: None):
        figure.planted(
            "whoever gave the password agrees",
            Alone().succeeds("give a password, and agree to what another asked"),
        )
    with patch.object(User, "never_let_in", False):
        figure.planted("what was never open is opened like a leaver's", Alone().succeeds("open it"))


def test_a_new_account_opens_when_a_second_person_agrees():
    ground = Alone()
    desk, other = Client(), Client()
    desk.force_login(ground.boss)
    other.force_login(ground.officer)
    fields = {
        "key": str(uuid4()), "name": "Ann New", "email": "ann.new@council.invalid", "role": Role.CASEWORKER,
        "team": ground.team.pk, "password": "given by another",
    }  # fmt: skip
    said = desk.post(reverse("add_member_of_staff"), fields, follow=True).content.decode()
    assert f"the account is closed. {OPENS}" in said
    assert "Cannot sign in until a second person agrees" in said
    added = User.objects.get(email="ann.new@council.invalid")
    assert not in_after_with(added, "given by another")
    member = desk.get(reverse("amend_member_of_staff", args=[added.pk])).content.decode()
    assert f"This account was never open. {OPENS}" in member
    asking = desk.get(reverse("ask_role_change", args=[added.pk])).content.decode()
    assert f"The account of Ann New was never open. {OPENS}" in asking
    change = RoleChange.objects.get(user=added)
    page = other.get(reverse("agree_role_change", args=[change.pk])).content.decode()
    assert "asks that a new account opens for Ann New" in page
    sent = {"key": str(uuid4()), "version": change.version}
    assert other.post(reverse("agree_role_change", args=[change.pk]), sent).status_code == 302
    added.refresh_from_db()
    assert (added.is_active, added.let_in_on) == (True, timezone.localdate())
    assert in_after_with(added, "given by another")
    # A leaver's account is opened again by an administrator alone: it keeps its own password and second step.
    ground.amend(added, False)
    ground.amend(added, True)
    added.refresh_from_db()
    assert added.is_active


def test_a_declined_account_stays_closed_until_its_role_is_asked_for_again():
    ground = Alone()
    added = ground.add()
    change = RoleChange.objects.get(user=added)
    operations.decline_role_change(actor=ground.officer, change=change, expected_version=change.version)
    ground.amend(added, True)
    added.refresh_from_db()
    assert not added.is_active
    desk = Client()
    desk.force_login(ground.boss)
    listed = desk.get(reverse("settings_section", args=["staff"])).content.decode()
    assert "Cannot sign in: ask for their role, and a second person agrees" in listed
    ground.ask(added, Role.CASEWORKER)
    again = RoleChange.objects.waiting().get(user=added)
    operations.agree_role_change(
        actor=ground.another, change=again, expected_version=again.version, today=NOON.date()
    )
    added.refresh_from_db()
    assert (added.is_active, added.let_in_on) == (True, NOON.date())


def in_after_with(account: User, password: str) -> bool:
    """Whether the password is taken, to whatever page it leads first."""
    client = Client()
    return send(client, account.email, password).status_code == 302


# ---------------------------------------------------------------- told at once


def told() -> list[tuple[str, str, str]]:
    """Who was told what by whom, of the messages since the last look."""
    jobs.work(timezone.now)
    found = []
    for message in mail.outbox:
        what, by = (re.search(rf"{name}: (.*)\.", message.body) for name in ("What happened", "By"))
        assert what is not None
        assert by is not None
        found.append((message.to[0], what[1], by[1]))
    mail.outbox.clear()
    return sorted(found)


@pytest.mark.figure("changes of how somebody signs in of which its owner is told at once, and by whom")
def test_the_owner_of_an_account_is_told_at_once(figure: Figure, clock: Any):
    ground = Alone()
    user, officer, boss = a_person(team=ground.team), ground.officer, ground.boss
    name = f"{boss.name}, Administrator"

    def change(call: Any, **given: Any) -> None:
        user.refresh_from_db()
        call(actor=boss, user=user, expected_version=user.version, **given)

    def both(what: str, by: str = name, whose: User = user) -> list[tuple[str, str, str]]:
        return sorted((one.email, what, by) for one in (whose, officer))

    def own(what: str) -> list[tuple[str, str, str]]:
        return [(user.email, what, "yourself")]

    client = Client()
    send(client, user.email)
    set_up(client)
    figure.add(told() == own("an app was added as second step"), "an app added")
    clock.shift(timedelta(minutes=1))
    client.post(reverse("mfa_generate_recovery_codes"))
    figure.add(told() == own("new recovery codes were made"), "codes made anew")
    client.post(reverse("mfa_deactivate_totp"))
    figure.add(told() == own("the app was removed as second step"), "an app removed")
    choose_own(client, PASSWORD, "four other words here")
    figure.add(told() == own("the password was changed"), "a password changed")
    choose_own(client, "a wrong one", "four other words here")
    figure.add(told() == [], "a change that was refused")
    change(operations.reset_second_step, reason="Lost")
    figure.add(told() == both("the second step was taken away"), "a second step taken away")
    send(client, user.email, "four other words here")
    User.objects.filter(pk=user.pk).update(last_login=datetime(2100, 1, 1, tzinfo=UTC))
    change(operations.give_new_password, password=PASSWORD, reason="Forgot")
    figure.add(told() == both("a new password was given"), "a password given")
    ground.amend(user, False)
    figure.add(told() == [], "an account closed")
    ground.amend(user, True)
    figure.add(told() == both("the account was opened again"), "an account opened again")
    ground.ask(user, Role.BUSINESS_SUPPORT)
    asked = RoleChange.objects.waiting().get()
    operations.agree_role_change(actor=ground.another, change=asked, expected_version=asked.version)
    by = f"{ground.another.name}, Administrator"
    figure.add(told() == both("another role was agreed to", by), "a role agreed")
    added = ground.add()
    figure.add(told() == [], "an account that waits")
    asked = RoleChange.objects.waiting().get()
    operations.agree_role_change(actor=ground.another, change=asked, expected_version=asked.version)
    opened = both("the account was opened, as a second person agreed", by, added)
    figure.add(told() == opened, "an account opened")
    kept = json.dumps(list(Job.objects.values_list("arguments", flat=True)))
    assert user.email not in kept
    assert user.name not in kept


def test_the_owner_is_told_of_keys_as_of_apps(clock: Any):
    user, client = a_person(), Client()
    send(client, user.email)
    page = client.get(reverse("mfa_add_webauthn"))
    client.post(page["Location"], {"password": PASSWORD})
    client.get(reverse("mfa_add_webauthn"))
    with patch("allauth.mfa.webauthn.forms.auth"):  # what a key says; there is none in this machine
        added = client.post(reverse("mfa_add_webauthn"), {"name": "Mine", "credential": '{"id": "x"}'})
    assert added.status_code == 302, added.content.decode()
    assert told() == [(user.email, "a security key was added as second step", "yourself")]
    key = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 302
    assert told() == [(user.email, "a security key was removed as second step", "yourself")]


def test_a_change_that_fails_tells_nobody(clock: Any):
    user = a_person()
    client = Client(raise_request_exception=False)
    send(client, user.email)
    with patch("justice.web.signing_in.tell_of_sign_in", side_effect=RuntimeError):
        choose_own(client, PASSWORD, "four other words here")
    user.refresh_from_db()
    assert user.check_password(PASSWORD), "the change and its message are one"
    assert not Job.objects.filter(kind="tell_of_sign_in").exists()


def test_each_is_told_once_though_the_job_dies_half_way():
    ground = Alone()
    user = a_person(team=ground.team)
    operations.give_new_password(
        actor=ground.boss, user=user, password=PASSWORD, reason="Forgot", expected_version=user.version
    )
    real, sent = notices.EmailMessage.send, []

    def dies_at_the_second(self: Any, *args: Any, **kwargs: Any) -> int:
        sent.append(self.to[0])
        if len(sent) == 2:
            raise OSError("the mail server went away")
        return int(real(self, *args, **kwargs))

    with patch.object(notices.EmailMessage, "send", dies_at_the_second):
        jobs.work(timezone.now)
    jobs.work(timezone.now)
    assert len(mail.outbox) == 1
    assert sorted(sent) == sorted([user.email, ground.officer.email])
    assert Job.objects.get(kind="tell_of_sign_in").state == Job.State.DONE


def test_a_message_says_when_in_scotland_and_what_to_do(clock: Any):
    ground = Alone()
    user = a_person(team=ground.team)
    operations.give_new_password(
        actor=ground.boss, user=user, password=PASSWORD, reason="Forgot", expected_version=user.version
    )
    Job.objects.filter(kind="tell_of_sign_in").update(created_at=datetime(2026, 7, 1, 12, 30, tzinfo=UTC))
    jobs.work(timezone.now)
    for_owner, for_officer = (message.body for message in mail.outbox)
    assert "When: 1 July 2026 at 13:30, Scotland's time." in for_owner
    assert "If you did not expect this, tell information governance" in for_owner
    assert f"Whose account: {user.name}, Caseworker." in for_officer
    assert "ask the owner of the account" in for_officer
    assert PASSWORD not in for_owner + for_officer


def test_the_wait_is_said_by_the_numbers_that_count():
    assert f"After {site.AXES_FAILURE_LIMIT} wrong tries" in NOT_IN
    assert f"waits {int(site.AXES_COOLOFF_TIME.total_seconds()) // 60} minutes" in NOT_IN


# ---------------------------------------------------------------- sessions


@pytest.mark.figure("sessions at 19:59 and 20:01 idle, and at 9:59:59 and 10:00:01 hours")
def test_sessions_end_when_they_should(figure: Figure, clock: Any):
    count = size(change=4, night=200)
    limits = ((Role.CASEWORKER, 20), (Role.UNPAID_WORK_SUPERVISOR, 10))
    for role, minutes in limits:
        user = a_person(role)
        for seconds, stays in ((-1, True), (1, False)):
            for number in range(count):
                clock.move_to(NOON + timedelta(days=number))
                client = Client()
                client.force_login(user)
                client.get(reverse("own_sign_in"))
                clock.shift(timedelta(minutes=minutes, seconds=seconds))
                figure.add(in_at(client) is stays, f"{role} after {minutes} minutes {seconds:+} s")
    user = a_person()
    for seconds, stays in ((-1, True), (1, False)):
        for number in range(count):
            clock.move_to(NOON + timedelta(days=number))
            client = Client()
            client.force_login(user)
            client.get(reverse("own_sign_in"))
            for step in range(1, 41):  # a quarter of an hour between requests, so that it never rests
                if step == 40:
                    clock.shift(timedelta(seconds=seconds))
                clock.shift(timedelta(minutes=15))
                last = in_at(client)
            figure.add(last is stays, f"after 10 hours {seconds:+} s")


@pytest.mark.figure("faults planted in the limits of a session")
def test_the_limits_notice_when_they_are_not_kept(figure: Figure, clock: Any):
    def lasts(role: str, minutes: int, every: int) -> bool:
        client = Client()
        client.force_login(a_person(role))
        client.get(reverse("own_sign_in"))
        for _ in range(0, minutes, every):
            clock.shift(timedelta(minutes=every, seconds=1))
            open_ = in_at(client)
        return open_

    assert not lasts(Role.CASEWORKER, 600, 15)
    assert not lasts(Role.UNPAID_WORK_SUPERVISOR, 11, 11)
    with patch.object(SessionLimit, "since", lambda *args: datetime.now(UTC)):
        figure.planted("no longest session", lasts(Role.CASEWORKER, 600, 15))
    with patch.object(site, "SESSION_IDLE_BY_ROLE", {}):
        figure.planted("the tablet's limit is the desk's", lasts(Role.UNPAID_WORK_SUPERVISOR, 11, 11))


def test_staying_signed_in_renews_the_session_and_says_when_it_is_over(clock: Any):
    client = Client()
    client.force_login(a_person())
    page = client.get(reverse("help")).content.decode()
    stay = re.search(r'data-stay="([^"]+)"', page)
    assert stay is not None
    assert 'data-idle="1200"' in page
    clock.shift(timedelta(minutes=19))
    assert client.get(stay[1]).status_code == 200
    clock.shift(timedelta(minutes=19))
    assert in_at(client)
    clock.shift(timedelta(minutes=21))
    assert client.get(stay[1]).status_code == 401


def test_signing_in_changes_the_session_and_signing_out_ends_it_for_good():
    user = a_person()
    client = Client()
    client.get(reverse("sign_in"))
    client.cookies["sessionid"] = "planted" * 4
    send(client, user.email)
    key = client.cookies["sessionid"].value
    assert key != "planted" * 4
    answer = client.post(reverse("sign_out"))
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    replayed = Client()
    replayed.cookies["sessionid"] = key
    assert not in_at(replayed)
    assert not SignIn.objects.exists()


def test_own_sessions_are_listed_and_ended_and_nobody_elses():
    user, other = a_person(), a_person()
    here, there, third, strange = Client(), Client(), Client(), Client()
    for client in (here, there, third):
        send(client, user.email)
    send(strange, other.email)
    assert here.get(reverse("own_sign_in")).content.decode().count("Sign out there") == 2
    theirs = SignIn.objects.get(user=other)
    assert here.post(reverse("end_sign_in", args=[theirs.pk])).status_code == 404
    one = SignIn.objects.get(session_key=there.cookies["sessionid"].value)
    here.post(reverse("end_sign_in", args=[one.pk]))
    assert [in_at(client) for client in (here, there, third, strange)] == [True, False, True, True]
    here.post(reverse("end_other_sign_ins"))
    assert [in_at(client) for client in (here, third, strange)] == [True, False, True]


def test_a_new_password_ends_the_other_sessions():
    user = a_person()
    here, there = Client(), Client()
    for client in (here, there):
        send(client, user.email)
    fields = {
        "oldpassword": PASSWORD,
        "password1": "four other words here",
        "password2": "four other words here",
    }
    wrong = here.post(reverse("account_change_password"), {**fields, "oldpassword": "guess"})
    assert wrong.status_code == 422
    assert AccessAttempt.objects.get(username=user.email).failures_since_start == 1
    short = here.post(
        reverse("account_change_password"), {**fields, "password1": "short", "password2": "short"}
    )
    assert short.status_code == 422
    done = here.post(reverse("account_change_password"), fields)
    assert done["Location"] == reverse("own_sign_in")
    assert [in_at(here), in_at(there)] == [True, False]
    assert SignIn.objects.get(user=user).session_key == here.cookies["sessionid"].value


# ---------------------------------------------------------------- leavers


@pytest.mark.figure("leavers and movers: refused at their next use")
def test_leavers_are_out_at_their_next_use(figure: Figure):
    team = a_team()
    boss = a_person(Role.ADMINISTRATOR, team=team)
    for number in range(size(change=12, night=200)):
        user = staff(Role.CASEWORKER, team=team)
        case = a_case(worker=user, team=team)
        client = Client()
        client.force_login(user)
        assert client.get(reverse("case", args=[case.pk])).status_code == 200
        moves = number % 2
        operations.amend_member_of_staff(
            actor=boss,
            user=user,
            name=user.name,
            team=a_team(f"Team {number}", team.council) if moves else team,
            is_active=bool(moves),
            registered_social_worker=False,
            expected_version=user.version,
        )
        user.refresh_from_db()
        if moves:
            figure.add(client.get(reverse("my_caseload")).status_code == 200, "a mover is still somebody")
            figure.add(user.team_id != team.pk, "the team changed")
        else:
            for use in (reverse("case", args=[case.pk]), "/api/v1/cases/", reverse("my_caseload")):
                figure.add(client.get(use).status_code in (302, 401, 403), f"a leaver opened {use}")
            figure.add(not SignIn.objects.filter(user=user).exists(), "a leaver's session is still listed")
            key = client.cookies["sessionid"].value
            figure.add(not Session.objects.filter(session_key=key).exists(), "a leaver's session is there")


def test_leaving_closes_the_restricted_records_somebody_had_opened():
    team = a_team()
    user, boss = staff(Role.CASEWORKER, team=team), staff(Role.ADMINISTRATOR, team=team)
    now = datetime.now(UTC)
    opening = Opening.objects.create(
        person=a_case(team=team).person,
        user=user,
        reason="On call",
        opened_at=now,
        until=now + timedelta(hours=1),
    )
    operations.amend_member_of_staff(
        actor=boss, user=user, name=user.name, team=team, is_active=False, registered_social_worker=False,
        expected_version=user.version,
    )  # fmt: skip
    opening.refresh_from_db()
    assert opening.closed_at is not None


def test_pages_say_after_how_long_an_unused_account_is_closed(client: Client, monkeypatch: Any):
    client.force_login(staff(Role.ADMINISTRATOR, team=a_team()))
    shown = client.get(reverse("settings_section", args=["staff"])).content.decode()
    assert f"An account that nobody signs in to for {signing_in.UNUSED_AFTER.days} days is closed" in shown
    monkeypatch.setattr("justice.web.help.UNUSED_AFTER", timedelta(days=31))
    shown = client.get(reverse("help_page", args=["administrators"])).content.decode()
    assert "After 31 days without a sign-in an account is closed at night" in shown


@pytest.mark.figure("unused accounts: closed after 45 days and not before")
def test_unused_accounts_are_closed_by_night_and_opened_again(figure: Figure, clock: Any):
    from cases.tasks import nightly

    council = a_council("Night")
    team = a_team("North", council)
    boss = staff(Role.ADMINISTRATOR, team=team, last_login=NOON)
    made: dict[User, bool] = {}
    for days in range(size(change=5, night=60)):
        for ago in (44 - days, 45, 46 + days):
            made[staff(Role.CASEWORKER, team=team, last_login=NOON - timedelta(days=ago))] = ago > 45
    never = staff(Role.CASEWORKER, team=team)
    added = staff(Role.CASEWORKER, team=team, let_in_on=date(2026, 1, 1))
    invented = a_council("Shown")
    invented.demonstration = True
    invented.save()
    shown = staff(Role.CASEWORKER, team=a_team("N", invented), let_in_on=date(2020, 1, 1))
    made |= {never: False, added: True, shown: False}
    nightly()
    for user, closed in made.items():
        user.refresh_from_db()
        figure.add(user.is_active is not closed, f"last sign-in {user.last_login}")
    never.refresh_from_db()
    assert never.let_in_on == NOON.date()
    entry = Entry.objects.filter(operation="suspend_unused_account").first()
    assert entry.actor == system_user()
    assert Job.objects.get(kind="close_unused_accounts", council=council).result["closed"] == sum(
        made.values()
    )
    operations.amend_member_of_staff(
        actor=boss, user=added, name=added.name, team=team, is_active=True, registered_social_worker=False,
        expected_version=added.version, today=NOON.date(),
    )  # fmt: skip
    clock.shift(timedelta(days=1))
    nightly()
    added.refresh_from_db()
    assert added.is_active


# ---------------------------------------------------------------- the council's own sign-in


class Provider(BaseHTTPRequestHandler):
    """A stub of a council's OpenID Connect provider: says of whoever comes what the test wants it to say."""

    claims: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[dict[str, list[str]]]] = []

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def do_GET(self) -> None:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        ways = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        self.answer(
            {"issuer": self.issuer, "token_endpoint_auth_methods_supported": ["client_secret_post"], **ways}
        )

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Provider.asked.append(parse_qs(text))
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "aud": "justice",
            "sub": "s",
            "iat": now,
            "exp": now + 60,
            **Provider.claims,
        }
        token = jwt.encode(told, "not checked, since it comes straight from the provider", algorithm="HS256")
        self.answer({"access_token": "a", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def provider(settings: Any) -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    urls = ModuleType("urls_with_a_council")
    urls.urlpatterns = [*justice.urls.council_entrance, *justice.urls.urlpatterns]  # type: ignore[attr-defined]
    sys.modules[urls.__name__] = urls
    settings.ROOT_URLCONF = urls.__name__
    settings.OIDC_ISSUER = issuer
    apps = [{**APP, "settings": {**APP["settings"], "server_url": issuer}}]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}
    settings.SECOND_STEP_REQUIRED = True
    Provider.asked = []

    def come(**claims: Any) -> tuple[Client, Any]:
        Provider.claims = {"oid": "person-1", **claims}
        client = Client()
        sent = client.post("/sign-in/council/")
        asked = parse_qs(urlsplit(sent["Location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        back = client.get("/sign-in/council/back/", {"code": "c", "state": asked["state"][0]})
        return client, back

    yield come
    server.shutdown()
    server.server_close()
    del sys.modules[urls.__name__]


APP: dict[str, Any] = {
    "provider_id": "council", "name": "your council account", "client_id": "justice", "secret": "s",
    "settings": {"fetch_userinfo": False, "uid_field": "oid"},
}  # fmt: skip


def test_the_council_lets_somebody_in_to_the_account_they_have(provider: Any):
    user = staff(Role.CASEWORKER)
    client, _ = provider(email=user.email.upper(), email_verified=True, amr=["pwd", "mfa"], name="Not kept")
    assert client.get(reverse("my_caseload")).status_code == 200
    assert Provider.asked[0]["code_verifier"]
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.uid, linked.extra_data) == (user, "person-1", {"amr": ["pwd", "mfa"]})
    # From then on by its number, whatever the address is
    again, _ = provider(email="renamed@council.invalid", amr=["mfa"])
    assert again.get(reverse("my_caseload")).status_code == 200
    # A password that an administrator gave holds nobody up who comes without one
    User.objects.filter(pk=user.pk).update(password_given=True)
    past, _ = provider(amr=["mfa"])
    assert past.get(reverse("my_caseload")).status_code == 200
    # Without a second step of the council's, one of ours is wanted
    plain, _ = provider(amr=["pwd"])
    assert plain.get(reverse("my_caseload"))["Location"] == reverse("own_sign_in")


@pytest.mark.figure("people whom the council's sign-in vouches for and who have no account to go into")
def test_the_council_lets_nobody_else_in(figure: Figure, provider: Any, settings: Any):
    user, gone = staff(Role.CASEWORKER), staff(Role.CASEWORKER, is_active=False)
    people = User.objects.count()
    strangers = {
        "nobody's address": {"email": "nobody@council.invalid", "email_verified": True},
        "an address that is not vouched for": {"email": user.email},
        "an address vouched for as false": {"email": user.email, "email_verified": False},
        "a closed account": {"email": gone.email, "email_verified": True},
        "no address": {"amr": ["mfa"]},
    }
    for name, claims in strangers.items():
        client, back = provider(**claims)
        figure.add(back.status_code == 403, f"{name}: {back.status_code}")
        figure.add("You cannot sign in this way" in back.content.decode(), name)
        figure.add(not in_at(client), f"{name} is in")
    settings.OIDC_ROLES = {"Justice.Manager": "first_line_manager"}
    client, back = provider(email=user.email, email_verified=True, amr=["mfa"], roles=["Justice.Manager"])
    figure.add(back.status_code == 403 and not in_at(client), "another role than the account's")
    settings.OIDC_ROLES = {"Justice.Worker": "caseworker"}
    client, _ = provider(email=user.email, email_verified=True, amr=["mfa"], roles=["Justice.Worker"])
    assert in_at(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    figure.add(not in_at(client), "a leaver who came by the council's sign-in stays in")
    client, back = provider(amr=["mfa"], roles=["Justice.Worker"])
    figure.add(back.status_code == 403, "a leaver comes again")
    user.refresh_from_db()
    assert (User.objects.count(), user.role) == (people, Role.CASEWORKER)


# ---------------------------------------------------------------- roles by two people


@pytest.mark.figure("changes of a role that one person makes alone")
def test_a_role_is_changed_by_two_people_or_not_at_all(figure: Figure):
    team = a_team()
    first, second_, officer = (
        staff(role, team=team)
        for role in (Role.ADMINISTRATOR, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)
    )

    def refused(call: Any, **given: Any) -> bool:
        try:
            with transaction.atomic():
                call(**given)
        except Refused:
            return True
        return False

    for number in range(size(change=8, night=50)):
        user = staff(Role.CASEWORKER, team=team)
        change = operations.ask_role_change(
            actor=first,
            user=user,
            role=Role.ADMINISTRATOR,
            reason="Runs it now",
            expected_version=user.version,
        )
        alone = {"actor": first, "change": change, "expected_version": change.version}
        figure.add(refused(operations.agree_role_change, **alone), "one person asked and agreed")
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleChange.objects.filter(pk=change.pk).update(decided_by=first)
        user.refresh_from_db()
        figure.add(user.role == Role.CASEWORKER, "a role changed without a second person")
        who = (second_, officer)[number % 2]
        change.refresh_from_db()
        operations.agree_role_change(actor=who, change=change, expected_version=change.version)
        user.refresh_from_db()
        assert user.role == Role.ADMINISTRATOR
        again = {"actor": second_, "change": change, "expected_version": change.version}
        figure.add(refused(operations.decline_role_change, **again), "decided twice")
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert Entry.objects.filter(operation="agree_role_change").count() == size(change=8, night=50)


def test_the_form_of_a_member_of_staff_changes_no_role(client: Client):
    team = a_team()
    user, boss = staff(Role.CASEWORKER, team=team), staff(Role.ADMINISTRATOR, team=team)
    client.force_login(boss)
    fields = {
        "key": str(uuid4()), "name": user.name, "role": Role.ADMINISTRATOR, "team": team.pk, "is_active": "on",
        "version": user.version,
    }  # fmt: skip
    assert client.post(reverse("amend_member_of_staff", args=[user.pk]), fields).status_code == 302
    user.refresh_from_db()
    assert user.role == Role.CASEWORKER


def test_a_role_is_asked_for_and_agreed_on_the_pages():
    team = a_team()
    user, boss, officer = (
        staff(role, team=team) for role in (Role.CASEWORKER, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)
    )
    desk, other = Client(), Client()
    desk.force_login(boss)
    other.force_login(officer)
    fields = {
        "key": str(uuid4()),
        "version": user.version,
        "role": Role.FIRST_LINE_MANAGER,
        "reason": "Leads now",
    }
    assert desk.post(reverse("ask_role_change", args=[user.pk]), fields).status_code == 302
    change = RoleChange.objects.get()
    own = desk.post(
        reverse("agree_role_change", args=[change.pk]), {"key": str(uuid4()), "version": change.version}
    )
    assert own.status_code == 422
    assert "Somebody else has to agree" in own.content.decode()
    listed = other.get(reverse("role_changes")).content.decode()
    assert "Agree or decline" in listed
    assert "All settings" not in listed
    change.refresh_from_db()
    done = other.post(
        reverse("agree_role_change", args=[change.pk]), {"key": str(uuid4()), "version": change.version}
    )
    assert done.status_code == 302
    user.refresh_from_db()
    assert user.role == Role.FIRST_LINE_MANAGER
    assert other.get(reverse("settings")).status_code == 403


def test_where_nobody_could_agree_nothing_can_be_asked_and_the_first_second_person_is_added():
    team = a_team()
    user, boss = staff(Role.CASEWORKER, team=team), staff(Role.ADMINISTRATOR, team=team)
    ask = {"actor": boss, "user": user, "role": Role.FIRST_LINE_MANAGER, "reason": "Leads now"}
    with pytest.raises(Refused, match="nobody to agree"):
        operations.ask_role_change(**ask, expected_version=user.version)
    operations.add_member_of_staff(
        actor=boss, name="Officer", email="officer@council.invalid", role=Role.INFORMATION_GOVERNANCE, team=None,
        password=PASSWORD,
    )  # fmt: skip
    user.refresh_from_db()
    operations.ask_role_change(**ask, expected_version=user.version)
