"""Finding and adding people, and what may be changed about one person and their case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from assessments.views.loads import effect_of_giving
from cases import forms, operations, permissions
from cases.consultations import looked_through
from cases.models import (
    Alert,
    Allocation,
    Case,
    Consultation,
    Explanation,
    Limit,
    Notice,
    Opening,
    Timescale,
)
from cases.search import SHOWN, find
from cases.views.board import lines
from cases.views.sight import SightOperation
from justice.web.views import OperationView, today
from orders.domain import reasons


def people(request: HttpRequest) -> HttpResponse:
    """Find a person. The search is sent by POST, so that no name stands in an address or a log."""
    form = forms.FindPersonForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "shown": SHOWN,
        "may_add": permissions.allows(request.user, "open_case"),
        "header_search": None,  # the page has the box itself
    }
    if request.method == "POST" and form.is_valid():
        found = find(request.user, form.cleaned_data["text"], today())
        keys = [hit.case.pk for hit in found.rows]
        looked_through(user=request.user, cases=keys, page="people", kind=Consultation.Kind.SEARCH)
        context |= {"searched": True, "rows": found.rows, "more": found.more}
    return render(request, "cases/people.html", context)


class OpenCase(OperationView):
    operation = "open_case"
    title = "Add a person"
    button = "Add this person"
    form_class = forms.OpenCaseForm
    template_name = "cases/open_case.html"
    made: Case | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def run(self, form: forms.OpenCaseForm) -> Case:
        self.made = operations.open_case(
            actor=self.request.user,
            opened_on=today(),
            key=form.submission_key,
            **form.values(),
        )
        return self.made

    def get_success_url(self) -> str:
        return reverse("case", args=[self.made.pk]) if self.made else reverse("people")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        if form.is_bound and form.has_error("not_a_duplicate"):
            asked = {name: form.cleaned_data[name] for name in ("given_name", "family_name", "date_of_birth")}
            same = operations.possible_duplicates(council=self.request.user.council, **asked)
            visible = {
                case.person_id: case
                for case in Case.objects.visible_to(self.request.user).filter(
                    person__in=[person.pk for person, _ in same]
                )
            }
            context["duplicates"] = [
                (person, like, visible[person.pk]) for person, like in same if person.pk in visible
            ]
            context["hidden_duplicate"] = len(context["duplicates"]) < len(same)
            looked_through(
                user=self.request.user,
                cases=[case.pk for case in visible.values()],
                page="possible duplicates",
                kind=Consultation.Kind.SEARCH,
            )
        return context


class AmendPerson(OperationView):
    operation = "amend_person"
    title = "Correct the person's details"
    returns_to = "case_record"
    form_class = forms.PersonForm
    done = "The person's details were corrected"

    def root(self) -> Any:
        return self.case.person

    def get_initial(self) -> dict[str, Any]:
        person = self.case.person
        names = ("given_name", "family_name", "date_of_birth", "gender", "ethnicity", "employment")
        return {name: getattr(person, name) for name in names}

    def run(self, form: forms.PersonForm) -> Any:
        return operations.amend_person(
            actor=self.request.user,
            case=self.case,
            expected_version=form.expected_version,
            changes=form.values(),
            key=form.submission_key,
        )


class AddAlias(OperationView):
    operation = "add_alias"
    call = staticmethod(operations.add_alias)
    title = "Add an alias"
    returns_to = "case_record"
    form_class = forms.AliasForm
    done = "The alias was added"


class ChangeAddress(OperationView):
    operation = "change_address"
    call = staticmethod(operations.change_address)
    title = "Change address"
    returns_to = "people_around"
    form_class = forms.AddressForm
    done = "The new address was saved and the old one kept"

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "on": today()}


class RaiseAlert(OperationView):
    operation = "raise_alert"
    call = staticmethod(operations.raise_alert)
    title = "Raise an alert"
    form_class = forms.AlertForm
    done = "The alert is now on every page about this person"


class EndAlert(OperationView):
    operation = "end_alert"
    call = staticmethod(operations.end_alert)
    title = "End an alert"
    returns_to = "case_record"
    form_class = forms.EndAlertForm
    done = "The alert has ended; it stays on the record"

    def root(self) -> Alert:
        present = Alert.objects.filter(person=self.case.person, to_on=None)
        return get_object_or_404(present, pk=self.kwargs["alert"])

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "alert": self.root()}


class AssignCase(OperationView):
    operation = "assign_case"
    call = staticmethod(operations.assign_case)
    title = "Reassign"
    returns_to = "case_record"
    form_class = forms.AssignForm
    done = "The case was reassigned"
    template_name = "assessments/assign.html"

    def root(self) -> Case:
        return self.case

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user, "person": self.case.person}

    def get_initial(self) -> dict[str, Any]:
        present = Allocation.objects.filter(case=self.case, subject="", to_on=None).first()
        return {"team": present.team_id if present else self.request.user.team_id}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        effect = effect_of_giving(self.request.user, self.case, "", today())
        return {**super().get_context_data(**kwargs), **effect}


class CloseCase(OperationView):
    operation = "close_case"
    call = staticmethod(operations.close_case)
    title = "Close the case"
    button = "Close the case"
    form_class = forms.CloseCaseForm
    done = "The case is closed"

    def root(self) -> Case:
        return self.case


class LimitRecord(SightOperation):
    operation = "limit_record"
    call = staticmethod(operations.limit_record)
    title = "Restrict or exclude"
    returns_to = "case_record"
    form_class = forms.LimitForm
    done = "Who may see this record was saved"

    def root(self) -> Any:
        return self.case.person

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        limits = Limit.objects.filter(person=self.case.person)
        return {
            "restricted": self.case.person.restricted,
            "permitted": [one.user_id for one in limits if one.kind == Limit.Kind.PERMITTED],
            "excluded": [one.user_id for one in limits if one.kind == Limit.Kind.EXCLUDED],
        }

    def get_success_url(self) -> str:
        # Whoever set the limit may have shut themselves out by it.
        visible = Case.objects.visible_to(self.request.user).filter(pk=self.case.pk).exists()
        return super().get_success_url() if visible else reverse("home")


class OpenRestricted(OperationView):
    operation = "open_restricted_record"
    title = "Open a restricted record"
    button = "Open for one hour"
    form_class = forms.OpenRestrictedForm

    def run(self, form: forms.OpenRestrictedForm) -> Opening:
        opening = operations.open_restricted_record(
            actor=self.request.user, at=timezone.now(), key=form.submission_key, **form.values()
        )
        self.made = opening.person.cases.order_by("-pk").first()
        return opening

    def get_success_url(self) -> str:
        made = getattr(self, "made", None)
        return reverse("case", args=[made.pk]) if made else reverse("people")


class ExplainTimescale(OperationView):
    """Why this was late, or why it does not count: a national code, and a note."""

    operation = "explain_lateness"
    call = staticmethod(operations.explain_lateness)
    title = "Say why this was late"
    form_class = forms.ReasonForm
    kind = Explanation.Kind.LATE
    done = "The reason was saved and goes into the figures"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        if request.user.is_authenticated:
            rows = Timescale.objects.visible_to(request.user)
            self.timescale = get_object_or_404(rows, pk=kwargs["timescale"])
            kwargs["case"] = self.timescale.case_id
        super().setup(request, *args, **kwargs)

    def codes(self) -> dict[str, str]:
        return {code.value: code.label for code in reasons.late_reasons(self.timescale.clause)}

    def get_form_kwargs(self) -> dict[str, Any]:
        codes = self.codes()
        if not codes:
            raise Http404
        return {**super().get_form_kwargs(), "codes": codes}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["line"] = next(iter(lines([self.timescale], self.case.council, today())))
        context["intro"] = f"{context['line'].label}. {context['line'].why}"
        return context

    def about(self) -> dict[str, Any]:
        return {"timescale": self.timescale, "codes": self.codes()}


class ExcuseTimescale(ExplainTimescale):
    operation = "excuse_timescale"
    call = staticmethod(operations.excuse_timescale)
    title = "Leave this out of the figures"
    kind = Explanation.Kind.EXCUSED
    done = "It is left out of the figures, with the reason"

    def codes(self) -> dict[str, str]:
        return {code.value: code.label for code in reasons.exclusions(self.timescale.clause)}


def mark_notices_read(request: HttpRequest) -> HttpResponse:
    """Clear the signed-in person's notices: nobody else's, and nothing about the cases."""
    if request.method == "POST":
        Notice.objects.visible_to(request.user).unread().update(read_at=timezone.now())
        messages.success(request, "Your notices are marked as read")
        return redirect("notices")
    return HttpResponseRedirect(reverse("notices"))
