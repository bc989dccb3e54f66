"""An attempt at service and what the post said are never written over (三(三)2)."""

from django.db import migrations

from zhixing.db.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("offline", "0001_initial")]
    operations = [append_only("delivery_attempt", "letter_message")]
