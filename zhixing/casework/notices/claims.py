"""Claiming what is due: one message in flight per address, in order, and never more than an address may get (trust T17).

All of it is decided under the locks of the addresses' rows, from what the database counts in that moment: no cache, and no
send without a count. The unique index over messages in flight has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from zhixing.casework.budgets import spending
from zhixing.casework.facts.write import stored

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
    found = _first(rule.id, at, limit, anyway)
    if not found:
        return [], 0
    with transaction.atomic():
        free = _locked(rule.id, {address for _, address in found})
        still = _first(rule.id, at, limit, anyway, among=[pk for pk, address in found if address in free])
        notices = list(Notice.objects.filter(pk__in=[pk for pk, _ in still]).select_related("court").order_by("next_at", "pk"))
        full = _full(rule, notices, at)
        for pk, until in full.items():
            why = f"同一{rule.address}一小时至多{rule.hour}条、一天至多{rule.day}条，顺延"
            Notice.objects.filter(pk=pk).update(state=Notice.PENDING, next_at=until, error=why)
        within, spent = _within_budget(rule, [n for n in notices if n.pk not in full], at)
        claims = _claimed(within, at)
    return claims, len(full) + spent


FIRST = """SELECT n.id, n.address FROM notice n
WHERE n.channel = %s AND n.state IN ('pending', 'sending') AND n.address > '' AND {due} {among}
AND n.id = (SELECT e.id FROM notice e WHERE e.channel = n.channel AND e.address = n.address
    AND e.state IN ('pending', 'sending') AND {there} ORDER BY e.seq, e.id LIMIT 1)
ORDER BY n.next_at, n.id LIMIT %s {lock}"""
# SQLite otherwise takes this for the better half of the index and reads every address there is for each message.
THERE = {"sqlite": "likelihood(e.address > '', 0.99)", "postgresql": "e.address > ''"}
DUE, ANYWAY = "n.next_at <= %s", "(n.next_at <= %s OR n.state = 'pending')"


def _first(channel: str, at: datetime, limit: int, anyway: bool, among: Sequence[int] | None = None) -> list[tuple[int, str]]:
    """(id, address) of messages before which their address waits for no other: pending ones that are due, and claims that
    ran out. `among` some, which are then locked. By hand: SQLite sees that a partial index fits only where the states are
    written out, and a subquery (not an anti join) keeps PostgreSQL from reading the whole outbox each time."""
    if among is not None and not among:
        return []
    lock = "FOR UPDATE OF n" if among is not None and connection.vendor == "postgresql" else ""
    only = f"AND n.id IN ({', '.join(str(int(pk)) for pk in among)})" if among is not None else ""
    sql = FIRST.format(due=ANYWAY if anyway else DUE, among=only, lock=lock, there=THERE[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(sql, (channel, stored(at, connection.vendor), limit))
        return [(pk, address) for pk, address in cursor.fetchall()]


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


def _within_budget(rule: ChannelRule, notices: Sequence[Notice], at: datetime) -> tuple[list[Notice], int]:
    """Those that their courts' budgets of this hour still pay for, and how many wait for the next hour. With the first that is
    not paid for, everything of that court that is due waits: a flood is put off in one statement."""
    by_court: dict[int, list[Notice]] = {}
    for notice in notices:
        by_court.setdefault(notice.court_id, []).append(notice)
    paid, waiting = [], 0
    for court_id, mine in sorted(by_court.items()):
        granted = spending.take(owner=owner_of(court_id, rule.id), wanted=len(mine), most=rule.court_hour, at=at)
        paid += mine[:granted]
        if granted < len(mine):
            waiting += _put_off(rule, mine[granted:], {n.pk for n in mine[:granted]}, at)
    return paid, waiting


def _put_off(rule: ChannelRule, unpaid: Sequence[Notice], paid: set[int], at: datetime) -> int:
    """Let what a court cannot pay for wait until the next hour: these, and whatever else of it is due and not in other hands."""
    due = Notice.objects.filter(court_id=unpaid[0].court_id, channel=rule.id, address__gt="", next_at__lte=at, state=Notice.PENDING)
    if connection.vendor == "postgresql":
        due = due.select_for_update(skip_locked=True)
    later: dict[str, Any] = {"state": Notice.PENDING, "next_at": spending.hour_of(at) + HOUR,
                             "error": f"本院本小时的{rule.title}已达{rule.court_hour}条，顺延"}  # fmt: skip
    ours = Notice.objects.filter(pk__in=[n.pk for n in unpaid]).update(**later)
    return ours + Notice.objects.filter(pk__in=due.exclude(pk__in=paid).values("pk")).update(**later)


def owner_of(court_id: int, channel: str) -> str:
    """Whose budget a court's messages over a channel are."""
    return f"court:{court_id}:{channel}"


def _claimed(notices: Sequence[Notice], at: datetime) -> list[Claim]:
    """Make the notices ours, in one statement."""
    Notice.objects.filter(pk__in=[n.pk for n in notices]).update(
        state=Notice.SENDING, attempts=F("attempts") + 1, handed_at=at, next_at=at + policy().lease
    )
    return [Claim(n, n.attempts + 1, n.handed_at) for n in notices]


def give_back(claims: Sequence[Claim], *, at: datetime, why: str = "") -> None:
    """Return what was claimed but never handed over: it counts for nothing."""
    for claim in claims:
        if mine(claim).update(state=Notice.PENDING, next_at=at, handed_at=claim.handed_before, error=why[:200]):
            spending.give_back(owner=owner_of(claim.notice.court_id, claim.notice.channel), unused=1, at=at)


def mine(claim: Claim) -> QuerySet[Notice]:
    """The claimed row, as long as the claim is still ours: a worker that was too slow settles nothing."""
    return Notice.objects.filter(pk=claim.notice.pk, state=Notice.SENDING, attempts=claim.attempt)
