"""A reception paper is never written over: a correction is the next version (三(一)3)."""

from django.db import migrations

from zhixing.db.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [append_only("reception")]
