"""What was shared, told, held and paid never changes; plans and deposits end once: the database says so too (二(四)1(5))."""

from typing import ClassVar

from django.db import migrations

from zhixing.db.append_only import append_only
from zhixing.db.final_states import final_states
from zhixing.desks.funds.distribution.guards import plan_guards


class Migration(migrations.Migration):
    dependencies: ClassVar = [("distribution", "0001_initial"), ("casework", "0001_initial")]
    operations: ClassVar = [
        append_only("distribution_part", "distribution_claim", "distribution_held", "distribution_payout", "distribution_paper", "distribution_unclaimed_step"),
        final_states("distribution_plan", ("replaced", "withdrawn")),
        final_states("distribution_deposit", ("released", "undone", "refused")),
        final_states("distribution_objection", ("withdrawn", "lapsed", "dismissed")),
        plan_guards(),
    ]  # fmt: skip
