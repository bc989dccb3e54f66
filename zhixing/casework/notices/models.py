"""Notices: an outbox per person and channel. Rows are written with the event, sent after commit, never twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one recipient over one channel.

    The event writes it with recipient and channel as the regulation names them; `letters.make_up` then fixes person, address
    and text (a role with three persons becomes three rows). From then on the gateway is always given the same `key`,
    address and text, so that a repeat is harmless. `handed_at` is when it was last given to the channel (limits count it),
    `accepted_at` when the channel took it, `proof` and `receipt` what the channel said. FINAL states never change: the database refuses.
    """

    PENDING, SENDING, SENT, DELIVERED, FAILED, HELD, CANCELLED = (
        "pending", "sending", "sent", "delivered", "failed", "held", "cancelled")  # fmt: skip
    WAITING, FINAL = (PENDING, SENDING), (DELIVERED, FAILED, CANCELLED)
    STATES: ClassVar = {PENDING: "待发", SENDING: "发送中", SENT: "已发", DELIVERED: "已送达", FAILED: "失败", HELD: "暂缓",
                        CANCELLED: "不再发送"}  # fmt: skip

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
    state = models.CharField("状态", max_length=10, default=PENDING, choices=list(STATES.items()))
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField("产生时间")
    next_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField("已读", null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="notices", db_index=False)
    address = models.CharField("地址", max_length=120, blank=True, default="", db_default="")
    gateway_key = models.CharField(max_length=120, blank=True, default="", db_default="")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    handed_at = models.DateTimeField("最近交付网关", null=True, blank=True)
    accepted_at = models.DateTimeField("网关接收", null=True, blank=True)
    proof = models.CharField("凭据", max_length=200, blank=True, default="", db_default="")
    receipt = models.CharField("回执", max_length=60, blank=True, default="", db_default="")
    simulated = models.BooleanField("模拟", default=False, db_default=False)
    resent_from = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="resent_as")

    class Meta:
        db_table = "notice"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "sent", "delivered", "failed", "held", "cancelled"]),
                name="notice_state_is_known", violation_error_message="没有这种告知状态。",
            ),
            models.UniqueConstraint(
                fields=["channel", "address"], condition=Q(state="sending", address__gt=""), name="one_notice_in_flight_per_address",
                violation_error_message="这个号码还有一条正在发送。",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(handed_at__isnull=False, next_at__isnull=False), name="what_is_sent_counts_and_expires",
                violation_error_message="发送中的告知必须有交付时间和租约期限。",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["channel", "next_at", "id"], name="notice_due",
                         condition=Q(state__in=["pending", "sending"]) & Q(address__gt="")),
            models.Index(fields=["case", "-id"], name="notice_case", condition=Q(case__isnull=False)),
            models.Index(fields=["court", "to_desk", "-id"], name="notice_unread", condition=Q(to_desk__gt="", read_at__isnull=True)),
            models.Index(fields=["court", "seq", "id"], name="notice_unaddressed", condition=Q(state="pending", address="")),
            models.Index(fields=["channel", "address", "seq", "id"], name="notice_order",
                         condition=Q(state__in=["pending", "sending"]) & Q(address__gt="")),
            models.Index(fields=["channel", "address", "handed_at"], name="notice_handed", condition=Q(handed_at__isnull=False)),
            models.Index(fields=["gateway_key"], name="notice_gateway_key", condition=Q(gateway_key__gt="")),
            models.Index(fields=["court", "state", "-id"], name="notice_troubled", condition=Q(state__in=["failed", "held"])),
            models.Index(fields=["court", "-id"], name="notice_silent", condition=Q(state="sent", error__gt="")),
            models.Index(fields=["party"], name="notice_party", condition=Q(party__isnull=False)),
        ]  # fmt: skip

    @property
    def sent_key(self) -> str:
        """The key that the gateway is given."""
        return self.gateway_key or self.key


class Lane(models.Model):
    """One address of one channel. Whoever claims a message to it locks this row: limits and order are per address."""

    channel = models.CharField(max_length=12)
    address = models.CharField(max_length=120)

    class Meta:
        db_table = "notice_lane"
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "address"], name="one_lane_per_address")]


class Gateway(models.Model):
    """How a channel is doing: failures in a row and since when, when to try it again, how far its receipts were read."""

    channel = models.CharField("渠道", max_length=12, unique=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    failing_since = models.DateTimeField("中断自", null=True, blank=True)
    probe_at = models.DateTimeField("下次试探", null=True, blank=True)
    last_ok_at = models.DateTimeField("最近成功", null=True, blank=True)
    last_error = models.CharField("最近的错误", max_length=200, blank=True)
    cursor = models.CharField("回执读到", max_length=80, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        db_table = "notice_gateway"


class Contact(models.Model):
    """An address of a party besides the telephone number of the file: an e-mail address or a WeChat id."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    party = models.ForeignKey("casework.Party", models.PROTECT, related_name="contacts")
    channel = models.CharField("渠道", max_length=12)
    address = models.CharField("地址", max_length=120)
    registered_at = models.DateTimeField("登记时间")
    registered_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "notice_contact"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "channel"], name="one_contact_per_party_and_channel",
                                    violation_error_message="这个当事人已经登记过这种联系方式。"),
            models.CheckConstraint(condition=~Q(address=""), name="a_contact_has_an_address",
                                   violation_error_message="请填写地址。"),
        ]  # fmt: skip
