"""Hours, cover and handovers."""

import cases.models.base
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from cases.new_tables import NewTables


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_search'),
    ]

    operations = [
        NewTables([
            migrations.CreateModel(
                name='Handover',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('on', models.DateField()),
                    ('reason', models.CharField(max_length=300)),
                    ('undone_on', models.DateField(blank=True, null=True)),
                    ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='cases.council')),
                    ('leaver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-recorded_at', '-pk'),
                },
            ),
            migrations.CreateModel(
                name='HandoverLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('subject', models.CharField(blank=True, max_length=60)),
                    ('note', models.TextField(blank=True, max_length=2000)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handover_lines', to='cases.case')),
                    ('from_allocation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.allocation')),
                    ('handover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='cases.handover')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('to_allocation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.allocation')),
                ],
                options={
                    'ordering': ('pk',),
                },
            ),
            migrations.CreateModel(
                name='HistoricalAvailability',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('weekly_hours', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                    ('reduction_percent', models.PositiveSmallIntegerField(default=0)),
                    ('reason', models.CharField(choices=[('part_time', 'Part time'), ('newly_qualified', 'Newly qualified'), ('phased_return', 'Phased return'), ('leave', 'Leave or absence'), ('union_duties', 'Union duties'), ('court_duty', 'Court duty'), ('training', 'Training or study'), ('other_work', 'Other work for the service')], max_length=20)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical availability',
                    'verbose_name_plural': 'historical availability',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalCover',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField()),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('reason', models.CharField(blank=True, max_length=300)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('worker', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical cover',
                    'verbose_name_plural': 'historical covers',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalHandover',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('on', models.DateField()),
                    ('reason', models.CharField(max_length=300)),
                    ('undone_on', models.DateField(blank=True, null=True)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('council', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.council')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('leaver', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('undone_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical handover',
                    'verbose_name_plural': 'historical handovers',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalHandoverLine',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('subject', models.CharField(blank=True, max_length=60)),
                    ('note', models.TextField(blank=True, max_length=2000)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
                    ('from_allocation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.allocation')),
                    ('handover', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.handover')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('to_allocation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.allocation')),
                ],
                options={
                    'verbose_name': 'historical handover line',
                    'verbose_name_plural': 'historical handover lines',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Availability',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('weekly_hours', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                    ('reduction_percent', models.PositiveSmallIntegerField(default=0)),
                    ('reason', models.CharField(choices=[('part_time', 'Part time'), ('newly_qualified', 'Newly qualified'), ('phased_return', 'Phased return'), ('leave', 'Leave or absence'), ('union_duties', 'Union duties'), ('court_duty', 'Court duty'), ('training', 'Training or study'), ('other_work', 'Other work for the service')], max_length=20)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='availability', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'availability',
                    'ordering': ('from_on', 'pk'),
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on', None), ('to_on__gte', models.F('from_on')), _connector='OR'), name='availability_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('reduction_percent__lte', 100)), name='no_more_than_the_whole_week'), models.CheckConstraint(condition=models.Q(('weekly_hours', None), models.Q(('weekly_hours__gt', 0), ('weekly_hours__lte', 60)), _connector='OR'), name='weekly_hours_of_one_person'), models.CheckConstraint(condition=models.Q(('weekly_hours__isnull', False), ('reduction_percent__gt', 0), _connector='OR'), name='availability_says_hours_or_a_reduction')],
                },
            ),
            migrations.CreateModel(
                name='Cover',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField()),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('reason', models.CharField(blank=True, max_length=300)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covering', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covered', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('from_on', 'pk'),
                    'indexes': [models.Index(fields=['by', 'to_on'], name='cover_by_who_covers')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on__gte', models.F('from_on'))), name='cover_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('worker', models.F('by')), _negated=True), name='nobody_covers_for_themselves')],
                },
            ),
            migrations.AddConstraint(
                model_name='handover',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_by', None), ('undone_on', None)), models.Q(('undone_by__isnull', False), ('undone_on__isnull', False)), _connector='OR'), name='an_undone_handover_says_by_whom'),
            ),
            migrations.AddConstraint(
                model_name='handoverline',
                constraint=models.UniqueConstraint(fields=('handover', 'case', 'subject'), name='one_line_per_subject_of_a_handover'),
            ),
        ]),
    ]
