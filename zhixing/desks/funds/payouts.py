"""A payout's way: requested by the handler, checked by the funds desk, approved by a leader, sent and settled by finance: four people
(四(三)2, trust R2). What was approved is what is sent (I6); the money is reserved from approval on (I12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.facts import Recorded, record, rules
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.money.amounts import fen_of, words
from zhixing.rulebook.refusals import Refusal

from .guarding import GUARDS
from .keeping import CLAUSE, clause_of, desk_of, limits, locked_case, text_of, what_of
from .ledger import reserve
from .models import LedgerAccount, PayeeAccount, Payout, Receipt
from .receipts import booked_receipt

REQUESTED, CHECKED, APPROVED, CANCELLED = "payout_requested", "payout_checked", "payout_approved", "payout_cancelled"
ROLES = {Payout.CLAIM: Party.APPLICANT, Payout.REFUND: Party.DEBTOR}
DISPUTED = "distribution_disputed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a handler asks for: who gets how much (fen) of which receipt, where, on what ground. `party_id` is None only for a
    third person that a ruling named; then `payee` says who."""

    receipt_ref: str
    kind: str
    amount_fen: int
    account_id: int
    basis: str
    party_id: int | None = None
    payee: str = ""


def name_account(
    *, case_id: int, party_id: int | None, holder: str, bank: str, number: str, evidence: str, by: Actor, at: datetime
) -> PayeeAccount:
    """Where somebody wants money. A party's new account takes the place of the one before, and waits (T2).
    Refuses an account that is not whole and people who are no party."""
    what = "没有登记收款账户"
    with transaction.atomic():
        case = locked_case(case_id, by.court_id, what)
        if party_id is not None and not case.parties.filter(pk=party_id).exists():
            raise Refusal.because(what, "不是本案当事人", clause=CLAUSE, field="party", now="请选择本案当事人")
        plain = "".join(number.split())
        for field, value, words_ in (("holder", holder, "户名"), ("bank", bank, "开户行"), ("account_no", plain, "账号"), ("evidence", evidence, "账户依据")):
            if not value.strip():
                raise Refusal.because(what, f"没有填写{words_}", clause=CLAUSE, field=field, now=f"请填写{words_}")
        last = PayeeAccount.objects.filter(case_id=case_id, party_id=party_id, replaced_by=None, **({} if party_id else {"holder": holder.strip()})).first()
        if last is not None and (last.holder, last.bank, last.number) == (holder.strip(), bank.strip(), plain):
            return last
        return PayeeAccount.objects.create(case_id=case_id, party_id=party_id, holder=holder.strip()[:120], bank=bank.strip()[:120], number=plain[:40],
                                           evidence=evidence.strip()[:200], replaces=last, at=at, by_id=by.person_id)  # fmt: skip


def request(*, case_id: int, wish: Wish, key: str = "", by: Actor, at: datetime) -> Payout:
    """Ask for a payout. Refuses whoever is no party, an account that is not that payee's newest, and every sum that is not there:
    of the receipt, of the case, of what the applicants are owed (I11, I14)."""
    what = what_of(REQUESTED)
    with transaction.atomic():
        case = locked_case(case_id, by.court_id, what)
        receipt = booked_receipt(wish.receipt_ref, by.court_id, what)
        if receipt.case_id != case_id:
            raise Refusal.because(what, "这笔来款不在本案", clause=CLAUSE, status=409)
        if wish.amount_fen <= 0:
            raise Refusal.because(what, "金额应大于零", clause=CLAUSE, field="amount_yuan", now="请更正金额")
        no = f"{receipt.receipt_no}-{receipt.payouts.count() + 1}"
        party, account = _payee(case, wish, what)
        row = Payout(
            court_id=by.court_id, no=no, case=case, receipt=receipt, kind=wish.kind, party=party, payee=party.name if party else wish.payee.strip()[:120],
            account=account, holder=account.holder, bank=account.bank, account_no=account.number, amount_fen=wish.amount_fen, basis=wish.basis.strip()[:200],
            requested_by_id=by.person_id, requested_at=at,
        )  # fmt: skip
        if not row.basis or not row.payee:
            field, word = ("basis", "发放依据") if not row.basis else ("payee", "收款人")
            raise Refusal.because(what, f"没有写明{word}", clause=CLAUSE, field=field, now=f"请写明{word}")
        done = _record(REQUESTED, row, {"payee": row.payee, "amount_yuan": text_of(row.amount_fen), "account": _masked(row.account_no), "basis": row.basis},
                       by, at, key=key)  # fmt: skip
        if done.repeated:
            return Payout.objects.filter(case=case, requested_by_id=by.person_id).order_by("-pk")[0]
        _bounds(row, done.state.facts, what)
        row.save(force_insert=True)
        for guard in GUARDS:
            guard.taken(row)
    return row


def check(*, payout_ref: str, note: str, by: Actor, at: datetime) -> Payout:
    """The funds desk compares the account with the papers and calls the payee back; `note` says how (T2).
    Refuses who asked, and without the note."""
    with transaction.atomic():
        row = locked_payout(payout_ref, by.court_id, CHECKED, Payout.REQUESTED)
        other_people(row, by, CHECKED)
        if not note.strip():
            raise Refusal.because(what_of(CHECKED), "没有写明怎样核对了收款账户", clause=CLAUSE, field="note", now="请写明回访或核对的方式和结果")
        _record(CHECKED, row, {"note": note.strip()}, by, at)
        step(row, Payout.CHECKED, checked_by_id=by.person_id, checked_at=at, check_note=note.strip()[:200])
    return row


def approve(*, payout_ref: str, by: Actor, at: datetime) -> Payout:
    """A leader approves within the post's ceiling; from here on the money is reserved and the fingerprint fixed.
    Refuses beyond the ceiling (yuan, `limits.yaml`) and who asked or checked."""
    with transaction.atomic():
        row = locked_payout(payout_ref, by.court_id, APPROVED, Payout.CHECKED)
        other_people(row, by, APPROVED)
        if not may_approve(by, row):
            who = "、".join(rules.rulebook().roles[r].title for r in approvers_of(row))
            raise Refusal.because(what_of(APPROVED), f"{words(row.amount_fen)} 元（{row.get_kind_display()}）超出{by.name}的审批权限", clause=limits()["ceilings"]["clause"],
                                  who=who, now="请报有权限的领导批准", status=403)  # fmt: skip
        done = _record(APPROVED, row, {"amount_yuan": text_of(row.amount_fen)}, by, at)
        _bounds(row, done.state.facts, what_of(APPROVED))
        reserve(case_id=row.case_id, fen=row.amount_fen, what=what_of(APPROVED), clause=clause_of(APPROVED))
        step(row, Payout.APPROVED, approved_by_id=by.person_id, approved_at=at, approved_hash=row.fingerprint())
    return row


def cancel(*, payout_ref: str, reason: str, by: Actor, at: datetime) -> Payout:
    """Take a payout back before it is sent, or do not let it pass; what was reserved is free again. Refuses without a reason."""
    with transaction.atomic():
        row = locked_payout(payout_ref, by.court_id, CANCELLED, *Payout.PENDING)
        if not reason.strip():
            raise Refusal.because(what_of(CANCELLED), "没有写明理由", clause=CLAUSE, field="reason", now="请写明理由")
        _record(CANCELLED, row, {"reason": reason.strip()}, by, at)
        if row.state == Payout.APPROVED:
            reserve(case_id=row.case_id, fen=-row.amount_fen, what=what_of(CANCELLED), clause=CLAUSE)
        step(row, Payout.CANCELLED, outcome=reason.strip()[:200])
    return row


def may_approve(by: Actor, row: Payout) -> bool:
    """Whether one of the person's posts reaches this kind and amount."""
    return bool(by.roles & set(approvers_of(row)))


def approvers_of(row: Payout) -> list[str]:
    """The posts that may approve it. Money to another's account than the payee's own counts as money to a third person."""
    kind = row.kind if row.holder == row.payee else Payout.THIRD
    return [p["role"] for p in limits()["ceilings"]["posts"]
            if kind in p["kinds"] and row.amount_fen <= fen_of(str(p.get("up_to_yuan", 10**12)), "up_to_yuan")]  # fmt: skip


def locked_payout(ref: str, court_id: int, kind: str, *states: str) -> Payout:
    """The payout with its case and receipt locked, in one of the states; else refused with where it stands."""
    case_id = Payout.objects.filter(ref=ref, court_id=court_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refusal.because(what_of(kind), "没有这张发放单", clause=CLAUSE, status=404)
    locked_case(case_id, court_id, what_of(kind))
    row = Payout.objects.select_for_update().get(ref=ref)
    if row.state not in states:
        raise Refusal.because(what_of(kind), f"发放单 {row.no} {row.get_state_display()}", clause=CLAUSE, now="请刷新页面", status=409)
    return row


def step(row: Payout, state: str, **changes: Any) -> None:
    """Take the payout to its next state, if it still is where it was read: one statement, so it happens once (R5, I5).
    Refuses (409) when somebody was quicker."""
    if not Payout.objects.filter(pk=row.pk, state=row.state).update(state=state, **changes):
        raise Refusal.because("没有办理", f"发放单 {row.no} 刚刚有变化", clause=CLAUSE, now="请刷新页面", status=409)
    row.state = state
    for name, value in changes.items():
        setattr(row, name, value)


def spoken_for(receipt: Receipt, besides: int | None = None) -> int:
    """What of a receipt is paid or asked for already, without one payout."""
    rows = Payout.objects.filter(receipt=receipt, state__in=[*Payout.PENDING, *Payout.GONE]).exclude(pk=besides)
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def _record(kind: str, row: Payout, payload: dict[str, str], by: Actor, at: datetime, key: str = "") -> Recorded:
    return record(kind, court_id=by.court_id, case_id=row.case_id, payload={"payout_no": row.no, "receipt_no": row.receipt.receipt_no, **payload},
                  desk=desk_of(kind, by), key=key or None, by=by, at=at)  # fmt: skip


def _payee(case: Case, wish: Wish, what: str) -> tuple[Party | None, PayeeAccount]:
    """Who gets it and where: a party on the right side of this case, or the third person, with the newest account."""
    party = case.parties.filter(pk=wish.party_id).first() if wish.party_id else None
    if wish.kind not in dict(Payout.KINDS) or (wish.kind != Payout.THIRD and (party is None or party.role != ROLES[wish.kind])) or (wish.kind == Payout.THIRD and wish.party_id):
        raise Refusal.because(what, "案款只发给本案申请执行人，退还被执行人，或支付给裁定确定的第三人", clause=CLAUSE, field="party", now="请选择收款人")
    account = PayeeAccount.objects.filter(pk=wish.account_id, case=case, party=party).first()
    if account is None:
        raise Refusal.because(what, "没有这个收款账户，或不是收款人的", clause=CLAUSE, field="account", now="请先登记收款账户")
    if PayeeAccount.objects.filter(replaces=account).exists():
        raise Refusal.because(what, "收款账户已经变更", clause=CLAUSE, field="account", now="请选择最新的账户", status=409)
    return party, account


def _bounds(row: Payout, facts: Any, what: str) -> None:
    """Every sum that a payout may not exceed."""
    account = LedgerAccount.objects.get(case_id=row.case_id)
    rest = row.receipt.amount_fen - row.receipt.settled_fen - spoken_for(row.receipt, row.pk)
    if facts.get(DISPUTED) is True and not account.disputed_fen:
        raise Refusal.because(what, "分配方案有未决的异议，还没有登记争议金额", clause="二(四)1(5)", now="请先登记争议金额，无争议的部分可以先行发放", status=409)
    bounds = [(account.free_fen, "案件可用余额"), (rest, "这笔来款的余额")]
    if row.kind == Payout.CLAIM:
        bounds.append((_owed(row, what), "申请执行人应得的余额"))
    for bound, words_ in bounds:
        if row.amount_fen > bound:
            raise Refusal.because(what, f"{words_} {words(max(bound, 0))} 元，不够 {words(row.amount_fen)} 元", clause=clause_of(REQUESTED), field="amount_yuan",
                                  now="请核对金额", status=409)  # fmt: skip
    for guard in GUARDS:
        guard.bound(row, what)


def _owed(row: Payout, what: str) -> int:
    """What the applicants of the case may still get: claim, interest and costs without what went or is asked for (I14)."""
    accounting = row.case.accountings.order_by("-pk").first()
    if accounting is None:
        raise Refusal.because(what, "还没有核算", clause="四(三)2(2)", now="请先核算案款、结算费用", status=409)
    handed = Receipt.objects.filter(case_id=row.case_id, channel=Receipt.ON_SITE, state=Receipt.BOOKED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    gone = Payout.objects.filter(case_id=row.case_id, kind=Payout.CLAIM, state__in=[*Payout.PENDING, *Payout.GONE]).exclude(pk=row.pk)
    return int(accounting.owed_fen - handed - (gone.aggregate(fen=Sum("amount_fen"))["fen"] or 0))


def other_people(row: Payout, by: Actor, kind: str) -> None:
    """Whoever has done a step of this payout does no other (trust R2; the table says the same). Refuses them (403)."""
    done = {row.requested_by_id: "申请", row.checked_by_id: "复核", row.approved_by_id: "批准", row.sent_by_id: "付款"}
    if by.person_id in done:
        raise Refusal.because(what_of(kind), f"{by.name}已经办理过这张发放单的{done[by.person_id]}，这一步须由另一人办理", clause=CLAUSE,
                              now="请交给另一位有权限的人员", status=403)  # fmt: skip


def _masked(number: str) -> str:
    return f"尾号{number[-4:]}"
