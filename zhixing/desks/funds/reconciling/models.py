"""What the bank says: statements as they were imported, every line of them once, and the months that two people signed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhixing.casework.cases.models import new_ref


class StatementMapping(models.Model):
    """How a court reads a header of a bank's statement (`bank` "" for a file that no bank was chosen for)."""

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    bank = models.CharField(max_length=20, blank=True)
    header = models.CharField(max_length=120)
    field = models.CharField(max_length=20)

    class Meta:
        db_table = "funds_statement_mapping"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "bank", "header"], name="one_meaning_per_statement_header")]


class StatementRun(models.Model):
    """One import of a statement: kept for preview, queued, running, done or failed. `case` is empty for the general account.

    `opening_fen` and `closing_fen` are the bank's balances before the first and after the last line, where its balances follow one
    another (or as they were typed); `sha256` is the file's fingerprint.
    """

    PREVIEW, QUEUED, RUNNING, DONE, FAILED = "preview", "queued", "running", "done", "failed"
    STATES = ((PREVIEW, "待确认"), (QUEUED, "排队中"), (RUNNING, "进行中"), (DONE, "已完成"), (FAILED, "没有导入"))

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    file = models.FileField(upload_to="statements/%Y/%m/", max_length=200, blank=True)
    file_name = models.CharField("文件", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    bank = models.CharField("银行", max_length=20, blank=True)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    control_count = models.PositiveIntegerField("笔数", null=True, blank=True)
    control_in_fen = models.BigIntegerField("收入合计（分）", null=True, blank=True)
    typed_closing_fen = models.BigIntegerField("填写的期末余额（分）", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=PREVIEW)
    total = models.PositiveIntegerField(default=0)
    progress = models.PositiveIntegerField(default=0)
    outcome = models.JSONField("结果", default=dict)
    first_on = models.DateField("起", null=True, blank=True)
    last_on = models.DateField("止", null=True, blank=True)
    opening_fen = models.BigIntegerField("期初余额（分）", null=True, blank=True)
    closing_fen = models.BigIntegerField("期末余额（分）", null=True, blank=True)
    error = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    made_by_name = models.CharField("导入人", max_length=40)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "funds_statement_run"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(control_count__isnull=True, control_in_fen__isnull=True) | Q(control_count__isnull=False, control_in_fen__isnull=False),
                name="count_and_sum_are_typed_together", violation_error_message="笔数和收入合计要一起填写。",
            ),
            models.CheckConstraint(condition=~Q(sha256=""), name="a_statement_has_its_fingerprint"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["court", "-id"], name="statement_run_newest"),
                             models.Index(fields=["court", "sha256"], name="statement_run_by_file")]  # fmt: skip

    def __str__(self) -> str:
        return self.file_name


class BankLine(models.Model):
    """One movement that the bank's statement shows, once whatever files it came in. Never changes."""

    IN, OUT = "in", "out"

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(StatementRun, models.PROTECT, related_name="lines", db_index=False)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    serial = models.CharField("交易流水号", max_length=60)
    direction = models.CharField("方向", max_length=3, choices=[(IN, "收入"), (OUT, "支出")])
    amount_fen = models.BigIntegerField("金额（分）")
    booked_on = models.DateField("入账日期")
    name = models.CharField("对方户名", max_length=120, blank=True)
    account = models.CharField("对方账号", max_length=60, blank=True)
    remark = models.CharField("摘要附言", max_length=400, blank=True)
    balance_fen = models.BigIntegerField("余额（分）", null=True, blank=True)

    class Meta:
        db_table = "funds_bank_line"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "direction", "serial"], name="a_bank_line_stands_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_bank_line_is_money"),
            models.CheckConstraint(condition=~Q(serial=""), name="a_bank_line_has_its_serial"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["court", "booked_on"], name="bank_line_by_day"),
                             models.Index(fields=["court", "case", "booked_on"], name="bank_line_by_account")]  # fmt: skip

    @property
    def signed_fen(self) -> int:
        """What it adds to the bank's balance."""
        return self.amount_fen if self.direction == self.IN else -self.amount_fen


class Reconciliation(models.Model):
    """The bank against the ledger at the end of a month as it was signed: what the bank says, what the ledger says, and every item
    that explains the difference. Never changes; a later one of the same month is a further row."""

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    first_on = models.DateField("月份")
    last_on = models.DateField("截止日")
    bank_fen = models.BigIntegerField("银行对账单余额（分）")
    ledger_fen = models.BigIntegerField("账面银行存款（分）")
    content = models.JSONField("对账内容")
    sha256 = models.CharField("校验值", max_length=64)
    made_at = models.DateTimeField("时间")

    class Meta:
        db_table = "funds_reconciliation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "first_on", "sha256"], name="one_reconciliation_per_content"),
            models.CheckConstraint(condition=~Q(sha256=""), name="a_reconciliation_has_its_fingerprint"),
        ]  # fmt: skip


class ReconciliationSignature(models.Model):
    """Who signed a reconciliation for which side: one for the enforcement bureau, one for finance, two people. Never changes."""

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="signatures", db_index=False)
    side = models.CharField("一方", max_length=10)
    at = models.DateTimeField("签署时间")
    by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "funds_reconciliation_signature"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reconciliation", "side"], name="each_side_signs_once", violation_error_message="这一方已经签署。"),
            models.UniqueConstraint(fields=["reconciliation", "by"], name="two_people_sign_a_reconciliation",
                                    violation_error_message="两方不能由同一人签署（四(三)1）。"),
        ]
