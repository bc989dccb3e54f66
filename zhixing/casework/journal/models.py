"""The journal: append-only, chained by hash, one head per court and stream. The database refuses change and deletion."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class JournalHead(models.Model):
    """The end of one court's chain of one stream; its row is locked by whoever writes next."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    stream = models.CharField(max_length=12)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        db_table = "journal_head"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "stream"], name="one_head_per_court_and_stream")]


class JournalEntry(models.Model):
    """One event: what, when it happened, when it was recorded, who (with the name then), which desk, which clause.

    `hash` is SHA-256 over the previous hash and the length-prefixed fields (`journal.chain`).
    """

    court = models.ForeignKey("casework.Court", models.PROTECT)
    stream = models.CharField(max_length=12, default="casework")
    seq = models.BigIntegerField()
    kind = models.CharField("事件", max_length=60)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="entries")
    matter = models.ForeignKey("casework.Matter", models.PROTECT, null=True, blank=True, related_name="entries")
    at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间")
    person = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    person_name = models.CharField("记录人", max_length=40)
    desk = models.CharField("岗位组", max_length=20, blank=True)
    clause = models.CharField("条款", max_length=30, blank=True)
    payload = models.TextField(default="{}")
    regulation = models.CharField(max_length=40)
    calendar_version = models.PositiveIntegerField(default=0)
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "journal_entry"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["court", "stream", "seq"], name="one_entry_per_seq"),
            models.UniqueConstraint(
                fields=["court", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_entry_per_idempotency_key",
                violation_error_message="这一步已经记录过。",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=True) | Q(matter__isnull=True), name="an_entry_is_about_one_thing"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "seq"], name="journal_case", condition=Q(case__isnull=False)),
            models.Index(fields=["matter", "seq"], name="journal_matter", condition=Q(matter__isnull=False)),
            models.Index(fields=["court", "kind", "at"], name="journal_kind"),
        ]


class AccessEntry(models.Model):
    """Who read what: one row per page of a case or per unmasked number. Append-only like the journal."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    at = models.DateTimeField("时间")
    person = models.ForeignKey("casework.Person", models.PROTECT, null=True, related_name="+")
    person_name = models.CharField("人员", max_length=40)
    action = models.CharField("动作", max_length=60)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="reads")
    path = models.CharField("页面", max_length=200, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "access_entry"
        indexes: ClassVar = [
            models.Index(fields=["court", "-id"], name="access_court"),
            models.Index(fields=["case", "-id"], name="access_case", condition=Q(case__isnull=False)),
        ]
