"""What is asked for when a person or a case changes. The rules are in the operations and the domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.models import Alert, Employment, Ethnicity, Gender, Team, User
from cases.models.slots import MOST_SLOTS
from justice.web.forms import (
    CheckboxField,
    DateField,
    Form,
    IntegerField,
    LongTextField,
    ModelCheckboxesField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
)


def member_label(user: User) -> str:
    return f"{user.name} ({user.team.name})" if user.team_id else user.name


class PersonForm(OperationForm):
    """Who the person is."""

    given_name = TextField("Given name", max_length=100, width=20)
    family_name = TextField("Family name", max_length=100, width=20)
    date_of_birth = DateField("Date of birth", hint="For example, 27 3 1990", birth=True)
    gender = RadiosField("Gender", choices=Gender)
    ethnicity = SelectField("Ethnicity", choices=Ethnicity, initial=Ethnicity.NOT_KNOWN)
    employment = SelectField("Employment status", choices=Employment, initial=Employment.NOT_KNOWN)


class StaffChoices(OperationForm):
    """A form whose teams and workers are the council's own."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user).filter(closed_on=None)
        workers = User.objects.visible_to(user).caseworkers().select_related("team")
        self.fields["worker"].queryset = workers


class OpenCaseForm(PersonForm, StaffChoices):
    address = LongTextField("Address", required=False, max_length=500, rows=3)
    postcode = TextField("Postcode", required=False, max_length=10, width=10)
    team = ModelSelectField("Team", Team.objects.none(), required=False)
    worker = ModelSelectField(
        "Caseworker",
        User.objects.none(),
        required=False,
        named=member_label,
        hint="Leave empty to put the case in the team's queue",
    )
    not_a_duplicate = CheckboxField("None of the people listed above is this person", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["team"].initial = user.team_id


class AliasForm(OperationForm):
    given_name = TextField("Given name", max_length=100, required=False, width=20)
    family_name = TextField("Family name", max_length=100, width=20)


class AddressForm(OperationForm):
    lines = LongTextField("Address", max_length=500, rows=3)
    postcode = TextField("Postcode", max_length=10, width=10)
    from_on = DateField("Day they moved there", recent=True)


class AlertForm(OperationForm):
    kind = SelectField("Kind of alert", choices=Alert.Kind)
    text = LongTextField("What everyone who meets the person must know", max_length=300, rows=2)
    from_on = DateField("First day of the alert", recent=True)


class EndAlertForm(OperationForm):
    to_on = DateField("Last day of the alert", recent=True)
    reason = TextField("Why it no longer holds", max_length=500)


class AssignForm(StaffChoices):
    team = ModelSelectField("Team", Team.objects.none())
    worker = ModelSelectField(
        "Caseworker",
        User.objects.none(),
        required=False,
        named=member_label,
        hint="Leave empty to put the case in the team's queue",
    )
    on = DateField("First day they hold it", recent=True)
    reason = TextField("Reason", max_length=300, required=False)


class CloseCaseForm(OperationForm):
    on = DateField("Day the work ended", recent=True)
    reason = TextField("Reason", max_length=300)


class LimitForm(OperationForm):
    restricted = CheckboxField(
        "Restricted: only the people who hold the case and those named below may see it", required=False
    )
    permitted = ModelCheckboxesField(
        "May see it", User.objects.none(), required=False, hint="Besides those who hold the case"
    )
    excluded = ModelCheckboxesField(
        "May never see it", User.objects.none(), required=False, hint="For example, a relative"
    )
    reason = TextField("Reason", max_length=300)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("permitted", "excluded"):
            self.fields[name].queryset = User.objects.visible_to(user).filter(is_active=True)


class OpenRestrictedForm(OperationForm):
    reference = TextField("Person's reference", max_length=50, width=20)
    reason = LongTextField("Why you need to see this record now", max_length=500, rows=3)


class ReasonForm(OperationForm):
    """A national reason code for one timescale; which codes apply depends on the clause."""

    code = RadiosField("Reason")
    note = LongTextField("Note", max_length=500, required=False, rows=2)

    def __init__(self, *args: Any, codes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = list(codes.items())


class PeopleSearchForm(Form):
    """Finds a person by reference, name or date of birth. Sent by POST: no name stands in an address."""

    text = TextField("Reference or name", max_length=100, required=False, width=20)
    date_of_birth = DateField("Date of birth", required=False, birth=True)


class ReviewSlotsForm(OperationForm):
    """How many reviews a team can chair in a week, from a day on."""

    slots_per_week = IntegerField(
        "Reviews in a week", hint="For example, 5", width=3, min_value=0, max_value=MOST_SLOTS
    )
    from_on = DateField("From", hint="What holds until then stays for the weeks before")
