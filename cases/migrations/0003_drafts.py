"""What is typed into a form and not sent yet."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_add_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=200)),
                ('query', models.CharField(blank=True, max_length=300)),
                ('stamp', models.UUIDField()),
                ('turn', models.PositiveIntegerField(default=0)),
                ('data', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'path'], name='drafts_of_a_form')],
                'constraints': [models.UniqueConstraint(fields=('user', 'stamp'), name='one_draft_per_opening')],
            },
        ),
    ]
