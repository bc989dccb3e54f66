"""Posting and reversing: the only ways money moves in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import F

from zhixing.casework.journal.chain import link
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from ..models import LedgerAccount, Line, Posting
from . import rows

CLAUSE = "四(三)1"
WHAT = "没有记账"


class Move(NamedTuple):
    """What a posting does to one account: a case's (its id) or the court's of a kind. `reserved` changes what is promised."""

    account: int | str
    fen: int
    reserved: int = 0


class Posted(NamedTuple):
    """A posting that was made: its id and number; `repeated` when the key had made it before."""

    id: int
    no: int
    repeated: bool = False


class Entry(NamedTuple):
    """A posting that is asked for: what moves, on which business day, about which case and event, under which key."""

    purpose: str
    moves: Sequence[Move]
    business_on: date
    case_id: int | None = None
    event_seq: int | None = None
    paper: str = ""
    summary: str = ""
    key: str | None = None
    reverses: Posting | None = None

    def body(self) -> str:
        """The fingerprint of what is asked, without when and by whom."""
        return link("", [self.purpose, self.business_on.isoformat(), self.case_id, self.paper, self.reverses.pk if self.reverses else None,
                         *(v for m in self.moves for v in m)])  # fmt: skip


def post(
    *, court_id: int, purpose: str, moves: Sequence[Move], business_on: date, case_id: int | None = None, event_seq: int | None = None,
    paper: str = "", summary: str = "", key: str | None = None, reverses: Posting | None = None, by: Actor, at: datetime,
) -> Posted:  # fmt: skip
    """Move money between accounts; the moves sum to zero. Refuses a closed month, an account that would be overdrawn or fall
    below what is promised, a business date after today, and a key that was used for something else."""
    entry = Entry(purpose, moves, business_on, case_id, event_seq, paper, summary, key, reverses)
    with _together():
        head = rows.lock_head(connections[DEFAULT_DB_ALIAS], court_id)
        if key is not None and (again := _repeated(court_id, [entry])):
            return again[key]
        posting, lines = _made(entry, court_id, head, _accounts(court_id, [entry]), by, at)
        return Posted(rows.write(posting, lines), head.no + 1)


def post_many(entries: Sequence[Entry], *, court_id: int, by: Actor, at: datetime) -> int:
    """The same for many at once, all or none; how many were made. Those whose key was used for the same before are passed over. Refuses one key with two contents."""
    with _together():
        head = start = rows.lock_head(connections[DEFAULT_DB_ALIAS], court_id)
        known = _repeated(court_id, entries)
        keys = [e.key for e in entries if e.key is not None]
        if len(keys) != len(set(keys)) and len({(e.key, e.body()) for e in entries if e.key is not None}) != len(set(keys)):
            raise Refusal.because(WHAT, "同一个凭据在这一批里有两种内容", clause=CLAUSE, now="请核对这一批", status=409)
        fresh = list({e.key or n: e for n, e in enumerate(entries) if e.key not in known}.values())
        held, made = _accounts(court_id, fresh), []
        before = {account.id: account.postings for account in held.values()}
        for entry in fresh:
            posting, lines = _made(entry, court_id, head, held, by, at)
            made.append((posting, lines))
            head = rows.HeadRow(head.no + 1, posting["hash"], head.closed_to)
        if made:
            rows.write_many(court_id, start, made, [h for h in held.values() if h.postings != before[h.id]], before)
        return len(made)


def _together() -> AbstractContextManager[Any]:
    """A transaction, the caller's where there is one: nothing is written before everything was checked."""
    return nullcontext() if connections[DEFAULT_DB_ALIAS].in_atomic_block else transaction.atomic()


def _accounts(court_id: int, entries: Sequence[Entry]) -> dict[int | str, rows.Held]:
    named = {m.account for e in entries for m in e.moves}
    return rows.accounts(connections[DEFAULT_DB_ALIAS], court_id, [n for n in named if isinstance(n, int)], [n for n in named if isinstance(n, str)])


def _made(
    entry: Entry, court_id: int, head: rows.HeadRow, held: dict[int | str, rows.Held], by: Actor, at: datetime
) -> tuple[dict[str, Any], list[rows.Moved]]:
    """The row of a posting and its lines, next after a head; the held accounts move on."""
    _check(entry.moves, entry.business_on, head, at)
    lines = [_line(held[m.account], m) for m in entry.moves]
    posting = {
        "court_id": court_id, "no": head.no + 1, "purpose": entry.purpose, "business_on": entry.business_on, "posted_at": at, "case_id": entry.case_id,
        "event_seq": entry.event_seq, "paper": entry.paper[:80], "summary": entry.summary[:200], "by_id": by.person_id, "by_name": by.name,
        "reverses_id": entry.reverses.pk if entry.reverses else None, "size": len(lines), "key": entry.key, "body": entry.body(),
    }  # fmt: skip
    posting["hash"] = rows.chained(posting, lines, head.hash)
    return posting, lines


def _line(account: rows.Held, move: Move) -> rows.Moved:
    """The line, or the refusal of what the account cannot bear. The database says the same (CHECK)."""
    balance, reserved = account.balance_fen + move.fen, account.reserved_fen + move.reserved
    if account.kind in LedgerAccount.MIRRORS:
        if balance > 0:
            raise Refusal.because(WHAT, f"{dict(LedgerAccount.KINDS)[account.kind]}不足，差 {words(balance)} 元", clause=CLAUSE, status=409)
    elif balance < reserved + account.disputed_fen or reserved < 0:
        free = account.balance_fen - account.reserved_fen - account.disputed_fen
        raise Refusal.because(WHAT, f"可用余额 {words(max(free, 0))} 元，不够这一笔", clause=CLAUSE, now="请核对金额", field="amount_yuan", status=409)
    account.balance_fen, account.reserved_fen, account.postings = balance, reserved, account.postings + 1
    return rows.Moved(account.id, account.postings, move.fen, move.reserved, balance)


def _check(moves: Sequence[Move], business_on: date, head: rows.HeadRow, at: datetime) -> None:
    if len(moves) < 2 or sum(m.fen for m in moves) or any(not m.fen for m in moves) or len({m.account for m in moves}) < len(moves):
        raise ValueError("a posting moves something between two accounts or more, each named once, and sums to zero")
    if any(type(m.fen) is not int for m in moves):
        raise TypeError("amounts are whole fen")
    if business_on.isoformat() <= head.closed_to:
        raise Refusal.because(WHAT, f"{head.closed_to} 以前已经结账", clause=CLAUSE, field="business_on", now="请记入未结账的日期", status=409)
    if business_on > at.astimezone(CST).date():
        raise Refusal.because(WHAT, "业务日期不能晚于今天", clause=CLAUSE, field="business_on", now="请更正日期")


def _repeated(court_id: int, entries: Sequence[Entry]) -> dict[str, Posted]:
    """The postings that the keys made before. A key that made something else is refused (I45)."""
    asked = {e.key: e for e in entries if e.key is not None}
    found = {}
    for key, ident, no, body in Posting.objects.filter(court_id=court_id, key__in=asked).values_list("key", "id", "no", "body") if asked else ():
        if body != asked[key].body():
            raise Refusal.because(WHAT, f"同一张表单已经记过第 {no} 号凭证，内容不同", clause=CLAUSE, now="请打开新的表单", status=409)
        found[key] = Posted(ident, no, repeated=True)
    return found


def reverse(
    *, posting_id: int, reason: str, business_on: date, event_seq: int | None = None, by: Actor, at: datetime
) -> Posted:
    """Undo a posting by its mirror, with a reason. Each is reversed at most once; a reversal is not reversed. Refuses without a reason."""
    with transaction.atomic():
        found = Posting.objects.filter(pk=posting_id, court_id=by.court_id).first()
        if found is None:
            raise Refusal.because("没有冲正", "没有这一笔", clause=CLAUSE, status=404)
        rows.lock_head(connections[DEFAULT_DB_ALIAS], by.court_id)
        if found.reverses_id or Posting.objects.filter(reverses=found).exists():
            raise Refusal.because("没有冲正", f"第 {found.no} 号凭证已经冲正，或本身是冲正", clause=CLAUSE, now="请看后面的凭证", status=409)
        if not reason.strip():
            raise Refusal.because("没有冲正", "没有写明理由", clause=CLAUSE, field="reason", now="请写明冲正理由")
        lines = Line.objects.filter(posting=found).order_by("position").select_related("account")
        moves = [Move(line.account.case_id or line.account.kind, -line.amount_fen) for line in lines]
        return post(court_id=by.court_id, purpose=Posting.REVERSAL, moves=moves, business_on=business_on, case_id=found.case_id,
                    event_seq=event_seq, paper=found.paper, summary=f"冲正第 {found.no} 号：{reason.strip()}", reverses=found, by=by, at=at)  # fmt: skip


def reserve(*, case_id: int, fen: int, what: str, clause: str) -> None:
    """Promise money of a case to a payout (`fen` > 0), or give the promise back (< 0). Refuses what is not free.

    One UPDATE that only succeeds where the money is: two at once cannot promise the same fen, whatever the isolation (F3).
    """
    moved = LedgerAccount.objects.filter(
        case_id=case_id, reserved_fen__gte=-fen, balance_fen__gte=F("reserved_fen") + F("disputed_fen") + fen
    ).update(reserved_fen=F("reserved_fen") + fen)
    if not moved:
        account = LedgerAccount.objects.filter(case_id=case_id).first()
        free = account.free_fen if account else 0
        raise Refusal.because(what, f"案件可用余额 {words(free)} 元，不够 {words(fen)} 元", clause=clause, now="请核对余额和已批未付的款项",
                              field="amount_yuan", status=409)  # fmt: skip
