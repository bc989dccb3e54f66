"""Courts: every row of the product belongs to one. Sisters are the courts under the same prefecture court."""

from __future__ import annotations

from django.db import models


class Court(models.Model):
    """A court with its code (法院代字, e.g. 豫1502) and, for a basic court, its prefecture court."""

    code = models.CharField("法院代字", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=20)
    region_code = models.CharField("行政区划代码", max_length=6)
    prefecture = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="basic_courts")
    regulation = models.CharField("适用细则", max_length=40, default="shihe-2023")
    hotline = models.CharField("举报电话", max_length=20, blank=True)

    class Meta:
        db_table = "court"

    def __str__(self) -> str:
        return self.name
