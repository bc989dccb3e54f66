"""Money paid too much or by mistake goes back through the usual four people: to the debtor, or to whoever paid it (四(三)2(2))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from .. import payouts
from ..keeping import clause_of, locked_case, what_of
from ..models import PayeeAccount, Payout, Receipt
from ..payouts import REQUESTED, Wish
from ..receipts import booked_receipt
from .keeping import limits
from .standing import COUNTED, rest_of

LEFT_OVER = ("surplus", "overpaid")


def grounds() -> dict[str, str]:
    """What a refund may be about: id → words."""
    return {row["id"]: row["title"] for row in limits()["refund_grounds"]["rows"]}


def left_over(case: Case, receipts: Sequence[Receipt] | None = None) -> int | None:
    """What the case holds beyond everything its applicants may still get (fen); None while nothing was worked out."""
    accounting = case.accountings.order_by("-pk").first()
    if accounting is None:
        return None
    rows = case.receipts.filter(state=Receipt.BOOKED).exclude(channel=Receipt.ON_SITE) if receipts is None else receipts
    handed = Receipt.objects.filter(case=case, channel=Receipt.ON_SITE, state=Receipt.BOOKED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    got = Payout.objects.filter(case=case, kind=Payout.CLAIM, state__in=COUNTED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    aside = case.deposits.filter(state="held", party__role=Party.APPLICANT).aggregate(fen=Sum("fen"))["fen"] or 0
    still = max(accounting.owed_fen - handed - got - aside, 0)
    return max(sum(rest_of(r) for r in rows) - still, 0)


def ask(*, receipt_ref: str, account_id: int, fen: int, ground: str, reason: str, by: Actor, at: datetime) -> Payout:
    """Ask to give money of a receipt back. To the debtor as a refund, to another payer as money to a third person, with that
    person's approvers. What is called left over is what no applicant may get any more.
    Refuses more (fen) than is free, the same once more while it is on its way, and anybody but the debtor or the payer."""
    what = what_of(REQUESTED)
    with transaction.atomic():
        receipt = booked_receipt(receipt_ref, by.court_id, what)
        case = locked_case(receipt.case_id or 0, by.court_id, what)
        if ground not in grounds() or not reason.strip():
            field, why = ("ground", "没有选择退款的情形") if ground not in grounds() else ("reason", "没有写明事实和理由")
            raise Refusal.because(what, why, clause=clause_of(REQUESTED), field=field, now="请补正")
        account = PayeeAccount.objects.select_related("party").filter(pk=account_id, case=case).first()
        kind, party = (Payout.REFUND, account.party) if account and account.party else (Payout.THIRD, None)
        if account is None or (party is not None and party.role != Party.DEBTOR) or (party is None and account.holder != receipt.payer):
            raise Refusal.because(what, f"退款只退给被执行人或缴款人{receipt.payer}", clause=clause_of(REQUESTED), field="account", now="请先登记其收款账户")
        most = left_over(case)
        if ground in LEFT_OVER and (most is None or fen > most):
            why = "还没有核算" if most is None else f"清偿申请执行人以后只余 {words(most)} 元"
            raise Refusal.because(what, why, clause=clause_of(REQUESTED), field="amount_yuan", now="请先核算，或核对金额", status=409)
        basis = f"{grounds()[ground]}：{reason.strip()}"[:200]
        if receipt.payouts.filter(account=account, amount_fen=fen, basis=basis, requested_by_id=by.person_id, state__in=Payout.PENDING).exists():
            raise Refusal.because(what, "同样的退款已经申请，正在办理", clause=clause_of(REQUESTED), field="amount_yuan", now="请查看已申请的发放单", status=409)
        wish = Wish(receipt_ref, kind, fen, account.pk, basis, party.pk if party else None, "" if party else receipt.payer)
        return payouts.request(case_id=case.pk, wish=wish, by=by, at=at)
