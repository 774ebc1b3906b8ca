"""What may not be true cannot be stored (R18): every constraint of every table refuses its row, whoever writes it."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from cases.models import Disposal, DisposalRow, User
from tests.figures import Figure
from tests.trust.operations_table import ROWS, Ground
from tests.trust.test_faults import undone
from tests.web.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]
# What the world has none of, or not enough, made by these operations first.
ROWS_FIRST = {
    "RatingRule": ["set_rating_rule"],
    "FeedbackRequest": ["record_feedback"],
    "SampledFile": ["open_case"],
    "Order": ["end_order"],
    "MappaEntry": ["end_mappa"],
    "FileReading": ["record_file_reading"],
    "Opening": ["review_opening"],
    "Export": ["take_export", "agree_export"],
    "DisposalRow": ["approve_disposal"],
}
OURS = ("cases", "orders", "assessments", "performance")


def constraints() -> Iterator[tuple[type[models.Model], CheckConstraint | UniqueConstraint]]:
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for constraint in model._meta.constraints:
                yield model, constraint


# ---------------------------------------------------------------- a row that breaks it


def anything(field: models.Field, number: int) -> Any:
    """A value that the column takes."""
    if field.choices:
        return field.choices[0][0]
    kinds: list[tuple[type[models.Field], Any]] = [
        (models.BooleanField, False),
        (models.DateTimeField, datetime(2026, 1, 5, 12).astimezone()),
        (models.DateField, date(2026, 1, 5) + timedelta(days=number)),
        (models.TimeField, datetime(2026, 1, 5, 12).time()),
        (models.DecimalField, 1),
        (models.UUIDField, uuid.uuid4()),
        (models.JSONField, []),
        (models.IntegerField, number + 1),
        (models.TextField, f"text {number}"),
        (models.CharField, f"t{number}"[: field.max_length]),
    ]
    return next((value for kind, value in kinds if isinstance(field, kind)), None)


def a_row(model: type[models.Model], number: int, depth: int = 0) -> models.Model:
    """A row of the table, as it stands or made up, that breaks nothing so far as is known."""
    found = model._default_manager.first()
    if found is not None or depth > 3:
        return found  # type: ignore[return-value]
    values = {}
    for field in model._meta.concrete_fields:
        if field.primary_key and not isinstance(field, models.UUIDField):
            continue
        if field.null and not isinstance(field, models.ForeignKey):
            values[field.attname] = None
        elif isinstance(field, models.ForeignKey):
            other = None if field.null else a_row(field.related_model, number, depth + 1)
            values[field.attname] = getattr(other, "pk", None)
        else:
            values[field.attname] = anything(field, number)
    return model(**values)


def candidates(constraint: CheckConstraint, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Values of the columns that a check speaks of, of which some break it."""
    from itertools import islice, product

    names = sorted(columns_of(constraint.condition))
    choices = []
    for name in names:
        field = model._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            some = field.related_model._default_manager.values_list("pk", flat=True)[:2]
            choices.append([None, *some])
        elif isinstance(field, models.BooleanField):
            choices.append([None, True, False])
        elif isinstance(field, models.DateTimeField):
            noon = datetime(2026, 1, 5, 12).astimezone()
            choices.append([None, noon, noon + timedelta(days=400), noon - timedelta(days=400)])
        elif isinstance(field, models.DateField):
            choices.append([None, date(2026, 1, 5), date(2020, 1, 5), date(2031, 1, 6)])
        elif isinstance(field, models.TimeField):
            choices.append([None, datetime(2026, 1, 5, 12).time(), datetime(2026, 1, 5, 1).time()])
        elif isinstance(field, models.IntegerField | models.DecimalField):
            choices.append([-5, 0, 1, 3, 7, 100, 999, 31000, None])
        elif field.choices:
            choices.append([*[value for value, _ in field.flatchoices][:6], "", "none of them"])
        else:
            choices.append(["", "text", None])
    for values in islice(product(*choices), 4000):
        yield dict(zip(names, values, strict=True))


def columns_of(condition: models.Q) -> set[str]:
    """The columns that a condition speaks of."""
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, models.Q):
            found |= columns_of(child)
        elif isinstance(child, tuple):
            found.add(child[0].split("__")[0])
            found |= expressions_of(child[1])
        else:
            found |= expressions_of(child)
    return found


def expressions_of(value: Any) -> set[str]:
    if isinstance(value, models.F):
        return {value.name.split("__")[0]}
    if isinstance(value, models.Q):
        return columns_of(value)
    if hasattr(value, "get_source_expressions"):
        return set().union(*(expressions_of(one) for one in value.get_source_expressions()), set())
    if isinstance(value, list | tuple | set):
        return set().union(*(expressions_of(one) for one in value), set())
    return set()


def refused_check(model: type[models.Model], constraint: CheckConstraint) -> str:
    """What is wrong with a check: a row that breaks it was taken, or none could be made. Nothing, if it refuses."""
    tried = 0
    bases = list(model._default_manager.order_by("-pk")[:4]) or [a_row(model, 0)]
    for values in candidates(constraint, model):
        for base in bases:
            row = copy.copy(base)
            for name, value in values.items():
                setattr(row, model._meta.get_field(name).attname, value)
            if holds(constraint, row):
                continue
            tried += 1
            error = written(row)
            if not error:
                return f"{constraint.name}: {values} was taken"
            if constraint.name in error:
                return ""  # otherwise refused for another reason: by another constraint, by NOT NULL
    return f"{constraint.name}: no row was refused by it, {tried} tried"


def holds(constraint: CheckConstraint, row: models.Model) -> bool:
    from django.core.exceptions import ValidationError

    try:
        constraint.validate(type(row), row)
    except ValidationError:
        return False
    return True


def written(row: models.Model) -> str:
    """Write the row past every form and operation; what the database said, or nothing if it took it."""
    row = type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})
    if not isinstance(row._meta.pk, models.UUIDField):
        row.pk = None
    else:
        row.pk = uuid.uuid4()
    try:
        with transaction.atomic():
            models.Model.save_base(row, raw=True, force_insert=True)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return ""


def refused_unique(model: type[models.Model], constraint: UniqueConstraint) -> str:
    """A second row equal to one that is there in what must be unique."""
    rows = model._default_manager.all()
    if constraint.condition is not None:
        rows = rows.filter(constraint.condition)
    for field in constraint.fields:
        rows = rows.exclude(**{field: None})
    wrong = f"{constraint.name}: no row to say twice"
    for row in list(rows.order_by("-pk")[:20]) or [made_up(model, constraint)]:
        if row is None:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField) and field.unique and field.name not in constraint.fields:
                setattr(row, field.attname, f"other {getattr(row, field.attname)}"[: field.max_length])
        for other in model._meta.constraints:
            if isinstance(other, UniqueConstraint) and other is not constraint:
                otherwise(row, set(other.fields) - set(constraint.fields))
        error = written(row)
        columns = [model._meta.get_field(name).column for name in constraint.fields]
        if constraint.name in error or (columns and all(f".{name}" in error for name in columns)):
            return ""
        wrong = f"{constraint.name}: {error or 'said twice and taken'}"
    return wrong


def otherwise(row: models.Model, names: set[str]) -> None:
    """Make the row differ in one of these columns, so that nothing else refuses it."""
    for name in sorted(names):
        field = row._meta.get_field(name)
        was = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey):
            rest = field.related_model._default_manager.exclude(pk=was)
            taken = type(row)._default_manager.values_list(field.attname, flat=True)
            now = rest.exclude(pk__in=[one for one in taken if one]).values_list("pk", flat=True).first()
        elif isinstance(field, models.IntegerField) and not field.choices:
            now = (was or 0) + 1000
        elif field.choices:
            now = next((value for value, _ in field.flatchoices if value != was), None)
        else:
            continue
        if now is not None:
            setattr(row, field.attname, now)
            return


def made_up(model: type[models.Model], constraint: UniqueConstraint) -> models.Model | None:
    """A row that the condition holds of, where the world has none."""
    row = a_row(model, 1)
    if row is None:
        return None
    condition = constraint.condition
    pairs = (
        [child for child in condition.children if isinstance(child, tuple)] if condition is not None else []
    )
    for name, value in pairs:
        parts = name.split("__")
        if len(parts) == 1:
            setattr(row, parts[0], value)
    for name in constraint.fields:
        field = model._meta.get_field(name)
        if getattr(row, field.attname) is None:
            value = anything(field, 1)
            if isinstance(field, models.ForeignKey):
                value = getattr(field.related_model._default_manager.first(), "pk", None)
            setattr(row, field.attname, value)
    row = type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})
    if not isinstance(row._meta.pk, models.UUIDField):
        row.pk = None
    try:
        with transaction.atomic():
            models.Model.save_base(row, raw=True, force_insert=True)
    except DatabaseError:
        return None
    return row


def refused(model: type[models.Model], constraint: CheckConstraint | UniqueConstraint, ground: Ground) -> str:
    with undone():
        User.objects.filter(pk=ground.worker.pk).update(staff_ref="S1")
        for name in ROWS_FIRST.get(model.__name__, ()):
            ROWS[name](ground)()
        if model is DisposalRow:  # rows are named for destruction only within an agreed disposal
            model.objects.create(disposal=Disposal.objects.get(state="approved"), table="cases_note", key="1")
        if isinstance(constraint, CheckConstraint):
            return refused_check(model, constraint)
        return refused_unique(model, constraint)


@pytest.mark.figure(
    "constraints of the tables, each broken by a row written past every form: refused by the database"
)
def test_the_database_refuses_what_may_not_be_true(world: World, figure: Figure):
    ground = Ground(world)
    for model, constraint in constraints():
        wrong = refused(model, constraint, ground)
        figure.add(not wrong, f"{model.__name__}: {wrong}")


@pytest.mark.postgresql_only
@pytest.mark.figure("constraints that were dropped: noticed")
def test_the_engine_notices_a_dropped_constraint(world: World, figure: Figure):
    """On PostgreSQL, which drops a constraint alone; SQLite makes the whole table anew, and in no transaction."""
    ground = Ground(world)
    kinds = {type(one): (model, one) for model, one in constraints()}
    for model, constraint in kinds.values():
        with undone():
            with connection.schema_editor() as editor:
                editor.remove_constraint(model, constraint)
            figure.planted(f"no {constraint.name}", refused(model, constraint, ground))
