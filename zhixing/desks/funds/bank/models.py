"""What was handed to the bank, what the bank said, and where the asking stands."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Handing(models.Model):
    """A batch on its way to the bank by the connection: waiting, taken or refused. Without a row the file is carried by hand."""

    WAITING, TAKEN, REFUSED = "waiting", "taken", "refused"
    STATES = ((WAITING, "待交付"), (TAKEN, "银行已受理"), (REFUSED, "银行拒收"))

    batch = models.OneToOneField("funds.Batch", models.PROTECT, related_name="handing")
    state = models.CharField("状态", max_length=10, choices=STATES, default=WAITING)
    tries = models.PositiveIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次", null=True, blank=True)
    proof = models.CharField("受理凭证", max_length=120, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)
    taken_at = models.DateTimeField("受理时间", null=True, blank=True)

    class Meta:
        db_table = "funds_bank_handing"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(state="taken") | Q(taken_at__isnull=False) & ~Q(proof=""), name="a_taken_batch_has_its_proof"),
        ]
        indexes: ClassVar = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="handing_due")]


class BankPush(models.Model):
    """A push as it came, rightly signed, before anything is made of it. Never changes. A nonce is used once (trust F7)."""

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    nonce = models.CharField("一次性编号", max_length=64)
    sha256 = models.CharField("指纹", max_length=64)
    content = models.TextField("内容")
    at = models.DateTimeField("收到时间")

    class Meta:
        db_table = "funds_bank_push"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "nonce"], name="a_bank_nonce_is_used_once")]


class BankMessage(models.Model):
    """What the bank said, as it came and what it led to. Never changes. A push is known by its own id: said again it is nothing new."""

    PUSH, ASKED = "push", "asked"

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    way = models.CharField("方式", max_length=5, choices=[(PUSH, "银行推送"), (ASKED, "查询")])
    ident = models.CharField("消息编号", max_length=80)
    sha256 = models.CharField("指纹", max_length=64)
    content = models.TextField("内容")
    outcome = models.JSONField("结果", default=dict)
    refused = models.PositiveIntegerField("未处理", default=0)
    at = models.DateTimeField("收到时间")

    class Meta:
        db_table = "funds_bank_message"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "ident"], name="a_bank_message_counts_once")]
        indexes: ClassVar = [models.Index(fields=["court", "-id"], name="bank_message_newest")]


class BankConnection(models.Model):
    """Where the asking for entries stands in a court, and how the connection is."""

    court = models.OneToOneField("casework.Court", models.PROTECT, related_name="+")
    place = models.CharField(max_length=80, blank=True)
    spoke_at = models.DateTimeField("最近联系", null=True, blank=True)
    failed_at = models.DateTimeField("最近失败", null=True, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        db_table = "funds_bank_contact"
