"""Duties: running and finished clocks, as the rulebook answered. Lateness is derived; that it happened is remembered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Duty(models.Model):
    """One clock. Written only by `facts.record`. `late_at` is the due moment that was first missed (never cleared).

    `open` duties have neither `met_at` nor `stopped_at`; `due_at` is empty while the clock stands still.
    """

    court = models.ForeignKey("casework.Court", models.PROTECT)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="duties")
    matter = models.ForeignKey("casework.Matter", models.PROTECT, null=True, blank=True, related_name="duties")
    rule = models.CharField(max_length=60)
    key = models.CharField(max_length=80, default="", blank=True)
    n = models.PositiveSmallIntegerField(default=1)
    clause = models.CharField("条款", max_length=30)
    desk = models.CharField("岗位组", max_length=20)
    started_at = models.DateTimeField("起算")
    started_seq = models.BigIntegerField()
    due_at = models.DateTimeField("到期", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    extended_until = models.DateField("延至", null=True, blank=True)
    met_at = models.DateTimeField("办结", null=True, blank=True)
    met_seq = models.BigIntegerField(null=True, blank=True)
    stopped_at = models.DateTimeField("终止", null=True, blank=True)
    late_at = models.DateTimeField("首次超期", null=True, blank=True)
    suspended_at = models.DateTimeField("中止", null=True, blank=True)
    is_open = models.BooleanField(default=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    warned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "duty"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "rule", "key", "n"], condition=Q(case__isnull=False), name="one_clock_per_case_rule_key"
            ),
            models.UniqueConstraint(
                fields=["matter", "rule", "key", "n"], condition=Q(matter__isnull=False), name="one_clock_per_matter_rule_key"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, matter__isnull=True) | Q(case__isnull=True, matter__isnull=False),
                name="a_clock_belongs_to_a_case_or_a_matter",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, met_at__isnull=True, stopped_at__isnull=True)
                | Q(is_open=False, met_at__isnull=False, stopped_at__isnull=True)
                | Q(is_open=False, met_at__isnull=True, stopped_at__isnull=False),
                name="a_clock_is_open_met_or_stopped",
            ),
            models.CheckConstraint(condition=~Q(clause=""), name="a_clock_has_its_clause"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["court", "desk", "due_at", "id"], name="duty_worklist", condition=Q(is_open=True)),
            models.Index(fields=["warn_at"], name="duty_warn", condition=Q(is_open=True, warn_at__isnull=False)),
            models.Index(fields=["court", "clause", "started_at"], name="duty_clause"),
            models.Index(fields=["court", "met_at"], name="duty_met", condition=Q(met_at__isnull=False)),
            models.Index(fields=["court", "due_at", "met_at"], name="duty_due", condition=Q(stopped_at__isnull=True)),
        ]
