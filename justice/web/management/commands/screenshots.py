"""The pictures of the README, taken afresh from the demonstration as the configured database holds it."""

from __future__ import annotations

import shutil
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from django.utils import timezone

from cases.models import Council, Role, Timescale, User
from orders.models import Order
from performance.domain.period import Quarter
from performance.figures import MEASURE_OF

OUT = settings.BASE_DIR / "justice" / "decisions" / "pictures"
WIDTH, HEIGHT = 1280, 900
COLOURS = 128  # enough for a page of few colours, at a third of the size
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root, and without asking Google's hosts for anything.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Command(BaseCommand):
    help = "Take the README's five pictures of the demonstration. Refused for a council that is not invented."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        sync_playwright = of_the_tests("playwright.sync_api").sync_playwright
        browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
        if browser_path is None:
            raise CommandError("Install a Chromium first: apt-get install chromium")
        wanted = pictures()
        sessions = {user: session_of(user) for _, user, _ in wanted}
        out.mkdir(parents=True, exist_ok=True)
        try:
            with site() as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
                for name, user, path in wanted:
                    context = browser.new_context(
                        base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB"
                    )
                    key = sessions[user].session_key
                    context.add_cookies(
                        [{"name": settings.SESSION_COOKIE_NAME, "value": str(key), "url": address}]
                    )
                    page = context.new_page()
                    answer = page.goto(path)
                    if answer is None or answer.status != 200:
                        raise CommandError(f"{path} did not open for {user.get_role_display()}")
                    page.evaluate("document.fonts.ready.then(() => true)")
                    file = out / f"{name}.png"
                    page.screenshot(path=file)
                    context.close()
                    smaller(file)
                    self.stdout.write(f"{file} ({file.stat().st_size // 1024} kB)")
                browser.close()
        finally:
            for session in sessions.values():
                session.delete()


def pictures() -> list[tuple[str, User, str]]:
    """Each picture's name, who is looking, and at which page."""
    council = Council.objects.filter(demonstration=True).first()
    if council is None:
        raise CommandError("There is no demonstration in this database: load_demonstration makes one")
    caseworker, manager, senior = (
        log_in_of(council, role) for role in (Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER)
    )
    quarter = Quarter.of(timezone.localdate()).previous
    k1 = MEASURE_OF["K1"]
    return [
        ("my-caseload", caseworker, reverse("my_caseload")),
        ("order", caseworker, reverse("order", args=[an_order_with_much_on_it(caseworker).pk])),
        ("team", manager, reverse("team")),
        ("performance", senior, reverse("performance_quarter", args=[quarter])),
        ("cases-of-a-figure", senior, reverse("performance_cases", args=[quarter, k1])),
    ]


def log_in_of(council: Council, role: str) -> User:
    """Who of this role can sign in with a password: the demonstration's log-ins are few among its staff."""
    staff = User.objects.filter(council=council, role=role, is_active=True).order_by("pk")
    return next((user for user in staff if user.has_usable_password()), None) or staff.earliest("pk")


def an_order_with_much_on_it(worker: User) -> Order:
    """An active order of unpaid work under way and supervision, of the worker's own, with the most to show."""
    orders = Order.objects.visible_to(worker).filter(ended_on=None, case__allocations__worker=worker)
    orders = orders.exclude(requirements__kind__in=("restricted_movement", "programme", "compensation"))
    working = orders.filter(requirements__kind="unpaid_work", requirements__completed_on=None)
    both = working.filter(attendances__isnull=False).filter(requirements__kind="supervision")
    found = (both or working or orders).distinct().order_by("-imposed_on")[:40]
    rows = Timescale.objects.visible_to(worker)
    return max(found, key=lambda order: (rows.about(order.subject).count(), order.pk))


def session_of(user: User) -> SessionStore:
    """What signing in would leave."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nobody reads a line for each request."""


@contextmanager
def site() -> Iterator[str]:
    """The site in this process, at a free port, for as long as the pictures take."""
    application = StaticFilesHandler(get_wsgi_application())
    server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def smaller(file: Path) -> None:
    """The same picture in fewer colours."""
    image = of_the_tests("PIL.Image")
    with image.open(file) as picture:
        fewer = picture.convert("RGB").quantize(COLOURS, dither=image.Dither.NONE)
    fewer.save(file, optimize=True)


def of_the_tests(module: str) -> Any:
    """A module that is installed for the tests: the program does without it, and so may an installation."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise CommandError(
            f"Install what the tests need first: {package} is missing (./run test does it)"
        ) from None
