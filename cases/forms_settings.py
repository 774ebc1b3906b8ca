"""What is asked for when a council's settings change."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.models.reports import COURT_TYPES
from cases.calendars import standards_of
from cases.models import Locality, Role, Team, User
from justice.domain.standards import Period
from justice.web.forms import DateField, OperationForm
from justice.web.views import today
from performance.kpis import KPIS


class LocalityForm(OperationForm):
    name = forms.CharField(label="Name", max_length=100)


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
    name = forms.CharField(label="Name", max_length=100)
    locality = forms.ModelChoiceField(label="Locality", queryset=Locality.objects.none())
    closed_on = DateField(label="Day it closed", required=False, help_text="Leave empty while the team is open")


ROLES = [(role.value, role.label) for role in Role if role != Role.SYSTEM]


class StaffForm(OwnForm):
    name = forms.CharField(label="Name", max_length=150)
    role = forms.ChoiceField(label="Role", choices=ROLES)
    team = forms.ModelChoiceField(
        label="Team",
        queryset=Team.objects.none(),
        required=False,
        help_text="Leave empty for somebody who works for the whole council",
    )
    registered_social_worker = forms.BooleanField(label="Registered social worker", required=False)
    is_active = forms.BooleanField(label="Can sign in", required=False)


class NewStaffForm(StaffForm):
    email = forms.EmailField(label="Email address", help_text="They sign in with it")
    password = forms.CharField(
        label="First password",
        min_length=12,
        help_text="At least 12 characters. Give it to them in person",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_active = None
    field_order = ("name", "email", "role", "team", "registered_social_worker", "password")


class CalendarDayForm(OperationForm):
    day = DateField(label="Day")
    name = forms.CharField(label="Name of the day", max_length=100, help_text="For example, September weekend")
    kind = forms.ChoiceField(
        label="What happens on it",
        choices=(
            ("closed", "The council is closed: it is not a working day"),
            ("worked", "The council works, although it is a national holiday"),
        ),
        widget=forms.RadioSelect,
    )


class RemoveForm(OperationForm):
    """Nothing to fill in: only the version and the key."""


class LocalStandardForm(OwnForm):
    clause = forms.ChoiceField(label="Standard")
    in_force_from = DateField(label="For what starts from", help_text="What started earlier keeps its rule")
    within = forms.CharField(
        label="Within",
        help_text="One period to a line, for example: 15 working days after. Or: 3 months after",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    then_every = forms.CharField(
        label="Then every", required=False, help_text="For reviews, for example: 6 months after", max_length=50
    )
    source = forms.CharField(label="Source", max_length=200, help_text="The paper that decided it, with its date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clauses = standards_of(self.user.council).clauses_on(today())
        self.fields["clause"].choices = [(one.key, one.label) for one in clauses]

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
    kpi = forms.ChoiceField(label="KPI", choices=KPI_CHOICES)
    from_on = DateField(label="In force from", help_text="A quarter is measured by the target on its last day")
    percent = forms.DecimalField(
        label="Target",
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
        help_text="Per cent. Leave empty to have no target from that day",
    )
    source = forms.CharField(label="Source", max_length=200, required=False)


class RatingRuleForm(OperationForm):
    kpi = forms.ChoiceField(label="KPI", choices=[("", "Every KPI"), *KPI_CHOICES], required=False)
    from_on = DateField(label="In force from")
    basis = forms.ChoiceField(
        label="Measured in",
        choices=(("relative", "Per cent of the target"), ("points", "Percentage points")),
        widget=forms.RadioSelect,
    )
    green_tolerance = forms.DecimalField(
        label="Amber from this far short", min_value=0, max_value=100, decimal_places=2
    )
    amber_tolerance = forms.DecimalField(label="Red from this far short", min_value=0, max_value=100, decimal_places=2)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        green, amber = values.get("green_tolerance"), values.get("amber_tolerance")
        if green is not None and amber is not None and amber <= green:
            self.add_error("amber_tolerance", "Red must begin further from the target than amber does")
        return values


class CourtTimeForm(OperationForm):
    court_type = forms.ChoiceField(label="Court", choices=COURT_TYPES)
    in_force_from = DateField(label="For reports requested from")
    working_days_before = forms.IntegerField(label="Working days before the hearing", min_value=0, max_value=20)
    by = forms.TimeField(label="By this time", help_text="For example, 12:00")
