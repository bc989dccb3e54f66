"""Money on the court's general account: arrived, identified, claimed by a handler, confirmed by somebody else (四(三)3(2))."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhixing.casework.cases.models import Case
from zhixing.casework.facts import record
from zhixing.casework.matters.actions import open_matter
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

from .keeping import clause_of, desk_of, locked_case, locked_receipt, repeated, text_of, what_of
from .ledger import Move, post
from .models import LedgerAccount, Posting, Receipt
from .receipts import Money, arrive_on_case, new_receipt

ARRIVED, IDENTIFIED, CLAIMED, BOOKED = "general_money_arrived", "general_money_identified", "general_money_claimed", "general_money_booked"


def receive_general(*, money: Money, key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None) -> Receipt:
    """Money on the general account waits in suspense, as a matter with its clocks."""
    recorded = recorded_at or at
    with transaction.atomic():
        if repeated(by.court_id, key) and (again := Receipt.objects.filter(court_id=by.court_id, receipt_no=money.receipt_no.strip()).first()):
            return again
        row = new_receipt(money, Receipt.GENERAL, Receipt.ARRIVED, by, recorded)
        payload = {"receipt_no": row.receipt_no, "amount_yuan": text_of(row.amount_fen), "payer": row.payer, "remark": row.remark, "arrived_on": row.arrived_on}
        matter, done = open_matter(event=ARRIVED, payload=payload, title=f"总账号来款 {row.receipt_no} {row.payer}", key=key or None, by=by, at=at,
                                   recorded_at=recorded)  # fmt: skip
        row.matter = matter
        row.save(update_fields=["matter"])
        post(court_id=by.court_id, purpose=Posting.UNCLAIMED, moves=[Move(LedgerAccount.SUSPENSE, row.amount_fen), Move(LedgerAccount.BANK, -row.amount_fen)],
             business_on=row.arrived_on, event_seq=done.seq if done else None, paper=row.receipt_no, summary=row.payer, key=f"{row.ref}:in", by=by, at=recorded)  # fmt: skip
    return row


def identify(*, receipt_ref: str, case_id: int | None, basis: str, told: str, key: str = "", by: Actor, at: datetime) -> Receipt:
    """Say whose the money probably is, on what ground, and which handler was told. It stays in suspense. Refuses another court's case."""
    with transaction.atomic():
        row = _waiting(receipt_ref, by.court_id, IDENTIFIED, Receipt.ARRIVED, Receipt.IDENTIFIED)
        number = _case(case_id, by.court_id, IDENTIFIED).number if case_id else ""
        _record(IDENTIFIED, row, {"basis": basis, "number": number, "told": told}, key, by, at)
        row.state, row.case_id, row.basis = Receipt.IDENTIFIED, case_id, basis[:200]
        row.save(update_fields=["state", "case", "basis"])
    return row


def claim(*, receipt_ref: str, case_id: int, reason: str, key: str = "", by: Actor, at: datetime) -> Receipt:
    """A handler claims the money for a case, with the reason. Nothing moves yet.
    Refuses another court's case, and money that somebody has claimed."""
    with transaction.atomic():
        row = _waiting(receipt_ref, by.court_id, CLAIMED, Receipt.ARRIVED, Receipt.IDENTIFIED)
        case = _case(case_id, by.court_id, CLAIMED)
        _record(CLAIMED, row, {"number": case.number, "reason": reason}, key, by, at)
        row.state, row.case_id, row.claimed_by_id, row.claim_reason = Receipt.CLAIMED, case_id, by.person_id, reason[:200]
        row.save(update_fields=["state", "case", "claimed_by", "claim_reason"])
    return row


def refuse_claim(*, receipt_ref: str, why: str, by: Actor, at: datetime) -> Receipt:
    """The funds desk does not confirm a claim: the money waits again, with why. Refuses without a reason."""
    with transaction.atomic():
        row = _waiting(receipt_ref, by.court_id, IDENTIFIED, Receipt.CLAIMED)
        if not why.strip():
            raise Refusal.because("没有退回认领", "没有写明理由", clause=clause_of(IDENTIFIED), field="why", now="请写明为什么不能入案")
        claimant = row.claimed_by.name if row.claimed_by else ""
        _record(IDENTIFIED, row, {"basis": f"退回认领：{why.strip()}", "number": "", "told": claimant}, "", by, at)
        row.state, row.case_id, row.claimed_by_id, row.claim_reason, row.basis = Receipt.IDENTIFIED, None, None, "", f"退回认领：{why.strip()}"[:200]
        row.save(update_fields=["state", "case", "claimed_by", "claim_reason", "basis"])
    return row


def book(*, receipt_ref: str, key: str = "", by: Actor, at: datetime) -> Receipt:
    """Confirm a claim: from suspense to the case's account, by somebody else than the claimant; the handler is reminded.
    Refuses the claimant."""
    with transaction.atomic():
        before = Receipt.objects.filter(ref=receipt_ref, court_id=by.court_id).values_list("case_id", flat=True).first()
        if before is not None:
            locked_case(before, by.court_id, what_of(BOOKED))
        row = _waiting(receipt_ref, by.court_id, BOOKED, Receipt.CLAIMED)
        if row.case_id != before or row.case is None:
            raise Refusal.because(what_of(BOOKED), "认领的案件刚刚变了", clause=clause_of(BOOKED), now="请刷新页面", status=409)
        if row.claimed_by_id == by.person_id:
            raise Refusal.because(what_of(BOOKED), "认领由本人提出，须由另一人确认", clause=clause_of(BOOKED), now="请交给另一位有权限的人员", status=403)
        _record(BOOKED, row, {"number": row.case.number}, key, by, at)
        row.state, row.booked_by_id, row.booked_at = Receipt.BOOKED, by.person_id, at
        row.save(update_fields=["state", "booked_by", "booked_at"])
        arrive_on_case(row, None, BOOKED, "", by, at, at)
    return row


def _waiting(ref: str, court_id: int, kind: str, *states: str) -> Receipt:
    row = locked_receipt(ref, court_id, what_of(kind))
    if row.state not in states:
        raise Refusal.because(what_of(kind), f"这笔来款{row.get_state_display()}", clause=clause_of(kind), now="请刷新页面", status=409)
    return row


def _case(case_id: int, court_id: int, kind: str) -> Case:
    case = Case.objects.filter(pk=case_id, court_id=court_id).first()
    if case is None:
        raise Refusal.because(what_of(kind), "本院没有这个案件", clause=clause_of(kind), field="number", now="请核对案号")
    return case


def _record(kind: str, row: Receipt, payload: dict[str, str], key: str, by: Actor, at: datetime) -> None:
    record(kind, court_id=by.court_id, matter_id=row.matter_id, payload=payload, desk=desk_of(kind, by), key=key or None, by=by, at=at)
