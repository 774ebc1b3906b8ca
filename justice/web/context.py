"""What every page is given: the navigation of the signed-in person's role, and who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

SERVICE_NAME: Final = "Justice social work"

_CASEWORK = ("caseworker", "unpaid_work_supervisor", "business_support", "first_line_manager")
_ALL = (*_CASEWORK, "senior_manager", "performance_officer", "information_governance", "administrator")
_FIGURES = ("caseworker", "first_line_manager", "senior_manager", "performance_officer")


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: shown to these roles; `sections` are the first steps of the paths it stands for."""

    label: str
    url_name: str
    roles: tuple[str, ...]
    sections: tuple[str, ...]


FIND_PEOPLE: Final = (*_CASEWORK, "senior_manager")

PLACES: Final = (
    Place("Home", "home", _ALL, ()),
    Place("My caseload", "my_caseload", ("caseworker", "first_line_manager"), ("my-caseload",)),
    Place("My week", "my_week", ("caseworker", "first_line_manager"), ("my-week", "tasks")),
    Place("Today", "unpaid_work_today", ("unpaid_work_supervisor",), ("today",)),
    Place(
        "Diary",
        "diary",
        ("caseworker", "unpaid_work_supervisor", "first_line_manager"),
        ("diary", "outcomes"),
    ),
    Place("Outcomes", "outcomes", ("business_support",), ("outcomes",)),
    Place("Overdue", "overdue", (*_CASEWORK, "senior_manager"), ("overdue", "absences")),
    Place("Due soon", "due_soon", (*_CASEWORK, "senior_manager"), ("due-soon",)),
    Place(
        "Team",
        "team",
        ("first_line_manager", "senior_manager"),
        (
            "team",
            "unallocated",
            "plans",
            "gaps",
            "reviews",
            "quality",
            "mappa",
            "openings",
            "unusual-looking",
        ),
    ),
    Place(
        "Workload",
        "workload",
        ("first_line_manager", "senior_manager"),
        ("workload", "handover", "handovers"),
    ),
    Place(
        "People",
        "people",
        FIND_PEOPLE,
        ("people", "cases", "orders", "reports", "appointments", "unpaid-work"),
    ),
    Place("Notices", "notices", _CASEWORK, ("notices",)),
    Place("Performance", "performance", _FIGURES, ("performance",)),
    Place("Quality", "quality", ("performance_officer",), ("quality",)),
    Place("Data gaps", "data_gaps", ("performance_officer",), ("gaps",)),
    Place("Lists taken away", "exports", ("information_governance",), ("exports",)),
    Place("Who has looked", "who_looked", ("information_governance",), ("governance",)),
    Place("Unusual looking", "unusual_looking", ("information_governance",), ("unusual-looking",)),
    Place("Import", "import_caseload", ("performance_officer", "administrator"), ("import", "caseload")),
    Place("Role changes", "role_changes", ("information_governance",), ("settings",)),
    Place("Retention", "retention", ("senior_manager", "information_governance"), ("retention",)),
    Place("Settings", "settings", ("performance_officer", "administrator"), ("settings",)),
)


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    current: bool


def address(name: str) -> str:
    """The path of a named page, or nothing where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def links_for(role: str, path: str) -> list[Link]:
    """The navigation of a role; the entry that the path belongs to is the current one."""
    first = path.strip("/").split("/")[0]
    shown = [(place, address(place.url_name)) for place in PLACES if role in place.roles]
    exact = {place.label for place, href in shown if href and href == path}
    return [
        Link(place.label, href, place.label in exact or (not exact and first in place.sections))
        for place, href in shown
        if href
    ]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For settings.TEMPLATES: `service_name`, `navigation`, `signed_in` and the addresses every page has."""
    user = getattr(request, "user", None)
    given: dict[str, Any] = {
        "service_name": SERVICE_NAME,
        "home": address("home") or "/",
        "navigation": [],
        "signed_in": None,
        "sign_out": address("sign_out"),
        "own_sign_in": address("own_sign_in"),
        "header_search": "",
    }
    if user is not None and user.is_authenticated:
        council = getattr(user, "council", None)
        given["navigation"] = links_for(getattr(user, "role", ""), request.path)
        if getattr(user, "role", "") in FIND_PEOPLE:
            given["header_search"] = address("people")
        given["signed_in"] = {
            "name": getattr(user, "name", "") or user.get_username(),
            "role": user.get_role_display() if hasattr(user, "get_role_display") else "",
            "council": getattr(council, "name", ""),
            "demonstration": getattr(council, "demonstration", False),
        }
        # For the warning before a session ends for want of a request: how long it lasts, and what to ask to go on.
        given["idle_seconds"] = request.session.get_expiry_age()
        given["stay"] = address("save_draft")
    return given
