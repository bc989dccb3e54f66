"""Money of the demo court in every state (四(三)): on cases, in suspense, claimed, accounted for, asked for, approved, with the bank, paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.desks.funds import claims, paying, payouts, receipts
from zhixing.desks.funds.models import Payout, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.receipts import Money
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

Who = Callable[[str], Actor]
ONE_IN, MOST = 30, 21
STEPS = ("notice", "account", "request", "check", "approve", "send", "confirm")
FAR = (5, 3, 7, 2, 6, 4, 1, 0)  # how many steps each got, the busiest first
SUSPENSE = ("", "", "identify", "claim", "book")


def make_money(court: Court, who: Who, cases: int, at: datetime) -> None:
    """Money for some of the cases with the teams, each as far as it got; and some that nobody knows the case of yet.
    Raises Refusal where the court would refuse."""
    most = min(MOST, cases // ONE_IN)
    owed = Case.objects.filter(court=court, closed_on__isnull=True, handler__isnull=False, claim_yuan__gt=5000, receipts__isnull=True)
    newest = owed.select_related("handler").order_by("-filed_on", "-pk")
    for n, case in enumerate(list(newest.filter(holder__in=("teams", "fast_team"))[:most])):
        try:
            _on_case(case, FAR[n % len(FAR)], n, who, at)
        except Refusal:  # what the regulation refuses ends this story, as it would at the desk
            continue
    for n, case in enumerate(list(newest[: min(most, len(SUSPENSE))])):
        try:
            _in_suspense(case, SUSPENSE[n], n, who, at)
        except Refusal:
            continue


def _handler(case: Case, at: datetime) -> Actor:
    return actor_of(case.handler, rules.rulebook(), at.date())  # type: ignore[arg-type]


def _on_case(case: Case, far: int, n: int, who: Who, at: datetime) -> None:
    """A third of the claim arrives on the case's own account, then as many steps as it got."""
    fen, day, handler = int(case.claim_yuan * 100) // 3, at.astimezone(CST).date(), _handler(case, at)  # type: ignore[operator]
    debtor = Party.objects.filter(case=case, role=Party.DEBTOR).order_by("position").first()
    row = receipts.receive(case_id=case.pk, money=Money(f"Y{day:%m%d}{n:04d}", fen, day, debtor.name if debtor else "", remark=case.number),
                           by=who("finance_clerk"), at=at)  # fmt: skip
    for step in STEPS[:far]:
        if step == "notice":
            receipts.notice(receipt_ref=row.ref, notice_no=f"财通{n + 1}号", amount_fen=fen, by=who("finance_clerk"), at=at)
        elif step == "account":
            receipts.account_for(receipt_ref=row.ref, claim_fen=fen, interest_fen=0, costs_fen=0, fee_fen=0, note="演示", by=handler, at=at)
        elif step == "request":
            payout = _request(case, row, fen, handler, at)
        else:
            _pay(payout, step, who, at)


def _request(case: Case, row: Receipt, fen: int, handler: Actor, at: datetime) -> Payout:
    applicant = Party.objects.filter(case=case, role=Party.APPLICANT).order_by("position").first()
    if applicant is None:
        raise Refusal.because("没有申请发放", "没有申请执行人")
    account = payouts.name_account(case_id=case.pk, party_id=applicant.pk, holder=applicant.name, bank="示例银行演示支行",
                                   number=f"62220000000{case.pk:08d}", evidence="账户确认书（演示）", by=handler, at=at)  # fmt: skip
    return payouts.request(case_id=case.pk, wish=Wish(row.ref, "claim", fen, account.pk, "生效法律文书", applicant.pk), by=handler, at=at)


def _pay(payout: Payout, step: str, who: Who, at: datetime) -> None:
    if step == "check":
        payouts.check(payout_ref=payout.ref, note="电话回访收款人，账户无误（演示）", by=who("funds_officer"), at=at)
    elif step == "approve":
        roles = payouts.approvers_of(payout)
        payouts.approve(payout_ref=payout.ref, by=who(roles[0]), at=at)
    elif step == "send":
        paying.send(payout_refs=[payout.ref], by=who("finance_clerk"), at=at)
    else:
        paying.confirm(payout_ref=payout.ref, bank_ref=f"H{payout.no[-12:]}", by=who("finance_clerk"), at=at)


def _in_suspense(case: Case, far: str, n: int, who: Who, at: datetime) -> None:
    """Money on the general account: only arrived, identified, claimed by a handler, or booked on the case."""
    day, handler = at.astimezone(CST).date(), _handler(case, at)
    row = claims.receive_general(money=Money(f"Z{day:%m%d}{n:04d}", 120000 + 35050 * n, day, "演示汇款人", remark="执行款"), by=who("finance_clerk"), at=at)
    if far:
        claims.identify(receipt_ref=row.ref, case_id=case.pk, basis="附言中的姓名与被执行人相同（演示）", told=handler.name, by=who("funds_officer"), at=at)
    if far in ("claim", "book"):
        claims.claim(receipt_ref=row.ref, case_id=case.pk, reason="被执行人来电确认（演示）", by=handler, at=at)
    if far == "book":
        claims.book(receipt_ref=row.ref, by=who("funds_officer"), at=at)
