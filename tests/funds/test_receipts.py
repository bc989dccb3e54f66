"""Money that comes in: on the case's account, on the general account, handed over on the spot (四(三)1, 四(三)2, 四(三)3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from tests.funds.stage import People, accounted, arrived, balances
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.funds import claims, corrections, receipts
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.models import LedgerAccount, Posting, Receipt
from zhixing.desks.funds.receipts import Money
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db


def open_rules(**of: Any) -> set[str]:
    return set(Duty.objects.filter(is_open=True, **of).values_list("rule", flat=True))


def test_money_on_the_cases_account_books_itself_and_reminds_the_handler(case: Case, people: People) -> None:
    """四(三)3(1): no claim is needed; seven days, twenty days and a month begin (四(二)2(6), 四(三)2(3))."""
    receipt = arrived(case, people, 123_45)
    assert (receipt.state, balances(case)) == (Receipt.BOOKED, (12345, 0))
    assert {"pay_out_seven_days", "urge_payout", "track_payout"} <= open_rules(case=case)
    assert "remind_handler_of_money" not in open_rules(case=case)
    posting = Posting.objects.get()
    assert JournalEntry.objects.get(court_id=case.court_id, stream="casework", seq=posting.event_seq).kind == "money_arrived"


def test_the_same_form_registers_once_and_the_same_slip_never_twice(case: Case, people: People) -> None:
    """I8, I45."""
    money = Money("L-1", 100, MONDAY.date(), bank_serial="B-1")
    first = receipts.receive(case_id=case.pk, money=money, key="k", by=people.officer, at=MONDAY)
    assert receipts.receive(case_id=case.pk, money=money, key="k", by=people.officer, at=MONDAY).pk == first.pk
    for other, why in ((Money("L-1", 100, MONDAY.date()), "流水号"), (Money("L-2", 100, MONDAY.date(), bank_serial="B-1"), "银行的这一笔")):
        with pytest.raises(Refusal, match=why):
            receipts.receive(case_id=case.pk, money=other, by=people.officer, at=MONDAY)
    with pytest.raises(Refusal, match="内容不同"):
        receipts.receive(case_id=case.pk, money=Money("L-1", 101, MONDAY.date()), key="k", by=people.officer, at=MONDAY)
    assert balances(case) == (100, 0)


def test_event_and_posting_are_one(case: Case, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ledger rows and events commit together or not at all."""
    monkeypatch.setattr(receipts, "post", lambda **_: (_ for _ in ()).throw(RuntimeError("落盘前中断")))
    with pytest.raises(RuntimeError), transaction.atomic():
        arrived(case, people)
    assert not Receipt.objects.exists()
    assert not JournalEntry.objects.filter(kind="money_arrived").exists()


def test_the_arrival_notice_starts_the_three_days(case: Case, people: People) -> None:
    """四(三)2(2)."""
    receipt = arrived(case, people, 100)
    with pytest.raises(Refusal, match="不一致"):
        receipts.notice(receipt_ref=receipt.ref, notice_no="T1", amount_fen=99, by=people.finance, at=MONDAY)
    receipts.notice(receipt_ref=receipt.ref, notice_no="T1", amount_fen=100, by=people.finance, at=MONDAY)
    assert {"pay_out_three_days", "tell_applicant_to_collect"} <= open_rules(case=case, key=receipt.receipt_no)


def test_the_fee_is_settled_out_of_the_receipt_once(case: Case, people: People) -> None:
    """四(三)2(2): accounting and fee settlement."""
    receipt = arrived(case, people, 10_000)
    accounted(receipt, people, claim=9_950, fee=50)
    assert balances(case) == (9_950, 0)
    assert LedgerAccount.objects.get(kind="fees").balance_fen == 50
    with pytest.raises(Refusal, match="执行费超过"):
        accounted(receipt, people, fee=9_951)


def general(people: People, **more: Any) -> Receipt:
    money = Money(**{"receipt_no": "Z-1", "amount_fen": 5_000, "arrived_on": MONDAY.date(), "payer": "样丁商行", **more})
    return claims.receive_general(money=money, by=people.finance, at=MONDAY)


def test_general_money_waits_in_suspense_until_it_is_claimed_and_confirmed_by_two(case: Case, people: People) -> None:
    """四(三)3(2)."""
    receipt = general(people)
    assert LedgerAccount.objects.get(kind="suspense").balance_fen == 5_000
    assert "identify_general_money" in open_rules(matter_id=receipt.matter_id)
    claims.identify(receipt_ref=receipt.ref, case_id=case.pk, basis="附言写有案号", told="样某", by=people.officer, at=MONDAY)
    claims.claim(receipt_ref=receipt.ref, case_id=case.pk, reason="被执行人的付款", by=people.handler, at=MONDAY)
    assert LedgerAccount.objects.get(kind="suspense").balance_fen == 5_000
    booked = claims.book(receipt_ref=receipt.ref, by=people.officer, at=MONDAY)
    assert booked.state == Receipt.BOOKED
    assert (balances(case), LedgerAccount.objects.get(kind="suspense").balance_fen) == ((5_000, 0), 0)
    assert "pay_out_seven_days" in open_rules(case=case)
    assert not open_rules(matter_id=receipt.matter_id)
    with pytest.raises(Refusal, match="已入案"):
        claims.book(receipt_ref=receipt.ref, by=people.officer, at=MONDAY)
    assert list(state_differences(case.court_id)) == []


def test_the_claimant_does_not_confirm_even_with_both_posts(case: Case, people: People, actor: Callable[..., Any]) -> None:
    """trust R2, 四(三)3(2): two people, in the act and in the table."""
    both, receipt = actor("handler", "funds_officer"), general(people)
    claims.claim(receipt_ref=receipt.ref, case_id=case.pk, reason="我的案件", by=both, at=MONDAY)
    with pytest.raises(Refusal, match="另一人"):
        claims.book(receipt_ref=receipt.ref, by=both, at=MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(booked_by_id=both.person_id)


def test_a_claim_that_does_not_hold_goes_back_with_the_reason(case: Case, people: People) -> None:
    receipt = general(people)
    claims.claim(receipt_ref=receipt.ref, case_id=case.pk, reason="像是", by=people.handler, at=MONDAY)
    claims.refuse_claim(receipt_ref=receipt.ref, why="缴款人是另案被执行人", by=people.officer, at=MONDAY)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.case_id, receipt.claimed_by_id) == (Receipt.IDENTIFIED, None, None)
    claims.claim(receipt_ref=receipt.ref, case_id=case.pk, reason="补充了凭证", by=people.handler, at=MONDAY)


def test_another_courts_case_is_not_claimed_for(case: Case, people: People, other_court: Any, actor: Callable[..., Any]) -> None:
    receipt = general(people)
    with pytest.raises(Refusal) as refused:
        claims.claim(receipt_ref=receipt.ref, case_id=case.pk, reason="别院", by=actor("handler", at=other_court), at=MONDAY)
    assert refused.value.status == 404


def hand_over(case: Case, people: People, officers: tuple[str, str] = ("样一", "样二"), no: str = "ST-1") -> Receipt:
    proof = SimpleUploadedFile("receipt.png", PNG, "image/png")
    return receipts.pay_on_site(case_id=case.pk, money=Money(no, 3_000, MONDAY.date(), payer="样乙公司"), payee="样申请人", officers=officers, proof=proof, key=f"k{no}",
                                by=people.handler, at=MONDAY)  # fmt: skip


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200015e35d7a60000000049454e44ae426082")


def test_money_handed_over_on_the_spot_is_booked_afterwards_through_the_cases_account(case: Case, people: People) -> None:
    """四(三)1: two officers, by the next working day, in and out."""
    with pytest.raises(Refusal, match="两名不同"):
        hand_over(case, people, ("样一", " 样一 "))
    receipt = hand_over(case, people)
    assert "book_on_site_payment" in open_rules(case=case)
    with pytest.raises(Refusal, match="收条上是"):
        receipts.book_on_site(receipt_ref=receipt.ref, amount_fen=2_999, by=people.officer, at=MONDAY + timedelta(days=1))
    receipts.book_on_site(receipt_ref=receipt.ref, amount_fen=3_000, by=people.officer, at=MONDAY + timedelta(days=1))
    assert "book_on_site_payment" not in open_rules(case=case)
    assert (balances(case), LedgerAccount.objects.get(kind="on_site").balance_fen) == ((0, 0), 0)
    assert LedgerAccount.objects.get(case=case).postings == 2


@pytest.mark.parametrize("channel", ["own", "general"])
@pytest.mark.parametrize("known", [True, False])
def test_money_on_the_wrong_case_is_reversed_and_booked_anew_by_two(
    case: Case, people: People, new_case: Callable[..., Case], channel: str, known: bool
) -> None:
    """四(三)1, I10: the funds desk asks, finance approves; the first booking stays to be seen."""
    right = new_case("样丁公司")
    if channel == "general":
        receipt = general(people)
        claims.claim(receipt_ref=receipt.ref, case_id=case.pk, reason="像", by=people.handler, at=MONDAY)
        claims.book(receipt_ref=receipt.ref, by=people.officer, at=MONDAY)
    else:
        receipt = arrived(case, people, 5_000)
    with pytest.raises(Refusal, match="没有人申请"):
        corrections.correct(receipt_ref=receipt.ref, by=people.finance, at=MONDAY)
    corrections.ask_correction(receipt_ref=receipt.ref, number=right.number if known else "", reason="案号看错", by=people.officer, at=MONDAY)
    corrections.correct(receipt_ref=receipt.ref, by=people.finance, at=MONDAY)
    receipt.refresh_from_db()
    assert balances(case) == (0, 0)
    assert LedgerAccount.objects.get(case=case).postings == 2
    assert "pay_out_seven_days" not in open_rules(case=case)
    if known:
        assert (receipt.state, receipt.case_id, balances(right)) == (Receipt.BOOKED, right.pk, (5_000, 0))
        assert "pay_out_seven_days" in open_rules(case=right)
    else:
        assert receipt.state == (Receipt.IDENTIFIED if channel == "general" else Receipt.WITHDRAWN)
        assert -LedgerAccount.objects.get(kind="bank").balance_fen == (5_000 if channel == "general" else 0)
    if channel == "general" and not known:
        claims.claim(receipt_ref=receipt.ref, case_id=right.pk, reason="是我的", by=people.handler, at=MONDAY)
        claims.book(receipt_ref=receipt.ref, by=people.officer, at=MONDAY)
        assert balances(right) == (5_000, 0)
    assert list(differences(case.court_id)) == []
    assert list(state_differences(case.court_id)) == []


def test_money_that_is_being_paid_out_is_not_moved(case: Case, people: People, actor: Callable[..., Any]) -> None:
    both = actor("funds_officer", "finance_clerk")
    receipt = arrived(case, people, 10_000)
    corrections.ask_correction(receipt_ref=receipt.ref, reason="误登", by=both, at=MONDAY)
    with pytest.raises(Refusal, match="另一人"):
        corrections.correct(receipt_ref=receipt.ref, by=both, at=MONDAY)
    accounted(receipt, people, fee=50)
    with pytest.raises(Refusal, match="已经结算费用"):
        corrections.correct(receipt_ref=receipt.ref, by=people.finance, at=MONDAY)
