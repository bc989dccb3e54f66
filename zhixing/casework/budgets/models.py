"""Counters of messages per hour: what is not counted here is not sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class MessageCount(models.Model):
    """How many messages one `owner` (a court's channel, a network address) has used in the hour that began at `hour_at`."""

    owner = models.CharField("谁", max_length=80)
    hour_at = models.DateTimeField("起始整点")
    used = models.PositiveIntegerField("已用", default=0)

    class Meta:
        db_table = "message_count"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "hour_at"], name="one_message_count_per_hour"),
            models.CheckConstraint(condition=~Q(owner=""), name="a_message_count_has_an_owner"),
        ]
