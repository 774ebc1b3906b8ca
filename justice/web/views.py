"""The two kinds of page that every app has more than three of: one that changes something, one that shows a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, TemplateView
from django.views.generic.base import View

from cases import permissions
from cases.alerts import sorted_out
from cases.consultations import looked_at
from cases.models import Alert, Allocation, Case, Consultation
from cases.operation import Repeated, Stale, carried_out
from justice.domain.errors import Refused
from justice.web import drafts


def today() -> date:
    """The day it is in Scotland: asked here, at the interface, and handed down from here."""
    return timezone.localdate()


def number_in(text: str) -> int | None:
    """The whole number that an address or a header gives: plain digits, no more of them than a row's key has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class CaseView(View):
    """A page about one case: found through what the user may see, and logged before anything is shown."""

    page: ClassVar[str] = ""
    looks: ClassVar[str] = Consultation.Kind.VIEW
    recipient: ClassVar[str] = ""  # of a document that leaves the council
    case: Case

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated and "case" in kwargs:
            cases = Case.objects.visible_to(request.user).select_related("person", "council")
            self.case = get_object_or_404(cases, pk=kwargs["case"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if hasattr(self, "case"):
            page = self.page or type(self).__name__
            looked_at(user=request.user, case=self.case, page=page, kind=self.looks, recipient=self.recipient)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        if hasattr(self, "case"):
            context["case"] = self.case
            context["person"] = self.case.person
            present = Alert.objects.filter(person=self.case.person, to_on=None)
            context["alerts"], context["adjustments"] = sorted_out(present)
            holders = Allocation.objects.filter(case=self.case, subject="", to_on=None)
            context["holder"] = holders.select_related("worker", "team").first()
        return context


class PersonPage(CaseView, TemplateView):
    """Shows something of one person's record."""


class OperationView(CaseView, FormView):
    """A form that carries out one operation.

    A subclass names the operation, its function, the form and the words. Refusals come back beside their
    fields, a record changed meanwhile shows both texts, and the same form sent twice does its work once. What is
    typed is kept as a draft of the person's own until the operation is carried out (justice/decisions/16-drafts.md).
    """

    operation: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str] = "Save"
    done: ClassVar[str] = ""
    # Fields that the address may fill in beforehand (?kind=first_contact): a suggestion, and the form still asks.
    suggests: ClassVar[tuple[str, ...]] = ()
    template_name = "forms/operation.html"
    keeps_drafts: ClassVar[bool] = True

    def get_initial(self) -> dict[str, Any]:
        given = self.request.GET
        return {**super().get_initial(), **{name: given[name] for name in self.suggests if name in given}}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not permissions.allows(request.user, self.operation):
            raise PermissionDenied(self.operation)
        if request.user.is_authenticated and request.method != "GET":
            self.there()
        return super().dispatch(request, *args, **kwargs)

    def there(self) -> Any:
        """What the form is about, looked for before anything is kept or said of it: for them it may not be there."""
        return self.root()

    @cached_property
    def sheet(self) -> drafts.Sheet:
        """This opening of the page, and what was typed into its form before."""
        return drafts.Sheet(self.request, getattr(self, "case", None))

    def get_form(self, form_class: type[Form] | None = None) -> Form:
        form = super().get_form(form_class)
        if self.request.method == "GET" and self.sheet.restored is not None:
            form.restore(self.sheet.values)  # type: ignore[attr-defined]
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep what was typed, then carry it out: a fault, a refusal or a conflict leaves the draft where it is."""
        sheet = self.sheet
        if sheet.stranger:
            return drafts.too_old(request)
        sheet.keep(type(self))
        response = super().post(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if 300 <= response.status_code < 400:  # carried out, now or before
            sheet.forget()
        elif form is not None and not set(form.changed_data) - form.carried:
            sheet.clear()
        return response

    # The operation's function, for `run`; a subclass that must shape its arguments writes its own `run`.
    call: ClassVar[Callable[..., Any]]

    def run(self, form: Form) -> Any:
        """Call the operation with the form's values, and return what it made."""
        given = {"actor": self.request.user, "key": form.submission_key, **self.about(), **form.values()}  # type: ignore[attr-defined]
        if self.root() is not None:
            given["expected_version"] = form.expected_version  # type: ignore[attr-defined]
        return self.call(**given)

    def about(self) -> dict[str, Any]:
        """What the operation is about, beside what the form says."""
        return {"case": self.case} if hasattr(self, "case") else {}

    def root(self) -> Any:
        """The row whose version the form carries; None where the form only adds."""
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        root = self.root()
        if root is not None:
            kwargs["version"] = root.version
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.setdefault("title", self.title)
        if self.keeps_drafts and drafts.has_something_to_type(context["form"]):
            context["draft"] = self.sheet
        context.setdefault("button", self.button)
        context.setdefault("back", self.get_success_url())
        return context

    # The page of the case that the form goes back to.
    returns_to: ClassVar[str] = "case"

    def get_success_url(self) -> str:
        return reverse(self.returns_to, args=[self.case.pk])

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            self.run(form)
        except Refused as refused:
            form.add_problems(refused.problems)  # type: ignore[attr-defined]
            return self.form_invalid(form)
        except Stale as stale:
            return self.conflict(form, stale)
        except Repeated:
            return self.sent_before()
        if self.done:
            messages.success(self.request, self.done)
        return HttpResponseRedirect(self.get_success_url())

    def sent_before(self) -> HttpResponse:
        """Where the first sending led, with the word that it was the first that did it."""
        messages.info(self.request, drafts.SAVED_BEFORE)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Form) -> HttpResponse:
        """With what is wrong. A form that was carried out, and is wrong because of that, is told that and no more."""
        key = form.submission_key  # type: ignore[attr-defined]
        if (
            key
            and not form.has_error(NON_FIELD_ERRORS, "key-reused")
            and carried_out(key, self.request.user.pk)
        ):
            form.say_sent_before()  # type: ignore[attr-defined]
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def conflict(self, form: Form, stale: Stale) -> HttpResponse:
        """Nothing was saved: show what is stored now beside what was typed, and carry the new version."""
        stored = [
            (form[name].label, display(stale.root, name), form[name].value())
            for name in form.fields
            if hasattr(stale.root, name)
        ]
        form.renew(stale.root.version)  # type: ignore[attr-defined]
        context = self.get_context_data(form=form, conflict=stored)
        return self.render_to_response(context, status=409)


def display(row: Any, name: str) -> Any:
    """A column as people read it: the label of a code, the value of anything else."""
    labelled = getattr(row, f"get_{name}_display", None)
    return labelled() if labelled else getattr(row, name)
