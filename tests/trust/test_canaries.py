"""Canaries in every field of records that must not be met, and one sweep over every way out.

Two cases are marked in every text: one restricted, one that everybody who asks is excluded from. Besides them, what
victims said in cases that the askers do see. What a page, file, search or answer of the API gives, what is sent, logged
and kept is then searched for any of those words.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pyrage
import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import feedback, plans
from assessments.models import FeedbackRequest, Plan, VictimSafety
from cases import jobs, notices
from cases import operations as case_operations
from cases.models import Associate, Case, Job, Notice, Person, Role, User
from cases.models.cases import CaseQuerySet
from cases.models.timescales import TimescaleQuerySet
from orders import reminders
from orders.models import Appointment
from tests.builders import a_team, staff
from tests.figures import at_night
from tests.trust.canaries import (
    Canaries,
    Ears,
    Output,
    Sweep,
    api_lists,
    api_rows,
    changeable,
    everything,
    keys_now,
    made_between,
    of_a_record,
    words_of,
)
from tests.web.conftest import World, a_world, grow
from tests.web.test_pages import addresses
from tests.web.walk import PASSING, ROLES

# The program is the same on both databases: at every change it is swept on one, at night on both.
pytestmark = [] if at_night() else pytest.mark.sqlite_only

TEAM = (Role.CASEWORKER, Role.UNPAID_WORK_SUPERVISOR, Role.BUSINESS_SUPPORT)
NO_CASES = (Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE)
# Of the world's staff, those who may know of the victims in its own cases: who holds them, and their manager.
TOLD_OF_VICTIMS = (Role.CASEWORKER, Role.FIRST_LINE_MANAGER)
# Whoever sees most, whoever sees all cases but the restricted one, and the two that see no case; at night everybody.
ASKING = ROLES if at_night() else (Role.FIRST_LINE_MANAGER, Role.BUSINESS_SUPPORT, *NO_CASES)
COUNTED = (Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER) if at_night() else (Role.FIRST_LINE_MANAGER,)
# What the person is given, or has read to them in court.
OWN_COPY = ("plan_copy", "warning_letter", "feedback", "feedback_thanks", "progress report made")
NEVER_ON_IT = ("third_party", "staff_safety")


@dataclass
class Marked:
    """A world in which one case is restricted, one is closed to everybody who asks, and both are marked."""

    world: World
    hidden: World  # who holds the restricted one
    restricted: dict[str, Any]  # keys of the restricted case's rows
    excluded: dict[str, Any]
    canaries: Canaries
    before: dict[tuple[str, str], str]  # lists and counts as they were before there was the excluded case
    sweep: Sweep
    ears: Ears = field(default_factory=Ears)
    holders: list[Output] = field(default_factory=list)  # what who holds the restricted case was given
    own_words: str = ""  # what the person of the restricted case was sent


def limit(hidden: World, key: int, *, restricted: bool = False, excluded: tuple[User, ...] = ()) -> None:
    case = Case.objects.select_related("person").get(pk=key)
    case_operations.limit_record(
        actor=hidden.users[Role.FIRST_LINE_MANAGER], case=case, restricted=restricted, permitted=[],
        excluded=excluded, reason="A colleague's cousin", expected_version=case.person.version,
    )  # fmt: skip


def mark() -> Marked:
    world, hidden, canaries = a_world(), World(), Canaries()
    for plan in Plan.objects.all():
        VictimSafety.objects.create(plan=plan, text="Not near the school", recorded_by=plan.recorded_by)
    for role in (Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER):
        hidden.users[role] = staff(role, team=a_team())
    hidden.outsider = world.outsider
    others = World({**hidden.users, Role.CASEWORKER: staff(Role.CASEWORKER, team=a_team())})
    others.outsider = world.outsider
    start = keys_now()
    grow(hidden, 1)
    restricted = dict(hidden.keys)
    limit(hidden, restricted["case"], restricted=True)
    with changeable():
        canaries.plant("victim", start, ("victims",))
        canaries.plant("restricted", made_between(keys_now(), start, restricted["case"]))
    derive()
    before = {
        (role, name): lasting(words_of(client.get(address)))
        for role in COUNTED
        for client in [world.client(role)]
        for name, address in lists_of(world)
    }
    middle = keys_now()
    grow(others, 1)
    excluded = dict(others.keys)
    limit(hidden, excluded["case"], excluded=tuple(world.users.values()))
    with changeable():
        canaries.plant("excluded", made_between(keys_now(), middle, excluded["case"]))
    derive()
    return Marked(world, hidden, restricted, excluded, canaries, before, Sweep(world))


def derive() -> None:
    """What follows from the records follows from the marked ones."""
    for command in ("refresh_timescales", "rebuild_search"):
        call_command(command, stdout=io.StringIO())


def lasting(text: str) -> str:
    return re.sub(r"\d+ (second|minute)s? ago", "", PASSING.sub("", text))


def lists_of(world: World) -> Iterator[tuple[str, str]]:
    """Pages that are about no one record, and so count and list many.

    Not the samples, which were drawn meanwhile; and not how much work each member of staff has, which counts all they
    hold and names none of it (decisions 19 and 37).
    """
    for name, address in (*addresses(world), ("home", "/")):
        single = re.search(r"/\d+/|/[0-9a-f-]{36}/", address)
        if not single and not re.search(
            r"_(csv|xlsx|file|print|pdf|update)$|^help|^whats|quality|sample|point|^workload$|^own_sign_in$",
            name,
        ):
            yield name, address


def sweep_all(marked: Marked) -> None:
    """Every address for everybody; the two records by their own addresses; searches; and what the person is given."""
    world, sweep = marked.world, marked.sweep
    for role in ASKING:
        client = world.client(role)
        places = [*addresses(world), *api_lists(), ("home", "/"), ("nowhere", "/nowhere/")]
        if role != ASKING[0]:
            places.remove(("api-schema", reverse("api-schema")))  # the same for everybody, and long
        sweep.everything(role, client, places)
        if role not in NO_CASES:
            for keys in (marked.restricted, marked.excluded):
                search(marked, role, client, keys["case"])
    sweep.everything(
        "business_support", world.client(Role.BUSINESS_SUPPORT), of_a_record(world, marked.restricted)
    )
    sweep.everything(
        "first_line_manager", world.client(Role.FIRST_LINE_MANAGER), of_a_record(world, marked.excluded)
    )
    marked.holders = holders_own(marked)
    marked.own_words = "\n".join(
        [
            *(reminders.text_of(row) for row in Appointment.objects.filter(case=marked.restricted["case"])),
            *(
                feedback.text_of(row, "https://justice.example.invalid/feedback/word/")
                for row in FeedbackRequest.objects.filter(order=marked.restricted["order"])
            ),
        ]
    )


def search(marked: Marked, role: str, client: Client, case: int) -> None:
    """By every name and reference, by one letter wrong, and as somebody new who is known already."""
    person = Case.objects.get(pk=case).person
    people, listed = reverse("people"), reverse("api-cases-list")
    for text in (person.given_name, person.family_name, f"{person.family_name[:-1]}k", person.reference):
        marked.sweep.ask(role, client, f"search for {text}", people, text=text)
    for name in ("search", "reference"):
        marked.sweep.ask(role, client, f"{name} {person.reference}", f"{listed}?{name}={person.reference}")
    born = person.date_of_birth
    with transaction.atomic():
        marked.sweep.ask(
            role, client, f"known already {person.given_name} {person.family_name}", reverse("open_case"),
            given_name=person.given_name, family_name=person.family_name, gender=person.gender,
            date_of_birth=born.isoformat(), key="0c6a7d4e-6a53-4b4e-9d7e-0b9d4f0f7a11",
        )  # fmt: skip
        transaction.set_rollback(True)


def holders_own(marked: Marked) -> list[Output]:
    """All of the restricted case as who holds it sees it; the report to the court; and a page that breaks."""
    seen = World(marked.hidden.users, {**marked.world.keys, **marked.restricted})
    own, client = Sweep(seen), marked.hidden.client(Role.CASEWORKER)
    places = [
        *of_a_record(marked.world, marked.restricted),
        *api_lists(),
        *api_rows(marked.restricted),
        ("home", "/"),
    ]
    own.everything("holder", client, places)
    day = timezone.localdate()
    own.ask(
        "holder", client, "progress report made", reverse("progress_report", args=[marked.restricted["order"]]),
        from_on=(day - timedelta(days=60)).isoformat(), to_on=day.isoformat(), statement="Keeps well",
        key="0c6a7d4e-6a53-4b4e-9d7e-0b9d4f0f7a12",
    )  # fmt: skip
    with patch("justice.web.views.looked_at", side_effect=RuntimeError("planted")):
        own.ask("holder", client, "went wrong", reverse("case", args=[marked.restricted["case"]]))
    return own.outputs


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    """Made and swept once: it takes most of a minute."""
    with django_db_blocker.unblock(), transaction.atomic():
        marked = mark()
        with marked.ears.listening():
            sweep_all(marked)
        yield marked
        transaction.set_rollback(True)


@pytest.fixture
def marked(kept: Marked, db: None) -> Marked:
    return kept


# --- What is searched for ---------------------------------------------------------------------------------------------


def met_by(marked: Marked, one: Output) -> set[str]:
    """The words of records that this member of staff may not know of, in what they were given."""
    kinds = ["excluded", *(["restricted"] if one.who in (*TEAM, *NO_CASES) else [])]
    met = marked.canaries.found_in(f"{one.text}\n{one.head}", *kinds)
    return met - marked.canaries.found_in(one.name)  # what was typed comes back in its box


@pytest.mark.figure("outputs searched for restricted and excluded records")
def test_no_output_holds_a_word_of_a_record_that_may_not_be_known_of(marked: Marked, figure):
    for one in marked.sweep.outputs:
        met = met_by(marked, one)
        figure.add(not met, f"{one}: {marked.canaries.named(met)}")


@pytest.mark.figure("outputs searched for what victims said")
def test_no_word_of_a_victim_reaches_whoever_may_not_know(marked: Marked, figure):
    """Nor anywhere but on its own pages for those who may."""
    told = 0
    for one in marked.sweep.outputs:
        met = marked.canaries.found_in(f"{one.text}\n{one.head}", "victim")
        if one.who in TOLD_OF_VICTIMS and "victim" in one.name:
            told += len(met)
        else:
            figure.add(not met, f"{one}: {marked.canaries.named(met)}")
    assert told


@pytest.mark.figure("outputs of those who run the system, searched for anything of any case")
def test_who_runs_the_system_meets_no_word_of_a_case(marked: Marked, figure):
    for one in marked.sweep.outputs:
        if one.who in NO_CASES:
            met = marked.canaries.found_in(f"{one.text}\n{one.head}")
            figure.add(not met, f"{one}: {marked.canaries.named(met)}")


@pytest.mark.figure("kinds of text that the holder of the case does meet")
def test_the_words_are_there_to_be_met(marked: Marked, figure):
    """Where they may be met they are: a sweep that found none anywhere would show nothing."""
    met = set[str]()
    for one in marked.holders:
        met |= marked.canaries.found_in(one.text, "restricted")
    figure.many(len({re.sub(r" of \S+$", "", marked.canaries.of[word]) for word in met}))
    assert figure.tried > 50
    assert len(marked.canaries.refused) < len(marked.canaries.of) / 20, marked.canaries.refused
    for kind in ("restricted", "excluded", "victim"):
        assert kind in marked.canaries.kind.values()


def own_copies(marked: Marked, outputs: list[Output]) -> Iterator[tuple[str, str]]:
    for one in outputs:
        if one.name in OWN_COPY and one.status == 200:
            yield str(one), one.text


def about_others(marked: Marked, text: str) -> set[str]:
    return {
        word for word in marked.canaries.found_in(text) if marked.canaries.sensitivity[word] in NEVER_ON_IT
    }


@pytest.mark.figure(
    "documents and messages for the person, searched for anybody else and the safety of staff"
)
def test_no_own_copy_holds_a_word_about_anybody_else(marked: Marked, figure):
    copies = [*own_copies(marked, [*marked.holders, *marked.sweep.outputs]), ("messages", marked.own_words)]
    for what, text in copies:
        met = about_others(marked, text)
        figure.add(not met, f"{what}: {marked.canaries.named(met)}")
    given = {one.name for one in marked.holders if one.status == 200} & set(OWN_COPY)
    assert {"plan_copy", "warning_letter", "progress report made"} <= given
    plan = next(text for what, text in copies if what.startswith("plan_copy") and "holder" in what)
    assert marked.canaries.found_in(plan), "the words of a document can be read"


# At night everybody asks, and what they did meanwhile stands there: pages looked at, changes, the last sign-in.
TELLS_OF_THE_SWEEP = {"openings", "settings", "settings_section staff"} if at_night() else set()


@pytest.mark.figure("lists and counts that are the same with and without an excluded record")
def test_no_count_tells_of_a_record_that_may_not_be_known_of(marked: Marked, figure):
    after = {(one.who, one.name): one.text for one in marked.sweep.outputs}
    for key, text in marked.before.items():
        if key[1] not in TELLS_OF_THE_SWEEP:
            figure.add(lasting(after[key]) == text, f"{key[1]} as {key[0]}")


@pytest.mark.figure("lines of the log searched for every word")
def test_no_line_of_the_log_holds_a_word(marked: Marked, figure):
    assert any("planted" in line for line in marked.ears.lines), "what went wrong was logged"
    for line in marked.ears.lines:
        met = marked.canaries.found_in(re.sub(r"\?\S*", "", line))
        figure.add(not met, f"{line[:80]}: {marked.canaries.named(met)}")


@pytest.mark.figure("addresses, file names and headers searched for every word")
def test_no_address_file_name_or_header_holds_a_word(marked: Marked, figure):
    for one in (*marked.sweep.outputs, *marked.holders):
        met = marked.canaries.found_in(f"{one.address.partition('?')[0]}\n{one.head}")
        figure.add(not met, f"{one}: {marked.canaries.named(met)}")


def spoken(marked: Marked) -> Iterator[tuple[str, str]]:
    """Every row of every table in its own words: what a log or a refusal to delete would print."""
    for model in everything():
        for row in model._base_manager.all():
            yield model._meta.label, f"{row} {row!r}"


@pytest.mark.figure("rows whose own words were searched")
def test_no_row_says_who_it_is_about(marked: Marked, figure):
    for label, said in spoken(marked):
        figure.add(not marked.canaries.found_in(said), label)


# Not of the night, but asked for by what somebody did; and a backup, which no open transaction lets through.
ASKED_FOR = {"import_caseload", "dispose", "tell_of_stop", "tell_of_opening", "tell_of_sign_in", "backup"}


def night(marked: Marked) -> str:
    """All the jobs of a night and a morning, with everything they leave: rows, notices, messages."""
    council, day = marked.world.users[Role.CASEWORKER].council, timezone.localdate()
    for number, kind in enumerate(settings.JOB_KINDS):
        if kind not in ASKED_FOR:
            jobs.ask(
                kind,
                f"{kind}:{number}:{len(mail.outbox)}",
                arguments={"on": day.isoformat()},
                council=council,
            )
    jobs.work(timezone.now)
    left = [f"{one.subject}\n{one.body}\n{one.to}" for one in mail.outbox]
    left += [json.dumps(row, default=str) for row in Job.objects.values()]
    return "\n".join(
        [*left, *(json.dumps(row, default=str) for row in Notice.objects.filter(sent_at=None).values())]
    )


@pytest.mark.figure("messages, jobs and lines of a night, searched for every word")
def test_a_night_leaves_no_word_outside_the_records(marked: Marked, figure, settings):
    settings.REMINDER_SENDERS = {
        "text": "orders.reminders.ConsoleSender",
        "email": "orders.reminders.EmailSender",
    }
    ears = Ears()
    with ears.listening():
        left = night(marked)
    assert mail.outbox
    assert not Job.objects.exclude(kind__in=ASKED_FOR).exclude(state=Job.State.DONE).exists()
    for line in (*left.splitlines(), *ears.lines):
        met = marked.canaries.found_in(line)
        figure.add(not met, f"{line[:60]}: {marked.canaries.named(met)}")


# --- What every answer carries ----------------------------------------------------------------------------------------

CARRIED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
POLICY = ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")


def lacking(one: Output) -> list[str]:
    """What an answer does not carry and should."""
    found = [name for name, value in CARRIED.items() if one.headers.get(name) != value]
    policy = one.headers.get("Content-Security-Policy", "")
    found += [words for words in POLICY if words not in policy]
    found += ["unsafe"] if "unsafe" in policy else []
    found += [] if "camera=()" in one.headers.get("Permissions-Policy", "") else ["Permissions-Policy"]
    found += ["other sites may read"] if "Access-Control-Allow-Origin" in one.headers else []
    found += [] if one.headers.get("Content-Type") or not one.text else ["Content-Type"]
    static = one.address.startswith("/static/") and one.status == 200
    if not static and one.headers.get("Cache-Control") != "no-store, private":
        found.append("no-store")
    return found


@pytest.mark.figure("answers that carry every header, errors and static files too")
def test_every_answer_carries_its_headers(marked: Marked, figure):
    client, odd = Client(raise_request_exception=False), Sweep(marked.world)
    for address in (
        "/static/app.css",
        "/static/",
        "/static/nowhere.css",
        "/livez",
        "/readyz",
        "/sign-in/",
        "/cases/x",
    ):
        odd.ask("nobody", client, address, address)
    answers = [
        client.get("/sign-in/", headers={"host": "elsewhere"}),
        Client(enforce_csrf_checks=True).post("/sign-in/", {}),
        client.options("/sign-in/"), client.put("/"), client.get("/cases/1"),
    ]  # fmt: skip
    odd.outputs += [
        Output("nobody", "odd", "odd", a.status_code, words_of(a), dict(a.headers)) for a in answers
    ]
    assert {one.status for one in odd.outputs} >= {200, 301, 400, 403, 404, 405}
    for one in (*marked.sweep.outputs, *marked.holders, *odd.outputs):
        figure.add(not lacking(one), f"{one} lacks {', '.join(lacking(one))}")
    page = marked.holders[0]
    for name in (*CARRIED, "Content-Security-Policy", "Permissions-Policy", "Cache-Control"):
        bare = {key: value for key, value in page.headers.items() if key != name}
        figure.planted(f"an answer without {name}", lacking(replace(page, headers=bare)))
    open_to_all = {**page.headers, "Access-Control-Allow-Origin": "*"}
    figure.planted("open to other sites", lacking(replace(page, headers=open_to_all)))


def test_an_error_tells_nothing(marked: Marked):
    broken = next(one for one in marked.holders if one.name == "went wrong")
    assert broken.status == 500
    for word in ("Traceback", "RuntimeError", "planted", ".py", "SELECT", "Django"):
        assert word not in broken.text, word
    assert broken.headers["X-Request-ID"][:8] in broken.text


@pytest.mark.figure("addresses with an ending that is not ours")
def test_an_ending_that_is_not_ours_gives_nothing(marked: Marked, figure):
    client = marked.hidden.client(Role.CASEWORKER)
    case, order = marked.restricted["case"], marked.restricted["order"]
    for page in (reverse("case", args=[case]), reverse("order", args=[order]), "/", reverse("my_caseload")):
        for ending in ("x.css", "x.js", "nowhere.png", ";x.css", "%2f..%2fx.css"):
            answer = client.get(page + ending)
            figure.add(answer.status_code == 404, f"{page}{ending} answers {answer.status_code}")


def test_cookies_of_real_records_are_locked_down():
    """As production has them: by https alone, for a year and below, tied to the host, out of reach of scripts."""
    names = (
        "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE",
        "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT",
    )  # fmt: skip
    code = (
        "import json\nfrom justice.settings import production as p\n"
        f"print(json.dumps({{n: getattr(p, n) for n in {names!r}}}))"
    )
    given = {
        "SECRET_KEY": "".join(chr(97 + number * 7 % 26) for number in range(80)), "DEFAULT_FROM_EMAIL": "a@b.invalid",
        "ALLOWED_HOSTS": "justice.example.invalid", "EMAIL_URL": "smtp+tls://mail:long-enough-to-pass@m.invalid:587",
        "DATABASE_URL": "postgresql://justice:long-enough-to-pass@d.invalid/justice",
        "REDIS_URL": "redis://:long-enough-to-pass-here@r.invalid:6379/0",
        "BACKUP_PUBLIC_KEY": str(pyrage.x25519.Identity.generate().to_public()),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **given}, capture_output=True, text=True, check=True
    )
    said = dict(zip(names, json.loads(done.stdout).values(), strict=True))
    for cookie in ("SESSION", "CSRF"):
        assert said[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert said[f"{cookie}_COOKIE_SECURE"]
        assert said[f"{cookie}_COOKIE_HTTPONLY"]
        assert said[f"{cookie}_COOKIE_SAMESITE"] in ("Lax", "Strict")
    assert said["SECURE_HSTS_SECONDS"] >= 365 * 24 * 60 * 60
    assert said["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert said["SECURE_SSL_REDIRECT"]


# --- Faults planted in what is watched --------------------------------------------------------------------------------


@pytest.mark.figure("planted leaks noticed")
def test_planted_leaks_are_noticed(marked: Marked, figure):
    world, manager = marked.world, marked.world.client(Role.FIRST_LINE_MANAGER)
    overdue, case = ("overdue", reverse("overdue")), reverse("case", args=[marked.restricted["case"]])
    person = Person.objects.get(pk=Case.objects.get(pk=marked.restricted["case"]).person_id)

    with patch.object(Person, "__str__", lambda self: self.given_name):
        figure.planted(
            "a row that says a name", any(marked.canaries.found_in(said) for _, said in spoken(marked))
        )

    with patch.object(TimescaleQuerySet, "visible_to", lambda self, user, few=False: self):
        [page] = Sweep(world).everything("first_line_manager", manager, [overdue])
    figure.planted("a list of more than may be seen", met_by(marked, page))
    figure.planted(
        "a count with the excluded", lasting(page.text) != marked.before["first_line_manager", "overdue"]
    )

    with patch.object(CaseQuerySet, "visible_to", lambda self, user: self.all()):
        found = Sweep(world).everything(
            Role.ADMINISTRATOR, world.client(Role.ADMINISTRATOR), [("api", reverse("api-cases-list"))]
        )
    figure.planted("an API for who runs the system", any(met_by(marked, one) for one in found))

    associate = Associate.objects.get(pk=marked.restricted["associate"])
    honest, holder = plans.persons_copy, marked.hidden.client(Role.CASEWORKER)
    with patch.object(
        plans, "persons_copy", lambda *args: replace(honest(*args), contingency=associate.name)
    ):
        [copy] = Sweep(world).everything(
            "holder", holder, [("plan_copy", reverse("plan_copy", args=[marked.restricted["plan"]]))]
        )
    figure.planted("a relative on the own copy", about_others(marked, copy.text))

    def told(**given: Any) -> None:
        logging.getLogger("cases").info("%s was looked at", person.given_name)

    ears = Ears()
    with ears.listening(), patch("justice.web.views.looked_at", told):
        holder.get(case)
    figure.planted("a name in the log", any(marked.canaries.found_in(line) for line in ears.lines))

    def broken(**given: Any) -> None:
        raise RuntimeError(f"no consent of {person.family_name}")

    ears = Ears()
    holder.raise_request_exception = False
    with ears.listening(), patch("justice.web.views.looked_at", broken):
        page = Sweep(world).ask("holder", holder, "went wrong", case)
    figure.planted("a name in a traceback", any(marked.canaries.found_in(line) for line in ears.lines))
    assert not marked.canaries.found_in(page.text)

    send = notices.EmailMessage
    with patch.object(
        notices, "EmailMessage", lambda **given: send(**{**given, "subject": f"About {person.family_name}"})
    ):
        Notice.objects.update(sent_at=None)
        left = night(marked)
    figure.planted("a name in a message", marked.canaries.found_in(left))

    named = Output(
        "holder", "file", "/x/", 200, "", {"Content-Disposition": f'filename="{person.given_name}.pdf"'}
    )
    figure.planted("a name in the name of a file", met_by(marked, replace(named, who=Role.BUSINESS_SUPPORT)))

    with patch(
        "cases.permissions.cases_whose_victims_are_seen_by", lambda user: Case.objects.visible_to(user)
    ):
        support = Sweep(world).everything(
            Role.BUSINESS_SUPPORT, world.client(Role.BUSINESS_SUPPORT),
            [("victims", reverse("victims", args=[world.keys["case"]]))],
        )  # fmt: skip
    figure.planted(
        "victims told to the team", any(marked.canaries.found_in(one.text, "victim") for one in support)
    )
