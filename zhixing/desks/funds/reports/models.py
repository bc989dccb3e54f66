"""What the desk writes about its money: which paper is about which row, whom a statement was printed for, months, findings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhixing.casework.cases.models import new_ref


class MoneyPaper(models.Model):
    """Which receipt or payout a paper of the case is about (收据、审批表、登记单). Never changes."""

    paper = models.OneToOneField("papers.Paper", models.PROTECT, primary_key=True, related_name="money")
    receipt = models.ForeignKey("funds.Receipt", models.PROTECT, null=True, blank=True, related_name="papers")
    payout = models.ForeignKey("funds.Payout", models.PROTECT, null=True, blank=True, related_name="papers")

    class Meta:
        db_table = "funds_money_paper"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(receipt__isnull=False, payout__isnull=True) | Q(receipt__isnull=True, payout__isnull=False),
                name="a_money_paper_is_about_one_row", violation_error_message="案款文书要写明是哪一笔来款或发放。",
            )
        ]  # fmt: skip


class PartyStatement(models.Model):
    """A statement of a case's money printed for a party: who printed it for whom, and what it said (fingerprint). Never changes."""

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    no = models.CharField("编号", max_length=40)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="money_statements")
    party = models.ForeignKey("casework.Party", models.PROTECT, related_name="+", db_index=False)
    content = models.JSONField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    printed_at = models.DateTimeField("打印时间")
    printed_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "funds_party_statement"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "no"], name="one_statement_per_number")]


class MonthReport(models.Model):
    """The report of a closed month as it stood when the month was closed. Never changes."""

    month = models.OneToOneField("funds.Month", models.PROTECT, primary_key=True, related_name="report")
    content = models.JSONField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        db_table = "funds_month_report"


class Finding(models.Model):
    """Something that stood out in the payouts, told once to the bureau head and the teams (四(三)1). It stays on the list until
    somebody explained it or handed it on; the same thing with further payouts is a further finding."""

    OPEN, SEEN, EXPLAINED, HANDED = "open", "seen", "explained", "handed"
    STATES = ((OPEN, "待查"), (SEEN, "已看"), (EXPLAINED, "已说明"), (HANDED, "已移交"))
    LISTED, FINAL = (OPEN, SEEN), (EXPLAINED, HANDED)

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    rule = models.CharField("情形", max_length=30)
    subject = models.CharField("对象", max_length=64)
    title = models.CharField("情形名称", max_length=80)
    why = models.CharField("原因", max_length=200)
    payouts = models.ManyToManyField("funds.Payout", related_name="findings", db_table="funds_finding_payout")
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        db_table = "funds_finding"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["court", "rule", "subject"], condition=Q(state__in=["open", "seen"]), name="one_listed_finding_per_subject",
                violation_error_message="这个异常已经列出。",
            ),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(why=""), name="a_finding_says_what_and_why"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["court", "-id"], name="finding_listed", condition=Q(state__in=["open", "seen"]))]

    def __str__(self) -> str:
        return self.title


class FindingNote(models.Model):
    """What somebody found out about a finding: seen, explained, or handed on to whom, with the reason. Never changes."""

    SEEN, EXPLAINED, HANDED = Finding.SEEN, Finding.EXPLAINED, Finding.HANDED

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="notes")
    step = models.CharField("办理", max_length=10, choices=[s for s in Finding.STATES if s[0] != Finding.OPEN])
    reason = models.CharField("情况", max_length=400)
    to = models.CharField("移交给", max_length=120, blank=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "funds_finding_note"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_note_has_its_reason", violation_error_message="没有写明查到的情况。"),
            models.CheckConstraint(
                condition=Q(step="handed") & ~Q(to="") | ~Q(step="handed") & Q(to=""), name="what_is_handed_on_says_to_whom",
                violation_error_message="移交要写明移交给谁。",
            ),
        ]  # fmt: skip
