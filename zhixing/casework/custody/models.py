"""Custody: exactly one desk holds a file at any moment (一1); it passes by a handoff that the receiver acknowledges."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ..cases.models import new_ref


class Custody(models.Model):
    """A desk holds a case's file from a moment until a moment. One open row per case: the database says so."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="custodies")
    desk = models.CharField("岗位组", max_length=20)
    since_at = models.DateTimeField("自")
    until_at = models.DateTimeField("至", null=True, blank=True)

    class Meta:
        db_table = "custody"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(until_at__isnull=True),
                name="one_holder_at_a_time",
                violation_error_message="卷宗同一时间只能在一个岗位组。",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("since_at")), name="custody_ends_after_it_begins"
            ),
        ]


class Handoff(models.Model):
    """A file offered from one desk to another, with its list of contents; accepted or refused once."""

    OFFERED, ACCEPTED, REFUSED = "offered", "accepted", "refused"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="handoffs")
    from_desk = models.CharField("移交", max_length=20)
    to_desk = models.CharField("接收", max_length=20)
    contents = models.JSONField("移交清单", default=list)
    state = models.CharField(
        "状态", max_length=10, default=OFFERED,
        choices=[(OFFERED, "待接收"), (ACCEPTED, "已接收"), (REFUSED, "已退回")],
    )  # fmt: skip
    offered_at = models.DateTimeField("移交时间")
    offered_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("退回理由", max_length=400, blank=True)

    class Meta:
        db_table = "handoff"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="offered"),
                name="one_open_handoff_per_case",
                violation_error_message="这个案件已有一次移交等待接收。",
            ),
            models.CheckConstraint(
                condition=~Q(from_desk=F("to_desk")),
                name="handoff_goes_to_another_desk",
                violation_error_message="不能移交给自己。",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", answered_at__isnull=True)
                | Q(state__in=["accepted", "refused"], answered_at__isnull=False),
                name="an_answered_handoff_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="a_refused_handoff_says_why",
                violation_error_message="退回时请写明理由。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["court", "to_desk", "offered_at"], name="handoff_waiting", condition=Q(state="offered")),
        ]
