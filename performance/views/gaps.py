"""The gaps in the records: how many of each and why it matters, and the list of each with the way to close it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import COUNCIL_ROLES, User
from cases.views.board import labels_of
from cases.views.lists import show
from justice.web import exports
from justice.web.listing import Column, Listing, follow
from justice.web.views import today
from performance import gaps
from performance.figures import MEASURE_OF
from performance.gaps import GAP_OF, GAPS, Gap


def whose(user: User) -> str:
    return "Whole council" if user.role in COUNCIL_ROLES else "The open cases of your team"


def reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role not in gaps.READERS or user.council is None:
        raise PermissionDenied
    return user


def measures_of(gap: Gap) -> str:
    """The figures it makes unreliable, in words."""
    return ", ".join(MEASURE_OF[code].short for code in gap.measures) or "None"


@dataclass(frozen=True)
class Counted:
    """A gap and how many rows have it."""

    gap: Gap
    number: int


def counted(user: User, on: date) -> list[Counted]:
    """Every gap, as the reader may see it."""
    found = gaps.counts(user, on)
    return [Counted(gap, found[gap.key]) for gap in GAPS]


def columns(*, on_home: bool = False) -> tuple[Column, ...]:
    """Of a table of gaps, each row a gap with how many lack it."""
    return (
        Column("label", "What is missing", "gap.label", heads=True),
        Column(
            "number",
            "How many",
            kind="number",
            href=lambda row: reverse("data_gap", args=[row.gap.key]) if row.number else "",
            context=lambda row: row.gap.label,
        ),
        Column("measures", "Figures it touches", value=lambda row: measures_of(row.gap)),
        Column("why", "Why it matters", "gap.why", on_page=not on_home),
    )


def data_gaps(request: HttpRequest, file: str = "") -> HttpResponseBase:
    """Every gap with its count; no person is in it."""
    user = reader(request)
    listing = Listing(
        columns(),
        counted(user, today()),
        request,
        caption="Data gaps",
        counts=("kind of gap", "kinds of gap"),
        case_of="gap.key",
    )
    if file:
        return exports.csv_response(listing) if file == "csv" else exports.xlsx_response(listing)
    context = {
        "title": listing.caption,
        "listing": listing,
        "whose": whose(user),
        "csv": reverse("data_gaps_csv"),
        "xlsx": reverse("data_gaps_xlsx"),
    }
    return render(request, "performance/gaps.html", context)


def data_gap(request: HttpRequest, gap: str, file: str = "") -> HttpResponseBase:
    """The rows of one gap, the oldest first."""
    user, on = reader(request), today()
    if gap not in GAP_OF:
        raise Http404("no such gap")
    chosen = GAP_OF[gap]
    listing = Listing(
        _columns(chosen, user),
        chosen.listed(user, on),
        request,
        default_order="since",
        caption=chosen.label,
        counts=("row", "rows"),
        empty="Nothing is missing here. It is looked for each time this page is opened.",
        case_of=f"{chosen.case}_id" if chosen.case else "pk",
        slug=f"gap-{chosen.key}",
    )
    return show(
        request,
        listing,
        "performance/gap.html",
        f"data gap {chosen.key}",
        file,
        keys=[chosen.key],
        whose=whose(user),
        gap=chosen,
        measures=measures_of(chosen),
        since=gaps.counted_from(on) if chosen.of_a_year else None,
        trail=[("Data gaps", reverse("data_gaps"))],
    )


def fix_of(gap: Gap, row: object) -> str:
    return reverse(gap.fix, kwargs={name: follow(row, path) for name, path in gap.keys})


def _columns(gap: Gap, user: User) -> tuple[Column, ...]:
    person = gap.path("person").replace("__", ".")
    close = Column(
        "fix",
        "Close the gap",
        value=lambda row: gap.fix_words,
        href=lambda row: fix_of(gap, row),
        context=lambda row: f"for {follow(row, gap.reference)}",
        in_files=False,
        hidden_label=True,
    )
    labels = labels_of(user.council, today())
    what = Column(
        "what", "What", value=lambda row: labels.get(getattr(row, gap.clause), ""), order_by=(gap.clause,)
    )
    may_close = not gap.operation or permissions.allows(user, gap.operation)
    return (
        Column(
            "name",
            "Person",
            value=lambda row: f"{follow(row, person).family_name}, {follow(row, person).given_name}",
            order_by=(gap.path("person__family_name"), gap.path("person__given_name")),
            href=lambda row: reverse("case", args=[follow(row, f"{gap.case}_id" if gap.case else "pk")]),
            context=lambda row: f"for {follow(row, gap.reference)}",
            heads=True,
        ),
        Column("reference", "Reference", value=gap.reference, order_by=(gap.reference.replace(".", "__"),)),
        *([what] if gap.clause else []),
        Column("since", gap.since_words, value=gap.since, kind="date", order_by=(gap.since,)),
        Column("held_by", "Held by", value=lambda row: row.held_by or "Nobody", order_by=("held_by",)),
        Column("held_in", "Team", value=lambda row: row.held_in or "None", order_by=("held_in",)),
        *([close] if may_close else []),
    )
