"""One page for each change to an order: what the court made of it, and what was done about it."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from assessments.views.loads import effect_of_giving
from cases import operations as case_operations
from cases import permissions
from cases.models import Case
from cases.note_templates import templates
from justice.domain.errors import Refused
from justice.web.views import OperationView, today
from orders import forms, operations
from orders.forms_appointments import HomeVisitForm
from orders.models import Attendance, Breach, Contact, Order, Requirement
from orders.views.base import ComesBack, OrderOperation, colleagues

# --- What the court ordered ---------------------------------------------------------------------------------


class OffersQuery(OperationView):
    """What the court ordered: where the law refuses it, a manager may save it as queried with the clerk of court."""

    refused = False

    def save(self, form: Form) -> Order:
        """Call the operation with the form's values."""
        raise NotImplementedError

    def run(self, form: Form) -> Order:
        try:
            return self.save(form)
        except Refused:
            self.refused = True
            raise

    def form_invalid(self, form: Form) -> HttpResponse:
        if self.refused and permissions.allows(self.request.user, "query_order"):
            form.offered = frozenset({"query"})  # type: ignore[attr-defined]
        return super().form_invalid(form)


class ImposeOrder(OffersQuery):
    """A Community Payback Order, as the court made it."""

    operation = "impose_order"
    title = "Record an order"
    button = "Record the order"
    done = "The order was recorded and its timescales worked out"
    form_class = forms.ImposeOrderForm
    made: Order | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "officers": colleagues(self.request.user)}

    def save(self, form: forms.ImposeOrderForm) -> Order:
        self.made = operations.impose_order(
            actor=self.request.user,
            case=self.case,
            today=today(),
            key=form.submission_key,
            **form.values(),
        )
        return self.made

    def get_success_url(self) -> str:
        return reverse("order", args=[self.made.pk]) if self.made else super().get_success_url()


class CorrectOrder(OffersQuery, OrderOperation):
    """The order was recorded wrongly: it becomes what the court really made. Not what a court later varied."""

    operation = "correct_order"
    title = "Correct the order"
    button = "Save the correction"
    done = "The order was corrected and its timescales worked out again"
    form_class = forms.CorrectOrderForm

    def root(self) -> Order:
        return self.order

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "order": self.order}

    def get_initial(self) -> dict[str, Any]:
        return forms.stored(self.order)

    def save(self, form: forms.CorrectOrderForm) -> Order:
        return operations.correct_order(
            actor=self.request.user,
            order=self.order,
            today=today(),
            expected_version=form.expected_version,
            key=form.submission_key,
            **form.values(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "conflict" in kwargs:
            kwargs["conflict"] = self.compared(kwargs["form"])
        intro = (
            "For an order that was recorded here otherwise than the court made it. What a court changed later is not "
            "a correction: record a variation instead."
        )
        return {"intro": intro, **super().get_context_data(**kwargs)}

    def compared(self, form: forms.CorrectOrderForm) -> list[tuple[Any, Any, Any]]:
        """What is stored now beside what was typed, the requirements among it; what both leave empty is left out."""
        rows = []
        for name, value in forms.stored(self.order).items():
            said = dict(getattr(form.fields[name], "choices", ()))
            words = ", ".join(str(said[one]) for one in value) if isinstance(value, list) else value
            typed = form[name].value()
            if words or typed:
                rows.append((form[name].label, said.get(value, words) if value == words else words, typed))
        return rows


class AssignOrder(OrderOperation):
    """Who is the order's responsible officer, from a day on. The case stays with who holds the case."""

    operation = "assign_case"
    call = staticmethod(case_operations.assign_case)
    api_name = "assign_order"  # the case has a page of its own for this operation
    title = "Name the responsible officer"
    done = "The responsible officer was named"
    form_class = forms.AssignOrderForm
    template_name = "assessments/assign.html"

    def root(self) -> Case:
        return self.case

    def get_form_kwargs(self) -> dict[str, Any]:
        officers = colleagues(self.request.user).not_excluded_from(self.case.person)
        own = {"order": self.order, "officers": officers, "today": today()}
        return {**super().get_form_kwargs(), **own}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        effect = effect_of_giving(self.request.user, self.case, self.order.subject, today())
        return {**super().get_context_data(**kwargs), **effect}

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "subject": self.order.subject}


class QueryOrder(OrderOperation):
    """Ask the clerk of court whether this is what the court ordered."""

    operation = "query_order"
    call = staticmethod(operations.query_order)
    title = "Query the order with the clerk of court"
    button = "Save as queried"
    done = "The order is queried with the clerk of court"
    form_class = forms.QueryOrderForm

    def root(self) -> Order:
        return self.order


class ResolveQuery(OrderOperation):
    """What the clerk of court answered."""

    operation = "resolve_query"
    call = staticmethod(operations.resolve_query)
    title = "Record the clerk of court's answer"
    button = "Save the answer"
    done = "The query is answered and the order is active"
    form_class = forms.ResolveQueryForm

    def root(self) -> Order:
        return self.order

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"intro": f"Asked: {self.order.queried_because}", **super().get_context_data(**kwargs)}


class VaryOrder(OrderOperation):
    """What a court changed in the order."""

    operation = "vary_order"
    call = staticmethod(operations.vary_order)
    title = "Record a variation by the court"
    button = "Save the variation"
    done = "The variation was recorded"
    form_class = forms.VaryOrderForm

    def root(self) -> Order:
        return self.order

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "order": self.order}


class EndOrder(OrderOperation):
    """The end of an order, with its reason. Nothing else ends an order."""

    operation = "end_order"
    call = staticmethod(operations.end_order)
    title = "End the order"
    button = "End the order"
    done = "The order has ended"
    form_class = forms.EndOrderForm

    def root(self) -> Order:
        return self.order


class TransferOrderOut(OrderOperation):
    """Another authority takes the order over."""

    operation = "transfer_order_out"
    call = staticmethod(operations.transfer_order_out)
    title = "Transfer the order to another area"
    button = "Record the transfer"
    done = "The order was transferred out"
    form_class = forms.TransferOutForm

    def root(self) -> Order:
        return self.order


class CompleteRequirement(OrderOperation):
    """A requirement has been done."""

    operation = "complete_requirement"
    call = staticmethod(operations.complete_requirement)
    title = "Complete a requirement"
    button = "Save"
    done = "The requirement is completed"
    form_class = forms.CompleteRequirementForm

    def root(self) -> Requirement:
        rows = Requirement.objects.visible_to(self.request.user).select_related("order__case__person")
        return get_object_or_404(rows, pk=self.kwargs["requirement"], order=self.order)

    def about(self) -> dict[str, Any]:
        return {"requirement": self.root(), "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"intro": self.root().get_kind_display(), **super().get_context_data(**kwargs)}


# --- What was done about it ---------------------------------------------------------------------------------


class RecordContact(OrderOperation):
    """Somebody was seen, spoken to or visited, or should have been."""

    operation = "record_contact"
    call = staticmethod(operations.record_contact)
    title = "Record a contact"
    button = "Save the contact"
    done = "The contact was recorded"
    form_class = forms.ContactForm
    suggests = ("kind",)


class RecordHomeVisit(RecordContact):
    """Somebody was visited at home, or should have been: a contact of that kind, its note begun with headings."""

    api_name = "record_home_visit"
    title = "Record a home visit"
    button = "Save the home visit"
    done = "The home visit was recorded"
    form_class = HomeVisitForm

    def get_initial(self) -> dict[str, Any]:
        return {"note": templates()["home_visit"].text}

    def about(self) -> dict[str, Any]:
        return {**super().about(), "kind": Contact.Kind.HOME_VISIT}


class RecordAttendance(ComesBack, OrderOperation):
    """What happened at a session of unpaid work."""

    operation = "record_attendance"
    call = staticmethod(operations.record_attendance)
    title = "Record a session of unpaid work"
    button = "Save the session"
    done = "The session was recorded"
    form_class = forms.AttendanceForm

    def get_form_kwargs(self) -> dict[str, Any]:
        decides = permissions.allows(self.request.user, "decide_absence")
        return {**super().get_form_kwargs(), "decides": decides}


class CorrectAttendance(OrderOperation):
    """A session that was recorded wrongly: the first row stays, and a new one takes its place."""

    operation = "correct_attendance"
    call = staticmethod(operations.correct_attendance)
    title = "Correct a session of unpaid work"
    button = "Save the correction"
    done = "The session was corrected; both rows stay on the record"
    form_class = forms.CorrectAttendanceForm

    def attendance(self) -> Attendance:
        rows = Attendance.objects.visible_to(self.request.user).select_related("order__case__person")
        return get_object_or_404(rows, pk=self.kwargs["attendance"], order=self.order)

    def get_initial(self) -> dict[str, Any]:
        row = self.attendance()
        hours, minutes = divmod(row.minutes_worked, 60)
        names = ("on", "outcome", "other_activity", "placement", "note")
        return {"hours": hours, "minutes": minutes, **{name: getattr(row, name) for name in names}}

    def about(self) -> dict[str, Any]:
        return {"attendance": self.attendance(), "today": today()}


class DecideBreach(OrderOperation):
    """The decision to take the person back to court."""

    operation = "decide_breach"
    call = staticmethod(operations.decide_breach)
    title = "Record a decision to breach"
    button = "Save the decision"
    done = "The decision was recorded; the application is to be lodged within the time shown"
    form_class = forms.DecideBreachForm


class BreachOperation(OrderOperation):
    """A form that changes a breach."""

    def about(self) -> dict[str, Any]:
        return {"breach": self.root(), "today": today()}

    def root(self) -> Breach:
        rows = Breach.objects.visible_to(self.request.user).select_related("order__case__person")
        return get_object_or_404(rows, pk=self.kwargs["breach"], order=self.order)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        breach = self.root()
        intro = f"Breach decided on {breach.decided_on:%-d %B %Y}: {breach.reason}"
        return {"intro": intro, **super().get_context_data(**kwargs)}


class LodgeBreach(BreachOperation):
    """The breach application reached the court."""

    operation = "lodge_breach"
    call = staticmethod(operations.lodge_breach)
    title = "Record that the breach was lodged"
    done = "The breach application was recorded as lodged"
    form_class = forms.LodgeBreachForm


class RecordBreachOutcome(BreachOperation):
    """What the court did about a breach: what its order allows depends on the order's legal basis."""

    operation = "record_breach_outcome"
    call = staticmethod(operations.record_breach_outcome)
    title = "Record the outcome of a breach"
    button = "Save the outcome"
    done = "The outcome was recorded. Record separately what the court varied, or that the order ended"
    form_class = forms.BreachOutcomeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "basis": self.order.basis}
