"""What is asked for when a person, a case or a setting changes. The rules are in the operations and the domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from cases.models import Address, Alert, Employment, Ethnicity, Gender, Team, User
from justice.web.forms import DateField, OperationForm


class PersonFields(OperationForm):
    """Who the person is."""

    given_name = forms.CharField(label="Given name", max_length=100)
    family_name = forms.CharField(label="Family name", max_length=100)
    date_of_birth = DateField(label="Date of birth", help_text="For example, 27 3 1990")
    gender = forms.ChoiceField(label="Gender", choices=Gender.choices, widget=forms.RadioSelect)
    ethnicity = forms.ChoiceField(label="Ethnicity", choices=Ethnicity.choices, initial=Ethnicity.NOT_KNOWN)
    employment = forms.ChoiceField(
        label="Employment status", choices=Employment.choices, initial=Employment.NOT_KNOWN
    )


class OpenCaseForm(PersonFields):
    address = forms.CharField(
        label="Address", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    postcode = forms.CharField(label="Postcode", required=False, max_length=10)
    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none(), required=False)
    worker = forms.ModelChoiceField(
        label="Caseworker",
        queryset=User.objects.none(),
        required=False,
        help_text="Leave empty to put the case in the team's queue",
    )
    not_a_duplicate = forms.BooleanField(
        label="None of the people below is this person", required=False, widget=forms.CheckboxInput
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user).filter(closed_on=None)
        self.fields["team"].initial = user.team_id
        self.fields["worker"].queryset = User.objects.visible_to(user).caseworkers()
        self.fields["worker"].label_from_instance = member_label


class AliasForm(OperationForm):
    given_name = forms.CharField(label="Given name", max_length=100, required=False)
    family_name = forms.CharField(label="Family name", max_length=100)


class AddressForm(OperationForm):
    lines = forms.CharField(label="Address", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    postcode = forms.CharField(label="Postcode", max_length=Address._meta.get_field("postcode").max_length)
    from_on = DateField(label="Day they moved there")


class AlertForm(OperationForm):
    kind = forms.ChoiceField(label="Kind of alert", choices=Alert.Kind.choices)
    text = forms.CharField(
        label="What everyone who meets the person must know", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    from_on = DateField(label="From")


class EndAlertForm(OperationForm):
    to_on = DateField(label="Last day of the alert")
    reason = forms.CharField(label="Why it no longer holds", max_length=500)


class AssignForm(OperationForm):
    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none())
    worker = forms.ModelChoiceField(
        label="Caseworker",
        queryset=User.objects.none(),
        required=False,
        help_text="Leave empty to put the case in the team's queue",
    )
    on = DateField(label="First day they hold it")
    reason = forms.CharField(label="Reason", max_length=300, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user).filter(closed_on=None)
        self.fields["worker"].queryset = User.objects.visible_to(user).caseworkers().select_related("team")
        self.fields["worker"].label_from_instance = member_label


class CloseCaseForm(OperationForm):
    on = DateField(label="Day the work ended")
    reason = forms.CharField(label="Reason", max_length=300)


class LimitForm(OperationForm):
    restricted = forms.BooleanField(
        label="Restricted: only the people who hold the case and those named below may see it", required=False
    )
    permitted = forms.ModelMultipleChoiceField(
        label="May see it", queryset=User.objects.none(), required=False, help_text="Besides those who hold the case"
    )
    excluded = forms.ModelMultipleChoiceField(
        label="May never see it", queryset=User.objects.none(), required=False, help_text="For example, a relative"
    )
    reason = forms.CharField(label="Reason", max_length=300)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("permitted", "excluded"):
            field = self.fields[name]
            field.queryset = User.objects.visible_to(user).filter(is_active=True).select_related("team")
            field.label_from_instance = member_label


class OpenRestrictedForm(OperationForm):
    reference = forms.CharField(label="Person's reference", max_length=50)
    reason = forms.CharField(
        label="Why you need to see this record now", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(OperationForm):
    """A national reason code for one timescale; which codes apply depends on the clause."""

    code = forms.ChoiceField(label="Reason", widget=forms.RadioSelect)
    note = forms.CharField(label="Note", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, codes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = list(codes.items())


class PeopleSearchForm(forms.Form):
    """Finds a person by reference, name or date of birth. Sent by POST: no name stands in an address."""

    text = forms.CharField(label="Reference or name", max_length=100, required=False)
    date_of_birth = DateField(label="Date of birth", required=False)


def member_label(user: User) -> str:
    return f"{user.name} ({user.team.name})" if user.team_id else user.name

