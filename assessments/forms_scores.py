"""What is asked about bands of the LS/CMI total, and about tools other than the LS/CMI."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from assessments.domain import lscmi, tools
from assessments.domain.tools import SubScale, Tool
from assessments.models import Assessment
from justice.web.forms import (
    DateField,
    Group,
    IntegerField,
    LongTextField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
)


class ConfirmForm(OperationForm):
    """A form that carries the number of records whose level would change, once it was shown."""

    moving = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class LevelBandsForm(ConfirmForm):
    in_force_from = DateField(
        "For assessments completed from", hint="The date decides for each record, whenever it was typed in"
    )
    very_low_to = IntegerField("Highest score of very low", min_value=0, max_value=lscmi.HIGHEST, width=2)
    low_to = IntegerField("Highest score of low", min_value=0, max_value=lscmi.HIGHEST, width=2)
    medium_to = IntegerField("Highest score of medium", min_value=0, max_value=lscmi.HIGHEST, width=2)
    high_to = IntegerField(
        "Highest score of high",
        min_value=0,
        max_value=lscmi.HIGHEST,
        width=2,
        hint=f"Very high is every score above it, to {lscmi.HIGHEST}",
    )
    source = TextField("Source", max_length=200, hint="The paper that decided it, with its date")


class ToolForm(OperationForm):
    """What every tool other than the LS/CMI is asked; its own scales, total and levels come from its file."""

    tool: ClassVar[Tool | None] = None
    scales: ClassVar[tuple[SubScale, ...]] = ()

    completed_on = DateField("Date it was completed", recent=True)
    reason = SelectField("Why it was made", choices=Assessment.Reason, required=False, blank="Not recorded")

    def values(self) -> dict[str, Any]:
        given = super().values()
        scores = {scale.code: given.pop(f"scale_{scale.code}") for scale in self.scales}
        return {
            **given,
            "sub_scores": {code: int(one) for code, one in scores.items() if one not in ("", None)},
        }

    def field_for(self, path: str) -> str | None:
        """A scale is asked under a name of its own, so that none can be called as another field is."""
        named = f"scale_{path}"
        return named if named in self.fields else super().field_for(path)


def _scale_field(scale: SubScale) -> Any:
    if scale.ratings:
        choices = [(place, tools.LEVELS[level]) for place, level in enumerate(scale.ratings, start=1)]
        return RadiosField(scale.label, choices=choices, required=False, inline=True)
    hint = f"{scale.least} to {scale.most}" if scale.highest is not None else ""
    return IntegerField(
        scale.label, min_value=scale.least, max_value=scale.most, required=False, hint=hint, width=2
    )


def _levels(tool: Tool) -> list[tuple[str, str]]:
    return [(level, tools.LEVELS[level]) for level in tool.levels]


def tool_form(tool: Tool) -> type[ToolForm]:
    """The form of one tool, made from its file."""
    results: dict[str, Any] = {f"scale_{scale.code}": _scale_field(scale) for scale in tool.sub_scales}
    if tool.total:
        low, high = tool.total
        follows = ". The level follows from it" if tool.highest else ""
        results["total"] = IntegerField(
            "Total score", min_value=low, max_value=high, hint=f"{low} to {high}{follows}", width=2
        )
    if tool.levels and not tool.highest:
        results["level"] = RadiosField(
            tool.level_label, choices=_levels(tool), required=not tool.sub_scales, inline=True
        )
    override: dict[str, Any] = {}
    if tool.highest:
        override = {
            "override_level": SelectField(
                "Override to this level", required=False, choices=_levels(tool), blank="No override"
            ),
            "override_kind": RadiosField("Kind of override", required=False, choices=Assessment.Override),
            "override_reason": LongTextField(
                "Reason for the override", required=False, max_length=500, rows=3
            ),
        }
    groups = (
        Group("The assessment", ("completed_on", "reason")),
        Group("What it found", tuple(results)),
        Group("Professional override", tuple(override)),
    )
    members = {**results, **override, "tool": tool, "scales": tool.sub_scales, "groups": groups}
    return type("ToolForm", (ToolForm,), {**members, "__doc__": f"What is asked of {tool.name}."})
