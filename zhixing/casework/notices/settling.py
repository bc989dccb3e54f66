"""What a person decides about notices: send again, hold, send no more, tell by other means. Each leaves an entry in the journal.

A final state stays as it is: sending a failed notice again, or telling it by other means, makes a new row that names the
old one. If the gateway may already have the old one, the new one goes under the same key, address and text, so that it
arrives once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from zhixing.casework.budgets import spending
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Refusal

from ..cases.models import Party
from ..journal.append import append
from .models import Contact, Notice
from .policy import policy

STREAM, CLAUSE, ACTION = "audit", "二(四)1(1)", "do:settle_notices"
HAND, WORDS = "hand", 180


@transaction.atomic
def resend_notices(*, ids: Collection[int], origin: str = "", by: Actor, at: datetime) -> int:
    """Send failed notices again and release held ones. Returns how many now wait to be sent; others are left as they are.
    `origin` is the network address of the request; it (else the person) may set off so many messages an hour (trust T17).
    Refuses beyond the budget of one machine in an hour (T17)."""
    what = "暂不能重发"
    rows = _rows(ids, (Notice.FAILED, Notice.HELD), what, by)
    owner, most = f"from:{origin or by.person_id}", policy().request_hour
    if spending.take(owner=owner, wanted=len(rows), most=most, at=at) < len(rows):
        raise Refusal.because(what, f"从这台机器一小时内至多重发{most}条", clause=CLAUSE, now="请少选一些，或者过一小时再发", status=429)
    for row in rows:
        if row.state == Notice.HELD:
            _release(row, at)
        else:
            _again(row, at)
    return _note("notices_resent", rows, {}, by, at)


def _release(row: Notice, at: datetime) -> None:
    """A held notice waits again. What was never handed over is made up anew: the address may be there by now."""
    made = {} if row.handed_at else {"address": "", "text": ""}
    Notice.objects.filter(pk=row.pk, state=Notice.HELD).update(
        state=Notice.PENDING, next_at=at, settled_at=None, error="", failures=0, **made
    )


def _again(row: Notice, at: datetime) -> None:
    same = row.accepted_at is None and row.address == _address_now(row)
    kept = (
        {"gateway_key": row.sent_key, "address": row.address, "text": row.text, "handed_at": row.handed_at}
        if same
        else {}
    )
    _follow(row, state=Notice.PENDING, channel=row.channel, next_at=at, created_at=at, **kept)


def _address_now(row: Notice) -> str:
    if row.channel == "sms":
        return row.party.phone.strip() if row.party else ""
    return Contact.objects.filter(party=row.party, channel=row.channel).values_list("address", flat=True).first() or ""


def _follow(row: Notice, **fields: Any) -> Notice:
    """The row that takes the place of `row`; there can be only one."""
    return Notice.objects.create(
        court_id=row.court_id, case_id=row.case_id, matter_id=row.matter_id, key=f"{row.key}~", disclosure=row.disclosure,
        seq=row.seq, recipient=row.recipient, party=row.party, resent_from=row, **fields,
    )  # fmt: skip


@transaction.atomic
def hold_notices(*, ids: Collection[int], reason: str, by: Actor, at: datetime) -> int:
    """Put pending notices aside until somebody sends them again. Returns how many; what is being sent is not held.
    Refuses when none of them can be."""
    reason = _reason(reason, "暂不能暂缓")
    rows = _rows(ids, (Notice.PENDING,), "暂不能暂缓", by)
    mine = Notice.objects.filter(pk__in=[row.pk for row in rows], state=Notice.PENDING)
    mine.update(state=Notice.HELD, error=f"{by.name}暂缓：{reason}"[:200], settled_at=at, next_at=None)
    return _note("notices_held", rows, {"reason": reason}, by, at)


@transaction.atomic
def cancel_notices(*, ids: Collection[int], reason: str, by: Actor, at: datetime) -> int:
    """Never send these pending or held notices. Returns how many. Refuses when none of them can be."""
    reason = _reason(reason, "暂不能停止发送")
    rows = _rows(ids, (Notice.PENDING, Notice.HELD), "暂不能停止发送", by)
    _close(rows, f"{by.name}停止发送：{reason}", at)
    return _note("notices_cancelled", rows, {"reason": reason}, by, at)


@transaction.atomic
def tell_by_hand(*, ids: Collection[int], manner: str, note: str, by: Actor, at: datetime) -> int:
    """Register that these people were told by other means (`manner` of the policy, `note` says when and how). Returns how
    many. What had not been sent will not be. Refuses a manner that the policy does not have."""
    if manner not in policy().by_hand:
        raise Refusal.because("暂不能登记人工告知", "请选择告知方式", clause=CLAUSE, field="manner")
    note = _reason(note, "暂不能登记人工告知", "note")
    rows = _rows(ids, (Notice.PENDING, Notice.HELD, Notice.FAILED, Notice.SENT), "暂不能登记人工告知", by)
    _close([row for row in rows if row.state in (Notice.PENDING, Notice.HELD)], "已改为人工告知", at)
    for row in rows:
        _follow(row, state=Notice.DELIVERED, channel=HAND, text=row.text, created_at=at, settled_at=at,
                to_person_id=by.person_id, proof=f"{manner}：{note}（{by.name}登记）"[:200])  # fmt: skip
    return _note("notices_told_by_hand", rows, {"manner": manner, "note": note}, by, at)


@transaction.atomic
def register_contact(*, party_id: int, channel: str, address: str, by: Actor, at: datetime) -> Contact:
    """Register or change a party's address for a channel other than the telephone of the file. Refuses an address that cannot be one."""
    require(rules.rulebook(), by, "do:register_contact", what="暂不能登记联系方式")
    rule, address = policy().channels.get(channel), address.strip()
    party = Party.objects.filter(court_id=by.court_id, pk=party_id).first()
    if rule is None or channel == "sms" or party is None:
        raise Refusal.because("暂不能登记联系方式", "请选择当事人和渠道", field="channel")
    if not address or len(address) > 120 or any(c.isspace() for c in address):
        raise Refusal.because("暂不能登记联系方式", f"请填写{rule.address}，不含空格", field="address")
    if channel == "email":
        try:
            validate_email(address)
        except ValidationError:
            raise Refusal.because("暂不能登记联系方式", "电子邮箱的格式不对", now="请更正", field="address") from None
    row, _ = Contact.objects.update_or_create(
        party=party, channel=channel,
        defaults={"court_id": by.court_id, "address": address, "registered_at": at, "registered_by_id": by.person_id},
    )  # fmt: skip
    payload = {"party": party.pk, "channel": channel, "case": party.case.number}
    append(stream=STREAM, kind="contact_registered", payload=payload, clause=CLAUSE, by=by, at=at)
    return row


def _rows(ids: Collection[int], states: Sequence[str], what: str, by: Actor) -> list[Notice]:
    """The picked notices of the actor's court that are in one of the states and have not been followed by another, locked."""
    require(rules.rulebook(), by, ACTION, what=what)
    rows = Notice.objects.select_for_update(of=("self",)).filter(
        court_id=by.court_id, pk__in=list(ids), state__in=states
    )
    found = list(rows.exclude(channel="desk").filter(resent_as=None).select_related("party").order_by("seq", "pk"))
    if not found:
        raise Refusal.because(
            what, "没有选中可以这样处理的告知，状态可能已经变化", now="请刷新页面后重新选择", status=409
        )
    return found


def _close(rows: Sequence[Notice], why: str, at: datetime) -> None:
    mine = Notice.objects.filter(pk__in=[row.pk for row in rows], state__in=(Notice.PENDING, Notice.HELD))
    mine.update(state=Notice.CANCELLED, error=why[:200], settled_at=at, next_at=None)


def _reason(text: str, what: str, field: str = "reason") -> str:
    text = " ".join(text.split())[:WORDS]
    if not text:
        raise Refusal.because(what, "请写明理由或情况", clause=CLAUSE, field=field)
    return text


def _note(kind: str, rows: Sequence[Notice], more: dict[str, Any], by: Actor, at: datetime) -> int:
    append(stream=STREAM, kind=kind, payload={"keys": [row.key for row in rows], **more}, clause=CLAUSE, by=by, at=at)
    return len(rows)
