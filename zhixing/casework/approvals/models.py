"""Approvals: asked by one person, decided by another, once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ..cases.models import new_ref


class Approval(models.Model):
    """A request to allow an act (an event kind with its payload) on a case. Approving it records the event."""

    ASKED, APPROVED, DECLINED, WITHDRAWN = "asked", "approved", "declined", "withdrawn"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="approvals")
    matter = models.ForeignKey("casework.Matter", models.PROTECT, null=True, blank=True, related_name="approvals")
    kind = models.CharField("事项", max_length=60)
    payload = models.JSONField(default=dict)
    reason = models.CharField("理由", max_length=400)
    state = models.CharField(
        "状态", max_length=10, default=ASKED,
        choices=[(ASKED, "待审批"), (APPROVED, "已批准"), (DECLINED, "不批准"), (WITHDRAWN, "已撤回")],
    )  # fmt: skip
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField("审批意见", max_length=400, blank=True)

    class Meta:
        db_table = "approval"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")) | Q(state="withdrawn"),
                name="nobody_approves_their_own_request",
                violation_error_message="不能审批自己提出的申请。",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True)
                | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="a_decided_approval_says_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["court", "asked_at"], name="approval_waiting", condition=Q(state="asked"))]
