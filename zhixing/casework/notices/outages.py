"""A channel that stays down becomes a task: the desk tells people on paper; when it works again the task says so (二(四)1)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import system_actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from ..journal.models import JournalEntry
from ..matters.actions import open_matter
from ..matters.models import Matter
from .models import Gateway, Notice
from .policy import policy


def watch_channels(*, at: datetime) -> int:
    """Open a task in every court whose notices wait for a channel that has been down for too long; record in it that the
    channel works again. Returns how many of both. A regulation that knows no such task gets none."""
    outage = policy().outage
    if outage.found not in rules.rulebook().events:
        return 0
    told = 0
    for gateway in Gateway.objects.order_by("channel"):
        down = gateway.failing_since is not None and gateway.failures >= outage.failures
        if down and at - gateway.failing_since >= outage.paper_after:
            told += _raise(gateway, at)
        elif gateway.failing_since is None:
            told += _restore(gateway.channel, at)
    return told


def _raise(gateway: Gateway, at: datetime) -> int:
    """One task per court and outage, whoever looks how often: the key is the outage's."""
    began, told = gateway.failing_since.astimezone(CST), 0
    waiting = Notice.objects.filter(channel=gateway.channel, state__in=Notice.WAITING).exclude(address="")
    for court_id, count in waiting.order_by("court_id").values_list("court_id").annotate(n=Count("pk")):
        key = f"outage:{gateway.channel}:{began:%Y%m%dT%H%M%S}"
        if JournalEntry.objects.filter(court_id=court_id, idempotency_key=key).exists():
            continue
        title = policy().title(gateway.channel)
        payload = {"channel": title, "since": began.isoformat(timespec="minutes"), "waiting": count}
        try:
            open_matter(event=policy().outage.found, payload=payload, number=f"{gateway.channel}-{began:%Y%m%d-%H%M%S}",
                        title=f"{title}自{began:%-m月%-d日%H:%M}中断，{count}条告知等待发出", key=key, by=system_actor(court_id), at=at)  # fmt: skip
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            continue  # another machine was faster
        told += 1
    return told


def _restore(channel: str, at: datetime) -> int:
    """Record in every task of this channel that does not say so yet that it works again."""
    book, outage = rules.rulebook(), policy().outage
    kind = book.events[outage.found].matter_kind
    said = JournalEntry.objects.filter(kind=outage.restored).values("matter_id")
    rows = Matter.objects.filter(kind=kind, number__startswith=f"{channel}-").exclude(pk__in=said)
    for row in rows:
        record(outage.restored, court_id=row.court_id, matter_id=row.pk, payload={"channel": policy().title(channel)},
               key=f"restored:{row.ref}", by=system_actor(row.court_id), at=at)  # fmt: skip
    return len(rows)
