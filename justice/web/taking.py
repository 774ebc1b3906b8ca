"""Taking a list of named people away: why, for whom, who agrees; then the file, with all of that in it.

The address of a list's file asks first (GET), and gives the file to whoever answers (POST). A list of more people than
one person may take alone, and every list of whoever sees the whole council, waits for somebody's agreement: the same
address then gives the file, made anew from the same list and filters. No file is kept.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cases import operations
from cases.budget import Stopped, edition_on
from cases.models import COUNCIL_ROLES, Export
from cases.operation import Repeated
from cases.operations.exports import needs_agreement
from justice.domain.errors import Problem, Refused
from justice.web import exports
from justice.web.forms import OperationForm, RadiosField, TextField
from justice.web.listing import Listing
from justice.web.proof import ask_again, proved_lately
from justice.web.views import today

_FILE: Final = re.compile(r"[/.](csv|xlsx)/?$")  # what an address of a file has after the list's own
LONGEST_ADDRESS: Final = 2000  # what Export.address holds


class TakeForm(OperationForm):
    """Why a list is taken away, and who will have it."""

    reason = RadiosField(
        "Why do you need this list?",
        choices=Export.Reason.choices,
        missing="Select why you need this list",
    )
    why = TextField(
        "More about why",
        required=False,
        max_length=300,
        hint="Needed if it is something else. Name nobody from the list",
    )
    given_to = RadiosField(
        "Who will receive it?",
        choices=Export.For.choices,
        missing="Select who will receive it",
    )
    recipient = TextField(
        "Name and organisation of who receives it",
        required=False,
        max_length=200,
        hint="Needed unless it is only you",
    )


def words_of(listing: Listing) -> str:
    """The list and the filters chosen, for whoever has to agree: "Overdue. Team: North"."""
    chosen = [f"{one.label}: {one.words}" for one in listing.chosen_filters]
    return ". ".join([listing.caption, *chosen])


def take_away(request: HttpRequest, listing: Listing, *, page: str, file: str) -> HttpResponseBase:
    """The page that asks, or the file. `page` is what the log calls the list; `file` "csv" or "xlsx"."""
    if not proved_lately(request):
        return ask_again(request)
    user, now, address = request.user, timezone.now(), request.get_full_path()
    own = Export.objects.visible_to(user).filter(recorded_by=user, address=address)
    agreed = own.agreed(now).select_related("recorded_by", "decided_by").first()
    exports.check_length(listing)
    if len(address) > LONGEST_ADDRESS:
        raise Refused(Problem("This list has more filters than can be kept. Use fewer"))
    keys = [case for _, case in listing.keys()]  # noqa: SIM118  (a Listing is no dictionary)
    alone = agreed is None and not needs_agreement(user, keys, listing.total, now)
    form = TakeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (agreed is not None or form.is_valid()):
        said: dict[str, Any] = {} if agreed is not None else form.values()
        about = {"actor": user, "page": page, "words": words_of(listing), "address": address, "now": now}
        try:
            if agreed is None and not alone:
                return _ask(request, form, rows=listing.total, **about, **said)
            return _file(listing, file, agreed=agreed, **about, **said)
        except Stopped:
            raise
        except Refused as refused:
            if agreed is not None:  # there is no form to say it beside
                raise
            form.add_problems(refused.problems)
    context = {
        "title": f"Take this list away: {listing.caption}",
        "listing": listing,
        "form": form,
        "agreed": agreed,
        "waiting": own.waiting(now).first() if agreed is None else None,
        "alone": alone,
        "most": edition_on(today()).named_without_agreement,
        "hours": edition_on(today()).hours_open,
        "whole": user.role in COUNCIL_ROLES,
        "back": f"{_FILE.sub('/', request.path)}{listing.query_string}",
    }
    status = 422 if form.errors else 200
    return render(request, "exports/take.html", context, status=status)


def _ask(request: HttpRequest, form: TakeForm, **said: Any) -> HttpResponse:
    """Put the request before whoever may agree, and show where it stands."""
    with contextlib.suppress(Repeated):
        operations.request_export(key=form.submission_key, **said)
        messages.success(
            request,
            "You asked for this list. Come back to this page: once somebody agrees, you can take it away",
        )
    return HttpResponseRedirect(reverse("exports"))


def _file(listing: Listing, file: str, *, agreed: Export | None, **said: Any) -> HttpResponseBase:
    """The file itself; what is in it is written down first, and nothing else is in it."""
    made: list[Export] = []

    def taken(cases: list[int]) -> None:
        made.append(operations.take_export(cases=cases, rows=listing.total, agreed=agreed, **said))

    def stamp() -> list[str]:
        return exports.stamp_of(made[0]) if made else []

    respond = {"csv": exports.csv_response, "xlsx": exports.xlsx_response}[file]
    return respond(listing, on_export=taken, stamp=stamp)
