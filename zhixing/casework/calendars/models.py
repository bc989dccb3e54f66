"""A court's calendar: the shipped State Council days plus the court's own versions. A version never changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class CalendarVersion(models.Model):
    """All of a court's overrides at one version: `{"2027-01-01": ["off", "元旦", "国办发明电…"]}`. Version 0 is shipped."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    version = models.PositiveIntegerField()
    overrides = models.JSONField(default=dict)
    covers_until = models.DateField("公布至", null=True, blank=True)
    reason = models.CharField("理由", max_length=400)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("casework.Person", models.PROTECT, related_name="+")

    class Meta:
        db_table = "calendar_version"
        constraints: ClassVar = [models.UniqueConstraint(fields=["court", "version"], name="one_calendar_per_version")]
