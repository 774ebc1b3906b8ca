"""What was written here is never changed: the database refuses."""

from django.db import migrations

from cases.add_only import add_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("cases", "0002_add_only")]

    operations = [add_only("orders_hoursline")]
