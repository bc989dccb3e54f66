"""Taking from an hour's budget and giving back what was not used.

The count is a row of the database, locked while it is taken from: no cache, and whoever cannot count cannot send (fails closed).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from .models import MessageCount

HOUR, KEPT = timedelta(hours=1), timedelta(days=7)


def hour_of(at: datetime) -> datetime:
    """The full hour in which a moment lies."""
    return at.replace(minute=0, second=0, microsecond=0)


@transaction.atomic
def take(*, owner: str, wanted: int, most: int, at: datetime) -> int:
    """Take up to `wanted` of the `most` messages that an owner may use in this hour. Returns how many were granted (0: none is
    left). The owner's row stays locked until the caller's transaction ends."""
    hour = hour_of(at)
    MessageCount.objects.bulk_create([MessageCount(owner=owner, hour_at=hour)], ignore_conflicts=True)
    row = MessageCount.objects.select_for_update().get(owner=owner, hour_at=hour)
    if row.used == 0:  # the first of an hour sweeps up what nobody counts on any more
        MessageCount.objects.filter(hour_at__lt=hour - KEPT).delete()
    granted = max(0, min(wanted, most - row.used))
    if granted:
        MessageCount.objects.filter(pk=row.pk).update(used=F("used") + granted)
    return granted


def give_back(*, owner: str, unused: int, at: datetime) -> None:
    """Return what was taken in the hour of `at` and never used."""
    MessageCount.objects.filter(owner=owner, hour_at=hour_of(at), used__gte=unused).update(used=F("used") - unused)
