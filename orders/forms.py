"""What is asked about orders and the work on them. Choices and bounds come from the domain; so do the refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from django import forms

from cases.models import User
from justice.web.forms import (
    BoundGroup,
    CheckboxesField,
    CheckboxField,
    DateField,
    DecimalField,
    Group,
    IntegerField,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
    TimeField,
    YesNoField,
)
from orders import proposals
from orders.checks import happened, in_force
from orders.domain import breach as breach_rules
from orders.domain import compliance, cpo, reasons
from orders.domain.codes import choices
from orders.domain.cpo import Basis, CourtType, EndReason, ProposedOrder, ProposedRequirement, RequirementKind
from orders.domain.throughcare import Licence
from orders.models import Attendance, Contact, Order, Requirement, Variation
from orders.recording import ABSENCES

Kind = RequirementKind
LATER = "later"
MOST = 9_999  # what the columns hold: whether a number is lawful is for the rules to say


def named(user: User) -> str:
    return f"{user.name} ({user.team.name})" if user.team_id else user.name


class Withholding(OperationForm):
    """A form with fields that are shown only once they are asked for: an operation refused for want of them."""

    withheld: ClassVar[frozenset[str]] = frozenset()
    offered: frozenset[str] = frozenset()

    def layout(self) -> Iterator[BoundGroup]:
        hidden = {name for name in self.withheld if name not in self.offered and not self._concerns(name)}
        for group in super().layout():
            fields = tuple(field for field in group.fields if field.name not in hidden)
            if fields:
                yield replace(group, fields=fields)

    def _concerns(self, name: str) -> bool:
        if not self.is_bound:
            return name in self.restored
        return bool(self.errors.get(name) or self.cleaned_data.get(name))


def why_late(*clauses: str) -> SelectField:
    """The national reasons for these clauses, each once, and the choice to explain later."""
    codes = dict.fromkeys(code for clause in clauses for code in reasons.late_reasons(clause))
    return SelectField(
        "Why it was late",
        required=False,
        optional=False,
        choices=[*((code.value, code.label) for code in codes), (LATER, "I will give the reason later")],
        hint="The reason goes into the national figures",
    )


class AsksWhyLate(Withholding):
    """A form for something that may turn out late: the reason is asked for then, and not before."""

    withheld = frozenset({"late_reason"})

    def values(self) -> dict[str, Any]:
        values = super().values()
        chosen = values.get("late_reason")
        return {**values, "late_reason": {"": None, LATER: ""}.get(chosen, chosen)}


# --- The order and its requirements -------------------------------------------------------------------------

# What is asked of each requirement, in the order of the Act's list.
ASKED: Mapping[RequirementKind, tuple[str, ...]] = {
    Kind.UNPAID_WORK: ("hours", "last_day", "court_directs_concurrent"),
    Kind.SUPERVISION: ("months",),
    Kind.COMPENSATION: ("last_day", "details"),
    Kind.PROGRAMME: ("details", "days", "months", "place"),
    Kind.RESIDENCE: ("place", "months"),
    Kind.MENTAL_HEALTH_TREATMENT: ("months", "details"),
    Kind.DRUG_TREATMENT: ("months", "details"),
    Kind.ALCOHOL_TREATMENT: ("months", "details"),
    Kind.CONDUCT: ("months", "details"),
    Kind.RESTRICTED_MOVEMENT: ("months", "last_day", "stay_away", "hours_per_day", "place", "details"),
}
DETAILS = {
    Kind.COMPENSATION: "Amount and how it is to be paid",
    Kind.PROGRAMME: "Name of the programme",
    Kind.CONDUCT: "What the person must do or not do",
    Kind.RESTRICTED_MOVEMENT: "Times, monitor, and places to stay away from",
}
LAST_DAY = {
    Kind.UNPAID_WORK: "Last day, if the court gave a later one",
    Kind.COMPENSATION: "Last day for payment, if the court gave one",
    Kind.RESTRICTED_MOVEMENT: "Last day, if the court gave a day and not months",
}


def _field_of(kind: RequirementKind, name: str) -> forms.Field:
    label = kind.label
    if name == "hours":
        # The widest bounds the Act gives; basis, court and other orders may narrow them.
        least, most = cpo.hours_bounds(Basis.INSTEAD_OF_PRISON, CourtType.SHERIFF_SUMMARY, date.max)
        hint = f"Between {least} and {most}"
        return IntegerField("Hours of unpaid work", required=False, min_value=1, max_value=MOST, hint=hint)
    if name == "months":
        hint = ""
        if kind == Kind.SUPERVISION:
            hint = f"Usually {cpo.SUPERVISION_MONTHS[0]} to {cpo.SUPERVISION_MONTHS[1]}"
        return IntegerField(
            f"Months of {_inside(label)}", required=False, min_value=1, max_value=MOST, hint=hint
        )
    if name == "days":
        return IntegerField(f"Days of {_inside(label)}", required=False, min_value=1, max_value=MOST)
    if name == "hours_per_day":
        return IntegerField("Hours a day to be in the place", required=False, min_value=1, max_value=24)
    if name == "stay_away":
        return CheckboxField("The person must stay away from the place, not be in it", required=False)
    if name == "last_day":
        return DateField(LAST_DAY[kind], required=False)
    if name == "place":
        return TextField(f"Place of {_inside(label)}", required=False, max_length=200)
    if name == "court_directs_concurrent":
        return CheckboxField(
            "The court directed that it runs together with unpaid work under another order", required=False
        )
    return LongTextField(DETAILS.get(kind, "Details"), required=False, max_length=2000, rows=2)


def _inside(label: str) -> str:
    return label[:1].lower() + label[1:]


REVEALS = {kind.value: tuple(f"{kind.value}_{name}" for name in names) for kind, names in ASKED.items()}

RequirementFields: type[Withholding] = type(
    "RequirementFields",
    (Withholding,),
    {f"{kind.value}_{name}": _field_of(kind, name) for kind, names in ASKED.items() for name in names},
)


def requirement_from(values: Mapping[str, Any], kind: str) -> ProposedRequirement:
    """The requirement of this kind that the fields describe."""
    asked = ASKED[Kind.of(kind)]
    given = {name: values[f"{kind}_{name}"] for name in asked}
    return ProposedRequirement(
        Kind.of(kind), **{name: value for name, value in given.items() if value not in (None, "")}
    )


class CourtOrderForm(RequirementFields):  # type: ignore[misc, valid-type]
    """What the court ordered."""

    basis = RadiosField(
        "Legal basis", choices=choices(Basis), reveals={Basis.FINE_DEFAULT.value: ("fine_pounds",)}
    )
    fine_pounds = DecimalField(
        "Fine or instalment not paid",
        required=False,
        prefix="£",
        min_value=0,
        max_value=99_999_999,
        decimal_places=2,
    )
    court_type = SelectField("Kind of court", choices=choices(CourtType))
    court = TextField("Court", required=False, max_length=100, hint="For example, the name of the town")
    imposed_on = DateField("Date the order was imposed", recent=True)
    received_on = DateField("Date the council received its copy", required=False, recent=True)
    offence_on = DateField("Date of the offence", required=False)
    reference = TextField(
        "Order reference", required=False, max_length=50, width=20, hint="Leave empty to have one made"
    )
    transferred_in = CheckboxField("The order was transferred in from another area", required=False)
    requirements = CheckboxesField(
        "Requirements",
        choices=choices(RequirementKind),
        reveals=REVEALS,
        missing="Select at least one requirement",
    )
    query = CheckboxesField(
        "The court's order breaks a rule. If it is what the court made, record it all the same",
        choices=(("yes", "Save as queried with the clerk of court"),),
        reveals={"yes": ("queried_because",)},
        required=False,
        optional=False,
    )
    queried_because = LongTextField(
        "What you are asking the clerk of court", required=False, max_length=500, rows=3
    )

    withheld = frozenset({"query"})
    groups = (
        Group("", ("query",)),
        Group(
            "The order",
            (
                "basis",
                "court_type",
                "court",
                "imposed_on",
                "received_on",
                "offence_on",
                "reference",
                "transferred_in",
            ),
        ),
        Group("What it requires", ("requirements",)),
    )
    # How long a requirement lasts may be refused by a field that this form does not have.
    problem_fields = {"supervision.last_day": "supervision_months", "date_of_birth": ""}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("query") and not self.cleaned_data.get("queried_because", "").strip():
            self.add_error("queried_because", "Enter what you are asking the clerk of court")
        return cleaned

    def values(self) -> dict[str, Any]:
        given = super().values()
        return {
            "proposed": ProposedOrder(
                basis=Basis.of(given["basis"]),
                court_type=CourtType.of(given["court_type"]),
                imposed_on=given["imposed_on"],
                date_of_birth=None,
                requirements=tuple(self.requirement(given, kind) for kind in given["requirements"]),
                offence_on=given["offence_on"],
                fine_pounds=given["fine_pounds"],
                transferred_in=given["transferred_in"],
            ),
            "queried_because": given["queried_because"] if given["query"] else "",
            **{name: given[name] for name in ("reference", "court", "received_on")},
        }

    def requirement(self, given: Mapping[str, Any], kind: str) -> ProposedRequirement:
        return requirement_from(given, kind)


class ImposeOrderForm(CourtOrderForm):
    officer = ModelSelectField("Responsible officer", User.objects.none(), required=False, named=named)
    officer_named_on = DateField(
        "Date the responsible officer was named", required=False, recent=True, hint="Today, if left empty"
    )

    groups = (*CourtOrderForm.groups, Group("Responsible officer", ("officer", "officer_named_on")))

    def __init__(self, *args: Any, officers: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if officers is not None:
            self.fields["officer"].queryset = officers  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {**values, **{name: self.cleaned_data[name] for name in ("officer", "officer_named_on")}}


class CorrectOrderForm(CourtOrderForm):
    reference = TextField("Order reference", max_length=50, width=20)
    reason = LongTextField("Why the order is corrected", max_length=500, rows=3)

    groups = (*CourtOrderForm.groups, Group("", ("reason",)))

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = proposals.first_of_each_kind(order) if order is not None else {}
        if order is not None and order.queried:
            self.offered = frozenset({"query"})

    def values(self) -> dict[str, Any]:
        return {**super().values(), "reason": self.cleaned_data["reason"]}

    def requirement(self, given: Mapping[str, Any], kind: str) -> ProposedRequirement:
        """As the fields describe it; what the form does not ask of a requirement stays as it is stored."""
        new, row = requirement_from(given, kind), self.standing.get(kind)
        if row is None:
            return new
        asked, kept = ASKED[Kind.of(kind)], proposals.requirement_of(row)
        if "last_day" not in asked and new.months not in (None, kept.months):
            kept = replace(kept, last_day=None)  # so many months now say how long it lasts
        return replace(kept, **{name: getattr(new, name) for name in asked})


def stored(order: Order) -> dict[str, Any]:
    """What the form to correct an order begins with."""
    names = (
        "basis",
        "court_type",
        "court",
        "imposed_on",
        "received_on",
        "offence_on",
        "fine_pounds",
        "reference",
        "transferred_in",
        "queried_because",
    )
    rows = proposals.first_of_each_kind(order)
    return {
        **{name: getattr(order, name) for name in names},
        "query": ["yes"] if order.queried else [],
        "requirements": [kind.value for kind in Kind if kind in rows],
        **{
            f"{kind}_{name}": getattr(row, name)
            for kind, row in rows.items()
            for name in ASKED[Kind.of(kind)]
        },
    }


class AssignOrderForm(OperationForm):
    worker = ModelSelectField("Responsible officer", User.objects.none(), named=named)
    on = DateField("Date they were named", recent=True)
    reason = TextField("Reason", max_length=300, required=False)

    problem_fields = {"team": "worker"}

    def __init__(
        self,
        *args: Any,
        order: Order | None = None,
        officers: Any = None,
        today: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.today = order, today
        if officers is not None:
            self.fields["worker"].queryset = officers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        on = self.cleaned_data.get("on")
        if self.order is not None and self.today is not None and on is not None:
            what = "naming the responsible officer"
            self.add_problems(
                happened(on, "on", what, self.order, self.today) or in_force(self.order, on, "on", what)
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        given = super().values()
        return {**given, "team": given["worker"].team}


class QueryOrderForm(OperationForm):
    reason = LongTextField("What you are asking the clerk of court", max_length=500, rows=3)


class ResolveQueryForm(OperationForm):
    answer = LongTextField("What the clerk of court answered", max_length=500, rows=3)


def _of_requirement(row: Requirement) -> str:
    began = f", added {row.added_on:%-d %B %Y}" if row.added_on else ""
    return f"{row.get_kind_display()}{began}"


class VaryOrderForm(RequirementFields):  # type: ignore[misc, valid-type]
    decided_on = DateField("Date of the court's decision", recent=True)
    court = TextField("Court", required=False, max_length=100)
    kind = RadiosField(
        "What the court changed",
        choices=Variation.Kind.choices,
        reveals={
            Variation.Kind.EXTENDED: ("new_last_day",),
            Variation.Kind.HOURS: ("new_hours",),
            Variation.Kind.LENGTH: ("new_months", "new_end"),
            Variation.Kind.ADDED: ("added_kind",),
        },
    )
    requirement = ModelSelectField(
        "Requirement that was changed or removed",
        Requirement.objects.none(),
        required=False,
        named=_of_requirement,
        hint="Leave empty if one was added",
    )
    new_last_day = DateField("New last day", required=False)
    new_hours = IntegerField("New number of hours", required=False, min_value=1, max_value=MOST)
    new_months = IntegerField(
        "New number of months, from the start", required=False, min_value=1, max_value=MOST
    )
    new_end = DateField("Or the new last day", required=False)
    added_kind = RadiosField(
        "Requirement added", choices=choices(RequirementKind), reveals=REVEALS, required=False
    )
    on_breach = YesNoField("Was this on a breach of the order?")
    reason = LongTextField("Reason the court gave", required=False, max_length=500, rows=3)

    groups = (
        Group("The decision", ("decided_on", "court", "on_breach", "reason")),
        Group("What changed", ("requirement", "kind")),
    )
    ASKED_FOR: ClassVar[Mapping[str, Mapping[str, str]]] = {
        Variation.Kind.EXTENDED: {"last_day": "new_last_day", "unpaid_work.last_day": "new_last_day"},
        Variation.Kind.HOURS: {"hours": "new_hours", "unpaid_work.hours": "new_hours"},
        Variation.Kind.LENGTH: {"months": "new_months", "last_day": "new_end"},
    }

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if order is not None:
            rows = order.requirements.filter(removed_on=None)
            self.fields["requirement"].queryset = rows  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        given = super().values()
        added = given["added_kind"] if given["kind"] == Variation.Kind.ADDED else ""
        last = {Variation.Kind.EXTENDED: "new_last_day", Variation.Kind.LENGTH: "new_end"}.get(given["kind"])
        return {
            "hours": given["new_hours"] if given["kind"] == Variation.Kind.HOURS else None,
            "months": given["new_months"] if given["kind"] == Variation.Kind.LENGTH else None,
            "last_day": given[last] if last else None,
            "added": requirement_from(given, added) if added else None,
            "requirement": None if given["kind"] == Variation.Kind.ADDED else given["requirement"],
            **{name: given[name] for name in ("kind", "decided_on", "court", "on_breach", "reason")},
        }

    def field_for(self, path: str) -> str | None:
        kind = self.cleaned_data.get("kind", "")
        spelt = self.ASKED_FOR.get(kind, {})
        if path == "requirements":
            return "added_kind" if kind == Variation.Kind.ADDED else "requirement"
        return spelt.get(path) or spelt.get(path.rpartition(".")[2]) or super().field_for(path)


class EndOrderForm(OperationForm):
    on = DateField("Date the order ended", recent=True)
    reason = RadiosField(
        "How it ended",
        choices=[pair for pair in choices(EndReason) if pair[0] != EndReason.TRANSFERRED_OUT],
    )
    note = LongTextField("Note", required=False, max_length=500, rows=3)


class TransferOutForm(OperationForm):
    authority = TextField("Authority that takes the order over", max_length=100)
    replied_on = DateField("Date it replied, naming its responsible officer", required=False)
    applied_on = DateField("Date of the application to the court", required=False)
    on = DateField("Date the court transferred the order")


class CompleteRequirementForm(AsksWhyLate):
    on = DateField("Date it was completed", recent=True)
    note = LongTextField("Note", required=False, max_length=500, rows=3)
    late_reason = why_late("cpo.unpaid_work")


# --- What was done about it ---------------------------------------------------------------------------------


class ContactForm(AsksWhyLate):
    kind = RadiosField("Kind of contact", choices=Contact.Kind.choices)
    on = DateField("Date of the contact", recent=True)
    at = TimeField("Time", required=False, hint="For example, 9:30am")
    attended = YesNoField("Did the person attend?", missing="Select whether the person attended")
    late_reason = why_late("cpo.first_contact", "cpo.induction")
    note = LongTextField("Note", required=False, max_length=10_000)


class SessionFields(AsksWhyLate):
    """What happened at a session of unpaid work."""

    on = DateField("Date of the session", recent=True)
    outcome = RadiosField("What happened", choices=Attendance.Outcome.of_a_session())
    hours = IntegerField("Hours", required=False, min_value=0, max_value=24, width=2, optional=False)
    minutes = IntegerField("Minutes", required=False, min_value=0, max_value=59, width=2, optional=False)
    other_activity = CheckboxField("This was other activity, not unpaid work", required=False)
    placement = TextField("Placement", required=False, max_length=100)
    late_reason = why_late("cpo.placement", "cpo.unpaid_work", "absence.decided")
    note = LongTextField("Note", required=False, max_length=2000, rows=3)

    groups = (
        Group("The session", ("on", "outcome")),
        Group(
            "Time worked",
            ("hours", "minutes"),
            "For somebody whom the service sent home, the time that is allowed to them",
        ),
    )

    def values(self) -> dict[str, Any]:
        given = super().values()
        hours, minutes = given.pop("hours") or 0, given.pop("minutes") or 0
        return {**given, "minutes": hours * 60 + minutes}

    def field_for(self, path: str) -> str | None:
        return "hours" if path == "minutes" else super().field_for(path)


class AttendanceForm(SessionFields):
    def __init__(self, *args: Any, decides: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not decides:
            offered = [pair for pair in Attendance.Outcome.of_a_session() if not ABSENCES.get(pair[0])]
            self.fields["outcome"].choices = offered  # type: ignore[attr-defined]


class CorrectAttendanceForm(SessionFields):
    outcome = RadiosField("What happened", choices=Attendance.Outcome.choices)
    reason = TextField("Why it is corrected", max_length=300)


class LeavesOut(Withholding):
    """A form for a step that may leave out the ones before: the reason is asked for then, and not else."""

    withheld = frozenset({"skipped_because"})

    def __init__(self, *args: Any, leaves_out: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if leaves_out:
            self.offered = frozenset({"skipped_because"})


def why_left_out() -> LongTextField:
    return LongTextField(
        "Why a step is left out",
        required=False,
        optional=False,
        max_length=500,
        rows=3,
        hint="For example, how serious the failure is, risk, circumstances, or a warning before this record",
    )


class DecideBreachForm(LeavesOut):
    on = DateField("Date of the decision", recent=True)
    reason = LongTextField("What the person failed to do", max_length=2000)
    skipped_because = why_left_out()


class LodgeBreachForm(AsksWhyLate):
    on = DateField("Date the application was lodged", recent=True)
    late_reason = why_late("breach.lodged")


class BreachOutcomeForm(OperationForm):
    outcome = RadiosField("What the court did", choices=choices(breach_rules.Outcome))
    outcome_on = DateField("Date of the outcome", recent=True)
    note = LongTextField("Note", required=False, max_length=500, rows=3)

    def __init__(self, *args: Any, basis: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if basis:
            allowed = breach_rules.outcomes(Basis.of(basis))
            self.fields["outcome"].choices = [(one.value, one.label) for one in allowed]  # type: ignore[attr-defined]


class ReleaseForm(OperationForm):
    licence = RadiosField("Kind of licence", choices=choices(Licence))
    released_on = DateField("Date of release", recent=True)
    reference = TextField(
        "Reference", required=False, max_length=50, width=20, hint="Leave empty to have one made"
    )
    note = LongTextField("Note", required=False, max_length=2000, rows=3)


class ReleaseInterviewForm(AsksWhyLate):
    on = DateField("Date of the interview", recent=True)
    late_reason = why_late("release.interview")
    note = LongTextField("Note", required=False, max_length=1000, rows=3)


# --- Absences and warnings ----------------------------------------------------------------------------------


class DecideAbsenceForm(AsksWhyLate):
    decision = RadiosField("Was the absence acceptable?", choices=choices(compliance.Decision))
    evidence = SelectField(
        "Evidence seen",
        choices=choices(compliance.Evidence),
        required=False,
        optional=False,
        hint="Needed for an acceptable absence",
    )
    reason = LongTextField("Reason for the decision", max_length=2000, rows=4)
    decided_on = DateField("Date of the decision", recent=True)
    late_reason = why_late("absence.decided")


class StepForm(OperationForm):
    """A form about one step of the ladder; the page says which."""

    step = forms.CharField(widget=forms.HiddenInput, max_length=30)


class IssueWarningForm(LeavesOut, StepForm):
    skipped_because = why_left_out()
    issued_on = DateField("Date of the letter", recent=True)
    letter = LongTextField("What the letter says", max_length=5000, rows=18)
    next_appointment = TextField(
        "Next appointment or session",
        required=False,
        max_length=200,
        hint="Day, time and place. It stands by itself below the letter",
    )


class SetAsideForm(StepForm):
    code = RadiosField("Why is this step not appropriate?", choices=choices(compliance.NotAppropriate))
    note = LongTextField("What else should be known", required=False, max_length=500, rows=3)
