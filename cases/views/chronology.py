"""The chronology of one case: narrowed, searched, turned round and printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from cases import chronology, forms
from cases.chronology import Event, Kind
from cases.models import Case, Consultation
from cases.views.person import CaseSection
from justice.web import pdf
from justice.web.dates import plain_date
from justice.web.listing import Listing
from justice.web.status import days
from justice.web.views import CaseView

PAGE = 50
# Where on its page the record of an event stands.
ANCHORS = {
    Kind.CONTACT: "contacts",
    Kind.SESSION: "sessions",
    Kind.COMPLIANCE: "absences",
    Kind.BREACH: "breaches",
    Kind.ASSESSMENT: "assessments",
    Kind.PLAN: "plans",
    Kind.REVIEW: "reviews",
    Kind.REPORT: "reports",
    Kind.RELEASE: "releases",
    Kind.ALERT: "alerts",
    Kind.ADDRESS: "addresses",
    Kind.CASE: "held",
}
# What a subject is, and the page that shows it: one of an order, else one of the case.
PAGES = {
    "report": "case",
    "release": "case",
    "alert": "case_record",
    "address": "case_record",
    "case": "case_record",
}


def address_of(event: Event, case: Case) -> str:
    """Where the record of an event stands; nothing where no page shows it."""
    what, _, key = event.subject.partition("/")[0].partition(":")
    anchor = f"#{ANCHORS[event.kind]}" if event.kind in ANCHORS else ""
    if what == "appointment":
        return reverse("appointment", args=[key])
    if what == "review":
        return reverse("review", args=[key])
    if what == "note":
        return reverse("note", args=[case.pk, key])
    if what == "order":
        return reverse("order", args=[key]) + (anchor if event.kind != Kind.CASE else "")
    if what == "mappa":
        return reverse("mappa", args=[case.pk])
    return reverse(PAGES[what], args=[case.pk]) + anchor if what in PAGES else ""


@dataclass(frozen=True)
class Month:
    """The events of one month, under its name."""

    title: str
    items: list[dict[str, Any]]


def months(rows: Iterable[Event], case: Case) -> Iterator[Month]:
    """Events as pages show them, under their months, in the order given."""
    for month, found in groupby(rows, key=lambda row: row.on.replace(day=1)):
        yield Month(f"{month:%B %Y}", [shown(row, case) for row in found])


def shown(row: Event, case: Case) -> dict[str, Any]:
    return {
        "on": row.on,
        "at": row.at,
        "title": row.title,
        "text": row.text,
        "by": row.by,
        "href": address_of(row, case),
        "kind": row.kind.label,
        "notable": row.notable,
        "note": late(row),
    }


def late(row: Event) -> str:
    """What was written down on a later day than it happened says so."""
    if not row.recorded_late or row.recorded_on is None:
        return ""
    return f"on {plain_date(row.recorded_on)}, {days((row.recorded_on - row.on).days)} later"


class Narrowing:
    """What was asked for, read from a query or a form, and the events that are left by it."""

    def __init__(self, asked: QueryDict, events: list[Event], *, with_words: bool) -> None:
        given = asked.copy()
        if not with_words:
            given.pop("words", None)
        self.form = forms.ChronologyForm(given)
        counts = {kind: sum(row.kind == kind for row in events) for kind in Kind}
        self.form.fields["kind"].choices = [
            (kind.value, f"{kind.label} ({counts[kind]})") for kind in Kind if counts[kind]
        ]
        self.valid = self.form.is_valid()
        chosen = self.form.cleaned_data if self.valid else {}
        self.kinds: list[str] = chosen.get("kind") or []
        self.from_on: date | None = chosen.get("from_on")
        self.to_on: date | None = chosen.get("to_on")
        self.words: str = chosen.get("words") or ""
        self.oldest_first = chosen.get("order") == "oldest"
        left = chronology.narrowed(
            events, kinds=self.kinds, from_on=self.from_on, to_on=self.to_on, words=self.words
        )
        self.events = left if self.oldest_first else left[::-1]

    @property
    def query(self) -> str:
        """The same narrowing as the end of an address: never with the words."""
        pairs = [("kind", kind) for kind in self.kinds]
        pairs += [(name, day.isoformat()) for name in ("from_on", "to_on") if (day := getattr(self, name))]
        pairs += [("order", "oldest")] if self.oldest_first else []
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def narrowed(self) -> bool:
        return bool(self.kinds or self.from_on or self.to_on or self.words)

    @property
    def folded(self) -> bool:
        """Whether the choices beside the words may stay folded away: none is in use."""
        return self.valid and not (self.kinds or self.from_on or self.to_on or self.oldest_first)

    @property
    def in_words(self) -> str:
        """What is shown, for the head of a document."""
        kinds = ", ".join(Kind(kind).label for kind in self.kinds) or "Everything"
        since = f" from {plain_date(self.from_on)}" if self.from_on else ""
        until = f" to {plain_date(self.to_on)}" if self.to_on else ""
        return f"{kinds}{since}{until}, {'oldest' if self.oldest_first else 'newest'} first"


class Chronology(CaseSection):
    """Everything that happened, from every part of the record, in one line of time."""

    page = "chronology"
    section = "chronology"
    template_name = "cases/chronology.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(request.GET, with_words=False)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A search by words is answered here; without words the same narrowing has an address of its own."""
        if request.POST.get("words", "").strip():
            return self.answer(request.POST, with_words=True)
        narrowing = Narrowing(request.POST, self.events(), with_words=False)
        if not narrowing.valid:
            return self.answer(request.POST, with_words=False)
        return HttpResponseRedirect(reverse("chronology", args=[self.case.pk]) + narrowing.query)

    def events(self) -> list[Event]:
        return chronology.events(self.case, self.request.user)

    def answer(self, asked: QueryDict, *, with_words: bool) -> HttpResponse:
        events = self.events()
        narrowing = Narrowing(asked, events, with_words=with_words)
        listing = Listing(
            (),
            narrowing.events,
            self.request,
            page_size=PAGE,
            counts=("entry", "entries"),
            caption="Chronology",
        )
        listing.query = asked
        context = self.get_context_data(
            form=narrowing.form,
            narrowing=narrowing,
            listing=listing,
            months=list(months(listing.objects, self.case)),
            total=len(events),
            here=reverse("chronology", args=[self.case.pk]),
            print_href=reverse("chronology_print", args=[self.case.pk]) + narrowing.query,
        )
        return self.render_to_response(context, status=200 if narrowing.valid else 422)


class ChronologyPrint(CaseView):
    """The same as a document to keep or take to a meeting."""

    page = "chronology"
    looks = Consultation.Kind.DOCUMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.case
        narrowing = Narrowing(request.GET, chronology.events(case, request.user), with_words=False)
        context = {
            "title": "Chronology",
            "case": case,
            "person": case.person,
            "narrowing": narrowing,
            "months": list(months(narrowing.events, case)),
        }
        return pdf.as_file(request, "pdf/chronology.html", context, f"chronology-{case.pk}.pdf")
