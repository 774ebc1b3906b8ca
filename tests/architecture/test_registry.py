"""Every table, column and address is declared, and nothing is declared that is not there."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from cases import disposal
from cases.add_only import DISPOSABLE, TABLES
from cases.models import Case, Person
from cases.permissions import ALLOWED
from justice import inventory, registry
from tests.figures import Figure

APPS = ("cases", "orders", "assessments", "performance")
DECLARED = registry.load()
MODELS = {
    model._meta.label: model
    for model in apps.get_models()
    if model._meta.app_label in APPS and not model.__name__.startswith("Historical")
}
TEXT = (models.CharField, models.TextField, models.JSONField)


def test_every_table_is_declared_and_no_other():
    assert set(DECLARED) == set(MODELS)


def undeclared(label: str, model: type[models.Model], row: registry.Declared) -> list[str]:
    """What is wrong with the marks of a table's columns: a column without one, a mark without a column."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    wrong = [f"{label}.{name} is not a column" for name in (*row.text, *row.blanked) if name not in fields]
    for name, field in fields.items():
        if isinstance(field, TEXT) and name not in row.text:
            wrong.append(f"{label}.{name} has no mark")
        else:
            try:
                registry.sensitivity(row, field)
            except ValueError as error:
                wrong.append(str(error))
    return wrong


@pytest.mark.figure("Columns without a mark, and marks without a column")
def test_every_column_has_a_mark(figure: Figure):
    for label, model in MODELS.items():
        figure.many(len(model._meta.concrete_fields), undeclared(label, model, DECLARED[label]))
    assert figure.tried > 500


@pytest.mark.figure("Faults planted in the registry")
def test_what_is_not_declared_is_noticed(figure: Figure, tmp_path: Any):
    note, row = MODELS["cases.Note"], DECLARED["cases.Note"]

    def without(**change: Any) -> registry.Declared:
        return registry.Declared(**{**row.__dict__, **change})

    text = {name: mark for name, mark in row.text.items() if name != "text"}
    figure.planted("a text column without a mark", undeclared("cases.Note", note, without(text=text)))
    gone = {**row.text, "gone": "plain"}
    figure.planted("a mark of a column that is gone", undeclared("cases.Note", note, without(text=gone)))
    figure.planted(
        "a blanked column that is gone", undeclared("cases.Note", note, without(blanked=("gone",)))
    )
    picture = models.BinaryField(name="picture")
    picture.model = note
    with pytest.raises(ValueError):
        registry.sensitivity(row, picture)
    figure.planted("a column of a kind without a rule", True)
    figure.planted("a table without an entry", set(DECLARED) - {"cases.Note"} != set(MODELS))
    for words in (
        '[a.B]\nsight = "x"',
        '[a.B]\nsight="case"\nretention="x"',
        '[a.B]\nsight="case"\nretention="case"\naudit="x"',
    ):
        (tmp_path / "r.toml").write_text(words + '\nown_copy = "no"')
        figure.planted(words, _refused(registry.load, tmp_path / "r.toml"))
    for words in ('gone = ["case"]', 'record = ["a"]\nlist = ["a"]', 'record = ["a", "a"]'):
        (tmp_path / "a.toml").write_text(words)
        figure.planted(words, _refused(registry.load_addresses, tmp_path / "a.toml"))
    figure.planted("an address that is not declared", untold({"a_new_page"}, {}, set()))
    figure.planted("an address that is gone", untold(set(), {"an_old_page": "list"}, set()))


def _refused(load: Any, file: Any) -> bool:
    try:
        load(file)
    except (ValueError, TypeError):
        return True
    return False


# --- Addresses


def addresses() -> Iterator[tuple[str, bool]]:
    """The name of every address, and whether it is the API's."""

    def walk(patterns: list[URLPattern | URLResolver], api: bool) -> Iterator[tuple[str, bool]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, api or str(pattern.pattern).startswith("api/"))
            else:
                yield pattern.name or f"without a name: {pattern.pattern}", api

    yield from walk(get_resolver().url_patterns, False)


def untold(pages: set[str], declared: dict[str, str], operations: set[str]) -> set[str]:
    """Addresses that are neither declared nor an operation's, and what is declared and is no address."""
    named = {registry.declared_as(name) for name in pages}
    return (named - set(declared) - operations) | (set(declared) - named) | (set(declared) & operations)


@pytest.mark.figure("Addresses that are not declared, and declared ones that are gone")
def test_every_address_is_declared(figure: Figure):
    names = set(addresses())
    declared = registry.load_addresses()
    pages = {name for name, api in names if not api}
    figure.many(len(pages), sorted(untold(pages, declared, set(ALLOWED))))
    # The API's: of a page or operation with its name, a list or one row of a table that is declared, or declared.
    for name in {name for name, api in names if api}:
        rows = re.fullmatch(r"api-([a-z-]+)-(list|detail)", name)
        of_page = name.removeprefix("api-")
        figure.add(rows or of_page in pages or of_page in ALLOWED or name in API, name)


# What of the API is no page's and no table's.
API = {
    "api-returns",
    "api-return",
    "api-figures",
    "api-commentary",
    "api-figure-rows",
    "api-schema",
    "api-try",
}


# --- What the declarations promise


def test_what_is_declared_history_keeps_row_copies():
    for label, model in MODELS.items():
        assert hasattr(model, "history") == (DECLARED[label].audit == "history"), label


def test_what_is_declared_add_only_is_refused_by_the_database():
    declared = {MODELS[label]._meta.db_table for label, row in DECLARED.items() if row.audit == "add-only"}
    assert declared == set(TABLES)


def test_what_is_reached_through_a_case_begins_at_visible_to():
    without = {
        "orders.HoursLine",
        "performance.ReturnRow",
        "cases.EntryReason",
    }  # only ever read from the attendance, the publication, the entry
    for label, row in DECLARED.items():
        if row.sight in ("case", "own", "keeping") and label not in without:
            manager = MODELS[label]._default_manager
            reached = (
                hasattr(manager, "visible_to")
                or hasattr(MODELS[label], "person")
                or label == "orders.Variation"
            )
            assert reached, label


def test_no_name_stands_in_the_words_of_a_row():
    """A row's own words go into logs and error pages: they hold a key, never a name."""
    for label, model in MODELS.items():
        personal = [
            name
            for name, kind in DECLARED[label].text.items()
            if kind not in ("plain",) and isinstance(model._meta.get_field(name), TEXT)
        ]
        row = model(**{name: "Canary" for name in personal if name != "password"})
        try:
            words = str(row)
        except (AttributeError, ValueError, TypeError):
            continue  # a date it prints is not set; it prints no text then
        assert "Canary" not in words, label


# --- Disposal follows from the declarations


def forgotten(declared: dict[str, registry.Declared]) -> list[str]:
    """Words about somebody that would outlive their record: in a table kept with the case that does not lead to the
    person, or in one that stays and is not blanked."""
    about, wrong = set(disposal.about_people()), []
    for label, model in MODELS.items():
        row = declared[label]
        of_case = row.retention == "case" and row.sight in ("case", "victims", "system")
        if of_case and model not in about and label not in DERIVED_WORDS:
            wrong.append(f"{label} is kept with the case and leads to nobody")
        if model not in about or row.retention in ("case", "technical"):
            continue
        words = {
            name
            for name, mark in row.text.items()
            if mark != "plain" and isinstance(model._meta.get_field(name), TEXT)
        }
        wrong += [f"{label}.{name} stays when the record is destroyed" for name in words - set(row.blanked)]
    return wrong


# The spellings of a council's names: forgotten word by word, when nobody bears one any longer.
DERIVED_WORDS = {"cases.Spelling"}


def test_what_is_about_a_person_goes_with_their_record_or_is_blanked():
    assert forgotten(DECLARED) == []
    assert {Person, Case} <= set(disposal.about_people())
    add_only = {model._meta.db_table for model in disposal.about_people()} & set(TABLES)
    stays = {"cases_entry", "cases_consultation", "cases_disposalcertificate"}
    assert set(DISPOSABLE) == add_only - stays


@pytest.mark.figure("Faults planted in what disposal follows from")
def test_a_table_that_disposal_would_forget_is_noticed(figure: Figure):
    for label, change in (
        ("assessments.FileReading", {"blanked": ()}),
        ("performance.ReturnRow", {"blanked": ("reference",)}),
        ("orders.Order", {"retention": "figures"}),
        ("cases.Entry", {"text": {**DECLARED["cases.Entry"].text, "reason": "offence"}}),
        ("performance.Target", {"retention": "case", "sight": "case"}),
    ):
        planted = {**DECLARED, label: registry.Declared(**{**DECLARED[label].__dict__, **change})}
        figure.planted(f"{label}: {change}", forgotten(planted))


# --- The inventory


def test_the_inventory_has_a_line_for_every_column_and_is_the_same_printed():
    rows = inventory.rows()
    assert len(rows) == sum(len(model._meta.concrete_fields) for model in MODELS.values())
    assert all(all(row.values()) for row in rows)
    out, table = io.StringIO(), io.StringIO()
    call_command("data_inventory", stdout=out)
    call_command("data_inventory", "--csv", stdout=table)
    assert out.getvalue().strip().count("\n") == len(rows) + 1
    assert table.getvalue().strip().count("\n") == len(rows)
    victim = next(
        row for row in rows if (row["table"], row["field"]) == ("cases.VictimInformation", "wishes")
    )
    assert victim["sensitivity"].startswith("third_party")
    assert victim["own_copy"] == "no"
