"""The dossier: main and supplementary volumes (正卷/副卷) of scans, each with its hash and page count."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from ..cases.models import new_ref


class Scan(models.Model):
    """One uploaded paper. The file never changes; a correction is a new scan that names the one it replaces."""

    MAIN, SUPPLEMENTARY = "main", "supplementary"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, blank=True, related_name="scans")
    matter = models.ForeignKey("casework.Matter", models.PROTECT, null=True, blank=True, related_name="scans")
    volume = models.CharField("卷别", max_length=14, default=MAIN, choices=[(MAIN, "正卷"), (SUPPLEMENTARY, "副卷")])
    title = models.CharField("材料名称", max_length=120)
    event_kind = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField("顺序")
    pages = models.PositiveIntegerField("页数", default=1)
    file = models.FileField(upload_to="dossier/%Y/%m/", max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField("入卷时间")
    added_by = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")  # empty: the product, from an interface
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True)

    class Meta:
        db_table = "scan"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "volume", "position"], name="one_scan_per_place_in_a_volume"),
        ]
