"""What came in: money on a case's own account, on the court's general account, or handed over on the spot (四(三)1, 四(三)3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhixing.casework.cases.models import new_ref


class Receipt(models.Model):
    """One sum that came in. Money on a case's own account is `booked` at once; money on the general account waits in suspense:
    arrived → identified → claimed → booked, claimed and booked by two people. `on_site` money waits to be booked afterwards.

    `receipt_no` (流水号) is what the clocks of the regulation are counted by; it is never used twice in a court.
    """

    OWN, GENERAL, ON_SITE = "一案一账号", "总账号", "现场交付补录"
    ARRIVED, IDENTIFIED, CLAIMED, HANDED, BOOKED, WITHDRAWN = "arrived", "identified", "claimed", "handed", "booked", "withdrawn"
    STATES = ((ARRIVED, "待辨认"), (IDENTIFIED, "待认领"), (CLAIMED, "待确认入案"), (HANDED, "待补录"), (BOOKED, "已入案"), (WITHDRAWN, "已冲正"))
    WAITING = (ARRIVED, IDENTIFIED, CLAIMED)

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    receipt_no = models.CharField("流水号", max_length=60)
    channel = models.CharField("渠道", max_length=10, choices=[(c, c) for c in (OWN, GENERAL, ON_SITE)])
    state = models.CharField("状态", max_length=10, choices=STATES)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="receipts")
    matter = models.OneToOneField("casework.Matter", models.PROTECT, null=True, blank=True, related_name="receipt")
    amount_fen = models.BigIntegerField("金额（分）")
    payer = models.CharField("缴款人", max_length=120, blank=True)
    payer_account = models.CharField("缴款账号", max_length=60, blank=True)
    remark = models.CharField("银行附言", max_length=200, blank=True)
    arrived_on = models.DateField("到账日期")
    bank_serial = models.CharField("银行流水号", max_length=60, blank=True)
    basis = models.CharField("辨认依据", max_length=200, blank=True)
    claimed_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    claim_reason = models.CharField("认领理由", max_length=200, blank=True)
    booked_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    booked_at = models.DateTimeField("入案时间", null=True, blank=True)
    notice_on = models.DateField("到账通知日期", null=True, blank=True)
    settled_fen = models.BigIntegerField("已结费用（分）", default=0)
    corrections = models.PositiveSmallIntegerField("更正次数", default=0)
    correction_reason = models.CharField("申请更正的理由", max_length=200, blank=True)
    correction_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    right_case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    made_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    made_at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "funds_receipt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "receipt_no"], name="one_receipt_per_number", violation_error_message="这个流水号已经登记过。"),
            models.UniqueConstraint(
                fields=["court", "bank_serial"], condition=~Q(bank_serial=""), name="one_receipt_per_bank_serial",
                violation_error_message="银行的这一笔已经登记过。",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_receipt_is_money", violation_error_message="金额应大于零。"),
            models.CheckConstraint(condition=Q(settled_fen__gte=0, settled_fen__lte=F("amount_fen")), name="fees_are_part_of_the_receipt"),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "booked", "handed"]) | Q(case__isnull=False), name="claimed_money_has_its_case",
                violation_error_message="认领和入案要写明案件（四(三)3(2)）。",
            ),
            models.CheckConstraint(
                condition=Q(booked_by__isnull=True) | Q(claimed_by__isnull=True) | ~Q(booked_by=F("claimed_by")),
                name="two_people_book_claimed_money", violation_error_message="认领人和确认人不能是同一人（四(三)3(2)）。",
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_by__isnull=False) & ~Q(claim_reason=""), name="a_claim_has_its_claimant_and_reason",
                violation_error_message="认领要写明理由（四(三)3(2)）。",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "state", "arrived_on", "id"], name="receipt_waiting", condition=~Q(state="booked")),
            models.Index(fields=["court", "arrived_on", "id"], name="receipt_by_day"),
        ]

    def __str__(self) -> str:
        return self.receipt_no


class Accounting(models.Model):
    """What the handler worked out before money goes out (核算): claim, interest and costs bound what applicants get (I14). The
    newest of a case counts; none ever changes."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="accountings")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="accountings")
    claim_fen = models.BigIntegerField("标的（分）")
    interest_fen = models.BigIntegerField("利息（分）")
    costs_fen = models.BigIntegerField("申请人垫付的费用（分）")
    fee_fen = models.BigIntegerField("执行费（分）")
    note = models.CharField("核算说明", max_length=400, blank=True)
    seq = models.BigIntegerField("日志序号")
    at = models.DateTimeField()
    by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "funds_accounting"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(claim_fen__gte=0, interest_fen__gte=0, costs_fen__gte=0, fee_fen__gte=0), name="accounting_is_not_negative"
            )
        ]

    @property
    def owed_fen(self) -> int:
        """All that the applicants of the case may get."""
        return self.claim_fen + self.interest_fen + self.costs_fen
