"""Money set aside for a creditor who does not take it (提存): asked for, approved by another, released through the four people, or
undone by reversal (四(三)2(2))."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from .. import payouts
from ..keeping import clause_of, day_of, desk_of, locked_case, locked_receipt, text_of, what_of
from ..ledger import Move, post, reverse
from ..models import LedgerAccount, PayeeAccount, Payout, Posting, Receipt
from ..payouts import ROLES, Wish
from ..receipts import booked_receipt
from .keeping import limits
from .models import Deposit, DistributionPlan
from .standing import live_plan_of, rest_of, standings

DEPOSITED, PARTLY, RELEASED = "money_deposited", "money_partly_deposited", "deposit_released"
KINDS = {role: kind for kind, role in ROLES.items()}


def grounds() -> dict[str, str]:
    """Why money may be set aside: id → words."""
    return {row["id"]: row["title"] for row in limits()["deposit_grounds"]["rows"]}


def ask(*, receipt_ref: str, creditor: str, fen: int, ground: str, reason: str, by: Actor, at: datetime) -> Deposit:
    """Ask to set money of a receipt aside for somebody on a ground of `limits.yaml`. Nothing moves yet.
    Refuses more (fen) than is free of the receipt, and the same once more while it waits."""
    what = "暂不能申请提存"
    require(rules.rulebook(), by, "do:ask_deposit", what=what)
    with transaction.atomic():
        receipt = booked_receipt(receipt_ref, by.court_id, what)
        assert receipt.case is not None  # booked money has its case
        for field, wrong, why in (("ground", ground not in grounds(), "没有选择提存的情形"), ("reason", not reason.strip(), "没有写明事实和理由"),
                                  ("creditor", not creditor.strip(), "没有写明权利人"), ("amount_yuan", fen <= 0, "金额应大于零")):  # fmt: skip
            if wrong:
                raise Refusal.because(what, why, clause=clause_of(DEPOSITED), field=field, now="请补正")
        waiting = Deposit.objects.filter(receipt=receipt, state=Deposit.ASKED)
        if waiting.filter(creditor=creditor.strip()[:120], fen=fen, ground=ground, asked_by_id=by.person_id).exists():
            raise Refusal.because(what, "同样的提存已经申请，正在等待批准", clause=clause_of(DEPOSITED), field="amount_yuan", now="请等领导批准，或撤回后重新申请", status=409)
        asked = waiting.aggregate(fen=Sum("fen"))["fen"] or 0
        _bounds(receipt, creditor.strip(), fen, int(asked), what)
        party = receipt.case.parties.filter(name=creditor.strip()).first()
        no = f"{receipt.receipt_no}-提存{receipt.deposits.count() + 1}"
        return Deposit.objects.create(court_id=by.court_id, no=no, case_id=receipt.case_id, receipt=receipt, creditor=creditor.strip()[:120], party=party, fen=fen, ground=ground,
                                      reason=reason.strip()[:400], asked_by_id=by.person_id, asked_at=at)  # fmt: skip


def approve(*, deposit_ref: str, by: Actor, at: datetime) -> Deposit:
    """Another approves: the money goes to the court's deposit account. When it is the last of the receipt, its clocks are met.
    Refuses who asked, and when the receipt was corrected away meanwhile."""
    what = what_of(DEPOSITED)
    with transaction.atomic():
        row = _locked(deposit_ref, by.court_id, what, Deposit.ASKED)
        if row.asked_by_id == by.person_id:
            raise Refusal.because(what, "提存由本人申请，须由另一人批准", clause=clause_of(DEPOSITED), now="请报有权限的领导批准", status=403)
        receipt = row.receipt
        if (receipt.state, receipt.case_id) != (Receipt.BOOKED, row.case_id):
            raise Refusal.because(what, f"来款 {receipt.receipt_no} 已经更正，不在本案账户", clause=clause_of(DEPOSITED), now="请退回提存申请", status=409)
        _bounds(receipt, row.creditor, row.fen, 0, what)
        paid = Payout.objects.filter(receipt=receipt, state=Payout.CONFIRMED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        kind = DEPOSITED if receipt.amount_fen - receipt.settled_fen - paid == row.fen else PARTLY
        payload = {"deposit_no": row.no, "receipt_no": receipt.receipt_no, "amount_yuan": text_of(row.fen), "creditor": row.creditor, "ground": grounds()[row.ground], "reason": row.reason}
        done = record(kind, court_id=by.court_id, case_id=row.case_id, payload=payload, desk=desk_of(kind, by), key=f"deposit:{row.ref}:approved", by=by, at=at)
        post(court_id=by.court_id, purpose=Posting.DEPOSITED, moves=[Move(row.case_id, -row.fen), Move(LedgerAccount.DEPOSIT, row.fen)], business_on=day_of(at),
             case_id=row.case_id, event_seq=done.seq, paper=row.no, summary=row.creditor, key=_key(row), by=by, at=at)  # fmt: skip
        _settled(receipt, row.fen)
        _move(row, Deposit.HELD, approved_by_id=by.person_id, approved_at=at)
    return row


def refuse(*, deposit_ref: str, reason: str, by: Actor, at: datetime) -> Deposit:
    """Not approved, with why; whoever asked may also take it back so. Refuses (409) when somebody was quicker."""
    what = "暂不能退回提存申请"
    with transaction.atomic():
        row = _locked(deposit_ref, by.court_id, what, Deposit.ASKED)
        if row.asked_by_id != by.person_id:
            require(rules.rulebook(), by, f"record:{DEPOSITED}", what=what)
        _move(row, Deposit.REFUSED, outcome=_why(reason, what), ended_by_id=by.person_id, ended_at=at)
    return row


def release(*, deposit_ref: str, account_id: int, reason: str, by: Actor, at: datetime) -> Payout:
    """The creditor takes it: back on the case's account and at once asked for as a payout to the creditor's newest account.
    Refuses without an account of the creditor."""
    what = what_of(RELEASED)
    with transaction.atomic():
        row = _locked(deposit_ref, by.court_id, what, Deposit.HELD)
        account = PayeeAccount.objects.filter(pk=account_id, case_id=row.case_id, party=row.party, **({} if row.party_id else {"holder": row.creditor})).first()
        if account is None:
            raise Refusal.because(what, f"没有选择{row.creditor}的收款账户", clause=clause_of(RELEASED), field="account", now="请先登记收款账户")
        done = _back(row, reason, f"record:{RELEASED}", what, by, at)
        post(court_id=by.court_id, purpose=Posting.RELEASED, moves=[Move(row.case_id, row.fen), Move(LedgerAccount.DEPOSIT, -row.fen)], business_on=day_of(at),
             case_id=row.case_id, event_seq=done, paper=row.no, summary=row.creditor, key=f"deposit:{row.ref}:released", by=by, at=at)  # fmt: skip
        _move(row, Deposit.RELEASED, outcome=_why(reason, what), ended_by_id=by.person_id, ended_at=at)
        kind = KINDS.get(row.party.role, Payout.THIRD) if row.party else Payout.THIRD
        wish = Wish(row.receipt.ref, kind, row.fen, account.pk, f"领取提存款 {row.no}", row.party_id, "" if row.party_id else row.creditor)
        return payouts.request(case_id=row.case_id, wish=wish, by=by, at=at)


def undo(*, deposit_ref: str, reason: str, by: Actor, at: datetime) -> Deposit:
    """It should not have been set aside: the posting is reversed and the money is on the case's account again.
    Refuses (409) when somebody was quicker."""
    what = "暂不能冲回提存"
    with transaction.atomic():
        row = _locked(deposit_ref, by.court_id, what, Deposit.HELD)
        done = _back(row, reason, f"record:{DEPOSITED}", what, by, at)
        posting = Posting.objects.get(court_id=by.court_id, key=_key(row))
        reverse(posting_id=posting.pk, reason=reason, business_on=day_of(at), event_seq=done, by=by, at=at)
        _move(row, Deposit.UNDONE, outcome=_why(reason, what), ended_by_id=by.person_id, ended_at=at)
    return row


def _back(row: Deposit, reason: str, under: str, what: str, by: Actor, at: datetime) -> int:
    """The event that the money is on its case again, where its clock runs again."""
    payload = {"deposit_no": row.no, "receipt_no": row.receipt.receipt_no, "amount_yuan": text_of(row.fen), "reason": _why(reason, what)}
    done = record(RELEASED, court_id=by.court_id, case_id=row.case_id, payload=payload, desk=desk_of(RELEASED, by), under=under, key=f"deposit:{row.ref}:back", by=by, at=at)
    _settled(row.receipt, -row.fen)
    return done.seq


def _bounds(receipt: Receipt, creditor: str, fen: int, asked: int, what: str) -> None:
    """No more than is left of the receipt and of the case; where a plan shares it, no more than the creditor's share."""
    account = LedgerAccount.objects.get(case_id=receipt.case_id)
    bounds = [(rest_of(receipt) - asked, f"来款 {receipt.receipt_no} 的余额"), (account.free_fen, "案件可用余额")]
    plan = live_plan_of(receipt.pk)
    if plan is not None:
        who = plan.participants.filter(name=creditor).first()
        if plan.state != DistributionPlan.FINAL or who is None:
            why = "方案还不能发放" if who else f"{creditor}不在方案里"
            raise Refusal.because(what, f"来款 {receipt.receipt_no} 在分配方案 {plan} 内，{why}", clause=clause_of(DEPOSITED), now="请先办分配方案", status=409)
        bounds.append((standings(plan, [who])[who.pk].payable_fen, f"{creditor}在分配方案里的份额"))
    for most, words_ in bounds:
        if fen > most:
            raise Refusal.because(what, f"{words_} {words(max(most, 0))} 元，不够 {words(fen)} 元", clause=clause_of(DEPOSITED), field="amount_yuan", now="请核对金额", status=409)


def _settled(receipt: Receipt, fen: int) -> None:
    """What is set aside counts as settled, so that nothing pays it a second time."""
    receipt.settled_fen += fen
    receipt.save(update_fields=["settled_fen"])


def _locked(ref: str, court_id: int, what: str, state: str) -> Deposit:
    found = Deposit.objects.filter(ref=ref, court_id=court_id).values_list("case_id", "receipt__ref").first()
    if found is None:
        raise Refusal.because(what, "没有这笔提存", clause=clause_of(DEPOSITED), status=404)
    locked_case(found[0], court_id, what)
    receipt = locked_receipt(found[1], court_id, what)
    row = Deposit.objects.select_for_update(of=("self",)).select_related("party").get(ref=ref)
    if row.state != state:
        raise Refusal.because(what, f"提存 {row.no} {row.get_state_display()}", clause=clause_of(DEPOSITED), now="请刷新页面", status=409)
    row.receipt = receipt
    return row


def _move(row: Deposit, state: str, **changes: object) -> None:
    if not Deposit.objects.filter(pk=row.pk, state=row.state).update(state=state, **changes):
        raise Refusal.because("没有办理", f"提存 {row.no} 刚刚有变化", clause=clause_of(DEPOSITED), now="请刷新页面", status=409)
    row.state = state
    for name, value in changes.items():
        setattr(row, name, value)


def _why(reason: str, what: str) -> str:
    if not reason.strip():
        raise Refusal.because(what, "没有写明理由", clause=clause_of(DEPOSITED), field="reason", now="请写明理由")
    return reason.strip()[:200]


def _key(row: Deposit) -> str:
    return f"deposit:{row.ref}:approved"
