"""Matters: what is not a case but has clocks (instructions, supervision items, petitions, visits, watch days …)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from ..cases.models import new_ref


class Matter(models.Model):
    """One matter of a court. `kind` is a matter kind of the regulation file; `number` is unique per court and kind."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    kind = models.CharField("类别", max_length=30)
    number = models.CharField("编号", max_length=60)
    title = models.CharField("标题", max_length=200)
    desk = models.CharField("承办岗位组", max_length=20)
    opened_at = models.DateTimeField("发生时间")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="matters")

    class Meta:
        db_table = "matter"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["court", "kind", "number"],
                name="one_matter_per_number",
                violation_error_message="这个编号的事项已经登记过。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["court", "kind", "-opened_at", "-id"], name="matter_court_kind")]

    def __str__(self) -> str:
        return self.title


class MatterState(models.Model):
    """The engine's memory of a matter, as `CaseState` is of a case."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="state_row")
    document = models.TextField()
    events = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "matter_state"
