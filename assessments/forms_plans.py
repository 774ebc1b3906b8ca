"""What is asked about case management plans, progress on their goals, and interventions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms as django_forms
from django.utils.datastructures import MultiValueDict

from assessments.domain.contact import MOST_WEEKS, Stage
from assessments.domain.needs import NEEDS
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import ContactStage, Goal, GoalProgress, Intervention, Plan, Step
from justice.web.forms import (
    BoundField,
    BoundGroup,
    DateField,
    DateTextField,
    IntegerField,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
)
from orders.forms import AsksWhyLate, why_late

MOST_GOALS, MOST_STEPS, MOST_STAGES = 8, 5, 4
STEP: Final = ("action", "who", "by")
STAGE: Final = ("from_on", "every_weeks", "means", "looser_because")
GOAL: Final = ("need", "words", "measure", "by")
_REPEATED: Final = re.compile(r"(goal|stage)_(\d+)_(\w+)")
_EMPTY: Final = (None, "", ("", "", ""))


def _goal_fields(goal: int) -> dict[str, django_forms.Field]:
    name = f"goal_{goal}"
    fields: dict[str, django_forms.Field] = {
        f"{name}_key": django_forms.IntegerField(widget=django_forms.HiddenInput, required=False),
        f"{name}_need": SelectField(
            "What it is about", choices=list(NEEDS.items()), required=False, optional=False
        ),
        f"{name}_words": LongTextField(
            "The goal in the person’s words",
            required=False,
            optional=False,
            max_length=1000,
            rows=2,
            noun=f"The words of goal {goal}",
        ),
        f"{name}_measure": TextField(
            "How we will know it is reached",
            required=False,
            optional=False,
            max_length=500,
            noun=f"The measure of goal {goal}",
        ),
        f"{name}_by": DateTextField(
            "By when", required=False, optional=False, noun=f"The date of goal {goal}"
        ),
    }
    for step in range(1, MOST_STEPS + 1):
        which = f"step {step} of goal {goal}"
        fields |= {
            f"{name}_step_{step}_action": TextField(
                f"Step {step}: what is done",
                required=False,
                optional=False,
                max_length=1000,
                noun=f"What is done in {which}",
            ),
            f"{name}_step_{step}_who": SelectField(
                "Who does it", choices=Step.Who, required=False, optional=False
            ),
            f"{name}_step_{step}_by": DateTextField(
                "By when", required=False, hint="", noun=f"The date of {which}"
            ),
        }
    return fields


def _stage_fields(stage: int) -> dict[str, django_forms.Field]:
    name, which = f"stage_{stage}", f"of contact stage {stage}"
    return {
        f"{name}_from_on": DateTextField(
            "From", required=False, optional=False, hint="", noun=f"The first day {which}"
        ),
        f"{name}_every_weeks": IntegerField(
            "At least once in",
            required=False,
            optional=False,
            min_value=1,
            max_value=MOST_WEEKS,
            suffix="weeks",
            width=2,
            noun=f"The number of weeks {which}",
        ),
        f"{name}_means": SelectField("How", choices=ContactStage.Means, required=False, optional=False),
        f"{name}_looser_because": TextField(
            "Why it is less than proposed",
            required=False,
            optional=False,
            max_length=500,
            noun=f"The reason {which}",
        ),
    }


def compacted(data: Any) -> Any:
    """What was typed with no gaps: goals, steps and stages that hold nothing are let go, and the later ones move up."""
    lists = data.lists() if hasattr(data, "lists") else ((name, [value]) for name, value in data.items())
    found: MultiValueDict[str, Any] = MultiValueDict()
    blocks: dict[str, dict[int, dict[str, list[Any]]]] = {"goal": {}, "stage": {}}
    for name, values in lists:
        block = _REPEATED.fullmatch(name)
        if block:
            blocks[block[1]].setdefault(int(block[2]), {})[block[3]] = values
        else:
            found.setlist(name, values)
    for kind, numbered in blocks.items():
        place = 0
        for _, fields in sorted(numbered.items()):
            if kind == "goal":
                fields = _steps_compacted(fields)
            if not any(any(values) for name, values in fields.items() if name != "key"):
                continue
            place += 1
            for name, values in fields.items():
                found.setlist(f"{kind}_{place}_{name}", values)
    return found


def _steps_compacted(fields: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    found, steps = {}, {}
    for name, values in fields.items():
        step = re.fullmatch(r"step_(\d+)_(\w+)", name)
        if step:
            steps.setdefault(int(step[1]), {})[step[2]] = values
        else:
            found[name] = values
    filled = [one for _, one in sorted(steps.items()) if any(any(values) for values in one.values())]
    for place, one in enumerate(filled, start=1):
        found |= {f"step_{place}_{name}": values for name, values in one.items()}
    return found


def without(data: Any, block: str) -> Any:
    """What was typed, without one goal or one contact stage ("goal_2")."""
    left: MultiValueDict[str, Any] = MultiValueDict()
    for name, values in data.lists():
        if not name.startswith(f"{block}_"):
            left.setlist(name, values)
    return left


@dataclass(frozen=True)
class Block:
    """The fields of one goal or one contact stage, as the page shows them."""

    number: int
    fields: tuple[BoundField, ...]
    steps: tuple[tuple[BoundField, ...], ...] = ()
    more_steps: bool = False


_Repeated: type[OperationForm] = type(
    "_Repeated",
    (OperationForm,),
    {
        name: field
        for made in (
            *(_goal_fields(number) for number in range(1, MOST_GOALS + 1)),
            *(_stage_fields(number) for number in range(1, MOST_STAGES + 1)),
        )
        for name, field in made.items()
    },
)


class AmendPlanForm(_Repeated):  # type: ignore[misc, valid-type]
    """A whole plan on one page. A goal, step or stage that holds nothing is not shown, unless it was asked for."""

    strengths = LongTextField(
        "Strengths, and what has helped before", required=False, max_length=5000, rows=3
    )
    persons_views = LongTextField("The person’s views", required=False, max_length=5000, rows=3)
    summary = LongTextField("Anything else the plan says", required=False, max_length=10_000, rows=3)
    contingency = LongTextField(
        "If things go wrong",
        required=False,
        max_length=5000,
        rows=3,
        hint="What would be a sign of it, and who then does what. Nothing about victims: that is kept apart",
    )
    discussed_on = DateField(
        "Date the plan was discussed with the person", required=False, optional=False, recent=True
    )
    agreement = RadiosField(
        "Does the person agree with it?",
        choices=Plan.Agreement,
        required=False,
        optional=False,
        noun="The agreement",
    )
    agreement_reason = LongTextField(
        "Why the person does not agree, or could not be asked",
        required=False,
        optional=False,
        max_length=1000,
        rows=2,
        hint="Only where they do not agree, or could not be asked",
    )

    initial: dict[str, Any]
    asked_for: str = ""  # "goal", or the number of a goal that is to have one step more, or "stage"
    SAID = ("discussed_on", "agreement", "agreement_reason")
    TEXTS = ("strengths", "persons_views", "contingency", "summary")

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None if data is None else compacted(data), *args, **kwargs)

    def restore(self, typed: Mapping[str, Any]) -> None:
        # A goal that is not in what was typed was taken out: it does not come back from the record.
        self.initial = {name: value for name, value in self.initial.items() if not _REPEATED.match(name)}
        super().restore(compacted(typed))

    def _filled(self, *names: str) -> bool:
        return any(self[name].value() not in _EMPTY for name in names)

    def _bound(self, *names: str) -> tuple[BoundField, ...]:
        return tuple(self[name] for name in names)

    def goals(self) -> list[Block]:
        """The goals that hold something; a new one where there is none, or one was asked for."""
        found: list[Block] = []
        for number in range(1, MOST_GOALS + 1):
            steps = [
                tuple(f"goal_{number}_step_{step}_{part}" for part in STEP)
                for step in range(1, MOST_STEPS + 1)
            ]
            names = tuple(f"goal_{number}_{part}" for part in GOAL)
            filled = [one for one in steps if self._filled(*one)]
            if not self._filled(*names, *(name for one in filled for name in one)):
                if found and self.asked_for != "goal":
                    break
                found.append(Block(number, self._bound(*names), (self._bound(*steps[0]),), True))
                break
            count = max(len(filled) + (self.asked_for == str(number)), 1)
            shown = tuple(self._bound(*one) for one in steps[:count])
            found.append(Block(number, self._bound(*names), shown, len(filled) < MOST_STEPS))
        return found

    def stages(self) -> list[Block]:
        found: list[Block] = []
        for number in range(1, MOST_STAGES + 1):
            names = tuple(f"stage_{number}_{part}" for part in STAGE)
            filled = self._filled(*names)
            if filled or not found or self.asked_for == "stage":
                found.append(Block(number, self._bound(*names)))
            if not filled:
                break
        return found

    @property
    def more_goals(self) -> bool:
        return len(self.goals()) < MOST_GOALS

    @property
    def more_stages(self) -> bool:
        return len(self.stages()) < MOST_STAGES

    def layout(self) -> Iterator[BoundGroup]:
        """The order of the page, for the summary of errors."""
        yield BoundGroup("Strengths and views", "", self._bound(*self.TEXTS[:2]))
        for block in self.goals():
            yield BoundGroup(
                f"Goal {block.number}", "", (*block.fields, *(f for one in block.steps for f in one))
            )
        for block in self.stages():
            yield BoundGroup(f"Contact stage {block.number}", "", block.fields)
        yield BoundGroup("Contingency", "", self._bound(*self.TEXTS[2:]))
        yield BoundGroup("Agreement", "", self._bound(*self.SAID))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for number in range(1, MOST_STAGES + 1):
            names = [f"stage_{number}_{part}" for part in STAGE[:3]]
            given = [name for name in names if self.cleaned_data.get(name) not in _EMPTY]
            asked = ("Enter the first day", "Enter the number of weeks", "Select the means")
            started = given or self.cleaned_data.get(f"stage_{number}_looser_because")
            for name, ask in zip(names, asked, strict=True):
                if started and name not in given and name not in self.errors:
                    self.add_error(name, f"{ask} of contact stage {number}")
        return cleaned

    def values(self) -> dict[str, Any]:
        given = super().values()
        goals = tuple(
            goal for number in range(1, MOST_GOALS + 1) if (goal := self._goal(given, number)) is not None
        )
        stages = tuple(
            Stage(*(given[f"stage_{number}_{part}"] for part in STAGE))
            for number in range(1, MOST_STAGES + 1)
            if given[f"stage_{number}_from_on"]
        )
        texts = {name: given[name] for name in (*self.TEXTS, *self.SAID)}
        return {"proposed": ProposedPlan(**texts, goals=goals, stages=stages)}

    def _goal(self, given: Mapping[str, Any], number: int) -> ProposedGoal | None:
        steps = [
            ProposedStep(*(given[f"goal_{number}_step_{step}_{part}"] for part in STEP))
            for step in range(1, MOST_STEPS + 1)
        ]
        steps = [one for one in steps if one != ProposedStep("", "", None)]
        said = {part: given[f"goal_{number}_{part}"] for part in GOAL}
        if not (any(said.values()) or steps):
            return None
        return ProposedGoal(**said, steps=tuple(steps), key=given[f"goal_{number}_key"])

    def field_for(self, path: str) -> str | None:
        return super().field_for({"goals": "goal_1_need"}.get(path, path))


def stored(proposed: ProposedPlan) -> dict[str, Any]:
    """A plan as its form begins with it."""
    found: dict[str, Any] = {
        name: getattr(proposed, name) for name in (*AmendPlanForm.TEXTS, *AmendPlanForm.SAID)
    }
    for number, goal in enumerate(proposed.goals, start=1):
        found |= {f"goal_{number}_{part}": getattr(goal, part) for part in (*GOAL, "key")}
        for place, step in enumerate(goal.steps, start=1):
            found |= {f"goal_{number}_step_{place}_{part}": getattr(step, part) for part in STEP}
    for number, stage in enumerate(proposed.stages, start=1):
        found |= {f"stage_{number}_{part}": getattr(stage, part) for part in STAGE}
    return found


class DraftPlanForm(OperationForm):
    """Nothing is asked: the button says it all."""


class DiscardPlanForm(OperationForm):
    reason = TextField("Why the draft is discarded", max_length=300)


class SubmitPlanForm(OperationForm):
    unmet_because = LongTextField(
        "Why the plan has no goal for them", required=False, optional=False, max_length=1000, rows=3
    )

    def __init__(self, *args: Any, unmet: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unmet:
            del self.fields["unmet_because"]


class ReturnPlanForm(OperationForm):
    comments = LongTextField("What is to be changed", max_length=5000, missing="Enter what is to be changed")


class ApproveDraftForm(AsksWhyLate):
    approved_on = DateField("Date the plan was approved", recent=True)
    late_reason = why_late("cpo.plan")


class VictimSafetyForm(OperationForm):
    text = LongTextField(
        "What the plan does to keep victims safe",
        max_length=5000,
        rows=8,
        missing="Enter what the plan does to keep victims safe",
        hint="Who may be at risk, what prevents it, and what is done if it does not. Only who may see victim "
        "information reads this",
    )


class GoalProgressForm(OperationForm):
    status = RadiosField("How does the goal stand?", choices=GoalProgress.Status, noun="How the goal stands")
    on = DateField("Date", recent=True, noun="The date")
    note = LongTextField("What was done, or stood in the way", required=False, max_length=1000, rows=3)


def goal_label(goal: Goal) -> str:
    return goal.words if len(goal.words) <= 80 else f"{goal.words[:79]}…"


class _OfGoals(OperationForm):
    def __init__(self, *args: Any, goals: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if goals is not None:
            self.fields["goal"].queryset = goals  # type: ignore[attr-defined]


class AddInterventionForm(_OfGoals):
    kind = RadiosField("Kind of intervention", choices=Intervention.Kind)
    name = TextField("Name of the programme or service", max_length=200)
    organisation = TextField("Partner organisation", required=False, max_length=200)
    goal = ModelSelectField(
        "Which goal it serves",
        Goal.objects.none(),
        required=False,
        named=goal_label,
        empty_label="No one goal",
    )
    referred_on = DateField("Date of the referral", recent=True)
    started_on = DateField("Date it began", required=False, recent=True)
    note = LongTextField("Note", required=False, max_length=1000, rows=3)


class AmendInterventionForm(_OfGoals):
    name = TextField("Name of the programme or service", max_length=200)
    organisation = TextField("Partner organisation", required=False, max_length=200)
    goal = ModelSelectField(
        "Which goal it serves",
        Goal.objects.none(),
        required=False,
        named=goal_label,
        empty_label="No one goal",
    )
    started_on = DateField("Date it began", required=False, recent=True)
    ended_on = DateField("Date it ended", required=False, recent=True)
    outcome = SelectField("What came of it", choices=Intervention.Outcome, required=False, blank="It goes on")
    note = LongTextField("Note", required=False, max_length=1000, rows=3)
