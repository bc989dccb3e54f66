"""The court's account for deposits (提存款) and its two purposes: words only, the tables stay as they are (四(三)2(2))."""

from django.db import migrations, models

KINDS = [("case", "案件"), ("suspense", "待认领"), ("fees", "执行费用"), ("deposit", "提存款"), ("in_transit", "付款在途"), ("bank", "银行存款"), ("on_site", "现场交付")]
PURPOSES = [
    ("received", "案款到账"), ("unclaimed", "总账号来款"), ("claimed", "认领入案"), ("fee", "费用结算"), ("deposited", "提存"), ("released", "提存款领取"),
    ("sent", "提交付款"), ("confirmed", "付款成功"), ("returned", "付款退回"), ("on_site", "现场交付补录"), ("reversal", "冲正"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_corrections")]
    operations = [
        migrations.AlterField("ledgeraccount", "kind", models.CharField(choices=KINDS, max_length=12, verbose_name="种类")),
        migrations.AlterField("posting", "purpose", models.CharField(choices=PURPOSES, max_length=12, verbose_name="用途")),
    ]
