"""What was printed, closed or noted never changes; what is explained or handed on stays so: the database says so too (四(三)1)."""

from typing import ClassVar

from django.db import migrations

from zhixing.db.append_only import append_only
from zhixing.db.final_states import final_states


class Migration(migrations.Migration):
    dependencies: ClassVar = [("fundreports", "0001_initial"), ("casework", "0001_initial")]
    operations: ClassVar = [
        append_only("funds_money_paper", "funds_party_statement", "funds_month_report", "funds_finding_note"),
        final_states("funds_finding", ("explained", "handed")),
    ]  # fmt: skip
