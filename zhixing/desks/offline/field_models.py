"""Field days: batches of one kind of matter, their tasks in the order of the route, what was brought back (三(三)3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhixing.casework.cases.models import new_ref


class FieldDay(models.Model):
    """A batch of one kind of matter for one day. Closed when every task is answered."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    batch_no = models.CharField("班次编号", max_length=30)
    day = models.DateField("排班日期")
    kind = models.CharField("事项类型", max_length=20)
    officers = models.ManyToManyField("casework.Person", related_name="+")
    made_at = models.DateTimeField("排班时间")
    made_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        db_table = "field_day"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "batch_no"], name="one_field_day_per_batch_number", violation_error_message="这个班次编号已经用过。"),
        ]
        indexes: ClassVar = [models.Index(fields=["court", "day"], name="field_day_open", condition=Q(closed_at__isnull=True))]


class FieldTask(models.Model):
    """One place to go to for one case. Answered once: done with what came of it, or not done with the reason."""

    TODO, DONE, NOT_DONE = "todo", "done", "not_done"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    day = models.ForeignKey(FieldDay, models.PROTECT, related_name="tasks")
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="field_tasks")
    position = models.PositiveSmallIntegerField("路线次序", default=1)
    place = models.CharField("地点", max_length=200)
    what = models.CharField("事项", max_length=200)
    deliveries = models.ManyToManyField("offline.Delivery", related_name="+", blank=True)
    state = models.CharField("状态", max_length=8, default=TODO, choices=[(TODO, "待办"), (DONE, "已办"), (NOT_DONE, "未办")])
    result = models.CharField("结果或理由", max_length=1000, blank=True)
    answered_at = models.DateTimeField("登记时间", null=True, blank=True)
    answered_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "field_task"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "case", "what"], name="one_task_per_case_and_matter", violation_error_message="这个班次里已有这件事。"),
            models.CheckConstraint(
                condition=Q(state="todo", answered_at__isnull=True, result="")
                | (Q(state__in=["done", "not_done"], answered_at__isnull=False, answered_by__isnull=False) & ~Q(result="")),
                name="an_answered_task_says_what_came_of_it",
                violation_error_message="办了的写明结果，没办的写明理由（三(三)3）。",
            ),
        ]


class Evidence(models.Model):
    """A photograph or signature taken outside, filed in the dossier once by its client's key. Append-only."""

    PHOTO, SIGNATURE = "photo", "signature"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    key = models.CharField(max_length=64)
    task = models.ForeignKey(FieldTask, models.PROTECT, related_name="evidence")
    kind = models.CharField("种类", max_length=10, choices=[(PHOTO, "照片"), (SIGNATURE, "签名")])
    taken_at = models.DateTimeField("拍摄时间")
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy_m = models.PositiveIntegerField("误差（米）", null=True, blank=True)
    sha256 = models.CharField("校验值", max_length=64)
    scan = models.OneToOneField("casework.Scan", models.PROTECT, related_name="+")
    by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        db_table = "field_evidence"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "key"], name="one_piece_of_evidence_per_key"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="a_place_is_on_the_earth",
            ),
        ]  # fmt: skip
