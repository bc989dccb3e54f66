"""What is served on whom, every attempt at it, letters on their way, and announcements (三(三)2)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhixing.casework.cases.models import new_ref

SERVED = ("served", "deemed", "left", "expired")
OPEN = ("todo", "serving", "returned", "announced")


class Announcement(models.Model):
    """Service by announcement for some recipients of a case: asked for, approved, posted, run out. `expires_on` is the day
    on which it has run (民诉法第95条)."""

    ASKED, RUNNING, SERVED, DROPPED = "asked", "running", "served", "dropped"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="announcements")
    approval = models.OneToOneField("casework.Approval", models.PROTECT, related_name="+")
    paper = models.CharField("公告文书", max_length=400)
    medium = models.CharField("载体", max_length=20)
    state = models.CharField(
        "状态", max_length=8, default=ASKED, choices=[(ASKED, "待批准"), (RUNNING, "公告中"), (SERVED, "已届满"), (DROPPED, "已作废")]
    )
    published_on = models.DateField("发布日期", null=True, blank=True)
    expires_on = models.DateField("届满日期", null=True, blank=True)

    class Meta:
        db_table = "announcement"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "served"], published_on__isnull=False, expires_on__isnull=False)
                | Q(state__in=["asked", "dropped"], published_on__isnull=True, expires_on__isnull=True),
                name="a_running_announcement_has_its_days",
                violation_error_message="公告要有发布日期和届满日期。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["court", "expires_on"], name="announcement_running", condition=Q(state="running"))]


class Delivery(models.Model):
    """One paper for one recipient. `step` is what it waits for now; `why` and `articles` tell why it counts as served."""

    TODO, SERVING, RETURNED, ANNOUNCED, ENDED = "todo", "serving", "returned", "announced", "ended"
    STATES: ClassVar = [
        (TODO, "待送"), (SERVING, "送达中"), (RETURNED, "退回"), (ANNOUNCED, "公告中"), ("served", "已送达"), ("deemed", "视为送达"),
        ("left", "拒收（留置）"), ("expired", "公告届满"), (ENDED, "终止"),
    ]  # fmt: skip
    PHONE, POST, ON_THE_WAY, PERSON, ANNOUNCE, RUNNING, NOTHING = "phone", "post", "on_the_way", "person", "announce", "running", "none"
    STEPS: ClassVar = [
        (PHONE, "待电话通知"), (POST, "待邮寄"), (ON_THE_WAY, "邮寄在途"), (PERSON, "待直接送达"), (ANNOUNCE, "待公告"), (RUNNING, "公告中"),
        (NOTHING, "已办结"),
    ]  # fmt: skip

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="deliveries")
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="+")
    recipient = models.CharField("受送达人", max_length=120)
    paper = models.CharField("送达文书", max_length=120)
    paper_ref = models.CharField("文书编号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, default=TODO, choices=STATES)
    step = models.CharField("下一步", max_length=10, default=PHONE, choices=STEPS)
    mode = models.CharField("方式", max_length=10, blank=True)
    served_on = models.DateField("送达日期", null=True, blank=True)
    why = models.CharField("依据", max_length=400, blank=True)
    articles = models.CharField("条文", max_length=200, blank=True)
    announcement = models.ForeignKey(Announcement, models.PROTECT, null=True, blank=True, related_name="deliveries")
    source = models.ForeignKey("papers.Paper", models.PROTECT, null=True, blank=True, related_name="deliveries")  # empty: not made here
    opened_at = models.DateTimeField("登记时间")
    opened_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")

    class Meta:
        db_table = "delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "recipient"], condition=Q(source__isnull=False), name="one_delivery_per_issued_paper",
                violation_error_message="这份文书对这名受送达人已经登记过送达。",
            ),
            models.UniqueConstraint(
                fields=["case", "paper", "paper_ref", "recipient"], name="one_delivery_per_paper_and_recipient",
                violation_error_message="这份文书对这名受送达人已经登记过送达。",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=SERVED, served_on__isnull=False, step="none") & ~Q(mode="") & ~Q(articles=""))
                | Q(state__in=OPEN, served_on__isnull=True, mode="") & ~Q(step="none")
                | Q(state="ended", served_on__isnull=True, mode="", step="none"),
                name="served_has_day_mode_and_article",
                violation_error_message="送达的要有方式、日期和依据；没有送达的不能有。",
            ),
            models.CheckConstraint(condition=~Q(recipient="") & ~Q(paper=""), name="a_delivery_names_paper_and_recipient"),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "step", "opened_at"], name="delivery_piles", condition=~Q(step="none")),
        ]

    @property
    def is_served(self) -> bool:
        """Served by whatever mode."""
        return self.state in SERVED


class Letter(models.Model):
    """A letter given to the post, by its tracking number. The final state (签收, 拒收, 退回) is final."""

    ON_THE_WAY = "在途"
    FINAL = ("签收", "拒收", "退回")

    court = models.ForeignKey("casework.Court", models.PROTECT)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="letters")
    tracking_no = models.CharField("邮件号", max_length=40)
    recipient = models.CharField("受送达人", max_length=120)
    address = models.CharField("地址", max_length=200)
    address_kind = models.CharField("地址类别", max_length=20)
    posted_on = models.DateField("交寄日期")
    state = models.CharField("状态", max_length=4, default=ON_THE_WAY)
    settled_on = models.DateField("签收或退回日期", null=True, blank=True)
    contradicted = models.BooleanField("后来的投递信息与结果矛盾", default=False)
    ask_at = models.DateTimeField("下次查询", null=True, blank=True)

    class Meta:
        db_table = "letter"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["court", "tracking_no"], name="one_letter_per_tracking_number",
                violation_error_message="这个邮件号已经登记过。",
            ),
            models.CheckConstraint(
                condition=Q(state="在途", settled_on__isnull=True) | Q(state__in=["签收", "拒收", "退回"], settled_on__isnull=False),
                name="a_settled_letter_has_its_day",
                violation_error_message="邮件的最终状态要有日期。",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["ask_at"], name="letters_to_ask", condition=Q(state="在途"))]


class LetterMessage(models.Model):
    """What the post said of a letter, once each, in the order it reached us. Append-only."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="messages")
    message_key = models.CharField(max_length=64)
    status = models.CharField("状态", max_length=12)
    happened_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=80, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        db_table = "letter_message"
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "message_key"], name="one_row_per_letter_message")]


class Attempt(models.Model):
    """One attempt at one delivery, or why a rung was passed over. Append-only; `seq` is its journal entry."""

    SKIPPED, ENDED = "跳过", "终止"

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attempts")
    position = models.PositiveSmallIntegerField("次序")
    rung = models.CharField("送达步骤", max_length=12)
    result = models.CharField("结果", max_length=20)
    on = models.DateField("日期")
    where = models.CharField("地点、电话或地址", max_length=200, blank=True)
    mode = models.CharField("方式", max_length=20, blank=True)
    reason = models.CharField("理由", max_length=400, blank=True)
    effect = models.CharField("效力", max_length=10, blank=True)
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, blank=True, related_name="attempts")
    scan_ref = models.CharField("凭证", max_length=12, blank=True)
    seq = models.BigIntegerField("日志序号", null=True, blank=True)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")  # empty: the post's own word

    class Meta:
        db_table = "delivery_attempt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "position"], name="attempts_stand_in_a_row"),
            models.CheckConstraint(
                condition=~Q(result__in=["跳过", "终止"]) | ~Q(reason=""), name="no_rung_is_skipped_without_a_reason",
                violation_error_message="跳过或终止送达要写明理由（三(三)2）。",
            ),
            models.CheckConstraint(condition=~Q(result=""), name="an_attempt_has_a_result"),
        ]  # fmt: skip
