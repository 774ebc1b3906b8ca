"""Every table and every text column is declared, and nothing is declared that is not there."""

from django.apps import apps
from django.db import models

from cases.add_only import TABLES
from justice import registry

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


def test_every_text_column_is_declared_and_no_other():
    for label, model in MODELS.items():
        columns = {field.name for field in model._meta.concrete_fields if isinstance(field, TEXT)}
        assert set(DECLARED[label].text) == columns, label


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
    }  # only ever read from the attendance, the publication
    for label, row in DECLARED.items():
        if row.sight in ("case", "own") and label not in without:
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
        personal = [name for name, kind in DECLARED[label].text.items() if kind not in ("plain",)]
        row = model(**{name: "Canary" for name in personal if name != "password"})
        try:
            words = str(row)
        except (AttributeError, ValueError, TypeError):
            continue  # a date it prints is not set; it prints no text then
        assert "Canary" not in words, label
