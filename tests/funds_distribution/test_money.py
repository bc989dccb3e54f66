"""Deposits, refunds and unclaimed money on the ledger (四(三)2(2), 四(三)2(3); 法发〔2017〕6号)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.funds.stage import People, account_of, accounted, approved, arrived, asked, balances, paid
from tests.funds_distribution.stage import LATER, OUTSIDE, final, money
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import state_differences
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import claims, payouts
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.check import differences as ledger_differences
from zhixing.desks.funds.distribution import deposits, refunds, unclaimed
from zhixing.desks.funds.distribution.checking import differences
from zhixing.desks.funds.distribution.models import Deposit, UnclaimedStep
from zhixing.desks.funds.models import LedgerAccount, Payout, Posting, Receipt
from zhixing.desks.funds.receipts import Money
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db


def is_open(case: Case, rule: str) -> bool:
    return Duty.objects.filter(case=case, rule=rule, is_open=True).exists()


def aside() -> int:
    row = LedgerAccount.objects.filter(kind=LedgerAccount.DEPOSIT).first()
    return row.balance_fen if row else 0


def name_of(case: Case) -> str:
    return str(case.parties.get(role="applicant", position=1).name)


def asked_for(receipt: Receipt, people: People, fen: int, creditor: str, at: datetime = MONDAY, ground: str = "missing") -> Deposit:
    return deposits.ask(receipt_ref=receipt.ref, creditor=creditor, fen=fen, ground=ground, reason="电话和地址都无法联系", by=people.handler, at=at)


def test_all_of_a_receipt_set_aside_meets_its_clocks_and_releasing_starts_them_again(case: Case, people: People) -> None:
    """法发〔2017〕6号: 提存; 四(二)2(6)."""
    receipt = money(case, people, 500_000)
    row = asked_for(receipt, people, 500_000, name_of(case))
    assert balances(case) == (500_000, 0)
    deposits.approve(deposit_ref=row.ref, by=people.leader, at=MONDAY)
    assert (balances(case), aside()) == ((0, 0), 500_000)
    assert not is_open(case, "pay_out_seven_days")
    account = account_of(case, people)
    payout = deposits.release(deposit_ref=row.ref, account_id=account.pk, reason="本人到院领取", by=people.handler, at=LATER)
    assert (balances(case), aside()) == ((500_000, 0), 0)
    assert is_open(case, "pay_out_seven_days")
    paid(approved(payout, people, LATER), people, LATER)
    assert not is_open(case, "pay_out_seven_days")
    for found in (differences, ledger_differences, state_differences):
        assert list(found(case.court_id)) == []


def test_part_of_a_receipt_set_aside_leaves_the_clock_and_the_rest_meets_it(case: Case, people: People) -> None:
    """四(二)2(6)."""
    receipt = money(case, people, 500_000)
    row = asked_for(receipt, people, 200_000, name_of(case))
    deposits.approve(deposit_ref=row.ref, by=people.leader, at=MONDAY)
    assert is_open(case, "pay_out_seven_days")
    paid(approved(asked(receipt, account_of(case, people), people, 300_000), people), people)
    assert not is_open(case, "pay_out_seven_days")


def test_who_asks_does_not_approve(case: Case, people: People, actor: Callable[..., Actor]) -> None:
    both = actor("handler", "bureau_head")
    receipt = money(case, people, 500_000)
    row = deposits.ask(receipt_ref=receipt.ref, creditor=name_of(case), fen=1, ground="refuses", reason="拒收", by=both, at=MONDAY)
    with pytest.raises(Refusal, match="由本人申请"):
        deposits.approve(deposit_ref=row.ref, by=both, at=MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Deposit.objects.filter(pk=row.pk).update(approved_by_id=both.person_id, state=Deposit.HELD)
    with pytest.raises(Refusal, match="没有这项权限"):
        deposits.approve(deposit_ref=row.ref, by=people.officer, at=MONDAY)


def test_a_deposit_that_was_wrong_is_reversed(case: Case, people: People) -> None:
    """I10: nothing is changed, a mirror is posted."""
    receipt = money(case, people, 500_000)
    row = asked_for(receipt, people, 500_000, name_of(case))
    deposits.approve(deposit_ref=row.ref, by=people.leader, at=MONDAY)
    deposits.undo(deposit_ref=row.ref, reason="找到了申请人", by=people.leader, at=LATER)
    assert (balances(case), aside()) == ((500_000, 0), 0)
    assert Posting.objects.filter(purpose=Posting.REVERSAL).count() == 1
    receipt.refresh_from_db()
    assert receipt.settled_fen == 0
    with pytest.raises(Refusal, match="已冲回"):
        deposits.undo(deposit_ref=row.ref, reason="再来一次", by=people.leader, at=LATER)


@pytest.mark.parametrize(("change", "why"), [
    ({"fen": 500_001}, "余额"), ({"fen": 0}, "大于零"), ({"ground": "lazy"}, "提存的情形"), ({"creditor": " "}, "权利人"),
])  # fmt: skip
def test_a_deposit_that_cannot_be_is_refused(case: Case, people: People, change: dict[str, object], why: str) -> None:
    receipt = money(case, people, 500_000)
    with pytest.raises(Refusal, match=why):
        asked_for(receipt, people, **{"fen": 1, "creditor": name_of(case), **change})  # type: ignore[arg-type]


def test_of_a_plan_only_the_creditors_share_is_set_aside_and_counts_as_received(case: Case, people: People, actor: Callable[..., Actor]) -> None:
    """二(四)1(5)."""
    plan = final(case, people, actor("team_leader"))
    receipt = plan.parts.get().receipt
    with pytest.raises(Refusal, match=r"份额 500\.00 元"):
        asked_for(receipt, people, 50_001, OUTSIDE, LATER)
    with pytest.raises(Refusal, match="不在方案里"):
        asked_for(receipt, people, 1, "样戊某", LATER)
    row = asked_for(receipt, people, 50_000, OUTSIDE, LATER)
    deposits.approve(deposit_ref=row.ref, by=people.leader, at=LATER)
    assert list(differences(case.court_id)) == []
    account = payouts.name_account(case_id=case.pk, party_id=None, holder=OUTSIDE, bank="样例银行", number="6200000000000000009", evidence="确认书", by=people.handler, at=LATER)
    payout = deposits.release(deposit_ref=row.ref, account_id=account.pk, reason="到院领取", by=people.handler, at=LATER)
    assert (payout.kind, payout.payee, payout.amount_fen) == (Payout.THIRD, OUTSIDE, 50_000)
    assert payout.planned.participant.name == OUTSIDE
    assert list(differences(case.court_id)) == []


def test_the_trial_balance_counts_what_lies_in_deposit(case: Case, people: People) -> None:
    """I3."""
    row = asked_for(money(case, people, 500_000), people, 123_456, name_of(case))
    deposits.approve(deposit_ref=row.ref, by=people.leader, at=MONDAY)
    found = trial_balance(case.court_id, MONDAY.date())
    assert found.difference_fen == 0
    assert {r.kind: r.balance_fen for r in found.rows}["deposit"] == 123_456


def test_verify_finds_a_deposit_that_the_ledger_does_not_have(case: Case, people: People) -> None:
    row = asked_for(money(case, people, 500_000), people, 1_000, name_of(case))
    Deposit.objects.filter(pk=row.pk).update(state=Deposit.HELD, approved_by_id=people.leader.person_id, approved_at=MONDAY)
    assert [(d.kind, d.expected, d.found) for d in differences(case.court_id)] == [("deposit", "1000 分", "0 分")]


def test_only_what_no_applicant_may_get_is_refunded_to_the_debtor(case: Case, people: People) -> None:
    """执行规定第34条第2款, I14."""
    receipt = money(case, people, 500_000, 450_000)
    account = account_of(case, people, role="debtor")
    for ground, fen, why in (("surplus", 50_001, r"只余 500\.00 元"), ("nothing", 1, "情形"), ("surplus", 0, "大于零|金额")):
        with pytest.raises((Refusal, DatabaseError), match=why), transaction.atomic():
            refunds.ask(receipt_ref=receipt.ref, account_id=account.pk, fen=fen, ground=ground, reason="已清偿", by=people.handler, at=MONDAY)
    payout = refunds.ask(receipt_ref=receipt.ref, account_id=account.pk, fen=50_000, ground="surplus", reason="已清偿", by=people.handler, at=MONDAY)
    assert (payout.kind, payout.basis) == (Payout.REFUND, "清偿后的余款退还被执行人：已清偿")


def test_money_sent_by_mistake_goes_back_to_its_payer_as_to_a_third_person(case: Case, people: People) -> None:
    """四(三)1: whoever is no party needs a leader of the court."""
    receipt = money(case, people, 500_000)
    stranger = payouts.name_account(case_id=case.pk, party_id=None, holder="样戊某", bank="样例银行", number="6200000000000000008", evidence="汇款回单", by=people.handler, at=MONDAY)
    with pytest.raises(Refusal, match="缴款人样乙公司"):
        refunds.ask(receipt_ref=receipt.ref, account_id=stranger.pk, fen=1, ground="mistaken", reason="误汇", by=people.handler, at=MONDAY)
    other = arrived(case, people, 70_000)
    Receipt.objects.filter(pk=other.pk).update(payer="样戊某")
    payout = refunds.ask(receipt_ref=other.ref, account_id=stranger.pk, fen=70_000, ground="mistaken", reason="误汇", by=people.handler, at=MONDAY)
    assert (payout.kind, payout.payee) == (Payout.THIRD, "样戊某")
    payouts.check(payout_ref=payout.ref, note="已回访", by=people.officer, at=MONDAY)
    with pytest.raises(Refusal, match="审批权限"):
        payouts.approve(payout_ref=payout.ref, by=people.leader, at=MONDAY)


def test_idle_money_is_listed_by_age_with_its_next_step(case: Case, people: People) -> None:
    """四(三)2(3): cases, suspense and deposits, each with its own steps."""
    old = arrived(case, people, 1_000, at=MONDAY - timedelta(days=200))
    arrived(case, people, 1_000)
    claims.receive_general(money=Money("G1", 700, (MONDAY - timedelta(days=31)).date(), payer="样己某"), by=people.finance, at=MONDAY)
    today = MONDAY.date()
    (found,) = unclaimed.idle(case.court_id, unclaimed.CASE, on=today, limit=10)
    assert (found.no, found.fen, found.days(today), found.step and found.step["id"]) == (old.receipt_no, 1_000, 200, "search")
    unclaimed.take_step(kind="case", ref=old.ref, step="search", done_on=today, note="电话无人接听", by=people.officer, at=MONDAY)
    (found,) = unclaimed.idle(case.court_id, unclaimed.CASE, on=today, limit=10)
    assert (found.step and found.step["id"], found.is_due(today)) == ("announce", True)
    (general,) = unclaimed.idle(case.court_id, unclaimed.SUSPENSE, on=today, limit=10)
    assert (general.fen, general.whose) == (700, "样己某")
    assert unclaimed.idle(case.court_id, unclaimed.DEPOSIT, on=today, limit=10) == []


def test_money_asked_for_or_settled_is_not_idle(case: Case, people: People) -> None:
    early = MONDAY - timedelta(days=60)
    receipt = arrived(case, people, 500_000, at=early)
    accounted(receipt, people, fee=100_000, at=early)
    assert [i.fen for i in unclaimed.idle(case.court_id, unclaimed.CASE, on=MONDAY.date(), limit=10)] == [400_000]
    asked(receipt, account_of(case, people), people, 400_000)
    assert unclaimed.idle(case.court_id, unclaimed.CASE, on=MONDAY.date(), limit=10) == []


@pytest.mark.parametrize(("change", "why"), [({"step": "treasury"}, "没有这一步"), ({"note": " "}, "没有写明办理情况"), ({"done_on": MONDAY.date() + timedelta(days=1)}, "不能晚于今天")])
def test_a_step_that_cannot_be_is_refused_and_a_kept_one_never_changes(case: Case, people: People, change: dict[str, object], why: str) -> None:
    receipt = arrived(case, people, 1_000, at=MONDAY - timedelta(days=60))
    good = {"kind": "case", "ref": receipt.ref, "step": "search", "done_on": MONDAY.date(), "note": "短信", "by": people.officer, "at": MONDAY}
    with pytest.raises(Refusal, match=why):
        unclaimed.take_step(**{**good, **change})  # type: ignore[arg-type]
    row = unclaimed.take_step(**good)  # type: ignore[arg-type]
    with pytest.raises(DatabaseError), transaction.atomic():
        UnclaimedStep.objects.filter(pk=row.pk).update(note="改了")
