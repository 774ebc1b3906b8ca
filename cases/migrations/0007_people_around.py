"""How a person is reached, who stands around them, and what victims said."""

import cases.models.base
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from cases.new_tables import NewTables


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_handover'),
    ]

    operations = [
        NewTables([
            migrations.CreateModel(
                name='HistoricalAssociate',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('name', models.CharField(max_length=150)),
                    ('relation', models.CharField(choices=[('partner', 'Partner'), ('former_partner', 'Former partner'), ('parent', 'Parent'), ('child', 'Child'), ('sibling', 'Brother or sister'), ('other_relative', 'Other relative'), ('friend', 'Friend'), ('employer', 'Employer'), ('gp', 'GP'), ('health_worker', 'Health worker'), ('social_worker', 'Social worker'), ('solicitor', 'Solicitor'), ('support_worker', 'Support worker'), ('housing', 'Housing'), ('police', 'Police'), ('other', 'Other')], max_length=20)),
                    ('organisation', models.CharField(blank=True, max_length=150)),
                    ('telephone', models.CharField(blank=True, max_length=50)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('lives_with', models.BooleanField(default=False)),
                    ('from_on', models.DateField(blank=True, null=True)),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.person')),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical associate',
                    'verbose_name_plural': 'historical associates',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalContactPoint',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('kind', models.CharField(choices=[('mobile', 'Mobile'), ('landline', 'Landline'), ('email', 'Email')], max_length=10)),
                    ('value', models.CharField(max_length=254)),
                    ('note', models.CharField(blank=True, max_length=300)),
                    ('preferred', models.BooleanField(default=False)),
                    ('reminders', models.BooleanField(default=False)),
                    ('agreed_on', models.DateField(blank=True, null=True)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.person')),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical contact point',
                    'verbose_name_plural': 'historical contact points',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalVictimInformation',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('name', models.CharField(max_length=150)),
                    ('relationship', models.CharField(blank=True, max_length=100)),
                    ('wishes', models.TextField(blank=True, max_length=2000)),
                    ('safety', models.TextField(blank=True, max_length=2000)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical victim information',
                    'verbose_name_plural': 'historical victim information',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalVictimReader',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('reason', models.CharField(max_length=300)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical victim reader',
                    'verbose_name_plural': 'historical victim readers',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Associate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('name', models.CharField(max_length=150)),
                    ('relation', models.CharField(choices=[('partner', 'Partner'), ('former_partner', 'Former partner'), ('parent', 'Parent'), ('child', 'Child'), ('sibling', 'Brother or sister'), ('other_relative', 'Other relative'), ('friend', 'Friend'), ('employer', 'Employer'), ('gp', 'GP'), ('health_worker', 'Health worker'), ('social_worker', 'Social worker'), ('solicitor', 'Solicitor'), ('support_worker', 'Support worker'), ('housing', 'Housing'), ('police', 'Police'), ('other', 'Other')], max_length=20)),
                    ('organisation', models.CharField(blank=True, max_length=150)),
                    ('telephone', models.CharField(blank=True, max_length=50)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('lives_with', models.BooleanField(default=False)),
                    ('from_on', models.DateField(blank=True, null=True)),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='associates', to='cases.person')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': (models.OrderBy(models.F('to_on'), descending=True, nulls_first=True), 'name', 'pk'),
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on', None), ('from_on', None), ('to_on__gte', models.F('from_on')), _connector='OR'), name='associate_ends_after_it_begins')],
                },
            ),
            migrations.CreateModel(
                name='ContactPoint',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('kind', models.CharField(choices=[('mobile', 'Mobile'), ('landline', 'Landline'), ('email', 'Email')], max_length=10)),
                    ('value', models.CharField(max_length=254)),
                    ('note', models.CharField(blank=True, max_length=300)),
                    ('preferred', models.BooleanField(default=False)),
                    ('reminders', models.BooleanField(default=False)),
                    ('agreed_on', models.DateField(blank=True, null=True)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_points', to='cases.person')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': (models.OrderBy(models.F('to_on'), descending=True, nulls_first=True), '-preferred', '-from_on', '-pk'),
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on', None), ('from_on', None), ('to_on__gte', models.F('from_on')), _connector='OR'), name='contact_point_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_on', None), ('reminders', False)), models.Q(('agreed_on__isnull', False), ('kind__in', ('mobile', 'email')), ('reminders', True)), _connector='OR'), name='reminders_only_where_agreed'), models.UniqueConstraint(condition=models.Q(('preferred', True), ('to_on', None)), fields=('person',), name='one_preferred_contact_point')],
                },
            ),
            migrations.CreateModel(
                name='VictimInformation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('name', models.CharField(max_length=150)),
                    ('relationship', models.CharField(blank=True, max_length=100)),
                    ('wishes', models.TextField(blank=True, max_length=2000)),
                    ('safety', models.TextField(blank=True, max_length=2000)),
                    ('from_on', models.DateField()),
                    ('to_on', models.DateField(blank=True, null=True)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='victims', to='cases.case')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'victim information',
                    'ordering': (models.OrderBy(models.F('to_on'), descending=True, nulls_first=True), 'from_on', 'pk'),
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on', None), ('from_on', None), ('to_on__gte', models.F('from_on')), _connector='OR'), name='victim_information_ends_after_it_begins')],
                },
            ),
            migrations.CreateModel(
                name='VictimReader',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('reason', models.CharField(max_length=300)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='victim_readers', to='cases.case')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('case', 'user'), name='named_once_for_a_cases_victims')],
                },
            ),
        ]),
    ]
