"""What is asked for by those who watch over the trail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from cases.forms import member_label
from cases.governance import LONGEST
from cases.models import UnusualLooking, User
from justice.web.forms import DateField, Form, LongTextField, ModelSelectField, OperationForm, RadiosField


class AskAboutStaffForm(Form):
    """A member of staff, the days, and what is wanted of them."""

    worker = ModelSelectField("Member of staff", User.objects.none(), named=member_label)
    since = DateField("From", hint="For example, 27 3 2026")
    until = DateField("To", hint="For example, 31 3 2026")
    ask = RadiosField(
        "What to show",
        choices=(
            ("staff_looks", "Each look, one after another"),
            ("incident_report", "Incident report: each person seen once, and what was taken away"),
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worker"].queryset = User.objects.visible_to(user).select_related("team")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", ValidationError("The last day must be the first or later", code="order"))
        elif since and until and until - since > LONGEST:
            self.add_error("until", ValidationError("Ask about a year or less at a time", code="too-long"))
        return given


class AnswerUnusualLookingForm(OperationForm):
    """What a manager says of looks they asked about."""

    answer = RadiosField("What did you find?", choices=UnusualLooking.Answer)
    note = LongTextField(
        "What was the reason, or what happens next",
        max_length=1000,
        hint="Say why the records were looked at. Nothing about the people whose records they are.",
    )
