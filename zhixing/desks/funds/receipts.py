"""Money on a case's own account, handed over on the spot, and what the handler works out about it (四(三)1, 四(三)2, 四(三)3(1))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import Recorded, record
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.money.amounts import words, yuan
from zhixing.rulebook.refusals import Reason, Refusal

from .guarding import GUARDS
from .keeping import (
    CLAUSE,
    clause_of,
    day_of,
    derived,
    desk_of,
    locked_case,
    locked_receipt,
    repeated,
    text_of,
    what_of,
)
from .ledger import Move, post
from .models import Accounting, LedgerAccount, Posting, Receipt

ARRIVED, REMINDED, NOTICE = "money_arrived", "handler_reminded_of_money", "finance_notice_received"
MADE, BOOKED, ACCOUNTED, DISPUTE = "on_site_payment_made", "on_site_payment_booked", "money_accounted", "money_dispute_set"


@dataclass(frozen=True, slots=True)
class Money:
    """A sum that came in, as the bank's slip or the receipt says. Amounts in fen."""

    receipt_no: str
    amount_fen: int
    arrived_on: date
    payer: str = ""
    payer_account: str = ""
    remark: str = ""
    bank_serial: str = ""


def receive(
    *, case_id: int, money: Money, proof: UploadedFile | None = None, key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Receipt:
    """Money on the case's own account books itself: receipt, posting, event, and the handler is reminded (四(三)3(1)).
    Refuses the same form with another content."""
    recorded = recorded_at or at
    with transaction.atomic():
        locked_case(case_id, by.court_id, what_of(ARRIVED))
        if again := _again(by.court_id, key, money):
            return again
        row = new_receipt(money, Receipt.OWN, Receipt.BOOKED, by, recorded, case_id=case_id)
        arrive_on_case(row, proof, ARRIVED, key, by, at, recorded)
    return row


def arrive_on_case(row: Receipt, proof: UploadedFile | None, under: str, key: str, by: Actor, at: datetime, recorded: datetime) -> None:
    """The event, the posting and the reminder of money that now belongs to a case; the caller holds the case. What is put right
    is booked on the day it is: its reversal has that day too, and the months before keep what they said."""
    payload = {"receipt_no": row.receipt_no, "amount_yuan": text_of(row.amount_fen), "payer": row.payer, "channel": row.channel}
    if under == ARRIVED:
        done = record_with_proof(ARRIVED, proof=proof, case_id=row.case_id, payload=payload, desk=desk_of(ARRIVED, by), key=key or derived(row.ref, f"{ARRIVED}{row.corrections}") or "",
                                 by=by, at=at, recorded_at=recorded)  # fmt: skip
    else:
        done = record(ARRIVED, court_id=by.court_id, case_id=row.case_id, payload=payload, desk=desk_of(ARRIVED, by), under=f"record:{under}",
                      key=derived(row.ref, f"{ARRIVED}{row.corrections}"), by=by, at=at, recorded_at=recorded)  # fmt: skip
    claimed = row.channel == Receipt.GENERAL
    source = LedgerAccount.SUSPENSE if claimed else LedgerAccount.BANK
    post(court_id=by.court_id, purpose=Posting.CLAIMED if claimed else Posting.RECEIVED, moves=[Move(row.case_id, row.amount_fen), Move(source, -row.amount_fen)],
         business_on=day_of(recorded) if claimed or row.corrections else row.arrived_on, case_id=row.case_id, event_seq=done.seq, paper=row.receipt_no, summary=row.payer,
         key=case_key(row), by=by, at=recorded)  # fmt: skip
    record(REMINDED, court_id=by.court_id, case_id=row.case_id, payload={"receipt_no": row.receipt_no}, desk=desk_of(ARRIVED, by), under=f"record:{under}",
           key=derived(row.ref, f"{REMINDED}{row.corrections}"), by=by, at=at, recorded_at=recorded)  # fmt: skip


def case_key(row: Receipt) -> str:
    """The key of the posting that put a receipt on its case, one for each time it was put on one."""
    return f"{row.ref}:case{row.corrections or ''}"


def notice(*, receipt_ref: str, notice_no: str, amount_fen: int | None = None, key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None) -> Recorded:
    """The finance department's arrival notice: the three days of 四(三)2(2) begin. Refuses another amount (fen) than arrived."""
    with transaction.atomic():
        row = booked_receipt(receipt_ref, by.court_id, what_of(NOTICE))
        if amount_fen is not None and amount_fen != row.amount_fen:
            raise Refusal.because(what_of(NOTICE), f"通知金额 {words(amount_fen)} 元，来款 {words(row.amount_fen)} 元，不一致", clause=clause_of(NOTICE),
                                  field="amount_yuan", now="请与财务核对", status=409)  # fmt: skip
        done = record(NOTICE, court_id=by.court_id, case_id=row.case_id, key=key or None, desk=desk_of(NOTICE, by), by=by, at=at, recorded_at=recorded_at,
                      payload={"receipt_no": row.receipt_no, "notice_no": notice_no, "amount_yuan": text_of(row.amount_fen)})  # fmt: skip
        row.notice_on = day_of(at)
        row.save(update_fields=["notice_on"])
    return done


def account_for(
    *, receipt_ref: str, claim_fen: int, interest_fen: int, costs_fen: int, fee_fen: int, note: str = "", key: str = "", by: Actor, at: datetime,
    recorded_at: datetime | None = None,
) -> Accounting | None:  # fmt: skip
    """Work out what the applicants may get and settle the execution fee out of this receipt (四(三)2(2)). None when the same form
    did it before. Amounts in fen; refuses negative ones and a fee beyond the receipt."""
    recorded = recorded_at or at
    with transaction.atomic():
        row = booked_receipt(receipt_ref, by.court_id, what_of(ACCOUNTED))
        if repeated(by.court_id, key):
            return None
        if min(claim_fen, interest_fen, costs_fen, fee_fen) < 0:
            raise Refusal.because(what_of(ACCOUNTED), "金额不能为负数", clause=clause_of(ACCOUNTED), now="请更正金额")
        for guard in GUARDS if fee_fen else ():
            guard.stays(row, what_of(ACCOUNTED))
        if fee_fen > row.amount_fen - row.settled_fen:
            raise Refusal.because(what_of(ACCOUNTED), "执行费超过这笔来款的余额", clause=clause_of(ACCOUNTED), field="fee_yuan", now="请核对执行费")
        payable = row.amount_fen - row.settled_fen - fee_fen
        done = record(ACCOUNTED, court_id=by.court_id, case_id=row.case_id, key=key or None, desk=desk_of(ACCOUNTED, by), by=by, at=at, recorded_at=recorded,
                      payload={"receipt_no": row.receipt_no, "fee_yuan": text_of(fee_fen), "payable_yuan": text_of(payable), "note": note})  # fmt: skip
        made = Accounting.objects.create(case_id=row.case_id, receipt=row, claim_fen=claim_fen, interest_fen=interest_fen, costs_fen=costs_fen, fee_fen=fee_fen,
                                         note=note[:400], seq=done.seq, at=recorded, by_id=by.person_id)  # fmt: skip
        if fee_fen:
            post(court_id=by.court_id, purpose=Posting.FEE, moves=[Move(row.case_id, -fee_fen), Move(LedgerAccount.FEES, fee_fen)], business_on=day_of(recorded),
                 case_id=row.case_id, event_seq=done.seq, paper=row.receipt_no, summary="执行费", key=f"fee:{made.pk}", by=by, at=recorded)  # fmt: skip
            row.settled_fen += fee_fen
            row.save(update_fields=["settled_fen"])
    return made


def set_dispute(*, case_id: int, amount_fen: int, reason: str, key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None) -> Recorded:
    """Hold back what is disputed, so that the undisputed part can go out first; 0 lets everything go again (二(四)1(5)).
    In fen; refuses more than is free on the account, and less than objections to a plan hold."""
    with transaction.atomic():
        locked_case(case_id, by.court_id, what_of(DISPUTE))
        done = record(DISPUTE, court_id=by.court_id, case_id=case_id, payload={"amount_yuan": text_of(amount_fen), "reason": reason}, key=key or None,
                      desk=desk_of(DISPUTE, by), by=by, at=at, recorded_at=recorded_at)  # fmt: skip
        account = LedgerAccount.objects.select_for_update().filter(case_id=case_id).first()
        if account is None or account.balance_fen - account.reserved_fen < amount_fen:
            free = yuan(account.balance_fen - account.reserved_fen) if account else 0
            raise Refusal.because(what_of(DISPUTE), f"账上未批的余额只有 {free} 元", clause=clause_of(DISPUTE), field="amount_yuan", now="请核对争议金额", status=409)
        held = sum(guard.held(case_id) for guard in GUARDS)
        if amount_fen < held:
            raise Refusal.because(what_of(DISPUTE), f"分配方案的异议留存 {yuan(held)} 元", clause=clause_of(DISPUTE), field="amount_yuan", now="请先登记异议的处理结果", status=409)
        account.disputed_fen = amount_fen
        account.save(update_fields=["disputed_fen"])
    return done


def pay_on_site(
    *, case_id: int, money: Money, payee: str, officers: tuple[str, str], proof: UploadedFile | None, key: str, by: Actor, at: datetime,
    recorded_at: datetime | None = None,
) -> Receipt:  # fmt: skip
    """Money handed over on the spot before two officers; the funds desk books it by the next working day (四(三)1).
    Refuses fewer than two different officers."""
    recorded, names = recorded_at or at, [o.strip() for o in officers]
    if len({n for n in names if n}) < 2:
        raise Refusal.because(what_of(MADE), "现场交付要有两名不同的执行人员在场", clause=clause_of(MADE), field="officers", now="请写明两人姓名")
    with transaction.atomic():
        locked_case(case_id, by.court_id, what_of(MADE))
        if again := _again(by.court_id, key, money):
            return again
        row = new_receipt(money, Receipt.ON_SITE, Receipt.HANDED, by, recorded, case_id=case_id, basis=f"收款人：{payee}"[:200])
        payload = {"receipt_no": row.receipt_no, "payer": row.payer, "payee": payee, "amount_yuan": text_of(row.amount_fen), "officers": "、".join(names)}
        record_with_proof(MADE, proof=proof, case_id=case_id, payload=payload, desk=desk_of(MADE, by), key=key, by=by, at=at, recorded_at=recorded)
    return row


def book_on_site(*, receipt_ref: str, amount_fen: int, key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None) -> Receipt:
    """Book what was handed over on the spot: in and out of the case's account, so that everything goes through it (四(三)1).
    Refuses who registered it, another amount (fen) than the slip says, and what is booked already."""
    recorded = recorded_at or at
    with transaction.atomic():
        row = locked_receipt(receipt_ref, by.court_id, what_of(BOOKED))
        if row.state == Receipt.BOOKED and repeated(by.court_id, key):
            return row
        if row.state != Receipt.HANDED:
            raise Refusal.because(what_of(BOOKED), f"这一笔{row.get_state_display()}", clause=clause_of(BOOKED), now="请刷新页面", status=409)
        if row.made_by_id == by.person_id:
            raise Refusal.because(what_of(BOOKED), "现场交付由本人登记，须由另一人补录", clause=clause_of(BOOKED), status=403)
        if amount_fen != row.amount_fen:
            raise Refusal.because(what_of(BOOKED), f"收条上是 {words(row.amount_fen)} 元", clause=clause_of(BOOKED), field="amount_yuan", now="请核对收条")
        done = record(BOOKED, court_id=by.court_id, case_id=row.case_id, key=key or None, desk=desk_of(BOOKED, by), by=by, at=at, recorded_at=recorded,
                      payload={"receipt_no": row.receipt_no, "amount_yuan": text_of(row.amount_fen)})  # fmt: skip
        for name, sign in (("in", 1), ("out", -1)):
            post(court_id=by.court_id, purpose=Posting.ON_SITE, moves=[Move(row.case_id, sign * amount_fen), Move(LedgerAccount.ON_SITE, -sign * amount_fen)],
                 business_on=day_of(recorded), case_id=row.case_id, event_seq=done.seq, paper=row.receipt_no, summary=row.payer if sign > 0 else row.basis,
                 key=f"{row.ref}:{name}", by=by, at=recorded)  # fmt: skip
        row.state, row.booked_by_id, row.booked_at, row.settled_fen = Receipt.BOOKED, by.person_id, recorded, amount_fen
        row.save(update_fields=["state", "booked_by", "booked_at", "settled_fen"])
    return row


def booked_receipt(ref: str, court_id: int, what: str) -> Receipt:
    """A receipt that is on its case's account, both locked (the case first). Refuses (409) one that is not."""
    found = Receipt.objects.filter(ref=ref, court_id=court_id).values_list("case_id", flat=True).first()
    if found is None:
        raise Refusal.because(what, "没有这笔来款，或还没有入案", clause=CLAUSE, status=404)
    locked_case(found, court_id, what)
    row = locked_receipt(ref, court_id, what)
    if row.state != Receipt.BOOKED:
        raise Refusal.because(what, f"这笔来款{row.get_state_display()}", clause=CLAUSE, now="入案后再办", status=409)
    return row


def new_receipt(money: Money, channel: str, state: str, by: Actor, at: datetime, **more: Any) -> Receipt:
    """The row of a sum. Refuses a number or bank serial that is taken, an empty number and an amount that is not positive."""
    reasons = []
    if not money.receipt_no.strip():
        reasons.append(Reason("没有填写流水号", CLAUSE, "请填写流水号", field="receipt_no"))
    if money.amount_fen <= 0:
        reasons.append(Reason("金额应大于零", CLAUSE, "请更正金额", field="amount_yuan"))
    if reasons:
        raise Refusal("没有登记来款", reasons)
    row = Receipt(
        court_id=by.court_id, receipt_no=money.receipt_no.strip()[:60], channel=channel, state=state, amount_fen=money.amount_fen, payer=money.payer.strip()[:120],
        payer_account=money.payer_account.strip()[:60], remark=money.remark.strip()[:200], arrived_on=money.arrived_on, bank_serial=money.bank_serial.strip()[:60],
        made_by_id=by.person_id, made_at=at, **more,
    )  # fmt: skip
    if state == Receipt.BOOKED:
        row.booked_by_id, row.booked_at = by.person_id, at
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        field = "bank_serial" if money.bank_serial and Receipt.objects.filter(court_id=by.court_id, bank_serial=row.bank_serial).exists() else "receipt_no"
        why = "银行的这一笔已经登记过" if field == "bank_serial" else f"流水号 {row.receipt_no} 已经登记过"
        raise Refusal.because("没有登记来款", why, clause=CLAUSE, field=field, now="请核对，不要重复登记", status=409) from None
    return row


def _again(court_id: int, key: str, money: Money) -> Receipt | None:
    """The receipt that the same form already made; the same form with something else in it is refused (I45)."""
    if not repeated(court_id, key):
        return None
    row = Receipt.objects.filter(court_id=court_id, receipt_no=money.receipt_no.strip()).first()
    if row is None or row.amount_fen != money.amount_fen:
        raise Refusal.because("没有登记来款", "同一张表单已经登记过，内容不同", clause=CLAUSE, now="请打开新的表单", status=409)
    return row
