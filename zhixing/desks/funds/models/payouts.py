"""What goes out: a payout and the four people it takes (四(三)2, trust R2, T1–T3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhixing.casework.cases.models import new_ref
from zhixing.casework.journal.chain import link


class PayeeAccount(models.Model):
    """Where a party of a case (or a decided third person) wants money, as of a moment, with what proves it. A change is a new
    row; a changed one may be paid to only after a while (`limits.yaml`, T2)."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="payee_accounts")
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="+")
    holder = models.CharField("户名", max_length=120)
    bank = models.CharField("开户行", max_length=120)
    number = models.CharField("账号", max_length=40)
    evidence = models.CharField("账户依据", max_length=200)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "funds_payee_account"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(holder="") & ~Q(bank="") & ~Q(number="") & ~Q(evidence=""), name="a_payee_account_is_whole",
                violation_error_message="收款账户要有户名、开户行、账号和依据。",
            )
        ]  # fmt: skip


class Batch(models.Model):
    """Payouts handed to the bank together: one file."""

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    no = models.CharField("付款批号", max_length=40)
    made_at = models.DateTimeField("提交时间")
    made_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)
    total_fen = models.BigIntegerField("合计（分）")
    size = models.PositiveIntegerField("笔数")
    sha256 = models.CharField("文件指纹", max_length=64)

    class Meta:
        db_table = "funds_batch"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "no"], name="one_batch_per_number")]


class Payout(models.Model):
    """One payment: requested → checked → approved → sent → confirmed, or returned by the bank; cancelled before it is sent.

    Who gets what never changes after the request: another account is another payout. From approval on the money is reserved on
    the case's account. `approved_hash` is the fingerprint of what was approved; sending compares it (I6).
    """

    REQUESTED, CHECKED, APPROVED, SENT, CONFIRMED, RETURNED, CANCELLED = (
        "requested", "checked", "approved", "sent", "confirmed", "returned", "cancelled",
    )  # fmt: skip
    STATES = ((REQUESTED, "待复核"), (CHECKED, "待批准"), (APPROVED, "待付款"), (SENT, "已提交银行"), (CONFIRMED, "已发放"), (RETURNED, "银行退回"),
              (CANCELLED, "已撤回"))  # fmt: skip
    STEPS = ((REQUESTED, CHECKED), (CHECKED, APPROVED), (APPROVED, SENT), (SENT, CONFIRMED), (SENT, RETURNED), (CONFIRMED, RETURNED),
             (REQUESTED, CANCELLED), (CHECKED, CANCELLED), (APPROVED, CANCELLED))  # fmt: skip
    PENDING = (REQUESTED, CHECKED, APPROVED)
    GONE = (SENT, CONFIRMED)
    CLAIM, REFUND, THIRD = "claim", "refund", "third"
    KINDS = ((CLAIM, "发放给申请执行人"), (REFUND, "退还被执行人或缴款人"), (THIRD, "支付给裁定确定的第三人"))

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    no = models.CharField("发放单号", max_length=70)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="payouts")
    receipt = models.ForeignKey("funds.Receipt", models.PROTECT, related_name="payouts")
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="payouts")
    payee = models.CharField("收款人", max_length=120)
    account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="payouts")
    holder = models.CharField("户名", max_length=120)
    bank = models.CharField("开户行", max_length=120)
    account_no = models.CharField("账号", max_length=40)
    amount_fen = models.BigIntegerField("金额（分）")
    basis = models.CharField("发放依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=STATES, default=REQUESTED)
    requested_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField("申请时间")
    checked_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    check_note = models.CharField("账户核对", max_length=200, blank=True)
    approved_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    sent_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField("提交时间", null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="payouts")
    settled_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField("回单时间", null=True, blank=True)
    bank_ref = models.CharField("银行回单号", max_length=60, blank=True)
    outcome = models.CharField("退回或撤回的原因", max_length=200, blank=True)

    class Meta:
        db_table = "funds_payout"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "no"], name="one_payout_per_number", violation_error_message="这个发放单号已经用过。"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payout_is_money", violation_error_message="金额应大于零。"),
            models.CheckConstraint(
                condition=(Q(checked_by__isnull=True) | ~Q(checked_by=F("requested_by")))
                & (Q(approved_by__isnull=True) | (~Q(approved_by=F("requested_by")) & ~Q(approved_by=F("checked_by"))))
                & (Q(sent_by__isnull=True) | (~Q(sent_by=F("requested_by")) & ~Q(sent_by=F("checked_by")) & ~Q(sent_by=F("approved_by")))),
                name="four_people_make_a_payout", violation_error_message="申请、复核、批准、付款须由四个不同的人办理（四(三)1）。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "cancelled"]) | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="a_payout_is_checked_first",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "checked", "cancelled"])
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_hash="")),
                name="a_payout_is_approved_first",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "confirmed", "returned"]) | Q(sent_by__isnull=False, sent_at__isnull=False, batch__isnull=False),
                name="a_payout_is_sent_first",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "returned"]) | Q(settled_by__isnull=False, settled_at__isnull=False), name="a_settled_payout_says_who",
            ),
            models.CheckConstraint(
                condition=Q(kind="third", party__isnull=True) | ~Q(kind="third") & Q(party__isnull=False),
                name="money_goes_to_a_party_or_a_decided_third_person", violation_error_message="案款只发给本案当事人或裁定确定的第三人（四(三)1）。",
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="a_payout_has_its_basis", violation_error_message="没有写明发放依据。"),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "state", "requested_at", "id"], name="payout_queue"),
            models.Index(fields=["court", "account_no"], name="payout_by_account"),
        ]

    def fingerprint(self) -> str:
        """Of who gets what: payee, account and amount."""
        return link("", [self.no, self.case_id, self.payee, self.holder, self.bank, self.account_no, self.amount_fen])
