"""The ledger: accounts, postings and their lines. Money is whole fen; postings and lines never change (四(三)1).

Signs: a line adds to what the court holds on an account for somebody (a case, money not yet claimed, fees, money on its way).
The bank's account is the mirror of all of these, so its balance is the negative of what lies in the bank and the lines of a
posting always sum to zero.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class LedgerAccount(models.Model):
    """An account of a court's ledger: one for each case (一案一账号), and one of each other kind.

    `balance_fen` is the sum of its lines, `postings` their number; both move with each line, in one transaction.
    `reserved_fen` is promised to approved payouts, `disputed_fen` waits for an objection to be settled.
    """

    CASE, SUSPENSE, FEES, DEPOSIT, IN_TRANSIT, BANK, ON_SITE = "case", "suspense", "fees", "deposit", "in_transit", "bank", "on_site"
    KINDS = ((CASE, "案件"), (SUSPENSE, "待认领"), (FEES, "执行费用"), (DEPOSIT, "提存款"), (IN_TRANSIT, "付款在途"), (BANK, "银行存款"), (ON_SITE, "现场交付"))
    MIRRORS = (BANK, ON_SITE)

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    case = models.OneToOneField("casework.Case", models.PROTECT, null=True, blank=True, related_name="account")
    number = models.CharField("银行子账号", max_length=40, blank=True)
    balance_fen = models.BigIntegerField("余额（分）", default=0)
    reserved_fen = models.BigIntegerField("已批未付（分）", default=0)
    disputed_fen = models.BigIntegerField("争议待定（分）", default=0)
    postings = models.PositiveIntegerField("笔数", default=0)

    class Meta:
        db_table = "funds_account"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "kind"], condition=Q(case__isnull=True), name="one_account_of_each_kind"),
            models.UniqueConstraint(
                fields=["court", "number"], condition=~Q(number=""), name="one_account_per_bank_number",
                violation_error_message="这个银行子账号已经属于另一个案件（四(三)1）。",
            ),
            models.CheckConstraint(condition=Q(kind="case", case__isnull=False) | (~Q(kind="case") & Q(case__isnull=True)), name="one_case_one_account"),
            models.CheckConstraint(
                condition=Q(kind__in=["bank", "on_site"], balance_fen__lte=0) | (~Q(kind__in=["bank", "on_site"]) & Q(balance_fen__gte=0)),
                name="an_account_is_never_overdrawn", violation_error_message="账户余额不足。",
            ),
            models.CheckConstraint(
                condition=Q(reserved_fen=0, disputed_fen=0)
                | Q(kind="case", reserved_fen__gte=0, disputed_fen__gte=0, balance_fen__gte=F("reserved_fen") + F("disputed_fen")),
                name="what_is_promised_is_there", violation_error_message="可用余额不足。",
            ),
        ]  # fmt: skip

    @property
    def free_fen(self) -> int:
        """What may still be promised: the balance without what is promised or disputed."""
        return self.balance_fen - self.reserved_fen - self.disputed_fen


class Head(models.Model):
    """Where a court's ledger stands: its last posting. Whoever posts holds this row, so postings stand in one line."""

    court = models.OneToOneField("casework.Court", models.PROTECT, primary_key=True, related_name="+")
    no = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "funds_head"


class Posting(models.Model):
    """One movement of money: `size` lines that sum to zero. It never changes; what is wrong is reversed, at most once.

    `event_seq` is its event's place in the court's journal; `hash` links it to the posting before it; `body` is the
    fingerprint of what was asked under `key`: the same key with another body is refused (I45).
    """

    RECEIVED, UNCLAIMED, CLAIMED, FEE, DEPOSITED, RELEASED, SENT, CONFIRMED, RETURNED, ON_SITE, REVERSAL = (
        "received", "unclaimed", "claimed", "fee", "deposited", "released", "sent", "confirmed", "returned", "on_site", "reversal",
    )  # fmt: skip
    PURPOSES = (
        (RECEIVED, "案款到账"), (UNCLAIMED, "总账号来款"), (CLAIMED, "认领入案"), (FEE, "费用结算"), (DEPOSITED, "提存"), (RELEASED, "提存款领取"), (SENT, "提交付款"),
        (CONFIRMED, "付款成功"), (RETURNED, "付款退回"), (ON_SITE, "现场交付补录"), (REVERSAL, "冲正"),
    )  # fmt: skip

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    no = models.BigIntegerField("凭证号")
    purpose = models.CharField("用途", max_length=12, choices=PURPOSES)
    business_on = models.DateField("业务日期")
    posted_at = models.DateTimeField("记账时间")
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    event_seq = models.BigIntegerField("日志序号", null=True, blank=True)
    paper = models.CharField("凭据编号", max_length=80, blank=True)
    summary = models.CharField("摘要", max_length=200, blank=True)
    by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    by_name = models.CharField("记账人", max_length=40)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    size = models.PositiveSmallIntegerField("行数")
    key = models.CharField(max_length=80, null=True, blank=True)
    body = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "funds_posting"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "no"], name="postings_stand_in_a_row"),
            models.UniqueConstraint(fields=["court", "key"], name="one_posting_per_key", violation_error_message="这一笔已经记过账。"),
            models.CheckConstraint(condition=Q(size__gte=2), name="a_posting_has_two_lines_or_more"),
            models.CheckConstraint(
                condition=Q(purpose="reversal", reverses__isnull=False) | (~Q(purpose="reversal") & Q(reverses__isnull=True)),
                name="a_reversal_names_what_it_reverses", violation_error_message="冲正要写明冲正的是哪一笔。",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "business_on"], name="posting_by_day"),
            models.Index(fields=["case", "id"], name="posting_by_case", condition=Q(case__isnull=False)),
        ]


class Line(models.Model):
    """What a posting does to one account. `n` counts the account's lines, `balance_fen` is its balance after this one:
    with the line before it the database can check both."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="lines", db_index=False)
    n = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField("金额（分）")
    balance_fen = models.BigIntegerField("余额（分）")

    class Meta:
        db_table = "funds_line"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["posting", "position"], name="lines_stand_in_a_row"),
            models.UniqueConstraint(fields=["account", "n"], name="an_account_moves_once_at_a_time"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="a_line_moves_money"),
        ]


class Month(models.Model):
    """A closed month: no posting has a business date in it, or before it, any more. Its figures are `MonthBalance`."""

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField("月份")
    last_on = models.DateField("截止日")
    closed_at = models.DateTimeField("结账时间")
    closed_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    bank_fen = models.BigIntegerField("银行对账单余额（分）")
    no = models.BigIntegerField("结账时的末号凭证")

    class Meta:
        db_table = "funds_month"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "last_on"], name="a_month_closes_once", violation_error_message="这个月已经结账。"),
            models.CheckConstraint(condition=Q(last_on__gt=F("first_on")), name="a_month_has_days"),
        ]  # fmt: skip


class MonthBalance(models.Model):
    """An account in a closed month: what it began with, what came and went, what it ended with."""

    month = models.ForeignKey(Month, models.PROTECT, related_name="balances")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+")
    opening_fen = models.BigIntegerField("期初（分）")
    in_fen = models.BigIntegerField("本月收（分）")
    out_fen = models.BigIntegerField("本月付（分）")
    closing_fen = models.BigIntegerField("期末（分）")

    class Meta:
        db_table = "funds_month_balance"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "account"], name="one_figure_per_account_and_month"),
            models.CheckConstraint(
                condition=Q(closing_fen=F("opening_fen") + F("in_fen") - F("out_fen"), in_fen__gte=0, out_fen__gte=0), name="a_month_adds_up"
            ),
        ]
