"""Help: for each role its commonest tasks, and what the whole system goes by; and what each version changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from cases.calendars import standards_of
from cases.models import Role, User
from cases.signing_in import UNUSED_AFTER
from justice.domain.standards import FACT_KINDS, Clause
from justice.web.markdown import as_html
from justice.web.shortcuts import HOLD, SHORTCUTS
from justice.web.status import RAG, Status
from justice.web.views import today


@dataclass(frozen=True)
class Topic:
    """One page of help; its words are in templates/help/, under its own name. `role`: whose tasks it is about."""

    slug: str
    title: str
    lead: str
    role: str = ""

    @property
    def href(self) -> str:
        return reverse("help_page", args=[self.slug])


TOPICS: Final = (
    Topic("caseworkers", "Caseworkers", "Orders, contacts, plans, reviews and breach", Role.CASEWORKER),
    Topic("unpaid-work-supervisors", "Unpaid work supervisors", "Sessions and hours", Role.UNPAID_WORK_SUPERVISOR),
    Topic("business-support", "Business support", "People, orders and requests for reports", Role.BUSINESS_SUPPORT),
    Topic("first-line-managers", "First line managers", "The team, approval and reasons", Role.FIRST_LINE_MANAGER),
    Topic("senior-managers", "Senior managers", "The figures, and the cases behind them", Role.SENIOR_MANAGER),
    Topic("performance-officers", "Performance officers", "Import, publication, standards", Role.PERFORMANCE_OFFICER),
    Topic("information-governance", "Information governance", "Who looked, and why", Role.INFORMATION_GOVERNANCE),
    Topic("administrators", "Administrators", "Staff, teams and settings", Role.ADMINISTRATOR),
    Topic("due-dates", "How due dates are worked out", "The standards in force, and how days are counted"),
    Topic("colours", "What the colours and words mean", "Overdue, due, met, lapsed; red, amber and green"),
    Topic("glossary", "Words used here", "The words of the trade and of this system"),
    Topic("logged", "What is logged", "What is kept of every look and every change"),
    Topic("access", "Getting access, and restricted records", "Who may see what, and what to do when you cannot"),
    Topic("shortcuts", "Keyboard shortcuts", "Every shortcut, and what to press in your browser"),
)  # fmt: skip
BY_SLUG: Final = {topic.slug: topic for topic in TOPICS}
STATES: Final = (
    (Status("Overdue 3 days", "red"), "It was due before today and is not done."),
    (Status("Due in 2 days", "amber"), "It is due today or in the next few days."),
    (Status("Due 3 Mar 2027", "blue"), "It is due later."),
    (Status("Met", "green"), "It was done in time."),
    (Status("Met late", "amber"), "It was done after its due date. Say why, and the reason goes into the figures."),
    (Status("Missed", "red"), "The order ended, and it had not been done. It stays in the figures."),
    (Status("Lapsed", "grey"), "The order ended before it was due, so there is nothing to do."),
)  # fmt: skip
RATINGS: Final = (
    (RAG["green"], "On target, or so near below it that your council’s rule calls it green."),
    (RAG["amber"], "A little below the target."),
    (RAG["red"], "Further below the target."),
    (RAG["grey"], "No target is set, or there was nothing to count."),
)


def help_index(request: HttpRequest) -> HttpResponse:
    """Every page of help; the reader's own role first."""
    role = request.user.role
    own = [topic for topic in TOPICS if topic.role == role]
    context = {
        "title": "Help",
        "groups": (
            ("Your tasks", own),
            ("How it works", [topic for topic in TOPICS if not topic.role]),
            ("What others do here", [topic for topic in TOPICS if topic.role and topic not in own]),
        ),
    }
    return render(request, "help/index.html", context)


def help_page(request: HttpRequest, page: str) -> HttpResponse:
    if page not in BY_SLUG:
        raise Http404
    topic = BY_SLUG[page]
    context: dict[str, Any] = {
        "title": topic.title,
        "lead": topic.lead,
        "trail": [("Help", reverse("help"))],
        **MORE.get(page, lambda user: {})(request.user),
    }
    return render(request, f"help/{page}.html", context)


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """Open to everybody: who cannot get past the page to sign in needs it most."""
    return render(request, "help/accessibility.html", {"title": "Accessibility statement", "lead": ""})


def whats_new(request: HttpRequest) -> HttpResponse:
    """What each version changed for the people who use it, the newest first."""
    return render(request, "help/whats_new.html", {"title": "What’s new", "changes": changes()})


@lru_cache(maxsize=1)
def changes() -> SafeString:
    text = (settings.BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8")
    return as_html("## " + text.partition("\n## ")[2])  # the page has a heading of its own


# ---------------------------------------------------------------- what some pages show besides their words


@dataclass(frozen=True)
class Within:
    """One clause of the standards as a row."""

    label: str
    words: str
    source: str


def standards_in_words(user: User) -> list[Within]:
    """The clauses that govern what begins today, the council's own laid over them."""
    if user.council is None:
        return []
    return [_within(clause) for clause in standards_of(user.council).clauses_on(today())]


def _within(clause: Clause) -> Within:
    periods = [str(period) for period in clause.within]
    begun = FACT_KINDS[clause.starts_on]
    if periods == ["as ordered"]:
        words = f"By the day the court gave when {begun}"
    else:
        words = f"{_listed(periods)} {begun}"
    if clause.then_every:
        words += f", and every {str(clause.then_every).removesuffix(' after')} from then on"
    return Within(clause.label, words, clause.source)


def _listed(periods: Iterable[str]) -> str:
    """ "3 and 6 months after": what they end in alike is said once."""
    split = [period.partition(" ") for period in periods]
    if len({rest for _, _, rest in split}) == 1:
        return f"{' and '.join(count for count, _, _ in split)} {split[0][2]}"
    return " and ".join(periods)


MORE: Final[dict[str, Callable[[User], dict[str, Any]]]] = {
    "administrators": lambda user: {"unused_days": UNUSED_AFTER.days},
    "due-dates": lambda user: {"clauses": standards_in_words(user)},
    "colours": lambda user: {"states": STATES, "ratings": RATINGS},
    "shortcuts": lambda user: {"shortcuts": SHORTCUTS, "hold": HOLD},
}
