"""How the forms of all apps look, and what a form that changes something carries with it.

A field says its label, hint, width and what to ask for when it is empty; the templates in `templates/forms/` do the
rest. Plain Django fields (of django-filter, of the sign-in page) come out in the same dress.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as TemplateBackend
from django.utils import timezone

from justice.domain.errors import Problem
from justice.web import dates

Width = int | str  # 2, 3, 4, 5, 10, 20 characters, or "one-half", "two-thirds", "full"


class Renderer(DjangoTemplates):
    """Form templates from the project's own folder, then Django's; named in settings.FORM_RENDERER."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/input.html"

    @cached_property
    def engine(self) -> TemplateBackend:
        own = [folder for engine in settings.TEMPLATES for folder in engine.get("DIRS", [])]
        django_folder = Path(forms.__file__).parent / "templates"
        return TemplateBackend(
            {
                "APP_DIRS": True,
                "DIRS": [*own, django_folder],
                "NAME": "forms",
                "OPTIONS": {"builtins": ["justice.web.templatetags.govuk"]},
            }
        )


@dataclass(frozen=True)
class Item:
    """One radio button or tick box, and the fields that matter only when it is chosen."""

    id: str
    name: str
    value: str
    label: str
    hint: str
    chosen: bool
    disabled: bool
    revealed: tuple[BoundGroup, ...]

    @property
    def sections(self) -> bool:
        """Whether what is revealed stands under legends of its own."""
        return any(group.legend for group in self.revealed)

    @property
    def reveals_id(self) -> str:
        return f"conditional-{self.id}" if self.revealed else ""


class BoundField(forms.BoundField):
    """A field with what its template needs: its kind, its classes, its items, and where an error link must land."""

    # Which widget takes which template and class; filled below, where the widgets are known.
    KINDS: ClassVar[tuple[tuple[type[forms.Widget], str, str], ...]] = ()

    @cached_property
    def kind(self) -> str:
        return self._look[0]

    @cached_property
    def _look(self) -> tuple[str, str]:
        for widget, kind, css in self.KINDS:
            if isinstance(self.field.widget, widget):
                return kind, css
        return "input", "govuk-input"

    @property
    def template_name(self) -> str:
        return self.field.template_name or f"forms/{self.kind}.html"

    @property
    def optional(self) -> bool:
        """Whether to say "(optional)": in forms that change something, unless the field belongs to a choice."""
        said = getattr(self.field, "optional", None)
        if said is not None:
            return bool(said)
        marks = getattr(self.form, "marks_optional", False)
        return marks and not self.field.required and self.name not in self.form.revealed_names

    @property
    def prefix(self) -> str:
        return getattr(self.field, "prefix", "")

    @property
    def suffix(self) -> str:
        return getattr(self.field, "suffix", "")

    @property
    def inline(self) -> bool:
        return getattr(self.field, "inline", False)

    @property
    def counted(self) -> int | None:
        """Up to how many characters, where the browser is to count them."""
        return getattr(self.field, "max_length", None) if self.kind == "textarea" else None

    def build_widget_attrs(
        self, attrs: Mapping[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        built = super().build_widget_attrs(dict(attrs), widget)
        kind, css = self._look
        if widget is not None and widget.is_hidden or not css:
            return built
        classes = [css]
        width = getattr(self.field, "width", None)
        if width and kind == "input":
            classes.append(
                f"govuk-input--width-{width}" if isinstance(width, int) else f"govuk-!-width-{width}"
            )
        if self.errors and kind in ("input", "textarea", "select", "file"):
            classes.append(f"{css}--error")
        if self.counted:
            classes.append("govuk-js-character-count")
            said = built.get("aria-describedby", "")
            built["aria-describedby"] = f"{self.auto_id}-info {said}".strip()
            # A limit the browser enforces would cut pasted text without a word.
            (widget or self.field.widget).attrs.pop("maxlength", None)
        own = (widget or self.field.widget).attrs.get("class", "")
        built["class"] = " ".join([*classes, own]).strip()
        return built

    @cached_property
    def items(self) -> tuple[Item, ...]:
        hints = getattr(self.field, "choice_hints", {})
        reveals = getattr(self.field, "reveals", {})
        return tuple(
            Item(
                id=box.data["attrs"].get("id", ""),
                name=box.data["name"],
                value=str(box.data["value"]),
                label=box.data["label"],
                hint=hints.get(str(box.data["value"]), ""),
                chosen=box.data["selected"],
                disabled=bool(box.data["attrs"].get("disabled")),
                revealed=tuple(self.form.in_groups(reveals.get(str(box.data["value"]), ()), self.name)),
            )
            for box in self.subwidgets
        )

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """Of a date in three boxes: which of them to mark. All, when the date as a whole is refused."""
        if not self.errors:
            return ()
        for error in self.form.errors[self.name].as_data():
            if isinstance(error.params, dict) and error.params.get("parts"):
                return tuple(error.params["parts"])
        return dates.PARTS

    @property
    def boxes(self) -> list[dict[str, Any]]:
        """The three boxes of a date."""
        typed = self.field.widget.parts(self.value())
        return [
            {
                "id": f"{self.auto_id}_{index}",
                "name": f"{self.html_name}_{part}",
                "label": part.capitalize(),
                "value": typed[index],
                "width": 4 if part == "year" else 2,
                "wrong": part in self.wrong_parts,
                "autocomplete": f"bday-{part}" if getattr(self.field, "birth", False) else "",
            }
            for index, part in enumerate(dates.PARTS)
        ]

    @property
    def today(self) -> str:
        """For the "Today" and "Yesterday" buttons: asked when the page is made, in Scotland, not in the browser."""
        return timezone.localdate().isoformat() if getattr(self.field, "recent", False) else ""

    @property
    def first_id(self) -> str:
        """The id of the control that an error link must reach."""
        if self.kind == "date":
            wrong = self.wrong_parts
            return f"{self.auto_id}_{dates.PARTS.index(wrong[0]) if wrong else 0}"  # type: ignore[arg-type]
        if self.kind in ("radios", "checkboxes"):
            return f"{self.auto_id}_0"
        return self.auto_id


Renderer.bound_field_class = BoundField


# ---------------------------------------------------------------- fields


def noun_of(label: str) -> str:
    """What a sentence may begin with: the label, unless it is a question."""
    return "This" if label.endswith("?") else label


_OWN_ARTICLE = frozenset(
    {"a", "an", "any", "each", "every", "her", "his", "our", "their", "the", "this", "your"}
)


def named(label: str) -> str:
    """A label inside a sentence: "the date of contact", "the LS/CMI level", "your name"."""
    first = label.split(" ", 1)[0]
    # A capital inside the word, or the word "I": a name, which keeps its capital.
    inside = label if first == "I" or any(c.isupper() for c in first[1:]) else label[:1].lower() + label[1:]
    return inside if first.lower() in _OWN_ARTICLE else f"the {inside}"


class Look:
    """What every field of ours may say about itself.

    `hint` stands under the label; `missing` is the whole sentence shown when it was left empty; `noun` begins the
    other sentences ("Date of contact must include a year") where the label is a question; `width` in characters.
    """

    verb = "Enter"

    def __init__(
        self,
        label: str,
        *args: Any,
        hint: str = "",
        missing: str = "",
        noun: str = "",
        width: Width | None = None,
        prefix: str = "",
        suffix: str = "",
        optional: bool | None = None,
        autocomplete: str = "",
        **kwargs: Any,
    ) -> None:
        self.noun = noun or noun_of(label)
        self.width, self.prefix, self.suffix, self.optional = width, prefix, suffix, optional
        messages = dict(kwargs.pop("error_messages", None) or {})
        question = label.endswith("?") and not noun
        asked = f"Answer “{label}”" if question else f"{self.verb} {named(self.noun)}"
        messages.setdefault("required", missing or asked)
        super().__init__(*args, label=label, help_text=hint, error_messages=messages, **kwargs)  # type: ignore[call-arg]
        if autocomplete:
            self.widget.attrs["autocomplete"] = autocomplete  # type: ignore[attr-defined]

    def says(self, **messages: str) -> None:
        """Give the standard messages that the field's author did not write, in our words."""
        for code, message in messages.items():
            if str(self.error_messages.get(code)) == str(self._standard(code)):  # type: ignore[attr-defined]
                self.error_messages[code] = message  # type: ignore[attr-defined]

    def _standard(self, code: str) -> Any:
        for cls in type(self).__mro__:
            if code in getattr(cls, "default_error_messages", {}):
                return cls.default_error_messages[code]  # type: ignore[attr-defined]
        return None


class LengthInWords:
    """Says "Name must be 100 characters or fewer", in place of a validator's own sentence."""

    max_length: int | None
    noun: str

    def run_validators(self, value: Any) -> None:
        if self.max_length and len(str(value)) > self.max_length:
            over = len(str(value)) - self.max_length
            message = f"{self.noun} must be {self.max_length:,} characters or fewer; it is {over:,} too long"
            raise ValidationError(message, code="max_length")
        super().run_validators(value)  # type: ignore[misc]


class TextField(Look, LengthInWords, forms.CharField):
    """One line of text."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)  # it would cut pasted text without a word
        attrs.pop("minlength", None)
        return attrs


class LongTextField(TextField):
    """Several lines; with `max_length`, the browser counts down."""

    def __init__(self, label: str, *args: Any, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(label, *args, **kwargs)
        self.widget.attrs.pop("cols", None)  # the style sheet says how wide

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        # A browser sends line ends as two characters and counts them as one.
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class EmailField(Look, LengthInWords, forms.EmailField):
    """An e-mail address."""

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "off")
        super().__init__(label, *args, **kwargs)
        self.widget.attrs["spellcheck"] = "false"
        for validator in self.validators:
            if getattr(validator, "code", "") == "invalid":
                validator.message = "Enter an email address in the correct format, like name@example.com"


class IntegerField(Look, forms.IntegerField):
    """A whole number. Bounds come from the domain: give `min_value` and `max_value`."""

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        kwargs.setdefault("width", 4)
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        super().__init__(label, *args, **kwargs)
        self.widget.attrs.pop("min", None)
        self.widget.attrs.pop("max", None)
        self.says(invalid=f"{self.noun} must be a whole number")
        message = _between(self.noun, low, high)
        for validator in self.validators:
            if getattr(validator, "code", "") in ("min_value", "max_value"):
                validator.message = message  # type: ignore[union-attr]

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace(",", "").replace(" ", "")
        return super().to_python(value)


class DecimalField(Look, forms.DecimalField):
    """A number with decimals, such as a target of 72.5%."""

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        kwargs.setdefault("width", 5)
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        super().__init__(label, *args, **kwargs)
        for name in ("min", "max", "step"):
            self.widget.attrs.pop(name, None)
        self.says(invalid=f"{self.noun} must be a number")
        for validator in self.validators:
            if getattr(validator, "code", "") in ("min_value", "max_value"):
                validator.message = _between(self.noun, low, high)  # type: ignore[union-attr]

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().rstrip("%").strip()
        return super().to_python(value)


def _between(noun: str, low: Any, high: Any) -> str:
    if low is not None and high is not None:
        return f"{noun} must be between {low} and {high}"
    if low is not None:
        return f"{noun} must be {low} or more"
    return f"{noun} must be {high} or less"


class DateBoxes(forms.Widget):
    """Three boxes: day, month, year. One text under the field's own name is read as well."""

    use_fieldset = True
    template_name = "forms/date_boxes.html"

    def parts(self, value: Any) -> tuple[str, str, str]:
        if isinstance(value, date):
            return str(value.day), str(value.month), str(value.year)
        if isinstance(value, tuple | list) and len(value) == 3:
            return tuple(str(part or "") for part in value)  # type: ignore[return-value]
        if isinstance(value, str) and value:
            return dates.split(value) or (value, "", "")
        return "", "", ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str, str]:
        if name in data:
            return self.parts(data[name])
        return tuple(str(data.get(f"{name}_{part}") or "") for part in dates.PARTS)  # type: ignore[return-value]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and all(f"{name}_{part}" not in data for part in dates.PARTS)

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, dict(attrs or {}))
        context["widget"]["parts"] = [
            {"name": part, "label": part.capitalize(), "value": typed}
            for part, typed in zip(dates.PARTS, self.parts(value), strict=True)
        ]
        return context

    def id_for_label(self, id_: str, index: str = "0") -> str:
        return f"{id_}_{index}" if id_ else ""


class _Day:
    """Reading a day and saying what is wrong with it, for both ways of asking for one."""

    noun: str
    century: dates.Century

    def as_date(self, day: str, month: str, year: str) -> date:
        try:
            return dates.read(day, month, year, century=self.century, today=timezone.localdate())
        except dates.Unreadable as wrong:
            raise ValidationError(
                f"{self.noun} {wrong.message}", code="invalid", params={"parts": wrong.parts}
            ) from None


class DateField(Look, _Day, forms.Field):
    """A day, asked for in three boxes; a whole date pasted into the first is understood, and a month may be a word.

    `recent` adds "Today" and "Yesterday" where scripts run; `birth` is for dates of birth: two-figure years lie
    in the past, and the browser may fill it in.
    """

    widget = DateBoxes

    def __init__(
        self, label: str, *args: Any, recent: bool = False, birth: bool = False, **kwargs: Any
    ) -> None:
        self.recent, self.birth = recent, birth
        self.century = "past" if birth else "near"
        super().__init__(label, *args, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        typed = self.widget.parts(value)
        if not any(text.strip() for text in typed):
            return None
        return self.as_date(*typed)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class DateTextField(Look, _Day, forms.CharField):
    """A day on one line, for filters and dense forms. Read as DateField reads it."""

    def __init__(self, label: str, *args: Any, birth: bool = False, **kwargs: Any) -> None:
        self.birth = birth
        self.century = "past" if birth else "near"
        kwargs.setdefault("width", 10)
        kwargs.setdefault("hint", "For example, 3 3 2026")
        super().__init__(label, *args, **kwargs)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, date):
            return value
        text = str(value).strip()
        if not text:
            return None
        return self.as_date(*(dates.split(text) or (text, "", "")))

    def prepare_value(self, value: Any) -> Any:
        return dates.plain_date(value) if isinstance(value, date) else value


# 9.30, 09:30, 0930, 9 30, 9, 9am, 9:30 p.m.; the seconds that programs send are let go when they are none.
_HOUR = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2})(?::00)?)?(am|pm|a\.m\.?|p\.m\.?)?", re.ASCII)
_HALF_PAST = re.compile(r"halfpast(\d{1,2})(am|pm)?", re.ASCII)
_EITHER_HALF = range(1, 7)  # nobody is met before seven: 2 is two in the afternoon, or a slip, and is asked


class TimeField(Look, forms.Field):
    """An hour of the day, typed in any usual form: 9.30, 0930, 930, 9 30, 9, 14, 2pm, half past 9, midday.

    What is read two ways is asked: 2 and 2.30 want am or pm; 02:30 is a clock of 24 hours.
    """

    widget = forms.TextInput

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("width", 5)
        super().__init__(label, *args, **kwargs)

    def to_python(self, value: Any) -> time | None:
        if value is None or isinstance(value, time):
            return value
        typed = unicodedata.normalize("NFKC", str(value)).strip()
        text = re.sub(r"\s", "", typed).lower().removeprefix("at")
        if not text:
            return None
        if text in ("midday", "noon", "12noon"):
            return time(12)
        half_past = _HALF_PAST.fullmatch(text)
        if half_past:
            text = f"{half_past[1]}:30{half_past[2] or ''}"
        found = _HOUR.fullmatch(text)
        if not found:
            raise ValidationError(f"{self.noun} must be a time, like 9:30am or 14:30", code="invalid")
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
        if (
            minute > 59
            or hour > 23
            or (half and not 1 <= hour <= 12)
            or (found[1] in ("0", "00") and not found[2])
        ):
            raise ValidationError(f"{self.noun} must be a real time, like 9:30am or 14:30", code="invalid")
        if hour in _EITHER_HALF and not half and len(found[1]) == 1:
            said = f"{hour}:{minute:02}" if minute else str(hour)
            raise ValidationError(
                f"{self.noun} must say morning or afternoon: enter {said}am or {said}pm", code="ambiguous"
            )
        if half == "p" and hour < 12:
            hour += 12
        if half == "a" and hour == 12:
            hour = 0
        return time(hour, minute)

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%H:%M") if isinstance(value, time) else value


class Choosing(Look):
    """A choice among a few. `reveals` names the fields that belong to a value; `choice_hints` explains values."""

    verb = "Select"

    def __init__(
        self,
        label: str,
        *args: Any,
        choice_hints: Mapping[str, str] | None = None,
        reveals: Mapping[str, Sequence[str]] | None = None,
        inline: bool = False,
        **kwargs: Any,
    ) -> None:
        self.choice_hints = {str(value): hint for value, hint in (choice_hints or {}).items()}
        self.reveals = {str(value): tuple(names) for value, names in (reveals or {}).items()}
        self.inline = inline
        super().__init__(label, *args, **kwargs)
        unknown = f"Choose {named(self.noun)} from those listed"
        self.says(invalid_choice=unknown, invalid_list=unknown, invalid_pk_value=unknown)


def without_blank(choices: Any) -> Any:
    """Radio buttons have no empty choice."""
    return choices if callable(choices) else [pair for pair in choices if pair[0] not in ("", None)]


class RadiosField(Choosing, forms.ChoiceField):
    """One of a few, all in sight."""

    widget = forms.RadioSelect

    def __init__(self, label: str, *args: Any, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(label, *args, choices=without_blank(getattr(choices, "choices", choices)), **kwargs)


class YesNoField(Choosing, forms.TypedChoiceField):
    """Yes or no, neither of them chosen beforehand. Gives True or False, or None when it may be left open."""

    widget = forms.RadioSelect

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("choices", (("yes", "Yes"), ("no", "No")))
        kwargs.setdefault("inline", not kwargs.get("reveals"))
        super().__init__(label, *args, coerce=lambda value: value == "yes", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value)


class SelectField(Choosing, forms.ChoiceField):
    """One of many, in a drop-down list that begins with nothing chosen."""

    def __init__(
        self, label: str, *args: Any, choices: Any = (), blank: str = "Select", **kwargs: Any
    ) -> None:
        found = getattr(choices, "choices", choices)
        if not callable(found):
            found = [("", blank), *without_blank(found)]
        super().__init__(label, *args, choices=found, **kwargs)


class CheckboxesField(Choosing, forms.MultipleChoiceField):
    """Any number of a few. Gives the list of values ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, label: str, *args: Any, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(label, *args, choices=without_blank(getattr(choices, "choices", choices)), **kwargs)


class CheckboxField(Look, forms.BooleanField):
    """One box to tick."""

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("missing", f"Tick “{label}”")
        super().__init__(label, *args, **kwargs)


class ModelRadiosField(Choosing, forms.ModelChoiceField):
    """One row of a few."""

    widget = forms.RadioSelect

    def __init__(self, label: str, queryset: Any, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", None)
        super().__init__(label, queryset, *args, **kwargs)


class ModelSelectField(Choosing, forms.ModelChoiceField):
    """One row of many. `named` says how a row is called (its `__str__` holds no personal data)."""

    def __init__(self, label: str, queryset: Any, *args: Any, named: Any = None, **kwargs: Any) -> None:
        self.named = named
        kwargs.setdefault("empty_label", "Select")
        super().__init__(label, queryset, *args, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return self.named(obj) if self.named else str(getattr(obj, "name", obj))


class ModelCheckboxesField(Choosing, forms.ModelMultipleChoiceField):
    """Any number of rows."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(getattr(obj, "name", obj))


class FileField(Look, forms.FileField):
    """A file to send."""

    verb = "Choose"


BoundField.KINDS = (
    (DateBoxes, "date", ""),
    (forms.CheckboxSelectMultiple, "checkboxes", "govuk-checkboxes__input"),
    (forms.RadioSelect, "radios", "govuk-radios__input"),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (
        forms.PasswordInput,
        "password",
        "govuk-input govuk-password-input__input govuk-js-password-input-input",
    ),
)


# ---------------------------------------------------------------- forms


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under a legend. An empty legend groups nothing to the eye."""

    legend: str
    names: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True)
class BoundGroup:
    legend: str
    hint: str
    fields: tuple[BoundField, ...]


class Form(forms.Form):
    """A form in our dress. `groups` sets fields under legends, in that order; the rest come after, ungrouped."""

    groups: tuple[Group, ...] = ()
    use_required_attribute = False  # the page says what is missing, in words, all at once

    @cached_property
    def revealed_names(self) -> frozenset[str]:
        """The fields that stand inside a choice of another."""
        return frozenset(
            name
            for field in self.fields.values()
            for names in getattr(field, "reveals", {}).values()
            for name in names
        )

    def in_groups(self, names: Sequence[str], revealer: str) -> Iterator[BoundGroup]:
        """Fields that a choice reveals, in that order; those of a group that is not the choice's under its legend."""
        others = [group for group in self.groups if revealer not in group.names]
        legends = {name: group for group in others for name in group.names}
        together: dict[Group | None, list[str]] = {}
        for name in names:
            together.setdefault(legends.get(name), []).append(name)
        for group, members in together.items():
            fields = tuple(self[name] for name in members)
            yield BoundGroup(group.legend if group else "", group.hint if group else "", fields)

    def layout(self) -> Iterator[BoundGroup]:
        """The visible fields in the order they are shown, each once."""
        shown = [name for name in self.fields if not self[name].is_hidden and name not in self.revealed_names]
        grouped = {name for group in self.groups for name in group.names}
        first = [name for name in shown if name not in grouped]
        if first and self.groups and shown[0] in grouped:
            first, last = [], first
        else:
            last = []
        if first:
            yield BoundGroup("", "", tuple(self[name] for name in first))
        for group in self.groups:
            names = [name for name in group.names if name in shown]
            if names:
                yield BoundGroup(group.legend, group.hint, tuple(self[name] for name in names))
        if last:
            yield BoundGroup("", "", tuple(self[name] for name in last))


class OperationForm(Form):
    """A form that changes something.

    It carries the version of what it changes and a key of its own, so that a change made meanwhile by somebody else
    is noticed and a form sent twice does its work once. `values()` is what the operation is called with.
    """

    marks_optional = True
    carried: ClassVar[frozenset[str]] = frozenset({"version", "key"})
    # The fields that hold something typed earlier, where the form was restored from a draft.
    restored: frozenset[str] = frozenset()
    # Where a rule names a field otherwise than the form does: {"requirements.unpaid_work.hours": "hours"}
    problem_fields: ClassVar[Mapping[str, str]] = {}

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._needs_version = version is not None
        self.fields["version"].initial = version
        # Asked for here and kept: the field's own default would be a new one each time the value is read.
        self.fields["key"].initial = self.initial.get("key") or uuid.uuid4()

    def restore(self, typed: Mapping[str, Any]) -> None:
        """Show what was typed before, and judge nothing of it; the version stays the one that was on the screen then.

        Done once the form is made: what stands in a draft is text, whatever a form may do with its initial values.
        A name that the form no longer has is let go, and a field that is new keeps what it begins with.
        """
        shown = {}
        for name, field in self.fields.items():
            widget, sent_as = field.widget, self.add_prefix(name)
            if not isinstance(widget, forms.PasswordInput | forms.FileInput) and not (
                widget.value_omitted_from_data(typed, {}, sent_as)
            ):
                shown[name] = widget.value_from_datadict(typed, {}, sent_as)
        self.initial = {**self.initial, **shown}
        self._bound_fields_cache.clear()  # type: ignore[attr-defined]
        empty = (None, "", False, [], ("", "", ""))
        self.restored = frozenset(name for name, value in shown.items() if value not in empty) - self.carried

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self._needs_version and self.cleaned_data.get("version") is None:
            self.errors.pop("version", None)
            raise ValidationError("This form is not complete. Open it again", code="no-version")
        for name in self.carried & self.errors.keys():
            del self.errors[name]
            raise ValidationError("This form is not complete. Open it again", code="bad-key")
        return cleaned

    def values(self) -> dict[str, Any]:
        """The cleaned data, without what the form only carries."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.carried}

    @property
    def expected_version(self) -> int | None:
        """The version that was on the screen; None for a form that only adds."""
        return self.cleaned_data.get("version")

    @property
    def submission_key(self) -> uuid.UUID | None:
        return self.cleaned_data.get("key")

    def renew(self, version: int) -> None:
        """Carry the version that is stored now: the person has been shown both texts and may send again."""
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(version)  # type: ignore[index]

    def say_sent_before(self) -> None:
        """The form was carried out, and what it may choose from is another since: sent again it is a new one."""
        self.errors.clear()
        self.add_error(
            None,
            ValidationError("You sent this form before, and it was saved then. Look at what is there now"),
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("key")] = str(uuid.uuid4())  # type: ignore[index]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each reason for a refusal beside the field it is about, or at the top when it is about all."""
        for problem in problems:
            name = self.field_for(problem.field)
            self.add_error(name, ValidationError(problem.message, code=problem.code or "refused"))

    def field_for(self, path: str) -> str | None:
        """The form's field for a rule's path: as mapped, by its own name, joined by underscores, or by an end of it."""
        if not path:
            return None
        steps = [step for step in re.split(r"[.\[\]]+", path) if step and not step.isdigit()]
        spelt = (self.problem_fields.get(path, ""), path, "_".join(steps), *reversed(steps))
        return next((name for name in spelt if name in self.fields and name not in self.carried), None)


@dataclass(frozen=True)
class FoundError:
    """One line of the error summary."""

    message: str
    href: str = ""


def errors_of(*forms_or_sets: Any) -> list[FoundError]:
    """Every error of the forms given, in the order of the page, with where each link must land."""
    found: list[FoundError] = []
    for form in forms_or_sets:
        if form is None or not getattr(form, "is_bound", False):
            continue
        if hasattr(form, "forms"):  # a set of forms
            found += [FoundError(str(message)) for message in form.non_form_errors()]
            found += errors_of(*form.forms)
            continue
        found += [FoundError(str(message)) for message in form.non_field_errors()]
        for name in reading_order(form):
            field = form[name]
            href = "" if field.is_hidden else f"#{field.first_id}"
            found += [FoundError(str(message), href) for message in field.errors]
    return found


def reading_order(form: forms.BaseForm) -> list[str]:
    """The names of the fields as the eye meets them: groups in order, revealed fields under their choice."""
    if not isinstance(form, Form):
        return list(form.fields)
    order: list[str] = [name for name in form.fields if form[name].is_hidden]

    def take(field: Any) -> None:
        order.append(field.name)
        for names in getattr(field.field, "reveals", {}).values():
            for name in names:
                take(form[name])

    for group in form.layout():
        for field in group.fields:
            take(field)
    return list(dict.fromkeys(order))
