"""The journal and the access trail can only grow."""

from django.db import migrations

from zhixing.db.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [append_only("journal_entry", "access_entry")]
