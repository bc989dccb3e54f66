"""Rows of distribution: plans with who takes part and what they claim, objections and what they hold back, deposits, steps about
unclaimed money. Money is whole fen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhixing.casework.cases.models import new_ref
from zhixing.casework.journal.chain import link

PERSON = {"to": "casework.Person", "on_delete": models.PROTECT, "related_name": "+", "db_index": False}


class DistributionPlan(models.Model):
    """One version of a plan: drafted → checked by another → told to everybody → final; or withdrawn, or replaced by the next
    version. What was computed never changes: another figure is another version.

    `pool_fen` is what is shared, `surplus_fen` what is left for the debtor; every fen of the pool is in one claim's share or the
    surplus. `steps` are those of the calculator, `digest` the fingerprint of participants, claims and shares.
    """

    DRAFTED, CHECKED, TOLD, FINAL, REPLACED, WITHDRAWN = "drafted", "checked", "told", "final", "replaced", "withdrawn"
    STATES = ((DRAFTED, "待审核"), (CHECKED, "待告知"), (TOLD, "异议期内"), (FINAL, "可以发放"), (REPLACED, "已由新方案代替"), (WITHDRAWN, "已撤回"))
    LIVE, GONE = (DRAFTED, CHECKED, TOLD, FINAL), (REPLACED, WITHDRAWN)

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="distribution_plans")
    no = models.CharField("方案编号", max_length=60)
    version = models.PositiveSmallIntegerField("第几稿", default=1)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    scheme = models.CharField("分配方式", max_length=30)
    pool_fen = models.BigIntegerField("可分配金额（分）")
    surplus_fen = models.BigIntegerField("余款（分）")
    principle = models.CharField("分配原则", max_length=1000)
    law = models.CharField("法律规定", max_length=400)
    steps = models.JSONField("计算步骤")
    digest = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=10, choices=STATES, default=DRAFTED)
    made_by = models.ForeignKey(**PERSON)
    made_at = models.DateTimeField("制作时间")
    checked_by = models.ForeignKey(**PERSON, null=True, blank=True)
    checked_at = models.DateTimeField("审核时间", null=True, blank=True)
    settled_by = models.ForeignKey(**PERSON, null=True, blank=True)
    settled_at = models.DateTimeField("生效或撤回时间", null=True, blank=True)
    remark = models.CharField("退回或撤回的理由", max_length=200, blank=True)

    class Meta:
        db_table = "distribution_plan"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "no", "version"], name="one_plan_per_number_and_version"),
            models.UniqueConstraint(
                fields=["court", "no"], condition=Q(state__in=["drafted", "checked", "told", "final"]), name="one_live_version_of_a_plan",
                violation_error_message="这个方案已经有一稿在用。",
            ),
            models.CheckConstraint(condition=Q(pool_fen__gt=0, surplus_fen__gte=0, surplus_fen__lte=F("pool_fen")), name="a_plan_shares_money"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")), name="two_people_make_a_plan",
                violation_error_message="制作人和审核人不能是同一人（二(四)1(5)）。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "told", "final"]) | Q(checked_by__isnull=False), name="a_plan_is_checked_before_it_is_told",
                violation_error_message="分配方案要先审核再告知（二(四)1(5)）。",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["court", "state", "id"], name="plan_by_state")]

    def __str__(self) -> str:
        return self.no if self.version == 1 else f"{self.no}（第{self.version}稿）"


class PlanPart(models.Model):
    """How much of which receipt is in the pool."""

    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="parts")
    receipt = models.ForeignKey("funds.Receipt", models.PROTECT, related_name="plan_parts")
    fen = models.BigIntegerField("金额（分）")

    class Meta:
        db_table = "distribution_part"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "receipt"], name="a_receipt_is_in_a_plan_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_part_is_money"),
        ]


class Participant(models.Model):
    """Who takes part in a plan: its creditors, and the debtor, who may object too. `share_fen` is what the claims get together.
    `told_on` and `told_how` are filled once."""

    APPLICANT, OTHER_CASE, OUTSIDE, DEBTOR = "applicant", "other_case", "outside", "debtor"
    SIDES = ((APPLICANT, "本案申请人"), (OTHER_CASE, "另案申请人"), (OUTSIDE, "参与分配的债权人"), (DEBTOR, "被执行人"))

    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="participants")
    position = models.PositiveSmallIntegerField()
    side = models.CharField("地位", max_length=10, choices=SIDES)
    name = models.CharField("姓名或名称", max_length=120)
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="+")
    share_fen = models.BigIntegerField("分得（分）", default=0)
    told_on = models.DateField("送达日期", null=True, blank=True)
    told_how = models.CharField("送达方式和凭证", max_length=200, blank=True)
    told_by = models.ForeignKey(**PERSON, null=True, blank=True)

    class Meta:
        db_table = "distribution_participant"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "name"], name="a_name_takes_part_once"),
            models.CheckConstraint(condition=Q(share_fen__gte=0) & (~Q(side="debtor") | Q(share_fen=0)), name="a_share_is_not_negative"),
            models.CheckConstraint(
                condition=Q(told_on__isnull=True, told_how="") | (Q(told_on__isnull=False) & ~Q(told_how="")), name="telling_has_its_proof",
                violation_error_message="告知要写明方式和凭证（二(四)1(5)）。",
            ),
            models.CheckConstraint(
                condition=Q(side__in=["applicant", "debtor"], party__isnull=False) | Q(side__in=["other_case", "outside"], party__isnull=True),
                name="a_party_of_the_case_is_named_by_it",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class PlanClaim(models.Model):
    """A claim in one rank: what is owed on what basis, and what it gets. `turn` where turns decide. Never changes."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="claims")
    position = models.PositiveSmallIntegerField()
    rank = models.CharField("顺位", max_length=30)
    turn = models.PositiveSmallIntegerField("第几位", default=0)
    basis = models.CharField("依据文号", max_length=120, blank=True)
    joined_on = models.DateField("申请日期", null=True, blank=True)
    fen = models.BigIntegerField("债权（分）")
    share_fen = models.BigIntegerField("分得（分）")

    class Meta:
        db_table = "distribution_claim"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fen__gt=0, share_fen__gte=0, share_fen__lte=F("fen")), name="nobody_gets_more_than_the_claim",
                violation_error_message="分得不能超过债权（民诉法解释第508条）。",
            )
        ]  # fmt: skip


class PlanObjection(models.Model):
    """An objection to a plan: whom the others' opposition was told to and when, and how it ended."""

    OPEN, OPPOSED, CORRECTED, SUED, WITHDRAWN, LAPSED, DISMISSED = "open", "opposed", "corrected", "sued", "withdrawn", "lapsed", "dismissed"
    STATES = ((OPEN, "征求意见"), (OPPOSED, "有人反对"), (CORRECTED, "无人反对已修正"), (SUED, "提起诉讼争议款提存"), (WITHDRAWN, "异议撤回"),
              (LAPSED, "逾期未起诉按原方案"), (DISMISSED, "诉讼终结按原方案"))  # fmt: skip
    PENDING, HOLDING = (OPEN, OPPOSED), (OPEN, OPPOSED, CORRECTED, SUED)

    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="objections")
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="objections")
    ground = models.CharField("异议", max_length=1000)
    objected_on = models.DateField("提出日期")
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN)
    opposed_by = models.CharField("反对人", max_length=200, blank=True)
    opposed_told_on = models.DateField("通知异议人日期", null=True, blank=True)
    suit_no = models.CharField("起诉案号", max_length=80, blank=True)
    settled_on = models.DateField("处理日期", null=True, blank=True)
    made_by = models.ForeignKey(**PERSON)
    made_at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "distribution_objection"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(ground=""), name="an_objection_has_its_ground", violation_error_message="没有写明异议。"),
            models.CheckConstraint(
                condition=~Q(state="opposed") | (~Q(opposed_by="") & Q(opposed_told_on__isnull=False)), name="opposition_is_told",
                violation_error_message="有人反对的，要写明反对人和通知异议人的日期。",
            ),
            models.CheckConstraint(condition=~Q(state="sued") | ~Q(suit_no=""), name="a_suit_has_its_number", violation_error_message="提起诉讼的，要写明案号。"),
        ]  # fmt: skip


class HeldShare(models.Model):
    """What of a participant's share an objection disputes. It is held back until the objection is settled, longer when it is sued."""

    objection = models.ForeignKey(PlanObjection, models.PROTECT, related_name="held")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="held")
    fen = models.BigIntegerField("争议金额（分）")

    class Meta:
        db_table = "distribution_held"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["objection", "participant"], name="an_objection_holds_a_share_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="what_is_held_is_money"),
        ]


class PlanPayout(models.Model):
    """Which participant's share a payout pays. Never changes."""

    payout = models.OneToOneField("funds.Payout", models.PROTECT, primary_key=True, related_name="planned")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="payouts")

    class Meta:
        db_table = "distribution_payout"


class PlanPaper(models.Model):
    """The paper that prints a plan. Never changes."""

    paper = models.OneToOneField("papers.Paper", models.PROTECT, primary_key=True, related_name="planned")
    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="papers")

    class Meta:
        db_table = "distribution_paper"


class Deposit(models.Model):
    """Money of a creditor that the creditor does not take (提存): asked for, approved by another (it then lies on the court's deposit
    account), released to the creditor, or undone by reversal."""

    ASKED, HELD, RELEASED, UNDONE, REFUSED = "asked", "held", "released", "undone", "refused"
    STATES = ((ASKED, "待批准"), (HELD, "提存中"), (RELEASED, "已领取"), (UNDONE, "已冲回"), (REFUSED, "未批准"))
    FINAL = (RELEASED, UNDONE, REFUSED)

    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    no = models.CharField("提存编号", max_length=80)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="deposits")
    receipt = models.ForeignKey("funds.Receipt", models.PROTECT, related_name="deposits")
    creditor = models.CharField("权利人", max_length=120)
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="+")
    fen = models.BigIntegerField("金额（分）")
    ground = models.CharField("情形", max_length=20)
    reason = models.CharField("事实和理由", max_length=400)
    state = models.CharField("状态", max_length=10, choices=STATES, default=ASKED)
    asked_by = models.ForeignKey(**PERSON)
    asked_at = models.DateTimeField("申请时间")
    approved_by = models.ForeignKey(**PERSON, null=True, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    ended_by = models.ForeignKey(**PERSON, null=True, blank=True)
    ended_at = models.DateTimeField("领取或冲回时间", null=True, blank=True)
    outcome = models.CharField("领取或冲回的说明", max_length=200, blank=True)

    class Meta:
        db_table = "distribution_deposit"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "no"], name="one_deposit_per_number"),
            models.CheckConstraint(condition=Q(fen__gt=0) & ~Q(reason=""), name="a_deposit_is_money_with_a_reason"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("asked_by")), name="two_people_set_money_aside",
                violation_error_message="提存由本人申请的，须由另一人批准（四(三)2(2)）。",
            ),
            models.CheckConstraint(condition=~Q(state__in=["held", "released", "undone"]) | Q(approved_by__isnull=False), name="money_set_aside_was_approved"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["court", "state", "id"], name="deposit_by_state")]

    def __str__(self) -> str:
        return self.no


class UnclaimedStep(models.Model):
    """What was done about money that nobody takes: which step of `limits.yaml`, when, how. Never changes."""

    receipt = models.ForeignKey("funds.Receipt", models.PROTECT, null=True, blank=True, related_name="unclaimed_steps")
    deposit = models.ForeignKey(Deposit, models.PROTECT, null=True, blank=True, related_name="steps")
    step = models.CharField("步骤", max_length=20)
    done_on = models.DateField("办理日期")
    note = models.CharField("办理情况", max_length=400)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey(**PERSON)

    class Meta:
        db_table = "distribution_unclaimed_step"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(receipt__isnull=False, deposit__isnull=True) | Q(receipt__isnull=True, deposit__isnull=False),
                name="a_step_is_about_one_sum", violation_error_message="要写明是哪一笔来款或提存。",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="a_step_says_what_was_done", violation_error_message="没有写明办理情况。"),
        ]  # fmt: skip


def digest_of(pool_fen: int, surplus_fen: int, claims: list[list[object]]) -> str:
    """The fingerprint of who gets what."""
    return link("", [pool_fen, surplus_fen, *claims])
