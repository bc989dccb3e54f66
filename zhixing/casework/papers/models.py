"""Papers (文书): a court's own templates, each paper with its states, the batches that make fifty at once, the print register."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ..cases.models import new_ref


class Template(models.Model):
    """A version of a Word template that a court uploaded. The newest one of a kind is used; none is ever changed."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    kind = models.CharField("文书种类", max_length=40)
    version = models.PositiveIntegerField("版次")
    file = models.FileField(upload_to="templates/%Y/%m/", max_length=200)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("校验值", max_length=64)
    fields = models.JSONField("使用的字段", default=list)
    added_at = models.DateTimeField("上传时间")
    added_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")

    class Meta:
        db_table = "paper_template"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "kind", "version"], name="one_template_per_version"),
        ]


class Letterhead(models.Model):
    """What every paper of a court says of the court itself: where it is, its telephone, the account debtors pay into."""

    court = models.OneToOneField("casework.Court", models.PROTECT, primary_key=True, related_name="letterhead")
    address = models.CharField("地址", max_length=120, blank=True)
    postcode = models.CharField("邮政编码", max_length=6, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    account_bank = models.CharField("执行款专户开户行", max_length=80, blank=True)
    account_name = models.CharField("执行款专户户名", max_length=80, blank=True)
    account_number = models.CharField("执行款专户账号", max_length=40, blank=True)

    class Meta:
        db_table = "letterhead"


class PaperBatch(models.Model):
    """Many papers made or sealed at once by the worker, with how far it has come. `tasks` are what was asked, in order."""

    DRAFT, SEAL = "draft", "seal"
    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    work = models.CharField("工作", max_length=6, choices=[(DRAFT, "拟制"), (SEAL, "用印")])
    key = models.CharField(max_length=80)
    tasks = models.JSONField(default=list)
    results = models.JSONField(default=list)
    state = models.CharField(
        "状态", max_length=8, default=QUEUED, choices=[(QUEUED, "排队中"), (RUNNING, "进行中"), (DONE, "已完成"), (FAILED, "失败")]
    )
    total = models.PositiveIntegerField("步数", default=0)
    progress = models.PositiveIntegerField("已完成步数", default=0)
    made_at = models.DateTimeField("提交时间")
    made_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    error = models.CharField("失败原因", max_length=400, blank=True)

    class Meta:
        db_table = "paper_batch"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "key"], name="one_batch_per_form")]


class NumberSeries(models.Model):
    """The last number given in a series of a year, taken under lock: numbers have no gaps and never repeat."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    series = models.CharField("序列", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        db_table = "paper_number_series"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "series", "year"], name="one_series_per_year")]


class Paper(models.Model):
    """One paper to one recipient. What it says (`values`, the template's hash) is fixed when it is drafted; from the seal
    on the database refuses every change of its content. A correction is a new paper that names the one it takes the place of."""

    DRAFTED, CHECKED, SIGNED, SEALED, ISSUED, CANCELLED = "drafted", "checked", "signed", "sealed", "issued", "cancelled"
    STATES: ClassVar = [(DRAFTED, "待核对"), (CHECKED, "待签发"), (SIGNED, "待用印"), (SEALED, "待发出"), (ISSUED, "已发出"), (CANCELLED, "已作废")]

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="papers")
    kind = models.CharField("文书种类", max_length=40)
    number = models.CharField("文书编号", max_length=60)
    party = models.ForeignKey("casework.Party", models.PROTECT, null=True, blank=True, related_name="+")
    recipient = models.CharField("对象", max_length=120, blank=True)
    dated_on = models.DateField("落款日期")
    values = models.JSONField("填入的内容", default=dict)
    template_sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=10, default=DRAFTED, choices=STATES)
    remark = models.CharField("退回或作废理由", max_length=400, blank=True)
    word = models.FileField(max_length=200, blank=True)
    pdf = models.FileField(max_length=200, blank=True)
    pdf_sha256 = models.CharField("校验值", max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    copies = models.PositiveSmallIntegerField("份数", default=1)
    batch = models.ForeignKey(PaperBatch, models.PROTECT, null=True, blank=True, related_name="papers")
    approval = models.ForeignKey("casework.Approval", models.PROTECT, null=True, blank=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    drafted_at = models.DateTimeField("拟制时间")
    drafted_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    checked_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    signed_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    sealed_at = models.DateTimeField("用印时间", null=True, blank=True)
    sealed_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField("发出时间", null=True, blank=True)
    issued_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "paper"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "number"], name="one_paper_per_number", violation_error_message="这个文书编号已经用过。"),
            models.UniqueConstraint(
                fields=["case", "kind", "recipient"], name="one_running_paper_per_kind_and_recipient",
                condition=Q(state__in=["drafted", "checked", "signed", "sealed"]),
                violation_error_message="同一对象的同种文书正在制作中。",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("drafted_by")), name="a_paper_is_checked_by_another",
                violation_error_message="文书由拟制人以外的人核对（三(二)4）。",
            ),
            models.CheckConstraint(
                condition=Q(sealed_by__isnull=True) | ~Q(sealed_by=F("drafted_by")), name="a_paper_is_sealed_by_another",
                violation_error_message="用印由拟制人以外的人办理（三(二)4）。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "cancelled"]) | Q(checked_at__isnull=False), name="a_paper_is_checked_before_it_goes_on",
                violation_error_message="文书须先核对（三(二)4）。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "checked", "cancelled"]) | Q(signed_at__isnull=False),
                name="a_paper_is_signed_before_the_seal", violation_error_message="文书须先签发，再用印（三(二)4）。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "checked", "signed", "cancelled"]) | (Q(sealed_at__isnull=False) & ~Q(pdf_sha256="")),
                name="a_paper_is_sealed_before_it_is_issued", violation_error_message="文书须先用印，再发出（三(二)4）。",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False), name="an_issued_paper_says_when",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["court", "state", "-id"], name="paper_pile", condition=~Q(state__in=["issued", "cancelled"])),
            models.Index(fields=["case", "-id"], name="paper_case"),
            models.Index(fields=["court", "-issued_at"], name="paper_issued", condition=Q(state="issued")),
        ]


class PrintRun(models.Model):
    """One print file: which papers, how many sheets, by whom (the print register)."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    papers = models.ManyToManyField(Paper, related_name="print_runs")
    count = models.PositiveIntegerField("件数")
    sheets = models.PositiveIntegerField("张数")
    duplex = models.BooleanField("双面", default=True)
    file = models.FileField(max_length=200)
    sha256 = models.CharField("校验值", max_length=64)
    printed_at = models.DateTimeField("生成时间")
    printed_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")

    class Meta:
        db_table = "paper_print_run"
        indexes: ClassVar = [models.Index(fields=["court", "-id"], name="print_run_newest")]
