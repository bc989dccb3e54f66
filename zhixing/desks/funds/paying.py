"""Finance's part: payouts handed to the bank in one file, then settled one by one by what the bank says (四(三)2, I5, I6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Sum

from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.outside.bank import Payment, payment_file
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from .keeping import CLAUSE, day_of, desk_of, limits, text_of, what_of
from .ledger import Move, post
from .models import Batch, LedgerAccount, PayeeAccount, Payout, Posting
from .payouts import locked_payout, other_people, step

SENT, PAID, PARTLY, RETURNED = "payout_sent", "money_paid_out", "money_partly_paid_out", "payout_returned"
HANDED: list[Callable[[Batch], None]] = []  # who is told of a batch in the transaction that makes it: the bank's connection
ASIDE = {Payout.SENT: LedgerAccount.IN_TRANSIT, Payout.CONFIRMED: LedgerAccount.BANK}


def send(*, payout_refs: Sequence[str], by: Actor, at: datetime) -> Batch:
    """Hand approved payouts to the bank: one batch, one file, all or none. Each goes at most once, whatever is clicked or retried.
    Refuses all when one may not go."""
    what, refs = what_of(SENT), sorted(set(payout_refs))
    require(rules.rulebook(), by, "do:export_payouts", what=what)
    with transaction.atomic():
        cases = Payout.objects.filter(court_id=by.court_id, ref__in=refs).values("case_id")
        list(Case.objects.select_for_update().filter(pk__in=cases).order_by("pk").values_list("pk", flat=True))
        rows = list(Payout.objects.select_for_update().filter(court_id=by.court_id, ref__in=refs).order_by("pk"))
        if not rows or len(rows) != len(refs):
            raise Refusal.because(what, "没有选择发放单，或不是本院的", clause=CLAUSE, now="请勾选要付款的发放单", status=409)
        for row in rows:
            _may_go(row, by, at)
        batch = _batch(rows, by, at)
        for row in rows:
            _go(row, batch, by, at)
        for tell in HANDED:
            tell(batch)
    return batch


def confirm(
    *, payout_ref: str, bank_ref: str, proof: UploadedFile | None = None, by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Payout:
    """The bank says it is paid. When nothing of the receipt is left, the clocks of 四(二)2(6) and 四(三)2(2) are met.
    Refuses without the bank's number, and a payout that is not with the bank."""
    recorded = recorded_at or at
    with transaction.atomic():
        row = locked_payout(payout_ref, by.court_id, PAID, Payout.SENT)
        if not bank_ref.strip():
            raise Refusal.because(what_of(PAID), "没有填写银行回单号", clause=CLAUSE, field="bank_ref", now="请填写回单号")
        paid = Payout.objects.filter(receipt=row.receipt, state=Payout.CONFIRMED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        kind = PAID if row.receipt.amount_fen - row.receipt.settled_fen - paid == row.amount_fen else PARTLY
        payload = {"payout_no": row.no, "receipt_no": row.receipt.receipt_no, "amount_yuan": text_of(row.amount_fen), "payee": row.payee}
        done = record_with_proof(kind, proof=proof, case_id=row.case_id, payload=payload, desk=desk_of(kind, by), key=f"payout:{row.ref}:confirmed", by=by,
                                 at=at, recorded_at=recorded)  # fmt: skip
        _move(row, Posting.CONFIRMED, Move(LedgerAccount.IN_TRANSIT, -row.amount_fen), Move(LedgerAccount.BANK, row.amount_fen), done.seq, by, at, recorded)
        step(row, Payout.CONFIRMED, settled_by_id=by.person_id, settled_at=recorded, bank_ref=bank_ref.strip()[:60])
    return row


def give_back(*, payout_ref: str, reason: str, by: Actor, at: datetime, recorded_at: datetime | None = None) -> Payout:
    """The bank gave it back, before or after it had said paid: the money is on the case's account again and its clock runs again.
    Refuses without a reason, and a payout that is not with the bank."""
    recorded = recorded_at or at
    with transaction.atomic():
        row = locked_payout(payout_ref, by.court_id, RETURNED, Payout.SENT, Payout.CONFIRMED)
        if not reason.strip():
            raise Refusal.because(what_of(RETURNED), "没有写明退回原因", clause=CLAUSE, field="reason", now="请照银行的说明填写")
        counted = text_of(row.amount_fen) if row.state == Payout.CONFIRMED else ""
        payload = {"payout_no": row.no, "receipt_no": row.receipt.receipt_no, "amount_yuan": text_of(row.amount_fen), "reason": reason.strip(), "taken_back_yuan": counted}
        done = record(RETURNED, court_id=by.court_id, case_id=row.case_id, payload=payload, desk=desk_of(RETURNED, by), key=f"payout:{row.ref}:returned", by=by,
                      at=at, recorded_at=recorded)  # fmt: skip
        _move(row, Posting.RETURNED, Move(row.case_id, row.amount_fen), Move(ASIDE[row.state], -row.amount_fen), done.seq, by, at, recorded)
        step(row, Payout.RETURNED, settled_by_id=by.person_id, settled_at=recorded, outcome=reason.strip()[:200])
    return row


def batch_file(batch: Batch) -> bytes:
    """The file of a batch: the same bytes every time."""
    return _file(batch.no, list(batch.payouts.order_by("pk")))


def payments_of(batch: Batch) -> list[Payment]:
    """What the bank is asked to pay; amounts in fen."""
    return [_payment(row) for row in batch.payouts.order_by("pk")]


def _payment(row: Payout) -> Payment:
    return Payment(row.no, row.holder, row.bank, row.account_no, row.amount_fen, f"执行案款 {row.no}")


def _file(no: str, rows: Sequence[Payout]) -> bytes:
    return payment_file(no, [_payment(row) for row in rows])


def _batch(rows: Sequence[Payout], by: Actor, at: datetime) -> Batch:
    """The batch under the day's next number; a number that somebody else took a moment ago is passed over."""
    day = f"{day_of(at):%Y%m%d}"
    for n in count(Batch.objects.filter(court_id=by.court_id, no__startswith=f"{day}-").count() + 1):
        batch = Batch(court_id=by.court_id, no=f"{day}-{n:03d}", made_at=at, made_by_id=by.person_id, total_fen=sum(r.amount_fen for r in rows), size=len(rows))
        batch.sha256 = sha256(_file(batch.no, rows)).hexdigest()
        with suppress(IntegrityError), transaction.atomic():
            batch.save(force_insert=True)
            return batch
    raise AssertionError("numbers do not run out")


def _may_go(row: Payout, by: Actor, at: datetime) -> None:
    """Approved, by others, unchanged since, to an account that was neither changed since nor a moment ago (T1–T3)."""
    what = what_of(SENT)
    if row.state != Payout.APPROVED:
        raise Refusal.because(what, f"发放单 {row.no} {row.get_state_display()}", clause=CLAUSE, now="请刷新页面", status=409)
    other_people(row, by, SENT)
    if row.fingerprint() != row.approved_hash:
        raise Refusal.because(what, f"发放单 {row.no} 的收款人、账户或金额与批准时不同", clause=CLAUSE, now="请报告执行局局长和审计管理员，不要付款", status=409)
    if PayeeAccount.objects.filter(replaces_id=row.account_id).exists():
        raise Refusal.because(what, f"发放单 {row.no} 的收款账户在批准后变更", clause=CLAUSE, now="请撤回后按新账户重新申请", status=409)
    hours = limits()["account_hold"]["hours"]
    if row.account.replaces_id and row.account.at + timedelta(hours=hours) > at:
        free_at = (row.account.at + timedelta(hours=hours)).astimezone(CST)
        raise Refusal.because(what, f"发放单 {row.no} 的收款账户变更不满 {hours} 小时", clause=CLAUSE, now=f"请在 {free_at:%m-%d %H:%M} 以后付款", status=409)


def _go(row: Payout, batch: Batch, by: Actor, at: datetime) -> None:
    payload = {"payout_no": row.no, "receipt_no": row.receipt.receipt_no, "amount_yuan": text_of(row.amount_fen), "batch_no": batch.no}
    done = record(SENT, court_id=by.court_id, case_id=row.case_id, payload=payload, desk=desk_of(SENT, by), key=f"payout:{row.ref}:sent", by=by, at=at)
    _move(row, Posting.SENT, Move(row.case_id, -row.amount_fen, -row.amount_fen), Move(LedgerAccount.IN_TRANSIT, row.amount_fen), done.seq, by, at, at)
    step(row, Payout.SENT, sent_by_id=by.person_id, sent_at=at, batch_id=batch.pk)


def _move(row: Payout, purpose: str, one: Move, other: Move, seq: int, by: Actor, at: datetime, recorded: datetime) -> None:
    """The payout's key names its step: the database holds it to once (I5)."""
    post(court_id=by.court_id, purpose=purpose, moves=[one, other], business_on=day_of(at), case_id=row.case_id, event_seq=seq, paper=row.no,
         summary=row.payee, key=f"payout:{row.ref}:{purpose}", by=by, at=recorded)  # fmt: skip
