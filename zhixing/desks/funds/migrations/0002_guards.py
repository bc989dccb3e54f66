"""Postings, lines and closed months only grow, balance and follow one another; payouts go their way: the database says so too (四(三)1)."""

from typing import ClassVar

from django.db import migrations

from zhixing.db.append_only import append_only
from zhixing.desks.funds.ledger.guards import ledger_guards, payout_guards

STEPS = [("requested", "checked"), ("checked", "approved"), ("approved", "sent"), ("sent", "confirmed"), ("sent", "returned"),
         ("confirmed", "returned"), ("requested", "cancelled"), ("checked", "cancelled"), ("approved", "cancelled")]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("funds", "0001_initial")]
    operations: ClassVar = [
        append_only("funds_posting", "funds_line", "funds_month", "funds_month_balance", "funds_accounting", "funds_payee_account", "funds_batch"),
        ledger_guards(), payout_guards(STEPS),
    ]  # fmt: skip
