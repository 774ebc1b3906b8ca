"""What is asked about outcomes and of people whose order ends. The measures and questions are the edition's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assessments.domain import outcomes as rules
from assessments.domain.outcomes import DECLINED, GIVEN, NOT_ASKED, Answer, Edition, Measure, Question
from assessments.models import FeedbackRequest, OutcomeReading, Review
from justice.web.dates import plain_date
from justice.web.forms import (
    DateField,
    Group,
    IntegerField,
    LongTextField,
    ModelSelectField,
    OperationForm,
    RadiosField,
)

WITHOUT_A_VALUE = [(code, OutcomeReading.Answer(code).label) for code in (DECLINED, NOT_ASKED)]


class PointForm(OperationForm):
    """Every measure of the edition on one page. Whether one is missing is the operation's to say."""

    on = DateField("Date of these answers", recent=True)
    review = ModelSelectField(
        "Review they belong to",
        Review.objects.none(),
        required=False,
        empty_label="None of these",
        named=lambda row: f"Held on {plain_date(row.held_on)}",
    )
    by = RadiosField(
        "Whose answers are these?",
        choices=OutcomeReading.By,
        missing="Select whose answers these are",
        hint="A score from an assessment is always the worker’s",
    )

    def __init__(
        self,
        *args: Any,
        edition: Edition | None = None,
        hints: Mapping[str, str] | None = None,
        reviews: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.measures = tuple(edition.measures.values()) if edition else ()
        if reviews is None:
            del self.fields["review"]
        else:
            self.fields["review"].queryset = reviews  # type: ignore[attr-defined]
        for name in NEWEST_MEASURES:  # what the class declares is for programs to read
            self.fields.pop(name, None)
        for measure in self.measures:
            self.fields |= _asked(measure, (hints or {}).get(measure.key, ""))
        themes = edition.themes.items() if edition else ()
        self.groups = tuple(  # type: ignore[misc]
            Group(label, tuple(one.key for one in self.measures if one.theme == theme))
            for theme, label in themes
        )

    def values(self) -> dict[str, Any]:
        given = super().values()
        readings = {one.key: _answer(one, given) for one in self.measures if given.get(one.key)}
        own = {name: value for name, value in given.items() if name in ("on", "by", "review")}
        return {**own, "readings": readings}


def _asked(measure: Measure, hint: str) -> dict[str, Any]:
    """The fields of one measure: its steps, or a score to type, and the two answers that have no value."""
    if not measure.is_score:
        steps: Sequence[tuple[str, str]] = [(str(n), words) for n, words in enumerate(measure.steps, 1)]
        field = RadiosField(
            measure.label, choices=[*steps, *WITHOUT_A_VALUE], required=False, optional=False, hint=hint
        )
        return {measure.key: field}
    score = f"{measure.key}_score"
    return {
        measure.key: RadiosField(
            measure.label,
            choices=[(GIVEN, "A score"), *WITHOUT_A_VALUE],
            reveals={GIVEN: (score,)},
            required=False,
            optional=False,
            hint=hint,
        ),
        score: IntegerField(f"Score from {measure.lowest} to {measure.highest}", required=False, width=3),
    }


# A form's fields are in the description of the API: those of the newest edition. A page asks by the one in force.
NEWEST = rules.load_editions()[-1]
NEWEST_MEASURES = {
    name: one for measure in NEWEST.measures.values() for name, one in _asked(measure, "").items()
}
OutcomesForm: type[PointForm] = type("OutcomesForm", (PointForm,), dict(NEWEST_MEASURES))


def _answer(measure: Measure, given: Mapping[str, Any]) -> Answer:
    chosen = given[measure.key]
    if chosen in (DECLINED, NOT_ASKED):
        return Answer(chosen)
    return Answer(GIVEN, given[f"{measure.key}_score"] if measure.is_score else int(chosen))


class FeedbackLinkForm(OperationForm):
    """How the link goes to the person; only ways that they agreed to are offered."""

    channel = RadiosField("How to send it", choices=FeedbackRequest.Channel, noun="How to send it")

    def __init__(self, *args: Any, channels: Sequence[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = FeedbackRequest.Channel.choices if channels is None else _labelled(channels)
        self.fields["channel"].choices = offered  # type: ignore[attr-defined]


def _labelled(channels: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, str(FeedbackRequest.Channel(one).label)) for one in channels]


def _question(one: Question) -> RadiosField:
    answers = [(str(number), words) for number, words in enumerate(one.answers, 1)]
    return RadiosField(one.label, choices=answers, required=False, optional=False)


class QuestionsForm(OperationForm):
    """The questionnaire, as the person or whoever enters their paper fills it in; any question may be left out."""

    comment = LongTextField(
        "What helped, and what should be different?",
        required=False,
        optional=False,
        max_length=rules.LONGEST_COMMENT,
        hint="Leave out names, yours too, unless you want us to know them",
    )
    named = RadiosField(
        "May we keep your answers together with your order?",
        choices=(("no", "No, keep them without my name"), ("yes", "Yes, you may know that they are mine")),
        missing="Select whether we may keep your answers with your order",
    )

    def __init__(
        self, *args: Any, edition: Edition | None = None, paper: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = tuple(edition.questions.values()) if edition else ()
        comment, named = self.fields.pop("comment"), self.fields.pop("named")
        for name in NEWEST.questions:
            self.fields.pop(name, None)
        self.fields |= {one.key: _question(one) for one in self.questions}
        self.fields |= {"comment": comment, "named": named}
        if paper:
            named.label = "Did they agree that their answers are kept with their order?"
            named.choices = [("no", "No, or it is not said"), ("yes", "Yes")]  # type: ignore[attr-defined]
            named.error_messages["required"] = "Select whether they agreed"

    def values(self) -> dict[str, Any]:
        given = super().values()
        answers = {one.key: int(given[one.key]) for one in self.questions if given.get(one.key)}
        return {"named": given["named"] == "yes", "answers": answers, "comment": given["comment"]}


FeedbackForm: type[QuestionsForm] = type(
    "FeedbackForm", (QuestionsForm,), {key: _question(one) for key, one in NEWEST.questions.items()}
)
