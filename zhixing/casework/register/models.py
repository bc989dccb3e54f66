"""Register imports: each run with its outcome (so that it can be shown and undone) and the court's column mapping."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from ..cases.models import new_ref


class ColumnMapping(models.Model):
    """How a court's own headers map to register fields, remembered between imports."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    header = models.CharField(max_length=80)
    field = models.CharField(max_length=60)

    class Meta:
        db_table = "column_mapping"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "header"], name="one_field_per_header")]


class ImportRun(models.Model):
    """One import of a register file: previewed, running with progress, done, undone or failed."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=200)
    file_name = models.CharField("文件", max_length=200)
    sheet = models.CharField("工作表", max_length=80, blank=True)
    mapping = models.JSONField(default=dict)
    state = models.CharField(
        "状态", max_length=10, default="preview",
        choices=[("preview", "待确认"), ("queued", "排队中"), ("running", "进行中"), ("done", "已完成"), ("undone", "已撤销"), ("failed", "失败")],
    )  # fmt: skip
    total = models.PositiveIntegerField(default=0)
    progress = models.PositiveIntegerField(default=0)
    outcome = models.JSONField("结果", default=dict)
    created_refs = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "import_run"
