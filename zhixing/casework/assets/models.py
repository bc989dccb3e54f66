"""What a debtor has and what was done to it: assets, queries, their feedbacks, measures (三(二)5-6, 四(四)3(2))."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhixing.casework.cases.models import new_ref


def _money(label: str) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=16, decimal_places=2, null=True, blank=True)


def _not_negative(field: str, name: str, words: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0}), name=name, violation_error_message=words
    )


class Inquiry(models.Model):
    """One query about one debtor in one system. `request_id` is sent along: a repeated request is the same query."""

    NATIONAL, PROVINCIAL = "zdz", "ddd"
    ASKED, ANSWERED, FAILED = "asked", "answered", "failed"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="inquiries")
    debtor = models.ForeignKey("casework.Party", models.PROTECT, related_name="+")
    system = models.CharField("系统", max_length=3, choices=[(NATIONAL, "总对总"), (PROVINCIAL, "点对点")])
    number = models.CharField("查询编号", max_length=60)
    request_id = models.CharField("请求单号", max_length=64, unique=True)
    started_at = models.DateTimeField("发起时间")
    started_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(
        "状态", max_length=10, default=ASKED, choices=[(ASKED, "等待反馈"), (ANSWERED, "已反馈"), (FAILED, "未能发出")]
    )
    by_file = models.BooleanField("在平台上人工发起", default=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    poll_at = models.DateTimeField("下次取反馈", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("取反馈次数", default=0)
    remark = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        db_table = "inquiry"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "debtor", "system", "number"], name="one_inquiry_per_number",
                violation_error_message="这个查询编号已经登记过。",
            ),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(by_file=True) | Q(poll_at__isnull=False), name="an_inquiry_that_waits_is_polled",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["poll_at"], name="inquiry_poll", condition=Q(poll_at__isnull=False))]


class Feedback(models.Model):
    """One answer: a file or a message, once (`content_sha256`). The file itself stands in the dossier."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="feedbacks")
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, null=True, blank=True, related_name="feedbacks")
    number = models.CharField("反馈编号", max_length=60)
    received_at = models.DateTimeField("反馈时间")
    content_sha256 = models.CharField(max_length=64)
    filename = models.CharField("文件名", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    rejected = models.TextField("退回的行", default="[]")
    imported_at = models.DateTimeField("导入时间")
    imported_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    seq = models.BigIntegerField("日志序号")
    printed_at = models.DateTimeField("打印时间", null=True, blank=True)
    handled_at = models.DateTimeField("处理完毕时间", null=True, blank=True)

    class Meta:
        db_table = "inquiry_feedback"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "content_sha256"], name="one_feedback_per_content",
                violation_error_message="同样内容的反馈已经导入过。",
            ),
            models.UniqueConstraint(
                fields=["case", "number"], name="one_feedback_per_number", violation_error_message="这个反馈编号已经登记过。"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "received_at", "id"], name="feedback_to_handle", condition=Q(handled_at__isnull=True))
        ]


class Asset(models.Model):
    """One thing a debtor has, once per case however often it is reported (`AssetMark`). Values are those of the newest report."""

    IN, OUT, UNKNOWN, ANYWHERE = "in", "out", "unknown", "anywhere"
    OPEN, PASSED, LEFT = "open", "passed", "left"
    ONLINE, OFFLINE = "online", "offline"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="assets")
    position = models.PositiveIntegerField("序号")
    kind = models.CharField("种类", max_length=20)
    holder = models.ForeignKey("casework.Party", models.PROTECT, related_name="+")
    title = models.CharField("财产", max_length=200)
    mark = models.CharField("账号、证号或车牌", max_length=80, blank=True)
    description = models.TextField("说明", blank=True)
    place = models.CharField("所在地", max_length=200, blank=True)
    area = models.CharField(
        "辖区", max_length=10, default=UNKNOWN,
        choices=[(IN, "本地级市内"), (OUT, "地级市外"), (UNKNOWN, "所在地待查明"), (ANYWHERE, "不分地域")],
    )  # fmt: skip
    area_said = models.BooleanField("所在地由人工查明", default=False)
    amount_yuan = _money("金额（元）")
    available_yuan = _money("可用金额（元）")
    encumbrance = models.TextField("权利负担", blank=True)
    as_of = models.DateTimeField("反馈时点")
    source = models.ForeignKey(Feedback, models.PROTECT, null=True, blank=True, related_name="assets")
    origin = models.CharField("来源", max_length=8, default=ONLINE, db_default=ONLINE, choices=[(ONLINE, "网络查控"), (OFFLINE, "线下")])
    proof_ref = models.CharField("凭证", max_length=12, blank=True, default="", db_default="")
    state = models.CharField(
        "办理", max_length=10, default=OPEN, choices=[(OPEN, "在办"), (PASSED, "已移交委托"), (LEFT, "不再处理")]
    )
    passed_on = models.DateField("移交日期", null=True, blank=True)

    class Meta:
        db_table = "asset"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "position"], name="one_asset_per_place_in_a_case"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(title=""), name="an_asset_has_a_kind_and_a_name",
                                   violation_error_message="财产要写明种类和名称。"),
            models.CheckConstraint(condition=~Q(state="passed") | Q(passed_on__isnull=False), name="a_passed_asset_says_when"),
            models.CheckConstraint(condition=~Q(origin="offline") | ~Q(proof_ref=""), name="what_was_found_outside_has_its_proof",
                                   violation_error_message="线下查到的财产要有凭证（三(三)1）。"),
            _not_negative("amount_yuan", "asset_amount_is_not_negative", "财产金额不能为负数。"),
            _not_negative("available_yuan", "asset_available_is_not_negative", "可用金额不能为负数。"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["court", "area", "state"], name="asset_court_area")]

    @property
    def no(self) -> str:
        """The asset's number within its case, as the regulation's `asset_no`."""
        return f"财{self.position:03}"


class AssetMark(models.Model):
    """A name by which one asset is known (account, certificate, frame number): within a case it belongs to one asset."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="marks")
    key = models.CharField(max_length=240)

    class Meta:
        db_table = "asset_mark"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "key"], name="one_asset_per_mark", violation_error_message="这项财产已经登记过。"
            )
        ]


class Measure(models.Model):
    """A freeze, seal or seizure of one asset, or the attempt. `waiting_order` 0 is the first in rank; a waiting one becomes
    effective when those before it are released (ckd 第26条). `expires_on` is its last day and never rolls."""

    ACTIVE, WAITING, FAILED, RELEASED = "active", "waiting", "failed", "released"
    CONTROLLED, PARTLY, OVER, NOT_CONTROLLED = "controlled", "partly", "over", "not_controlled"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="measures")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="measures")
    number = models.CharField("措施编号", max_length=40)
    kind = models.CharField("措施", max_length=10, choices=[("freeze", "冻结"), ("seal", "查封"), ("seize", "扣押")])
    online = models.BooleanField("网络控制", default=True)
    waiting_order = models.PositiveSmallIntegerField("轮候顺位", default=0)
    result = models.CharField(
        "结果", max_length=20,
        choices=[(CONTROLLED, "已控"), (PARTLY, "部分已控"), (OVER, "超额控制"), ("waiting", "轮候"), (NOT_CONTROLLED, "未控")],
    )  # fmt: skip
    reason = models.CharField("未控原因", max_length=400, blank=True)
    ruling_no = models.CharField("裁定文号", max_length=80, blank=True)
    effective_on = models.DateField("生效日", null=True, blank=True)
    expires_on = models.DateField("到期日", null=True, blank=True)
    limit_yuan = _money("限额（元）")
    controlled_yuan = _money("实际控制金额（元）")
    state = models.CharField(
        "状态", max_length=10, choices=[(ACTIVE, "有效"), (WAITING, "轮候"), (FAILED, "未控"), (RELEASED, "已解除")]
    )
    renewed = models.PositiveSmallIntegerField("续行次数", default=0)
    seq = models.BigIntegerField("日志序号")
    made_at = models.DateTimeField("办理时间")
    made_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "measure"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "number"], name="one_measure_per_number", violation_error_message="这个措施编号已经登记过。"
            ),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(state__in=["active", "waiting"]), name="one_standing_measure_per_asset",
                violation_error_message="这项财产已有有效或轮候的措施。",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") | Q(effective_on__isnull=False, expires_on__isnull=False),
                name="a_measure_in_force_has_its_term", violation_error_message="已控的措施要写明生效日和到期日。",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("effective_on")),
                name="a_measure_ends_after_it_began", violation_error_message="到期日不能早于生效日。",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="a_failed_measure_says_why", violation_error_message="未控的要写明原因。"
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_order__gte=1), name="a_waiting_measure_has_its_order",
                violation_error_message="轮候的要写明顺位。",
            ),
            _not_negative("limit_yuan", "measure_limit_is_not_negative", "限额不能为负数。"),
            _not_negative("controlled_yuan", "measure_controlled_is_not_negative", "控制金额不能为负数。"),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "expires_on", "id"], name="measure_ledger", condition=Q(state__in=["active", "waiting"]))
        ]
