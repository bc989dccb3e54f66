"""Receipts: fetched from the channel, applied in any order, any number of times; a final state never changes (trust I35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from zhixing.outside.messages import Channel, Receipt, RejectedError, TransientError

from .models import Gateway, Notice
from .policy import policy

PAGES = 100
OPEN = (Notice.PENDING, Notice.SENDING, Notice.SENT)


def fetch_receipts(*, channels: Mapping[str, Channel], at: datetime) -> int:
    """Read what the channels have to say since the last time. Returns how many notices became final. A channel that does not
    answer is asked again next time; whether it is down is for the sender to say."""
    told = 0
    for name, channel in channels.items():
        gateway, _ = Gateway.objects.get_or_create(channel=name)
        with suppress(TransientError, RejectedError):
            told += _read_on(gateway, channel, at)
    return told


def _read_on(gateway: Gateway, channel: Channel, at: datetime) -> int:
    told = 0
    for _ in range(PAGES):
        found, following = channel.receipts(gateway.cursor, at)
        if following == gateway.cursor or not found:
            break
        with transaction.atomic():
            told += apply_receipts(channel=gateway.channel, receipts=found, at=at)
            Gateway.objects.filter(pk=gateway.pk).update(cursor=following)
        gateway.cursor = following
    return told


def apply_receipts(*, channel: str, receipts: Iterable[Receipt], at: datetime) -> int:
    """Settle the messages that the receipts are about. Returns how many became final; all other receipts change nothing.

    Only what was handed over can have a receipt. The first word counts: a message said to be delivered stays so.
    """
    found, told = list(receipts), 0
    about: dict[str, list[int]] = {}
    for name in ("key", "gateway_key"):
        rows = Notice.objects.filter(**{f"{name}__in": {r.key for r in found}, f"{name}__gt": ""}, channel=channel)
        for pk, key, instead in rows.values_list("pk", "key", "gateway_key"):
            if name == "gateway_key" or not instead:
                about.setdefault(instead or key, []).append(pk)
    for receipt in found:
        rows = Notice.objects.filter(pk__in=about.get(receipt.key, ()), state__in=OPEN, handed_at__isnull=False)
        state = Notice.DELIVERED if receipt.delivered else Notice.FAILED
        told += rows.update(state=state, settled_at=at, next_at=None, error=receipt.reason[:200], receipt=receipt.at[:60] or "有")
    return told


def sweep_silent(*, at: datetime) -> int:
    """Say of every message that was taken but has had no receipt for too long that it has none; it stays sent, a late
    receipt still counts. Returns how many."""
    told = 0
    for rule in policy().channels.values():
        if rule.receipt_hours:
            rows = Notice.objects.filter(
                channel=rule.id, state=Notice.SENT, error="", accepted_at__lt=at - timedelta(hours=rule.receipt_hours)
            )
            told += rows.exclude(simulated=True).update(error=f"{rule.receipt_hours}小时没有回执，请核实是否收到")
    return told
