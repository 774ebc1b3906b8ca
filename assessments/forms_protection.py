"""What is asked about the MAPPA register. Choices come from the models, rules from the domain."""

from __future__ import annotations

from typing import Any

from assessments.models import MappaEntry, MappaLevel, MappaMeeting
from assessments.models.protection import LEADING, Agency
from cases.models import User
from justice.web.forms import (
    CheckboxesField,
    DateField,
    Group,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
)
from orders.forms import named

LEVELS = [(str(value), label) for value, label in MappaLevel.Level.choices]


def _numbers(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**given, **{name: int(given[name]) for name in names}}


class RegisterForm(OperationForm):
    subject_to_notification = RadiosField(
        "Is this person subject to notification requirements?",
        choices=MappaEntry.Answer.choices,
        inline=True,
        hint="The record does not say, so that it is asked here. Who is subject to them is in category 1 automatically",
    )
    category = RadiosField(
        "Category", choices=[(str(value), label) for value, label in MappaEntry.Category.choices]
    )
    level = RadiosField("Level", choices=LEVELS)
    registered_on = DateField("Date MAPPA began", recent=True)
    referred_on = DateField("Date of the referral", required=False, hint="Category 3 needs one")
    notified_on = DateField("Date of the notification", required=False)
    decision = RadiosField(
        "What was decided on the referral or notification", choices=MappaEntry.Decision.choices
    )
    lead_agency = RadiosField("Lead agency", choices=[(one.value, one.label) for one in LEADING])

    groups = (
        Group("Category and level", ("subject_to_notification", "category", "level")),
        Group(
            "Referral and notification",
            ("registered_on", "referred_on", "notified_on", "decision", "lead_agency"),
        ),
    )

    def values(self) -> dict[str, Any]:
        return _numbers(super().values(), "category", "level")


class LevelForm(OperationForm):
    level = RadiosField("New level", choices=LEVELS)
    from_on = DateField("First day at this level", recent=True)
    reason = LongTextField(
        "Why the level changes", max_length=1000, rows=4, missing="Enter why the level changes"
    )

    def values(self) -> dict[str, Any]:
        return _numbers(super().values(), "level")


class MeetingForm(OperationForm):
    held_on = DateField("Date of the meeting", recent=True)
    kind = RadiosField("Kind of meeting", choices=MappaMeeting.Kind.choices, inline=True)
    level = RadiosField("Level of the meeting", choices=LEVELS)
    agencies = CheckboxesField(
        "Agencies that took part", choices=Agency.choices, hint="Agencies only: no names are kept here"
    )
    decisions = LongTextField("What was decided", max_length=10_000, rows=8, missing="Enter what was decided")
    next_on = DateField("Date of the next meeting", required=False)

    def values(self) -> dict[str, Any]:
        return _numbers(super().values(), "level")


class ActionForm(OperationForm):
    text = TextField("What is to be done", max_length=1000, missing="Enter what is to be done")
    agency = SelectField("Agency that is to do it", choices=Agency.choices)
    owner = ModelSelectField(
        "Member of our staff", User.objects.none(), required=False, named=named, empty_label="Nobody named",
        hint="Only where justice social work is to do it",
    )  # fmt: skip
    by = DateField("By when", required=False, noun="The day by when")

    def __init__(self, *args: Any, staff: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if staff is not None:
            self.fields["owner"].queryset = staff  # type: ignore[attr-defined]


class CompleteActionForm(OperationForm):
    done_on = DateField("Date it was done", recent=True)
    outcome = LongTextField("What came of it", max_length=1000, rows=4, required=False)


class EndMappaForm(OperationForm):
    ended_on = DateField("Last day under MAPPA", recent=True)
    end_reason = RadiosField("Why it ended", choices=MappaEntry.EndReason.choices)
