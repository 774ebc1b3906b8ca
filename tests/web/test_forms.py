"""Forms: how a day is read, what is asked for, where an error stands and where its link lands."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import pytest
from django import forms as django_forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from justice.domain.errors import Problem
from justice.web import dates
from justice.web.forms import (
    CheckboxesField,
    CheckboxField,
    DateField,
    DateTextField,
    DecimalField,
    Form,
    Group,
    IntegerField,
    LongTextField,
    OperationForm,
    RadiosField,
    SelectField,
    TextField,
    TimeField,
    YesNoField,
    errors_of,
    named,
)

TODAY = date(2026, 3, 20)


def read(*boxes: str, century: dates.Century = "near") -> date:
    return dates.read(*boxes, century=century, today=TODAY)


class TestReadingADay:
    @pytest.mark.parametrize(
        "boxes",
        [
            ("3", "3", "2026"),
            ("03", "03", "2026"),
            ("3", "3", "26"),
            (" 3 ", " 3 ", " 2026 "),
            ("3", "March", "2026"),
            ("3", "mar", "26"),
            ("3", "Mar.", "2026"),
            ("3rd", "march", "2026"),
            ("3 3 26", "", ""),
            ("3/3/2026", "", ""),
            ("03/03/2026", "", ""),
            ("3.3.26", "", ""),
            ("3-3-2026", "", ""),
            ("3–3–2026", "", ""),  # noqa: RUF001
            ("2026-03-03", "", ""),
            ("030326", "", ""),
            ("03032026", "", ""),
            ("3 March 2026", "", ""),
            ("3rd March 2026", "", ""),
            ("3March 2026", "", ""),
            ("March 3, 2026", "", ""),
            ("Tuesday 3 March 2026", "", ""),
            ("Tue 3 Mar 26", "", ""),
            ("３ ３ ２０２６", "", ""),  # noqa: RUF001
        ],
        ids=" ".join,
    )
    def test_understands_what_people_type(self, boxes):
        assert read(*boxes) == date(2026, 3, 3)

    @pytest.mark.parametrize(
        ("boxes", "message", "parts"),
        [
            (("", "3", "2026"), "must include a day", ("day",)),
            (("3", "", "2026"), "must include a month", ("month",)),
            (("3", "3", ""), "must include a year", ("year",)),
            (("", "", "2026"), "must include a day and month", ("day", "month")),
            (("3", "13", "2026"), "must be a real date: “13” is not a month", ("month",)),
            (("3", "Mrach", "2026"), "must be a real date: “Mrach” is not a month", ("month",)),
            (("3", "ma", "2026"), "must be a real date: “ma” is not a month", ("month",)),
            (("32", "3", "2026"), "must be a real date: “32” is not a day", ("day",)),
            (("0", "3", "2026"), "must be a real date: “0” is not a day", ("day",)),
            (("-3", "3", "2026"), "must be a real date: “-3” is not a day", ("day",)),
            (("31", "4", "2026"), "must be a real date: April has 30 days", ("day",)),
            (("29", "2", "2025"), "must be a real date: February 2025 has 28 days", ("day",)),
            (("30", "2", "2024"), "must be a real date: February 2024 has 29 days", ("day",)),
            (("3", "3", "202"), "must be a real date: “202” is not a year of 4 numbers", ("year",)),
            (("3", "3", "1789"), "must be a real date: the year must be between 1900 and 2100", ("year",)),
            (
                ("32", "13", "x"),
                "must be a real date: “32” is not a day, “13” is not a month, “x” is not a year of 4 numbers",
                ("day", "month", "year"),
            ),
            (("yesterday", "", ""), "must include a month and year", ("month", "year")),
        ],
    )
    def test_says_which_part_is_wrong(self, boxes, message, parts):
        with pytest.raises(dates.Unreadable) as wrong:
            read(*boxes)
        assert (wrong.value.message, wrong.value.parts) == (message, parts)

    def test_the_leap_day_of_a_leap_year_is_real(self):
        assert read("29", "2", "24") == date(2024, 2, 29)

    @pytest.mark.parametrize(
        ("year", "century", "expected"),
        [
            ("49", "near", 2049),
            ("50", "near", 1950),
            ("26", "past", 2026),
            ("27", "past", 1927),
            ("85", "past", 1985),
        ],
    )
    def test_completes_two_figure_years(self, year, century, expected):
        assert read("1", "1", year, century=century).year == expected

    @given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from("/ .-"), st.booleans())
    def test_every_day_written_in_any_usual_way_is_that_day(self, day, mark, short):
        year = f"{day:%y}" if short else str(day.year)
        assert read(f"{day.day}{mark}{day.month}{mark}{year}", "", "") == day
        assert read(dates.long_date(day), "", "") == day
        assert read(dates.short_date(day), "", "") == day

    @given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
    def test_anything_else_is_refused_with_a_part_named_or_read_as_a_day(self, day, month, year):
        refused: tuple[str, tuple[str, ...]] | None = None
        try:
            read(day, month, year)
        except dates.Unreadable as wrong:
            refused = wrong.message, wrong.parts
        assert refused is None or (refused[0].startswith("must ") and refused[1])


class Order(OperationForm):
    groups = (Group("The order", ("imposed_on", "requirements")),)
    imposed_on = DateField("Date imposed", recent=True, hint="For example, 3 3 2026")
    requirements = CheckboxesField(
        "Requirements",
        choices=[("unpaid_work", "Unpaid work"), ("supervision", "Supervision")],
        reveals={"unpaid_work": ["hours"]},
    )
    hours = IntegerField("Hours", min_value=20, max_value=300, required=False, suffix="hours")
    notes = LongTextField("Notes", max_length=50, required=False)
    kind = SelectField("Kind of order", choices=[("cpo", "Community payback order")])
    seen = YesNoField("Was the person seen?")


COMPLETE = {
    "imposed_on_day": "2",
    "imposed_on_month": "June",
    "imposed_on_year": "2025",
    "requirements": ["supervision"],
    "kind": "cpo",
    "seen": "no",
}


def sent(**changes):
    data = QueryDict(mutable=True)
    for name, value in {**COMPLETE, **changes}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


class TestWhatAFormGives:
    def test_gives_types_without_what_it_only_carries(self):
        form = Order(sent(key="4051fa16-cf6a-44d4-9ab8-36abd5e5c057", version="3"), version=3)
        assert form.is_valid(), form.errors
        assert form.values() == {
            "imposed_on": date(2025, 6, 2),
            "requirements": ["supervision"],
            "hours": None,
            "notes": "",
            "kind": "cpo",
            "seen": False,
        }
        assert form.expected_version == 3
        assert str(form.submission_key) == "4051fa16-cf6a-44d4-9ab8-36abd5e5c057"

    def test_one_text_under_the_fields_own_name_is_a_date_too(self):
        data = sent()
        for part in ("day", "month", "year"):
            del data[f"imposed_on_{part}"]
        data["imposed_on"] = "2025-06-02"
        assert Order(data).is_valid()

    def test_carries_a_key_that_stays_and_is_new_for_each_form(self):
        form = Order()
        assert form["key"].value() == form["key"].value()
        assert form["key"].value() != Order()["key"].value()

    def test_a_form_that_lost_its_version_is_refused(self):
        form = Order(sent(version=""), version=3)
        assert errors_of(form)[0].message == "This form is not complete. Open it again"

    def test_a_forged_key_is_refused_without_an_error_500(self):
        assert [e.message for e in errors_of(Order(sent(key="nonsense")))] == [
            "This form is not complete. Open it again"
        ]

    def test_carries_the_stored_version_after_a_conflict(self):
        form = Order(sent(version="3"), version=3)
        form.is_valid()
        form.renew(5)
        assert 'name="version" value="5"' in str(form)

    def test_line_ends_count_once(self):
        form = Order(sent(notes="a\r\n" * 20))
        form.is_valid()
        assert "notes" not in form.errors

    def test_reads_no_clock_when_it_is_imported(self):
        assert Order.base_fields["imposed_on"].initial is None


class TestWords:
    @pytest.mark.parametrize(
        ("label", "expected"),
        [
            ("Date of contact", "the date of contact"),
            ("LS/CMI level", "the LS/CMI level"),
            ("Your name", "your name"),
            ("A reason", "a reason"),
        ],
    )
    def test_a_label_stands_inside_a_sentence(self, label, expected):
        assert named(label) == expected

    def test_says_what_to_do_about_what_is_missing(self):
        form = Order(QueryDict())
        assert [error.message for error in errors_of(form)] == [
            "Enter the date imposed",
            "Select the requirements",
            "Select the kind of order",
            "Answer “Was the person seen?”",
        ]

    def test_says_the_bounds_and_the_excess(self):
        form = Order(sent(hours="10", notes="x" * 53))
        assert form.errors["hours"] == ["Hours must be between 20 and 300"]
        assert form.errors["notes"] == ["Notes must be 50 characters or fewer; it is 3 too long"]

    @pytest.mark.parametrize("typed", ["x", "1.5", "--"])
    def test_numbers_that_are_none(self, typed):
        assert Order(sent(hours=typed)).errors["hours"] == ["Hours must be a whole number"]

    def test_thousands_and_percent_signs_are_let_go(self):
        class Numbers(Form):
            count = IntegerField("Count")
            target = DecimalField("Target", max_digits=5, decimal_places=2)

        form = Numbers({"count": "1,204", "target": "72.5 %"})
        assert form.is_valid()
        assert form.cleaned_data == {"count": 1204, "target": Decimal("72.5")}

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("9.30", time(9, 30)),
            ("09:30", time(9, 30)),
            ("9:30am", time(9, 30)),
            ("2pm", time(14)),
            ("2.15 p.m.", time(14, 15)),
            ("1430", time(14, 30)),
            ("midday", time(12)),
            ("12am", time(0)),
            ("12:00", time(12)),
            ("0930", time(9, 30)),
            ("930", time(9, 30)),
            ("9 30", time(9, 30)),
            ("9", time(9)),
            ("11", time(11)),
            ("12", time(12)),
            ("14", time(14)),
            ("1500", time(15)),
            ("0230", time(2, 30)),
            ("02:30", time(2, 30)),
            ("00:15", time(0, 15)),
            ("2.30pm", time(14, 30)),
            ("230 PM", time(14, 30)),
            ("half past 9", time(9, 30)),
            ("half past 2pm", time(14, 30)),
            ("at 10", time(10)),
            ("09:30:00", time(9, 30)),
            ("\uff19\uff1a\uff13\uff10", time(9, 30)),
        ],
    )
    def test_reads_hours(self, typed, expected):
        assert TimeField("Time").clean(typed) == expected

    @pytest.mark.parametrize(
        "typed", ["25:00", "9:75", "24", "0", "00", "13pm", "0am", "9:3", "09:30:15", "half past", "soon"]
    )
    def test_refuses_hours_that_are_none(self, typed):
        with pytest.raises(django_forms.ValidationError, match="Time must be a"):
            TimeField("Time").clean(typed)

    @pytest.mark.parametrize("typed", ["2", "2.30", "230", "6:15", "half past 4", "1"])
    def test_asks_for_morning_or_afternoon_where_either_could_be_meant(self, typed):
        with pytest.raises(
            django_forms.ValidationError, match="Time must say morning or afternoon: enter .*am or"
        ):
            TimeField("Time").clean(typed)

    def test_a_date_on_one_line_is_read_alike(self):
        field = DateTextField("Due after")
        assert field.clean("3 3 26") == date(2026, 3, 3)
        assert field.prepare_value(date(2026, 3, 3)) == "3 March 2026"
        with pytest.raises(django_forms.ValidationError, match="Due after must include a month and year"):
            field.clean("soon")


class TestProblems:
    def test_each_problem_stands_beside_its_field(self):
        form = Order(sent())
        assert form.is_valid()
        form.add_problems(
            [
                Problem("Enter the hours the court ordered", "requirements.unpaid_work.hours", "cpo.hours"),
                Problem("The order cannot be recorded twice"),
                Problem("About something the form does not show", "elsewhere"),
                Problem("Nobody may name the form's own key", "key"),
            ]
        )
        assert form.errors["hours"] == ["Enter the hours the court ordered"]
        assert form.errors["__all__"] == [
            "The order cannot be recorded twice",
            "About something the form does not show",
            "Nobody may name the form's own key",
        ]
        assert form.errors.as_data()["hours"][0].code == "cpo.hours"

    def test_a_form_may_say_where_a_rule_name_belongs(self):
        class Mapped(Order):
            problem_fields = {"level": "kind"}

        form = Mapped(sent())
        form.is_valid()
        form.add_problems([Problem("No such level", "level")])
        assert form.errors["kind"] == ["No such level"]


def ids_in(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


class TestMarkup:
    def test_every_error_link_has_a_target_and_every_description_too(self):
        form = Order(QueryDict("imposed_on_day=31&imposed_on_month=4&imposed_on_year=2026&hours=x"))
        html = render_to_string("components/error_summary.html", {"errors": errors_of(form)}) + str(form)
        ids = ids_in(html)
        assert len(ids) == len(set(ids))
        links = re.findall(r'href="#([^"]+)"', html)
        assert len(links) == sum(len(messages) for messages in form.errors.values())
        assert not set(links) - set(ids)
        described = {
            one for found in re.findall(r'aria-describedby="([^"]+)"', html) for one in found.split()
        }
        assert described
        assert not described - set(ids)
        labelled = re.findall(r'<label[^>]* for="([^"]+)"', html)
        assert not set(labelled) - set(ids)

    def test_the_link_lands_on_the_part_that_is_wrong(self):
        form = Order(QueryDict("imposed_on_day=3&imposed_on_month=13&imposed_on_year=2026"))
        assert errors_of(form)[0].href == "#id_imposed_on_1"
        boxes = form["imposed_on"].boxes
        assert [box["wrong"] for box in boxes] == [False, True, False]
        assert [box["value"] for box in boxes] == ["3", "13", "2026"]

    def test_choices_are_reached_at_their_first_control(self):
        hrefs = [error.href for error in errors_of(Order(QueryDict()))]
        assert hrefs == ["#id_imposed_on_0", "#id_requirements_0", "#id_kind", "#id_seen_0"]

    def test_a_revealed_field_stands_once_inside_its_choice(self):
        html = str(Order())
        assert html.count('name="hours"') == 1
        assert 'data-aria-controls="conditional-id_requirements_0"' in html
        assert (
            html.index("conditional-id_requirements_0")
            < html.index('name="hours"')
            < html.index("Supervision")
        )

    def test_revealed_fields_of_a_group_stand_under_its_legend_and_those_of_the_choices_own_do_not(self):
        class Sections(Form):
            have = RadiosField("Have", choices=[("all", "All")], reveals={"all": ("one", "two", "three")})
            one, two, three = (TextField(label) for label in ("One", "Two", "Three"))
            groups = (Group("Whole", ("have", "three")), Group("First", ("one",)), Group("Second", ("two",)))

        (item,) = Sections()["have"].items
        assert [(group.legend, [one.name for one in group.fields]) for group in item.revealed] == [
            ("First", ["one"]),
            ("Second", ["two"]),
            ("", ["three"]),
        ]
        html = str(Sections())
        assert html.index(">First<") < html.index('name="one"') < html.index(">Second<")
        assert html.count("<legend") == 4  # the two sections, the choice, and the group round it

    def test_errors_come_in_reading_order(self):
        form = Order(sent(requirements=["unpaid_work"], hours="1", imposed_on_day="", kind=""))
        assert [error.href for error in errors_of(form)] == ["#id_imposed_on_0", "#id_hours", "#id_kind"]

    def test_what_is_typed_is_kept_and_never_run(self):
        form = Order(sent(notes="<script>alert(1)</script>" * 3, imposed_on_day='"><b>'))
        html = str(form)
        assert "<script>" not in html
        assert '"><b>' not in html
        assert "&lt;script&gt;" in html

    def test_a_label_is_escaped(self):
        class Hostile(Form):
            name = TextField("<b>Name</b>", hint="<i>hint</i>")
            kind = RadiosField("Kind", choices=[("a", "<u>A</u>")], choice_hints={"a": "<s>"})

        assert not re.search("<(b|i|u|s)>", str(Hostile()))

    def test_optional_is_said_where_a_form_changes_something(self):
        html = str(Order())
        assert html.count("(optional)") == 1  # notes; hours belong to their choice

        class Filter(Form):
            name = TextField("Name", required=False)

        assert "(optional)" not in str(Filter())

    def test_the_browser_counts_and_cuts_nothing(self):
        html = str(Order())
        assert 'data-maxlength="50"' in html
        assert " maxlength=" not in html
        assert "id_notes-info" in html

    def test_no_required_attribute_and_no_inline_style_or_script(self):
        html = str(Order())
        assert " required" not in html
        assert not re.search(r"\sstyle=|<script|\son[a-z]+=", html)

    def test_plain_django_fields_wear_the_same_dress(self):
        class Plain(django_forms.Form):
            name = django_forms.CharField(help_text="As on the order")
            team = django_forms.ChoiceField(choices=[("a", "A")])
            agree = django_forms.BooleanField()
            password = django_forms.CharField(widget=django_forms.PasswordInput)

        html = str(Plain({"name": ""}))
        for css in ("govuk-input--error", "govuk-select", "govuk-checkboxes__input", "govuk-password-input"):
            assert css in html
        assert 'aria-describedby="id_name_helptext id_name_error"' in html

    def test_one_box_to_tick(self):
        class Sure(Form):
            sure = CheckboxField("I have the court's order in front of me")

        form = Sure({})
        assert form.errors["sure"] == ["Tick “I have the court's order in front of me”"]
        assert 'aria-describedby="id_sure_error"' in str(form)

    def test_today_is_offered_only_where_it_is_asked_for(self):
        html = str(Order())
        assert 'data-today="' in html

        class Birth(Form):
            born_on = DateField("Date of birth", birth=True)

        assert "data-today" not in str(Birth())
        assert 'autocomplete="bday-day"' in str(Birth())

    def test_yes_and_no_come_back_as_they_were(self):
        class Seen(Form):
            seen = YesNoField("Was the person seen?")

        html = str(Seen(initial={"seen": False}))
        assert re.search(r'value="no"\s+checked', html)
        assert not re.search(r'value="yes"\s+checked', html)


@pytest.mark.django_db
def test_signing_in_says_what_to_enter_and_lets_a_password_manager_help(client):
    html = client.post(reverse("sign_in"), {}).content.decode()
    assert "Enter your email address" in html
    assert "Enter your password" in html
    assert 'type="email"' in html
    assert 'autocomplete="username"' in html
    assert 'autocomplete="current-password"' in html
    assert "autofocus" not in html
