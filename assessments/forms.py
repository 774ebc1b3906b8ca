"""What is asked about court reports, assessments, plans and reviews. Choices and bounds come from the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assessments.domain import lscmi
from assessments.models import Assessment, ReportRequest
from cases.forms import member_label
from cases.models import Availability, User
from justice.web.forms import (
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
)
from orders.domain.codes import choices
from orders.domain.cpo import CourtType
from orders.forms import AsksWhyLate, named, why_late

EXTRA = "extra"


class ReportRequestForm(OperationForm):
    kind = RadiosField("Kind of report", choices=ReportRequest.Kind.choices)
    court_type = SelectField("Kind of court", choices=choices(CourtType))
    court = TextField("Court", required=False, max_length=100, hint="For example, the name of the town")
    requested_on = DateField("Date the court asked for it", recent=True)
    hearing_on = DateField("Date of the hearing")
    reference = TextField(
        "Report reference", required=False, max_length=50, width=20, hint="Leave empty to have one made"
    )


class SubmitReportForm(AsksWhyLate):
    submitted_on = DateField("Date it was submitted", recent=True)
    submitted_at = TimeField("Time it was submitted", hint="For example, 9:30am")
    accountable = ModelSelectField(
        "Registered social worker accountable for the report", User.objects.none(), named=named
    )
    late_reason = why_late("report.submitted", "report.on_time")

    def __init__(self, *args: Any, staff: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if staff is not None:
            self.fields["accountable"].queryset = staff  # type: ignore[attr-defined]


class WithdrawReportForm(OperationForm):
    on = DateField("Date it was withdrawn", recent=True)
    reason = TextField("Why it was withdrawn", max_length=500)


SubScores: type[AsksWhyLate] = type(
    "SubScores",
    (AsksWhyLate,),
    {
        name: IntegerField(
            lscmi.LABELS[name], required=False, min_value=0, max_value=most, hint=f"0 to {most}", width=2
        )
        for name, most in lscmi.MAXIMA.items()
    },
)


class AssessmentForm(SubScores):  # type: ignore[misc, valid-type]
    tool = RadiosField(
        "Tool", choices=Assessment.Tool.choices, reveals={Assessment.Tool.LS_CMI.value: tuple(lscmi.MAXIMA)}
    )
    completed_on = DateField("Date it was completed", recent=True)
    total = IntegerField("Total score", required=False, min_value=0, max_value=999)
    level = TextField(
        "Level the assessment gave",
        required=False,
        max_length=20,
        width=20,
        hint="For an LS/CMI it follows from the score: leave this empty, or enter it to have it checked",
    )
    override_level = SelectField(
        "Override to this level", required=False, choices=list(lscmi.LEVELS.items()), blank="No override"
    )
    override_reason = LongTextField("Reason for the override", required=False, max_length=500, rows=3)
    late_reason = why_late("cpo.lscmi")

    groups = (
        Group("The assessment", ("tool", "completed_on", "total", "level")),
        Group("Professional override", ("override_level", "override_reason")),
    )

    def values(self) -> dict[str, Any]:
        given = super().values()
        scores = {name: given.pop(name) for name in lscmi.MAXIMA}
        scored = given["tool"] == Assessment.Tool.LS_CMI
        said = given["level"].strip()
        level = said.lower().replace(" ", "_") if scored else said
        sub_scores = {name: score for name, score in scores.items() if score is not None} if scored else {}
        return {**given, "sub_scores": sub_scores, "level": level}


class PlanForm(AsksWhyLate):
    approved_on = DateField("Date the plan was approved", recent=True)
    summary = LongTextField("Goals and actions", required=False, max_length=10_000, rows=10)
    late_reason = why_late("cpo.plan")


class ReviewForm(AsksWhyLate):
    held_on = DateField("Date the review was held", recent=True)
    for_due_on = RadiosField(
        "Which review it was", choices=[(EXTRA, "An extra review, besides those that are due")]
    )
    chaired_by = ModelSelectField("Chaired by", User.objects.none(), required=False, named=named)
    persons_views = LongTextField("The person's views", required=False, max_length=5000)
    decisions = LongTextField("What was decided", required=False, max_length=5000)
    late_reason = why_late("cpo.review")

    def __init__(self, *args: Any, due: tuple[date, ...] = (), staff: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["for_due_on"]
        field.choices = [
            *((on.isoformat(), f"The review due on {on:%-d %B %Y}") for on in due),
            *field.choices,
        ]
        if staff is not None:
            self.fields["chaired_by"].queryset = staff  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        given = super().values()
        chosen = given["for_due_on"]
        extra = chosen == EXTRA
        return {**given, "extra": extra, "for_due_on": None if extra else date.fromisoformat(chosen)}


# --- Hours, cover and handing over ----------------------------------------------------------------------------


class AvailabilityForm(OperationForm):
    weekly_hours = DecimalField(
        "Hours a week",
        min_value=1,
        max_value=60,
        max_digits=4,
        decimal_places=1,
        required=False,
        hint="Leave empty if their week is as long as before",
    )
    reduction_percent = IntegerField(
        "How much of it is taken up otherwise",
        min_value=1,
        max_value=100,
        suffix="%",
        required=False,
        hint="100% while they are away",
    )
    reason = RadiosField("Why", choices=Availability.Reason, noun="Why")
    from_on = DateField("First day")
    to_on = DateField("Last day", required=False, hint="Leave empty if nobody knows yet")


class EndAvailabilityForm(OperationForm):
    to_on = DateField("Last day", recent=True)


class CoverForm(OperationForm):
    by = ModelSelectField("Who covers for them", User.objects.none(), named=member_label, noun="Who covers")
    from_on = DateField("First day", recent=True)
    to_on = DateField("Last day", hint="They see the cases until the end of this day")
    reason = TextField("Reason", max_length=300, required=False)

    def __init__(self, *args: Any, colleagues: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if colleagues is not None:
            self.fields["by"].queryset = colleagues


class EndCoverForm(OperationForm):
    """Nothing is asked: the button says it all."""


class UndoHandoverForm(OperationForm):
    """Nothing is asked: the button says it all."""


QUEUE = "queue"  # what stands for the team's queue where a worker's key would stand


class HandOverForm(OperationForm):
    """Who takes each case, with a note for them, and why. A case for which nobody is chosen stays where it is.

    `choices` gives for each case whom it may be offered to, and `proposed` whom to begin with.
    """

    reason = TextField(
        "Why the caseload is handed over",
        max_length=300,
        missing="Enter why the caseload is handed over",
        hint="Everybody who takes a case sees this",
    )

    def __init__(
        self,
        *args: Any,
        leaver: User | None = None,
        choices: Mapping[int, Sequence[tuple[str, str]]] | None = None,
        proposed: Mapping[int, int | None] | None = None,
        references: Mapping[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cases = list(choices or {})
        for case, offered in (choices or {}).items():
            whose = (references or {}).get(case, "")
            first = (proposed or {}).get(case)
            self.fields[f"receiver_{case}"] = SelectField(
                f"Who takes {whose}",
                choices=[*offered, (QUEUE, "Nobody yet: the team's queue")],
                blank=f"Stays with {leaver.name}" if leaver else "Stays where it is",
                required=False,
                initial=first or "",
                optional=False,
            )
            self.fields[f"note_{case}"] = LongTextField(
                f"Handover note for {whose}", max_length=2000, rows=2, required=False, optional=False
            )

    def chosen(self) -> dict[int, tuple[str, str]]:
        """Each case for which somebody, or the queue, was chosen: who, and the note."""
        return {
            case: (self.cleaned_data[f"receiver_{case}"], self.cleaned_data[f"note_{case}"])
            for case in self.cases
            if self.cleaned_data.get(f"receiver_{case}")
        }
