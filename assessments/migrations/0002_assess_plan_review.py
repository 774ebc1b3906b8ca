"""The answers of an LS/CMI and its corrections; plans in versions, with goals, steps and progress."""

import cases.models.base
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0001_initial'),
        ('orders', '0005_appointments_follow_the_case'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Countersignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('signed_on', models.DateField()),
                ('comment', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('need', models.CharField(max_length=30)),
                ('words', models.CharField(max_length=1000)),
                ('measure', models.CharField(blank=True, max_length=500)),
                ('by', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='GoalProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('on', models.DateField()),
                ('status', models.CharField(choices=[('not_started', 'Not started'), ('under_way', 'Under way'), ('achieved', 'Achieved'), ('set_back', 'Set back'), ('no_longer', 'No longer needed')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=1000)),
            ],
            options={
                'verbose_name_plural': 'progress of goals',
                'ordering': ('on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalCountersignature',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('signed_on', models.DateField()),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical countersignature',
                'verbose_name_plural': 'historical countersignatures',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGoal',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('need', models.CharField(max_length=30)),
                ('words', models.CharField(max_length=1000)),
                ('measure', models.CharField(blank=True, max_length=500)),
                ('by', models.DateField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical goal',
                'verbose_name_plural': 'historical goals',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGoalProgress',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('on', models.DateField()),
                ('status', models.CharField(choices=[('not_started', 'Not started'), ('under_way', 'Under way'), ('achieved', 'Achieved'), ('set_back', 'Set back'), ('no_longer', 'No longer needed')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical goal progress',
                'verbose_name_plural': 'historical progress of goals',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPlanReturn',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('returned_on', models.DateField()),
                ('comments', models.TextField(max_length=5000)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical plan return',
                'verbose_name_plural': 'historical plan returns',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStep',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('entry', models.UUIDField(db_index=True, default=cases.models.base.entry_in_progress, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('action', models.CharField(max_length=1000)),
                ('who', models.CharField(choices=[('person', 'The person'), ('worker', 'The caseworker'), ('partner', 'A partner organisation'), ('manager', 'The manager')], max_length=20)),
                ('by', models.DateField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical step',
                'verbose_name_plural': 'historical steps',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PlanReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('returned_on', models.DateField()),
                ('comments', models.TextField(max_length=5000)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('action', models.CharField(max_length=1000)),
                ('who', models.CharField(choices=[('person', 'The person'), ('worker', 'The caseworker'), ('partner', 'A partner organisation'), ('manager', 'The manager')], max_length=20)),
                ('by', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.AddField(
            model_name='assessment',
            name='answers',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='assessment',
            name='corrects',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='assessment',
            name='override_kind',
            field=models.CharField(blank=True, choices=[('client_based', 'Professional judgement about the person'), ('administrative', 'Policy or administrative rule')], max_length=20),
        ),
        migrations.AddField(
            model_name='assessment',
            name='reason',
            field=models.CharField(blank=True, choices=[('court_report', 'For a court report'), ('initial', 'At the start of the order'), ('review', 'For a review, or after a change'), ('transfer', 'At a transfer between areas'), ('closure', 'At the end of the order')], max_length=20),
        ),
        migrations.AddField(
            model_name='assessment',
            name='strengths',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='historicalassessment',
            name='answers',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='historicalassessment',
            name='corrects',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='historicalassessment',
            name='override_kind',
            field=models.CharField(blank=True, choices=[('client_based', 'Professional judgement about the person'), ('administrative', 'Policy or administrative rule')], max_length=20),
        ),
        migrations.AddField(
            model_name='historicalassessment',
            name='reason',
            field=models.CharField(blank=True, choices=[('court_report', 'For a court report'), ('initial', 'At the start of the order'), ('review', 'For a review, or after a change'), ('transfer', 'At a transfer between areas'), ('closure', 'At the end of the order')], max_length=20),
        ),
        migrations.AddField(
            model_name='historicalassessment',
            name='strengths',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='agreement',
            field=models.CharField(blank=True, choices=[('yes', 'The person agrees with the plan'), ('no', 'The person does not agree'), ('could_not', 'The person could not be asked, or could not answer')], max_length=20),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='agreement_reason',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='based_on',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='contingency',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='discussed_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='persons_views',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='strengths',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='submitted_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='submitted_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='historicalplan',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='plan',
            name='agreement',
            field=models.CharField(blank=True, choices=[('yes', 'The person agrees with the plan'), ('no', 'The person does not agree'), ('could_not', 'The person could not be asked, or could not answer')], max_length=20),
        ),
        migrations.AddField(
            model_name='plan',
            name='agreement_reason',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name='plan',
            name='based_on',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='plan',
            name='contingency',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='plan',
            name='discussed_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='plan',
            name='persons_views',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='plan',
            name='strengths',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='plan',
            name='submitted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='plan',
            name='submitted_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='plan',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='assessment',
            name='tool',
            field=models.CharField(choices=[('ls_cmi', 'LS/CMI'), ('lsi_r_sv', 'LSI-R:SV'), ('rosh', 'Risk of serious harm'), ('sara', 'SARA'), ('rm2000', 'Risk Matrix 2000'), ('stable_2007', 'Stable 2007'), ('acute_2007', 'Acute 2007'), ('yls_cmi', 'YLS/CMI'), ('crime_pics_ii', 'Crime-PICS II'), ('outcome_star', 'Outcome Star')], max_length=20),
        ),
        migrations.AlterField(
            model_name='historicalassessment',
            name='tool',
            field=models.CharField(choices=[('ls_cmi', 'LS/CMI'), ('lsi_r_sv', 'LSI-R:SV'), ('rosh', 'Risk of serious harm'), ('sara', 'SARA'), ('rm2000', 'Risk Matrix 2000'), ('stable_2007', 'Stable 2007'), ('acute_2007', 'Acute 2007'), ('yls_cmi', 'YLS/CMI'), ('crime_pics_ii', 'Crime-PICS II'), ('outcome_star', 'Outcome Star')], max_length=20),
        ),
        migrations.AlterField(
            model_name='historicalplan',
            name='approved_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='plan',
            name='approved_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('approved_on', None)), fields=('order',), name='one_plan_of_an_order_is_being_written'),
        ),
        migrations.AddField(
            model_name='countersignature',
            name='assessment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='countersignature', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='countersignature',
            name='recorded_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='goal',
            name='continues',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='continued_by', to='assessments.goal'),
        ),
        migrations.AddField(
            model_name='goal',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='assessments.plan'),
        ),
        migrations.AddField(
            model_name='goal',
            name='recorded_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='goalprogress',
            name='goal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progress', to='assessments.goal'),
        ),
        migrations.AddField(
            model_name='goalprogress',
            name='recorded_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcountersignature',
            name='assessment',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='historicalcountersignature',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcountersignature',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgoal',
            name='continues',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.goal'),
        ),
        migrations.AddField(
            model_name='historicalgoal',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgoal',
            name='plan',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.plan'),
        ),
        migrations.AddField(
            model_name='historicalgoal',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgoalprogress',
            name='goal',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.goal'),
        ),
        migrations.AddField(
            model_name='historicalgoalprogress',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalgoalprogress',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalplanreturn',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalplanreturn',
            name='plan',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.plan'),
        ),
        migrations.AddField(
            model_name='historicalplanreturn',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalstep',
            name='goal',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assessments.goal'),
        ),
        migrations.AddField(
            model_name='historicalstep',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalstep',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='planreturn',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='assessments.plan'),
        ),
        migrations.AddField(
            model_name='planreturn',
            name='recorded_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='step',
            name='goal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='assessments.goal'),
        ),
        migrations.AddField(
            model_name='step',
            name='recorded_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
