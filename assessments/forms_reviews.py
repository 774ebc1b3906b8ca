"""What is asked about reviews. What the record suggests stands beside the questions; no answer is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from assessments.domain.review import Absent, NotHeld
from assessments.models import GoalProgress, Review, ReviewDecision
from assessments.operations import Decided, GoalSaid
from assessments.plans import GoalNow
from cases.models import User
from justice.web.dates import plain_date
from justice.web.forms import (
    BoundGroup,
    DateField,
    Form,
    Group,
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
from orders.forms import AsksWhyLate, Withholding, named, why_late

EXTRA = "extra"
EXTRA_CHOICE = (EXTRA, "An extra review, besides those that are due")
ROWS = range(1, 7)  # decisions asked for
IN_SIGHT = 2  # before the rest is folded away
TASK = ReviewDecision.Becomes.TASK


def due_choices(due: Sequence[date]) -> list[tuple[str, str]]:
    return [*((on.isoformat(), f"The review due on {plain_date(on)}") for on in due), EXTRA_CHOICE]


def due_chosen(chosen: str) -> date | None:
    return None if chosen == EXTRA else date.fromisoformat(chosen)


def chair_reason() -> TextField:
    return TextField(
        "Why no first line manager chairs",
        required=False,
        optional=False,
        max_length=500,
        hint="Asked for where a first line manager is expected to chair",
    )


class Chaired(Withholding):
    """A form that names who chairs, and asks why it is no first line manager once the rule wants to know."""

    withheld = frozenset({"late_reason", "chair_reason"})

    def __init__(self, *args: Any, staff: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if staff is not None:
            self.fields["chaired_by"].queryset = staff  # type: ignore[attr-defined]


def _rows() -> dict[str, Any]:
    """The fields of every decision, by name."""
    found: dict[str, Any] = {}
    for row in ROWS:
        found[f"decision_{row}_text"] = LongTextField(
            f"Decision {row}", required=False, optional=False, max_length=1000, rows=2
        )
        found[f"decision_{row}_becomes"] = RadiosField(
            f"What comes of decision {row}",
            required=False,
            optional=False,
            choices=ReviewDecision.Becomes,
            reveals={TASK: (f"decision_{row}_owner", f"decision_{row}_by")},
        )
        found[f"decision_{row}_owner"] = ModelSelectField(
            f"Who does the task of decision {row}",
            User.objects.none(),
            required=False,
            optional=False,
            named=named,
        )
        found[f"decision_{row}_by"] = DateField(
            f"Day by which decision {row} is done", required=False, optional=False
        )
    return found


class _Held(Chaired, AsksWhyLate):
    held_on = DateField("Date the review was held", recent=True)
    for_due_on = RadiosField("Which review it was", choices=[EXTRA_CHOICE])
    chaired_by = ModelSelectField(
        "Chaired by", User.objects.none(), named=named, missing="Select who chaired"
    )
    chair_reason = chair_reason()
    attendance = RadiosField(
        "Whether the person was there",
        choices=Review.Attendance,
        noun="Attendance",
        missing="Select whether the person was there",
    )
    discussion = LongTextField("What was discussed", required=False, max_length=10_000)
    persons_views = LongTextField(
        "The person’s views", required=False, max_length=5000, hint="In their own words where you can"
    )
    partner_input = LongTextField("What partner organisations said", required=False, max_length=5000, rows=3)
    risk_changed = YesNoField(
        "Whether the risk has changed", required=False, reveals={"yes": ("risk_change",)}
    )
    risk_change = LongTextField(
        "What changed in the risk", required=False, optional=False, max_length=2000, rows=3
    )
    outcome = RadiosField("Outcome of the review", choices=Review.Outcome)
    late_reason = why_late("cpo.review")

    withheld = Chaired.withheld


ReviewForm: type[_Held] = type("ReviewForm", (_Held,), {**_rows(), "__doc__": "A review that was held."})


class ReviewHeldForm(ReviewForm):  # type: ignore[misc, valid-type]
    """The same, about one order: its due dates, the goals of its plan, and the staff who may chair or have a task."""

    def __init__(
        self,
        *args: Any,
        due: Sequence[date] = (),
        staff: Any = None,
        goals: Sequence[GoalNow] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, staff=staff, **kwargs)
        self.fields["for_due_on"].choices = due_choices(due)
        self.goals = goals
        for row in ROWS:
            if staff is not None:
                self.fields[f"decision_{row}_owner"].queryset = staff
        for one in goals:
            key = one.goal.pk
            self.fields[f"goal_{key}_status"] = SelectField(
                f"Where it stands: {one.goal.words}",
                choices=GoalProgress.Status,
                blank="Nothing was said of it",
                required=False,
                optional=False,
                hint=_stands(one),
            )
            self.fields[f"goal_{key}_note"] = TextField(
                f"Note on it: {one.goal.words}", required=False, optional=False, max_length=1000
            )
        self.groups = (
            Group("The meeting", ("held_on", "for_due_on", "chaired_by", "chair_reason", "attendance")),
            Group("What was said", ("discussion", "persons_views", "partner_input")),
            Group(
                "The goals of the plan",
                tuple(f"goal_{one.goal.pk}_{what}" for one in goals for what in ("status", "note")),
            ),
            Group("The risk", ("risk_changed", "risk_change")),
            *(Group(f"Decision {row}", _names(row)) for row in ROWS),
            Group("What follows", ("outcome", "late_reason")),
        )

    def clean(self) -> dict[str, Any] | None:
        """A note wants the status it belongs to, and a decision what comes of it."""
        cleaned = super().clean()
        for one in self.goals:
            status, note = f"goal_{one.goal.pk}_status", f"goal_{one.goal.pk}_note"
            if self.cleaned_data.get(note) and not self.cleaned_data.get(status):
                self.add_error(status, "Select where the goal stands, or clear the note on it")
        for row in ROWS:
            if (
                self.cleaned_data.get(f"decision_{row}_text")
                and not self.cleaned_data.get(f"decision_{row}_becomes")
                and f"decision_{row}_becomes" not in self.errors
            ):
                self.add_error(f"decision_{row}_becomes", f"Select what comes of decision {row}")
        return cleaned

    def values(self) -> dict[str, Any]:
        given = super().values()
        goals = []
        for one in self.goals:
            status, note = (given.pop(f"goal_{one.goal.pk}_{what}") for what in ("status", "note"))
            if status:
                goals.append(GoalSaid(one.goal, status, note))
        decided = []
        for row in ROWS:
            text, becomes, owner, by = (given.pop(name) for name in _names(row))
            if not text and not becomes:
                continue
            task = becomes == TASK
            decided.append(Decided(text, becomes, owner if task else None, by if task else None, row))
        chosen = given.pop("for_due_on")
        return {
            **given,
            "for_due_on": due_chosen(chosen),
            "extra": chosen == EXTRA,
            "goals": goals,
            "decided": decided,
        }

    # For the page: what is asked first, the decisions in sight, those folded away, and what follows.

    @property
    def first(self) -> list[BoundGroup]:
        return [group for group in self.layout() if not group.legend.startswith("Decision")][:-1]

    @property
    def in_sight(self) -> list[BoundGroup]:
        return [group for group in self.layout() if group.legend.startswith("Decision")][:IN_SIGHT]

    @property
    def folded(self) -> list[BoundGroup]:
        return [group for group in self.layout() if group.legend.startswith("Decision")][IN_SIGHT:]

    @property
    def unfolded(self) -> bool:
        """Whether something was typed into a decision that is folded away, or is wrong with it."""
        names = [name for row in ROWS if row > IN_SIGHT for name in _names(row)]
        if self.is_bound:
            return any(self.errors.get(name) or self.cleaned_data.get(name) for name in names)
        return bool(self.restored & set(names))

    @property
    def last(self) -> list[BoundGroup]:
        return [group for group in self.layout() if group.legend == "What follows"]


def _names(row: int) -> tuple[str, ...]:
    return tuple(f"decision_{row}_{what}" for what in ("text", "becomes", "owner", "by"))


def _stands(one: GoalNow) -> str:
    """Where the record says that a goal stands: shown, never answered with."""
    if one.status_on is None:
        return "Nothing is recorded of it yet"
    note = f": {one.note}" if one.note else ""
    return f"{one.status_label} since {plain_date(one.status_on)}{note}"


# --- Planned, rearranged, missed ------------------------------------------------------------------------------------


class PlanReviewForm(Chaired):
    for_due_on = RadiosField("Which review it is", choices=[EXTRA_CHOICE])
    planned_on = DateField("Date of the review")
    at = TimeField("Time", required=False, hint="For example, 9:30am")
    chaired_by = ModelSelectField("Who chairs", User.objects.none(), required=False, named=named)
    chair_reason = chair_reason()
    place = TextField("Place", required=False, max_length=200)

    def __init__(self, *args: Any, due: Sequence[date] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["for_due_on"].choices = due_choices(due)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        given = super().values()
        return {**given, "for_due_on": due_chosen(given["for_due_on"])}


class RearrangeReviewForm(Chaired):
    reason = RadiosField("Why it is rearranged", choices=choices(NotHeld), noun="Why it is rearranged")
    planned_on = DateField("New date of the review")
    at = TimeField("Time", required=False, hint="For example, 9:30am")
    chaired_by = ModelSelectField("Who chairs", User.objects.none(), required=False, named=named)
    chair_reason = chair_reason()
    place = TextField("Place", required=False, max_length=200)
    note = TextField("Note", required=False, max_length=500)


class MissedReviewForm(OperationForm):
    who_did_not_come = RadiosField("Who did not come", choices=choices(Absent))
    reason = RadiosField(
        "Why it did not take place", choices=choices(NotHeld), noun="Why it did not take place"
    )
    note = TextField("Note", required=False, max_length=500)


class CancelReviewForm(OperationForm):
    reason = RadiosField("Why it is cancelled", choices=choices(NotHeld), noun="Why it is cancelled")
    note = TextField("Note", required=False, max_length=500)


class CompleteTaskForm(OperationForm):
    done_on = DateField("Date it was done", recent=True)
    done_note = TextField("What came of it", required=False, max_length=1000)


# --- The court's progress report ------------------------------------------------------------------------------------


class ProgressReportForm(Form):
    from_on = DateField("First day of the period")
    to_on = DateField("Last day of the period", recent=True)
    statement = LongTextField(
        "Your statement to the court",
        max_length=10_000,
        rows=8,
        hint="It goes into the document and nowhere else. Leave out victims, other people and the safety of staff",
        missing="Enter your statement to the court",
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, last = self.cleaned_data.get("from_on"), self.cleaned_data.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "Enter a last day on or after the first day")
        return cleaned
