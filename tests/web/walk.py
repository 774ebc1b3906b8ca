"""Every page as the server gives it, to everybody who may ask for it: what is checked as HTML, and by axe in a browser.

New addresses are found by themselves. Beside each address that opens come the states that no address shows: a form sent
empty, a record changed meanwhile, a search with its findings, a job on its way, a council with nothing in it, and every
page that says no.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from unittest.mock import patch

import lxml.html
from allauth.mfa.totp.internal import auth as totp
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import operations as case_operations
from cases.models import Case, Export, Job, Role
from justice.domain.errors import Problem, Refused
from justice.web.signing_in import SignInView, nobody_here
from orders import operations as order_operations
from orders.models import Order
from performance.domain.period import Quarter
from tests.builders import TAKING, a_council, a_team, an_order, staff
from tests.web.conftest import World
from tests.web.test_pages import addresses

Element = lxml.html.HtmlElement
# Forty times as fast as the parser of the PDFs; that the HTML is valid is checked by another.
PARSER = lxml.html.HTMLParser(remove_comments=True)
ROLES = tuple(role for role in Role if role != Role.SYSTEM)
STRANGER = "nobody"
FILES = re.compile(r"(_csv|_xlsx|_file|_update|_letter|_print|_calendar)$")  # answers that are no pages
# What differs each time the same page is made.
PASSING = re.compile(
    r'name="(?:csrfmiddlewaretoken|key|draft-page|draft-after)" value="[^"]*"|nonce="[^"]*"'
    r'|<strong class="app-breakable">\w*'
    r"|at \d\d:\d\d</div>"  # when it was printed
)
# What is the role's and not the page's: its header and navigation, of which one entry is marked, and who printed it.
FRAME = re.compile(
    r'<header.*?</header>|<nav class="govuk-service-navigation.*?</nav>|Printed by [^<]*', re.DOTALL
)
CURRENT = re.compile(
    r' aria-current="true"|--active|<strong class="govuk-service-navigation__active-fallback">|</strong>'
)


@dataclass(frozen=True)
class Seen:
    """One page as somebody was given it."""

    who: str
    name: str
    address: str
    status: int
    html: str
    policy: str = ""  # its Content-Security-Policy

    @cached_property
    def tree(self) -> Element:
        return lxml.html.document_fromstring(self.html, parser=PARSER)

    @property
    def lasting(self) -> str:
        """The page without what differs each time it is made."""
        return PASSING.sub("", self.html)

    def __str__(self) -> str:
        return f"{self.name} ({self.address}) as {self.who}"


def seen(who: str, name: str, address: str, answer: HttpResponse) -> list[Seen]:
    """The answer, if it is a page."""
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    if not answer.content:
        return []
    policy = answer.headers.get("Content-Security-Policy", "")
    address = answer.request["PATH_INFO"]  # where one was sent on to, if so
    return [Seen(who, name, address, answer.status_code, answer.content.decode(), policy)]


def walk(world: World, everybody: bool) -> list[Seen]:
    """Every page, each once for everybody to whom it looks the same, the navigation of each role included.

    Or, where not everybody is asked for, as the first role that it opens for sees it.
    """
    pages: dict[str, Seen] = {}
    found = (*everything(world, everybody), *states(world), *nothing_yet(world, everybody))
    for one in (*refusals(world), *ways_in(world), *found):
        pages.setdefault(one.lasting, one)
    return list(pages.values())


def distinct(pages: list[Seen]) -> list[Seen]:
    """Each page once, whoever sees it, and beside them one for the header and navigation of each role."""
    found, marks = [], set[str]()
    for page in pages:
        head, _, rest = page.lasting.partition("<body")
        frame = "".join(FRAME.findall(rest))
        for mark in (CURRENT.sub("", frame), FRAME.sub("", rest)):
            if mark not in marks:
                found.append(page)
            marks.add(mark)
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- what opens, and its form sent empty


def also() -> tuple[tuple[str, str], ...]:
    """Addresses that the resolver's walk leaves out, and a quarter that is over, so that it can be published."""
    over = Quarter.of(timezone.localdate()).previous.previous
    return (
        ("home", "/"),
        ("api-try", "/api/v1/"),
        ("a list taken away", reverse("overdue_csv")),
        ("performance_quarter that is over", reverse("performance_quarter", args=[over])),
    )


def everything(world: World, everybody: bool) -> Iterator[Seen]:
    """Each address for each role; then each form on it as nobody filled it in, and as somebody overtaken sends it."""
    recorded_late(world)
    tried: set[str] = set()
    opened: set[str] = set()
    for role in ROLES:
        client = world.client(role)
        for name, address in (*also(), *addresses(world)):
            if FILES.search(name) or (name in opened and not everybody):
                continue
            for page in seen(role, name, address, client.get(address, follow=name == "home")):
                if page.status in (403, 404):
                    continue  # one of each is looked at: see refusals
                assert page.status == 200, f"{page} answers {page.status}"
                if name != "home":  # each role has one of its own
                    opened.add(name)
                yield page
                for form in page.tree.iter("form"):
                    mark = re.sub(r"\d+", "", f"{address} {sorted(fields(form))}")
                    if form.get("method") == "post" and visible(form) and mark not in tried:
                        tried.add(mark)
                        yield from sent(client, page, form)


def sent(client: Client, page: Seen, form: Element) -> Iterator[Seen]:
    """What the form answers when it is empty, and when the record was changed meanwhile; nothing is kept of either."""
    address = form.get("action") or page.address
    values = fields(form)
    with nothing_kept():
        answer = client.post(address, {"key": str(uuid.uuid4())})
        yield from seen(page.who, f"{page.name}, sent empty", address, answer)
    if values.get("version"):
        with nothing_kept():
            answer = client.post(address, {**values, "version": 999_999})
            if answer.status_code == 409:  # a form that needs more than it came with is refused for that
                yield from seen(page.who, f"{page.name}, overtaken", address, answer)


@contextmanager
def nothing_kept() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def visible(form: Element) -> bool:
    return any(
        field.get("type") not in ("hidden", "submit")
        for kind in ("input", "select", "textarea")
        for field in form.iter(kind)
    )


def fields(form: Element) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    values: dict[str, str] = {}
    for field in form.iter("input"):
        if field.get("name") and (
            field.get("type") not in ("radio", "checkbox") or field.get("checked") is not None
        ):
            values[field.get("name", "")] = field.get("value", "")
    for field in form.iter("textarea"):
        values[field.get("name", "")] = "".join(field.itertext())
    for field in form.iter("select"):
        chosen = [option for option in field.iter("option") if option.get("selected") is not None]
        values[field.get("name", "")] = chosen[0].get("value", "") if chosen else ""
    return values


def recorded_late(world: World) -> None:
    """An order of the published quarter that was recorded since: so that the recount has a difference to show."""
    today = timezone.localdate()
    case = Case.objects.get(pk=world.keys["case"])
    imposed = Quarter.of(today).previous.first + timedelta(days=30)
    an_order(
        hours=100, months=12, imposed=imposed, case=case, actor=world.users[Role.CASEWORKER], today=today
    )


# ---------------------------------------------------------------- states that no address shows


def states(world: World) -> Iterator[Seen]:
    """Findings of a search, a person who may be known already, and a job from its beginning to each of its ends."""
    worker, officer = world.client(Role.CASEWORKER), world.client(Role.PERFORMANCE_OFFICER)
    person = Case.objects.get(pk=world.keys["case"]).person
    people = reverse("people")
    for name, text in (("found", "Sample"), ("found nobody", "Nobody at all")):
        yield from seen(Role.CASEWORKER, f"people, {name}", people, worker.post(people, {"text": text}))
    born = person.date_of_birth
    again = {
        "given_name": person.given_name, "family_name": person.family_name, "gender": person.gender,
        "date_of_birth_day": born.day, "date_of_birth_month": born.month, "date_of_birth_year": born.year,
        "key": str(uuid.uuid4()),
    }  # fmt: skip
    with nothing_kept():
        answer = worker.post(reverse("open_case"), again)
        yield from seen(Role.CASEWORKER, "open_case, known already", reverse("open_case"), answer)
    yield from ended(world)
    yield from taken_away(world)
    job = Job.objects.get(pk=world.keys["job"])
    for name, changed in JOBS.items():
        for field, value in {"state": Job.State.DONE, "result": {}, "error": "", **changed}.items():
            setattr(job, field, value)
        job.save()
        address = reverse("job", args=[job.pk])
        yield from seen(Role.PERFORMANCE_OFFICER, f"job, {name}", address, officer.get(address))


def ended(world: World) -> Iterator[Seen]:
    """An order that is queried, one that has ended, and a record that is restricted."""
    manager, today = world.users[Role.FIRST_LINE_MANAGER], timezone.localdate()
    client = world.client(Role.FIRST_LINE_MANAGER)
    order = Order.objects.get(pk=world.keys["order"])
    page, case = reverse("order", args=[order.pk]), reverse("case", args=[order.case_id])
    of = {"actor": manager, "order": order, "today": today, "expected_version": None}
    with nothing_kept():
        order_operations.query_order(reason="Is it 250 hours?", **of)
        yield from seen(Role.FIRST_LINE_MANAGER, "order, queried", page, client.get(page))
    with nothing_kept():
        order_operations.end_order(on=today, reason="completed", **of)
        yield from seen(Role.FIRST_LINE_MANAGER, "order, ended", page, client.get(page))
    with nothing_kept():
        person = order.case.person
        case_operations.limit_record(
            actor=manager, case=order.case, restricted=True, permitted=[world.users[Role.CASEWORKER]], excluded=[],
            reason="A colleague's cousin", expected_version=person.version,
        )  # fmt: skip
        yield from seen(Role.FIRST_LINE_MANAGER, "case, restricted", case, client.get(case))


def taken_away(world: World) -> Iterator[Seen]:
    """A list that waits for agreement, one that was agreed to, and somebody who has looked at too many."""
    role, client = Role.SENIOR_MANAGER, world.client(Role.SENIOR_MANAGER)
    address = reverse("due_soon_csv")
    with nothing_kept():
        client.post(address, TAKING)
        yield from seen(role, "a list that waits", address, client.get(address))
        export = Export.objects.get(recorded_by=world.users[role])
        case_operations.agree_export(
            actor=world.users[Role.FIRST_LINE_MANAGER], export=export, now=timezone.now(),
            expected_version=export.version,
        )  # fmt: skip
        yield from seen(role, "a list agreed to", address, client.get(address))
        case = reverse("case", args=[world.keys["case"]])
        with patch("cases.budget.over", return_value=("hour", 101)):
            yield from seen(role, "looked at too many", case, client.get(case))


ROW = {"file": "people.csv", "new": 1200, "changed": 1, "same": 0}
JOBS: dict[str, dict[str, Any]] = {
    "running": {"state": Job.State.RUNNING, "done": 12, "total": 40},
    "stopped": {"state": Job.State.FAILED, "error": "The file could not be read"},
    "with problems": {"result": {"problems": ["people.csv, line 3, reference: Enter a reference"]}},
    "with nothing to do": {"result": {"nothing_to_do": True, "tables": [ROW]}},
    "checked": {
        "result": {"tables": [ROW], "queried": [{"reference": "1", "rules": ["Too long", "Too late"]}]}
    },
    "saved": {
        "result": {"saved": True, "tables": [ROW], "changes": ["People: 1"], "more_changes": 4, "queried": []}
    },
}


def nothing_yet(world: World, everybody: bool) -> Iterator[Seen]:
    """Each list in a council that has recorded nothing; the records of the other council are not there for it."""
    team, opened = a_team("Nobody's", a_council("Nothing yet")), set[str]()
    for role in (Role.FIRST_LINE_MANAGER, Role.CASEWORKER, Role.PERFORMANCE_OFFICER):
        client = Client()
        client.force_login(staff(role, team=team))
        for name, address in addresses(world):
            if FILES.search(name) or (name in opened and not everybody):
                continue
            for page in seen(role, f"{name}, nothing yet", address, client.get(address)):
                if page.status == 200:
                    opened.add(name)
                    yield page


# ---------------------------------------------------------------- signing in, and what is one's own about it


def ways_in(world: World) -> Iterator[Seen]:
    """Setting up a second step from the password asked again to the recovery codes, and being asked for it."""
    user, client, role = world.users[Role.CASEWORKER], Client(), Role.CASEWORKER
    asked = {"login": user.email, "password": "three words apart"}
    with nothing_kept(), patch.object(transaction, "on_commit", lambda call: call()):
        user.set_password(asked["password"])
        user.save()
        client.post(reverse("sign_in"), asked)
        change = reverse("account_change_password")
        yield from seen(role, "account_change_password", change, client.get(change))
        yield from seen(role, "account_change_password, sent empty", change, client.post(change, {}))
        app = reverse("mfa_activate_totp")
        again = client.get(app)["Location"]
        yield from seen(role, "account_reauthenticate", again, client.get(again))
        yield from seen(role, "account_reauthenticate, refused", again, client.post(again, {"password": "x"}))
        client.post(again, asked)
        yield from seen(role, "mfa_activate_totp", app, client.get(app))
        yield from seen(role, "mfa_activate_totp, refused", app, client.post(app, {"code": "x"}))
        key = reverse("mfa_add_webauthn")
        yield from seen(role, "mfa_add_webauthn", key, client.get(key))
        step = int(time.time()) // 30
        client.post(
            app, {"code": totp.format_hotp_value(totp.hotp_value(client.session["mfa.totp.secret"], step))}
        )
        codes = reverse("mfa_view_recovery_codes")
        for name in ("mfa_view_recovery_codes", "mfa_view_recovery_codes, again"):
            yield from seen(role, name, codes, client.get(codes))
        for name in (
            "mfa_generate_recovery_codes",
            "mfa_deactivate_totp",
            "own_sign_in",
            "mfa_reauthenticate",
        ):
            yield from seen(role, name, reverse(name), client.get(reverse(name)))
        other = Client()
        second = other.post(reverse("sign_in"), asked)["Location"]
        yield from seen(STRANGER, "mfa_authenticate", second, other.get(second))
        yield from seen(STRANGER, "mfa_authenticate, refused", second, other.post(second, {"code": "x"}))
        with patch.object(SignInView, "dispatch", lambda view, request: nobody_here(request)):
            unknown = Client().get(reverse("sign_in"))
        yield from seen(STRANGER, "not by the council's sign-in", reverse("sign_in"), unknown)


# ---------------------------------------------------------------- pages that say no


def refusals(world: World) -> Iterator[Seen]:
    """Signing in and every page that says no, to a stranger and to somebody signed in."""
    stranger = Client()
    sign_in = reverse("sign_in")
    yield from seen(STRANGER, "sign_in", sign_in, stranger.get(sign_in))
    statement = reverse("accessibility")
    yield from seen(STRANGER, "accessibility", statement, stranger.get(statement))
    wrong = {"login": "nobody@council.invalid", "password": "not the password"}
    yield from seen(STRANGER, "sign_in, refused", sign_in, stranger.post(sign_in, wrong))
    unprotected = Client(enforce_csrf_checks=True).post(sign_in, {})
    yield from seen(STRANGER, "open too long", sign_in, unprotected)
    yield from seen(STRANGER, "not readable", sign_in, stranger.get(sign_in, headers={"host": "elsewhere"}))
    yield from seen(STRANGER, "not found", "/nowhere/", stranger.get("/nowhere/"))
    for role in ROLES:
        client = world.client(role)
        yield from seen(role, "not found", "/nowhere/", client.get("/nowhere/"))
    client = world.client(Role.SENIOR_MANAGER)
    closed = reverse("open_case")
    yield from seen(Role.SENIOR_MANAGER, "not of the role", closed, client.get(closed))
    overdue = reverse("overdue")
    client.raise_request_exception = False
    for name, raised in (
        ("went wrong", RuntimeError("planted")),
        ("cannot be done", Refused(Problem("Nothing can be listed today"))),
        ("cannot be reached", OperationalError("planted")),
    ):
        with patch("cases.views.lists.today", side_effect=raised):
            yield from seen(Role.SENIOR_MANAGER, name, overdue, client.get(overdue))
    people, typed = reverse("people"), {"text": "Sample"}
    with patch(
        "django.contrib.sessions.backends.db.SessionStore.load", side_effect=OperationalError("planted")
    ):
        yield from seen(Role.SENIOR_MANAGER, "cannot be reached, typed", people, client.post(people, typed))
