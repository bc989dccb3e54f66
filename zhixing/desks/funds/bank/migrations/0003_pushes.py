"""A push is stored as it came, before anything is made of it, and its nonce is used once (trust F7)."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from zhixing.db.append_only import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("casework", "0008_scan_added_by_an_interface"), ("bank", "0002_guards")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="BankPush",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=64, verbose_name="一次性编号")),
                ("sha256", models.CharField(max_length=64, verbose_name="指纹")),
                ("content", models.TextField(verbose_name="内容")),
                ("at", models.DateTimeField(verbose_name="收到时间")),
                ("court", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.court")),
            ],
            options={
                "db_table": "funds_bank_push",
                "constraints": [models.UniqueConstraint(fields=("court", "nonce"), name="a_bank_nonce_is_used_once")],
            },
        ),
        append_only("funds_bank_push"),
    ]
