"""Absences and their decisions, formal warnings, steps set aside, and a council's own steps."""

import cases.models.base
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from cases.add_only import add_only
from cases.new_tables import NewTables


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_add_only'),
        ('orders', '0003_appointments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='breach',
            name='skipped_because',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='historicalbreach',
            name='skipped_because',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AlterField(
            model_name='attendance',
            name='outcome',
            field=models.CharField(choices=[('attended', 'Attended'), ('absent', 'Did not attend'), ('acceptable_absence', 'Acceptable absence'), ('unacceptable_absence', 'Unacceptable absence'), ('sent_home_by_service', 'Sent home by the service'), ('recorded_in_error', 'Recorded in error')], max_length=30),
        ),
        migrations.AlterField(
            model_name='historicalattendance',
            name='outcome',
            field=models.CharField(choices=[('attended', 'Attended'), ('absent', 'Did not attend'), ('acceptable_absence', 'Acceptable absence'), ('unacceptable_absence', 'Unacceptable absence'), ('sent_home_by_service', 'Sent home by the service'), ('recorded_in_error', 'Recorded in error')], max_length=30),
        ),
        NewTables([
            migrations.CreateModel(
                name='FormalWarning',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('step', models.CharField(max_length=30)),
                    ('issued_on', models.DateField()),
                    ('failures', models.JSONField(default=list)),
                    ('rule', models.CharField(max_length=500)),
                    ('sent_to', models.TextField(blank=True, max_length=800)),
                    ('letter', models.TextField(max_length=5000)),
                    ('next_appointment', models.CharField(blank=True, max_length=200)),
                    ('skipped_because', models.CharField(blank=True, max_length=500)),
                    ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='orders.order')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-issued_on', '-pk'),
                },
            ),
            migrations.CreateModel(
                name='HistoricalAbsence',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('on', models.DateField()),
                    ('learned_on', models.DateField()),
                    ('decision', models.CharField(blank=True, choices=[('acceptable', 'Acceptable'), ('unacceptable', 'Not acceptable')], max_length=20)),
                    ('evidence', models.CharField(blank=True, choices=[('medical_note', 'Medical note or certificate'), ('employer', 'Letter or rota from an employer'), ('court_or_custody', 'Court or custody record'), ('family_emergency', 'Evidence of a family emergency'), ('appointment', 'Letter or card of another appointment'), ('religious_observance', 'Religious observance'), ('other', 'Other evidence'), ('none_seen', 'None seen')], max_length=30)),
                    ('reason', models.TextField(blank=True, max_length=2000)),
                    ('decided_on', models.DateField(blank=True, null=True)),
                    ('changed_on', models.DateField(blank=True, null=True)),
                    ('withdrawn_because', models.CharField(blank=True, max_length=300)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('attendance', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.attendance')),
                    ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.contact')),
                    ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.order')),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical absence',
                    'verbose_name_plural': 'historical absences',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalLocalStep',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('step', models.CharField(max_length=30)),
                    ('in_force_from', models.DateField()),
                    ('failures', models.PositiveSmallIntegerField()),
                    ('counted_since', models.CharField(choices=[('step_before', 'Since the step before'), ('order', 'Since the order was imposed')], max_length=20)),
                    ('source', models.CharField(max_length=200)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('council', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.council')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical local step',
                    'verbose_name_plural': 'historical local steps',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalSetAside',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('step', models.CharField(max_length=30)),
                    ('on', models.DateField()),
                    ('failures', models.JSONField(default=list)),
                    ('code', models.CharField(choices=[('circumstances', "The person's circumstances"), ('risk', 'It would raise the risk of harm'), ('dealt_with', 'Dealt with in another way'), ('evidence_awaited', 'Evidence is still to come'), ('warned_before', 'Warned already, outside this record'), ('other', 'Another reason')], max_length=20)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.order')),
                    ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical set aside',
                    'verbose_name_plural': 'historical steps set aside',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='SetAside',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('step', models.CharField(max_length=30)),
                    ('on', models.DateField()),
                    ('failures', models.JSONField(default=list)),
                    ('code', models.CharField(choices=[('circumstances', "The person's circumstances"), ('risk', 'It would raise the risk of harm'), ('dealt_with', 'Dealt with in another way'), ('evidence_awaited', 'Evidence is still to come'), ('warned_before', 'Warned already, outside this record'), ('other', 'Another reason')], max_length=20)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps_set_aside', to='orders.order')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'steps set aside',
                    'ordering': ('-on', '-pk'),
                },
            ),
            migrations.CreateModel(
                name='Absence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('on', models.DateField()),
                    ('learned_on', models.DateField()),
                    ('decision', models.CharField(blank=True, choices=[('acceptable', 'Acceptable'), ('unacceptable', 'Not acceptable')], max_length=20)),
                    ('evidence', models.CharField(blank=True, choices=[('medical_note', 'Medical note or certificate'), ('employer', 'Letter or rota from an employer'), ('court_or_custody', 'Court or custody record'), ('family_emergency', 'Evidence of a family emergency'), ('appointment', 'Letter or card of another appointment'), ('religious_observance', 'Religious observance'), ('other', 'Other evidence'), ('none_seen', 'None seen')], max_length=30)),
                    ('reason', models.TextField(blank=True, max_length=2000)),
                    ('decided_on', models.DateField(blank=True, null=True)),
                    ('changed_on', models.DateField(blank=True, null=True)),
                    ('withdrawn_because', models.CharField(blank=True, max_length=300)),
                    ('attendance', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absence', to='orders.attendance')),
                    ('contact', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absence', to='orders.contact')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='orders.order')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-on', '-pk'),
                    'indexes': [models.Index(condition=models.Q(('decision', ''), ('withdrawn_because', '')), fields=['order'], name='absences_to_decide')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('attendance', None), ('contact__isnull', False)), models.Q(('attendance__isnull', False), ('contact', None)), _connector='OR'), name='absence_of_a_contact_or_a_session'), models.CheckConstraint(condition=models.Q(models.Q(('decided_on', None), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_on__isnull', False)), _connector='OR'), name='decided_absence_has_a_decision_and_a_date')],
                },
            ),
            migrations.CreateModel(
                name='LocalStep',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('step', models.CharField(max_length=30)),
                    ('in_force_from', models.DateField()),
                    ('failures', models.PositiveSmallIntegerField()),
                    ('counted_since', models.CharField(choices=[('step_before', 'Since the step before'), ('order', 'Since the order was imposed')], max_length=20)),
                    ('source', models.CharField(max_length=200)),
                    ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='compliance_steps', to='cases.council')),
                    ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('step', 'in_force_from'),
                    'constraints': [models.UniqueConstraint(fields=('council', 'step', 'in_force_from'), name='one_local_step_per_step_and_day')],
                },
            ),
        ]),
        add_only('orders_formalwarning'),
    ]
