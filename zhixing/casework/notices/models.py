"""Notices: an outbox per person and channel. Rows are written with the event, sent after commit, never twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one recipient over one channel. `key` is what the gateway is given, so that a repeat is harmless."""

    PENDING, SENDING, SENT, DELIVERED, FAILED, HELD = "pending", "sending", "sent", "delivered", "failed", "held"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="notices")
    matter = models.ForeignKey("casework.Matter", models.PROTECT, null=True, blank=True, related_name="notices")
    key = models.CharField(max_length=120, unique=True)
    disclosure = models.CharField("依据", max_length=60)
    seq = models.BigIntegerField("日志序号")
    recipient = models.CharField("对象", max_length=30)
    to_person = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="notices")
    to_desk = models.CharField(max_length=20, blank=True)
    channel = models.CharField("渠道", max_length=12)
    text = models.TextField("内容", blank=True)
    state = models.CharField(
        "状态", max_length=10, default=PENDING,
        choices=[(PENDING, "待发"), (SENDING, "发送中"), (SENT, "已发"), (DELIVERED, "已送达"), (FAILED, "失败"), (HELD, "暂缓")],
    )  # fmt: skip
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField("产生时间")
    next_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField("已读", null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "notice"
        indexes: ClassVar = [
            models.Index(fields=["state", "next_at"], name="notice_waiting", condition=Q(state__in=["pending", "sending"])),
            models.Index(fields=["case", "-id"], name="notice_case", condition=Q(case__isnull=False)),
            models.Index(fields=["court", "to_desk", "-id"], name="notice_unread", condition=Q(to_desk__gt="", read_at__isnull=True)),
        ]
