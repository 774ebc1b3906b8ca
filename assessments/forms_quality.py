"""What is asked about samples of files, their readings and points for supervision. Choices come from the domain."""

from __future__ import annotations

from typing import Any

from assessments.domain.quality import Edition, Indicator
from assessments.models import Sample
from assessments.samples import CRITERIA
from cases.models import Team
from justice.web.forms import (
    CheckboxesField,
    CheckboxField,
    DateField,
    Group,
    IntegerField,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
)


class SampleForm(OperationForm):
    """`teams` is empty for who draws from their own team only."""

    name = TextField("Name of the sample", max_length=100, hint="For example, Autumn reading 2026")
    kind = RadiosField(
        "Kind of sample",
        choices=Sample.Kind.choices,
        choice_hints={
            "random": "Every open file may be drawn",
            "targeted": "Only files that meet each of the criteria you choose",
        },
        reveals={"targeted": ("criteria",)},
    )
    criteria = CheckboxesField(
        "What the files have in common",
        choices=[(code, one.label) for code, one in CRITERIA.items()],
        required=False,
    )
    team = ModelSelectField("Team", Team.objects.none(), required=False, empty_label="Every team")
    stratified = CheckboxField(
        "Give each team its share", required=False, hint="By the number of its files, and at least one"
    )
    size = IntegerField("How many files", min_value=1, max_value=500)
    seed = TextField(
        "Seed",
        max_length=50,
        width=20,
        hint="Any word or number. With it anybody can draw the same files again; keep the one given, or say your own",
    )

    def __init__(self, *args: Any, teams: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if teams is None:
            del self.fields["team"], self.fields["stratified"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class ReadingForm(OperationForm):
    """A score and a note for each indicator of the edition, then what was found as a whole."""

    read_on = DateField("Date you read the file", recent=True)
    strengths = LongTextField("What is strong", max_length=5000, required=False)
    to_improve = LongTextField("What to improve", max_length=5000, required=False)
    themes = CheckboxesField("Themes", required=False, hint="What may be found in other files too")

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicators = tuple(edition.indicators.values())
        scores = [(str(point.score), f"{point.score} {point.label}") for point in edition.scale.values()]
        for one in self.indicators:
            self.fields[f"score_{one.code}"] = SelectField(
                "Score", choices=scores, missing=f"Select a score for “{one.label}”"
            )
            self.fields[f"note_{one.code}"] = LongTextField(
                "What you saw", max_length=2000, rows=2, required=False, noun=f"Note on “{one.label}”"
            )
        self.fields["themes"].choices = [(one.code, one.label) for one in edition.themes.values()]  # type: ignore[attr-defined]
        self.groups = (
            *(
                Group(one.title, (f"score_{one.code}", f"note_{one.code}"), one.about)
                for one in self.indicators
            ),
            Group("The file as a whole", ("strengths", "to_improve", "themes")),
        )

    def values(self) -> dict[str, Any]:
        given = super().values()
        taken: dict[str, dict[str, Any]] = {"score": {}, "note": {}}
        for one in self.indicators:
            for what, kept in taken.items():
                kept[one.code] = given.pop(f"{what}_{one.code}")
        scores = {code: int(score) for code, score in taken["score"].items()}
        return {
            **given,
            "scores": scores,
            "notes": {code: text for code, text in taken["note"].items() if text},
        }


class SettleForm(OperationForm):
    """The indicators on which the two readers differ, and the score they agreed on."""

    indicator = RadiosField("Indicator")
    score = SelectField("Score that was agreed")
    reason = LongTextField(
        "Why this score", max_length=1000, rows=3, missing="Enter why this score was agreed"
    )
    settled_on = DateField("Date they agreed", recent=True)

    def __init__(
        self, *args: Any, edition: Edition, differences: list[tuple[Indicator, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [(one.code, f"{one.title}: {words}") for one, words in differences]  # type: ignore[attr-defined]
        self.fields["score"].choices = [  # type: ignore[attr-defined]
            ("", "Select"),
            *((str(point.score), f"{point.score} {point.label}") for point in edition.scale.values()),
        ]

    def values(self) -> dict[str, Any]:
        given = super().values()
        return {**given, "score": int(given["score"])}


class PointForm(OperationForm):
    text = LongTextField(
        "What was agreed",
        max_length=1000,
        rows=4,
        hint="The worker sees this. Do not name the person",
        missing="Enter what was agreed",
    )
    agreed_on = DateField("Date you agreed it", recent=True)


class ClosePointForm(OperationForm):
    done_on = DateField("Date of the supervision", recent=True)
    outcome = LongTextField("What came of it", max_length=1000, rows=4, required=False)
