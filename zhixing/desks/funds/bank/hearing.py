"""What the bank says: payments paid or returned, money that came. Said twice, late or in any order it leads to the same (I5, I8, I9)."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.outside.bank import Bank, Entry, Fate, read_all, read_entry, read_fate
from zhixing.outside.messages import RejectedError, TransientError
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from ..importing import book_lines
from ..models import Payout
from ..paying import confirm, give_back
from ..statements import Line
from .keeping import bank_actor, limits
from .models import BankConnection, BankMessage, BankPush, Handing

PAID = "paid"
MEMBERS = {"id", "payments", "entries", "simulated"}
IDENT = re.compile(r"[0-9A-Za-z_.:-]{1,80}")
STATES = {PAID: Payout.CONFIRMED, "returned": Payout.RETURNED}


@dataclass(slots=True)
class Heard:
    """What a message led to: payments paid and returned, receipts made, items that were known, items refused with the reason."""

    paid: int = 0
    returned: int = 0
    received: int = 0
    known: int = 0
    refused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the bank's answer and the page."""
        return {"paid": self.paid, "returned": self.returned, "received": self.received, "known": self.known, "refused": self.refused}

    @property
    def news(self) -> bool:
        """Whether anything was not known before."""
        return bool(self.paid or self.returned or self.received or self.refused)


def hear(*, fates: Sequence[Fate] = (), entries: Sequence[Entry] = (), wrong: Sequence[str] = (), by: Actor, at: datetime) -> Heard:
    """Take in what was understood; each item is a transaction of its own, and one that is refused costs no other."""
    heard = Heard(refused=list(wrong))
    for fate in sorted(fates, key=lambda one: (one.no, one.at)):
        try:
            _settle(fate, heard, by, at)
        except Refusal as refusal:
            if Payout.objects.filter(court_id=by.court_id, no=fate.no, state=STATES[fate.state]).exists():
                heard.known += 1  # the same word came by two ways at once, and the other was first
                continue
            heard.refused.append(f"付款 {fate.no}：{refusal.reasons[0].why}")
    by_case: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_case[entry.case].append(entry)
    for number, mine in by_case.items():
        _receive(number, mine, heard, by, at)
    return heard


def _settle(fate: Fate, heard: Heard, by: Actor, at: datetime) -> None:
    """One payment: paid or returned. The later word counts; an earlier one that comes late changes nothing."""
    row = Payout.objects.filter(court_id=by.court_id, no=fate.no).first()
    if row is None:
        heard.refused.append(f"付款 {fate.no}：本院没有这张发放单")
    elif row.amount_fen != fate.amount_fen:
        heard.refused.append(f"付款 {fate.no}：银行说的金额是 {words(fate.amount_fen)} 元，发放单是 {words(row.amount_fen)} 元")
    elif row.state == Payout.RETURNED and fate.state == PAID and row.settled_at is not None and fate.at > row.settled_at:
        heard.refused.append(f"付款 {fate.no}：已经登记退回，银行后来又说已付，请向银行核对")
    elif row.state == Payout.RETURNED or (row.state == Payout.CONFIRMED and fate.state == PAID):
        heard.known += 1
    elif row.state not in Payout.GONE:
        heard.refused.append(f"付款 {fate.no}：发放单{row.get_state_display()}，没有交给银行")
    else:
        happened = min(max(fate.at, row.sent_at or fate.at), at)
        if fate.state == PAID:
            confirm(payout_ref=row.ref, bank_ref=fate.bank_ref or fate.no, by=by, at=happened, recorded_at=at)
            heard.paid += 1
        else:
            give_back(payout_ref=row.ref, reason=fate.reason or "银行退回，没有说明原因", by=by, at=happened, recorded_at=at)
            heard.returned += 1


def _receive(number: str, entries: Sequence[Entry], heard: Heard, by: Actor, at: datetime) -> None:
    """Movements on one account: that of a case, or the general one."""
    case = Case.objects.filter(court_id=by.court_id, number=number).values_list("pk", flat=True).first() if number else None
    if number and case is None:
        heard.refused += [f"流水 {e.serial}：本院没有案件 {number}" for e in entries]
        return
    content = json.dumps([[e.serial, e.direction, e.amount_fen] for e in entries]).encode()
    lines = [Line(e.serial, e.at, e.amount_fen, e.direction, e.name, e.account, e.remark, e.balance_fen) for e in entries]
    found = book_lines(lines=lines, name=f"{by.name} {at.astimezone(CST):%Y-%m-%d %H:%M}", content=content, case_id=case, by=by, at=at)
    heard.received += found.created
    heard.known += found.unchanged + found.outgoing
    heard.refused += [f"{row['column']}：{row['reason']}" for row in found.rejected]


WHAT = "推送没有收下"


def take_push(*, court_id: int, nonce: str, body: bytes, at: datetime) -> tuple[Heard, bool]:
    """What the bank pushed, and whether it was known already. It is stored as it came before anything is made of it.
    Raises Refusal for a nonce that was used (409) and for what has not the agreed form: nothing is taken in, why is kept."""
    content = body.decode("utf-8", "replace").replace("\x00", "�")
    digest = sha256(content.encode()).hexdigest()
    try:
        with transaction.atomic():
            BankPush.objects.create(court_id=court_id, nonce=nonce, sha256=digest, content=content, at=at)
    except IntegrityError:
        raise Refusal.because(WHAT, "这个一次性编号已经用过", now="请换新的编号重新签名推送", status=409) from None
    try:
        ident, payments, entries = _agreed(body)
        before = BankMessage.objects.filter(court_id=court_id, ident=ident).values_list("sha256", flat=True).first()
        if before is not None and before != digest:
            raise Refusal.because(WHAT, f"消息编号 {ident} 已经用过，内容不同", now="请用新的消息编号推送", status=409)
    except Refusal as refusal:
        keep(court_id=court_id, way=BankMessage.PUSH, ident=f"拒收 {nonce}", content=content, heard=Heard(refused=[refusal.reasons[0].why]), at=at)
        raise
    if before is not None:
        return Heard(), True
    (fates, bad), (moved, worse) = read_all(payments, read_fate), read_all(entries, read_entry)
    heard = hear(fates=fates, entries=moved, wrong=[*bad, *worse], by=bank_actor(court_id, at), at=at)
    keep(court_id=court_id, way=BankMessage.PUSH, ident=ident, content=content, heard=heard, at=at)
    return heard, False


def _agreed(body: bytes) -> tuple[str, list[Any], list[Any]]:
    """The push's id, payments and entries. Raises Refusal when it has not the agreed form or is too long."""
    most = limits()["push"]["items"]
    try:
        said = json.loads(body, object_pairs_hook=_once)
        ident, payments, entries = said["id"], said.get("payments", []), said.get("entries", [])
        good = said.keys() <= MEMBERS and isinstance(payments, list) and isinstance(entries, list) and IDENT.fullmatch(ident)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        good = None
    if not good:
        raise Refusal.because(WHAT, "内容不是约定的格式", now="请按接口约定重新推送", status=400)
    if len(payments) + len(entries) > most:
        raise Refusal.because(WHAT, f"一次有 {len(payments) + len(entries)} 项，最多 {most} 项", now="请分几次推送", status=413)
    return ident, payments, entries


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names nothing twice: which of the two was meant cannot be known. Raises ValueError."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("twice")
    return made


def keep(*, court_id: int, way: str, ident: str, content: str, heard: Heard, at: datetime) -> None:
    """Keep what was said and what it led to. The same message heard twice at once is kept once: its items were taken in once as well."""
    digest = sha256(content.encode()).hexdigest()
    try:
        with transaction.atomic():
            BankMessage.objects.create(court_id=court_id, way=way, ident=ident, sha256=digest, content=content.replace("\x00", "�"), outcome=heard.as_json(),
                                       refused=len(heard.refused), at=at)  # fmt: skip
    except IntegrityError:
        return
    finally:
        BankConnection.objects.update_or_create(court_id=court_id, defaults={"spoke_at": at})


def ask(*, bank: Bank, court_id: int, at: datetime) -> Heard:
    """Ask what became of the payments that are with the bank, and what moved since. A fault is noted and asked again next time."""
    heard, by = Heard(), bank_actor(court_id, at)
    if not bank.connected:
        return heard
    try:
        for row in _due(court_id, at):
            fates, wrong = bank.fates(row.batch.no, at)
            one = hear(fates=fates, wrong=wrong, by=by, at=at)
            _note(court_id, f"付款 {row.batch.no}", [_plain(f) for f in fates], one, at)
            _add(heard, one)
        for _ in range(limits()["polling"]["pages"]):
            place = BankConnection.objects.filter(court_id=court_id).values_list("place", flat=True).first() or ""
            entries, wrong, following = bank.entries(place, at)
            one = hear(entries=entries, wrong=wrong, by=by, at=at)
            _note(court_id, f"流水 {place or 0}–{following}", [_plain(e) for e in entries], one, at)
            _add(heard, one)
            BankConnection.objects.update_or_create(court_id=court_id, defaults={"place": following, "spoke_at": at, "failed_at": None, "remark": ""})
            if following == place or not (entries or wrong):
                break
    except (TransientError, RejectedError) as error:
        BankConnection.objects.update_or_create(court_id=court_id, defaults={"failed_at": at, "remark": str(error)[:200]})
    return heard


def _due(court_id: int, at: datetime) -> list[Handing]:
    """Batches with the bank of which a payment has had no word, each asked for once in a while, and not for ever."""
    numbers = limits()["polling"]
    rows = Handing.objects.filter(batch__court_id=court_id, state=Handing.TAKEN, next_at__lte=at, batch__payouts__state=Payout.SENT).select_related("batch")
    found = []
    for row in rows.distinct().order_by("next_at", "pk"):
        over = row.taken_at is not None and row.taken_at + timedelta(days=numbers["give_up_days"]) < at
        following = None if over else at + timedelta(minutes=numbers["pause_minutes"])
        if Handing.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=following, tries=F("tries") + 1):
            found.append(row)
    return found


def _note(court_id: int, about: str, said: list[Any], heard: Heard, at: datetime) -> None:
    """Keep an answer that brought news; the same answer at every asking is not kept again."""
    if heard.news:
        content = json.dumps(said, ensure_ascii=False)
        digest = sha256(f"{about}{content}{heard.refused}".encode()).hexdigest()
        keep(court_id=court_id, way=BankMessage.ASKED, ident=f"{about[:40]} {digest[:32]}", content=content, heard=heard, at=at)


def _plain(item: Fate | Entry) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v := getattr(item, name), datetime) else v for name in item.__slots__}


def _add(total: Heard, one: Heard) -> None:
    total.paid, total.returned, total.received, total.known = (
        total.paid + one.paid, total.returned + one.returned, total.received + one.received, total.known + one.known,
    )  # fmt: skip
    total.refused += one.refused
