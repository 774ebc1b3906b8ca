"""What is typed into a form comes back: after a crash, a time-out, a refusal, in another tab.

Each opening of a form's page carries a stamp that this site signed: whose page it is, of which form. With it what was
typed can be kept for that person even when the form cannot be carried out, because their session has ended or the
page's CSRF token is old; and it is never given to anybody else who signs in on the same browser.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.generic.base import View

from cases import drafts
from cases.drafts import OpenForm
from cases.models import Case, Draft
from justice.domain.errors import Refused

SAVED_BEFORE: Final = "This was saved the first time you sent it."
# What a form's page carries for its draft. No field of a form can be called so.
PAGE, AFTER, TURN = "draft-page", "draft-after", "draft-turn"
_NOT_TYPED: Final = frozenset({"csrfmiddlewaretoken", PAGE, AFTER, TURN, "draft-as-it-was"})
_CARRIED: Final = frozenset({"key", "version"})  # kept with what was typed, but not typed
_SALT: Final = "justice.draft"
_SECRET: Final = (forms.PasswordInput, forms.FileInput)
_LAST_TURN: Final = 2**31 - 2


def form_page(path: str) -> type[View] | None:
    """The page at this address, where it is one whose forms are kept."""
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return None
    return view if getattr(view, "keeps_drafts", False) else None


def typed(posted: QueryDict, view: type[View]) -> dict[str, list[str]]:
    """What a person wrote and chose, as it was sent: no password, no file, no token. Nothing where all is empty."""
    fields = getattr(getattr(view, "form_class", None), "base_fields", {})
    secret = {name for name, field in fields.items() if isinstance(field.widget, _SECRET)}
    data = {
        name: [value.replace("\x00", "") for value in values]
        for name, values in posted.lists()
        if name not in _NOT_TYPED and name not in secret and "password" not in name
    }
    return data if any(any(values) for name, values in data.items() if name not in _CARRIED) else {}


def has_something_to_type(form: forms.BaseForm) -> bool:
    return any(not isinstance(field.field.widget, _SECRET) for field in form.visible_fields())


def signed(form: OpenForm) -> str:
    told = {
        "user": form.user,
        "path": form.path,
        "query": form.query,
        "case": form.case,
        "stamp": str(form.stamp),
    }
    return signing.dumps(told, salt=_SALT)


def opened(posted: QueryDict) -> OpenForm | None:
    """The opening that these fields came from; None where they carry no stamp of ours, or one of a month ago."""
    try:
        told = signing.loads(posted.get(PAGE, ""), salt=_SALT, max_age=drafts.KEPT)
    except signing.BadSignature:
        return None
    stamp, _, turn = posted.get(AFTER, "").partition(":")
    try:
        after = uuid.UUID(stamp) if stamp else None
    except ValueError:
        after = None
    return OpenForm(
        user=told["user"], path=told["path"], query=told["query"], case=told["case"],
        stamp=uuid.UUID(told["stamp"]), after=after, after_turn=_number(turn),
    )  # fmt: skip


def begun_again(form: OpenForm) -> OpenForm:
    """The same page, as another opening: the first was carried out or let go, and somebody types on."""
    return replace(form, stamp=uuid.uuid4(), after=None, after_turn=0)


def turn_of(posted: QueryDict) -> int:
    return _number(posted.get(TURN, ""))


def _number(text: str) -> int:
    return min(int(text), _LAST_TURN) if text.isascii() and text.isdecimal() and len(text) < 11 else 0


class Sheet:
    """One opening of a form's page: what it carries, what it was restored from, what else was typed into its form."""

    def __init__(self, request: HttpRequest, case: Case | None) -> None:
        self.request = request
        self.restored: Draft | None = None
        self.others: list[tuple[datetime, str]] = []  # when, and where it goes on
        self.sent_before = False  # its key was carried out: the same details may be on the record already
        self.saved_at: datetime | None = None
        self.turn = 0
        self.stranger = False  # another person's page, sent in the session of the one who is signed in now
        posted = opened(request.POST) if request.method == "POST" else None
        if posted is not None and posted.path == request.path:
            self.stranger = posted.user != request.user.pk
            self.form, self.turn = posted, turn_of(request.POST)
        else:
            self.form = self._begin(case)
            if request.method == "GET":
                self._find()

    def _begin(self, case: Case | None) -> OpenForm:
        query = self.request.GET.copy()
        query.pop("draft", None)
        asked = query.urlencode()
        return OpenForm(
            user=self.request.user.pk,
            path=self.request.path,
            query=asked if len(asked) <= 300 else "",
            case=case.pk if case is not None else None,
            stamp=uuid.uuid4(),
        )

    def _find(self) -> None:
        """The newest draft of this form as it was asked for here; where a certain one is asked for, that one."""
        user, begun = self.request.user, self.form
        found = list(Draft.objects.visible_to(user).unfinished().filter(path=begun.path))
        asked = self.request.GET.get("draft", "")
        chosen = next((one for one in found if str(one.pk) == asked), None)
        chosen = chosen or next((one for one in found if one.query == begun.query), None)
        self.others = [(one.saved_at, link_to(one)) for one in found if one is not chosen]
        if chosen is None:
            return
        self.restored, self.saved_at, self.turn = chosen, chosen.saved_at, chosen.turn
        self.form = OpenForm(
            user=user.pk, path=begun.path, query=chosen.query, case=begun.case, stamp=begun.stamp,
            after=chosen.stamp, after_turn=chosen.turn,
        )  # fmt: skip
        self.sent_before = drafts.carried_out(user, chosen.data.get("key", [""])[0])

    @property
    def values(self) -> QueryDict:
        """What was typed, for the form to show. A key that was carried out would carry out nothing again."""
        data = QueryDict(mutable=True)
        for name, values in self.restored.data.items() if self.restored else ():
            if not (name == "key" and self.sent_before):
                data.setlist(name, values)
        return data

    # What the page carries, by the names that the template and the script know.

    @property
    def page(self) -> str:
        return signed(self.form)

    @property
    def after(self) -> str:
        return f"{self.form.after}:{self.form.after_turn}" if self.form.after else ""

    @property
    def fresh(self) -> bool:
        """Nothing was typed into it yet: brought back to this, there is nothing to keep."""
        return self.saved_at is None

    @property
    def address(self) -> str:
        return address(self.form)

    def keep(self, view: type[View]) -> None:
        """Keep what was sent before it is carried out: whatever happens then, it is not lost."""
        draft, self.form = _keep_sent(self.form, self.request, view)
        if draft is not None:
            self.turn, self.saved_at = draft.turn, draft.saved_at if draft.data else None

    def clear(self) -> None:
        """There is nothing in it that a person typed."""
        self.turn += 1
        drafts.keep(self.form, {}, turn=self.turn, at=timezone.now())
        self.saved_at = None

    def forget(self) -> None:
        drafts.forget(self.form, at=timezone.now())


def _keep_sent(form: OpenForm, request: HttpRequest, view: type[View]) -> tuple[Draft | None, OpenForm]:
    """Keep what a form brought when it was sent. A form sent before and sent again (Back) begins a draft of its own."""
    data, at = typed(request.POST, view), timezone.now()
    turn = turn_of(request.POST) + 1
    try:
        draft = drafts.keep(form, data, turn=turn, at=at)
        if draft.sent_at is not None:
            form = begun_again(form)
            draft = drafts.keep(form, data, turn=turn, at=at)
    except Refused:  # too long, or too many: what was sent is carried out all the same
        return None, form
    return draft, form


def keep_for_its_author(request: HttpRequest) -> OpenForm | None:
    """A form that cannot be carried out as it came: what was typed is kept for the person whose page it was."""
    view, form = form_page(request.path), opened(request.POST)
    if view is None or form is None or form.path != request.path or not drafts.may_come_back(form.user):
        return None
    draft, form = _keep_sent(form, request, view)
    return form if draft is not None else None


def address(draft: Draft | OpenForm) -> str:
    return f"{draft.path}?{draft.query}" if draft.query else draft.path


def link_to(draft: Draft) -> str:
    """The form with this very draft in it."""
    return f"{address(draft)}{'&' if draft.query else '?'}draft={draft.pk}"


def of_what_is_gone(request: HttpRequest) -> HttpResponse | None:
    """What somebody typed into a form whose record was there when they opened it and is not there for them any more:
    ended meanwhile, in another window or by somebody else. The page shows it, and says nothing of the record.
    """
    view, form = form_page(request.path), opened(request.POST)
    if view is None or form is None or (form.path, form.user) != (request.path, request.user.pk):
        return None
    data = typed(request.POST, view)
    said = []
    for name, field in getattr(view, "form_class", forms.Form).base_fields.items():
        words = dict(getattr(field, "choices", ()))
        parts = [
            one for sent in data if sent == name or sent.startswith(f"{name}_") for one in data[sent] if one
        ]
        if parts and name not in _CARRIED:
            said.append((field.label or name, " ".join(str(words.get(one, one)) for one in parts)))
    return render(request, "gone.html", {"said": said}, status=410)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page whose CSRF token is no longer good, or which another person opened. Nothing is done; nothing is lost.

    settings.CSRF_FAILURE_VIEW. A forged request has no stamp of ours, and so leaves nothing behind.
    """
    if wants_json(request):
        return JsonResponse({"stale": True}, status=403)
    kept = keep_for_its_author(request)
    own = kept is not None and request.user.pk in (kept.user, None)
    context: dict[str, Any] = {"kept": kept is not None, "own": own, "address": address(kept) if own else ""}
    return render(request, "403_csrf.html", context, status=403)
