"""One's own unfinished forms: saved as they are typed, listed, let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases import drafts, permissions
from cases.consultations import looked_through
from cases.models import Case, Draft, User
from justice.domain.errors import Refused
from justice.web.drafts import address, begun_again, form_page, link_to, opened, signed, turn_of, typed
from justice.web.templatetags.govuk import clock


@login_not_required  # a script asks: it is told, not sent to a page to sign in
def save_draft(request: HttpRequest) -> HttpResponse:
    """Keep what a page holds now; asked by GET, a token that is good in this session."""
    if not request.user.is_authenticated:
        return JsonResponse({"signed_out": True}, status=401)
    if request.method != "POST":
        return JsonResponse({"token": get_token(request)})
    form = opened(request.POST)
    view = form_page(form.path) if form is not None else None
    if form is None or view is None:
        return JsonResponse({"problem": "This form is not complete. Open it again"}, status=400)
    data = {} if "draft-as-it-was" in request.POST else typed(request.POST, view)
    try:
        draft = drafts.keep(form, data, turn=turn_of(request.POST), at=timezone.now())
    except Refused as refused:
        return JsonResponse({"problem": str(refused)}, status=422)
    if draft.sent_at is not None:
        # The last saving of a page that has gone; one that is still there goes on under this stamp.
        return JsonResponse({"saved": "", "sent": True, "page": signed(begun_again(form))})
    return JsonResponse({"saved": clock(draft.saved_at) if draft.data else "", "sent": False})


@require_POST
def discard_draft(request: HttpRequest, draft: int) -> HttpResponse:
    """Let a draft go; from its form's own page, begin that again."""
    found = get_object_or_404(Draft.objects.visible_to(request.user), pk=draft)
    now = timezone.now()
    drafts.forget(drafts.OpenForm(found.user_id, found.path, found.stamp, case=found.case_id), at=now)
    page = opened(request.POST)
    if page is not None and page.user == request.user.pk:
        drafts.forget(page, at=now)
        return HttpResponseRedirect(address(found))
    messages.success(request, "The unfinished form was discarded")
    return redirect("drafts_list")


@dataclass(frozen=True)
class Unfinished:
    """A form that was begun: which, about whom, when; and where it goes on."""

    pk: int
    title: str
    person: str
    case: int | None
    saved_at: datetime
    href: str


def unfinished(user: User) -> Sequence[Unfinished]:
    """The forms somebody began and may still open, the newest first. Two queries, however many there are."""
    begun = []
    for draft in Draft.objects.visible_to(user).unfinished().defer("data"):
        view = form_page(draft.path)
        if view is not None and permissions.allows(user, view.operation):
            begun.append((draft, view.title))
    keys = {draft.case_id for draft, _ in begun if draft.case_id}
    cases = Case.objects.visible_to(user).filter(pk__in=keys).select_related("person")
    people = {case.pk: case.person.name for case in cases}
    return [
        Unfinished(
            draft.pk, title, people.get(draft.case_id, ""), draft.case_id, draft.saved_at, link_to(draft)
        )
        for draft, title in begun
        if draft.case_id is None or draft.case_id in people
    ]


def drafts_list(request: HttpRequest) -> HttpResponse:
    """Everything the signed-in person began and has not sent."""
    rows = unfinished(request.user)
    looked_through(user=request.user, cases=[row.case for row in rows if row.case], page="unfinished forms")
    return render(request, "cases/drafts.html", {"title": "Unfinished forms", "unfinished": rows})
