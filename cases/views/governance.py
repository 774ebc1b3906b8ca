"""Who has looked at this record, what one account saw and took away, and looks that a manager is to ask about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import governance
from cases.consultations import looked_at, looked_through
from cases.forms import FindPersonForm
from cases.forms_governance import AskAboutStaffForm
from cases.models import Consultation, Role, User
from cases.views.lists import DayFilter
from justice.domain.trail import of_change, of_look
from justice.web.exports import csv_response, xlsx_response
from justice.web.listing import Column, Listing, Table

View = Callable[..., HttpResponseBase]


def for_governance(view: View) -> View:
    """Nobody else is shown who looked."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.role != Role.INFORMATION_GOVERNANCE:
            raise PermissionDenied("who looked")
        return view(request, *args, **kwargs)

    return checked


def answered(
    request: HttpRequest, listing: Listing, template: str, file: str, keys: list[Any], **context: Any
) -> HttpResponseBase:
    """The list as a page or a file; who asked was logged before."""
    if file:
        return {"csv": csv_response, "xlsx": xlsx_response}[file](listing)
    name = request.resolver_match.url_name
    files = {kind: reverse(f"{name}_{kind}", args=keys) for kind in ("csv", "xlsx")}
    return render(request, template, {"listing": listing, "keys": keys, **files, **context})


@for_governance
def who_looked(request: HttpRequest) -> HttpResponse:
    """Find the person whose record is asked about. Sent by POST, so that no name stands in an address."""
    form = FindPersonForm(request.POST if request.method == "POST" else None)
    form.fields["text"].help_text = "Their reference, or how their names begin"
    context: dict[str, Any] = {"form": form, "title": "Who has looked at a record"}
    if request.method == "POST" and form.is_valid():
        found = governance.find(request.user, form.cleaned_data["text"])
        keys = [case.pk for case in found]
        looked_through(user=request.user, cases=keys, page="who looked", kind=Consultation.Kind.SEARCH)
        context |= {"searched": True, "found": found, "most": governance.SHOWN}
    return render(request, "governance/who_looked.html", context)


# ---------------------------------------------------------------- one record


class LookFilter(django_filters.FilterSet):
    """Narrows the looks at a record to some days."""

    since = DayFilter(label="From", method="from_day", hint="")
    until = DayFilter(label="To", method="to_day", hint="")

    class Meta:
        model = Consultation
        fields = ()

    # By moments, which the index is in order of: the day of each of two million rows takes ten seconds to work out.
    def from_day(self, rows: QuerySet, name: str, day: date) -> QuerySet:
        return rows.filter(at__gte=governance.between(day, day)[0])

    def to_day(self, rows: QuerySet, name: str, day: date) -> QuerySet:
        return rows.filter(at__lt=governance.between(day, day)[1])


def _when() -> Column:
    return Column("at", "When", kind="date", order_by=("at",), heads=True)


def _how(whole: bool = True) -> list[Column]:
    return [
        Column("kind", "How", "get_kind_display", order_by=("kind",)),
        Column("page", "Page", lambda row: governance.page_words(row.page), order_by=("page",)),
        Column("basis", "Ground", "get_basis_display"),
        Column("lawful", "Logged as", lambda row: of_look(row.kind, row.recipient).value),
        Column("recipient", "Disclosed to"),
    ]


def _who(path: str) -> list[Column]:
    return [
        Column("who", "Who", f"{path}.name", order_by=(f"{path}__name",)),
        Column("role", "Role", f"{path}.get_role_display"),
        Column("team", "Team", lambda row: _team(getattr(row, path))),
    ]


def _team(member: User) -> str:
    return member.team.name if member.team_id else ""


@for_governance
def record_looks(request: HttpRequest, case: int, file: str = "") -> HttpResponseBase:
    """Everybody who looked at one record, alone or in a list."""
    about = get_object_or_404(governance.identities(request.user), pk=case)
    looked_at(user=request.user, case=about, page="who looked", kind=_kind(file))
    rows = Consultation.objects.visible_to(request.user).of_case(about.pk).select_related("user__team")
    listing = Listing(
        [_when(), *_who("user"), *_how()],
        rows,
        request,
        default_order="-at",
        filterset=LookFilter(request.GET, queryset=rows, request=request),
        caption="Who has looked at this record",
        counts=("look", "looks"),
        empty="Nobody has looked at this record in these days. Each look is here as soon as it is made.",
        case_of="case_id",
        slug="looks-at-a-record",
    )
    return answered(
        request, listing, "governance/record.html", file, [about.pk], about=about, title=listing.caption
    )


@for_governance
def record_changes(request: HttpRequest, case: int, file: str = "") -> HttpResponseBase:
    """Who changed one record and when; not what it says."""
    about = get_object_or_404(governance.identities(request.user), pk=case)
    looked_at(user=request.user, case=about, page="who changed", kind=_kind(file))
    listing = Listing(
        [
            _when(),
            *_who("actor"),
            Column(
                "operation",
                "Change",
                lambda row: governance.page_words(row.operation),
                order_by=("operation",),
            ),
            Column("lawful", "Logged as", lambda row: of_change(row.operation).value),
        ],
        governance.changes_of(request.user, about).select_related("actor__team"),
        request,
        default_order="-at",
        caption="Who has changed this record",
        counts=("change", "changes"),
        empty="Nobody has changed this record. Each change is here as soon as it is made.",
        case_of="case_id",
        slug="changes-of-a-record",
    )
    return answered(
        request, listing, "governance/record.html", file, [about.pk], about=about, title=listing.caption
    )


def _kind(file: str) -> str:
    return Consultation.Kind.EXPORT if file else Consultation.Kind.VIEW


# ---------------------------------------------------------------- one member of staff


@for_governance
def ask_staff_looks(request: HttpRequest) -> HttpResponse:
    """Whom, and which days: without both nothing is shown."""
    form = AskAboutStaffForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        keys = [given["worker"].pk, given["since"].isoformat(), given["until"].isoformat()]
        return redirect(reverse(given["ask"], args=keys))
    context = {"form": form, "title": "What somebody has looked at"}
    return render(request, "governance/ask.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, worker: int, since: str, until: str) -> tuple[User, date, date]:
    member = get_object_or_404(User.objects.visible_to(request.user), pk=worker)
    try:
        begins, ends = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError as error:
        raise Http404 from error
    if not begins <= ends or ends - begins > governance.LONGEST:
        raise Http404
    return member, begins, ends


@for_governance
def staff_looks(
    request: HttpRequest, worker: int, since: str, until: str, file: str = ""
) -> HttpResponseBase:
    """Each look of one member of staff in some days."""
    member, begins, ends = _asked(request, worker, since, until)
    listing = Listing(
        [
            _when(),
            Column("whose", "Whose record", _whose, heads=False),
            *_how(),
        ],
        governance.looks_by(request.user, member, begins, ends).select_related("case__person"),
        request,
        default_order="-at",
        caption=f"What {member.name} looked at",
        counts=("look", "looks"),
        empty="They looked at nobody's record in these days. Ask about other days to see more.",
        case_of="case_id",
        slug="looks-of-a-member-of-staff",
    )
    keys = [case for _, case in listing.keys()] if file else listing.case_keys  # noqa: SIM118  (no dict)
    looked_through(
        user=request.user, cases=[key for key in keys if key], page="what somebody looked at",
        kind=Consultation.Kind.EXPORT if file else Consultation.Kind.LIST,
    )  # fmt: skip
    return answered(
        request, listing, "governance/staff.html", file, [worker, since, until],
        member=member, since=begins, until=ends, title=listing.caption, other="incident_report",
    )  # fmt: skip


def _whose(row: Consultation) -> str:
    if row.case_id:
        return f"{row.case.person.name}, {row.case.person.reference}"
    count = len(row.cases)
    return "1 person in a list" if count == 1 else f"{count:,} people in a list"


@for_governance
def incident_report(
    request: HttpRequest, worker: int, since: str, until: str, file: str = ""
) -> HttpResponseBase:
    """Everybody one account was shown in some days, each once, and everything it took away."""
    member, begins, ends = _asked(request, worker, since, until)
    seen = governance.seen_by(request.user, member, begins, ends)
    taken = governance.taken_by(request.user, member, begins, ends)
    listing = Listing(
        [
            Column("name", "Person", order_by=("name",), heads=True),
            Column("reference", "Reference", order_by=("reference",)),
            Column("first", "First seen", kind="date", order_by=("first",)),
            Column("last", "Last seen", kind="date", order_by=("last",)),
            Column("times", "Times", kind="number", order_by=("times",)),
            Column("words", "How"),
        ],
        seen,
        request,
        default_order="first",
        caption="People whose records were seen",
        counts=("person", "people"),
        empty="The account was shown nobody in these days. Ask about other days to see more.",
        case_of="case",
        slug="incident-people",
    )
    keys = [one.case for one in seen] if file else listing.case_keys
    looked_through(
        user=request.user, cases=keys, page="incident report",
        kind=Consultation.Kind.EXPORT if file else Consultation.Kind.LIST,
    )  # fmt: skip
    away = Table(
        [
            _when(),
            *_how(),
            Column("count", "People", lambda row: len(row.cases) or 1, kind="number"),
        ],
        taken,
        "What was taken away",
        "Nothing was taken away in these days. Files and documents would stand here.",
    )
    figures = [
        {"label": "People seen", "value": len(seen)},
        {"label": "Files and documents taken away", "value": len(taken)},
        {"label": "Changes made", "value": governance.changes_by(request.user, member, begins, ends)},
    ]
    return answered(
        request, listing, "governance/incident.html", file, [worker, since, until],
        member=member, since=begins, until=ends, title=f"Incident report: {member.name}", taken=away, figures=figures,
        other="staff_looks",
    )  # fmt: skip
