"""Many tables made by one migration, as one step."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class NewTables(Operation):
    """Makes the tables of several models at once, each in its last shape: fields, indexes and constraints together.

    Django draws every related model anew after each step of a migration. Here each model is related to nearly every
    other, so that a new database spent most of a minute on it: 400 steps, 80 models each. What the given steps say of
    models that they themselves make is added up first, and drawn once. The tables come out the same.

    Only steps about models that are made here may be given: an older table may hold rows, and is altered one step at
    a time. Raises ValueError for any other.
    """

    category = OperationCategory.ADDITION

    def __init__(self, steps: Sequence[Operation]) -> None:
        self.steps = steps
        self.made = [step.name for step in steps if isinstance(step, CreateModel)]
        made = {name.lower() for name in self.made}
        for step in steps:
            if not isinstance(step, CreateModel) and step.model_name.lower() not in made:  # type: ignore[attr-defined]
                raise ValueError(f"not about a model that is made here: {step.describe()}")

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # what is not drawn yet is not drawn anew at each step
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for name in self.made:
            model = to_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for name in reversed(self.made):
            model = from_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def describe(self) -> str:
        return f"Create the tables of {', '.join(self.made)}"
