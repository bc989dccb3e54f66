"""Claiming what is due: one message in flight per address, in order, and never more than an address may get (trust T17).

All of it is decided under the locks of the addresses' rows, from what the database counts in that moment: no cache, and no
send without a count. The unique index over messages in flight has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from .models import Lane, Notice
from .policy import ChannelRule, policy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice that is now ours until the lease runs out. `attempt` is the token: whoever settles must still hold it."""

    notice: Notice
    attempt: int
    handed_before: datetime | None


def claim_due(*, rule: ChannelRule, at: datetime, limit: int, anyway: bool = False) -> tuple[list[Claim], int]:
    """Claim up to `limit` messages of a channel, each the first that its address waits for. Returns them and how many were
    put off because their address has had enough. `anyway` also takes what is not due yet (to try a channel that is down)."""
    found = list(_first(rule.id, at, anyway).values_list("pk", "address")[:limit])
    if not found:
        return [], 0
    with transaction.atomic():
        free = _locked(rule.id, {address for _, address in found})
        rows = _first(rule.id, at, anyway).filter(pk__in=[pk for pk, address in found if address in free])
        rows = rows.select_for_update(of=("self",)) if connection.vendor == "postgresql" else rows
        notices = list(rows.select_related("court"))
        full = _full(rule, notices, at)
        claims = [_claim(n, at) for n in notices if n.pk not in full]
        for pk, until in full.items():
            why = f"同一{rule.address}一小时至多{rule.hour}条、一天至多{rule.day}条，顺延"
            Notice.objects.filter(pk=pk).update(state=Notice.PENDING, next_at=until, error=why)
    return claims, len(full)


def _first(channel: str, at: datetime, anyway: bool) -> QuerySet[Notice]:
    """Messages before which their address waits for no other: pending ones that are due, and claims that ran out."""
    lane = Notice.objects.filter(channel=channel, address=OuterRef("address"), state__in=Notice.WAITING).exclude(
        address=""
    )
    earlier = lane.filter(Q(seq__lt=OuterRef("seq")) | Q(seq=OuterRef("seq"), pk__lt=OuterRef("pk")))
    due = Q(next_at__lte=at) | Q(state=Notice.PENDING) if anyway else Q(next_at__lte=at)
    rows = Notice.objects.filter(due, channel=channel, state__in=Notice.WAITING).exclude(address="")
    return rows.filter(~Exists(earlier)).order_by("next_at", "pk")


def _locked(channel: str, addresses: set[str]) -> set[str]:
    """The addresses whose rows are now ours; those that another worker holds are left to it. SQLite locks everything."""
    lanes = Lane.objects.filter(channel=channel, address__in=addresses).order_by("address")
    if connection.vendor == "postgresql":
        lanes = lanes.select_for_update(skip_locked=True)
    return set(lanes.values_list("address", flat=True))


def _full(rule: ChannelRule, notices: Sequence[Notice], at: datetime) -> dict[int, datetime]:
    """Notices whose address has had its share, and when the next may go. What was handed over counts, however it ended."""
    handed: dict[str, list[tuple[int, datetime]]] = {}
    rows = Notice.objects.filter(channel=rule.id, address__in={n.address for n in notices}, handed_at__gt=at - DAY)
    for pk, address, when in rows.values_list("pk", "address", "handed_at"):
        handed.setdefault(address, []).append((pk, when))
    full = {}
    for notice in notices:
        times = sorted(when for pk, when in handed.get(notice.address, ()) if pk != notice.pk)
        waits = [
            times[-most] + span
            for span, most in ((HOUR, rule.hour), (DAY, rule.day))
            if len(times) >= most and times[-most] > at - span
        ]
        if waits:
            full[notice.pk] = max(waits)
    return full


def _claim(notice: Notice, at: datetime) -> Claim:
    before, attempt = notice.handed_at, notice.attempts + 1
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.SENDING, attempts=F("attempts") + 1, handed_at=at, next_at=at + policy().lease
    )
    notice.attempts, notice.state = attempt, Notice.SENDING
    return Claim(notice, attempt, before)


def give_back(claims: Sequence[Claim], *, at: datetime, why: str = "") -> None:
    """Return what was claimed but never handed over: it counts for nothing."""
    for claim in claims:
        mine(claim).update(state=Notice.PENDING, next_at=at, handed_at=claim.handed_before, error=why[:200])


def mine(claim: Claim) -> QuerySet[Notice]:
    """The claimed row, as long as the claim is still ours: a worker that was too slow settles nothing."""
    return Notice.objects.filter(pk=claim.notice.pk, state=Notice.SENDING, attempts=claim.attempt)
