"""What the bank said and what was signed never changes: the database says so too (四(三)1)."""

from typing import ClassVar

from django.db import migrations

from zhixing.db.append_only import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("reconciling", "0001_initial"), ("casework", "0001_initial")]
    operations: ClassVar = [append_only("funds_bank_line", "funds_reconciliation", "funds_reconciliation_signature")]
