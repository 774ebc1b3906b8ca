"""What was written here is never changed: the database refuses."""

from django.db import migrations

from cases.add_only import add_only


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [add_only("cases_entry", "cases_consultation")]
