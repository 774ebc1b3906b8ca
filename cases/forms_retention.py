"""What is asked for when a record is held, a period is set, or a destruction is agreed on."""

from __future__ import annotations

from typing import Any, cast

from cases.models import Disposal, Hold, RetentionRule, User
from cases.operation import council_of
from cases.retention import due_in
from justice.domain.retention import LONGEST, TRIGGERS, WORK
from justice.web.dates import short_date
from justice.web.forms import (
    CheckboxesField,
    DateField,
    IntegerField,
    OperationForm,
    RadiosField,
    TextField,
    YesNoField,
)
from justice.web.views import today

AT_ONCE = 100  # records in one proposal: a list that somebody can read through


class RetentionRuleForm(OperationForm):
    work = RadiosField("Kind of work", choices=RetentionRule._meta.get_field("work").choices)
    years = IntegerField(
        "Years",
        required=False,
        min_value=1,
        max_value=LONGEST,
        hint="Leave empty to keep these records until a period is set",
    )
    trigger = RadiosField("Counted from when", choices=list(TRIGGERS.items()))
    from_year_end = YesNoField("Count from the end of that calendar year")
    in_force_from = DateField("First day")
    source = TextField(
        "Where this comes from", max_length=300, hint="Such as the council's retention schedule and its date"
    )


class HoldForm(OperationForm):
    record = TextField("Reference of the person, or number of the record", max_length=50, width=20)
    kind = RadiosField("Why the record must be kept", choices=Hold.Kind.choices)
    reason = TextField("Reason", max_length=500, hint="Such as the name and number of the inquiry")
    from_on = DateField("From", recent=True)


class LiftHoldForm(OperationForm):
    reason = TextField("Why the record need no longer be held", max_length=500)


class DeclineForm(OperationForm):
    reason = TextField("Why this record is kept", max_length=500)


class ReleaseForm(OperationForm):
    recipient = TextField(
        "Who it is given to", max_length=200, hint="The person themself, or who acts for them"
    )
    asked_on = DateField("Day it was asked for", recent=True)


class OfCouncil(OperationForm):
    """A form whose choices are records of the user's council, by number and day alone."""

    asks_user = True

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


class ProposeForm(OfCouncil):
    people = CheckboxesField("Records to destroy", choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        due = due_in(council_of(self.user), today())
        self.due_count = len(due)
        cast(CheckboxesField, self.fields["people"]).choices = [
            (str(person), f"Record {person}: {WORK[one.rule.work].lower()}, due since {short_date(one.on)}")
            for person, one in list(due.items())[:AT_ONCE]
        ]

    def clean_people(self) -> list[int]:
        return [int(one) for one in self.cleaned_data["people"]]


class ApproveForm(OfCouncil):
    disposals = CheckboxesField("Records whose destruction you approve", choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Disposal.objects.visible_to(self.user).filter(state=Disposal.State.PROPOSED)
        rows = rows.exclude(proposed_by=self.user)
        cast(CheckboxesField, self.fields["disposals"]).choices = [
            (
                str(row.pk),
                f"Record {row.person_id}: {row.rule} Due since {short_date(row.due_on)}. "
                f"Proposed by {row.proposed_by.name}",
            )
            for row in rows.select_related("proposed_by")[:AT_ONCE]
        ]

    def clean_disposals(self) -> list[int]:
        return [int(one) for one in self.cleaned_data["disposals"]]
