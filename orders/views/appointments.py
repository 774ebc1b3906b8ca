"""One page for each change to an appointment, the page of one, and its file for a calendar."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from cases import contact_points, permissions
from cases.consultations import looked_at
from cases.models import Allocation, Consultation, Timescale
from cases.note_templates import templates
from cases.views.board import lines
from justice.web.dates import long_date
from justice.web.views import CaseView, OperationView, today
from orders import forms_appointments as forms
from orders import operations, reminders
from orders.domain.appointments import said_day, said_days, said_time
from orders.domain.calendar_file import Event, calendar_file, instant
from orders.models import Appointment, Order
from orders.operations.appointments import days_of, later_ones
from orders.views.appointment_rows import status_of, table, when
from orders.views.base import ComesBack, colleagues

NEXT_SHOWN = 3  # of what is due next, while booking


class BookAppointment(OperationView):
    """Somebody is to be met, once or again and again."""

    operation = "book_appointment"
    title = "Book an appointment"
    button = "Book it"
    form_class = forms.BookForm
    template_name = "orders/book_appointment.html"
    made: Appointment | None = None

    @cached_property
    def orders(self) -> list[Order]:
        rows = Order.objects.visible_to(self.request.user).filter(case=self.case).active(today())
        return list(rows.prefetch_related("requirements").order_by("-imposed_on", "-pk"))

    def get_form_kwargs(self) -> dict[str, Any]:
        person = self.case.person_id
        return {
            **super().get_form_kwargs(),
            "workers": colleagues(self.request.user),
            "orders": self.orders,
            "reaches": contact_points.reachable([person]).get(person, {}),
        }

    def get_initial(self) -> dict[str, Any]:
        keys = [str(order.pk) for order in self.orders]
        asked = self.request.GET.get("order", "")
        held = Allocation.objects.filter(case=self.case, subject="", to_on=None, worker__isnull=False)
        return {
            "order": asked if asked in keys else keys[0] if len(keys) == 1 else None,
            "kind": self.request.GET.get("kind"),
            "worker": held.values_list("worker", flat=True).first(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Timescale.objects.visible_to(self.request.user).filter(case=self.case).open(today())
        shown = rows.order_by("due_on", "pk")[:NEXT_SHOWN]
        due = list(lines(shown, self.case.council, today()))
        return {"due": due, **super().get_context_data(**kwargs)}

    def run(self, form: Form) -> Appointment:
        given = form.values()  # type: ignore[attr-defined]
        self.made = operations.book_appointment(
            actor=self.request.user,
            case=self.case,
            today=today(),
            key=form.submission_key,  # type: ignore[attr-defined]
            **given,
        )
        days = days_of(self.case, given["on"], given["every_weeks"], given["times"])
        booked = "The appointment is booked"
        if len(days.days) > 1:
            booked = f"{len(days.days)} appointments are booked, to {said_day(days.days[-1])}"
        if days.skipped:
            booked += f". Left out, because the council is closed: {said_days(days.skipped)}"
        messages.success(self.request, booked)
        return self.made

    def get_success_url(self) -> str:
        return reverse("appointment", args=[self.made.pk]) if self.made else super().get_success_url()


class AppointmentView(CaseView):
    """A page about one appointment, found through what the user may see."""

    appointment: Appointment

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Appointment.objects.visible_to(request.user)
            rows = rows.select_related("case__person", "case__council", "order", "worker")
            self.appointment = get_object_or_404(rows, pk=kwargs["appointment"])
            self.case = self.appointment.case
            if self.appointment.order is not None:
                self.appointment.order.case = self.case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.appointment
        caption = f"{row.get_kind_display()}, {said_day(row.on)} {row.on.year} at {said_time(row.at)}"
        return {"caption": caption, **super().get_context_data(**kwargs)}


class AppointmentOperation(AppointmentView, ComesBack):
    """A form that changes an appointment, and goes back to the list it came from, else to the appointment."""

    def root(self) -> Appointment:
        return self.appointment

    def about(self) -> dict[str, Any]:
        return {"appointment": self.appointment, "today": today()}

    def get_success_url(self) -> str:
        if self.request.GET.get("from"):
            return super().get_success_url()
        return reverse("appointment", args=[self.appointment.pk])


class RescheduleAppointment(AppointmentOperation):
    """It is to be kept at another time, in another place or with somebody else."""

    operation = "reschedule_appointment"
    call = staticmethod(operations.reschedule_appointment)
    title = "Reschedule the appointment"
    button = "Reschedule it"
    done = "The appointment was rescheduled"
    form_class = forms.RescheduleForm
    made: Appointment | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "workers": colleagues(self.request.user)}

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.appointment, name) for name in ("on", "at", "minutes", "place", "worker")}

    def run(self, form: Form) -> Appointment:
        self.made = super().run(form)
        return self.made

    def get_success_url(self) -> str:
        if self.made is not None and not self.request.GET.get("from"):
            return reverse("appointment", args=[self.made.pk])
        return super().get_success_url()


class CancelAppointment(AppointmentOperation):
    """It will not be kept."""

    operation = "cancel_appointment"
    call = staticmethod(operations.cancel_appointment)
    title = "Cancel the appointment"
    button = "Cancel the appointment"
    done = "The appointment was cancelled"
    form_class = forms.CancelForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "later": len(later_ones(self.appointment))}


class RecordOutcome(AppointmentOperation):
    """What came of it: a contact, a session of unpaid work, or only that the person came to a review."""

    operation = "record_outcome"
    call = staticmethod(operations.record_outcome)
    title = "Record the outcome"
    button = "Save the outcome"
    form_class = forms.OutcomeForm
    done = "The outcome was recorded"
    template_name = "orders/record_outcome.html"
    reviewed = False

    def get_form_kwargs(self) -> dict[str, Any]:
        decides = permissions.allows(self.request.user, "decide_absence")
        return {**super().get_form_kwargs(), "kind": self.appointment.kind, "decides": decides}

    def get_initial(self) -> dict[str, Any]:
        visit = self.appointment.kind == Appointment.Kind.HOME_VISIT
        return {
            "placement": self.appointment.place[:100],
            "note": templates()["home_visit"].text if visit else "",
        }

    def run(self, form: Form) -> Any:
        made = super().run(form)
        self.reviewed = made.kind == Appointment.Kind.REVIEW and made.outcome == Appointment.Outcome.ATTENDED
        return made

    def get_success_url(self) -> str:
        # What was decided at a review is recorded on a page of its own, which comes next.
        if self.reviewed and permissions.allows(self.request.user, "hold_review"):
            return reverse("hold_review", args=[self.appointment.order_id])
        return super().get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = ""
        if self.appointment.kind == Appointment.Kind.REVIEW:
            intro = "Say here whether the person came. What was decided is asked for next."
        called_off = [
            (label, reverse(name, args=[self.appointment.pk]))
            for name, label in (
                ("cancel_appointment", "Cancel it"),
                ("reschedule_appointment", "Reschedule it"),
            )
            if permissions.allows(self.request.user, name)
        ]
        return {"intro": intro, "called_off": called_off, **super().get_context_data(**kwargs)}


ACTIONS = (
    ("record_outcome", "Record the outcome"),
    ("reschedule_appointment", "Reschedule"),
    ("cancel_appointment", "Cancel the appointment"),
)


class AppointmentPage(AppointmentView, TemplateView):
    """One appointment: when and where, what came of it, what the person will be told."""

    page = "appointment"
    template_name = "orders/appointment.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        row, user, on = self.appointment, self.request.user, today()
        together = (
            Appointment.objects.visible_to(user).filter(case=self.case, series=row.series).exclude(pk=row.pk)
        )
        rows = together.select_related("worker").order_by("on", "at", "pk") if row.series else []
        addresses = reminders.addresses_of([row])
        return {
            **context,
            "title": row.get_kind_display(),
            "caption": when(row),
            "back": reverse("order", args=[row.order_id])
            if row.order
            else reverse("case", args=[self.case.pk]),
            "summary": self.summary(),
            "actions": [
                (label, reverse(name, args=[row.pk]))
                for name, label in ACTIONS
                if not row.outcome
                and permissions.allows(user, name)
                and not (name == "record_outcome" and row.on > on)
            ],
            "calendar": reverse("appointment_calendar", args=[row.pk]),
            "message": reminders.text_of(row) if row.reminder and not row.outcome else "",
            "no_address": row.pk not in addresses,
            "by": row.get_reminder_display().lower(),
            "series": table(rows, user, on, "The others of the series", "") if rows else None,
        }

    def summary(self) -> list[tuple[Any, ...]]:
        row = self.appointment
        rows: list[tuple[Any, ...]] = [
            ("Status", status_of(row, today())),
            ("Date", long_date(row.on)),
            ("Time", f"{said_time(row.at)}, for {row.minutes} minutes"),
            ("Place", row.place),
            ("Who meets the person", row.worker.name),
        ]
        if row.order is not None:
            rows.append(
                ("Order", row.order.reference, ("Open", reverse("order", args=[row.order_id]), "the order"))
            )
        if row.note:
            rows.append(("Note", row.note))
        if row.outcome_note:
            why = "What happened" if row.outcome in Appointment.KEPT_OR_NOT else "Why"
            rows.append((why, row.outcome_note))
        if row.moved_to_id:
            rows.append(
                (
                    "Moved",
                    "To a new appointment",
                    ("Open", reverse("appointment", args=[row.moved_to_id]), ""),
                )
            )
        return rows


def appointment_calendar(request: HttpRequest, appointment: int) -> HttpResponse:
    """The file for a calendar: this appointment, or with `?series=1` those of its series still to be kept."""
    rows = Appointment.objects.visible_to(request.user).select_related("case__person", "case__council")
    row = get_object_or_404(rows, pk=appointment)
    looked_at(user=request.user, case=row.case, page="appointment_calendar", kind=Consultation.Kind.EXPORT)
    chosen = [row]
    if row.series and request.GET.get("series"):
        others = rows.filter(case=row.case_id, series=row.series, outcome="")
        chosen = [*others.order_by("on", "at", "pk")] or [row]
    host = urlsplit(settings.SITE_ADDRESS).hostname or "localhost"
    text = calendar_file(
        Event(
            uid=f"appointment-{one.pk}@{host}",
            title=f"Appointment {one.case.person.reference}: {one.get_kind_display()}",
            starts=instant(one.on, one.at),
            minutes=one.minutes,
            stamp=one.recorded_at,
            sequence=one.version - 1,
            cancelled=bool(one.outcome) and one.outcome not in Appointment.KEPT_OR_NOT,
        )
        for one in chosen
    )
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return answer
