"""What is asked about appointments. Suggestions are only of what is to be; what has been is never filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cases import note_templates
from cases.models import User
from justice.web.forms import (
    CheckboxField,
    DateField,
    Group,
    IntegerField,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
    TimeField,
)
from orders.domain.appointments import EVERY_WEEKS, LONGEST_MINUTES, MOST_TIMES
from orders.domain.cpo import RequirementKind
from orders.forms import AsksWhyLate, ContactForm, Withholding, named, why_late
from orders.models import Appointment, Attendance, Order, Requirement
from orders.recording import ABSENCES

Kind = Appointment.Kind
USUAL_MINUTES = 60
NO_ORDER = "none"
BY = (("service", "The service"), ("person", "The person"))


class MeetingFields(Withholding):
    """When, where and with whom; and the box that is shown once something unusual was found in it."""

    on = DateField("Date")
    at = TimeField("Time", hint="For example, 9:30am or 1430")
    minutes = IntegerField(
        "Length", min_value=1, max_value=LONGEST_MINUTES, width=3, suffix="minutes", initial=USUAL_MINUTES
    )
    place = TextField(
        "Place",
        required=False,
        max_length=200,
        hint="It stands in the reminder, so leave out what the appointment is about",
    )
    worker = ModelSelectField("Who meets the person", User.objects.none(), named=named)
    all_the_same = CheckboxField("Book it all the same", required=False, optional=False)

    withheld = frozenset({"all_the_same"})

    def __init__(self, *args: Any, workers: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if workers is not None:
            self.fields["worker"].queryset = workers  # type: ignore[attr-defined]


class BookForm(MeetingFields):
    kind = RadiosField("Kind of appointment", choices=Kind.choices)
    order = RadiosField("Order", required=False, optional=False)
    note = TextField(
        "Note for whoever meets the person", required=False, max_length=500, hint="The person does not see it"
    )
    every_weeks = SelectField(
        "Repeat",
        required=False,
        optional=False,
        blank="Once only",
        choices=[
            (str(weeks), "Every week" if weeks == 1 else f"Every {weeks} weeks") for weeks in EVERY_WEEKS
        ],
    )
    times = IntegerField(
        "How many appointments in all",
        required=False,
        optional=False,
        min_value=1,
        max_value=MOST_TIMES,
        width=2,
        hint="Only for one that repeats",
    )
    reminder = RadiosField(
        "Remind the person",
        required=False,
        optional=False,
        choices=[(NO_ORDER, "No reminder"), *Appointment.Reminder.choices],
        initial=NO_ORDER,
    )

    groups = (
        Group("", ("kind", "order")),
        Group("When and where", ("on", "at", "minutes", "place", "worker", "all_the_same")),
        Group(
            "Repeat it",
            ("every_weeks", "times"),
            "Days on which the council is closed are left out, and you are told which",
        ),
        Group("Reminder and note", ("reminder", "note")),
    )

    def __init__(
        self,
        *args: Any,
        orders: Sequence[Order] = (),
        reaches: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered_orders = {str(order.pk): order for order in orders}
        if not orders:
            del self.fields["order"]
        else:
            self.fields["order"].choices = [  # type: ignore[attr-defined]
                *((key, _of_order(order)) for key, order in self.offered_orders.items()),
                (NO_ORDER, "None: the appointment is not about an order"),
            ]
        required = {row.kind for order in orders for row in order.requirements.all() if stands(row)}
        absent = {Kind.UNPAID_WORK} if RequirementKind.UNPAID_WORK not in required else set()
        absent |= {Kind.REVIEW} if RequirementKind.SUPERVISION not in required else set()
        if not orders:
            absent = set(Kind) - set(Appointment.WITHOUT_ORDER)
        self.fields["kind"].choices = [pair for pair in Kind.choices if pair[0] not in absent]  # type: ignore[attr-defined]
        if reaches is not None:
            self.fields["reminder"].help_text = _reached(reaches)

    def values(self) -> dict[str, Any]:
        given = super().values()
        reminder = given["reminder"]
        return {
            **given,
            "order": self.offered_orders.get(given.get("order", "")),
            "reminder": "" if reminder == NO_ORDER else reminder,
            "every_weeks": int(given["every_weeks"] or 0),
            "times": given["times"] or (0 if given["every_weeks"] else 1),
        }


def stands(row: Requirement) -> bool:
    """Neither removed by a court nor done."""
    return row.removed_on is None and row.completed_on is None


def _of_order(order: Order) -> str:
    kinds = ", ".join(row.get_kind_display().lower() for row in order.requirements.all() if stands(row))
    return f"{order.reference}, imposed {order.imposed_on:%-d %B %Y}: {kinds}"


def _reached(reaches: Mapping[str, str]) -> str:
    ways = [label.lower() for value, label in Appointment.Reminder.choices if value in reaches]
    if not ways:
        return "The person has not asked for reminders, so none will be sent until they do"
    return f"The person has asked for reminders by {' and '.join(ways)}"


class RescheduleForm(MeetingFields):
    asked_by = RadiosField("Who asked for the change?", choices=BY, missing="Select who asked for the change")
    reason = TextField("Reason", max_length=300)

    groups = (
        Group("The new appointment", ("on", "at", "minutes", "place", "worker", "all_the_same")),
        Group("Why it changes", ("asked_by", "reason")),
    )


class CancelForm(OperationForm):
    cancelled_by = RadiosField("Who cancelled it?", choices=BY, missing="Select who cancelled it")
    reason = TextField("Reason", max_length=300)
    later = CheckboxField("Cancel those after it in the series too", required=False, optional=False)

    def __init__(self, *args: Any, later: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if later:
            self.fields["later"].label = f"Cancel the {later} after it in the series too"
        else:
            del self.fields["later"]


class OutcomeForm(AsksWhyLate):
    """What came of an appointment. What it asks depends on the kind: only a session of unpaid work has hours."""

    outcome = RadiosField(
        "What happened?", choices=Attendance.Outcome.of_a_session(), missing="Select what happened"
    )
    hours = IntegerField("Hours", required=False, min_value=0, max_value=24, width=2, optional=False)
    minutes = IntegerField("Minutes", required=False, min_value=0, max_value=59, width=2, optional=False)
    other_activity = CheckboxField("This was other activity, not unpaid work", required=False)
    placement = TextField("Placement", required=False, max_length=100)
    late_reason = why_late("cpo.first_contact", "cpo.induction", "cpo.placement", "cpo.unpaid_work")
    note = LongTextField("Note", required=False, max_length=10_000)

    groups = (
        Group("", ("outcome",)),
        Group(
            "Time worked",
            ("hours", "minutes"),
            "For somebody whom the service sent home, the time that is allowed to them",
        ),
    )
    ONLY_OF_SESSIONS = ("hours", "minutes", "other_activity", "placement")

    def __init__(self, *args: Any, kind: str = Kind.UNPAID_WORK, decides: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == Kind.UNPAID_WORK:
            codes = why_late("cpo.placement", "cpo.unpaid_work")
            if not decides:
                offered = [pair for pair in Attendance.Outcome.of_a_session() if not ABSENCES.get(pair[0])]
                self.fields["outcome"].choices = offered  # type: ignore[attr-defined]
            self.fields["note"].max_length = 2000  # type: ignore[attr-defined]
        else:
            codes = why_late("cpo.first_contact", "cpo.induction")
            choices = [(one.value, one.label) for one in Appointment.KEPT_OR_NOT]
            self.fields["outcome"].choices = choices  # type: ignore[attr-defined]
            for name in self.ONLY_OF_SESSIONS:
                del self.fields[name]
        self.fields["late_reason"].choices = codes.choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        given = super().values()
        given["note"] = note_worth_keeping(given["note"])
        if "hours" in self.fields:
            given["minutes"] = (given.pop("hours") or 0) * 60 + (given["minutes"] or 0)
        return given

    def field_for(self, path: str) -> str | None:
        return "hours" if path == "minutes" and "hours" in self.fields else super().field_for(path)


class HomeVisitForm(ContactForm):
    """A contact that was a home visit, with a note that may have begun as headings."""

    kind = None  # type: ignore[assignment]

    def values(self) -> dict[str, Any]:
        given = super().values()
        return {**given, "note": note_worth_keeping(given["note"])}


def note_worth_keeping(note: str) -> str:
    """The note, or nothing where only the headings that the page put there came back."""
    return "" if note_templates.only_headings(note) else note
