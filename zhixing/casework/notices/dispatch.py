"""The outbox: claim → send → settle. A killed worker's claim runs out and is taken again; the key makes repeats harmless.

A channel that fails several times in a row is down: what waits for it no longer wears out its tries, one message a minute
tries whether it is back, and with the first success everything that waits is due at once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from zhixing.outside.messages import Accepted, Channel, Message, RejectedError, TransientError

from .claims import Claim, claim_due, give_back, mine
from .letters import make_up
from .models import Gateway, Notice
from .policy import ChannelRule, policy

BATCH = 100


def dispatch(*, channels: Mapping[str, Channel], at: datetime, limit: int = BATCH) -> Counter[str]:
    """Make up what is new and send what is due, up to `limit` messages a channel. Returns how many ended in which state."""
    done = make_up(channels=channels, at=at)
    for name, channel in channels.items():
        done += _send_due(policy().channels[name], channel, at, limit)
    return done


def _send_due(rule: ChannelRule, channel: Channel, at: datetime, limit: int) -> Counter[str]:
    gateway, _ = Gateway.objects.get_or_create(channel=rule.id)
    down = is_down(gateway)
    if down and gateway.probe_at is not None and gateway.probe_at > at:
        return Counter()
    claims, put_off = claim_due(rule=rule, at=at, limit=1 if down else limit, anyway=down)
    done: Counter[str] = Counter({Notice.PENDING: put_off} if put_off else {})
    began = time.monotonic()
    for place, claim in enumerate(claims):
        state, trouble = _send(claim, channel, gateway, at, down)
        done[state] += 1
        gateway = _note(gateway, trouble, at)
        slow = time.monotonic() - began > policy().lease.total_seconds() / 2
        if is_down(gateway) or slow:
            give_back(claims[place + 1 :], at=at, why=trouble)
            break
    return done


def is_down(gateway: Gateway) -> bool:
    """Whether the channel has failed so often in a row that it counts as down."""
    return gateway.failures >= policy().outage.failures


def _send(claim: Claim, channel: Channel, gateway: Gateway, at: datetime, down: bool) -> tuple[str, str]:
    """Hand one message over and settle it. Returns its state and the channel's trouble ("" when there was none)."""
    notice = claim.notice
    message = Message(notice.sent_key, notice.address, notice.text, subject=notice.court.name)
    try:
        accepted = channel.send(message, at)
    except RejectedError as error:
        mine(claim).update(state=Notice.FAILED, error=str(error)[:200], settled_at=at, next_at=None)
        return Notice.FAILED, ""
    except TransientError as error:
        return _again(claim, str(error), at, down), str(error)
    _settle(claim, accepted, at)
    if accepted.simulated is not gateway.simulated:
        gateway.simulated = accepted.simulated
        gateway.save(update_fields=["simulated"])
    return Notice.SENT, ""


def _settle(claim: Claim, accepted: Accepted, at: datetime) -> bool:
    """The channel has it. Nothing happens when the claim ran out meanwhile and somebody else settled."""
    return mine(claim).update(
        state=Notice.SENT, error="", proof=accepted.proof[:200], simulated=accepted.simulated, accepted_at=at, settled_at=at, next_at=None,
    ) == 1  # fmt: skip


def _again(claim: Claim, why: str, at: datetime, down: bool) -> str:
    """Try later, each time later; after the last try it has failed. A channel that is down wears out nobody's tries."""
    failures, back_off = claim.notice.failures + (not down), policy().back_off
    if failures > len(back_off):
        mine(claim).update(state=Notice.FAILED, failures=failures, error=why[:200], settled_at=at, next_at=None)
        return Notice.FAILED
    wait = back_off[max(failures, 1) - 1]
    mine(claim).update(state=Notice.PENDING, failures=failures, error=why[:200], next_at=at + wait)
    return Notice.PENDING


def _note(gateway: Gateway, trouble: str, at: datetime) -> Gateway:
    """Note how the channel did; when it was down and works again, whatever waited is due now. Returns the row as it is then."""
    row = Gateway.objects.filter(pk=gateway.pk)
    if trouble:
        row.filter(failing_since=None).update(failing_since=at)
        row.update(failures=F("failures") + 1, probe_at=at + policy().outage.probe, last_error=trouble[:200])
    elif gateway.failures or gateway.last_ok_at is None or at - gateway.last_ok_at >= policy().outage.probe:
        row.update(failures=0, failing_since=None, probe_at=None, last_ok_at=at)
        if is_down(gateway):
            waiting = Notice.objects.filter(
                channel=gateway.channel, state=Notice.PENDING, failures__gt=0, next_at__gt=at
            )
            waiting.update(next_at=at)
    else:
        return gateway
    return row.get()
