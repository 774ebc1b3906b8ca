"""What people are found by, and the rows of it for those who are known already."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from cases import search
from cases.matching import name_key


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """In batches, so that a large council does not fill the memory."""
    people = list(apps.get_model("cases", "Person").objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(people), search.BATCH):
        search.refresh(people[start : start + search.BATCH], model=apps.get_model)


def fold_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Names with a letter or sign that is folded otherwise than before."""
    for name in ("Person", "Alias"):
        model = apps.get_model("cases", name)
        changed = []
        for row in model.objects.only("given_name", "family_name", "name_key").iterator():
            key = name_key(row.given_name, row.family_name)
            if key != row.name_key:
                row.name_key = key
                changed.append(row)
        model.objects.bulk_update(changed, ["name_key"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_notes"),
        # whose references find the person
        ("orders", "0001_initial"),
        ("assessments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Spelling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=61)),
                ("word", models.CharField(max_length=61)),
                ("council", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.council")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("council", "key", "word"), name="one_spelling_of_a_word")],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=61)),
                ("council", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.council")),
                ("person", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="search_words", to="cases.person")),
            ],
            options={
                "indexes": [models.Index(fields=["council", "word", "person"], name="people_by_search_word")],
                "constraints": [models.UniqueConstraint(fields=("person", "word"), name="one_search_word_of_a_person")],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["council", "person"], name="cases_of_people"),
        ),
        migrations.RunPython(fold_again, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
