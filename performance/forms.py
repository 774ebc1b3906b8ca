"""What a manager writes about a quarter, and the choices that narrow the dashboard."""

from __future__ import annotations

from justice.web.forms import LongTextField, OperationForm


class CommentaryForm(OperationForm):
    """Achievements and areas for improvement, one point to a line."""

    achievements = LongTextField(
        "Achievements", hint="One point to a line.", max_length=10_000, rows=8, required=False
    )
    improvements = LongTextField(
        "Areas for improvement", hint="One point to a line.", max_length=10_000, rows=8, required=False
    )


class PublishForm(OperationForm):
    """Nothing to fill in: publishing takes the figures as they are."""
