"""Seals of the trail, looks that were refused, looks to ask about; and the trail cannot be emptied either."""

import cases.models.base
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from cases.add_only import add_only, never_emptied
from django.conf import settings
from django.db import migrations, models
from cases.new_tables import NewTables


def index_lists(apps, editor):
    # Which lists a case was in (cases.models.trail.Lists). SQLite reads the rows.
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE INDEX looks_in_lists ON cases_consultation USING gin (cases jsonb_path_ops)")


def forget_lists(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX IF EXISTS looks_in_lists")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_sight"),
    ]

    operations = [
        NewTables([
            migrations.CreateModel(
                name="HistoricalUnusualLooking",
                fields=[
                    (
                        "id",
                        models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                    ),
                    (
                        "entry",
                        models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True),
                    ),
                    ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ("on", models.DateField()),
                    ("found", models.CharField(max_length=30)),
                    ("cases", models.JSONField(default=list)),
                    ("count", models.PositiveIntegerField()),
                    ("found_at", models.DateTimeField()),
                    (
                        "answer",
                        models.CharField(
                            blank=True,
                            choices=[("explained", "Explained"), ("follow_up", "Needs following up")],
                            max_length=10,
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=1000)),
                    ("history_id", models.AutoField(primary_key=True, serialize=False)),
                    ("history_date", models.DateTimeField(db_index=True)),
                    ("history_change_reason", models.CharField(max_length=100, null=True)),
                    (
                        "history_type",
                        models.CharField(
                            choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                        ),
                    ),
                ],
                options={
                    "verbose_name": "historical unusual looking",
                    "verbose_name_plural": "historical unusual lookings",
                    "ordering": ("-history_date", "-history_id"),
                    "get_latest_by": ("history_date", "history_id"),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name="RefusedLook",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "at",
                        models.DateTimeField(
                            db_default=django.db.models.functions.datetime.Now(), editable=False
                        ),
                    ),
                    ("page", models.CharField(max_length=100)),
                    ("asked", models.CharField(max_length=100)),
                ],
                options={
                    "ordering": ("-at", "-pk"),
                },
            ),
            migrations.CreateModel(
                name="Seal",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("table", models.CharField(max_length=60)),
                    ("from_at", models.DateTimeField(null=True)),
                    ("to_at", models.DateTimeField()),
                    ("rows", models.PositiveBigIntegerField()),
                    ("columns", models.CharField(max_length=300)),
                    ("digest", models.CharField(max_length=64)),
                    ("previous", models.CharField(blank=True, max_length=64)),
                    ("made_at", models.DateTimeField()),
                ],
                options={
                    "ordering": ("table", "pk"),
                },
            ),
            migrations.CreateModel(
                name="UnusualLooking",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ("on", models.DateField()),
                    ("found", models.CharField(max_length=30)),
                    ("cases", models.JSONField(default=list)),
                    ("count", models.PositiveIntegerField()),
                    ("found_at", models.DateTimeField()),
                    (
                        "answer",
                        models.CharField(
                            blank=True,
                            choices=[("explained", "Explained"), ("follow_up", "Needs following up")],
                            max_length=10,
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=1000)),
                ],
                options={
                    "ordering": ("-on", "user", "found"),
                },
            ),
            migrations.AddField(
                model_name="historicalunusuallooking",
                name="answered_by",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="historicalunusuallooking",
                name="council",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="cases.council",
                ),
            ),
            migrations.AddField(
                model_name="historicalunusuallooking",
                name="history_user",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="historicalunusuallooking",
                name="user",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="refusedlook",
                name="council",
                field=models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.council"
                ),
            ),
            migrations.AddField(
                model_name="refusedlook",
                name="user",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddConstraint(
                model_name="seal",
                constraint=models.UniqueConstraint(fields=("table", "previous"), name="one_seal_after_another"),
            ),
            migrations.AddField(
                model_name="unusuallooking",
                name="answered_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="unusuallooking",
                name="council",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.council"
                ),
            ),
            migrations.AddField(
                model_name="unusuallooking",
                name="user",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddIndex(
                model_name="refusedlook",
                index=models.Index(fields=["council", "at"], name="refused_looks_of_a_day"),
            ),
            migrations.AddConstraint(
                model_name="unusuallooking",
                constraint=models.UniqueConstraint(fields=("user", "on", "found"), name="asked_about_once"),
            ),
            migrations.AddConstraint(
                model_name="unusuallooking",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("answer", ""),
                        models.Q(models.Q(("note", ""), _negated=True), ("answered_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="an_answer_says_what_and_who",
                ),
            ),
        ]),
        migrations.AddIndex(
            model_name="consultation",
            index=models.Index(fields=["at"], name="looks_in_order"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["at"], name="entries_in_order"),
        ),
        migrations.RunPython(index_lists, forget_lists),
        add_only("cases_seal", "cases_refusedlook"),
        never_emptied(),
    ]
