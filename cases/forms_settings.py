"""What is asked for when a council's settings change."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.models.reports import COURT_TYPES
from cases.calendars import standards_of
from cases.models import Locality, Role, Team, User
from justice.domain.standards import Period
from justice.web.forms import (
    CheckboxField,
    DateField,
    DecimalField,
    EmailField,
    IntegerField,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
    TimeField,
)
from justice.web.views import today
from orders.domain import compliance
from orders.domain.codes import choices
from performance.kpis import KPIS


class LocalityForm(OperationForm):
    name = TextField("Name", max_length=100, width=20)


class CouncilForm(LocalityForm):
    """A council and the administrator who will set it up."""

    administrator = TextField("Administrator's name", max_length=150, width=20)
    email = EmailField("Administrator's email address", hint="They sign in with it")
    password = TextField(
        "First password",
        min_length=12,
        hint="At least 12 characters. Give it to them in person. They choose their own when they first sign in",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class OwnForm(OperationForm):
    """A form whose choices are the council's own."""

    asks_user = True

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if "locality" in self.fields:
            self.fields["locality"].queryset = Locality.objects.visible_to(user)
        if "team" in self.fields:
            self.fields["team"].queryset = Team.objects.visible_to(user).filter(closed_on=None)


class TeamForm(OwnForm):
    name = TextField("Name", max_length=100, width=20)
    locality = ModelSelectField("Locality", Locality.objects.none())


class AmendTeamForm(TeamForm):
    closed_on = DateField("Day it closed", required=False, hint="Leave empty while the team is open")


ROLES = [(role.value, role.label) for role in Role if role != Role.SYSTEM]


class NewStaffForm(OwnForm):
    name = TextField("Name", max_length=150, width=20)
    email = EmailField("Email address", hint="They sign in with it")
    role = SelectField("Role", choices=ROLES)
    team = ModelSelectField(
        "Team",
        Team.objects.none(),
        required=False,
        hint="Leave empty for somebody who works for the whole council",
    )
    registered_social_worker = CheckboxField("Registered social worker", required=False)
    password = TextField(
        "First password",
        min_length=12,
        hint="At least 12 characters. Give it to them in person",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class StaffForm(OwnForm):
    name = TextField("Name", max_length=150, width=20)
    team = ModelSelectField(
        "Team",
        Team.objects.none(),
        required=False,
        hint="Leave empty for somebody who works for the whole council",
    )
    registered_social_worker = CheckboxField("Registered social worker", required=False)
    is_active = CheckboxField("Can sign in", required=False)


class NewPasswordForm(OperationForm):
    reason = TextField("Reason", max_length=500)
    password = TextField(
        "New password",
        min_length=12,
        hint="At least 12 characters. Give it to them in person",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class RoleForm(OperationForm):
    role = SelectField("New role", choices=ROLES)
    reason = TextField("Reason", max_length=500, hint="Whoever agrees reads it")


class ReasonForm(OperationForm):
    reason = TextField("Reason", max_length=500, hint="For example, the telephone was lost")


class CalendarDayForm(OperationForm):
    day = DateField("Day")
    name = TextField("Name of the day", max_length=100, hint="For example, September weekend", width=20)
    kind = RadiosField(
        "What happens on it",
        noun="What happens on the day",
        choices=(
            ("closed", "The council is closed: it is not a working day"),
            ("worked", "The council works, although it is a national holiday"),
        ),
    )

    def values(self) -> dict[str, Any]:
        given = super().values()
        given["closed"] = given.pop("kind") == "closed"
        return given


class RemoveForm(OperationForm):
    """Nothing to fill in: only the version and the key."""


class LocalStandardForm(OwnForm):
    clause = SelectField("Standard")
    in_force_from = DateField("For what starts from", hint="What started earlier keeps its rule")
    within = LongTextField(
        "Within",
        noun="Period",
        hint="One period to a line, for example: 15 working days after. Or: 3 months after",
        rows=3,
    )
    then_every = TextField(
        "Then every", required=False, hint="For reviews, for example: 6 months after", max_length=50, width=20
    )
    source = TextField("Source", max_length=200, hint="The paper that decided it, with its date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clauses = standards_of(self.user.council).clauses_on(today())
        self.fields["clause"].choices = [("", "Select"), *((one.key, one.label) for one in clauses)]

    def clean_within(self) -> list[str]:
        periods = [line.strip() for line in self.cleaned_data["within"].splitlines() if line.strip()]
        for period in periods:
            _check_period(period)
        return periods

    def clean_then_every(self) -> str:
        period = self.cleaned_data["then_every"].strip()
        if period:
            _check_period(period)
        return period


def _check_period(text: str) -> None:
    try:
        Period.parse(text)
    except ValueError as error:
        raise forms.ValidationError(
            "Enter a period such as 15 working days after, or 3 months after"
        ) from error


KPI_CHOICES = [(kpi.code, kpi.label) for kpi in KPIS]


class TargetForm(OperationForm):
    kpi = SelectField("KPI", choices=KPI_CHOICES)
    from_on = DateField("In force from", hint="A quarter is measured by the target in force when it began")
    percent = DecimalField(
        "Target",
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
        suffix="%",
        hint="Leave empty to have no target from that day",
    )
    source = TextField("Source", max_length=200, required=False)


class RatingRuleForm(OperationForm):
    kpi = SelectField("KPI", choices=KPI_CHOICES, blank="Every KPI", required=False)
    from_on = DateField("In force from")
    basis = RadiosField(
        "Measured in", choices=(("relative", "Per cent of the target"), ("points", "Percentage points"))
    )
    green_tolerance = DecimalField("Amber from this far short", min_value=0, max_value=100, decimal_places=2)
    amber_tolerance = DecimalField("Red from this far short", min_value=0, max_value=100, decimal_places=2)

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or self.cleaned_data
        green, amber = values.get("green_tolerance"), values.get("amber_tolerance")
        if green is not None and amber is not None and amber <= green:
            self.add_error("amber_tolerance", "Red must begin further from the target than amber does")
        return values


class ComplianceStepForm(OperationForm):
    step = SelectField("Step")
    failures = IntegerField(
        "Absences decided not acceptable",
        min_value=1,
        max_value=compliance.MOST_FAILURES,
        hint="How many make this the next step",
        width=2,
    )
    counted_since = RadiosField("Counted", choices=choices(compliance.CountedSince))
    in_force_from = DateField("In force from")
    source = TextField("Source", max_length=200, hint="The paper that decided it, with its date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = compliance.steps_on(today())
        self.fields["step"].choices = [("", "Select"), *((one.key, one.label) for one in steps)]


class CourtTimeForm(OperationForm):
    court_type = SelectField("Court", choices=COURT_TYPES)
    in_force_from = DateField("For reports requested from")
    working_days_before = IntegerField("Working days before the hearing", min_value=0, max_value=20)
    by = TimeField("By this time", noun="Time", hint="For example, 12:00")
