"""What is asked about court reports, assessments, plans and reviews. Choices and bounds come from the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from assessments.domain import lscmi, lscmi_answers
from assessments.models import Assessment, ReportRequest
from assessments.wording import item_label, section_label
from cases.forms import member_label
from cases.models import Availability, User
from justice.web.forms import (
    CheckboxesField,
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
from orders.domain.codes import choices
from orders.domain.cpo import CourtType
from orders.forms import AsksWhyLate, named, why_late


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


LEFT_OUT = "left_out"


class YesNoItemField(YesNoField):
    """An item answered yes or no, or left out. Gives 1, 0 or None, as the domain counts."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        choices = (("yes", "Yes"), ("no", "No"), (LEFT_OUT, "Left out"))
        super().__init__(label, choices=choices, **kwargs)
        self.coerce = {"yes": 1, "no": 0, LEFT_OUT: None}.get
        self.template_name = "forms/row.html"


class RatedItemField(RadiosField):
    """An item rated 0 to 3, or left out."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        ratings = [(str(rating), str(rating)) for rating in range(lscmi.HIGHEST_RATING + 1)]
        super().__init__(label, choices=[*ratings, (LEFT_OUT, "Left out")], inline=True, **kwargs)
        self.template_name = "forms/row.html"

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return int(chosen) if chosen not in ("", LEFT_OUT) else None


def item_field(item: int) -> YesNoItemField | RatedItemField:
    kind = RatedItemField if item in lscmi.RATED else YesNoItemField
    return kind(f"Item {item}", required=False, optional=False)


def item_name(item: int) -> str:
    return f"item_{item}"


def item_value(item: int, answer: int | None) -> str:
    """A stored answer as the form sends it."""
    if answer is None:
        return LEFT_OUT
    return str(answer) if item in lscmi.RATED else ("yes" if answer else "no")


ITEM_NAMES = {name: tuple(map(item_name, items)) for name, items in lscmi.ITEMS.items()}
ITEMS_BY_NAME = tuple(name for names in ITEM_NAMES.values() for name in names)

Scores: type[AsksWhyLate] = type(
    "Scores",
    (AsksWhyLate,),
    {
        **{
            name: IntegerField(
                lscmi.LABELS[name], required=False, min_value=0, max_value=most, hint=f"0 to {most}", width=2
            )
            for name, most in lscmi.MAXIMA.items()
        },
        **{item_name(item): item_field(item) for items in lscmi.ITEMS.values() for item in items},
    },
)


class AssessmentForm(Scores):  # type: ignore[misc, valid-type]
    """What an LS/CMI found: the answers, the section scores or the total alone may be had.

    Answers that do not usually stand together are shown to be ticked once they were given, and not before.
    """

    withheld = frozenset({"late_reason", "acknowledged"})
    problem_fields: ClassVar[Mapping[str, str]] = {"answers": "detail", "sub_scores": "detail"}

    completed_on = DateField("Date it was completed", recent=True)
    reason = SelectField("Why it was made", choices=Assessment.Reason, required=False, blank="Not recorded")
    detail = RadiosField(
        "What you have",
        required=False,
        optional=False,
        choices=(
            ("total", "The total score only"),
            ("sections", "Section scores only"),
            ("items", "Answers to the 43 items"),
        ),
        choice_hints={"items": "The section scores and the total are worked out from them"},
        reveals={
            "sections": tuple(lscmi.MAXIMA),
            "items": ITEMS_BY_NAME,
        },
    )
    acknowledged = CheckboxesField(
        "Answers that do not usually stand together",
        required=False,
        optional=False,
        choices=[(key, key) for key in lscmi_answers.every_key()],
        hint="Tick what is right as it was answered",
    )
    total = IntegerField(
        "Total score",
        required=False,
        min_value=0,
        max_value=999,
        hint="Leave this empty if you enter answers or section scores, or enter it to have it checked",
    )
    level = TextField(
        "Level the assessment gave",
        required=False,
        max_length=20,
        width=20,
        hint="It follows from the score: leave this empty, or enter it to have it checked",
    )
    strengths = CheckboxesField(
        "Sections in which the person is strong",
        required=False,
        choices=list(lscmi.LABELS.items()),
        hint="They do not change the score",
    )
    override_level = SelectField(
        "Override to this level", required=False, choices=list(lscmi.LEVELS.items()), blank="No override"
    )
    override_kind = RadiosField("Kind of override", required=False, choices=Assessment.Override)
    override_reason = LongTextField("Reason for the override", required=False, max_length=500, rows=3)
    late_reason = why_late("cpo.lscmi")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, items in lscmi.ITEMS.items():
            if name not in self.fields:
                continue
            self.fields[name].label = section_label(name)  # type: ignore[attr-defined]
            for item in items:
                self.fields[item_name(item)].label = item_label(item)  # type: ignore[attr-defined]
        if "strengths" in self.fields:  # type: ignore[attr-defined]
            strengths: Any = self.fields["strengths"]  # type: ignore[attr-defined]
            strengths.choices = [(name, section_label(name)) for name in lscmi.MAXIMA]
        self.groups = (
            Group("The assessment", ("completed_on", "reason", "correction_reason")),
            Group("Scores", ("detail", "acknowledged", "total", "level")),
            Group("Strengths", ("strengths",)),
            Group(
                "Professional override",
                ("override_stands", "override_level", "override_kind", "override_reason"),
            ),
            *(Group(_legend(name), names) for name, names in ITEM_NAMES.items()),
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._show_doubts()
        return cleaned

    def _show_doubts(self) -> None:
        """Offer to be ticked only what the answers give cause to ask about."""
        rules = lscmi_answers.rules_on(self.cleaned_data.get("completed_on") or date.max)
        answers = self._answers()
        field: Any = self.fields.get("acknowledged")
        if field is None:
            return
        field.choices = [(rule.key, rule.words(answers)) for rule in lscmi_answers.doubts(answers, rules)]

    def _concerns(self, name: str) -> bool:
        if name == "acknowledged":  # a draft holds ticks, and the answers are not judged before they are sent
            return self.is_bound and bool(self.fields[name].choices) and super()._concerns(name)
        return bool(super()._concerns(name))

    def _answers(self) -> dict[int, int | None]:
        """The answers, where they are what was chosen to be entered; none where no item has one."""
        if self.cleaned_data.get("detail") not in ("", None, "items"):
            return {}
        given = {
            item: self.cleaned_data.get(item_name(item)) for items in lscmi.ITEMS.values() for item in items
        }
        chosen = self.cleaned_data.get("detail") == "items"
        return given if chosen or any(answer is not None for answer in given.values()) else {}

    def values(self) -> dict[str, Any]:
        given = super().values()
        answers = self._answers()
        scores = {name: given.pop(name, None) for name in lscmi.MAXIMA}
        for name in ITEMS_BY_NAME:
            given.pop(name, None)
        if given.pop("detail", "") not in ("", "sections"):
            scores = {}
        scored = self.tool == Assessment.Tool.LS_CMI
        said = given["level"].strip()
        level = said.lower().replace(" ", "_") if scored else said
        sub_scores = {name: score for name, score in scores.items() if score is not None} if scored else {}
        return {**given, "tool": self.tool, "answers": answers, "sub_scores": sub_scores, "level": level}

    @property
    def tool(self) -> str:
        """Of which tool the record is."""
        return Assessment.Tool.LS_CMI.value


def _legend(name: str) -> str:
    items = lscmi.ITEMS[name]
    return f"{section_label(name)}: items {items[0]} {'and' if len(items) == 2 else 'to'} {items[-1]}"


# What a correction of a record of another tool is not asked.
OF_THE_LSCMI = ("detail", "acknowledged", "strengths")


class CorrectAssessmentForm(AssessmentForm):
    """The record again as it should have been, why, and whether an override of it still stands."""

    correction_reason = LongTextField(
        "What was wrong with the record",
        max_length=500,
        rows=2,
        missing="Enter what was wrong with the record",
    )
    override_stands = YesNoField(
        "Does the override still stand?",
        required=False,
        optional=False,
        choices=(("yes", "Yes, as below"), ("no", "No")),
        reveals={"yes": ("override_level", "override_kind", "override_reason")},
    )

    def __init__(self, *args: Any, corrected: Assessment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corrected = corrected
        if corrected is None:
            return
        if corrected.override_level:
            level = lscmi.LEVELS.get(corrected.override_level, corrected.override_level)
            kind = f", {corrected.get_override_kind_display().lower()}" if corrected.override_kind else ""
            self.fields["override_stands"].help_text = f"It was {level}{kind}: {corrected.override_reason}"
        else:
            del self.fields["override_stands"]
        if corrected.tool != Assessment.Tool.LS_CMI:
            for name in (*OF_THE_LSCMI, *lscmi.MAXIMA, *ITEMS_BY_NAME):
                del self.fields[name]

    @property
    def tool(self) -> str:
        return self.corrected.tool if self.corrected else ""

    def values(self) -> dict[str, Any]:
        given = super().values()
        if given.get("override_stands") is False:  # what was filled in beforehand goes with it
            given |= {"override_level": "", "override_kind": "", "override_reason": ""}
        return given


class CountersignForm(OperationForm):
    comment = LongTextField("Comment", required=False, max_length=500, rows=3)


class PlanForm(AsksWhyLate):
    approved_on = DateField("Date the plan was approved", recent=True)
    summary = LongTextField("Goals and actions", required=False, max_length=10_000, rows=10)
    late_reason = why_late("cpo.plan")


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
