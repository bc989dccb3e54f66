"""What the bank said stays as it was said (trust T4)."""

from typing import ClassVar

from django.db import migrations

from zhixing.db.append_only import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bank", "0001_initial")]
    operations: ClassVar = [append_only("funds_bank_message")]
