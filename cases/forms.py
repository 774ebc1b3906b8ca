"""What is asked for when a person or a case changes. The rules are in the operations and the domain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cases import note_templates
from cases.models import (
    Alert,
    Associate,
    ContactPoint,
    Employment,
    Ethnicity,
    Gender,
    Opening,
    Person,
    Team,
    User,
)
from cases.models.slots import MOST_SLOTS
from justice.web.forms import (
    CheckboxesField,
    CheckboxField,
    DateField,
    DateTextField,
    Form,
    IntegerField,
    LongTextField,
    ModelCheckboxesField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
    TimeField,
    YesNoField,
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

    def __init__(self, *args: Any, user: User, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user).filter(closed_on=None)
        workers = User.objects.visible_to(user).caseworkers().select_related("team")
        self.fields["worker"].queryset = workers.not_excluded_from(person) if person else workers


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


TELEPHONE = re.compile(r"\+?[\d\s().-]+(\s*(x|ext|extension)\.?\s*\d+)?", re.ASCII | re.IGNORECASE)


def check_telephone(value: str) -> None:
    """Numbers are kept as people say them; what cannot be rung is refused."""
    if not TELEPHONE.fullmatch(value) or not 6 <= len(re.sub(r"\D", "", value)) <= 20:
        raise ValidationError(
            "Enter a telephone number, like 07700 900 123 or +44 7700 900 123", code="invalid"
        )


def check_reached_by(kind: str, value: str) -> None:
    """What is written is a number, or an address, as its kind says."""
    if kind != ContactPoint.Kind.EMAIL:
        check_telephone(value)
        return
    try:
        validate_email(value)
    except ValidationError:
        message = "Enter an email address in the correct format, like name@example.com"
        raise ValidationError(message, code="invalid") from None


class ReachedForm(OperationForm):
    """What is asked of a number or address, new or known."""

    value = TextField("Number or email address", max_length=254, width=20)
    note = TextField(
        "Note for whoever rings or writes",
        max_length=300,
        required=False,
        hint="For example, do not leave messages, or ring after 5pm",
    )
    preferred = CheckboxField("This is how they prefer to be reached", required=False)
    reminders = YesNoField(
        "Have they agreed to reminders of appointments here?",
        noun="Reminders",
        missing="Select yes if they agreed to reminders here",
        hint="By text to a mobile, or by email. Ask first: others may read them",
        reveals={"yes": ("agreed_on",)},
    )
    agreed_on = DateField("Day they agreed", required=False, recent=True)

    def values(self) -> dict[str, Any]:
        found = super().values()
        # A day typed before "no" was chosen is not meant.
        return {**found, "agreed_on": found["agreed_on"] if found["reminders"] else None}


class ContactPointForm(ReachedForm):
    kind = RadiosField("What is it?", noun="Kind", choices=ContactPoint.Kind, missing="Select what it is")
    from_on = DateField("Day they gave it", recent=True)
    field_order = ("kind", "value", "note", "preferred", "reminders", "agreed_on", "from_on")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        kind, value = self.cleaned_data.get("kind"), self.cleaned_data.get("value")
        if kind and value:
            try:
                check_reached_by(kind, value)
            except ValidationError as error:
                self.add_error("value", error)
        return cleaned


class AmendContactPointForm(ReachedForm):
    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["value"].label = "Email address" if kind == ContactPoint.Kind.EMAIL else "Number"

    def clean_value(self) -> str:
        check_reached_by(self.kind, self.cleaned_data["value"])
        return self.cleaned_data["value"]


class EndForm(OperationForm):
    to_on = DateField("Last day it held", recent=True)


class AssociateForm(OperationForm):
    """Somebody around the person."""

    name = TextField("Name", max_length=150, width=20)
    relation = SelectField("Who they are to the person", choices=Associate.Relation)
    lives_with = YesNoField(
        "Do they live together?", noun="Living together", missing="Select yes if they live together"
    )
    organisation = TextField("Organisation", max_length=150, required=False, width=20)
    telephone = TextField("Telephone number", max_length=50, required=False, width=20)
    note = LongTextField("Note", max_length=500, required=False, rows=3)
    from_on = DateField("First day", required=False, recent=True, hint="Leave empty if it is not known")

    def clean_telephone(self) -> str:
        if self.cleaned_data["telephone"]:
            check_telephone(self.cleaned_data["telephone"])
        return self.cleaned_data["telephone"]


class AmendVictimForm(OperationForm):
    name = TextField("Name or initials", max_length=150, width=20)
    relationship = TextField("Who they are to the person", max_length=100, required=False, width=20)
    wishes = LongTextField(
        "What they asked to be told, and how they are reached",
        max_length=2000,
        required=False,
        rows=3,
        hint="Where somebody else works with them, write who: contact goes through that worker",
    )
    safety = LongTextField("What keeps them safe", max_length=2000, required=False, rows=3)


class VictimForm(AmendVictimForm):
    from_on = DateField("Day we learned of it", recent=True)


class VictimReadersForm(OperationForm):
    named = ModelCheckboxesField(
        "Who else may see it",
        User.objects.none(),
        required=False,
        hint="Besides who holds the case or an order in it, and their first line manager",
    )
    reason = TextField("Reason", max_length=300)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["named"].queryset = User.objects.visible_to(user).filter(is_active=True)


class ChronologyForm(Form):
    """Narrows a chronology. The words are sent by POST only: no name stands in an address."""

    words = TextField("Search in what happened", max_length=100, required=False)
    kind = CheckboxesField("Show", required=False)
    from_on = DateTextField("From", noun="The first day", required=False, hint="")
    to_on = DateTextField("To", noun="The last day", required=False, hint="")
    order = SelectField(
        "Order", choices=(("newest", "Newest first"), ("oldest", "Oldest first")), required=False, blank=""
    )


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
    reason = LongTextField(
        "Why you need to see this record now",
        max_length=500,
        rows=3,
        hint="The managers of whoever holds the record are told that you opened it, and why, and review it",
    )


class CloseOpeningForm(OperationForm):
    """Nothing is asked: the button says it all."""


class ReviewOpeningForm(OperationForm):
    judgement = RadiosField("Was it opened with good reason?", choices=Opening.Judgement)
    comment = LongTextField(
        "Comment", max_length=500, required=False, rows=3, hint="What is to be followed up, and with whom"
    )


class PermitForm(OperationForm):
    """Whom one case is shown to, until when and why."""

    user = ModelSelectField("Colleague", User.objects.none(), named=member_label, noun="Colleague")
    to_on = DateField("Last day", hint="They see the case until the end of this day")
    reason = TextField("Reason", max_length=300, hint="Everybody who sees the case can read this")

    def __init__(self, *args: Any, colleagues: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if colleagues is not None:
            self.fields["user"].queryset = colleagues


class EndPermissionForm(OperationForm):
    """Nothing is asked: the button says it all."""


class ReasonForm(OperationForm):
    """A national reason code for one timescale; which codes apply depends on the clause."""

    code = RadiosField("Reason")
    note = LongTextField("Note", max_length=500, required=False, rows=2)

    def __init__(self, *args: Any, codes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = list(codes.items())


class FindPersonForm(Form):
    """One box for whatever is known of a person. Sent by POST: no name stands in an address."""

    text = TextField(
        "Find a person",
        max_length=100,
        hint="Name, date of birth, reference or postcode, in any order and any spelling",
        missing="Enter a name, date of birth, reference or postcode",
        noun="Search",
        width="two-thirds",
        autocomplete="off",
    )


class NoteForm(OperationForm):
    """What was said, seen or decided. The headings are only a beginning, and none of them need be kept."""

    kind = SelectField("Kind of note", choices=note_templates.choices())
    on = DateField("Date", recent=True)
    at = TimeField("Time", required=False, hint="For example, 9:30am")
    text = LongTextField("Note", max_length=20_000, rows=18)
    sensitive = CheckboxField(
        "Sensitive: show it only to who holds the case and their manager", required=False
    )


class CorrectNoteForm(NoteForm):
    reason = TextField("Why it is corrected", max_length=300)


class ReviewSlotsForm(OperationForm):
    """How many reviews a team can chair in a week, from a day on."""

    slots_per_week = IntegerField(
        "Reviews in a week", hint="For example, 5", width=3, min_value=0, max_value=MOST_SLOTS
    )
    from_on = DateField("From", hint="What holds until then stays for the weeks before")
